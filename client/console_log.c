// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl console-log: what the guest wrote to its first serial port; with --follow, also what it goes on to
// write.
#include "client/api.h"
#include "client/interrupt.h"
#include "client/options.h"
#include "client/report.h"
#include "client/terminal.h"
#include "client/verbs.h"

#include <stdio.h>
#include <string.h>

#define POLL_MS      500
#define RETRY_ROUNDS 240 // of POLL_MS each, while sevend is away

// Bytes of @text that do not end within a UTF-8 character: the rest of it is still to come.
static gsize whole_characters(const char *text, gsize length)
{
    for (gsize back = 1; back <= 3 && back <= length; back++) {
        const char *at = text + length - back;
        if (((guchar)*at & 0xc0) == 0x80)
            continue; // a continuation byte: look for its first
        return g_utf8_get_char_validated(at, (gssize)back) == (gunichar)-2 ? length - back : length;
    }
    return length;
}

// Prints what lies beyond @seen bytes; returns how many have been seen now. The log only grows, unless the
// machine was made anew: then it is shown from its beginning.
static gsize print_new(const GString *log, gsize seen)
{
    if (log->len < seen)
        seen = 0;
    gsize fresh = whole_characters(log->str + seen, log->len - seen);
    safe_write(stdout, log->str + seen, fresh);
    fflush(stdout);
    return seen + fresh;
}

static ExitCode follow(Client *client, const char *path)
{
    HttpRequest request = { .method = "GET", .path = path };
    gsize seen = 0;
    guint rounds_away = 0;
    do {
        g_autoptr(GError) error = NULL;
        g_autoptr(HttpAnswer) answer = http_send(client->http, &request, &error);
        gboolean away = !answer || exit_code_of_status(answer->status) == EXIT_UNREACHABLE;
        if (g_error_matches(error, HTTP_ERROR, HTTP_ERROR_INTERRUPTED))
            break;
        if (answer && answer->status != 200 && !away)
            return report_problem(client, answer);
        if (away && ++rounds_away == 1)
            fprintf(stderr, "sevenctl: %s; trying again\n",
                    error ? error->message : "sevend cannot serve now");
        if (away && rounds_away > RETRY_ROUNDS)
            return error ? report_http_error(client, error) : report_problem(client, answer);
        if (!away) {
            rounds_away = 0;
            seen = print_new(answer->body, seen);
        }
    } while (interrupt_sleep(POLL_MS));
    return EXIT_INTERRUPTED;
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    gboolean following = FALSE;
    const GOptionEntry entries[] = {
        { "follow", 'f', 0, G_OPTION_ARG_NONE, &following,
          "go on as it grows, until Ctrl-C or the machine is gone", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, arguments, &code);
    if (!words)
        return code;
    if (following && client->json)
        return report_usage(verb, "--follow and --json exclude each other");
    g_autofree char *path = api_path("vms", words[0], "console-log", NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    code =
        api_get(client, path, &answer); // a wrong name or an absent daemon ends it here, also with --follow
    if (code != EXIT_OK)
        return code;
    if (following) {
        interrupt_catch();
        return follow(client, path);
    }
    if (client->json)
        api_print_text(answer, "console_log");
    else
        safe_write(stdout, answer->body->str, answer->body->len);
    return EXIT_OK;
}

const Verb verb_console_log = {
    .name = "console-log",
    .arguments = "NAME",
    .summary = "Print what a machine wrote to its serial console (COM1)",
    .notes = "It comes from the guest, so onto a terminal control characters are written out; files get it "
             "as it is.\n",
    .examples = "  sevenctl console-log compat-01\n"
                "  sevenctl console-log compat-01 -f\n",
    .run = run,
};
