// SPDX-License-Identifier: GPL-3.0-or-later
// Models and install sections against the documented rules: hardware ids, which sections Windows chooses,
// which files it copies from where.
#include <string.h>

#include "inf_install.h"

#define HEAD   "[Manufacturer]\nm=M,NTx86,NTamd64\n"
#define MODELS "[M.NTx86]\nd=I,ID\n[M.NTamd64]\nd=I,ID\n"
#define DISKS  "[SourceDisksNames]\n1=d,,,\n"

static InfFile *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    InfFile *inf = inf_parse((const guint8 *)text, strlen(text), &error);
    g_assert_no_error(error);
    return inf;
}

typedef struct {
    const char *name;
    const char *text;
    const char *decoration, *ids; // on amd64
} ModelCase;

static const ModelCase model_cases[] = {
    { "one", HEAD "[M.NTamd64]\nd=I,PCI\\VEN_1\n", "NTamd64", "PCI\\VEN_1" },
    { "compatible-ids", HEAD "[M.NTamd64]\nd=I,A,B,C\n", "NTamd64", "A B C" },
    { "two-models", HEAD "[M.NTamd64]\nd=I,A\ne=J,B\n", "NTamd64", "A B" },
    { "other-architecture", HEAD "[M.NTx86]\nd=I,X\n[M.NTamd64]\nd=I,A\n", "NTamd64", "A" },
    { "strings", HEAD "[M.NTamd64]\nd=I,%id%\n[Strings]\nid=\"PCI\\VEN_2\"\n", "NTamd64", "PCI\\VEN_2" },
    { "empty-id-is-none", HEAD "[M.NTamd64]\nd=I,,A\n", "NTamd64", "A" },
    { "best-version",
      "[Manufacturer]\nm=M,NTamd64,NTamd64.6.1,NTamd64.6.2\n[M.NTamd64]\nd=I,OLD\n"
      "[M.NTamd64.6.1]\nd=I,SEVEN\n[M.NTamd64.6.2]\nd=I,EIGHT\n",
      "NTamd64.6.1", "SEVEN" },
    { "two-manufacturers",
      "[Manufacturer]\na=A,NTamd64\nb=B,NTamd64\n[A.NTamd64]\nd=I,A\n[B.NTamd64]\nd=I,B\n", "NTamd64",
      "A B" },
    { "excluded", "[Manufacturer]\nm=M,NTamd64,NTamd64.6.1\n[M.NTamd64]\nd=I,A\n[M.NTamd64.6.1]\n", "", "" },
    { "none", "[Version]\n", "", "" },
};

static void test_models(gconstpointer data)
{
    const ModelCase *test = data;
    g_autoptr(InfFile) inf = parse(test->text);
    g_autoptr(InfModels) models = inf_models_read(inf, "amd64");
    g_autoptr(GString) ids = g_string_new(NULL);
    for (guint i = 0; i < models->models->len; i++) {
        const InfModel *model = g_ptr_array_index(models->models, i);
        for (guint j = 0; j < model->ids->len; j++)
            g_string_append_printf(ids, "%s%s", ids->len > 0 ? " " : "",
                                   (char *)g_ptr_array_index(model->ids, j));
    }
    g_assert_cmpstr(models->decoration, ==, test->decoration);
    g_assert_cmpstr(ids->str, ==, test->ids);
}

typedef struct {
    const char *name;
    const char *text;     // behind HEAD
    const char *files;    // on amd64
    const char *problems; // "LINE code", counted from HEAD's first line
} InstallCase;

static const InstallCase install_cases[] = {
    { "list-section", MODELS "[I]\nCopyFiles=F\n[F]\na.sys\n" DISKS "[SourceDisksFiles]\na.sys=1\n", "a.sys",
      "" },
    { "several-lists",
      MODELS "[I]\nCopyFiles=F,G\n[F]\na.sys\n[G]\nb.dll\n" DISKS "[SourceDisksFiles]\na.sys=1\nb.dll=1\n",
      "a.sys b.dll", "" },
    { "several-directives",
      MODELS "[I]\nCopyFiles=F\nCopyFiles=G\n[F]\na.sys\n[G]\nb.dll\n" DISKS
             "[SourceDisksFiles]\na.sys=1\nb.dll=1\n",
      "a.sys b.dll", "" },
    { "one-file-with-at", MODELS "[I]\nCopyFiles=@a.sys\n" DISKS "[SourceDisksFiles]\na.sys=1\n", "a.sys",
      "" },
    { "source-has-another-name",
      MODELS "[I]\nCopyFiles=F\n[F]\nnew.sys,old.sys\n" DISKS "[SourceDisksFiles]\nold.sys=1\n", "old.sys",
      "" },
    { "flags-are-no-names", MODELS "[I]\nCopyFiles=F\n[F]\na.sys,,,2\n" DISKS "[SourceDisksFiles]\na.sys=1\n",
      "a.sys", "" },
    { "each-file-once", MODELS "[I]\nCopyFiles=F,@A.SYS\n[F]\na.sys\n" DISKS "[SourceDisksFiles]\na.sys=1\n",
      "a.sys", "" },
    { "folder-of-the-file", MODELS "[I]\nCopyFiles=@a.sys\n" DISKS "[SourceDisksFiles]\na.sys=1,sub\\more\n",
      "sub/more/a.sys", "" },
    { "path-of-the-disk",
      MODELS "[I]\nCopyFiles=@a.sys\n[SourceDisksNames]\n1=d,,,\\amd64\n"
             "[SourceDisksFiles]\na.sys=1,sub\n",
      "amd64/sub/a.sys", "" },
    { "disk-of-the-architecture",
      MODELS "[I]\nCopyFiles=@a.sys\n[SourceDisksNames.x86]\n1=d,,,\\i386\n"
             "[SourceDisksNames.amd64]\n1=d,,,\\x64\n[SourceDisksFiles]\na.sys=1\n",
      "x64/a.sys", "" },
    { "file-of-the-architecture",
      MODELS "[I]\nCopyFiles=@a.sys\n" DISKS "[SourceDisksFiles]\na.sys=1,any\n"
             "[SourceDisksFiles.amd64]\na.sys=1,x64\n",
      "x64/a.sys", "" },
    { "file-of-another-architecture",
      MODELS "[I]\nCopyFiles=@a.sys\n" DISKS "[SourceDisksFiles.x86]\na.sys=1\n", "a.sys",
      "8 missing-source" },
    { "cabinet",
      MODELS "[I]\nCopyFiles=@a.sys\n[SourceDisksNames]\n1=d,files.CAB,,\\x64\n"
             "[SourceDisksFiles]\na.sys=1\n",
      "x64/files.CAB", "" },
    { "tag-file-is-no-cabinet",
      MODELS "[I]\nCopyFiles=@a.sys\n[SourceDisksNames]\n1=d,disk.tag,,\n"
             "[SourceDisksFiles]\na.sys=1\n",
      "a.sys", "" },
    { "not-listed", MODELS "[I]\nCopyFiles=@a.sys\n", "a.sys", "8 missing-source" },
    { "comes-with-windows", MODELS "[I]\nCopyFiles=@a.sys\n[Version]\nLayoutFile=layout.inf\n", "", "" },
    { "list-is-missing", MODELS "[I]\nCopyFiles=F\n", "", "8 missing-section" },
    { "section-is-missing", MODELS, "", "6 missing-section" },
    { "decorated-section-first",
      MODELS "[I]\nCopyFiles=@x.sys\n[I.NTamd64]\nCopyFiles=@a.sys\n" DISKS
             "[SourceDisksFiles]\na.sys=1\nx.sys=1\n",
      "a.sys", "" },
    { "nt-section-before-the-bare-one",
      MODELS "[I]\nCopyFiles=@x.sys\n[I.NT]\nCopyFiles=@a.sys\n" DISKS
             "[SourceDisksFiles]\na.sys=1\nx.sys=1\n",
      "a.sys", "" },
    { "section-of-another-architecture",
      MODELS "[I]\nCopyFiles=@a.sys\n[I.NTx86]\nCopyFiles=@x.sys\n" DISKS
             "[SourceDisksFiles]\na.sys=1\nx.sys=1\n",
      "a.sys", "" },
    { "coinstallers",
      MODELS "[I]\n[I.CoInstallers]\nCopyFiles=@co.dll\n" DISKS "[SourceDisksFiles]\nco.dll=1\n", "co.dll",
      "" },
    { "class-installer",
      MODELS "[I]\n[ClassInstall32]\nCopyFiles=@ci.dll\n" DISKS "[SourceDisksFiles]\nci.dll=1\n", "ci.dll",
      "" },
    { "path-that-leaves",
      MODELS "[I]\nCopyFiles=@a.sys\n" DISKS "[SourceDisksFiles]\na.sys=1,..\\..\\windows\n", "",
      "12 bad-path" },
    { "path-with-a-drive", MODELS "[I]\nCopyFiles=@c:a.sys\n" DISKS "[SourceDisksFiles]\nc:a.sys=1\n", "",
      "12 bad-path" },
    { "service-section-is-missing", MODELS "[I]\n[I.Services]\nAddService=s,2,S\n", "", "9 missing-section" },
    { "nothing-to-copy", MODELS "[I]\nAddReg=R\n", "", "" },
};

static void test_install(gconstpointer data)
{
    const InstallCase *test = data;
    g_autofree char *text = g_strconcat(HEAD, test->text, NULL);
    g_autoptr(InfFile) inf = parse(text);
    g_autoptr(InfModels) models = inf_models_read(inf, "amd64");
    g_autoptr(InfProblems) problems = inf_problems_new("a.inf");
    g_autoptr(InfInstall) install = inf_install_read(inf, "amd64", models, problems);
    g_autoptr(GString) files = g_string_new(NULL), found = g_string_new(NULL);
    for (guint i = 0; i < install->copies->len; i++)
        g_string_append_printf(files, "%s%s", i > 0 ? " " : "",
                               ((InfCopy *)g_ptr_array_index(install->copies, i))->source);
    const GPtrArray *list = inf_problems_list(problems);
    for (guint i = 0; i < list->len; i++) {
        const InfProblem *problem = g_ptr_array_index(list, i);
        g_string_append_printf(found, "%s%u %s", i > 0 ? " " : "", problem->line, problem->code);
        g_assert_true(g_str_has_prefix(problem->message, "a.inf: line "));
    }
    g_assert_cmpstr(files->str, ==, test->files);
    g_assert_cmpstr(found->str, ==, test->problems);
}

static void test_boot_start(void)
{
    static const struct {
        const char *start;
        gboolean expected;
    } cases[] = { { "0", TRUE },  { "0x0", TRUE }, { "%BOOT%", TRUE },
                  { "1", FALSE }, { "3", FALSE },  { "0x3", FALSE } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf(
            HEAD MODELS "[I]\n[I.Services]\nAddService=s,2,S\n[S]\nStartType=%s ; when\n[Strings]\nBOOT=0\n",
            cases[i].start);
        g_autoptr(InfFile) inf = parse(text);
        g_autoptr(InfModels) models = inf_models_read(inf, "amd64");
        g_autoptr(InfProblems) problems = inf_problems_new("a.inf");
        g_autoptr(InfInstall) install = inf_install_read(inf, "amd64", models, problems);
        g_assert_cmpint(install->boot_start, ==, cases[i].expected);
    }
}

static void test_problems_are_bounded(void)
{
    g_autoptr(InfProblems) problems = inf_problems_new("a.inf");
    for (guint i = 1; i < 10000; i++)
        inf_problems_add(problems, "missing-file", "amd64", i, NULL, "number %u", i);
    const GPtrArray *list = inf_problems_list(problems);
    const InfProblem *last = g_ptr_array_index(list, list->len - 1);
    g_assert_cmpuint(list->len, ==, INF_PROBLEMS_MAX);
    g_assert_cmpstr(last->code, ==, "more-problems");
}

static void test_problems_of_both_architectures_are_one(void)
{
    g_autoptr(InfProblems) problems = inf_problems_new("a.inf");
    inf_problems_add(problems, "missing-file", "amd64", 4, "a.sys", "is not there");
    inf_problems_add(problems, "missing-file", "x86", 4, "a.sys", "is not there");
    inf_problems_add(problems, "missing-file", "x86", 4, "b.sys", "is not there");
    const GPtrArray *list = inf_problems_list(problems);
    g_assert_cmpuint(list->len, ==, 2);
    g_assert_null(((InfProblem *)g_ptr_array_index(list, 0))->architecture);
    g_assert_cmpstr(((InfProblem *)g_ptr_array_index(list, 1))->architecture, ==, "x86");
}

#define ADD_CASES(prefix, cases, function)                                                                   \
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {                                                        \
        g_autofree char *path = g_strconcat(prefix, (cases)[i].name, NULL);                                  \
        g_test_add_data_func(path, &(cases)[i], function);                                                   \
    }

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD_CASES("/inf-install/models/", model_cases, test_models);
    ADD_CASES("/inf-install/files/", install_cases, test_install);
    g_test_add_func("/inf-install/boot-start", test_boot_start);
    g_test_add_func("/inf-install/problems-bounded", test_problems_are_bounded);
    g_test_add_func("/inf-install/problems-of-both", test_problems_of_both_architectures_are_one);
    return g_test_run();
}
