// SPDX-License-Identifier: GPL-3.0-or-later
// Parsing after the strict check, typed access to members, merging and near-miss suggestions.
#include "common/json.h"

#include <gio/gio.h>
#include <string.h>

#include "common/files.h"
#include "common/json_syntax.h"

#define MAX_SUGGESTED_LENGTH 64

json_object *json_parse(const char *text, gsize length, GError **error)
{
    if (length > G_MAXINT / 2) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "line 1, column 1: text too long");
        return NULL;
    }
    if (!json_syntax_check(text, length, JSON_MAX_DEPTH, error))
        return NULL;
    // json-c counts scalars as a level too; the depth has been checked already.
    json_tokener *tokener = json_tokener_new_ex(JSON_MAX_DEPTH + 2);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
    json_object *object = json_tokener_parse_ex(tokener, text, (int)length);
    enum json_tokener_error problem = json_tokener_get_error(tokener);
    // A bare number at the end of the text could go on: json-c wants to see an end.
    if (problem == json_tokener_continue) {
        object = json_tokener_parse_ex(tokener, "", 1);
        problem = json_tokener_get_error(tokener);
    }
    json_tokener_free(tokener);
    if (problem != json_tokener_success) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "line 1, column 1: %s",
                    json_tokener_error_desc(problem));
        json_object_put(object);
        return NULL;
    }
    // NULL is json-c's word for null, and would look like an error.
    if (object == NULL)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "line 1, column 1: null is no document");
    return object;
}

json_object *json_read_file(const char *path, gsize max_bytes, GError **error)
{
    g_autofree char *bytes = NULL;
    gsize length;
    if (!file_read(path, max_bytes, &bytes, &length, error))
        return NULL;
    GError *inner = NULL;
    json_object *object = json_parse(bytes, length, &inner);
    if (object == NULL)
        g_propagate_prefixed_error(error, inner, "%s: ", path);
    return object;
}

static gboolean add_wrong_type(Faults *faults, const char *pointer, const char *wanted)
{
    faults_add(faults, pointer, "wrong-type", NULL, "This must be %s.", wanted);
    return FALSE;
}

static void add_unknown(const char *pointer, const char *name, const char *const *known, Faults *faults)
{
    g_autofree char *place = json_pointer_append(pointer, name);
    const char *near = closest_name(name, known);
    if (near != NULL)
        faults_add(faults, place, "unknown-field", known, "There is no such field; did you mean \"%s\"?",
                   near);
    else
        faults_add(faults, place, "unknown-field", known, "There is no such field.");
}

gboolean json_check_members(json_object *object, const char *pointer, const char *const *known,
                            Faults *faults)
{
    if (!json_object_is_type(object, json_type_object))
        return add_wrong_type(faults, pointer, "an object");
    json_object_object_foreach(object, name, value)
    {
        (void)value;
        if (!g_strv_contains(known, name))
            add_unknown(pointer, name, known, faults);
    }
    return TRUE;
}

// The member if it is there, not null, and of @type; a fault if it is of another.
static json_object *typed_member(json_object *object, const char *pointer, const char *name, json_type type,
                                 const char *wanted, Faults *faults)
{
    json_object *member = NULL;
    if (!json_object_is_type(object, json_type_object) || !json_object_object_get_ex(object, name, &member) ||
        member == NULL)
        return NULL;
    if (json_object_is_type(member, type))
        return member;
    g_autofree char *place = json_pointer_append(pointer, name);
    add_wrong_type(faults, place, wanted);
    return NULL;
}

gboolean json_get_string(json_object *object, const char *pointer, const char *name, gsize max_length_bytes,
                         const char **ret_value, Faults *faults)
{
    json_object *member = typed_member(object, pointer, name, json_type_string, "a string", faults);
    if (member == NULL)
        return FALSE;
    gsize length = (gsize)json_object_get_string_len(member);
    const char *value = json_object_get_string(member);
    if (length > max_length_bytes || strlen(value) != length) {
        g_autofree char *place = json_pointer_append(pointer, name);
        faults_add(faults, place, "too-long", NULL, "This may have at most %" G_GSIZE_FORMAT " bytes.",
                   max_length_bytes);
        return FALSE;
    }
    *ret_value = value;
    return TRUE;
}

gboolean json_get_int(json_object *object, const char *pointer, const char *name, gint64 minimum,
                      gint64 maximum, gint64 *ret_value, Faults *faults)
{
    json_object *member = typed_member(object, pointer, name, json_type_int, "a whole number", faults);
    if (member == NULL)
        return FALSE;
    gint64 value = json_object_get_int64(member);
    if (value < minimum || value > maximum) {
        g_autofree char *place = json_pointer_append(pointer, name);
        faults_add(faults, place, "out-of-range", NULL,
                   "This must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ".", minimum, maximum);
        return FALSE;
    }
    *ret_value = value;
    return TRUE;
}

gboolean json_get_bool(json_object *object, const char *pointer, const char *name, gboolean *ret_value,
                       Faults *faults)
{
    json_object *member = typed_member(object, pointer, name, json_type_boolean, "true or false", faults);
    if (member == NULL)
        return FALSE;
    *ret_value = json_object_get_boolean(member) != 0;
    return TRUE;
}

gboolean json_get_object(json_object *object, const char *pointer, const char *name, json_object **ret_value,
                         Faults *faults)
{
    json_object *member = typed_member(object, pointer, name, json_type_object, "an object", faults);
    if (member == NULL)
        return FALSE;
    *ret_value = member;
    return TRUE;
}

gboolean json_get_array(json_object *object, const char *pointer, const char *name, gsize max_items,
                        json_object **ret_value, Faults *faults)
{
    json_object *member = typed_member(object, pointer, name, json_type_array, "an array", faults);
    if (member == NULL)
        return FALSE;
    if (json_object_array_length(member) > max_items) {
        g_autofree char *place = json_pointer_append(pointer, name);
        faults_add(faults, place, "too-many", NULL, "This may have at most %" G_GSIZE_FORMAT " items.",
                   max_items);
        return FALSE;
    }
    *ret_value = member;
    return TRUE;
}

const char *json_string_member(json_object *object, const char *name)
{
    json_object *member = NULL;
    if (!json_object_object_get_ex(object, name, &member) || !json_object_is_type(member, json_type_string))
        return NULL;
    return json_object_get_string(member);
}

gint64 json_int_member(json_object *object, const char *name, gint64 otherwise)
{
    json_object *member = NULL;
    if (!json_object_object_get_ex(object, name, &member) || !json_object_is_type(member, json_type_int))
        return otherwise;
    return json_object_get_int64(member);
}

static json_object *copy_of(json_object *object)
{
    json_object *copy = NULL;
    if (object != NULL && json_object_deep_copy(object, &copy, NULL) != 0)
        g_error("json-c: no memory for a copy");
    return copy;
}

// RFC 7396 (JSON Merge Patch), on copies.
json_object *json_merge(json_object *base, json_object *over)
{
    if (!json_object_is_type(over, json_type_object))
        return copy_of(over);
    json_object *result =
        json_object_is_type(base, json_type_object) ? copy_of(base) : json_object_new_object();
    json_object_object_foreach(over, name, value)
    {
        json_object *before = NULL;
        json_object_object_get_ex(result, name, &before);
        if (value == NULL)
            json_object_object_del(result, name);
        else
            json_object_object_add(result, name, json_merge(before, value));
    }
    return result;
}

// Levenshtein distance without regard to ASCII case, so that "ComputerName" is near "computer_name".
static guint edit_distance(const char *a, const char *b)
{
    guint row[MAX_SUGGESTED_LENGTH + 1];
    gsize width = strlen(b);
    for (gsize j = 0; j <= width; j++)
        row[j] = (guint)j;
    for (gsize i = 0; a[i] != '\0'; i++) {
        guint diagonal = row[0];
        row[0] = (guint)i + 1;
        for (gsize j = 0; j < width; j++) {
            guint replaced = diagonal + (g_ascii_tolower(a[i]) != g_ascii_tolower(b[j]));
            diagonal = row[j + 1];
            row[j + 1] = MIN(replaced, MIN(row[j], row[j + 1]) + 1);
        }
    }
    return row[width];
}

const char *closest_name(const char *name, const char *const *known)
{
    gsize length = strlen(name);
    if (length > MAX_SUGGESTED_LENGTH)
        return NULL;
    guint limit = (guint)MIN(2, length / 3);
    const char *closest = NULL;
    guint closest_distance = limit + 1;
    for (gsize i = 0; known[i] != NULL; i++) {
        gsize known_length = strlen(known[i]);
        if (known_length > MAX_SUGGESTED_LENGTH || known_length + limit < length ||
            length + limit < known_length)
            continue;
        guint distance = edit_distance(name, known[i]);
        if (distance < closest_distance) {
            closest = known[i];
            closest_distance = distance;
        }
    }
    return closest;
}
