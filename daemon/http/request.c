// SPDX-License-Identifier: GPL-3.0-or-later
// The life of an HttpRequest. What is in it: headers.c, query.c, url.c.
#include "daemon/http/request.h"

HttpRequest *request_new(Listener *listener, struct MHD_Connection *mhd, Connection *connection,
                         const char *target)
{
    HttpRequest *request = g_new0(HttpRequest, 1);
    request->daemon = listener->server->daemon;
    request->listener = listener;
    request->mhd = mhd;
    request->connection = connection;
    request->target = g_strdup(target != NULL ? target : "");
    request->body = g_byte_array_new();
    request->started = g_get_monotonic_time();
    return request;
}

void request_free(HttpRequest *request)
{
    if (request == NULL)
        return;
    if (request->response != NULL)
        MHD_destroy_response(request->response);
    if (request->upload != NULL)
        service_upload_abandon(request->upload);
    service_file_free(request->file);
    if (request->streaming)
        connections_end_wait(request->listener->connections);
    json_object_put(request->json);
    g_byte_array_unref(request->body);
    url_free(request->url);
    problem_free(request->problem);
    g_free(request->method);
    g_free(request->allow);
    g_free(request->token);
    g_free(request->target);
    g_free(request);
}

gboolean request_should_end(const HttpRequest *request)
{
    return http_server_is_stopping(request->listener->server) ||
           connection_client_is_gone(request->connection);
}
