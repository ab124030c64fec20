// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl job evidence: what was kept of a job that failed.
#include "client/api.h"
#include "client/options.h"
#include "client/report.h"
#include "client/show.h"
#include "client/terminal.h"
#include "client/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void print_list(json_object *document)
{
    static const char *const headers[] = { "FILE", "SIZE", "TYPE", NULL };
    json_object *files = json_object_object_get(document, "files");
    const gsize count = json_object_is_type(files, json_type_array) ? json_object_array_length(files) : 0;
    g_autoptr(Table) table = table_new(headers);
    for (gsize i = 0; i < count; i++) {
        json_object *file = json_object_array_get_idx(files, i);
        g_autofree char *size = size_text(file, "size");
        table_add(table, json_string_member(file, "name"), size, json_string_member(file, "type"));
    }
    if (count)
        table_print(table, stdout);
    else
        puts("nothing was kept: evidence is of jobs that fail while they install");
}

// The daemon is not let name files anywhere but in the folder.
static gboolean name_is_safe(const char *name)
{
    return name && *name && *name != '.' && !strchr(name, '/');
}

static ExitCode write_file(const Client *client, const char *path, const GString *bytes)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    gsize done = 0;
    while (fd >= 0 && done < bytes->len) {
        const gssize count = write(fd, bytes->str + done, bytes->len - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            break;
        done += (gsize)count;
    }
    const int reason = errno;
    if (fd >= 0 && (close(fd) == 0 && done == bytes->len))
        return EXIT_OK;
    return report_failure(client, EXIT_FAILED, "cannot-write", "cannot write %s: %s", path,
                          g_strerror(reason));
}

static ExitCode fetch_one(Client *client, const char *job, json_object *file, const char *folder)
{
    const char *name = json_string_member(file, "name"), *wanted = json_string_member(file, "sha256");
    if (!name_is_safe(name))
        return report_failure(client, EXIT_FAILED, "unexpected-answer", "the answer of sevend names no file");
    g_autofree char *path = api_path("jobs", job, "evidence", name, NULL);
    g_autofree char *target = g_build_filename(folder, name, NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    ExitCode code = api_get(client, path, &answer);
    if (code != EXIT_OK)
        return code;
    g_autofree char *sha256 =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)answer->body->str, answer->body->len);
    if (g_strcmp0(sha256, wanted) != 0)
        return report_failure(client, EXIT_FAILED, "digest-mismatch", "%s did not arrive as it was kept",
                              name);
    code = write_file(client, target, answer->body);
    if (code == EXIT_OK && !client->json) {
        g_autofree char *shown = safe_line(target);
        puts(shown);
    }
    return code;
}

static ExitCode fetch(Client *client, const char *job, json_object *document, const char *folder)
{
    json_object *files = json_object_object_get(document, "files");
    const gsize count = json_object_is_type(files, json_type_array) ? json_object_array_length(files) : 0;
    ExitCode code = EXIT_OK;
    if (g_mkdir_with_parents(folder, 0755) != 0)
        return report_failure(client, EXIT_FAILED, "cannot-write", "cannot make %s: %s", folder,
                              g_strerror(errno));
    for (gsize i = 0; i < count && code == EXIT_OK; i++)
        code = fetch_one(client, job, json_object_array_get_idx(files, i), folder);
    if (code == EXIT_OK && client->json)
        api_print(document);
    return code;
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_autofree char *folder = NULL;
    const GOptionEntry entries[] = {
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &folder, "write the files there", "FOLDER" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, arguments, &code);
    if (!words)
        return code;
    g_autofree char *path = api_path("jobs", words[0], "evidence", NULL);
    if (!folder)
        return api_show(client, path, print_list);
    g_autoptr(HttpAnswer) answer = NULL;
    g_autoptr(json_object) document = NULL;
    code = api_get(client, path, &answer);
    if (code == EXIT_OK)
        code = api_document(client, answer, &document);
    return code == EXIT_OK ? fetch(client, words[0], document, folder) : code;
}

const Verb verb_job_evidence = {
    .name = "job evidence",
    .arguments = "ID",
    .summary = "What was kept of a job that failed",
    .notes = "The last screens, the console, Setup's logs, the answer file without its secrets, the domain's "
             "XML and\n"
             "the versions of everything. It stays when the machine is deleted.\n",
    .examples = "  sevenctl job evidence 01hzxk0000000000000000000a\n"
                "  sevenctl job evidence 01hzxk0000000000000000000a --output evidence/\n",
    .run = run,
};
