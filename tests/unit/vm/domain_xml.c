// SPDX-License-Identifier: GPL-3.0-or-later
// domain_xml_build() against golden files in tests/golden/domain/ (SEVEND_UPDATE_GOLDEN=1 writes them),
// against libvirt's schema, against the isolation rule, and with specifications that it must refuse.
#include "daemon/vm/domain_xml.h"

#include <libxml/relaxng.h>
#include <string.h>

#include "daemon/vm/connection.h"
#include "daemon/vm/isolation.h"
#include "daemon/vm/xml.h"

#define SCHEMA "/usr/share/libvirt/schemas/domain.rng"

static const DomainSpec plain = {
    .name = "sevend-compat-01",
    .uuid = "5f1f2b0c-7c1f-4d55-9f0b-0d6a3a2b1c00",
    .machine = "compat-01",
    .instance = "0123456789abcdef",
    .virt_type = "qemu",
    .architecture = "amd64",
    .vcpus = 2,
    .sockets = 1,
    .memory_mib = 2048,
    .pool = "sevend",
    .volume = "compat-01.qcow2",
    .disk_bus = "sata",
    .boot_disc = "/var/lib/sevend/boot-discs/0a1b.iso",
    .vendor_disc = "/var/lib/sevend/discs/win7 & sp1.iso",
    .config_pool = "sevend",
    .config_volume = "compat-01-config.iso",
    .video = "std",
    .sound = "none",
    .com1_log = "/var/lib/sevend/machines/compat-01/com1.log",
    .com2_socket = "/run/sevend/machines/compat-01/com2.sock",
};

static DomainSpec amd64_qemu(void)
{
    return plain;
}

static DomainSpec x86_qemu(void)
{
    DomainSpec spec = plain;
    spec.architecture = "x86";
    spec.vcpus = 1;
    spec.memory_mib = 1024;
    return spec;
}

static DomainSpec amd64_kvm(void)
{
    DomainSpec spec = plain;
    spec.virt_type = "kvm";
    return spec;
}

static DomainSpec virtio_disk(void)
{
    DomainSpec spec = plain;
    spec.disk_bus = "virtio";
    return spec;
}

static DomainSpec sound_and_qxl(void)
{
    DomainSpec spec = plain;
    spec.sound = "hda";
    spec.video = "qxl";
    return spec;
}

static DomainSpec empty_drives(void)
{
    DomainSpec spec = plain;
    spec.boot_disc = spec.vendor_disc = spec.config_pool = spec.config_volume = NULL;
    return spec;
}

static DomainSpec extra_devices(void)
{
    static const char *const devices[] = {
        "<watchdog model='i6300esb' action='reset'/>",
        "<controller type='usb' index='1' model='qemu-xhci'/>",
        NULL,
    };
    DomainSpec spec = plain;
    spec.extra_devices = devices;
    return spec;
}

static const struct {
    const char *name;
    DomainSpec (*make)(void);
} goldens[] = {
    { "amd64-qemu", amd64_qemu },       { "x86-qemu", x86_qemu },           { "amd64-kvm", amd64_kvm },
    { "virtio-disk", virtio_disk },     { "sound-and-qxl", sound_and_qxl }, { "empty-drives", empty_drives },
    { "extra-devices", extra_devices },
};

static char *build(gconstpointer index)
{
    g_autoptr(GError) error = NULL;
    DomainSpec spec = goldens[GPOINTER_TO_UINT(index)].make();
    char *xml = domain_xml_build(&spec, &error);

    g_assert_no_error(error);
    return xml;
}

static void test_matches_golden(gconstpointer index)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *xml = build(index);
    g_autofree char *file = g_strconcat(goldens[GPOINTER_TO_UINT(index)].name, ".xml", NULL);
    g_autofree char *path = g_build_filename(g_getenv("SEVEND_GOLDEN"), file, NULL);
    g_autofree char *golden = NULL;

    if (g_strcmp0(g_getenv("SEVEND_UPDATE_GOLDEN"), "1") == 0) {
        g_file_set_contents(path, xml, -1, &error);
        g_assert_no_error(error);
    }
    g_file_get_contents(path, &golden, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(xml, ==, golden);
}

static void test_passes_isolation(gconstpointer index)
{
    g_autofree char *xml = build(index);
    g_autoptr(IsolationReport) report = isolation_report_new();

    isolation_check_xml(report, "definition", xml);
    g_autofree char *violations = isolation_report_violations(report);
    g_assert_cmpstr(violations, ==, NULL);
    g_assert_true(isolation_report_ok(report));
}

static void test_fits_schema(gconstpointer index)
{
    if (!g_file_test(SCHEMA, G_FILE_TEST_EXISTS)) {
        g_test_skip("libvirt's schema is not installed");
        return;
    }
    g_autofree char *xml = build(index);
    g_autoptr(XmlDocument) document = xml_parse(xml, NULL);
    xmlRelaxNGParserCtxt *parser = xmlRelaxNGNewParserCtxt(SCHEMA);
    xmlRelaxNG *schema = xmlRelaxNGParse(parser);
    xmlRelaxNGValidCtxt *validator = xmlRelaxNGNewValidCtxt(schema);

    g_assert_cmpint(xmlRelaxNGValidateDoc(validator, document), ==, 0);
    xmlRelaxNGFreeValidCtxt(validator);
    xmlRelaxNGFree(schema);
    xmlRelaxNGFreeParserCtxt(parser);
}

// The template's device gets as far as the isolation check, which refuses it: nothing filters it silently.
static void test_forbidden_extra_device_is_seen_by_isolation(void)
{
    static const char *const devices[] = { "<interface type='user'/>", NULL };
    DomainSpec spec = plain;
    g_autoptr(IsolationReport) report = isolation_report_new();

    spec.extra_devices = devices;
    g_autofree char *xml = domain_xml_build(&spec, NULL);
    isolation_check_xml(report, "definition", xml);
    g_autofree char *violations = isolation_report_violations(report);
    g_assert_cmpstr(violations, ==, "no-interface (definition): <interface type='user'>");
}

static void refused(const DomainSpec *spec, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *xml = domain_xml_build(spec, &error);

    g_assert_null(xml);
    g_assert_error(error, VM_ERROR, VM_ERROR_INVALID);
    g_assert_nonnull(strstr(error->message, expected));
}

static void test_refuses_extra_device_that_is_not_one_element(void)
{
    static const char *const texts[] = {
        "",
        "no element",
        "<a><b></a>",
        "<a/><b/>",
        "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        const char *const devices[] = { texts[i], NULL };
        DomainSpec spec = plain;
        spec.extra_devices = devices;
        refused(&spec, "extra device");
    }
}

static void test_refuses_socket_path_of_108_bytes(void)
{
    DomainSpec spec = plain;
    g_autofree char *longest = g_strdup_printf("/%0106d", 0);
    g_autofree char *too_long = g_strdup_printf("/%0107d", 0);

    spec.com2_socket = too_long;
    refused(&spec, "com2_socket");
    spec.com2_socket = longest;
    g_autofree char *xml = domain_xml_build(&spec, NULL);
    g_assert_nonnull(xml);
}

static void test_refuses_relative_paths_and_unknown_words(void)
{
    DomainSpec spec = plain;
    spec.vendor_disc = "discs/win7.iso";
    refused(&spec, "vendor_disc is not an absolute path");
    spec = plain;
    spec.com1_log = "com1.log";
    refused(&spec, "com1_log");
    spec = plain;
    spec.disk_bus = "ide";
    refused(&spec, "disk_bus has an unknown value");
    spec = plain;
    spec.virt_type = "xen";
    refused(&spec, "virt_type");
    spec = plain;
    spec.instance = NULL;
    refused(&spec, "instance is missing");
    spec = plain;
    spec.name = "bell\a";
    refused(&spec, "name has a character that XML cannot hold");
    spec = plain;
    spec.machine = "\xff";
    refused(&spec, "machine is not UTF-8");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(goldens); i++) {
        static const struct {
            const char *about;
            GTestDataFunc function;
        } each[] = { { "matches-golden", test_matches_golden },
                     { "passes-isolation", test_passes_isolation },
                     { "fits-libvirts-schema", test_fits_schema } };
        for (gsize j = 0; j < G_N_ELEMENTS(each); j++) {
            g_autofree char *path = g_strdup_printf("/domain-xml/%s/%s", goldens[i].name, each[j].about);
            g_test_add_data_func(path, GUINT_TO_POINTER(i), each[j].function);
        }
    }
    g_test_add_func("/domain-xml/forbidden-extra-device-is-seen-by-isolation",
                    test_forbidden_extra_device_is_seen_by_isolation);
    g_test_add_func("/domain-xml/refuses-extra-device-that-is-not-one-element",
                    test_refuses_extra_device_that_is_not_one_element);
    g_test_add_func("/domain-xml/refuses-socket-path-of-108-bytes", test_refuses_socket_path_of_108_bytes);
    g_test_add_func("/domain-xml/refuses-relative-paths-and-unknown-words",
                    test_refuses_relative_paths_and_unknown_words);
    return g_test_run();
}
