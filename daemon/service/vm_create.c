// SPDX-License-Identifier: GPL-3.0-or-later
// The request for a machine: installed, or a clone of an image, when it says so or its recipe is an image's.
#include <string.h>

#include "common/faults_json.h"
#include "common/ids.h"
#include "daemon/images/images.h"
#include "daemon/install/computer_name.h"
#include "daemon/install/machine_files.h"
#include "daemon/install/plan.h"
#include "daemon/quota/gate.h"
#include "daemon/service/service_parts.h"

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
    // What is installed anew needs a recipe for its image only.
    const gboolean has_recipe = !plan->request->fresh || plan->request->seal;
    if (has_recipe && !service_match_recipe(daemon, plan, whole->document, &match, problem))
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
