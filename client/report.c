// SPDX-License-Identifier: GPL-3.0-or-later
// Rendering of failures. Texts of the daemon may quote the guest or the disc, so all of them pass
// safe_line().
#include "client/report.h"

#include "client/terminal.h"
#include "common/json.h"

#include <stdio.h>
#include <string.h>

// What to do about a refusal, by the problem's code.
static const struct {
    const char *code;
    const char *hint;
} hints[] = {
    { "agent-unavailable", "the machine must be running and ready: sevenctl show NAME" },
    { "libvirt-unavailable", "is libvirtd running? sevenctl version shows what sevend sees" },
    { "unauthorized", "give the token with --token-file FILE or $SEVENCTL_TOKEN" },
    { "internal", "sevend's log tells more: journalctl -u sevend" },
};

ExitCode report_usage(const Verb *verb, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *safe = safe_line(text);
    fprintf(stderr, "sevenctl: %s\n", safe);
    if (verb)
        fprintf(stderr, "Usage: sevenctl %s%s%s (more: sevenctl %s --help)\n", verb->name,
                *verb->arguments ? " " : "", verb->arguments, verb->name);
    else
        fprintf(stderr, "What it can do: sevenctl --help\n");
    return EXIT_USAGE;
}

ExitCode report_failure(const Client *client, ExitCode exit_code, const char *code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (client->json) {
        g_autoptr(json_object) problem = json_object_new_object();
        json_object_object_add(problem, "type", json_object_new_string("about:blank"));
        json_object_object_add(problem, "title", json_object_new_string("sevenctl"));
        json_object_object_add(problem, "code", json_object_new_string(code));
        g_autofree char *valid = g_utf8_make_valid(text, -1);
        json_object_object_add(problem, "detail", json_object_new_string(valid));
        puts(
            json_object_to_json_string_ext(problem, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
        return exit_code;
    }
    g_autofree char *safe = safe_line(text);
    fprintf(stderr, "sevenctl: %s\n", safe);
    return exit_code;
}

ExitCode report_http_error(const Client *client, const GError *error)
{
    if (g_error_matches(error, HTTP_ERROR, HTTP_ERROR_TIMED_OUT))
        return report_failure(client, EXIT_TIMED_OUT, "timed-out", "%s", error->message);
    if (g_error_matches(error, HTTP_ERROR, HTTP_ERROR_INTERRUPTED))
        return report_failure(client, EXIT_INTERRUPTED, "interrupted", "%s", error->message);
    if (g_error_matches(error, HTTP_ERROR, HTTP_ERROR_TOO_LARGE))
        return report_failure(client, EXIT_FAILED, "too-large", "%s", error->message);
    return report_failure(client, EXIT_UNREACHABLE, "unreachable", "%s", error->message);
}

static void print_fault(json_object *fault)
{
    const char *pointer = json_string_member(fault, "pointer");
    g_autofree char *place = safe_line(pointer && *pointer ? pointer : "/");
    g_autofree char *message = safe_line(json_string_member(fault, "message"));
    fprintf(stderr, "  %s: %s", place, message);
    json_object *allowed = json_object_object_get(fault, "allowed");
    gsize count = json_object_is_type(allowed, json_type_array) ? json_object_array_length(allowed) : 0;
    for (gsize i = 0; i < count; i++) {
        g_autofree char *value = safe_line(json_object_get_string(json_object_array_get_idx(allowed, i)));
        fprintf(stderr, "%s%s", i ? ", " : " (allowed: ", value);
    }
    fprintf(stderr, "%s\n", count ? ")" : "");
}

static void print_problem(long status, json_object *problem)
{
    const char *code = json_string_member(problem, "code");
    const char *detail = json_string_member(problem, "detail");
    if (!detail)
        detail = json_string_member(problem, "title");
    g_autofree char *safe_detail =
        detail ? safe_line(detail) : g_strdup_printf("sevend answered with status %ld", status);
    g_autofree char *safe_code = safe_line(code);
    fprintf(stderr, "sevenctl: %s (%s)\n", safe_detail, safe_code);
    json_object *faults = json_object_object_get(problem, "errors");
    gsize count = json_object_is_type(faults, json_type_array) ? json_object_array_length(faults) : 0;
    for (gsize i = 0; i < count; i++)
        print_fault(json_object_array_get_idx(faults, i));
    for (guint i = 0; code && i < G_N_ELEMENTS(hints); i++)
        if (!strcmp(hints[i].code, code))
            fprintf(stderr, "  %s\n", hints[i].hint);
}

ExitCode report_problem(const Client *client, const HttpAnswer *answer)
{
    ExitCode exit_code = exit_code_of_status(answer->status);
    g_autoptr(json_object) problem = json_parse(answer->body->str, answer->body->len, NULL);
    if (!json_object_is_type(problem, json_type_object) || !json_string_member(problem, "code"))
        return report_failure(
            client, exit_code, "unexpected-answer",
            "status %ld without problem details: is this really sevend? (see --socket and --host)",
            answer->status);
    if (client->json) {
        safe_write(stdout, answer->body->str, answer->body->len);
        if (!g_str_has_suffix(answer->body->str, "\n"))
            putchar('\n');
    } else {
        print_problem(answer->status, problem);
    }
    return exit_code;
}
