// SPDX-License-Identifier: GPL-3.0-or-later
// What would become of the offered drivers: in Setup, at the first start from the disk, and later.
#include <string.h>

#include "daemon/install/offered_drivers.h"
#include "daemon/install/preflight_rules.h"
#include "daemon/library/driver_packages.h"

#define MAX_NAMED 5 // files named in one message

typedef struct {
    const InstallPlan *plan;
    GPtrArray *drivers; // OfferedDriver
    Faults *faults, *warnings;
    gboolean amd64;
} Check;

// Where a rule holds on x64 and is only good advice on x86.
static Faults *strict_on_amd64(const Check *check)
{
    return check->amd64 ? check->faults : check->warnings;
}

static gboolean is_needed_to_start(const Check *check, const OfferedDriver *driver)
{
    const MachineDevice *disk = machine_disk_device(check->plan->request);
    return disk && driver->boot_critical && offered_driver_fits(driver, disk);
}

// Packages for another architecture alone. A package may well serve both.
static void check_architectures(const Check *check)
{
    for (gsize i = 0; check->plan->request->drivers[i]; i++) {
        json_object *inspection = check->plan->driver_inspections->pdata[i];
        g_autofree char *pointer = json_pointer_append_index("/drivers", i);
        if (!driver_package_serves(inspection, check->plan->target.architecture))
            faults_add(check->faults, pointer, "wrong-architecture", NULL,
                       "driver package \"%s\" has no driver for Windows 7 on %s: Windows would never install "
                       "it; take the package for %s",
                       check->plan->request->drivers[i], check->plan->target.architecture,
                       check->plan->target.architecture);
    }
}

// Of a package that does serve the disk, but not so that Setup sees it.
static char *why_no_driver_fits(const Check *check, const MachineDevice *disk)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < check->drivers->len; i++) {
        const OfferedDriver *driver = check->drivers->pdata[i];
        const gboolean fits = offered_driver_fits(driver, disk);
        if (driver->boot_critical && !fits)
            g_string_append_printf(text, "; %s of \"%s\" is a storage driver, but not for %s", driver->path,
                                   driver->package, disk->ids[3]);
        else if (!driver->boot_critical && fits)
            g_string_append_printf(
                text,
                "; %s of \"%s\" names the disk, but is of a class that Windows does not load "
                "before the disk is there",
                driver->path, driver->package);
    }
    return g_string_free(text, FALSE);
}

static void check_disk(const Check *check)
{
    const MachineDevice *disk = machine_disk_device(check->plan->request);
    for (guint i = 0; disk && i < check->drivers->len; i++)
        if (is_needed_to_start(check, check->drivers->pdata[i]))
            return;
    if (!disk)
        return;
    g_autofree char *why = why_no_driver_fits(check, disk);
    faults_add(
        check->faults, "/hardware/disk_bus", "no-boot-critical-driver", NULL,
        "a virtio disk needs a storage driver (class SCSIAdapter) for %s on %s among \"drivers\": Setup "
        "would see no disk and stop%s; add such a package, such as virtio-win 0.1.173's viostor, or take "
        "disk_bus \"sata\"",
        disk->ids[3], check->plan->target.architecture, why);
}

static void check_video(const Check *check)
{
    const MachineDevice *video = machine_video_device(check->plan->request);
    for (guint i = 0; video && i < check->drivers->len; i++)
        if (offered_driver_fits(check->drivers->pdata[i], video))
            return;
    if (video)
        faults_add(
            check->warnings, "/hardware/video", "no-video-driver", NULL,
            "no driver for the %s (%s) is among \"drivers\": Windows would use its VGA driver, slower and "
            "with fewer resolutions; add a package for it, or take video \"std\"",
            video->name, video->ids[5]);
}

// Unsigned packages are not staged on x64, or do not load there [D: "Kernel-Mode Code Signing Requirements"].
static void check_is_signed(const Check *check, const OfferedDriver *driver)
{
    const char *then = check->amd64 ? "64-bit Windows 7 refuses drivers without one: get the signed package"
                                    : "Windows installs it all the same, and asks when a person does";
    if (driver->signature == DRIVER_UNSIGNED)
        faults_add(strict_on_amd64(check), driver->pointer, "unsigned-driver", NULL,
                   "driver package \"%s\": %s is not signed; %s", driver->package, driver->path, then);
    else if (driver->signature == DRIVER_NO_CATALOG)
        faults_add(strict_on_amd64(check), driver->pointer, "missing-catalog", NULL,
                   "driver package \"%s\": the catalogue with the signature of %s is missing or damaged; %s",
                   driver->package, driver->path, then);
}

// WinPE loads such a driver without looking, and the loader of the installed system refuses it (FACTS,
// Signatures). Offline servicing makes every boot-critical driver of the packages one that the loader loads,
// whether its device is there or not [B]: so that the disk's bus makes no difference.
static void check_sha2(const Check *check, const OfferedDriver *driver)
{
    json_object *verifies = NULL;
    json_object_object_get_ex(check->plan->inspection, "sha2_drivers", &verifies);
    if (!check->amd64 || driver->signature != DRIVER_SHA2_ONLY ||
        (verifies && json_object_get_boolean(verifies)))
        return;
    const char *disc = check->plan->disc->name;
    const char *instead = "take a version that is signed with SHA-1 too (of virtio-win: 0.1.173 or earlier), "
                          "or a disc with update "
                          "KB4474419 in its images";
    if (!verifies)
        faults_add(
            check->warnings, driver->pointer, "sha2-driver", NULL,
            "driver package \"%s\": %s is signed with SHA-2 only, and whether disc \"%s\" can verify that is "
            "not known; if it cannot, the driver will not load: then %s",
            driver->package, driver->path, disc, instead);
    else if (driver->boot_critical)
        faults_add(
            check->faults, driver->pointer, "sha2-driver", NULL,
            "driver package \"%s\": %s is signed with SHA-2 only, which disc \"%s\" cannot verify: Setup "
            "would copy Windows to the end, and Windows would then not start from the disk; %s",
            driver->package, driver->path, disc, instead);
    else
        faults_add(check->warnings, driver->pointer, "sha2-driver", NULL,
                   "driver package \"%s\": %s is signed with SHA-2 only, which disc \"%s\" cannot verify: "
                   "its device "
                   "will not work; %s",
                   driver->package, driver->path, disc, instead);
}

// Names files of a driver for one message: "a, b, … (7 in all)". The caller frees.
typedef struct {
    GString *text;
    guint count;
} Names;

static void name_file(Names *names, json_object *file)
{
    if (names->count < MAX_NAMED)
        g_string_append_printf(names->text, "%s%s", names->count > 0 ? ", " : "",
                               json_string_member(file, "path"));
    names->count++;
    if (names->count == MAX_NAMED + 1)
        g_string_append(names->text, ", …");
}

static gboolean is_system_file(json_object *file)
{
    const char *path = json_string_member(file, "path");
    return path && g_str_has_suffix(path, ".sys");
}

static gboolean is_false(json_object *file, const char *name)
{
    json_object *value = NULL;
    return json_object_object_get_ex(file, name, &value) && json_object_is_type(value, json_type_boolean) &&
           !json_object_get_boolean(value);
}

static gboolean is_missing(const Check *check G_GNUC_UNUSED, json_object *file)
{
    return is_false(file, "present");
}

static gboolean is_foreign(const Check *check, json_object *file)
{
    const char *machine = json_string_member(file, "machine");
    return machine && is_system_file(file) && strcmp(machine, check->plan->target.architecture) != 0;
}

static gboolean is_uncovered(const Check *check G_GNUC_UNUSED, json_object *file)
{
    return is_false(file, "covered") && !is_false(file, "present");
}

static const struct {
    gboolean (*applies)(const Check *check, json_object *file);
    gboolean only_strict_on_amd64;
    const char *code, *problem, *consequence;
} file_rules[] = {
    { is_missing, FALSE, "missing-file", "names files that are not in the package",
      "Setup would stop when it installs the driver; get the whole package" },
    { is_foreign, FALSE, "wrong-machine", "installs drivers that are programs of another architecture",
      "Windows could not load them; get the package for this architecture" },
    { is_uncovered, TRUE, "not-covered", "has files that its catalogue does not cover",
      "Windows takes a package that was changed after it was signed for unsigned; get the original" },
};

static void check_files(const Check *check, const OfferedDriver *driver)
{
    json_object *files = offered_driver_files(driver);
    for (gsize i = 0; files && i < G_N_ELEMENTS(file_rules); i++) {
        Names names = { g_string_new(NULL), 0 };
        for (gsize j = 0; j < json_object_array_length(files); j++) {
            json_object *file = json_object_array_get_idx(files, j);
            if (file_rules[i].applies(check, file))
                name_file(&names, file);
        }
        if (names.count > 0)
            faults_add(file_rules[i].only_strict_on_amd64 ? strict_on_amd64(check) : check->faults,
                       driver->pointer, file_rules[i].code, NULL, "driver package \"%s\": %s %s (%s): %s",
                       driver->package, driver->path, file_rules[i].problem, names.text->str,
                       file_rules[i].consequence);
        g_string_free(names.text, TRUE);
    }
}

// What inspection found wrong in the INF itself. Of a broken one Setup has stopped (FACTS, Drivers).
static void check_inf(const Check *check, const OfferedDriver *driver)
{
    static const char *const said_elsewhere[] = { "missing-file",       "wrong-machine",
                                                  "not-covered",        "unsigned",
                                                  "no-models",          "missing-catalog",
                                                  "unreadable-catalog", NULL };
    static const char *const breaks[] = { "missing-source", "missing-section", "missing-class-guid",
                                          "not-a-program", NULL };
    json_object *problems = NULL;
    json_object_object_get_ex(driver->inf, "problems", &problems);
    for (gsize i = 0; problems && i < json_object_array_length(problems); i++) {
        json_object *problem = json_object_array_get_idx(problems, i);
        const char *code = json_string_member(problem, "code");
        const char *architecture = json_string_member(problem, "architecture");
        if (!code || g_strv_contains(said_elsewhere, code) ||
            (architecture && strcmp(architecture, check->plan->target.architecture) != 0))
            continue;
        const gboolean broken = g_strv_contains(breaks, code);
        faults_add(broken ? check->faults : check->warnings, driver->pointer, "bad-driver", NULL,
                   "driver package \"%s\": %s%s", driver->package, json_string_member(problem, "message"),
                   broken ? ": Setup would stop when it installs the driver" : "");
    }
}

// The list of drivers that WinPE loads is read by a script in a code page that nobody knows.
static void check_path(const Check *check, const OfferedDriver *driver)
{
    if (driver->boot_critical && !g_str_is_ascii(driver->path))
        faults_add(
            check->faults, driver->pointer, "bad-path", NULL,
            "driver package \"%s\": the path of %s is not plain ASCII, so that Windows PE could not load it: "
            "rename its folders",
            driver->package, driver->path);
}

static gboolean is_same_driver(const OfferedDriver *one, const OfferedDriver *other)
{
    g_autofree char *name = g_path_get_basename(one->path), *other_name = g_path_get_basename(other->path);
    return g_ascii_strcasecmp(name, other_name) == 0 ||
           (one->provider && other->provider && g_ascii_strcasecmp(one->provider, other->provider) == 0);
}

static void complain_of_two(const Check *check, const OfferedDriver *one, const OfferedDriver *other,
                            const char *id)
{
    const char *version = one->version ? one->version : "no version";
    const char *other_version = other->version ? other->version : "no version";
    if (is_same_driver(one, other) && g_strcmp0(one->version, other->version) != 0)
        faults_add(
            check->faults, other->pointer, "two-versions", NULL,
            "%s of \"%s\" (%s) and %s of \"%s\" (%s) are two versions of one driver, both for %s: Windows "
            "would load the one and install the other; leave one out",
            one->path, one->package, version, other->path, other->package, other_version, id);
    else
        faults_add(check->warnings, other->pointer, "two-drivers", NULL,
                   "%s of \"%s\" (%s) and %s of \"%s\" (%s) both serve %s: Windows will choose one of them",
                   one->path, one->package, version, other->path, other->package, other_version, id);
}

// Two drivers may share many ids: each pair is named once.
static void check_pairs(const Check *check)
{
    g_autoptr(GHashTable) owners = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) named = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < check->drivers->len; i++) {
        OfferedDriver *driver = check->drivers->pdata[i];
        json_object *ids = offered_driver_ids(driver);
        for (gsize j = 0; ids && j < json_object_array_length(ids); j++) {
            const char *id = json_object_get_string(json_object_array_get_idx(ids, j));
            char *folded = g_ascii_strdown(id, -1);
            const OfferedDriver *owner = g_hash_table_lookup(owners, folded);
            if (!owner) {
                g_hash_table_insert(owners, folded, driver);
                continue;
            }
            g_free(folded);
            if (owner != driver &&
                g_hash_table_add(named, g_strdup_printf("%p %p", (const void *)owner, (const void *)driver)))
                complain_of_two(check, owner, driver, id);
        }
    }
}

void preflight_drivers(const InstallPlan *plan, Faults *faults, Faults *warnings)
{
    g_autoptr(GPtrArray) drivers = offered_drivers_new(plan);
    const Check check = { plan, drivers, faults, warnings, strcmp(plan->target.architecture, "amd64") == 0 };
    check_architectures(&check);
    check_disk(&check);
    check_video(&check);
    for (guint i = 0; i < drivers->len; i++) {
        check_is_signed(&check, drivers->pdata[i]);
        check_sha2(&check, drivers->pdata[i]);
        check_files(&check, drivers->pdata[i]);
        check_inf(&check, drivers->pdata[i]);
        check_path(&check, drivers->pdata[i]);
    }
    check_pairs(&check);
}
