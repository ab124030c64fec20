// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl cp: files and folders into a machine and out of it.
#include "client/api.h"
#include "client/copy.h"
#include "client/interrupt.h"
#include "client/options.h"
#include "client/report.h"
#include "client/terminal.h"
#include "client/verbs.h"

#include <stdio.h>
#include <string.h>

char *copy_api_path(const Copy *copy, const char *resource, const char *path)
{
    g_autofree char *base = api_path("vms", copy->machine, resource, NULL);
    g_autofree char *escaped = g_uri_escape_string(path, "/:", FALSE);
    return g_strdup_printf("%s?path=%s", base, escaped);
}

gboolean copy_refused_as(const HttpAnswer *answer, const char *code)
{
    g_autoptr(json_object) problem = json_parse(answer->body->str, answer->body->len, NULL);
    return problem && g_strcmp0(json_string_member(problem, "code"), code) == 0;
}

ExitCode copy_look(const Copy *copy, const char *path, json_object **ret_found)
{
    g_autofree char *api = copy_api_path(copy, "folder", path);
    g_autoptr(GError) error = NULL;
    ExitCode code = EXIT_OK;
    const HttpRequest request = { .method = "GET", .path = api };
    g_autoptr(HttpAnswer) answer = http_send(client_http(copy->client, &code), &request, &error);
    if (!answer)
        return report_http_error(copy->client, error);
    if (answer->status == 404 && copy_refused_as(answer, "not-found-in-machine"))
        return EXIT_OK;
    if (answer->status != 200)
        return report_problem(copy->client, answer);
    return api_document(copy->client, answer, ret_found);
}

void copy_told(Copy *copy, const char *from, const char *to, guint64 bytes)
{
    copy->files++;
    copy->bytes += bytes;
    if (copy->client->json || copy->quiet)
        return;
    g_autofree char *line = g_strdup_printf("%s -> %s\n", from, to);
    safe_write(stdout, line, strlen(line));
    fflush(stdout);
}

// "NAME:C:\\path"; a host's path has no colon before its first slash. NULL if it is none; else the path, and
// *@ret_machine is to be freed.
static const char *path_in_machine(const char *word, char **ret_machine)
{
    const char *colon = strchr(word, ':');
    if (!colon || colon == word || memchr(word, '/', (gsize)(colon - word)))
        return NULL;
    *ret_machine = g_strndup(word, (gsize)(colon - word));
    return colon + 1;
}

static ExitCode copy_each(Copy *copy, char **sources, const char *target)
{
    ExitCode code = EXIT_OK;
    for (char **source = sources; code == EXIT_OK && *source; source++)
        code = copy_in(copy, *source, target);
    return code;
}

static ExitCode conclude(const Copy *copy, ExitCode code)
{
    if (code == EXIT_OK && copy->client->json) {
        g_autoptr(json_object) result = json_object_new_object();
        json_object_object_add(result, "files", json_object_new_int64(copy->files));
        json_object_object_add(result, "bytes", json_object_new_uint64(copy->bytes));
        api_print(result);
    }
    return code;
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    gboolean quiet = FALSE;
    const GOptionEntry entries[] = {
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "no line for each file", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 2, G_MAXINT, arguments, &code);
    if (!words)
        return code;
    const guint last = g_strv_length(words) - 1;
    g_autofree char *from_machine = NULL, *to_machine = NULL, *target = g_strdup(words[last]);
    const char *from = path_in_machine(words[0], &from_machine);
    const char *to = path_in_machine(target, &to_machine);
    if ((from == NULL) == (to == NULL) || (from && last > 1))
        return report_usage(verb, "one side is on the host, the other NAME:C:\\path in a machine");
    for (guint i = 0; i <= last; i++)
        if (!g_utf8_validate(words[i], -1, NULL))
            return report_usage(verb, "a path is not UTF-8");
    interrupt_catch(); // so that what has come in part is removed
    Copy copy = { .client = client, .machine = from ? from_machine : to_machine, .quiet = quiet };
    if (from)
        return conclude(&copy, copy_out(&copy, from, target));
    g_clear_pointer(&words[last], g_free);
    return conclude(&copy, copy_each(&copy, words, to));
}

const Verb verb_cp = {
    .name = "cp",
    .arguments = "SOURCE… TARGET",
    .summary = "Copy files and folders into a machine or out of it",
    .notes = "A path in a machine is NAME:C:\\folder\\file, or with slashes. Times are kept. A file has its "
             "name\n"
             "only once it is whole and its SHA-256 here is the machine's. Small ones go over the machine's "
             "serial\n"
             "port, large ones in on a disc and out past Windows.\n",
    .examples = "  sevenctl cp setup.exe compat-01:C:/work/\n"
                "  sevenctl cp compat-01:C:/work/setup.log .\n"
                "  sevenctl cp tests/ compat-01:C:/tests\n",
    .run = run,
};
