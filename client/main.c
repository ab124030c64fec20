// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl: finds the verb and runs it. What verbs there are is the table; what they do is in their files.
#include "client/options.h"
#include "client/report.h"
#include "client/verbs.h"
#include "common/json.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

// The verb that @words begin with; *@ret_words: how many words its name has.
static const Verb *find_verb(char **words, guint *ret_words)
{
    for (guint i = 0; verbs[i]; i++) {
        g_auto(GStrv) names = g_strsplit(verbs[i]->name, " ", -1);
        *ret_words = g_strv_length(names);
        gboolean same = words[0] && !strcmp(words[0], names[0]);
        if (same && names[1])
            same = words[1] && !strcmp(words[1], names[1]);
        if (same)
            return verbs[i];
    }
    return NULL;
}

static ExitCode report_unknown(char **words)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autoptr(GString) group = g_string_new(NULL);
    for (guint i = 0; verbs[i]; i++) {
        g_ptr_array_add(names, (gpointer)verbs[i]->name);
        gsize length = strlen(words[0]);
        if (!strncmp(verbs[i]->name, words[0], length) && verbs[i]->name[length] == ' ')
            g_string_append_printf(group, "%s%s", group->len ? ", " : "", verbs[i]->name);
    }
    g_ptr_array_add(names, NULL);
    if (group->len)
        return report_usage(NULL, "which one: %s?", group->str);
    const char *closest = closest_name(words[0], (const char *const *)names->pdata);
    if (closest)
        return report_usage(NULL, "there is no verb \"%s\"; did you mean \"%s\"?", words[0], closest);
    return report_usage(NULL, "there is no verb \"%s\"", words[0]);
}

// For "sevenctl help VERB" and "sevenctl --help VERB".
static ExitCode help(Client *client, char **words)
{
    guint count;
    if (!words[0]) {
        options_print_overview();
        return EXIT_OK;
    }
    const Verb *verb = find_verb(words, &count);
    if (!verb)
        return report_unknown(words);
    char *ask[] = { (char *)"--help", NULL };
    return verb->run(client, verb, ask);
}

static ExitCode dispatch(Client *client, char **arguments)
{
    ExitCode code = EXIT_OK;
    gboolean wants_help = FALSE;
    gboolean wants_version = FALSE;
    g_auto(GStrv) words = options_parse_global(client, arguments, &wants_help, &wants_version, &code);
    if (!words)
        return code;
    if (wants_version) {
        puts("sevenctl " SEVEND_VERSION);
        return EXIT_OK;
    }
    if (words[0] && !strcmp(words[0], "help"))
        return help(client, words + 1);
    if (wants_help)
        return help(client, words);
    if (!words[0])
        return report_usage(NULL, "what shall it do? Give a verb");
    guint count;
    const Verb *verb = find_verb(words, &count);
    return verb ? verb->run(client, verb, words + count) : report_unknown(words);
}

int main(int argc, char **argv)
{
    (void)argc;
    Client client = { 0 };
    setlocale(LC_ALL, "");
    ExitCode code = dispatch(&client, argv + 1);
    client_clear(&client);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "sevenctl: cannot write to standard output\n");
        code = code == EXIT_OK ? EXIT_FAILED : code;
    }
    return (int)code;
}
