// SPDX-License-Identifier: GPL-3.0-or-later
// Getting a machine off and its agent back: what the jobs start and stop and the end of an install share.
#pragma once

#include "daemon/daemon.h"

// TRUE with *ret_off when the machine of @job is off within @seconds, or the time has passed. Errors: those
// of job_check().
gboolean machine_wait_off(Job *job, guint seconds, gboolean *ret_off, GError **error);
// Asks the agent to shut Windows down; if it does not answer, presses the power button. Does not wait.
void machine_ask_to_stop(Job *job);
// Waits until the agent answers with the machine's nonce. "guest-stopped" if the machine goes off meanwhile.
gboolean machine_wait_agent(Job *job, GError **error);
