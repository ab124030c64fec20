// SPDX-License-Identifier: GPL-3.0-or-later
// Files to and from a running machine, as they come. Large ones go in on a disc (file_disc.c) and come
// out past Windows (file_snapshot.c).
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/service/file_collect.h"
#include "daemon/service/file_disc.h"
#include "daemon/service/file_snapshot.h"
#include "daemon/service/service_parts.h"
#include "daemon/service/uploads.h"
#include "daemon/vm/agent_files.h"

#define PATH_BYTES 1024u

struct ServiceFile {
    Daemon *daemon;
    AgentFile *file; // over the port, or NULL
    FileDisc *disc;  // on a disc, or NULL
    int fd;          // read from the machine's disk already, or -1
    char *path;
    char *sha256; // hex: what the client says of what it puts, or of what is read and known; or NULL
    guint64 size, done;
    const guint8 *piece; // of what is read
    gsize piece_left;
    gboolean at_end;
};

static gboolean check_path(const char *path, Problem **problem)
{
    g_autoptr(Faults) faults = faults_new();
    const gboolean absolute = path && g_ascii_isalpha(path[0]) && path[1] == ':' &&
                              (path[2] == '\\' || path[2] == '/') && !strchr(path + 2, ':');
    if (!path || path[0] == '\0')
        faults_add(faults, "/path", "required", NULL, "is required: a path in the machine, C:\\…");
    else if (strlen(path) > PATH_BYTES)
        faults_add(faults, "/path", "too-long", NULL, "must not be longer than %u bytes", PATH_BYTES);
    else if (!absolute || !g_utf8_validate(path, -1, NULL))
        faults_add(faults, "/path", "bad-value", NULL,
                   "must be an absolute path in the machine: C:\\folder\\file, or C:/folder/file");
    if (faults_count(faults) == 0)
        return TRUE;
    problem_set_faults(problem, &faults);
    return FALSE;
}

static gboolean open_agent(Daemon *daemon, const char *name, const char *path, AgentAddress *address,
                           Problem **problem)
{
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    return machine && check_path(path, problem) && service_agent_open(daemon, machine, address, problem);
}

void service_file_free(ServiceFile *file)
{
    if (!file)
        return;
    agent_file_free(file->file);
    file_disc_free(file->disc);
    if (file->fd >= 0)
        close(file->fd);
    g_free(file->path);
    g_free(file->sha256);
    g_free(file);
}

static ServiceFile *file_new(Daemon *daemon, const char *path)
{
    ServiceFile *file = g_new0(ServiceFile, 1);
    file->daemon = daemon;
    file->path = g_strdup(path);
    file->fd = -1;
    return file;
}

static gboolean report(Problem **problem, GError *error)
{
    service_problem(problem, error);
    return FALSE;
}

// ---- Into the machine ----

static gboolean read_head(const ServiceUploadHead *head, const char *modified, char **ret_sha256,
                          gint64 *ret_modified, Problem **problem)
{
    UploadStart start = { .length = head->length, .total = head->length };
    *ret_modified = g_get_real_time();
    if (head->length < 0) {
        problem_set(problem, 411, "length-required", "A file's size must be told first: Content-Length.");
        return FALSE;
    }
    if (head->content_range) {
        problem_set(problem, 400, "bad-request", "A file goes into a machine whole: no Content-Range here.");
        return FALSE;
    }
    g_autoptr(GDateTime) time = modified ? g_date_time_new_from_iso8601(modified, NULL) : NULL;
    if (modified && !time) {
        problem_set(problem, 400, "bad-request", "modified must be a time as 2026-11-27T06:00:00Z.");
        return FALSE;
    }
    if (time)
        *ret_modified = g_date_time_to_unix(time) * G_USEC_PER_SEC + g_date_time_get_microsecond(time);
    return upload_head_parse(head, &start, ret_sha256, problem);
}

// One of the two ways. FALSE with a problem.
static gboolean begin_put(ServiceFile *put, const StoreMachine *machine, const AgentAddress *address,
                          gint64 modified, Problem **problem)
{
    GError *error = NULL;
    if (put->size >= FILE_DISC_FROM) {
        put->disc = file_disc_begin(put->daemon, machine, put->path, put->size, modified, problem);
        return put->disc != NULL;
    }
    put->file = agent_file_put(address->socket, address->nonce, put->path, put->size, modified,
                               put->daemon->stopping, &error);
    return put->file || report(problem, error);
}

ServiceFile *service_file_put_begin(Daemon *daemon, const char *name, const char *path, const char *modified,
                                    const ServiceUploadHead *head, Problem **problem)
{
    gint64 time = 0;
    g_auto(AgentAddress) address = { 0 };
    g_autofree char *sha256 = NULL;
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    if (!machine || !check_path(path, problem) || !service_agent_open(daemon, machine, &address, problem) ||
        !read_head(head, modified, &sha256, &time, problem))
        return NULL;
    ServiceFile *put = file_new(daemon, path);
    put->sha256 = g_steal_pointer(&sha256);
    put->size = (guint64)head->length;
    if (begin_put(put, machine, &address, time, problem))
        return put;
    service_file_free(put);
    return NULL;
}

gboolean service_file_put_write(ServiceFile *file, const void *bytes, gsize length, Problem **problem)
{
    GError *error = NULL;
    file->done += length;
    if (file->disc)
        return file_disc_write(file->disc, bytes, length, problem);
    return agent_file_write(file->file, bytes, length, file->daemon->stopping, &error) ||
           report(problem, error);
}

// Before the guest gives the file its name.
static gboolean check_whole(const ServiceFile *file, const char *sha256, Problem **problem)
{
    if (file->done != file->size) {
        problem_set(problem, 400, "bad-request",
                    "the body ended early: the file was not kept in the machine");
        return FALSE;
    }
    if (!file->sha256 || strcmp(file->sha256, sha256) == 0)
        return TRUE;
    problem_set(problem, 422, "digest-mismatch",
                "what came has the SHA-256 %s, not %s: the file was not kept in the machine", sha256,
                file->sha256);
    return FALSE;
}

static gboolean finish_put(ServiceFile *file, Problem **problem)
{
    GError *error = NULL;
    if (file->disc)
        return file_disc_deliver(file->disc, problem);
    return agent_file_finish(file->file, file->daemon->stopping, &error) || report(problem, error);
}

json_object *service_file_put_finish(ServiceFile *file, Problem **problem)
{
    json_object *answer = NULL;
    const char *sha256 = file->disc ? file_disc_sha256(file->disc) : agent_file_sha256(file->file);
    if (check_whole(file, sha256, problem) && finish_put(file, problem)) {
        answer = json_object_new_object();
        json_add_text(answer, "path", file->path);
        json_object_object_add(answer, "size", json_object_new_uint64(file->size));
        json_add_text(answer, "sha256", file->disc ? sha256 : agent_file_sha256(file->file));
    }
    service_file_free(file);
    return answer;
}

// ---- Out of the machine ----

// Past Windows where that can be.
static void take_snapshot(ServiceFile *get, const StoreMachine *machine, const AgentAddress *address)
{
    g_autoptr(GError) error = NULL;
    get->fd = file_snapshot_take(get->daemon, machine, address, get->path, get->size, &get->sha256, &error);
    if (get->fd < 0)
        g_message("machine %s: %s comes over the serial port: %s", machine->name, get->path, error->message);
}

// A small one is had whole before any of it is sent: its hash is known then, and what goes wrong in the
// middle is an answer.
static gboolean begin_small(ServiceFile *get, GError **error)
{
    get->fd = file_collect(get->daemon, get->file, error);
    if (get->fd >= 0)
        get->sha256 = g_strdup(agent_file_sha256(get->file));
    g_clear_pointer(&get->file, agent_file_free);
    return get->fd >= 0;
}

static gboolean begin_large(ServiceFile *get, const StoreMachine *machine, const AgentAddress *address,
                            GError **error)
{
    g_clear_pointer(&get->file, agent_file_free); // it has begun to send
    take_snapshot(get, machine, address);
    if (get->fd < 0)
        get->file = agent_file_get(address->socket, address->nonce, get->path, get->daemon->stopping, error);
    return get->fd >= 0 || get->file;
}

// It may have grown since it was first asked for.
static void read_size(ServiceFile *get)
{
    struct stat about;
    if (get->file)
        get->size = agent_file_info(get->file)->size;
    else if (fstat(get->fd, &about) == 0)
        get->size = (guint64)about.st_size;
}

ServiceFile *service_file_get_begin(Daemon *daemon, const char *name, const char *path,
                                    ServiceFileHead *ret_head, Problem **problem)
{
    GError *error = NULL;
    g_auto(AgentAddress) address = { 0 };
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    if (!machine || !check_path(path, problem) || !service_agent_open(daemon, machine, &address, problem))
        return NULL;
    AgentFile *file = agent_file_get(address.socket, address.nonce, path, daemon->stopping, &error);
    if (!file) {
        service_problem(problem, error);
        return NULL;
    }
    ServiceFile *get = file_new(daemon, path);
    const gint64 modified = agent_file_info(file)->modified;
    get->file = file;
    get->size = agent_file_info(file)->size;
    if (get->size < FILE_DISC_FROM ? begin_small(get, &error) : begin_large(get, machine, &address, &error)) {
        read_size(get);
        *ret_head = (ServiceFileHead){ get->size, modified, get->sha256 };
        return get;
    }
    service_problem(problem, error);
    service_file_free(get);
    return NULL;
}

const char *service_file_get_sha256(const ServiceFile *file)
{
    return file->file ? agent_file_sha256(file->file) : file->sha256;
}

static gboolean next_piece(ServiceFile *file)
{
    g_autoptr(GError) error = NULL;
    if (!agent_file_read(file->file, &file->piece, &file->piece_left, file->daemon->stopping, &error)) {
        g_message("file %s from a machine: %s", file->path, error->message);
        return FALSE;
    }
    file->at_end = file->piece_left == 0;
    return TRUE;
}

static gssize read_fd(ServiceFile *file, void *buffer, gsize size)
{
    ssize_t count;
    do
        count = read(file->fd, buffer, size);
    while (count < 0 && errno == EINTR);
    return count;
}

// The last byte is given only once the guest has said that all is right: until then the file is not whole.
gssize service_file_get_read(ServiceFile *file, void *buffer, gsize size)
{
    if (file->fd >= 0)
        return read_fd(file, buffer, size);
    while (file->piece_left == 0 && !file->at_end)
        if (!next_piece(file))
            return -1;
    gsize count = MIN(size, file->piece_left);
    if (count == 0)
        return 0;
    memcpy(buffer, file->piece, count);
    file->piece += count;
    file->piece_left -= count;
    file->done += count;
    // The piece is copied already; at the file's end the guest's word is awaited.
    if (file->done == file->size && (!next_piece(file) || !file->at_end))
        return -1;
    return (gssize)count;
}

// ---- Folders ----

static json_object *info_to_json(const AgentFileInfo *info)
{
    json_object *object = json_object_new_object();
    g_autoptr(GDateTime) seconds = g_date_time_new_from_unix_utc(info->modified / G_USEC_PER_SEC);
    g_autofree char *time = seconds ? g_date_time_format(seconds, "%Y-%m-%dT%H:%M:%SZ") : NULL;
    json_add_text(object, "name", info->name);
    json_add_text(object, "type", info->is_folder ? "folder" : "file");
    json_object_object_add(object, "size", json_object_new_uint64(info->size));
    json_add_text(object, "modified", time);
    return object;
}

json_object *service_folder_list(Daemon *daemon, const char *name, const char *path, Problem **problem)
{
    GError *error = NULL;
    g_auto(AgentAddress) address = { 0 };
    if (!open_agent(daemon, name, path, &address, problem))
        return NULL;
    g_autoptr(GPtrArray) list = agent_list(address.socket, address.nonce, path, daemon->stopping, &error);
    if (!list) {
        service_problem(problem, error);
        return NULL;
    }
    json_object *object = info_to_json(list->pdata[0]);
    json_object *entries = json_object_new_array();
    json_object_object_del(object, "name");
    json_add_text(object, "path", path);
    for (guint i = 1; i < list->len; i++)
        json_object_array_add(entries, info_to_json(list->pdata[i]));
    json_object_object_add(object, "entries", entries);
    return object;
}

gboolean service_folder_make(Daemon *daemon, const char *name, const char *path, Problem **problem)
{
    GError *error = NULL;
    g_auto(AgentAddress) address = { 0 };
    if (!open_agent(daemon, name, path, &address, problem))
        return FALSE;
    return agent_make_folder(address.socket, address.nonce, path, daemon->stopping, &error) ||
           report(problem, error);
}
