// SPDX-License-Identifier: GPL-3.0-or-later
// The table of transfers; see files.h. Writing a file is incoming.c.
#include "guest/agent/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/agent/answer.h"
#include "guest/agent/incoming.h"
#include "guest/agent/path.h"
#include "guest/agent/sha256.h"
#include "guest/agent/text.h"

// A host that says nothing for this long has forgotten the transfer.
#define FORGOTTEN_MS 600000u
// The host is told of what was taken in steps of this size.
#define ACKNOWLEDGE_BYTES 65536u

struct transfer {
    uint32_t id;
    uint16_t type; // WIRE_GET, WIRE_PUT, WIRE_LIST
    ULONGLONG heard;
    uint64_t size, done;
    struct sha256 sha256;
    // PUT
    struct incoming incoming;
    FILETIME modified;
    bool has_modified;
    uint32_t unacknowledged;
    // GET
    HANDLE file;
    uint64_t room; // how much more may be on its way
    // LIST
    HANDLE search;
    WIN32_FIND_DATAW found;
    // What found no room in the outbox yet
    size_t pending;
    uint8_t frame[WIRE_HEADER_SIZE + WIRE_FIELD_HEADER + WIRE_DATA_MAX];
};

// ---- The table ----

static struct transfer *find(struct files *files, uint32_t id)
{
    for (size_t i = 0; i < FILES_MAX; i++)
        if (files->transfers[i] != NULL && files->transfers[i]->id == id)
            return files->transfers[i];
    return NULL;
}

static void end(struct files *files, struct transfer *transfer)
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

static void fail(struct files *files, struct transfer *transfer, const char *code, const char *message)
{
    answer_error(files->outbox, transfer->id, code, message);
    end(files, transfer);
}

static const struct {
    DWORD error;
    const char *code, *message;
} known_errors[] = {
    { ERROR_FILE_NOT_FOUND, "not-found", "there is no such file" },
    { ERROR_PATH_NOT_FOUND, "not-found", "there is no such folder" },
    { ERROR_INVALID_DRIVE, "not-found", "there is no such drive" },
    { ERROR_NOT_READY, "not-found", "the drive is empty" },
    { ERROR_ACCESS_DENIED, "denied", "Windows denies access" },
    { ERROR_SHARING_VIOLATION, "denied", "a program has the file open and shares it with nobody" },
    { ERROR_DISK_FULL, "disk-full", "the machine's disk has not enough room" },
    { ERROR_HANDLE_DISK_FULL, "disk-full", "the machine's disk has not enough room" },
    { ERROR_WRITE_PROTECT, "denied", "the drive cannot be written" },
    { ERROR_DIRECTORY, "is-folder", "that is a folder" },
    { ERROR_INVALID_NAME, "bad-request", "Windows knows no such names" },
    { ERROR_FILENAME_EXCED_RANGE, "bad-request", "the path is too long" },
};

static void fail_windows(struct files *files, struct transfer *transfer, DWORD error)
{
    char message[64];

    for (size_t i = 0; i < sizeof known_errors / sizeof known_errors[0]; i++) {
        if (known_errors[i].error != error)
            continue;
        fail(files, transfer, known_errors[i].code, known_errors[i].message);
        return;
    }
    _snprintf(message, sizeof message, "Windows error %lu", error);
    fail(files, transfer, "failed", message);
}

// NULL after an ERROR.
static struct transfer *begin(struct files *files, const struct wire_frame *frame)
{
    struct transfer **place = NULL;

    for (size_t i = 0; i < FILES_MAX; i++)
        if (files->transfers[i] == NULL)
            place = &files->transfers[i];
    struct transfer *transfer =
        place != NULL && find(files, frame->id) == NULL ? calloc(1, sizeof *transfer) : NULL;
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

// The transfer and the path that it is about, to free(); NULL after an ERROR.
static struct transfer *begin_with_path(struct files *files, const struct wire_frame *frame, wchar_t **path)
{
    struct transfer *transfer = begin(files, frame);

    *path = transfer != NULL ? path_in(frame) : NULL;
    if (transfer == NULL || *path != NULL)
        return transfer;
    fail(files, transfer, "bad-request", "the path must be absolute: C:\\...");
    return NULL;
}

// ---- What is found ----

static uint64_t together(DWORD high, DWORD low)
{
    return (uint64_t)high << 32 | low;
}

static void encode_info(struct transfer *transfer, const char *name, uint64_t size, const FILETIME *modified,
                        DWORD attributes)
{
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, transfer->frame, sizeof transfer->frame, WIRE_INFO, transfer->id);
    if (name != NULL)
        wire_encoder_text(&encoder, WIRE_PATH, name);
    wire_encoder_u64(&encoder, WIRE_SIZE, size);
    wire_encoder_u64(&encoder, WIRE_MODIFIED, together(modified->dwHighDateTime, modified->dwLowDateTime));
    wire_encoder_u32(&encoder, WIRE_ATTRIBUTES, attributes);
    transfer->pending = wire_encoder_end(&encoder);
}

// ---- LIST and MKDIR ----

static void encode_found(struct transfer *transfer)
{
    const WIN32_FIND_DATAW *found = &transfer->found;
    char *name = text_to_utf8(found->cFileName);

    encode_info(transfer, name != NULL ? name : "?", together(found->nFileSizeHigh, found->nFileSizeLow),
                &found->ftLastWriteTime, found->dwFileAttributes);
    free(name);
}

// The first INFO is of the path itself, those that follow of what is in it.
static void begin_list(struct files *files, const struct wire_frame *frame)
{
    WIN32_FILE_ATTRIBUTE_DATA own;
    wchar_t *path;
    struct transfer *transfer = begin_with_path(files, frame, &path);

    if (transfer == NULL)
        return;
    if (!GetFileAttributesExW(path, GetFileExInfoStandard, &own)) {
        fail_windows(files, transfer, GetLastError());
    } else {
        encode_info(transfer, "", together(own.nFileSizeHigh, own.nFileSizeLow), &own.ftLastWriteTime,
                    own.dwFileAttributes);
        const size_t size = wcslen(path) + 3;
        wchar_t *pattern = calloc(size, sizeof *pattern);
        DWORD error = ERROR_SUCCESS;
        if (pattern != NULL && (own.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)) {
            _snwprintf(pattern, size, L"%ls\\*", path);
            transfer->search = FindFirstFileW(pattern, &transfer->found);
            error = transfer->search == INVALID_HANDLE_VALUE ? GetLastError() : ERROR_SUCCESS;
        }
        free(pattern);
        if (error != ERROR_SUCCESS && error != ERROR_FILE_NOT_FOUND) // an empty root has no "."
            fail_windows(files, transfer, error);
    }
    free(path);
}

static bool is_dots(const wchar_t *name)
{
    return wcscmp(name, L".") == 0 || wcscmp(name, L"..") == 0;
}

// What is to be sent next; nothing is pending. False at the end.
static bool next_entry(struct files *files, struct transfer *transfer)
{
    while (transfer->search != INVALID_HANDLE_VALUE) {
        const bool counts = !is_dots(transfer->found.cFileName);
        if (counts)
            encode_found(transfer);
        if (!FindNextFileW(transfer->search, &transfer->found)) {
            FindClose(transfer->search);
            transfer->search = INVALID_HANDLE_VALUE;
        }
        if (counts)
            return true;
    }
    answer_ok(files->outbox, transfer->id);
    end(files, transfer);
    return false;
}

static void make_folder(struct files *files, const struct wire_frame *frame)
{
    wchar_t *path;
    struct transfer *transfer = begin_with_path(files, frame, &path);

    if (transfer == NULL)
        return;
    path_make_folders(path);
    DWORD error = CreateDirectoryW(path, NULL) ? ERROR_SUCCESS : GetLastError();
    DWORD attributes = GetFileAttributesW(path);
    if (attributes == INVALID_FILE_ATTRIBUTES) {
        fail_windows(files, transfer, error);
    } else if ((attributes & FILE_ATTRIBUTE_DIRECTORY) == 0) {
        fail(files, transfer, "not-folder", "that is a file");
    } else {
        answer_ok(files->outbox, transfer->id);
        end(files, transfer);
    }
    free(path);
}

// ---- GET ----

static void begin_get(struct files *files, const struct wire_frame *frame)
{
    BY_HANDLE_FILE_INFORMATION own;
    wchar_t *path;
    struct transfer *transfer = begin_with_path(files, frame, &path);

    if (transfer == NULL)
        return;
    DWORD attributes = GetFileAttributesW(path);
    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY)) {
        fail_windows(files, transfer, ERROR_DIRECTORY);
    } else {
        // A log that is still being written can be read.
        transfer->file =
            CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                        OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, NULL);
        if (transfer->file == INVALID_HANDLE_VALUE || !GetFileInformationByHandle(transfer->file, &own) ||
            !sha256_begin(&transfer->sha256)) {
            fail_windows(files, transfer, GetLastError());
        } else {
            transfer->size = together(own.nFileSizeHigh, own.nFileSizeLow);
            transfer->room = WIRE_WINDOW;
            encode_info(transfer, NULL, transfer->size, &own.ftLastWriteTime, own.dwFileAttributes);
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

// The next piece of the file, then its end; nothing is pending. False when there is nothing to send now.
static bool next_piece(struct files *files, struct transfer *transfer)
{
    uint8_t bytes[WIRE_DATA_MAX], digest[SHA256_SIZE];
    struct wire_encoder encoder;
    uint64_t wanted = transfer->size - transfer->done;
    DWORD count = 0;

    if (transfer->file == INVALID_HANDLE_VALUE) { // END has been sent
        end(files, transfer);
        return false;
    }
    if (wanted == 0) {
        if (!sha256_end(&transfer->sha256, digest)) {
            fail_windows(files, transfer, GetLastError());
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
        fail_windows(files, transfer, GetLastError());
        return false;
    }
    if (count == 0) {
        fail(files, transfer, "changed", "the file became shorter while it was read");
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

// ---- PUT ----

static void begin_put(struct files *files, const struct wire_frame *frame)
{
    struct wire_field field;
    uint64_t modified;
    wchar_t *path;
    struct transfer *transfer = begin_with_path(files, frame, &path);

    if (transfer == NULL)
        return;
    if (!wire_frame_find(frame, WIRE_SIZE, &field) || !wire_field_u64(&field, &transfer->size)) {
        free(path);
        fail(files, transfer, "bad-request", "the size is not named");
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
        fail_windows(files, transfer, error);
    else
        answer_ack(files->outbox, transfer->id, 0); // go ahead
}

static void take_data(struct files *files, struct transfer *transfer, const struct wire_frame *frame)
{
    struct wire_field data;

    if (!wire_frame_find(frame, WIRE_DATA, &data) || data.length > transfer->size - transfer->done) {
        fail(files, transfer, "bad-request", "the file is longer than was said");
        return;
    }
    DWORD error = incoming_write(&transfer->incoming, data.bytes, (DWORD)data.length);
    if (error != ERROR_SUCCESS) {
        fail_windows(files, transfer, error);
        return;
    }
    sha256_add(&transfer->sha256, data.bytes, data.length);
    transfer->done += data.length;
    transfer->unacknowledged += (uint32_t)data.length;
    if (transfer->unacknowledged >= ACKNOWLEDGE_BYTES &&
        answer_ack(files->outbox, transfer->id, transfer->unacknowledged))
        transfer->unacknowledged = 0;
}

static void take_end(struct files *files, struct transfer *transfer, const struct wire_frame *frame)
{
    struct wire_field field;
    uint8_t digest[SHA256_SIZE];

    if (!wire_frame_find(frame, WIRE_SHA256, &field) || field.length != SHA256_SIZE ||
        transfer->done != transfer->size || !sha256_end(&transfer->sha256, digest) ||
        memcmp(field.bytes, digest, SHA256_SIZE) != 0) {
        fail(files, transfer, "damaged", "what arrived is not what was sent");
        return;
    }
    DWORD error = incoming_commit(&transfer->incoming, transfer->has_modified ? &transfer->modified : NULL);
    if (error != ERROR_SUCCESS) {
        fail_windows(files, transfer, error);
        return;
    }
    answer_ok(files->outbox, transfer->id);
    end(files, transfer);
}

// ---- Frames and pieces ----

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
            take_data(files, transfer, frame);
        break;
    case WIRE_END:
        if (transfer->type == WIRE_PUT)
            take_end(files, transfer, frame);
        break;
    case WIRE_ACK:
        take_ack(transfer, frame);
        break;
    default: // KILL
        fail(files, transfer, "cancelled", "the host has given up");
        break;
    }
}

bool files_take(struct files *files, const struct wire_frame *frame)
{
    struct transfer *transfer;

    switch (frame->type) {
    case WIRE_GET:
        begin_get(files, frame);
        return true;
    case WIRE_PUT:
        begin_put(files, frame);
        return true;
    case WIRE_LIST:
        begin_list(files, frame);
        return true;
    case WIRE_MKDIR:
        make_folder(files, frame);
        return true;
    case WIRE_FILE_DATA:
    case WIRE_END:
    case WIRE_ACK:
    case WIRE_KILL:
        transfer = find(files, frame->id);
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
        fail(files, transfer, "cancelled", "the host has said nothing for long");
        return true;
    }
    if (transfer->type == WIRE_PUT)
        return false;
    if (transfer->pending == 0 &&
        !(transfer->type == WIRE_GET ? next_piece(files, transfer) : next_entry(files, transfer)))
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
            end(files, files->transfers[i]);
}
