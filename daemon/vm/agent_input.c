// SPDX-License-Identifier: GPL-3.0-or-later
// See agent_input.h.
#include "daemon/vm/agent_input.h"

#include <string.h>

struct AgentInput {
    gatomicrefcount references;
    GMutex lock;
    GByteArray *waiting;
    gsize taken; // from the front of @waiting
    gboolean open, closed;
};

AgentInput *agent_input_new(GBytes *bytes, gboolean open)
{
    AgentInput *input = g_new0(AgentInput, 1);
    g_atomic_ref_count_init(&input->references);
    g_mutex_init(&input->lock);
    input->waiting = g_byte_array_new();
    input->open = open;
    if (bytes)
        g_byte_array_append(input->waiting, g_bytes_get_data(bytes, NULL), (guint)g_bytes_get_size(bytes));
    return input;
}

AgentInput *agent_input_ref(AgentInput *input)
{
    g_atomic_ref_count_inc(&input->references);
    return input;
}

void agent_input_unref(AgentInput *input)
{
    if (!input || !g_atomic_ref_count_dec(&input->references))
        return;
    g_byte_array_unref(input->waiting);
    g_mutex_clear(&input->lock);
    g_free(input);
}

AgentInputResult agent_input_add(AgentInput *input, const void *bytes, gsize length, gboolean end)
{
    AgentInputResult result = AGENT_INPUT_ADDED;
    g_mutex_lock(&input->lock);
    const gsize left = input->waiting->len - input->taken;
    if (!input->open || input->closed) {
        result = AGENT_INPUT_ENDED;
    } else if (left > 0 && left + length > AGENT_INPUT_LIMIT) {
        result = AGENT_INPUT_FULL;
    } else {
        g_byte_array_append(input->waiting, bytes, (guint)length);
        input->open = !end;
    }
    g_mutex_unlock(&input->lock);
    return result;
}

gsize agent_input_take(AgentInput *input, guint8 *buffer, gsize room, gboolean *ret_end)
{
    g_mutex_lock(&input->lock);
    const gsize length = MIN(room, input->waiting->len - input->taken);
    if (length > 0)
        memcpy(buffer, input->waiting->data + input->taken, length);
    input->taken += length;
    // Not moved for each piece: a megabyte would be moved hundreds of times.
    if (input->taken == input->waiting->len) {
        g_byte_array_set_size(input->waiting, 0);
        input->taken = 0;
    }
    *ret_end = !input->open && input->waiting->len == 0;
    g_mutex_unlock(&input->lock);
    return length;
}

void agent_input_close(AgentInput *input)
{
    g_mutex_lock(&input->lock);
    input->closed = TRUE;
    g_mutex_unlock(&input->lock);
}

gboolean agent_input_is_open(AgentInput *input)
{
    g_mutex_lock(&input->lock);
    const gboolean open = input->open;
    g_mutex_unlock(&input->lock);
    return open;
}
