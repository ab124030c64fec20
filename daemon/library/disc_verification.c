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

static char *parameters_of(const char *name)
{
    g_autoptr(json_object) parameters = json_object_new_object();
    json_object_object_add(parameters, "disc", json_object_new_string(name));
    return g_strdup(json_object_to_json_string_ext(parameters, JSON_C_TO_STRING_PLAIN));
}

char *disc_submit_job(Daemon *daemon, const JobKind *kind, const char *name, GError **error)
{
    const StoreIdempotency none = { NULL, NULL };
    g_autofree char *parameters = parameters_of(name);
    return job_engine_submit(daemon->jobs, kind->name, NULL, NULL, NULL, parameters, &none, error);
}

static gboolean is_being_hashed(Daemon *daemon, const char *name)
{
    g_autoptr(GPtrArray) jobs = store_job_unfinished(daemon->store, NULL);
    g_autofree char *parameters = parameters_of(name);
    for (guint i = 0; jobs && i < jobs->len; i++) {
        const StoreJob *job = jobs->pdata[i];
        if ((strcmp(job->kind, hash_disc_job_kind.name) == 0 ||
             strcmp(job->kind, verify_disc_job_kind.name) == 0) &&
            g_strcmp0(job->parameters, parameters) == 0)
            return TRUE;
    }
    return FALSE;
}

void disc_hash_soon(Daemon *daemon, const Disc *disc)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_object) known = disc_hashes_cached(daemon, disc, &error);
    if (known || error || is_being_hashed(daemon, disc->name)) {
        if (error)
            g_warning("disc \"%s\": %s, ignoring", disc->name, error->message);
        return;
    }
    g_autofree char *id = disc_submit_job(daemon, &hash_disc_job_kind, disc->name, &error);
    if (!id)
        g_warning("disc \"%s\" is not hashed: %s, ignoring", disc->name, error->message);
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

const JobKind hash_disc_job_kind = {
    .name = "hash-disc",
    .steps = steps,
    .step_count = 1,
};

const JobKind verify_disc_job_kind = {
    .name = "verify-disc",
    .steps = steps,
    .step_count = G_N_ELEMENTS(steps),
};
