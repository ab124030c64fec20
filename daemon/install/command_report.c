// SPDX-License-Identifier: GPL-3.0-or-later
// Report lines of the phases in which commands run. Every value is the guest's word: shown, and looked up in
// the request, nothing more.
#include "daemon/install/command_report.h"

#include <string.h>

#define MAX_POINTER 64 // the longest that a command has is far shorter

static const char *key(const Com1Line *line, const char *name)
{
    return line->keys ? g_hash_table_lookup(line->keys, name) : NULL;
}

static const char *key_or_unknown(const Com1Line *line, const char *name)
{
    const char *value = key(line, name);
    return value ? value : "?";
}

// The description of the command at "/first_logon/2", or NULL. Borrowed.
static const char *description_of(json_object *request, const char *pointer)
{
    json_object *list = NULL;
    guint64 index;
    if (strlen(pointer) > MAX_POINTER || pointer[0] != '/' || !json_object_is_type(request, json_type_object))
        return NULL;
    g_auto(GStrv) segments = g_strsplit(pointer + 1, "/", -1);
    if (g_strv_length(segments) != 2 || !json_object_object_get_ex(request, segments[0], &list) ||
        !json_object_is_type(list, json_type_array) ||
        !g_ascii_string_to_unsigned(segments[1], 10, 0, G_MAXINT, &index, NULL))
        return NULL;
    json_object *command = json_object_array_get_idx(list, (size_t)index);
    return json_object_is_type(command, json_type_object) ? json_string_member(command, "description") : NULL;
}

// "/first_logon/2 (Install the game)", or "command 3" of an agent that knows no pointers. The caller frees.
static char *title(const Com1Line *line, json_object *request)
{
    const char *pointer = key(line, "name");
    if (!pointer)
        return g_strdup_printf("command %s", key_or_unknown(line, "index"));
    const char *description = description_of(request, pointer);
    return description && *description ? g_strdup_printf("%s (%s)", pointer, description) : g_strdup(pointer);
}

char *command_report_text(const Com1Line *line, json_object *request)
{
    if (!line->phase || g_strcmp0(line->status, "command") != 0)
        return NULL;
    const char *exit = key_or_unknown(line, "exit");
    g_autofree char *command = title(line, request);
    return g_strdup_printf("%s%s: %s ended with exit code %s",
                           strcmp(exit, "0") == 0 ? "" : "warning: ", line->phase, command, exit);
}

const char *command_report_failure(const Com1Line *line, json_object *request, char **ret_text)
{
    const char *exit = key_or_unknown(line, "exit");
    const gboolean specialize = strcmp(line->phase, "specialize") == 0;
    if (specialize && !key(line, "name")) {
        const char *step = key_or_unknown(line, "step");
        const gboolean files = strcmp(step, "files") == 0;
        *ret_text = g_strdup_printf(files ? "the request's files could not be placed (step %s): exit code %s"
                                          : "specialize.cmd: step %s ended with exit code %s",
                                    step, exit);
        return files ? "files-failed" : "specialize-failed";
    }
    g_autofree char *command = title(line, request);
    *ret_text = g_strdup_printf("%s: %s ended with exit code %s", line->phase, command, exit);
    return specialize ? "command-failed" : "first-logon-command-failed";
}
