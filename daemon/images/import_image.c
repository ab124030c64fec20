// SPDX-License-Identifier: GPL-3.0-or-later
// Job "import-image": an archive that was uploaded becomes an image. The row and the folder with the archive
// are there before the job is; the image can be used from the last step on. Whatever comes between leaves
// nothing: the folder and the row go with a job that fails, and what a crash leaves is taken up or swept.
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "common/files.h"
#include "daemon/images/image_import.h"
#include "daemon/images/image_record.h"
#include "daemon/images/images.h"
#include "daemon/install/install.h"
#include "daemon/install/machine_files.h"
#include "daemon/library/upload.h"
#include "daemon/vm/storage.h"

// Gigabytes, through libvirt.
#define LIMIT_SECONDS (4 * 3600)

static char *name_of(Job *job)
{
    g_autoptr(json_object) parameters = json_parse(job_parameters(job), strlen(job_parameters(job)), NULL);
    return parameters ? g_strdup(json_string_member(parameters, "image")) : NULL;
}

// The archive is little more than the disk in it.
static gboolean check_room(Job *job, GError **error)
{
    Daemon *daemon = job_user_data(job);
    g_autofree char *archive = machine_file(daemon, job_machine_uuid(job), IMPORT_ARCHIVE);
    struct stat info;
    guint64 room = 0;
    if (stat(archive, &info) != 0) {
        job_fail(error, "internal", "%s: %s", archive, g_strerror(errno));
        return FALSE;
    }
    if (!storage_pool_room(daemon->libvirt, daemon->config->pool, &room, error))
        return FALSE;
    if ((guint64)info.st_size <= room)
        return TRUE;
    job_fail(error, "no-space",
             "there is no room in the storage pool \"%s\": the image takes %" G_GUINT64_FORMAT
             " MiB, %" G_GUINT64_FORMAT " MiB are free",
             daemon->config->pool, (guint64)info.st_size >> 20, room >> 20);
    return FALSE;
}

static gboolean run_verify(Job *job, GError **error)
{
    GError *failure = NULL;
    job_set_time_limit(job, LIMIT_SECONDS);
    return install_settled(check_room(job, &failure) &&
                               image_import_verify(job, job_machine_uuid(job), &failure),
                           &failure, error);
}

static gboolean on_sent(guint64 done, guint64 total, gpointer job, GError **error)
{
    job_progress(job, (double)done / (double)total, done, total);
    return job_check(job, error);
}

static gboolean send_disk(Job *job, json_object *plan, GError **error)
{
    Daemon *daemon = job_user_data(job);
    g_autofree char *volume = machine_disk_volume(daemon, job_machine_uuid(job));
    g_autofree char *archive = machine_file(daemon, job_machine_uuid(job), IMPORT_ARCHIVE);
    json_object *found = json_object_object_get(plan, "disk");
    const StorageDisk disk = {
        .path = archive,
        .offset = (guint64)json_int_member(found, "offset", 0),
        .size = (guint64)json_int_member(found, "size", 0),
        .capacity = (guint64)json_int_member(found, "virtual_size", 0),
    };
    job_detail(job, "%" G_GUINT64_FORMAT " bytes", disk.size);
    return storage_volume_upload_disk(daemon->libvirt, daemon->config->pool, volume, &disk, on_sent, job,
                                      error);
}

static gboolean run_volume(Job *job, GError **error)
{
    GError *failure = NULL;
    job_set_time_limit(job, LIMIT_SECONDS);
    g_autoptr(json_object) plan = image_import_plan(job_user_data(job), job_machine_uuid(job), &failure);
    return install_settled(plan && send_disk(job, plan, &failure), &failure, error);
}

// TRUE once the row is complete: then nothing is taken back.
static gboolean is_image(Job *job, const char *name)
{
    Daemon *daemon = job_user_data(job);
    g_autoptr(StoreImage) image = NULL;
    return store_image_get(daemon->store, name, &image, NULL) && strcmp(image->state, "ready") == 0 &&
           strcmp(image->uuid, job_machine_uuid(job)) == 0;
}

static gboolean undo_volume(Job *job, GError **error)
{
    Daemon *daemon = job_user_data(job);
    g_autofree char *name = name_of(job);
    if (is_image(job, name))
        return TRUE;
    g_autofree char *volume = machine_disk_volume(daemon, job_machine_uuid(job));
    return storage_volume_delete(daemon->libvirt, daemon->config->pool, volume, error);
}

static gboolean complete_row(Job *job, char *name, GError **error)
{
    Daemon *daemon = job_user_data(job);
    g_autofree char *path = machine_file(daemon, job_machine_uuid(job), IMPORT_RECORD);
    g_autoptr(json_object) document = json_read_file(path, 4u << 20, error);
    g_autoptr(Faults) faults = faults_new();
    if (!document)
        return FALSE;
    g_autoptr(StoreImage) image = image_record_parse(document, faults);
    if (!image) {
        job_fail(error, "internal", "%s is not what it was", path);
        return FALSE;
    }
    image->name = g_strdup(name);
    image->uuid = g_strdup(job_machine_uuid(job));
    image->job = g_strdup(job_id(job));
    return store_image_end_import(daemon->store, image, error);
}

static gboolean remove_files(Job *job, const char *const *files, GError **error)
{
    for (gsize i = 0; files[i]; i++) {
        g_autofree char *path = machine_file(job_user_data(job), job_machine_uuid(job), files[i]);
        if (!file_remove(path, error))
            return FALSE;
    }
    return TRUE;
}

// What was for the import only goes before the image is there: afterwards nothing may fail any more.
static gboolean make_image(Job *job, char *name, GError **error)
{
    static const char *const before[] = { IMPORT_ARCHIVE, IMPORT_PLAN, NULL };
    static const char *const after[] = { IMPORT_RECORD, NULL };
    g_autoptr(GError) rest = NULL;
    if (!is_image(job, name) && (!remove_files(job, before, error) || !complete_row(job, name, error)))
        return FALSE;
    if (!remove_files(job, after, &rest))
        g_warning("image \"%s\": %s, ignoring", name, rest->message);
    return TRUE;
}

static gboolean run_image(Job *job, GError **error)
{
    GError *failure = NULL;
    g_autofree char *name = name_of(job);
    job_detail(job, "image \"%s\"", name);
    return install_settled(make_image(job, name, &failure), &failure, error);
}

// Also of a job that was cancelled before it began. The row goes last.
static void end(Job *job, JobOutcome outcome, const GError *reason G_GNUC_UNUSED)
{
    Daemon *daemon = job_user_data(job);
    g_autofree char *name = name_of(job);
    g_autoptr(GError) error = NULL;
    if (outcome == JOB_SUCCEEDED || is_image(job, name))
        return;
    if (!machine_files_remove(daemon, job_machine_uuid(job), &error) ||
        !store_image_give_up_import(daemon->store, name, job_machine_uuid(job), &error))
        g_warning("job %s: %s; what is left of image \"%s\" goes at the next start", job_id(job),
                  error->message, name);
}

static const JobStep steps[] = {
    { "verify", 4, run_verify, NULL },
    { "volume", 6, run_volume, undo_volume },
    { "image", 1, run_image, NULL },
};

const JobKind import_image_job_kind = {
    .name = "import-image",
    .steps = steps,
    .step_count = G_N_ELEMENTS(steps),
    .end = end,
};

// The archive holds the nonce: its mode before it is anywhere else.
static gboolean place_archive(Daemon *daemon, Upload **upload, const char *uuid, GError **error)
{
    g_autofree char *folder = machine_folder(daemon, uuid);
    g_autofree char *archive = machine_file(daemon, uuid, IMPORT_ARCHIVE);
    if (!folder_make(folder, 0711, error) || !upload_sync(*upload, error))
        return FALSE;
    if (chmod(upload_path(*upload), 0600) != 0) {
        g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(errno), "%s: %s", upload_path(*upload),
                    g_strerror(errno));
        return FALSE;
    }
    if (!upload_commit(*upload, archive, error))
        return FALSE;
    *upload = NULL;
    return TRUE;
}

static char *submit(Daemon *daemon, const char *name, const char *uuid, GError **error)
{
    const StoreIdempotency none = { NULL, NULL };
    g_autoptr(json_object) parameters = json_object_new_object();
    json_object_object_add(parameters, "image", json_object_new_string(name));
    return job_engine_submit(daemon->jobs, import_image_job_kind.name, NULL, NULL, uuid,
                             json_object_to_json_string_ext(parameters, JSON_C_TO_STRING_PLAIN), &none,
                             error);
}

char *image_import_submit(Daemon *daemon, Upload **upload, GError **error)
{
    g_autofree char *name = g_strdup(upload_name(*upload));
    g_autofree char *uuid = g_uuid_string_random();
    if (!store_image_begin_import(daemon->store, name, uuid, error))
        return NULL;
    char *job = place_archive(daemon, upload, uuid, error) ? submit(daemon, name, uuid, error) : NULL;
    if (!job) {
        machine_files_remove(daemon, uuid, NULL);
        store_image_give_up_import(daemon->store, name, uuid, NULL);
    }
    return job;
}
