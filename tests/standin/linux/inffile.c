// SPDX-License-Identifier: GPL-3.0-or-later
// Looks at a driver package as Windows 7 does: inffile ARCHITECTURE FILE.inf. Prints "class …", "catalog …",
// "hardware …", "service … START", "file …" lines with tabs. Exits 0 if the package fits this Windows, 4 if
// it is for another one, 1 (with a reason on standard error) if it is broken.
#include "inffile.h"

#include <dirent.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FITS = 0, BROKEN = 1, OTHER_WINDOWS = 4 };

static const char *architecture;
static char *folder;

static _Noreturn void broken(const char *why, const char *what)
{
    fprintf(stderr, "%s%s%s\n", why, *what ? ": " : "", what);
    exit(BROKEN);
}

// The file of that name in folder/below, without regard to case.
static bool file_exists(const char *below, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, below);
    for (char *c = path; *c; c++)
        *c = *c == '\\' ? '/' : *c;
    DIR *open_folder = opendir(path);
    bool found = false;
    for (struct dirent *entry; open_folder && !found && (entry = readdir(open_folder));)
        found = strcasecmp(entry->d_name, name) == 0;
    if (open_folder)
        closedir(open_folder);
    return found;
}

static void check_version(const Inf *inf)
{
    static const char *const catalogs[] = { "CatalogFile", "CatalogFile.nt", NULL, NULL };
    char with_architecture[64];
    const char *const signature = inf_value(inf, "Version", "Signature");
    const char *const class = inf_value(inf, "Version", "Class");
    if (!signature || (strcasecmp(signature, "$Windows NT$") != 0 && strcasecmp(signature, "$Chicago$") != 0))
        broken("no [Version] Signature that Windows knows", signature ? signature : "");
    if (!class || !inf_value(inf, "Version", "ClassGuid"))
        broken("no Class or ClassGuid in [Version]", "");
    printf("class\t%s\n", class);
    snprintf(with_architecture, sizeof with_architecture, "CatalogFile.nt%s", architecture);
    const char *catalog = inf_value(inf, "Version", with_architecture);
    for (int i = 0; !catalog && catalogs[i]; i++)
        catalog = inf_value(inf, "Version", catalogs[i]);
    if (catalog) {
        if (!file_exists("", catalog))
            broken("its catalogue is missing", catalog);
        printf("catalog\t%s\n", catalog);
    }
}

// How well "NTamd64.6.1" suits Windows 7 of this architecture: 0 not at all, more is better.
static int suits(const char *decoration)
{
    int major = 0, minor = 0;
    if (strncasecmp(decoration, "nt", 2) != 0)
        return 0;
    decoration += 2;
    const size_t length = strlen(architecture);
    bool named = strncasecmp(decoration, architecture, length) == 0;
    if (named)
        decoration += length;
    else if (*decoration != '.' && *decoration != '\0')
        return 0; // another architecture
    else if (strcmp(architecture, "amd64") == 0)
        return 0; // 64-bit models must say so
    if (*decoration == '.' && sscanf(decoration, ".%d.%d", &major, &minor) < 1 &&
        strspn(decoration, ".") != strlen(decoration))
        return 0;
    if (major > 6 || (major == 6 && minor > 1))
        return 0;
    return 1 + named + major * 1000 + minor * 10;
}

// The models section of one manufacturer line "%name% = models, decoration, …", or NULL if none is for this
// Windows.
static char *models_section(const char *value)
{
    char *const base = inf_field(value, 0);
    char *best = NULL;
    int best_rank = 0;
    for (size_t i = 1; inf_field(value, i); i++) {
        const int rank = suits(inf_field(value, i));
        if (rank > best_rank) {
            best_rank = rank;
            best = inf_field(value, i);
        }
    }
    if (best) {
        char *name = malloc(strlen(base) + strlen(best) + 2);
        sprintf(name, "%s.%s", base, best);
        return name;
    }
    return !inf_field(value, 1) && strcmp(architecture, "x86") == 0 ? base : NULL;
}

// Install sections may be decorated like models; the undecorated one comes last.
static const InfSection *decorated(const Inf *inf, const char *name, const char *more)
{
    char full[256];
    const char *const suffixes[] = { ".NT", "", NULL };
    snprintf(full, sizeof full, "%s.NT%s%s", name, architecture, more);
    const InfSection *found = inf_section(inf, full);
    for (int i = 0; !found && suffixes[i]; i++) {
        snprintf(full, sizeof full, "%s%s%s", name, suffixes[i], more);
        found = inf_section(inf, full);
    }
    return found;
}

static void print_services(const Inf *inf, const InfSection *services)
{
    for (size_t i = 0; services && i < services->count; i++) {
        if (strcasecmp(services->lines[i].key, "AddService") != 0)
            continue;
        const char *const expanded = inf_expand(inf, services->lines[i].value);
        char *const service = expanded ? inf_field(expanded, 0) : NULL;
        char *const section = expanded ? inf_field(expanded, 2) : NULL;
        const char *const start = section ? inf_value(inf, section, "StartType") : NULL;
        const char *const binary = section ? inf_value(inf, section, "ServiceBinary") : NULL;
        if (!service || !section || !start || !binary)
            broken("AddService without a complete service section", service ? service : "");
        printf("service\t%s\t%ld\t%s\n", service, strtol(start, NULL, 0), binary);
    }
}

static void check_source_file(const Inf *inf, const char *name)
{
    char section[64];
    snprintf(section, sizeof section, "SourceDisksFiles.%s", architecture);
    const char *where = inf_value(inf, section, name);
    if (!where)
        where = inf_value(inf, "SourceDisksFiles", name);
    if (!where)
        broken("a file to copy is not in [SourceDisksFiles]", name);
    const char *const below = inf_field(where, 1);
    snprintf(section, sizeof section, "SourceDisksNames.%s", architecture);
    const char *disk = inf_value(inf, section, inf_field(where, 0));
    if (!disk)
        disk = inf_value(inf, "SourceDisksNames", inf_field(where, 0));
    if (!disk)
        broken("a source disk is not in [SourceDisksNames]", inf_field(where, 0));
    const char *const disk_path = inf_field(disk, 3);
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", disk_path ? disk_path : "", below ? below : "");
    if (!file_exists(path, name))
        broken("a file of the package is missing", name);
    printf("file\t%s/%s\n", path, name);
}

static void check_copied_files(const Inf *inf, const InfSection *install)
{
    for (size_t i = 0; i < install->count; i++) {
        if (strcasecmp(install->lines[i].key, "CopyFiles") != 0)
            continue;
        for (size_t n = 0; inf_field(install->lines[i].value, n); n++) {
            const char *const list = inf_field(install->lines[i].value, n);
            if (*list == '@') {
                check_source_file(inf, list + 1);
                continue;
            }
            const InfSection *const section = inf_section(inf, list);
            if (!section)
                broken("CopyFiles names a section that is not there", list);
            for (size_t line = 0; line < section->count; line++) {
                const char *const text = section->lines[line].value;
                const char *const source = inf_field(text, 1);
                check_source_file(inf, source && *source ? source : inf_field(text, 0));
            }
        }
    }
}

// "%device% = install section, hardware id, …"; returns how many devices there are.
static int check_models(const Inf *inf, const InfSection *models)
{
    for (size_t i = 0; i < models->count; i++) {
        const char *const expanded = inf_expand(inf, models->lines[i].value);
        if (!expanded || !inf_expand(inf, models->lines[i].key))
            broken("a string is not in [Strings]", models->lines[i].key);
        const char *const name = inf_field(expanded, 0);
        for (size_t id = 1; inf_field(expanded, id); id++)
            printf("hardware\t%s\n", inf_field(expanded, id));
        const InfSection *const install = decorated(inf, name, "");
        if (!install)
            broken("an install section is missing", name);
        check_copied_files(inf, install);
        print_services(inf, decorated(inf, name, ".Services"));
    }
    return (int)models->count;
}

static int look_at(const char *path)
{
    const Inf *const inf = inf_read(path);
    if (!inf)
        broken("not a setup information file", "");
    check_version(inf);
    const InfSection *const manufacturers = inf_section(inf, "Manufacturer");
    if (!manufacturers)
        broken("no [Manufacturer]", "");
    int devices = 0;
    for (size_t i = 0; i < manufacturers->count; i++) {
        char *const name = models_section(manufacturers->lines[i].value);
        const InfSection *const models = name ? inf_section(inf, name) : NULL;
        if (name && !models)
            broken("a models section is missing", name);
        if (models)
            devices += check_models(inf, models);
    }
    return devices > 0 ? FITS : OTHER_WINDOWS;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    architecture = argv[1];
    folder = dirname(strdup(argv[2]));
    return look_at(argv[2]);
}
