// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl image ls, image show, image tree, image provenance, image rm. Making one: seal.c.
#include "client/api.h"
#include "client/follow.h"
#include "client/options.h"
#include "client/show.h"
#include "client/terminal.h"
#include "client/verbs.h"

#include <stdio.h>
#include <string.h>

#define DEEPEST 64 // images below images; what goes deeper is a circle, which no daemon sends

static ExitCode get_images(Client *client, json_object **ret_list)
{
    return api_list(client, "/v1/images", "images", 0, ret_list);
}

static void print_list(json_object *list)
{
    static const char *const headers[] = { "NAME", "STATE",  "FROM",    "PARENT", "EDITION",
                                           "SIZE", "CLONES", "CREATED", NULL };
    g_autoptr(Table) table = table_new(headers);
    json_object *images = json_object_object_get(list, "images");
    for (gsize i = 0; i < json_object_array_length(images); i++) {
        json_object *image = json_object_array_get_idx(images, i);
        json_object *clones = json_object_object_get(image, "clones");
        const gboolean known = json_object_is_type(clones, json_type_array);
        g_autofree char *created = time_text(json_string_member(image, "created"));
        g_autofree char *size = size_text(image, "size_bytes");
        g_autofree char *count =
            known ? g_strdup_printf("%" G_GSIZE_FORMAT, json_object_array_length(clones)) : NULL;
        table_add(table, json_string_member(image, "name"), json_string_member(image, "state"),
                  json_string_member(image, "machine"), json_string_member(image, "parent"),
                  json_string_member(image, "edition"), size, count, created);
    }
    table_print(table, stdout);
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
    g_autoptr(json_object) list = NULL;
    if (words)
        code = get_images(client, &list);
    if (!list)
        return code;
    if (client->json)
        api_print(list);
    else if (names)
        print_names(list, "images", "name");
    else
        print_list(list);
    return EXIT_OK;
}

const Verb verb_image_ls = {
    .name = "image ls",
    .arguments = "",
    .summary = "List the images that machines were sealed into",
    .examples = "  sevenctl image ls\n",
    .run = run_ls,
};

static void print_image(json_object *image)
{
    static const char *const members[] = { "name",     "state",   "machine",      "parent",
                                           "disc",     "edition", "architecture", "clones",
                                           "children", "job",     "recipe",       "uuid" };
    g_autoptr(Table) table = table_new(NULL);
    g_autofree char *created = time_text(json_string_member(image, "created"));
    g_autofree char *size = size_text(image, "size_bytes");
    for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
        g_autofree char *label = g_strdup_printf("%s:", members[i]);
        show_member(table, image, members[i], label);
    }
    table_add(table, "size:", size);
    table_add(table, "created:", created);
    table_print(table, stdout);
}

static ExitCode run_show(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 1, 1, arguments, &code);
    g_autofree char *path = words ? api_path("images", words[0], NULL) : NULL;
    return path ? api_show(client, path, print_image) : code;
}

const Verb verb_image_show = {
    .name = "image show",
    .arguments = "NAME",
    .summary = "Show an image, and what is based on it",
    .examples = "  sevenctl image show gold\n",
    .run = run_show,
};

typedef struct {
    json_object *images;                    // the array
    const char *branch, *last, *pass, *gap; // a child, the last child, beside and below them
} Tree;

static json_object *find(const Tree *tree, const char *name)
{
    for (gsize i = 0; i < json_object_array_length(tree->images); i++) {
        json_object *image = json_object_array_get_idx(tree->images, i);
        if (g_strcmp0(json_string_member(image, "name"), name) == 0)
            return image;
    }
    return NULL;
}

static gsize count(json_object *object, const char *member)
{
    json_object *array = json_object_object_get(object, member);
    return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

static const char *name_at(json_object *object, const char *member, gsize index)
{
    return json_object_get_string(json_object_array_get_idx(json_object_object_get(object, member), index));
}

static void print_below(const Tree *tree, json_object *image, const char *indent, guint depth)
{
    const gsize children = count(image, "children"), all = children + count(image, "clones");
    for (gsize i = 0; i < all && depth < DEEPEST; i++) {
        const gboolean is_image = i < children, is_last = i + 1 == all;
        const char *name = is_image ? name_at(image, "children", i) : name_at(image, "clones", i - children);
        json_object *below = is_image ? find(tree, name) : NULL;
        g_autofree char *safe = safe_line(name);
        g_autofree char *further = g_strconcat(indent, is_last ? tree->gap : tree->pass, NULL);
        printf("%s%s%s%s\n", indent, is_last ? tree->last : tree->branch, safe, is_image ? "" : " (machine)");
        if (below)
            print_below(tree, below, further, depth + 1);
    }
}

static void print_tree(json_object *list)
{
    const gboolean utf8 = g_get_charset(NULL);
    const Tree tree = {
        .images = json_object_object_get(list, "images"),
        .branch = utf8 ? "├── " : "|-- ",
        .last = utf8 ? "└── " : "`-- ",
        .pass = utf8 ? "│   " : "|   ",
        .gap = "    ",
    };
    for (gsize i = 0; i < json_object_array_length(tree.images); i++) {
        json_object *image = json_object_array_get_idx(tree.images, i);
        if (json_string_member(image, "parent"))
            continue;
        g_autofree char *safe = safe_line(json_string_member(image, "name"));
        printf("%s\n", safe);
        print_below(&tree, image, "", 0);
    }
}

static ExitCode run_tree(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 0, 0, arguments, &code);
    g_autoptr(json_object) list = NULL;
    if (words)
        code = get_images(client, &list);
    if (!list)
        return code;
    if (client->json)
        api_print(list);
    else
        print_tree(list);
    return EXIT_OK;
}

const Verb verb_image_tree = {
    .name = "image tree",
    .arguments = "",
    .summary = "Show which images and machines are based on which image",
    .notes = "What something is based on can be deleted only after it.\n",
    .examples = "  sevenctl image tree\n",
    .run = run_tree,
};

static ExitCode run_provenance(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 1, 1, arguments, &code);
    g_autofree char *path = words ? api_path("images", words[0], "provenance", NULL) : NULL;
    return path ? api_show(client, path, provenance_print) : code;
}

const Verb verb_image_provenance = {
    .name = "image provenance",
    .arguments = "NAME",
    .summary = "Show how the machine that became an image came to be",
    .examples = "  sevenctl image provenance gold > gold.json\n",
    .run = run_provenance,
};

static ExitCode run_rm(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    gboolean wait = FALSE;
    FollowLimits limits = FOLLOW_LIMITS_DEFAULT;
    const GOptionEntry entries[] = {
        { "wait", 'w', 0, G_OPTION_ARG_NONE, &wait, "wait until it is gone", NULL },
        FOLLOW_ENTRIES(limits),
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, arguments, &code);
    if (!words || !follow_limits_check(&limits, verb, &code))
        return code;
    g_autofree char *path = api_path("images", words[0], NULL);
    const HttpRequest request = { .method = "DELETE", .path = path };
    g_autoptr(HttpAnswer) answer = NULL;
    code = api_call(client, &request, &answer);
    return code == EXIT_OK ? follow_answer(client, answer, words[0], "deleting", wait, &limits) : code;
}

const Verb verb_image_rm = {
    .name = "image rm",
    .arguments = "NAME",
    .summary = "Delete an image that nothing is based on any more",
    .examples = "  sevenctl image rm gold --wait\n",
    .run = run_rm,
};
