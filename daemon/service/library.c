// SPDX-License-Identifier: GPL-3.0-or-later
// Discs, driver packages and templates as the API shows them.
#include "daemon/install/provenance.h"
#include "daemon/library/disc_verification.h"
#include "daemon/library/driver_packages.h"
#include "daemon/library/known_discs.h"
#include "daemon/library/media_process.h"
#include "daemon/library/templates.h"
#include "daemon/service/service_parts.h"

static json_object *wrap(const char *name, json_object *array)
{
    json_object *object = json_object_new_object();
    json_object_object_add(object, name, array);
    return object;
}

static const char *disc_state(Daemon *daemon, const Disc *disc)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_object) inspection = disc_inspection_cached(daemon, disc, &error);
    return error ? "refused" : inspection ? "ok" : "unchecked";
}

json_object *service_disc_item(Daemon *daemon, const Disc *disc)
{
    json_object *item = json_object_new_object();
    json_add_text(item, "name", disc->name);
    json_object_object_add(item, "size", json_object_new_int64((gint64)disc->size));
    json_add_text(item, "state", disc_state(daemon, disc));
    return item;
}

json_object *service_disc_list(Daemon *daemon, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) discs = disc_list(daemon, &error);
    if (!discs) {
        service_problem(problem, error);
        return NULL;
    }
    json_object *array = json_object_new_array();
    for (guint i = 0; i < discs->len; i++) {
        json_object_array_add(array, service_disc_item(daemon, discs->pdata[i]));
    }
    return wrap("discs", array);
}

static json_object *refusal_to_json(const GError *error)
{
    g_autofree char *code = NULL;
    const char *message = library_error_split(error, &code);
    json_object *refused = json_object_new_object();
    json_add_text(refused, "code", code);
    json_add_text(refused, "message", message);
    return refused;
}

// What is known of the disc beyond its inspection, as far as it is known already: nothing is hashed for it.
static void add_findings(Daemon *daemon, const Disc *disc, json_object *inspection, json_object *object)
{
    g_autoptr(GError) error = NULL;
    json_object *hashes = disc_hashes_cached(daemon, disc, &error);
    json_object *verification = error ? NULL : disc_verification(daemon, disc, &error);
    if (error)
        g_warning("disc \"%s\": %s, ignoring", disc->name, error->message);
    json_object_object_add(object, "hashes", hashes);
    json_object_object_add(object, "verification", verification);
    json_object_object_add(object, "known",
                           known_discs_match(hashes ? json_string_member(hashes, "sha1") : NULL,
                                             hashes ? json_string_member(hashes, "sha256") : NULL,
                                             inspection ? json_string_member(inspection, "volume_id") : NULL,
                                             disc->size));
}

json_object *service_disc_show(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(Disc) disc = disc_find(daemon, name, &error);
    g_autoptr(json_object) inspection = disc ? disc_inspect(daemon, disc, NULL, &error) : NULL;
    if (!inspection && !g_error_matches(error, LIBRARY_ERROR, LIBRARY_ERROR_REFUSED)) {
        service_problem(problem, error);
        return NULL;
    }
    g_autofree char *file = g_path_get_basename(disc->path);
    json_object *object = json_object_new_object();
    json_add_text(object, "name", disc->name);
    json_add_text(object, "file", file);
    json_object_object_add(object, "size", json_object_new_int64((gint64)disc->size));
    add_findings(daemon, disc, inspection, object);
    if (inspection) {
        json_object_object_add(object, "inspection", g_steal_pointer(&inspection));
        return object;
    }
    json_object_object_add(object, "refused", refusal_to_json(error));
    g_error_free(error);
    return object;
}

json_object *service_driver_list(Daemon *daemon, Problem **problem)
{
    GError *error = NULL;
    g_auto(GStrv) names = driver_package_list(daemon, &error);
    if (!names) {
        service_problem(problem, error);
        return NULL;
    }
    json_object *array = json_object_new_array();
    for (gsize i = 0; names[i]; i++) {
        json_object *item = json_object_new_object();
        json_add_text(item, "name", names[i]);
        json_object_array_add(array, item);
    }
    return wrap("drivers", array);
}

json_object *service_driver_show(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    json_object *inspection = driver_package_inspect(daemon, name, NULL, &error);
    if (!inspection) {
        service_problem(problem, error);
        return NULL;
    }
    json_object *object = json_object_new_object();
    json_add_text(object, "name", name);
    json_object_object_add(object, "inspection", inspection);
    return object;
}

// A template that is broken is listed, with what is wrong, rather than hidden.
static json_object *template_item(Daemon *daemon, const char *name)
{
    g_autoptr(GError) broken = NULL;
    g_autoptr(Template) template = template_load(daemon, name, &broken);
    json_object *item = json_object_new_object();
    json_add_text(item, "name", name);
    json_add_text(item, "description", template ? template->description : NULL);
    json_add_text(item, "architecture", template ? template->architecture : NULL);
    json_object_object_add(item, "error", broken ? refusal_to_json(broken) : NULL);
    return item;
}

json_object *service_template_list(Daemon *daemon, Problem **problem)
{
    GError *error = NULL;
    g_auto(GStrv) names = template_list(daemon, &error);
    if (!names) {
        service_problem(problem, error);
        return NULL;
    }
    json_object *array = json_object_new_array();
    for (gsize i = 0; names[i]; i++)
        json_object_array_add(array, template_item(daemon, names[i]));
    return wrap("templates", array);
}

json_object *service_template_show(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(Template) template = template_load(daemon, name, &error);
    if (!template) {
        service_problem(problem, error);
        return NULL;
    }
    json_object *object = NULL, *chain = json_object_new_array();
    json_object_deep_copy(template->document, &object, NULL);
    for (guint i = 1; i < template->files->len; i++)
        json_object_array_add(chain,
                              json_object_new_string(((TemplateFile *)template->files->pdata[i])->name));
    json_add_text(object, "name", template->name);
    json_object_object_add(object, "extends", chain);
    json_object_object_add(object, "files", provenance_template_files(template));
    return object;
}
