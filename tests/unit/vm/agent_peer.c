// SPDX-License-Identifier: GPL-3.0-or-later
// See agent_peer.h.
#include "tests/unit/vm/agent_peer.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void peer_bytes(Peer *peer, const void *bytes, gsize length)
{
    for (const char *at = bytes; length > 0;) {
        ssize_t sent = send(peer->client, at, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        at += sent;
        length -= (gsize)sent;
    }
}

struct wire_encoder *peer_begin(Peer *peer, guint16 type, guint32 id)
{
    wire_encoder_begin(&peer->encoder, peer->output, sizeof peer->output, type, id);
    return &peer->encoder;
}

void peer_send(Peer *peer)
{
    peer_bytes(peer, peer->output, wire_encoder_end(&peer->encoder));
}

// FALSE once the daemon has hung up. Fields are in the frame until the next call.
gboolean peer_receive(Peer *peer, struct wire_frame *frame)
{
    guint8 buffer[4096];

    while (!wire_decoder_next(&peer->decoder, frame)) {
        ssize_t got = recv(peer->client, buffer, sizeof buffer, 0);
        if (got <= 0)
            return FALSE;
        for (gsize at = 0; at < (gsize)got;) {
            at += wire_decoder_feed(&peer->decoder, buffer + at, (gsize)got - at);
            if (at < (gsize)got && wire_decoder_next(&peer->decoder, frame))
                g_error("the daemon pipelines more than a test expects");
        }
    }
    peer->frames++;
    return TRUE;
}

void peer_hello(Peer *peer, guint32 id, const char *nonce)
{
    struct wire_encoder *encoder = peer_begin(peer, WIRE_HELLO, id);

    wire_encoder_text(encoder, WIRE_NONCE, nonce);
    wire_encoder_u32(encoder, WIRE_PROTOCOL, WIRE_PROTOCOL_VERSION);
    wire_encoder_text(encoder, WIRE_AGENT_VERSION, "0.1.0");
    wire_encoder_text(encoder, WIRE_OS_VERSION, "6.1.7601");
    wire_encoder_text(encoder, WIRE_COMPUTER_NAME, "COMPAT\x1b-01");
    wire_encoder_text(encoder, WIRE_ARCHITECTURE, "amd64");
    wire_encoder_text(encoder, WIRE_FIRST_LOGON, "done");
    peer_send(peer);
}

void peer_output(Peer *peer, guint32 id, guint16 type, const void *bytes, gsize length)
{
    wire_encoder_bytes(peer_begin(peer, type, id), WIRE_DATA, bytes, length);
    peer_send(peer);
}

void peer_exit(Peer *peer, guint32 id, guint32 code, guint32 timed_out)
{
    struct wire_encoder *encoder = peer_begin(peer, WIRE_EXIT, id);

    wire_encoder_u32(encoder, WIRE_EXIT_CODE, code);
    wire_encoder_u32(encoder, WIRE_TIMED_OUT, timed_out);
    peer_send(peer);
}

void peer_error(Peer *peer, guint32 id, const char *code, const char *message)
{
    struct wire_encoder *encoder = peer_begin(peer, WIRE_ERROR, id);

    wire_encoder_text(encoder, WIRE_CODE, code);
    wire_encoder_text(encoder, WIRE_MESSAGE, message);
    peer_send(peer);
}

// Like QEMU: one client after the other.
static gpointer peer_run(gpointer data)
{
    Peer *peer = data;

    while ((peer->client = accept(peer->listener, NULL, NULL)) >= 0) {
        wire_decoder_init(&peer->decoder);
        peer->script(peer);
        close(peer->client);
    }
    return NULL;
}

Peer *peer_new(Script script)
{
    Peer *peer = g_new0(Peer, 1);
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    peer->folder = g_dir_make_tmp("vmtest-agent-XXXXXX", NULL);
    peer->path = g_build_filename(peer->folder, "com2.sock", NULL);
    peer->script = script;
    if (script == NULL)
        return peer;
    g_strlcpy(address.sun_path, peer->path, sizeof address.sun_path);
    peer->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(peer->listener, (struct sockaddr *)&address, sizeof address), ==, 0);
    g_assert_cmpint(listen(peer->listener, 1), ==, 0);
    peer->thread = g_thread_new("peer", peer_run, peer);
    return peer;
}

void peer_free(Peer *peer)
{
    if (peer->thread) {
        shutdown(peer->listener, SHUT_RDWR);
        g_thread_join(peer->thread);
        close(peer->listener);
    }
    g_unlink(peer->path);
    g_rmdir(peer->folder);
    g_free(peer->folder);
    g_free(peer->path);
    g_free(peer);
}

// Answers hello; TRUE with the first frame that is something else.
gboolean peer_next_request(Peer *peer, struct wire_frame *frame)
{
    while (peer_receive(peer, frame)) {
        if (frame->type == WIRE_HELLO_REQUEST)
            peer_hello(peer, frame->id, NONCE);
        else if (frame->type != WIRE_ACK)
            return TRUE;
    }
    return FALSE;
}

AgentExecResult *execute(const char *path, const char *const *argv, const char *cwd, guint timeout_ms,
                         GCancellable *cancellable, GError **error)
{
    const AgentCommand command = { .argv = argv, .cwd = cwd, .timeout_ms = timeout_ms };

    return agent_exec(path, NONCE, &command, NULL, cancellable, error);
}
