// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/service/exec_request.h"

#include <string.h>

#include "daemon/service/service_parts.h"

#define MAX_ARGUMENT_BYTES    8191 // cmd.exe's longest command line
#define MAX_EXEC_SECONDS      86400
#define DEFAULT_EXEC_SECONDS  60
#define MAX_VARIABLES         128
#define MAX_ENVIRONMENT_BYTES 32767 // of one variable, with its name

static void read_argv(json_object *array, GPtrArray *argv, Faults *faults)
{
    gsize total = 0;
    if (json_object_array_length(array) == 0)
        faults_add(faults, "/argv", "too-short", NULL, "must hold the program at least");
    for (gsize i = 0; i < json_object_array_length(array); i++) {
        json_object *item = json_object_array_get_idx(array, i);
        g_autofree char *pointer = json_pointer_append_index("/argv", i);
        if (!json_object_is_type(item, json_type_string)) {
            faults_add(faults, pointer, "wrong-type", NULL, "must be a string");
            continue;
        }
        g_ptr_array_add(argv, g_strdup(json_object_get_string(item)));
        total += (gsize)json_object_get_string_len(item) + 1;
    }
    if (total > MAX_ARGUMENT_BYTES)
        faults_add(faults, "/argv", "too-long", NULL, "must not be longer than %d bytes in all",
                   MAX_ARGUMENT_BYTES);
}

// A line for cmd.exe, or the words of a command: exactly one of the two.
static void read_command(json_object *body, GPtrArray *argv, Faults *faults)
{
    const char *shell = NULL;
    json_object *array = NULL;
    const guint before = faults_count(faults);
    json_get_string(body, "", "shell", MAX_ARGUMENT_BYTES, &shell, faults);
    json_get_array(body, "", "argv", AGENT_EXEC_ARGUMENTS, &array, faults);
    if (faults_count(faults) > before)
        return;
    if (shell && array) {
        faults_add(faults, "/shell", "conflict", NULL, "cannot be used beside /argv");
    } else if (array) {
        read_argv(array, argv, faults);
    } else if (!shell) {
        faults_add(faults, "/argv", "required", NULL, "is required, or \"shell\"");
    } else if (shell[0] == '\0') {
        faults_add(faults, "/shell", "too-short", NULL, "must not be empty");
    } else {
        g_ptr_array_add(argv, g_strdup("cmd"));
        g_ptr_array_add(argv, g_strdup("/c"));
        g_ptr_array_add(argv, g_strdup(shell));
    }
}

static void read_environment(json_object *body, GPtrArray *environment, Faults *faults)
{
    json_object *object = NULL;
    if (!json_get_object(body, "", "environment", &object, faults))
        return;
    if (json_object_object_length(object) > MAX_VARIABLES)
        faults_add(faults, "/environment", "too-many", NULL, "must not have more than %d variables",
                   MAX_VARIABLES);
    json_object_object_foreach(object, name, value)
    {
        g_autofree char *pointer = json_pointer_append("/environment", name);
        const char *text = json_object_get_string(value);
        if (!json_object_is_type(value, json_type_string))
            faults_add(faults, pointer, "wrong-type", NULL, "must be a string");
        else if (name[0] == '\0' || strchr(name, '='))
            faults_add(faults, pointer, "bad-value", NULL, "a variable has a name, without \"=\"");
        else if (strlen(name) + strlen(text) + 1 > MAX_ENVIRONMENT_BYTES)
            faults_add(faults, pointer, "too-long", NULL, "must not be longer than %d bytes with its name",
                       MAX_ENVIRONMENT_BYTES);
        else
            g_ptr_array_add(environment, g_strdup_printf("%s=%s", name, text));
    }
}

GBytes *service_read_bytes(json_object *body, const char *text_name, const char *base64_name, Faults *faults)
{
    const char *text = NULL, *base64 = NULL;
    const gboolean has_text = json_get_string(body, "", text_name, G_MAXINT32, &text, faults);
    const gboolean has_base64 = json_get_string(body, "", base64_name, G_MAXINT32, &base64, faults);
    g_autofree char *pointer = json_pointer_append("", base64_name);
    if (has_text && has_base64) {
        g_autofree char *conflict = g_strdup_printf("cannot be used beside /%s", text_name);
        faults_add(faults, pointer, "conflict", NULL, "%s", conflict);
    } else if (has_text) {
        return g_bytes_new(text, strlen(text));
    } else if (has_base64) {
        gsize length = 0;
        guchar *bytes = g_base64_decode(base64, &length);
        g_autofree char *again = g_base64_encode(bytes, length);
        if (strcmp(again, base64) == 0)
            return g_bytes_new_take(bytes, length);
        g_free(bytes);
        faults_add(faults, pointer, "bad-value", NULL, "is not base64"); // g_base64_decode() passes over it
    }
    return NULL;
}

static void read_input(json_object *body, ExecRequest *request, Faults *faults)
{
    g_autoptr(GBytes) bytes = service_read_bytes(body, "stdin", "stdin_base64", faults);
    json_get_bool(body, "", "stdin_open", &request->input_open, faults);
    if (bytes || request->input_open)
        request->input = agent_input_new(bytes, request->input_open);
}

static void read_session(json_object *body, ExecRequest *request, Faults *faults)
{
    const char *session = NULL;
    if (!json_get_string(body, "", "session", 16, &session, faults))
        return;
    request->command.on_desktop = strcmp(session, "desktop") == 0;
    if (!request->command.on_desktop && strcmp(session, "service") != 0)
        faults_add(faults, "/session", "bad-value", NULL,
                   "is \"service\" (LocalSystem, unseen) or \"desktop\" (the user who is logged on)");
}

gboolean exec_request_read(json_object *body, gboolean streamed, ExecRequest *request, Problem **problem)
{
    static const char *const members[] = { "argv",        "shell", "cwd",          "timeout_seconds",
                                           "environment", "stdin", "stdin_base64", "stdin_open",
                                           "session",     NULL };
    g_autoptr(Faults) faults = faults_new();
    gint64 seconds = DEFAULT_EXEC_SECONDS;

    *request = (ExecRequest){ .argv = g_ptr_array_new_with_free_func(g_free),
                              .environment = g_ptr_array_new_with_free_func(g_free) };
    if (json_check_members(body, "", members, faults)) {
        read_command(body, request->argv, faults);
        read_environment(body, request->environment, faults);
        read_input(body, request, faults);
        if (request->input_open && !streamed)
            faults_add(faults, "/stdin_open", "conflict", NULL,
                       "needs Accept: text/event-stream: its first event says where the input goes");
        read_session(body, request, faults);
        json_get_string(body, "", "cwd", 512, &request->command.cwd, faults);
        json_get_int(body, "", "timeout_seconds", 1, MAX_EXEC_SECONDS, &seconds, faults);
    }
    if (faults_count(faults) > 0) {
        problem_set_faults(problem, &faults);
        return FALSE;
    }
    g_ptr_array_add(request->argv, NULL);
    g_ptr_array_add(request->environment, NULL);
    request->command.argv = (const char *const *)request->argv->pdata;
    if (request->environment->len > 1)
        request->command.environment = (const char *const *)request->environment->pdata;
    request->command.timeout_ms = (guint)seconds * 1000;
    return TRUE;
}

void exec_request_clear(ExecRequest *request)
{
    g_clear_pointer(&request->argv, g_ptr_array_unref);
    g_clear_pointer(&request->environment, g_ptr_array_unref);
    g_clear_pointer(&request->input, agent_input_unref);
}
