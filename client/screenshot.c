// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl screenshot: a machine's screen as PNG into a file.
#include "client/api.h"
#include "client/options.h"
#include "client/region.h"
#include "client/report.h"
#include "client/terminal.h"
#include "client/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// Written in place, not renamed into it: FILE may be a pipe or a device.
static ExitCode write_file(const Client *client, const char *file, const GString *bytes)
{
    FILE *stream = fopen(file, "we");
    gboolean ok = stream != NULL;
    if (stream) {
        ok = fwrite(bytes->str, 1, bytes->len, stream) == bytes->len;
        ok = fclose(stream) == 0 && ok;
    }
    if (!ok)
        return report_failure(client, EXIT_FAILED, "cannot-write", "cannot write %s: %s", file,
                              g_strerror(errno));
    return EXIT_OK;
}

// Prints the hash of a part of the screen, for wait-for.
static ExitCode print_hash(Client *client, const Verb *verb, const char *machine, const char *place)
{
    Region region;
    if (!region_parse(place, &region))
        return report_usage(verb, "--hash takes X,Y,WxH");
    g_autofree char *path = api_path("vms", machine, "screen-hash", NULL);
    g_autofree char *query = g_strdup_printf("%s?x=%u&y=%u&width=%u&height=%u", path, region.x, region.y,
                                             region.width, region.height);
    g_autoptr(HttpAnswer) answer = NULL;
    g_autoptr(json_object) document = NULL;
    ExitCode code = api_get(client, query, &answer);
    if (code == EXIT_OK)
        code = api_document(client, answer, &document);
    if (code != EXIT_OK)
        return code;
    g_autofree char *hash = safe_line(json_string_member(document, "sha256"));
    if (client->json)
        api_print_raw(answer);
    else
        puts(hash);
    return EXIT_OK;
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    static const char signature[] = "\x89PNG\r\n\x1a\n"; // PNG specification, section 5.2
    ExitCode code = EXIT_OK;
    g_autofree char *file = NULL, *hash = NULL;
    const GOptionEntry entries[] = {
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &file,
          "where to write it (default: NAME.png; \"-\": standard output)", "FILE" },
        { "hash", 0, 0, G_OPTION_ARG_STRING, &hash,
          "print the hash of a part of the screen instead, for wait-for --screen", "X,Y,WxH" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, arguments, &code);
    if (!words)
        return code;
    if (hash)
        return print_hash(client, verb, words[0], hash);
    if (!file && strchr(words[0], '/'))
        return report_usage(verb, "\"%s\" is no machine's name", words[0]);
    if (!file)
        file = g_strconcat(words[0], ".png", NULL);
    gboolean to_stdout = !strcmp(file, "-");
    if (to_stdout && isatty(STDOUT_FILENO))
        return report_usage(verb, "will not write a picture onto the terminal");
    g_autofree char *path = api_path("vms", words[0], "screenshot", NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    code = api_get(client, path, &answer);
    if (code != EXIT_OK)
        return code;
    if (answer->body->len < sizeof signature - 1 ||
        memcmp(answer->body->str, signature, sizeof signature - 1) != 0)
        return report_failure(client, EXIT_FAILED, "unexpected-answer",
                              "the answer of sevend is not a PNG picture");
    if (to_stdout) {
        fwrite(answer->body->str, 1, answer->body->len, stdout);
        return EXIT_OK;
    }
    code = write_file(client, file, answer->body);
    if (code != EXIT_OK)
        return code;
    g_autofree char *name = safe_line(file);
    if (client->json) {
        g_autoptr(json_object) document = json_object_new_object();
        json_object_object_add(document, "file", json_object_new_string(name));
        json_object_object_add(document, "size", json_object_new_int64((gint64)answer->body->len));
        api_print(document);
    } else {
        puts(name);
    }
    return EXIT_OK;
}

const Verb verb_screenshot = {
    .name = "screenshot",
    .arguments = "NAME",
    .summary = "Save a picture of a machine's screen (PNG)",
    .examples = "  sevenctl screenshot compat-01\n"
                "  sevenctl screenshot compat-01 -o - | display\n",
    .run = run,
};
