// SPDX-License-Identifier: GPL-3.0-or-later
// Options whose argument has a form of its own: --display, --answer-file, --file-in, --set.
#include "client/report.h"
#include "client/request_parts.h"

#include <string.h>

// The daemon takes less in all; this only keeps a wrong path from filling the memory.
#define FILE_LIMIT (1024 * 1024)

ExitCode request_add_display(json_object *request, const char *text, const Verb *verb)
{
    static const char *const members[] = { "width", "height", "depth" };
    g_auto(GStrv) numbers = g_strsplit(text, "x", -1);
    const guint count = g_strv_length(numbers);
    json_object *display = json_object_new_object();
    json_object_object_add(request, "display", display);
    for (guint i = 0; i < count && count >= 2 && count <= G_N_ELEMENTS(members); i++) {
        guint64 number;
        if (!g_ascii_string_to_unsigned(numbers[i], 10, 0, G_MAXINT, &number, NULL))
            break;
        json_object_object_add(display, members[i], json_object_new_int64((gint64)number));
    }
    if (json_object_object_length(display) < 2 || (guint)json_object_object_length(display) != count)
        return report_usage(verb, "--display: \"%s\" is not WIDTHxHEIGHT or WIDTHxHEIGHTxDEPTH", text);
    return EXIT_OK;
}

ExitCode request_add_file(json_object *files, const char *pair, const Verb *verb)
{
    const char *equals = strchr(pair, '=');
    if (!equals || equals == pair || !equals[1] || !g_utf8_validate(pair, equals - pair, NULL))
        return report_usage(verb, "--file-in: \"%s\" is not PATH=LOCALFILE", pair);
    g_autoptr(GError) error = NULL;
    g_autofree char *content = NULL;
    gsize length = 0;
    if (!g_file_get_contents(equals + 1, &content, &length, &error))
        return report_usage(verb, "--file-in: %s", error->message);
    if (length > FILE_LIMIT)
        return report_usage(verb, "--file-in: %s: more than %d bytes", equals + 1, FILE_LIMIT);
    g_autofree char *path = g_strndup(pair, (gsize)(equals - pair));
    g_autofree char *base64 = g_base64_encode((const guchar *)content, length);
    json_object *file = json_object_new_object();
    json_object_object_add(file, "path", json_object_new_string(path));
    json_object_object_add(file, "content_base64", json_object_new_string(base64));
    json_object_array_add(files, file);
    return EXIT_OK;
}

ExitCode request_add_answer_file(json_object *request, const char *path, const Verb *verb)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *content = NULL;
    gsize length = 0;
    if (!g_file_get_contents(path, &content, &length, &error))
        return report_usage(verb, "--answer-file: %s", error->message);
    if (length > FILE_LIMIT)
        return report_usage(verb, "--answer-file: %s: more than %d bytes", path, FILE_LIMIT);
    const gboolean wide =
        length >= 2 && (memcmp(content, "\xff\xfe", 2) == 0 || memcmp(content, "\xfe\xff", 2) == 0);
    g_autofree char *converted =
        wide ? g_convert(content, (gssize)length, "UTF-8", "UTF-16", NULL, &length, &error) : NULL;
    if (wide && !converted)
        return report_usage(verb, "--answer-file: %s: %s", path, error->message);
    const char *text = wide ? converted : content;
    if (!g_utf8_validate_len(text, length, NULL))
        return report_usage(verb, "--answer-file: %s: neither UTF-8 nor UTF-16 with a byte order mark", path);
    json_object_object_add(request, "answer_file", json_object_new_string_len(text, (int)length));
    if (converted)
        explicit_bzero(converted, strlen(converted)); // it may hold passwords
    explicit_bzero(content, strlen(content));
    return EXIT_OK;
}

// "a.b" or "/a/b" → {"a", "b"}, or NULL. A dot in a member's name is no case that exists.
static char **split_place(const char *place)
{
    const gboolean pointer = *place == '/';
    g_auto(GStrv) segments = g_strsplit(pointer ? place + 1 : place, pointer ? "/" : ".", -1);
    for (gsize i = 0; segments[i]; i++)
        if (!*segments[i])
            return NULL;
    return segments[0] ? g_steal_pointer(&segments) : NULL;
}

// The value at @segment of @parent; *@ret_index is its place in a list, one past the end for a new item.
// FALSE if @parent is a list and @segment no such place, or @parent neither list nor object.
static gboolean step(json_object *parent, const char *segment, json_object **ret_value, gsize *ret_index)
{
    guint64 index;
    *ret_value = NULL;
    if (json_object_is_type(parent, json_type_object)) {
        json_object_object_get_ex(parent, segment, ret_value);
        return TRUE;
    }
    if (!json_object_is_type(parent, json_type_array) ||
        !g_ascii_string_to_unsigned(segment, 10, 0, json_object_array_length(parent), &index, NULL))
        return FALSE;
    *ret_index = (gsize)index;
    *ret_value = json_object_array_get_idx(parent, (size_t)index);
    return TRUE;
}

static void put(json_object *parent, const char *segment, gsize index, json_object *value)
{
    if (json_object_is_type(parent, json_type_object))
        json_object_object_add(parent, segment, value);
    else
        json_object_array_put_idx(parent, index, value);
}

// What @text says as JSON, else @text itself. *@ret_value may be NULL: JSON's null.
static gboolean parse_value(const char *text, json_object **ret_value)
{
    g_autoptr(GError) error = NULL;
    *ret_value = NULL;
    if (strcmp(text, "null") == 0)
        return TRUE;
    *ret_value = json_parse(text, strlen(text), &error);
    if (error && g_utf8_validate(text, -1, NULL))
        *ret_value = json_object_new_string(text);
    return !error || *ret_value;
}

ExitCode request_set(json_object *request, const char *assignment, const Verb *verb)
{
    const char *equals = strchr(assignment, '=');
    g_autofree char *place = equals ? g_strndup(assignment, (gsize)(equals - assignment)) : NULL;
    g_auto(GStrv) segments = place && g_utf8_validate(place, -1, NULL) ? split_place(place) : NULL;
    json_object *parent = request, *value = NULL;
    if (!segments)
        return report_usage(verb, "--set: give SETTING=VALUE, such as security.uac=false");
    for (gsize i = 0; segments[i]; i++) {
        gsize index = 0;
        json_object *next = NULL;
        if (!step(parent, segments[i], &next, &index))
            return report_usage(verb, "--set %s: there is no \"%s\" to be set", place, segments[i]);
        if (!segments[i + 1]) {
            if (!parse_value(equals + 1, &value))
                return report_usage(verb, "--set %s: not UTF-8", place);
            put(parent, segments[i], index, value);
        } else if (!next) {
            next = json_object_new_object();
            put(parent, segments[i], index, next);
        }
        parent = next;
    }
    return EXIT_OK;
}
