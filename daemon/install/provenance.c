// SPDX-License-Identifier: GPL-3.0-or-later
// Gathering a machine's provenance.
#include "daemon/install/provenance.h"

#include <string.h>

#include "common/files.h"
#include "common/ids.h"
#include "daemon/install/machine_files.h"
#include "daemon/install/recipe.h"
#include "daemon/vm/firmware.h"

#define MAX_FILE_BYTES (4u << 20)

static void add_text(json_object *object, const char *name, const char *text)
{
    json_object_object_add(object, name, text ? json_object_new_string(text) : NULL);
}

// The SHA-256 of a file, or null.
static void add_hash(json_object *object, const char *name, const char *path)
{
    g_autofree char *bytes = NULL;
    gsize length = 0;
    g_autofree char *hash =
        file_read(path, MAX_FILE_BYTES, &bytes, &length, NULL)
            ? g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes, length)
            : NULL;
    add_text(object, name, hash);
}

static json_object *disc_json(const InstallPlan *plan)
{
    json_object *object = json_object_new_object();
    g_autofree char *file = g_path_get_basename(plan->disc->path);
    add_text(object, "name", plan->disc->name);
    add_text(object, "file", file);
    json_object_object_add(object, "size", json_object_new_int64((gint64)plan->disc->size));
    add_text(object, "volume_id", json_string_member(plan->inspection, "volume_id"));
    add_text(object, "identity", plan->disc->identity);
    return object;
}

static json_object *drivers_json(const InstallPlan *plan)
{
    json_object *array = json_object_new_array();
    for (gsize i = 0; plan->request->drivers[i]; i++) {
        json_object *object = json_object_new_object();
        add_text(object, "name", plan->request->drivers[i]);
        add_text(object, "sha256", plan->driver_hashes[i]);
        json_object_array_add(array, object);
    }
    return array;
}

json_object *provenance_template_files(const Template *template)
{
    json_object *files = json_object_new_array();
    for (guint i = 0; i < template->files->len; i++) {
        const TemplateFile *file = template->files->pdata[i];
        json_object *entry = json_object_new_object();
        add_text(entry, "name", file->name);
        add_hash(entry, "sha256", file->path);
        json_object_array_add(files, entry);
    }
    return files;
}

static json_object *template_json(const InstallPlan *plan)
{
    json_object *object = json_object_new_object();
    add_text(object, "name", plan->template->name);
    json_object_object_add(object, "files", provenance_template_files(plan->template));
    return object;
}

json_object *provenance_guest_files(Daemon *daemon, const char *architecture)
{
    static const struct {
        const char *name, *architecture; // NULL: of both
    } files[] = { { "sevend-agent-amd64.exe", "amd64" },
                  { "sevend-agent-x86.exe", "x86" },
                  { "start.cmd", NULL },
                  { "specialize.cmd", NULL },
                  { "first-logon.cmd", NULL } };
    json_object *object = json_object_new_object();
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        if (architecture && files[i].architecture && strcmp(architecture, files[i].architecture) != 0)
            continue;
        g_autofree char *path = g_build_filename(daemon->config->guest, files[i].name, NULL);
        add_hash(object, files[i].name, path);
    }
    return object;
}

static json_object *versions_json(Daemon *daemon)
{
    g_autofree char *libvirt = vm_connection_version(daemon->libvirt);
    g_autofree char *hypervisor = vm_connection_hypervisor(daemon->libvirt);
    json_object *object = json_object_new_object();
    add_text(object, "sevend", SEVEND_VERSION);
    add_text(object, "libvirt", libvirt);
    add_text(object, "hypervisor", hypervisor);
    add_text(object, "virt_type", vm_connection_virt_type(daemon->libvirt, NULL));
    return object;
}

// Null where it is not known: a machine is not the worse for that.
static json_object *firmware_json(Daemon *daemon)
{
    g_autoptr(GError) error = NULL;
    const char *virt_type = vm_connection_virt_type(daemon->libvirt, &error);
    g_autoptr(Firmware) firmware = virt_type ? firmware_look(daemon->libvirt, virt_type, &error) : NULL;
    if (!firmware) {
        g_message("the firmware is not known: %s", error->message);
        return NULL;
    }
    json_object *object = json_object_new_object();
    add_text(object, "name", "SeaBIOS");
    add_text(object, "version", firmware->version);
    add_text(object, "sha256", firmware->sha256);
    return object;
}

static void add_config_disc(json_object *object, Daemon *daemon, const InstallPlan *plan)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *sha256 = install_config_digest(daemon, plan, &error);
    if (!sha256)
        g_warning("the config disc's hash: %s, ignoring", error->message);
    add_text(object, "config_disc_sha256", sha256);
}

static void add_recipe(json_object *object, Job *job, const InstallPlan *plan)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *recipe = install_recipe(job_user_data(job), plan, install_of(job)->document, &error);
    if (!recipe)
        g_warning("the recipe: %s, ignoring", error->message);
    add_text(object, "recipe", recipe);
}

// What every machine has, however it was made.
static json_object *begin(Job *job, const StoreMachine *machine, const char *domain_xml)
{
    json_object *object = json_object_new_object();
    g_autofree char *xml_hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, domain_xml, -1);
    add_text(object, "format", PROVENANCE_FORMAT);
    add_text(object, "machine", machine->name);
    add_text(object, "uuid", machine->uuid);
    add_text(object, "job", job_id(job));
    add_text(object, "created", machine->created);
    json_object_object_add(object, "versions", versions_json(job_user_data(job)));
    json_object_object_add(object, "firmware", firmware_json(job_user_data(job)));
    add_text(object, "domain_sha256", xml_hash);
    json_object_object_add(object, "request",
                           machine->request ? json_parse(machine->request, strlen(machine->request), NULL)
                                            : NULL);
    return object;
}

static gboolean finish(Daemon *daemon, const char *uuid, json_object *object, GError **error)
{
    g_autofree char *path = machine_file(daemon, uuid, MACHINE_FILE_PROVENANCE);
    const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
    return file_write_atomic(path, text, strlen(text), 0644, error);
}

gboolean provenance_write(Job *job, const InstallPlan *plan, const char *domain_xml, GError **error)
{
    Daemon *daemon = job_user_data(job);
    const char *uuid = job_machine_uuid(job);
    g_autoptr(StoreMachine) machine = NULL;
    if (!store_machine_get(daemon->store, job_machine_name(job), &machine, error))
        return FALSE;
    g_autoptr(json_object) object = begin(job, machine, domain_xml);
    g_autofree char *answer_file = machine_file(daemon, uuid, MACHINE_FILE_ANSWER_FILE);
    json_object_object_add(object, "disc", disc_json(plan));
    json_object_object_add(object, "edition", install_plan_edition_json(plan));
    json_object_object_add(object, "drivers", drivers_json(plan));
    add_text(object, "boot_disc", machine->boot_disc);
    json_object_object_add(object, "template", template_json(plan));
    json_object_object_add(object, "guest", provenance_guest_files(daemon, plan->target.architecture));
    add_hash(object, "answer_file_sha256", answer_file);
    add_config_disc(object, daemon, plan);
    add_recipe(object, job, plan);
    return finish(daemon, uuid, object, error);
}

gboolean provenance_write_clone(Job *job, const StoreImage *image, const char *domain_xml, GError **error)
{
    Daemon *daemon = job_user_data(job);
    g_autoptr(StoreMachine) machine = NULL;
    if (!store_machine_get(daemon->store, job_machine_name(job), &machine, error))
        return FALSE;
    g_autoptr(json_object) object = begin(job, machine, domain_xml);
    json_object *base = json_object_new_object();
    add_text(base, "name", image->name);
    add_text(base, "uuid", image->uuid);
    add_text(base, "created", image->created);
    // An image of a version that wrote none has none.
    json_object_object_add(base, "provenance", provenance_read_image(daemon, image, NULL));
    json_object_object_add(object, "image", base);
    return finish(daemon, machine->uuid, object, error);
}

// The hashes of the very file that the machine was installed from: they are taken beside the install, and
// then belong to its provenance for good, also when the disc is deleted.
static void settle_disc_hashes(Daemon *daemon, const char *path, json_object *provenance)
{
    json_object *disc = json_object_object_get(provenance, "disc"); // a clone has none of its own
    const char *name = disc ? json_string_member(disc, "name") : NULL;
    if (!disc || json_string_member(disc, "sha256"))
        return;
    g_autoptr(GError) error = NULL;
    g_autoptr(Disc) there = name ? disc_find(daemon, name, NULL) : NULL;
    const gboolean same = there && g_strcmp0(there->identity, json_string_member(disc, "identity")) == 0;
    g_autoptr(json_object) hashes = same ? disc_hashes_cached(daemon, there, NULL) : NULL;
    add_text(disc, "sha1", hashes ? json_string_member(hashes, "sha1") : NULL);
    add_text(disc, "sha256", hashes ? json_string_member(hashes, "sha256") : NULL);
    const char *text = json_object_to_json_string_ext(provenance, JSON_C_TO_STRING_PLAIN);
    if (hashes && !file_write_atomic(path, text, strlen(text), 0644, &error))
        g_warning("%s, ignoring", error->message);
}

json_object *provenance_read(Daemon *daemon, const StoreMachine *machine, GError **error)
{
    g_autofree char *path = machine_file(daemon, machine->uuid, MACHINE_FILE_PROVENANCE);
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND,
                    "machine \"%s\": its provenance is written when it is defined", machine->name);
        return NULL;
    }
    json_object *provenance = json_read_file(path, MAX_FILE_BYTES, error);
    if (!provenance)
        return NULL;
    settle_disc_hashes(daemon, path, provenance);
    json_object_object_add(provenance, "agent",
                           machine->agent ? json_parse(machine->agent, strlen(machine->agent), NULL) : NULL);
    add_text(provenance, "state", machine->state);
    return provenance;
}

json_object *provenance_read_image(Daemon *daemon, const StoreImage *image, GError **error)
{
    const StoreMachine was = {
        .uuid = image->uuid, .name = image->machine, .agent = image->agent, .state = (char *)"sealed"
    };
    return provenance_read(daemon, &was, error);
}
