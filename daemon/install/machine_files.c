// SPDX-License-Identifier: GPL-3.0-or-later
// Names of a machine's files and volumes.
#include "daemon/install/machine_files.h"

#include <string.h>

#include "common/files.h"
#include "common/ids.h"

#define MAX_REQUEST_BYTES (2u << 20)

char *machine_folder(const Daemon *daemon, const char *uuid)
{
    return g_build_filename(daemon->config->state, "machines", uuid, NULL);
}

char *machine_file(const Daemon *daemon, const char *uuid, const char *file)
{
    return g_build_filename(daemon->config->state, "machines", uuid, file, NULL);
}

char *machine_volume_prefix(const Daemon *daemon)
{
    return g_strdup_printf("sevend-%s-", daemon->instance);
}

char *machine_disk_volume(const Daemon *daemon, const char *uuid)
{
    return g_strdup_printf("sevend-%s-%s.qcow2", daemon->instance, uuid);
}

char *machine_config_volume(const Daemon *daemon, const char *uuid)
{
    return g_strdup_printf("sevend-%s-%s-config.iso", daemon->instance, uuid);
}

char *machine_domain_name(const Daemon *daemon, const char *name)
{
    return g_strdup_printf("sevend-%s-%s", name, daemon->instance);
}

static gboolean create_files(const Daemon *daemon, const char *uuid, json_object *request, GError **error)
{
    g_autofree char *request_path = machine_file(daemon, uuid, MACHINE_FILE_REQUEST);
    g_autofree char *nonce_path = machine_file(daemon, uuid, MACHINE_FILE_NONCE);
    g_autofree char *nonce = nonce_new();
    const char *text = json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN);
    return file_write_atomic(request_path, text, strlen(text), 0600, error) &&
           file_write_atomic(nonce_path, nonce, strlen(nonce), 0600, error);
}

gboolean machine_files_create(const Daemon *daemon, const char *uuid, json_object *request, GError **error)
{
    g_autofree char *folder = machine_folder(daemon, uuid);
    if (!folder_make(folder, 0711, error))
        return FALSE;
    if (create_files(daemon, uuid, request, error))
        return TRUE;
    tree_remove(folder, NULL);
    return FALSE;
}

json_object *machine_files_read_request(const Daemon *daemon, const char *uuid, GError **error)
{
    g_autofree char *path = machine_file(daemon, uuid, MACHINE_FILE_REQUEST);
    return json_read_file(path, MAX_REQUEST_BYTES, error);
}

char *machine_files_read_nonce(const Daemon *daemon, const char *uuid, GError **error)
{
    g_autofree char *path = machine_file(daemon, uuid, MACHINE_FILE_NONCE);
    char *nonce = NULL;
    gsize length = 0;
    return file_read(path, 64, &nonce, &length, error) ? nonce : NULL;
}

void machine_files_mask_nonce(char *text, gsize length, const char *nonce)
{
    for (char *at = text; (at = memmem(at, length - (gsize)(at - text), nonce, strlen(nonce)));)
        memset(at, '*', strlen(nonce));
}

gboolean machine_files_forget_secrets(const Daemon *daemon, const char *uuid, GError **error)
{
    g_autofree char *path = machine_file(daemon, uuid, MACHINE_FILE_REQUEST);
    return file_remove(path, error);
}

gboolean machine_files_remove(const Daemon *daemon, const char *uuid, GError **error)
{
    g_autofree char *folder = machine_folder(daemon, uuid);
    return tree_remove(folder, error);
}
