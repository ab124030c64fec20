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

// DISM's word for a feature that counts after the next restart, which comes by itself [D:
// ERROR_SUCCESS_REBOOT_REQUIRED].
static gboolean is_success(const Com1Line *line, const char *exit)
{
    const char *pointer = key(line, "name");
    return strcmp(exit, "0") == 0 ||
           (strcmp(exit, "3010") == 0 && pointer && g_str_has_prefix(pointer, "/features/"));
}

static char *ended(const Com1Line *line, const char *command)
{
    const char *exit = key_or_unknown(line, "exit");
    return g_strdup_printf("%s%s: %s ended with exit code %s",
                           is_success(line, exit) ? "" : "warning: ", line->phase, command, exit);
}

char *command_report_text(const Com1Line *line, json_object *request)
{
    if (!line->phase || !line->status)
        return NULL;
    g_autofree char *command = title(line, request);
    if (strcmp(line->status, "command") == 0)
        return ended(line, command);
    if (strcmp(line->status, "reboot") == 0)
        return g_strdup_printf("%s: the machine restarts after %s", line->phase, command);
    if (strcmp(line->status, "resume") == 0)
        return g_strdup_printf("%s: goes on after the restart, %s of %s commands are done", line->phase,
                               key_or_unknown(line, "index"), key_or_unknown(line, "commands"));
    if (strcmp(line->status, "files") == 0)
        return g_strdup_printf("%s: %s of the request's files placed", line->phase,
                               key_or_unknown(line, "count"));
    return NULL;
}

static char *files_failure(const Com1Line *line)
{
    return g_strdup_printf("%s could not be placed: error %s",
                           key(line, "name") ? key(line, "name") : "/files", key_or_unknown(line, "exit"));
}

const char *command_report_failure(const Com1Line *line, json_object *request, char **ret_text)
{
    const char *exit = key_or_unknown(line, "exit"), *step = key(line, "step");
    const gboolean specialize = strcmp(line->phase, "specialize") == 0;
    if (g_strcmp0(step, "files") == 0) {
        *ret_text = files_failure(line);
        return "files-failed";
    }
    if (specialize && (step || !key(line, "name"))) {
        *ret_text =
            g_strdup_printf("specialize.cmd: step %s ended with exit code %s", step ? step : "?", exit);
        return "specialize-failed";
    }
    g_autofree char *command = title(line, request);
    *ret_text = g_strdup_printf("%s: %s ended with exit code %s", line->phase, command, exit);
    return specialize ? "command-failed" : "first-logon-command-failed";
}
