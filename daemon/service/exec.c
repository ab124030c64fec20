// SPDX-License-Identifier: GPL-3.0-or-later
// Running commands in a machine.
#include <string.h>

#include "daemon/install/machine_files.h"
#include "daemon/service/commands.h"
#include "daemon/service/exec_request.h"
#include "daemon/service/service_parts.h"

void service_add_output(json_object *object, const char *name, const char *data, gsize length)
{
    g_autofree char *encoding_name = g_strconcat(name, "_encoding", NULL);
    // json-c's text must be UTF-8 without NUL; anything else travels as base64.
    const gboolean is_text = length == 0 || g_utf8_validate_len(data, length, NULL);
    g_autofree char *base64 = is_text ? NULL : g_base64_encode((const guchar *)data, length);
    json_object_object_add(object, name,
                           is_text ? json_object_new_string_len(data ? data : "", (int)length)
                                   : json_object_new_string(base64));
    json_object_object_add(object, encoding_name, json_object_new_string(is_text ? "utf-8" : "base64"));
}

static void add_output(json_object *object, const char *name, GBytes *bytes)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);
    service_add_output(object, name, data, length);
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

gboolean service_agent_open(Daemon *daemon, const StoreMachine *machine, AgentAddress *address,
                            Problem **problem)
{
    GError *error = NULL;
    if (!service_check_runs(daemon, machine, problem))
        return FALSE;
    address->nonce = machine_files_read_nonce(daemon, machine->uuid, &error);
    address->socket = machine_file(daemon, machine->uuid, MACHINE_FILE_COM2);
    if (!error)
        return TRUE;
    service_problem(problem, error);
    return FALSE;
}

void service_agent_clear(AgentAddress *address)
{
    g_clear_pointer(&address->nonce, g_free);
    g_clear_pointer(&address->socket, g_free);
}

json_object *service_vm_exec(Daemon *daemon, const char *name, json_object *body, Problem **problem)
{
    GError *error = NULL;
    g_auto(AgentAddress) address = { 0 };
    g_auto(ExecRequest) request = { 0 };
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    if (!machine || !exec_request_read(body, FALSE, &request, problem) ||
        !service_agent_open(daemon, machine, &address, problem))
        return NULL;
    g_autoptr(AgentExecResult) result =
        agent_exec(address.socket, address.nonce, &request.command, request.input, daemon->stopping, &error);
    if (!result) {
        service_problem(problem, error);
        return NULL;
    }
    return exec_to_json(result);
}

// ---- As it comes ----

struct ServiceExec {
    Daemon *daemon;
    json_object *body; // the request borrows from it
    ExecRequest request;
    AgentProcess *process;
    RunningCommand *command;
    gboolean told_id;
};

void service_exec_free(ServiceExec *exec)
{
    if (!exec)
        return;
    running_command_free(exec->command);
    agent_process_free(exec->process);
    exec_request_clear(&exec->request);
    json_object_put(exec->body);
    g_free(exec);
}

ServiceExec *service_exec_begin(Daemon *daemon, const char *name, json_object *body, Problem **problem)
{
    GError *error = NULL;
    g_auto(AgentAddress) address = { 0 };
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    if (!machine)
        return NULL;
    ServiceExec *exec = g_new0(ServiceExec, 1);
    exec->daemon = daemon;
    exec->body = json_object_get(body);
    if (exec_request_read(body, TRUE, &exec->request, problem) &&
        service_agent_open(daemon, machine, &address, problem)) {
        exec->process = agent_process_start(address.socket, address.nonce, &exec->request.command,
                                            exec->request.input, daemon->stopping, &error);
        if (exec->process) {
            exec->command = running_command_new(exec->request.input_open ? exec->request.input : NULL);
            return exec;
        }
        service_problem(problem, error);
    }
    service_exec_free(exec);
    return NULL;
}

static json_object *error_to_json(GError *error)
{
    g_autoptr(Problem) problem = NULL;
    service_problem(&problem, error);
    json_object *object = json_object_new_object();
    json_object_object_add(object, "status", json_object_new_int(problem->status));
    json_add_text(object, "code", problem->code);
    json_add_text(object, "detail", problem->detail);
    return object;
}

static json_object *started_to_json(const ServiceExec *exec)
{
    json_object *object = json_object_new_object();
    json_add_text(object, "command", running_command_id(exec->command));
    return object;
}

json_object *service_exec_next(ServiceExec *exec, guint wait_ms, const char **ret_kind)
{
    GError *error = NULL;
    AgentProcessEvent event;
    const gint64 until = g_get_monotonic_time() + wait_ms * G_TIME_SPAN_MILLISECOND;
    if (!exec->told_id) {
        exec->told_id = TRUE;
        *ret_kind = "started";
        return started_to_json(exec);
    }
    if ((running_command_take_kill(exec->command) && !agent_process_kill(exec->process, &error)) ||
        !agent_process_next(exec->process, &event, until, exec->daemon->stopping, &error)) {
        *ret_kind = "error";
        return error_to_json(error);
    }
    if (event.kind == AGENT_PROCESS_QUIET)
        return NULL;
    json_object *object = json_object_new_object();
    if (event.kind == AGENT_PROCESS_ENDED) {
        *ret_kind = "exit";
        json_object_object_add(object, "exit_code", json_object_new_int64(event.exit_code));
        json_object_object_add(object, "timed_out", json_object_new_boolean(event.timed_out));
        json_object_object_add(object, "truncated", json_object_new_boolean(event.dropped));
        return object;
    }
    *ret_kind = event.kind == AGENT_PROCESS_STDOUT ? "stdout" : "stderr";
    service_add_output(object, "data", (const char *)event.bytes, event.length);
    return object;
}
