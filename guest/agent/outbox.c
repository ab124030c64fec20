// SPDX-License-Identifier: GPL-3.0-or-later
// The frames that wait for COM2; see outbox.h.
#include "guest/agent/outbox.h"

#include <string.h>

void outbox_init(struct outbox *outbox)
{
    InitializeCriticalSection(&outbox->lock);
    outbox->filled = CreateEventW(NULL, FALSE, FALSE, NULL);
    outbox->head = outbox->used = 0;
}

bool outbox_put(struct outbox *outbox, const void *frame, size_t length, enum outbox_urgency urgency)
{
    size_t reserve = urgency == OUTBOX_ANSWER ? 0 : OUTBOX_RESERVE;

    EnterCriticalSection(&outbox->lock);
    bool fits = outbox->used + length <= OUTBOX_SIZE - reserve;
    if (fits) {
        size_t tail = (outbox->head + outbox->used) % OUTBOX_SIZE;
        size_t first = length < OUTBOX_SIZE - tail ? length : OUTBOX_SIZE - tail;
        memcpy(outbox->ring + tail, frame, first);
        memcpy(outbox->ring, (const uint8_t *)frame + first, length - first);
        outbox->used += length;
    }
    LeaveCriticalSection(&outbox->lock);
    if (fits)
        SetEvent(outbox->filled);
    return fits;
}

size_t outbox_peek(struct outbox *outbox, void *buffer, size_t size)
{
    EnterCriticalSection(&outbox->lock);
    size_t count = size < outbox->used ? size : outbox->used;
    size_t first = count < OUTBOX_SIZE - outbox->head ? count : OUTBOX_SIZE - outbox->head;
    memcpy(buffer, outbox->ring + outbox->head, first);
    memcpy((uint8_t *)buffer + first, outbox->ring, count - first);
    LeaveCriticalSection(&outbox->lock);
    return count;
}

void outbox_drop(struct outbox *outbox, size_t count)
{
    EnterCriticalSection(&outbox->lock);
    outbox->head = (outbox->head + count) % OUTBOX_SIZE;
    outbox->used -= count;
    LeaveCriticalSection(&outbox->lock);
}
