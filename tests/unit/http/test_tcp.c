// SPDX-License-Identifier: GPL-3.0-or-later
// The TCP listener: what it refuses to be, tokens, TLS.
#include <curl/curl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/http/tcp_listener.h"
#include "tests/unit/http/certificate.h"
#include "tests/unit/http/http_fixture.h"

static Fixture *configured(const char *listen)
{
    Fixture *fixture = fixture_new();
    fixture->config.listen = g_strdup(listen);
    fixture->config.tokens = fixture_path(fixture, "tokens");
    g_assert_true(g_file_set_contents(fixture->config.tokens, "", 0, NULL));
    g_assert_cmpint(chmod(fixture->config.tokens, 0600), ==, 0);
    return fixture;
}

static void configure_tls(Fixture *fixture)
{
    fixture->config.tls_certificate = fixture_path(fixture, "cert.pem");
    fixture->config.tls_key = fixture_path(fixture, "key.pem");
    certificate_make(fixture->config.tls_certificate, fixture->config.tls_key);
    g_assert_cmpint(chmod(fixture->config.tls_key, 0600), ==, 0);
}

static char *add_token(const Fixture *fixture, const char *name)
{
    GError *error = NULL;
    char *token = http_token_add(fixture->config.tokens, name, &error);
    g_assert_no_error(error);
    return token;
}

static Answer *get(const Fixture *fixture, const char *target, const char *authorization)
{
    g_autoptr(Client) client = client_tcp(fixture);
    g_autofree char *header =
        authorization != NULL ? g_strdup_printf("Authorization: %s\r\n", authorization) : g_strdup("");
    g_autofree char *request = g_strdup_printf("GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", target, header);
    client_send(client, request);
    return client_read(client);
}

static void test_tcp_is_off_unless_set(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_start(fixture);
    g_assert_cmpuint(http_server_port(fixture->server), ==, 0);
}

static void assert_refused(Fixture *fixture, HttpError code, const char *word)
{
    g_autoptr(GError) error = fixture_start_fails(fixture);
    g_assert_error(error, HTTP_ERROR, (int)code);
    g_assert_nonnull(strstr(error->message, word));
    // Nothing of the attempt stays.
    g_assert_false(g_file_test(fixture->config.socket, G_FILE_TEST_EXISTS));
}

static void test_listening_needs_tokens(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture->config.listen = g_strdup("127.0.0.1:0");
    assert_refused(fixture, HTTP_ERROR_CONFIG, "tokens");
    fixture->config.tokens = fixture_path(fixture, "missing");
    assert_refused(fixture, HTTP_ERROR_TOKENS, "missing");
}

static void test_listening_beyond_loopback_needs_tls(void)
{
    static const char *const addresses[] = { "0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[2001:db8::1]:0",
                                             "[::ffff:127.0.0.1]:0" };
    for (gsize i = 0; i < G_N_ELEMENTS(addresses); i++) {
        g_autoptr(Fixture) fixture = configured(addresses[i]);
        assert_refused(fixture, HTTP_ERROR_CONFIG, "tls_certificate");
    }
}

static void test_half_a_tls_configuration_is_refused(void)
{
    g_autoptr(Fixture) fixture = configured("127.0.0.1:0");
    fixture->config.tls_certificate = g_strdup("cert.pem");
    assert_refused(fixture, HTTP_ERROR_CONFIG, "tls_key");
}

static void test_bad_certificates_are_refused(void)
{
    g_autoptr(Fixture) fixture = configured("127.0.0.1:0");
    configure_tls(fixture);
    g_autofree char *other = fixture_path(fixture, "other.pem");
    g_autofree char *other_key = fixture_path(fixture, "other-key.pem");
    certificate_make(other, other_key);
    g_assert_cmpint(g_rename(other_key, fixture->config.tls_key), ==, 0);
    assert_refused(fixture, HTTP_ERROR_TLS, "key.pem");
    g_assert_true(g_file_set_contents(fixture->config.tls_certificate, "nonsense", -1, NULL));
    assert_refused(fixture, HTTP_ERROR_TLS, "cert.pem");
    g_assert_cmpint(g_unlink(fixture->config.tls_certificate), ==, 0);
    assert_refused(fixture, HTTP_ERROR_TLS, "cert.pem");
}

static void test_addresses_are_numeric(void)
{
    static const struct {
        const char *text;
        gboolean good, loopback;
    } cases[] = {
        { "127.0.0.1:7007", TRUE, TRUE },
        { "127.9.9.9:1", TRUE, TRUE },
        { "[::1]:7007", TRUE, TRUE },
        { "localhost:7007", TRUE, TRUE },
        { "0.0.0.0:7007", TRUE, FALSE },
        { "[::]:7007", TRUE, FALSE },
        { "192.0.2.1:65535", TRUE, FALSE },
        { "127.0.0.1", FALSE, FALSE },
        { "127.0.0.1:", FALSE, FALSE },
        { "127.0.0.1:65536", FALSE, FALSE },
        { "127.0.0.1:x", FALSE, FALSE },
        { ":7007", FALSE, FALSE },
        { "::1:7007", FALSE, FALSE },
        { "[::1]", FALSE, FALSE },
        { "example.org:7007", FALSE, FALSE },
        { "127.1:7007", FALSE, FALSE },
        { "", FALSE, FALSE },
        { "*:7007", FALSE, FALSE },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        TcpAddress address;
        g_autoptr(GError) error = NULL;
        g_test_message("%s", cases[i].text);
        g_assert_cmpint(tcp_address_parse(cases[i].text, &address, &error), ==, cases[i].good);
        if (cases[i].good)
            g_assert_cmpint(address.loopback, ==, cases[i].loopback);
        else
            g_assert_error(error, HTTP_ERROR, HTTP_ERROR_CONFIG);
    }
}

static void test_a_port_in_use_is_refused(void)
{
    g_autoptr(Fixture) first = configured("127.0.0.1:0");
    fixture_start(first);
    g_autofree char *taken = g_strdup_printf("127.0.0.1:%u", http_server_port(first->server));
    g_autoptr(Fixture) second = configured(taken);
    assert_refused(second, HTTP_ERROR_SOCKET, taken);
}

static void test_only_good_tokens_are_served(void)
{
    g_autoptr(Fixture) fixture = configured("127.0.0.1:0");
    fixture_start(fixture);
    g_autofree char *token = add_token(fixture, "ci");
    g_autofree char *good = g_strconcat("Bearer ", token, NULL);
    g_autofree char *lower = g_strconcat("bearer ", token, NULL);
    g_autofree char *longer = g_strconcat(good, "0", NULL);
    g_autofree char *basic = g_strconcat("Basic ", token, NULL);
    const char *const bad[] = { NULL, "", "Bearer", "Bearer ", "Bearer x", longer, basic, token };
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(Answer) refused = get(fixture, "/v1", bad[i]);
        assert_problem(refused, 401, "unauthorized");
        g_assert_cmpstr(answer_header(refused, "www-authenticate"), ==, "Bearer realm=\"sevend\"");
        g_autoptr(Answer) unknown = get(fixture, "/no-such-route", bad[i]);
        assert_problem(unknown, 401, "unauthorized");
    }
    g_assert_cmpuint(fake_call_count(fixture->daemon), ==, 0);
    g_autoptr(Answer) served = get(fixture, "/v1", good);
    g_assert_cmpuint(served->status, ==, 200);
    g_autoptr(Answer) also = get(fixture, "/v1", lower);
    g_assert_cmpuint(also->status, ==, 200);
}

static void test_health_and_contract_need_no_token(void)
{
    g_autoptr(Fixture) fixture = configured("127.0.0.1:0");
    fixture_start(fixture);
    g_autoptr(Answer) health = get(fixture, "/healthz", NULL);
    g_assert_cmpuint(health->status, ==, 200);
    g_autoptr(Answer) contract = get(fixture, "/openapi.yaml", NULL);
    g_assert_cmpuint(contract->status, ==, 200);
    g_autoptr(Answer) ready = get(fixture, "/readyz", NULL);
    assert_problem(ready, 401, "unauthorized");
}

static void test_a_body_without_a_token_is_read_and_refused(void)
{
    g_autoptr(Fixture) fixture = configured("127.0.0.1:0");
    fixture_start(fixture);
    g_autoptr(Client) client = client_tcp(fixture);
    g_autofree char *body = g_strnfill(4 * 1024 * 1024, 'x');
    client_send(client, "POST /v1/vms HTTP/1.1\r\nHost: x\r\nContent-Length: 4194304\r\n\r\n");
    client_send(client, body);
    g_autoptr(Answer) answer = client_read(client);
    assert_problem(answer, 401, "unauthorized");
}

static void test_a_revoked_token_is_refused_at_once(void)
{
    g_autoptr(Fixture) fixture = configured("127.0.0.1:0");
    fixture_start(fixture);
    g_autofree char *token = add_token(fixture, "ci");
    g_autofree char *good = g_strconcat("Bearer ", token, NULL);
    g_autoptr(Answer) served = get(fixture, "/v1", good);
    g_assert_cmpuint(served->status, ==, 200);
    g_assert_true(g_file_set_contents(fixture->config.tokens, "# none\n", -1, NULL));
    g_assert_cmpint(chmod(fixture->config.tokens, 0600), ==, 0);
    g_autoptr(Answer) refused = get(fixture, "/v1", good);
    assert_problem(refused, 401, "unauthorized");
}

// With limits.connections = 16 and TCP on, the Unix socket has eight of its own.
static void test_tcp_clients_leave_room_for_the_unix_socket(void)
{
    g_autoptr(Fixture) fixture = configured("127.0.0.1:0");
    fixture_start(fixture);
    Client *crowd[40];
    for (gsize i = 0; i < G_N_ELEMENTS(crowd); i++)
        crowd[i] = client_tcp(fixture);
    g_autoptr(Answer) answer = fixture_get(fixture, "/v1");
    g_assert_cmpuint(answer->status, ==, 200);
    for (gsize i = 0; i < G_N_ELEMENTS(crowd); i++)
        client_free(crowd[i]);
}

static void test_events_arrive_over_tcp_as_they_happen(void)
{
    g_autoptr(Fixture) fixture = configured("127.0.0.1:0");
    fixture_start(fixture);
    g_autofree char *token = add_token(fixture, "ci");
    g_autoptr(Client) client = client_tcp(fixture);
    g_autofree char *request = g_strdup_printf(
        "GET /v1/jobs/" FAKE_JOB "/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", token);
    client_send(client, request);
    g_assert_true(client_wait_for(client, ": \n\n"));
    for (int i = 1; i <= 20; i++) {
        g_autofree char *data = g_strdup_printf("{\"n\":%d}", i);
        fake_add_event(fixture->daemon, "log", data, i == 20);
        g_assert_true(client_wait_for(client, data));
    }
    g_assert_true(client_wait_for(client, "0\r\n\r\n"));
}

static size_t append(char *bytes, size_t size, size_t count, void *data)
{
    g_string_append_len(data, bytes, (gssize)(size * count));
    return size * count;
}

typedef struct {
    CURLcode result;
    long status;
    GString *body;
} CurlAnswer;

static CurlAnswer curl_get(const Fixture *fixture, const char *target, const char *token, long tls_version)
{
    CurlAnswer answer = { .body = g_string_new(NULL) };
    CURL *curl = curl_easy_init();
    g_autofree char *url =
        g_strdup_printf("https://127.0.0.1:%u%s", http_server_port(fixture->server), target);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CAINFO, fixture->config.tls_certificate);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer.body);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, tls_version);
    if (token != NULL) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
        curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, token);
    }
    answer.result = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_easy_cleanup(curl);
    return answer;
}

static void test_tls_serves_requests_and_streams(void)
{
    g_autoptr(Fixture) fixture = configured("127.0.0.1:0");
    configure_tls(fixture);
    fixture_start(fixture);
    g_autofree char *token = add_token(fixture, "ci");
    fake_add_event(fixture->daemon, "state", "{\"state\":\"succeeded\"}", TRUE);
    static const char *const targets[] = { "/v1", "/openapi.yaml", "/v1/jobs/" FAKE_JOB "/events" };
    static const char *const words[] = { "\"api\":1", "openapi: 3.1.0", "succeeded" };
    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
        CurlAnswer answer = curl_get(fixture, targets[i], token, CURL_SSLVERSION_DEFAULT);
        g_assert_cmpstr(curl_easy_strerror(answer.result), ==, curl_easy_strerror(CURLE_OK));
        g_assert_cmpint(answer.status, ==, 200);
        g_assert_nonnull(strstr(answer.body->str, words[i]));
        g_string_free(answer.body, TRUE);
    }
    CurlAnswer refused = curl_get(fixture, "/v1", "wrong", CURL_SSLVERSION_TLSv1_2);
    g_assert_cmpint(refused.status, ==, 401);
    g_string_free(refused.body, TRUE);
}

static void test_old_tls_versions_are_refused(void)
{
    g_autoptr(Fixture) fixture = configured("127.0.0.1:0");
    configure_tls(fixture);
    fixture_start(fixture);
    CurlAnswer answer =
        curl_get(fixture, "/healthz", NULL, CURL_SSLVERSION_TLSv1_0 | CURL_SSLVERSION_MAX_TLSv1_1);
    g_assert_cmpint(answer.result, !=, CURLE_OK);
    g_string_free(answer.body, TRUE);
}

static void test_plain_http_on_the_tls_port_gets_nothing(void)
{
    g_autoptr(Fixture) fixture = configured("127.0.0.1:0");
    configure_tls(fixture);
    fixture_start(fixture);
    g_autoptr(Client) client = client_tcp(fixture);
    client_send(client, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    g_assert_false(client_wait_for(client, "200"));
    CurlAnswer answer = curl_get(fixture, "/healthz", NULL, CURL_SSLVERSION_DEFAULT);
    g_assert_cmpint(answer.status, ==, 200);
    g_string_free(answer.body, TRUE);
}

static void test_a_silent_tls_client_is_cut_off(void)
{
    g_autoptr(Fixture) fixture = configured("127.0.0.1:0");
    configure_tls(fixture);
    fixture->times.header = 100;
    fixture_start(fixture);
    g_autoptr(Client) client = client_tcp(fixture);
    g_assert_true(client_wait_for_end(client));
}

static void test_tls_clients_do_not_delay_the_stop(void)
{
    g_autoptr(Fixture) fixture = configured("127.0.0.1:0");
    configure_tls(fixture);
    fixture_start(fixture);
    g_autoptr(Client) silent = client_tcp(fixture);
    g_autoptr(Client) half = client_tcp(fixture);
    client_send(half, "\x16\x03\x01");
    fixture_stop(fixture);
    g_assert_true(client_wait_for_end(silent));
    g_assert_true(client_wait_for_end(half));
}

static void test_loopback_ipv6_is_served(void)
{
    g_autoptr(Fixture) fixture = configured("[::1]:0");
    g_autoptr(GError) error = NULL;
    fixture->server = http_server_start_timed(&fixture->config, fixture->daemon, &fixture->times, &error);
    if (fixture->server == NULL) {
        g_test_skip("no IPv6 here");
        return;
    }
    g_assert_cmpuint(http_server_port(fixture->server), !=, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    g_test_add_func("/tcp/off-unless-set", test_tcp_is_off_unless_set);
    g_test_add_func("/tcp/needs-tokens", test_listening_needs_tokens);
    g_test_add_func("/tcp/beyond-loopback-needs-tls", test_listening_beyond_loopback_needs_tls);
    g_test_add_func("/tcp/half-a-tls-configuration", test_half_a_tls_configuration_is_refused);
    g_test_add_func("/tcp/bad-certificates", test_bad_certificates_are_refused);
    g_test_add_func("/tcp/addresses", test_addresses_are_numeric);
    g_test_add_func("/tcp/port-in-use", test_a_port_in_use_is_refused);
    g_test_add_func("/tcp/only-good-tokens", test_only_good_tokens_are_served);
    g_test_add_func("/tcp/health-needs-no-token", test_health_and_contract_need_no_token);
    g_test_add_func("/tcp/body-without-a-token", test_a_body_without_a_token_is_read_and_refused);
    g_test_add_func("/tcp/revoked-token", test_a_revoked_token_is_refused_at_once);
    g_test_add_func("/tcp/room-for-the-unix-socket", test_tcp_clients_leave_room_for_the_unix_socket);
    g_test_add_func("/tcp/events-arrive", test_events_arrive_over_tcp_as_they_happen);
    g_test_add_func("/tcp/ipv6", test_loopback_ipv6_is_served);
    g_test_add_func("/tls/requests-and-streams", test_tls_serves_requests_and_streams);
    g_test_add_func("/tls/old-versions", test_old_tls_versions_are_refused);
    g_test_add_func("/tls/plain-http", test_plain_http_on_the_tls_port_gets_nothing);
    g_test_add_func("/tls/silent-client", test_a_silent_tls_client_is_cut_off);
    g_test_add_func("/tls/stop", test_tls_clients_do_not_delay_the_stop);
    int result = g_test_run();
    curl_global_cleanup();
    return result;
}
