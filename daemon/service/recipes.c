// SPDX-License-Identifier: GPL-3.0-or-later
// Requests for an install that ask for an image, or for which an image is there already.
#include <string.h>

#include "common/faults_json.h"
#include "common/ids.h"
#include "daemon/images/images.h"
#include "daemon/install/computer_name.h"
#include "daemon/install/recipe.h"
#include "daemon/service/service_parts.h"

GMutex *service_recipe_lock(void)
{
    static GMutex lock;
    return &lock;
}

void service_recipe_match_clear(RecipeMatch *match)
{
    g_clear_pointer(&match->recipe, g_free);
    g_clear_pointer(&match->image, store_image_free);
}

static void refuse_seal(Problem **problem, const char *code, const char *text)
{
    g_autoptr(Faults) faults = faults_new();
    faults_add(faults, "/seal", code, NULL, "%s", text);
    problem_set_faults(problem, &faults);
}

// The name that a machine is to be sealed under must be free.
static gboolean check_free(Daemon *daemon, const MachineRequest *request, const char *recipe,
                           Problem **problem)
{
    GError *error = NULL;
    g_autoptr(StoreImage) image = NULL;
    if (!request->seal)
        return TRUE;
    if (!store_image_get(daemon->store, request->seal, &image, &error)) {
        const gboolean is_free = g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND);
        if (is_free)
            g_error_free(error);
        else
            service_problem(problem, error);
        return is_free;
    }
    const gboolean same = g_strcmp0(image->recipe, recipe) == 0;
    g_autofree char *text =
        g_strdup_printf("image \"%s\" is there already (%s), %s: name another, or delete that one first",
                        image->name, image->state,
                        same            ? "and what is installed anew has to be sealed under another name"
                        : image->recipe ? "of another recipe"
                                        : "of no recipe, because it was not made by a request with \"seal\"");
    refuse_seal(problem, "conflict", text);
    return FALSE;
}

// One recipe, one image: a clone of that is what the request asks for.
static gboolean check_same_name(const MachineRequest *request, const StoreImage *image, Problem **problem)
{
    if (!request->seal || strcmp(request->seal, image->name) == 0)
        return TRUE;
    g_autofree char *text = g_strdup_printf(
        "image \"%s\" has the same recipe: name that one, leave \"seal\" out, or install anew with \"fresh\"",
        image->name);
    refuse_seal(problem, "conflict", text);
    return FALSE;
}

gboolean service_match_recipe(Daemon *daemon, const InstallPlan *plan, json_object *document,
                              RecipeMatch *ret_match, Problem **problem)
{
    GError *error = NULL;
    const MachineRequest *request = plan->request;
    g_auto(RecipeMatch) match = { .recipe = install_recipe(daemon, plan, document, &error) };
    // What keeps the recipe from being told will keep the install from going on: its job says so, with its
    // phase.
    if (!match.recipe && !request->seal) {
        g_message("no recipe: %s, ignoring", error->message);
        g_error_free(error);
        return TRUE;
    }
    if (!match.recipe || (!request->fresh && !store_image_find_recipe(daemon->store, match.recipe,
                                                                      request->seal, &match.image, &error))) {
        service_problem(problem, error);
        return FALSE;
    }
    if (match.image ? !check_same_name(request, match.image, problem)
                    : !check_free(daemon, request, match.recipe, problem))
        return FALSE;
    ret_match->recipe = g_steal_pointer(&match.recipe);
    ret_match->image = g_steal_pointer(&match.image);
    return TRUE;
}

// What of @request a clone has of its own.
static json_object *clone_document(const MachineRequest *request, json_object *document, const char *image)
{
    json_object *clone = json_object_new_object();
    json_object *hardware = json_object_new_object();
    json_add_text(clone, "name", request->name);
    json_add_text(clone, "image", image);
    json_object_object_add(hardware, "vcpus", json_object_new_int64(request->vcpus));
    json_object_object_add(hardware, "sockets", json_object_new_int64(request->sockets));
    json_object_object_add(hardware, "memory_mib", json_object_new_int64(request->memory_mib));
    json_object_object_add(clone, "hardware", hardware);
    g_autofree char *computer_name = computer_name_of(document, request->name);
    if (computer_name) {
        json_object *system = json_object_new_object();
        json_add_text(system, "computer_name", computer_name);
        json_object_object_add(clone, "system", system);
    }
    json_object *lifetime = json_object_object_get(document, "lifetime");
    if (lifetime)
        json_object_object_add(clone, "lifetime", json_object_get(lifetime));
    return clone;
}

// The client asked for an install: it is told.
static json_object *clone_warnings(const InstallPlan *plan, const StoreImage *image)
{
    const gboolean is_ready = strcmp(image->state, "ready") == 0;
    faults_add(plan->warnings, "", "made-as-clone", NULL,
               "made as a clone of image \"%s\", whose recipe is the same%s%s; \"fresh\": true installs anew",
               image->name, is_ready ? "" : ", once it is there: job ",
               is_ready || !image->job ? "" : image->job);
    return faults_to_json(plan->warnings);
}

char *service_clone_by_recipe(Daemon *daemon, const InstallPlan *plan, InstallRequest *request,
                              const StoreImage *image, const char *owner, const StoreIdempotency *idempotency,
                              Problem **problem)
{
    GError *error = NULL;
    g_autoptr(json_object) document = clone_document(plan->request, request->document, image->name);
    g_autoptr(json_object) warnings = clone_warnings(plan, image);
    const gint64 lifetime = plan->request->lifetime;
    g_autofree char *expires = lifetime > 0 ? time_later_text(lifetime) : NULL;
    const CloneOrder order = {
        .document = document,
        .expires = expires,
        .warnings = json_object_to_json_string_ext(warnings, JSON_C_TO_STRING_PLAIN),
        .owner = owner,
        .size = { plan->request->vcpus, plan->request->memory_mib, plan->request->disk_gib },
        .waits = TRUE,
    };
    char *job = clone_submit(daemon, &order, idempotency, &error);
    if (!job)
        service_clone_problem(document, error, problem);
    return job;
}
