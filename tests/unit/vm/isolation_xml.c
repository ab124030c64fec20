// SPDX-License-Identifier: GPL-3.0-or-later
// The isolation rule on domain XML: a table of snippets put into a good domain, each with the check that it
// must fail, or none.
#include <string.h>

#include "daemon/vm/isolation.h"

#define HEAD                                                                                                 \
    "<domain type='qemu'><name>vmtest</name><memory unit='MiB'>256</memory><vcpu>1</vcpu>"                   \
    "<os><type arch='x86_64' machine='q35'>hvm</type></os>"
#define BALLOON "<memballoon model='none'/>"

enum place { IN_DEVICES, IN_DOMAIN, WHOLE };

static const struct {
    enum place place;
    const char *snippet;
    const char *violated; // NULL: allowed
} cases[] = {
    // What our machines have, and what libvirt adds when they run.
    { IN_DEVICES,
      "<disk type='volume' device='disk'><driver name='qemu' type='qcow2' discard='unmap'/>"
      "<source pool='p' volume='v' index='1'/><backingStore/><target dev='sda' bus='sata'/></disk>",
      NULL },
    { IN_DEVICES,
      "<disk type='file' device='cdrom'><source file='/a.iso'><seclabel model='dac' relabel='no'/>"
      "</source><target dev='sdb' bus='sata'/><readonly/></disk>",
      NULL },
    { IN_DEVICES,
      "<disk type='file' device='disk'><source file='/a'/><backingStore type='file'>"
      "<format type='qcow2'/><source file='/b'/><backingStore type='file'><format type='raw'/>"
      "<source file='/c'/></backingStore></backingStore><target dev='sda' bus='sata'/></disk>",
      NULL },
    { IN_DEVICES,
      "<serial type='pty'><source path='/dev/pts/3'/><log file='/l' append='on'/>"
      "<target type='isa-serial' port='0'><model name='isa-serial'/></target></serial>",
      NULL },
    { IN_DEVICES, "<serial type='unix'><source mode='bind' path='/s'/></serial>", NULL },
    { IN_DEVICES,
      "<console type='pty' tty='/dev/pts/3'><source path='/dev/pts/3'/>"
      "<target type='serial' port='0'/></console>",
      NULL },
    { IN_DEVICES, "<graphics type='vnc'><listen type='none'/></graphics>", NULL },
    { IN_DEVICES, "<video><model type='vga' vram='16384' heads='1' primary='yes'/></video>", NULL },
    { IN_DEVICES, "<sound model='ich9'><codec type='output'/></sound><audio id='1' type='none'/>", NULL },
    { IN_DEVICES, "<input type='tablet' bus='usb'/><input type='keyboard' bus='ps2'/>", NULL },
    { IN_DEVICES,
      "<controller type='pci' index='1' model='pcie-root-port'><model name='pcie-root-port'/>"
      "<target chassis='1' port='0x10'/><alias name='pci.1'/></controller>",
      NULL },
    { IN_DEVICES, "<emulator>/usr/bin/qemu-system-x86_64</emulator>", NULL },
    { IN_DEVICES, "<watchdog model='i6300esb' action='reset'/>", NULL },
    { IN_DOMAIN, "<metadata><x:any xmlns:x='urn:x'><x:interface/></x:any></metadata>", NULL },
    { IN_DOMAIN, "<seclabel type='dynamic' model='dac' relabel='yes'><label>+1:+1</label></seclabel>", NULL },
    { IN_DOMAIN, "<resource><partition>/machine</partition></resource>", NULL },

    // Devices that DESIGN names.
    { IN_DEVICES, "<interface type='user'/>", "no-interface" },
    { IN_DEVICES, "<interface type='network'><source network='default'/></interface>", "no-interface" },
    { IN_DEVICES, "<interface type='vhostuser'/>", "no-interface" },
    { IN_DEVICES, "<hostdev mode='subsystem' type='pci'/>", "no-hostdev" },
    { IN_DEVICES, "<redirdev bus='usb' type='spicevmc'/>", "no-redirdev" },
    { IN_DEVICES, "<filesystem type='mount'><source dir='/'/><target dir='x'/></filesystem>",
      "no-filesystem" },
    { IN_DEVICES, "<shmem name='x'/>", "no-shmem" },
    { IN_DEVICES, "<vsock model='virtio'/>", "no-vsock" },
    { IN_DEVICES, "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>",
      "no-channel" },
    { IN_DEVICES, "<channel type='spicevmc'/>", "no-channel" },
    { IN_DEVICES, "<channel type='qemu-vdagent'><source><clipboard copypaste='yes'/></source></channel>",
      "no-channel" },
    { IN_DEVICES, "<smartcard mode='host'/>", "no-smartcard" },
    { IN_DEVICES, "<tpm model='tpm-tis'><backend type='external'/></tpm>", "no-tpm" },
    { IN_DEVICES, "<rng model='virtio'><backend model='egd' type='tcp'/></rng>", "no-rng" },
    { IN_DEVICES, "<parallel type='dev'/>", "serial-ports-local" },
    { IN_DEVICES, "<lease/>", "known-devices" },
    { IN_DEVICES, "<memory model='nvdimm'/>", "known-devices" },
    { IN_DEVICES, "<Interface type='user'/>", "known-devices" },
    { IN_DEVICES, "<emulator>/tmp/qemu-system-x86_64</emulator>", "known-devices" },
    { IN_DEVICES, "<memballoon model='virtio'/>", "no-balloon" },

    // Graphics.
    { IN_DEVICES, "<graphics type='vnc'/>", "graphics-without-listener" },
    { IN_DEVICES, "<graphics type='vnc' port='5900'><listen type='none'/></graphics>",
      "graphics-without-listener" },
    { IN_DEVICES, "<graphics type='vnc' autoport='yes'><listen type='none'/></graphics>",
      "graphics-without-listener" },
    { IN_DEVICES, "<graphics type='vnc'><listen type='address' address='0.0.0.0'/></graphics>",
      "graphics-without-listener" },
    { IN_DEVICES, "<graphics type='vnc'><listen type='none'/><listen type='socket' socket='/s'/></graphics>",
      "graphics-without-listener" },
    { IN_DEVICES, "<graphics type='vnc' websocket='5700'><listen type='none'/></graphics>",
      "graphics-without-listener" },
    { IN_DEVICES, "<graphics type='vnc' socket='/s'><listen type='none'/></graphics>",
      "graphics-without-listener" },
    { IN_DEVICES, "<graphics type='spice'><listen type='none'/></graphics>", "graphics-without-listener" },
    { IN_DEVICES, "<graphics type='vnc'><listen type='none'/><clipboard copypaste='yes'/></graphics>",
      "graphics-without-listener" },

    // Serial ports.
    { IN_DEVICES, "<serial type='tcp'><source mode='bind' host='127.0.0.1' service='4555'/></serial>",
      "serial-ports-local" },
    { IN_DEVICES, "<serial type='udp'><source mode='connect' host='h' service='1'/></serial>",
      "serial-ports-local" },
    { IN_DEVICES, "<serial type='unix'><source mode='connect' path='/s'/></serial>", "serial-ports-local" },
    { IN_DEVICES, "<serial type='unix'><source path='/s'/></serial>", "serial-ports-local" },
    { IN_DEVICES, "<serial type='unix'><source mode='bind' path='s'/></serial>", "serial-ports-local" },
    { IN_DEVICES, "<serial type='pty'><source path='/p'/><protocol type='telnet'/></serial>",
      "serial-ports-local" },
    { IN_DEVICES, "<serial type='dev'><source path='/dev/ttyS0'/></serial>", "serial-ports-local" },
    { IN_DEVICES, "<serial/>", "serial-ports-local" },
    { IN_DEVICES, "<console type='pty'><target type='virtio'/></console>", "serial-ports-local" },
    { IN_DEVICES, "<console type='tcp'/>", "serial-ports-local" },

    // Disks.
    { IN_DEVICES,
      "<disk type='network' device='disk'><source protocol='nbd' name='x'><host name='h'/></source>"
      "<target dev='sda' bus='sata'/></disk>",
      "disks-local" },
    { IN_DEVICES, "<disk type='file'><source file='/a' protocol='nbd'/><target dev='sda'/></disk>",
      "disks-local" },
    { IN_DEVICES, "<disk type='file'><source file='nbd://h/x'/><target dev='sda'/></disk>", "disks-local" },
    { IN_DEVICES, "<disk type='dir'><source dir='/'/><target dev='sda'/></disk>", "disks-local" },
    { IN_DEVICES, "<disk type='block' device='lun'><source dev='/dev/sda'/><target dev='sda'/></disk>",
      "disks-local" },
    { IN_DEVICES, "<disk type='vhostuser'><source type='unix' path='/s'/><target dev='vda'/></disk>",
      "disks-local" },
    { IN_DEVICES, "<disk type='file'><driver name='qemu' type='nbd'/><target dev='sda'/></disk>",
      "disks-local" },
    { IN_DEVICES, "<disk type='file'><source file='/a'/><target dev='sda'/><shareable/></disk>",
      "disks-local" },
    { IN_DEVICES, "<disk type='file' rawio='yes'><source file='/a'/><target dev='sda'/></disk>",
      "disks-local" },
    { IN_DEVICES,
      "<disk type='file'><source file='/a'/><backingStore type='network'>"
      "<source protocol='http' name='x'/></backingStore><target dev='sda'/></disk>",
      "disks-local" },

    // Everything else that the host stands behind.
    { IN_DEVICES, "<controller type='virtio-serial' index='0'/>", "controllers-emulated" },
    { IN_DEVICES, "<controller type='ccid' index='0'/>", "controllers-emulated" },
    { IN_DEVICES, "<input type='evdev'><source dev='/dev/input/event0'/></input>", "input-emulated" },
    { IN_DEVICES, "<input type='passthrough' bus='virtio'/>", "input-emulated" },
    { IN_DEVICES, "<audio id='1' type='pulseaudio' serverName='h'/>", "sound-goes-nowhere" },
    { IN_DEVICES, "<audio id='1' type='spice'/>", "sound-goes-nowhere" },
    { IN_DEVICES, "<video><driver name='vhostuser'/><model type='virtio'/></video>", "video-emulated" },
    { IN_DEVICES, "<video><model type='virtio'><acceleration accel3d='yes'/></model></video>",
      "video-emulated" },
    { IN_DOMAIN,
      "<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><q:arg value='-nic'/>"
      "</q:commandline>",
      "no-foreign-namespace" },
    { IN_DEVICES, "<x:interface xmlns:x='urn:x'/>", "no-foreign-namespace" },
    { IN_DOMAIN, "<os><kernel>/vmlinuz</kernel></os>", "known-elements" },
    { IN_DOMAIN, "<os><boot dev='network'/></os>", "known-elements" },
    { IN_DOMAIN, "<memoryBacking><access mode='shared'/></memoryBacking>", "known-elements" },
    { IN_DOMAIN, "<launchSecurity type='sev'/>", "known-elements" },
    { IN_DOMAIN, "<devices><interface type='user'/></devices>", "no-interface" },
    { IN_DOMAIN, "<seclabel type='none'/>", "confined" },
    { WHOLE, "<domain type='xen'><devices>" BALLOON "</devices></domain>", "domain-type" },
    { WHOLE, "<domain><devices>" BALLOON "</devices></domain>", "domain-type" },
    { WHOLE, "<domain type='kvm'><devices/></domain>", "no-balloon" },
    { WHOLE, "<domain type='kvm'/>", "no-balloon" },
    { WHOLE, "<network/>", "well-formed" },
    { WHOLE, "", "well-formed" },
    { WHOLE, "<domain type='kvm'>", "well-formed" },
    { WHOLE, "<!DOCTYPE domain [<!ENTITY x '<interface/>'>]><domain type='kvm'>&x;</domain>", "well-formed" },
};

static char *domain_of(enum place place, const char *snippet)
{
    switch (place) {
    case IN_DEVICES:
        return g_strdup_printf(HEAD "<devices>%s" BALLOON "</devices></domain>", snippet);
    case IN_DOMAIN:
        return g_strdup_printf(HEAD "%s<devices>" BALLOON "</devices></domain>", snippet);
    default:
        return g_strdup(snippet);
    }
}

static void test_case(gconstpointer index)
{
    guint i = GPOINTER_TO_UINT(index);
    g_autofree char *xml = domain_of(cases[i].place, cases[i].snippet);
    g_autoptr(IsolationReport) report = isolation_report_new();
    g_autofree char *violations = NULL;

    isolation_check_xml(report, "definition", xml);
    violations = isolation_report_violations(report);
    if (cases[i].violated == NULL) {
        g_assert_cmpstr(violations, ==, NULL);
        g_assert_true(isolation_report_ok(report));
        return;
    }
    g_assert_false(isolation_report_ok(report));
    g_autofree char *front = g_strdup_printf("%s (definition): ", cases[i].violated);
    g_assert_nonnull(violations);
    // Exactly this check fails, so that the report names the right reason.
    g_assert_true(g_str_has_prefix(violations, front));
    g_assert_null(strstr(violations, "; "));
}

static void test_every_check_is_in_every_report(void)
{
    g_autofree char *good = domain_of(IN_DEVICES, "");
    g_autofree char *bad = domain_of(IN_DEVICES, "<interface type='user'/>");
    g_autoptr(IsolationReport) one = isolation_report_new();
    g_autoptr(IsolationReport) other = isolation_report_new();

    isolation_check_xml(one, "definition", good);
    isolation_check_xml(other, "live-xml", bad);
    g_assert_cmpuint(one->checks->len, ==, other->checks->len);
    g_assert_cmpuint(one->checks->len, >, 20);
    for (guint i = 0; i < one->checks->len; i++) {
        const IsolationCheck *left = one->checks->pdata[i], *right = other->checks->pdata[i];
        g_assert_cmpstr(left->name, ==, right->name);
        g_assert_cmpstr(right->where, ==, "live-xml");
        g_assert_cmpstr(left->detail, !=, "");
        g_assert_cmpstr(right->detail, !=, "");
    }
}

static void test_report_of_nothing_is_not_ok(void)
{
    g_autoptr(IsolationReport) report = isolation_report_new();

    g_assert_false(isolation_report_ok(report));
}

static void test_details_stay_short_and_clean(void)
{
    g_autoptr(GString) devices = g_string_new("<interface type='a&#x9b;&#x202e;'/>");
    g_autoptr(IsolationReport) report = isolation_report_new();

    for (int i = 0; i < 2000; i++)
        g_string_append(devices, "<interface type='user'/>");
    g_autofree char *xml = domain_of(IN_DEVICES, devices->str);
    isolation_check_xml(report, "live-xml", xml);
    for (guint i = 0; i < report->checks->len; i++) {
        const IsolationCheck *check = report->checks->pdata[i];
        g_assert_cmpuint(strlen(check->detail), <=, 1000);
        g_assert_null(strstr(check->detail, "\xe2\x80\xae"));
        g_assert_null(strstr(check->detail, "\xc2\x9b"));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path =
            g_strdup_printf("/isolation-xml/%s/%u", cases[i].violated ? cases[i].violated : "allowed", i);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_case);
    }
    g_test_add_func("/isolation-xml/every-check-is-in-every-report", test_every_check_is_in_every_report);
    g_test_add_func("/isolation-xml/report-of-nothing-is-not-ok", test_report_of_nothing_is_not_ok);
    g_test_add_func("/isolation-xml/details-stay-short-and-clean", test_details_stay_short_and_clean);
    return g_test_run();
}
