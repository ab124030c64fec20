// SPDX-License-Identifier: GPL-3.0-or-later
// Reading a request: each group of settings has a file of its own; here is their order, and the rules that
// hold between them. Checks what can be known without the disc; target.c checks the rest.
#include "unattend/settings.h"

#include "unattend/import.h"
#include "unattend/names.h"
#include "unattend/product_key.h"
#include "unattend/secrets.h"

const char *const unattend_request_members[] = { "product_key", "activation_key", "system",   "administrator",
                                                 "users",       "disk",           "display",  "specialize",
                                                 "first_logon", "logon",          "files",    "features",
                                                 "desktop",     "updates",        "security", "answer_file",
                                                 NULL };

// Names of accounts, with NULL at the end; strings of @import's are copies in @kept.
static GPtrArray *account_names(const UnattendSettings *settings, GPtrArray *kept)
{
    GPtrArray *names = g_ptr_array_new();
    for (guint i = 0; i < settings->users->len; i++)
        g_ptr_array_add(names, ((UnattendUser *)g_ptr_array_index(settings->users, i))->name);
    if (settings->import != NULL)
        import_add_account_names(settings->import, kept);
    for (guint i = 0; i < kept->len; i++)
        g_ptr_array_add(names, g_ptr_array_index(kept, i));
    g_ptr_array_add(names, NULL);
    return names;
}

// Windows refuses a computer that is called as one of its users. A name that the client chose is its fault, a
// name made here gives way.
static void settle_computer_name(UnattendSettings *settings, const char *machine_name, Faults *faults)
{
    g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) taken = account_names(settings, kept);
    const gboolean imported = settings->import != NULL && import_computer_name(settings->import) != NULL;
    if (imported)
        settings->computer_name = g_strdup(import_computer_name(settings->import));
    if (settings->computer_name == NULL) {
        settings->computer_name = computer_name_from(machine_name, (const char *const *)taken->pdata);
        return;
    }
    for (guint i = 0; taken->pdata[i] != NULL; i++)
        if (names_collide(taken->pdata[i], settings->computer_name))
            faults_add(faults, imported ? "/answer_file" : "/system/computer_name", "same-as-user", NULL,
                       "The computer must not have the name of one of its users.");
}

// Without a key of its own the machine must not try to activate, unless the request says so.
static void settle_activation(UnattendSettings *settings, json_object *request)
{
    json_object *system = NULL, *said = NULL;
    if (json_object_object_get_ex(request, "system", &system) &&
        json_object_is_type(system, json_type_object) &&
        json_object_object_get_ex(system, "skip_activation", &said) && said != NULL)
        return;
    settings->skip_activation = settings->product_key == NULL && settings->activation_key == NULL;
}

static const char *data_letter(const DiskLayout *disk)
{
    return disk->count > disk->windows ? disk->partitions[disk->count - 1].letter : NULL;
}

static void parse_members(UnattendSettings *settings, json_object *request, Faults *faults)
{
    settings->activation_key = product_key_parse(request, "activation_key", faults);
    unattend_system_parse(settings, request, faults);
    unattend_administrator_parse(settings, request, faults);
    disk_layout_parse(&settings->disk, request, faults);
    display_parse(&settings->display, request, faults);
    settings->specialize = unattend_commands_parse(request, COMMANDS_SPECIALIZE, faults);
    settings->logon = unattend_commands_parse(request, COMMANDS_LOGON, faults);
    settings->switches = switches_parse(request, faults);
}

UnattendSettings *unattend_settings_parse(json_object *request, const char *machine_name, Faults *faults)
{
    guint before = faults_count(faults);
    if (!json_object_is_type(request, json_type_object)) {
        faults_add(faults, "", "wrong-type", NULL, "This must be an object.");
        return NULL;
    }
    g_autoptr(UnattendSettings) settings = g_new0(UnattendSettings, 1);
    g_autoptr(json_object) none = json_object_new_object();
    json_object *file = NULL;
    const gboolean imports = json_object_object_get_ex(request, "answer_file", &file) && file != NULL;
    settings->users = g_ptr_array_new_with_free_func(unattend_user_free);
    if (imports)
        settings->import = import_parse(request, faults);
    if (imports)
        import_check_members(settings->import, request, faults);
    // An answer file says by itself what most members say; then they are conflicts, and their defaults count.
    parse_members(settings, imports ? none : request, faults);
    settings->product_key = product_key_parse(request, "product_key", faults);
    settings->first_logon = unattend_commands_parse(request, COMMANDS_FIRST_LOGON, faults);
    settings->files = placed_files_parse(request, data_letter(&settings->disk), faults);
    if (imports ? settings->import != NULL && !import_has_accounts(settings->import) : TRUE)
        unattend_users_parse(settings, request, faults);
    settle_activation(settings, imports ? none : request);
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
    import_free(settings->import);
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
