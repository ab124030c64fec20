// SPDX-License-Identifier: GPL-3.0-or-later
// Resolving a request: finds what it names. The rules that hold between the parts are in preflight.c.
#include "daemon/install/plan.h"

#include <string.h>

#include "common/ids.h"
#include "daemon/install/computer_name.h"
#include "daemon/install/preflight.h"
#include "daemon/library/driver_packages.h"

void install_plan_free(InstallPlan *plan)
{
    if (!plan)
        return;
    template_free(plan->template);
    machine_request_free(plan->request);
    disc_free(plan->disc);
    g_strfreev(plan->driver_folders);
    g_strfreev(plan->driver_hashes);
    g_clear_pointer(&plan->driver_inspections, g_ptr_array_unref);
    g_free(plan->languages);
    g_clear_pointer(&plan->inspection, json_object_put);
    faults_free(plan->warnings);
    g_free(plan);
}

// A LIBRARY_ERROR about something that the request names is a fault of the request; anything else is passed
// on.
static void fault_or_error(Faults *faults, const char *pointer, const char *unknown_code,
                           const char *const *allowed, GError *failure, GError **error)
{
    if (g_error_matches(failure, LIBRARY_ERROR, LIBRARY_ERROR_NOT_FOUND)) {
        faults_add(faults, pointer, unknown_code, allowed, "%s", failure->message);
        g_error_free(failure);
    } else if (g_error_matches(failure, LIBRARY_ERROR, LIBRARY_ERROR_REFUSED)) {
        g_autofree char *code = NULL;
        const char *text = library_error_split(failure, &code);
        faults_add(faults, pointer, code, NULL, "%s", text);
        g_error_free(failure);
    } else {
        g_propagate_error(error, failure);
    }
}

void install_request_free(InstallRequest *request)
{
    if (!request)
        return;
    if (request->document)
        unattend_wipe_request(request->document);
    g_clear_pointer(&request->document, json_object_put);
    g_free(request->name_pattern);
    g_free(request);
}

json_object *install_template_members(json_object *template_request, json_object *request)
{
    static const char *const in_answer_files[] = { "system",  "display",  "disk",          "desktop",
                                                   "updates", "security", "features",      "specialize",
                                                   "logon",   "users",    "administrator", NULL };
    g_autoptr(json_object) none = json_object_new_object();
    json_object *members = json_merge(none, template_request ? template_request : none);
    for (gsize i = 0; in_answer_files[i] && json_string_member(request, "answer_file"); i++)
        json_object_object_del(members, in_answer_files[i]);
    return members;
}

InstallRequest *install_request_new(Daemon *daemon, json_object *request, Faults *faults, GError **error)
{
    const char *name =
        json_object_is_type(request, json_type_object) ? json_string_member(request, "template") : NULL;
    if (!name) { // the request's own check reports that, with everything else
        machine_request_free(machine_request_parse(request, faults));
        return NULL;
    }
    GError *failure = NULL;
    g_autoptr(Template) template = template_load(daemon, name, &failure);
    if (!template) {
        g_auto(GStrv) known = template_list(daemon, NULL);
        fault_or_error(faults, "/template", "unknown-template", (const char *const *)known, failure, error);
        machine_request_free(machine_request_parse(request, faults)); // name what else is wrong as well
        return NULL;
    }
    g_autoptr(json_object) members = install_template_members(template->request, request);
    g_autoptr(InstallRequest) whole = g_new0(InstallRequest, 1);
    whole->document = json_merge(members, request);
    whole->name_pattern = computer_name_pattern(whole->document);
    return computer_name_settle(daemon, whole->document, faults, error) ? g_steal_pointer(&whole) : NULL;
}

static char **disc_names(Daemon *daemon)
{
    g_autoptr(GPtrArray) discs = disc_list(daemon, NULL);
    GPtrArray *names = g_ptr_array_new();
    for (guint i = 0; discs && i < discs->len; i++)
        g_ptr_array_add(names, g_strdup(((Disc *)discs->pdata[i])->name));
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

static gboolean resolve_disc(InstallPlan *plan, Daemon *daemon, const char *name, GCancellable *cancellable,
                             Faults *faults, GError **error)
{
    GError *failure = NULL;
    plan->disc = disc_find(daemon, name, &failure);
    if (plan->disc)
        plan->inspection = disc_inspect(daemon, plan->disc, cancellable, &failure);
    if (!plan->inspection) {
        g_auto(GStrv) known = disc_names(daemon);
        fault_or_error(faults, "/disc", "unknown-disc", (const char *const *)known, failure, error);
        return FALSE;
    }
    return TRUE;
}

// No edition asked for is fine if the disc has one only: nothing could be meant but that.
static void resolve_edition(InstallPlan *plan, const char *wanted, Faults *faults)
{
    g_autofree const char **ids = inspection_edition_ids(plan->inspection);
    if (!wanted && ids[0] && !ids[1])
        wanted = ids[0];
    plan->edition = wanted ? inspection_find_edition(plan->inspection, wanted) : NULL;
    g_autofree char *list = g_strjoinv(", ", (char **)ids);
    if (!wanted)
        faults_add(faults, "/edition", "required", ids, "is required: disc \"%s\" holds %s", plan->disc->name,
                   list);
    else if (!plan->edition)
        faults_add(faults, "/edition", "unknown-edition", ids, "disc \"%s\" has no edition %s; it holds %s",
                   plan->disc->name, wanted, list);
}

static void put_json(gpointer object)
{
    json_object_put(object);
}

// NULL with a fault, or with @error.
static json_object *inspect_driver(Daemon *daemon, const char *name, const char *pointer,
                                   GCancellable *cancellable, Faults *faults, GError **error)
{
    GError *failure = NULL;
    json_object *inspection = driver_package_inspect(daemon, name, cancellable, &failure);
    if (!inspection) {
        g_auto(GStrv) known = driver_package_list(daemon, NULL);
        fault_or_error(faults, pointer, "unknown-driver", (const char *const *)known, failure, error);
    }
    return inspection;
}

static gboolean resolve_drivers(InstallPlan *plan, Daemon *daemon, const char *const *names,
                                GCancellable *cancellable, Faults *faults, GError **error)
{
    g_autoptr(GPtrArray) folders = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) hashes = g_ptr_array_new_with_free_func(g_free);
    plan->driver_inspections = g_ptr_array_new_with_free_func(put_json);
    for (gsize i = 0; names[i]; i++) {
        g_autofree char *pointer = json_pointer_append_index("/drivers", i);
        GError *broken = NULL;
        json_object *inspection = inspect_driver(daemon, names[i], pointer, cancellable, faults, &broken);
        if (broken) {
            g_propagate_error(error, broken);
            return FALSE;
        }
        if (!inspection)
            continue;
        g_ptr_array_add(plan->driver_inspections, inspection);
        g_ptr_array_add(folders, driver_package_path(daemon, names[i], NULL));
        g_ptr_array_add(hashes, g_strdup(json_string_member(inspection, "sha256")));
    }
    g_ptr_array_add(folders, NULL);
    g_ptr_array_add(hashes, NULL);
    plan->driver_folders = (char **)g_ptr_array_free(g_steal_pointer(&folders), FALSE);
    plan->driver_hashes = (char **)g_ptr_array_free(g_steal_pointer(&hashes), FALSE);
    return TRUE;
}

static gboolean resolve(InstallPlan *plan, Daemon *daemon, GCancellable *cancellable, Faults *faults,
                        GError **error)
{
    const MachineRequest *request = plan->request;
    GError *broken = NULL;
    if (resolve_disc(plan, daemon, request->disc, cancellable, faults, &broken))
        resolve_edition(plan, request->edition, faults);
    if (!broken)
        return resolve_drivers(plan, daemon, (const char *const *)request->drivers, cancellable, faults,
                               error);
    g_propagate_error(error, broken);
    return FALSE;
}

// What a request names that is wrong elsewhere is looked at all the same: the client is told everything at
// once. What is wrong with the names themselves is told already.
static void resolve_of_wrong_request(Daemon *daemon, json_object *document, GCancellable *cancellable,
                                     Faults *faults, GError **error)
{
    g_autoptr(InstallPlan) plan = g_new0(InstallPlan, 1);
    const char *disc = json_string_member(document, "disc");
    const char *edition = json_string_member(document, "edition");
    json_object *drivers = NULL;
    GError *broken = NULL;
    json_object_object_get_ex(document, "drivers", &drivers);
    const gsize count = json_object_is_type(drivers, json_type_array) ? json_object_array_length(drivers) : 0;
    if (disc && name_is_valid(disc) && resolve_disc(plan, daemon, disc, cancellable, faults, &broken) &&
        edition)
        resolve_edition(plan, edition, faults);
    for (gsize i = 0; !broken && i < count && i < REQUEST_MAX_DRIVERS; i++) {
        json_object *item = json_object_array_get_idx(drivers, i);
        const char *name = json_object_is_type(item, json_type_string) ? json_object_get_string(item) : "";
        g_autofree char *pointer = json_pointer_append_index("/drivers", i);
        if (name_is_valid(name))
            json_object_put(inspect_driver(daemon, name, pointer, cancellable, faults, &broken));
    }
    if (broken)
        g_propagate_error(error, broken);
}

static void set_target(InstallPlan *plan)
{
    json_object *ei_cfg = NULL;
    json_object_object_get_ex(plan->inspection, "ei_cfg", &ei_cfg);
    plan->languages = json_string_list(plan->inspection, "languages");
    plan->target = (UnattendTarget){
        .architecture = json_string_member(plan->inspection, "architecture"),
        .edition_id = json_string_member(plan->edition, "edition_id"),
        .image_index = (guint)json_int_member(plan->edition, "index", 0),
        .disc_has_ei_cfg = ei_cfg != NULL,
        .languages = plan->languages[0] ? plan->languages : NULL,
        .disk_bytes = (guint64)plan->request->disk_gib << 30,
        .image_bytes = (guint64)MAX(json_int_member(plan->edition, "size_bytes", 0), 0),
    };
}

InstallPlan *install_plan_new(Daemon *daemon, json_object *document, GCancellable *cancellable,
                              Faults *faults, GError **error)
{
    const guint before = faults_count(faults);
    g_autoptr(InstallPlan) plan = g_new0(InstallPlan, 1);
    plan->request = machine_request_parse(document, faults);
    if (!plan->request) {
        resolve_of_wrong_request(daemon, document, cancellable, faults, error);
        return NULL;
    }
    plan->template = template_load(daemon, plan->request->template_name, error);
    if (!plan->template || !resolve(plan, daemon, cancellable, faults, error) ||
        faults_count(faults) > before)
        return NULL;
    set_target(plan);
    plan->warnings = faults_new();
    if (daemon->preflight_only_warns)
        preflight_check(plan, plan->warnings, plan->warnings);
    else
        preflight_check(plan, faults, plan->warnings);
    return faults_count(faults) == before ? g_steal_pointer(&plan) : NULL;
}

BootDiscRecipe install_plan_recipe(const InstallPlan *plan)
{
    return (BootDiscRecipe){
        .vendor_disc = plan->disc->path,
        .boot_files_sha256 = json_string_member(plan->inspection, "boot_files_sha256"),
        .architecture = plan->target.architecture,
        .driver_names = (const char *const *)plan->request->drivers,
        .driver_folders = (const char *const *)plan->driver_folders,
        .driver_hashes = (const char *const *)plan->driver_hashes,
    };
}

json_object *install_plan_edition_json(const InstallPlan *plan)
{
    json_object *object = json_object_new_object();
    const char *id = plan->target.edition_id; // NULL: the disc does not say
    json_object_object_add(object, "edition_id", id ? json_object_new_string(id) : NULL);
    json_object_object_add(object, "index", json_object_new_int64(plan->target.image_index));
    json_object_object_add(object, "architecture", json_object_new_string(plan->target.architecture));
    return object;
}
