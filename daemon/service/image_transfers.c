// SPDX-License-Identifier: GPL-3.0-or-later
// Images that leave this host, and images that come to it. Looking at them and deleting them: images.c.
#include <string.h>

#include "common/files.h"
#include "daemon/images/images.h"
#include "daemon/library/exports.h"
#include "daemon/library/upload.h"
#include "daemon/service/service_parts.h"
#include "daemon/service/uploads.h"

static char *submit_export(Daemon *daemon, const StoreImage *image, const char *id, GError **error)
{
    const StoreIdempotency none = { NULL, NULL };
    g_autoptr(json_object) parameters = json_object_new_object();
    json_add_text(parameters, "export", id);
    json_add_text(parameters, "image", image->name);
    return job_engine_submit(daemon->jobs, export_image_job_kind.name, NULL, NULL, image->uuid,
                             json_object_to_json_string_ext(parameters, JSON_C_TO_STRING_PLAIN), &none,
                             error);
}

json_object *service_image_export(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(StoreImage) image = service_find_image(daemon, name, problem);
    if (!image)
        return NULL;
    if (strcmp(image->state, "ready") != 0) {
        problem_set(problem, 409, "wrong-state", "image \"%s\" is %s, not ready", name, image->state);
        return NULL;
    }
    export_sweep(daemon);
    g_autofree char *id = export_create(daemon, NULL, &error);
    char *job = id ? submit_export(daemon, image, id, &error) : NULL;
    if (!job) {
        if (id)
            export_remove(daemon, id, NULL);
        service_problem(problem, error);
        return NULL;
    }
    json_object *answer = service_job_answer(daemon, job, problem);
    if (answer)
        json_add_text(answer, "export", id);
    return answer;
}

// ---- In ----

static char *imports_folder(Daemon *daemon)
{
    return g_build_filename(daemon->config->state, UPLOAD_IMAGES_FOLDER, NULL);
}

static void taken_problem(const char *name, Problem **problem)
{
    problem_set(problem, 409, "conflict",
                "image \"%s\" is there already: delete it first, or take another name", name);
}

static gboolean is_new(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(StoreImage) image = NULL;
    if (store_image_get(daemon->store, name, &image, &error)) {
        taken_problem(name, problem);
        return FALSE;
    }
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND)) {
        g_error_free(error);
        return TRUE;
    }
    service_problem(problem, error);
    return FALSE;
}

ServiceUpload *service_image_import_begin(Daemon *daemon, const char *name, const ServiceUploadHead *head,
                                          Problem **problem)
{
    g_autofree char *sha256 = NULL, *folder = imports_folder(daemon);
    GError *error = NULL;
    UploadStart start = { .folder = folder, .name = name };
    if (!upload_head_parse(head, &start, &sha256, problem) || !is_new(daemon, name, problem))
        return NULL;
    start.sha256 = sha256;
    upload_sweep(daemon->uploads, folder, UPLOAD_KEPT_SECONDS);
    Upload *upload = folder_make(folder, 0700, &error) ? upload_begin(daemon->uploads, &start, &error) : NULL;
    if (!upload)
        service_problem(problem, error);
    return upload;
}

static char *submit_import(Daemon *daemon, Upload **upload, const char *name, Problem **problem)
{
    GError *error = NULL;
    char *job = image_import_submit(daemon, upload, &error);
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_EXISTS)) {
        taken_problem(name, problem);
        g_error_free(error);
    } else if (error) {
        service_problem(problem, error);
    }
    return job;
}

json_object *service_image_import_finish(Daemon *daemon, ServiceUpload *upload, gboolean *ret_complete,
                                         Problem **problem)
{
    g_autofree char *name = g_strdup(upload_name(upload));
    *ret_complete = upload_is_complete(upload);
    if (!*ret_complete) {
        upload_release(upload);
        return service_image_import_show(daemon, name, problem);
    }
    char *job = NULL;
    const UploadVerdict verdict = upload_verify(daemon, upload, NULL, problem);
    if (verdict == UPLOAD_AS_SAID)
        job = submit_import(daemon, &upload, name, problem);
    if (verdict == UPLOAD_UNREAD)
        upload_release(upload);
    else if (upload && !job)
        upload_discard(upload);
    if (!job)
        return NULL;
    g_message("image \"%s\" uploaded", name);
    return service_job_answer(daemon, job, problem);
}

json_object *service_image_import_show(Daemon *daemon, const char *name, Problem **problem)
{
    g_autofree char *folder = imports_folder(daemon);
    UploadState state;
    json_object *object = NULL;
    if (upload_look(daemon->uploads, folder, name, &state))
        object = upload_state_json(name, &state);
    else
        problem_set(problem, 404, "not-found", "there is no unfinished upload of image \"%s\"", name);
    upload_state_clear(&state);
    return object;
}

gboolean service_image_import_delete(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    g_autofree char *folder = imports_folder(daemon);
    if (upload_forget(daemon->uploads, folder, name, &error))
        return TRUE;
    service_problem(problem, error);
    return FALSE;
}
