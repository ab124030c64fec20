// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/download.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/api.h"
#include "client/report.h"
#include "client/transfer.h"
#include "common/digest.h"

#define PARTIAL_SUFFIX ".part"

typedef struct {
    Client *client;
    const Download *download;
    char *partial;
    int fd;
    guint64 written;
    int write_error;     // errno
    GChecksum *checksum; // of what came, or NULL
    TransferLine line;
} Arrival;

static gboolean on_bytes(const char *bytes, gsize length, gpointer data)
{
    Arrival *arrival = data;
    if (arrival->checksum)
        g_checksum_update(arrival->checksum, (const guchar *)bytes, (gssize)length);
    while (length > 0) {
        const gssize count = write(arrival->fd, bytes, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            arrival->write_error = errno;
            return FALSE;
        }
        bytes += count;
        length -= (gsize)count;
        arrival->written += (guint64)count;
    }
    return TRUE;
}

static void on_tick(gpointer data)
{
    Arrival *arrival = data;
    transfer_set(&arrival->line, arrival->written);
}

static ExitCode report_write(const Arrival *arrival, int number)
{
    return report_failure(arrival->client, EXIT_FAILED, "file", "cannot write %s: %s",
                          arrival->download->output, g_strerror(number));
}

// What was read where it comes from is what is here: nothing on the way is trusted with that.
static ExitCode verify(const Arrival *arrival, const HttpAnswer *answer)
{
    if (!arrival->checksum)
        return EXIT_OK;
    const char *output = arrival->download->output, *here = g_checksum_get_string(arrival->checksum);
    g_autofree char *there = answer->repr_digest ? digest_sha256(answer->repr_digest) : NULL;
    if (!there)
        return report_failure(arrival->client, EXIT_FAILED, "digest-missing",
                              "%s cannot be verified and was not kept: sevend does not say its SHA-256",
                              output);
    if (strcmp(there, here) == 0)
        return EXIT_OK;
    return report_failure(arrival->client, EXIT_FAILED, "digest-mismatch",
                          "%s was not kept: what came has the SHA-256 %s, what was sent %s", output, here,
                          there);
}

static gboolean keep(const Arrival *arrival)
{
    const struct timespec times[2] = { { .tv_nsec = UTIME_NOW }, { .tv_sec = arrival->download->modified } };
    return (arrival->download->modified == 0 || futimens(arrival->fd, times) == 0) &&
           fsync(arrival->fd) == 0 && rename(arrival->partial, arrival->download->output) == 0;
}

static ExitCode fetch(Arrival *arrival, const char *path)
{
    g_autoptr(HttpAnswer) answer = NULL;
    const Download *download = arrival->download;
    const HttpRequest request = {
        .method = "GET", .path = path, .on_bytes = on_bytes, .on_tick = on_tick, .user_data = arrival
    };
    arrival->fd =
        open(arrival->partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, download->mode);
    if (arrival->fd < 0 || (download->mode == 0600 && fchmod(arrival->fd, 0600) != 0))
        return report_write(arrival, errno);
    transfer_begin(&arrival->line, download->title, stderr, download->total);
    ExitCode code = EXIT_OK;
    g_autoptr(GError) error = NULL;
    answer = http_send(client_http(arrival->client, &code), &request, &error);
    transfer_end(&arrival->line);
    if (arrival->write_error)
        return report_write(arrival, arrival->write_error);
    if (!answer)
        return report_http_error(arrival->client, error);
    if (answer->status != 200)
        return report_problem(arrival->client, answer);
    code = verify(arrival, answer);
    if (code != EXIT_OK)
        return code;
    return keep(arrival) ? EXIT_OK : report_write(arrival, errno);
}

ExitCode download_file(Client *client, const char *path, const Download *download, guint64 *ret_bytes)
{
    Arrival arrival = { .client = client, .download = download, .fd = -1 };
    arrival.partial = g_strconcat(download->output, PARTIAL_SUFFIX, NULL);
    arrival.checksum = download->verify ? g_checksum_new(G_CHECKSUM_SHA256) : NULL;
    const ExitCode code = fetch(&arrival, path);
    g_clear_pointer(&arrival.checksum, g_checksum_free);
    if (arrival.fd >= 0)
        close(arrival.fd);
    if (code != EXIT_OK)
        unlink(arrival.partial);
    g_free(arrival.partial);
    if (ret_bytes)
        *ret_bytes = arrival.written;
    return code;
}
