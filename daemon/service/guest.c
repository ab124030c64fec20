// SPDX-License-Identifier: GPL-3.0-or-later
// Looking at a machine and running commands in it.
#include <string.h>

#include "common/files.h"
#include "daemon/install/isolation_gate.h"
#include "daemon/install/machine_files.h"
#include "daemon/install/provenance.h"
#include "daemon/service/service_parts.h"
#include "daemon/vm/agent.h"
#include "daemon/vm/domain.h"

#define MAX_CONSOLE_BYTES    (8u << 20)
#define MAX_SCREENSHOT_BYTES (32u << 20)
#define MAX_ARGUMENT_BYTES   8191 // cmd.exe's longest command line
#define MAX_EXEC_SECONDS     86400

typedef struct {
    GPtrArray *argv; // borrowed strings, NULL-terminated
    const char *cwd;
    gint64 seconds;
} ExecRequest;

static void read_argv(json_object *body, ExecRequest *request, Faults *faults)
{
    json_object *array = NULL;
    const guint before = faults_count(faults);
    if (!json_get_array(body, "", "argv", AGENT_EXEC_ARGUMENTS, &array, faults)) {
        if (faults_count(faults) == before)
            faults_add(faults, "/argv", "required", NULL, "is required");
        return;
    }
    if (json_object_array_length(array) == 0)
        faults_add(faults, "/argv", "too-short", NULL, "must hold the program at least");
    gsize total = 0;
    for (gsize i = 0; i < json_object_array_length(array); i++) {
        json_object *item = json_object_array_get_idx(array, i);
        g_autofree char *pointer = json_pointer_append_index("/argv", i);
        if (!json_object_is_type(item, json_type_string))
            faults_add(faults, pointer, "wrong-type", NULL, "must be a string");
        else
            g_ptr_array_add(request->argv, (char *)json_object_get_string(item));
        total +=
            json_object_is_type(item, json_type_string) ? (gsize)json_object_get_string_len(item) + 1 : 0;
    }
    if (total > MAX_ARGUMENT_BYTES)
        faults_add(faults, "/argv", "too-long", NULL, "must not be longer than %d bytes in all",
                   MAX_ARGUMENT_BYTES);
}

static gboolean read_exec(json_object *body, ExecRequest *request, Problem **problem)
{
    static const char *const members[] = { "argv", "cwd", "timeout_seconds", NULL };
    g_autoptr(Faults) faults = faults_new();
    if (json_check_members(body, "", members, faults)) {
        read_argv(body, request, faults);
        json_get_string(body, "", "cwd", 512, &request->cwd, faults);
        json_get_int(body, "", "timeout_seconds", 1, MAX_EXEC_SECONDS, &request->seconds, faults);
    }
    if (faults_count(faults) > 0) {
        problem_set_faults(problem, &faults);
        return FALSE;
    }
    g_ptr_array_add(request->argv, NULL);
    return TRUE;
}

static void add_output(json_object *object, const char *name, GBytes *bytes)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);
    g_autofree char *encoding_name = g_strconcat(name, "_encoding", NULL);
    // json-c's text must be UTF-8 without NUL; anything else travels as base64.
    const gboolean is_text = length == 0 || g_utf8_validate_len(data, length, NULL);
    g_autofree char *base64 = is_text ? NULL : g_base64_encode((const guchar *)data, length);
    json_object_object_add(object, name,
                           is_text ? json_object_new_string_len(data ? data : "", (int)length)
                                   : json_object_new_string(base64));
    json_object_object_add(object, encoding_name, json_object_new_string(is_text ? "utf-8" : "base64"));
}

static json_object *exec_to_json(const AgentExecResult *result)
{
    json_object *object = json_object_new_object();
    json_object_object_add(object, "exit_code", json_object_new_int64(result->exit_code));
    json_object_object_add(object, "timed_out", json_object_new_boolean(result->timed_out));
    json_object_object_add(object, "truncated", json_object_new_boolean(result->truncated));
    add_output(object, "stdout", result->out);
    add_output(object, "stderr", result->err);
    return object;
}

static gboolean check_runs(Daemon *daemon, const StoreMachine *machine, Problem **problem)
{
    GError *error = NULL;
    DomainPower power = DOMAIN_GONE;
    if (strcmp(machine->state, "ready") != 0) {
        problem_set(problem, 409, "wrong-state", "machine \"%s\" is not ready: it is %s", machine->name,
                    machine->state);
        return FALSE;
    }
    if (!domain_power(daemon->libvirt, machine->uuid, &power, &error)) {
        service_problem(problem, error);
        return FALSE;
    }
    if (power != DOMAIN_RUNNING) {
        problem_set(problem, 409, "wrong-state", "machine \"%s\" does not run (%s): start it first",
                    machine->name, domain_power_name(power));
        return FALSE;
    }
    return TRUE;
}

json_object *service_vm_exec(Daemon *daemon, const char *name, json_object *body, Problem **problem)
{
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    if (!machine)
        return NULL;
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    ExecRequest request = { .argv = argv, .seconds = 60 };
    if (!read_exec(body, &request, problem) || !check_runs(daemon, machine, problem))
        return NULL;
    GError *error = NULL;
    g_autofree char *nonce = machine_files_read_nonce(daemon, machine->uuid, &error);
    g_autofree char *socket = machine_file(daemon, machine->uuid, MACHINE_FILE_COM2);
    g_autoptr(AgentExecResult) result =
        nonce ? agent_exec(socket, nonce, (const char *const *)argv->pdata, request.cwd,
                           (guint)request.seconds * 1000, daemon->stopping, &error)
              : NULL;
    if (!result) {
        service_problem(problem, error);
        return NULL;
    }
    return exec_to_json(result);
}

// A file of the machine's folder, or NULL with @missing as a 409 problem if it is not there.
static GBytes *read_kept(Daemon *daemon, const StoreMachine *machine, const char *file, gsize max_bytes,
                         const char *missing, Problem **problem)
{
    GError *error = NULL;
    g_autofree char *path = machine_file(daemon, machine->uuid, file);
    char *bytes = NULL;
    gsize length = 0;
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        problem_set(problem, 409, "wrong-state", "machine \"%s\": %s", machine->name, missing);
        return NULL;
    }
    if (!file_read(path, max_bytes, &bytes, &length, &error)) {
        service_problem(problem, error);
        return NULL;
    }
    return g_bytes_new_take(bytes, length);
}

GBytes *service_vm_screenshot(Daemon *daemon, const char *name, Problem **problem)
{
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    if (!machine)
        return NULL;
    GError *error = NULL;
    DomainPower power = DOMAIN_GONE;
    if (!domain_power(daemon->libvirt, machine->uuid, &power, &error) &&
        strcmp(machine->state, "failed") != 0) {
        service_problem(problem, error);
        return NULL;
    }
    g_clear_error(&error);
    if (power != DOMAIN_RUNNING && power != DOMAIN_PAUSED)
        return read_kept(daemon, machine, MACHINE_FILE_SCREENSHOT, MAX_SCREENSHOT_BYTES,
                         "does not run, and no picture of its last screen was kept", problem);
    GBytes *png = domain_screenshot(daemon->libvirt, machine->uuid, &error);
    if (!png)
        service_problem(problem, error);
    return png;
}

// The last MAX_CONSOLE_BYTES of COM1, with the nonce blotted out.
GBytes *service_vm_console_log(Daemon *daemon, const char *name, Problem **problem)
{
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    if (!machine)
        return NULL;
    g_autofree char *path = machine_file(daemon, machine->uuid, MACHINE_FILE_COM1);
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return g_bytes_new_static("", 0);
    GBytes *bytes =
        read_kept(daemon, machine, MACHINE_FILE_COM1, MAX_CONSOLE_BYTES, "has no console log", problem);
    g_autofree char *nonce = machine_files_read_nonce(daemon, machine->uuid, NULL);
    if (!bytes || !nonce)
        return bytes;
    gsize length = 0;
    char *text = g_bytes_unref_to_data(bytes, &length);
    machine_files_mask_nonce(text, length, nonce);
    return g_bytes_new_take(text, length);
}

json_object *service_vm_provenance(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    json_object *provenance = machine ? provenance_read(daemon, machine, &error) : NULL;
    if (error)
        service_problem(problem, error);
    return provenance;
}

char *service_vm_answer_file(Daemon *daemon, const char *name, Problem **problem)
{
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    GBytes *bytes = machine ? read_kept(daemon, machine, MACHINE_FILE_ANSWER_FILE, 1u << 20,
                                        "its answer file is not written yet", problem)
                            : NULL;
    gsize length = 0;
    char *data = bytes ? g_bytes_unref_to_data(bytes, &length) : NULL;
    char *text = data ? g_strndup(data, length) : NULL;
    g_free(data);
    return text;
}

static json_object *check_to_json(const IsolationCheck *check)
{
    json_object *object = json_object_new_object();
    json_add_text(object, "name", check->name);
    json_add_text(object, "where", check->where);
    json_object_object_add(object, "ok", json_object_new_boolean(check->ok));
    json_add_text(object, "detail", check->detail);
    return object;
}

json_object *service_vm_isolation(Daemon *daemon, const char *name, Problem **problem)
{
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    if (!machine)
        return NULL;
    GError *error = NULL;
    g_autoptr(IsolationReport) report = isolation_inspect(daemon, machine->uuid, &error);
    if (!report) {
        if (g_error_matches(error, VM_ERROR, VM_ERROR_NOT_FOUND)) {
            problem_set(problem, 409, "wrong-state", "machine \"%s\" is %s: there is no domain to examine",
                        name, machine->state);
            g_error_free(error);
        } else {
            service_problem(problem, error);
        }
        return NULL;
    }
    json_object *checks = json_object_new_array();
    for (guint i = 0; i < report->checks->len; i++)
        json_object_array_add(checks, check_to_json(report->checks->pdata[i]));
    json_object *object = json_object_new_object();
    json_object_object_add(object, "isolated", json_object_new_boolean(isolation_report_ok(report)));
    json_add_text(object, "checked", report->checked);
    json_object_object_add(object, "checks", checks);
    return object;
}
