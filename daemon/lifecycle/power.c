// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs "start" and "stop". A start passes the same isolation gate as an install; a stop asks the agent, then
// presses the power button, and pulls the plug only if told to.
#include <string.h>

#include "daemon/install/install.h"
#include "daemon/install/isolation_gate.h"
#include "daemon/install/machine_files.h"
#include "daemon/lifecycle/lifecycle.h"
#include "daemon/vm/agent.h"
#include "daemon/vm/domain.h"

#define STOP_SECONDS  120 // unless the request says otherwise
#define AGENT_SECONDS 600
#define POLL_MS       500

static gboolean run_start(Job *job, GError **error)
{
    GError *failure = NULL;
    if (start_isolated(job_user_data(job), job_machine_uuid(job), &failure))
        return TRUE;
    install_propagate(error, failure);
    return FALSE;
}

// A started machine is of use when its agent answers.
static gboolean run_agent(Job *job, GError **error)
{
    Daemon *daemon = job_user_data(job);
    const char *uuid = job_machine_uuid(job);
    g_autofree char *nonce = machine_files_read_nonce(daemon, uuid, error);
    g_autofree char *socket = machine_file(daemon, uuid, MACHINE_FILE_COM2);
    if (!nonce)
        return FALSE;
    job_set_time_limit(job, AGENT_SECONDS);
    for (;;) {
        g_autoptr(GError) silence = NULL;
        g_autoptr(AgentHello) hello = agent_hello(socket, nonce, 1500, job_cancellable(job), &silence);
        if (hello)
            return TRUE;
        DomainPower power = DOMAIN_OTHER;
        if (domain_power(daemon->libvirt, uuid, &power, NULL) && power == DOMAIN_OFF) {
            job_fail(error, "guest-stopped", "the machine switched itself off before its agent answered");
            return FALSE;
        }
        if (!job_sleep(job, POLL_MS, error))
            return FALSE;
    }
}

static gboolean read_force(Job *job, guint *ret_seconds)
{
    const char *text = job_parameters(job);
    g_autoptr(json_object) parameters = text ? json_parse(text, strlen(text), NULL) : NULL;
    json_object *force = NULL;
    *ret_seconds =
        (guint)(parameters ? json_int_member(parameters, "timeout_seconds", STOP_SECONDS) : STOP_SECONDS);
    return parameters && json_object_object_get_ex(parameters, "force", &force) &&
           json_object_get_boolean(force);
}

static void ask_to_stop(Job *job)
{
    Daemon *daemon = job_user_data(job);
    const char *uuid = job_machine_uuid(job);
    g_autoptr(GError) error = NULL;
    g_autofree char *nonce = machine_files_read_nonce(daemon, uuid, &error);
    g_autofree char *socket = machine_file(daemon, uuid, MACHINE_FILE_COM2);
    if (nonce && agent_shutdown(socket, nonce, FALSE, &error)) {
        job_log(job, "the agent shuts Windows down");
        return;
    }
    job_log(job, "the agent does not answer (%s); pressing the power button", error->message);
    g_autoptr(GError) button = NULL;
    if (!domain_press_power_button(daemon->libvirt, uuid, &button))
        job_log(job, "power button: %s", button->message);
}

// TRUE with *ret_off when the machine is off within the time, or the time has passed.
static gboolean wait_off(Job *job, guint seconds, gboolean *ret_off, GError **error)
{
    Daemon *daemon = job_user_data(job);
    const gint64 deadline = g_get_monotonic_time() + seconds * G_TIME_SPAN_SECOND;
    *ret_off = FALSE;
    while (g_get_monotonic_time() < deadline) {
        DomainPower power = DOMAIN_OTHER;
        if (domain_power(daemon->libvirt, job_machine_uuid(job), &power, NULL) &&
            (power == DOMAIN_OFF || power == DOMAIN_GONE)) {
            *ret_off = TRUE;
            return TRUE;
        }
        if (!job_sleep(job, POLL_MS, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean destroy(Job *job, GError **error)
{
    GError *failure = NULL;
    if (domain_destroy(((Daemon *)job_user_data(job))->libvirt, job_machine_uuid(job), &failure))
        return TRUE;
    install_propagate(error, failure);
    return FALSE;
}

static gboolean run_stop(Job *job, GError **error)
{
    guint seconds = STOP_SECONDS;
    gboolean off = FALSE;
    const gboolean force = read_force(job, &seconds);
    job_set_time_limit(job, seconds + 60);
    if (seconds == 0 && force)
        return destroy(job, error);
    if (!wait_off(job, 1, &off, error))
        return FALSE;
    if (off)
        return TRUE;
    ask_to_stop(job);
    if (!wait_off(job, seconds, &off, error))
        return FALSE;
    if (off)
        return TRUE;
    if (force) {
        job_log(job, "still running after %u s; pulling the plug", seconds);
        return destroy(job, error);
    }
    job_fail(error, "still-running",
             "the machine did not shut down within %u s; stop it with \"force\" to pull the plug", seconds);
    return FALSE;
}

static const JobStep start_steps[] = { { "start", 1, run_start, NULL }, { "agent", 4, run_agent, NULL } };
static const JobStep stop_steps[] = { { "stop", 1, run_stop, NULL } };

const JobKind start_job_kind = {
    .name = "start",
    .steps = start_steps,
    .step_count = G_N_ELEMENTS(start_steps),
};

const JobKind stop_job_kind = {
    .name = "stop",
    .steps = stop_steps,
    .step_count = G_N_ELEMENTS(stop_steps),
};
