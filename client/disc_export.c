// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl disc export: has a complete installation disc made for one machine, fetches it, and has the daemon
// forget it. The disc holds the answer file's secrets, so the file is readable by its owner only.
#include "client/api.h"
#include "client/options.h"
#include "client/report.h"
#include "client/request.h"
#include "client/terminal.h"
#include "client/transfer.h"
#include "client/verbs.h"
#include "client/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PARTIAL_SUFFIX ".part"

typedef struct {
    Client *client;
    const char *output;
    char *partial;
    int fd;
    guint64 written;
    int write_error; // errno
    TransferLine line;
} Download;

static gboolean on_bytes(const char *bytes, gsize length, gpointer data)
{
    Download *download = data;
    while (length > 0) {
        const gssize count = write(download->fd, bytes, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            download->write_error = errno;
            return FALSE;
        }
        bytes += count;
        length -= (gsize)count;
        download->written += (guint64)count;
    }
    return TRUE;
}

static void on_tick(gpointer data)
{
    Download *download = data;
    transfer_set(&download->line, download->written);
}

static ExitCode report_write(const Download *download, int number)
{
    return report_failure(download->client, EXIT_FAILED, "file", "cannot write %s: %s", download->output,
                          g_strerror(number));
}

static ExitCode fetch(Download *download, const char *path)
{
    g_autoptr(HttpAnswer) answer = NULL;
    const HttpRequest request = {
        .method = "GET", .path = path, .on_bytes = on_bytes, .on_tick = on_tick, .user_data = download
    };
    download->fd = open(download->partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (download->fd < 0 || fchmod(download->fd, 0600) != 0)
        return report_write(download, errno);
    transfer_begin(&download->line, "fetching", stderr, 0);
    ExitCode code = EXIT_OK;
    g_autoptr(GError) error = NULL;
    answer = http_send(client_http(download->client, &code), &request, &error);
    transfer_end(&download->line);
    if (download->write_error)
        return report_write(download, download->write_error);
    if (!answer)
        return report_http_error(download->client, error);
    if (answer->status != 200)
        return report_problem(download->client, answer);
    if (fsync(download->fd) != 0 || rename(download->partial, download->output) != 0)
        return report_write(download, errno);
    return EXIT_OK;
}

// Whatever came of it, the daemon need not keep the secrets any longer. A failure is not worth a word: it
// forgets the disc by itself.
static void forget(Client *client, const char *path)
{
    ExitCode ignored = EXIT_OK;
    const HttpRequest request = { .method = "DELETE", .path = path };
    http_answer_free(http_send(client_http(client, &ignored), &request, NULL));
}

static ExitCode ask(Client *client, const char *disc, json_object *request, json_object **ret_answer)
{
    g_autofree char *path = api_path("discs", disc, "exports", NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    char *body = g_strdup(json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN));
    ExitCode code = api_post(client, path, body, &answer);
    explicit_bzero(body, strlen(body)); // it may hold passwords
    g_free(body);
    return code == EXIT_OK ? api_document(client, answer, ret_answer) : code;
}

static ExitCode export_to(Client *client, const char *disc, json_object *request, const char *output,
                          const WatchLimits *limits)
{
    g_autoptr(json_object) answer = NULL;
    g_autoptr(json_object) ended = NULL;
    ExitCode code = ask(client, disc, request, &answer);
    if (code != EXIT_OK)
        return code;
    const char *job = json_string_member(json_object_object_get(answer, "job"), "id");
    const char *id = json_string_member(answer, "export");
    if (!job || !id)
        return report_failure(client, EXIT_FAILED, "unexpected-answer",
                              "the answer of sevend names no job or export");
    code = watch_job(client, job, disc, limits, &ended);
    if (code != EXIT_OK)
        return code;
    Download download = { .client = client, .output = output, .fd = -1 };
    g_autofree char *path = api_path("exports", id, NULL);
    download.partial = g_strconcat(output, PARTIAL_SUFFIX, NULL);
    code = fetch(&download, path);
    if (download.fd >= 0)
        close(download.fd);
    if (code != EXIT_OK)
        unlink(download.partial);
    g_free(download.partial);
    forget(client, path);
    if (code == EXIT_OK && client->json)
        api_print(ended);
    else if (code == EXIT_OK)
        printf("%s: %" G_GUINT64_FORMAT " bytes. It holds passwords: keep it as you keep them.\n", output,
               download.written);
    return code;
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_autofree char *output = NULL;
    WatchLimits limits = WATCH_LIMITS_DEFAULT;
    const GOptionEntry own[] = {
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "where to write the disc", "FILE" },
        WATCH_ENTRIES(limits),
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_autoptr(RequestOptions) options = request_options_new();
    g_autofree GOptionEntry *entries = request_entries(options, own);
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, arguments, &code);
    if (!words || !watch_limits_check(&limits, verb, &code))
        return code;
    if (!output)
        return report_usage(verb, "where to? Give --output FILE");
    g_autoptr(json_object) request = NULL;
    code = request_build(options, verb, NULL, &request);
    if (code != EXIT_OK)
        return code;
    if (!json_object_object_get_ex(request, "name", NULL)) // of no machine that sevend will know
        json_object_object_add(request, "name", json_object_new_string("export"));
    return export_to(client, words[0], request, output, &limits);
}

const Verb verb_disc_export = {
    .name = "disc export",
    .arguments = "DISC",
    .summary = "Make a complete unattended installation disc for another hypervisor",
    .notes = "The disc has everything of the vendor's, the drivers and the answer file on it, starts by "
             "BIOS, and needs no\n"
             "sevend. Put the hard disk before the CD in the machine's boot order. FILE holds the passwords "
             "of the\n"
             "request and is readable by you only; the daemon forgets its copy once it is fetched.\n",
    .examples = "  sevenctl disc export win7-sp1-x64 --template win7-pro-x64 --user tester --driver "
                "virtio-win-w7-amd64 -o x.iso\n"
                "  sevenctl disc export win7-sp1-x64 -f request.json -o x.iso\n",
    .run = run,
};
