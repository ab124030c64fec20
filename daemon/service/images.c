// SPDX-License-Identifier: GPL-3.0-or-later
// Images: sealing a machine, looking at what was sealed, deleting it; and the request for a clone.
#include <string.h>

#include "common/ids.h"
#include "daemon/images/clone_request.h"
#include "daemon/images/images.h"
#include "daemon/install/computer_name.h"
#include "daemon/install/machine_files.h"
#include "daemon/install/provenance.h"
#include "daemon/quota/gate.h"
#include "daemon/service/service_parts.h"
#include "daemon/vm/storage.h"

StoreImage *service_find_image(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    StoreImage *image = NULL;
    if (store_image_get(daemon->store, name, &image, &error))
        return image;
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND)) {
        problem_set(problem, 404, "not-found", "image \"%s\": no such image", name);
        g_error_free(error);
    } else {
        service_problem(problem, error);
    }
    return NULL;
}

static void add_names(json_object *object, const char *member, char **names)
{
    json_object *array = json_object_new_array();
    for (gsize i = 0; names && names[i]; i++)
        json_object_array_add(array, json_object_new_string(names[i]));
    json_object_object_add(object, member, array);
}

// What it takes of the pool; null while libvirt cannot tell.
static void add_size(Daemon *daemon, json_object *object, const StoreImage *image)
{
    guint64 bytes = 0;
    g_autofree char *volume = machine_disk_volume(daemon, image->uuid);
    const gboolean known = storage_volume_size(daemon->libvirt, daemon->config->pool, volume, &bytes, NULL);
    json_object_object_add(object, "size_bytes", known ? json_object_new_int64((gint64)bytes) : NULL);
}

static json_object *image_to_json(Daemon *daemon, const StoreImage *image)
{
    json_object *object = json_object_new_object();
    g_auto(GStrv) clones = store_image_clones(daemon->store, image->name, NULL);
    g_auto(GStrv) children = store_image_children(daemon->store, image->name, NULL);
    g_auto(GStrv) pools = store_image_pools(daemon->store, image->name, NULL);
    json_add_text(object, "name", image->name);
    json_add_text(object, "uuid", image->uuid);
    json_add_text(object, "state", image->state);
    json_add_text(object, "created", image->created);
    json_add_text(object, "machine", image->machine);
    json_add_text(object, "parent", image->parent);
    json_add_text(object, "template", image->template_name);
    json_add_text(object, "disc", image->disc);
    json_add_text(object, "edition", image->edition);
    json_add_text(object, "architecture", image->architecture);
    json_add_json(object, "request", image->request);
    json_add_json(object, "agent", image->agent);
    json_add_text(object, "job", image->job);
    json_add_text(object, "recipe", image->recipe);
    add_size(daemon, object, image);
    add_names(object, "clones", clones);
    add_names(object, "children", children);
    add_names(object, "pools", pools);
    return object;
}

json_object *service_image_list(Daemon *daemon, const ServicePage *page, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) images = store_image_list(daemon->store, page->cursor, page->limit, &error);
    if (!images) {
        service_problem(problem, error);
        return NULL;
    }
    json_object *array = json_object_new_array();
    for (guint i = 0; i < images->len; i++)
        json_object_array_add(array, image_to_json(daemon, images->pdata[i]));
    json_object *object = json_object_new_object();
    json_object_object_add(object, "images", array);
    const StoreImage *last = images->len == page->limit ? images->pdata[images->len - 1] : NULL;
    json_add_text(object, "next_cursor", last ? last->name : NULL);
    return object;
}

json_object *service_image_show(Daemon *daemon, const char *name, Problem **problem)
{
    g_autoptr(StoreImage) image = service_find_image(daemon, name, problem);
    return image ? image_to_json(daemon, image) : NULL;
}

json_object *service_image_provenance(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(StoreImage) image = service_find_image(daemon, name, problem);
    json_object *provenance = image ? provenance_read_image(daemon, image, &error) : NULL;
    if (error)
        service_problem(problem, error);
    return provenance;
}

// Says who needs it.
static void in_use_problem(Daemon *daemon, const StoreImage *image, Problem **problem)
{
    g_auto(GStrv) clones = store_image_clones(daemon->store, image->name, NULL);
    g_auto(GStrv) children = store_image_children(daemon->store, image->name, NULL);
    g_auto(GStrv) pools = store_image_pools(daemon->store, image->name, NULL);
    g_autofree char *filled = pools ? g_strjoinv(", ", pools) : NULL;
    g_autofree char *machines = clones ? g_strjoinv(", ", clones) : NULL;
    g_autofree char *images = children ? g_strjoinv(", ", children) : NULL;
    if (strcmp(image->state, "sealing") == 0 || strcmp(image->state, "importing") == 0)
        problem_set(problem, 409, "image-in-use", "image \"%s\" is being %s: cancel that job", image->name,
                    strcmp(image->state, "sealing") == 0 ? "sealed" : "imported");
    else
        problem_set(
            problem, 409, "image-in-use",
            "others are based on image \"%s\" (machines: %s; images: %s; pools: %s): delete them first",
            image->name, machines && *machines ? machines : "none", images && *images ? images : "none",
            filled && *filled ? filled : "none");
}

json_object *service_image_delete(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(StoreImage) image = service_find_image(daemon, name, problem);
    if (!image)
        return NULL;
    if (job_engine_machine_busy(daemon->jobs, image->uuid) && strcmp(image->state, "deleting") == 0) {
        problem_set(problem, 409, "conflict", "image \"%s\" is being deleted already", name);
        return NULL;
    }
    if (!store_image_begin_delete(daemon->store, name, &error)) {
        if (g_error_matches(error, STORE_ERROR, STORE_ERROR_IN_USE)) {
            in_use_problem(daemon, image, problem);
            g_error_free(error);
        } else {
            service_problem(problem, error);
        }
        return NULL;
    }
    g_autoptr(json_object) parameters = json_object_new_object();
    const StoreIdempotency none = { NULL, NULL };
    json_add_text(parameters, "image", name);
    char *job =
        job_engine_submit(daemon->jobs, delete_image_job_kind.name, NULL, NULL, image->uuid,
                          json_object_to_json_string_ext(parameters, JSON_C_TO_STRING_PLAIN), &none, &error);
    if (job)
        return service_job_answer(daemon, job, problem);
    service_problem(problem, error);
    return NULL;
}

// The order as the job takes it, or NULL with a problem.
static json_object *read_order(json_object *body, Problem **problem)
{
    static const char *const members[] = { "image", "keep", "timeout_seconds", NULL };
    g_autoptr(Faults) faults = faults_new();
    const char *image = NULL;
    gboolean keep = FALSE;
    gint64 seconds = SEAL_STOP_SECONDS;
    if (json_check_members(body, "", members, faults)) {
        const guint before = faults_count(faults);
        if (json_get_string(body, "", "image", 256, &image, faults) && !name_is_valid(image))
            faults_add(faults, "/image", "bad-name", NULL, "must be %s", NAME_RULE);
        else if (!image && faults_count(faults) == before)
            faults_add(faults, "/image", "required", NULL, "is required: the name that the image gets");
        json_get_bool(body, "", "keep", &keep, faults);
        json_get_int(body, "", "timeout_seconds", 1, 3600, &seconds, faults);
    }
    if (faults_count(faults) > 0) {
        problem_set_faults(problem, &faults);
        return NULL;
    }
    json_object *order = json_object_new_object();
    json_add_text(order, "image", image);
    json_object_object_add(order, "keep", json_object_new_boolean(keep));
    json_object_object_add(order, "timeout_seconds", json_object_new_int64(seconds));
    return order;
}

json_object *service_vm_seal(Daemon *daemon, const char *name, json_object *body, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(json_object) order = read_order(body, problem);
    g_autoptr(StoreMachine) machine = order ? service_find_idle(daemon, name, problem) : NULL;
    if (!machine || !service_check_no_snapshots(daemon, machine, problem))
        return NULL;
    const char *image = json_string_member(order, "image");
    json_add_text(order, "owner", machine->owner); // its row will be gone when its clone is made
    // Without a recipe: what was done in the machine since it was installed is in no recipe.
    if (!store_image_reserve(daemon->store, image, machine, NULL, NULL, &error)) {
        if (g_error_matches(error, STORE_ERROR, STORE_ERROR_EXISTS)) {
            problem_set(problem, 409, "conflict", "image \"%s\" exists already", image);
            g_error_free(error);
        } else {
            service_problem(problem, error);
        }
        return NULL;
    }
    json_object *answer =
        service_submit_change(daemon, seal_job_kind.name, machine,
                              json_object_to_json_string_ext(order, JSON_C_TO_STRING_PLAIN), problem);
    if (!answer)
        store_image_release(daemon->store, image, NULL);
    return answer;
}

void service_clone_problem(json_object *request, GError *error, Problem **problem)
{
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND)) {
        g_autoptr(Faults) faults = faults_new();
        faults_add(faults, "/image", "not-found", NULL, "there is no image \"%s\", or it is not ready",
                   json_string_member(request, "image"));
        problem_set_faults(problem, &faults);
        g_error_free(error);
    } else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_EXISTS)) {
        problem_set(problem, 409, "conflict", "machine \"%s\" exists already",
                    json_string_member(request, "name"));
        g_error_free(error);
    } else {
        service_problem(problem, error);
    }
}

// What the image brings along is not said by the request: then that is what is wrong.
static gboolean check_quota(Daemon *daemon, json_object *request, Problem **problem)
{
    GError *error = NULL;
    CloneSize size;
    g_autoptr(StoreImage) image = NULL;
    json_object *hardware = json_object_object_get(request, "hardware");
    if (!store_image_get(daemon->store, json_string_member(request, "image"), &image, &error) ||
        !clone_size(daemon, image, hardware, &size, &error)) {
        service_clone_problem(request, error, problem);
        return FALSE;
    }
    const QuotaAmount need = quota_need(size.vcpus, size.memory_mib, size.disk_gib);
    return service_check_quota(daemon, &need, TRUE, hardware ? NULL : "/image", problem);
}

char *service_clone(Daemon *daemon, json_object *request, const char *owner,
                    const StoreIdempotency *idempotency, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(Faults) faults = faults_new();
    // A number in a computer name is free for others until the clone's row stands.
    g_autoptr(GMutexLocker) naming = g_mutex_locker_new(computer_name_lock());
    const gboolean settled = computer_name_settle(daemon, request, faults, &error);
    g_autoptr(CloneRequest) clone = settled ? clone_request_parse(request, faults) : NULL;
    if (error) {
        service_problem(problem, error);
        return NULL;
    }
    if (!clone || faults_count(faults) > 0) {
        problem_set_faults(problem, &faults);
        return NULL;
    }
    if (!check_quota(daemon, request, problem))
        return NULL;
    g_autofree char *expires = clone->lifetime > 0 ? time_later_text(clone->lifetime) : NULL;
    const CloneOrder order = { .document = request, .expires = expires, .owner = owner };
    char *job = clone_submit(daemon, &order, idempotency, &error);
    if (!job)
        service_clone_problem(request, error, problem);
    return job;
}
