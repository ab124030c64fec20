// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs "start" and "stop". A start passes the same isolation gate as an install; a stop asks the agent, then
// presses the power button, and pulls the plug only if told to.
#include <string.h>

#include "daemon/install/install.h"
#include "daemon/install/isolation_gate.h"
#include "daemon/install/power_cycle.h"
#include "daemon/lifecycle/lifecycle.h"
#include "daemon/vm/domain.h"

#define STOP_SECONDS  120 // unless the request says otherwise
#define AGENT_SECONDS 600

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
    job_set_time_limit(job, AGENT_SECONDS);
    return machine_wait_agent(job, error);
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
    if (!machine_wait_off(job, 1, &off, error))
        return FALSE;
    if (off)
        return TRUE;
    machine_ask_to_stop(job);
    if (!machine_wait_off(job, seconds, &off, error))
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
    .gated = TRUE,
};

const JobKind stop_job_kind = {
    .name = "stop",
    .steps = stop_steps,
    .step_count = G_N_ELEMENTS(stop_steps),
};
