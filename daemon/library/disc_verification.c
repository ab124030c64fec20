// SPDX-License-Identifier: GPL-3.0-or-later
// The job "verify-disc". A disc that turns out damaged is a result like another: kept, and the job fails with
// it.
#include "daemon/library/disc_verification.h"

#include <string.h>

#include "common/ids.h"
#include "daemon/install/install.h"
#include "daemon/library/media_process.h"

#define LIMIT_SECONDS (2 * 3600)
#define KEPT_AS       "verification"

json_object *disc_verification(Daemon *daemon, const Disc *disc, GError **error)
{
    return disc_finding(daemon, disc, KEPT_AS, error);
}

static Disc *job_disc(Job *job, GError **error)
{
    g_autoptr(json_object) parameters = json_parse(job_parameters(job), strlen(job_parameters(job)), error);
    return parameters ? disc_find(job_user_data(job), json_string_member(parameters, "disc"), error) : NULL;
}

static gboolean run_hash(Job *job, GError **error)
{
    GError *failure = NULL;
    job_set_time_limit(job, LIMIT_SECONDS);
    g_autoptr(Disc) disc = job_disc(job, &failure);
    g_autoptr(json_object) hashes = disc ? disc_hashes(job_user_data(job), disc, install_media_progress, job,
                                                       job_cancellable(job), &failure)
                                         : NULL;
    if (!hashes) {
        install_propagate(error, failure);
        return FALSE;
    }
    job_detail(job, "SHA-256 %s", json_string_member(hashes, "sha256"));
    return TRUE;
}

static gboolean keep(Daemon *daemon, const Disc *disc, json_object *finding, const char *state,
                     const char *message, GError **error)
{
    g_autofree char *now = time_now_text();
    json_object_object_add(finding, "state", json_object_new_string(state));
    json_object_object_add(finding, "message", message ? json_object_new_string(message) : NULL);
    json_object_object_add(finding, "checked", json_object_new_string(now));
    return disc_finding_keep(daemon, disc, KEPT_AS, finding, error);
}

static gboolean is_damage(const GError *failure)
{
    g_autofree char *code = NULL;
    if (!g_error_matches(failure, MEDIA_ERROR, MEDIA_ERROR_REFUSED))
        return FALSE;
    media_error_split(failure, &code);
    return strcmp(code, "wim-damaged") == 0 || strcmp(code, "truncated") == 0;
}

static gboolean run_verify(Job *job, GError **error)
{
    Daemon *daemon = job_user_data(job);
    GError *failure = NULL;
    job_set_time_limit(job, LIMIT_SECONDS);
    g_autoptr(Disc) disc = job_disc(job, &failure);
    const char *arguments[] = { "verify-disc", disc ? disc->path : NULL, NULL };
    g_autoptr(json_object) found = disc ? media_run(daemon->config->media, arguments, install_media_progress,
                                                    job, job_cancellable(job), &failure)
                                        : NULL;
    if (found && keep(daemon, disc, found, "intact", NULL, &failure)) {
        job_detail(job, "disc \"%s\": every content of boot.wim and install.wim is what its hash says",
                   disc->name);
        return TRUE;
    }
    if (disc && is_damage(failure)) {
        g_autofree char *code = NULL;
        g_autoptr(json_object) damaged = json_object_new_object();
        g_autoptr(GError) not_kept = NULL;
        if (!keep(daemon, disc, damaged, "damaged", media_error_split(failure, &code), &not_kept))
            g_warning("disc \"%s\": %s, ignoring", disc->name, not_kept->message);
    }
    install_propagate(error, failure);
    return FALSE;
}

static const JobStep steps[] = {
    { "hash", 3, run_hash, NULL },
    { "verify", 7, run_verify, NULL },
};

const JobKind verify_disc_job_kind = {
    .name = "verify-disc",
    .steps = steps,
    .step_count = G_N_ELEMENTS(steps),
};
