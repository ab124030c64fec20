// SPDX-License-Identifier: GPL-3.0-or-later
// The socket to COM2 and the frames on it, with a deadline for everything; private to agent_channel.c, which
// shares one link among the requests of a machine. Writing and receiving may go on in two threads, each of
// them in one.
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

// Sends what fits without waiting; returns how much, or -1 with @error.
gssize agent_link_write(AgentLink *link, const void *bytes, gsize length, GError **error);
// Waits until the link takes bytes. FALSE with @error when @deadline passes or on cancellation.
gboolean agent_link_wait_writable(const AgentLink *link, gint64 deadline, GCancellable *cancellable,
                                  GError **error);
// The next frame whose fields are whole, valid until the next call. AGENT_ERROR_UNREACHABLE when @deadline
// has passed or the other end is closed, AGENT_ERROR_PROTOCOL after too much garbage.
gboolean agent_link_receive(AgentLink *link, struct wire_frame *ret_frame, gint64 deadline,
                            GCancellable *cancellable, GError **error);
// Between two receives: gives up the frame that has begun to arrive, if one has, and will not be completed
// because its sender was reset. One that merely comes slowly is waited for.
void agent_link_give_up_half_frame(AgentLink *link);
gboolean agent_link_is_closed(const AgentLink *link); // by the other end
guint64 agent_link_noise(const AgentLink *link);      // bytes so far that were no frames; for the receiver

gint64 agent_deadline(guint milliseconds);
