// SPDX-License-Identifier: GPL-3.0-or-later
// Options to JSON: single values are one table, lists and secrets have a function each. Lists given as
// options replace the file's whole list, as every other member does.
#include "client/request.h"

#include "client/report.h"
#include "client/secret.h"

#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#define FILE_LIMIT (1024 * 1024)

static const struct {
    const char *option;
    const char *group; // member of the request that holds it, or NULL: the request itself
    const char *member;
    gboolean number;
    const char *argument;
    const char *text;
} fields[] = {
    { "template", NULL, "template", FALSE, "NAME", "machine template (sevenctl template ls)" },
    { "disc", NULL, "disc", FALSE, "NAME", "the vendor's disc (sevenctl disc ls)" },
    { "edition", NULL, "edition", FALSE, "EDITION", "edition on the disc (sevenctl disc show DISC)" },
    { "product-key", NULL, "product_key", FALSE, "KEY",
      "product key; others on this host can read it: see below" },
    { "vcpus", "hardware", "vcpus", TRUE, "COUNT", "processors" },
    { "memory", "hardware", "memory_mib", TRUE, "MIB", "memory in MiB" },
    { "disk", "hardware", "disk_gib", TRUE, "GIB", "size of the disk in GiB" },
    { "disk-bus", "hardware", "disk_bus", FALSE, "BUS", "sata, or virtio with its driver" },
    { "video", "hardware", "video", FALSE, "MODEL", "video card" },
    { "sound", "hardware", "sound", FALSE, "MODEL", "sound card" },
    { "computer-name", "system", "computer_name", FALSE, "NAME", "computer name, at most 15 characters" },
    { "time-zone", "system", "time_zone", FALSE, "ZONE",
      "time zone as Windows names it: \"GMT Standard Time\"" },
    { "language", "system", "language", FALSE, "TAG", "language of Windows: en-US" },
    { "keyboard", "system", "keyboard", FALSE, "LAYOUT", "keyboard layout: 0409:00000409" },
    { "owner", "system", "owner", FALSE, "NAME", "registered owner" },
    { "organization", "system", "organization", FALSE, "NAME", "registered organization" },
};

struct RequestOptions {
    char *file;
    char *values[G_N_ELEMENTS(fields)];
    char **drivers;
    char **users;
    char **first_logon;
    char *password_file;
    char *product_key_file;
    gboolean autologon;
};

RequestOptions *request_options_new(void)
{
    return g_new0(RequestOptions, 1);
}

void request_options_free(RequestOptions *options)
{
    if (!options)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        secret_free(options->values[i]);
    for (char **user = options->users; user && *user; user++)
        explicit_bzero(*user, strlen(*user)); // may hold a password
    g_free(options->file);
    g_strfreev(options->drivers);
    g_strfreev(options->users);
    g_strfreev(options->first_logon);
    g_free(options->password_file);
    g_free(options->product_key_file);
    g_free(options);
}

GOptionEntry *request_entries(RequestOptions *options, const GOptionEntry *more)
{
    const GOptionEntry lists[] = {
        { "product-key-file", 0, 0, G_OPTION_ARG_FILENAME, &options->product_key_file,
          "product key from the first line of FILE (\"-\": standard input)", "FILE" },
        { "driver", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->drivers,
          "driver package (sevenctl driver ls); may be repeated", "NAME" },
        { "user", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->users,
          "local administrator; asks for the password if it is left out; may be repeated",
          "NAME[:PASSWORD]" },
        { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &options->password_file,
          "password, for every user that has none, from the first line of FILE (\"-\": standard input)",
          "FILE" },
        { "autologon", 0, 0, G_OPTION_ARG_NONE, &options->autologon, "log the first user on at start", NULL },
        { "first-logon", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->first_logon,
          "command to run at the first logon; may be repeated", "COMMAND" },
    };
    GArray *entries = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));
    GOptionEntry file = { "file",
                          'f',
                          0,
                          G_OPTION_ARG_FILENAME,
                          &options->file,
                          "the request as JSON (\"-\": standard input); options go over it",
                          "FILE" };
    g_array_append_val(entries, file);
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        GOptionEntry entry = {
            fields[i].option,   0, 0, G_OPTION_ARG_FILENAME, &options->values[i], fields[i].text,
            fields[i].argument,
        };
        g_array_append_val(entries, entry);
    }
    g_array_append_vals(entries, lists, G_N_ELEMENTS(lists));
    for (; more && more->long_name; more++)
        g_array_append_val(entries, *more);
    return (GOptionEntry *)(void *)g_array_free(entries, FALSE);
}

gboolean request_options_given(const RequestOptions *options)
{
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        if (options->values[i])
            return TRUE;
    return options->file || options->drivers || options->users || options->first_logon ||
           options->password_file || options->product_key_file || options->autologon;
}

static json_object *read_file(const char *path, GError **error)
{
    if (strcmp(path, "-") != 0)
        return json_read_file(path, FILE_LIMIT, error);
    g_autoptr(GString) text = g_string_new(NULL);
    char buffer[8192];
    ssize_t got;
    while ((got = read(STDIN_FILENO, buffer, sizeof buffer)) > 0 && text->len <= FILE_LIMIT)
        g_string_append_len(text, buffer, got);
    if (text->len > FILE_LIMIT) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "standard input: more than %d bytes",
                    FILE_LIMIT);
        return NULL;
    }
    json_object *document = json_parse(text->str, text->len, error);
    if (!document)
        g_prefix_error(error, "standard input: ");
    return document;
}

// Adds @value to @object; reports what JSON cannot hold.
static ExitCode add_text(json_object *object, const char *member, const char *value, const char *option,
                         const Verb *verb)
{
    if (!g_utf8_validate(value, -1, NULL))
        return report_usage(verb, "--%s: not UTF-8", option);
    json_object_object_add(object, member, json_object_new_string(value));
    return EXIT_OK;
}

static ExitCode add_fields(const RequestOptions *options, const Verb *verb, json_object *over)
{
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        const char *value = options->values[i];
        json_object *target = over;
        gint64 number;
        if (!value)
            continue;
        if (fields[i].group && !json_object_object_get_ex(over, fields[i].group, &target)) {
            target = json_object_new_object();
            json_object_object_add(over, fields[i].group, target);
        }
        if (!fields[i].number) {
            if (add_text(target, fields[i].member, value, fields[i].option, verb) != EXIT_OK)
                return EXIT_USAGE;
        } else if (g_ascii_string_to_signed(value, 10, G_MININT64, G_MAXINT64, &number, NULL)) {
            json_object_object_add(target, fields[i].member, json_object_new_int64(number));
        } else {
            return report_usage(verb, "--%s: \"%s\" is not a whole number", fields[i].option, value);
        }
    }
    return EXIT_OK;
}

static ExitCode add_lists(const RequestOptions *options, const Verb *verb, json_object *over)
{
    if (options->drivers) {
        json_object *drivers = json_object_new_array();
        json_object_object_add(over, "drivers", drivers);
        for (char **driver = options->drivers; *driver; driver++) {
            if (!g_utf8_validate(*driver, -1, NULL))
                return report_usage(verb, "--driver: not UTF-8");
            json_object_array_add(drivers, json_object_new_string(*driver));
        }
    }
    if (options->first_logon) {
        json_object *commands = json_object_new_array();
        json_object_object_add(over, "first_logon", commands);
        for (char **command = options->first_logon; *command; command++) {
            json_object *entry = json_object_new_object();
            json_object_array_add(commands, entry);
            if (add_text(entry, "command", *command, "first-logon", verb) != EXIT_OK)
                return EXIT_USAGE;
        }
    }
    return EXIT_OK;
}

static ExitCode add_users(const RequestOptions *options, const Verb *verb, json_object *over)
{
    if (!options->users)
        return EXIT_OK;
    json_object *users = json_object_new_array();
    json_object_object_add(over, "users", users);
    for (char **given = options->users; *given; given++) {
        const char *colon = strchr(*given, ':'); // no user name of Windows has one
        g_autofree char *name = colon ? g_strndup(*given, (gsize)(colon - *given)) : g_strdup(*given);
        json_object *user = json_object_new_object();
        json_object_array_add(users, user);
        if (add_text(user, "name", name, "user", verb) != EXIT_OK)
            return EXIT_USAGE;
        if (colon && add_text(user, "password", colon + 1, "user", verb) != EXIT_OK)
            return EXIT_USAGE;
        json_object_object_add(user, "administrator", json_object_new_boolean(TRUE));
    }
    return EXIT_OK;
}

static gsize user_count(json_object *request)
{
    json_object *users = json_object_object_get(request, "users");
    return json_object_is_type(users, json_type_array) ? json_object_array_length(users) : 0;
}

// NULL if it is no object: the daemon will say so.
static json_object *user_at(json_object *request, gsize index)
{
    json_object *user = json_object_array_get_idx(json_object_object_get(request, "users"), index);
    return json_object_is_type(user, json_type_object) ? user : NULL;
}

static ExitCode ask_password(const Verb *verb, json_object *user)
{
    const char *name = json_string_member(user, "name");
    g_autofree char *question = g_strdup_printf("Password for user %s", name);
    g_autoptr(GError) error = NULL;
    char *password = secret_ask(question, TRUE, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
        return report_usage(verb,
                            "no password for user %s, and no terminal to ask on: give --password-file FILE "
                            "(or --user %s: for an empty password)",
                            name, name);
    if (!password) {
        gboolean cancelled = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        ExitCode code = report_usage(verb, "%s", error->message);
        return cancelled ? EXIT_INTERRUPTED : code;
    }
    json_object_object_add(user, "password", json_object_new_string(password));
    secret_free(password);
    return EXIT_OK;
}

// Fills in what stands in files or in somebody's head: nothing secret need be in the request's file.
static ExitCode add_secrets(const RequestOptions *options, const Verb *verb, json_object *request)
{
    g_autoptr(GError) error = NULL;
    char *password = options->password_file ? secret_read_file(options->password_file, &error) : NULL;
    if (error)
        return report_usage(verb, "--password-file: %s", error->message);
    ExitCode code = EXIT_OK;
    for (gsize i = 0; i < user_count(request) && code == EXIT_OK; i++) {
        json_object *user = user_at(request, i);
        if (!user || json_object_object_get_ex(user, "password", NULL))
            continue;
        if (password)
            json_object_object_add(user, "password", json_object_new_string(password));
        else if (options->users)
            code = ask_password(verb, user);
    }
    secret_free(password);
    if (code == EXIT_OK && options->product_key_file) {
        char *key = secret_read_file(options->product_key_file, &error);
        if (!key)
            return report_usage(verb, "--product-key-file: %s", error->message);
        json_object_object_add(request, "product_key", json_object_new_string(g_strstrip(key)));
        secret_free(key);
    }
    return code;
}

static ExitCode check_inputs(const RequestOptions *options, const Verb *verb)
{
    const char *inputs[] = { options->file, options->password_file, options->product_key_file };
    guint from_standard_input = 0;
    for (guint i = 0; i < G_N_ELEMENTS(inputs); i++)
        from_standard_input += !g_strcmp0(inputs[i], "-");
    if (from_standard_input > 1)
        return report_usage(verb, "only one of --file, --password-file and --product-key-file can be \"-\"");
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        if (!strcmp(fields[i].option, "product-key") && options->values[i] && options->product_key_file)
            return report_usage(verb, "--product-key and --product-key-file exclude each other");
    return EXIT_OK;
}

ExitCode request_build(const RequestOptions *options, const Verb *verb, const char *name,
                       json_object **ret_request)
{
    g_autoptr(GError) error = NULL;
    if (check_inputs(options, verb) != EXIT_OK)
        return EXIT_USAGE;
    g_autoptr(json_object) base = options->file ? read_file(options->file, &error) : json_object_new_object();
    if (error)
        return report_usage(verb, "--file: %s", error->message);
    if (!json_object_is_type(base, json_type_object))
        return report_usage(verb, "--file: %s: not a JSON object", options->file);
    g_autoptr(json_object) over = json_object_new_object();
    if (name && add_text(over, "name", name, "name", verb) != EXIT_OK)
        return EXIT_USAGE;
    if (add_fields(options, verb, over) != EXIT_OK || add_lists(options, verb, over) != EXIT_OK ||
        add_users(options, verb, over) != EXIT_OK)
        return EXIT_USAGE;
    g_autoptr(json_object) request = json_merge(base, over);
    ExitCode code = add_secrets(options, verb, request);
    if (code != EXIT_OK)
        return code;
    json_object *first = user_count(request) ? user_at(request, 0) : NULL;
    if (options->autologon && !first)
        return report_usage(verb, "--autologon needs a user: give --user NAME");
    if (options->autologon)
        json_object_object_add(first, "autologon", json_object_new_boolean(TRUE));
    *ret_request = g_steal_pointer(&request);
    return EXIT_OK;
}
