// SPDX-License-Identifier: GPL-3.0-or-later
// A peer in this process that plays the guest on COM2: a thread behind a Unix socket, as QEMU's is, that runs
// a script for one client after the other. For tests only.
#pragma once

#include <glib.h>

#include "daemon/vm/agent.h"
#include "guest/wire.h"

#define NONCE     "00112233445566778899aabbccddeeff"
#define BAD_NONCE "00112233445566778899aabbccddeefe"
#define MOMENT_MS 300
#define LONG_MS   20000

typedef struct Peer Peer;
// Ends when the client has hung up, or hangs up by ending.
typedef void (*Script)(Peer *peer);

struct Peer {
    char *folder, *path; // of the socket
    int listener, client;
    Script script;
    GThread *thread;
    struct wire_decoder decoder;
    struct wire_encoder encoder;
    guint8 output[WIRE_FRAME_MAX];
    guint frames;    // received
    gboolean killed; // for scripts
};

// @script NULL: a path without a socket.
Peer *peer_new(Script script);
void peer_free(Peer *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Peer, peer_free)

// The next frame from the daemon; FALSE once it has hung up.
gboolean peer_receive(Peer *peer, struct wire_frame *frame);
// The same, but hello is answered on the way, and acknowledgements are passed over.
gboolean peer_next_request(Peer *peer, struct wire_frame *frame);

// Runs a command as the peer's client. @cwd and @cancellable may be NULL.
AgentExecResult *execute(const char *path, const char *const *argv, const char *cwd, guint timeout_ms,
                         GCancellable *cancellable, GError **error);

void peer_bytes(Peer *peer, const void *bytes, gsize length);
struct wire_encoder *peer_begin(Peer *peer, guint16 type, guint32 id);
void peer_send(Peer *peer); // what was begun
void peer_hello(Peer *peer, guint32 id, const char *nonce);
void peer_output(Peer *peer, guint32 id, guint16 type, const void *bytes, gsize length);
void peer_exit(Peer *peer, guint32 id, guint32 code, guint32 timed_out);
void peer_error(Peer *peer, guint32 id, const char *code, const char *message);
