// SPDX-License-Identifier: GPL-3.0-or-later
// The order of things for one request: headers, route, access, body, handler, answer, log line.
#include "daemon/http/dispatch.h"

#include <gio/gio.h>
#include <string.h>

#include "daemon/http/access.h"
#include "daemon/http/reply.h"
#include "daemon/http/routes.h"

// A refused body is read up to here before the answer, because a client that still writes would lose an
// answer that comes with the connection's end. Nothing of it is kept.
#define MAX_DRAINED_BYTES (16 * 1024 * 1024)

static Connection *connection_of(struct MHD_Connection *mhd)
{
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

void dispatch_connection(void *data, struct MHD_Connection *mhd, void **socket_context,
                         enum MHD_ConnectionNotificationCode code)
{
    Listener *listener = data;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        *socket_context = connections_add(listener->connections, fd);
    } else if (*socket_context != NULL) {
        connections_remove(*socket_context);
        *socket_context = NULL;
    }
}

void *dispatch_target(void *data, const char *target, struct MHD_Connection *mhd)
{
    return request_new(data, mhd, connection_of(mhd), target);
}

// Who asks, for what: TRUE if the request may go on once its body is there.
static gboolean find_route(HttpRequest *request, const char *method, Problem **problem)
{
    g_autoptr(Problem) no_route = NULL;
    request->url = url_parse(request->target, &no_route);
    if (request->url != NULL)
        request->route = route_find(method, request->url, &request->name, &request->allow, &no_route);
    // Whoever may not ask does not learn what there is.
    if (!access_check(request, request->route != NULL && request->route->open, problem))
        return FALSE;
    if (no_route != NULL) {
        *problem = g_steal_pointer(&no_route);
        return FALSE;
    }
    g_autoptr(Faults) faults = faults_new();
    query_check(request, faults);
    if (faults_count(faults) == 0)
        return TRUE;
    problem_set_faults(problem, &faults);
    return FALSE;
}

static gboolean body_fits(const HttpRequest *request, guint64 bytes, Problem **problem)
{
    const Route *route = request->route;
    if (bytes == 0)
        return TRUE;
    if (route->body == BODY_NONE) {
        problem_set(problem, 400, "bad-request", "This route takes no body.");
        return FALSE;
    }
    if (bytes <= route->body_limit)
        return TRUE;
    problem_set(problem, 413, "payload-too-large",
                "The body of this request may have %" G_GUINT64_FORMAT " bytes.", route->body_limit);
    return FALSE;
}

static enum MHD_Result answer_now(HttpRequest *request, Problem *problem)
{
    reply_problem(request, problem);
    return reply_queue(request, TRUE);
}

static gboolean check_capacity(const HttpRequest *request, Problem **problem)
{
    if (http_server_is_stopping(request->listener->server)) {
        problem_set(problem, 503, "stopping", "The daemon stops.");
        return FALSE;
    }
    if (request->connection->over_limit) {
        problem_set(problem, 503, "too-many", "As many clients are connected as limits.connections allows.");
        return FALSE;
    }
    return TRUE;
}

// A body that is handed on as it comes. It counts among what waits, because it holds its connection for as
// long as the client likes: uploads alone cannot take all connections.
static void begin_stream(HttpRequest *request, Problem **problem)
{
    Connections *connections = request->listener->connections;
    if (!connections_begin_wait(connections)) {
        problem_set(problem, 503, "too-many",
                    "As many clients upload or wait as limits.connections lets wait.");
        return;
    }
    if (request->route->begin_upload != NULL)
        request->upload = request->route->begin_upload(request, problem);
    else
        request->file = request->route->begin_file(request, problem);
    request->streaming = request->upload != NULL || request->file != NULL;
    if (!request->streaming)
        connections_end_wait(connections);
}

// The first call for a request: its headers are there.
static enum MHD_Result begin(HttpRequest *request, const char *method, const char *version)
{
    Problem *problem = NULL;
    HttpFraming *framing = &request->framing;
    request->begun = TRUE;
    request->started = g_get_monotonic_time();
    request->method = g_strndup(method, 16);
    request->head = g_str_equal(method, "HEAD");
    if (!check_capacity(request, &problem) || !headers_check(request, version, framing, &problem))
        return answer_now(request, problem);
    if (find_route(request, method, &problem) && body_fits(request, framing->content_length, &problem) &&
        request->route->body == BODY_STREAM)
        begin_stream(request, &problem);
    if (problem != NULL && (framing->expects_continue || framing->content_length > MAX_DRAINED_BYTES))
        return answer_now(request, problem);
    request->problem = problem;
    connection_receiving(request->connection);
    return MHD_YES;
}

// A machine takes a file as slowly as it likes: that is not the client's fault.
static void write_to_machine(HttpRequest *request, const char *bytes, size_t count)
{
    connection_working(request->connection);
    service_file_put_write(request->file, bytes, count, &request->problem);
    connection_receiving(request->connection);
}

// libmicrohttpd takes no answer while a body comes in, so what follows a failure is read and dropped: a
// client that still writes learns the reason at the end, not never. It must keep up as before.
static enum MHD_Result receive_stream(HttpRequest *request, const char *bytes, size_t count)
{
    connection_streaming(request->connection, count);
    if (request->problem == NULL && body_fits(request, request->received, &request->problem))
        request->file != NULL ? write_to_machine(request, bytes, count)
                              : (void)service_upload_write(request->upload, bytes, count, &request->problem);
    if (request->problem != NULL) {
        g_clear_pointer(&request->upload, service_upload_abandon);
        g_clear_pointer(&request->file, service_file_free);
    }
    return request->received > request->route->body_limit ? MHD_NO : MHD_YES;
}

static enum MHD_Result receive(HttpRequest *request, const char *bytes, size_t *count)
{
    if (request->streaming) {
        gsize length = *count;
        request->received += length;
        *count = 0;
        return receive_stream(request, bytes, length);
    }
    request->received += *count;
    if (request->problem == NULL && body_fits(request, request->received, &request->problem))
        g_byte_array_append(request->body, (const guint8 *)bytes, (guint)*count);
    else
        g_byte_array_set_size(request->body, 0);
    *count = 0;
    return request->received > MAX_DRAINED_BYTES ? MHD_NO : MHD_YES;
}

static gboolean parse_body(HttpRequest *request, Problem **problem)
{
    if (request->route->body == BODY_STREAM)
        return TRUE;
    if (request->body->len == 0) {
        if (request->route->body != BODY_REQUIRED)
            return TRUE;
        problem_set(problem, 400, "invalid-json", "There is no body; it must be a JSON object.");
        return FALSE;
    }
    if (!header_says_json(request)) {
        problem_set(problem, 415, "unsupported-media-type",
                    "The body's Content-Type must be application/json.");
        return FALSE;
    }
    g_autoptr(GError) error = NULL;
    request->json = json_parse((const char *)request->body->data, request->body->len, &error);
    if (request->json == NULL) {
        problem_set(problem, 400, "invalid-json", "The body is not JSON: %s", error->message);
        return FALSE;
    }
    if (json_object_is_type(request->json, json_type_object))
        return TRUE;
    g_autoptr(Faults) faults = faults_new();
    faults_add(faults, "", "wrong-type", NULL, "The body must be a JSON object.");
    problem_set_faults(problem, &faults);
    return FALSE;
}

// The last call: the body is there.
static enum MHD_Result answer(HttpRequest *request)
{
    Problem *problem = g_steal_pointer(&request->problem);
    connection_working(request->connection);
    if (problem == NULL && parse_body(request, &problem))
        request->route->handler(request);
    else
        reply_problem(request, problem);
    return reply_queue(request, http_server_is_stopping(request->listener->server));
}

enum MHD_Result dispatch_request(void *data, struct MHD_Connection *mhd, const char *url, const char *method,
                                 const char *version, const char *upload, size_t *upload_bytes,
                                 void **request_context)
{
    (void)url; // decoded by libmicrohttpd; the target as sent is parsed instead
    if (*request_context == NULL)
        *request_context = request_new(data, mhd, connection_of(mhd), "");
    HttpRequest *request = *request_context;
    // While it shuts down, libmicrohttpd 0.9.75 drops an answer that is queued, says that it has taken it,
    // and asks again.
    if (request->response != NULL)
        return MHD_NO;
    if (!request->begun)
        return begin(request, method, version);
    if (*upload_bytes > 0)
        return receive(request, upload, upload_bytes);
    return answer(request);
}

static void log_request(const HttpRequest *request, enum MHD_RequestTerminationCode code)
{
    const char *peer = request->connection->peer;
    gint64 milliseconds = (g_get_monotonic_time() - request->started) / G_TIME_SPAN_MILLISECOND;
    g_message("%s %.200s %u%s %" G_GINT64_FORMAT " ms, %s%s%s", request->method,
              request->url != NULL ? request->url->path : "?", request->status,
              code == MHD_REQUEST_TERMINATED_COMPLETED_OK ? "" : " (cut off)", milliseconds,
              peer != NULL ? peer : "unidentified", request->token != NULL ? " token=" : "",
              request->token != NULL ? request->token : "");
}

void dispatch_completed(void *data, struct MHD_Connection *mhd, void **request_context,
                        enum MHD_RequestTerminationCode code)
{
    (void)data;
    (void)mhd;
    HttpRequest *request = *request_context;
    *request_context = NULL;
    if (request == NULL)
        return;
    if (request->begun)
        log_request(request, code);
    connection_idle(request->connection);
    request_free(request);
}
