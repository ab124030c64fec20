// SPDX-License-Identifier: GPL-3.0-or-later
// See personalize.h.
#include "daemon/images/personalize.h"

#include <string.h>

#include "common/files.h"
#include "daemon/install/machine_files.h"
#include "daemon/vm/agent_files.h"
#include "daemon/vm/domain.h"
#include "unattend/commands.h"
#include "unattend/names.h"

#define POLL_MS  500
#define HELLO_MS 1500
// Where the agent reads its nonce at each hello (guest/PROTOCOL.md).
#define NONCE_PATH "C:/sevend/nonce.txt"
// A clone that was restarted for its name: Windows goes down and comes up again.
#define RESTART_SECONDS 900
#define COMMAND_SECONDS 3600
#define SHORT_SECONDS   120
// How many of the commands have ended: a daemon that is killed begins again at the one that it waited for.
#define COMMANDS_DONE "commands.done"

static char *socket_of(Job *job, const Clone *clone)
{
    return machine_file(clone->daemon, job_machine_uuid(job), MACHINE_FILE_COM2);
}

// FALSE when waiting for an answer makes no sense any more.
static gboolean wait_a_moment(Job *job, const Clone *clone, GError **error)
{
    DomainPower power = DOMAIN_OTHER;
    if (domain_power(clone->daemon->libvirt, job_machine_uuid(job), &power, NULL) && power == DOMAIN_OFF) {
        job_fail(error, "guest-stopped", "the clone switched itself off before its agent answered");
        return FALSE;
    }
    return job_sleep(job, POLL_MS, error);
}

static AgentHello *ask(Job *job, const Clone *clone, const char *nonce)
{
    g_autofree char *socket = socket_of(job, clone);
    return agent_hello(socket, nonce, HELLO_MS, job_cancellable(job), NULL);
}

AgentHello *personalize_hello(Job *job, const Clone *clone, GError **error)
{
    AgentHello *hello = NULL;
    while (!(hello = ask(job, clone, clone->nonce)))
        if (!wait_a_moment(job, clone, error))
            return NULL;
    return hello;
}

// Whole or not at all: the agent writes it under another name first.
static gboolean give_nonce(Job *job, const Clone *clone, GError **error)
{
    g_autofree char *socket = socket_of(job, clone);
    const gsize length = strlen(clone->nonce);
    g_autoptr(AgentFile) file = agent_file_put(socket, clone->image_nonce, NONCE_PATH, length,
                                               g_get_real_time(), job_cancellable(job), error);
    return file && agent_file_write(file, clone->nonce, length, job_cancellable(job), error) &&
           agent_file_finish(file, job_cancellable(job), error);
}

gboolean personalize_identity(Job *job, const Clone *clone, GError **error)
{
    for (;;) {
        g_autoptr(AgentHello) own = ask(job, clone, clone->nonce);
        g_autoptr(AgentHello) images = own ? NULL : ask(job, clone, clone->image_nonce);
        g_autoptr(GError) failure = NULL;
        if (own)
            return TRUE;
        // What fails now may work when Windows has come further; the step's limit bounds it.
        if (images && !give_nonce(job, clone, &failure))
            job_log(job, "the agent does not take its nonce: %s; trying again", failure->message);
        if (!(images && !failure) && !wait_a_moment(job, clone, error))
            return FALSE;
    }
}

// Errors of the agent have no codes of a job's own.
static gboolean fail_by_agent(GError *failure, GError **error)
{
    if (failure->domain != AGENT_ERROR) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    job_fail(error, "agent-failed", "%s", failure->message);
    g_error_free(failure);
    return FALSE;
}

AgentExecResult *personalize_run(Job *job, const Clone *clone, const char *const *argv,
                                 const char *const *environment, guint seconds, GError **error)
{
    g_autofree char *socket = socket_of(job, clone);
    const AgentCommand command = { .argv = argv, .environment = environment, .timeout_ms = seconds * 1000 };
    GError *failure = NULL;
    AgentExecResult *result =
        agent_exec(socket, clone->nonce, &command, NULL, job_cancellable(job), &failure);
    if (!result)
        fail_by_agent(failure, error);
    return result;
}

static AgentExecResult *run(Job *job, const Clone *clone, const char *line, guint seconds, GError **error)
{
    const char *const argv[] = { "cmd.exe", "/c", line, NULL };
    return personalize_run(job, clone, argv, NULL, seconds, error);
}

// Win32_ComputerSystem.Rename, which counts from the next start on [D]; wmic tells its result as MOF, in no
// language [P: in wide use for workgroup machines].
static gboolean rename_computer(Job *job, const Clone *clone, const char *now, GError **error)
{
    g_autofree char *line = g_strdup_printf("wmic computersystem where name=\"%s\" call rename name=\"%s\"",
                                            now, clone->request->computer_name);
    g_autoptr(AgentExecResult) result = run(job, clone, line, SHORT_SECONDS, error);
    if (!result)
        return FALSE;
    g_autofree char *said = g_strndup(g_bytes_get_data(result->out, NULL), g_bytes_get_size(result->out));
    if (result->exit_code == 0 && strstr(said, "ReturnValue = 0;"))
        return TRUE;
    job_fail(error, "rename-failed", "Windows does not take \"%s\" as its computer name (exit code %d)",
             clone->request->computer_name, result->exit_code);
    return FALSE;
}

static gboolean restart(Job *job, const Clone *clone, GError **error)
{
    g_autofree char *socket = socket_of(job, clone);
    GError *failure = NULL;
    if (agent_shutdown(socket, clone->nonce, TRUE, &failure))
        return TRUE;
    return fail_by_agent(failure, error);
}

// Waits until Windows has restarted: it answers by the name that it is to have, or answers again after it has
// been silent.
static gboolean restart_and_wait(Job *job, const Clone *clone, const char *name_or_null, GError **error)
{
    gboolean was_silent = FALSE;
    job_set_time_limit(job, RESTART_SECONDS);
    if (!restart(job, clone, error))
        return FALSE;
    for (;;) {
        g_autoptr(AgentHello) hello = ask(job, clone, clone->nonce);
        if (hello && (name_or_null ? names_collide(hello->computer_name, name_or_null) : was_silent))
            return TRUE;
        was_silent = was_silent || !hello;
        if (!wait_a_moment(job, clone, error))
            return FALSE;
    }
}

static gboolean restart_for_logon(Job *job, const Clone *clone, GError **error)
{
    if (!clone->request || !clone->request->user || !clone->request->user->autologon)
        return TRUE;
    job_log(job, "Windows restarts, and %s logs on", clone->request->user->name);
    return restart_and_wait(job, clone, NULL, error);
}

gboolean personalize_name(Job *job, const Clone *clone, GError **error)
{
    const char *wanted = clone->request ? clone->request->computer_name : NULL;
    if (!wanted)
        return restart_for_logon(job, clone, error);
    job_set_time_limit(job, RESTART_SECONDS);
    g_autoptr(AgentHello) hello = personalize_hello(job, clone, error);
    if (!hello)
        return FALSE;
    if (names_collide(hello->computer_name, wanted))
        return restart_for_logon(job, clone, error);
    if (!rename_computer(job, clone, hello->computer_name, error))
        return FALSE;
    job_log(job, "Windows restarts as %s", wanted);
    return restart_and_wait(job, clone, wanted, error);
}

static guint read_done(Job *job, const Clone *clone)
{
    g_autofree char *path = machine_file(clone->daemon, job_machine_uuid(job), COMMANDS_DONE);
    g_autofree char *text = NULL;
    gsize length = 0;
    return file_read(path, 16, &text, &length, NULL) ? (guint)g_ascii_strtoull(text, NULL, 10) : 0;
}

static gboolean write_done(Job *job, const Clone *clone, guint done, GError **error)
{
    g_autofree char *path = machine_file(clone->daemon, job_machine_uuid(job), COMMANDS_DONE);
    g_autofree char *text = g_strdup_printf("%u\n", done);
    return file_write_atomic(path, text, strlen(text), 0600, error);
}

static gboolean run_command(Job *job, const Clone *clone, const UnattendCommand *command, GError **error)
{
    job_set_time_limit(job, COMMAND_SECONDS + SHORT_SECONDS);
    g_autoptr(AgentExecResult) result = run(job, clone, command->command, COMMAND_SECONDS, error);
    if (!result)
        return FALSE;
    const gboolean failed = result->exit_code != 0 || result->timed_out;
    g_autofree char *ended = result->timed_out
                                 ? g_strdup("was ended after an hour")
                                 : g_strdup_printf("ended with exit code %d", result->exit_code);
    job_log(job, "%s%s: %s", failed ? "warning: " : "", command->pointer, ended);
    if (failed && command->stop)
        job_fail(error, "first-logon-command-failed", "%s %s", command->pointer, ended);
    return !failed || !command->stop;
}

gboolean personalize_commands(Job *job, const Clone *clone, GError **error)
{
    const GPtrArray *commands = clone->request ? clone->request->commands : NULL;
    for (guint i = read_done(job, clone); commands && i < commands->len; i++)
        if (!run_command(job, clone, commands->pdata[i], error) || !write_done(job, clone, i + 1, error))
            return FALSE;
    return TRUE;
}
