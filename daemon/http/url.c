// SPDX-License-Identifier: GPL-3.0-or-later
// Strict parsing of a request's target.
#include "daemon/http/url.h"

#include <string.h>

static void parameter_free(gpointer data)
{
    UrlParameter *parameter = data;
    g_free(parameter->name);
    g_free(parameter->value);
    g_free(parameter);
}

void url_free(Url *url)
{
    if (url == NULL)
        return;
    g_free(url->path);
    g_ptr_array_unref(url->segments);
    g_ptr_array_unref(url->parameters);
    g_free(url);
}

// NULL if a '%' is not followed by two hex digits, or the result is not clean text.
static char *decode(const char *text, gsize length, gboolean plus_is_space)
{
    g_autoptr(GString) decoded = g_string_sized_new(length);
    for (gsize i = 0; i < length; i++) {
        char c = text[i];
        if (c == '%') {
            int high = i + 2 < length ? g_ascii_xdigit_value(text[i + 1]) : -1;
            int low = high >= 0 ? g_ascii_xdigit_value(text[i + 2]) : -1;
            if (low < 0)
                return NULL;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        if ((guchar)c < 0x20 || c == 0x7f)
            return NULL;
        g_string_append_c(decoded, c);
    }
    if (!g_utf8_validate(decoded->str, (gssize)decoded->len, NULL))
        return NULL;
    return g_string_free(g_steal_pointer(&decoded), FALSE);
}

static gboolean refuse_encoding(Problem **problem)
{
    problem_set(problem, 400, "bad-request",
                "The request's path or query is not percent-encoded UTF-8 without control characters.");
    return FALSE;
}

static gboolean parse_path(Url *url, Problem **problem)
{
    for (const char *rest = url->path; *rest == '/';) {
        gsize length = strcspn(++rest, "/");
        if (url->segments->len == URL_MAX_SEGMENTS)
            break; // longer than any route already
        char *segment = decode(rest, length, FALSE);
        if (segment == NULL)
            return refuse_encoding(problem);
        g_ptr_array_add(url->segments, segment);
        rest += length;
    }
    return TRUE;
}

static gboolean parse_query(Url *url, const char *query, Problem **problem)
{
    while (*query != '\0') {
        gsize length = strcspn(query, "&");
        if (length > 0) {
            const char *equals = memchr(query, '=', length);
            gsize name_length = equals != NULL ? (gsize)(equals - query) : length;
            UrlParameter *parameter = g_new0(UrlParameter, 1);
            g_ptr_array_add(url->parameters, parameter);
            parameter->name = decode(query, name_length, TRUE);
            parameter->value =
                equals == NULL ? g_strdup("") : decode(equals + 1, length - name_length - 1, TRUE);
            if (parameter->name == NULL || parameter->value == NULL)
                return refuse_encoding(problem);
            if (url->parameters->len > URL_MAX_PARAMETERS) {
                problem_set(problem, 400, "bad-request", "The query has more than %d parameters.",
                            URL_MAX_PARAMETERS);
                return FALSE;
            }
        }
        query += length + (query[length] == '&');
    }
    return TRUE;
}

// A server must take the absolute form too (RFC 9112, 3.2.2); what host it names does not matter here.
static const char *skip_authority(const char *target)
{
    static const char *const schemes[] = { "http://", "https://" };
    for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++) {
        if (g_ascii_strncasecmp(target, schemes[i], strlen(schemes[i])) == 0) {
            target += strlen(schemes[i]);
            target += strcspn(target, "/?");
            return *target == '\0' ? "/" : target;
        }
    }
    return target;
}

static gboolean check_target(const char *target, Problem **problem)
{
    if (strlen(target) > URL_MAX_BYTES) {
        problem_set(problem, 414, "uri-too-long", "The request's path and query are longer than %d bytes.",
                    URL_MAX_BYTES);
        return FALSE;
    }
    for (const char *c = target; *c != '\0'; c++) {
        if ((guchar)*c <= 0x20 || (guchar)*c >= 0x7f || *c == '#')
            return refuse_encoding(problem);
    }
    return TRUE;
}

Url *url_parse(const char *target, Problem **problem)
{
    if (!check_target(target, problem))
        return NULL;
    target = skip_authority(target);
    gsize path_length = strcspn(target, "?");
    g_autoptr(Url) url = g_new0(Url, 1);
    url->path = g_strndup(target, path_length);
    url->segments = g_ptr_array_new_with_free_func(g_free);
    url->parameters = g_ptr_array_new_with_free_func(parameter_free);
    const char *query = target[path_length] == '?' ? target + path_length + 1 : "";
    if (!parse_path(url, problem) || !parse_query(url, query, problem))
        return NULL;
    return g_steal_pointer(&url);
}
