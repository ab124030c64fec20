// SPDX-License-Identifier: GPL-3.0-or-later
// Puts together what models, install sections, files and catalogue say.
#include "driver_facts.h"

#include <string.h>

#include "cancel.h"
#include "inf_install.h"
#include "package_files.h"

#define MAX_HARDWARE_IDS 4096u

static const char *const architectures[] = { "amd64", "x86" };

typedef struct {
    PackageFiles *files;
    const DriverInf *driver;
    char *folder; // of the INF in the package, with '/' at the end; "" at the top
    InfProblems *problems;
} Reading;

static void driver_file_free(gpointer data)
{
    DriverFile *file = data;
    g_free(file->path);
    g_free(file);
}

static void target_free(gpointer data)
{
    DriverTarget *target = data;
    g_free(target->decoration);
    g_free(target->catalog);
    g_free(target->signer);
    g_ptr_array_unref(target->hardware_ids);
    g_ptr_array_unref(target->files);
    g_free(target);
}

static void facts_free(gpointer data)
{
    DriverFacts *facts = data;
    g_ptr_array_unref(facts->targets);
    inf_problems_free(facts->problems);
    g_free(facts);
}

static gboolean has_unknown_string(const char *expanded)
{
    const char *start = strchr(expanded, '%');
    return start != NULL && strchr(start + 1, '%') != NULL;
}

static void take_ids(Reading *reading, const InfModels *models, DriverTarget *target)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < models->models->len; i++) {
        const InfModel *model = g_ptr_array_index(models->models, i);
        if (model->ids->len == 0)
            inf_problems_add(reading->problems, "no-hardware-id", target->architecture, model->line, NULL,
                             "a model without a hardware id");
        for (guint j = 0; j < model->ids->len; j++) {
            const char *id = g_ptr_array_index(model->ids, j);
            if (has_unknown_string(id))
                inf_problems_add(reading->problems, "missing-string", target->architecture, model->line, NULL,
                                 "hardware id %s has a string that [Strings] lacks", id);
            if (g_hash_table_add(seen, g_ascii_strdown(id, -1)) &&
                target->hardware_ids->len < MAX_HARDWARE_IDS)
                g_ptr_array_add(target->hardware_ids, g_strdup(id));
        }
    }
}

// What Windows and people see by a name that [Strings] does not have is the bare token.
static void check_descriptions(Reading *reading, const InfModels *models, const char *architecture)
{
    for (guint i = 0; i < models->models->len; i++) {
        const InfModel *model = g_ptr_array_index(models->models, i);
        g_autofree char *text =
            model->description != NULL ? inf_expand(reading->driver->file, model->description) : NULL;
        if (text != NULL && has_unknown_string(text))
            inf_problems_add(reading->problems, "missing-string", architecture, model->line, NULL,
                             "the description %s has a string that [Strings] lacks", text);
    }
}

// CatalogFile.nt<architecture>, .nt, plain [D: "INF Version Section"]. *ret_line: of the entry.
static char *catalogue_name(const DriverInf *driver, const char *architecture, guint *ret_line)
{
    g_autofree char *decorated = g_strdup_printf("CatalogFile.nt%s", architecture);
    const char *const keys[] = { decorated, "CatalogFile.nt", "CatalogFile" };
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        char *name = inf_value(driver->file, "Version", keys[i], 0);
        if (name == NULL)
            continue;
        *ret_line = inf_find(driver->file, "Version", keys[i])->line;
        return name;
    }
    return NULL;
}

// *ret_catalogue: NULL if there is none that can be read.
static gboolean take_catalogue(Reading *reading, DriverTarget *target, const Catalogue **ret_catalogue,
                               GError **error)
{
    guint line = 0;
    g_autofree char *name = catalogue_name(reading->driver, target->architecture, &line);
    g_autofree char *path = name != NULL ? g_strconcat(reading->folder, name, NULL) : NULL;
    const char *found = path != NULL ? package_files_find(reading->files, path) : NULL;

    *ret_catalogue = NULL;
    target->catalog = g_strdup(found != NULL ? found : path);
    if (path == NULL) {
        target->signature = DRIVER_UNSIGNED;
        inf_problems_add(reading->problems, "unsigned", target->architecture, 0, NULL,
                         "[Version] names no catalogue: the driver is not signed");
        return TRUE;
    }
    if (found == NULL) {
        target->signature = DRIVER_MISSING;
        inf_problems_add(reading->problems, "missing-catalog", target->architecture, line, path,
                         "names catalogue %s, which is not in the package", path);
        return TRUE;
    }
    if (!package_files_catalogue(reading->files, found, ret_catalogue, error))
        return FALSE;
    const Catalogue *catalogue = *ret_catalogue;
    if (catalogue == NULL) {
        target->signature = DRIVER_UNREADABLE;
        inf_problems_add(reading->problems, "unreadable-catalog", target->architecture, line, found,
                         "%s is no catalogue", found);
        return TRUE;
    }
    target->digests = catalogue->signatures.digests;
    target->signer = g_strdup(catalogue->signatures.signer);
    target->signature = target->digests != 0 ? DRIVER_SIGNED : DRIVER_UNSIGNED;
    if (target->digests == 0)
        inf_problems_add(reading->problems, "unsigned", target->architecture, line, found,
                         "nobody has signed catalogue %s", found);
    return TRUE;
}

static gboolean is_covered(const Catalogue *catalogue, const PackageFile *file)
{
    for (guint i = 0; i < file->hashes->len; i++) {
        if (catalogue_has(catalogue, g_ptr_array_index(file->hashes, i)))
            return TRUE;
    }
    return FALSE;
}

static gboolean has_extension(const char *path, const char *extension)
{
    const gsize length = strlen(path), tail = strlen(extension);
    return length >= tail && g_ascii_strcasecmp(path + length - tail, extension) == 0;
}

static void check_program(Reading *reading, const DriverTarget *target, const DriverFile *file, guint line)
{
    if (!has_extension(file->path, ".sys"))
        return;
    if (file->machine == NULL)
        inf_problems_add(reading->problems, "not-a-program", target->architecture, line, file->path,
                         "%s is no Windows program", file->path);
    else if (!g_str_equal(file->machine, target->architecture))
        inf_problems_add(reading->problems, "wrong-machine", target->architecture, line, file->path,
                         "%s is a program for %s, and is installed on %s", file->path, file->machine,
                         target->architecture);
}

// @path: from the top of the package. @line: where the INF names it, 0 for the INF itself.
static gboolean take_file(Reading *reading, DriverTarget *target, const Catalogue *catalogue,
                          const char *path, guint line, GError **error)
{
    const char *found = package_files_find(reading->files, path);
    DriverFile *file = g_new0(DriverFile, 1);

    g_ptr_array_add(target->files, file);
    file->path = g_strdup(found != NULL ? found : path);
    file->present = found != NULL;
    if (found == NULL) {
        inf_problems_add(reading->problems, "missing-file", target->architecture, line, path,
                         "names %s, which is not in the package", path);
        return TRUE;
    }
    const PackageFile *content = package_files_look(reading->files, found, error);
    if (content == NULL)
        return FALSE;
    file->machine = content->machine;
    file->embedded = content->embedded;
    file->checked = catalogue != NULL;
    file->covered = catalogue != NULL && is_covered(catalogue, content);
    if (file->checked && !file->covered)
        inf_problems_add(reading->problems, "not-covered", target->architecture, line, found,
                         "catalogue %s does not cover %s", target->catalog, found);
    check_program(reading, target, file, line);
    return TRUE;
}

static DriverTarget *read_target(Reading *reading, const char *architecture, const InfModels *models,
                                 GError **error)
{
    DriverTarget *target = g_new0(DriverTarget, 1);
    g_autoptr(InfInstall) install =
        inf_install_read(reading->driver->file, architecture, models, reading->problems);
    const Catalogue *catalogue = NULL;

    target->architecture = architecture;
    target->decoration = g_strdup(models->decoration);
    target->hardware_ids = g_ptr_array_new_with_free_func(g_free);
    target->files = g_ptr_array_new_with_free_func(driver_file_free);
    target->boot_start = install->boot_start;
    take_ids(reading, models, target);
    check_descriptions(reading, models, architecture);
    gboolean ok = take_catalogue(reading, target, &catalogue, error) &&
                  take_file(reading, target, catalogue, reading->driver->path, 0, error);
    for (guint i = 0; i < install->copies->len && ok; i++) {
        const InfCopy *copy = g_ptr_array_index(install->copies, i);
        g_autofree char *path = g_strconcat(reading->folder, copy->source, NULL);
        ok = cancel_check(error) && take_file(reading, target, catalogue, path, copy->line, error);
    }
    if (ok)
        return target;
    target_free(target);
    return NULL;
}

static guint line_of(const InfFile *inf, const char *key)
{
    const InfLine *line = inf_find(inf, "Version", key);
    return line != NULL ? line->line : 0;
}

static void check_version(const DriverInf *driver, InfProblems *problems)
{
    if (driver->date == NULL)
        inf_problems_add(problems, "bad-date", NULL, line_of(driver->file, "DriverVer"), NULL,
                         line_of(driver->file, "DriverVer") == 0
                             ? "[Version] has no DriverVer: Windows takes the driver for older than any other"
                             : "the date of DriverVer is not MM/DD/YYYY");
    if (driver->class_name != NULL && driver->class_guid == NULL)
        inf_problems_add(problems, "missing-class-guid", NULL, line_of(driver->file, "Class"), NULL,
                         "[Version] has a Class without ClassGuid");
    if (!driver->supports_amd64 && !driver->supports_x86)
        inf_problems_add(problems, "no-models", NULL, 0, NULL,
                         "has no models for Windows 7, on amd64 or x86");
}

static DriverFacts *read_inf(PackageFiles *files, const DriverInf *driver, GError **error)
{
    DriverFacts *facts = g_new0(DriverFacts, 1);
    const char *slash = strrchr(driver->path, '/');
    g_autofree char *folder =
        slash != NULL ? g_strndup(driver->path, (gsize)(slash - driver->path + 1)) : g_strdup("");
    facts->targets = g_ptr_array_new_with_free_func(target_free);
    facts->problems = inf_problems_new(driver->path);
    Reading reading = { files, driver, folder, facts->problems };
    check_version(driver, facts->problems);
    for (gsize i = 0; i < G_N_ELEMENTS(architectures); i++) {
        g_autoptr(InfModels) models = inf_models_read(driver->file, architectures[i]);
        if (models->models->len == 0)
            continue;
        DriverTarget *target = read_target(&reading, architectures[i], models, error);
        if (target == NULL) {
            facts_free(facts);
            return NULL;
        }
        g_ptr_array_add(facts->targets, target);
    }
    return facts;
}

GPtrArray *driver_facts_read(const DriverPackage *package, const char *directory, GError **error)
{
    g_autoptr(PackageFiles) files = package_files_new(package, directory);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(facts_free);
    for (guint i = 0; i < package->infs->len; i++) {
        DriverFacts *facts = read_inf(files, g_ptr_array_index(package->infs, i), error);
        if (facts == NULL)
            return NULL;
        g_ptr_array_add(list, facts);
    }
    return g_steal_pointer(&list);
}
