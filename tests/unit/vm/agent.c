// SPDX-License-Identifier: GPL-3.0-or-later
// Hello and shutdown against a guest that answers well, badly, and with malice.
#include "daemon/vm/agent.h"

#include <string.h>
#include <sys/socket.h>

#include "tests/unit/vm/agent_peer.h"

static const char *const ver[] = { "cmd", "/c", "ver", NULL };

// ---- Hello ----

static void say_hello(Peer *peer)
{
    struct wire_frame frame;

    while (peer_receive(peer, &frame))
        if (frame.type == WIRE_HELLO_REQUEST)
            peer_hello(peer, frame.id, NONCE);
}

static void test_hello_tells_who_answers(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(say_hello);
    g_autoptr(AgentHello) hello = agent_hello(peer->path, NONCE, LONG_MS, NULL, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(hello->agent_version, ==, "0.1.0");
    g_assert_cmpstr(hello->os_version, ==, "6.1.7601");
    g_assert_cmpstr(hello->architecture, ==, "amd64");
    g_assert_cmpstr(hello->first_logon, ==, "done");
    // Control characters never get further than here.
    g_assert_cmpstr(hello->computer_name, ==, "COMPAT\xef\xbf\xbd-01");
}

static void say_wrong_hello(Peer *peer)
{
    struct wire_frame frame;

    while (peer_receive(peer, &frame))
        peer_hello(peer, frame.id, BAD_NONCE);
}

static void test_wrong_nonce_is_refused(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(say_wrong_hello);

    g_assert_null(agent_hello(peer->path, NONCE, LONG_MS, NULL, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_NONCE);
    g_assert_null(strstr(error->message, NONCE));
    g_clear_error(&error);
    g_assert_null(execute(peer->path, ver, NULL, 1000, NULL, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_NONCE);
    g_clear_error(&error);
    g_assert_false(agent_shutdown(peer->path, NONCE, FALSE, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_NONCE);
}

static void say_empty_hello(Peer *peer)
{
    struct wire_frame frame;

    while (peer_receive(peer, &frame))
        peer_hello(peer, frame.id, "");
}

static void test_no_nonce_matches_no_nonce(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(say_empty_hello);

    g_assert_null(agent_hello(peer->path, "", LONG_MS, NULL, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_NONCE);
}

static void say_garbage_then_hello(Peer *peer)
{
    struct wire_frame frame;
    guint8 garbage[5000];

    while (peer_receive(peer, &frame)) {
        guint32 id = frame.id;
        for (gsize i = 0; i < sizeof garbage; i++)
            garbage[i] = (guint8)(i * i);
        peer_bytes(peer, garbage, sizeof garbage);
        peer_bytes(peer, "SVD1\x05\0\0", 7);
        peer_output(peer, id + 1, WIRE_STDOUT, "stale", 5);
        peer_exit(peer, id + 1, 9, 0);
        peer_hello(peer, id + 2, BAD_NONCE);
        peer_hello(peer, id, NONCE);
    }
}

static void test_garbage_and_stale_frames_are_passed_over(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(say_garbage_then_hello);
    g_autoptr(AgentHello) hello = agent_hello(peer->path, NONCE, LONG_MS, NULL, &error);

    g_assert_no_error(error);
    g_assert_nonnull(hello);
}

static void say_unsolicited_hello(Peer *peer)
{
    struct wire_frame frame;

    // Nobody hears the request; the service says hello when it starts.
    peer_receive(peer, &frame);
    peer_hello(peer, 0, NONCE);
    while (peer_receive(peer, &frame))
        ;
}

static void test_unsolicited_hello_counts(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(say_unsolicited_hello);
    g_autoptr(AgentHello) hello = agent_hello(peer->path, NONCE, LONG_MS, NULL, &error);

    g_assert_no_error(error);
}

static void say_half_a_frame_and_wake_up_later(Peer *peer)
{
    struct wire_frame frame;

    peer_receive(peer, &frame);
    // The guest is reset while it writes 60,000 bytes; after the reset it hears the next request.
    peer_bytes(peer, "SVD1\x60\xea\0\0\x04\0\0\0\x01\0\0\0\0\0\0\0half", 24);
    say_hello(peer);
}

static void test_frame_that_was_never_finished_does_not_swallow_hello(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(say_half_a_frame_and_wake_up_later);
    g_autoptr(AgentHello) hello = agent_hello(peer->path, NONCE, LONG_MS, NULL, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(peer->frames, >=, 2);
}

static void hang_up_once_then_hello(Peer *peer)
{
    if (peer->frames++ > 0)
        say_hello(peer);
}

static void test_port_that_closes_is_opened_again(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(hang_up_once_then_hello);
    g_autoptr(AgentHello) hello = agent_hello(peer->path, NONCE, LONG_MS, NULL, &error);

    g_assert_no_error(error);
}

static void listen_only(Peer *peer)
{
    struct wire_frame frame;

    while (peer_receive(peer, &frame))
        ;
}

static void test_silence_ends_at_the_deadline(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(listen_only);

    g_assert_null(agent_hello(peer->path, NONCE, MOMENT_MS, NULL, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_UNREACHABLE);
}

static void test_no_socket_is_unreachable(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(NULL);

    g_assert_null(agent_hello(peer->path, NONCE, MOMENT_MS, NULL, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_UNREACHABLE);
    g_clear_error(&error);
    // At once: a command has a long time limit.
    g_assert_null(execute(peer->path, ver, NULL, G_MAXUINT, NULL, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_UNREACHABLE);
}

static void say_malformed_hello(Peer *peer)
{
    struct wire_frame frame;

    while (peer_receive(peer, &frame)) {
        struct wire_encoder *encoder = peer_begin(peer, WIRE_HELLO, frame.id);
        wire_encoder_text(encoder, WIRE_NONCE, NONCE);
        wire_encoder_u32(encoder, WIRE_PROTOCOL, 2);
        peer_send(peer);
    }
}

static void test_other_protocol_version_is_refused(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(say_malformed_hello);

    g_assert_null(agent_hello(peer->path, NONCE, LONG_MS, NULL, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL);
}

static void flood(Peer *peer)
{
    g_autofree char *zeros = g_malloc0(65536);

    while (send(peer->client, zeros, 65536, MSG_NOSIGNAL) > 0)
        ;
}

static void test_flood_of_garbage_is_cut_off(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(flood);

    g_assert_null(agent_hello(peer->path, NONCE, LONG_MS, NULL, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL);
}

static void flood_with_frames(Peer *peer)
{
    gsize length = 0;

    wire_encoder_text(peer_begin(peer, WIRE_STDOUT, 7), WIRE_DATA, "stale");
    length = wire_encoder_end(&peer->encoder);
    while (send(peer->client, peer->output, length, MSG_NOSIGNAL) > 0)
        ;
}

static void test_flood_of_stale_frames_ends_at_the_deadline(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(flood_with_frames);

    g_assert_null(agent_hello(peer->path, NONCE, MOMENT_MS, NULL, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_UNREACHABLE);
}

static void test_cancelled_hello_returns(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(Peer) peer = peer_new(listen_only);

    g_cancellable_cancel(cancellable);
    g_assert_null(agent_hello(peer->path, NONCE, LONG_MS, cancellable, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

// ---- Shutdown ----

static void obey_shutdown(Peer *peer)
{
    struct wire_frame frame;
    struct wire_field mode;

    while (peer_next_request(peer, &frame)) {
        if (frame.type == WIRE_SHUTDOWN && wire_frame_find(&frame, WIRE_MODE, &mode) &&
            wire_field_equals(&mode, "reboot")) {
            peer_begin(peer, WIRE_OK, frame.id);
            peer_send(peer);
        } else {
            peer_error(peer, frame.id, "bad-request", "not that");
        }
    }
}

static void test_shutdown_names_its_mode(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(obey_shutdown);

    g_assert_true(agent_shutdown(peer->path, NONCE, TRUE, &error));
    g_assert_no_error(error);
    g_assert_false(agent_shutdown(peer->path, NONCE, FALSE, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_REMOTE);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        GTestFunc test;
    } tests[] = {
        { "/agent/hello-tells-who-answers", test_hello_tells_who_answers },
        { "/agent/wrong-nonce-is-refused", test_wrong_nonce_is_refused },
        { "/agent/no-nonce-matches-no-nonce", test_no_nonce_matches_no_nonce },
        { "/agent/garbage-and-stale-frames-are-passed-over", test_garbage_and_stale_frames_are_passed_over },
        { "/agent/unsolicited-hello-counts", test_unsolicited_hello_counts },
        { "/agent/frame-that-was-never-finished-does-not-swallow-hello",
          test_frame_that_was_never_finished_does_not_swallow_hello },
        { "/agent/port-that-closes-is-opened-again", test_port_that_closes_is_opened_again },
        { "/agent/silence-ends-at-the-deadline", test_silence_ends_at_the_deadline },
        { "/agent/no-socket-is-unreachable", test_no_socket_is_unreachable },
        { "/agent/other-protocol-version-is-refused", test_other_protocol_version_is_refused },
        { "/agent/flood-of-garbage-is-cut-off", test_flood_of_garbage_is_cut_off },
        { "/agent/flood-of-stale-frames-ends-at-the-deadline",
          test_flood_of_stale_frames_ends_at_the_deadline },
        { "/agent/cancelled-hello-returns", test_cancelled_hello_returns },
        { "/agent/shutdown-names-its-mode", test_shutdown_names_its_mode },
    };

    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add_func(tests[i].path, tests[i].test);
    return g_test_run();
}
