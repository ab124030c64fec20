// SPDX-License-Identifier: GPL-3.0-or-later
// Codes and sentences of failures.
#include "daemon/install/guest_failure.h"

#include "daemon/install/known_failures.h"
#include "daemon/jobs/engine.h"

static const char *last_seen(const GuestState *state)
{
    return state->evidence ? state->evidence : "power on";
}

void guest_failure_reported(const GuestState *state, GError **error)
{
    g_autoptr(GString) text = g_string_new(state->failure_text);
    const char *advice = known_failure_advice(state->error_log);
    if (advice)
        g_string_append_printf(text, "; %s", advice);
    if (state->error_log->len > 0)
        g_string_append(text, "; the end of setuperr.log:");
    for (guint i = 0; i < state->error_log->len; i++)
        g_string_append_printf(text, "\n  %s", (const char *)state->error_log->pdata[i]);
    job_fail(error, state->failure_code, "%s", text->str);
}

// In which stage what is the likely cause. Setup shows its dialogs in all of them.
static const struct {
    GuestStage stage;
    const char *code, *meaning;
} stalls[] = {
    { GUEST_STAGE_POWERED_ON, "boot-failed",
      "nothing was seen of Windows PE: the machine does not start from the boot disc, or hangs before "
      "Windows runs. The "
      "screenshot shows how far it came; verify the disc (sevenctl disc verify), and try without "
      "\"drivers\"" },
    { GUEST_STAGE_WINPE, "setup-waiting",
      "Windows PE runs, and Setup does not: most likely a message waits on the screen. Look at the "
      "screenshot" },
    { GUEST_STAGE_COPY, "setup-waiting",
      "Windows Setup most likely waits at a dialog: look at the screenshot. If it asks for something, say it "
      "in the request; "
      "if it names the answer file, compare sevenctl answer-file NAME" },
    { GUEST_STAGE_SPECIALIZE, "setup-waiting",
      "the installed Windows does not start, or waits at a dialog in the specialize pass: look at the "
      "screenshot. A driver that "
      "its loader cannot verify, or a command in \"specialize\" that asks, are the usual causes" },
    { GUEST_STAGE_OOBE, "setup-waiting",
      "Windows Welcome most likely asks for something, or cannot log the user on: look at the screenshot" },
};

// Then nothing of sevend is in the machine, and it will wait for its agent for ever.
static const char not_specialized[] =
    "Windows went through its specialize pass without a word of sevend's script: the command did not start, "
    "or "
    "the machine's own disc could not be read then. Look at the screenshot; if it happens again, at "
    "\\Windows\\Panther\\UnattendGC\\setupact.log on the machine's disk";

static const char *meaning_of(const GuestState *state, gsize row)
{
    return stalls[row].stage == GUEST_STAGE_OOBE && !state->specialize_reported ? not_specialized
                                                                                : stalls[row].meaning;
}

void guest_failure_stalled(const GuestState *state, gint64 now, GError **error)
{
    gsize row = 0;
    while (row + 1 < G_N_ELEMENTS(stalls) && stalls[row].stage < state->stage)
        row++;
    const gboolean pictures = guest_state_only_screen_moves(state, now);
    job_fail(error, stalls[row].code,
             "nothing has moved for %u s: no disk writes, %s, COM1 is silent, its processors "
             "%s (last seen: %s); %s",
             (guint)((now - (pictures ? state->solid : state->activity)) / G_TIME_SPAN_SECOND),
             pictures ? "only a picture on the screen moves" : "the screen stands still",
             guest_state_is_busy(state, now) ? "are busy all the same: it may run in a circle" : "are idle",
             last_seen(state), meaning_of(state, row));
}

void guest_failure_off(const GuestState *state, GError **error)
{
    job_fail(error, "guest-stopped",
             "the machine switched itself off (last seen: %s): its last screens and the console log, both in "
             "the job's "
             "evidence, show what came before",
             last_seen(state));
}

void guest_failure_host_disk(const GuestState *state, GError **error)
{
    job_fail(
        error, "host-disk-full",
        "the host could not write to the machine's disk, so QEMU has paused the machine (last seen: %s): "
        "most likely the storage pool's file system is full. Make room, then request the machine again",
        last_seen(state));
}

void guest_failure_hung(const GuestState *state, gint64 microseconds, GError **error)
{
    job_fail(
        error, "hypervisor-hung",
        "QEMU has not answered libvirt for %u s, and was ended for it (last seen: %s): the host's storage "
        "hangs, or the process was stopped with a signal. The host's kernel log and libvirt's log of the "
        "machine tell more",
        (guint)(microseconds / G_TIME_SPAN_SECOND), last_seen(state));
}

void guest_failure_paused(const GuestState *state, gint64 now, GError **error)
{
    job_fail(error, "guest-paused",
             "the machine has been paused, not by sevend, and nothing has moved for %u s (last seen: %s): "
             "somebody or something on the host has suspended it (virsh suspend, a snapshot, a debugger)",
             (guint)((now - state->activity) / G_TIME_SPAN_SECOND), last_seen(state));
}

void guest_failure_silent(const GuestState *state, guint seconds, const char *trouble, GError **error)
{
    job_fail(error, "agent-silent",
             "Windows is installed (last seen: %s), but its agent has not answered for %u s%s%s%s: a "
             "first_logon command may have stopped its service or taken COM2, Windows may have frozen, or "
             "security software keeps the agent from starting; the screenshot and \\sevend\\*.log on the "
             "machine's disk tell more",
             last_seen(state), seconds, trouble ? " (what came over COM2 instead: " : "",
             trouble ? trouble : "", trouble ? ")" : "");
}
