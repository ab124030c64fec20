// SPDX-License-Identifier: GPL-3.0-or-later
// Event streams and ?wait=: what they deliver, when they end, and that nobody who waits holds the server up.
#include <string.h>

#include "tests/unit/http/http_fixture.h"

#define JOB    "/v1/jobs/" FAKE_JOB
#define EVENTS JOB "/events"

static Client *open_stream(const Fixture *fixture, const char *headers)
{
    Client *client = client_unix(fixture);
    g_autofree char *request = g_strdup_printf("GET " EVENTS " HTTP/1.1\r\nHost: x\r\n%s\r\n", headers);
    client_send(client, request);
    g_assert_true(client_wait_for(client, "text/event-stream"));
    g_assert_true(client_wait_for(client, "\r\n\r\n"));
    return client;
}

static Client *open_wait(const Fixture *fixture, const char *seconds)
{
    Client *client = client_unix(fixture);
    g_autofree char *request = g_strdup_printf("GET " JOB "?wait=%s HTTP/1.1\r\nHost: x\r\n\r\n", seconds);
    client_send(client, request);
    return client;
}

static void test_a_stream_ends_after_the_last_event(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    fake_add_event(fixture->daemon, "state", "{\"state\":\"running\"}", FALSE);
    fake_add_event(fixture->daemon, "phase", "{\"phase\":\"copy\"}", FALSE);
    fake_add_event(fixture->daemon, "state", "{\"state\":\"succeeded\"}", TRUE);
    fake_add_event(fixture->daemon, "log", "{\"never\":\"sent\"}", FALSE);
    g_autoptr(Answer) answer = fixture_get(fixture, EVENTS);
    g_assert_cmpuint(answer->status, ==, 200);
    g_assert_cmpstr(answer->body->str, ==,
                    ": \n\n"
                    "id: 1\nevent: state\ndata: {\"state\":\"running\"}\n\n"
                    "id: 2\nevent: phase\ndata: {\"phase\":\"copy\"}\n\n"
                    "id: 3\nevent: state\ndata: {\"state\":\"succeeded\"}\n\n");
}

static void test_events_arrive_as_they_happen(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = open_stream(fixture, "");
    for (int i = 1; i <= 5; i++) {
        g_autofree char *data = g_strdup_printf("{\"n\":%d}", i);
        fake_add_event(fixture->daemon, i < 5 ? "progress" : "state", data, i == 5);
        g_assert_true(client_wait_for(client, data));
    }
    g_assert_true(client_wait_for(client, "0\r\n\r\n"));
}

static void test_a_resumed_stream_begins_after_its_last_event(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    for (int i = 1; i <= 4; i++)
        fake_add_event(fixture->daemon, i < 4 ? "log" : "state", "{}", i == 4);
    g_autoptr(Answer) answer = fixture_request(fixture, "GET", EVENTS, "Last-Event-ID: 2\r\n", NULL);
    g_assert_cmpstr(answer->body->str, ==,
                    ": \n\n"
                    "id: 3\nevent: log\ndata: {}\n\n"
                    "id: 4\nevent: state\ndata: {}\n\n");
}

static void test_a_long_history_is_sent_whole(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autofree char *letters = g_strnfill(300, 'x');
    g_autofree char *data = g_strdup_printf("{\"message\":\"%s\"}", letters);
    for (int i = 1; i <= 2000; i++)
        fake_add_event(fixture->daemon, "log", data, i == 2000);
    g_autoptr(Answer) answer = fixture_get(fixture, EVENTS);
    const char *rest = answer->body->str;
    for (int i = 1; i <= 2000; i++) {
        g_autofree char *id = g_strdup_printf("id: %d\n", i);
        rest = strstr(rest, id);
        g_assert_nonnull(rest);
    }
}

static void test_line_ends_in_data_forge_no_event(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    fake_add_event(fixture->daemon, "log", "a\n\nid: 9\r\nevent: state", TRUE);
    g_autoptr(Answer) answer = fixture_get(fixture, EVENTS);
    g_assert_cmpstr(answer->body->str, ==,
                    ": \n\nid: 1\nevent: log\ndata: a\ndata: \ndata: id: 9\ndata: \ndata: event: state\n\n");
}

static void test_bad_last_event_ids_are_refused(void)
{
    static const char *const ids[] = { "x", "-1", "1.5", "99999999999999999999" };
    g_autoptr(Fixture) fixture = fixture_new_started();
    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autofree char *header = g_strdup_printf("Last-Event-ID: %s\r\n", ids[i]);
        g_autoptr(Answer) answer = fixture_request(fixture, "GET", EVENTS, header, NULL);
        assert_problem(answer, 400, "bad-request");
    }
}

static void test_head_opens_no_stream(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Answer) answer = fixture_request(fixture, "HEAD", EVENTS, "", NULL);
    g_assert_cmpuint(answer->status, ==, 200);
    g_assert_cmpstr(answer_header(answer, "content-type"), ==, "text/event-stream");
    fake_wait_for_blocked(fixture->daemon, 0);
}

static void test_a_silent_stream_sends_heartbeats(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture->times.slice = 10;
    fixture->times.heartbeat = 20;
    fixture_start(fixture);
    g_autoptr(Client) client = open_stream(fixture, "");
    for (int i = 0; i < 5; i++)
        g_assert_true(client_wait_for(client, ": \n\n"));
}

static void test_a_client_that_has_gone_leaves_no_stream(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    Client *client = open_stream(fixture, "");
    fake_wait_for_blocked(fixture->daemon, 1);
    client_free(client);
    fake_wait_for_blocked(fixture->daemon, 0);
}

static void test_streams_end_when_the_server_stops(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) first = open_stream(fixture, "");
    g_autoptr(Client) second = open_stream(fixture, "");
    fake_wait_for_blocked(fixture->daemon, 2);
    fixture_stop(fixture);
    g_assert_true(client_wait_for(first, "0\r\n\r\n"));
    g_assert_true(client_wait_for(second, "0\r\n\r\n"));
    g_assert_true(client_wait_for_end(first));
}

static void test_streams_end_when_the_daemon_stops(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = open_stream(fixture, "");
    fake_stop(fixture->daemon);
    g_assert_true(client_wait_for(client, "0\r\n\r\n"));
}

static void test_wait_answers_when_the_job_ends(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = open_wait(fixture, "60");
    fake_wait_for_blocked(fixture->daemon, 1);
    fake_set_job_state(fixture->daemon, "succeeded");
    g_autoptr(Answer) answer = client_read(client);
    g_assert_cmpuint(answer->status, ==, 200);
    g_autoptr(json_object) job = answer_json(answer);
    g_assert_cmpstr(json_string_member(job, "state"), ==, "succeeded");
}

static void test_wait_answers_at_once_for_a_job_that_has_ended(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    fake_set_job_state(fixture->daemon, "cancelled");
    g_autoptr(Answer) answer = fixture_get(fixture, JOB "?wait=60");
    g_assert_nonnull(strstr(answer->body->str, "cancelled"));
}

static void test_wait_answers_with_a_job_that_still_runs(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Answer) answer = fixture_get(fixture, JOB "?wait=2");
    g_assert_cmpuint(answer->status, ==, 200);
    g_assert_nonnull(strstr(answer->body->str, "running"));
}

static void test_wait_ends_when_the_server_stops(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Client) client = open_wait(fixture, "60");
    fake_wait_for_blocked(fixture->daemon, 1);
    fixture_stop(fixture);
    g_autoptr(Answer) answer = client_read(client);
    g_assert_cmpuint(answer->status, ==, 200);
    g_assert_cmpstr(answer_header(answer, "connection"), ==, "close");
}

static void test_wait_ends_when_the_client_has_gone(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    Client *client = open_wait(fixture, "60");
    fake_wait_for_blocked(fixture->daemon, 1);
    client_free(client);
    fake_wait_for_blocked(fixture->daemon, 0);
}

// limits.connections = 16: eight may wait.
static void test_only_half_of_the_connections_may_wait(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    Client *waiting[8];
    for (int i = 0; i < 8; i++)
        waiting[i] = i % 2 == 0 ? open_stream(fixture, "") : open_wait(fixture, "60");
    fake_wait_for_blocked(fixture->daemon, 8);
    static const char *const more[] = { EVENTS, JOB "?wait=1" };
    for (gsize i = 0; i < G_N_ELEMENTS(more); i++) {
        g_autoptr(Answer) refused = fixture_get(fixture, more[i]);
        assert_problem(refused, 503, "too-many");
        g_assert_nonnull(answer_header(refused, "retry-after"));
    }
    g_autoptr(Answer) exec = fixture_post(fixture, "/v1/vms/" FAKE_MACHINE "/exec", "{}");
    assert_problem(exec, 503, "too-many");
    g_autoptr(Answer) quick = fixture_get(fixture, JOB);
    g_assert_cmpuint(quick->status, ==, 200);

    client_free(waiting[0]);
    fake_wait_for_blocked(fixture->daemon, 7);
    // The stream has left the service; a moment later its place is free.
    for (int tries = 0; tries < 1000; tries++) {
        g_autoptr(Answer) again = fixture_post(fixture, "/v1/vms/" FAKE_MACHINE "/exec", "{}");
        if (again->status == 200)
            break;
        g_assert_cmpint(tries, <, 999);
        g_usleep(10000);
    }
    for (int i = 1; i < 8; i++)
        client_free(waiting[i]);
}

static void test_a_command_is_told_as_it_goes(void)
{
    static const char body[] = "{\"argv\":[\"ver\"]}";
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Answer) answer =
        fixture_request(fixture, "POST", "/v1/vms/" FAKE_MACHINE "/exec",
                        "Content-Type: application/json\r\nAccept: text/event-stream\r\n", body);
    g_assert_cmpuint(answer->status, ==, 200);
    g_assert_cmpstr(answer->body->str, ==,
                    ": \n\n"
                    "event: stdout\ndata: {\"data\":\"one\\n\",\"data_encoding\":\"utf-8\"}\n\n"
                    "event: stderr\ndata: {\"data\":\"AP8=\",\"data_encoding\":\"base64\"}\n\n"
                    "event: exit\ndata: {\"exit_code\":3,\"timed_out\":false,\"truncated\":false}\n\n");
    g_autoptr(Answer) refused =
        fixture_request(fixture, "POST", "/v1/vms/none/exec",
                        "Content-Type: application/json\r\nAccept: text/event-stream\r\n", body);
    g_assert_cmpuint(refused->status, ==, 404);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/events/stream-ends-after-last-event", test_a_stream_ends_after_the_last_event);
    g_test_add_func("/events/arrive-as-they-happen", test_events_arrive_as_they_happen);
    g_test_add_func("/events/resumed-stream", test_a_resumed_stream_begins_after_its_last_event);
    g_test_add_func("/events/long-history", test_a_long_history_is_sent_whole);
    g_test_add_func("/events/line-ends-in-data", test_line_ends_in_data_forge_no_event);
    g_test_add_func("/events/bad-last-event-ids", test_bad_last_event_ids_are_refused);
    g_test_add_func("/events/head-opens-no-stream", test_head_opens_no_stream);
    g_test_add_func("/events/heartbeats", test_a_silent_stream_sends_heartbeats);
    g_test_add_func("/events/vanished-client", test_a_client_that_has_gone_leaves_no_stream);
    g_test_add_func("/events/server-stops", test_streams_end_when_the_server_stops);
    g_test_add_func("/events/daemon-stops", test_streams_end_when_the_daemon_stops);
    g_test_add_func("/wait/job-ends", test_wait_answers_when_the_job_ends);
    g_test_add_func("/wait/job-has-ended", test_wait_answers_at_once_for_a_job_that_has_ended);
    g_test_add_func("/wait/job-still-runs", test_wait_answers_with_a_job_that_still_runs);
    g_test_add_func("/wait/server-stops", test_wait_ends_when_the_server_stops);
    g_test_add_func("/wait/vanished-client", test_wait_ends_when_the_client_has_gone);
    g_test_add_func("/wait/half-of-the-connections", test_only_half_of_the_connections_may_wait);
    g_test_add_func("/events/exec", test_a_command_is_told_as_it_goes);
    return g_test_run();
}
