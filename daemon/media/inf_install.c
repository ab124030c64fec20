// SPDX-License-Identifier: GPL-3.0-or-later
// From models to install sections, to file lists, to the places of files in the package.
#include "inf_install.h"

#include <stdlib.h>
#include <string.h>

#define MAX_COPIES   4096u
#define MAX_SECTIONS 1024u

typedef struct {
    const InfFile *inf;
    const char *architecture;
    InfInstall *install;
    InfProblems *problems;
    GHashTable *seen_sections; // folded names that were read
    GHashTable *seen_files;    // folded names of files that were resolved
} Reading;

static void copy_free(gpointer data)
{
    InfCopy *copy = data;
    g_free(copy->source);
    g_free(copy);
}

// TRUE the first time.
static gboolean is_first(GHashTable *seen, const char *name)
{
    return g_hash_table_add(seen, g_utf8_strdown(name, -1));
}

// The section that Windows uses for @base: .NT<architecture>, .NT, undecorated [D:
// SetupDiGetActualSectionToInstall]. NULL if there is none. The caller frees.
static char *actual_section(const Reading *reading, const char *base)
{
    g_autofree char *with_architecture = g_strdup_printf("%s.NT%s", base, reading->architecture);
    g_autofree char *with_nt = g_strdup_printf("%s.NT", base);
    const char *const names[] = { with_architecture, with_nt, base };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        if (inf_section(reading->inf, names[i]) != NULL)
            return g_strdup(names[i]);
    }
    return NULL;
}

// The line for @key in [@base.<architecture>] or else in [@base].
static const InfLine *find_by_architecture(const Reading *reading, const char *base, const char *key)
{
    g_autofree char *decorated = g_strdup_printf("%s.%s", base, reading->architecture);
    const InfLine *line = inf_find(reading->inf, decorated, key);
    return line != NULL ? line : inf_find(reading->inf, base, key);
}

static char *value_of(const Reading *reading, const InfLine *line, guint index)
{
    return index < line->values->len ? inf_expand(reading->inf, g_ptr_array_index(line->values, index))
                                     : g_strdup("");
}

// Appends a relative path of Windows to @path. FALSE if it leaves the package.
static gboolean append_path(GString *path, const char *windows_path)
{
    g_autofree char *text = g_strdelimit(g_strdup(windows_path), "\\", '/');
    g_auto(GStrv) parts = g_strsplit(text, "/", -1);

    for (gsize i = 0; parts[i] != NULL; i++) {
        const char *part = parts[i];
        if (part[0] == '\0' || g_str_equal(part, "."))
            continue;
        if (g_str_equal(part, "..") || strchr(part, ':') != NULL)
            return FALSE;
        g_string_append_printf(path, "%s%s", path->len > 0 ? "/" : "", part);
    }
    return TRUE;
}

// Where [SourceDisksNames] says that a disk is: its path, or its cabinet file. The caller frees.
static gboolean append_disk(const Reading *reading, GString *path, const char *disk, gboolean *ret_cabinet)
{
    const InfLine *line = find_by_architecture(reading, "SourceDisksNames", disk);
    if (line == NULL)
        return TRUE;
    g_autofree char *tag = value_of(reading, line, 1);
    g_autofree char *folder = value_of(reading, line, 3);
    g_autofree char *folded = g_ascii_strdown(tag, -1);
    *ret_cabinet = g_str_has_suffix(folded, ".cab");
    return append_path(path, folder) && (!*ret_cabinet || append_path(path, tag));
}

// Files of a LayoutFile come with Windows itself.
static gboolean comes_with_windows(const Reading *reading)
{
    return inf_find(reading->inf, "Version", "LayoutFile") != NULL;
}

static void add_file(Reading *reading, const char *name, guint line)
{
    if (name[0] == '\0' || !is_first(reading->seen_files, name) ||
        reading->install->copies->len >= MAX_COPIES)
        return;
    const InfLine *entry = find_by_architecture(reading, "SourceDisksFiles", name);
    g_autoptr(GString) path = g_string_new(NULL);
    gboolean cabinet = FALSE, inside = TRUE;
    if (entry == NULL && comes_with_windows(reading))
        return;
    if (entry == NULL) {
        inf_problems_add(reading->problems, "missing-source", reading->architecture, line, NULL,
                         "copies %s, which no [SourceDisksFiles] section lists", name);
    } else {
        g_autofree char *disk = value_of(reading, entry, 0);
        g_autofree char *folder = value_of(reading, entry, 1);
        inside = append_disk(reading, path, disk, &cabinet) && (cabinet || append_path(path, folder));
    }
    if (!inside || (!cabinet && !append_path(path, name))) {
        inf_problems_add(reading->problems, "bad-path", reading->architecture,
                         entry != NULL ? entry->line : line, NULL, "the path of %s leads out of the package",
                         name);
        return;
    }
    InfCopy *copy = g_new0(InfCopy, 1);
    copy->source = g_strdup(path->str);
    copy->line = entry != NULL ? entry->line : line;
    g_ptr_array_add(reading->install->copies, copy);
}

// "destination[, source[, unused[, flags]]]"; the source is called like the destination unless it says so.
static void read_file_list(Reading *reading, const char *section, guint line)
{
    const GPtrArray *lines = inf_section(reading->inf, section);
    if (lines == NULL) {
        inf_problems_add(reading->problems, "missing-section", reading->architecture, line, NULL,
                         "CopyFiles names section [%s], which is not there", section);
        return;
    }
    for (guint i = 0; i < lines->len; i++) {
        const InfLine *file = g_ptr_array_index(lines, i);
        g_autofree char *destination = value_of(reading, file, 0);
        g_autofree char *source = value_of(reading, file, 1);
        add_file(reading, source[0] != '\0' ? source : destination, file->line);
    }
}

static void read_copy_files(Reading *reading, const char *section)
{
    const GPtrArray *lines = inf_section(reading->inf, section);
    for (guint i = 0; lines != NULL && i < lines->len; i++) {
        const InfLine *line = g_ptr_array_index(lines, i);
        if (line->key == NULL || g_ascii_strcasecmp(line->key, "CopyFiles") != 0)
            continue;
        for (guint j = 0; j < line->values->len; j++) {
            g_autofree char *name = value_of(reading, line, j);
            if (name[0] == '@')
                add_file(reading, name + 1, line->line);
            else if (name[0] != '\0')
                read_file_list(reading, name, line->line);
        }
    }
}

// "AddService = name, [flags], service section[, …]"
static void read_services(Reading *reading, const char *section)
{
    g_autofree char *services = g_strconcat(section, ".Services", NULL);
    const GPtrArray *lines = inf_section(reading->inf, services);
    for (guint i = 0; lines != NULL && i < lines->len; i++) {
        const InfLine *line = g_ptr_array_index(lines, i);
        if (line->key == NULL || g_ascii_strcasecmp(line->key, "AddService") != 0 || line->values->len < 3)
            continue;
        g_autofree char *name = value_of(reading, line, 2);
        g_autofree char *start = inf_value(reading->inf, name, "StartType", 0);
        if (name[0] != '\0' && inf_section(reading->inf, name) == NULL)
            inf_problems_add(reading->problems, "missing-section", reading->architecture, line->line, NULL,
                             "AddService names section [%s], which is not there", name);
        else if (start != NULL && strtol(start, NULL, 0) == 0)
            reading->install->boot_start = TRUE;
    }
}

static void read_install_section(Reading *reading, const InfModel *model)
{
    if (model->install[0] == '\0' || !is_first(reading->seen_sections, model->install) ||
        g_hash_table_size(reading->seen_sections) > MAX_SECTIONS)
        return;
    g_autofree char *section = actual_section(reading, model->install);
    if (section == NULL) {
        inf_problems_add(reading->problems, "missing-section", reading->architecture, model->line, NULL,
                         "names install section [%s], which is not there", model->install);
        return;
    }
    g_autofree char *coinstallers = g_strconcat(section, ".CoInstallers", NULL);
    read_copy_files(reading, section);
    read_copy_files(reading, coinstallers);
    read_services(reading, section);
}

InfInstall *inf_install_read(const InfFile *inf, const char *architecture, const InfModels *models,
                             InfProblems *problems)
{
    g_autoptr(GHashTable) sections = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    InfInstall *install = g_new0(InfInstall, 1);
    Reading reading = { inf, architecture, install, problems, sections, files };

    install->copies = g_ptr_array_new_with_free_func(copy_free);
    for (guint i = 0; i < models->models->len; i++)
        read_install_section(&reading, g_ptr_array_index(models->models, i));
    g_autofree char *class_install = actual_section(&reading, "ClassInstall32");
    if (class_install != NULL)
        read_copy_files(&reading, class_install);
    return install;
}

void inf_install_free(InfInstall *install)
{
    if (install == NULL)
        return;
    g_ptr_array_unref(install->copies);
    g_free(install);
}
