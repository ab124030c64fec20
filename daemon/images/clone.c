// SPDX-License-Identifier: GPL-3.0-or-later
// Job "clone": a machine out of an image. Its disk is an overlay of kilobytes; Windows starts from it, the
// agent that answers with the image's nonce is given the clone's, and then does what is the clone's own.
#include "daemon/images/images.h"

#include <string.h>

#include "common/ids.h"
#include "daemon/images/clone_request.h"
#include "daemon/images/image_await.h"
#include "daemon/images/image_files.h"
#include "daemon/images/personalize.h"
#include "daemon/install/agent_record.h"
#include "daemon/install/evidence.h"
#include "daemon/install/install.h"
#include "daemon/install/isolation_gate.h"
#include "daemon/install/machine_files.h"
#include "daemon/install/provenance.h"
#include "daemon/vm/domain.h"
#include "daemon/vm/domain_clone.h"
#include "daemon/vm/storage.h"

// Windows starts from a disk that has started before: minutes in emulation, seconds elsewhere.
#define BOOT_SECONDS 900

static void clone_free(gpointer data)
{
    Clone *clone = data;
    if (!clone)
        return;
    clone_request_free(clone->request);
    store_image_free(clone->image);
    g_free(clone->nonce);
    g_free(clone->image_nonce);
    g_free(clone);
}

// What it is made of. A machine that waits for its image has none yet.
static gboolean read_image(Clone *clone, const char *name, GError **error)
{
    if (!store_image_get(clone->daemon->store, name, &clone->image, error))
        return FALSE;
    clone->image_nonce = machine_files_read_nonce(clone->daemon, clone->image->uuid, error);
    return clone->image_nonce != NULL;
}

// After the last step the request is gone, and nothing needs it any more.
static gboolean read_request(Job *job, Clone *clone, GError **error)
{
    Daemon *daemon = clone->daemon;
    g_autoptr(StoreMachine) machine = NULL;
    if (!store_machine_get(daemon->store, job_machine_name(job), &machine, error) ||
        (machine->image && !read_image(clone, machine->image, error)))
        return FALSE;
    if (strcmp(machine->state, "ready") == 0)
        return TRUE;
    g_autoptr(json_object) document = machine_files_read_request(daemon, job_machine_uuid(job), error);
    g_autoptr(Faults) faults = faults_new();
    clone->request = document ? clone_request_parse(document, faults) : NULL;
    if (document && !clone->request) {
        g_autofree char *text = faults_to_text(faults);
        job_fail(error, "internal", "the clone's request: %s", text);
    }
    if (document)
        unattend_wipe_request(document);
    return clone->request != NULL;
}

static gpointer begin(Job *job, GError **error)
{
    Clone *clone = g_new0(Clone, 1);
    clone->daemon = job_user_data(job);
    if (read_request(job, clone, error))
        clone->nonce = machine_files_read_nonce(clone->daemon, job_machine_uuid(job), error);
    if (clone->nonce)
        return clone;
    clone_free(clone);
    return NULL;
}

static gboolean run_image(Job *job, GError **error)
{
    Clone *clone = job_data(job);
    GError *failure = NULL;
    if (!clone->image &&
        (!image_await(job, error) ||
         !install_settled(read_image(clone, clone->request->image, &failure), &failure, error)))
        return FALSE;
    job_detail(job, "image \"%s\"", clone->image->name);
    return TRUE;
}

// A volume left by an attempt that a crash cut short holds nothing yet: the machine starts two steps later.
static gboolean run_disk(Job *job, GError **error)
{
    const Clone *clone = job_data(job);
    const char *pool = clone->daemon->config->pool;
    VmConnection *libvirt = clone->daemon->libvirt;
    g_autofree char *volume = machine_disk_volume(clone->daemon, job_machine_uuid(job));
    g_autofree char *base = machine_disk_volume(clone->daemon, clone->image->uuid);
    GError *failure = NULL;
    job_detail(job, "over image \"%s\"", clone->image->name);
    return install_settled(storage_volume_delete(libvirt, pool, volume, &failure) &&
                               storage_volume_create_over(libvirt, pool, volume, base, &failure),
                           &failure, error);
}

static char *build_xml(Job *job, const char *virt_type, GError **error)
{
    const Clone *clone = job_data(job);
    Daemon *daemon = clone->daemon;
    const char *uuid = job_machine_uuid(job);
    g_autofree char *image_xml = image_definition_read(daemon, clone->image->uuid, error);
    if (!image_xml)
        return NULL;
    g_autofree char *name = machine_domain_name(daemon, job_machine_name(job));
    g_autofree char *volume = machine_disk_volume(daemon, uuid);
    g_autofree char *com1 = machine_file(daemon, uuid, MACHINE_FILE_COM1);
    g_autofree char *com2 = machine_file(daemon, uuid, MACHINE_FILE_COM2);
    const DomainCloneSpec spec = {
        .name = name,
        .uuid = uuid,
        .machine = job_machine_name(job),
        .instance = daemon->instance,
        .virt_type = virt_type,
        .vcpus = clone->request->vcpus,
        .sockets = clone->request->sockets,
        .memory_mib = clone->request->memory_mib,
        .pool = daemon->config->pool,
        .volume = volume,
        .com1_log = com1,
        .com2_socket = com2,
    };
    return domain_clone_xml(image_xml, &spec, error);
}

static gboolean run_define(Job *job, GError **error)
{
    const Clone *clone = job_data(job);
    GError *failure = NULL;
    const char *virt_type = vm_connection_virt_type(clone->daemon->libvirt, &failure);
    g_autofree char *xml = virt_type ? build_xml(job, virt_type, &failure) : NULL;
    job_detail(job, "the image's hardware, isolated by definition and command line");
    return install_settled(xml && define_isolated(clone->daemon, job_machine_uuid(job), xml, &failure) &&
                               provenance_write_clone(job, clone->image, xml, &failure),
                           &failure, error);
}

static gboolean run_start(Job *job, GError **error)
{
    GError *failure = NULL;
    job_detail(job, "running; isolation checked on the live machine");
    return install_settled(start_isolated(job_user_data(job), job_machine_uuid(job), &failure), &failure,
                           error);
}

static gboolean run_boot(Job *job, GError **error)
{
    job_set_time_limit(job, BOOT_SECONDS);
    return personalize_identity(job, job_data(job), error);
}

static gboolean run_personalize(Job *job, GError **error)
{
    const Clone *clone = job_data(job);
    return personalize_user(job, clone, error) && personalize_name(job, clone, error) &&
           personalize_commands(job, clone, error);
}

static gboolean run_ready(Job *job, GError **error)
{
    Daemon *daemon = job_user_data(job);
    const char *uuid = job_machine_uuid(job);
    GError *failure = NULL;
    g_autoptr(AgentHello) hello = personalize_hello(job, job_data(job), error);
    if (!hello)
        return FALSE;
    g_autoptr(json_object) agent = agent_hello_to_json(hello);
    job_detail(job, "agent %s on Windows %s (%s), computer name %s", hello->agent_version, hello->os_version,
               hello->architecture, hello->computer_name);
    return install_settled(
        store_machine_set_agent(daemon->store, uuid,
                                json_object_to_json_string_ext(agent, JSON_C_TO_STRING_PLAIN), &failure) &&
            store_machine_set_state(daemon->store, uuid, "ready", NULL, NULL, &failure),
        &failure, error);
}

static void failing(Job *job, GError *error)
{
    evidence_keep(job, NULL, error);
}

static const JobStep steps[] = {
    { "image", 1, run_image, NULL },
    { "disk", 1, run_disk, install_undo_disk },
    { "define", 1, run_define, install_undo_define },
    { "start", 1, run_start, install_undo_start },
    { "boot", 20, run_boot, NULL },
    { "personalize", 6, run_personalize, NULL },
    { "ready", 1, run_ready, NULL },
};

const JobKind clone_job_kind = {
    .name = "clone",
    .steps = steps,
    .step_count = G_N_ELEMENTS(steps),
    .gated = TRUE,
    .begin = begin,
    .failing = failing,
    .end = install_settle,
    .free_data = clone_free,
};

// Of the image, under the clone's name; the strings are borrowed.
static StoreMachine machine_of(const StoreImage *image, const char *name, const char *uuid)
{
    return (StoreMachine){
        .uuid = (char *)uuid,
        .name = (char *)name,
        .state = (char *)"installing",
        .template_name = image->template_name,
        .disc = image->disc,
        .edition = image->edition,
        .architecture = image->architecture,
        .image = image->name,
    };
}

// Until its image is ready the machine's row names none: it could not be given up any more.
char *clone_submit(Daemon *daemon, const CloneOrder *order, const StoreIdempotency *idempotency,
                   GError **error)
{
    json_object *document = order->document;
    CloneSize size = order->size;
    g_autoptr(StoreImage) image = NULL;
    if (!store_image_get(daemon->store, json_string_member(document, "image"), &image, error))
        return NULL;
    const gboolean waits = order->waits && strcmp(image->state, "sealing") == 0;
    if (size.vcpus == 0 &&
        !clone_size(daemon, image, json_object_object_get(document, "hardware"), &size, error))
        return NULL;
    g_autofree char *parameters = waits ? image_await_parameters(image) : NULL;
    g_autofree char *uuid = g_uuid_string_random();
    g_autofree char *now = time_now_text();
    StoreMachine machine = machine_of(image, json_string_member(document, "name"), uuid);
    g_autoptr(json_object) masked = unattend_mask_request(document);
    machine.request = (char *)json_object_to_json_string_ext(masked, JSON_C_TO_STRING_PLAIN);
    machine.created = now;
    machine.expires = (char *)order->expires;
    machine.warnings = (char *)order->warnings;
    machine.pool = (char *)order->pool;
    machine.pool_state = order->pool ? (char *)"warming" : NULL;
    machine.owner = (char *)order->owner;
    machine.vcpus = size.vcpus;
    machine.memory_mib = size.memory_mib;
    machine.disk_gib = size.disk_gib;
    if (waits)
        machine.image = NULL;
    if (!machine_files_create(daemon, uuid, document, error))
        return NULL;
    char *job = job_engine_submit(daemon->jobs, clone_job_kind.name, &machine, machine.name, uuid, parameters,
                                  idempotency, error);
    if (!job)
        machine_files_remove(daemon, uuid, NULL);
    return job;
}
