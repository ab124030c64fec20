// SPDX-License-Identifier: GPL-3.0-or-later
// Snapshots of machines as a client sees them. What is done with them is lifecycle/snapshots.c's.
#include "daemon/vm/snapshots.h"

#include <string.h>

#include "common/ids.h"
#include "daemon/lifecycle/lifecycle.h"
#include "daemon/service/service_parts.h"

#define RESET_TO "ready" // the snapshot that a reset goes back to

static json_object *snapshot_to_json(const Snapshot *snapshot)
{
    json_object *object = json_object_new_object();
    g_autoptr(GDateTime) created = g_date_time_new_from_unix_utc(snapshot->created);
    g_autofree char *time = created ? g_date_time_format(created, "%Y-%m-%dT%H:%M:%SZ") : NULL;
    json_add_text(object, "name", snapshot->name);
    json_add_text(object, "created", time);
    json_object_object_add(object, "memory", json_object_new_boolean(snapshot->memory));
    json_object_object_add(object, "current", json_object_new_boolean(snapshot->current));
    json_add_text(object, "parent", snapshot->parent);
    return object;
}

// One whose job has not ended may still come to nothing.
static gboolean is_being_saved(const Snapshot *snapshot, const GPtrArray *jobs)
{
    for (guint i = 0; i < jobs->len; i++) {
        const StoreJob *job = jobs->pdata[i];
        if (strcmp(job->kind, snapshot_job_kind.name) == 0 && g_strcmp0(snapshot->description, job->id) == 0)
            return TRUE;
    }
    return FALSE;
}

// Jobs first: one that ends in between has its snapshot in the list.
static json_object *list_of(Daemon *daemon, const StoreMachine *machine, GError **error)
{
    g_autoptr(GPtrArray) jobs = store_job_unfinished(daemon->store, error);
    g_autoptr(GPtrArray) list = jobs ? snapshot_list(daemon->libvirt, machine->uuid, error) : NULL;
    if (!list)
        return NULL;
    json_object *array = json_object_new_array();
    for (guint i = 0; i < list->len; i++)
        if (!is_being_saved(list->pdata[i], jobs))
            json_object_array_add(array, snapshot_to_json(list->pdata[i]));
    return array;
}

json_object *service_snapshot_list(Daemon *daemon, const char *name, Problem **problem)
{
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    if (!machine)
        return NULL;
    GError *error = NULL;
    json_object *array = list_of(daemon, machine, &error);
    if (g_error_matches(error, VM_ERROR, VM_ERROR_NOT_FOUND)) { // not there yet, or not any more
        g_clear_error(&error);
        array = json_object_new_array();
    }
    if (error) {
        service_problem(problem, error);
        return NULL;
    }
    json_object *object = json_object_new_object();
    json_object_object_add(object, "snapshots", array);
    return object;
}

static json_object *submit(Daemon *daemon, const JobKind *kind, const StoreMachine *machine,
                           const char *snapshot, Problem **problem)
{
    g_autoptr(json_object) parameters = json_object_new_object();
    json_add_text(parameters, "snapshot", snapshot);
    return service_submit_change(daemon, kind->name, machine,
                                 json_object_to_json_string_ext(parameters, JSON_C_TO_STRING_PLAIN), problem);
}

static const char *read_name(json_object *body, Problem **problem)
{
    static const char *const members[] = { "name", NULL };
    g_autoptr(Faults) faults = faults_new();
    const char *name = NULL;
    if (json_check_members(body, "", members, faults)) {
        const guint before = faults_count(faults);
        if (!json_get_string(body, "", "name", 1024, &name, faults) && faults_count(faults) == before)
            faults_add(faults, "/name", "required", NULL, "is required: what the snapshot is to be called");
        else if (name && !name_is_valid(name))
            faults_add(faults, "/name", "bad-name", NULL, "must be %s", NAME_RULE);
    }
    if (faults_count(faults) == 0)
        return name;
    problem_set_faults(problem, &faults);
    return NULL;
}

static gboolean may_save(Daemon *daemon, const StoreMachine *machine, const char *snapshot, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) list = snapshot_list(daemon->libvirt, machine->uuid, &error);
    if (!list) {
        service_problem(problem, error);
        return FALSE;
    }
    for (guint i = 0; i < list->len; i++) {
        if (strcmp(((Snapshot *)list->pdata[i])->name, snapshot) == 0) {
            problem_set(
                problem, 409, "conflict",
                "machine \"%s\" has a snapshot \"%s\" already; delete it first, or choose another name",
                machine->name, snapshot);
            return FALSE;
        }
    }
    if (list->len >= SNAPSHOTS_MOST)
        problem_set(problem, 409, "too-many-snapshots",
                    "machine \"%s\" has %u snapshots, the most it may have; delete one first", machine->name,
                    list->len);
    return list->len < SNAPSHOTS_MOST;
}

json_object *service_snapshot_save(Daemon *daemon, const char *name, json_object *body, Problem **problem)
{
    const char *snapshot = read_name(body, problem);
    g_autoptr(StoreMachine) machine = snapshot ? service_find_idle(daemon, name, problem) : NULL;
    if (!machine || !may_save(daemon, machine, snapshot, problem))
        return NULL;
    return submit(daemon, &snapshot_job_kind, machine, snapshot, problem);
}

gboolean service_check_no_snapshots(Daemon *daemon, const StoreMachine *machine, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) list = snapshot_list(daemon->libvirt, machine->uuid, &error);
    if (!list)
        service_problem(problem, error);
    else if (list->len > 0)
        problem_set(
            problem, 409, "has-snapshots",
            "machine \"%s\" has %u snapshots, which would lie in the image, memory and all, for nobody; "
            "delete them first",
            machine->name, list->len);
    return list && list->len == 0;
}

// FALSE without a problem if there is none of that name.
static gboolean exists(Daemon *daemon, const StoreMachine *machine, const char *snapshot, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(Snapshot) found = NULL;
    if (!snapshot_find(daemon->libvirt, machine->uuid, snapshot, &found, &error))
        service_problem(problem, error);
    return found != NULL;
}

static json_object *change(Daemon *daemon, const JobKind *kind, const char *name, const char *snapshot,
                           Problem **problem)
{
    Problem *trouble = NULL;
    g_autoptr(StoreMachine) machine = service_find_idle(daemon, name, problem);
    if (!machine)
        return NULL;
    if (!name_is_valid(snapshot))
        problem_set(&trouble, 404, "not-found", "no snapshot can have this name: a name is %s", NAME_RULE);
    else if (exists(daemon, machine, snapshot, &trouble))
        return submit(daemon, kind, machine, snapshot, problem);
    else if (!trouble)
        problem_set(&trouble, 404, "not-found", "machine \"%s\" has no snapshot \"%s\"", name, snapshot);
    *problem = trouble;
    return NULL;
}

json_object *service_snapshot_revert(Daemon *daemon, const char *name, const char *snapshot,
                                     Problem **problem)
{
    return change(daemon, &revert_job_kind, name, snapshot, problem);
}

json_object *service_snapshot_delete(Daemon *daemon, const char *name, const char *snapshot,
                                     Problem **problem)
{
    return change(daemon, &delete_snapshot_job_kind, name, snapshot, problem);
}

json_object *service_vm_reset(Daemon *daemon, const char *name, Problem **problem)
{
    Problem *trouble = NULL;
    g_autoptr(StoreMachine) machine = service_find_idle(daemon, name, problem);
    if (!machine)
        return NULL;
    if (exists(daemon, machine, RESET_TO, &trouble))
        return submit(daemon, &revert_job_kind, machine, RESET_TO, problem);
    if (!trouble)
        problem_set(&trouble, 409, "no-ready-snapshot",
                    "machine \"%s\" has no snapshot \"" RESET_TO
                    "\", which a reset goes back to; save it when "
                    "the machine is as it should be: sevenctl snapshot %s save " RESET_TO
                    ", or POST /v1/vms/%s/snapshots {\"name\": \"" RESET_TO "\"}",
                    name, name, name);
    *problem = trouble;
    return NULL;
}
