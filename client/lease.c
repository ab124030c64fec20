// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl lease, release: a machine of a pool, for a while; with a command, for as long as that runs.
#include "client/api.h"
#include "client/interrupt.h"
#include "client/options.h"
#include "client/report.h"
#include "client/show.h"
#include "client/terminal.h"
#include "client/verbs.h"

#include <stdio.h>
#include <string.h>

#define SLICE_SECONDS  20
#define FOLDER         "C:/lease/"
#define FOLDER_WINDOWS "C:\\lease"

typedef struct {
    char *lifetime, **in, **out;          // or NULL
    gint64 wait_seconds, timeout_seconds; // 0: none
    char **command;                       // borrowed, or NULL
} LeaseOptions;

typedef struct {
    char *id, *machine; // machine: NULL while it waits
} Lease;

static void lease_clear(Lease *lease)
{
    g_free(lease->id);
    g_free(lease->machine);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Lease, lease_clear)

// ---- Taking one ----

// Each reason once, so that somebody who waits knows for what.
static void tell_reason(const Client *client, json_object *document, char **told)
{
    const char *reason = json_string_member(document, "reason");
    if (client->json || !reason || g_strcmp0(reason, *told) == 0)
        return;
    g_autofree char *safe = safe_line(reason);
    fprintf(stderr, "waiting: %s\n", safe);
    g_free(*told);
    *told = g_strdup(reason);
}

static ExitCode take_state(const Client *client, json_object *document, Lease *lease)
{
    const char *state = json_string_member(document, "state"),
               *reason = json_string_member(document, "reason");
    g_free(lease->machine);
    lease->machine = g_strcmp0(state, "held") == 0 ? g_strdup(json_string_member(document, "vm")) : NULL;
    if (g_strcmp0(state, "ended") == 0)
        return report_failure(client, EXIT_FAILED, "lease-ended", "the lease has ended: %s",
                              reason ? reason : "?");
    return EXIT_OK;
}

static ExitCode look(Client *client, Lease *lease, guint seconds, char **told)
{
    g_autofree char *base = api_path("leases", lease->id, NULL);
    g_autofree char *path = g_strdup_printf("%s?wait=%u", base, seconds);
    g_autoptr(HttpAnswer) answer = NULL;
    g_autoptr(json_object) document = NULL;
    ExitCode code = api_get(client, path, &answer);
    if (code == EXIT_OK)
        code = api_document(client, answer, &document);
    if (code == EXIT_OK)
        code = take_state(client, document, lease);
    if (code == EXIT_OK && !lease->machine)
        tell_reason(client, document, told);
    return code;
}

static ExitCode wait_for_machine(Client *client, const LeaseOptions *options, Lease *lease)
{
    const gint64 until = options->wait_seconds > 0
                             ? g_get_monotonic_time() + options->wait_seconds * G_TIME_SPAN_SECOND
                             : G_MAXINT64;
    g_autofree char *told = NULL;
    ExitCode code = look(client, lease, 0, &told);
    while (code == EXIT_OK && !lease->machine) {
        const gint64 left = (until - g_get_monotonic_time()) / G_TIME_SPAN_SECOND;
        if (left <= 0)
            return report_failure(client, EXIT_TIMED_OUT, "timed-out",
                                  "no machine was free within %" G_GINT64_FORMAT " s", options->wait_seconds);
        code = look(client, lease, (guint)MIN(left, SLICE_SECONDS), &told);
    }
    return code;
}

static ExitCode ask(Client *client, const char *pool, const LeaseOptions *options, Lease *lease)
{
    g_autofree char *path = api_path("pools", pool, "leases", NULL);
    g_autoptr(json_object) body = json_object_new_object();
    g_autoptr(HttpAnswer) answer = NULL;
    g_autoptr(json_object) document = NULL;
    if (options->lifetime)
        json_object_object_add(body, "lifetime", json_object_new_string(options->lifetime));
    ExitCode code = api_post(client, path, json_object_to_json_string(body), &answer);
    if (code == EXIT_OK)
        code = api_document(client, answer, &document);
    if (code != EXIT_OK)
        return code;
    lease->id = g_strdup(json_string_member(document, "id"));
    return take_state(client, document, lease);
}

// ---- Giving it back ----

// Also after Ctrl-C: whoever holds a machine for nothing keeps others waiting.
static ExitCode release(Client *client, const char *id, HttpAnswer **ret_answer)
{
    g_autofree char *path = api_path("leases", id, NULL);
    const HttpRequest request = { .method = "DELETE", .path = path, .after_interrupt = TRUE };
    return api_call(client, &request, ret_answer);
}

// ---- A command in it ----

static ExitCode call(Client *client, const Verb *verb, GPtrArray *words)
{
    g_ptr_array_add(words, NULL);
    return verb->run(client, verb, (char **)words->pdata);
}

static ExitCode copy(Client *client, const char *source, const char *target)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_ptr_array_add(words, (char *)"--quiet");
    g_ptr_array_add(words, (char *)source);
    g_ptr_array_add(words, (char *)target);
    return call(client, &verb_cp, words);
}

static gboolean is_file_here(const char *word)
{
    return g_file_test(word, G_FILE_TEST_IS_REGULAR);
}

static ExitCode copy_in_all(Client *client, const Lease *lease, const LeaseOptions *options)
{
    g_autofree char *target = g_strdup_printf("%s:" FOLDER, lease->machine);
    ExitCode code = is_file_here(options->command[0]) ? copy(client, options->command[0], target) : EXIT_OK;
    for (char **file = options->in; code == EXIT_OK && file && *file; file++)
        code = copy(client, *file, target);
    return code;
}

// "PATH" or "PATH=HOST"; a path without a drive is in the folder that the command ran in.
static ExitCode copy_out_one(Client *client, const Lease *lease, const char *word)
{
    const char *equal = strchr(word, '=');
    g_autofree char *inside = equal ? g_strndup(word, (gsize)(equal - word)) : g_strdup(word);
    const gboolean whole = g_ascii_isalpha(inside[0]) && inside[1] == ':';
    g_autofree char *source = g_strdup_printf("%s:%s%s", lease->machine, whole ? "" : FOLDER, inside);
    return copy(client, source, equal ? equal + 1 : ".");
}

// All that can be had, whatever the command ended with: a log tells most of what failed.
static ExitCode copy_out_all(Client *client, const Lease *lease, const LeaseOptions *options)
{
    ExitCode first = EXIT_OK;
    for (char **word = options->out; word && *word; word++) {
        const ExitCode code = copy_out_one(client, lease, *word);
        if (first == EXIT_OK)
            first = code;
    }
    return first;
}

static gboolean is_script(const char *name)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    return g_str_has_suffix(lower, ".cmd") || g_str_has_suffix(lower, ".bat");
}

static ExitCode execute(Client *client, const Lease *lease, const LeaseOptions *options)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    const char *program = options->command[0];
    g_autofree char *base = g_path_get_basename(program);
    g_autofree char *copied = g_strconcat(FOLDER_WINDOWS "\\", base, NULL);
    g_autofree char *seconds = g_strdup_printf("%" G_GINT64_FORMAT, options->timeout_seconds);
    const char *const first[] = { lease->machine, "--exit-code", "--cwd", FOLDER_WINDOWS };
    for (gsize i = 0; i < G_N_ELEMENTS(first); i++)
        g_ptr_array_add(words, (char *)first[i]);
    if (options->timeout_seconds > 0) {
        g_ptr_array_add(words, (char *)"--timeout");
        g_ptr_array_add(words, seconds);
    }
    g_ptr_array_add(words, (char *)"--");
    if (is_script(program)) {
        g_ptr_array_add(words, (char *)"cmd.exe");
        g_ptr_array_add(words, (char *)"/c");
    }
    g_ptr_array_add(words, is_file_here(program) ? copied : (char *)program);
    for (char **word = options->command + 1; *word; word++)
        g_ptr_array_add(words, *word);
    return call(client, &verb_exec, words);
}

static ExitCode make_folder(Client *client, const Lease *lease)
{
    g_autofree char *base = api_path("vms", lease->machine, "folder", NULL);
    g_autofree char *path = g_strconcat(base, "?path=" FOLDER, NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    const HttpRequest request = { .method = "PUT", .path = path };
    return api_call(client, &request, &answer);
}

static ExitCode run_command(Client *client, const Lease *lease, const LeaseOptions *options)
{
    ExitCode code = make_folder(client, lease);
    if (code == EXIT_OK)
        code = copy_in_all(client, lease, options);
    if (code != EXIT_OK)
        return code;
    code = execute(client, lease, options);
    const ExitCode copied = interrupted() ? EXIT_OK : copy_out_all(client, lease, options);
    return code != EXIT_OK ? code : copied;
}

// ---- The verbs ----

static ExitCode show_lease(Client *client, const Lease *lease)
{
    g_autofree char *path = api_path("leases", lease->id, NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    g_autoptr(json_object) document = NULL;
    ExitCode code = api_get(client, path, &answer);
    if (code == EXIT_OK)
        code = api_document(client, answer, &document);
    if (code != EXIT_OK)
        return code;
    if (client->json) {
        api_print_raw(answer);
        return EXIT_OK;
    }
    g_autofree char *machine = safe_line(lease->machine);
    g_autofree char *expires = time_text(json_string_member(document, "expires"));
    puts(machine);
    fprintf(stderr, "until %s; give it back with: sevenctl release %s\n", expires, machine);
    return EXIT_OK;
}

static ExitCode run_with(Client *client, const char *pool, const LeaseOptions *options)
{
    g_auto(Lease) lease = { NULL, NULL };
    g_autoptr(HttpAnswer) answer = NULL;
    interrupt_catch();
    ExitCode code = ask(client, pool, options, &lease);
    if (code == EXIT_OK)
        code = wait_for_machine(client, options, &lease);
    if (code == EXIT_OK)
        code = options->command ? run_command(client, &lease, options) : show_lease(client, &lease);
    if (!lease.id || (code == EXIT_OK && !options->command))
        return code;
    const ExitCode released = release(client, lease.id, &answer);
    return code != EXIT_OK ? code : released;
}

static gboolean are_utf8(char **words)
{
    for (char **word = words; word && *word; word++)
        if (!g_utf8_validate(*word, -1, NULL))
            return FALSE;
    return TRUE;
}

static ExitCode check(const Verb *verb, const LeaseOptions *options)
{
    if (options->wait_seconds < 0 || options->timeout_seconds < 0 || options->timeout_seconds > G_MAXINT32)
        return report_usage(verb, "--wait-timeout and --timeout take a number of seconds");
    if ((options->in || options->out) && !options->command)
        return report_usage(verb, "--in and --out go with a command, which comes after \"--\"");
    char *lifetime[] = { options->lifetime, NULL };
    if (!are_utf8(lifetime) || !are_utf8(options->in) || !are_utf8(options->out) ||
        !are_utf8(options->command))
        return report_usage(verb, "the command line is not UTF-8");
    return EXIT_OK;
}

static ExitCode run_lease(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_autofree char *lifetime = NULL;
    g_auto(GStrv) in = NULL, out = NULL, own = NULL;
    LeaseOptions options = { 0 };
    const GOptionEntry entries[] = {
        { "lifetime", 0, 0, G_OPTION_ARG_STRING, &lifetime, "it goes back by itself after this (default: 1h)",
          "TIME" },
        { "wait-timeout", 0, 0, G_OPTION_ARG_INT64, &options.wait_seconds,
          "how long to wait for a machine (default: without end; then exit code 124)", "SECONDS" },
        { "in", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &in,
          "a file or folder to copy into the folder that the command runs in", "PATH" },
        { "out", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &out,
          "what to copy out of it afterwards, and where to (default: here)", "PATH[=HERE]" },
        { "timeout", 0, 0, G_OPTION_ARG_INT64, &options.timeout_seconds,
          "kill the command after this long (exit code 124)", "SECONDS" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    own = options_before_command(arguments, &options.command);
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, own, &code);
    if (!words)
        return code;
    options.lifetime = lifetime;
    options.in = in;
    options.out = out;
    if (options.command && !*options.command)
        return report_usage(verb, "no command: it comes after \"--\"");
    code = check(verb, &options);
    return code == EXIT_OK ? run_with(client, words[0], &options) : code;
}

const Verb verb_lease = {
    .name = "lease",
    .arguments = "POOL [-- COMMAND [ARGUMENT…]]",
    .summary = "Take a machine of a pool; with a command, for as long as that runs",
    .notes =
        "Without a command its name is printed, and it is held until it is given back, or its time is over.\n"
        "With one, the command runs in C:\\lease; it is copied there first if it is a file here. The exit "
        "code\n"
        "is the command's own (its low 8 bits), 124 if it took too long.\n",
    .examples = "  sevenctl lease ci -- run-tests.cmd\n"
                "  sevenctl lease ci --in tests --out report.xml -- cmd /c tests\\run.cmd\n"
                "  vm=$(sevenctl lease ci --lifetime 30m)\n",
    .run = run_lease,
};

// The id of the lease that holds @machine, or @word itself.
static ExitCode find(Client *client, const char *word, char **ret_id)
{
    g_autofree char *path = api_path("leases", NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    g_autoptr(json_object) list = NULL;
    ExitCode code = api_get(client, path, &answer);
    if (code == EXIT_OK)
        code = api_document(client, answer, &list);
    if (code != EXIT_OK)
        return code;
    json_object *leases = json_object_object_get(list, "leases");
    for (gsize i = 0; !*ret_id && i < json_object_array_length(leases); i++) {
        json_object *lease = json_object_array_get_idx(leases, i);
        if (g_strcmp0(json_string_member(lease, "vm"), word) == 0)
            *ret_id = g_strdup(json_string_member(lease, "id"));
    }
    if (!*ret_id)
        *ret_id = g_strdup(word);
    return EXIT_OK;
}

static ExitCode run_release(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_autofree char *id = NULL;
    g_autoptr(HttpAnswer) answer = NULL;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 1, 1, arguments, &code);
    if (!words)
        return code;
    code = find(client, words[0], &id);
    if (code == EXIT_OK)
        code = release(client, id, &answer);
    if (code == EXIT_OK && client->json)
        api_print_raw(answer);
    return code;
}

const Verb verb_release = {
    .name = "release",
    .arguments = "MACHINE|LEASE",
    .summary = "Give a machine back to its pool",
    .notes = "What was done in it is undone.\n",
    .examples = "  sevenctl release ci-1f2e3d4c\n",
    .run = run_release,
};
