// SPDX-License-Identifier: GPL-3.0-or-later
// One request, one answer, one place where failures are reported.
#include "client/api.h"

#include "client/options.h"
#include "client/report.h"
#include "client/terminal.h"

#include <stdio.h>
#include <string.h>

#define PAGE 200 // the daemon's upper limit

char *api_path(const char *first, ...)
{
    GString *path = g_string_new("/v1");
    va_list segments;
    va_start(segments, first);
    for (const char *segment = first; segment; segment = va_arg(segments, const char *)) {
        g_string_append_c(path, '/');
        g_string_append_uri_escaped(path, segment, NULL, FALSE);
    }
    va_end(segments);
    return g_string_free(path, FALSE);
}

ExitCode api_call(Client *client, const HttpRequest *request, HttpAnswer **ret_answer)
{
    ExitCode code = EXIT_OK;
    Http *http = client_http(client, &code);
    if (!http)
        return code;
    g_autoptr(GError) error = NULL;
    g_autoptr(HttpAnswer) answer = http_send(http, request, &error);
    if (!answer)
        return report_http_error(client, error);
    if (answer->status < 200 || answer->status > 299)
        return report_problem(client, answer);
    *ret_answer = g_steal_pointer(&answer);
    return EXIT_OK;
}

ExitCode api_get(Client *client, const char *path, HttpAnswer **ret_answer)
{
    HttpRequest request = { .method = "GET", .path = path };
    return api_call(client, &request, ret_answer);
}

ExitCode api_post(Client *client, const char *path, const char *body, HttpAnswer **ret_answer)
{
    HttpRequest request = { .method = "POST", .path = path, .body = body };
    return api_call(client, &request, ret_answer);
}

ExitCode api_document(const Client *client, const HttpAnswer *answer, json_object **ret_document)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_object) document = json_parse(answer->body->str, answer->body->len, &error);
    if (!document)
        return report_failure(client, EXIT_FAILED, "unexpected-answer",
                              "the answer of sevend is not JSON: %s", error->message);
    if (!json_object_is_type(document, json_type_object))
        return report_failure(client, EXIT_FAILED, "unexpected-answer",
                              "the answer of sevend is not a JSON object");
    *ret_document = g_steal_pointer(&document);
    return EXIT_OK;
}

void api_print_raw(const HttpAnswer *answer)
{
    safe_write(stdout, answer->body->str, answer->body->len);
    if (!g_str_has_suffix(answer->body->str, "\n"))
        putchar('\n');
}

void api_print(json_object *document)
{
    const char *text =
        json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    safe_write(stdout, text, strlen(text));
    putchar('\n');
}

void api_print_text(const HttpAnswer *answer, const char *member)
{
    g_autoptr(json_object) document = json_object_new_object();
    g_autofree char *text = g_utf8_make_valid(answer->body->str, (gssize)answer->body->len);
    json_object_object_add(document, member, json_object_new_string(text));
    api_print(document);
}

ExitCode api_show(Client *client, const char *path, void (*print)(json_object *document))
{
    g_autoptr(HttpAnswer) answer = NULL;
    g_autoptr(json_object) document = NULL;
    ExitCode code = api_get(client, path, &answer);
    if (code != EXIT_OK)
        return code;
    if (client->json) {
        api_print_raw(answer);
        return EXIT_OK;
    }
    code = api_document(client, answer, &document);
    if (code == EXIT_OK)
        print(document);
    return code;
}

static char *page_path(const char *path, guint limit, const char *cursor)
{
    GString *page = g_string_new(path);
    g_string_append_printf(page, "%climit=%u", strchr(path, '?') ? '&' : '?', limit);
    if (cursor) {
        g_string_append(page, "&cursor=");
        g_string_append_uri_escaped(page, cursor, NULL, FALSE);
    }
    return g_string_free(page, FALSE);
}

ExitCode api_list(Client *client, const char *path, const char *member, guint limit, json_object **ret_list)
{
    g_autoptr(json_object) list = json_object_new_object();
    json_object *items = json_object_new_array();
    json_object_object_add(list, member, items);
    g_autofree char *cursor = NULL;
    do {
        guint have = (guint)json_object_array_length(items);
        g_autofree char *page = page_path(path, limit ? MIN(limit - have, PAGE) : PAGE, cursor);
        g_autoptr(HttpAnswer) answer = NULL;
        g_autoptr(json_object) document = NULL;
        ExitCode code = api_get(client, page, &answer);
        if (code == EXIT_OK)
            code = api_document(client, answer, &document);
        if (code != EXIT_OK)
            return code;
        json_object *more = json_object_object_get(document, member);
        gsize count = json_object_is_type(more, json_type_array) ? json_object_array_length(more) : 0;
        for (gsize i = 0; i < count; i++)
            json_object_array_add(items, json_object_get(json_object_array_get_idx(more, i)));
        g_free(cursor);
        cursor = count ? g_strdup(json_string_member(document, "next_cursor")) : NULL;
    } while (cursor && (!limit || json_object_array_length(items) < limit));
    json_object_object_add(list, "next_cursor", cursor ? json_object_new_string(cursor) : NULL);
    *ret_list = g_steal_pointer(&list);
    return EXIT_OK;
}

json_object *api_unwrap(json_object *document, const char *member)
{
    json_object *inner = json_object_object_get(document, member);
    return json_object_is_type(inner, json_type_object) ? inner : document;
}

ExitCode api_delete_each(Client *client, const Verb *verb, const char *collection, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 1, G_MAXUINT, arguments, &code);
    for (char **name = words; name && *name; name++) {
        g_autofree char *path = api_path(collection, *name, NULL);
        HttpRequest request = { .method = "DELETE", .path = path };
        g_autoptr(HttpAnswer) answer = NULL;
        ExitCode now = api_call(client, &request, &answer);
        code = code == EXIT_OK ? now : code;
    }
    return code;
}
