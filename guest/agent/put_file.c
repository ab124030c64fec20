// SPDX-License-Identifier: GPL-3.0-or-later
// PUT: takes a file in; see put_file.h. Writing it is incoming.c.
#include "guest/agent/put_file.h"

#include <stdlib.h>
#include <string.h>

#include "guest/agent/answer.h"

// The host is told of what was taken in steps of this size.
#define ACKNOWLEDGE_BYTES 65536u

void put_file_begin(struct files *files, const struct wire_frame *frame)
{
    struct wire_field field;
    uint64_t modified;
    wchar_t *path;
    struct transfer *transfer = transfer_begin(files, frame, &path);

    if (transfer == NULL)
        return;
    if (!wire_frame_find(frame, WIRE_SIZE, &field) || !wire_field_u64(&field, &transfer->size)) {
        free(path);
        transfer_fail(files, transfer, "bad-request", "the size is not named");
        return;
    }
    if (wire_frame_find(frame, WIRE_MODIFIED, &field) && wire_field_u64(&field, &modified)) {
        transfer->has_modified = true;
        transfer->modified = (FILETIME){ (DWORD)modified, (DWORD)(modified >> 32) };
    }
    DWORD error = incoming_begin(&transfer->incoming, transfer->id, path, transfer->size);
    if (error == ERROR_SUCCESS && !sha256_begin(&transfer->sha256))
        error = GetLastError();
    if (error != ERROR_SUCCESS)
        transfer_fail_windows(files, transfer, error);
    else
        answer_ack(files->outbox, transfer->id, 0); // go ahead
}

void put_file_data(struct files *files, struct transfer *transfer, const struct wire_frame *frame)
{
    struct wire_field data;

    if (!wire_frame_find(frame, WIRE_DATA, &data) || data.length > transfer->size - transfer->done) {
        transfer_fail(files, transfer, "bad-request", "the file is longer than was said");
        return;
    }
    DWORD error = incoming_write(&transfer->incoming, data.bytes, (DWORD)data.length);
    if (error != ERROR_SUCCESS) {
        transfer_fail_windows(files, transfer, error);
        return;
    }
    sha256_add(&transfer->sha256, data.bytes, data.length);
    transfer->done += data.length;
    transfer->unacknowledged += (uint32_t)data.length;
    if (transfer->unacknowledged >= ACKNOWLEDGE_BYTES &&
        answer_ack(files->outbox, transfer->id, transfer->unacknowledged))
        transfer->unacknowledged = 0;
}

void put_file_end(struct files *files, struct transfer *transfer, const struct wire_frame *frame)
{
    struct wire_field field;
    uint8_t digest[SHA256_SIZE];

    if (!wire_frame_find(frame, WIRE_SHA256, &field) || field.length != SHA256_SIZE ||
        transfer->done != transfer->size || !sha256_end(&transfer->sha256, digest) ||
        memcmp(field.bytes, digest, SHA256_SIZE) != 0) {
        transfer_fail(files, transfer, "damaged", "what arrived is not what was sent");
        return;
    }
    DWORD error = incoming_commit(&transfer->incoming, transfer->has_modified ? &transfer->modified : NULL);
    if (error != ERROR_SUCCESS) {
        transfer_fail_windows(files, transfer, error);
        return;
    }
    answer_ok(files->outbox, transfer->id);
    transfer_end(files, transfer);
}
