// SPDX-License-Identifier: GPL-3.0-or-later
// Which frame goes to whom, and whose turn it is to send; see files.h. What a transfer is: transfer.h.
#include "guest/agent/files.h"

#include "guest/agent/get_file.h"
#include "guest/agent/list_folder.h"
#include "guest/agent/put_file.h"

// A host that says nothing for this long has forgotten the transfer.
#define FORGOTTEN_MS 600000u

static void take_ack(struct transfer *transfer, const struct wire_frame *frame)
{
    struct wire_field field;
    uint32_t bytes;

    if (wire_frame_find(frame, WIRE_BYTES, &field) && wire_field_u32(&field, &bytes) &&
        transfer->room + bytes <= WIRE_WINDOW)
        transfer->room += bytes;
}

static void take_for(struct files *files, struct transfer *transfer, const struct wire_frame *frame)
{
    transfer->heard = GetTickCount64();
    switch (frame->type) {
    case WIRE_FILE_DATA:
        if (transfer->type == WIRE_PUT)
            put_file_data(files, transfer, frame);
        break;
    case WIRE_END:
        if (transfer->type == WIRE_PUT)
            put_file_end(files, transfer, frame);
        break;
    case WIRE_ACK:
        take_ack(transfer, frame);
        break;
    default: // KILL
        transfer_fail(files, transfer, "cancelled", "the host has given up");
        break;
    }
}

bool files_take(struct files *files, const struct wire_frame *frame)
{
    struct transfer *transfer;

    switch (frame->type) {
    case WIRE_GET:
        get_file_begin(files, frame);
        return true;
    case WIRE_PUT:
        put_file_begin(files, frame);
        return true;
    case WIRE_LIST:
        list_folder_begin(files, frame);
        return true;
    case WIRE_MKDIR:
        list_folder_make(files, frame);
        return true;
    case WIRE_FILE_DATA:
    case WIRE_END:
    case WIRE_ACK:
    case WIRE_KILL:
        transfer = transfer_find(files, frame->id);
        if (transfer != NULL)
            take_for(files, transfer, frame);
        return transfer != NULL || frame->type == WIRE_FILE_DATA || frame->type == WIRE_END;
    default:
        return false;
    }
}

static bool pump(struct files *files, struct transfer *transfer)
{
    if (GetTickCount64() - transfer->heard > FORGOTTEN_MS) {
        transfer_fail(files, transfer, "cancelled", "the host has said nothing for long");
        return true;
    }
    if (transfer->type == WIRE_PUT)
        return false;
    if (transfer->pending == 0 &&
        !(transfer->type == WIRE_GET ? get_file_next(files, transfer) : list_folder_next(files, transfer)))
        return false;
    if (!outbox_put(files->outbox, transfer->frame, transfer->pending, OUTBOX_OUTPUT))
        return false;
    transfer->pending = 0;
    return true;
}

bool files_pump(struct files *files)
{
    bool moved = false;

    for (size_t i = 0; i < FILES_MAX; i++)
        if (files->transfers[i] != NULL)
            moved |= pump(files, files->transfers[i]);
    return moved;
}

void files_init(struct files *files, struct outbox *outbox)
{
    *files = (struct files){ .outbox = outbox };
    incoming_clean_up();
}

void files_stop(struct files *files)
{
    for (size_t i = 0; i < FILES_MAX; i++)
        if (files->transfers[i] != NULL)
            transfer_end(files, files->transfers[i]);
}
