// SPDX-License-Identifier: GPL-3.0-or-later
// Evidence → stage. Times out nothing and reads nothing: guest_progress.c does.
#include "daemon/install/guest_stage.h"

#include <string.h>

#include "daemon/install/command_report.h"

static const char *const stage_names[] = {
    [GUEST_STAGE_POWERED_ON] = "powered on",
    [GUEST_STAGE_WINPE] = "winpe",
    [GUEST_STAGE_COPY] = "copy",
    [GUEST_STAGE_SPECIALIZE] = "specialize",
    [GUEST_STAGE_OOBE] = "oobe",
    [GUEST_STAGE_FIRST_LOGON] = "first-logon",
    [GUEST_STAGE_DONE] = "first logon is over",
};

const char *guest_stage_name(GuestStage stage)
{
    return stage_names[stage];
}

// What a report with that phase and status proves. The first row that fits counts; status NULL fits any.
static const struct {
    const char *phase, *status;
    GuestStage stage;
} reports[] = {
    { "winpe", NULL, GUEST_STAGE_WINPE },
    { "copy", NULL, GUEST_STAGE_COPY },
    { "specialize", "done", GUEST_STAGE_OOBE },
    { "specialize", NULL, GUEST_STAGE_SPECIALIZE },
    { "oobe", NULL, GUEST_STAGE_OOBE },
    { "first-logon", "done", GUEST_STAGE_DONE },
    { "first-logon", NULL, GUEST_STAGE_FIRST_LOGON },
};

void guest_state_init(GuestState *state, gint64 now)
{
    *state = (GuestState){ .activity = now,
                           .solid = now,
                           .written_since = now,
                           .error_log = g_ptr_array_new_with_free_func(g_free) };
}

void guest_state_moved(GuestState *state, gint64 now)
{
    state->activity = now;
    state->busy = 0;
    state->solid = now;
}

static gint64 still_altogether(const GuestState *state, gint64 now)
{
    return now - state->activity - state->busy + state->busy / GUEST_BUSY_WEIGHT;
}

static gint64 still_but_for_the_screen(const GuestState *state, gint64 now)
{
    return (now - state->solid) / GUEST_SCREEN_WEIGHT;
}

gint64 guest_state_still(const GuestState *state, gint64 now)
{
    return MAX(still_altogether(state, now), still_but_for_the_screen(state, now));
}

gboolean guest_state_only_screen_moves(const GuestState *state, gint64 now)
{
    return still_but_for_the_screen(state, now) > still_altogether(state, now);
}

gboolean guest_state_is_busy(const GuestState *state, gint64 now)
{
    return state->busy * 2 > now - state->activity;
}

gboolean guest_state_is_silent(const GuestState *state, gint64 now, gint64 limit)
{
    if (state->stage != GUEST_STAGE_FIRST_LOGON || now - state->heard <= limit)
        return FALSE;
    return guest_state_still(state, now) > limit || now - state->heard > limit * GUEST_SILENT_TIMES;
}

void guest_state_clear(GuestState *state)
{
    for (guint i = 0; i < GUEST_SCREENS; i++)
        g_free(state->screens[i]);
    g_free(state->evidence);
    g_free(state->failure_code);
    g_free(state->failure_text);
    g_clear_pointer(&state->error_log, g_ptr_array_unref);
}

static void reach(GuestState *state, GuestStage stage, const char *evidence, gint64 now)
{
    if (stage <= state->stage)
        return;
    state->stage = stage;
    state->heard = now;
    state->reboots = 0;
    g_free(state->evidence);
    state->evidence = g_strdup(evidence);
}

static void fail(GuestState *state, const char *code, char *text)
{
    if (state->failure_code) {
        g_free(text);
        return; // the first failure is the cause
    }
    state->failure_code = g_strdup(code);
    state->failure_text = text;
}

static const char *key(const Com1Line *line, const char *name)
{
    const char *value = line->keys ? g_hash_table_lookup(line->keys, name) : NULL;
    return value ? value : "?";
}

// The reasons that start.cmd gives are codes of their own; whatever else says so in its name is not believed.
static void take_winpe_failure(GuestState *state, const char *reason)
{
    static const struct {
        const char *reason, *file;
    } missing[] = { { "no-install-wim", "\\sources\\install.wim" },
                    { "no-config-disc", "\\sevend\\config.tag" } };
    for (gsize i = 0; i < G_N_ELEMENTS(missing); i++)
        if (strcmp(reason, missing[i].reason) == 0)
            fail(state, missing[i].reason,
                 g_strdup_printf("WinPE found no drive with %s: is the disc attached and readable?",
                                 missing[i].file));
    fail(state, "winpe-failed",
         g_strdup("WinPE reports a failure that it has no name for; see the console log"));
}

static void take_failure(GuestState *state, const Com1Line *line)
{
    if (strcmp(line->phase, "winpe") == 0) {
        take_winpe_failure(state, key(line, "reason"));
    } else if (strcmp(line->phase, "copy") == 0) {
        fail(state, "setup-error",
             g_strdup_printf("Windows Setup ended with exit code %s before it rebooted", key(line, "exit")));
    } else if (strcmp(line->phase, "specialize") == 0 || strcmp(line->phase, "first-logon") == 0) {
        char *text = NULL;
        const char *code = command_report_failure(line, state->request, &text);
        fail(state, code, text);
    }
}

static void take_log_line(GuestState *state, const Com1Line *line)
{
    if (state->error_log->len >= GUEST_LOG_LINES)
        g_ptr_array_remove_index(state->error_log, 0);
    g_ptr_array_add(state->error_log, g_strndup(line->text, 240));
}

static void take_report(GuestState *state, const Com1Line *line, gint64 now)
{
    const char *status = line->status ? line->status : "";
    for (gsize i = 0; i < G_N_ELEMENTS(reports); i++) {
        if (strcmp(line->phase, reports[i].phase) != 0 ||
            (reports[i].status && strcmp(status, reports[i].status) != 0))
            continue;
        g_autofree char *evidence = g_strdup_printf("COM1: phase=%s status=%s", line->phase, status);
        reach(state, reports[i].stage, evidence, now);
        break;
    }
    if (strcmp(line->phase, "specialize") == 0)
        state->specialize_reported = TRUE;
    if (strcmp(status, "failed") == 0)
        take_failure(state, line);
    if (strcmp(status, "log-begin") == 0)
        state->in_error_log = strstr(key(line, "file"), "setuperr") != NULL;
    if (strcmp(status, "log-end") == 0)
        state->in_error_log = FALSE;
}

void guest_state_take_line(GuestState *state, const Com1Line *line, gint64 now)
{
    guest_state_moved(state, now);
    if (line->phase)
        take_report(state, line, now);
    else if (state->in_error_log)
        take_log_line(state, line);
}

void guest_state_take_blue_screen(GuestState *state, gboolean seen)
{
    state->blue_screens = seen ? state->blue_screens + 1 : 0;
    if (state->blue_screens >= GUEST_BLUE_SCREENS)
        fail(state, "guest-crashed",
             g_strdup_printf(
                 "Windows has stopped with a blue screen (last seen: %s): the last screens show its "
                 "code. 0x0000007B is a disk that it has no driver for, others are most often a "
                 "driver: try without \"drivers\", or with another disk_bus or video",
                 state->evidence ? state->evidence : "power on"));
}

void guest_state_take_console(GuestState *state, guint64 bytes)
{
    if (bytes > GUEST_CONSOLE_BYTES)
        fail(state, "console-flooded",
             g_strdup_printf("COM1 has been given more than %u MiB, hundreds of times what an install has to "
                             "say: a command of the request, or a program in the image, writes to it without "
                             "end. The console log in the job's evidence shows what; the last screens show "
                             "who",
                             GUEST_CONSOLE_BYTES >> 20));
}

// Setup reboots once after it has copied Windows and once after specialize (FACTS). A reboot with nothing
// written before it is a boot loader trying again, and proves nothing.
void guest_state_take_reboots(GuestState *state, guint count, gint64 now)
{
    if (count == 0)
        return;
    guest_state_moved(state, now);
    if (state->rebooted_at != 0 && now - state->rebooted_at < GUEST_REBOOTS_APART)
        return;
    state->rebooted_at = MAX(now, 1);
    state->reboots++;
    if (state->reboots >= GUEST_REBOOTS_MOST && state->stage < GUEST_STAGE_FIRST_LOGON)
        fail(state, "guest-crashed",
             g_strdup_printf(
                 "the machine has restarted %u times without getting further than \"%s\": Windows crashes, "
                 "or its "
                 "loader fails, at each start; the last screens show it. Try without \"drivers\", or with "
                 "another video or disk_bus",
                 state->reboots, guest_stage_name(state->stage)));
    if (state->written < state->written_at_reboot + GUEST_ACTIVITY_BYTES)
        return;
    state->written_at_reboot = state->written;
    if (state->stage < GUEST_STAGE_SPECIALIZE && state->written >= GUEST_COPY_BYTES)
        reach(state, GUEST_STAGE_SPECIALIZE, "rebooted after copying Windows", now);
    else if (state->stage == GUEST_STAGE_SPECIALIZE)
        reach(state, GUEST_STAGE_OOBE, "rebooted after specialize", now);
}

void guest_state_take_demand(GuestState *state, guint64 nanoseconds, gint64 now)
{
    const gint64 used = (gint64)(nanoseconds - state->demand) / 1000, passed = now - state->demand_seen;
    // Less than before: the machine was started anew.
    if (state->demand_seen != 0 && nanoseconds >= state->demand && used * 100 > passed * GUEST_BUSY_PERCENT)
        state->busy += MIN(passed, now - state->activity - state->busy);
    state->demand = nanoseconds;
    state->demand_seen = now;
}

void guest_state_take_written(GuestState *state, guint64 bytes, gint64 now)
{
    if (bytes < state->written) { // the machine was started anew: counters begin again
        state->written_at_activity = 0;
        state->written_at_reboot = 0;
    }
    state->written = bytes;
    const gboolean much = bytes >= state->written_at_activity + GUEST_ACTIVITY_BYTES;
    if (much)
        guest_state_moved(state, now);
    if (much || now - state->written_since >= GUEST_ACTIVITY_TIME) {
        state->written_at_activity = bytes;
        state->written_since = now;
    }
    if (bytes >= GUEST_COPY_BYTES)
        reach(state, GUEST_STAGE_COPY, "disk writes: Setup copies Windows", now);
}

void guest_state_take_read(GuestState *state, guint64 bytes, gint64 now)
{
    if (bytes < GUEST_BOOT_BYTES || state->stage >= GUEST_STAGE_WINPE)
        return;
    guest_state_moved(state, now);
    reach(state, GUEST_STAGE_WINPE, "the boot disc is read: Windows PE is loaded", now);
}

void guest_state_take_screen(GuestState *state, const char *hash, gint64 now)
{
    for (guint i = 0; i < GUEST_SCREENS; i++)
        if (g_strcmp0(state->screens[i], hash) == 0)
            return;
    g_free(state->screens[state->next_screen]);
    state->screens[state->next_screen] = g_strdup(hash);
    state->next_screen = (state->next_screen + 1) % GUEST_SCREENS;
    state->activity = now;
    state->busy = 0;
}

void guest_state_take_hello(GuestState *state, const AgentHello *hello, gint64 now)
{
    const GuestStage before = state->stage;
    state->heard = now;
    const char *first_logon = hello->first_logon ? hello->first_logon : "none";
    reach(state, GUEST_STAGE_SPECIALIZE, "the agent answers", now);
    if (strcmp(first_logon, "none") != 0)
        reach(state, GUEST_STAGE_FIRST_LOGON, "the agent says that first logon has begun", now);
    if (strcmp(first_logon, "done") == 0)
        reach(state, GUEST_STAGE_DONE, "the agent says that first logon is over", now);
    if (strcmp(first_logon, "failed") == 0)
        fail(state, "first-logon-command-failed",
             g_strdup("a first_logon command failed: \\sevend\\first-logon.log in the guest names it"));
    if (state->stage != before)
        guest_state_moved(state, now); // an agent that merely answers says nothing of Setup's progress
}
