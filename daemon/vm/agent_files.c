// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/vm/agent_files.h"

#include <string.h>

#include "daemon/vm/agent_channel.h"
#include "daemon/vm/guest_text.h"

#define FILES_PROTOCOL 2u
#define OPEN_MS        10000u
// Between two signs of life.
#define SILENCE_MS 60000u
#define GIVE_UP_MS 3000u
#define NAME_BYTES (3u * 255)

#define FILE_ATTRIBUTE_DIRECTORY 0x10u
// FILETIME counts 100 ns from 1601 [D].
#define FILETIME_OF_1970 116444736000000000ll

struct AgentFile {
    AgentExchange *exchange;
    gboolean ended; // nothing of it goes on in the guest
    AgentFileInfo info;
    guint64 done;
    gsize on_way; // of what was written
    GChecksum *sha256;
};

void agent_file_info_free(AgentFileInfo *info)
{
    if (info == NULL)
        return;
    g_free(info->name);
    g_free(info);
}

static gint64 from_filetime(guint64 filetime)
{
    return ((gint64)MIN(filetime, G_MAXINT64) - FILETIME_OF_1970) / 10;
}

static guint64 to_filetime(gint64 modified)
{
    const gint64 filetime = modified * 10 + FILETIME_OF_1970;

    return filetime > 0 ? (guint64)filetime : 0;
}

static gboolean read_info(const struct wire_frame *frame, AgentFileInfo *info, GError **error)
{
    struct wire_field name, size, modified, attributes;
    guint64 filetime;
    guint32 bits;

    if (!wire_frame_find(frame, WIRE_SIZE, &size) || !wire_field_u64(&size, &info->size) ||
        !wire_frame_find(frame, WIRE_MODIFIED, &modified) || !wire_field_u64(&modified, &filetime) ||
        !wire_frame_find(frame, WIRE_ATTRIBUTES, &attributes) || !wire_field_u32(&attributes, &bits))
        return agent_protocol_error(error, "a file without size, time or attributes");
    info->modified = from_filetime(filetime);
    info->is_folder = (bits & FILE_ATTRIBUTE_DIRECTORY) != 0;
    info->name = wire_frame_find(frame, WIRE_PATH, &name)
                     ? guest_text_show(name.bytes, name.length, NAME_BYTES)
                     : g_strdup("");
    return TRUE;
}

static AgentExchange *ask(const char *socket_path, const char *nonce, guint16 type, const char *path,
                          GCancellable *cancellable, GError **error)
{
    if (!g_utf8_validate(path, -1, NULL)) {
        g_set_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL, "the path is not UTF-8");
        return NULL;
    }
    AgentExchange *exchange = agent_exchange_open_to(socket_path, nonce, FILES_PROTOCOL,
                                                     agent_deadline(OPEN_MS), cancellable, error);
    if (exchange)
        wire_encoder_text(agent_exchange_begin(exchange, type), WIRE_PATH, path);
    return exchange;
}

// The next frame that is not a late hello; FALSE also for the guest's ERROR.
static gboolean next_frame(AgentExchange *exchange, struct wire_frame *frame, GCancellable *cancellable,
                           GError **error)
{
    do {
        if (!agent_exchange_receive(exchange, frame, agent_deadline(SILENCE_MS), cancellable, error))
            return FALSE;
    } while (frame->type == WIRE_HELLO);
    if (frame->type != WIRE_ERROR)
        return TRUE;
    struct wire_field code;
    GError *failure = NULL;
    agent_set_remote_error(frame, &failure);
    if (wire_frame_find(frame, WIRE_CODE, &code) && wire_field_equals(&code, "not-found"))
        failure->code = AGENT_ERROR_NOT_FOUND;
    g_propagate_error(error, failure);
    return FALSE;
}

static gboolean unexpected(const struct wire_frame *frame, GError **error)
{
    g_set_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL, "the machine's agent answers with type %u",
                frame->type);
    return FALSE;
}

// ---- Folders ----

static gboolean collect(AgentExchange *exchange, GPtrArray *list, GCancellable *cancellable, GError **error)
{
    struct wire_frame frame;

    while (next_frame(exchange, &frame, cancellable, error)) {
        if (frame.type == WIRE_OK)
            return list->len > 0 || agent_protocol_error(error, "a list without its folder");
        if (frame.type != WIRE_INFO)
            return unexpected(&frame, error);
        if (list->len > AGENT_LIST_MOST)
            return agent_protocol_error(error, "a folder with more files than can be listed");
        AgentFileInfo *info = g_new0(AgentFileInfo, 1);
        g_ptr_array_add(list, info);
        if (!read_info(&frame, info, error))
            return FALSE;
    }
    return FALSE;
}

GPtrArray *agent_list(const char *socket_path, const char *nonce, const char *path, GCancellable *cancellable,
                      GError **error)
{
    g_autoptr(AgentExchange) exchange = ask(socket_path, nonce, WIRE_LIST, path, cancellable, error);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)agent_file_info_free);

    if (exchange && agent_exchange_send(exchange, agent_deadline(SILENCE_MS), cancellable, error) &&
        collect(exchange, list, cancellable, error))
        return g_steal_pointer(&list);
    return NULL;
}

gboolean agent_make_folder(const char *socket_path, const char *nonce, const char *path,
                           GCancellable *cancellable, GError **error)
{
    struct wire_frame frame;
    g_autoptr(AgentExchange) exchange = ask(socket_path, nonce, WIRE_MKDIR, path, cancellable, error);

    return exchange && agent_exchange_send(exchange, agent_deadline(SILENCE_MS), cancellable, error) &&
           next_frame(exchange, &frame, cancellable, error) &&
           (frame.type == WIRE_OK || unexpected(&frame, error));
}

// ---- Files ----

static void give_up(AgentFile *file)
{
    const gint64 deadline = agent_deadline(GIVE_UP_MS);
    struct wire_frame frame;

    agent_exchange_begin(file->exchange, WIRE_KILL);
    if (!agent_exchange_send(file->exchange, deadline, NULL, NULL))
        return;
    while (agent_exchange_receive(file->exchange, &frame, deadline, NULL, NULL))
        if (frame.type == WIRE_ERROR || frame.type == WIRE_OK)
            return;
}

void agent_file_free(AgentFile *file)
{
    if (file == NULL)
        return;
    if (!file->ended && !agent_exchange_is_closed(file->exchange))
        give_up(file);
    agent_exchange_close(file->exchange);
    g_checksum_free(file->sha256);
    g_free(file->info.name);
    g_free(file);
}

// What the guest refuses has ended there; so has what broke the line.
static gboolean fails(AgentFile *file, GError *failure, GError **error)
{
    file->ended = file->ended || failure->domain == AGENT_ERROR;
    g_propagate_error(error, failure);
    return FALSE;
}

static AgentFile *new_file(AgentExchange *exchange)
{
    AgentFile *file = g_new0(AgentFile, 1);
    file->exchange = exchange;
    file->sha256 = g_checksum_new(G_CHECKSUM_SHA256);
    return file;
}

const AgentFileInfo *agent_file_info(const AgentFile *file)
{
    return &file->info;
}

const char *agent_file_sha256(const AgentFile *file)
{
    return g_checksum_get_string(file->sha256);
}

AgentFile *agent_file_get(const char *socket_path, const char *nonce, const char *path,
                          GCancellable *cancellable, GError **error)
{
    struct wire_frame frame;
    GError *failure = NULL;
    AgentExchange *exchange = ask(socket_path, nonce, WIRE_GET, path, cancellable, error);
    if (!exchange)
        return NULL;
    g_autoptr(AgentFile) file = new_file(exchange);
    if (agent_exchange_send(exchange, agent_deadline(SILENCE_MS), cancellable, &failure) &&
        next_frame(exchange, &frame, cancellable, &failure) &&
        (frame.type == WIRE_INFO || unexpected(&frame, &failure)) && read_info(&frame, &file->info, &failure))
        return g_steal_pointer(&file);
    fails(file, failure, error);
    return NULL;
}

static gboolean take_piece(AgentFile *file, const struct wire_frame *frame, const guint8 **ret_bytes,
                           gsize *ret_length, GError **error)
{
    struct wire_field data;

    if (!wire_frame_find(frame, WIRE_DATA, &data) || data.length == 0 ||
        data.length > file->info.size - file->done)
        return agent_protocol_error(error, "a piece of a file without data, or with too much");
    g_checksum_update(file->sha256, data.bytes, (gssize)data.length);
    file->done += data.length;
    agent_exchange_give_out(file->exchange, data.length);
    *ret_length = data.length;
    *ret_bytes = data.bytes;
    return TRUE;
}

static gboolean is_digest(AgentFile *file, const struct wire_frame *frame, GError **error)
{
    guint8 digest[32];
    gsize length = sizeof digest;
    struct wire_field field;
    // The checksum is closed by asking; agent_file_sha256() still has it.
    g_checksum_get_digest(file->sha256, digest, &length);

    return (wire_frame_find(frame, WIRE_SHA256, &field) && field.length == length &&
            memcmp(field.bytes, digest, length) == 0 && file->done == file->info.size) ||
           agent_protocol_error(error, "the file that arrived is not the one that the guest has read");
}

gboolean agent_file_read(AgentFile *file, const guint8 **ret_bytes, gsize *ret_length,
                         GCancellable *cancellable, GError **error)
{
    struct wire_frame frame;
    GError *failure = NULL;
    gboolean ok = agent_exchange_acknowledge(file->exchange, agent_deadline(SILENCE_MS), &failure) &&
                  next_frame(file->exchange, &frame, cancellable, &failure);

    *ret_length = 0;
    if (ok && frame.type == WIRE_END) {
        file->ended = TRUE;
        ok = is_digest(file, &frame, &failure);
    } else if (ok) {
        ok = (frame.type == WIRE_FILE_DATA || unexpected(&frame, &failure)) &&
             take_piece(file, &frame, ret_bytes, ret_length, &failure);
    }
    return ok || fails(file, failure, error);
}

// The guest has taken what is on its way, in part.
static gboolean take_ack(AgentFile *file, GCancellable *cancellable, GError **error)
{
    struct wire_frame frame;
    struct wire_field field;
    guint32 bytes;

    if (!next_frame(file->exchange, &frame, cancellable, error))
        return FALSE;
    if (frame.type != WIRE_ACK)
        return unexpected(&frame, error);
    if (!wire_frame_find(&frame, WIRE_BYTES, &field) || !wire_field_u32(&field, &bytes) ||
        bytes > file->on_way)
        return agent_protocol_error(error, "it has taken more of the file than was sent");
    file->on_way -= bytes;
    return TRUE;
}

AgentFile *agent_file_put(const char *socket_path, const char *nonce, const char *path, guint64 size,
                          gint64 modified, GCancellable *cancellable, GError **error)
{
    GError *failure = NULL;
    AgentExchange *exchange = ask(socket_path, nonce, WIRE_PUT, path, cancellable, error);
    if (!exchange)
        return NULL;
    g_autoptr(AgentFile) file = new_file(exchange);
    // ask() has begun the frame.
    struct wire_encoder *encoder = agent_exchange_encoder(exchange);
    wire_encoder_u64(encoder, WIRE_SIZE, size);
    wire_encoder_u64(encoder, WIRE_MODIFIED, to_filetime(modified));
    file->info.size = size;
    file->info.modified = modified;
    if (agent_exchange_send(exchange, agent_deadline(SILENCE_MS), cancellable, &failure) &&
        take_ack(file, cancellable, &failure))
        return g_steal_pointer(&file);
    fails(file, failure, error);
    return NULL;
}

static gboolean write_piece(AgentFile *file, const guint8 *bytes, gsize length, GCancellable *cancellable,
                            GError **error)
{
    while (file->on_way + length > WIRE_WINDOW)
        if (!take_ack(file, cancellable, error))
            return FALSE;
    wire_encoder_bytes(agent_exchange_begin(file->exchange, WIRE_FILE_DATA), WIRE_DATA, bytes, length);
    if (!agent_exchange_send(file->exchange, agent_deadline(SILENCE_MS), cancellable, error))
        return FALSE;
    g_checksum_update(file->sha256, bytes, (gssize)length);
    file->on_way += length;
    file->done += length;
    return TRUE;
}

gboolean agent_file_write(AgentFile *file, const void *bytes, gsize length, GCancellable *cancellable,
                          GError **error)
{
    const guint8 *rest = bytes;
    GError *failure = NULL;

    while (length > 0) {
        const gsize step = MIN(length, WIRE_DATA_MAX);
        if (!write_piece(file, rest, step, cancellable, &failure))
            return fails(file, failure, error);
        rest += step;
        length -= step;
    }
    return TRUE;
}

static gboolean take_ok(AgentFile *file, GCancellable *cancellable, GError **error)
{
    struct wire_frame frame;

    do {
        if (!next_frame(file->exchange, &frame, cancellable, error))
            return FALSE;
    } while (frame.type == WIRE_ACK);
    file->ended = TRUE;
    return frame.type == WIRE_OK || unexpected(&frame, error);
}

gboolean agent_file_finish(AgentFile *file, GCancellable *cancellable, GError **error)
{
    guint8 digest[32];
    gsize length = sizeof digest;
    GError *failure = NULL;

    g_checksum_get_digest(file->sha256, digest, &length);
    wire_encoder_bytes(agent_exchange_begin(file->exchange, WIRE_END), WIRE_SHA256, digest, length);
    return (agent_exchange_send(file->exchange, agent_deadline(SILENCE_MS), cancellable, &failure) &&
            take_ok(file, cancellable, &failure)) ||
           fails(file, failure, error);
}
