// SPDX-License-Identifier: GPL-3.0-or-later
// domain_portable_xml() on what libvirt says of a machine (tests/golden/domain/clone-of.xml), against a
// golden file (SEVEND_UPDATE_GOLDEN=1 writes it); what a stranger may have written into a definition; and
// clones of what is left.
#include "daemon/vm/domain_portable.h"

#include <string.h>

#include "daemon/vm/connection.h"
#include "daemon/vm/domain_clone.h"
#include "daemon/vm/isolation.h"

static char *golden(const char *file)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(g_getenv("SEVEND_GOLDEN"), file, NULL);
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

static char *replaced(const char *text, const char *what, const char *by)
{
    g_assert_nonnull(strstr(text, what));
    g_auto(GStrv) parts = g_strsplit(text, what, -1);
    return g_strjoinv(by, parts);
}

static char *portable(const char *xml)
{
    g_autoptr(GError) error = NULL;
    char *result = domain_portable_xml(xml, &error);
    g_assert_no_error(error);
    return result;
}

static void test_matches_golden(void)
{
    g_autofree char *image = golden("clone-of.xml");
    g_autofree char *xml = portable(image);
    if (g_strcmp0(g_getenv("SEVEND_UPDATE_GOLDEN"), "1") == 0) {
        g_autofree char *path = g_build_filename(g_getenv("SEVEND_GOLDEN"), "portable.xml", NULL);
        g_file_set_contents(path, xml, -1, NULL);
    }
    g_autofree char *wanted = golden("portable.xml");
    g_assert_cmpstr(xml, ==, wanted);
    // What has come once may go on.
    g_autofree char *again = portable(xml);
    g_assert_cmpstr(again, ==, xml);
}

static const DomainCloneSpec spec = {
    .name = "sevend-clone-01",
    .uuid = "5f1f2b0c-7c1f-4d55-9f0b-0d6a3a2b1c01",
    .machine = "clone-01",
    .instance = "0123456789abcdef",
    .virt_type = "qemu",
    .pool = "sevend",
    .volume = "one.qcow2",
    .com1_log = "/var/lib/sevend/machines/clone-01/com1.log",
    .com2_socket = "/run/sevend/machines/clone-01/com2.sock",
};

static char *clone_of(const char *xml, const char *virt_type)
{
    g_autoptr(GError) error = NULL;
    DomainCloneSpec of = spec;
    of.virt_type = virt_type;
    g_autofree char *image = portable(xml);
    char *clone = domain_clone_xml(image, &of, &error);
    g_assert_no_error(error);
    g_autoptr(IsolationReport) report = isolation_report_new();
    isolation_check_xml(report, "definition", clone);
    g_autofree char *violations = isolation_report_violations(report);
    g_assert_cmpstr(violations, ==, NULL);
    return clone;
}

static void assert_has(const char *xml, const char *text)
{
    if (!strstr(xml, text))
        g_test_fail_printf("%s is not there", text);
}

static void assert_lacks(const char *xml, const char *text)
{
    if (strstr(xml, text))
        g_test_fail_printf("%s is there", text);
}

static void test_a_clone_has_its_own_paths_and_the_image_s_hardware(void)
{
    g_autofree char *image = golden("clone-of.xml");
    g_autofree char *xml = clone_of(image, "qemu");
    assert_has(xml, spec.com1_log);
    assert_has(xml, spec.com2_socket);
    assert_has(xml, "volume=\"one.qcow2\"");
    assert_has(xml, "slot=\"0x1f\" function=\"0x2\"");
    assert_has(xml, "qemu64");
    assert_lacks(xml, "/sevend/com");
}

static void test_a_clone_s_processor_follows_the_host(void)
{
    g_autofree char *image = golden("clone-of.xml");
    g_autofree char *kvm = clone_of(image, "kvm");
    assert_has(kvm, "<domain type=\"kvm\"");
    assert_has(kvm, "Nehalem");
    assert_has(kvm, "<hyperv>");
    assert_has(kvm, "cores=\"2\"");
    g_autofree char *back = clone_of(kvm, "qemu");
    assert_has(back, "qemu64");
    assert_has(back, "cores=\"2\"");
    assert_lacks(back, "hyperv");
    assert_lacks(back, "Nehalem");
}

// What passes the isolation rule and is still not for a stranger to say.
static void test_nothing_of_a_host_is_kept(void)
{
    static const char *const added[] = {
        "<seclabel type='static' model='dac' relabel='yes'><label>+0:+0</label></seclabel>",
        "<resource><partition>/evil</partition></resource>",
        "<blkiotune><device><path>/dev/evil</path></device></blkiotune>",
        "<numatune><memory mode='strict' nodeset='7evil'/></numatune>",
    };
    g_autofree char *image = golden("clone-of.xml");
    for (gsize i = 0; i < G_N_ELEMENTS(added); i++) {
        g_autofree char *place = g_strconcat(added[i], "<devices>", NULL);
        g_autofree char *evil = replaced(image, "<devices>", place);
        g_autofree char *xml = portable(evil);
        assert_lacks(xml, "evil");
        assert_lacks(xml, "+0:+0");
    }
    g_autofree char *emulator = replaced(image, "/usr/bin/qemu-system-x86_64", "/tmp/evil");
    g_autofree char *pinned = replaced(emulator, "placement='static'", "placement='static' cpuset='0evil'");
    g_autofree char *both =
        replaced(pinned, "<source mode='bind' path='/var/lib/sevend/machines/compat-01/com2'/>",
                 "<source mode='bind' path='/etc/evil'><seclabel model='dac' relabel='no'/></source>"
                 "<log file='/etc/evil'/>");
    g_autofree char *xml = portable(both);
    assert_lacks(xml, "evil");
}

static void test_refuses(void)
{
    static const struct {
        const char *what, *by, *text;
    } cases[] = {
        { "type='qcow2'", "type='raw'", "not qcow2" },
        { "<driver name='qemu' type='qcow2'",
          "<driver name='qemu' type='raw'/><driver name='qemu' type='qcow2'", "not qcow2" },
        { "device='disk'", "device='cdrom'", "exactly one disk" },
        { "device='cdrom'", "device='floppy'", "exactly one disk" },
        { "<serial type='unix'>", "<serial type='pty'>", "serial ports" },
        { "<audio id='1' type='none'/>", "<serial type='pty'><target port='2'/></serial>", "serial ports" },
        { "</domain>", "<devices/></domain>", "twice" },
        { "<domain type='qemu'>", "<!DOCTYPE domain><domain type='qemu'>", "document type" },
        { "</domain>", "", "well-formed" },
    };
    g_autofree char *image = golden("clone-of.xml");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *bad = replaced(image, cases[i].what, cases[i].by);
        g_assert_null(domain_portable_xml(bad, &error));
        g_assert_error(error, VM_ERROR, VM_ERROR_INVALID);
        assert_has(error->message, cases[i].text);
    }
}

static void test_tells_all_at_once(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(domain_portable_xml("<domain><devices/></domain>", &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_INVALID);
    assert_has(error->message, "one disk");
    assert_has(error->message, "serial ports");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/domain-portable/matches-golden", test_matches_golden);
    g_test_add_func("/domain-portable/a-clone-has-its-own-paths-and-the-image-s-hardware",
                    test_a_clone_has_its_own_paths_and_the_image_s_hardware);
    g_test_add_func("/domain-portable/a-clone-s-processor-follows-the-host",
                    test_a_clone_s_processor_follows_the_host);
    g_test_add_func("/domain-portable/nothing-of-a-host-is-kept", test_nothing_of_a_host_is_kept);
    g_test_add_func("/domain-portable/refuses", test_refuses);
    g_test_add_func("/domain-portable/tells-all-at-once", test_tells_all_at_once);
    return g_test_run();
}
