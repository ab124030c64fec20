// SPDX-License-Identifier: GPL-3.0-or-later
// From the host into a machine.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/api.h"
#include "client/copy.h"
#include "client/interrupt.h"
#include "client/report.h"
#include "client/transfer.h"
#include "common/digest.h"

#define PIECE_BYTES (256 * 1024)

typedef struct {
    int fd;
    guint64 sent;
    int read_error;
    char *sha256; // of the file before it is sent, hex
    TransferLine line;
} Departure;

// The first @size bytes, which are what is sent, also of a file that grows. Before they are: so the daemon
// can refuse what comes otherwise, and the machine never has that under the file's name.
static gboolean hash(Departure *departure, off_t size)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree guchar *piece = g_malloc(PIECE_BYTES);
    off_t done = 0;
    while (done < size && !interrupted()) {
        const gssize count = pread(departure->fd, piece, (gsize)MIN(PIECE_BYTES, size - done), done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return FALSE;
        if (count == 0)
            break; // it has shrunk: sending it will say so
        g_checksum_update(checksum, piece, count);
        done += count;
    }
    departure->sha256 = g_strdup(g_checksum_get_string(checksum));
    return TRUE;
}

static gssize on_read(char *buffer, gsize size, gpointer data)
{
    Departure *departure = data;
    gssize count;
    do
        count = read(departure->fd, buffer, size);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        departure->read_error = errno;
    else
        departure->sent += (guint64)count;
    return count;
}

static void on_tick(gpointer data)
{
    Departure *departure = data;
    transfer_set(&departure->line, departure->sent);
}

static char *put_path(const Copy *copy, const char *to, const struct stat *info)
{
    g_autofree char *path = copy_api_path(copy, "files", to);
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(info->st_mtim.tv_sec);
    g_autofree char *text = g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
    return g_strdup_printf("%s&modified=%s", path, text);
}

// What the machine has is what was here.
static ExitCode verify(const Copy *copy, const char *to, const HttpAnswer *answer, const char *sha256)
{
    g_autoptr(json_object) file = NULL;
    const ExitCode code = api_document(copy->client, answer, &file);
    if (code != EXIT_OK)
        return code;
    const char *there = json_string_member(file, "sha256");
    if (g_strcmp0(there, sha256) == 0)
        return EXIT_OK;
    return report_failure(copy->client, EXIT_FAILED, "digest-mismatch",
                          "%s in the machine is not what was sent: its SHA-256 is %s, not %s", to,
                          there ? there : "not told", sha256);
}

static ExitCode send_file(Copy *copy, const char *from, const char *to, Departure *departure,
                          const struct stat *info)
{
    g_autofree char *path = put_path(copy, to, info), *field = digest_field(departure->sha256);
    g_autofree char *digest = g_strconcat("Repr-Digest: ", field, NULL);
    const char *const headers[] = { digest, NULL };
    g_autoptr(HttpAnswer) answer = NULL;
    g_autoptr(GError) error = NULL;
    ExitCode code = EXIT_OK;
    const HttpRequest request = { .method = "PUT",
                                  .path = path,
                                  .headers = headers,
                                  .on_read = on_read,
                                  .body_length = (guint64)info->st_size,
                                  .on_tick = on_tick,
                                  .user_data = departure };
    transfer_begin(&departure->line, from, stderr, (guint64)info->st_size);
    departure->line.after = "the machine takes it in";
    answer = http_send(client_http(copy->client, &code), &request, &error);
    transfer_end(&departure->line);
    if (departure->read_error)
        return report_failure(copy->client, EXIT_FAILED, "file", "cannot read %s: %s", from,
                              g_strerror(departure->read_error));
    if (!answer)
        return report_http_error(copy->client, error);
    if (answer->status / 100 != 2) {
        code = report_problem(copy->client, answer);
        return copy_refused_as(answer, "digest-mismatch") ? EXIT_FAILED
                                                          : code; // nothing that was asked is wrong
    }
    code = verify(copy, to, answer, departure->sha256);
    if (code == EXIT_OK)
        copy_told(copy, from, to, departure->sent);
    return code;
}

static ExitCode put_file(Copy *copy, const char *from, const char *to)
{
    struct stat info;
    Departure departure = { .fd = open(from, O_RDONLY | O_CLOEXEC) };
    ExitCode code;
    if (departure.fd < 0 || fstat(departure.fd, &info) != 0 || !hash(&departure, info.st_size))
        code =
            report_failure(copy->client, EXIT_FAILED, "file", "cannot read %s: %s", from, g_strerror(errno));
    else
        code = send_file(copy, from, to, &departure, &info);
    if (departure.fd >= 0)
        close(departure.fd);
    g_free(departure.sha256);
    return code;
}

static ExitCode make_folder(const Copy *copy, const char *to)
{
    g_autofree char *path = copy_api_path(copy, "folder", to);
    const HttpRequest request = { .method = "PUT", .path = path };
    g_autoptr(HttpAnswer) answer = NULL;
    return api_call(copy->client, &request, &answer);
}

static ExitCode put_any(Copy *copy, const char *from, const char *to);

static ExitCode put_folder(Copy *copy, const char *from, const char *to)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) folder = g_dir_open(from, 0, &error);
    if (!folder)
        return report_failure(copy->client, EXIT_FAILED, "file", "%s", error->message);
    ExitCode code = make_folder(copy, to);
    const char *name;
    while (code == EXIT_OK && (name = g_dir_read_name(folder))) {
        g_autofree char *inner_from = g_build_filename(from, name, NULL);
        g_autofree char *inner_to = g_strconcat(to, "/", name, NULL);
        code = put_any(copy, inner_from, inner_to);
    }
    return code;
}

static ExitCode put_any(Copy *copy, const char *from, const char *to)
{
    struct stat info;
    if (stat(from, &info) != 0)
        return report_failure(copy->client, EXIT_FAILED, "file", "cannot read %s: %s", from,
                              g_strerror(errno));
    if (S_ISDIR(info.st_mode))
        return put_folder(copy, from, to);
    if (!S_ISREG(info.st_mode))
        return report_failure(copy->client, EXIT_FAILED, "file", "%s is neither a file nor a folder", from);
    return put_file(copy, from, to);
}

// A folder that is there, or a path that ends as one.
static ExitCode is_folder(const Copy *copy, const char *to, gboolean *ret_folder)
{
    g_autoptr(json_object) found = NULL;
    *ret_folder = g_str_has_suffix(to, "/") || g_str_has_suffix(to, "\\");
    if (*ret_folder)
        return EXIT_OK;
    const ExitCode code = copy_look(copy, to, &found);
    *ret_folder = found && g_strcmp0(json_string_member(found, "type"), "folder") == 0;
    return code;
}

ExitCode copy_in(Copy *copy, const char *from, const char *to)
{
    gboolean folder = FALSE;
    ExitCode code = is_folder(copy, to, &folder);
    if (code != EXIT_OK)
        return code;
    g_autofree char *real = g_canonicalize_filename(from, NULL);
    g_autofree char *name = g_path_get_basename(real);
    const gboolean slash = g_str_has_suffix(to, "/") || g_str_has_suffix(to, "\\");
    g_autofree char *target = folder ? g_strconcat(to, slash ? "" : "/", name, NULL) : g_strdup(to);
    return put_any(copy, from, target);
}
