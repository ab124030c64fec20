// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl pool: clones of an image that are kept ready. Taking one: lease.c.
#include "client/api.h"
#include "client/options.h"
#include "client/report.h"
#include "client/show.h"
#include "client/verbs.h"

#include <stdio.h>
#include <string.h>

static guint count_in(json_object *pool, const char *state)
{
    json_object *machines = json_object_object_get(pool, "machines");
    guint count = 0;
    for (gsize i = 0; i < json_object_array_length(machines); i++)
        count += g_strcmp0(json_string_member(json_object_array_get_idx(machines, i), "state"), state) == 0;
    return count;
}

static void print_list(json_object *list)
{
    static const char *const headers[] = {
        "POOL", "STATE", "IMAGE", "READY", "HELD", "WAITING", "MAX", NULL
    };
    g_autoptr(Table) table = table_new(headers);
    json_object *pools = json_object_object_get(list, "pools");
    for (gsize i = 0; i < json_object_array_length(pools); i++) {
        json_object *pool = json_object_array_get_idx(pools, i);
        g_autofree char *wanted = value_text(pool, "ready");
        g_autofree char *ready = g_strdup_printf("%u/%s", count_in(pool, "ready"), wanted);
        g_autofree char *held = g_strdup_printf("%u", count_in(pool, "leased"));
        g_autofree char *waiting = value_text(pool, "waiting");
        g_autofree char *max = value_text(pool, "max");
        table_add(table, json_string_member(pool, "name"), json_string_member(pool, "state"),
                  json_string_member(pool, "image"), ready, held, waiting, max);
    }
    table_print(table, stdout);
}

static void print_pool_names(json_object *list)
{
    print_names(list, "pools", "name");
}

static ExitCode run_ls(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    gboolean names = FALSE;
    const GOptionEntry entries[] = {
        { "names", 0, 0, G_OPTION_ARG_NONE, &names, "names only, a line each", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 0, 0, arguments, &code);
    g_autofree char *path = words ? api_path("pools", NULL) : NULL;
    return path ? api_show(client, path, names ? print_pool_names : print_list) : code;
}

const Verb verb_pool_ls = {
    .name = "pool ls",
    .arguments = "",
    .summary = "List the pools of machines that are kept ready",
    .examples = "  sevenctl pool ls\n",
    .run = run_ls,
};

static void print_pool(json_object *pool)
{
    static const char *const members[] = { "name", "state", "image", "ready", "max", "waiting", "trouble" };
    static const char *const headers[] = { "MACHINE", "STATE", "LEASE", NULL };
    json_object *machines = json_object_object_get(pool, "machines");
    g_autoptr(Table) table = table_new(NULL);
    g_autoptr(Table) list = table_new(headers);
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        g_autofree char *label = g_strdup_printf("%s:", members[i]);
        show_member(table, pool, members[i], label);
    }
    table_print(table, stdout);
    for (gsize i = 0; i < json_object_array_length(machines); i++) {
        json_object *machine = json_object_array_get_idx(machines, i);
        table_add(list, json_string_member(machine, "vm"), json_string_member(machine, "state"),
                  json_string_member(machine, "lease"));
    }
    if (json_object_array_length(machines) > 0) {
        putchar('\n');
        table_print(list, stdout);
    }
}

static ExitCode run_show(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 1, 1, arguments, &code);
    g_autofree char *path = words ? api_path("pools", words[0], NULL) : NULL;
    return path ? api_show(client, path, print_pool) : code;
}

const Verb verb_pool_show = {
    .name = "pool show",
    .arguments = "NAME",
    .summary = "Show a pool, its machines, and who holds them",
    .examples = "  sevenctl pool show ci\n",
    .run = run_show,
};

// The pool as it is then.
static ExitCode change(Client *client, const HttpRequest *request)
{
    g_autoptr(HttpAnswer) answer = NULL;
    g_autoptr(json_object) pool = NULL;
    ExitCode code = api_call(client, request, &answer);
    if (code == EXIT_OK)
        code = api_document(client, answer, &pool);
    if (code != EXIT_OK)
        return code;
    if (client->json)
        api_print_raw(answer);
    else
        print_pool(pool);
    return EXIT_OK;
}

typedef struct {
    char *image;
    gint64 ready, max, vcpus, memory_mib;
} PoolOptions;

static void add_number(json_object *object, const char *member, gint64 number)
{
    if (number != 0)
        json_object_object_add(object, member, json_object_new_int64(number));
}

static json_object *body_of(const PoolOptions *options)
{
    json_object *body = json_object_new_object();
    json_object_object_add(body, "image", json_object_new_string(options->image));
    if (options->ready >= 0)
        json_object_object_add(body, "ready", json_object_new_int64(options->ready));
    add_number(body, "max", options->max);
    if (options->vcpus != 0 || options->memory_mib != 0) {
        json_object *hardware = json_object_new_object();
        add_number(hardware, "vcpus", options->vcpus);
        add_number(hardware, "memory_mib", options->memory_mib);
        json_object_object_add(body, "hardware", hardware);
    }
    return body;
}

static ExitCode run_put(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    PoolOptions options = { .ready = -1 };
    g_autofree char *image = NULL;
    const GOptionEntry entries[] = {
        { "image", 0, 0, G_OPTION_ARG_FILENAME, &image, "what its machines are clones of (needed)", "IMAGE" },
        { "ready", 0, 0, G_OPTION_ARG_INT64, &options.ready,
          "how many are kept ready beyond those that are held (default: 1)", "NUMBER" },
        { "max", 0, 0, G_OPTION_ARG_INT64, &options.max,
          "how many there may be in all (default: as many as --ready)", "NUMBER" },
        { "vcpus", 0, 0, G_OPTION_ARG_INT64, &options.vcpus, "processors of each (default: the image's)",
          "NUMBER" },
        { "memory", 0, 0, G_OPTION_ARG_INT64, &options.memory_mib, "memory of each (default: the image's)",
          "MIB" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, arguments, &code);
    if (!words)
        return code;
    if (!image)
        return report_usage(verb, "--image: the image that its machines are made of is needed");
    if (!g_utf8_validate(image, -1, NULL))
        return report_usage(verb, "--image: not UTF-8");
    options.image = image;
    g_autofree char *path = api_path("pools", words[0], NULL);
    g_autoptr(json_object) body = body_of(&options);
    const HttpRequest request = { .method = "PUT", .path = path, .body = json_object_to_json_string(body) };
    return change(client, &request);
}

const Verb verb_pool_put = {
    .name = "pool put",
    .arguments = "NAME",
    .summary = "Make a pool of machines that are kept ready, or change it",
    .notes =
        "Its machines boot one after the other; their memory is kept, so that each is handed out at once.\n",
    .examples = "  sevenctl pool put ci --image gold --ready 4 --max 16\n",
    .run = run_put,
};

static ExitCode run_rm(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 1, 1, arguments, &code);
    if (!words)
        return code;
    g_autofree char *path = api_path("pools", words[0], NULL);
    const HttpRequest request = { .method = "DELETE", .path = path };
    return change(client, &request);
}

const Verb verb_pool_rm = {
    .name = "pool rm",
    .arguments = "NAME",
    .summary = "Delete a pool and its machines",
    .notes = "Does not ask. While somebody holds a machine of it, it stays (exit code 5).\n",
    .examples = "  sevenctl pool rm ci\n",
    .run = run_rm,
};
