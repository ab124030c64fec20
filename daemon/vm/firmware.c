// SPDX-License-Identifier: GPL-3.0-or-later
// See firmware.h.
#include "daemon/vm/firmware.h"

#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#include "common/files.h"
#include "daemon/vm/isolation_parts.h"
#include "daemon/vm/xml.h"

// Of all machine types since pc-1.x and of q35; bios.bin is of older ones.
#define FILE_NAME      "bios-256k.bin"
#define MAX_FILE_BYTES (1u << 20)
#define ASK_SECONDS    10u
#define LONGEST        100

void firmware_free(Firmware *firmware)
{
    if (!firmware)
        return;
    g_free(firmware->version);
    g_free(firmware->sha256);
    g_free(firmware);
}

// ---- The image ----

// The build's version stands alone between NULs, as "1.16.2-debian-1.16.2-1" or
// "rel-1.16.2-0-gea1b7a073390…".
static gboolean is_version(const char *text)
{
    return g_regex_match_simple("^(rel-)?[0-9]+\\.[0-9]+\\.[0-9]+[-.+~_A-Za-z0-9]*$", text,
                                G_REGEX_DOLLAR_ENDONLY, 0);
}

char *firmware_version(const void *bytes, gsize length)
{
    const char *at = bytes, *end = at + length;
    if (!memmem(bytes, length, "SeaBIOS", strlen("SeaBIOS")))
        return NULL;
    for (const char *stop; at < end && (stop = memchr(at, '\0', (gsize)(end - at))); at = stop + 1)
        if (stop - at <= LONGEST && g_ascii_isgraph(*at) && is_version(at))
            return g_strdup(at);
    return NULL;
}

static Firmware *read_file(const char *path)
{
    g_autofree char *bytes = NULL;
    gsize length = 0;
    if (!file_read(path, MAX_FILE_BYTES, &bytes, &length, NULL))
        return NULL;
    Firmware *firmware = g_new0(Firmware, 1);
    firmware->version = firmware_version(bytes, length);
    firmware->sha256 = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes, length);
    return firmware;
}

Firmware *firmware_read(const char *folders, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(folders, "\n", -1);
    for (char **line = lines; *line; line++) {
        g_autofree char *path = g_build_filename(*line, FILE_NAME, NULL);
        Firmware *firmware = g_path_is_absolute(path) ? read_file(path) : NULL;
        if (firmware)
            return firmware;
    }
    g_set_error(error, VM_ERROR, VM_ERROR_NOT_FOUND, "the emulator has no " FILE_NAME " in its folders");
    return NULL;
}

// ---- Where it is ----

char *firmware_emulator(const char *capabilities, GError **error)
{
    g_autoptr(XmlDocument) document = xml_parse(capabilities, error);
    if (!document)
        return NULL;
    xmlNode *path = xml_find(xmlDocGetRootElement(document), "path");
    xmlChar *text = path ? xmlNodeGetContent(path) : NULL;
    char *emulator = text && isolation_emulator_is_known((const char *)text) ? g_strdup((char *)text) : NULL;
    xmlFree(text);
    if (!emulator)
        g_set_error(error, VM_ERROR, VM_ERROR_INVALID, "libvirt names no emulator that is known");
    return emulator;
}

static char *ask_libvirt(VmConnection *connection, const char *virt_type, GError **error)
{
    g_auto(VmConnect) connect = vm_connection_get(connection, 0, error);
    if (!connect)
        return NULL;
    char *capabilities = virConnectGetDomainCapabilities(connect, NULL, "x86_64", "q35", virt_type, 0);
    if (!capabilities) {
        vm_error_set_libvirt(error, "asking libvirt for its emulator");
        return NULL;
    }
    char *emulator = firmware_emulator(capabilities, error);
    free(capabilities);
    return emulator;
}

// In the child, between fork and exec: a program that hangs ends by SIGALRM.
static void limit_child(gpointer data)
{
    (void)data;
    alarm(ASK_SECONDS);
}

static char *ask_emulator(const char *emulator, GError **error)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    g_subprocess_launcher_set_child_setup(launcher, limit_child, NULL, NULL);
    g_autoptr(GSubprocess) process =
        g_subprocess_launcher_spawn(launcher, error, emulator, "-L", "help", NULL);
    char *folders = NULL;
    if (process)
        g_subprocess_communicate_utf8(process, NULL, NULL, &folders, NULL, error);
    return folders;
}

Firmware *firmware_look(VmConnection *connection, const char *virt_type, GError **error)
{
    if (!vm_connection_is_local(connection)) {
        g_set_error(error, VM_ERROR, VM_ERROR_NOT_FOUND, "libvirt is on another host");
        return NULL;
    }
    g_autofree char *emulator = ask_libvirt(connection, virt_type, error);
    g_autofree char *folders = emulator ? ask_emulator(emulator, error) : NULL;
    return folders ? firmware_read(folders, error) : NULL;
}
