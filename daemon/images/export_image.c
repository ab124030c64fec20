// SPDX-License-Identifier: GPL-3.0-or-later
// Job "export-image": an image as one file that another host can take. Everything that it is based on is in
// it. The job carries the image's UUID, so that a deletion that is asked for meanwhile waits for it.
#include <string.h>

#include "common/files.h"
#include "common/ids.h"
#include "daemon/images/image_files.h"
#include "daemon/images/image_import.h"
#include "daemon/images/image_record.h"
#include "daemon/images/images.h"
#include "daemon/install/install.h"
#include "daemon/install/machine_files.h"
#include "daemon/install/provenance.h"
#include "daemon/library/exports.h"
#include "daemon/library/media_process.h"
#include "daemon/vm/domain_portable.h"
#include "daemon/vm/storage.h"

#define PIECES        "pieces"
#define LIMIT_SECONDS (4 * 3600)

static char *image_name(Job *job)
{
    g_autoptr(json_object) parameters = json_parse(job_parameters(job), strlen(job_parameters(job)), NULL);
    return parameters ? g_strdup(json_string_member(parameters, "image")) : NULL;
}

static gboolean write_text(const char *folder, const char *name, const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return file_write_atomic(path, text, strlen(text), 0600, error);
}

static gboolean write_json(const char *folder, const char *name, json_object *object, GError **error)
{
    return write_text(folder, name, json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN), error);
}

static gboolean write_definition(Daemon *daemon, const StoreImage *image, const char *folder, GError **error)
{
    g_autofree char *xml = image_definition_read(daemon, image->uuid, error);
    g_autofree char *portable = xml ? domain_portable_xml(xml, error) : NULL;
    return portable && write_text(folder, "domain.xml", portable, error);
}

// An image of a version that wrote none has none.
static gboolean write_provenance(Daemon *daemon, const StoreImage *image, const char *folder, GError **error)
{
    GError *failure = NULL;
    g_autoptr(json_object) provenance = provenance_read_image(daemon, image, &failure);
    if (g_error_matches(failure, STORE_ERROR, STORE_ERROR_NOT_FOUND)) {
        g_error_free(failure);
        return TRUE;
    }
    if (failure)
        g_propagate_error(error, failure);
    return provenance && write_json(folder, MACHINE_FILE_PROVENANCE, provenance, error);
}

// The agent in the disk knows no other nonce: without it no clone could be spoken to.
static gboolean write_nonce(Daemon *daemon, const StoreImage *image, const char *folder, GError **error)
{
    g_autofree char *nonce = machine_files_read_nonce(daemon, image->uuid, error);
    return nonce && write_text(folder, MACHINE_FILE_NONCE, nonce, error);
}

static gboolean write_pieces(Daemon *daemon, const StoreImage *image, const char *folder, GError **error)
{
    g_autoptr(json_object) record = image_record_to_json(image);
    return tree_remove(folder, error) && folder_make(folder, 0700, error) &&
           write_json(folder, IMPORT_RECORD, record, error) &&
           write_definition(daemon, image, folder, error) && write_provenance(daemon, image, folder, error) &&
           write_nonce(daemon, image, folder, error);
}

static json_object *run_media(Job *job, const StoreImage *image, const char *pieces, const char *output,
                              GError **error)
{
    Daemon *daemon = job_user_data(job);
    g_autofree char *volume = machine_disk_volume(daemon, image->uuid);
    g_autofree char *disk = storage_volume_path(daemon->libvirt, daemon->config->pool, volume, error);
    g_autofree char *now = time_now_text();
    const char *const arguments[] = { "export-image",
                                      "--disk",
                                      disk,
                                      "--folder",
                                      pieces,
                                      "--image",
                                      image->name,
                                      "--architecture",
                                      image->architecture,
                                      "--exported",
                                      now,
                                      "--sevend",
                                      SEVEND_VERSION,
                                      "--output",
                                      output,
                                      NULL };
    return disk ? media_run(daemon->config->media, arguments, install_media_progress, job,
                            job_cancellable(job), error)
                : NULL;
}

static gboolean build(Job *job, const StoreImage *image, const char *folder, const char *output,
                      GError **error)
{
    g_autofree char *pieces = g_build_filename(folder, PIECES, NULL);
    g_autoptr(json_object) result = NULL;
    if (write_pieces(job_user_data(job), image, pieces, error))
        result = run_media(job, image, pieces, output, error);
    // Secrets must not stay in two places: if this fails, so does the step.
    const gboolean removed = tree_remove(pieces, result ? error : NULL);
    if (result && removed)
        job_detail(job, "%" G_GINT64_FORMAT " bytes, SHA-256 %s", json_int_member(result, "size", 0),
                   json_string_member(result, "sha256"));
    return result && removed;
}

// It may have been deleted since it was asked for, and its name taken by another.
static StoreImage *find_image(Job *job, GError **error)
{
    Daemon *daemon = job_user_data(job);
    g_autofree char *name = image_name(job);
    g_autoptr(StoreImage) image = NULL;
    if (!store_image_get(daemon->store, name, &image, error))
        return NULL;
    if (strcmp(image->state, "ready") == 0 && strcmp(image->uuid, job_machine_uuid(job)) == 0)
        return g_steal_pointer(&image);
    job_fail(error, "not-found", "image \"%s\" has been deleted", name);
    return NULL;
}

static gboolean run_export(Job *job, GError **error)
{
    GError *failure = NULL;
    g_autofree char *id = export_of_job(job);
    g_autofree char *folder = export_folder(job_user_data(job), id);
    g_autofree char *output = g_build_filename(folder, EXPORT_FILE, NULL);
    g_autofree char *pieces = g_build_filename(folder, PIECES, NULL);
    job_set_time_limit(job, LIMIT_SECONDS);
    if (g_file_test(output, G_FILE_TEST_EXISTS)) // made before a crash
        return tree_remove(pieces, error);
    g_autoptr(StoreImage) image = find_image(job, &failure);
    if (image && build(job, image, folder, output, &failure))
        return TRUE;
    install_propagate(error, failure);
    return FALSE;
}

static const JobStep steps[] = { { "export", 1, run_export, export_undo } };

const JobKind export_image_job_kind = {
    .name = "export-image",
    .steps = steps,
    .step_count = G_N_ELEMENTS(steps),
    .end = export_end,
};
