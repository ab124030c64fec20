// SPDX-License-Identifier: GPL-3.0-or-later
// The standard input of a command in a machine: one thread adds, while another runs the command and takes.
#pragma once

#include <glib.h>

typedef struct AgentInput AgentInput;

// What may wait to be taken by the guest.
#define AGENT_INPUT_LIMIT (1u << 20)

// @bytes (may be NULL): what it begins with, whatever its length. @open: agent_input_add() may follow.
AgentInput *agent_input_new(GBytes *bytes, gboolean open);
AgentInput *agent_input_ref(AgentInput *input);
void agent_input_unref(AgentInput *input);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentInput, agent_input_unref)

typedef enum {
    AGENT_INPUT_ADDED,
    AGENT_INPUT_FULL,  // nothing was added: there is no room for all of it now
    AGENT_INPUT_ENDED, // it was ended, or the command has
} AgentInputResult;
// @end: nothing comes after it.
AgentInputResult agent_input_add(AgentInput *input, const void *bytes, gsize length, gboolean end);

// ---- For agent_exec.c ----

// At most @room bytes into @buffer. *@ret_end: that was all there will ever be.
gsize agent_input_take(AgentInput *input, guint8 *buffer, gsize room, gboolean *ret_end);
// The command has ended: nothing more is wanted.
void agent_input_close(AgentInput *input);
gboolean agent_input_is_open(AgentInput *input); // more may come
