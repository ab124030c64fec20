// SPDX-License-Identifier: GPL-3.0-or-later
// Watching a guest install itself: gathers the evidence (COM1 log, libvirt's events, disk writes, screen,
// agent) and waits for a stage. Ends in an error when the guest reports a failure, switches itself off, or
// nothing moves any more.
#pragma once

#include "daemon/daemon.h"
#include "daemon/install/guest_stage.h"

typedef struct GuestProgress GuestProgress;

#define GUEST_PICTURES 4u

// @stall_seconds: without any sign of life for so long, the install fails. @copy_bytes: about what Setup
// writes in "copy".
GuestProgress *guest_progress_new(Daemon *daemon, const char *uuid, const char *nonce, guint stall_seconds,
                                  guint64 copy_bytes, json_object *request);
void guest_progress_free(GuestProgress *progress);

// Blocks until the guest has reached @stage. Errors: job errors "setup-error", "setup-waiting",
// "boot-failed", "guest-stopped", "guest-crashed", "command-failed", "first-logon-command-failed" …, and
// those of job_check().
gboolean guest_progress_wait(GuestProgress *progress, Job *job, GuestStage stage, GError **error);
// The last hello with the right nonce, or NULL. Borrowed.
const AgentHello *guest_progress_hello(const GuestProgress *progress);
// The last different screens (GBytes, PNG), the newest last; at most GUEST_PICTURES. Borrowed.
const GPtrArray *guest_progress_screens(const GuestProgress *progress);
// Blocks until the agent has answered; "agent-silent" if it does not while as much time passes as may pass
// without a sign of life.
gboolean guest_progress_wait_hello(GuestProgress *progress, Job *job, GError **error);
