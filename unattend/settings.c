// SPDX-License-Identifier: GPL-3.0-or-later
// Reading a request: each group of settings has a file of its own; here is their order, and the rules that
// hold between them. Checks what can be known without the disc; target.c checks the rest.
#include "unattend/settings.h"

#include "unattend/names.h"
#include "unattend/product_key.h"
#include "unattend/secrets.h"

const char *const unattend_request_members[] = { "product_key", "activation_key", "system",   "administrator",
                                                 "users",       "disk",           "display",  "specialize",
                                                 "first_logon", "logon",          "files",    "features",
                                                 "desktop",     "updates",        "security", NULL };

static gboolean user_has_name(const UnattendSettings *settings, const char *name)
{
    for (guint i = 0; i < settings->users->len; i++) {
        const UnattendUser *user = g_ptr_array_index(settings->users, i);
        if (names_collide(user->name, name))
            return TRUE;
    }
    return FALSE;
}

// Windows refuses a computer that is called as one of its users. A name that the client chose is its fault, a
// name made here gives way.
static void settle_computer_name(UnattendSettings *settings, const char *machine_name, Faults *faults)
{
    if (settings->computer_name == NULL) {
        g_autoptr(GPtrArray) taken = g_ptr_array_new();
        for (guint i = 0; i < settings->users->len; i++)
            g_ptr_array_add(taken, ((UnattendUser *)g_ptr_array_index(settings->users, i))->name);
        g_ptr_array_add(taken, NULL);
        settings->computer_name = computer_name_from(machine_name, (const char *const *)taken->pdata);
    } else if (user_has_name(settings, settings->computer_name)) {
        faults_add(faults, "/system/computer_name", "same-as-user", NULL,
                   "The computer must not have the name of one of its users.");
    }
}

static const char *data_letter(const DiskLayout *disk)
{
    return disk->count > disk->windows ? disk->partitions[disk->count - 1].letter : NULL;
}

UnattendSettings *unattend_settings_parse(json_object *request, const char *machine_name, Faults *faults)
{
    guint before = faults_count(faults);
    if (!json_object_is_type(request, json_type_object)) {
        faults_add(faults, "", "wrong-type", NULL, "This must be an object.");
        return NULL;
    }
    g_autoptr(UnattendSettings) settings = g_new0(UnattendSettings, 1);
    settings->users = g_ptr_array_new_with_free_func(unattend_user_free);
    settings->product_key = product_key_parse(request, "product_key", faults);
    settings->activation_key = product_key_parse(request, "activation_key", faults);
    unattend_system_parse(settings, request, faults);
    unattend_administrator_parse(settings, request, faults);
    unattend_users_parse(settings, request, faults);
    disk_layout_parse(&settings->disk, request, faults);
    display_parse(&settings->display, request, faults);
    settings->specialize = unattend_commands_parse(request, COMMANDS_SPECIALIZE, faults);
    settings->first_logon = unattend_commands_parse(request, COMMANDS_FIRST_LOGON, faults);
    settings->logon = unattend_commands_parse(request, COMMANDS_LOGON, faults);
    settings->files = placed_files_parse(request, data_letter(&settings->disk), faults);
    settings->switches = switches_parse(request, faults);
    settle_computer_name(settings, machine_name, faults);
    if (faults_count(faults) != before || before >= FAULTS_MAX)
        return NULL;
    return g_steal_pointer(&settings);
}

static void oem_clear(UnattendOem *oem)
{
    g_free(oem->manufacturer);
    g_free(oem->model);
    g_free(oem->support_hours);
    g_free(oem->support_phone);
    g_free(oem->support_url);
}

void unattend_settings_free(UnattendSettings *settings)
{
    if (settings == NULL)
        return;
    secret_free(settings->product_key);
    secret_free(settings->activation_key);
    secret_free(settings->administrator_password);
    g_free(settings->computer_name);
    g_free(settings->time_zone);
    g_free(settings->keyboard);
    g_free(settings->owner);
    g_free(settings->organization);
    oem_clear(&settings->oem);
    disk_layout_clear(&settings->disk);
    g_ptr_array_unref(settings->users);
    g_clear_pointer(&settings->specialize, g_ptr_array_unref);
    g_clear_pointer(&settings->first_logon, g_ptr_array_unref);
    g_clear_pointer(&settings->logon, g_ptr_array_unref);
    g_clear_pointer(&settings->files, g_ptr_array_unref);
    switches_free(settings->switches);
    g_free(settings);
}

const char *unattend_computer_name(const UnattendSettings *settings)
{
    return settings->computer_name;
}

guint unattend_file_count(const UnattendSettings *settings)
{
    return settings->files->len;
}

static const PlacedFile *file_at(const UnattendSettings *settings, guint index)
{
    return g_ptr_array_index(settings->files, index);
}

const char *unattend_file_path(const UnattendSettings *settings, guint index)
{
    return file_at(settings, index)->path;
}

const char *unattend_file_content(const UnattendSettings *settings, guint index, gsize *ret_length)
{
    const PlacedFile *file = file_at(settings, index);
    *ret_length = file->length;
    return file->content != NULL ? file->content : "";
}
