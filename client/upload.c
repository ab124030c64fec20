// SPDX-License-Identifier: GPL-3.0-or-later
// Sends a file to the daemon and goes on where a broken connection or an earlier run stopped.
#include "client/upload.h"

#include "client/api.h"
#include "client/interrupt.h"
#include "client/report.h"
#include "client/terminal.h"
#include "client/transfer.h"
#include "common/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RETRY_MS   1000
#define SAMPLE     (1024 * 1024)
#define TAG_LENGTH 32

typedef struct {
    Client *client;
    const char *name, *file;
    const char *query; // "?…" of the request that sends, or NULL
    char *path;        // of the API
    char *digest;      // Repr-Digest's value, or NULL
    char *tag;
    int fd;
    guint64 size, offset; // @offset: what was sent, and what the daemon had before
    int read_error;       // errno
    TransferLine line;
} Upload;

static gssize on_read(char *buffer, gsize size, gpointer data)
{
    Upload *upload = data;
    const gssize count =
        pread(upload->fd, buffer, MIN(size, upload->size - upload->offset), (off_t)upload->offset);
    if (count <= 0) {
        upload->read_error = count < 0 ? errno : EIO; // the file has shrunk
        return -1;
    }
    upload->offset += (guint64)count;
    return count;
}

static void on_tick(gpointer data)
{
    Upload *upload = data;
    transfer_set(&upload->line, upload->offset);
}

// What this very file is known by, so that half of one file is never joined to half of another: its size, its
// time, its beginning and its end.
static gboolean make_tag(Upload *upload, const struct stat *info)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree char *text =
        g_strdup_printf("%" G_GUINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld\n", upload->size,
                        (gint64)info->st_mtim.tv_sec, info->st_mtim.tv_nsec);
    g_autofree guchar *bytes = g_malloc(SAMPLE);
    g_checksum_update(checksum, (const guchar *)text, -1);
    const off_t places[] = { 0, MAX(info->st_size - SAMPLE, 0) };
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        const gssize count = pread(upload->fd, bytes, SAMPLE, places[i]);
        if (count < 0)
            return FALSE;
        g_checksum_update(checksum, bytes, count);
    }
    upload->tag = g_strndup(g_checksum_get_string(checksum), TAG_LENGTH);
    return TRUE;
}

static ExitCode open_file(Upload *upload)
{
    struct stat info;
    upload->fd = open(upload->file, O_RDONLY | O_CLOEXEC);
    if (upload->fd < 0 || fstat(upload->fd, &info) != 0)
        return report_failure(upload->client, EXIT_FAILED, "file", "cannot read %s: %s", upload->file,
                              g_strerror(errno));
    if (!S_ISREG(info.st_mode) || info.st_size == 0)
        return report_failure(upload->client, EXIT_FAILED, "file", "%s is %s", upload->file,
                              S_ISREG(info.st_mode) ? "empty" : "not a regular file");
    upload->size = (guint64)info.st_size;
    if (!make_tag(upload, &info))
        return report_failure(upload->client, EXIT_FAILED, "file", "cannot read %s: %s", upload->file,
                              g_strerror(errno));
    return EXIT_OK;
}

// How much of this very file the daemon has. FALSE with @error if it does not answer.
static gboolean find_offset(Upload *upload, GError **error)
{
    ExitCode ignored = EXIT_OK;
    g_autofree char *path = g_strconcat(upload->path, "/upload", NULL);
    const HttpRequest request = { .method = "GET", .path = path };
    g_autoptr(HttpAnswer) answer = http_send(client_http(upload->client, &ignored), &request, error);
    g_autoptr(json_object) state = NULL;
    if (!answer)
        return FALSE;
    upload->offset = 0;
    if (answer->status == 200)
        state = json_parse(answer->body->str, answer->body->len, NULL);
    if (!json_object_is_type(state, json_type_object))
        return TRUE;
    const guint64 received = (guint64)json_int_member(state, "received", 0);
    if (!g_strcmp0(json_string_member(state, "tag"), upload->tag) && received < upload->size &&
        json_int_member(state, "total", 0) == (gint64)upload->size)
        upload->offset = received;
    return TRUE;
}

static HttpAnswer *send_rest(Upload *upload, GError **error)
{
    ExitCode ignored = EXIT_OK;
    g_autofree char *range =
        g_strdup_printf("Content-Range: bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
                        upload->offset, upload->size - 1, upload->size);
    g_autofree char *tag = g_strconcat("Upload-Tag: ", upload->tag, NULL);
    g_autofree char *digest = upload->digest ? g_strconcat("Repr-Digest: ", upload->digest, NULL) : NULL;
    const char *const headers[] = { "Content-Type: application/octet-stream", range, tag, digest, NULL };
    g_autofree char *path = g_strconcat(upload->path, upload->query, NULL);
    const HttpRequest request = {
        .method = "PUT",
        .path = path,
        .on_read = on_read,
        .body_length = upload->size - upload->offset,
        .headers = headers,
        .on_tick = on_tick,
        .user_data = upload,
    };
    transfer_resume(&upload->line, upload->offset);
    return http_send(client_http(upload->client, &ignored), &request, error);
}

// TRUE if it is worth trying again: the daemon is away or restarting, or still holds the broken connection's
// end of the upload.
static gboolean may_retry(const HttpAnswer *answer, const GError *error)
{
    if (!answer)
        return g_error_matches(error, HTTP_ERROR, HTTP_ERROR_BROKEN) ||
               g_error_matches(error, HTTP_ERROR, HTTP_ERROR_UNREACHABLE);
    return answer->status == 503 ||
           (answer->status == 409 && (strstr(answer->body->str, "\"upload-active\"") ||
                                      strstr(answer->body->str, "\"wrong-offset\"")));
}

// Sends until the daemon has all or says no. Gives up when nothing has moved for @retry_seconds.
static ExitCode send_file(Upload *upload, gint64 retry_seconds, HttpAnswer **ret_answer)
{
    gint64 moved = g_get_monotonic_time();
    guint64 furthest = 0;
    gboolean begun = FALSE; // a daemon that never answered is not waited for
    for (;;) {
        g_autoptr(GError) error = NULL;
        g_autoptr(HttpAnswer) answer = NULL;
        if (find_offset(upload, &error))
            answer = send_rest(upload, &error);
        transfer_end(&upload->line);
        if (upload->read_error)
            return report_failure(upload->client, EXIT_FAILED, "file", "cannot read %s: %s", upload->file,
                                  g_strerror(upload->read_error));
        if (answer && answer->status >= 200 && answer->status <= 299) {
            *ret_answer = g_steal_pointer(&answer);
            return EXIT_OK;
        }
        if (upload->offset > furthest) {
            begun = TRUE;
            furthest = upload->offset;
            moved = g_get_monotonic_time();
        }
        const gboolean late = g_get_monotonic_time() - moved > retry_seconds * G_USEC_PER_SEC;
        if (!may_retry(answer, error) || late || (!begun && !answer))
            return answer ? report_problem(upload->client, answer) : report_http_error(upload->client, error);
        if (!upload->client->json)
            fprintf(stderr, "sevenctl: the upload was interrupted; trying to go on\n");
        if (!interrupt_sleep(RETRY_MS))
            return report_failure(upload->client, EXIT_INTERRUPTED, "interrupted",
                                  "interrupted; the same command goes on where this one stopped");
    }
}

static ExitCode send(Upload *upload, gint64 retry_seconds, HttpAnswer **ret_answer)
{
    const ExitCode code = open_file(upload);
    if (code != EXIT_OK)
        return code;
    interrupt_catch();
    transfer_begin(&upload->line, upload->name, stderr, upload->size);
    return send_file(upload, retry_seconds, ret_answer);
}

GOptionEntry *upload_entries(UploadOptions *options, const GOptionEntry *more)
{
    const GOptionEntry entries[] = {
        { "sha256", 0, 0, G_OPTION_ARG_STRING, &options->sha256, "what the file must hash to", "HEX" },
        { "retry", 0, 0, G_OPTION_ARG_INT64, &options->retry_seconds,
          "how long to try again while nothing moves (default: 120)", "SECONDS" },
    };
    gsize count = 0;
    while (more && more[count].long_name)
        count++;
    GOptionEntry *all = g_new0(GOptionEntry, G_N_ELEMENTS(entries) + count + 1);
    memcpy(all, entries, sizeof entries);
    if (count)
        memcpy(all + G_N_ELEMENTS(entries), more, count * sizeof *more);
    return all;
}

ExitCode upload_send(Client *client, const Verb *verb, const UploadOptions *options,
                     const UploadTarget *target, HttpAnswer **ret_answer)
{
    ExitCode code = EXIT_OK;
    if (options->retry_seconds < 0 || options->retry_seconds > G_MAXINT32)
        return report_usage(verb, "--retry takes a number of seconds");
    if (!client_http(client, &code))
        return code;
    Upload upload = {
        .client = client, .name = target->name, .file = target->file, .fd = -1, .query = target->query
    };
    upload.digest = options->sha256 ? digest_field(options->sha256) : NULL;
    if (options->sha256 && !upload.digest)
        return report_usage(verb, "--sha256 takes 64 hexadecimal digits");
    upload.path = api_path(target->collection, target->name, NULL);
    code = send(&upload, options->retry_seconds, ret_answer);
    if (upload.fd >= 0)
        close(upload.fd);
    g_free(upload.path);
    g_free(upload.digest);
    g_free(upload.tag);
    return code;
}
