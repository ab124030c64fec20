// SPDX-License-Identifier: GPL-3.0-or-later
// The matrix of preflight: disc × edition × drivers × hardware, and what each combination must come to. Plans
// are made of inspections as sevend-media writes them; that it does so is tests/media's.
#include <string.h>

#include "daemon/install/preflight.h"
#include "tests/unit/install/library_fixture.h"

#define USERS   "\"users\":[{\"name\":\"tester\",\"password\":\"T3ster-pass\",\"administrator\":true}]"
#define FILES   "{\"path\":\"d/d.inf\",\"present\":true,\"covered\":true,\"machine\":null}"
#define PRESENT "\"present\":true,\"covered\":true"

#define VIRTIO     "PCI\\\\VEN_1AF4&DEV_1042"
#define VIRTIO_REV "pci\\\\ven_1af4&dev_1042&subsys_11001AF4&rev_01"
#define OLD_VIRTIO "PCI\\\\VEN_1AF4&DEV_1001"
#define QXL        "PCI\\\\VEN_1B36&DEV_0100&SUBSYS_11001AF4"

// A driver package of one INF and one target. What is NULL is as in a good one.
typedef struct {
    const char *architecture; // amd64
    const char *class_name;   // SCSIAdapter, which is boot-critical
    const char *id;           // VIRTIO
    const char *state;        // signed
    const char *digest;       // sha1
    const char *file;         // members of a .sys file: PRESENT and the right machine
    const char *version;      // 1.0.0.0
    const char *path;         // d/d.inf
    const char *problem;      // code of one of the INF's problems
} Driver;

typedef struct {
    const char *text;
    const char *disc_architecture; // amd64
    const char *edition;           // PROFESSIONAL
    const char *sha2;              // "true" "false" "null"; false
    const char *hardware;          // {}
    Driver drivers[2];
    guint driver_count;
    const char *refused;  // codes in order, "pointer code"; "" for none
    const char *warnings; // likewise
} Row;

#define DRIVE   "{\"disk_bus\":\"virtio\"}"
#define NONE    ""
#define NO_DISK "/hardware/disk_bus no-boot-critical-driver"

static const Row rows[] = {
    // -- no drivers
    { .text = "SATA and std VGA need nothing", .refused = NONE, .warnings = NONE },
    { .text = "x86 as well", .disc_architecture = "x86", .refused = NONE, .warnings = NONE },
    { .text = "a virtio disk without a driver", .hardware = DRIVE, .refused = NO_DISK, .warnings = NONE },
    { .text = "a virtio disk without a driver on x86",
      .disc_architecture = "x86",
      .hardware = DRIVE,
      .refused = NO_DISK,
      .warnings = NONE },
    { .text = "QXL without a driver is only slow",
      .hardware = "{\"video\":\"qxl\"}",
      .refused = NONE,
      .warnings = "/hardware/video no-video-driver" },
    { .text = "everything wrong is named at once",
      .edition = "HOMEBASIC",
      .hardware = "{\"disk_bus\":\"virtio\",\"video\":\"qxl\",\"sockets\":2,\"memory_mib\":1024}",
      .refused = NO_DISK ", /hardware/sockets too-many-sockets",
      .warnings = "/hardware/video no-video-driver, /hardware/memory_mib low-memory" },

    // -- the driver of the disk
    { .text = "a virtio disk with its driver",
      .hardware = DRIVE,
      .drivers = { { 0 } },
      .driver_count = 1,
      .refused = NONE,
      .warnings = NONE },
    { .text = "ids are compared without regard to case, specific ones too",
      .hardware = DRIVE,
      .drivers = { { .id = VIRTIO_REV } },
      .driver_count = 1,
      .refused = NONE,
      .warnings = NONE },
    { .text = "class HDC is boot-critical, too",
      .hardware = DRIVE,
      .drivers = { { .class_name = "HDC" } },
      .driver_count = 1,
      .refused = NONE,
      .warnings = NONE },
    { .text = "a driver for the disk of another class",
      .hardware = DRIVE,
      .drivers = { { .class_name = "System" } },
      .driver_count = 1,
      .refused = NO_DISK,
      .warnings = NONE },
    { .text = "a storage driver for other hardware",
      .hardware = DRIVE,
      .drivers = { { .id = "PCI\\\\VEN_8086&DEV_2822" } },
      .driver_count = 1,
      .refused = NO_DISK,
      .warnings = NONE },
    { .text = "a driver that knows only the transitional device",
      .hardware = DRIVE,
      .drivers = { { .id = OLD_VIRTIO } },
      .driver_count = 1,
      .refused = NO_DISK,
      .warnings = NONE },
    { .text = "a driver for x86 on an amd64 disc",
      .hardware = DRIVE,
      .drivers = { { .architecture = "x86" } },
      .driver_count = 1,
      .refused = "/drivers/0 wrong-architecture, " NO_DISK,
      .warnings = NONE },
    { .text = "a driver for amd64 on an x86 disc",
      .disc_architecture = "x86",
      .drivers = { { .architecture = "amd64" } },
      .driver_count = 1,
      .refused = "/drivers/0 wrong-architecture",
      .warnings = NONE },
    { .text = "the right driver beside one for x86",
      .hardware = DRIVE,
      .drivers = { { .architecture = "x86" }, { 0 } },
      .driver_count = 2,
      .refused = "/drivers/0 wrong-architecture",
      .warnings = NONE },
    { .text = "a boot-critical driver below a folder that WinPE's script cannot name",
      .hardware = DRIVE,
      .drivers = { { .path = "Gerät/d.inf" } },
      .driver_count = 1,
      .refused = "/drivers/0 bad-path",
      .warnings = NONE },
    { .text = "another driver may lie there",
      .drivers = { { .path = "Gerät/d.inf", .class_name = "Net", .id = "A" } },
      .driver_count = 1,
      .refused = NONE,
      .warnings = NONE },

    // -- signatures
    { .text = "SHA-2 only, and the disc cannot verify it",
      .hardware = DRIVE,
      .drivers = { { .digest = "sha256" } },
      .driver_count = 1,
      .refused = "/drivers/0 sha2-driver",
      .warnings = NONE },
    { .text = "SHA-2 only, and the disc can",
      .sha2 = "true",
      .hardware = DRIVE,
      .drivers = { { .digest = "sha256" } },
      .driver_count = 1,
      .refused = NONE,
      .warnings = NONE },
    { .text = "SHA-2 only, and nobody knows",
      .sha2 = "null",
      .hardware = DRIVE,
      .drivers = { { .digest = "sha256" } },
      .driver_count = 1,
      .refused = NONE,
      .warnings = "/drivers/0 sha2-driver" },
    { .text = "both digests",
      .hardware = DRIVE,
      .drivers = { { .digest = "both" } },
      .driver_count = 1,
      .refused = NONE,
      .warnings = NONE },
    { .text = "a digest that Windows 7 does not know at all counts as SHA-2",
      .hardware = DRIVE,
      .drivers = { { .digest = "other" } },
      .driver_count = 1,
      .refused = "/drivers/0 sha2-driver",
      .warnings = NONE },
    { .text = "SHA-2 only, of a storage driver whose device is not there: the loader loads it all the same",
      .drivers = { { .digest = "sha256" } },
      .driver_count = 1,
      .refused = "/drivers/0 sha2-driver",
      .warnings = NONE },
    { .text = "SHA-2 only, of a video driver",
      .hardware = "{\"video\":\"qxl\"}",
      .drivers = { { .class_name = "Display", .id = QXL, .digest = "sha256" } },
      .driver_count = 1,
      .refused = NONE,
      .warnings = "/drivers/0 sha2-driver" },
    { .text = "x86 verifies nothing at the start",
      .disc_architecture = "x86",
      .hardware = DRIVE,
      .drivers = { { .architecture = "x86", .digest = "sha256" } },
      .driver_count = 1,
      .refused = NONE,
      .warnings = NONE },
    { .text = "unsigned on amd64",
      .hardware = DRIVE,
      .drivers = { { .state = "unsigned" } },
      .driver_count = 1,
      .refused = "/drivers/0 unsigned-driver",
      .warnings = NONE },
    { .text = "unsigned, of a device that the machine may do without",
      .drivers = { { .state = "unsigned", .class_name = "Net" } },
      .driver_count = 1,
      .refused = "/drivers/0 unsigned-driver",
      .warnings = NONE },
    { .text = "unsigned on x86",
      .disc_architecture = "x86",
      .hardware = DRIVE,
      .drivers = { { .architecture = "x86", .state = "unsigned" } },
      .driver_count = 1,
      .refused = NONE,
      .warnings = "/drivers/0 unsigned-driver" },
    { .text = "the catalogue is not in the package",
      .drivers = { { .state = "missing" } },
      .driver_count = 1,
      .refused = "/drivers/0 missing-catalog",
      .warnings = NONE },
    { .text = "the catalogue is damaged",
      .drivers = { { .state = "unreadable" } },
      .driver_count = 1,
      .refused = "/drivers/0 missing-catalog",
      .warnings = NONE },
    { .text = "the catalogue is damaged on x86",
      .disc_architecture = "x86",
      .drivers = { { .architecture = "x86", .state = "unreadable" } },
      .driver_count = 1,
      .refused = NONE,
      .warnings = "/drivers/0 missing-catalog" },
    { .text = "a file was changed after signing",
      .drivers = { { .file = "\"present\":true,\"covered\":false,\"machine\":\"amd64\"" } },
      .driver_count = 1,
      .refused = "/drivers/0 not-covered",
      .warnings = NONE },
    { .text = "a file was changed after signing, on x86",
      .disc_architecture = "x86",
      .drivers = { { .architecture = "x86",
                     .file = "\"present\":true,\"covered\":false,\"machine\":\"x86\"" } },
      .driver_count = 1,
      .refused = NONE,
      .warnings = "/drivers/0 not-covered" },

    // -- files
    { .text = "a file is missing",
      .hardware = DRIVE,
      .drivers = { { .file = "\"present\":false,\"covered\":null,\"machine\":null" } },
      .driver_count = 1,
      .refused = "/drivers/0 missing-file",
      .warnings = NONE },
    { .text = "a file is missing on x86",
      .disc_architecture = "x86",
      .drivers = { { .architecture = "x86", .file = "\"present\":false,\"covered\":null,\"machine\":null" } },
      .driver_count = 1,
      .refused = "/drivers/0 missing-file",
      .warnings = NONE },
    { .text = "the .sys is for another architecture",
      .hardware = DRIVE,
      .drivers = { { .file = PRESENT ",\"machine\":\"x86\"" } },
      .driver_count = 1,
      .refused = "/drivers/0 wrong-machine",
      .warnings = NONE },
    { .text = "the .sys is for Itanium",
      .drivers = { { .file = PRESENT ",\"machine\":\"ia64\"" } },
      .driver_count = 1,
      .refused = "/drivers/0 wrong-machine",
      .warnings = NONE },

    // -- the INF
    { .text = "an INF that lacks a section",
      .drivers = { { .problem = "missing-section" } },
      .driver_count = 1,
      .refused = "/drivers/0 bad-driver",
      .warnings = NONE },
    { .text = "an INF whose .sys is no program",
      .drivers = { { .problem = "not-a-program" } },
      .driver_count = 1,
      .refused = "/drivers/0 bad-driver",
      .warnings = NONE },
    { .text = "an INF without a date",
      .drivers = { { .problem = "bad-date" } },
      .driver_count = 1,
      .refused = NONE,
      .warnings = "/drivers/0 bad-driver" },

    // -- two of a kind
    { .text = "two versions of one driver",
      .hardware = DRIVE,
      .drivers = { { .version = "61.77.104.17300" }, { .version = "61.85.104.18500" } },
      .driver_count = 2,
      .refused = "/drivers/1 two-versions",
      .warnings = NONE },
    { .text = "the same driver twice",
      .hardware = DRIVE,
      .drivers = { { 0 }, { 0 } },
      .driver_count = 2,
      .refused = NONE,
      .warnings = "/drivers/1 two-drivers" },
    { .text = "two drivers for different hardware",
      .drivers = { { .id = "PCI\\\\VEN_1AF4&DEV_1042" }, { .id = QXL, .version = "2.0.0.0" } },
      .driver_count = 2,
      .refused = NONE,
      .warnings = NONE },
    { .text = "QXL with its driver",
      .hardware = "{\"video\":\"qxl\"}",
      .drivers = { { .class_name = "Display", .id = QXL } },
      .driver_count = 1,
      .refused = NONE,
      .warnings = NONE },
    { .text = "virtio and QXL, each with its driver",
      .hardware = "{\"video\":\"qxl\",\"disk_bus\":\"virtio\"}",
      .drivers = { { 0 }, { .class_name = "Display", .id = QXL, .path = "q/q.inf" } },
      .driver_count = 2,
      .refused = NONE,
      .warnings = NONE },

    // -- edition and hardware
    { .text = "two sockets in Home Premium",
      .edition = "HOMEPREMIUM",
      .hardware = "{\"vcpus\":2,\"sockets\":2}",
      .refused = "/hardware/sockets too-many-sockets",
      .warnings = NONE },
    { .text = "two sockets in Professional",
      .hardware = "{\"vcpus\":2,\"sockets\":2}",
      .refused = NONE,
      .warnings = NONE },
    { .text = "four sockets in Ultimate",
      .edition = "ULTIMATE",
      .hardware = "{\"vcpus\":4,\"sockets\":4}",
      .refused = "/hardware/sockets too-many-sockets",
      .warnings = NONE },
    { .text = "sixteen cores of one socket in Home Basic",
      .edition = "HOMEBASIC",
      .hardware = "{\"vcpus\":16}",
      .refused = NONE,
      .warnings = NONE },
    { .text = "8 GiB in Home Basic",
      .edition = "HOMEBASIC",
      .hardware = "{\"memory_mib\":8192}",
      .refused = NONE,
      .warnings = NONE },
    { .text = "more than 8 GiB in Home Basic",
      .edition = "HOMEBASIC",
      .hardware = "{\"memory_mib\":8193}",
      .refused = "/hardware/memory_mib too-much-memory",
      .warnings = NONE },
    { .text = "more than 16 GiB in Home Premium N",
      .edition = "HOMEPREMIUMN",
      .hardware = "{\"memory_mib\":32768}",
      .refused = "/hardware/memory_mib too-much-memory",
      .warnings = NONE },
    { .text = "192 GiB in Enterprise",
      .edition = "ENTERPRISE",
      .hardware = "{\"memory_mib\":196608}",
      .refused = NONE,
      .warnings = NONE },
    { .text = "more than 2 GiB in Starter",
      .disc_architecture = "x86",
      .edition = "STARTER",
      .hardware = "{\"memory_mib\":3072}",
      .refused = "/hardware/memory_mib too-much-memory",
      .warnings = NONE },
    { .text = "4 GiB on x86",
      .disc_architecture = "x86",
      .edition = "ULTIMATE",
      .hardware = "{\"memory_mib\":4096}",
      .refused = NONE,
      .warnings = NONE },
    { .text = "more than 4 GiB on x86",
      .disc_architecture = "x86",
      .edition = "ULTIMATE",
      .hardware = "{\"memory_mib\":6144}",
      .refused = "/hardware/memory_mib too-much-memory",
      .warnings = NONE },
    { .text = "little memory on amd64",
      .hardware = "{\"memory_mib\":1536}",
      .refused = NONE,
      .warnings = "/hardware/memory_mib low-memory" },
    { .text = "as much on x86",
      .disc_architecture = "x86",
      .hardware = "{\"memory_mib\":1536}",
      .refused = NONE,
      .warnings = NONE },
    { .text = "little memory on x86",
      .disc_architecture = "x86",
      .hardware = "{\"memory_mib\":768}",
      .refused = NONE,
      .warnings = "/hardware/memory_mib low-memory" },
    { .text = "a small disk on amd64",
      .hardware = "{\"disk_gib\":18}",
      .refused = NONE,
      .warnings = "/hardware/disk_gib small-disk" },
    { .text = "as small on x86",
      .disc_architecture = "x86",
      .hardware = "{\"disk_gib\":18}",
      .refused = NONE,
      .warnings = NONE },
};

static const char * or (const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

static json_object *inspection_of(const Driver *driver)
{
    const char *architecture = or (driver->architecture, "amd64"),
               *class_name = or (driver->class_name, "SCSIAdapter");
    const gboolean critical = strcmp(class_name, "SCSIAdapter") == 0 || strcmp(class_name, "HDC") == 0;
    g_autofree char *good_file = g_strdup_printf(PRESENT ",\"machine\":\"%s\"", architecture);
    g_autofree char *problem =
        driver->problem ? g_strdup_printf("{\"code\":\"%s\",\"architecture\":null,\"line\":1,\"path\":null,"
                                          "\"message\":\"d.inf: line 1: something\"}",
                                          driver->problem)
                        : g_strdup("");
    g_autofree char *text = g_strdup_printf(
        "{\"infs\":[{\"path\":\"%s\",\"class\":\"%s\",\"boot_critical\":%s,\"provider\":\"Someone\","
        "\"version\":\"%s\",\"architectures\":[\"%s\"],\"targets\":[{\"architecture\":\"%s\","
        "\"hardware_ids\":[\"%s\"],\"signature\":{\"state\":\"%s\",\"digest\":\"%s\",\"signer\":\"x\"},"
        "\"files\":[" FILES ",{\"path\":\"d/d.sys\",%s}]}],\"problems\":[%s]}]}",
        or (driver->path, "d/d.inf"), class_name, critical ? "true" : "false",
        or (driver->version, "1.0.0.0"), architecture, architecture, or (driver->id, VIRTIO),
        or (driver->state, "signed"), or (driver->digest, "sha1"), or (driver->file, good_file), problem);
    return parse_json(text);
}

static void put(gpointer object)
{
    json_object_put(object);
}

static InstallPlan *plan_of(const Row *row)
{
    InstallPlan *plan = g_new0(InstallPlan, 1);
    const char *architecture = or (row->disc_architecture, "amd64");
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < row->driver_count; i++)
        g_string_append_printf(names, "%s\"driver-%u\"", i > 0 ? "," : "", i);
    g_autofree char *text = g_strdup_printf("{\"name\":\"a\",\"template\":\"t\",\"disc\":\"d\"," USERS
                                            ",\"drivers\":[%s],\"hardware\":%s}",
                                            names->str, or (row->hardware, "{}"));
    g_autoptr(json_object) document = parse_json(text);
    g_autoptr(Faults) faults = faults_new();
    plan->request = machine_request_parse(document, faults);
    g_assert_nonnull(plan->request);
    plan->template = g_new0(Template, 1);
    plan->template->name = g_strdup("t");
    plan->template->architecture = g_strdup(architecture);
    plan->disc = g_new0(Disc, 1);
    plan->disc->name = g_strdup("win7");
    g_autofree char *inspection =
        g_strdup_printf("{\"el_torito\":{},\"sha2_drivers\":%s}", or (row->sha2, "false"));
    plan->inspection = parse_json(inspection);
    plan->driver_inspections = g_ptr_array_new_with_free_func(put);
    for (guint i = 0; i < row->driver_count; i++)
        g_ptr_array_add(plan->driver_inspections, inspection_of(&row->drivers[i]));
    plan->target = (UnattendTarget){
        .architecture = architecture,
        .edition_id = or (row->edition, "PROFESSIONAL"),
        .image_index = 1,
        .disk_bytes = (guint64)plan->request->disk_gib << 30,
    };
    return plan;
}

// "pointer code, pointer code". The caller frees.
static char *codes(const Faults *faults)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < faults_count(faults); i++) {
        const Fault *fault = faults_get(faults, i);
        g_string_append_printf(text, "%s%s %s", i > 0 ? ", " : "", fault->pointer, fault->code);
        g_assert_cmpuint(strlen(fault->message), >, 40); // says what would happen, not only that
    }
    return g_string_free(text, FALSE);
}

static void combination(gconstpointer data)
{
    const Row *row = data;
    InstallPlan *plan = plan_of(row);
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(Faults) warnings = faults_new();
    preflight_check(plan, faults, warnings);
    g_autofree char *refused = codes(faults), *warned = codes(warnings);
    g_assert_cmpstr(refused, ==, row->refused);
    g_assert_cmpstr(warned, ==, row->warnings);
    install_plan_free(plan);
}

static void another_architecture_than_the_template_and_no_boot_image(void)
{
    InstallPlan *plan = plan_of(&rows[0]);
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(Faults) warnings = faults_new();
    g_free(plan->template->architecture);
    plan->template->architecture = g_strdup("x86");
    json_object_object_del(plan->inspection, "el_torito");
    preflight_check(plan, faults, warnings);
    g_autofree char *refused = codes(faults);
    g_assert_cmpstr(refused, ==, "/disc wrong-architecture, /disc no-el-torito");
    install_plan_free(plan);
}

static void a_refusal_names_driver_disc_and_way_out(void)
{
    const Row row = { .hardware = DRIVE, .drivers = { { .digest = "sha256" } }, .driver_count = 1 };
    InstallPlan *plan = plan_of(&row);
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(Faults) warnings = faults_new();
    preflight_check(plan, faults, warnings);
    const char *message = faults_get(faults, 0)->message;
    g_assert_nonnull(strstr(message, "\"driver-0\""));
    g_assert_nonnull(strstr(message, "d/d.inf"));
    g_assert_nonnull(strstr(message, "\"win7\""));
    g_assert_nonnull(strstr(message, "would then not start from the disk"));
    g_assert_nonnull(strstr(message, "0.1.173"));
    install_plan_free(plan);
}

static void many_files_are_one_fault(void)
{
    const Row row = { .drivers = { { 0 } }, .driver_count = 1 };
    InstallPlan *plan = plan_of(&row);
    json_object *infs = json_object_object_get(plan->driver_inspections->pdata[0], "infs");
    json_object *targets = json_object_object_get(json_object_array_get_idx(infs, 0), "targets");
    json_object *files = json_object_object_get(json_object_array_get_idx(targets, 0), "files");
    for (guint i = 0; i < 100; i++)
        json_object_array_add(files, parse_json("{\"path\":\"gone.dll\",\"present\":false}"));
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(Faults) warnings = faults_new();
    preflight_check(plan, faults, warnings);
    g_assert_cmpuint(faults_count(faults), ==, 1);
    g_assert_cmpuint(strlen(faults_get(faults, 0)->message), <, 400);
    install_plan_free(plan);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strdup_printf("/preflight/%02" G_GSIZE_FORMAT " %s", i + 1, rows[i].text);
        g_test_add_data_func(path, &rows[i], combination);
    }
    g_test_add_func("/preflight/template-and-boot-image",
                    another_architecture_than_the_template_and_no_boot_image);
    g_test_add_func("/preflight/message", a_refusal_names_driver_disc_and_way_out);
    g_test_add_func("/preflight/many-files", many_files_are_one_fault);
    return g_test_run();
}
