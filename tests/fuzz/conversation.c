// SPDX-License-Identifier: GPL-3.0-or-later
// A guest that knows the nonce and then says whatever it likes: frames of every type, whole and damaged, for
// this request and for others, in any order. Whoever runs a command or moves a file must come to an end, with
// what was asked for or with an error, and read nothing that is not there.
//
//   fuzz-conversation ITERATIONS SEED
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/vm/agent_files.h"
#include "tests/fuzz/damage.h"
#include "tests/unit/vm/agent_peer.h"

#define SOON_MS 2

static GRand *words; // the peer's; requests come one after the other, so that nobody else uses it meanwhile

// Mostly what belongs there: everything else is refused at the first glance.
static void add_fields(struct wire_encoder *encoder)
{
    static const char *const texts[] = {
        "", "a", "bad-request", "not-found", "C:\\a\x1b", "\xff\xfe", NONCE
    };
    static const guint16 text_tags[] = { WIRE_CODE, WIRE_MESSAGE, WIRE_PATH, WIRE_NONCE, WIRE_ARG };
    static const guint16 small_tags[] = { WIRE_EXIT_CODE, WIRE_TIMED_OUT, WIRE_BYTES, WIRE_ATTRIBUTES };
    static const guint16 large_tags[] = { WIRE_SIZE, WIRE_MODIFIED };
    static guint8 data[WIRE_DATA_MAX + 1];
    const guint32 number = damage_numbers[g_rand_int_range(words, 0, G_N_ELEMENTS(damage_numbers))];
    for (int i = g_rand_int_range(words, 0, 6); i > 0; i--)
        switch (g_rand_int_range(words, 0, 5)) {
        case 0:
            wire_encoder_text(encoder, text_tags[g_rand_int_range(words, 0, G_N_ELEMENTS(text_tags))],
                              texts[g_rand_int_range(words, 0, G_N_ELEMENTS(texts))]);
            break;
        case 1:
            wire_encoder_u32(encoder, small_tags[g_rand_int_range(words, 0, G_N_ELEMENTS(small_tags))],
                             number);
            break;
        case 2:
            wire_encoder_u64(encoder, large_tags[g_rand_int_range(words, 0, G_N_ELEMENTS(large_tags))],
                             g_rand_boolean(words) ? number : (guint64)number << 33);
            break;
        case 3:
            wire_encoder_bytes(encoder, WIRE_SHA256, data, (gsize)g_rand_int_range(words, 0, 40));
            break;
        default:
            wire_encoder_bytes(encoder, WIRE_DATA, data,
                               g_rand_int_range(words, 0, 20) ? (gsize)g_rand_int_range(words, 0, 300)
                                                              : sizeof data);
        }
}

static void say_something(Peer *peer, guint32 id)
{
    const guint16 type = (guint16)g_rand_int_range(words, 0, WIRE_MKDIR + 2);
    const guint32 to = g_rand_int_range(words, 0, 8) ? id : (guint32)g_rand_int(words);
    add_fields(peer_begin(peer, type, to));
    const gsize length = wire_encoder_end(&peer->encoder);
    if (length > 0 && g_rand_int_range(words, 0, 10) == 0)
        damage_anywhere(words, peer->output, length);
    peer_bytes(peer, peer->output, length);
}

// What a well-behaved agent would say in the end.
static void say_the_right_thing(Peer *peer, const struct wire_frame *frame)
{
    const guint32 id = frame->id;
    if (frame->type == WIRE_EXEC)
        peer_exit(peer, id, 0, 0);
    else if (frame->type == WIRE_MKDIR || frame->type == WIRE_END || frame->type == WIRE_LIST)
        peer_bytes(peer, peer->output, wire_encoder_end(peer_begin(peer, WIRE_OK, id)));
    else if (frame->type == WIRE_PUT) {
        wire_encoder_u32(peer_begin(peer, WIRE_ACK, id), WIRE_BYTES, 0);
        peer_bytes(peer, peer->output, wire_encoder_end(&peer->encoder));
    }
}

static gboolean more_comes(const Peer *peer)
{
    GPollFD polled = { .fd = peer->client, .events = G_IO_IN };
    return g_poll(&polled, 1, SOON_MS) > 0;
}

// When it is not asked any more it hangs up, as a machine that goes off: whoever waits must see that.
static void babble(Peer *peer)
{
    struct wire_frame frame;
    for (int i = 0; i < 5 && (i == 0 || more_comes(peer)) && peer_next_request(peer, &frame); i++) {
        const struct wire_frame request = { .type = frame.type, .id = frame.id };
        for (int j = g_rand_int_range(words, -6, 6); j > 0; j--)
            say_something(peer, request.id);
        if (g_rand_boolean(words))
            say_the_right_thing(peer, &request);
    }
}

static gboolean run_command(const char *path, GError **error)
{
    static const char *const argv[] = { "ver", NULL };
    const AgentCommand command = { .argv = argv, .timeout_ms = 1, .late_ms = 200 };
    g_autoptr(AgentExecResult) result = agent_exec(path, NONCE, &command, NULL, NULL, error);
    if (result)
        g_assert_cmpuint(g_bytes_get_size(result->out) + g_bytes_get_size(result->err), <=,
                         2 * AGENT_EXEC_OUTPUT_LIMIT);
    return result != NULL;
}

static gboolean list(const char *path, GError **error)
{
    g_autoptr(GPtrArray) found = agent_list(path, NONCE, "C:/", NULL, error);
    for (guint i = 0; found && i < found->len; i++)
        g_assert_true(g_utf8_validate(((AgentFileInfo *)found->pdata[i])->name, -1, NULL));
    return found != NULL;
}

static gboolean make_folder(const char *path, GError **error)
{
    return agent_make_folder(path, NONCE, "C:/a", NULL, error);
}

static gboolean read_file(const char *path, GError **error)
{
    const guint8 *bytes = NULL;
    gsize length = 0;
    guint64 all = 0;
    g_autoptr(AgentFile) file = agent_file_get(path, NONCE, "C:/a", NULL, error);
    if (!file)
        return FALSE;
    do {
        if (!agent_file_read(file, &bytes, &length, NULL, error))
            return FALSE;
        all += length;
    } while (length > 0);
    g_assert_cmpuint(all, ==, agent_file_info(file)->size);
    return TRUE;
}

static gboolean write_file(const char *path, GError **error)
{
    g_autoptr(AgentFile) file = agent_file_put(path, NONCE, "C:/a", 3, 0, NULL, error);
    return file && agent_file_write(file, "abc", 3, NULL, error) && agent_file_finish(file, NULL, error);
}

static gboolean (*const requests[])(const char *path, GError **error) = { run_command, list, make_folder,
                                                                          read_file, write_file };

int main(int argc, char **argv)
{
    const int iterations = argc > 1 ? atoi(argv[1]) : 2000;
    const guint32 seed = argc > 2 ? (guint32)atoi(argv[2]) : 7;
    guint succeeded = 0;
    words = g_rand_new_with_seed(seed);
    puts("1..2");
    for (int i = 0; i < iterations; i++) {
        g_autoptr(GError) error = NULL;
        g_rand_set_seed(words, seed + (guint32)i);
        g_autoptr(Peer) peer = peer_new(babble);
        const gboolean ok = requests[i % G_N_ELEMENTS(requests)](peer->path, &error);
        g_assert_true(ok == (error == NULL));
        succeeded += ok;
    }
    puts("ok 1 - whatever it says, whoever asks comes to an end");
    // Else it never got further than the first answer.
    printf("%s 2 - some of it was an answer (%u of %d)\n", succeeded > 0 ? "ok" : "not ok", succeeded,
           iterations);
    g_rand_free(words);
    return succeeded == 0;
}
