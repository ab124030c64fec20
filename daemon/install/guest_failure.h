// SPDX-License-Identifier: GPL-3.0-or-later
// What the evidence says of an install that does not go on, as a job's error: a stable code, what was seen,
// and what to do next. Pure, as guest_stage.h is.
#pragma once

#include "daemon/install/guest_stage.h"

// A failure that the guest reported, or that its restarts show: state->failure_code.
void guest_failure_reported(const GuestState *state, GError **error);
// Nothing has moved until @now: "boot-failed" before Windows PE, else "setup-waiting".
void guest_failure_stalled(const GuestState *state, gint64 now, GError **error);
// The machine is off: "guest-stopped".
void guest_failure_off(const GuestState *state, GError **error);
// The machine is paused, and QEMU did that because the host could not write to its disk: "host-disk-full".
void guest_failure_host_disk(const GuestState *state, GError **error);
// QEMU has not answered libvirt for @microseconds, and was ended for it: "hypervisor-hung".
void guest_failure_hung(const GuestState *state, gint64 microseconds, GError **error);
// It is paused and stays so: "guest-paused".
void guest_failure_paused(const GuestState *state, gint64 now, GError **error);
// Windows is installed, and its agent has not answered for @seconds: "agent-silent". @trouble: what was wrong
// with what came instead, or NULL.
void guest_failure_silent(const GuestState *state, guint seconds, const char *trouble, GError **error);
