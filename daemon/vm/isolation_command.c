// SPDX-License-Identifier: GPL-3.0-or-later
// Holds QEMU's command line against the isolation rule: only options, devices and back ends that are known to
// reach nothing. The XML: isolation_xml.c.
#include <string.h>

#include "daemon/vm/isolation_parts.h"

static const IsolationCheckName checks[] = {
    { "command-line", "" },
    { "known-options", "" },
    { "no-network-option", "no -netdev, -nic, -net, -redir or -incoming" },
    { "known-devices", "" },
    { "no-network-device", "no -device of a network card's model" },
    { "no-host-device",
      "no -device that passes something of the host on (vfio, usb-host, usb-redir, ivshmem, 9p)" },
    { "no-host-folder", "no -fsdev or -virtfs" },
    { "chardevs-local", "no -chardev" },
    { "display-without-listener", "no -vnc, -spice or -display" },
    { "disks-local", "no -blockdev or -drive" },
    { "objects-known", "no -object" },
    { "sound-goes-nowhere", "no -audiodev" },
    { "seccomp-sandbox", "" },
    { "no-default-devices", "" },
};

typedef struct {
    IsolationFindings *findings;
    GHashTable *seen; // option names
} Command;

static gboolean is_key(const IsolationPair *pair, const char *key)
{
    // A leading word without a key is the option's own: the driver, the back end, the type.
    return *pair->key == '\0' || strcmp(pair->key, key) == 0;
}

static gboolean is_absolute(const char *path)
{
    return *path == '/';
}

static void check_device(IsolationFindings *findings, const char *value, GPtrArray *pairs)
{
    gboolean named = FALSE;

    for (guint i = 0; i < pairs->len; i++) {
        const IsolationPair *pair = pairs->pdata[i];
        if (!is_key(pair, "driver"))
            continue;
        const char *violated = isolation_device_violation(pair->value);
        named = TRUE;
        if (violated)
            isolation_violation(findings, violated, "-device %s", value);
        else
            isolation_evidence(findings, "known-devices", "%s", pair->value);
    }
    if (!named)
        isolation_violation(findings, "known-devices", "-device %s: no driver", value);
}

// Only a pseudo-terminal, nothing, or a Unix socket that QEMU listens on.
static void check_chardev(IsolationFindings *findings, const char *value, GPtrArray *pairs)
{
    const char *back_end = NULL, *path = NULL, *server = "off";

    for (guint i = 0; i < pairs->len; i++) {
        const IsolationPair *pair = pairs->pdata[i];
        if (is_key(pair, "backend"))
            back_end = back_end ? "two back ends" : pair->value;
        else if (strcmp(pair->key, "path") == 0 || strcmp(pair->key, "fd") == 0)
            path = pair->value;
        else if (strcmp(pair->key, "server") == 0)
            server = pair->value;
        else if (!isolation_has_word("id wait nowait logfile logappend mux", pair->key))
            isolation_violation(findings, "chardevs-local", "-chardev %s: \"%s\"", value, pair->key);
    }
    if (back_end == NULL || !isolation_has_word("pty null socket", back_end))
        isolation_violation(findings, "chardevs-local", "-chardev %s", value);
    else if (strcmp(back_end, "socket") == 0 &&
             (path == NULL || !(is_absolute(path) || g_ascii_isdigit(*path)) || strcmp(server, "on") != 0))
        isolation_violation(findings, "chardevs-local", "-chardev %s: no Unix socket that QEMU listens on",
                            value);
    else
        isolation_evidence(findings, "chardevs-local", "%s%s%s", back_end, path ? " " : "", path ? path : "");
}

static void check_vnc(IsolationFindings *findings, const char *value, GPtrArray *pairs)
{
    gboolean none = FALSE, other = FALSE;

    for (guint i = 0; i < pairs->len; i++) {
        const IsolationPair *pair = pairs->pdata[i];
        if (*pair->key == '\0')
            none = strcmp(pair->value, "none") == 0;
        else
            other = other || !isolation_has_word("audiodev share", pair->key);
    }
    if (!none || other)
        isolation_violation(findings, "display-without-listener", "-vnc %s", value);
    else
        isolation_evidence(findings, "display-without-listener", "-vnc %s", value);
}

static void check_display(IsolationFindings *findings, const char *value, GPtrArray *pairs)
{
    (void)pairs;
    if (strcmp(value, "none") != 0)
        isolation_violation(findings, "display-without-listener", "-display %s", value);
    else
        isolation_evidence(findings, "display-without-listener", "-display none");
}

// At whatever depth: {"driver":"qcow2","file":{"driver":"file","filename":"/…"}}.
static void check_blockdev(IsolationFindings *findings, const char *value, GPtrArray *pairs)
{
    for (guint i = 0; i < pairs->len; i++) {
        const IsolationPair *pair = pairs->pdata[i];
        const char *last = strrchr(pair->key, '.');
        last = last ? last + 1 : pair->key;
        gboolean driver = is_key(pair, "driver") || strcmp(last, "driver") == 0;
        gboolean name = strcmp(last, "filename") == 0;
        if ((driver && !isolation_has_word("file raw qcow2", pair->value)) ||
            (name && !is_absolute(pair->value)))
            isolation_violation(findings, "disks-local", "-blockdev %s", value);
        else if (name)
            isolation_evidence(findings, "disks-local", "%s", pair->value);
    }
}

static void check_drive(IsolationFindings *findings, const char *value, GPtrArray *pairs)
{
    for (guint i = 0; i < pairs->len; i++) {
        const IsolationPair *pair = pairs->pdata[i];
        gboolean ok =
            isolation_has_word("if id index bus unit media readonly cache aio discard detect-zeroes "
                               "werror rerror snapshot copy-on-read",
                               pair->key);
        if (strcmp(pair->key, "file") == 0)
            ok = is_absolute(pair->value);
        else if (strcmp(pair->key, "format") == 0)
            ok = isolation_has_word("raw qcow2", pair->value);
        if (!ok)
            isolation_violation(findings, "disks-local", "-drive %s", value);
        else if (strcmp(pair->key, "file") == 0)
            isolation_evidence(findings, "disks-local", "%s", pair->value);
    }
}

// A leading word, or the key, must be one of the words.
static void check_kind(IsolationFindings *findings, const char *check, const char *option, const char *value,
                       GPtrArray *pairs, const char *key, const char *words)
{
    gboolean named = FALSE;

    for (guint i = 0; i < pairs->len; i++) {
        const IsolationPair *pair = pairs->pdata[i];
        if (!is_key(pair, key))
            continue;
        named = TRUE;
        if (!isolation_has_word(words, pair->value))
            isolation_violation(findings, check, "-%s %s", option, value);
        else
            isolation_evidence(findings, check, "%s", pair->value);
    }
    if (!named)
        isolation_violation(findings, check, "-%s %s: no %s", option, value, key);
}

static void check_object(IsolationFindings *findings, const char *value, GPtrArray *pairs)
{
    check_kind(findings, "objects-known", "object", value, pairs, "qom-type",
               "secret memory-backend-ram memory-backend-memfd iothread throttle-group thread-context");
}

static void check_audiodev(IsolationFindings *findings, const char *value, GPtrArray *pairs)
{
    check_kind(findings, "sound-goes-nowhere", "audiodev", value, pairs, "driver", "none");
}

static void check_sandbox(IsolationFindings *findings, const char *value, GPtrArray *pairs)
{
    gboolean on = FALSE;

    for (guint i = 0; i < pairs->len; i++) {
        const IsolationPair *pair = pairs->pdata[i];
        if (is_key(pair, "enable"))
            on = strcmp(pair->value, "on") == 0;
        else if (strcmp(pair->value, "deny") != 0)
            isolation_violation(findings, "seccomp-sandbox", "-sandbox %s: \"%s\" is not denied", value,
                                pair->key);
    }
    if (!on)
        isolation_violation(findings, "seccomp-sandbox", "-sandbox %s", value);
    else
        isolation_evidence(findings, "seccomp-sandbox", "-sandbox %s", value);
}

static void check_no_network(IsolationFindings *findings, const char *value, GPtrArray *pairs)
{
    (void)pairs;
    if (strcmp(value, "none") != 0)
        isolation_violation(findings, "no-network-option", "-net or -nic %s", value);
    else
        isolation_evidence(findings, "no-network-option", "-net or -nic none");
}

typedef struct {
    const char *name;
    gboolean has_value;
    // Looks at the value; NULL: any value is fine.
    void (*check)(IsolationFindings *findings, const char *value, GPtrArray *pairs);
    const char *violates; // the option must not be there at all
} Option;

// Options of QEMU 7.2 that libvirt's driver writes, or that would break the rule. Any other is a violation
// too.
static const Option options[] = {
    { "name", TRUE, NULL, NULL },
    { "S", FALSE, NULL, NULL },
    { "object", TRUE, check_object, NULL },
    { "machine", TRUE, NULL, NULL },
    { "accel", TRUE, NULL, NULL },
    { "cpu", TRUE, NULL, NULL },
    { "m", TRUE, NULL, NULL },
    { "overcommit", TRUE, NULL, NULL },
    { "smp", TRUE, NULL, NULL },
    { "numa", TRUE, NULL, NULL },
    { "uuid", TRUE, NULL, NULL },
    { "display", TRUE, check_display, NULL },
    { "no-user-config", FALSE, NULL, NULL },
    { "nodefaults", FALSE, NULL, NULL },
    { "chardev", TRUE, check_chardev, NULL },
    { "mon", TRUE, NULL, NULL },
    { "rtc", TRUE, NULL, NULL },
    { "global", TRUE, NULL, NULL },
    { "no-hpet", FALSE, NULL, NULL },
    { "no-acpi", FALSE, NULL, NULL },
    { "no-shutdown", FALSE, NULL, NULL },
    { "no-reboot", FALSE, NULL, NULL },
    { "action", TRUE, NULL, NULL },
    { "watchdog-action", TRUE, NULL, NULL },
    { "boot", TRUE, NULL, NULL },
    { "smbios", TRUE, NULL, NULL },
    { "k", TRUE, NULL, NULL },
    { "usb", FALSE, NULL, NULL },
    { "vga", TRUE, NULL, NULL },
    { "device", TRUE, check_device, NULL },
    { "blockdev", TRUE, check_blockdev, NULL },
    { "drive", TRUE, check_drive, NULL },
    { "vnc", TRUE, check_vnc, NULL },
    { "audiodev", TRUE, check_audiodev, NULL },
    { "sandbox", TRUE, check_sandbox, NULL },
    { "add-fd", TRUE, NULL, NULL },
    { "msg", TRUE, NULL, NULL },
    { "compat", TRUE, NULL, NULL },
    { "net", TRUE, check_no_network, NULL },
    { "nic", TRUE, check_no_network, NULL },
    { "netdev", TRUE, NULL, "no-network-option" },
    { "redir", TRUE, NULL, "no-network-option" },
    { "incoming", TRUE, NULL, "no-network-option" },
    { "spice", TRUE, NULL, "display-without-listener" },
    { "sdl", FALSE, NULL, "display-without-listener" },
    { "nographic", FALSE, NULL, "display-without-listener" },
    { "fsdev", TRUE, NULL, "no-host-folder" },
    { "virtfs", TRUE, NULL, "no-host-folder" },
    { "usbdevice", TRUE, NULL, "no-host-device" },
    { "tpmdev", TRUE, NULL, "no-host-device" },
    { "serial", TRUE, NULL, "chardevs-local" },
    { "parallel", TRUE, NULL, "chardevs-local" },
    { "monitor", TRUE, NULL, "chardevs-local" },
    { "qmp", TRUE, NULL, "chardevs-local" },
    { "qmp-pretty", TRUE, NULL, "chardevs-local" },
    { "debugcon", TRUE, NULL, "chardevs-local" },
    { "gdb", TRUE, NULL, "chardevs-local" },
    { "s", FALSE, NULL, "chardevs-local" },
};

static const Option *find_option(const char *word)
{
    if (*word != '-')
        return NULL;
    word += g_str_has_prefix(word, "--") ? 2 : 1;
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++)
        if (strcmp(options[i].name, word) == 0)
            return &options[i];
    return NULL;
}

static void check_option(Command *command, const Option *option, const char *value)
{
    g_autoptr(GPtrArray) pairs = value ? isolation_split_option(value) : NULL;

    g_hash_table_add(command->seen, (gpointer)option->name);
    if (option->violates)
        isolation_violation(command->findings, option->violates, "-%s %s", option->name, value ? value : "");
    else if (option->has_value && pairs == NULL)
        isolation_violation(command->findings, "command-line", "-%s without a readable value", option->name);
    else if (option->check)
        option->check(command->findings, value, pairs);
}

// Words that are options with their values; returns how many options.
static guint check_options(Command *command, char **words)
{
    guint count = 0;

    while (*words) {
        const Option *option = find_option(*words);
        const char *value = option && option->has_value ? words[1] : NULL;
        count++;
        if (option == NULL)
            isolation_violation(command->findings, "known-options", "%s", *words);
        else
            check_option(command, option, value);
        words += value ? 2 : 1;
    }
    return count;
}

static void check_presence(Command *command)
{
    if (!g_hash_table_contains(command->seen, "sandbox"))
        isolation_violation(command->findings, "seccomp-sandbox",
                            "no -sandbox: seccomp_sandbox is off in qemu.conf");
    for (const char *const *name = (const char *const[]){ "nodefaults", "no-user-config", NULL }; *name;
         name++) {
        if (g_hash_table_contains(command->seen, *name))
            isolation_evidence(command->findings, "no-default-devices", "-%s", *name);
        else
            isolation_violation(command->findings, "no-default-devices", "no -%s", *name);
    }
}

static void check_words(IsolationFindings *findings, char **words)
{
    Command command = { findings, g_hash_table_new(g_str_hash, g_str_equal) };

    // libvirt writes the environment in front: NAME=value.
    while (*words && **words != '/' && strchr(*words, '='))
        words++;
    if (*words == NULL || !isolation_emulator_is_known(*words))
        isolation_violation(findings, "command-line", "the emulator is %s", *words ? *words : "missing");
    else
        isolation_evidence(findings, "command-line", "%s", *words);
    if (*words) {
        guint count = check_options(&command, words + 1);
        isolation_evidence(findings, "known-options", "%u options, all on the list", count);
    }
    check_presence(&command);
    g_hash_table_unref(command.seen);
}

void isolation_check_command(IsolationReport *report, const char *command_line)
{
    g_auto(GStrv) words = isolation_split_words(command_line);
    // Nothing else can be said of what cannot be read: one check, failed.
    g_autoptr(IsolationFindings) findings = isolation_findings_new(checks, words ? G_N_ELEMENTS(checks) : 1);

    if (words)
        check_words(findings, words);
    else
        isolation_violation(findings, "command-line", "a quote is not closed");
    isolation_findings_report(findings, report, "native-command");
}
