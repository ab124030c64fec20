// SPDX-License-Identifier: GPL-3.0-or-later
// The isolation rule on QEMU's command line: words put behind a good line, each with the check that it must
// fail, or none.
#include <string.h>

#include "daemon/vm/isolation.h"

#define FRONT "LC_ALL=C PATH=/bin:/usr/bin HOME='/var/lib/libvirt/qemu' "
#define QEMU  "/usr/bin/qemu-system-x86_64 "
#define REST                                                                                                 \
    "-name guest=vmtest,debug-threads=on -S "                                                                \
    "-object '{\"qom-type\":\"secret\",\"id\":\"k\",\"format\":\"raw\",\"file\":\"/k\"}' "                   \
    "-machine pc-q35-7.2,usb=off,memory-backend=pc.ram -accel tcg -cpu qemu64 -m 256 "                       \
    "-object '{\"qom-type\":\"memory-backend-ram\",\"id\":\"pc.ram\",\"size\":268435456}' "                  \
    "-uuid 46b19258-6b89-4029-9ae4-40c4ccad9bb6 -no-user-config -nodefaults "                                \
    "-chardev socket,id=charmonitor,path=/m.sock,server=on,wait=off -mon chardev=charmonitor,mode=control "  \
    "-device '{\"driver\":\"ide-cd\",\"bus\":\"ide.1\",\"id\":\"sata0-0-1\"}' "                              \
    "-chardev pty,id=charserial0,logfile=/l,logappend=on "                                                   \
    "-device '{\"driver\":\"isa-serial\",\"chardev\":\"charserial0\",\"index\":0}' "                         \
    "-audiodev '{\"id\":\"audio1\",\"driver\":\"none\"}' -vnc none,audiodev=audio1 "                         \
    "-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny -msg timestamp=on "

static const struct {
    const char *more;
    const char *violated; // NULL: allowed
} cases[] = {
    { "", NULL },
    { "-nic none -net none", NULL },
    { "-device VGA,id=video0,vgamem_mb=16", NULL },
    { "--device virtio-blk-pci,drive=d", NULL },
    { "-blockdev "
      "'{\"driver\":\"qcow2\",\"file\":{\"driver\":\"file\",\"filename\":\"/d\"},\"backing\":null}'",
      NULL },
    { "-blockdev '{\"driver\":\"qcow2\",\"file\":\"node\",\"backing\":null}'", NULL },
    { "-drive if=none,id=d,file=/a,,b,format=qcow2", NULL },
    { "-chardev socket,id=c,fd=31,server=on,wait=off", NULL },
    { "-add-fd set=0,fd=30,opaque=serial0-log -chardev pty,id=c,logfile=/dev/fdset/0,logappend=on", NULL },
    { "-display none", NULL },

    { "-netdev user,id=n", "no-network-option" },
    { "--netdev user,id=n", "no-network-option" },
    { "'-netdev' tap,id=n,fd=3", "no-network-option" },
    { "-net\"dev\" user,id=n", "no-network-option" },
    { "-nic user", "no-network-option" },
    { "-net nic", "no-network-option" },
    { "-net user", "no-network-option" },
    { "-redir tcp:5555::23", "no-network-option" },
    { "-incoming tcp:0:4444", "no-network-option" },
    { "-device virtio-net-pci,netdev=n", "no-network-device" },
    { "-device driver=virtio-net-pci", "no-network-device" },
    { "-device '{\"driver\":\"e1000e\",\"id\":\"n\"}'", "no-network-device" },
    { "-device id=x,driver=e1000", "no-network-device" },
    { "-device VGA,driver=rtl8139", "no-network-device" },
    { "-device usb-net", "no-network-device" },
    { "-device vmxnet3", "no-network-device" },
    { "-device i82559er", "no-network-device" },
    { "-device pcnet", "no-network-device" },
    { "-device vhost-vsock-pci,guest-cid=3", "no-network-device" },
    { "-device vfio-pci,host=01:00.0", "no-host-device" },
    { "-device usb-host,vendorid=1", "no-host-device" },
    { "-device usb-redir,chardev=c", "no-host-device" },
    { "-device ivshmem-plain,memdev=m", "no-host-device" },
    { "-device vhost-user-blk-pci,chardev=c", "no-host-device" },
    { "-device virtio-9p-pci,fsdev=f,mount_tag=x", "no-host-device" },
    { "-device virtserialport,chardev=c", "no-host-device" },
    { "-device virtio-serial-pci", "no-host-device" },
    { "-device virtio-rng-pci", "no-host-device" },
    { "-usbdevice host:1:2", "no-host-device" },
    { "-device something-new", "known-devices" },
    { "-device id=nothing,x=y", "known-devices" },
    { "-fsdev local,id=f,path=/", "no-host-folder" },
    { "-virtfs local,path=/,mount_tag=x,security_model=none", "no-host-folder" },
    { "-chardev socket,id=c,host=127.0.0.1,port=4555,server=on,wait=off", "chardevs-local" },
    { "-chardev socket,id=c,path=/s", "chardevs-local" },
    { "-chardev socket,id=c,path=/s,server=off", "chardevs-local" },
    { "-chardev socket,id=c,path=/s,server=on,telnet=on", "chardevs-local" },
    { "-chardev udp,id=c,host=h,port=1", "chardevs-local" },
    { "-chardev spicevmc,id=c,name=vdagent", "chardevs-local" },
    { "-chardev qemu-vdagent,id=c,clipboard=on", "chardevs-local" },
    { "-chardev stdio,id=c", "chardevs-local" },
    { "-chardev backend=tcp,id=c", "chardevs-local" },
    { "-serial tcp::4555,server", "chardevs-local" },
    { "-monitor tcp:127.0.0.1:4444", "chardevs-local" },
    { "-qmp unix:/s", "chardevs-local" },
    { "-gdb tcp::1234", "chardevs-local" },
    { "-s", "chardevs-local" },
    { "-vnc 127.0.0.1:0", "display-without-listener" },
    { "-vnc :1", "display-without-listener" },
    { "-vnc unix:/s", "display-without-listener" },
    { "-vnc none,websocket=5700", "display-without-listener" },
    { "-spice port=5900,disable-ticketing=on", "display-without-listener" },
    { "-display egl-headless", "display-without-listener" },
    { "-nographic", "display-without-listener" },
    { "-blockdev '{\"driver\":\"nbd\",\"host\":\"h\"}'", "disks-local" },
    { "-blockdev '{\"driver\":\"qcow2\",\"file\":{\"driver\":\"https\",\"url\":\"https://h/\"}}'",
      "disks-local" },
    { "-blockdev driver=qcow2,file.driver=nbd", "disks-local" },
    { "-blockdev driver=file,filename=relative", "disks-local" },
    { "-drive file=nbd:h:1,format=raw", "disks-local" },
    { "-drive file.driver=nbd,file.host=h", "disks-local" },
    { "-object filter-dump,id=f,netdev=n,file=/f", "objects-known" },
    { "-object '{\"qom-type\":\"memory-backend-file\",\"id\":\"m\",\"mem-path\":\"/m\",\"share\":true}'",
      "objects-known" },
    { "-object rng-egd,id=r,chardev=c", "objects-known" },
    { "-audiodev pa,id=a,server=h", "sound-goes-nowhere" },
    { "-sandbox off", "seccomp-sandbox" },
    { "-sandbox on,spawn=allow", "seccomp-sandbox" },
    { "-daemonize", "known-options" },
    { "-kernel", "known-options" },
    { "disk.img", "known-options" },
    { "-readconfig", "known-options" },
    { "-device '{\"driver\":\"VGA\",\"driver\":\"e1000\"}'", "command-line" },
    { "-device '{broken'", "command-line" },
    { "-device", "command-line" },
    { "-name 'open", "command-line" },
};

static char *violations_of(const char *line)
{
    g_autoptr(IsolationReport) report = isolation_report_new();

    isolation_check_command(report, line);
    return isolation_report_violations(report);
}

static void test_case(gconstpointer index)
{
    guint i = GPOINTER_TO_UINT(index);
    g_autofree char *line = g_strconcat(FRONT QEMU REST, cases[i].more, NULL);
    g_autofree char *violations = violations_of(line);

    if (cases[i].violated == NULL) {
        g_assert_cmpstr(violations, ==, NULL);
        return;
    }
    g_autofree char *front = g_strdup_printf("%s (native-command): ", cases[i].violated);
    g_assert_nonnull(violations);
    // Exactly this check fails, so that the report names the right reason.
    g_assert_true(g_str_has_prefix(violations, front));
    g_assert_null(strstr(violations, "; "));
}

static void violates(const char *line, const char *expected)
{
    g_autofree char *violations = violations_of(line);

    g_assert_nonnull(violations);
    g_assert_nonnull(strstr(violations, expected));
}

static void test_missing_options_are_violations(void)
{
    violates(QEMU "-nodefaults -no-user-config", "seccomp-sandbox (native-command): no -sandbox");
    violates(QEMU "-sandbox on -no-user-config", "no-default-devices (native-command): no -nodefaults");
    violates(QEMU "-sandbox on -nodefaults", "no-default-devices (native-command): no -no-user-config");
}

static void test_emulator_must_be_known(void)
{
    violates("/tmp/qemu-system-x86_64 " REST, "command-line (native-command): the emulator is /tmp/");
    violates("A=b", "command-line (native-command): the emulator is missing");
    violates("", "command-line (native-command): the emulator is missing");
}

static void test_line_continuations_and_quotes_are_read_as_a_shell_does(void)
{
    g_autofree char *good = violations_of(FRONT "\\\n" QEMU "\\\n  " REST "\\\n-nic \\\n \"no\"ne\n");

    g_assert_cmpstr(good, ==, NULL);
    violates(FRONT QEMU REST "-ne\\\ntdev user", "no-network-option (native-command): -netdev user");
    violates(FRONT QEMU REST "-nic 'us'\\e\"r\"", "no-network-option (native-command): -net or -nic user");
    violates(FRONT QEMU REST "-nic \"no\\ne\"", "-net or -nic no\\ne");
}

static void test_every_check_is_in_every_report(void)
{
    g_autoptr(IsolationReport) one = isolation_report_new();
    g_autoptr(IsolationReport) other = isolation_report_new();

    isolation_check_command(one, FRONT QEMU REST);
    isolation_check_command(other, QEMU "-netdev user");
    g_assert_true(isolation_report_ok(one));
    g_assert_cmpuint(one->checks->len, ==, other->checks->len);
    for (guint i = 0; i < one->checks->len; i++) {
        const IsolationCheck *check = one->checks->pdata[i];
        g_assert_cmpstr(check->where, ==, "native-command");
        g_assert_cmpstr(check->detail, !=, "");
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path =
            g_strdup_printf("/isolation-command/%s/%u", cases[i].violated ? cases[i].violated : "allowed", i);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_case);
    }
    g_test_add_func("/isolation-command/missing-options-are-violations", test_missing_options_are_violations);
    g_test_add_func("/isolation-command/emulator-must-be-known", test_emulator_must_be_known);
    g_test_add_func("/isolation-command/line-continuations-and-quotes-are-read-as-a-shell-does",
                    test_line_continuations_and_quotes_are_read_as_a_shell_does);
    g_test_add_func("/isolation-command/every-check-is-in-every-report", test_every_check_is_in_every_report);
    return g_test_run();
}
