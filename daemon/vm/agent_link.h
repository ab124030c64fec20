// SPDX-License-Identifier: GPL-3.0-or-later
// The socket to COM2 and the frames on it, with a deadline for everything; private to agent*.c. Not for what
// a frame means.
#pragma once

#include "daemon/vm/agent.h"
#include "guest/wire.h"

typedef struct AgentLink AgentLink;

// Times are of g_get_monotonic_time(). @wait_for_socket: a socket that is not there yet, or that nobody
// listens on, is tried again until @deadline. AGENT_ERROR_UNREACHABLE.
AgentLink *agent_link_open(const char *socket_path, gboolean wait_for_socket, gint64 deadline,
                           GCancellable *cancellable, GError **error);
void agent_link_close(AgentLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentLink, agent_link_close)

// An encoder over a buffer of the link, for the next frame to send.
struct wire_encoder *agent_link_begin(AgentLink *link, guint16 type, guint32 id);
// Sends it; frames that arrive meanwhile are dropped, for nobody has asked yet. AGENT_ERROR_PROTOCOL if it
// does not fit a frame.
gboolean agent_link_send(AgentLink *link, gint64 deadline, GCancellable *cancellable, GError **error);
// The next frame whose fields are whole, valid until the next call. AGENT_ERROR_UNREACHABLE when @deadline
// has passed or the other end is closed, AGENT_ERROR_PROTOCOL after too much garbage.
gboolean agent_link_receive(AgentLink *link, struct wire_frame *ret_frame, gint64 deadline,
                            GCancellable *cancellable, GError **error);
// The frame that has begun to arrive will not be completed: its sender was reset.
void agent_link_give_up_frame(AgentLink *link);
gboolean agent_link_is_closed(const AgentLink *link); // by the other end

// Asks for hello until the right one comes. Frames of other exchanges are passed over.
AgentHello *agent_link_hello(AgentLink *link, const char *nonce, gint64 deadline, GCancellable *cancellable,
                             GError **error);
guint32 agent_random_id(void); // never 0: that is the unsolicited hello's
// Sets what an ERROR frame says.
void agent_set_remote_error(const struct wire_frame *frame, GError **error);
gint64 agent_deadline(guint milliseconds);
