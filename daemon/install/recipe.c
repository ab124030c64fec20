// SPDX-License-Identifier: GPL-3.0-or-later
// See recipe.h. What a config disc holds is config_disc.c's.
#include "daemon/install/recipe.h"

#include <string.h>

#include "daemon/install/install.h"

#define FORMAT "sevend-recipe/1" // to be raised when the same text would come to mean another disk

static void add_text(json_object *object, const char *name, const char *text)
{
    json_object_object_add(object, name, text ? json_object_new_string(text) : NULL);
}

// Without what a clone has of its own. The computer name is then derived from the machine's.
static MachineRequest *neutral_request(json_object *document, GError **error)
{
    json_object *copy = NULL, *system = NULL;
    g_autoptr(Faults) faults = faults_new();
    json_object_deep_copy(document, &copy, NULL);
    json_object_object_add(copy, "name", json_object_new_string("recipe"));
    if (json_object_object_get_ex(copy, "system", &system) && json_object_is_type(system, json_type_object))
        json_object_object_del(system, "computer_name");
    MachineRequest *request = machine_request_parse(copy, faults);
    unattend_wipe_request(copy);
    json_object_put(copy);
    if (!request) {
        g_autofree char *text = faults_to_text(faults);
        job_fail(error, "internal", "the recipe's request: %s", text);
    }
    return request;
}

static json_object *disc_json(const InstallPlan *plan)
{
    json_object *object = json_object_new_object();
    const char *behind_device = strchr(plan->disc->identity, ':');
    add_text(object, "file", behind_device ? behind_device + 1 : plan->disc->identity);
    add_text(object, "boot_files_sha256", json_string_member(plan->inspection, "boot_files_sha256"));
    return object;
}

// The order is that in which Windows takes them.
static json_object *drivers_json(const InstallPlan *plan)
{
    json_object *array = json_object_new_array();
    for (gsize i = 0; plan->driver_hashes[i]; i++)
        json_object_array_add(array, json_object_new_string(plan->driver_hashes[i]));
    return array;
}

static json_object *hardware_json(const InstallPlan *plan)
{
    json_object *object = json_object_new_object();
    json_object_object_add(object, "disk_gib", json_object_new_int64(plan->request->disk_gib));
    add_text(object, "disk_bus", plan->request->disk_bus);
    add_text(object, "video", plan->request->video);
    add_text(object, "sound", plan->request->sound);
    return object;
}

char *install_recipe(Daemon *daemon, const InstallPlan *plan, json_object *document, GError **error)
{
    g_autoptr(MachineRequest) neutral = neutral_request(document, error);
    if (!neutral)
        return NULL;
    InstallPlan without_names = *plan;
    without_names.request = neutral;
    g_autofree char *config = install_config_digest(daemon, &without_names, error);
    g_autofree char *secrets = config ? install_config_keyed_digest(daemon, &without_names, error) : NULL;
    if (!secrets)
        return NULL;
    g_autoptr(json_object) recipe = json_object_new_object();
    add_text(recipe, "format", FORMAT);
    json_object_object_add(recipe, "disc", disc_json(plan));
    json_object_object_add(recipe, "edition", install_plan_edition_json(plan));
    json_object_object_add(recipe, "drivers", drivers_json(plan));
    json_object_object_add(recipe, "hardware", hardware_json(plan));
    add_text(recipe, "config_disc_sha256", config);
    add_text(recipe, "config_disc_hmac", secrets);
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256,
                                         json_object_to_json_string_ext(recipe, JSON_C_TO_STRING_PLAIN), -1);
}
