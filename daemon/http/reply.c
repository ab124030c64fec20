// SPDX-License-Identifier: GPL-3.0-or-later
// Turning results into libmicrohttpd responses.
#include "daemon/http/reply.h"

#include <string.h>

#include "common/ids.h"
#include "daemon/http/problem_details.h"

#define RETRY_AFTER_SECONDS "5"

void reply_header(HttpRequest *request, const char *name, const char *value)
{
    if (MHD_add_response_header(request->response, name, value) == MHD_NO)
        g_warning("cannot set the header %s", name);
}

void reply_response(HttpRequest *request, guint status, const char *content_type, struct MHD_Response *body)
{
    g_return_if_fail(request->response == NULL);
    request->response = body;
    request->status = status;
    if (content_type != NULL)
        reply_header(request, "Content-Type", content_type);
    reply_header(request, "Cache-Control", "no-store");
    reply_header(request, "X-Content-Type-Options", "nosniff");
}

static void unref_bytes(void *data)
{
    g_bytes_unref(data);
}

static void send_bytes(HttpRequest *request, guint status, const char *content_type, GBytes *bytes)
{
    gsize length;
    void *data = (void *)(gintptr)g_bytes_get_data(bytes, &length); // not written to
    request->response_bytes = length;
    reply_response(request, status, content_type,
                   MHD_create_response_from_buffer_with_free_callback_cls(
                       length, length > 0 ? data : (void *)(gintptr) "", unref_bytes, bytes));
}

void reply_problem(HttpRequest *request, Problem *problem)
{
    g_autoptr(Problem) given = problem;
    if (given == NULL)
        problem_set(&given, 500, "internal", "The daemon has no answer and does not say why.");
    char *text = problem_details_to_json(given);
    send_bytes(request, (guint)given->status, PROBLEM_CONTENT_TYPE, g_bytes_new_take(text, strlen(text)));
    if (given->status == 503)
        reply_header(request, "Retry-After", RETRY_AFTER_SECONDS);
    if (given->status == 401)
        reply_header(request, "WWW-Authenticate", "Bearer realm=\"sevend\"");
    if (given->status == 405 && request->allow != NULL)
        reply_header(request, "Allow", request->allow);
}

void reply_too_many_wait(HttpRequest *request)
{
    Problem *problem = NULL;
    problem_set(&problem, 503, "too-many",
                "As many clients wait for events, job ends or commands as limits.connections lets wait.");
    reply_problem(request, problem);
}

void reply_json(HttpRequest *request, guint status, json_object *body, Problem *problem)
{
    if (body == NULL) {
        reply_problem(request, problem);
        return;
    }
    g_warn_if_fail(problem == NULL);
    problem_free(problem);
    const char *text =
        json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    char *line = g_strconcat(text, "\n", NULL);
    send_bytes(request, status, "application/json", g_bytes_new_take(line, strlen(line)));
    json_object_put(body);
}

void reply_nothing(HttpRequest *request)
{
    send_bytes(request, 204, NULL, g_bytes_new_static("", 0));
}

void reply_job(HttpRequest *request, json_object *body, Problem *problem)
{
    g_autofree char *location = NULL;
    json_object *job;
    if (body != NULL && json_object_object_get_ex(body, "job", &job)) {
        const char *id = json_string_member(job, "id");
        if (id != NULL && job_id_is_valid(id))
            location = g_strconcat("/v1/jobs/", id, NULL);
    }
    reply_json(request, 202, body, problem);
    if (location != NULL)
        reply_header(request, "Location", location);
}

void reply_bytes(HttpRequest *request, const char *content_type, GBytes *bytes, Problem *problem)
{
    if (bytes == NULL) {
        reply_problem(request, problem);
        return;
    }
    g_warn_if_fail(problem == NULL);
    problem_free(problem);
    send_bytes(request, 200, content_type, bytes);
}

void reply_file(HttpRequest *request, const char *content_type, int fd, guint64 size, Problem *problem)
{
    if (fd < 0) {
        reply_problem(request, problem);
        return;
    }
    g_warn_if_fail(problem == NULL);
    problem_free(problem);
    request->response_bytes = (gsize)size;
    reply_response(request, 200, content_type, MHD_create_response_from_fd64(size, fd));
}

void reply_text(HttpRequest *request, const char *content_type, char *text, Problem *problem)
{
    reply_bytes(request, content_type, text != NULL ? g_bytes_new_take(text, strlen(text)) : NULL, problem);
}

enum MHD_Result reply_queue(HttpRequest *request, gboolean close)
{
    g_return_val_if_fail(request->response != NULL, MHD_NO);
    if (close)
        reply_header(request, "Connection", "close");
    connection_sending(request->connection, request->response_bytes);
    return MHD_queue_response(request->mhd, request->status, request->response);
}
