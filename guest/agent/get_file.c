// SPDX-License-Identifier: GPL-3.0-or-later
// GET: gives a file out; see get_file.h.
#include "guest/agent/get_file.h"

#include <stdlib.h>

void get_file_begin(struct files *files, const struct wire_frame *frame)
{
    BY_HANDLE_FILE_INFORMATION own;
    wchar_t *path;
    struct transfer *transfer = transfer_begin(files, frame, &path);

    if (transfer == NULL)
        return;
    DWORD attributes = GetFileAttributesW(path);
    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY)) {
        transfer_fail_windows(files, transfer, ERROR_DIRECTORY);
    } else {
        // A log that is still being written can be read.
        transfer->file =
            CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                        OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, NULL);
        if (transfer->file == INVALID_HANDLE_VALUE || !GetFileInformationByHandle(transfer->file, &own) ||
            !sha256_begin(&transfer->sha256)) {
            transfer_fail_windows(files, transfer, GetLastError());
        } else {
            transfer->size = transfer_number(own.nFileSizeHigh, own.nFileSizeLow);
            transfer->room = WIRE_WINDOW;
            transfer_encode_info(transfer, NULL, transfer->size, &own.ftLastWriteTime, own.dwFileAttributes);
        }
    }
    free(path);
}

static void encode_end(struct transfer *transfer, const uint8_t digest[SHA256_SIZE])
{
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, transfer->frame, sizeof transfer->frame, WIRE_END, transfer->id);
    wire_encoder_bytes(&encoder, WIRE_SHA256, digest, SHA256_SIZE);
    transfer->pending = wire_encoder_end(&encoder);
}

bool get_file_next(struct files *files, struct transfer *transfer)
{
    uint8_t bytes[WIRE_DATA_MAX], digest[SHA256_SIZE];
    struct wire_encoder encoder;
    uint64_t wanted = transfer->size - transfer->done;
    DWORD count = 0;

    if (transfer->file == INVALID_HANDLE_VALUE) { // END has been sent
        transfer_end(files, transfer);
        return false;
    }
    if (wanted == 0) {
        if (!sha256_end(&transfer->sha256, digest)) {
            transfer_fail_windows(files, transfer, GetLastError());
            return false;
        }
        CloseHandle(transfer->file);
        transfer->file = INVALID_HANDLE_VALUE;
        encode_end(transfer, digest);
        return true;
    }
    if (wanted > sizeof bytes)
        wanted = sizeof bytes;
    if (wanted > transfer->room)
        return false; // whole pieces only
    if (!ReadFile(transfer->file, bytes, (DWORD)wanted, &count, NULL)) {
        transfer_fail_windows(files, transfer, GetLastError());
        return false;
    }
    if (count == 0) {
        transfer_fail(files, transfer, "changed", "the file became shorter while it was read");
        return false;
    }
    sha256_add(&transfer->sha256, bytes, count);
    transfer->done += count;
    transfer->room -= count;
    wire_encoder_begin(&encoder, transfer->frame, sizeof transfer->frame, WIRE_FILE_DATA, transfer->id);
    wire_encoder_bytes(&encoder, WIRE_DATA, bytes, count);
    transfer->pending = wire_encoder_end(&encoder);
    return true;
}
