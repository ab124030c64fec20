// SPDX-License-Identifier: GPL-3.0-or-later
// The table of routes: the API's outline. openapi.yaml says the same in full; a test holds the two together.
#pragma once

#include "daemon/http/request.h"

typedef void (*HttpHandler)(HttpRequest *request);
typedef ServiceUpload *(*UploadOpener)(HttpRequest *request, Problem **problem);
typedef ServiceFile *(*FileOpener)(HttpRequest *request, Problem **problem);

typedef enum {
    BODY_NONE,     // a body is refused
    BODY_OPTIONAL, // a JSON object, or nothing
    BODY_REQUIRED, // a JSON object
    BODY_STREAM,   // bytes that are handed on as they come: see @begin_upload
} BodyRule;

typedef struct Route {
    const char *method;  // GET serves HEAD too
    const char *pattern; // {name}: a name (name_is_valid), {id}: a job (job_id_is_valid); one at most.
                         // {file}: any segment, which the handler looks at
    HttpHandler handler;
    BodyRule body;
    guint64 body_limit; // bytes
    // BODY_STREAM: opens what takes the body, before a byte of it is read; NULL with the problem that answers
    // the request. The handler is called after the last byte: see request.h, @upload.
    UploadOpener begin_upload;
    FileOpener begin_file; // the same, into a machine: @file
    gboolean open;         // over TCP: without a token
    const char *query[5];
} Route;

// Ends with an entry whose method is NULL.
extern const Route http_routes[];

// The route of @method and @url; *ret_name is then its path parameter (borrowed from @url) or NULL. Else NULL
// and a 404, or a 405 with *ret_allow: the value of the Allow header, which the caller frees.
const Route *route_find(const char *method, const Url *url, const char **ret_name, char **ret_allow,
                        Problem **problem);
