// SPDX-License-Identifier: GPL-3.0-or-later
// Which firmware a machine starts with: told from what libvirt, the emulator and the file say.
#include "daemon/vm/firmware.h"

#include <glib/gstdio.h>
#include <string.h>

#include "common/files.h"

static char *version_of(const char *bytes, gsize length)
{
    return firmware_version(bytes, length);
}
#define VERSION_OF(text) version_of(text, sizeof text - 1)

static void test_versions(void)
{
    g_autofree char *debian = VERSION_OF("SeaBIOS (version %s)\n\0x\0"
                                         "1.16.2-debian-1.16.2-1\0...");
    g_assert_cmpstr(debian, ==, "1.16.2-debian-1.16.2-1");
    g_autofree char *upstream = VERSION_OF("\0rel-1.16.2-0-gea1b7a073390-prebuilt.qemu.org\0\0SeaBIOS\0");
    g_assert_cmpstr(upstream, ==, "rel-1.16.2-0-gea1b7a073390-prebuilt.qemu.org");
}

static void test_no_versions(void)
{
    static const char *const texts[] = { "",          "SeaBIOS", "1.16.2", "SeaBIOS 1.16.2", "SeaBIOS\n1.16",
                                         "rel-1.16.2" };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_assert_null(firmware_version(texts[i], strlen(texts[i]) + 1));
    g_assert_null(VERSION_OF("SeaBIOS\0"
                             "1.16.2")); // runs to the end of the file
    g_assert_null(VERSION_OF("SeaBIOS\0"
                             "1.16.2\n\0"));
    g_assert_null(firmware_version("", 0));
}

static void test_the_first_folder_that_has_it(void)
{
    static const char image[] = "SeaBIOS\0"
                                "1.2.3-x";
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("sevend-firmware-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *none = g_build_filename(folder, "none", NULL),
                    *one = g_build_filename(folder, "one", NULL);
    g_autofree char *path = g_build_filename(one, "bios-256k.bin", NULL);
    g_autofree char *folders = g_strdup_printf("%s\n%s\n", none, one);
    g_assert_cmpint(g_mkdir(one, 0700), ==, 0);
    g_assert_null(firmware_read(folders, &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_true(file_write_atomic(path, image, sizeof image, 0600, NULL));
    g_autoptr(Firmware) firmware = firmware_read(folders, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(firmware->version, ==, "1.2.3-x");
    g_autofree char *sha256 =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)image, sizeof image);
    g_assert_cmpstr(firmware->sha256, ==, sha256);
    g_assert_true(tree_remove(folder, NULL));
}

static void test_no_folder_no_firmware(void)
{
    static const char *const texts[] = { "", "\n\n", "relative\n", "qemu-system-x86_64: -L: no" };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(firmware_read(texts[i], &error));
        g_assert_error(error, VM_ERROR, VM_ERROR_NOT_FOUND);
    }
}

static void test_only_known_emulators_are_run(void)
{
    static const char *const others[] = { "<domainCapabilities/>",
                                          "<domainCapabilities><path/></domainCapabilities>",
                                          "<domainCapabilities><path>/tmp/qemu</path></domainCapabilities>",
                                          "<domainCapabilities>" };
    g_autoptr(GError) error = NULL;
    g_autofree char *emulator = firmware_emulator("<domainCapabilities><path>/usr/bin/qemu-system-x86_64</"
                                                  "path><arch>x86_64</arch></domainCapabilities>",
                                                  &error);
    g_assert_no_error(error);
    g_assert_cmpstr(emulator, ==, "/usr/bin/qemu-system-x86_64");
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        g_assert_null(firmware_emulator(others[i], &error));
        g_assert_error(error, VM_ERROR, VM_ERROR_INVALID);
        g_clear_error(&error);
    }
}

// What is here says nothing of another host.
static void test_of_another_host_it_is_not_known(void)
{
    g_autoptr(GError) error = NULL;
    VmConnection *connection = vm_connection_new("qemu+tls://host.invalid/system", "qemu");
    g_assert_false(vm_connection_is_local(connection));
    g_assert_null(firmware_look(connection, "qemu", &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_NOT_FOUND);
    vm_connection_free(connection);
    VmConnection *local = vm_connection_new("test:///default", "qemu");
    g_assert_true(vm_connection_is_local(local));
    vm_connection_free(local);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    // The connector's thread warns of a libvirt that cannot be reached: expected here.
    g_log_set_always_fatal(G_LOG_FATAL_MASK);
    g_test_add_func("/firmware/version", test_versions);
    g_test_add_func("/firmware/no-version", test_no_versions);
    g_test_add_func("/firmware/first-folder", test_the_first_folder_that_has_it);
    g_test_add_func("/firmware/no-folder", test_no_folder_no_firmware);
    g_test_add_func("/firmware/emulator", test_only_known_emulators_are_run);
    g_test_add_func("/firmware/other-host", test_of_another_host_it_is_not_known);
    return g_test_run();
}
