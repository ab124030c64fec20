// SPDX-License-Identifier: GPL-3.0-or-later
#include "guest/agent/exec_input.h"

#include <string.h>

bool exec_input_init(struct exec_input *input, HANDLE pipe)
{
    InitializeCriticalSection(&input->lock);
    input->pipe = pipe;
    input->write.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    return input->write.hEvent != NULL;
}

bool exec_input_put(struct exec_input *input, const uint8_t *bytes, size_t length)
{
    EnterCriticalSection(&input->lock);
    bool fits = length <= WIRE_WINDOW - input->used;
    if (length == 0)
        input->ended = true;
    for (size_t done = 0; fits && done < length;) {
        size_t tail = (input->head + input->used) % WIRE_WINDOW;
        size_t step = length - done < WIRE_WINDOW - tail ? length - done : WIRE_WINDOW - tail;
        memcpy(input->ring + tail, bytes + done, step);
        input->used += step;
        done += step;
    }
    LeaveCriticalSection(&input->lock);
    return fits;
}

#define EVERYTHING MAXDWORD

// Forgets what was written, or what a program that no longer reads will never take.
static DWORD drop(struct exec_input *input, DWORD count)
{
    EnterCriticalSection(&input->lock);
    if (count == EVERYTHING)
        count = (DWORD)input->used;
    input->head = (input->head + count) % WIRE_WINDOW;
    input->used -= count;
    LeaveCriticalSection(&input->lock);
    return count;
}

static void close_pipe(struct exec_input *input)
{
    if (input->pipe == NULL)
        return;
    DWORD count;
    // What is under way uses our memory until Windows says that it is over.
    if (input->writing > 0 && CancelIo(input->pipe))
        GetOverlappedResult(input->pipe, &input->write, &count, TRUE);
    CloseHandle(input->pipe);
    input->pipe = NULL;
    input->writing = 0;
}

// Begins to write what waits, a piece that does not wrap.
static void begin_write(struct exec_input *input)
{
    EnterCriticalSection(&input->lock);
    size_t piece = input->used < WIRE_WINDOW - input->head ? input->used : WIRE_WINDOW - input->head;
    bool ended = input->ended && input->used == 0;
    LeaveCriticalSection(&input->lock);
    if (ended) {
        close_pipe(input);
        return;
    }
    if (piece == 0)
        return;
    // The bytes stay where they are until the write is done: only then are they dropped.
    ResetEvent(input->write.hEvent);
    input->writing = (DWORD)piece;
    if (!WriteFile(input->pipe, input->ring + input->head, (DWORD)piece, NULL, &input->write)) {
        DWORD error = GetLastError();
        if (error == ERROR_IO_PENDING)
            return;
        // It never began, and so will never end: waiting for it would be for ever.
        input->writing = 0;
        if (error != ERROR_PIPE_LISTENING) // nobody has connected yet
            close_pipe(input);
    }
}

DWORD exec_input_pump(struct exec_input *input)
{
    DWORD count = 0;

    if (input->pipe == NULL) // nobody reads: what comes is thrown away
        return drop(input, EVERYTHING);
    if (input->writing == 0)
        begin_write(input);
    if (input->writing == 0 || input->pipe == NULL)
        return 0;
    if (GetOverlappedResult(input->pipe, &input->write, &count, FALSE)) {
        input->writing = 0;
        return drop(input, count);
    }
    if (GetLastError() != ERROR_IO_INCOMPLETE) {
        input->writing = 0; // it has ended, in an error
        close_pipe(input);
    }
    return 0;
}

void exec_input_close(struct exec_input *input)
{
    if (input->write.hEvent == NULL)
        return;
    close_pipe(input);
    CloseHandle(input->write.hEvent);
    DeleteCriticalSection(&input->lock);
}
