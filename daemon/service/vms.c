// SPDX-License-Identifier: GPL-3.0-or-later
// Machines: making, listing, and the jobs that change them. What runs inside one is guest.c's.
#include <string.h>

#include "common/duration.h"
#include "common/faults_json.h"
#include "common/ids.h"
#include "daemon/images/images.h"
#include "daemon/install/computer_name.h"
#include "daemon/install/machine_files.h"
#include "daemon/install/plan.h"
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

InstallPlan *service_plan_request(Daemon *daemon, json_object *request, InstallRequest **ret_request,
                                  Problem **problem)
{
    g_autoptr(Faults) faults = faults_new();
    GError *error = NULL;
    g_autoptr(InstallRequest) whole = install_request_new(daemon, request, faults, &error);
    g_autoptr(InstallPlan) plan =
        whole ? install_plan_new(daemon, whole->document, NULL, faults, &error) : NULL;
    if (plan && faults_count(faults) == 0) {
        *ret_request = g_steal_pointer(&whole);
        return g_steal_pointer(&plan);
    }
    if (error)
        service_problem(problem, error);
    else
        problem_set_faults(problem, &faults);
    return NULL;
}

// {"job", "vm"} of a job that exists.
static json_object *create_answer(Daemon *daemon, const char *job_id, Problem **problem)
{
    g_autoptr(json_object) answer = service_job_answer(daemon, g_strdup(job_id), problem);
    if (!answer)
        return NULL;
    json_object *job = NULL;
    json_object_object_get_ex(answer, "job", &job);
    g_autoptr(StoreMachine) machine = NULL; // gone again if the job was cancelled or the machine deleted
    if (store_machine_get(daemon->store, json_string_member(job, "vm"), &machine, NULL))
        json_object_object_add(answer, "vm", machine_to_json(daemon, machine, NULL));
    else
        json_object_object_add(answer, "vm", NULL);
    return g_steal_pointer(&answer);
}

// Keyed, because the body holds passwords: the fingerprint alone must not let anybody try them out.
static char *fingerprint(Daemon *daemon, const ServiceIdempotency *idempotency)
{
    return g_compute_hmac_for_data(G_CHECKSUM_SHA256, (const guchar *)daemon->instance,
                                   strlen(daemon->instance), (const guchar *)idempotency->body,
                                   idempotency->body_length);
}

// TRUE if the request was answered before: *ret_answer, or a problem.
static gboolean answered_before(Daemon *daemon, const StoreIdempotency *idempotency, json_object **ret_answer,
                                Problem **problem)
{
    GError *error = NULL;
    g_autofree char *job_id = NULL;
    if (!idempotency->key)
        return FALSE;
    if (store_idempotency_find(daemon->store, idempotency, &job_id, &error)) {
        if (job_id)
            *ret_answer = create_answer(daemon, job_id, problem);
        return job_id != NULL;
    }
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_EXISTS)) {
        problem_set(problem, 422, "idempotency-key-reused",
                    "this Idempotency-Key was used with another body within the last 24 hours");
        g_error_free(error);
    } else {
        service_problem(problem, error);
    }
    return TRUE;
}

static gboolean room_for_one_more(Daemon *daemon, Problem **problem)
{
    GError *error = NULL;
    guint count = 0;
    if (!store_machine_count(daemon->store, &count, &error)) {
        service_problem(problem, error);
        return FALSE;
    }
    if (count >= daemon->config->machines) {
        problem_set(problem, 429, "too-many-machines",
                    "there are %u machines, as many as this daemon is configured for; delete one first",
                    count);
        return FALSE;
    }
    return TRUE;
}

// The number in a computer name belongs to the machine once its row stands: until then nobody else may
// choose. What was planned with may be taken by now.
static gboolean settle_name(Daemon *daemon, InstallRequest *request, GError **error)
{
    json_object *system = json_object_object_get(request->document, "system");
    char *name = computer_name_next(daemon, request->document, request->name_pattern, error);
    if (name)
        json_object_object_add(system, "computer_name", json_object_new_string(name));
    g_free(name);
    return name != NULL;
}

// Who has taken the name: another machine, or an image that came to be since it was looked for.
static void taken_problem(Daemon *daemon, const InstallPlan *plan, Problem **problem)
{
    g_autoptr(StoreMachine) machine = NULL;
    if (!plan->request->seal || store_machine_get(daemon->store, plan->request->name, &machine, NULL))
        problem_set(problem, 409, "conflict", "machine \"%s\" exists already", plan->request->name);
    else
        problem_set(problem, 409, "conflict", "image \"%s\" exists already", plan->request->seal);
}

static char *submit_jobs(Daemon *daemon, const StoreMachine *machine, const char *image, const char *recipe,
                         const StoreIdempotency *idempotency, GError **error)
{
    if (!image)
        return job_engine_submit(daemon->jobs, "create", machine, machine->name, machine->uuid, NULL,
                                 idempotency, error);
    g_autofree char *parameters = seal_parameters_of_install(image, machine->owner);
    const JobNext seal = {
        .kind = seal_job_kind.name, .parameters = parameters, .image = image, .recipe = recipe
    };
    return job_engine_submit_with_next(daemon->jobs, "create", machine, NULL, &seal, idempotency, error);
}

// Files first, row after: files without a row are swept up at the next start, a row without files could not
// be installed.
static char *submit(Daemon *daemon, const InstallPlan *plan, const InstallRequest *request,
                    const char *recipe, const char *owner, const StoreIdempotency *idempotency,
                    Problem **problem)
{
    GError *error = NULL;
    json_object *document = request->document;
    g_autofree char *uuid = g_uuid_string_random();
    g_autoptr(json_object) masked = unattend_mask_request(document);
    g_autoptr(json_object) warnings = faults_to_json(plan->warnings);
    g_autofree char *now = time_now_text();
    const gint64 lifetime = plan->request->lifetime;
    g_autofree char *expires = lifetime > 0 ? time_later_text(lifetime) : NULL;
    const StoreMachine machine = {
        .uuid = uuid,
        .name = plan->request->name,
        .state = (char *)"installing",
        .template_name = plan->request->template_name,
        .disc = plan->request->disc,
        .edition = (char *)json_string_member(plan->edition, "edition_id"),
        .architecture = (char *)plan->target.architecture,
        .request = (char *)json_object_to_json_string_ext(masked, JSON_C_TO_STRING_PLAIN),
        .created = now,
        .expires = expires,
        .warnings = (char *)json_object_to_json_string_ext(warnings, JSON_C_TO_STRING_PLAIN),
        .owner = (char *)owner,
        .vcpus = plan->request->vcpus,
        .memory_mib = plan->request->memory_mib,
        .disk_gib = plan->request->disk_gib,
    };
    char *job_id = NULL;
    if (machine_files_create(daemon, uuid, document, &error)) {
        job_id = submit_jobs(daemon, &machine, plan->request->seal, recipe, idempotency, &error);
        if (!job_id)
            machine_files_remove(daemon, uuid, NULL);
    }
    if (job_id)
        return job_id;
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_EXISTS)) {
        taken_problem(daemon, plan, problem);
        g_error_free(error);
    } else {
        service_problem(problem, error);
    }
    return NULL;
}

gboolean service_check_quota(Daemon *daemon, const QuotaAmount *need, gboolean per_user,
                             const char *pointer_or_null, Problem **problem)
{
    g_autoptr(Faults) faults = faults_new();
    quota_check_possible(daemon->config, need, per_user, pointer_or_null, faults);
    if (faults_count(faults) == 0)
        return TRUE;
    problem_set_faults(problem, &faults);
    return FALSE;
}

static char *submit_install(Daemon *daemon, json_object *request, const char *owner,
                            const StoreIdempotency *key, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(InstallRequest) whole = NULL;
    g_auto(RecipeMatch) match = { 0 };
    g_autoptr(InstallPlan) plan = service_plan_request(daemon, request, &whole, problem);
    if (!plan)
        return NULL;
    const QuotaAmount need =
        quota_need(plan->request->vcpus, plan->request->memory_mib, plan->request->disk_gib);
    if (!service_check_quota(daemon, &need, TRUE, NULL, problem) || !room_for_one_more(daemon, problem))
        return NULL;
    g_autoptr(GMutexLocker) one_recipe = g_mutex_locker_new(service_recipe_lock());
    g_autoptr(GMutexLocker) naming = whole->name_pattern ? g_mutex_locker_new(computer_name_lock()) : NULL;
    if (whole->name_pattern && !settle_name(daemon, whole, &error)) {
        service_problem(problem, error);
        return NULL;
    }
    if (!service_match_recipe(daemon, plan, whole->document, &match, problem))
        return NULL;
    return match.image ? service_clone_by_recipe(daemon, plan, whole, match.image, owner, key, problem)
                       : submit(daemon, plan, whole, match.recipe, owner, key, problem);
}

static char *submit_clone(Daemon *daemon, json_object *request, const char *owner,
                          const StoreIdempotency *key, Problem **problem)
{
    return room_for_one_more(daemon, problem) ? service_clone(daemon, request, owner, key, problem) : NULL;
}

json_object *service_vm_create(Daemon *daemon, json_object *request, const char *owner,
                               const ServiceIdempotency *idempotency, Problem **problem)
{
    g_autofree char *print = fingerprint(daemon, idempotency);
    const StoreIdempotency key = { idempotency->key, print };
    json_object *answer = NULL;
    if (answered_before(daemon, &key, &answer, problem))
        return answer;
    g_autofree char *job_id = json_object_object_get_ex(request, "image", NULL)
                                  ? submit_clone(daemon, request, owner, &key, problem)
                                  : submit_install(daemon, request, owner, &key, problem);
    return job_id ? create_answer(daemon, job_id, problem) : NULL;
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
