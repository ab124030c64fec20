// SPDX-License-Identifier: GPL-3.0-or-later
// [Version] of a driver's INF, and whether it has models for Windows 7 (inf_models.c).
#include "inf_driver.h"

#include <stdio.h>
#include <string.h>

#include "inf_models.h"
#include "media_error.h"

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

static gboolean serves(const InfFile *inf, const char *architecture)
{
    g_autoptr(InfModels) models = inf_models_read(inf, architecture);
    return models->models->len > 0;
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

DriverInf *inf_driver_read(InfFile *inf, const char *path, GError **error)
{
    if (!check_signature(inf, path, error)) {
        inf_free(inf);
        return NULL;
    }
    DriverInf *driver = g_new0(DriverInf, 1);
    driver->file = inf;
    driver->path = g_strdup(path);
    driver->class_name = inf_value(inf, "Version", "Class", 0);
    driver->class_guid = inf_value(inf, "Version", "ClassGuid", 0);
    driver->provider = inf_value(inf, "Version", "Provider", 0);
    driver->catalog = read_catalog(inf);
    read_driver_version(inf, driver);
    driver->boot_critical = is_boot_critical(driver);
    driver->supports_amd64 = serves(inf, "amd64");
    driver->supports_x86 = serves(inf, "x86");
    return driver;
}

void inf_driver_free(DriverInf *driver)
{
    if (driver == NULL)
        return;
    inf_free(driver->file);
    g_free(driver->path);
    g_free(driver->class_name);
    g_free(driver->class_guid);
    g_free(driver->provider);
    g_free(driver->version);
    g_free(driver->date);
    g_free(driver->catalog);
    g_free(driver);
}
