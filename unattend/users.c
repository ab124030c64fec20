// SPDX-License-Identifier: GPL-3.0-or-later
// Reading "users" and "administrator" of a request: the local accounts, and which of them logs on by itself.
#include "unattend/settings.h"

#include "unattend/groups.h"
#include "unattend/names.h"
#include "unattend/secrets.h"
#include "unattend/text_rules.h"

static const TextRule name_rule = { TEXT_REQUIRED, USER_NAME_MAX, USER_NAME_FORBIDDEN };
static const TextRule password_rule = { TEXT_REQUIRED, 127, NULL }; // FACTS [D]
// LocalAccount/DisplayName and /Description: 256 [D].
static const TextRule remark_rule = { TEXT_OPTIONAL, 256, NULL };

void unattend_user_free(gpointer data)
{
    UnattendUser *user = data;
    if (user == NULL)
        return;
    secret_free(user->password);
    g_free(user->name);
    g_free(user->full_name);
    g_free(user->description);
    g_free(user->groups);
    g_free(user);
}

static void parse_autologon_count(UnattendUser *user, json_object *item, const char *pointer, Faults *faults)
{
    gint64 count = 0;
    if (!json_get_int(item, pointer, "autologon_count", 1, 9999, &count, faults))
        return;
    user->autologon_count = (guint)count;
    if (user->autologon)
        return;
    g_autofree char *place = json_pointer_append(pointer, "autologon_count");
    faults_add(faults, place, "without-autologon", NULL,
               "This counts for a user with \"autologon\": true only.");
}

UnattendUser *unattend_user_parse(json_object *item, const char *pointer, Faults *faults)
{
    static const char *const members[] = {
        "name",        "password",        "administrator", "autologon",        "full_name",
        "description", "autologon_count", "groups",        "password_expires", NULL
    };
    if (!json_check_members(item, pointer, members, faults))
        return NULL;
    UnattendUser *user = g_new0(UnattendUser, 1);
    user->name = g_strdup(text_member(item, pointer, "name", &name_rule, faults));
    user->password = g_strdup(text_member(item, pointer, "password", &password_rule, faults));
    user->full_name = g_strdup(text_member(item, pointer, "full_name", &remark_rule, faults));
    user->description = g_strdup(text_member(item, pointer, "description", &remark_rule, faults));
    json_get_bool(item, pointer, "administrator", &user->administrator, faults);
    json_get_bool(item, pointer, "autologon", &user->autologon, faults);
    parse_autologon_count(user, item, pointer, faults);
    user->groups = groups_parse(item, pointer, &user->administrator, faults);
    gboolean expires = TRUE;
    json_get_bool(item, pointer, "password_expires", &expires, faults);
    user->never_expires = !expires;
    if (user->name != NULL) {
        g_autofree char *place = json_pointer_append(pointer, "name");
        user_name_check(user->name, place, faults);
    }
    return user;
}

// Against the users before it; @user is not in the list yet.
static void check_beside_others(const UnattendSettings *settings, const UnattendUser *user,
                                const char *pointer, Faults *faults)
{
    for (guint i = 0; i < settings->users->len; i++) {
        const UnattendUser *other = g_ptr_array_index(settings->users, i);
        g_autofree char *name_place = json_pointer_append(pointer, "name");
        g_autofree char *autologon_place = json_pointer_append(pointer, "autologon");
        if (names_collide(user->name, other->name))
            faults_add(faults, name_place, "repeated", NULL,
                       "Another user has this name already (Windows does not tell upper from lower case).");
        if (user->autologon && other->autologon)
            faults_add(faults, autologon_place, "repeated", NULL, "Only one user can log on by itself.");
    }
}

// FirstLogonCommands run elevated for an administrator; a standard user gets a prompt or nothing [D], and the
// machine would wait for ever. So the user who logs on is an administrator: the one who asks for it, else the
// first.
static void choose_autologon(UnattendSettings *settings, Faults *faults)
{
    gint first_administrator = -1;
    gint asked = -1;
    for (guint i = 0; i < settings->users->len; i++) {
        const UnattendUser *user = g_ptr_array_index(settings->users, i);
        if (user->administrator && first_administrator < 0)
            first_administrator = (gint)i;
        if (user->autologon && asked < 0)
            asked = (gint)i;
        if (user->autologon && !user->administrator) {
            g_autofree char *pointer = g_strdup_printf("/users/%u/autologon", i);
            faults_add(faults, pointer, "not-administrator", NULL,
                       "Only an administrator can log on by itself: the first-logon commands need one.");
        }
    }
    if (first_administrator < 0 && settings->users->len > 0)
        faults_add(faults, "/users", "no-administrator", NULL,
                   "At least one user must be an administrator: nobody else could administer the machine.");
    settings->autologon = (guint)MAX(asked >= 0 ? asked : first_administrator, 0);
}

void unattend_users_parse(UnattendSettings *settings, json_object *request, Faults *faults)
{
    json_object *array = NULL;
    json_object_object_get_ex(request, "users", &array);
    if (array == NULL) {
        faults_add(faults, "/users", "required", NULL,
                   "This is required: Windows would stop and ask for a user.");
        return;
    }
    if (!json_get_array(request, "", "users", MAX_USERS, &array, faults))
        return;
    if (json_object_array_length(array) == 0)
        faults_add(faults, "/users", "empty", NULL,
                   "At least one user is needed: Windows would stop and ask for one.");
    gboolean whole = TRUE;
    for (gsize i = 0; i < json_object_array_length(array); i++) {
        g_autofree char *pointer = json_pointer_append_index("/users", i);
        UnattendUser *user = unattend_user_parse(json_object_array_get_idx(array, i), pointer, faults);
        if (user == NULL || user->name == NULL) {
            unattend_user_free(user);
            whole = FALSE;
            continue;
        }
        check_beside_others(settings, user, pointer, faults);
        g_ptr_array_add(settings->users, user);
    }
    // With users missing from the list, indices and what it lacks would be wrong.
    if (whole)
        choose_autologon(settings, faults);
}

void unattend_administrator_parse(UnattendSettings *settings, json_object *request, Faults *faults)
{
    static const char *const members[] = { "password", "enabled", NULL };
    static const TextRule rule = { TEXT_IF_PRESENT, 127, NULL };
    json_object *object = NULL;
    if (!json_get_object(request, "", "administrator", &object, faults))
        return;
    json_check_members(object, "/administrator", members, faults);
    settings->administrator_password =
        g_strdup(text_member(object, "/administrator", "password", &rule, faults));
    json_get_bool(object, "/administrator", "enabled", &settings->administrator_enabled, faults);
    // An account with an empty password cannot be used over a network or by a service, and everybody can use
    // it at the screen.
    if (settings->administrator_enabled && !json_object_object_get_ex(object, "password", NULL))
        faults_add(faults, "/administrator/password", "required", NULL,
                   "This is required to enable the built-in account.");
}
