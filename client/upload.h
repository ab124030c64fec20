// SPDX-License-Identifier: GPL-3.0-or-later
// Uploads: what disc add and driver add share.
#pragma once

#include "client/client.h"

typedef struct {
    char *sha256; // the caller frees
    gint64 retry_seconds;
} UploadOptions;
#define UPLOAD_OPTIONS_DEFAULT                                                                               \
    {                                                                                                        \
        NULL, 120                                                                                            \
    }

// Entries for them and @more (ended by an empty one, or NULL), for options_parse(). The caller frees the
// array.
GOptionEntry *upload_entries(UploadOptions *options, const GOptionEntry *more);

typedef struct {
    const char *collection; // "discs", "drivers"
    const char *name, *file;
    const char *query; // "?architecture=x86", or NULL
} UploadTarget;

// Sends the file, with a progress line; goes on where it stopped, by itself and when called again. Reports
// what fails. *@ret_answer: the answer to the last part; the caller frees.
ExitCode upload_send(Client *client, const Verb *verb, const UploadOptions *options,
                     const UploadTarget *target, HttpAnswer **ret_answer);
