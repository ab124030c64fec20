// SPDX-License-Identifier: GPL-3.0-or-later
// See image_files.h.
#include "daemon/images/image_files.h"

#include <string.h>

#include "common/files.h"
#include "daemon/install/machine_files.h"

#define MAX_DEFINITION_BYTES (1u << 20)

static char *definition_path(const Daemon *daemon, const char *uuid)
{
    return machine_file(daemon, uuid, "domain.xml");
}

gboolean image_definition_exists(const Daemon *daemon, const char *uuid)
{
    g_autofree char *path = definition_path(daemon, uuid);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

gboolean image_definition_write(const Daemon *daemon, const char *uuid, const char *xml, GError **error)
{
    g_autofree char *path = definition_path(daemon, uuid);
    return file_write_atomic(path, xml, strlen(xml), 0644, error);
}

char *image_definition_read(const Daemon *daemon, const char *uuid, GError **error)
{
    g_autofree char *path = definition_path(daemon, uuid);
    char *xml = NULL;
    gsize length = 0;
    return file_read(path, MAX_DEFINITION_BYTES, &xml, &length, error) ? xml : NULL;
}

gboolean image_definition_remove(const Daemon *daemon, const char *uuid, GError **error)
{
    g_autofree char *path = definition_path(daemon, uuid);
    return file_remove(path, error);
}
