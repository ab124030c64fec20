// SPDX-License-Identifier: GPL-3.0-or-later
// GOption does the parsing; the help is printed here, because GOption's own has no room for examples and
// shows the global options nowhere or everywhere.
#include "client/options.h"

#include "client/report.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    gboolean json, verbose, help, version;
    char *socket_path, *host, *token_file, *ca_file;
} Globals;

#define GLOBAL_COUNT 9

static void global_entries(Globals *globals, GOptionEntry entries[GLOBAL_COUNT])
{
    const GOptionEntry list[GLOBAL_COUNT] = {
        { "json", 0, 0, G_OPTION_ARG_NONE, &globals->json,
          "print the API's JSON, errors too, on standard output", NULL },
        { "socket", 0, 0, G_OPTION_ARG_FILENAME, &globals->socket_path,
          "the daemon's socket (default: $SEVENCTL_SOCKET, or " DEFAULT_SOCKET ")", "PATH" },
        { "host", 0, 0, G_OPTION_ARG_FILENAME, &globals->host,
          "a daemon on another host, https://HOST:PORT (default: $SEVENCTL_HOST)", "URL" },
        { "token-file", 0, 0, G_OPTION_ARG_FILENAME, &globals->token_file,
          "file with the token for --host (default: the token in $SEVENCTL_TOKEN)", "FILE" },
        { "cacert", 0, 0, G_OPTION_ARG_FILENAME, &globals->ca_file, "certificates to trust for --host (PEM)",
          "FILE" },
        { "verbose", 'v', 0, G_OPTION_ARG_NONE, &globals->verbose,
          "show the job's messages and the guest's console while waiting", NULL },
        { "version", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &globals->version,
          "print sevenctl's version", NULL },
        { "help", 'h', 0, G_OPTION_ARG_NONE, &globals->help, "show this help", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    memcpy(entries, list, sizeof list);
}

static void take(char **target, char *value)
{
    if (!value)
        return;
    g_free(*target);
    *target = value;
}

static void take_globals(Client *client, Globals *globals)
{
    client->json = client->json || globals->json;
    client->verbose = client->verbose || globals->verbose;
    take(&client->socket_path, globals->socket_path);
    take(&client->host, globals->host);
    take(&client->token_file, globals->token_file);
    take(&client->ca_file, globals->ca_file);
}

static GOptionContext *new_context(const GOptionEntry *entries, const GOptionEntry *globals)
{
    GOptionContext *context = g_option_context_new(NULL);
    g_option_context_set_help_enabled(context, FALSE);
    if (entries)
        g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_main_entries(context, globals, NULL);
    return context;
}

// GOption's parser wants the program's name in front; what is left has it still. It leaves the first "--"
// where a word after it begins with a hyphen: @drop_separator removes that.
static gboolean parse(GOptionContext *context, char **arguments, gboolean drop_separator, char ***ret_left,
                      GError **error)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_strv_builder_add(builder, "sevenctl");
    g_strv_builder_addv(builder, (const char **)arguments);
    g_auto(GStrv) words = g_strv_builder_end(builder);
    if (!g_option_context_parse_strv(context, &words, error))
        return FALSE;
    g_autoptr(GStrvBuilder) left = g_strv_builder_new();
    for (char **word = words + 1; *word; word++) {
        if (drop_separator && !strcmp(*word, "--"))
            drop_separator = FALSE;
        else
            g_strv_builder_add(left, *word);
    }
    *ret_left = g_strv_builder_end(left);
    return TRUE;
}

char **options_parse_global(Client *client, char **arguments, gboolean *ret_help, gboolean *ret_version,
                            ExitCode *ret_code)
{
    Globals globals = { 0 };
    GOptionEntry entries[GLOBAL_COUNT];
    global_entries(&globals, entries);
    g_autoptr(GOptionContext) context = new_context(NULL, entries);
    g_option_context_set_strict_posix(context, TRUE);
    g_autoptr(GError) error = NULL;
    char **left = NULL;
    if (!parse(context, arguments, FALSE, &left, &error)) {
        *ret_code = report_usage(NULL, "%s", error->message);
        return NULL;
    }
    take_globals(client, &globals);
    *ret_help = globals.help;
    *ret_version = globals.version;
    return left;
}

static void print_entries(const GOptionEntry *entries, guint column)
{
    for (const GOptionEntry *entry = entries; entry && entry->long_name; entry++) {
        if (entry->flags & G_OPTION_FLAG_HIDDEN)
            continue;
        g_autofree char *name = g_strdup_printf(
            "%c%c%s--%s%s%s", entry->short_name ? '-' : ' ', entry->short_name ? entry->short_name : ' ',
            entry->short_name ? ", " : "  ", entry->long_name, entry->arg_description ? " " : "",
            entry->arg_description ? entry->arg_description : "");
        printf("  %-*s  %s\n", (int)column, name, entry->description);
    }
}

static guint entries_width(const GOptionEntry *entries)
{
    gsize width = 0;
    for (const GOptionEntry *entry = entries; entry && entry->long_name; entry++)
        width = MAX(width, 6 + strlen(entry->long_name) +
                               (entry->arg_description ? strlen(entry->arg_description) + 1 : 0));
    return (guint)width;
}

void options_print_help(const Verb *verb, const GOptionEntry *entries)
{
    Globals unused;
    GOptionEntry globals[GLOBAL_COUNT];
    global_entries(&unused, globals);
    guint column = MAX(entries_width(entries), entries_width(globals));
    printf("Usage: sevenctl %s%s%s\n\n%s.\n", verb->name, *verb->arguments ? " " : "", verb->arguments,
           verb->summary);
    if (entries && entries->long_name) {
        printf("\nOptions:\n");
        print_entries(entries, column);
    }
    printf("\nOptions of every verb:\n");
    print_entries(globals, column);
    if (verb->notes)
        printf("\n%s", verb->notes);
    printf("\nExamples:\n%s", verb->examples);
}

void options_print_overview(void)
{
    Globals unused;
    GOptionEntry globals[GLOBAL_COUNT];
    global_entries(&unused, globals);
    printf("Usage: sevenctl VERB [OPTION…] [ARGUMENT…]\n\n"
           "Installs and drives Windows 7 machines through the daemon sevend.\n\nVerbs:\n");
    for (guint i = 0; verbs[i]; i++)
        printf("  %-14s  %s\n", verbs[i]->name, verbs[i]->summary);
    printf("\nOptions of every verb:\n");
    print_entries(globals, entries_width(globals));
    printf("\nsevenctl VERB --help tells more, with examples.\n"
           "\nExit codes:\n"
           "    0  done\n"
           "    1  the job or the command failed\n"
           "    2  wrong command line; nothing was sent\n"
           "    3  the daemon cannot be reached, or cannot serve now\n"
           "    4  not found\n"
           "    5  conflict: exists already, busy, or in the wrong state\n"
           "    6  the daemon refuses the request as it is\n"
           "  124  timed out\n"
           "  130  Ctrl-C while waiting; the job goes on\n");
}

char **options_parse(Client *client, const Verb *verb, const GOptionEntry *entries, guint minimum,
                     guint maximum, char **arguments, ExitCode *ret_code)
{
    Globals globals = { 0 };
    GOptionEntry global[GLOBAL_COUNT];
    global_entries(&globals, global);
    g_autoptr(GOptionContext) context = new_context(entries, global);
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) left = NULL;
    if (!parse(context, arguments, TRUE, &left, &error)) {
        *ret_code = report_usage(verb, "%s", error->message);
        return NULL;
    }
    take_globals(client, &globals);
    if (globals.help) {
        options_print_help(verb, entries);
        *ret_code = EXIT_OK;
        return NULL;
    }
    guint count = g_strv_length(left);
    if (count > maximum) {
        *ret_code = report_usage(verb, "unexpected argument \"%s\"", left[maximum]);
        return NULL;
    }
    if (count < minimum) {
        *ret_code = report_usage(verb, "too few arguments: it takes %s", verb->arguments);
        return NULL;
    }
    for (guint i = 0; i < count; i++)
        if (!*left[i]) {
            *ret_code = report_usage(verb, "an argument is empty");
            return NULL;
        }
    return g_steal_pointer(&left);
}

char **options_before_command(char **arguments, char ***ret_command)
{
    g_autoptr(GStrvBuilder) own = g_strv_builder_new();
    char **word = arguments;
    for (; *word && strcmp(*word, "--") != 0; word++)
        g_strv_builder_add(own, *word);
    *ret_command = *word ? word + 1 : NULL;
    return g_strv_builder_end(own);
}
