// SPDX-License-Identifier: GPL-3.0-or-later
// Gathering evidence about a guest. What it proves is decided in guest_stage.c.
#include "daemon/install/guest_progress.h"

#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "daemon/install/command_report.h"
#include "daemon/install/guest_events.h"
#include "daemon/install/guest_failure.h"
#include "daemon/install/hypervisor_watch.h"
#include "daemon/install/machine_files.h"
#include "daemon/vm/blue_screen.h"
#include "daemon/vm/domain.h"
#include "daemon/vm/domain_xml.h"

#define POLL_MS 500
// In polls: libvirt is asked less often than the log file is read.
#define POWER_EVERY      4
#define DISK_EVERY       4
#define PROCESSORS_EVERY 8
#define SCREEN_EVERY     10
#define AGENT_EVERY      6
#define HELLO_MS         1500
// A round of questions takes milliseconds, and seconds on a host that is overloaded.
#define HUNG_AFTER (60 * G_TIME_SPAN_SECOND)
// After a reported failure the guest still sends its logs: wait for them this long.
#define FAILURE_GRACE (15 * G_TIME_SPAN_SECOND)

struct GuestProgress {
    Daemon *daemon;
    char *uuid, *nonce, *socket, *offset_path;
    gint64 stall;
    guint64 copy_bytes;
    Com1Log *com1;
    HypervisorWatch *watch;
    guint64 console_offset; // lines before it have been shown already, before a restart
    GuestState state;
    AgentHello *hello;
    guint polls;
    gint64 failed_at;
    GPtrArray *screens;              // the last different ones
    gboolean off, paused, host_disk; // host_disk: paused because the host cannot write its disk
    gboolean blind;                  // libvirt cannot be asked just now
    char *agent_trouble;             // what was wrong with what came over COM2, or NULL
};

static guint64 read_offset(const char *path)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    return file_read(path, 32, &text, &length, NULL) ? g_ascii_strtoull(text, NULL, 10) : 0;
}

GuestProgress *guest_progress_new(Daemon *daemon, const char *uuid, const char *nonce, guint stall_seconds,
                                  guint64 copy_bytes, json_object *request)
{
    GuestProgress *progress = g_new0(GuestProgress, 1);
    g_autofree char *com1 = machine_file(daemon, uuid, MACHINE_FILE_COM1);
    progress->daemon = daemon;
    progress->uuid = g_strdup(uuid);
    progress->nonce = g_strdup(nonce);
    progress->socket = machine_file(daemon, uuid, MACHINE_FILE_COM2);
    progress->offset_path = machine_file(daemon, uuid, "com1.offset");
    progress->stall = stall_seconds * G_TIME_SPAN_SECOND;
    progress->copy_bytes = copy_bytes;
    // From the start: after a restart the old lines are evidence still, they are only not shown again.
    progress->com1 = com1_log_new(com1, nonce, 0);
    progress->console_offset = read_offset(progress->offset_path);
    progress->screens = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    guest_state_init(&progress->state, g_get_monotonic_time());
    progress->state.request = request;
    guest_events_watch(daemon->guest_events, uuid);
    progress->watch = hypervisor_watch_new(daemon->libvirt, uuid, MIN(progress->stall, HUNG_AFTER));
    return progress;
}

void guest_progress_free(GuestProgress *progress)
{
    if (!progress)
        return;
    hypervisor_watch_free(progress->watch);
    guest_events_unwatch(progress->daemon->guest_events, progress->uuid);
    com1_log_free(progress->com1);
    g_ptr_array_unref(progress->screens);
    guest_state_clear(&progress->state);
    agent_hello_free(progress->hello);
    g_free(progress->agent_trouble);
    g_free(progress->uuid);
    g_free(progress->nonce);
    g_free(progress->socket);
    g_free(progress->offset_path);
    g_free(progress);
}

const AgentHello *guest_progress_hello(const GuestProgress *progress)
{
    return progress->hello;
}

// For the case of a restart only; losing it shows some lines twice, so no fsync.
static void keep_offset(GuestProgress *progress, guint64 offset)
{
    g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT "\n", offset);
    progress->console_offset = offset;
    g_file_set_contents_full(progress->offset_path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL);
}

static void show_line(const GuestProgress *progress, Job *job, const Com1Line *line)
{
    g_autofree char *report = command_report_text(line, progress->state.request);
    job_console(job, line->text);
    if (report)
        job_log(job, "%s", report);
}

static void poll_com1(GuestProgress *progress, Job *job)
{
    const guint64 before = com1_log_offset(progress->com1);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) lines = com1_log_read(progress->com1, &error);
    if (!lines) {
        g_warning("machine %s: COM1: %s, ignoring", job_machine_name(job), error->message);
        return;
    }
    for (guint i = 0; i < lines->len; i++) {
        const Com1Line *line = lines->pdata[i];
        guest_state_take_line(&progress->state, line, g_get_monotonic_time());
        if (before >= progress->console_offset)
            show_line(progress, job, line);
    }
    guest_state_take_console(&progress->state, com1_log_bytes(progress->com1));
    if (lines->len > 0 && com1_log_offset(progress->com1) > progress->console_offset)
        keep_offset(progress, com1_log_offset(progress->com1));
}

// While libvirt cannot be asked, standing still cannot be seen: the stall clock waits.
static void see(GuestProgress *progress, Job *job, gboolean ok, const GError *error)
{
    if (!ok && !progress->blind)
        job_log(job, "cannot watch the machine: %s; waiting", error->message);
    if (!ok)
        guest_state_moved(&progress->state, g_get_monotonic_time());
    progress->blind = !ok;
}

static void poll_power(GuestProgress *progress, Job *job)
{
    g_autoptr(GError) error = NULL;
    DomainPower power = DOMAIN_OTHER;
    const gboolean ok = domain_power(progress->daemon->libvirt, progress->uuid, &power, &error);
    see(progress, job, ok, error);
    progress->off = ok && (power == DOMAIN_OFF || power == DOMAIN_GONE || power == DOMAIN_CRASHED);
    progress->paused = ok && power == DOMAIN_PAUSED;
    progress->host_disk =
        progress->paused && domain_paused_by_disk(progress->daemon->libvirt, progress->uuid);
}

static void poll_processors(GuestProgress *progress)
{
    guint64 nanoseconds = 0;
    if (domain_processor_demand(progress->daemon->libvirt, progress->uuid, &nanoseconds, NULL))
        guest_state_take_demand(&progress->state, nanoseconds, g_get_monotonic_time());
}

static void poll_disk(GuestProgress *progress, Job *job)
{
    guint64 bytes = 0, from_disc = 0;
    if (!domain_disk_written(progress->daemon->libvirt, progress->uuid, &bytes, NULL))
        return; // poll_power() tells why
    guest_state_take_written(&progress->state, bytes, g_get_monotonic_time());
    if (domain_disk_read(progress->daemon->libvirt, progress->uuid, DRIVE_BOOT, &from_disc, NULL))
        guest_state_take_read(&progress->state, from_disc, g_get_monotonic_time());
    if (strcmp(job_phase(job), "copy") == 0 && progress->copy_bytes > 0)
        job_progress(job, MIN(0.98, (double)bytes / (double)progress->copy_bytes), bytes,
                     progress->copy_bytes);
}

// A blinking cursor makes two screens of one: what is among the kept ones moves to the end.
static void keep_screen(GuestProgress *progress, GBytes *png)
{
    guint known = 0;
    if (g_ptr_array_find_with_equal_func(progress->screens, png, g_bytes_equal, &known))
        g_ptr_array_remove_index(progress->screens, known);
    else if (progress->screens->len >= GUEST_PICTURES)
        g_ptr_array_remove_index(progress->screens, 0);
    g_ptr_array_add(progress->screens, g_bytes_ref(png));
}

const GPtrArray *guest_progress_screens(const GuestProgress *progress)
{
    return progress->screens;
}

static void poll_screen(GuestProgress *progress)
{
    g_autoptr(GBytes) png = domain_screenshot(progress->daemon->libvirt, progress->uuid, NULL);
    if (!png)
        return;
    g_autofree char *hash = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, png);
    keep_screen(progress, png);
    guest_state_take_blue_screen(&progress->state, blue_screen_is(png));
    guest_state_take_screen(&progress->state, hash, g_get_monotonic_time());
}

static void poll_agent(GuestProgress *progress, Job *job)
{
    g_autoptr(GError) error = NULL;
    AgentHello *hello =
        agent_hello(progress->socket, progress->nonce, HELLO_MS, job_cancellable(job), &error);
    if (!hello) { // nobody there yet, or an impostor: both mean waiting
        if (error->domain == AGENT_ERROR && error->code != AGENT_ERROR_UNREACHABLE) {
            g_free(progress->agent_trouble);
            progress->agent_trouble = g_strdup(error->message);
        }
        return;
    }
    agent_hello_free(progress->hello);
    progress->hello = hello;
    guest_state_take_hello(&progress->state, hello, g_get_monotonic_time());
}

static void ask(GuestProgress *progress, Job *job)
{
    const guint turn = progress->polls++;
    if (turn % POWER_EVERY == 0)
        poll_power(progress, job); // before COM1: what was written before switching off is read after it
    if (turn % DISK_EVERY == 0)
        poll_disk(progress, job);
    if (turn % PROCESSORS_EVERY == 0)
        poll_processors(progress);
    const GuestEventCounts events = guest_events_collect(progress->daemon->guest_events, progress->uuid);
    poll_com1(progress, job);
    // What was written before a restart belongs before it: a second event of the same one must find nothing
    // new.
    if (events.reboots > 0)
        poll_disk(progress, job);
    guest_state_take_reboots(&progress->state, events.reboots, g_get_monotonic_time());
    if (events.crashed)
        progress->off = TRUE;
    if (turn % SCREEN_EVERY == 0)
        poll_screen(progress);
    if (turn % AGENT_EVERY == 0 && progress->state.stage >= GUEST_STAGE_SPECIALIZE && !progress->off)
        poll_agent(progress, job);
}

static void poll(GuestProgress *progress, Job *job)
{
    hypervisor_watch_enter(progress->watch);
    ask(progress, job);
    hypervisor_watch_leave(progress->watch);
}

// What the guest has reported, or its restarts show. Its logs may still come.
static gboolean check_report(GuestProgress *progress, gint64 now, GError **error)
{
    if (progress->failed_at == 0)
        progress->failed_at = now;
    if (!progress->off && now - progress->failed_at < FAILURE_GRACE)
        return TRUE;
    guest_failure_reported(&progress->state, error);
    return FALSE;
}

// A first-logon command may be long and silent; but the agent's service answers all the while.
static gboolean check_standstill(const GuestProgress *progress, gint64 now, GError **error)
{
    const GuestState *state = &progress->state;
    const gboolean stalls =
        state->stage < GUEST_STAGE_FIRST_LOGON && guest_state_still(state, now) > progress->stall;
    const gboolean silent = guest_state_is_silent(state, now, progress->stall);
    if (progress->paused && (stalls || silent))
        guest_failure_paused(state, now, error);
    else if (stalls)
        guest_failure_stalled(state, now, error);
    else if (silent)
        guest_failure_silent(state, (guint)((now - state->heard) / G_TIME_SPAN_SECOND),
                             progress->agent_trouble, error);
    return !stalls && !silent;
}

// FALSE when the install is over for a reason that the guest showed.
static gboolean check_guest(GuestProgress *progress, GError **error)
{
    const gint64 now = g_get_monotonic_time(), hung = hypervisor_watch_hung(progress->watch);
    if (progress->state.failure_code)
        return check_report(progress, now, error);
    if (hung > 0 || progress->off || progress->host_disk) {
        if (hung > 0)
            guest_failure_hung(&progress->state, hung, error);
        else if (progress->off)
            guest_failure_off(&progress->state, error);
        else
            guest_failure_host_disk(&progress->state, error);
        return FALSE;
    }
    return check_standstill(progress, now, error);
}

gboolean guest_progress_wait(GuestProgress *progress, Job *job, GuestStage stage, GError **error)
{
    while (progress->state.stage < stage || progress->state.failure_code) {
        poll(progress, job);
        if (!check_guest(progress, error))
            return FALSE;
        if (progress->state.stage >= stage && !progress->state.failure_code)
            break;
        if (!job_sleep(job, POLL_MS, error))
            return FALSE;
    }
    job_detail(job, "%s", progress->state.evidence ? progress->state.evidence : guest_stage_name(stage));
    return TRUE;
}

gboolean guest_progress_wait_hello(GuestProgress *progress, Job *job, GError **error)
{
    const gint64 began = g_get_monotonic_time();
    // One from before says nothing of the agent that is left now.
    g_clear_pointer(&progress->hello, agent_hello_free);
    while (!progress->hello) {
        poll(progress, job);
        poll_agent(progress, job);
        if (progress->hello)
            break;
        if (g_get_monotonic_time() - began > progress->stall) {
            guest_failure_silent(&progress->state, (guint)(progress->stall / G_TIME_SPAN_SECOND),
                                 progress->agent_trouble, error);
            return FALSE;
        }
        if (!check_guest(progress, error) || !job_sleep(job, POLL_MS, error))
            return FALSE;
    }
    return TRUE;
}
