// SPDX-License-Identifier: GPL-3.0-or-later
// /v1/vms/{name}/files and /v1/vms/{name}/folder
#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"

#define BLOCK_BYTES 65536

ServiceFile *open_file_put(HttpRequest *request, Problem **problem)
{
    ServiceUploadHead head;
    headers_upload(request, &head);
    return service_file_put_begin(request->daemon, request->name, query_value(request, "path"),
                                  query_value(request, "modified"), &head, problem);
}

void handle_file_put(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *file = service_file_put_finish(g_steal_pointer(&request->file), &problem);
    reply_json(request, 201, file, problem);
}

typedef struct {
    ServiceFile *file;
    Connection *connection;
    Connections *connections;
} FileStream;

static void stream_free(void *data)
{
    FileStream *stream = data;
    service_file_free(stream->file);
    connections_end_wait(stream->connections);
    g_free(stream);
}

static ssize_t read_stream(void *data, uint64_t position, char *buffer, size_t size)
{
    (void)position;
    FileStream *stream = data;
    connection_working(stream->connection);
    const gssize count = service_file_get_read(stream->file, buffer, size);
    connection_sending(stream->connection, count > 0 ? (gsize)count : 0);
    // Cut off before its announced end, the client sees that it has not got all.
    return count > 0    ? count
           : count == 0 ? MHD_CONTENT_READER_END_OF_STREAM
                        : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void add_modified(HttpRequest *request, gint64 modified)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(modified / G_USEC_PER_SEC);
    g_autofree char *text = time ? g_date_time_format(time, "%a, %d %b %Y %H:%M:%S GMT") : NULL;
    if (text != NULL)
        reply_header(request, "Last-Modified", text);
}

void handle_file_get(HttpRequest *request)
{
    Problem *problem = NULL;
    guint64 size = 0;
    gint64 modified = 0;
    Connections *connections = request->connection->owner;
    if (!connections_begin_wait(connections)) {
        reply_too_many_wait(request);
        return;
    }
    ServiceFile *file = service_file_get_begin(request->daemon, request->name, query_value(request, "path"),
                                               &size, &modified, &problem);
    if (file == NULL) {
        connections_end_wait(connections);
        reply_problem(request, problem);
        return;
    }
    FileStream *stream = g_new0(FileStream, 1);
    stream->file = file;
    stream->connection = request->connection;
    stream->connections = connections;
    reply_response(request, 200, "application/octet-stream",
                   MHD_create_response_from_callback(size, BLOCK_BYTES, read_stream, stream, stream_free));
    add_modified(request, modified);
}

void handle_folder_list(HttpRequest *request)
{
    Problem *problem = NULL;
    json_object *list =
        service_folder_list(request->daemon, request->name, query_value(request, "path"), &problem);
    reply_json(request, 200, list, problem);
}

void handle_folder_make(HttpRequest *request)
{
    Problem *problem = NULL;
    if (service_folder_make(request->daemon, request->name, query_value(request, "path"), &problem))
        reply_nothing(request);
    else
        reply_problem(request, problem);
}
