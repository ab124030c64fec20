// SPDX-License-Identifier: GPL-3.0-or-later
// Two tables, compiled in as resources, and a line-by-line search: it is asked once a disc.
#include "daemon/library/known_discs.h"

#include <gio/gio.h>
#include <string.h>

#include "library-resources.h"

#define HASHES          "/sevend/library/known-discs.tsv"
#define MIN_HASH_LENGTH 40 // "-" stands for a hash that nobody has published
#define VOLUMES         "/sevend/library/known-volumes.tsv"

// The columns of known-discs.tsv.
enum {
    FILE_NAME,
    VOLUME_ID,
    EDITION,
    ARCHITECTURE,
    RELEASE,
    CHANNEL,
    LANGUAGE,
    SIZE,
    SHA1,
    SHA256,
    SOURCES,
    COLUMNS
};
static const char *const column_names[] = { "file_name", NULL,      "edition",  "architecture",
                                            "release",   "channel", "language", NULL,
                                            NULL,        NULL,      NULL };

// Calls @row for each line that has @columns fields until it says TRUE.
static void each_row(const char *resource, guint columns, gboolean (*row)(char **fields, gpointer data),
                     gpointer data)
{
    g_autoptr(GBytes) bytes =
        g_resource_lookup_data(library_get_resource(), resource, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    g_return_if_fail(bytes != NULL);
    g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (gsize i = 0; lines[i]; i++) {
        g_auto(GStrv) fields = g_strsplit(lines[i], "\t", -1);
        if (*lines[i] != '#' && g_strv_length(fields) == columns && row(fields, data))
            return;
    }
}

typedef struct {
    const char *sha1, *sha256, *volume_id;
    guint64 size;
    json_object *found;   // by_hash
    json_object *volumes; // by_volume
    char *statement;
} Match;

static gboolean same_hash(const char *known, const char *found)
{
    return found && strlen(known) >= MIN_HASH_LENGTH && strlen(known) == strlen(found) &&
           g_ascii_strcasecmp(known, found) == 0;
}

static gboolean match_hash(char **fields, gpointer data)
{
    Match *match = data;
    const gboolean sha256 = same_hash(fields[SHA256], match->sha256);
    if (!sha256 && !same_hash(fields[SHA1], match->sha1))
        return FALSE;
    match->found = json_object_new_object();
    for (gsize i = 0; i < G_N_ELEMENTS(column_names); i++)
        if (column_names[i])
            json_object_object_add(match->found, column_names[i], json_object_new_string(fields[i]));
    const gint64 sources = g_ascii_strtoll(fields[SOURCES], NULL, 10);
    json_object_object_add(match->found, "sources", json_object_new_int64(sources));
    match->statement =
        g_strdup_printf("byte-identical to %s (published %s, %" G_GINT64_FORMAT " source%s)",
                        fields[FILE_NAME], sha256 ? "SHA-256" : "SHA-1", sources, sources == 1 ? "" : "s");
    return TRUE;
}

static gboolean match_volume(char **fields, gpointer data)
{
    Match *match = data;
    if (strcmp(fields[1], match->volume_id) == 0 && g_ascii_strtoull(fields[2], NULL, 10) == match->size)
        json_object_array_add(match->volumes, json_object_new_string(fields[0]));
    return FALSE;
}

static char *state_without_match(const Match *match)
{
    const gsize volumes = json_object_array_length(match->volumes);
    const char *like =
        volumes > 0 ? json_object_get_string(json_object_array_get_idx(match->volumes, 0)) : NULL;
    g_autofree char *hint = like ? g_strdup_printf("; volume id and size are those of %s%s", like,
                                                   volumes > 1 ? " and others" : "")
                                 : g_strdup("");
    if (!match->sha1 && !match->sha256)
        return g_strdup_printf("not hashed yet%s", hint);
    return g_strdup_printf("unknown: no published hash matches, which proves nothing%s", hint);
}

json_object *known_discs_match(const char *sha1, const char *sha256, const char *volume_id, guint64 size)
{
    G_STATIC_ASSERT(G_N_ELEMENTS(column_names) == COLUMNS);
    Match match = { .sha1 = sha1, .sha256 = sha256, .volume_id = volume_id, .size = size };
    match.volumes = json_object_new_array();
    if (sha1 || sha256)
        each_row(HASHES, COLUMNS, match_hash, &match);
    if (volume_id)
        each_row(VOLUMES, 3, match_volume, &match);
    if (!match.statement)
        match.statement = state_without_match(&match);
    json_object *object = json_object_new_object();
    json_object_object_add(object, "statement", json_object_new_string(match.statement));
    json_object_object_add(object, "by_hash", match.found);
    json_object_object_add(object, "by_volume", match.volumes);
    g_free(match.statement);
    return object;
}
