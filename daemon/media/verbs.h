// SPDX-License-Identifier: GPL-3.0-or-later
// The verbs of the command line. Each takes what follows the verb, does one task and gives its result.
#pragma once

#include <glib.h>
#include <json-c/json.h>

// Errors of this domain are wrong arguments (exit status 2); all others are the task's (exit status 1).
#define USAGE_ERROR (usage_error_quark())
GQuark usage_error_quark(void);

// `arguments` is NULL-terminated. The result is a new object.
typedef json_object *(*VerbFunction)(char **arguments, GError **error);

json_object *verb_inspect_disc(char **arguments, GError **error);
json_object *verb_verify_disc(char **arguments, GError **error);
json_object *verb_inspect_driver(char **arguments, GError **error);
json_object *verb_import_driver(char **arguments, GError **error);
json_object *verb_build_boot_disc(char **arguments, GError **error);
json_object *verb_export_disc(char **arguments, GError **error);
json_object *verb_build_config_disc(char **arguments, GError **error);
json_object *verb_read_logs(char **arguments, GError **error);
json_object *verb_build_file_disc(char **arguments, GError **error);
json_object *verb_read_file(char **arguments, GError **error);
json_object *verb_export_image(char **arguments, GError **error);
json_object *verb_inspect_image(char **arguments, GError **error);
json_object *verb_hash(char **arguments, GError **error);
