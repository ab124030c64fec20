// SPDX-License-Identifier: GPL-3.0-or-later
// The log lines of requests: who, what, how it ended; never a query, a body or a token.
#include <string.h>
#include <sys/stat.h>

#include "tests/unit/http/http_fixture.h"

static GMutex lock;
static GString *written;

static GLogWriterOutput keep(GLogLevelFlags level, const GLogField *fields, gsize count, gpointer data)
{
    (void)data;
    for (gsize i = 0; i < count; i++) {
        if (g_str_equal(fields[i].key, "MESSAGE")) {
            g_mutex_lock(&lock);
            g_string_append_printf(written, "%d %s\n", (int)(level & G_LOG_LEVEL_MASK),
                                   (const char *)fields[i].value);
            g_mutex_unlock(&lock);
        }
    }
    return G_LOG_WRITER_HANDLED;
}

// The lines since the last call; the caller frees. The line of a request is written after its answer, so the
// server is stopped first.
static char *lines_of(Fixture *fixture)
{
    fixture_stop(fixture);
    g_mutex_lock(&lock);
    char *text = g_strdup(written->str);
    g_string_truncate(written, 0);
    g_mutex_unlock(&lock);
    return text;
}

static void test_a_line_has_method_path_status_time_and_peer(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_start(fixture);
    answer_free(fixture_get(fixture, "/v1/vms"));
    answer_free(fixture_get(fixture, "/v1/vms/none"));
    g_autofree char *lines = lines_of(fixture);
    g_assert_true(g_regex_match_simple("^32 GET /v1/vms 200 [0-9]+ ms, uid=[0-9]+ pid=[0-9]+$", lines,
                                       G_REGEX_MULTILINE, 0));
    g_assert_true(
        g_regex_match_simple("^32 GET /v1/vms/none 404 [0-9]+ ms, uid=", lines, G_REGEX_MULTILINE, 0));
}

static void test_queries_bodies_and_headers_stay_out(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_start(fixture);
    answer_free(fixture_get(fixture, "/v1/vms?cursor=hush-query"));
    answer_free(fixture_get(fixture, "/v1/vms?hush-parameter=1"));
    answer_free(fixture_post(fixture, "/v1/vms", "{\"name\":\"a\",\"password\":\"hush-body\"}"));
    answer_free(fixture_post(fixture, "/v1/vms", "{\"hush-field\":1}"));
    answer_free(fixture_post(fixture, "/v1/vms", "hush-json"));
    answer_free(fixture_request(fixture, "GET", "/v1", "Authorization: Bearer hush-token\r\n", NULL));
    answer_free(fixture_request(fixture, "GET", "/%zz?hush", "", NULL));
    g_autofree char *lines = lines_of(fixture);
    g_assert_nonnull(strstr(lines, "POST /v1/vms 202"));
    g_assert_null(strstr(lines, "hush"));
}

static void test_a_token_is_named_never_shown(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture->config.listen = g_strdup("127.0.0.1:0");
    fixture->config.tokens = fixture_path(fixture, "tokens");
    g_autofree char *token = http_token_add(fixture->config.tokens, "ci", NULL);
    fixture_start(fixture);
    g_autoptr(Client) client = client_tcp(fixture);
    g_autofree char *request =
        g_strdup_printf("GET /v1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", token);
    client_send(client, request);
    answer_free(client_read(client));
    g_autofree char *lines = lines_of(fixture);
    g_assert_nonnull(strstr(lines, "127.0.0.1 token=ci\n"));
    g_assert_null(strstr(lines, token));
}

static void test_a_path_cannot_forge_a_line(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_start(fixture);
    answer_free(fixture_get(fixture, "/a%0a32%20forged"));
    answer_free(fixture_get(fixture, "/v1/vms/x%0d%0aforged"));
    g_autofree char *lines = lines_of(fixture);
    g_assert_null(strstr(lines, "\n32 forged"));
    g_assert_null(strstr(lines, "\nforged"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    written = g_string_new(NULL);
    g_log_set_writer_func(keep, NULL, NULL);
    g_test_add_func("/log/line", test_a_line_has_method_path_status_time_and_peer);
    g_test_add_func("/log/no-secrets", test_queries_bodies_and_headers_stay_out);
    g_test_add_func("/log/token-name", test_a_token_is_named_never_shown);
    g_test_add_func("/log/no-forged-line", test_a_path_cannot_forge_a_line);
    int result = g_test_run();
    g_string_free(written, TRUE);
    return result;
}
