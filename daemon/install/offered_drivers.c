// SPDX-License-Identifier: GPL-3.0-or-later
// From inspections to the list of drivers for one architecture.
#include "daemon/install/offered_drivers.h"

#include <string.h>

static void offered_driver_free(gpointer data)
{
    OfferedDriver *driver = data;
    g_free(driver->pointer);
    g_free(driver);
}

static json_object *array_member(json_object *object, const char *name)
{
    json_object *array = NULL;
    return json_object_object_get_ex(object, name, &array) && json_object_is_type(array, json_type_array)
               ? array
               : NULL;
}

static json_object *target_for(json_object *inf, const char *architecture)
{
    json_object *targets = array_member(inf, "targets");
    for (gsize i = 0; targets && i < json_object_array_length(targets); i++) {
        json_object *target = json_object_array_get_idx(targets, i);
        if (g_strcmp0(json_string_member(target, "architecture"), architecture) == 0)
            return target;
    }
    return NULL;
}

static DriverSignature signature_of(json_object *target)
{
    json_object *signature = NULL;
    json_object_object_get_ex(target, "signature", &signature);
    const char *state = signature ? json_string_member(signature, "state") : NULL;
    const char *digest = signature ? json_string_member(signature, "digest") : NULL;
    if (g_strcmp0(state, "signed") == 0)
        return g_strcmp0(digest, "sha1") == 0 || g_strcmp0(digest, "both") == 0 ? DRIVER_SHA1
                                                                                : DRIVER_SHA2_ONLY;
    return g_strcmp0(state, "missing") == 0 || g_strcmp0(state, "unreadable") == 0 ? DRIVER_NO_CATALOG
                                                                                   : DRIVER_UNSIGNED;
}

static void add_package(GPtrArray *drivers, const InstallPlan *plan, guint index)
{
    json_object *infs = array_member(plan->driver_inspections->pdata[index], "infs");
    for (gsize i = 0; infs && i < json_object_array_length(infs); i++) {
        json_object *inf = json_object_array_get_idx(infs, i), *critical = NULL;
        json_object *target = target_for(inf, plan->target.architecture);
        if (!target)
            continue;
        OfferedDriver *driver = g_new0(OfferedDriver, 1);
        json_object_object_get_ex(inf, "boot_critical", &critical);
        driver->package = plan->request->drivers[index];
        driver->pointer = json_pointer_append_index("/drivers", index);
        driver->path = json_string_member(inf, "path");
        driver->version = json_string_member(inf, "version");
        driver->provider = json_string_member(inf, "provider");
        driver->boot_critical = json_object_get_boolean(critical);
        driver->signature = signature_of(target);
        driver->inf = inf;
        driver->target = target;
        g_ptr_array_add(drivers, driver);
    }
}

GPtrArray *offered_drivers_new(const InstallPlan *plan)
{
    GPtrArray *drivers = g_ptr_array_new_with_free_func(offered_driver_free);
    for (guint i = 0; plan->request->drivers[i]; i++)
        add_package(drivers, plan, i);
    return drivers;
}

json_object *offered_driver_ids(const OfferedDriver *driver)
{
    return array_member(driver->target, "hardware_ids");
}

json_object *offered_driver_files(const OfferedDriver *driver)
{
    return array_member(driver->target, "files");
}

gboolean offered_driver_fits(const OfferedDriver *driver, const MachineDevice *device)
{
    json_object *ids = offered_driver_ids(driver);
    for (gsize i = 0; ids && i < json_object_array_length(ids); i++)
        if (machine_device_has_id(device, json_object_get_string(json_object_array_get_idx(ids, i))))
            return TRUE;
    return FALSE;
}
