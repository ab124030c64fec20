// SPDX-License-Identifier: GPL-3.0-or-later
// One request, from its first line to the end of its answer. Belongs to its connection's thread. A handler
// reads the first part, and answers by one reply_…() call of reply.h.
#pragma once

#include <microhttpd.h>

#include "daemon/http/server_state.h"
#include "daemon/http/url.h"

struct Route;

typedef struct {
    guint64 content_length; // 0 if none was given
    gboolean chunked;
    gboolean expects_continue;
} HttpFraming;

typedef struct {
    // For handlers.
    Daemon *daemon;
    const char *name;  // the {name} or {id} of the path, checked; NULL if the route has none
    gboolean head;     // HEAD: as GET, but nobody reads the answer's body
    GByteArray *body;  // as received
    json_object *json; // the body parsed, an object; NULL if there is none
    // BODY_STREAM: where the body has gone, all of it. The handler takes it (g_steal_pointer()) and hands it
    // to a service_…_upload_finish(); what no handler takes is abandoned with the request.
    ServiceUpload *upload;
    ServiceFile *file; // the same, of a route whose body goes into a machine
    HttpFraming framing;
    // For the rest of daemon/http.
    Listener *listener;
    Connection *connection;
    struct MHD_Connection *mhd;
    char *target; // as sent
    Url *url;     // NULL if the target cannot be parsed
    const struct Route *route;
    char *method; // for the log
    char *token;  // name of the bearer token that let it in, or NULL
    gboolean begun;
    gboolean streaming; // counts among those that wait, until the request ends
    guint64 received;   // bytes of the body so far, kept or not
    Problem *problem;   // found before the body was there: the answer once it has been read
    char *allow;        // of a 405
    gint64 started;     // monotonic microseconds
    // The answer.
    struct MHD_Response *response;
    gsize response_bytes;
    guint status;
} HttpRequest;

HttpRequest *request_new(Listener *listener, struct MHD_Connection *mhd, Connection *connection,
                         const char *target);
void request_free(HttpRequest *request);

// TRUE if a handler that waits for something should stop doing so: the server stops or the client has gone.
gboolean request_should_end(const HttpRequest *request);

// The value of a header, or NULL. Borrowed. If it was sent twice, both are the same (headers_check()).
const char *header_value(const HttpRequest *request, const char *name);

// FALSE if the headers are too many, malformed, or leave doubt about where the request ends: then the
// connection must be closed after the answer.
gboolean headers_check(const HttpRequest *request, const char *version, HttpFraming *ret_framing,
                       Problem **problem);
// What the headers say of a body that is uploaded. Borrowed.
void headers_upload(const HttpRequest *request, ServiceUploadHead *ret_head);
// TRUE if Content-Type says JSON.
gboolean header_says_json(const HttpRequest *request);

// The query, by the names that the route knows. Faults have "?name" as their pointer.
void query_check(const HttpRequest *request, Faults *faults);
// Borrowed; NULL if absent.
const char *query_value(const HttpRequest *request, const char *name);
// @otherwise if absent or wrong.
guint query_number(const HttpRequest *request, const char *name, guint minimum, guint maximum,
                   guint otherwise, Faults *faults);
// "true" or "false"; FALSE if absent or wrong.
gboolean query_flag(const HttpRequest *request, const char *name, Faults *faults);
// limit, cursor and state (one of the NULL-terminated @states); vm where the route knows it. FALSE: 422.
gboolean query_page(const HttpRequest *request, const char *const *states, ServicePage *ret_page,
                    Problem **problem);
