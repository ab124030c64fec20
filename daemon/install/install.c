// SPDX-License-Identifier: GPL-3.0-or-later
// The order of things: the table of an install's steps, what they share, and what happens when it fails or is
// cancelled.
#include "daemon/install/install.h"

#include <string.h>

#include "daemon/install/evidence.h"
#include "daemon/install/machine_files.h"
#include "daemon/install/phase_times.h"

static const JobStep install_steps[] = {
    { "inspect", 4, install_step_inspect, NULL },
    { "preflight", 1, install_step_preflight, NULL },
    { "boot-disc", 6, install_step_boot_disc, NULL },
    { "config-disc", 1, install_step_config_disc, install_undo_config_disc },
    { "disk", 1, install_step_disk, install_undo_disk },
    { "define", 1, install_step_define, install_undo_define },
    { "start", 1, install_step_start, install_undo_start },
    { "winpe", 8, install_step_winpe, NULL },
    { "copy", 40, install_step_copy, NULL },
    { "specialize", 14, install_step_specialize, NULL },
    { "oobe", 10, install_step_oobe, NULL },
    { "first-logon", 10, install_step_first_logon, NULL },
    { "ready", 3, install_step_ready, NULL },
};

static void install_free(gpointer data)
{
    Install *install = data;
    if (!install)
        return;
    guest_progress_free(install->progress);
    install_plan_free(install->plan);
    template_free(install->template);
    if (install->document)
        unattend_wipe_request(install->document);
    g_clear_pointer(&install->document, json_object_put);
    g_free(install->nonce);
    g_free(install);
}

// Resumed after the last step, just before the job's end was stored: the secrets may be gone, and nothing
// needs them any more.
static gboolean is_ready_already(Job *job)
{
    g_autoptr(StoreMachine) machine = NULL;
    Daemon *daemon = job_user_data(job);
    return store_machine_get(daemon->store, job_machine_name(job), &machine, NULL) &&
           strcmp(machine->state, "ready") == 0;
}

static gpointer install_begin(Job *job, GError **error)
{
    Daemon *daemon = job_user_data(job);
    const char *uuid = job_machine_uuid(job);
    Install *install = g_new0(Install, 1);
    install->daemon = daemon;
    const gboolean ready = is_ready_already(job);
    install->document = machine_files_read_request(daemon, uuid, ready ? NULL : error);
    if (install->document)
        install->template = template_load(daemon, json_string_member(install->document, "template"), error);
    if (install->template || ready)
        install->nonce = machine_files_read_nonce(daemon, uuid, error);
    if (install->nonce) {
        if (install->document)
            phase_times_expect(job, json_string_member(install->document, "disc"));
        return install;
    }
    install_free(install);
    return NULL;
}

static void install_failing(Job *job, GError *error)
{
    evidence_keep(job, install_of(job)->progress, error);
}

static void settle_failure(Daemon *daemon, const char *uuid, JobOutcome outcome, const GError *error)
{
    g_autoptr(GError) failure = NULL;
    const char *message = NULL;
    const char *code = error ? job_error_code(error, &message) : "cancelled";
    const gboolean ok =
        outcome == JOB_CANCELLED
            ? store_machine_delete(daemon->store, uuid, &failure) &&
                  machine_files_remove(daemon, uuid, &failure)
            : machine_files_forget_secrets(daemon, uuid, &failure) &&
                  store_machine_set_boot_disc(daemon->store, uuid, NULL, &failure) &&
                  store_machine_set_state(daemon->store, uuid, "failed", code, message, &failure);
    if (!ok)
        g_warning("machine %s: %s", uuid, failure->message);
}

void install_settle(Job *job, JobOutcome outcome, const GError *error)
{
    Daemon *daemon = job_user_data(job);
    g_autoptr(GError) failure = NULL;
    if (outcome != JOB_SUCCEEDED)
        settle_failure(daemon, job_machine_uuid(job), outcome, error);
    else if (!machine_files_forget_secrets(daemon, job_machine_uuid(job), &failure))
        g_warning("machine %s: %s; removed at the next start", job_machine_name(job), failure->message);
}

static void install_end(Job *job, JobOutcome outcome, const GError *error)
{
    if (outcome == JOB_SUCCEEDED && job_data(job) && install_of(job)->document)
        phase_times_learn(job, json_string_member(install_of(job)->document, "disc"));
    install_settle(job, outcome, error);
}

const JobKind install_job_kind = {
    .name = "create",
    .steps = install_steps,
    .step_count = G_N_ELEMENTS(install_steps),
    .counts_as_install = TRUE,
    .gated = TRUE,
    .begin = install_begin,
    .failing = install_failing,
    .end = install_end,
    .free_data = install_free,
};

void install_limit(Job *job)
{
    job_set_time_limit(job, template_limit(install_of(job)->template, job_phase(job)));
}

const InstallPlan *install_plan(Job *job, GError **error)
{
    Install *install = install_of(job);
    if (install->plan)
        return install->plan;
    g_autoptr(Faults) faults = faults_new();
    GError *failure = NULL;
    install->plan =
        install_plan_new(install->daemon, install->document, job_cancellable(job), faults, &failure);
    if (failure) {
        install_propagate(error, failure);
    } else if (!install->plan) {
        g_autofree char *text = faults_to_text(faults);
        job_fail(error, "preflight-refused", "%s", text);
    }
    return install->plan;
}

GuestProgress *install_progress(Job *job)
{
    Install *install = install_of(job);
    if (install->progress)
        return install->progress;
    // Without the disc (gone since, after a restart) only the percentage of "copy" is lost.
    const InstallPlan *plan = install->document ? install_plan(job, NULL) : NULL;
    const gint64 bytes = plan ? json_int_member(plan->edition, "size_bytes", 0) : 0;
    install->progress = guest_progress_new(install->daemon, job_machine_uuid(job), install->nonce,
                                           template_limit(install->template, "stall"),
                                           bytes > 0 ? (guint64)bytes : 0, install->document);
    return install->progress;
}

char *install_disc_sha256(Job *job, const InstallPlan *plan, GError **error)
{
    GError *failure = NULL;
    g_autoptr(json_object) hashes = disc_hashes(job_user_data(job), plan->disc, install_media_progress, job,
                                                job_cancellable(job), &failure);
    if (!hashes) {
        install_propagate(error, failure);
        return NULL;
    }
    return g_strdup(json_string_member(hashes, "sha256"));
}

void install_media_progress(const char *step G_GNUC_UNUSED, guint64 done, guint64 total, gpointer data)
{
    if (total > 0)
        job_progress(data, (double)done / (double)total, done, total);
}

// Stable codes of what may go wrong outside sevend-media and the library, which bring their own.
static const struct {
    GQuark (*domain)(void);
    int code;
    const char *job_code;
} error_codes[] = {
    { vm_error_quark, VM_ERROR_UNAVAILABLE, "libvirt-unavailable" },
    { vm_error_quark, VM_ERROR_NOT_FOUND, "domain-gone" },
    { vm_error_quark, VM_ERROR_NO_SPACE, "no-space" },
    { vm_error_quark, VM_ERROR_INVALID, "libvirt-refused" },
    { vm_error_quark, VM_ERROR_STATE, "libvirt-failed" },
    { vm_error_quark, VM_ERROR_BUSY, "libvirt-busy" },
    { vm_error_quark, VM_ERROR_FAILED, "libvirt-failed" },
    { store_error_quark, STORE_ERROR_FULL, "no-space" },
    { g_io_error_quark, G_IO_ERROR_NO_SPACE, "no-space" },
};

static const char *code_of(const GError *failure)
{
    for (gsize i = 0; i < G_N_ELEMENTS(error_codes); i++)
        if (g_error_matches(failure, error_codes[i].domain(), error_codes[i].code))
            return error_codes[i].job_code;
    return "internal";
}

void install_propagate(GError **error, GError *failure)
{
    g_autofree char *code = NULL;
    const char *text = failure->message;
    if (failure->domain == JOB_ERROR || g_error_matches(failure, MEDIA_ERROR, MEDIA_ERROR_CANCELLED)) {
        g_propagate_error(error, failure);
        return;
    }
    if (failure->domain == MEDIA_ERROR)
        text = media_error_split(failure, &code);
    else if (failure->domain == LIBRARY_ERROR)
        text = library_error_split(failure, &code);
    else
        code = g_strdup(code_of(failure));
    job_fail(error, code, "%s", text);
    g_error_free(failure);
}

gboolean install_settled(gboolean ok, GError **failure, GError **error)
{
    if (!ok)
        install_propagate(error, *failure);
    return ok;
}
