// SPDX-License-Identifier: GPL-3.0-or-later
// Changing the disc folder: uploads and deletion. What is on a disc is library.c's.
#include <string.h>

#include "common/files.h"
#include "daemon/library/disc_verification.h"
#include "daemon/service/service_parts.h"
#include "daemon/service/uploads.h"

// TRUE if there is no such disc yet, also none of another file that folds to the name.
static gboolean is_new(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(Disc) disc = disc_find(daemon, name, &error);
    if (disc) {
        g_autofree char *file = g_path_get_basename(disc->path);
        problem_set(problem, 409, "conflict",
                    "disc \"%s\" is there already (%s): delete it first, or take another name", name, file);
        return FALSE;
    }
    if (g_error_matches(error, LIBRARY_ERROR, LIBRARY_ERROR_NOT_FOUND)) {
        g_error_free(error);
        return TRUE;
    }
    service_problem(problem, error);
    return FALSE;
}

ServiceUpload *service_disc_upload_begin(Daemon *daemon, const char *name, const ServiceUploadHead *head,
                                         Problem **problem)
{
    g_autofree char *sha256 = NULL;
    GError *error = NULL;
    UploadStart start = { .folder = daemon->config->discs, .name = name };
    if (!upload_head_parse(head, &start, &sha256, problem) || !is_new(daemon, name, problem))
        return NULL;
    start.sha256 = sha256;
    upload_sweep(daemon->uploads, daemon->config->discs, UPLOAD_KEPT_SECONDS);
    Upload *upload = upload_begin(daemon->uploads, &start, &error);
    if (!upload)
        service_problem(problem, error);
    return upload;
}

// The whole file is there: verify it where that was asked for, and give it its name. Takes @upload.
static Disc *admit(Daemon *daemon, Upload *upload, Problem **problem)
{
    g_autoptr(json_object) hashes = NULL;
    g_autofree char *name = g_strdup(upload_name(upload));
    g_autofree char *file = g_strconcat(name, ".iso", NULL);
    g_autofree char *path = g_build_filename(daemon->config->discs, file, NULL);
    GError *error = NULL;
    const UploadVerdict verdict = upload_verify(daemon, upload, &hashes, problem);
    if (verdict == UPLOAD_OTHER) {
        upload_discard(upload);
        return NULL;
    }
    if (verdict != UPLOAD_AS_SAID || !upload_commit(upload, path, &error)) {
        upload_release(upload);
        if (error)
            service_problem(problem, error);
        return NULL;
    }
    Disc *disc = disc_find(daemon, name, &error);
    if (!disc) {
        service_problem(problem, error);
    } else if (hashes && !disc_hashes_keep(daemon, disc, hashes, &error)) {
        g_warning("disc \"%s\": its hashes are not kept: %s, ignoring", name, error->message);
        g_error_free(error);
    }
    return disc;
}

json_object *service_disc_upload_finish(Daemon *daemon, ServiceUpload *upload, gboolean *ret_complete,
                                        Problem **problem)
{
    *ret_complete = upload_is_complete(upload);
    if (!*ret_complete) {
        g_autofree char *name = g_strdup(upload_name(upload));
        upload_release(upload);
        return service_disc_upload_show(daemon, name, problem);
    }
    g_autoptr(Disc) disc = admit(daemon, upload, problem);
    if (!disc)
        return NULL;
    g_message("disc \"%s\" uploaded: %" G_GUINT64_FORMAT " bytes", disc->name, disc->size);
    return service_disc_item(daemon, disc);
}

json_object *service_disc_upload_show(Daemon *daemon, const char *name, Problem **problem)
{
    UploadState state;
    json_object *object = NULL;
    if (upload_look(daemon->uploads, daemon->config->discs, name, &state))
        object = upload_state_json(name, &state);
    else
        problem_set(problem, 404, "not-found", "there is no unfinished upload of disc \"%s\"", name);
    upload_state_clear(&state);
    return object;
}

gboolean service_disc_upload_delete(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    if (upload_forget(daemon->uploads, daemon->config->discs, name, &error))
        return TRUE;
    service_problem(problem, error);
    return FALSE;
}

// Only while it is being installed does a machine need the disc: it is ejected when the machine is ready.
static gboolean refuse_if_used(const StoreMachine *machine, gpointer data, Problem **problem)
{
    const char *name = data;
    if (g_strcmp0(machine->disc, name) != 0)
        return FALSE;
    problem_set(problem, 409, "disc-in-use", "disc \"%s\" is in use: machine \"%s\" is installed from it",
                name, machine->name);
    return TRUE;
}

json_object *service_disc_verify(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(Disc) disc = disc_find(daemon, name, &error);
    char *job_id = disc ? disc_submit_job(daemon, &verify_disc_job_kind, name, &error) : NULL;
    if (job_id)
        return service_job_answer(daemon, job_id, problem);
    service_problem(problem, error);
    return NULL;
}

gboolean service_disc_delete(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(Disc) disc = disc_find(daemon, name, &error);
    if (disc && service_any_installing(daemon, refuse_if_used, (gpointer)name, problem))
        return FALSE;
    // The path is the folder and a name that was read from it; of a link, the link goes.
    if (disc && file_remove(disc->path, &error)) {
        g_message("disc \"%s\" deleted", name);
        return TRUE;
    }
    service_problem(problem, error);
    return FALSE;
}
