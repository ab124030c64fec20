// SPDX-License-Identifier: GPL-3.0-or-later
// The INF reader against the documented rules: syntax, strings, [Version], and which systems [Manufacturer]
// serves.
#include <string.h>

#include "inf_driver.h"
#include "media_error.h"

#define VERSION "[Version]\r\nSignature=\"$Windows NT$\"\r\n"

static InfFile *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    InfFile *inf = inf_parse((const guint8 *)text, strlen(text), &error);

    g_assert_no_error(error);
    return inf;
}

static void assert_value(const InfFile *inf, const char *key, guint index, const char *expected)
{
    g_autofree char *value = inf_value(inf, "S", key, index);
    g_assert_cmpstr(value, ==, expected);
}

typedef struct {
    const char *name;
    const char *text; // lines of section S and others
    const char *expected;
} SyntaxCase;

// Value 0 of key k in section S.
static const SyntaxCase syntax_cases[] = {
    { "plain", "[S]\nk=v\n", "v" },
    { "blanks-around", "[S]\n  k \t=  v  \n", "v" },
    { "crlf", "[S]\r\nk=v\r\n", "v" },
    { "section-case", "[s]\nK=v\n", "v" },
    { "section-blanks", "[ S ]\nk=v\n", "v" },
    { "section-comment", "[S] ; comment\nk=v\n", "v" },
    { "repeated-section-joins", "[S]\na=b\n[T]\nx=y\n[S]\nk=v\n", "v" },
    { "first-of-repeated-keys", "[S]\nk=1\nk=2\n", "1" },
    { "comment-line", "[S]\n; k=no\nk=v\n", "v" },
    { "comment-behind", "[S]\nk=v ; comment\n", "v" },
    { "comment-in-quotes", "[S]\nk=\"a;b\"\n", "a;b" },
    { "quotes", "[S]\nk=\"a b\"\n", "a b" },
    { "quoted-blanks-stay", "[S]\nk=\" a \"\n", " a " },
    { "doubled-quotes", "[S]\nk=\"say \"\"hi\"\"\"\n", "say \"hi\"" },
    { "comma-in-quotes", "[S]\nk=\"a,b\",c\n", "a,b" },
    { "equals-in-value", "[S]\nk=a=b\n", "a=b" },
    { "quoted-key", "[S]\n\"k\"=v\n", "v" },
    { "unterminated-quotes", "[S]\nk=\"v\n", "v" },
    { "continuation", "[S]\nk=a\\\n b\n", "a b" },
    { "continuation-crlf", "[S]\r\nk=a,\\\r\nb\r\n", "a" },
    { "continuation-before-comment", "[S]\nk=a\\ ; comment\nb\n", "ab" },
    { "continuation-at-end", "[S]\nk=v\\\n", "v" },
    { "ctrl-z-ends", "[S]\nk=v\n\x1A\nk2=x[", "v" },
    { "string", "[S]\nk=%n%\n[Strings]\nn=v\n", "v" },
    { "string-case", "[S]\nk=%NAME%\n[strings]\nname=\"v\"\n", "v" },
    { "string-inside", "[S]\nk=a%n%c\n[Strings]\nn=b\n", "abc" },
    { "string-us-english", "[S]\nk=%n%\n[Strings.0409]\nn=v\n", "v" },
    { "string-default-first", "[S]\nk=%n%\n[Strings.0409]\nn=x\n[Strings]\nn=v\n", "v" },
    { "string-unknown", "[S]\nk=%n%\n", "%n%" },
    { "percent", "[S]\nk=100%%\n", "100%" },
    { "percent-alone", "[S]\nk=100%\n", "100%" },
    { "strings-not-nested", "[S]\nk=%a%\n[Strings]\na=%b%\nb=v\n", "%b%" },
    { "empty-value", "[S]\nk=\n", NULL },
    { "no-such-key", "[S]\nx=v\n", NULL },
    { "no-such-section", "[T]\nk=v\n", NULL },
    { "utf8-mark", "\xEF\xBB\xBF[S]\nk=\xC3\xA4\n", "\xC3\xA4" },
    { "ansi", "[S]\nk=\xE4\xAE\n", "\xC3\xA4\xC2\xAE" },
    { "no-newline-at-end", "[S]\nk=v", "v" },
    { "blank-lines", "\n\n[S]\n\n\nk=v\n", "v" },
};

static void test_syntax(gconstpointer data)
{
    const SyntaxCase *test = data;
    g_autoptr(InfFile) inf = parse(test->text);

    assert_value(inf, "k", 0, test->expected);
}

static void test_values(void)
{
    g_autoptr(InfFile) inf = parse("[S]\nk = a , \"b, c\" ,, d\n");

    assert_value(inf, "k", 0, "a");
    assert_value(inf, "k", 1, "b, c");
    assert_value(inf, "k", 2, NULL);
    assert_value(inf, "k", 3, "d");
    assert_value(inf, "k", 4, NULL);
}

static void test_line_without_key(void)
{
    g_autoptr(InfFile) inf = parse("[S]\nfile.sys,,,2\n");
    const InfLine *line = g_ptr_array_index(inf_section(inf, "S"), 0);

    g_assert_null(line->key);
    g_assert_cmpuint(line->values->len, ==, 4);
    g_assert_cmpstr(g_ptr_array_index(line->values, 0), ==, "file.sys");
    g_assert_cmpuint(line->line, ==, 2);
}

static void test_utf16(void)
{
    const char *text = VERSION "Class=Net\r\n[S]\r\nk=\xC3\xA4\xE2\x82\xAC\r\n";
    static const char *const encodings[] = { "UTF-16LE", "UTF-16BE" };
    static const char *const marks[] = { "\xFF\xFE", "\xFE\xFF" };

    for (guint i = 0; i < G_N_ELEMENTS(encodings); i++) {
        gsize size = 0;
        g_autofree char *wide = g_convert(text, -1, encodings[i], "UTF-8", NULL, &size, NULL);
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_byte_array_append(bytes, (const guint8 *)marks[i], 2);
        g_byte_array_append(bytes, (const guint8 *)wide, (guint)size);
        g_autoptr(InfFile) inf = inf_parse(bytes->data, bytes->len, NULL);
        g_assert_nonnull(inf);
        assert_value(inf, "k", 0, "\xC3\xA4\xE2\x82\xAC");
    }
}

static void test_utf16_without_mark(void)
{
    gsize size = 0;
    g_autofree char *wide = g_convert("[S]\nk=v\n", -1, "UTF-16LE", "UTF-8", NULL, &size, NULL);
    g_autoptr(InfFile) inf = inf_parse((const guint8 *)wide, size, NULL);

    g_assert_nonnull(inf);
    assert_value(inf, "k", 0, "v");
}

typedef struct {
    const char *name;
    const char *text;
    const char *message;
} BadCase;

static const BadCase bad_cases[] = {
    { "text-before-section", "\nk=v\n[S]\n", "line 2: text before the first section" },
    { "unclosed-section", "[S]\nk=v\n[T\n", "line 3: section name without closing bracket" },
    { "no-version", "[S]\nk=v\n", "a.inf: has no [Version] section with a Signature" },
    { "no-signature", "[Version]\nClass=Net\n", "a.inf: has no [Version] section with a Signature" },
    { "unknown-signature", "[Version]\nClass=Net\nSignature=\"$Linux$\"\n",
      "a.inf: line 3: unknown Signature \"$Linux$\"" },
    { "broken-utf16", "\xFF\xFE\x00\xD8x", "is not text in UTF-16, UTF-8 or an ANSI code page" },
};

static void test_bad(gconstpointer data)
{
    const BadCase *test = data;
    g_autoptr(GError) error = NULL;
    // The UTF-16 case holds a zero byte: its length is given, not measured.
    gsize size = test->text[0] == '\xFF' ? 5 : strlen(test->text);
    g_autoptr(InfFile) inf = inf_parse((const guint8 *)test->text, size, &error);
    g_autoptr(DriverInf) driver =
        inf == NULL ? NULL : inf_driver_read(g_steal_pointer(&inf), "a.inf", &error);

    g_assert_null(driver);
    g_assert_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_INF);
    g_assert_cmpstr(error->message, ==, test->message);
}

static void test_long_section_name(void)
{
    g_autofree char *name = g_strnfill(256, 'a');
    g_autofree char *text = g_strdup_printf("[%s]\n", name);
    g_autoptr(GError) error = NULL;

    g_assert_null(inf_parse((const guint8 *)text, strlen(text), &error));
    g_assert_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_INF);
}

typedef struct {
    const char *name;
    const char *text; // behind VERSION
    gboolean amd64;
    gboolean x86;
} SystemCase;

// Which systems the INF serves. [D: INF Manufacturer Section, INF Models Section]
static const SystemCase system_cases[] = {
    { "undecorated-is-x86-only", "[Manufacturer]\n%m%=M\n[M]\nd=I\n", FALSE, TRUE },
    { "nt-is-x86-only", "[Manufacturer]\n%m%=M,NT\n[M.NT]\nd=I\n", FALSE, TRUE },
    { "ntamd64", "[Manufacturer]\n%m%=M,NTamd64\n[M.NTamd64]\nd=I\n", TRUE, FALSE },
    { "ntx86", "[Manufacturer]\n%m%=M,NTx86\n[M.NTx86]\nd=I\n", FALSE, TRUE },
    { "both", "[Manufacturer]\n%m%=M,NTx86,NTamd64\n[M.NTx86]\nd=I\n[M.NTamd64]\nd=I\n", TRUE, TRUE },
    { "decoration-case", "[Manufacturer]\n%m%=M,ntAMD64\n[m.NTamd64]\nd=I\n", TRUE, FALSE },
    { "ntia64-is-neither", "[Manufacturer]\n%m%=M,NTia64\n[M.NTia64]\nd=I\n", FALSE, FALSE },
    { "version-6.1", "[Manufacturer]\n%m%=M,NTamd64.6.1\n[M.NTamd64.6.1]\nd=I\n", TRUE, FALSE },
    { "version-6.0-serves-6.1", "[Manufacturer]\n%m%=M,NTamd64.6.0\n[M.NTamd64.6.0]\nd=I\n", TRUE, FALSE },
    { "version-6.2-does-not", "[Manufacturer]\n%m%=M,NTamd64.6.2\n[M.NTamd64.6.2]\nd=I\n", FALSE, FALSE },
    { "version-10-does-not", "[Manufacturer]\n%m%=M,NTamd64.10.0\n[M.NTamd64.10.0]\nd=I\n", FALSE, FALSE },
    { "major-alone", "[Manufacturer]\n%m%=M,NTamd64.6\n[M.NTamd64.6]\nd=I\n", TRUE, FALSE },
    { "hexadecimal-version", "[Manufacturer]\n%m%=M,NTamd64.0x6.0x1\n[M.NTamd64.0x6.0x1]\nd=I\n", TRUE,
      FALSE },
    { "empty-section-excludes", "[Manufacturer]\n%m%=M,NTamd64\n[M.NTamd64]\n", FALSE, FALSE },
    { "empty-higher-version-excludes",
      "[Manufacturer]\n%m%=M,NTamd64,NTamd64.6.1\n[M.NTamd64]\nd=I\n[M.NTamd64.6.1]\n", FALSE, FALSE },
    { "empty-too-high-version-does-not",
      "[Manufacturer]\n%m%=M,NTamd64,NTamd64.6.2\n[M.NTamd64]\nd=I\n[M.NTamd64.6.2]\n", TRUE, FALSE },
    { "highest-not-above-wins",
      "[Manufacturer]\n%m%=M,NTamd64.5.2,NTamd64.6.1,NTamd64.6.0\n[M.NTamd64.5.2]\n[M.NTamd64.6.0]\n"
      "[M.NTamd64.6.1]\nd=I\n",
      TRUE, FALSE },
    { "missing-section-is-empty", "[Manufacturer]\n%m%=M,NTamd64\n[M]\nd=I\n", FALSE, TRUE },
    { "x86-falls-back-to-undecorated", "[Manufacturer]\n%m%=M,NTamd64\n[M.NTamd64]\nd=I\n[M]\nd=I\n", TRUE,
      TRUE },
    { "workstation", "[Manufacturer]\n%m%=M,NTamd64.6.1.1\n[M.NTamd64.6.1.1]\nd=I\n", TRUE, FALSE },
    { "server-only-does-not", "[Manufacturer]\n%m%=M,NTamd64.6.1.3\n[M.NTamd64.6.1.3]\nd=I\n", FALSE, FALSE },
    { "product-type-without-version", "[Manufacturer]\n%m%=M,NTamd64...1\n[M.NTamd64...1]\nd=I\n", TRUE,
      FALSE },
    { "one-of-two-manufacturers", "[Manufacturer]\na=A,NTamd64\nb=B,NTamd64\n[A.NTamd64]\n[B.NTamd64]\nd=I\n",
      TRUE, FALSE },
    { "no-manufacturer", "[DefaultInstall]\nCopyFiles=X\n", FALSE, FALSE },
    { "quoted-manufacturer", "[Manufacturer]\n\"A, B\"=M,NTamd64\n[M.NTamd64]\nd=I\n", TRUE, FALSE },
    { "models-name-from-strings", "[Manufacturer]\n%m%=%s%,NTamd64\n[M.NTamd64]\nd=I\n[Strings]\ns=M\n", TRUE,
      FALSE },
};

static void test_system(gconstpointer data)
{
    const SystemCase *test = data;
    g_autofree char *text = g_strconcat(VERSION, test->text, NULL);
    g_autoptr(InfFile) inf = parse(text);
    g_autoptr(DriverInf) driver = inf_driver_read(g_steal_pointer(&inf), "a.inf", NULL);

    g_assert_nonnull(driver);
    g_assert_cmpint(driver->supports_amd64, ==, test->amd64);
    g_assert_cmpint(driver->supports_x86, ==, test->x86);
}

typedef struct {
    const char *name;
    const char *text; // more lines of [Version]
    gboolean boot_critical;
    const char *date;
    const char *version;
    const char *catalog;
} VersionCase;

static const VersionCase version_cases[] = {
    { "scsi-adapter", "Class=SCSIAdapter\nClassGuid={4D36E97B-E325-11CE-BFC1-08002BE10318}\n", TRUE, NULL,
      NULL, NULL },
    { "hdc", "Class=hdc\nClassGUID={4d36e96a-e325-11ce-bfc1-08002be10318}\n", TRUE, NULL, NULL, NULL },
    { "class-alone", "Class=scsiadapter\n", TRUE, NULL, NULL, NULL },
    { "guid-alone", "ClassGuid={4D36E97B-E325-11CE-BFC1-08002BE10318}\n", TRUE, NULL, NULL, NULL },
    { "guid-rules-over-name", "Class=SCSIAdapter\nClassGuid={4D36E972-E325-11CE-BFC1-08002BE10318}\n", FALSE,
      NULL, NULL, NULL },
    { "net", "Class=Net\n", FALSE, NULL, NULL, NULL },
    { "driver-version", "Class=Net\nDriverVer=11/20/2010,6.1.7601.17514\n", FALSE, "2010-11-20",
      "6.1.7601.17514", NULL },
    { "driver-version-blanks", "DriverVer = 6/5/2009 , 1.2.3.4 ; comment\n", FALSE, "2009-06-05", "1.2.3.4",
      NULL },
    { "driver-version-hyphens", "DriverVer=11-20-2010\n", FALSE, "2010-11-20", NULL, NULL },
    { "driver-version-no-date", "DriverVer=soon,1.0\n", FALSE, NULL, "1.0", NULL },
    { "driver-version-bad-date", "DriverVer=13/45/2010,1.0\n", FALSE, NULL, "1.0", NULL },
    { "catalog", "CatalogFile=a.cat\n", FALSE, NULL, NULL, "a.cat" },
    { "catalog-nt", "CatalogFile.NT=b.cat\n", FALSE, NULL, NULL, "b.cat" },
    { "catalog-amd64", "CatalogFile.ntamd64=c.cat\n", FALSE, NULL, NULL, "c.cat" },
    { "catalog-plain-first", "CatalogFile.ntx86=x.cat\nCatalogFile=a.cat\n", FALSE, NULL, NULL, "a.cat" },
};

static void test_version(gconstpointer data)
{
    const VersionCase *test = data;
    g_autofree char *text = g_strconcat(VERSION, test->text, NULL);
    g_autoptr(InfFile) inf = parse(text);
    g_autoptr(DriverInf) driver = inf_driver_read(g_steal_pointer(&inf), "a.inf", NULL);

    g_assert_nonnull(driver);
    g_assert_cmpint(driver->boot_critical, ==, test->boot_critical);
    g_assert_cmpstr(driver->date, ==, test->date);
    g_assert_cmpstr(driver->version, ==, test->version);
    g_assert_cmpstr(driver->catalog, ==, test->catalog);
}

static void test_provider(void)
{
    g_autoptr(InfFile) inf = parse(VERSION "Provider=%P%\n[Strings]\nP=\"Red Hat, Inc.\"\n");
    g_autoptr(DriverInf) driver = inf_driver_read(g_steal_pointer(&inf), "sub/a.inf", NULL);

    g_assert_nonnull(driver);
    g_assert_cmpstr(driver->provider, ==, "Red Hat, Inc.");
    g_assert_cmpstr(driver->path, ==, "sub/a.inf");
    g_assert_null(driver->class_name);
}

#define ADD_CASES(prefix, cases, function)                                                                   \
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {                                                        \
        g_autofree char *path = g_strconcat(prefix, (cases)[i].name, NULL);                                  \
        g_test_add_data_func(path, &(cases)[i], function);                                                   \
    }

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD_CASES("/inf/syntax/", syntax_cases, test_syntax);
    ADD_CASES("/inf/refused/", bad_cases, test_bad);
    ADD_CASES("/inf/serves/", system_cases, test_system);
    ADD_CASES("/inf/version/", version_cases, test_version);
    g_test_add_func("/inf/values-between-commas", test_values);
    g_test_add_func("/inf/line-without-key", test_line_without_key);
    g_test_add_func("/inf/utf16-with-mark", test_utf16);
    g_test_add_func("/inf/utf16-without-mark", test_utf16_without_mark);
    g_test_add_func("/inf/refused/long-section-name", test_long_section_name);
    g_test_add_func("/inf/version/provider-from-strings", test_provider);
    return g_test_run();
}
