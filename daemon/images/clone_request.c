// SPDX-License-Identifier: GPL-3.0-or-later
// Reading the request for a clone.
#include "daemon/images/clone_request.h"

#include <string.h>

#include "common/duration.h"
#include "common/ids.h"
#include "daemon/install/request.h"
#include "unattend/commands.h"
#include "unattend/names.h"

static const char *const members[] = { "name", "image",       "hardware", "system",
                                       "user", "first_logon", "lifetime", NULL };

// Members that a request for an install may have: not unknown, but the image's.
static void check_members(json_object *document, Faults *faults)
{
    g_autoptr(json_object) rest = json_object_new_object();
    json_object_object_foreach(document, member, value)
    {
        g_autofree char *pointer = json_pointer_append("", member);
        if (g_strv_contains(members, member))
            continue;
        if (machine_request_has_member(member))
            faults_add(faults, pointer, "not-for-a-clone", NULL,
                       "belongs to the image: a clone has it from there, and takes name, image, hardware, "
                       "system.computer_name, user, first_logon and lifetime");
        else
            json_object_object_add(rest, member, json_object_get(value));
    }
    json_check_members(rest, "", members, faults);
}

static char *read_name(json_object *document, const char *member, Faults *faults)
{
    const char *text = NULL;
    const guint before = faults_count(faults);
    g_autofree char *pointer = json_pointer_append("", member);
    if (json_get_string(document, "", member, 256, &text, faults)) {
        if (name_is_valid(text))
            return g_strdup(text);
        faults_add(faults, pointer, "bad-name", NULL, "must be %s", NAME_RULE);
    } else if (faults_count(faults) == before) {
        faults_add(faults, pointer, "required", NULL, "is required");
    }
    return NULL;
}

static void read_hardware(CloneRequest *request, json_object *document, Faults *faults)
{
    static const char *const known[] = { "vcpus", "sockets", "memory_mib", NULL };
    json_object *hardware = NULL;
    gint64 vcpus = 0, sockets = 0, memory = 0;
    if (!json_get_object(document, "", "hardware", &hardware, faults))
        return;
    json_check_members(hardware, "/hardware", known, faults);
    const gboolean has_vcpus =
        json_get_int(hardware, "/hardware", "vcpus", 1, REQUEST_MAX_VCPUS, &vcpus, faults);
    const gboolean has_sockets =
        json_get_int(hardware, "/hardware", "sockets", 1, REQUEST_MAX_SOCKETS, &sockets, faults);
    json_get_int(hardware, "/hardware", "memory_mib", REQUEST_MIN_MEMORY_MIB, REQUEST_MAX_MEMORY_MIB, &memory,
                 faults);
    if (has_sockets && !has_vcpus)
        faults_add(faults, "/hardware/sockets", "conflict", NULL, "needs \"vcpus\" beside it");
    else if (has_sockets && vcpus % sockets != 0)
        faults_add(faults, "/hardware/sockets", "conflict", NULL,
                   "must divide \"vcpus\" without a rest: %d processors do not spread evenly over %d sockets",
                   (int)vcpus, (int)sockets);
    request->vcpus = (guint)vcpus;
    request->sockets = has_sockets ? (guint)sockets : 1;
    request->memory_mib = (guint)memory;
}

static char *read_computer_name(json_object *document, Faults *faults)
{
    static const char *const known[] = { "computer_name", NULL };
    json_object *system = NULL;
    const char *name = NULL;
    if (!json_get_object(document, "", "system", &system, faults))
        return NULL;
    json_check_members(system, "/system", known, faults);
    if (!json_get_string(system, "/system", "computer_name", 64, &name, faults))
        return NULL;
    computer_name_check(name, "/system/computer_name", faults);
    if (*name == '\0' || g_utf8_strlen(name, -1) > COMPUTER_NAME_MAX)
        faults_add(faults, "/system/computer_name", "bad-value", NULL, "must have 1 to %d characters",
                   COMPUTER_NAME_MAX);
    return g_strdup(name);
}

// It is handed to Windows' own "net user" on a command line: a quotation mark does not survive that, "/"
// begins an option, "*" asks for a password at the screen [D].
static void check_password(const char *password, Faults *faults)
{
    if (strchr(password, '"') || *password == '/' || strcmp(password, "*") == 0)
        faults_add(faults, "/user/password", "bad-characters", NULL,
                   "must have no quotation mark, not begin with \"/\", and not be \"*\"");
}

static UnattendUser *read_user(json_object *document, Faults *faults)
{
    static const char *const known[] = { "name", "password", "administrator", "autologon", NULL };
    json_object *object = NULL;
    if (!json_get_object(document, "", "user", &object, faults))
        return NULL;
    json_check_members(object, "/user", known, faults);
    UnattendUser *user = unattend_user_parse(object, "/user", faults);
    if (user && !json_object_object_get_ex(object, "autologon", NULL))
        user->autologon = TRUE;
    if (user && user->password)
        check_password(user->password, faults);
    return user;
}

// A restart between commands is what Setup's first logon can do; a clone's commands are run by the agent.
static void refuse_reboots(const GPtrArray *commands, Faults *faults)
{
    for (guint i = 0; i < commands->len; i++) {
        const UnattendCommand *command = commands->pdata[i];
        g_autofree char *pointer = json_pointer_append(command->pointer, "reboot");
        if (command->reboot)
            faults_add(faults, pointer, "not-for-a-clone", NULL,
                       "a clone's commands run without restarts between them");
    }
}

CloneRequest *clone_request_parse(json_object *document, Faults *faults)
{
    const guint before = faults_count(faults);
    if (!json_object_is_type(document, json_type_object)) {
        faults_add(faults, "", "wrong-type", NULL, "must be an object");
        return NULL;
    }
    g_autoptr(CloneRequest) request = g_new0(CloneRequest, 1);
    check_members(document, faults);
    request->name = read_name(document, "name", faults);
    request->image = read_name(document, "image", faults);
    read_hardware(request, document, faults);
    request->computer_name = read_computer_name(document, faults);
    request->user = read_user(document, faults);
    duration_get(document, "", "lifetime", &request->lifetime, faults);
    request->commands = unattend_commands_parse(document, COMMANDS_FIRST_LOGON, faults);
    refuse_reboots(request->commands, faults);
    return faults_count(faults) == before ? g_steal_pointer(&request) : NULL;
}

void clone_request_free(CloneRequest *request)
{
    if (!request)
        return;
    g_free(request->name);
    g_free(request->image);
    g_free(request->computer_name);
    unattend_user_free(request->user);
    g_clear_pointer(&request->commands, g_ptr_array_unref);
    g_free(request);
}
