// SPDX-License-Identifier: GPL-3.0-or-later
// "files" of a request: small files that stand on the machine's disk before the first logon. They travel on
// the config disc. Their contents may be secrets and are treated so.
#pragma once

#include "common/json.h"

#define PLACED_FILES_MAX       64
#define PLACED_FILES_MAX_BYTES (512u << 10) // in all: the config disc stays well under a megabyte

typedef struct {
    char *path; // "C:\\folder\\name", as Windows takes it
    char *content;
    gsize length;
} PlacedFile;

// Reads "files". Adds faults. Returns an array of PlacedFile, whose contents are overwritten when it is
// freed. @data_letter: letter of a further partition, or NULL.
GPtrArray *placed_files_parse(json_object *request, const char *data_letter, Faults *faults);
