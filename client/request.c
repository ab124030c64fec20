// SPDX-License-Identifier: GPL-3.0-or-later
// Options to JSON: single values are one table (request_options.c), lists and secrets have a function each.
// Lists given as options replace the file's whole list, as every other member does.
#include "client/request.h"

#include "client/remake.h"
#include "client/report.h"
#include "client/request_parts.h"
#include "client/secret.h"

#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#define FILE_LIMIT (1024 * 1024)

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
    for (guint i = 0; i < REQUEST_FIELDS; i++) {
        const RequestField *field = &request_fields[i];
        const char *value = options->values[i];
        json_object *target = over;
        gint64 number;
        if (!value)
            continue;
        if (field->group && !json_object_object_get_ex(over, field->group, &target)) {
            target = json_object_new_object();
            json_object_object_add(over, field->group, target);
        }
        if (!field->number) {
            if (add_text(target, field->member, value, field->option, verb) != EXIT_OK)
                return EXIT_USAGE;
        } else if (g_ascii_string_to_signed(value, 10, G_MININT64, G_MAXINT64, &number, NULL)) {
            json_object_object_add(target, field->member, json_object_new_int64(number));
        } else {
            return report_usage(verb, "--%s: \"%s\" is not a whole number", field->option, value);
        }
    }
    return EXIT_OK;
}

static ExitCode add_commands(char **given, const char *member, const char *option, const Verb *verb,
                             json_object *over)
{
    if (!given)
        return EXIT_OK;
    json_object *commands = json_object_new_array();
    json_object_object_add(over, member, commands);
    for (char **command = given; *command; command++) {
        json_object *entry = json_object_new_object();
        json_object_array_add(commands, entry);
        if (add_text(entry, "command", *command, option, verb) != EXIT_OK)
            return EXIT_USAGE;
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
    if (add_commands(options->specialize, "specialize", "specialize", verb, over) != EXIT_OK ||
        add_commands(options->first_logon, "first_logon", "first-logon", verb, over) != EXIT_OK ||
        add_commands(options->logon, "logon", "logon", verb, over) != EXIT_OK)
        return EXIT_USAGE;
    if (options->display && request_add_display(over, options->display, verb) != EXIT_OK)
        return EXIT_USAGE;
    if (options->answer_file && request_add_answer_file(over, options->answer_file, verb) != EXIT_OK)
        return EXIT_USAGE;
    json_object *files = options->files_in ? json_object_new_array() : NULL;
    if (files)
        json_object_object_add(over, "files", files);
    for (char **pair = options->files_in; pair && *pair; pair++)
        if (request_add_file(files, *pair, verb) != EXIT_OK)
            return EXIT_USAGE;
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

static ExitCode add_passwords(const RequestOptions *options, const Verb *verb, json_object *request,
                              const char *password)
{
    for (gsize i = 0; i < user_count(request); i++) {
        json_object *user = user_at(request, i);
        if (!user || json_object_object_get_ex(user, "password", NULL))
            continue;
        ExitCode code = EXIT_OK;
        if (password)
            json_object_object_add(user, "password", json_object_new_string(password));
        else if (options->users)
            code = ask_password(verb, user);
        if (code != EXIT_OK)
            return code;
    }
    return EXIT_OK;
}

// A password makes the account usable; whoever wants it disabled says so in the file.
static void add_administrator(json_object *request, const char *password)
{
    json_object *administrator = NULL;
    if (!json_object_object_get_ex(request, "administrator", &administrator) ||
        !json_object_is_type(administrator, json_type_object)) {
        administrator = json_object_new_object();
        json_object_object_add(request, "administrator", administrator);
    }
    json_object_object_add(administrator, "password", json_object_new_string(password));
    if (!json_object_object_get_ex(administrator, "enabled", NULL))
        json_object_object_add(administrator, "enabled", json_object_new_boolean(TRUE));
}

static ExitCode add_secret(const RequestOptions *options, const Verb *verb, json_object *request,
                           SecretFile which, char *secret)
{
    switch (which) {
    case SECRET_PASSWORD:
        return add_passwords(options, verb, request, secret);
    case SECRET_PRODUCT_KEY:
        json_object_object_add(request, "product_key", json_object_new_string(g_strstrip(secret)));
        break;
    case SECRET_ACTIVATION_KEY:
        json_object_object_add(request, "activation_key", json_object_new_string(g_strstrip(secret)));
        break;
    case SECRET_ADMINISTRATOR:
        add_administrator(request, secret);
        break;
    default:
        g_assert_not_reached();
    }
    return EXIT_OK;
}

// Fills in what stands in files or in somebody's head: nothing secret need be in the request's file.
static ExitCode add_secrets(const RequestOptions *options, const Verb *verb, json_object *request)
{
    ExitCode code =
        options->secret_files[SECRET_PASSWORD] ? EXIT_OK : add_passwords(options, verb, request, NULL);
    for (guint i = 0; i < SECRET_FILES && code == EXIT_OK; i++) {
        g_autoptr(GError) error = NULL;
        if (!options->secret_files[i])
            continue;
        char *secret = secret_read_file(options->secret_files[i], &error);
        if (!secret)
            return report_usage(verb, "--%s: %s", request_secret_options[i], error->message);
        code = add_secret(options, verb, request, i, secret);
        secret_free(secret);
    }
    return code;
}

// A clone has its image's users, and at most one of its own.
static void settle_clone(const RequestOptions *options, json_object *request)
{
    json_object *user = user_count(request) == 1 ? user_at(request, 0) : NULL;
    if (!options->users || !user || !json_object_object_get_ex(request, "image", NULL))
        return;
    json_object_object_add(request, "user", json_object_get(user));
    json_object_object_del(request, "users");
}

static ExitCode check_inputs(const RequestOptions *options, const Verb *verb)
{
    guint from_standard_input = !g_strcmp0(options->file, "-") + !g_strcmp0(options->from, "-");
    if (options->file && options->from)
        return report_usage(verb, "--file and --from exclude each other");
    for (guint i = 0; i < SECRET_FILES; i++)
        from_standard_input += !g_strcmp0(options->secret_files[i], "-");
    if (from_standard_input > 1)
        return report_usage(verb, "only one file can be \"-\", standard input");
    for (guint i = 0; i < REQUEST_FIELDS; i++)
        if (!strcmp(request_fields[i].option, "product-key") && options->values[i] &&
            options->secret_files[SECRET_PRODUCT_KEY])
            return report_usage(verb, "--product-key and --product-key-file exclude each other");
    return EXIT_OK;
}

json_object *request_provenance(const RequestOptions *options)
{
    return options->provenance;
}

// What the options go over: a file, the request of an earlier machine, or nothing.
static json_object *read_base(RequestOptions *options, GError **error)
{
    if (options->file)
        return read_file(options->file, error);
    if (!options->from)
        return json_object_new_object();
    options->provenance = read_file(options->from, error);
    return options->provenance ? remake_request(options->provenance) : NULL;
}

ExitCode request_build(RequestOptions *options, const Verb *verb, const char *name, json_object **ret_request)
{
    g_autoptr(GError) error = NULL;
    if (check_inputs(options, verb) != EXIT_OK)
        return EXIT_USAGE;
    g_autoptr(json_object) base = read_base(options, &error);
    if (error)
        return report_usage(verb, "--%s: %s", options->from ? "from" : "file", error->message);
    if (options->from && !base)
        return report_usage(verb, "--from: %s: no provenance (sevenctl provenance NAME)", options->from);
    if (!json_object_is_type(base, json_type_object))
        return report_usage(verb, "--file: %s: not a JSON object", options->file);
    g_autoptr(json_object) over = json_object_new_object();
    if (name && add_text(over, "name", name, "name", verb) != EXIT_OK)
        return EXIT_USAGE;
    if (add_fields(options, verb, over) != EXIT_OK || add_lists(options, verb, over) != EXIT_OK ||
        add_users(options, verb, over) != EXIT_OK)
        return EXIT_USAGE;
    g_autoptr(json_object) request = json_merge(base, over);
    for (char **assignment = options->set; assignment && *assignment; assignment++)
        if (request_set(request, *assignment, verb) != EXIT_OK)
            return EXIT_USAGE;
    ExitCode code = add_secrets(options, verb, request);
    if (code != EXIT_OK)
        return code;
    json_object *first = user_count(request) ? user_at(request, 0) : NULL;
    if (options->autologon && !first)
        return report_usage(verb, "--autologon needs a user: give --user NAME");
    if (options->autologon)
        json_object_object_add(first, "autologon", json_object_new_boolean(TRUE));
    if (options->fresh)
        json_object_object_add(request, "fresh", json_object_new_boolean(TRUE));
    settle_clone(options, request);
    *ret_request = g_steal_pointer(&request);
    return EXIT_OK;
}
