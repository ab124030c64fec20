// SPDX-License-Identifier: GPL-3.0-or-later
// See file_snapshot.h.
#include "daemon/service/file_snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/files.h"
#include "common/ids.h"
#include "daemon/library/media_process.h"
#include "daemon/vm/agent.h"
#include "daemon/vm/disk_backup.h"
#include "daemon/vm/domain.h"
#include "daemon/vm/domain_xml.h"

#define AGENT_PROGRAM  "C:\\sevend\\sevend-agent.exe"
#define SYSTEM_DRIVE   'C'
#define HASH_SECONDS   3600u // of gigabytes, in emulation
#define SHA256_LETTERS 64u

// sda or vda, by the machine's bus.
static char *disk_of(Daemon *daemon, const char *uuid, GError **error)
{
    g_autofree char *xml = domain_live_xml(daemon->libvirt, uuid, error);
    return xml ? g_strdup(strstr(xml, "dev='vda'") ? "vda" : "sda") : NULL;
}

// The agent's word on what the file is. The caller frees.
static char *publish(Daemon *daemon, const AgentAddress *address, const char *path, GError **error)
{
    const char *const argv[] = { AGENT_PROGRAM, "--publish-file", path, NULL };
    const AgentCommand command = { .argv = argv, .timeout_ms = HASH_SECONDS * 1000 };
    g_autoptr(AgentExecResult) result =
        agent_exec(address->socket, address->nonce, &command, NULL, daemon->stopping, error);
    gsize length = 0;
    const char *said = result ? g_bytes_get_data(result->out, &length) : NULL;
    if (result && result->exit_code == 0 && length > SHA256_LETTERS)
        return g_strndup(said, SHA256_LETTERS);
    if (result)
        g_set_error(error, AGENT_ERROR, AGENT_ERROR_TOO_OLD,
                    "the agent cannot publish the file (exit code %d)", result->exit_code);
    return NULL;
}

// What is read of a file, as the agent tells it.
typedef struct {
    const char *path, *sha256;
    guint64 size;
} Told;

static gboolean read_file(Daemon *daemon, const char *folder, const char *disk, const Told *told,
                          const char *output, GError **error)
{
    g_autofree char *socket = g_build_filename(folder, "nbd.sock", NULL);
    g_autofree char *inside = g_strdelimit(g_strdup(told->path + strlen("C:/")), "\\", '/');
    g_autofree char *size = g_strdup_printf("%" G_GUINT64_FORMAT, told->size);
    const char *const arguments[] = { "read-file", "--socket", socket, "--export", disk,   "--path",
                                      inside,      "--size",   size,   "--output", output, NULL };
    g_autoptr(json_object) result =
        media_run(daemon->config->media, arguments, NULL, NULL, daemon->stopping, error);
    if (!result)
        return FALSE;
    if (g_strcmp0(json_string_member(result, "sha256"), told->sha256) == 0)
        return TRUE;
    g_set_error(
        error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "what is on the disk has not the hash that Windows sees: the file is being written, or encrypted");
    return FALSE;
}

// QEMU runs as a user of its own and makes its files itself; nobody can list the folder above or guess this
// one's name.
static gboolean make_folder(const char *folder, GError **error)
{
    if (mkdir(folder, 0700) == 0 && chmod(folder, 0733) == 0)
        return TRUE;
    g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(errno), "%s: %s", folder, g_strerror(errno));
    return FALSE;
}

static gboolean read_through_backup(Daemon *daemon, const StoreMachine *machine, const char *folder,
                                    const Told *told, const char *output, GError **error)
{
    g_autoptr(GError) end = NULL;
    g_autofree char *disk = disk_of(daemon, machine->uuid, error);
    if (!disk || !make_folder(folder, error) ||
        !disk_backup_begin(daemon->libvirt, machine->uuid, disk, folder, error))
        return FALSE;
    const gboolean ok = read_file(daemon, folder, disk, told, output, error);
    if (!disk_backup_end(daemon->libvirt, machine->uuid, &end))
        g_warning("machine %s: %s", machine->name, end->message);
    return ok;
}

int file_snapshot_take(Daemon *daemon, const StoreMachine *machine, const AgentAddress *address,
                       const char *path, guint64 size, char **ret_sha256, GError **error)
{
    if (g_ascii_toupper(path[0]) != SYSTEM_DRIVE) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "only the system drive is read so");
        return -1;
    }
    g_autofree char *id = job_id_new();
    g_autofree char *folder = g_build_filename(daemon->config->state, "files", id, NULL);
    g_autofree char *name = g_strconcat(id, ".bin", NULL);
    g_autofree char *output = g_build_filename(daemon->config->state, "files", name, NULL);
    g_autofree char *sha256 = publish(daemon, address, path, error);
    const Told told = { path, sha256, size };
    int fd = -1;
    if (sha256 && read_through_backup(daemon, machine, folder, &told, output, error)) {
        fd = open(output, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(errno), "%s: %s", output,
                        g_strerror(errno));
    }
    unlink(output);
    tree_remove(folder, NULL);
    if (fd >= 0)
        *ret_sha256 = g_steal_pointer(&sha256);
    return fd;
}
