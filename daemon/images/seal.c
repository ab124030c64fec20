// SPDX-License-Identifier: GPL-3.0-or-later
// Job "seal": a machine becomes an image. Until the step "image" everything can be undone; that step is one
// transaction, and nothing is copied or moved.
#include <string.h>

#include "common/files.h"
#include "daemon/images/image_files.h"
#include "daemon/images/images.h"
#include "daemon/install/install.h"
#include "daemon/install/isolation_gate.h"
#include "daemon/install/machine_files.h"
#include "daemon/install/power_cycle.h"
#include "daemon/vm/domain.h"

// What Windows may take beyond the time that the order gives it: for libvirt, and for writing things down.
#define STOP_GRACE_SECONDS 60
#define CLONE_POLL_MS      500
#define LATER_JOBS         50 // of a machine, that are looked through

typedef struct {
    char *image;
    gboolean keep;  // the machine goes on, as the image's first clone
    gboolean ready; // the job ends when that clone is ready
    char *owner;    // of the machine, and of that clone; or NULL
    guint stop_seconds;
} SealOrder;

static void free_order(gpointer data)
{
    SealOrder *order = data;
    if (!order)
        return;
    g_free(order->image);
    g_free(order->owner);
    g_free(order);
}

static SealOrder *order_of(Job *job, GError **error)
{
    g_autoptr(json_object) parameters = json_parse(job_parameters(job), strlen(job_parameters(job)), error);
    if (!parameters)
        return NULL;
    json_object *keep = json_object_object_get(parameters, "keep");
    json_object *ready = json_object_object_get(parameters, "ready");
    SealOrder *order = g_new0(SealOrder, 1);
    order->image = g_strdup(json_string_member(parameters, "image"));
    order->keep = json_object_get_boolean(keep);
    order->ready = json_object_get_boolean(ready);
    order->owner = g_strdup(json_string_member(parameters, "owner"));
    order->stop_seconds = (guint)json_int_member(parameters, "timeout_seconds", SEAL_STOP_SECONDS);
    return order;
}

char *seal_parameters_of_install(const char *image, const char *owner_or_null)
{
    g_autoptr(json_object) order = json_object_new_object();
    json_object_object_add(order, "image", json_object_new_string(image));
    json_object_object_add(order, "keep", json_object_new_boolean(TRUE));
    json_object_object_add(order, "ready", json_object_new_boolean(TRUE));
    if (owner_or_null)
        json_object_object_add(order, "owner", json_object_new_string(owner_or_null));
    return g_strdup(json_object_to_json_string_ext(order, JSON_C_TO_STRING_PLAIN));
}

// A job that was asked for with the install may find that there is nothing to seal.
static gboolean is_installed(Job *job, const SealOrder *order, GError **error)
{
    Daemon *daemon = job_user_data(job);
    g_autoptr(StoreMachine) machine = NULL;
    g_autoptr(StoreImage) image = NULL;
    const gboolean there = store_machine_get(daemon->store, job_machine_name(job), &machine, NULL) &&
                           strcmp(machine->uuid, job_machine_uuid(job)) == 0;
    if (there && strcmp(machine->state, "ready") == 0)
        return TRUE;
    if (!there && store_image_get(daemon->store, order->image, &image, NULL) &&
        strcmp(image->uuid, job_machine_uuid(job)) == 0 && strcmp(image->state, "sealing") != 0)
        return TRUE;
    if (there)
        job_fail(
            error, "not-installed",
            "machine \"%s\" is %s, not ready, and is not sealed: job %s says why (sevenctl job show). The "
            "name \"%s\" is free again",
            machine->name, machine->state, machine->job, order->image);
    else
        job_fail(error, "not-installed",
                 "machine \"%s\" is gone, and is not sealed. The name \"%s\" is free again",
                 job_machine_name(job), order->image);
    return FALSE;
}

static gpointer begin(Job *job, GError **error)
{
    SealOrder *order = order_of(job, error);
    if (order && is_installed(job, order, error))
        return order;
    free_order(order);
    return NULL;
}

// Only a Windows that has shut down cleanly is worth a copy.
static gboolean run_stop(Job *job, GError **error)
{
    const SealOrder *order = job_data(job);
    gboolean off = FALSE;
    job_set_time_limit(job, order->stop_seconds + STOP_GRACE_SECONDS);
    if (!machine_wait_off(job, 1, &off, error))
        return FALSE;
    if (!off) {
        machine_ask_to_stop(job);
        if (!machine_wait_off(job, order->stop_seconds, &off, error))
            return FALSE;
    }
    if (!off)
        job_fail(error, "still-running",
                 "the machine did not shut down within %u s, and is not sealed: a disk whose Windows runs "
                 "would be a broken image. Look at its screen (sevenctl screenshot), or give it more time "
                 "(timeout_seconds)",
                 order->stop_seconds);
    return off;
}

// The definition is what clones are made from. Resumed after it was undefined, it is there already.
static gboolean run_undefine(Job *job, GError **error)
{
    Daemon *daemon = job_user_data(job);
    const char *uuid = job_machine_uuid(job);
    GError *failure = NULL;
    DomainPower power = DOMAIN_GONE;
    if (!domain_power(daemon->libvirt, uuid, &power, &failure)) {
        install_propagate(error, failure);
        return FALSE;
    }
    if (power == DOMAIN_GONE && image_definition_exists(daemon, uuid))
        return TRUE;
    g_autofree char *xml = domain_inactive_xml(daemon->libvirt, uuid, &failure);
    if (!xml || !image_definition_write(daemon, uuid, xml, &failure) ||
        !domain_undefine(daemon->libvirt, uuid, &failure)) {
        install_propagate(error, failure);
        return FALSE;
    }
    return TRUE;
}

// TRUE while the machine has its row: it is no image yet.
static gboolean is_machine(Job *job)
{
    Daemon *daemon = job_user_data(job);
    g_autoptr(StoreMachine) machine = NULL;
    return store_machine_get(daemon->store, job_machine_name(job), &machine, NULL) &&
           strcmp(machine->uuid, job_machine_uuid(job)) == 0;
}

static gboolean undo_undefine(Job *job, GError **error)
{
    Daemon *daemon = job_user_data(job);
    const char *uuid = job_machine_uuid(job);
    if (!is_machine(job) || !image_definition_exists(daemon, uuid))
        return TRUE;
    g_autofree char *xml = image_definition_read(daemon, uuid, error);
    if (!xml || !define_isolated(daemon, uuid, xml, error))
        return FALSE;
    job_log(job, "the machine is as it was, and off: sevenctl start %s", job_machine_name(job));
    return image_definition_remove(daemon, uuid, error);
}

static gboolean run_image(Job *job, GError **error)
{
    Daemon *daemon = job_user_data(job);
    const SealOrder *order = job_data(job);
    GError *failure = NULL;
    if (store_image_seal(daemon->store, order->image, job_id(job), &failure)) {
        job_detail(job, "image \"%s\"", order->image);
        return TRUE;
    }
    install_propagate(error, failure);
    return FALSE;
}

// Resumed: its clone may have been asked for already, and may even be gone again. *@ret_was: it was.
static gboolean clone_was_asked_for(Job *job, gboolean *ret_was, GError **error)
{
    Daemon *daemon = job_user_data(job);
    GError *failure = NULL;
    g_autoptr(GPtrArray) jobs =
        store_job_list(daemon->store, job_machine_name(job), NULL, NULL, LATER_JOBS, &failure);
    *ret_was = FALSE;
    for (guint i = 0; jobs && i < jobs->len; i++) { // the newest first
        const StoreJob *later = jobs->pdata[i];
        if (strcmp(later->id, job_id(job)) == 0)
            break;
        *ret_was = *ret_was || strcmp(later->kind, clone_job_kind.name) == 0;
    }
    return install_settled(jobs != NULL, &failure, error);
}

static gboolean ask_for_clone(Job *job, const SealOrder *order, GError **error)
{
    Daemon *daemon = job_user_data(job);
    GError *failure = NULL;
    const StoreIdempotency none = { NULL, NULL };
    g_autoptr(StoreImage) image = NULL;
    g_autoptr(json_object) document = json_object_new_object();
    if (!store_image_get(daemon->store, order->image, &image, &failure)) {
        install_propagate(error, failure);
        return FALSE;
    }
    json_object_object_add(document, "name", json_object_new_string(job_machine_name(job)));
    json_object_object_add(document, "image", json_object_new_string(order->image));
    const CloneOrder clone = { .document = document, .expires = image->expires, .owner = order->owner };
    g_autofree char *id = clone_submit(daemon, &clone, &none, &failure);
    if (id) {
        job_detail(job, "job %s", id);
        return TRUE;
    }
    install_propagate(error, failure);
    return FALSE;
}

// TRUE if there is nothing more to wait for; with @error if it will not be ready.
static gboolean clone_has_ended(Job *job, const SealOrder *order, GError **error)
{
    Daemon *daemon = job_user_data(job);
    g_autoptr(StoreMachine) clone = NULL;
    g_autoptr(GError) failure = NULL;
    if (store_machine_get(daemon->store, job_machine_name(job), &clone, &failure)) {
        if (strcmp(clone->state, "installing") == 0)
            return FALSE;
        if (strcmp(clone->state, "ready") != 0)
            job_fail(error, "clone-failed",
                     "image \"%s\" is made, but machine \"%s\", its first clone, is %s: %s", order->image,
                     clone->name, clone->state, clone->error_message ? clone->error_message : clone->job);
        return TRUE;
    }
    if (!g_error_matches(failure, STORE_ERROR, STORE_ERROR_NOT_FOUND))
        return FALSE; // told when its end is stored
    job_fail(error, "clone-failed", "image \"%s\" is made, but machine \"%s\", its first clone, is gone",
             order->image, job_machine_name(job));
    return TRUE;
}

// Not counted meanwhile: the clone's job needs room to run in.
static gboolean wait_for_clone(Job *job, const SealOrder *order, GError **error)
{
    GError *failure = NULL;
    gboolean goes_on = TRUE;
    job_set_time_limit(job, 0); // that of the clone's steps
    job_stop_counting(job);
    while (goes_on && !clone_has_ended(job, order, &failure))
        goes_on = job_sleep(job, CLONE_POLL_MS, &failure);
    if (!job_resume_counting(job, failure ? NULL : &failure) || failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    return TRUE;
}

static gboolean run_clone(Job *job, GError **error)
{
    const SealOrder *order = job_data(job);
    gboolean asked = FALSE;
    if (!order->keep)
        return TRUE;
    return clone_was_asked_for(job, &asked, error) && (asked || ask_for_clone(job, order, error)) &&
           (!order->ready || wait_for_clone(job, order, error));
}

// Also of a job that was cancelled before it began, and has no data.
static void end(Job *job, JobOutcome outcome, const GError *error G_GNUC_UNUSED)
{
    Daemon *daemon = job_user_data(job);
    g_autoptr(GError) failure = NULL;
    if (outcome == JOB_SUCCEEDED)
        return;
    SealOrder *order = order_of(job, &failure);
    if (!order || !store_image_release(daemon->store, order->image, &failure))
        g_warning("job %s: %s; the image's name is free at the next start", job_id(job), failure->message);
    free_order(order);
}

static const JobStep steps[] = {
    { "stop", 6, run_stop, NULL },
    { "undefine", 1, run_undefine, undo_undefine },
    { "image", 1, run_image, NULL },
    { "clone", 1, run_clone, NULL },
};

const JobKind seal_job_kind = {
    .name = "seal",
    .steps = steps,
    .step_count = G_N_ELEMENTS(steps),
    .begin = begin,
    .end = end,
    .free_data = free_order,
};
