// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl exec: runs a command in the guest and passes on what it wrote.
#include "client/api.h"
#include "client/exec_input.h"
#include "client/options.h"
#include "client/report.h"
#include "client/sse.h"
#include "client/terminal.h"
#include "client/verbs.h"

#include <stdio.h>
#include <string.h>

#define SILENCE_SECONDS      60 // the daemon says something every 10
#define ANSWER_GRACE_SECONDS 60 // beyond the command's own limit: the daemon kills and answers

#define INPUT_LIMIT     (700 * 1024) // with --json: what a request can hold as base64
#define SESSION_SECONDS 86400        // as long as a command may run at all

typedef struct {
    gint64 timeout_seconds;
    char *folder, *shell;
    char **environment;
    gboolean pass_exit_code, pass_input, in_lines, on_desktop;
} ExecOptions;

static void add_environment(json_object *body, char **environment)
{
    json_object *object = json_object_new_object();
    json_object_object_add(body, "environment", object);
    for (char **entry = environment; *entry; entry++) {
        const char *equals = strchr(*entry, '=');
        g_autofree char *name = g_strndup(*entry, (gsize)(equals - *entry));
        json_object_object_add(object, name, json_object_new_string(equals + 1));
    }
}

// @input: all of it, or NULL: none, or it follows.
static json_object *build_body(const Client *client, const ExecOptions *options, char **command,
                               GBytes *input)
{
    json_object *body = json_object_new_object();
    if (options->shell) {
        json_object_object_add(body, "shell", json_object_new_string(options->shell));
    } else {
        json_object *words = json_object_new_array();
        json_object_object_add(body, "argv", words);
        for (char **word = command; *word; word++)
            json_object_array_add(words, json_object_new_string(*word));
    }
    if (options->environment)
        add_environment(body, options->environment);
    if (options->on_desktop)
        json_object_object_add(body, "session", json_object_new_string("desktop"));
    if (input) {
        gsize length = 0;
        const guchar *bytes = g_bytes_get_data(input, &length);
        g_autofree char *base64 = g_base64_encode(bytes, length);
        json_object_object_add(body, "stdin_base64", json_object_new_string(base64));
    } else if (options->pass_input && !client->json) {
        json_object_object_add(body, "stdin_open", json_object_new_boolean(TRUE));
    }
    if (options->folder)
        json_object_object_add(body, "cwd", json_object_new_string(options->folder));
    if (options->timeout_seconds || options->in_lines)
        json_object_object_add(
            body, "timeout_seconds",
            json_object_new_int64(options->timeout_seconds ? options->timeout_seconds : SESSION_SECONDS));
    return body;
}

static void write_out(const char *text, gsize length, gboolean base64, FILE *stream)
{
    if (base64) {
        gsize count = 0;
        g_autofree guchar *bytes = g_base64_decode(text, &count);
        safe_write(stream, (const char *)bytes, count);
    } else {
        safe_write(stream, text, length);
    }
    fflush(stream);
}

// Not strlen(): what the command wrote may hold NUL.
static void pass_on(json_object *object, const char *member, FILE *stream)
{
    g_autofree char *encoding_member = g_strconcat(member, "_encoding", NULL);
    const char *text = json_string_member(object, member);
    if (text)
        write_out(text, (gsize)json_object_get_string_len(json_object_object_get(object, member)),
                  g_strcmp0(json_string_member(object, encoding_member), "base64") == 0, stream);
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

// What the daemon tells while the command runs.
typedef struct {
    const Client *client;
    const ExecOptions *options;
    SseParser *parser;
    ExecInput *input;
    json_object *end; // of "exit" or "error"
    gboolean failed;  // "error"
} Output;

static void begin_input(Output *output, json_object *started)
{
    const char *command = json_string_member(started, "command");
    if (output->options->pass_input && command && !output->input)
        output->input = exec_input_start(output->client, command, output->options->in_lines);
}

static void on_event(const SseEvent *event, gpointer user_data)
{
    Output *output = user_data;
    g_autoptr(json_object) data = json_parse(event->data, strlen(event->data), NULL);
    if (!data)
        return;
    if (strcmp(event->kind, "started") == 0) {
        begin_input(output, data);
    } else if (strcmp(event->kind, "stdout") == 0 || strcmp(event->kind, "stderr") == 0) {
        pass_on(data, "data", strcmp(event->kind, "stdout") == 0 ? stdout : stderr);
    } else if (strcmp(event->kind, "exit") == 0 || strcmp(event->kind, "error") == 0) {
        output->failed = strcmp(event->kind, "error") == 0;
        g_clear_pointer(&output->end, json_object_put);
        output->end = json_object_get(data);
    }
}

static gboolean on_bytes(const char *bytes, gsize length, gpointer user_data)
{
    Output *output = user_data;
    return sse_parser_feed(output->parser, bytes, length);
}

// As the command writes.
static ExitCode follow(Client *client, HttpRequest *request, const ExecOptions *options)
{
    static const char *const headers[] = { "Accept: text/event-stream", NULL };
    Output output = { .client = client, .options = options };
    g_autoptr(SseParser) parser = sse_parser_new(on_event, &output);
    g_autoptr(HttpAnswer) answer = NULL;
    output.parser = parser;
    request->headers = headers;
    request->on_bytes = on_bytes;
    request->user_data = &output;
    request->silence_seconds = SILENCE_SECONDS;
    ExitCode code = api_call(client, request, &answer);
    exec_input_stop(output.input);
    g_autoptr(json_object) end = output.end;
    if (code != EXIT_OK)
        return code;
    if (!end)
        return report_failure(client, EXIT_UNREACHABLE, "connection",
                              "the connection ended before the command did; it was killed");
    if (output.failed)
        return report_failure(client, exit_code_of_status((long)json_int_member(end, "status", 500)),
                              json_string_member(end, "code"), "%s", json_string_member(end, "detail"));
    return conclude(client, end, options);
}

// For --json: the whole answer at once.
static ExitCode execute(Client *client, const HttpRequest *request, const ExecOptions *options)
{
    g_autoptr(HttpAnswer) answer = NULL;
    g_autoptr(json_object) result = NULL;
    ExitCode code = api_call(client, request, &answer);
    if (code == EXIT_OK)
        code = api_document(client, answer, &result);
    if (code != EXIT_OK)
        return code;
    api_print_raw(answer);
    return conclude(client, result, options);
}

// All of our own standard input, or NULL after a message.
static GBytes *read_input(void)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    guint8 piece[8192];
    size_t count;
    while ((count = fread(piece, 1, sizeof piece, stdin)) > 0) {
        g_byte_array_append(bytes, piece, (guint)count);
        if (bytes->len > INPUT_LIMIT) {
            fprintf(
                stderr,
                "sevenctl: with --json, standard input has at most %d KiB: without it, it is passed on as "
                "it comes\n",
                INPUT_LIMIT / 1024);
            return NULL;
        }
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

static ExitCode ask(Client *client, const char *machine, char **command, const ExecOptions *options)
{
    g_autoptr(GBytes) input = options->pass_input && client->json ? read_input() : NULL;
    if (options->pass_input && client->json && !input)
        return EXIT_USAGE;
    g_autofree char *path = api_path("vms", machine, "exec", NULL);
    g_autoptr(json_object) body = build_body(client, options, command, input);
    HttpRequest request = {
        .method = "POST",
        .path = path,
        .body = json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN),
    };
    if (options->timeout_seconds)
        request.deadline =
            g_get_monotonic_time() + (options->timeout_seconds + ANSWER_GRACE_SECONDS) * G_USEC_PER_SEC;
    return client->json ? execute(client, &request, options) : follow(client, &request, options);
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    char **command = NULL;
    g_auto(GStrv) own = options_before_command(arguments, &command);
    ExecOptions options = { 0 };
    g_autofree char *folder = NULL, *shell = NULL;
    g_auto(GStrv) environment = NULL;
    const GOptionEntry entries[] = {
        { "timeout", 0, 0, G_OPTION_ARG_INT64, &options.timeout_seconds,
          "kill the command after this long (exit code 124)", "SECONDS" },
        { "cwd", 0, 0, G_OPTION_ARG_FILENAME, &folder, "working folder in the guest", "DIR" },
        { "env", 0, 0, G_OPTION_ARG_STRING_ARRAY, &environment,
          "set a variable for the command (may be repeated); an empty value takes it away", "NAME=VALUE" },
        { "stdin", 'i', 0, G_OPTION_ARG_NONE, &options.pass_input,
          "give the command our standard input, as it comes", NULL },
        { "line", 't', 0, G_OPTION_ARG_NONE, &options.in_lines,
          "a session by lines: as --stdin, with line ends of Windows and a limit of a day; without a "
          "command, "
          "cmd.exe",
          NULL },
        { "desktop", 0, 0, G_OPTION_ARG_NONE, &options.on_desktop,
          "run it on the desktop, as the user who is logged on, instead of unseen as LocalSystem", NULL },
        { "shell", 0, 0, G_OPTION_ARG_STRING, &shell,
          "run this line in cmd.exe, instead of a command after \"--\"", "LINE" },
        { "exit-code", 0, 0, G_OPTION_ARG_NONE, &options.pass_exit_code,
          "exit with the command's own exit code (its low 8 bits)", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, own, &code);
    if (!words)
        return code;
    options.folder = folder;
    options.shell = shell;
    options.environment = environment;
    char *session[] = { (char *)"cmd.exe", NULL };
    if (options.in_lines) {
        options.pass_input = TRUE;
        if (!shell && (!command || !*command))
            command = session;
    }
    if (shell && command)
        return report_usage(verb, "--shell and a command after \"--\" are two commands");
    if (!shell && (!command || !*command))
        return report_usage(verb, "no command: it comes after \"--\"");
    if (options.timeout_seconds < 0 || options.timeout_seconds > G_MAXINT32)
        return report_usage(verb, "--timeout takes a number of seconds");
    for (char **entry = environment; entry && *entry; entry++)
        if (!strchr(*entry, '=') || **entry == '=')
            return report_usage(verb, "--env takes NAME=VALUE");
    for (char **word = command; word && *word; word++)
        if (!g_utf8_validate(*word, -1, NULL))
            return report_usage(verb, "the command is not UTF-8");
    if (folder && !g_utf8_validate(folder, -1, NULL))
        return report_usage(verb, "--cwd: not UTF-8");
    return ask(client, words[0], command, &options);
}

const Verb verb_exec = {
    .name = "exec",
    .arguments = "NAME [--shell LINE | -t | -- COMMAND [ARGUMENT…]]",
    .summary = "Run a command in a machine",
    .notes = "What the command writes is passed on as it comes and as it is; onto a terminal, control "
             "characters are written "
             "out. The exit\n"
             "code is 0 if the command's was 0, else 1, or the command's own with --exit-code; 124 if it "
             "took too long.\n",
    .examples = "  sevenctl exec compat-01 -- cmd /c ver\n"
                "  sevenctl exec compat-01 --timeout 600 --cwd 'C:\\' -- msiexec /i setup.msi /qn\n"
                "  sevenctl exec compat-01 --exit-code -- cmd /c exit 7\n"
                "  sevenctl exec -it compat-01\n"
                "  sevenctl exec compat-01 -i -- sort <list.txt\n"
                "  sevenctl exec compat-01 --desktop --shell 'start notepad'\n",
    .run = run,
};
