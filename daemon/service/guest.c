// SPDX-License-Identifier: GPL-3.0-or-later
// Looking at a machine. Running commands in it: exec.c.
#include <string.h>

#include "common/files.h"
#include "daemon/install/isolation_gate.h"
#include "daemon/install/machine_files.h"
#include "daemon/install/provenance.h"
#include "daemon/service/service_parts.h"
#include "daemon/vm/com1.h"
#include "daemon/vm/domain.h"

#define MAX_CONSOLE_BYTES    (8u << 20)
#define MAX_SCREENSHOT_BYTES (32u << 20)

gboolean service_check_runs(Daemon *daemon, const StoreMachine *machine, Problem **problem)
{
    GError *error = NULL;
    DomainPower power = DOMAIN_GONE;
    if (strcmp(machine->state, "ready") != 0) {
        problem_set(problem, 409, "wrong-state", "machine \"%s\" is not ready: it is %s", machine->name,
                    machine->state);
        return FALSE;
    }
    if (!domain_power(daemon->libvirt, machine->uuid, &power, &error)) {
        service_problem(problem, error);
        return FALSE;
    }
    if (power != DOMAIN_RUNNING) {
        problem_set(problem, 409, "wrong-state", "machine \"%s\" does not run (%s): start it first",
                    machine->name, domain_power_name(power));
        return FALSE;
    }
    return TRUE;
}

// A file of the machine's folder, or NULL with @missing as a 409 problem if it is not there.
static GBytes *read_kept(Daemon *daemon, const StoreMachine *machine, const char *file, gsize max_bytes,
                         const char *missing, Problem **problem)
{
    GError *error = NULL;
    g_autofree char *path = machine_file(daemon, machine->uuid, file);
    char *bytes = NULL;
    gsize length = 0;
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        problem_set(problem, 409, "wrong-state", "machine \"%s\": %s", machine->name, missing);
        return NULL;
    }
    if (!file_read(path, max_bytes, &bytes, &length, &error)) {
        service_problem(problem, error);
        return NULL;
    }
    return g_bytes_new_take(bytes, length);
}

GBytes *service_vm_screenshot(Daemon *daemon, const char *name, Problem **problem)
{
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    if (!machine)
        return NULL;
    GError *error = NULL;
    DomainPower power = DOMAIN_GONE;
    if (!domain_power(daemon->libvirt, machine->uuid, &power, &error) &&
        strcmp(machine->state, "failed") != 0) {
        service_problem(problem, error);
        return NULL;
    }
    g_clear_error(&error);
    if (power != DOMAIN_RUNNING && power != DOMAIN_PAUSED)
        return read_kept(daemon, machine, MACHINE_FILE_SCREENSHOT, MAX_SCREENSHOT_BYTES,
                         "does not run, and no picture of its last screen was kept", problem);
    GBytes *png = domain_screenshot(daemon->libvirt, machine->uuid, &error);
    if (!png)
        service_problem(problem, error);
    return png;
}

// The last MAX_CONSOLE_BYTES of COM1, with the nonce blotted out.
GBytes *service_vm_console_log(Daemon *daemon, const char *name, Problem **problem)
{
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    if (!machine)
        return NULL;
    GError *error = NULL;
    g_autofree char *path = machine_file(daemon, machine->uuid, MACHINE_FILE_COM1);
    GBytes *bytes = com1_text_read(path, MAX_CONSOLE_BYTES, &error);
    if (error)
        service_problem(problem, error);
    g_autofree char *nonce = machine_files_read_nonce(daemon, machine->uuid, NULL);
    if (!bytes || !nonce || g_bytes_get_size(bytes) == 0)
        return bytes;
    gsize length = 0;
    char *text = g_bytes_unref_to_data(bytes, &length);
    machine_files_mask_nonce(text, length, nonce);
    return g_bytes_new_take(text, length);
}

json_object *service_vm_provenance(Daemon *daemon, const char *name, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    json_object *provenance = machine ? provenance_read(daemon, machine, &error) : NULL;
    if (error)
        service_problem(problem, error);
    return provenance;
}

char *service_vm_answer_file(Daemon *daemon, const char *name, Problem **problem)
{
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    GBytes *bytes = machine ? read_kept(daemon, machine, MACHINE_FILE_ANSWER_FILE, 1u << 20,
                                        "its answer file is not written yet", problem)
                            : NULL;
    gsize length = 0;
    char *data = bytes ? g_bytes_unref_to_data(bytes, &length) : NULL;
    char *text = data ? g_strndup(data, length) : NULL;
    g_free(data);
    return text;
}

static json_object *check_to_json(const IsolationCheck *check)
{
    json_object *object = json_object_new_object();
    json_add_text(object, "name", check->name);
    json_add_text(object, "where", check->where);
    json_object_object_add(object, "ok", json_object_new_boolean(check->ok));
    json_add_text(object, "detail", check->detail);
    return object;
}

json_object *service_vm_isolation(Daemon *daemon, const char *name, Problem **problem)
{
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    if (!machine)
        return NULL;
    GError *error = NULL;
    g_autoptr(IsolationReport) report = isolation_inspect(daemon, machine->uuid, &error);
    if (!report) {
        if (g_error_matches(error, VM_ERROR, VM_ERROR_NOT_FOUND)) {
            problem_set(problem, 409, "wrong-state", "machine \"%s\" is %s: there is no domain to examine",
                        name, machine->state);
            g_error_free(error);
        } else {
            service_problem(problem, error);
        }
        return NULL;
    }
    json_object *checks = json_object_new_array();
    for (guint i = 0; i < report->checks->len; i++)
        json_object_array_add(checks, check_to_json(report->checks->pdata[i]));
    json_object *object = json_object_new_object();
    json_object_object_add(object, "isolated", json_object_new_boolean(isolation_report_ok(report)));
    json_add_text(object, "checked", report->checked);
    json_object_object_add(object, "checks", checks);
    return object;
}
