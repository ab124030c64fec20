// SPDX-License-Identifier: GPL-3.0-or-later
// Requests to one machine's agent, many at once over the one serial port: QEMU's socket serves one client, so
// all who talk to a machine share a channel, which opens with the first request and closes with the last.
// Private to agent*.c. What a frame means is theirs.
//
// An exchange belongs to one thread at a time; different exchanges may be used by different threads. Times
// are of g_get_monotonic_time(). Everything fails with G_IO_ERROR_CANCELLED when its cancellable (may be
// NULL) is triggered, and with AGENT_ERROR_UNREACHABLE when the deadline has passed or the port was closed.
#pragma once

#include "daemon/vm/agent.h"
#include "guest/wire.h"

typedef struct AgentExchange AgentExchange;

// Connects, or joins those who are connected. @wait_for_socket: a socket that is not there yet, or that
// nobody listens on, is tried again until @deadline.
AgentExchange *agent_exchange_open(const char *socket_path, gboolean wait_for_socket, gint64 deadline,
                                   GCancellable *cancellable, GError **error);
void agent_exchange_close(AgentExchange *exchange);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentExchange, agent_exchange_close)

// An encoder over a buffer of the exchange, for its next frame.
struct wire_encoder *agent_exchange_begin(AgentExchange *exchange, guint16 type);
struct wire_encoder *agent_exchange_encoder(AgentExchange *exchange); // of the frame that was begun
// Sends it whole. AGENT_ERROR_PROTOCOL if it does not fit a frame.
gboolean agent_exchange_send(AgentExchange *exchange, gint64 deadline, GCancellable *cancellable,
                             GError **error);
// The next frame that answers the exchange, its fields whole; valid until the next call. AGENT_ERROR_PROTOCOL
// when the machine sends too much garbage, or more than the exchange takes off.
gboolean agent_exchange_receive(AgentExchange *exchange, struct wire_frame *ret_frame, gint64 deadline,
                                GCancellable *cancellable, GError **error);
// So many bytes of the last frame will have been taken off by the next agent_exchange_acknowledge(), which
// tells the guest when a part of its window is free again.
void agent_exchange_give_out(AgentExchange *exchange, gsize length);
gboolean agent_exchange_acknowledge(AgentExchange *exchange, gint64 deadline, GError **error);
gboolean agent_exchange_is_closed(AgentExchange *exchange); // by the other end
guint64 agent_exchange_noise(AgentExchange *exchange); // bytes that came over its port and were no frames
// Whether the hello that the agent says when it starts is for this exchange too.
void agent_exchange_want_hello(AgentExchange *exchange, gboolean wanted);

// Asks for hello until the right one comes, also the one that the agent says when it starts.
AgentHello *agent_exchange_hello(AgentExchange *exchange, const char *nonce, gint64 deadline,
                                 GCancellable *cancellable, GError **error);
// Opens an exchange with the agent that knows the nonce: connects, and asks for hello. Bounded by some
// seconds, and by @deadline. AGENT_ERROR_TOO_OLD unless the agent speaks @protocol at least.
AgentExchange *agent_exchange_open_to(const char *socket_path, const char *nonce, guint protocol,
                                      gint64 deadline, GCancellable *cancellable, GError **error);
// Sets what an ERROR frame says.
void agent_set_remote_error(const struct wire_frame *frame, GError **error);
gboolean agent_protocol_error(GError **error, const char *what); // FALSE
gint64 agent_deadline(guint milliseconds);
