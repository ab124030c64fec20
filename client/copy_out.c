// SPDX-License-Identifier: GPL-3.0-or-later
// Out of a machine onto the host.
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "client/api.h"
#include "client/copy.h"
#include "client/download.h"
#include "client/report.h"

static gint64 seconds_of(const char *time)
{
    g_autoptr(GDateTime) parsed = time ? g_date_time_new_from_iso8601(time, NULL) : NULL;
    return parsed ? g_date_time_to_unix(parsed) : 0;
}

static ExitCode get_file(Copy *copy, const char *from, const char *to, json_object *found)
{
    g_autofree char *path = copy_api_path(copy, "files", from);
    guint64 bytes = 0;
    const Download download = {
        .title = from,
        .output = to,
        .mode = 0666,
        .total = (guint64)json_int_member(found, "size", 0),
        .modified = seconds_of(json_string_member(found, "modified")),
        .verify = TRUE,
    };
    const ExitCode code = download_file(copy->client, path, &download, &bytes);
    if (code == EXIT_OK)
        copy_told(copy, from, to, bytes);
    return code;
}

// A name that the machine gives becomes one on the host, and must stay below its folder.
static gboolean is_harmless(const char *name)
{
    return name && name[0] != '\0' && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static ExitCode get_any(Copy *copy, const char *from, const char *to, json_object *found);

static ExitCode get_entry(Copy *copy, const char *from, const char *to, json_object *entry)
{
    const char *name = json_string_member(entry, "name");
    if (!is_harmless(name))
        return report_failure(copy->client, EXIT_FAILED, "bad-name",
                              "%s has a file whose name the host cannot have", from);
    g_autofree char *inner_from = g_strconcat(from, g_str_has_suffix(from, "/") ? "" : "/", name, NULL);
    g_autofree char *inner_to = g_build_filename(to, name, NULL);
    if (g_strcmp0(json_string_member(entry, "type"), "folder") != 0)
        return get_file(copy, inner_from, inner_to, entry);
    g_autoptr(json_object) found = NULL;
    const ExitCode code = copy_look(copy, inner_from, &found);
    return code == EXIT_OK && found ? get_any(copy, inner_from, inner_to, found) : code;
}

static ExitCode get_any(Copy *copy, const char *from, const char *to, json_object *found)
{
    if (g_strcmp0(json_string_member(found, "type"), "folder") != 0)
        return get_file(copy, from, to, found);
    if (mkdir(to, 0777) != 0 && errno != EEXIST)
        return report_failure(copy->client, EXIT_FAILED, "file", "cannot make %s: %s", to, g_strerror(errno));
    ExitCode code = EXIT_OK;
    json_object *entries = json_object_object_get(found, "entries");
    for (gsize i = 0; code == EXIT_OK && i < json_object_array_length(entries); i++)
        code = get_entry(copy, from, to, json_object_array_get_idx(entries, i));
    return code;
}

// The last part of a path in the machine; NULL of a drive.
static char *last_part(const char *path)
{
    g_autofree char *slashes = g_strdelimit(g_strdup(path), "\\", '/');
    gsize length = strlen(slashes);
    while (length > 0 && slashes[length - 1] == '/')
        slashes[--length] = '\0';
    const char *slash = strrchr(slashes, '/');
    return slash ? g_strdup(slash + 1) : NULL;
}

ExitCode copy_out(Copy *copy, const char *from, const char *to)
{
    g_autoptr(json_object) found = NULL;
    const ExitCode code = copy_look(copy, from, &found);
    if (code != EXIT_OK)
        return code;
    if (!found)
        return report_failure(copy->client, EXIT_NOT_FOUND, "not-found-in-machine",
                              "machine \"%s\" has no %s", copy->machine, from);
    g_autofree char *name = last_part(from);
    const gboolean into = g_str_has_suffix(to, "/") || g_file_test(to, G_FILE_TEST_IS_DIR);
    g_autofree char *target = into && name ? g_build_filename(to, name, NULL) : g_strdup(to);
    return get_any(copy, from, target, found);
}
