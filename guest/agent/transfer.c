// SPDX-License-Identifier: GPL-3.0-or-later
// See transfer.h.
#include "guest/agent/transfer.h"

#include <stdio.h>
#include <stdlib.h>

#include "guest/agent/answer.h"
#include "guest/agent/file_error.h"
#include "guest/agent/path.h"
#include "guest/agent/text.h"

struct transfer *transfer_find(struct files *files, uint32_t id)
{
    for (size_t i = 0; i < FILES_MAX; i++)
        if (files->transfers[i] != NULL && files->transfers[i]->id == id)
            return files->transfers[i];
    return NULL;
}

void transfer_end(struct files *files, struct transfer *transfer)
{
    for (size_t i = 0; i < FILES_MAX; i++)
        if (files->transfers[i] == transfer)
            files->transfers[i] = NULL;
    incoming_free(&transfer->incoming);
    sha256_free(&transfer->sha256);
    if (transfer->file != INVALID_HANDLE_VALUE)
        CloseHandle(transfer->file);
    if (transfer->search != INVALID_HANDLE_VALUE)
        FindClose(transfer->search);
    free(transfer);
}

void transfer_fail(struct files *files, struct transfer *transfer, const char *code, const char *message)
{
    answer_error(files->outbox, transfer->id, code, message);
    transfer_end(files, transfer);
}

void transfer_fail_windows(struct files *files, struct transfer *transfer, DWORD error)
{
    char message[FILE_ERROR_TEXT];
    const char *code = file_error_describe(error, message);

    transfer_fail(files, transfer, code, message);
}

// NULL after an ERROR.
static struct transfer *begin(struct files *files, const struct wire_frame *frame)
{
    struct transfer **place = NULL;

    for (size_t i = 0; i < FILES_MAX; i++)
        if (files->transfers[i] == NULL)
            place = &files->transfers[i];
    struct transfer *transfer =
        place != NULL && transfer_find(files, frame->id) == NULL ? calloc(1, sizeof *transfer) : NULL;
    if (transfer == NULL) {
        answer_error(files->outbox, frame->id, place == NULL ? "busy" : "bad-request",
                     place == NULL ? "too many files are on their way" : "a file with this id is on its way");
        return NULL;
    }
    transfer->id = frame->id;
    transfer->type = frame->type;
    transfer->heard = GetTickCount64();
    transfer->file = transfer->search = transfer->incoming.file = INVALID_HANDLE_VALUE;
    *place = transfer;
    return transfer;
}

// To free(), or NULL when the frame has none that could be used.
static wchar_t *path_in(const struct wire_frame *frame)
{
    struct wire_field field;

    if (!wire_frame_check(frame) || !wire_frame_find(frame, WIRE_PATH, &field) || !wire_field_is_text(&field))
        return NULL;
    wchar_t *path = text_to_wide((const char *)field.bytes, field.length);
    if (path != NULL && path_is_absolute(path))
        return path;
    free(path);
    return NULL;
}

struct transfer *transfer_begin(struct files *files, const struct wire_frame *frame, wchar_t **path)
{
    struct transfer *transfer = begin(files, frame);

    *path = transfer != NULL ? path_in(frame) : NULL;
    if (transfer == NULL || *path != NULL)
        return transfer;
    transfer_fail(files, transfer, "bad-request", "the path must be absolute: C:\\...");
    return NULL;
}

uint64_t transfer_number(DWORD high, DWORD low)
{
    return (uint64_t)high << 32 | low;
}

void transfer_encode_info(struct transfer *transfer, const char *name, uint64_t size,
                          const FILETIME *modified, DWORD attributes)
{
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, transfer->frame, sizeof transfer->frame, WIRE_INFO, transfer->id);
    if (name != NULL)
        wire_encoder_text(&encoder, WIRE_PATH, name);
    wire_encoder_u64(&encoder, WIRE_SIZE, size);
    wire_encoder_u64(&encoder, WIRE_MODIFIED,
                     transfer_number(modified->dwHighDateTime, modified->dwLowDateTime));
    wire_encoder_u32(&encoder, WIRE_ATTRIBUTES, attributes);
    transfer->pending = wire_encoder_end(&encoder);
}
