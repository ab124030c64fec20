// SPDX-License-Identifier: GPL-3.0-or-later
// Reading the machine request.
#include "daemon/install/request.h"

#include <string.h>

#include "common/duration.h"
#include "common/ids.h"
#include "daemon/install/computer_name.h"

#define MIN_DISK_GIB 16   // osinfo-db: minimum for win7
#define MAX_DISK_GIB 2040 // an MBR disk ends at 2 TiB

static const char *const own_members[] = { "name",     "template", "disc", "edition", "drivers",
                                           "hardware", "lifetime", "seal", "fresh",   NULL };

static void check_members(json_object *document, gboolean is_template, Faults *faults)
{
    static const char *const never_in_template[] = { "name", "template", "seal", "fresh", NULL };
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    for (gsize i = 0; own_members[i]; i++)
        if (!is_template || !g_strv_contains(never_in_template, own_members[i]))
            g_ptr_array_add(known, (char *)own_members[i]);
    for (gsize i = 0; unattend_request_members[i]; i++)
        g_ptr_array_add(known, (char *)unattend_request_members[i]);
    g_ptr_array_add(known, NULL);
    json_check_members(document, "", (const char *const *)known->pdata, faults);
}

// A string member that names something: NAME_RULE. Returns a copy or NULL.
static char *read_name(json_object *document, const char *member, gboolean required, Faults *faults)
{
    const char *text = NULL;
    const guint before = faults_count(faults);
    g_autofree char *pointer = json_pointer_append("", member);
    if (json_get_string(document, "", member, 256, &text, faults)) {
        if (name_is_valid(text))
            return g_strdup(text);
        faults_add(faults, pointer, "bad-name", NULL, "must be %s", NAME_RULE);
    } else if (required && faults_count(faults) == before) {
        faults_add(faults, pointer, "required", NULL, "is required");
    }
    return NULL;
}

static char *read_edition(json_object *document, Faults *faults)
{
    const char *text = NULL;
    if (!json_get_string(document, "", "edition", 64, &text, faults))
        return NULL;
    for (const char *c = text; *c; c++) {
        if (!g_ascii_isalnum(*c)) {
            faults_add(faults, "/edition", "bad-value", NULL,
                       "must be an edition id of letters and digits, such as PROFESSIONAL");
            return NULL;
        }
    }
    if (*text == '\0') {
        faults_add(faults, "/edition", "bad-value", NULL, "must not be empty");
        return NULL;
    }
    return g_ascii_strup(text, -1);
}

static char **read_drivers(json_object *document, Faults *faults)
{
    json_object *array = NULL;
    GPtrArray *names = g_ptr_array_new();
    if (json_get_array(document, "", "drivers", REQUEST_MAX_DRIVERS, &array, faults)) {
        for (gsize i = 0; i < json_object_array_length(array); i++) {
            json_object *item = json_object_array_get_idx(array, i);
            g_autofree char *pointer = json_pointer_append_index("/drivers", i);
            const char *name =
                json_object_is_type(item, json_type_string) ? json_object_get_string(item) : NULL;
            if (!name || !name_is_valid(name))
                faults_add(faults, pointer, "bad-name", NULL, "must be the name of a driver package: %s",
                           NAME_RULE);
            else if (g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
                faults_add(faults, pointer, "repeated", NULL, "driver package \"%s\" is named twice", name);
            else
                g_ptr_array_add(names, g_strdup(name));
        }
    }
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

static guint read_number(json_object *hardware, const char *member, gint64 minimum, gint64 maximum,
                         guint otherwise, Faults *faults)
{
    gint64 value = otherwise;
    json_get_int(hardware, "/hardware", member, minimum, maximum, &value, faults);
    return (guint)value;
}

static char *read_choice(json_object *hardware, const char *member, const char *const *allowed,
                         Faults *faults)
{
    const char *text = NULL;
    if (json_get_string(hardware, "/hardware", member, 64, &text, faults)) {
        if (g_strv_contains(allowed, text))
            return g_strdup(text);
        g_autofree char *pointer = json_pointer_append("/hardware", member);
        g_autofree char *list = g_strjoinv(", ", (char **)allowed);
        faults_add(faults, pointer, "bad-value", allowed, "must be one of %s", list);
    }
    return g_strdup(allowed[0]);
}

static void read_hardware(MachineRequest *request, json_object *document, Faults *faults)
{
    static const char *const members[] = { "vcpus",    "sockets", "memory_mib", "disk_gib",
                                           "disk_bus", "video",   "sound",      NULL };
    static const char *const buses[] = { "sata", "virtio", NULL };
    static const char *const videos[] = { "std", "qxl", NULL };
    static const char *const sounds[] = { "none", "hda", NULL };
    json_object *hardware = NULL;
    g_autoptr(json_object) none = json_object_new_object();
    if (json_get_object(document, "", "hardware", &hardware, faults))
        json_check_members(hardware, "/hardware", members, faults);
    else
        hardware = none;
    request->vcpus = read_number(hardware, "vcpus", 1, REQUEST_MAX_VCPUS, 2, faults);
    request->sockets = read_number(hardware, "sockets", 1, REQUEST_MAX_SOCKETS, 1, faults);
    if (request->vcpus % request->sockets != 0)
        faults_add(faults, "/hardware/sockets", "conflict", NULL,
                   "must divide \"vcpus\" without a rest: %u processors do not spread evenly over %u sockets",
                   request->vcpus, request->sockets);
    request->memory_mib =
        read_number(hardware, "memory_mib", REQUEST_MIN_MEMORY_MIB, REQUEST_MAX_MEMORY_MIB, 2048, faults);
    request->disk_gib = read_number(hardware, "disk_gib", MIN_DISK_GIB, MAX_DISK_GIB, 32, faults);
    request->disk_bus = read_choice(hardware, "disk_bus", buses, faults);
    request->video = read_choice(hardware, "video", videos, faults);
    request->sound = read_choice(hardware, "sound", sounds, faults);
}

gboolean machine_request_has_member(const char *member)
{
    return g_strv_contains(own_members, member) || g_strv_contains(unattend_request_members, member);
}

MachineRequest *machine_request_parse(json_object *document, Faults *faults)
{
    const guint before = faults_count(faults);
    check_members(document, FALSE, faults);
    if (!json_object_is_type(document, json_type_object))
        return NULL;
    g_autoptr(MachineRequest) request = g_new0(MachineRequest, 1);
    request->name = read_name(document, "name", TRUE, faults);
    request->template_name = read_name(document, "template", TRUE, faults);
    request->disc = read_name(document, "disc", TRUE, faults);
    request->edition = read_edition(document, faults);
    request->drivers = read_drivers(document, faults);
    read_hardware(request, document, faults);
    duration_get(document, "", "lifetime", &request->lifetime, faults);
    request->seal = read_name(document, "seal", FALSE, faults);
    json_get_bool(document, "", "fresh", &request->fresh, faults);
    request->unattend = unattend_settings_parse(document, request->name ? request->name : "unnamed", faults);
    return faults_count(faults) == before ? g_steal_pointer(&request) : NULL;
}

void machine_request_check_template(json_object *document, guint machines, Faults *faults)
{
    check_members(document, TRUE, faults);
    if (!json_object_is_type(document, json_type_object))
        return;
    MachineRequest *request = g_new0(MachineRequest, 1);
    request->disc = read_name(document, "disc", FALSE, faults);
    request->edition = read_edition(document, faults);
    request->drivers = read_drivers(document, faults);
    read_hardware(request, document, faults);
    duration_get(document, "", "lifetime", &request->lifetime, faults);
    machine_request_free(request);
    json_object *copy = NULL;
    json_object_deep_copy(document, &copy, NULL);
    computer_name_check_pattern(copy, machines, faults);
    unattend_check_template(copy, faults);
    json_object_put(copy);
}

void machine_request_free(MachineRequest *request)
{
    if (!request)
        return;
    g_free(request->name);
    g_free(request->template_name);
    g_free(request->disc);
    g_free(request->edition);
    g_strfreev(request->drivers);
    g_free(request->disk_bus);
    g_free(request->video);
    g_free(request->sound);
    g_free(request->seal);
    unattend_settings_free(request->unattend);
    g_free(request);
}
