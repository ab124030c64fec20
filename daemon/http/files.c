// SPDX-License-Identifier: GPL-3.0-or-later
// /v1/vms/{name}/files and /v1/vms/{name}/folder
#include "common/digest.h"
#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"

#define BLOCK_BYTES 65536
#define DIGEST      "Repr-Digest"

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
    struct MHD_Response *response; // where the hash is told behind the body, else NULL
} FileStream;

static void stream_free(void *data)
{
    FileStream *stream = data;
    service_file_free(stream->file);
    connections_end_wait(stream->connections);
    g_free(stream);
}

static void add_trailer(const FileStream *stream)
{
    g_autofree char *digest = digest_field(service_file_get_sha256(stream->file));
    if (!digest || MHD_add_response_footer(stream->response, DIGEST, digest) == MHD_NO)
        g_warning("cannot set the trailer " DIGEST);
}

static ssize_t read_stream(void *data, uint64_t position, char *buffer, size_t size)
{
    (void)position;
    FileStream *stream = data;
    connection_working(stream->connection);
    const gssize count = service_file_get_read(stream->file, buffer, size);
    connection_sending(stream->connection, count > 0 ? (gsize)count : 0);
    if (count == 0 && stream->response)
        add_trailer(stream);
    // Cut off before its end, the client sees that it has not got all.
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

// A size, or a hash behind the body: a trailer needs a body in chunks (RFC 9112, 7.1.2).
static void reply_stream(HttpRequest *request, FileStream *stream, const ServiceFileHead *head)
{
    g_autofree char *digest = head->sha256 ? digest_field(head->sha256) : NULL;
    struct MHD_Response *response = MHD_create_response_from_callback(
        digest ? head->size : MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream, stream, stream_free);
    stream->response = digest ? NULL : response;
    reply_response(request, 200, "application/octet-stream", response);
    reply_header(request, digest ? DIGEST : "Trailer", digest ? digest : DIGEST);
    add_modified(request, head->modified);
}

void handle_file_get(HttpRequest *request)
{
    Problem *problem = NULL;
    ServiceFileHead head;
    Connections *connections = request->connection->owner;
    if (!connections_begin_wait(connections)) {
        reply_too_many_wait(request);
        return;
    }
    ServiceFile *file =
        service_file_get_begin(request->daemon, request->name, query_value(request, "path"), &head, &problem);
    if (file == NULL) {
        connections_end_wait(connections);
        reply_problem(request, problem);
        return;
    }
    FileStream *stream = g_new0(FileStream, 1);
    stream->file = file;
    stream->connection = request->connection;
    stream->connections = connections;
    reply_stream(request, stream, &head);
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
