// SPDX-License-Identifier: GPL-3.0-or-later
// Files to and from a guest that answers well, badly, and with malice.
#include "daemon/vm/agent_files.h"

#include <string.h>

#include "tests/unit/vm/agent_peer.h"

#define FILETIME 128920285230000000ull
#define UNIXTIME 1247554923ll

static void send_info(Peer *peer, guint32 id, const char *name, guint64 size, guint32 attributes)
{
    struct wire_encoder *encoder = peer_begin(peer, WIRE_INFO, id);
    if (name)
        wire_encoder_text(encoder, WIRE_PATH, name);
    wire_encoder_u64(encoder, WIRE_SIZE, size);
    wire_encoder_u64(encoder, WIRE_MODIFIED, FILETIME);
    wire_encoder_u32(encoder, WIRE_ATTRIBUTES, attributes);
    peer_send(peer);
}

static void send_end(Peer *peer, guint32 id, const char *bytes, gsize length)
{
    guint8 digest[32];
    gsize size = sizeof digest;
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)bytes, (gssize)length);
    g_checksum_get_digest(checksum, digest, &size);
    wire_encoder_bytes(peer_begin(peer, WIRE_END, id), WIRE_SHA256, digest, size);
    peer_send(peer);
}

// ---- Out of the guest ----

static const char *given = "hello"; // the file, and the hash of what is said to be it
static const char *hashed = "hello";
static guint64 announced = 5;

static void give_file(Peer *peer)
{
    struct wire_frame frame;

    while (peer_next_request(peer, &frame)) {
        peer->killed = peer->killed || frame.type == WIRE_KILL;
        if (frame.type != WIRE_GET)
            continue;
        send_info(peer, frame.id, NULL, announced, 0x20);
        peer_output(peer, frame.id, WIRE_FILE_DATA, given, strlen(given));
        send_end(peer, frame.id, hashed, strlen(hashed));
    }
}

static gboolean read_all(AgentFile *file, GString *text, GError **error)
{
    const guint8 *bytes = NULL;
    gsize length = 0;
    do {
        if (!agent_file_read(file, &bytes, &length, NULL, error))
            return FALSE;
        g_string_append_len(text, (const char *)bytes, (gssize)length);
    } while (length > 0);
    return TRUE;
}

static void test_a_file_comes_out(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(give_file);
    g_autoptr(AgentFile) file = agent_file_get(peer->path, NONCE, "C:\\a", NULL, &error);
    g_autoptr(GString) text = g_string_new(NULL);

    g_assert_no_error(error);
    g_assert_cmpuint(agent_file_info(file)->size, ==, 5);
    g_assert_cmpint(agent_file_info(file)->modified, ==, UNIXTIME * G_USEC_PER_SEC);
    g_assert_false(agent_file_info(file)->is_folder);
    g_assert_true(read_all(file, text, &error));
    g_assert_cmpstr(text->str, ==, "hello");
    g_autofree char *sha256 = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "hello", -1);
    g_assert_cmpstr(agent_file_sha256(file), ==, sha256);
}

static void assert_get_fails(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(give_file);
    g_autoptr(AgentFile) file = agent_file_get(peer->path, NONCE, "C:\\a", NULL, &error);
    g_autoptr(GString) text = g_string_new(NULL);
    g_assert_no_error(error);
    g_assert_false(read_all(file, text, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL);
}

static void test_another_file_than_was_read_is_refused(void)
{
    hashed = "other";
    assert_get_fails();
    hashed = "hello";
    announced = 9; // shorter than it was said to be
    assert_get_fails();
    announced = 3; // longer
    assert_get_fails();
    announced = 5;
}

// A megabyte, but never more on its way than a window.
static void give_by_windows(Peer *peer)
{
    struct wire_frame frame;
    struct wire_field field;
    static char piece[WIRE_DATA_MAX];
    g_autoptr(GByteArray) all = g_byte_array_new();
    guint32 id = 0, room = WIRE_WINDOW, bytes;

    while (peer_receive(peer, &frame)) {
        if (frame.type == WIRE_HELLO_REQUEST)
            peer_hello(peer, frame.id, NONCE);
        if (frame.type == WIRE_GET)
            send_info(peer, id = frame.id, NULL, 32 * WIRE_DATA_MAX, 0x20);
        if (frame.type == WIRE_ACK && wire_frame_find(&frame, WIRE_BYTES, &field) &&
            wire_field_u32(&field, &bytes))
            room += bytes;
        g_assert_cmpuint(room, <=, WIRE_WINDOW);
        for (; id && all->len < 32 * WIRE_DATA_MAX && room >= WIRE_DATA_MAX; room -= WIRE_DATA_MAX) {
            g_byte_array_append(all, (const guint8 *)piece, WIRE_DATA_MAX);
            peer_output(peer, id, WIRE_FILE_DATA, piece, WIRE_DATA_MAX);
            if (all->len == 32 * WIRE_DATA_MAX)
                send_end(peer, id, (const char *)all->data, all->len);
        }
    }
}

static void test_what_was_read_is_acknowledged(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(give_by_windows);
    g_autoptr(AgentFile) file = agent_file_get(peer->path, NONCE, "C:\\a", NULL, &error);
    g_autoptr(GString) text = g_string_new(NULL);
    g_assert_no_error(error);
    g_assert_true(read_all(file, text, &error));
    g_assert_cmpuint(text->len, ==, 32 * WIRE_DATA_MAX);
}

static void refuse(Peer *peer)
{
    struct wire_frame frame;
    while (peer_next_request(peer, &frame))
        peer_error(peer, frame.id, "not-found", "there is no such file");
}

static void test_what_is_not_there_is_not_found(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(refuse);
    g_assert_null(agent_file_get(peer->path, NONCE, "C:\\a", NULL, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(agent_list(peer->path, NONCE, "C:\\a", NULL, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_NOT_FOUND);
}

// ---- Into the guest ----

static GByteArray *kept;
static gboolean damaged;

static void take_file(Peer *peer)
{
    struct wire_frame frame;
    struct wire_field field;
    guint32 since = 0;

    while (peer_next_request(peer, &frame)) {
        if (frame.type == WIRE_PUT) {
            g_byte_array_set_size(kept, 0);
            wire_encoder_u32(peer_begin(peer, WIRE_ACK, frame.id), WIRE_BYTES, 0);
            peer_send(peer);
        } else if (frame.type == WIRE_FILE_DATA && wire_frame_find(&frame, WIRE_DATA, &field)) {
            g_byte_array_append(kept, field.bytes, (guint)field.length);
            since += (guint32)field.length;
            g_assert_cmpuint(since, <=, WIRE_WINDOW);
            if (since > WIRE_WINDOW / 2) {
                wire_encoder_u32(peer_begin(peer, WIRE_ACK, frame.id), WIRE_BYTES, since);
                peer_send(peer);
                since = 0;
            }
        } else if (frame.type == WIRE_END && damaged) {
            peer_error(peer, frame.id, "damaged", "what arrived is not what was sent");
        } else if (frame.type == WIRE_END) {
            peer_begin(peer, WIRE_OK, frame.id);
            peer_send(peer);
        } else if (frame.type == WIRE_KILL) {
            peer->killed = TRUE;
            peer_error(peer, frame.id, "cancelled", "the host has given up");
        }
    }
}

static AgentFile *begin(const Peer *peer, guint64 size)
{
    g_autoptr(GError) error = NULL;
    AgentFile *file = agent_file_put(peer->path, NONCE, "C:\\a", size, 0, NULL, &error);
    g_assert_no_error(error);
    return file;
}

static void test_a_file_goes_in(void)
{
    g_autofree char *bytes = g_malloc0(3000000);
    g_autoptr(GError) error = NULL;
    kept = g_byte_array_new();
    g_autoptr(Peer) peer = peer_new(take_file);
    g_autoptr(AgentFile) file = begin(peer, 3000000);
    g_assert_true(agent_file_write(file, bytes, 1000000, NULL, &error));
    g_assert_true(agent_file_write(file, bytes, 2000000, NULL, &error));
    g_assert_true(agent_file_finish(file, NULL, &error));
    g_assert_cmpmem(kept->data, kept->len, bytes, 3000000);
    g_assert_false(peer->killed);
    g_byte_array_unref(kept);
}

static void test_a_file_that_is_given_up_is_given_up_in_the_guest(void)
{
    kept = g_byte_array_new();
    g_autoptr(Peer) peer = peer_new(take_file);
    AgentFile *file = begin(peer, 10);
    g_assert_true(agent_file_write(file, "half", 4, NULL, NULL));
    agent_file_free(file);
    g_assert_true(peer->killed);
    g_byte_array_unref(kept);
}

static void test_what_arrives_damaged_is_no_success(void)
{
    g_autoptr(GError) error = NULL;
    kept = g_byte_array_new();
    damaged = TRUE;
    g_autoptr(Peer) peer = peer_new(take_file);
    g_autoptr(AgentFile) file = begin(peer, 4);
    g_assert_true(agent_file_write(file, "half", 4, NULL, &error));
    g_assert_false(agent_file_finish(file, NULL, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_REMOTE);
    g_assert_nonnull(strstr(error->message, "damaged"));
    damaged = FALSE;
    g_byte_array_unref(kept);
}

// ---- Folders ----

static void list_folder(Peer *peer)
{
    struct wire_frame frame;
    while (peer_next_request(peer, &frame)) {
        send_info(peer, frame.id, "", 0, 0x10);
        send_info(peer, frame.id, "a\x1b.txt", 7, 0x20);
        send_info(peer, frame.id, "b", 0, 0x10);
        peer_begin(peer, WIRE_OK, frame.id);
        peer_send(peer);
    }
}

static void test_a_folder_is_listed(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(list_folder);
    g_autoptr(GPtrArray) list = agent_list(peer->path, NONCE, "C:\\a", NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(list->len, ==, 3);
    const AgentFileInfo *self = list->pdata[0], *file = list->pdata[1], *folder = list->pdata[2];
    g_assert_true(self->is_folder && folder->is_folder && !file->is_folder);
    g_assert_cmpuint(file->size, ==, 7);
    g_assert_null(strchr(file->name, '\x1b'));
}

static void list_for_ever(Peer *peer)
{
    struct wire_frame frame;
    while (peer_next_request(peer, &frame))
        for (guint i = 0; i <= AGENT_LIST_MOST + 1; i++)
            send_info(peer, frame.id, "x", 0, 0);
}

static void test_a_list_without_end_is_refused(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(list_for_ever);
    g_assert_null(agent_list(peer->path, NONCE, "C:\\a", NULL, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL);
}

static void answer_at_random(Peer *peer)
{
    struct wire_frame frame;
    guint8 bytes[256];
    while (peer_next_request(peer, &frame)) {
        const guint16 type = (guint16)g_test_rand_int_range(WIRE_HELLO, WIRE_MKDIR + 2);
        for (gsize i = 0; i < sizeof bytes; i++)
            bytes[i] = (guint8)g_test_rand_int_range(0, 256);
        struct wire_encoder *encoder = peer_begin(peer, type, frame.id);
        for (int fields = g_test_rand_int_range(0, 5); fields > 0; fields--)
            wire_encoder_bytes(encoder, (guint16)g_test_rand_int_range(WIRE_DATA, WIRE_SHA256 + 2), bytes,
                               (gsize)g_test_rand_int_range(0, 10));
        peer_send(peer);
        peer_error(peer, frame.id, "failed", "and that is all");
    }
}

// Whatever a guest answers, the daemon neither breaks nor believes it.
static void test_nonsense_is_no_file(void)
{
    g_autoptr(Peer) peer = peer_new(answer_at_random);
    for (int i = 0; i < 300; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GString) text = g_string_new(NULL);
        g_autoptr(AgentFile) file = agent_file_get(peer->path, NONCE, "C:\\a", NULL, &error);
        g_assert_false(file && read_all(file, text, &error));
        g_assert_nonnull(error);
        g_clear_error(&error);
        g_autoptr(GPtrArray) list = agent_list(peer->path, NONCE, "C:\\a", NULL, &error);
        g_assert_null(list);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/agent-files/comes-out", test_a_file_comes_out);
    g_test_add_func("/agent-files/another-file", test_another_file_than_was_read_is_refused);
    g_test_add_func("/agent-files/acknowledged", test_what_was_read_is_acknowledged);
    g_test_add_func("/agent-files/not-found", test_what_is_not_there_is_not_found);
    g_test_add_func("/agent-files/goes-in", test_a_file_goes_in);
    g_test_add_func("/agent-files/given-up", test_a_file_that_is_given_up_is_given_up_in_the_guest);
    g_test_add_func("/agent-files/damaged", test_what_arrives_damaged_is_no_success);
    g_test_add_func("/agent-files/list", test_a_folder_is_listed);
    g_test_add_func("/agent-files/list-without-end", test_a_list_without_end_is_refused);
    g_test_add_func("/agent-files/nonsense", test_nonsense_is_no_file);
    return g_test_run();
}
