// SPDX-License-Identifier: GPL-3.0-or-later
// [Version] and [Manufacturer] of a driver's INF. Decorations [D: "INF Manufacturer Section"]:
// nt[architecture][.[major][.[minor][.[product type]…]]]; the highest version not above the system's wins, an
// empty models section excludes that system, and x64 takes no section without .ntamd64.
#include "inf_driver.h"

#include <stdio.h>
#include <string.h>

#include "media_error.h"

#define WINDOWS_7_VERSION   0x0601u
#define MAX_MANUFACTURERS   1024u // real INFs have one to a few dozen
#define PRODUCT_WORKSTATION 1u    // VER_NT_WORKSTATION

typedef struct {
    const char *name;
    const char *guid;
} SetupClass;

// The classes that Windows needs to see the disk it starts from.
static const SetupClass boot_critical_classes[] = {
    { "SCSIAdapter", "{4D36E97B-E325-11CE-BFC1-08002BE10318}" },
    { "HDC", "{4D36E96A-E325-11CE-BFC1-08002BE10318}" },
};

static const char *const signatures[] = { "$Windows NT$", "$Chicago$", "$Windows 95$" };

// A "target OS version" such as ntamd64.6.1, taken apart.
typedef struct {
    char architecture[8]; // "" for any
    guint version;        // major << 8 | minor
    guint product_type;   // 0 for any
} Decoration;

static gboolean parse_decoration(const char *text, Decoration *ret)
{
    g_autofree char *lower = g_ascii_strdown(text, -1);
    g_auto(GStrv) parts = g_strsplit(lower, ".", 6);
    guint count = g_strv_length(parts);

    memset(ret, 0, sizeof *ret);
    if (count == 0 || !g_str_has_prefix(parts[0], "nt"))
        return FALSE;
    if (g_strlcpy(ret->architecture, parts[0] + 2, sizeof ret->architecture) >= sizeof ret->architecture)
        return FALSE;
    guint64 major = count > 1 ? g_ascii_strtoull(parts[1], NULL, 0) : 0;
    guint64 minor = count > 2 ? g_ascii_strtoull(parts[2], NULL, 0) : 0;
    ret->version = (guint)(MIN(major, 255) << 8 | MIN(minor, 255));
    ret->product_type = count > 3 ? (guint)MIN(g_ascii_strtoull(parts[3], NULL, 0), 255) : 0;
    return TRUE;
}

static gboolean applies(const Decoration *decoration, const char *architecture)
{
    if (decoration->version > WINDOWS_7_VERSION)
        return FALSE;
    if (decoration->product_type != 0 && decoration->product_type != PRODUCT_WORKSTATION)
        return FALSE;
    if (decoration->architecture[0] == '\0')
        return g_str_equal(architecture, "x86");
    return g_str_equal(decoration->architecture, architecture);
}

// The higher version wins; of two alike, the one that names the architecture, then the product type.
static guint rank(const Decoration *decoration)
{
    return decoration->version << 2 | (decoration->architecture[0] != '\0' ? 2u : 0u) |
           (decoration->product_type != 0 ? 1u : 0u);
}

static gboolean section_has_lines(const InfFile *inf, const char *name)
{
    const GPtrArray *lines = inf_section(inf, name);
    return lines != NULL && lines->len > 0;
}

// Whether one line of [Manufacturer] leads to models for Windows 7 of that architecture.
static gboolean manufacturer_supports(const InfFile *inf, const InfLine *line, const char *architecture)
{
    g_autofree char *models = inf_expand(inf, g_ptr_array_index(line->values, 0));
    const char *best = NULL;
    guint best_rank = 0;

    for (guint i = 1; i < line->values->len; i++) {
        Decoration decoration;
        const char *text = g_ptr_array_index(line->values, i);
        if (!parse_decoration(text, &decoration) || !applies(&decoration, architecture))
            continue;
        if (best == NULL || rank(&decoration) > best_rank) {
            best = text;
            best_rank = rank(&decoration);
        }
    }
    if (best == NULL) // x86 falls back to the undecorated section, x64 never does
        return g_str_equal(architecture, "x86") && section_has_lines(inf, models);
    g_autofree char *section = g_strconcat(models, ".", best, NULL);
    return section_has_lines(inf, section);
}

static gboolean supports(const InfFile *inf, const char *architecture)
{
    const GPtrArray *manufacturers = inf_section(inf, "Manufacturer");

    for (guint i = 0; manufacturers != NULL && i < MIN(manufacturers->len, MAX_MANUFACTURERS); i++) {
        if (manufacturer_supports(inf, g_ptr_array_index(manufacturers, i), architecture))
            return TRUE;
    }
    return FALSE;
}

static gboolean is_boot_critical(const DriverInf *driver)
{
    for (gsize i = 0; i < G_N_ELEMENTS(boot_critical_classes); i++) {
        const SetupClass *class = &boot_critical_classes[i];
        if (driver->class_guid != NULL && g_ascii_strcasecmp(driver->class_guid, class->guid) == 0)
            return TRUE;
        if (driver->class_guid == NULL && driver->class_name != NULL &&
            g_ascii_strcasecmp(driver->class_name, class->name) == 0)
            return TRUE;
    }
    return FALSE;
}

// DriverVer = mm/dd/yyyy[,w.x.y.z]; some INFs write the date with hyphens.
static void read_driver_version(const InfFile *inf, DriverInf *driver)
{
    g_autofree char *date = inf_value(inf, "Version", "DriverVer", 0);
    guint month = 0;
    guint day = 0;
    guint year = 0;

    driver->version = inf_value(inf, "Version", "DriverVer", 1);
    if (date == NULL)
        return;
    g_strdelimit(date, "-", '/');
    if (sscanf(date, "%2u/%2u/%4u", &month, &day, &year) == 3 && month <= 12 && day <= 31 &&
        g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year))
        driver->date = g_strdup_printf("%04u-%02u-%02u", year, month, day);
}

static char *read_catalog(const InfFile *inf)
{
    static const char *const keys[] = { "CatalogFile", "CatalogFile.nt", "CatalogFile.ntamd64",
                                        "CatalogFile.ntx86" };

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        char *catalog = inf_value(inf, "Version", keys[i], 0);
        if (catalog != NULL)
            return catalog;
    }
    return NULL;
}

static gboolean check_signature(const InfFile *inf, const char *path, GError **error)
{
    const InfLine *line = inf_find(inf, "Version", "Signature");
    g_autofree char *signature = inf_value(inf, "Version", "Signature", 0);

    for (gsize i = 0; signature != NULL && i < G_N_ELEMENTS(signatures); i++) {
        if (g_ascii_strcasecmp(signature, signatures[i]) == 0)
            return TRUE;
    }
    if (line == NULL)
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_INF, "%s: has no [Version] section with a Signature",
                    path);
    else
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_INF, "%s: line %u: unknown Signature \"%s\"", path,
                    line->line, signature == NULL ? "" : signature);
    return FALSE;
}

DriverInf *inf_driver_read(const InfFile *inf, const char *path, GError **error)
{
    if (!check_signature(inf, path, error))
        return NULL;
    DriverInf *driver = g_new0(DriverInf, 1);
    driver->path = g_strdup(path);
    driver->class_name = inf_value(inf, "Version", "Class", 0);
    driver->class_guid = inf_value(inf, "Version", "ClassGuid", 0);
    driver->provider = inf_value(inf, "Version", "Provider", 0);
    driver->catalog = read_catalog(inf);
    read_driver_version(inf, driver);
    driver->boot_critical = is_boot_critical(driver);
    driver->supports_amd64 = supports(inf, "amd64");
    driver->supports_x86 = supports(inf, "x86");
    return driver;
}

void inf_driver_free(DriverInf *driver)
{
    if (driver == NULL)
        return;
    g_free(driver->path);
    g_free(driver->class_name);
    g_free(driver->class_guid);
    g_free(driver->provider);
    g_free(driver->version);
    g_free(driver->date);
    g_free(driver->catalog);
    g_free(driver);
}
