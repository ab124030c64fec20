// SPDX-License-Identifier: GPL-3.0-or-later
// See file_disc.h.
#include "daemon/service/file_disc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/files.h"
#include "common/ids.h"
#include "daemon/library/media_process.h"
#include "daemon/vm/agent.h"
#include "daemon/vm/domain.h"
#include "daemon/vm/domain_xml.h"

#define FOLDER        "files"
#define AGENT_PROGRAM "C:\\sevend\\sevend-agent.exe"
// For the guest to see the disc and copy from it, however slow it is.
#define LEAST_SECONDS    180u
#define BYTES_PER_SECOND (1u << 20)
// FILETIME counts 100 ns from 1601.
#define EPOCH_1601 G_GINT64_CONSTANT(11644473600)
// What sevend-agent ends with when it does not know an option.
#define USAGE_EXIT 2

struct FileDisc {
    Daemon *daemon;
    char *name, *uuid, *path; // machine's name and UUID, path in it
    char *id, *data, *iso;    // files on the host
    int fd;
    guint64 size;
    gint64 modified;
    GChecksum *checksum;
    gboolean has_drive;
};

// Machines that a disc is on its way into: each has one drive for it.
static GMutex lock;
static GHashTable *busy;

static gboolean take_drive(FileDisc *disc, Problem **problem)
{
    g_mutex_lock(&lock);
    if (!busy)
        busy = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    disc->has_drive = g_hash_table_add(busy, g_strdup(disc->uuid));
    g_mutex_unlock(&lock);
    if (!disc->has_drive)
        problem_set(problem, 409, "conflict",
                    "another large file is on its way into machine \"%s\": one at a time", disc->name);
    return disc->has_drive;
}

static char *file_path(const Daemon *daemon, const char *id, const char *ending)
{
    g_autofree char *file = g_strconcat(id, ending, NULL);
    return g_build_filename(daemon->config->state, FOLDER, file, NULL);
}

static gboolean set_errno(Problem **problem, int reason)
{
    GError *error = NULL;
    g_set_error(&error, G_IO_ERROR, (int)g_io_error_from_errno(reason),
                "the file cannot be kept on the host on its way: %s", g_strerror(reason));
    service_problem(problem, error);
    return FALSE;
}

static gboolean open_data(FileDisc *disc, Problem **problem)
{
    disc->fd = open(disc->data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (disc->fd < 0)
        return set_errno(problem, errno);
    // So that a full disk is found before the work is done.
    const int reason = posix_fallocate(disc->fd, 0, (off_t)disc->size);
    return reason == 0 || reason == EOPNOTSUPP || set_errno(problem, reason);
}

FileDisc *file_disc_begin(Daemon *daemon, const StoreMachine *machine, const char *path, guint64 size,
                          gint64 modified, Problem **problem)
{
    FileDisc *disc = g_new0(FileDisc, 1);
    disc->daemon = daemon;
    disc->name = g_strdup(machine->name);
    disc->uuid = g_strdup(machine->uuid);
    disc->path = g_strdup(path);
    disc->id = job_id_new();
    disc->data = file_path(daemon, disc->id, ".bin");
    disc->iso = file_path(daemon, disc->id, ".iso");
    disc->fd = -1;
    disc->size = size;
    disc->modified = modified;
    disc->checksum = g_checksum_new(G_CHECKSUM_SHA256);
    if (take_drive(disc, problem) && open_data(disc, problem))
        return disc;
    file_disc_free(disc);
    return NULL;
}

void file_disc_free(FileDisc *disc)
{
    if (!disc)
        return;
    if (disc->fd >= 0)
        close(disc->fd);
    unlink(disc->data);
    unlink(disc->iso);
    if (disc->has_drive) {
        g_mutex_lock(&lock);
        g_hash_table_remove(busy, disc->uuid);
        g_mutex_unlock(&lock);
    }
    g_checksum_free(disc->checksum);
    g_free(disc->name);
    g_free(disc->uuid);
    g_free(disc->path);
    g_free(disc->id);
    g_free(disc->data);
    g_free(disc->iso);
    g_free(disc);
}

gboolean file_disc_write(FileDisc *disc, const void *bytes, gsize length, Problem **problem)
{
    const guint8 *rest = bytes;
    g_checksum_update(disc->checksum, bytes, (gssize)length);
    while (length > 0) {
        const ssize_t count = write(disc->fd, rest, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return set_errno(problem, errno);
        rest += count;
        length -= (gsize)count;
    }
    return TRUE;
}

const char *file_disc_sha256(FileDisc *disc)
{
    return g_checksum_get_string(disc->checksum);
}

// ---- Delivery ----

static gboolean build_disc(FileDisc *disc, GError **error)
{
    g_autofree char *pair = g_strdup_printf("sevend/%s.bin=%s", disc->id, disc->data);
    const char *const arguments[] = { "build-file-disc", "--output", disc->iso, "--file", pair, NULL };
    g_autoptr(json_object) result =
        media_run(disc->daemon->config->media, arguments, NULL, NULL, disc->daemon->stopping, error);
    unlink(disc->data); // it is on the disc now
    return result != NULL;
}

static AgentExecResult *fetch(FileDisc *disc, const AgentAddress *address, GError **error)
{
    g_autofree char *size = g_strdup_printf("%" G_GUINT64_FORMAT, disc->size);
    g_autofree char *modified =
        g_strdup_printf("%" G_GINT64_FORMAT, disc->modified * 10 + EPOCH_1601 * 10 * G_USEC_PER_SEC);
    const char *const argv[] = { AGENT_PROGRAM,          "--take-file", disc->id,   size,
                                 file_disc_sha256(disc), modified,      disc->path, NULL };
    const AgentCommand command = { .argv = argv,
                                   .timeout_ms =
                                       (LEAST_SECONDS + (guint)(disc->size / BYTES_PER_SECOND)) * 1000 };
    return agent_exec(address->socket, address->nonce, &command, NULL, disc->daemon->stopping, error);
}

static gboolean check(FileDisc *disc, const AgentExecResult *result, Problem **problem)
{
    gsize length = 0;
    const char *said = g_bytes_get_data(result->err, &length);
    if (!result->timed_out && result->exit_code == 0)
        return TRUE;
    if (result->exit_code == USAGE_EXIT)
        problem_set(problem, 409, "agent-too-old",
                    "the agent in machine \"%s\" takes no files from discs, and one of more than %u MiB is "
                    "too large for its serial port: install the machine anew",
                    disc->name, FILE_DISC_FROM >> 20);
    else if (result->timed_out)
        problem_set(problem, 409, "agent-unavailable",
                    "the machine has not fetched the file from its disc in time");
    else
        problem_set(problem, 422, "agent-refused", "the machine could not take the file from its disc: %.*s",
                    (int)MIN(length, 200), length > 0 ? g_strchomp((char *)said) : "no reason was given");
    return FALSE;
}

static gboolean deliver(FileDisc *disc, const AgentAddress *address, Problem **problem)
{
    GError *error = NULL;
    VmConnection *libvirt = disc->daemon->libvirt;
    if (!build_disc(disc, &error) || !domain_insert(libvirt, disc->uuid, DRIVE_CONFIG, disc->iso, &error)) {
        service_problem(problem, error);
        return FALSE;
    }
    g_autoptr(AgentExecResult) result = fetch(disc, address, &error);
    GError *stuck = NULL;
    if (!domain_eject(libvirt, disc->uuid, DRIVE_CONFIG, &stuck)) {
        g_message("machine %s: %s, ignoring: the drive is empty at its next start", disc->name,
                  stuck->message);
        g_error_free(stuck);
    }
    if (result)
        return check(disc, result, problem);
    service_problem(problem, error);
    return FALSE;
}

gboolean file_disc_deliver(FileDisc *disc, Problem **problem)
{
    g_auto(AgentAddress) address = { 0 };
    g_autoptr(StoreMachine) machine = service_find_machine(disc->daemon, disc->name, problem);
    close(disc->fd);
    disc->fd = -1;
    return machine && service_agent_open(disc->daemon, machine, &address, problem) &&
           deliver(disc, &address, problem);
}

void file_disc_eject_abandoned(Daemon *daemon, const char *uuid)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_build_filename(daemon->config->state, FOLDER, "", NULL);
    g_autofree char *xml = domain_live_xml(daemon->libvirt, uuid, NULL); // NULL: it does not run
    if (xml && strstr(xml, folder) && !domain_eject(daemon->libvirt, uuid, DRIVE_CONFIG, &error))
        g_warning("domain %s: %s, ignoring: the drive is empty at its next start", uuid, error->message);
}

void file_disc_sweep(Daemon *daemon)
{
    g_autofree char *folder = g_build_filename(daemon->config->state, FOLDER, NULL);
    g_autoptr(GDir) names = g_dir_open(folder, 0, NULL);
    for (const char *name; names && (name = g_dir_read_name(names));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (!tree_remove(path, NULL))
            g_warning("%s cannot be removed, ignoring", path);
    }
}
