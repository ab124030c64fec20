// SPDX-License-Identifier: GPL-3.0-or-later
// Machines: listing, and the jobs that change them. Making one is vm_create.c's, what runs inside guest.c's.
#include <string.h>

#include "common/duration.h"
#include "common/ids.h"
#include "daemon/quota/gate.h"
#include "daemon/service/service_parts.h"
#include "daemon/vm/domain.h"

#define PAGE              200 // machines looked at in one go
#define POWERS_ONE_BY_ONE 16  // machines of a list whose power is asked for so

StoreMachine *service_find_machine(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    StoreMachine *machine = NULL;
    if (store_machine_get(daemon->store, name, &machine, &error))
        return machine;
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND)) {
        problem_set(problem, 404, "not-found", "machine \"%s\": no such machine", name);
        g_error_free(error);
    } else {
        service_problem(problem, error);
    }
    return NULL;
}

gboolean service_any_installing(Daemon *daemon,
                                gboolean (*use)(const StoreMachine *machine, gpointer data,
                                                Problem **problem),
                                gpointer data, Problem **problem)
{
    g_autofree char *after = NULL;
    for (;;) {
        GError *error = NULL;
        g_autoptr(GPtrArray) page = store_machine_list(daemon->store, "installing", after, PAGE, &error);
        if (!page) {
            service_problem(problem, error);
            return TRUE;
        }
        for (guint i = 0; i < page->len; i++)
            if (use(page->pdata[i], data, problem))
                return TRUE;
        if (page->len < PAGE)
            return FALSE;
        g_free(after);
        after = g_strdup(((StoreMachine *)page->pdata[page->len - 1])->name);
    }
}

json_object *service_vm_list(Daemon *daemon, const ServicePage *page, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) machines =
        store_machine_list(daemon->store, page->state, page->cursor, page->limit, &error);
    if (!machines) {
        service_problem(problem, error);
        return NULL;
    }
    // One by one, a long list takes as many round trips; for a short one all domains of the host are too
    // many.
    g_autoptr(GHashTable) powers =
        machines->len > POWERS_ONE_BY_ONE && vm_connection_is_alive(daemon->libvirt)
            ? domain_power_all(daemon->libvirt, NULL)
            : NULL;
    json_object *array = json_object_new_array();
    for (guint i = 0; i < machines->len; i++)
        json_object_array_add(array, machine_to_json(daemon, machines->pdata[i], powers));
    json_object *object = json_object_new_object();
    json_object_object_add(object, "vms", array);
    const StoreMachine *last = machines->len == page->limit ? machines->pdata[machines->len - 1] : NULL;
    json_add_text(object, "next_cursor", last ? last->name : NULL);
    return object;
}

json_object *service_vm_show(Daemon *daemon, const char *name, Problem **problem)
{
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    return machine ? machine_to_json(daemon, machine, NULL) : NULL;
}

json_object *service_submit_change(Daemon *daemon, const char *kind, const StoreMachine *machine,
                                   const char *parameters, Problem **problem)
{
    GError *error = NULL;
    const StoreIdempotency none = { NULL, NULL };
    char *job_id =
        job_engine_submit(daemon->jobs, kind, NULL, machine->name, machine->uuid, parameters, &none, &error);
    if (!job_id) {
        service_problem(problem, error);
        return NULL;
    }
    return service_job_answer(daemon, job_id, problem);
}

// Deleting ends what is being done with the machine: its unfinished jobs are cancelled, the deletion queues
// behind them.
static gboolean cancel_jobs_of(Daemon *daemon, const char *uuid, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) jobs = store_job_unfinished(daemon->store, &error);
    for (guint i = 0; jobs && i < jobs->len; i++) {
        const StoreJob *job = jobs->pdata[i];
        if (g_strcmp0(job->machine_uuid, uuid) == 0 && strcmp(job->kind, "delete") != 0 &&
            !job_engine_cancel(daemon->jobs, job->id, &error))
            break;
    }
    if (error) {
        service_problem(problem, error);
        return FALSE;
    }
    return TRUE;
}

json_object *service_vm_delete(Daemon *daemon, const char *name, Problem **problem)
{
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    if (!machine)
        return NULL;
    if (strcmp(machine->state, "deleting") == 0 && job_engine_machine_busy(daemon->jobs, machine->uuid)) {
        problem_set(problem, 409, "conflict", "machine \"%s\" is being deleted already", name);
        return NULL;
    }
    GError *error = NULL;
    if (!cancel_jobs_of(daemon, machine->uuid, problem))
        return NULL;
    if (!store_machine_set_state(daemon->store, machine->uuid, "deleting", NULL, NULL, &error)) {
        service_problem(problem, error);
        return NULL;
    }
    return service_submit_change(daemon, "delete", machine, NULL, problem);
}

StoreMachine *service_find_idle(Daemon *daemon, const char *name, Problem **problem)
{
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    if (!machine)
        return NULL;
    if (strcmp(machine->state, "ready") != 0) {
        problem_set(problem, 409, "wrong-state", "machine \"%s\" is not ready: it is %s", name,
                    machine->state);
        return NULL;
    }
    if (machine->pool && g_strcmp0(machine->pool_state, "leased") != 0) {
        problem_set(problem, 409, "wrong-state",
                    "machine \"%s\" belongs to pool \"%s\", and nobody holds it (it is %s): take a lease",
                    name, machine->pool, machine->pool_state);
        return NULL;
    }
    if (job_engine_machine_busy(daemon->jobs, machine->uuid)) {
        problem_set(problem, 409, "conflict", "another job is at work on machine \"%s\"", name);
        return NULL;
    }
    return g_steal_pointer(&machine);
}

json_object *service_vm_change(Daemon *daemon, const char *name, json_object *body, Problem **problem)
{
    static const char *const members[] = { "lifetime", NULL };
    GError *error = NULL;
    gint64 seconds = 0;
    g_autoptr(Faults) faults = faults_new();
    if (json_check_members(body, "", members, faults) && !json_object_object_get_ex(body, "lifetime", NULL))
        faults_add(faults, "/lifetime", "required", NULL, "is required: %s from now on, or null",
                   DURATION_RULE);
    const gboolean ends = faults_count(faults) == 0 && duration_get(body, "", "lifetime", &seconds, faults);
    if (faults_count(faults) > 0) {
        problem_set_faults(problem, &faults);
        return NULL;
    }
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    if (!machine)
        return NULL;
    if (machine->pool) {
        problem_set(problem, 409, "wrong-state",
                    "machine \"%s\" belongs to pool \"%s\": its lease has a lifetime", name, machine->pool);
        return NULL;
    }
    g_autofree char *expires = ends ? time_later_text(seconds) : NULL;
    if (!store_machine_set_expires(daemon->store, machine->uuid, expires, &error)) {
        service_problem(problem, error);
        return NULL;
    }
    return service_vm_show(daemon, name, problem);
}

json_object *service_vm_start(Daemon *daemon, const char *name, Problem **problem)
{
    g_autoptr(StoreMachine) machine = service_find_idle(daemon, name, problem);
    if (!machine)
        return NULL;
    const QuotaAmount need = quota_need(machine->vcpus, machine->memory_mib, machine->disk_gib);
    return service_check_quota(daemon, &need, machine->owner != NULL, "", problem)
               ? service_submit_change(daemon, "start", machine, NULL, problem)
               : NULL;
}

json_object *service_vm_stop(Daemon *daemon, const char *name, json_object *body_or_null, Problem **problem)
{
    static const char *const members[] = { "force", "timeout_seconds", NULL };
    g_autoptr(StoreMachine) machine = service_find_idle(daemon, name, problem);
    if (!machine)
        return NULL;
    g_autoptr(Faults) faults = faults_new();
    if (body_or_null && json_check_members(body_or_null, "", members, faults)) {
        gboolean force;
        gint64 seconds;
        json_get_bool(body_or_null, "", "force", &force, faults);
        json_get_int(body_or_null, "", "timeout_seconds", 0, 3600, &seconds, faults);
    }
    if (faults_count(faults) > 0) {
        problem_set_faults(problem, &faults);
        return NULL;
    }
    const char *parameters =
        body_or_null ? json_object_to_json_string_ext(body_or_null, JSON_C_TO_STRING_PLAIN) : NULL;
    return service_submit_change(daemon, "stop", machine, parameters, problem);
}
