// SPDX-License-Identifier: GPL-3.0-or-later
// The table of routes: the API's outline. openapi.yaml says the same in full; a test holds the two together.
#pragma once

#include "daemon/http/request.h"

typedef void (*HttpHandler)(HttpRequest *request);

typedef enum {
    BODY_NONE,     // a body is refused
    BODY_OPTIONAL, // a JSON object, or nothing
    BODY_REQUIRED, // a JSON object
} BodyRule;

typedef struct Route {
    const char *method;  // GET serves HEAD too
    const char *pattern; // {name}: a name (name_is_valid), {id}: a job (job_id_is_valid); one at most
    HttpHandler handler;
    BodyRule body;
    gsize body_limit; // bytes
    gboolean open;    // over TCP: without a token
    const char *query[5];
} Route;

// Ends with an entry whose method is NULL.
extern const Route http_routes[];

// The route of @method and @url; *ret_name is then its path parameter (borrowed from @url) or NULL. Else NULL
// and a 404, or a 405 with *ret_allow: the value of the Allow header, which the caller frees.
const Route *route_find(const char *method, const Url *url, const char **ret_name, char **ret_allow,
                        Problem **problem);
