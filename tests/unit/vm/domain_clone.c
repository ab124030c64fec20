// SPDX-License-Identifier: GPL-3.0-or-later
// domain_clone_xml() on what libvirt says of a machine (tests/golden/domain/clone-of.xml), against a golden
// file (SEVEND_UPDATE_GOLDEN=1 writes it) and the isolation rule, and with definitions that it must refuse.
#include "daemon/vm/domain_clone.h"

#include <string.h>

#include "daemon/vm/connection.h"
#include "daemon/vm/isolation.h"

static const DomainCloneSpec spec = {
    .name = "sevend-clone-01",
    .uuid = "5f1f2b0c-7c1f-4d55-9f0b-0d6a3a2b1c01",
    .machine = "clone-01",
    .instance = "0123456789abcdef",
    .virt_type = "qemu",
    .vcpus = 4,
    .sockets = 2,
    .memory_mib = 3072,
    .pool = "sevend",
    .volume = "clone & one.qcow2",
    .com1_log = "/var/lib/sevend/machines/clone-01/com1.log",
    .com2_socket = "/run/sevend/machines/clone-01/com2.sock",
};

static char *golden(const char *file)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(g_getenv("SEVEND_GOLDEN"), file, NULL);
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

static char *clone_well(const DomainCloneSpec *of)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *image = golden("clone-of.xml");
    char *xml = domain_clone_xml(image, of, &error);
    g_assert_no_error(error);
    return xml;
}

static void test_matches_golden(void)
{
    g_autofree char *xml = clone_well(&spec);
    if (g_strcmp0(g_getenv("SEVEND_UPDATE_GOLDEN"), "1") == 0) {
        g_autofree char *path = g_build_filename(g_getenv("SEVEND_GOLDEN"), "clone.xml", NULL);
        g_file_set_contents(path, xml, -1, NULL);
    }
    g_autofree char *wanted = golden("clone.xml");
    g_assert_cmpstr(xml, ==, wanted);
}

static void test_size_is_what_the_definition_gives(void)
{
    static const struct {
        const char *xml;
        guint mib; // 0: refused
    } rows[] = {
        { "<domain><memory unit='KiB'>1048577</memory><vcpu>2</vcpu></domain>", 1025 },
        { "<domain><memory>2097152</memory><vcpu>2</vcpu></domain>", 2048 },
        { "<domain><memory unit='GiB'>3</memory><vcpu>2</vcpu></domain>", 3072 },
        { "<domain><memory unit='TiB'>1</memory><vcpu>2</vcpu></domain>", 0 },
        { "<domain><memory>much</memory><vcpu>2</vcpu></domain>", 0 },
        { "<domain><vcpu>2</vcpu></domain>", 0 },
    };
    g_autofree char *image = golden("clone-of.xml");
    guint vcpus = 0, mib = 0;
    g_assert_true(domain_clone_size(image, &vcpus, &mib, NULL));
    g_assert_cmpuint(vcpus, ==, 2);
    g_assert_cmpuint(mib, ==, 1536);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_cmpint(domain_clone_size(rows[i].xml, &vcpus, &mib, &error), ==, rows[i].mib > 0);
        if (rows[i].mib > 0)
            g_assert_cmpuint(mib, ==, rows[i].mib);
        else
            g_assert_error(error, VM_ERROR, VM_ERROR_INVALID);
    }
}

static void test_nothing_of_the_image_s_identity_is_left(void)
{
    static const char *const gone[] = { "compat-01", "5f1f2b0c-7c1f-4d55-9f0b-0d6a3a2b1c00", ".iso",
                                        "<console" };
    static const char *const kept[] = { "machine=\"pc-q35-7.2\"", "slot=\"0x1f\" function=\"0x2\"",
                                        "vram=\"16384\"" };
    g_autofree char *xml = clone_well(&spec);
    for (gsize i = 0; i < G_N_ELEMENTS(gone); i++)
        if (strstr(xml, gone[i]))
            g_test_fail_printf("%s is still there", gone[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(kept); i++)
        if (!strstr(xml, kept[i]))
            g_test_fail_printf("%s is not there any more", kept[i]);
}

static void test_passes_isolation(void)
{
    g_autofree char *xml = clone_well(&spec);
    g_autoptr(IsolationReport) report = isolation_report_new();
    isolation_check_xml(report, "definition", xml);
    g_autofree char *violations = isolation_report_violations(report);
    g_assert_cmpstr(violations, ==, NULL);
}

static void test_size_is_the_image_s_unless_asked(void)
{
    DomainCloneSpec same = spec;
    same.vcpus = same.sockets = same.memory_mib = 0;
    g_autofree char *xml = clone_well(&same);
    g_assert_nonnull(strstr(xml, "<memory unit=\"KiB\">1572864</memory>"));
    g_assert_nonnull(strstr(xml, "<vcpu placement=\"static\">2</vcpu>"));
    g_assert_nonnull(strstr(xml, "cores=\"2\""));
}

#define SERIAL "<serial type='pty'><log file='/a'/></serial><serial type='unix'><source path='/b'/></serial>"
#define DISK   "<disk type='volume' device='disk'><source pool='p' volume='v'/></disk>"

static void test_refuses(void)
{
    static const char *const definitions[] = {
        "<domain><name>a</name>",
        "<network><devices/></network>",
        "<domain><name>a</name></domain>",
        "<domain><devices>" SERIAL "</devices></domain>",
        "<domain><devices>" DISK DISK SERIAL "</devices></domain>",
        "<domain><devices>" DISK "</devices></domain>",
        "<!DOCTYPE domain [<!ENTITY a 'b'>]><domain><devices>" DISK SERIAL "</devices></domain>",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(definitions); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *xml = domain_clone_xml(definitions[i], &spec, &error);
        g_assert_null(xml);
        g_assert_error(error, VM_ERROR, VM_ERROR_INVALID);
    }
    g_autoptr(GError) error = NULL;
    g_autofree char *image = golden("clone-of.xml");
    g_autofree char *path = g_strnfill(108, 'x');
    DomainCloneSpec too_long = spec;
    too_long.com2_socket = path;
    g_assert_null(domain_clone_xml(image, &too_long, &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_INVALID);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/domain-clone/matches-golden", test_matches_golden);
    g_test_add_func("/domain-clone/size-is-what-the-definition-gives",
                    test_size_is_what_the_definition_gives);
    g_test_add_func("/domain-clone/nothing-of-the-image-s-identity-is-left",
                    test_nothing_of_the_image_s_identity_is_left);
    g_test_add_func("/domain-clone/passes-isolation", test_passes_isolation);
    g_test_add_func("/domain-clone/size-is-the-image-s-unless-asked", test_size_is_the_image_s_unless_asked);
    g_test_add_func("/domain-clone/refuses", test_refuses);
    return g_test_run();
}
