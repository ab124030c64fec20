// SPDX-License-Identifier: GPL-3.0-or-later
// Query parameters. Unknown ones are errors, as unknown fields are: a filter that is misspelt must not list
// everything.
#include "daemon/http/request.h"

#include <string.h>

#include "common/ids.h"
#include "daemon/http/routes.h"

#define DEFAULT_LIMIT    50
#define MAX_LIMIT        200
#define MAX_CURSOR_BYTES 256

static void add_fault(Faults *faults, const char *name, const char *code, const char *const *allowed,
                      const char *message)
{
    g_autofree char *pointer = g_strconcat("?", name, NULL);
    faults_add(faults, pointer, code, allowed, "%s", message);
}

void query_check(const HttpRequest *request, Faults *faults)
{
    const GPtrArray *parameters = request->url->parameters;
    for (guint i = 0; i < parameters->len; i++) {
        const UrlParameter *parameter = g_ptr_array_index(parameters, i);
        if (!g_strv_contains(request->route->query, parameter->name)) {
            add_fault(faults, parameter->name, "unknown-parameter", request->route->query,
                      "There is no such query parameter here.");
            continue;
        }
        for (guint j = 0; j < i; j++) {
            const UrlParameter *earlier = g_ptr_array_index(parameters, j);
            if (g_str_equal(earlier->name, parameter->name))
                add_fault(faults, parameter->name, "repeated", NULL, "This parameter may be given once.");
        }
    }
}

const char *query_value(const HttpRequest *request, const char *name)
{
    const GPtrArray *parameters = request->url->parameters;
    for (guint i = 0; i < parameters->len; i++) {
        const UrlParameter *parameter = g_ptr_array_index(parameters, i);
        if (g_str_equal(parameter->name, name))
            return parameter->value;
    }
    return NULL;
}

guint query_number(const HttpRequest *request, const char *name, guint minimum, guint maximum,
                   guint otherwise, Faults *faults)
{
    const char *text = query_value(request, name);
    guint64 value;
    if (text == NULL)
        return otherwise;
    if (g_ascii_string_to_unsigned(text, 10, minimum, maximum, &value, NULL))
        return (guint)value;
    g_autofree char *message = g_strdup_printf("This must be a number from %u to %u.", minimum, maximum);
    add_fault(faults, name, "out-of-range", NULL, message);
    return otherwise;
}

gboolean query_flag(const HttpRequest *request, const char *name, Faults *faults)
{
    static const char *const allowed[] = { "true", "false", NULL };
    const char *text = query_value(request, name);
    if (text != NULL && !g_strv_contains(allowed, text))
        add_fault(faults, name, "not-allowed", allowed, "This must be true or false.");
    return g_strcmp0(text, "true") == 0;
}

static gboolean is_cursor(const char *text)
{
    gsize length = strlen(text);
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isgraph(text[i]))
            return FALSE;
    }
    return length > 0 && length <= MAX_CURSOR_BYTES;
}

gboolean query_page(const HttpRequest *request, const char *const *states, ServicePage *ret_page,
                    Problem **problem)
{
    g_autoptr(Faults) faults = faults_new();
    memset(ret_page, 0, sizeof *ret_page);
    ret_page->limit = query_number(request, "limit", 1, MAX_LIMIT, DEFAULT_LIMIT, faults);
    ret_page->state = query_value(request, "state");
    ret_page->vm = query_value(request, "vm");
    ret_page->cursor = query_value(request, "cursor");
    if (ret_page->state != NULL && !g_strv_contains(states, ret_page->state))
        add_fault(faults, "state", "not-allowed", states, "There is no such state.");
    if (ret_page->vm != NULL && !name_is_valid(ret_page->vm))
        add_fault(faults, "vm", "bad-name", NULL, "A name is " NAME_RULE ".");
    if (ret_page->cursor != NULL && !is_cursor(ret_page->cursor))
        add_fault(faults, "cursor", "bad-cursor", NULL, "This must be the next_cursor of an earlier page.");
    if (faults_count(faults) == 0)
        return TRUE;
    problem_set_faults(problem, &faults);
    return FALSE;
}
