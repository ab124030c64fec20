// SPDX-License-Identifier: GPL-3.0-or-later
// Facts of driver packages → JSON.
#include "driver_json.h"

#include "signatures.h"

static void add_text(json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, text == NULL ? NULL : json_object_new_string(text));
}

static void add_flag(json_object *object, const char *key, gboolean value)
{
    json_object_object_add(object, key, json_object_new_boolean(value));
}

static json_object *texts(const GPtrArray *list)
{
    json_object *array = json_object_new_array();
    for (guint i = 0; i < list->len; i++)
        json_object_array_add(array, json_object_new_string(g_ptr_array_index(list, i)));
    return array;
}

static json_object *file_json(const DriverFile *file)
{
    json_object *object = json_object_new_object();
    add_text(object, "path", file->path);
    add_flag(object, "present", file->present);
    add_text(object, "machine", file->machine);
    json_object_object_add(object, "covered", file->checked ? json_object_new_boolean(file->covered) : NULL);
    add_text(object, "embedded_digest", signatures_digest_name(file->embedded));
    return object;
}

static json_object *signature_json(const DriverTarget *target)
{
    static const char *const states[] = {
        [DRIVER_SIGNED] = "signed",
        [DRIVER_UNSIGNED] = "unsigned",
        [DRIVER_MISSING] = "missing",
        [DRIVER_UNREADABLE] = "unreadable",
    };
    json_object *object = json_object_new_object();
    add_text(object, "state", states[target->signature]);
    add_text(object, "digest", signatures_digest_name(target->digests));
    add_text(object, "signer", target->signer);
    return object;
}

static json_object *target_json(const DriverTarget *target)
{
    json_object *object = json_object_new_object();
    json_object *files = json_object_new_array();
    add_text(object, "architecture", target->architecture);
    add_text(object, "decoration", target->decoration);
    json_object_object_add(object, "hardware_ids", texts(target->hardware_ids));
    add_flag(object, "boot_start", target->boot_start);
    add_text(object, "catalog", target->catalog);
    json_object_object_add(object, "signature", signature_json(target));
    for (guint i = 0; i < target->files->len; i++)
        json_object_array_add(files, file_json(g_ptr_array_index(target->files, i)));
    json_object_object_add(object, "files", files);
    return object;
}

static json_object *problem_json(const InfProblem *problem)
{
    json_object *object = json_object_new_object();
    const gboolean has_line = problem->line > 0 && problem->line < G_MAXUINT;
    add_text(object, "code", problem->code);
    add_text(object, "architecture", problem->architecture);
    json_object_object_add(object, "line", has_line ? json_object_new_int64(problem->line) : NULL);
    add_text(object, "path", problem->path);
    add_text(object, "message", problem->message);
    return object;
}

static json_object *inf_json(const DriverInf *driver, const DriverFacts *facts)
{
    json_object *object = json_object_new_object();
    json_object *architectures = json_object_new_array();
    json_object *targets = json_object_new_array(), *problems = json_object_new_array();
    const GPtrArray *list = inf_problems_list(facts->problems);

    for (guint i = 0; i < facts->targets->len; i++) {
        const DriverTarget *target = g_ptr_array_index(facts->targets, i);
        json_object_array_add(architectures, json_object_new_string(target->architecture));
        json_object_array_add(targets, target_json(target));
    }
    for (guint i = 0; i < list->len; i++)
        json_object_array_add(problems, problem_json(g_ptr_array_index(list, i)));
    add_text(object, "path", driver->path);
    add_text(object, "class", driver->class_name);
    add_text(object, "class_guid", driver->class_guid);
    add_flag(object, "boot_critical", driver->boot_critical);
    add_text(object, "provider", driver->provider);
    add_text(object, "version", driver->version);
    add_text(object, "date", driver->date);
    add_text(object, "catalog", driver->catalog);
    json_object_object_add(object, "architectures", architectures);
    json_object_object_add(object, "targets", targets);
    json_object_object_add(object, "problems", problems);
    return object;
}

json_object *driver_json(const DriverPackage *package, const GPtrArray *facts)
{
    json_object *object = json_object_new_object();
    json_object *infs = json_object_new_array();

    for (guint i = 0; i < package->infs->len; i++)
        json_object_array_add(infs,
                              inf_json(g_ptr_array_index(package->infs, i), g_ptr_array_index(facts, i)));
    json_object_object_add(object, "infs", infs);
    json_object_object_add(object, "files", json_object_new_uint64(package->file_count));
    json_object_object_add(object, "bytes", json_object_new_uint64(package->bytes));
    return object;
}
