// SPDX-License-Identifier: GPL-3.0-or-later
// Changing the drivers folder: archives that clients send become packages, packages are deleted. What is in
// one is library.c's.
#include <string.h>

#include "daemon/library/driver_packages.h"
#include "daemon/library/upload.h"
#include "daemon/service/service_parts.h"
#include "daemon/service/uploads.h"

static gboolean is_new(Daemon *daemon, const char *name, Problem **problem)
{
    if (!driver_package_exists(daemon, name))
        return TRUE;
    problem_set(problem, 409, "conflict",
                "driver package \"%s\" is there already: delete it first, or take another name", name);
    return FALSE;
}

// NULL is both.
static gboolean check_architecture(const char *architecture, Problem **problem)
{
    static const char *const known[] = { "amd64", "x86", NULL };
    if (!architecture || g_strv_contains(known, architecture))
        return TRUE;
    Faults *faults = faults_new();
    faults_add(faults, "?architecture", "bad-value", known, "must be amd64 or x86");
    problem_set_faults(problem, &faults);
    return FALSE;
}

ServiceUpload *service_driver_upload_begin(Daemon *daemon, const char *name, const char *architecture,
                                           const ServiceUploadHead *head, Problem **problem)
{
    g_autofree char *sha256 = NULL;
    GError *error = NULL;
    UploadStart start = { .folder = daemon->config->drivers, .name = name };
    if (!upload_head_parse(head, &start, &sha256, problem) || !check_architecture(architecture, problem) ||
        !is_new(daemon, name, problem))
        return NULL;
    start.sha256 = sha256;
    upload_sweep(daemon->uploads, daemon->config->drivers, UPLOAD_KEPT_SECONDS);
    Upload *upload = upload_begin(daemon->uploads, &start, &error);
    if (!upload)
        service_problem(problem, error);
    return upload;
}

json_object *service_driver_upload_finish(Daemon *daemon, ServiceUpload *upload, const char *architecture,
                                          gboolean *ret_complete, Problem **problem)
{
    g_autofree char *name = g_strdup(upload_name(upload));
    GError *error = NULL;
    *ret_complete = upload_is_complete(upload);
    if (!*ret_complete) {
        upload_release(upload);
        return service_driver_upload_show(daemon, name, problem);
    }
    g_autoptr(json_object) imported = NULL;
    if (upload_verify(daemon, upload, NULL, problem) == UPLOAD_AS_SAID) {
        imported = driver_package_import(daemon, name, upload_path(upload), architecture, &error);
        if (!imported)
            service_problem(problem, error);
    }
    // The archive is of no more use, whatever came of it; until here it holds the name against others.
    upload_discard(upload);
    json_object *package = imported ? service_driver_show(daemon, name, problem) : NULL;
    if (!package)
        return NULL;
    g_message("driver package \"%s\" imported: %s", name, json_string_member(imported, "kind"));
    json_object_object_add(package, "imported", g_steal_pointer(&imported));
    return package;
}

json_object *service_driver_upload_show(Daemon *daemon, const char *name, Problem **problem)
{
    UploadState state;
    json_object *object = NULL;
    if (upload_look(daemon->uploads, daemon->config->drivers, name, &state))
        object = upload_state_json(name, &state);
    else
        problem_set(problem, 404, "not-found", "there is no unfinished upload of driver package \"%s\"",
                    name);
    upload_state_clear(&state);
    return object;
}

gboolean service_driver_upload_delete(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    if (upload_forget(daemon->uploads, daemon->config->drivers, name, &error))
        return TRUE;
    service_problem(problem, error);
    return FALSE;
}

static gboolean machine_uses(const StoreMachine *machine, const char *name)
{
    g_autoptr(json_object) request =
        machine->request ? json_parse(machine->request, strlen(machine->request), NULL) : NULL;
    if (!request)
        return FALSE;
    g_autofree const char **drivers = json_string_list(request, "drivers");
    return g_strv_contains(drivers, name);
}

static gboolean refuse_if_used(const StoreMachine *machine, gpointer data, Problem **problem)
{
    const char *name = data;
    if (!machine_uses(machine, name))
        return FALSE;
    problem_set(problem, 409, "driver-in-use",
                "driver package \"%s\" is in use: machine \"%s\" is being installed with it", name,
                machine->name);
    return TRUE;
}

gboolean service_driver_delete(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    if (driver_package_exists(daemon, name) &&
        service_any_installing(daemon, refuse_if_used, (gpointer)name, problem))
        return FALSE;
    if (driver_package_delete(daemon, name, &error)) {
        g_message("driver package \"%s\" deleted", name);
        return TRUE;
    }
    service_problem(problem, error);
    return FALSE;
}
