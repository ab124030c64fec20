// SPDX-License-Identifier: GPL-3.0-or-later
// /v1/commands/{id}: input for a command that runs, and its end. Running it: exec.c.
#include "daemon/service/commands.h"

#include <string.h>

#include "common/ids.h"
#include "daemon/service/service_parts.h"

struct RunningCommand {
    char *id;
    AgentInput *input;
    gint kill;
};

static GMutex lock;
static GHashTable *running; // by id; borrowed

RunningCommand *running_command_new(AgentInput *input)
{
    RunningCommand *command = g_new0(RunningCommand, 1);
    command->id = job_id_new();
    command->input = input ? agent_input_ref(input) : NULL;
    g_mutex_lock(&lock);
    if (!running)
        running = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(running, command->id, command);
    g_mutex_unlock(&lock);
    return command;
}

void running_command_free(RunningCommand *command)
{
    if (!command)
        return;
    g_mutex_lock(&lock);
    g_hash_table_remove(running, command->id);
    g_mutex_unlock(&lock);
    agent_input_unref(command->input);
    g_free(command->id);
    g_free(command);
}

const char *running_command_id(const RunningCommand *command)
{
    return command->id;
}

gboolean running_command_take_kill(RunningCommand *command)
{
    return g_atomic_int_compare_and_exchange(&command->kill, TRUE, FALSE);
}

// With the lock, which the caller gives back.
static RunningCommand *find(const char *id, Problem **problem)
{
    RunningCommand *command = running ? g_hash_table_lookup(running, id) : NULL;
    if (!command)
        problem_set(problem, 404, "not-found", "no command runs under this id: it has ended, or never began");
    return command;
}

gboolean service_command_kill(Daemon *daemon, const char *id, Problem **problem)
{
    (void)daemon;
    g_mutex_lock(&lock);
    RunningCommand *command = find(id, problem);
    if (command)
        g_atomic_int_set(&command->kill, TRUE);
    g_mutex_unlock(&lock);
    return command != NULL;
}

// ---- Input ----

typedef struct {
    GBytes *bytes;
    gboolean end;
} Typed;

static gboolean read_typed(json_object *body, Typed *typed, Problem **problem)
{
    static const char *const members[] = { "data", "data_base64", "end", NULL };
    g_autoptr(Faults) faults = faults_new();
    if (json_check_members(body, "", members, faults)) {
        typed->bytes = service_read_bytes(body, "data", "data_base64", faults);
        json_get_bool(body, "", "end", &typed->end, faults);
        if (!typed->bytes && !typed->end && faults_count(faults) == 0)
            faults_add(faults, "/data", "required", NULL, "is required, or \"data_base64\", or \"end\"");
    }
    if (faults_count(faults) == 0)
        return TRUE;
    problem_set_faults(problem, &faults);
    return FALSE;
}

static AgentInput *find_input(const char *id, Problem **problem)
{
    AgentInput *input = NULL;
    g_mutex_lock(&lock);
    const RunningCommand *command = find(id, problem);
    if (command && command->input)
        input = agent_input_ref(command->input);
    else if (command)
        problem_set(problem, 409, "wrong-state",
                    "the command takes no input: it was not started with \"stdin_open\"");
    g_mutex_unlock(&lock);
    return input;
}

static gboolean add(AgentInput *input, const Typed *typed, Problem **problem)
{
    gsize length = 0;
    const void *bytes = typed->bytes ? g_bytes_get_data(typed->bytes, &length) : NULL;
    switch (agent_input_add(input, bytes, length, typed->end)) {
    case AGENT_INPUT_ADDED:
        return TRUE;
    case AGENT_INPUT_FULL:
        problem_set(problem, 503, "input-full",
                    "the command has yet to read what it was given: try again in a moment");
        return FALSE;
    default:
        problem_set(problem, 409, "wrong-state", "the command's input has been ended");
        return FALSE;
    }
}

gboolean service_command_input(Daemon *daemon, const char *id, json_object *body, Problem **problem)
{
    (void)daemon;
    Typed typed = { 0 };
    g_autoptr(AgentInput) input = find_input(id, problem);
    const gboolean ok = input && read_typed(body, &typed, problem) && add(input, &typed, problem);
    g_clear_pointer(&typed.bytes, g_bytes_unref);
    return ok;
}
