// SPDX-License-Identifier: GPL-3.0-or-later
// Where a request ends: bodies that are too large, chunks, headers that contradict each other, bytes that are
// no HTTP, hang-ups, pipelines. None of the bad ones reaches the service, and the server goes on.
#include <string.h>

#include "tests/unit/http/http_fixture.h"

#define MIB  (1024 * 1024)
#define JSON "Content-Type: application/json\r\n"

// A JSON object of exactly @bytes bytes.
static char *big_object(gsize bytes)
{
    static const char head[] = "{\"name\":\"";
    g_autofree char *filler = g_strnfill(bytes - strlen(head) - 2, 'a');
    return g_strconcat(head, filler, "\"}", NULL);
}

static void test_the_largest_body_is_one_mebibyte(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autofree char *largest = big_object(MIB);
    g_autoptr(Answer) fits = fixture_post(fixture, "/v1/vms", largest);
    g_assert_cmpuint(fits->status, ==, 202);
    g_autofree char *larger = big_object(MIB + 1);
    g_autoptr(Answer) refused = fixture_post(fixture, "/v1/vms", larger);
    assert_problem(refused, 413, "payload-too-large");
    g_assert_cmpuint(fake_call_count(fixture->daemon), ==, 1);
}

static void test_ten_megabytes_are_refused_and_the_connection_goes_on(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = client_unix(fixture);
    g_autofree char *body = g_strnfill(10 * MIB, 'x');
    client_send(client, "POST /v1/vms HTTP/1.1\r\nHost: x\r\n" JSON "Content-Length: 10485760\r\n\r\n");
    client_send(client, body);
    g_autoptr(Answer) answer = client_read(client);
    assert_problem(answer, 413, "payload-too-large");
    client_send(client, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    g_autoptr(Answer) next = client_read(client);
    g_assert_cmpuint(next->status, ==, 200);
    assert_untouched(fixture);
}

static void send_chunks(Client *client, gsize chunk, guint count)
{
    g_autofree char *filler = g_strnfill(chunk, 'x');
    g_autofree char *text = g_strdup_printf("%" G_GSIZE_MODIFIER "x\r\n%s\r\n", chunk, filler);
    for (guint i = 0; i < count; i++) {
        if (!client_try_send(client, text, strlen(text)))
            return;
    }
    client_try_send(client, "0\r\n\r\n", 5);
}

static void test_ten_megabytes_in_chunks_are_refused(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, "POST /v1/vms HTTP/1.1\r\nHost: x\r\n" JSON "Transfer-Encoding: chunked\r\n\r\n");
    send_chunks(client, MIB, 10);
    g_autoptr(Answer) answer = client_read(client);
    assert_problem(answer, 413, "payload-too-large");
    assert_untouched(fixture);
}

static void test_an_endless_body_is_cut_off(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, "POST /v1/vms HTTP/1.1\r\nHost: x\r\n" JSON "Transfer-Encoding: chunked\r\n\r\n");
    send_chunks(client, MIB, 64);
    g_assert_true(client_wait_for_end(client));
    assert_untouched(fixture);
}

static void test_a_chunked_body_is_taken(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, "POST /v1/vms HTTP/1.1\r\nHost: x\r\n" JSON "Transfer-Encoding: chunked\r\n\r\n"
                        "8\r\n{\"name\":\r\n4\r\n\"a\"}\r\n0\r\n\r\n");
    g_autoptr(Answer) answer = client_read(client);
    g_assert_cmpuint(answer->status, ==, 202);
    g_autofree char *call = fake_take_call(fixture->daemon);
    g_assert_cmpstr(call, ==, "vm_create a key=none bytes=12");
}

static void test_an_announced_flood_is_refused_at_once(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, "POST /v1/vms HTTP/1.1\r\nHost: x\r\n" JSON "Content-Length: 5000000000\r\n\r\n{");
    g_autoptr(Answer) answer = client_read(client);
    assert_problem(answer, 413, "payload-too-large");
    g_assert_true(client_wait_for_end(client));
    assert_untouched(fixture);
}

static void test_expect_continue_is_answered_before_the_body(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) refused = client_unix(fixture);
    client_send(refused, "POST /v1/vms HTTP/1.1\r\nHost: x\r\n" JSON
                         "Expect: 100-continue\r\nContent-Length: 2000000\r\n\r\n");
    g_autoptr(Answer) answer = client_read(refused);
    assert_problem(answer, 413, "payload-too-large");

    g_autoptr(Client) taken = client_unix(fixture);
    client_send(taken, "POST /v1/vms HTTP/1.1\r\nHost: x\r\n" JSON
                       "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    g_assert_true(client_wait_for(taken, "HTTP/1.1 100 Continue\r\n\r\n"));
    client_send(taken, "{}");
    g_autoptr(Answer) created = client_read(taken);
    g_assert_cmpuint(created->status, ==, 202);
}

static void test_doubt_about_the_end_of_a_request_is_refused(void)
{
    static const struct {
        const char *headers;
        guint status;
    } cases[] = {
        { "Content-Length: 2\r\nContent-Length: 3\r\n", 400 },
        { "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", 400 },
        { "Transfer-Encoding: gzip\r\n", 501 },
        { "Transfer-Encoding: gzip, chunked\r\n", 501 },
        { "Transfer-Encoding : chunked\r\n", 400 },
        { "Content-Type: text/plain\r\n", 400 },
        { "Authorization: a\r\nAuthorization: b\r\n", 400 },
        { "Host: y\r\n", 400 },
        { "Bad Name: x\r\n", 400 },
        { "X: a\x01\r\n", 400 },
    };
    g_autoptr(Fixture) fixture = fixture_new_started();
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Client) client = client_unix(fixture);
        g_autofree char *request =
            g_strconcat("POST /v1/vms HTTP/1.1\r\nHost: x\r\n" JSON, cases[i].headers, "\r\n{}", NULL);
        g_test_message("%s", cases[i].headers);
        client_send(client, request);
        g_autoptr(Answer) answer = client_read(client);
        assert_problem(answer, cases[i].status, cases[i].status == 501 ? "not-implemented" : "bad-request");
        g_assert_true(client_wait_for_end(client));
    }
    assert_untouched(fixture);
}

static void test_repeated_headers_that_agree_are_taken(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Answer) answer =
        fixture_request(fixture, "POST", "/v1/vms",
                        JSON JSON "Content-Length: 2\r\nX: 1\r\nX: 2\r\nAccept: a\r\naccept: b\r\n", "{}");
    g_assert_cmpuint(answer->status, ==, 202);
}

static void test_a_request_without_host_is_refused(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, "GET /v1 HTTP/1.1\r\n\r\n");
    g_autoptr(Answer) answer = client_read(client);
    assert_problem(answer, 400, "bad-request");
    assert_untouched(fixture);
}

// libmicrohttpd answers these by itself, without a problem document.
static void test_what_is_no_http_is_refused(void)
{
    static const char *const requests[] = {
        "GET /v1 HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
        "GET /v1 HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "GET /v1 HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "GET /v1 HTTP/2.0\r\nHost: x\r\n\r\n",
        "GET /v1\r\nHost: x\r\n\r\n",
        "POST /v1/vms HTTP/1.1\r\nHost: x\r\n" JSON "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /v1/vms HTTP/1.1\r\nHost: x\r\n" JSON "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
        "GET /v1 HTTP/1.1\r\nno colon\r\n\r\n",
        "\x16\x03\x01\x02\x01\x01\xfc\r\n\r\n",
    };
    g_autoptr(Fixture) fixture = fixture_new_started();
    for (gsize i = 0; i < G_N_ELEMENTS(requests); i++) {
        g_test_message("case %" G_GSIZE_FORMAT, i);
        g_autoptr(Client) client = client_unix(fixture);
        client_send(client, requests[i]);
        g_autoptr(Answer) answer = client_read(client);
        g_assert_true(answer == NULL || answer->status >= 400);
        g_assert_true(client_wait_for_end(client));
    }
    assert_untouched(fixture);
}

static void test_too_many_headers_are_refused(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(GString) many = g_string_new(NULL);
    for (int i = 0; i < 100; i++)
        g_string_append_printf(many, "X-%d: a\r\n", i);
    g_autoptr(Answer) too_many = fixture_request(fixture, "GET", "/v1", many->str, NULL);
    assert_problem(too_many, 431, "headers-too-large");

    g_autofree char *letters = g_strnfill(20000, 'a');
    g_autofree char *large = g_strconcat("X: ", letters, "\r\n", NULL);
    g_autoptr(Answer) too_large = fixture_request(fixture, "GET", "/v1", large, NULL);
    assert_problem(too_large, 431, "headers-too-large");
    assert_untouched(fixture);
}

static void test_a_flood_of_headers_is_cut_off(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = client_unix(fixture);
    g_autofree char *letters = g_strnfill(1000, 'a');
    client_send(client, "GET /v1 HTTP/1.1\r\nHost: x\r\n");
    for (int i = 0; i < 1000; i++) {
        g_autofree char *header = g_strdup_printf("X-%d: %s\r\n", i, letters);
        if (!client_try_send(client, header, strlen(header)))
            break;
    }
    g_assert_true(client_wait_for_end(client));
    assert_untouched(fixture);
}

static void test_half_a_request_and_a_hang_up_harm_nobody(void)
{
    static const char *const halves[] = {
        "",
        "G",
        "GET /v1 HT",
        "GET /v1 HTTP/1.1\r\nHo",
        "GET /v1 HTTP/1.1\r\nHost: x\r\n",
        "POST /v1/vms HTTP/1.1\r\nHost: x\r\n" JSON "Content-Length: 100\r\n\r\n{\"name\":\"a\"}",
        "POST /v1/vms HTTP/1.1\r\nHost: x\r\n" JSON "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    };
    g_autoptr(Fixture) fixture = fixture_new_started();
    for (gsize i = 0; i < G_N_ELEMENTS(halves); i++) {
        g_autoptr(Client) client = client_unix(fixture);
        client_send(client, halves[i]);
    }
    assert_untouched(fixture);
}

static void test_pipelined_requests_are_answered_in_order(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client,
                "GET /v1/discs HTTP/1.1\r\nHost: x\r\n\r\n"
                "POST /v1/vms HTTP/1.1\r\nHost: x\r\n" JSON "Content-Length: 12\r\n\r\n{\"name\":\"b\"}"
                "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"
                "GET /v1/templates HTTP/1.1\r\nHost: x\r\n\r\n");
    g_autoptr(Answer) first = client_read(client);
    g_assert_nonnull(strstr(first->body->str, "\"discs\""));
    g_autoptr(Answer) second = client_read(client);
    g_assert_cmpuint(second->status, ==, 202);
    g_autoptr(Answer) third = client_read(client);
    assert_problem(third, 404, "not-found");
    g_autoptr(Answer) fourth = client_read(client);
    g_assert_nonnull(strstr(fourth->body->str, "\"templates\""));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/framing/largest-body", test_the_largest_body_is_one_mebibyte);
    g_test_add_func("/framing/ten-megabytes", test_ten_megabytes_are_refused_and_the_connection_goes_on);
    g_test_add_func("/framing/ten-megabytes-in-chunks", test_ten_megabytes_in_chunks_are_refused);
    g_test_add_func("/framing/endless-body", test_an_endless_body_is_cut_off);
    g_test_add_func("/framing/chunked-body-is-taken", test_a_chunked_body_is_taken);
    g_test_add_func("/framing/announced-flood", test_an_announced_flood_is_refused_at_once);
    g_test_add_func("/framing/expect-continue", test_expect_continue_is_answered_before_the_body);
    g_test_add_func("/framing/doubtful-framing", test_doubt_about_the_end_of_a_request_is_refused);
    g_test_add_func("/framing/repeated-headers-that-agree", test_repeated_headers_that_agree_are_taken);
    g_test_add_func("/framing/no-host", test_a_request_without_host_is_refused);
    g_test_add_func("/framing/no-http", test_what_is_no_http_is_refused);
    g_test_add_func("/framing/too-many-headers", test_too_many_headers_are_refused);
    g_test_add_func("/framing/flood-of-headers", test_a_flood_of_headers_is_cut_off);
    g_test_add_func("/framing/half-a-request", test_half_a_request_and_a_hang_up_harm_nobody);
    g_test_add_func("/framing/pipelined-requests", test_pipelined_requests_are_answered_in_order);
    return g_test_run();
}
