// SPDX-License-Identifier: GPL-3.0-or-later
// Off, and on again.
#include "daemon/install/power_cycle.h"

#include "daemon/install/machine_files.h"
#include "daemon/vm/agent.h"
#include "daemon/vm/domain.h"

#define POLL_MS 500

gboolean machine_wait_agent(Job *job, GError **error)
{
    Daemon *daemon = job_user_data(job);
    const char *uuid = job_machine_uuid(job);
    g_autofree char *nonce = machine_files_read_nonce(daemon, uuid, error);
    g_autofree char *socket = machine_file(daemon, uuid, MACHINE_FILE_COM2);
    if (!nonce)
        return FALSE;
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

void machine_ask_to_stop(Job *job)
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

gboolean machine_wait_off(Job *job, guint seconds, gboolean *ret_off, GError **error)
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
