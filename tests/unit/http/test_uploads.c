// SPDX-License-Identifier: GPL-3.0-or-later
// Bodies that are handed on as they come: how they begin, how they fail half way, how slow they may be.
#include <string.h>

#include "tests/unit/http/http_fixture.h"

#define PUT "PUT /v1/discs/new HTTP/1.1\r\nHost: x\r\n"

static void assert_call(const Fixture *fixture, const char *expected)
{
    g_autofree char *call = fake_take_call(fixture->daemon);
    g_assert_cmpstr(call, ==, expected);
}

static void wait_for_call(const Fixture *fixture, const char *expected)
{
    for (int tries = 0; tries < 3000; tries++, g_usleep(10000)) {
        g_autofree char *call = fake_take_call(fixture->daemon);
        if (g_str_equal(call, expected))
            return;
        if (*call != '\0')
            g_test_message("call: %s", call);
    }
    g_assert_not_reached();
}

static gboolean send_bytes(Client *client, gsize count)
{
    g_autofree char *bytes = g_malloc0(65536);
    while (count > 0) {
        gsize step = MIN(count, 65536);
        if (!client_try_send(client, bytes, step))
            return FALSE;
        count -= step;
    }
    return TRUE;
}

static void test_a_body_beyond_other_routes_limits_arrives_whole(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, PUT "Content-Length: 50000000\r\n\r\n");
    g_assert_true(send_bytes(client, 50000000));
    g_autoptr(Answer) answer = client_read(client);
    g_assert_cmpuint(answer->status, ==, 201);
    assert_call(fixture, "disc_upload_finish 50000000");
}

static void test_a_chunked_body_is_taken_too(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, PUT "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
    g_autoptr(Answer) answer = client_read(client);
    g_assert_cmpuint(answer->status, ==, 201);
    assert_call(fixture, "disc_upload_finish 7");
}

static void test_a_part_is_answered_with_what_is_there(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Answer) answer = fixture_request(fixture, "PUT", "/v1/discs/new",
                                               "Content-Range: bytes 0-4/10\r\nUpload-Tag: a1\r\n", "12345");
    g_assert_cmpuint(answer->status, ==, 202);
    g_autoptr(json_object) body = answer_json(answer);
    g_assert_cmpint(json_int_member(body, "received", 0), ==, 5);
}

static void test_the_headers_reach_the_service(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, PUT "Content-Range: bytes 5-9/10\r\nUpload-Tag: a1\r\nContent-Length: 5\r\n\r\n");
    wait_for_call(fixture, "disc_upload_begin new length=5 range=bytes 5-9/10 tag=a1");
}

static void test_a_refusal_comes_before_the_body_to_who_asks_first(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, "PUT /v1/discs/win7 HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                        "Content-Length: 3000000000\r\n\r\n");
    g_autoptr(Answer) answer = client_read(client);
    assert_problem(answer, 409, "conflict");
    g_assert_true(client_wait_for_end(client));
}

static void test_a_failure_half_way_is_answered_when_the_body_ends(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, PUT "Content-Length: 100000000\r\n\r\n");
    g_assert_true(send_bytes(client, 100000000));
    g_autoptr(Answer) answer = client_read(client);
    assert_problem(answer, 507, "no-space");
}

static void test_a_client_that_goes_leaves_an_abandoned_upload(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    Client *client = client_unix(fixture);
    client_send(client, PUT "Content-Length: 10\r\n\r\n");
    wait_for_call(fixture, "disc_upload_begin new length=10 range=- tag=-");
    client_free(client);
    wait_for_call(fixture, "upload_abandon after 0");
}

static void test_a_body_beyond_the_limit_is_refused_unread(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, PUT "Content-Length: 90000000000\r\n\r\n");
    g_autoptr(Answer) answer = client_read(client);
    assert_problem(answer, 413, "payload-too-large");
    g_assert_cmpuint(fake_call_count(fixture->daemon), ==, 0);
}

// Slower than 32 KiB/s over a span of `body`.
static void test_a_dripping_body_is_cut_off(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture->times.body = 200;
    fixture_start(fixture);
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, PUT "Content-Length: 1000000000\r\n\r\n");
    for (int i = 0; client_try_send(client, "a", 1); i++) {
        g_assert_cmpint(i, <, 3000);
        g_usleep(10000);
    }
    g_assert_true(client_wait_for_end(client));
}

// Much longer than a span, but never slow.
static void test_a_long_body_may_take_longer_than_a_span(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture->times.body = 2000;
    fixture_start(fixture);
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, PUT "Content-Length: 3000000\r\n\r\n");
    for (int i = 0; i < 30; i++) {
        g_assert_true(send_bytes(client, 100000));
        g_usleep(100000);
    }
    g_autoptr(Answer) answer = client_read(client);
    g_assert_cmpuint(answer->status, ==, 201);
}

static void test_uploads_leave_connections_to_others(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture->config.connections = 4;
    fixture_start(fixture);
    g_autoptr(Client) one = client_unix(fixture);
    g_autoptr(Client) two = client_unix(fixture);
    client_send(one, PUT "Content-Length: 3\r\n\r\n");
    wait_for_call(fixture, "disc_upload_begin new length=3 range=- tag=-");
    client_send(two, PUT "Content-Length: 4\r\n\r\n");
    wait_for_call(fixture, "disc_upload_begin new length=4 range=- tag=-");
    g_autoptr(Answer) refused = fixture_request(fixture, "PUT", "/v1/discs/new", "", "abc");
    assert_problem(refused, 503, "too-many");
    client_send(one, "abc");
    g_autoptr(Answer) answer = client_read(one);
    g_assert_cmpuint(answer->status, ==, 201);
}

static void test_deleting_answers_204(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Answer) disc = fixture_request(fixture, "DELETE", "/v1/discs/win7", "", NULL);
    g_assert_cmpuint(disc->status, ==, 204);
    g_autoptr(Answer) upload = fixture_request(fixture, "DELETE", "/v1/discs/new/upload", "", NULL);
    g_assert_cmpuint(upload->status, ==, 204);
    g_autoptr(Answer) none = fixture_request(fixture, "DELETE", "/v1/discs/none", "", NULL);
    assert_problem(none, 404, "not-found");
}

#define PUT_FILE "PUT /v1/vms/" FAKE_MACHINE "/files?path=C:/a HTTP/1.1\r\nHost: x\r\n"

static void test_a_file_goes_into_a_machine(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, PUT_FILE "Content-Length: 50000000\r\n\r\n");
    g_assert_true(send_bytes(client, 50000000));
    g_autoptr(Answer) answer = client_read(client);
    g_assert_cmpuint(answer->status, ==, 201);
    assert_call(fixture, "file_put_finish 50000000");
}

static void test_a_file_that_the_machine_refuses_is_given_up(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, PUT_FILE "Content-Length: 10\r\n\r\nabc!567890");
    g_autoptr(Answer) answer = client_read(client);
    g_assert_cmpuint(answer->status, ==, 422);
    g_assert_nonnull(strstr(answer->body->str, "disk is full"));
    wait_for_call(fixture, "file_given_up 10");
}

static void test_a_client_that_goes_leaves_no_file(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, PUT_FILE "Content-Length: 10\r\n\r\nabc");
    wait_for_call(fixture, "file_put " FAKE_MACHINE " C:/a modified=- length=10");
    g_clear_pointer(&client, client_free);
    wait_for_call(fixture, "file_given_up 3");
}

static void test_a_file_that_breaks_off_is_no_whole_answer(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, "GET /v1/vms/" FAKE_MACHINE "/files?path=C:/breaks HTTP/1.1\r\nHost: x\r\n\r\n");
    g_assert_true(client_wait_for(client, "Content-Length: 5\r\n"));
    g_assert_true(client_wait_for_end(client));
}

#define HELLO_DIGEST "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:"

static void test_a_file_comes_with_its_hash(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Answer) answer = fixture_get(fixture, "/v1/vms/" FAKE_MACHINE "/files?path=C:/a");
    g_assert_cmpuint(answer->status, ==, 200);
    g_assert_cmpstr(answer_header(answer, "content-length"), ==, "5");
    g_assert_cmpstr(answer_header(answer, "repr-digest"), ==, HELLO_DIGEST);
    g_assert_cmpstr(answer->body->str, ==, "hello");
}

static void test_a_hash_that_is_known_late_comes_behind_the_file(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, "GET /v1/vms/" FAKE_MACHINE "/files?path=C:/late HTTP/1.1\r\nHost: x\r\n\r\n");
    g_assert_true(client_wait_for(client, "Trailer: Repr-Digest\r\n"));
    g_assert_true(client_wait_for(client, "\r\n0\r\nRepr-Digest: " HELLO_DIGEST "\r\n\r\n"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/uploads/large", test_a_body_beyond_other_routes_limits_arrives_whole);
    g_test_add_func("/uploads/chunked", test_a_chunked_body_is_taken_too);
    g_test_add_func("/uploads/part", test_a_part_is_answered_with_what_is_there);
    g_test_add_func("/uploads/headers", test_the_headers_reach_the_service);
    g_test_add_func("/uploads/refused-first", test_a_refusal_comes_before_the_body_to_who_asks_first);
    g_test_add_func("/uploads/failure-half-way", test_a_failure_half_way_is_answered_when_the_body_ends);
    g_test_add_func("/uploads/client-goes", test_a_client_that_goes_leaves_an_abandoned_upload);
    g_test_add_func("/uploads/limit", test_a_body_beyond_the_limit_is_refused_unread);
    g_test_add_func("/uploads/drip", test_a_dripping_body_is_cut_off);
    g_test_add_func("/uploads/long", test_a_long_body_may_take_longer_than_a_span);
    g_test_add_func("/uploads/others", test_uploads_leave_connections_to_others);
    g_test_add_func("/uploads/file", test_a_file_goes_into_a_machine);
    g_test_add_func("/uploads/file-refused", test_a_file_that_the_machine_refuses_is_given_up);
    g_test_add_func("/uploads/file-client-goes", test_a_client_that_goes_leaves_no_file);
    g_test_add_func("/uploads/file-breaks-off", test_a_file_that_breaks_off_is_no_whole_answer);
    g_test_add_func("/uploads/file-hash", test_a_file_comes_with_its_hash);
    g_test_add_func("/uploads/file-hash-late", test_a_hash_that_is_known_late_comes_behind_the_file);
    g_test_add_func("/uploads/delete", test_deleting_answers_204);
    return g_test_run();
}
