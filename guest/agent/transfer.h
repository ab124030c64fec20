// SPDX-License-Identifier: GPL-3.0-or-later
// One GET, PUT, LIST or MKDIR while it is under way, and the table of them (files.h). For files.c,
// get_file.c, put_file.c and list_folder.c.
#pragma once

#include <windows.h>

#include "guest/agent/files.h"
#include "guest/agent/incoming.h"
#include "guest/agent/sha256.h"

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

// NULL if there is none of that id.
struct transfer *transfer_find(struct files *files, uint32_t id);
// Takes it from the table and frees it, and what it has not finished.
void transfer_end(struct files *files, struct transfer *transfer);
// An ERROR to the host, and its end; of Windows' error by a code that the protocol has.
void transfer_fail(struct files *files, struct transfer *transfer, const char *code, const char *message);
void transfer_fail_windows(struct files *files, struct transfer *transfer, DWORD error);
// A new one and the path that it is about, to free(); NULL after an ERROR.
struct transfer *transfer_begin(struct files *files, const struct wire_frame *frame, wchar_t **path);
// What is pending is an INFO. name NULL: without one.
void transfer_encode_info(struct transfer *transfer, const char *name, uint64_t size,
                          const FILETIME *modified, DWORD attributes);
uint64_t transfer_number(DWORD high, DWORD low);
