// SPDX-License-Identifier: GPL-3.0-or-later
#include "guest/agent/exec_output.h"

// How many bytes are there to take; 0 also once the pipe is at its end, which closes it.
static DWORD available(struct exec_output *output)
{
    DWORD count = 0;

    if (output->pipe == NULL || PeekNamedPipe(output->pipe, NULL, 0, NULL, &count, NULL))
        return count;
    // Otherwise nobody has connected yet, which a named pipe may be told of as well.
    if (GetLastError() == ERROR_BROKEN_PIPE)
        exec_output_close(output);
    return 0;
}

static bool read_pipe(struct exec_output *output, uint32_t id, LONG *room)
{
    struct wire_encoder encoder;
    DWORD wanted = available(output), count = 0;

    if (wanted > WIRE_DATA_MAX)
        wanted = WIRE_DATA_MAX;
    if ((LONG)wanted > *room)
        wanted = *room > 0 ? (DWORD)*room : 0;
    if (wanted == 0 || !ReadFile(output->pipe, output->data, wanted, &count, NULL) || count == 0)
        return false;
    *room -= (LONG)count;
    wire_encoder_begin(&encoder, output->frame, sizeof output->frame, output->type, id);
    wire_encoder_bytes(&encoder, WIRE_DATA, output->data, count);
    output->pending = wire_encoder_end(&encoder);
    return true;
}

bool exec_output_pump(struct exec_output *output, struct outbox *outbox, uint32_t id, LONG *room)
{
    bool moved = output->pending == 0 && read_pipe(output, id, room);

    if (output->pending > 0 && outbox_put(outbox, output->frame, output->pending, OUTBOX_OUTPUT)) {
        output->pending = 0;
        moved = true;
    }
    return moved;
}

bool exec_output_waits(const struct exec_output *output)
{
    DWORD count = 0;

    return output->pending > 0 ||
           (output->pipe != NULL && PeekNamedPipe(output->pipe, NULL, 0, NULL, &count, NULL) && count > 0);
}

void exec_output_close(struct exec_output *output)
{
    if (output->pipe != NULL)
        CloseHandle(output->pipe);
    output->pipe = NULL;
}
