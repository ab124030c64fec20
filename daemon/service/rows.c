// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of the store as the API shows them.
#include <string.h>

#include "daemon/install/computer_name.h"
#include "daemon/service/service_parts.h"
#include "daemon/vm/domain.h"

void json_add_text(json_object *object, const char *name, const char *text_or_null)
{
    json_object_object_add(object, name, text_or_null ? json_object_new_string(text_or_null) : NULL);
}

void json_add_json(json_object *object, const char *name, const char *text_or_null)
{
    json_object_object_add(object, name,
                           text_or_null ? json_parse(text_or_null, strlen(text_or_null), NULL) : NULL);
}

static json_object *error_to_json(const char *code, const char *message)
{
    if (!code)
        return NULL;
    json_object *error = json_object_new_object();
    json_add_text(error, "code", code);
    json_add_text(error, "message", message);
    return error;
}

// Of one that is queued: for what it waits in the queue, or what else keeps it.
static void add_waiting(Daemon *daemon, json_object *object, const StoreJob *job)
{
    const gboolean queued = strcmp(job->state, "queued") == 0;
    g_autofree char *why =
        queued && !job->waiting ? job_engine_why_queued(daemon->jobs, job->id) : g_strdup(job->waiting);
    json_add_text(object, "waiting", queued ? why : NULL);
}

json_object *job_to_json(Daemon *daemon, const StoreJob *job)
{
    json_object *object = json_object_new_object();
    json_add_text(object, "id", job->id);
    json_add_text(object, "kind", job->kind);
    json_add_text(object, "vm", job->machine_name);
    json_add_text(object, "state", job->state);
    add_waiting(daemon, object, job);
    json_add_text(object, "phase", job->phase);
    json_object_object_add(object, "progress", json_object_new_int(job->progress));
    json_add_text(object, "created", job->created);
    json_add_text(object, "started", job->started);
    json_add_text(object, "finished", job->finished);
    json_object *error = error_to_json(job->error_code, job->error_message);
    if (error)
        json_add_text(error, "phase", job->error_phase);
    json_object_object_add(object, "error", error);
    json_add_text(object, "next", job->next);
    return object;
}

json_object *job_to_json_with_steps(Daemon *daemon, const StoreJob *job, GError **error)
{
    g_autoptr(GPtrArray) steps = store_step_list(daemon->store, job->id, error);
    if (!steps)
        return NULL;
    json_object *array = json_object_new_array();
    for (guint i = 0; i < steps->len; i++) {
        const StoreStep *step = steps->pdata[i];
        json_object *item = json_object_new_object();
        json_add_text(item, "phase", step->phase);
        json_add_text(item, "state", step->state);
        json_add_text(item, "started", step->started);
        json_add_text(item, "finished", step->finished);
        json_add_text(item, "detail", step->detail);
        json_object_array_add(array, item);
    }
    json_object *object = job_to_json(daemon, job);
    json_object_object_add(object, "steps", array);
    return object;
}

// @powers: domain_power_all(), or NULL: asked for this machine alone.
static const char *power_of(Daemon *daemon, const char *uuid, GHashTable *powers)
{
    DomainPower power = DOMAIN_OTHER;
    gpointer found = NULL;
    if (powers)
        return domain_power_name(g_hash_table_lookup_extended(powers, uuid, NULL, &found)
                                     ? (DomainPower)GPOINTER_TO_INT(found)
                                     : DOMAIN_GONE);
    if (!vm_connection_is_alive(daemon->libvirt) || !domain_power(daemon->libvirt, uuid, &power, NULL))
        return "unknown";
    return domain_power_name(power);
}

// What Windows called itself in the end counts; before the agent has answered, what it was told.
static void add_computer_name(json_object *object, const StoreMachine *machine)
{
    json_object *request = json_object_object_get(object, "request");
    json_object *agent = json_object_object_get(object, "agent");
    g_autofree char *told = computer_name_of(request, machine->name);
    const char *name = agent ? json_string_member(agent, "computer_name") : NULL;
    json_add_text(object, "computer_name", name ? name : told);
}

// A clone that waits for its image is not based on it yet.
static void add_image(json_object *object, const StoreMachine *machine)
{
    json_object *request = json_object_object_get(object, "request");
    json_add_text(object, "image",
                  machine->image || !request ? machine->image : json_string_member(request, "image"));
}

json_object *machine_to_json(Daemon *daemon, const StoreMachine *machine, GHashTable *powers)
{
    json_object *object = json_object_new_object();
    json_add_text(object, "name", machine->name);
    json_add_text(object, "uuid", machine->uuid);
    json_add_text(object, "state", machine->state);
    json_add_text(object, "power", power_of(daemon, machine->uuid, powers));
    json_add_text(object, "template", machine->template_name);
    json_add_text(object, "disc", machine->disc);
    json_add_text(object, "edition", machine->edition);
    json_add_text(object, "architecture", machine->architecture);
    json_add_text(object, "created", machine->created);
    json_add_text(object, "job", machine->job);
    json_add_json(object, "request", machine->request);
    json_object_object_add(object, "error", error_to_json(machine->error_code, machine->error_message));
    json_add_json(object, "agent", machine->agent);
    add_computer_name(object, machine);
    json_add_json(object, "warnings", machine->warnings ? machine->warnings : "[]");
    json_add_text(object, "boot_disc", machine->boot_disc);
    add_image(object, machine);
    json_add_text(object, "expires", machine->expires);
    json_add_text(object, "pool", machine->pool);
    json_add_text(object, "owner", machine->owner);
    return object;
}
