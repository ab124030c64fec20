// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl snapshot, reset: states of a machine that it can go back to.
#include "client/api.h"
#include "client/follow.h"
#include "client/options.h"
#include "client/report.h"
#include "client/show.h"
#include "client/verbs.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    gboolean wait, names;
    FollowLimits limits;
} SnapshotOptions;

typedef struct {
    const char *word;
    gboolean takes_snapshot;
    ExitCode (*run)(Client *client, char **words, const SnapshotOptions *options);
} Action;

static void print_list(json_object *list)
{
    static const char *const headers[] = { "SNAPSHOT", "CREATED", "MEMORY", "CURRENT", "PARENT", NULL };
    g_autoptr(Table) table = table_new(headers);
    json_object *snapshots = json_object_object_get(list, "snapshots");
    for (gsize i = 0; i < json_object_array_length(snapshots); i++) {
        json_object *snapshot = json_object_array_get_idx(snapshots, i);
        g_autofree char *created = time_text(json_string_member(snapshot, "created"));
        g_autofree char *memory = value_text(snapshot, "memory");
        g_autofree char *current = value_text(snapshot, "current");
        table_add(table, json_string_member(snapshot, "name"), created, memory, current,
                  json_string_member(snapshot, "parent"));
    }
    table_print(table, stdout);
}

static void print_snapshot_names(json_object *list)
{
    print_names(list, "snapshots", "name");
}

static ExitCode run_ls(Client *client, char **words, const SnapshotOptions *options)
{
    g_autofree char *path = api_path("vms", words[0], "snapshots", NULL);
    return api_show(client, path, options->names ? print_snapshot_names : print_list);
}

static ExitCode change(Client *client, const HttpRequest *request, const char *machine, const char *doing,
                       const SnapshotOptions *options)
{
    g_autoptr(HttpAnswer) answer = NULL;
    ExitCode code = api_call(client, request, &answer);
    return code == EXIT_OK ? follow_answer(client, answer, machine, doing, options->wait, &options->limits)
                           : code;
}

static ExitCode run_save(Client *client, char **words, const SnapshotOptions *options)
{
    g_autofree char *path = api_path("vms", words[0], "snapshots", NULL);
    g_autofree char *doing = g_strdup_printf("saving snapshot %s", words[2]);
    g_autoptr(json_object) body = json_object_new_object();
    json_object_object_add(body, "name", json_object_new_string(words[2]));
    const HttpRequest request = { .method = "POST", .path = path, .body = json_object_to_json_string(body) };
    return change(client, &request, words[0], doing, options);
}

static ExitCode run_revert(Client *client, char **words, const SnapshotOptions *options)
{
    g_autofree char *path = api_path("vms", words[0], "snapshots", words[2], "revert", NULL);
    g_autofree char *doing = g_strdup_printf("going back to snapshot %s", words[2]);
    const HttpRequest request = { .method = "POST", .path = path };
    return change(client, &request, words[0], doing, options);
}

static ExitCode run_rm(Client *client, char **words, const SnapshotOptions *options)
{
    g_autofree char *path = api_path("vms", words[0], "snapshots", words[2], NULL);
    g_autofree char *doing = g_strdup_printf("deleting snapshot %s", words[2]);
    const HttpRequest request = { .method = "DELETE", .path = path };
    return change(client, &request, words[0], doing, options);
}

static const Action actions[] = {
    { "save", TRUE, run_save },
    { "revert", TRUE, run_revert },
    { "ls", FALSE, run_ls },
    { "rm", TRUE, run_rm },
};

static const Action *find_action(const char *word)
{
    for (gsize i = 0; i < G_N_ELEMENTS(actions); i++)
        if (!strcmp(actions[i].word, word))
            return &actions[i];
    return NULL;
}

static ExitCode run_snapshot(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    SnapshotOptions options = { .limits = FOLLOW_LIMITS_DEFAULT };
    const GOptionEntry entries[] = {
        { "names", 0, 0, G_OPTION_ARG_NONE, &options.names, "ls: names only, a line each", NULL },
        { "wait", 'w', 0, G_OPTION_ARG_NONE, &options.wait, "wait until it is done", NULL },
        FOLLOW_ENTRIES(options.limits),
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 2, 3, arguments, &code);
    if (!words || !follow_limits_check(&options.limits, verb, &code))
        return code;
    const Action *action = find_action(words[1]);
    if (!action)
        return report_usage(verb, "after the machine's name comes save, revert, ls or rm, not \"%s\"",
                            words[1]);
    if (action->takes_snapshot && !words[2])
        return report_usage(verb, "%s which snapshot? Give its name", action->word);
    if (!action->takes_snapshot && words[2])
        return report_usage(verb, "unexpected argument \"%s\"", words[2]);
    return action->run(client, words, &options);
}

const Verb verb_snapshot = {
    .name = "snapshot",
    .arguments = "NAME save|revert|rm SNAPSHOT, or NAME ls",
    .summary = "Save a machine's state, go back to it, list or delete such snapshots",
    .notes =
        "save keeps the disk and, where the machine runs, its memory; it stands still meanwhile. revert\n"
        "goes back: one saved while it ran runs on from there, one saved while off is off. What the\n"
        "machine is now is lost, without a question. rm deletes none but the one it names.\n",
    .examples = "  sevenctl snapshot compat-01 save clean --wait\n"
                "  sevenctl snapshot compat-01 revert clean --wait\n"
                "  sevenctl snapshot compat-01 ls\n"
                "  sevenctl snapshot compat-01 rm clean\n",
    .run = run_snapshot,
};

static ExitCode run_reset(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    SnapshotOptions options = { .limits = FOLLOW_LIMITS_DEFAULT };
    const GOptionEntry entries[] = {
        { "wait", 'w', 0, G_OPTION_ARG_NONE, &options.wait, "wait until it is back", NULL },
        FOLLOW_ENTRIES(options.limits),
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, arguments, &code);
    if (!words || !follow_limits_check(&options.limits, verb, &code))
        return code;
    g_autofree char *path = api_path("vms", words[0], "reset", NULL);
    const HttpRequest request = { .method = "POST", .path = path };
    return change(client, &request, words[0], "going back to snapshot ready", &options);
}

const Verb verb_reset = {
    .name = "reset",
    .arguments = "NAME",
    .summary = "Go back to a machine's snapshot \"ready\"",
    .notes = "The snapshot is yours to save, when the machine is as each run is to find it:\n"
             "sevenctl snapshot NAME save ready. Without one, nothing is done (exit code 5).\n",
    .examples = "  sevenctl create ci-1 -f request.json --wait && sevenctl snapshot ci-1 save ready --wait\n"
                "  sevenctl reset ci-1 --wait\n",
    .run = run_reset,
};
