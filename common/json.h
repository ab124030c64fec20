// SPDX-License-Identifier: GPL-3.0-or-later
// Strict JSON (RFC 8259, I-JSON: no repeated names, valid UTF-8, no NUL in strings, whole numbers that fit)
// on top of json-c, whose own strict mode lets NaN, single quotes, repeated names and oversize integers
// through; and typed access to members that reports every fault. Not a schema language.
#pragma once

#include <json-c/json.h>

#include "common/faults.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_object, json_object_put)

#define JSON_MAX_DEPTH 32

// Parses @length bytes as one JSON text. Returns a reference that the caller owns, or NULL with @error
// (G_IO_ERROR_INVALID_DATA) that names line and column. Depth is limited to JSON_MAX_DEPTH.
json_object *json_parse(const char *text, gsize length, GError **error);

// Reads a whole file of at most @max_bytes and parses it.
json_object *json_read_file(const char *path, gsize max_bytes, GError **error);

// Adds an "unknown-field" fault (with the known names as allowed values, and a suggestion for a near miss)
// for each member of @object that is not in the NULL-terminated @known. Adds "wrong-type" if @object is no
// object. TRUE if object.
gboolean json_check_members(json_object *object, const char *pointer, const char *const *known,
                            Faults *faults);

// Typed access. Each returns TRUE and sets *@ret_… if the member is there and has the right type; FALSE if it
// is absent, null, or wrong (then a fault has been added). Returned strings and objects are borrowed from
// @object.
gboolean json_get_string(json_object *object, const char *pointer, const char *name, gsize max_length_bytes,
                         const char **ret_value, Faults *faults);
gboolean json_get_int(json_object *object, const char *pointer, const char *name, gint64 minimum,
                      gint64 maximum, gint64 *ret_value, Faults *faults);
gboolean json_get_bool(json_object *object, const char *pointer, const char *name, gboolean *ret_value,
                       Faults *faults);
gboolean json_get_object(json_object *object, const char *pointer, const char *name, json_object **ret_value,
                         Faults *faults);
gboolean json_get_array(json_object *object, const char *pointer, const char *name, gsize max_items,
                        json_object **ret_value, Faults *faults);

// Plain access to documents that we wrote ourselves: member @name as string, or NULL.
const char *json_string_member(json_object *object, const char *name);
gint64 json_int_member(json_object *object, const char *name, gint64 otherwise);

// Object of @base overridden by @over, member by member, objects recursively, everything else replaced whole.
// null in @over removes the member. Returns a new object; neither argument is changed.
json_object *json_merge(json_object *base, json_object *over);

// Closest name of the NULL-terminated @known within an edit distance of 2 (a third of its length), or NULL.
// Borrowed.
const char *closest_name(const char *name, const char *const *known);
