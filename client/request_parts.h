// SPDX-License-Identifier: GPL-3.0-or-later
// What the request files share. Private to client/request*.c.
#pragma once

#include "client/request.h"

// An option that is one value of the request.
typedef struct {
    const char *option;
    const char *group; // member of the request that holds it, or NULL: the request itself
    const char *member;
    gboolean number;
    const char *argument;
    const char *text;
} RequestField;
extern const RequestField request_fields[];
#define REQUEST_FIELDS 24

// Secrets that stand in files.
typedef enum {
    SECRET_PASSWORD, // for every user that has none
    SECRET_PRODUCT_KEY,
    SECRET_ACTIVATION_KEY,
    SECRET_ADMINISTRATOR,
    SECRET_FILES,
} SecretFile;
extern const char *const request_secret_options[SECRET_FILES]; // their options' names

struct RequestOptions {
    char *file, *from;       // --from: provenance
    json_object *provenance; // its document, once read
    char *values[REQUEST_FIELDS];
    char *secret_files[SECRET_FILES];
    char *display;
    char *answer_file;
    char **drivers, **users, **specialize, **first_logon, **logon, **files_in, **set;
    gboolean autologon, fresh;
};

// "WIDTHxHEIGHT", with "xDEPTH" or without, to @request's "display". EXIT_OK, or a reported EXIT_USAGE; as
// the next three.
ExitCode request_add_display(json_object *request, const char *text, const Verb *verb);
// "PATH=LOCALFILE" to the list @files: the local file's content, to stand at PATH in the machine.
ExitCode request_add_file(json_object *files, const char *pair, const Verb *verb);
// The text of an existing answer file to @request's "answer_file". It may be UTF-16 with a byte order mark,
// as Windows' own programs write it.
ExitCode request_add_answer_file(json_object *request, const char *path, const Verb *verb);
// "security.uac=false", or "/security/uac=false": any member of @request; JSON if it is such, else text.
ExitCode request_set(json_object *request, const char *assignment, const Verb *verb);
