// SPDX-License-Identifier: GPL-3.0-or-later
// See image_import.h. sevend-media has verified that all is as the manifest says; whether that is any good is
// told here. Both give one list of faults.
#include "daemon/images/image_import.h"

#include <string.h>

#include "common/files.h"
#include "common/ids.h"
#include "daemon/images/image_files.h"
#include "daemon/images/image_record.h"
#include "daemon/images/images.h"
#include "daemon/install/install.h"
#include "daemon/install/machine_files.h"
#include "daemon/install/provenance.h"
#include "daemon/library/media_process.h"
#include "daemon/vm/domain_portable.h"
#include "daemon/vm/guest_text.h"
#include "daemon/vm/isolation.h"

#define MAX_JSON_BYTES (4u << 20)
#define MAX_TEXT_BYTES 4000u // of all that is wrong

static gboolean is_there(const Daemon *daemon, const char *uuid, const char *file)
{
    g_autofree char *path = machine_file(daemon, uuid, file);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static gboolean write_json(const Daemon *daemon, const char *uuid, const char *file, json_object *object,
                           mode_t mode, GError **error)
{
    g_autofree char *path = machine_file(daemon, uuid, file);
    const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
    return file_write_atomic(path, text, strlen(text), mode, error);
}

json_object *image_import_plan(const Daemon *daemon, const char *uuid, GError **error)
{
    g_autofree char *path = machine_file(daemon, uuid, IMPORT_PLAN);
    return json_read_file(path, MAX_JSON_BYTES, error);
}

static void take_problems(json_object *found, Faults *faults)
{
    json_object *problems = json_object_object_get(found, "problems");
    for (gsize i = 0; i < json_object_array_length(problems); i++) {
        json_object *problem = json_object_array_get_idx(problems, i);
        faults_add(faults, json_string_member(problem, "pointer"), json_string_member(problem, "code"), NULL,
                   "%s", json_string_member(problem, "message"));
    }
}

// What is no JSON is the archive's fault, not ours.
static json_object *read_member(const Daemon *daemon, const char *uuid, const char *file, Faults *faults)
{
    g_autofree char *path = machine_file(daemon, uuid, file);
    g_autofree char *pointer = json_pointer_append("", file);
    g_autoptr(GError) error = NULL;
    json_object *object = json_read_file(path, MAX_JSON_BYTES, &error);
    if (object && json_object_is_type(object, json_type_object))
        return object;
    faults_add(faults, pointer, "bad-json", NULL, "%s", error ? error->message : "is no object");
    json_object_put(object);
    return NULL;
}

static void check_record(const Daemon *daemon, const char *uuid, json_object *found, Faults *faults)
{
    g_autoptr(json_object) document = read_member(daemon, uuid, IMPORT_RECORD, faults);
    g_autoptr(StoreImage) image = document ? image_record_parse(document, faults) : NULL;
    const char *architecture = json_string_member(found, "architecture");
    if (image && architecture && strcmp(image->architecture, architecture) != 0)
        faults_add(faults, "/image.json/architecture", "contradiction", NULL,
                   "is %s, and the manifest says %s", image->architecture, architecture);
}

// Stored as it is without its host: nothing that a stranger wrote about one is kept.
static gboolean check_definition(const Daemon *daemon, const char *uuid, Faults *faults, GError **error)
{
    g_autoptr(GError) refusal = NULL;
    g_autofree char *xml = image_definition_read(daemon, uuid, error);
    if (!xml)
        return FALSE;
    g_autofree char *portable = domain_portable_xml(xml, &refusal);
    if (!portable) {
        faults_add(faults, "/domain.xml", "bad-definition", NULL, "%s", refusal->message);
        return TRUE;
    }
    g_autoptr(IsolationReport) report = isolation_report_new();
    isolation_check_xml(report, "definition", portable);
    g_autofree char *violations = isolation_report_violations(report);
    if (violations)
        faults_add(faults, "/domain.xml", "isolation-violated", NULL, "a clone would not be isolated: %s",
                   violations);
    return image_definition_write(daemon, uuid, portable, error);
}

// The image's history has one more event.
static gboolean check_provenance(const Daemon *daemon, const char *uuid, json_object *found, Faults *faults,
                                 GError **error)
{
    g_autoptr(json_object) provenance = read_member(daemon, uuid, MACHINE_FILE_PROVENANCE, faults);
    if (!provenance)
        return TRUE;
    if (g_strcmp0(json_string_member(provenance, "format"), PROVENANCE_FORMAT) != 0) {
        faults_add(faults, "/provenance.json/format", "unknown-version", NULL, "must be " PROVENANCE_FORMAT);
        return TRUE;
    }
    static const char *const members[] = { "image", "exported", "sevend", NULL };
    json_object *imported = json_object_new_object();
    g_autofree char *now = time_now_text();
    for (gsize i = 0; members[i]; i++) {
        const char *text = json_string_member(found, members[i]);
        json_object_object_add(imported, members[i], text ? json_object_new_string(text) : NULL);
    }
    json_object_object_add(imported, "time", json_object_new_string(now));
    json_object_object_add(provenance, "imported", imported);
    return write_json(daemon, uuid, MACHINE_FILE_PROVENANCE, provenance, 0644, error);
}

static gboolean check_members(const Daemon *daemon, const char *uuid, json_object *found, Faults *faults,
                              GError **error)
{
    // What did not come out has its fault already.
    if (is_there(daemon, uuid, IMPORT_RECORD))
        check_record(daemon, uuid, found, faults);
    return (!image_definition_exists(daemon, uuid) || check_definition(daemon, uuid, faults, error)) &&
           (!is_there(daemon, uuid, MACHINE_FILE_PROVENANCE) ||
            check_provenance(daemon, uuid, found, faults, error));
}

static gboolean is_good(const Faults *faults, GError **error)
{
    if (faults_count(faults) == 0)
        return TRUE;
    g_autofree char *text = faults_to_text(faults);
    g_autofree char *shown = guest_text_show(text, strlen(text), MAX_TEXT_BYTES);
    job_fail(error, "bad-image", "the archive is no image that can be used: %s", shown);
    return FALSE;
}

gboolean image_import_verify(Job *job, const char *uuid, GError **error)
{
    Daemon *daemon = job_user_data(job);
    g_autofree char *archive = machine_file(daemon, uuid, IMPORT_ARCHIVE);
    g_autofree char *folder = machine_folder(daemon, uuid);
    const char *const arguments[] = { "inspect-image", "--archive", archive, "--output", folder, NULL };
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(json_object) found =
        media_run(daemon->config->media, arguments, install_media_progress, job, job_cancellable(job), error);
    if (!found)
        return FALSE;
    take_problems(found, faults);
    return check_members(daemon, uuid, found, faults, error) && is_good(faults, error) &&
           write_json(daemon, uuid, IMPORT_PLAN, found, 0600, error);
}
