// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl exec: runs a command in the guest and passes on what it wrote.
#include "client/api.h"
#include "client/options.h"
#include "client/report.h"
#include "client/terminal.h"
#include "client/verbs.h"

#include <stdio.h>
#include <string.h>

#define ANSWER_GRACE_SECONDS 60 // beyond the command's own limit: the daemon kills and answers

typedef struct {
    gint64 timeout_seconds;
    char *folder;
    gboolean pass_exit_code;
} ExecOptions;

static json_object *build_body(const ExecOptions *options, char **command)
{
    json_object *body = json_object_new_object();
    json_object *words = json_object_new_array();
    json_object_object_add(body, "argv", words);
    for (char **word = command; *word; word++)
        json_object_array_add(words, json_object_new_string(*word));
    if (options->folder)
        json_object_object_add(body, "cwd", json_object_new_string(options->folder));
    if (options->timeout_seconds)
        json_object_object_add(body, "timeout_seconds", json_object_new_int64(options->timeout_seconds));
    return body;
}

static void pass_on(json_object *result, const char *member, FILE *stream)
{
    g_autofree char *encoding_member = g_strconcat(member, "_encoding", NULL);
    const char *text = json_string_member(result, member);
    if (!text)
        return;
    if (!g_strcmp0(json_string_member(result, encoding_member), "base64")) {
        gsize length = 0;
        g_autofree guchar *bytes = g_base64_decode(text, &length);
        safe_write(stream, (const char *)bytes, length);
    } else {
        // Not strlen(): what the command wrote may hold NUL.
        gsize length = (gsize)json_object_get_string_len(json_object_object_get(result, member));
        safe_write(stream, text, length);
    }
    fflush(stream);
}

// A process's exit code has 32 bits in Windows and 8 here: what is not 0 there must not become 0.
static int narrow(gint64 exit_code)
{
    int low = (int)((guint64)exit_code & 0xff);
    return exit_code != 0 && low == 0 ? EXIT_FAILED : low;
}

static ExitCode conclude(const Client *client, json_object *result, const ExecOptions *options)
{
    gint64 exit_code = json_int_member(result, "exit_code", -1);
    if (!client->json && json_object_get_boolean(json_object_object_get(result, "truncated")))
        fprintf(stderr, "sevenctl: the command wrote more than sevend passes on; the rest is lost\n");
    if (json_object_get_boolean(json_object_object_get(result, "timed_out"))) {
        if (!client->json)
            fprintf(stderr,
                    "sevenctl: the command took too long and was killed (more time: --timeout SECONDS)\n");
        return EXIT_TIMED_OUT;
    }
    if (options->pass_exit_code)
        return (ExitCode)narrow(exit_code);
    if (exit_code == 0)
        return EXIT_OK;
    if (!client->json)
        fprintf(stderr,
                "sevenctl: the command ended with exit code %" G_GINT64_FORMAT " (0x%" G_GINT64_MODIFIER
                "X)\n",
                exit_code, (guint64)exit_code & 0xffffffff);
    return EXIT_FAILED;
}

static ExitCode execute(Client *client, const char *machine, char **command, const ExecOptions *options)
{
    g_autofree char *path = api_path("vms", machine, "exec", NULL);
    g_autoptr(json_object) body = build_body(options, command);
    HttpRequest request = {
        .method = "POST",
        .path = path,
        .body = json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN),
    };
    if (options->timeout_seconds)
        request.deadline =
            g_get_monotonic_time() + (options->timeout_seconds + ANSWER_GRACE_SECONDS) * G_USEC_PER_SEC;
    g_autoptr(HttpAnswer) answer = NULL;
    g_autoptr(json_object) result = NULL;
    ExitCode code = api_call(client, &request, &answer);
    if (code == EXIT_OK)
        code = api_document(client, answer, &result);
    if (code != EXIT_OK)
        return code;
    if (client->json) {
        api_print_raw(answer);
    } else {
        pass_on(result, "stdout", stdout);
        pass_on(result, "stderr", stderr);
    }
    return conclude(client, result, options);
}

// Everything after the first "--" is the guest's and must not be read as options. Returns what stands before
// it (the caller frees); *@ret_command: what follows, borrowed, or NULL.
static char **split_command(char **arguments, char ***ret_command)
{
    g_autoptr(GStrvBuilder) own = g_strv_builder_new();
    char **word = arguments;
    for (; *word && strcmp(*word, "--") != 0; word++)
        g_strv_builder_add(own, *word);
    *ret_command = *word ? word + 1 : NULL;
    return g_strv_builder_end(own);
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    char **command = NULL;
    g_auto(GStrv) own = split_command(arguments, &command);
    ExecOptions options = { 0 };
    g_autofree char *folder = NULL;
    const GOptionEntry entries[] = {
        { "timeout", 0, 0, G_OPTION_ARG_INT64, &options.timeout_seconds,
          "kill the command after this long (exit code 124)", "SECONDS" },
        { "cwd", 0, 0, G_OPTION_ARG_FILENAME, &folder, "working folder in the guest", "DIR" },
        { "exit-code", 0, 0, G_OPTION_ARG_NONE, &options.pass_exit_code,
          "exit with the command's own exit code (its low 8 bits)", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, own, &code);
    if (!words)
        return code;
    options.folder = folder;
    if (!command || !*command)
        return report_usage(verb, "no command: it comes after \"--\"");
    if (options.timeout_seconds < 0 || options.timeout_seconds > G_MAXINT32)
        return report_usage(verb, "--timeout takes a number of seconds");
    for (char **word = command; *word; word++)
        if (!g_utf8_validate(*word, -1, NULL))
            return report_usage(verb, "the command is not UTF-8");
    if (folder && !g_utf8_validate(folder, -1, NULL))
        return report_usage(verb, "--cwd: not UTF-8");
    return execute(client, words[0], command, &options);
}

const Verb verb_exec = {
    .name = "exec",
    .arguments = "NAME -- COMMAND [ARGUMENT…]",
    .summary = "Run a command in a machine",
    .notes = "What the command writes is passed on as it is; onto a terminal, control characters are written "
             "out. The exit\n"
             "code is 0 if the command's was 0, else 1, or the command's own with --exit-code; 124 if it "
             "took too long.\n",
    .examples = "  sevenctl exec compat-01 -- cmd /c ver\n"
                "  sevenctl exec compat-01 --timeout 600 --cwd 'C:\\' -- msiexec /i setup.msi /qn\n"
                "  sevenctl exec compat-01 --exit-code -- cmd /c exit 7\n",
    .run = run,
};
