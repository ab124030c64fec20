// SPDX-License-Identifier: GPL-3.0-or-later
// A machine of ours on the real libvirt and QEMU: volumes, definition, isolation, start, COM1 through
// virtlogd, disk activity, screen, ejecting, events, and nothing left afterwards. Its boot disc is made here:
// a boot sector that reports on COM1 and writes one sector to the disk. Skipped where libvirtd is not to be
// had.
#include <glib/gstdio.h>
#include <libvirt/virterror.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/vm/agent.h"
#include "daemon/vm/com1.h"
#include "daemon/vm/connection.h"
#include "daemon/vm/disk_backup.h"
#include "daemon/vm/domain.h"
#include "daemon/vm/domain_xml.h"
#include "daemon/vm/isolation.h"
#include "daemon/vm/snapshots.h"
#include "daemon/vm/storage.h"

#define URI     "qemu:///system"
#define NONCE   "00112233445566778899aabbccddeeff"
#define DISC    2048
#define SECTORS 24
// Emulation on a busy machine; only a failure waits that long.
#define PATIENCE_SECONDS 120

typedef struct {
    VmConnection *connection;
    char *folder, *pool_folder, *pool, *instance, *uuid, *name;
    char *boot_disc, *vendor_disc, *com1, *com2;
    gint started, rebooted, stopped;
} Machine;

// ---- A disc that boots without an operating system ----

static const guint8 boot_code[] = {
    0x31, 0xc0,       // xor ax,ax
    0x8e, 0xd8,       // mov ds,ax
    0x8e, 0xc0,       // mov es,ax
    0xbe, 0x40, 0x7c, // mov si,0x7c40: the text
    0xac,             // next: lodsb
    0x84, 0xc0,       // test al,al
    0x74, 0x11,       // jz done
    0x88, 0xc4,       // mov ah,al
    0xba, 0xfd, 0x03, // mov dx,0x3fd: COM1, line status
    0xec,             // wait: in al,dx
    0xa8, 0x20,       // test al,0x20
    0x74, 0xfb,       // jz wait
    0xb2, 0xf8,       // mov dl,0xf8: COM1, data
    0x88, 0xe0,       // mov al,ah
    0xee,             // out dx,al
    0xeb, 0xea,       // jmp next
    0xb8, 0x01, 0x03, // done: mov ax,0x301: write one sector
    0xbb, 0x00, 0x7c, // mov bx,0x7c00
    0xb9, 0x01, 0x00, // mov cx,1
    0xba, 0x80, 0x00, // mov dx,0x80: the first disk
    0xcd, 0x13,       // int 0x13
    0xfb,             // sti
    0xf4,             // halt: hlt
    0xeb, 0xfd,       // jmp halt
};
static const char report[] = "sevend/1 " NONCE " phase=winpe status=begin\r\n";

// ISO 9660 with El Torito, as little of both as SeaBIOS reads: descriptors in 16 to 18, catalogue in 19, boot
// image in 20.
static void write_boot_disc(const char *path)
{
    static guint8 disc[SECTORS * DISC];
    guint8 *catalogue = disc + 19 * DISC, *image = disc + 20 * DISC;

    memcpy(disc + 16 * DISC, "\1CD001\1", 7);
    memcpy(disc + 17 * DISC, "\0CD001\1EL TORITO SPECIFICATION", 30);
    disc[17 * DISC + 0x47] = 19;
    memcpy(disc + 18 * DISC,
           "\xff"
           "CD001\1",
           7);
    memcpy(catalogue, "\1\0\0\0", 4);
    memcpy(catalogue + 0x1c, "\xaa\x55\x55\xaa", 4);
    memcpy(catalogue + 0x20, "\x88\0\0\0\0\0\4\0\x14\0\0\0", 12);
    memcpy(image, boot_code, sizeof boot_code);
    memcpy(image + 0x40, report, sizeof report);
    g_assert_true(g_file_set_contents(path, (const char *)disc, sizeof disc, NULL));
    g_assert_cmpint(g_chmod(path, 0644), ==, 0);
}

// ---- Setting up, tearing down ----

static void on_event(const char *uuid, VmEventKind kind, gpointer data)
{
    Machine *machine = data;

    if (g_strcmp0(uuid, machine->uuid) != 0)
        return;
    if (kind == VM_EVENT_STARTED)
        g_atomic_int_inc(&machine->started);
    else if (kind == VM_EVENT_REBOOTED)
        g_atomic_int_inc(&machine->rebooted);
    else if (kind == VM_EVENT_STOPPED)
        g_atomic_int_inc(&machine->stopped);
}

static void set_up(Machine *machine, gconstpointer data)
{
    (void)data;
    machine->connection = vm_connection_new(URI, "qemu");
    // Below a folder that QEMU's user can pass through.
    machine->folder = g_dir_make_tmp("vmtest-live-XXXXXX", NULL);
    g_assert_cmpint(g_chmod(machine->folder, 0755), ==, 0);
    machine->pool_folder = g_build_filename(machine->folder, "pool", NULL);
    machine->boot_disc = g_build_filename(machine->folder, "boot & disc.iso", NULL);
    machine->vendor_disc = g_build_filename(machine->folder, "vendor.iso", NULL);
    machine->com1 = g_build_filename(machine->folder, "com1.log", NULL);
    machine->com2 = g_build_filename(machine->folder, "com2.sock", NULL);
    machine->pool = g_path_get_basename(machine->folder);
    machine->name = g_strdup(machine->pool);
    machine->instance = g_strdup(machine->pool);
    machine->uuid = g_uuid_string_random();
    write_boot_disc(machine->boot_disc);
    write_boot_disc(machine->vendor_disc);
    vm_connection_set_event_handler(machine->connection, on_event, machine);
}

static void remove_pool(Machine *machine)
{
    g_auto(VmConnect) connect = vm_connection_get(machine->connection, 1000, NULL);
    g_autoptr(virStoragePool) pool = connect ? virStoragePoolLookupByName(connect, machine->pool) : NULL;

    if (pool == NULL)
        return;
    storage_volume_delete(machine->connection, machine->pool, "disk.qcow2", NULL);
    storage_volume_delete(machine->connection, machine->pool, "config.iso", NULL);
    virStoragePoolDestroy(pool);
    virStoragePoolUndefine(pool);
    g_rmdir(machine->pool_folder);
}

static void tear_down(Machine *machine, gconstpointer data)
{
    char *const files[] = { machine->boot_disc, machine->vendor_disc, machine->com1, machine->com2 };

    (void)data;
    domain_destroy(machine->connection, machine->uuid, NULL);
    domain_undefine(machine->connection, machine->uuid, NULL);
    remove_pool(machine);
    vm_connection_free(machine->connection);
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_unlink(files[i]);
        g_free(files[i]);
    }
    g_assert_cmpint(g_rmdir(machine->folder), ==, 0);
    g_free(machine->folder);
    g_free(machine->pool_folder);
    g_free(machine->pool);
    g_free(machine->name);
    g_free(machine->instance);
    g_free(machine->uuid);
}

// ---- Pieces ----

static void prepare_volumes(Machine *machine)
{
    g_autoptr(GError) error = NULL;

    storage_pool_ensure(machine->connection, machine->pool, machine->pool_folder, &error);
    g_assert_no_error(error);
    storage_volume_create(machine->connection, machine->pool, "disk.qcow2", 64 << 20, &error);
    g_assert_no_error(error);
    storage_volume_upload(machine->connection, machine->pool, "config.iso", machine->vendor_disc, &error);
    g_assert_no_error(error);
}

static DomainSpec spec_of(Machine *machine)
{
    return (DomainSpec){
        .name = machine->name,
        .uuid = machine->uuid,
        .machine = "live",
        .instance = machine->instance,
        .virt_type = "qemu",
        .architecture = "amd64",
        .vcpus = 1,
        .sockets = 1,
        .memory_mib = 64,
        .pool = machine->pool,
        .volume = "disk.qcow2",
        .disk_bus = "sata",
        .boot_disc = machine->boot_disc,
        .vendor_disc = machine->vendor_disc,
        .config_pool = machine->pool,
        .config_volume = "config.iso",
        .video = "std",
        .sound = "hda",
        .com1_log = machine->com1,
        .com2_socket = machine->com2,
    };
}

static void define(Machine *machine, const DomainSpec *spec)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *xml = domain_xml_build(spec, &error);

    g_assert_no_error(error);
    domain_define(machine->connection, xml, &error);
    g_assert_no_error(error);
}

static void expect_isolated(Machine *machine, const char *where, const char *xml)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IsolationReport) isolation = isolation_report_new();

    g_assert_nonnull(xml);
    isolation_check_xml(isolation, where, xml);
    g_autofree char *command = domain_native_command(machine->connection, xml, &error);
    g_assert_no_error(error);
    isolation_check_command(isolation, command);
    g_autofree char *violations = isolation_report_violations(isolation);
    g_assert_cmpstr(violations, ==, NULL);
    for (guint i = 0; g_test_verbose() && i < isolation->checks->len; i++) {
        const IsolationCheck *check = isolation->checks->pdata[i];
        g_test_message("%s %s: %s", check->where, check->name, check->detail);
    }
}

static void wait_for(gint *counter, const char *what)
{
    for (int i = 0; i < PATIENCE_SECONDS * 10 && g_atomic_int_get(counter) == 0; i++)
        g_usleep(G_TIME_SPAN_SECOND / 10);
    if (g_atomic_int_get(counter) == 0)
        g_error("no event: %s", what);
}

// The phase of the first report on COM1, or NULL.
static char *wait_for_report(Machine *machine)
{
    g_autoptr(Com1Log) log = com1_log_new(machine->com1, NONCE, 0);

    for (int i = 0; i < PATIENCE_SECONDS * 10; i++) {
        g_autoptr(GPtrArray) lines = com1_log_read(log, NULL);
        for (guint j = 0; lines && j < lines->len; j++)
            if (((const Com1Line *)lines->pdata[j])->phase)
                return g_strdup(((const Com1Line *)lines->pdata[j])->phase);
        g_usleep(G_TIME_SPAN_SECOND / 10);
    }
    return NULL;
}

static guint64 wait_for_writing(Machine *machine)
{
    guint64 bytes = 0;

    for (int i = 0; i < PATIENCE_SECONDS * 10 && bytes == 0; i++) {
        if (!domain_disk_written(machine->connection, machine->uuid, &bytes, NULL))
            break;
        g_usleep(G_TIME_SPAN_SECOND / 10);
    }
    return bytes;
}

static void expect_png(Machine *machine)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) screen = domain_screenshot(machine->connection, machine->uuid, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(screen), >, 100);
    g_assert_cmpmem(g_bytes_get_data(screen, NULL), 8, "\x89PNG\r\n\x1a\n", 8);
}

static gboolean xml_names(char *xml, const char *text)
{
    g_autofree char *owned = xml;

    g_assert_nonnull(owned);
    return strstr(owned, text) != NULL;
}

static void expect_ejected(Machine *machine, const char *drive, const char *disc)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(xml_names(domain_live_xml(machine->connection, machine->uuid, NULL), disc));
    for (int twice = 0; twice < 2; twice++) {
        domain_eject(machine->connection, machine->uuid, drive, &error);
        g_assert_no_error(error);
        g_assert_false(xml_names(domain_live_xml(machine->connection, machine->uuid, NULL), disc));
        g_assert_false(xml_names(domain_inactive_xml(machine->connection, machine->uuid, NULL), disc));
    }
}

// ---- Tests ----

static void test_machine_from_volumes_to_nothing(Machine *machine, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    struct stat before, after;
    DomainPower power;
    const DomainSpec spec = spec_of(machine);
    (void)data;

    prepare_volumes(machine);
    define(machine, &spec);
    g_autofree char *defined = domain_inactive_xml(machine->connection, machine->uuid, NULL);
    expect_isolated(machine, "definition", defined);
    g_auto(GStrv) owned = domain_list_owned(machine->connection, machine->instance, NULL);
    g_assert_cmpuint(g_strv_length(owned), ==, 1);
    g_assert_cmpstr(owned[0], ==, machine->uuid);

    g_assert_cmpint(stat(machine->vendor_disc, &before), ==, 0);
    domain_start_paused(machine->connection, machine->uuid, &error);
    g_assert_no_error(error);
    g_assert_true(domain_power(machine->connection, machine->uuid, &power, NULL));
    g_assert_cmpint(power, ==, DOMAIN_PAUSED);
    g_autofree char *live = domain_live_xml(machine->connection, machine->uuid, NULL);
    expect_isolated(machine, "live-xml", live);
    domain_resume(machine->connection, machine->uuid, &error);
    g_assert_no_error(error);
    wait_for(&machine->started, "started");

    g_autofree char *phase = wait_for_report(machine);
    g_assert_cmpstr(phase, ==, "winpe");
    g_assert_cmpuint(wait_for_writing(machine), >=, 512);
    expect_png(machine);
    g_assert_null(agent_hello(machine->com2, NONCE, 500, NULL, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_UNREACHABLE);
    g_clear_error(&error);
    g_assert_true(domain_press_power_button(machine->connection, machine->uuid, NULL));

    expect_ejected(machine, DRIVE_CONFIG, "config.iso");
    expect_ejected(machine, DRIVE_BOOT, "disc.iso");
    g_assert_true(storage_volume_delete(machine->connection, machine->pool, "config.iso", NULL));
    g_assert_false(domain_eject(machine->connection, machine->uuid, "sdz", &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_NOT_FOUND);
    g_clear_error(&error);

    domain_destroy(machine->connection, machine->uuid, &error);
    g_assert_no_error(error);
    wait_for(&machine->stopped, "stopped");
    g_assert_false(domain_disk_written(machine->connection, machine->uuid, &(guint64){ 0 }, &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_STATE);
    g_clear_error(&error);
    // The vendor's disc belongs to whom it belonged.
    g_assert_cmpint(stat(machine->vendor_disc, &after), ==, 0);
    g_assert_cmpuint(before.st_uid, ==, after.st_uid);
    g_assert_cmpuint(before.st_gid, ==, after.st_gid);
    g_assert_cmpuint(before.st_mode, ==, after.st_mode);
    g_assert_cmpint(before.st_mtim.tv_sec, ==, after.st_mtim.tv_sec);

    // Without its discs it starts as well.
    domain_start(machine->connection, machine->uuid, &error);
    g_assert_no_error(error);
    domain_destroy(machine->connection, machine->uuid, NULL);
    g_assert_true(domain_undefine(machine->connection, machine->uuid, NULL));
    g_assert_true(domain_power(machine->connection, machine->uuid, &power, NULL));
    g_assert_cmpint(power, ==, DOMAIN_GONE);
}

static void test_reset_is_an_event(Machine *machine, gconstpointer data)
{
    const DomainSpec spec = spec_of(machine);
    (void)data;

    prepare_volumes(machine);
    define(machine, &spec);
    g_assert_true(domain_start(machine->connection, machine->uuid, NULL));
    g_auto(VmConnect) connect = vm_connection_get(machine->connection, 1000, NULL);
    g_autoptr(virDomain) domain = virDomainLookupByUUIDString(connect, machine->uuid);
    g_assert_cmpint(virDomainReset(domain, 0), ==, 0);
    wait_for(&machine->rebooted, "rebooted");
}

// While its disk is read, going back has to wait.
static void expect_busy(Machine *machine, const Snapshot *snapshot)
{
    g_autoptr(GError) error = NULL;

    // QEMU's user makes the socket and the scratch file in it.
    g_assert_cmpint(g_chmod(machine->pool_folder, 0777), ==, 0);
    disk_backup_begin(machine->connection, machine->uuid, "sda", machine->pool_folder, &error);
    g_assert_no_error(error);
    g_assert_false(snapshot_revert(machine->connection, machine->uuid, snapshot, &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_BUSY);
    g_assert_true(disk_backup_end(machine->connection, machine->uuid, NULL));
}

// libvirt ends the reading some time after it was told to.
static void go_back(Machine *machine, const Snapshot *snapshot)
{
    g_autoptr(GError) error = NULL;

    for (int i = 0; i < PATIENCE_SECONDS * 10; i++) {
        g_clear_error(&error);
        if (snapshot_revert(machine->connection, machine->uuid, snapshot, &error) ||
            !g_error_matches(error, VM_ERROR, VM_ERROR_BUSY))
            break;
        g_usleep(G_TIME_SPAN_SECOND / 10);
    }
    g_assert_no_error(error);
}

static void test_snapshot_comes_back_halted_and_isolated(Machine *machine, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Snapshot) snapshot = NULL;
    DomainPower power = DOMAIN_OTHER;
    const DomainSpec spec = spec_of(machine);
    (void)data;

    prepare_volumes(machine);
    define(machine, &spec);
    g_assert_true(domain_start(machine->connection, machine->uuid, NULL));
    g_assert_cmpuint(wait_for_writing(machine), >=, 512);
    snapshot_save(machine->connection, machine->uuid, "on", "job", &error);
    g_assert_no_error(error);
    g_assert_true(domain_power(machine->connection, machine->uuid, &power, NULL) && power == DOMAIN_RUNNING);
    g_assert_true(snapshot_find(machine->connection, machine->uuid, "on", &snapshot, NULL) && snapshot);
    g_assert_true(snapshot->memory && snapshot->current && snapshot->has_disc);
    expect_busy(machine, snapshot);

    go_back(machine, snapshot);
    g_assert_true(domain_power(machine->connection, machine->uuid, &power, NULL) && power == DOMAIN_PAUSED);
    g_autofree char *live = domain_live_xml(machine->connection, machine->uuid, NULL);
    expect_isolated(machine, "live-xml", live);
    g_assert_true(domain_resume(machine->connection, machine->uuid, NULL));
    g_assert_true(domain_destroy(machine->connection, machine->uuid, NULL));
    g_assert_true(domain_undefine(machine->connection, machine->uuid, &error)); // with its snapshot
    g_assert_no_error(error);
}

static void test_volume_is_replaced_and_holds_the_files_bytes(Machine *machine, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(machine->pool_folder, "config.iso", NULL);
    g_autofree char *bytes = g_malloc(700001), *stored = NULL;
    gsize length;
    struct stat about;
    (void)data;

    prepare_volumes(machine);
    for (gsize i = 0; i < 700001; i++)
        bytes[i] = (char)(i * i >> 3);
    // Not a whole number of anything.
    g_assert_true(g_file_set_contents(machine->vendor_disc, bytes, 700001, NULL));
    storage_volume_upload(machine->connection, machine->pool, "config.iso", machine->vendor_disc, &error);
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(path, &stored, &length, NULL));
    g_assert_cmpmem(stored, length, bytes, 700001);
    g_assert_cmpint(stat(path, &about), ==, 0);
    g_assert_cmpuint(about.st_mode & 07777, ==, 0600);

    g_assert_false(
        storage_volume_upload(machine->connection, machine->pool, "config.iso", machine->folder, &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_INVALID);
    g_clear_error(&error);
    g_auto(GStrv) names = storage_volume_list(machine->connection, machine->pool, NULL);
    g_assert_cmpuint(g_strv_length(names), ==, 2);
    g_assert_false(storage_volume_create(machine->connection, machine->pool, "disk.qcow2", 1 << 20, &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_STATE);
}

static void test_interface_of_a_template_is_found_in_the_definition(Machine *machine, gconstpointer data)
{
    static const char *const devices[] = { "<interface type='user'/>", NULL };
    g_autoptr(IsolationReport) isolation = isolation_report_new();
    DomainSpec spec = spec_of(machine);
    (void)data;

    prepare_volumes(machine);
    spec.extra_devices = devices;
    define(machine, &spec);
    g_autofree char *xml = domain_inactive_xml(machine->connection, machine->uuid, NULL);
    g_autofree char *command = domain_native_command(machine->connection, xml, NULL);
    isolation_check_xml(isolation, "definition", xml);
    isolation_check_command(isolation, command);
    g_autofree char *violations = isolation_report_violations(isolation);
    g_assert_nonnull(strstr(violations, "no-interface (definition): <interface type='user'>"));
    g_assert_nonnull(strstr(violations, "no-network-option (native-command): -netdev"));
    g_assert_nonnull(strstr(violations, "no-network-device (native-command): -device"));
}

// libvirt refuses the definition of a kvm machine where it does not offer KVM.
static gboolean offers_kvm(Machine *machine)
{
    g_auto(VmConnect) connect = vm_connection_get(machine->connection, 1000, NULL);
    char *capabilities = virConnectGetDomainCapabilities(connect, NULL, "x86_64", "q35", "kvm", 0);
    gboolean offered = capabilities != NULL;

    free(capabilities);
    return offered;
}

static void test_every_kind_of_machine_is_isolated(Machine *machine, gconstpointer data)
{
    static const struct {
        const char *virt_type, *disk_bus, *video, *sound, *extra_device;
        gboolean empty_drives;
    } kinds[] = {
        { "qemu", "virtio", "std", "none", NULL, FALSE },
        { "qemu", "sata", "qxl", "hda", NULL, TRUE },
        { "kvm", "sata", "std", "hda", NULL, FALSE },
        { "qemu", "sata", "std", "none", "<watchdog model='i6300esb' action='reset'/>", FALSE },
        { "qemu", "sata", "std", "none", "<sound model='ac97'/>", FALSE },
        { "qemu", "sata", "std", "none", "<controller type='usb' index='1' model='qemu-xhci'/>", FALSE },
        { "qemu", "sata", "std", "none", "<controller type='scsi' index='0' model='virtio-scsi'/>", FALSE },
    };
    gboolean kvm = offers_kvm(machine);
    (void)data;

    prepare_volumes(machine);
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const char *const devices[] = { kinds[i].extra_device, NULL };
        DomainSpec spec = spec_of(machine);
        if (strcmp(kinds[i].virt_type, "kvm") == 0 && !kvm)
            continue;
        spec.virt_type = kinds[i].virt_type;
        spec.disk_bus = kinds[i].disk_bus;
        spec.video = kinds[i].video;
        spec.sound = kinds[i].sound;
        spec.extra_devices = devices;
        if (kinds[i].empty_drives)
            spec.boot_disc = spec.vendor_disc = spec.config_volume = NULL;
        define(machine, &spec);
        g_autofree char *xml = domain_inactive_xml(machine->connection, machine->uuid, NULL);
        expect_isolated(machine, "definition", xml);
    }
}

static gboolean libvirt_is_there(void)
{
    virConnectPtr connect = virConnectOpen(URI);

    if (connect)
        virConnectClose(connect);
    return connect != NULL;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*test)(Machine *machine, gconstpointer data);
    } tests[] = {
        { "/live/machine-from-volumes-to-nothing", test_machine_from_volumes_to_nothing },
        { "/live/reset-is-an-event", test_reset_is_an_event },
        { "/live/volume-is-replaced-and-holds-the-files-bytes",
          test_volume_is_replaced_and_holds_the_files_bytes },
        { "/live/snapshot-comes-back-halted-and-isolated", test_snapshot_comes_back_halted_and_isolated },
        { "/live/every-kind-of-machine-is-isolated", test_every_kind_of_machine_is_isolated },
        { "/live/interface-of-a-template-is-found-in-the-definition",
          test_interface_of_a_template_is_found_in_the_definition },
    };

    if (!libvirt_is_there()) {
        printf("1..0 # SKIP " URI " cannot be reached\n");
        return 0;
    }
    g_test_init(&argc, &argv, NULL);
    // So that what was made is unmade when something fails.
    g_test_set_nonfatal_assertions();
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Machine, NULL, set_up, tests[i].test, tear_down);
    return g_test_run();
}
