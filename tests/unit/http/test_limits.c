// SPDX-License-Identifier: GPL-3.0-or-later
// The number of connections, the time that a client may take, and the end of the server.
#include <poll.h>
#include <string.h>

#include "tests/unit/http/http_fixture.h"

#define EXEC "POST /v1/vms/" FAKE_MACHINE "/exec HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"

#define V1      "GET /v1 HTTP/1.1\r\nHost: x\r\n\r\n"
#define OPENAPI "GET /openapi.yaml HTTP/1.1\r\nHost: x\r\n\r\n"

static Fixture *started_with(guint connections)
{
    Fixture *fixture = fixture_new();
    fixture->config.connections = connections;
    fixture_start(fixture);
    return fixture;
}

static void get(Client *client, const char *target)
{
    g_autofree char *request = g_strdup_printf("GET %s HTTP/1.1\r\nHost: x\r\n\r\n", target);
    client_send(client, request);
}

static void test_connections_beyond_the_limit_are_told_so(void)
{
    g_autoptr(Fixture) fixture = started_with(2);
    g_autoptr(Client) first = client_unix(fixture);
    g_autoptr(Client) second = client_unix(fixture);
    get(first, "/healthz");
    get(second, "/healthz");
    g_autoptr(Answer) one = client_read(first);
    g_autoptr(Answer) two = client_read(second);
    g_assert_cmpuint(one->status, ==, 200);
    g_assert_cmpuint(two->status, ==, 200);

    g_autoptr(Client) third = client_unix(fixture);
    get(third, "/healthz");
    g_autoptr(Answer) refused = client_read(third);
    assert_problem(refused, 503, "too-many");
    g_assert_nonnull(answer_header(refused, "retry-after"));
    g_assert_true(client_wait_for_end(third));

    get(first, "/v1");
    g_autoptr(Answer) still = client_read(first);
    g_assert_cmpuint(still->status, ==, 200);
}

static void test_a_freed_connection_serves_the_next_client(void)
{
    g_autoptr(Fixture) fixture = started_with(1);
    Client *first = client_unix(fixture);
    get(first, "/healthz");
    answer_free(client_read(first));
    client_free(first);
    for (int tries = 0; tries < 1000; tries++) {
        g_autoptr(Client) next = client_unix(fixture);
        get(next, "/healthz");
        g_autoptr(Answer) answer = client_read(next);
        if (answer != NULL && answer->status == 200)
            return;
        g_usleep(10000);
    }
    g_assert_not_reached();
}

static void test_a_crowd_beyond_the_limit_is_survived(void)
{
    g_autoptr(Fixture) fixture = started_with(4);
    Client *crowd[64];
    for (gsize i = 0; i < G_N_ELEMENTS(crowd); i++) {
        crowd[i] = client_unix(fixture);
        client_try_send(crowd[i], V1, strlen(V1));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(crowd); i++) {
        g_autoptr(Answer) answer = client_read(crowd[i]);
        g_assert_true(answer == NULL || answer->status == 200 || answer->status == 503);
        client_free(crowd[i]);
    }
}

static void test_a_client_that_sends_nothing_is_cut_off(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture->times.header = 50;
    fixture_start(fixture);
    g_autoptr(Client) client = client_unix(fixture);
    g_assert_true(client_wait_for_end(client));
}

// A byte now and then is activity, and no progress.
static void test_a_client_that_drips_headers_is_cut_off(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture->times.header = 200;
    fixture_start(fixture);
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, "GET /v1 HTTP/1.1\r\nHost: x\r\nX: ");
    for (int i = 0; client_try_send(client, "a", 1); i++) {
        g_assert_cmpint(i, <, 3000);
        g_usleep(10000);
    }
    g_assert_true(client_wait_for_end(client));
}

static void test_a_client_that_drips_a_body_is_cut_off(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture->times.body = 200;
    fixture_start(fixture);
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, EXEC "Content-Length: 1000000\r\n\r\n");
    for (int i = 0; client_try_send(client, " ", 1); i++) {
        g_assert_cmpint(i, <, 3000);
        g_usleep(10000);
    }
    g_assert_true(client_wait_for_end(client));
    g_assert_cmpuint(fake_call_count(fixture->daemon), ==, 0);
}

static void wait_for_hang_up(const Client *client)
{
    struct pollfd item = { .fd = client->fd, .events = 0 };
    g_assert_cmpint(poll(&item, 1, 30000), ==, 1);
    g_assert_true((item.revents & POLLHUP) != 0);
}

static void test_a_client_that_does_not_read_is_cut_off(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture->times.send = 200;
    fixture_start(fixture);
    g_autoptr(Client) client = client_unix(fixture);
    // More answers than the socket's buffers hold.
    for (int i = 0; i < 200; i++)
        client_try_send(client, OPENAPI, strlen(OPENAPI));
    wait_for_hang_up(client);
}

static void test_a_stream_that_is_not_read_is_cut_off(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture->times.send = 200;
    fixture_start(fixture);
    g_autofree char *letters = g_strnfill(10000, 'x');
    for (int i = 0; i < 500; i++)
        fake_add_event(fixture->daemon, "log", letters, FALSE);
    g_autoptr(Client) client = client_unix(fixture);
    get(client, "/v1/jobs/" FAKE_JOB "/events");
    wait_for_hang_up(client);
    fake_wait_for_blocked(fixture->daemon, 0);
}

// The handler may take longer than all time limits for clients.
static void test_a_slow_command_is_not_cut_off(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture->times.header = fixture->times.body = fixture->times.send = 100;
    fixture_start(fixture);
    fake_hold_exec(fixture->daemon);
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, EXEC "Content-Length: 2\r\n\r\n{}");
    fake_wait_for_blocked(fixture->daemon, 1);
    g_usleep(300000);
    fake_release_exec(fixture->daemon);
    g_autoptr(Answer) answer = client_read(client);
    g_assert_cmpuint(answer->status, ==, 200);
}

static void test_a_command_ends_with_the_daemon(void)
{
    g_autoptr(Fixture) fixture = started_with(16);
    fake_hold_exec(fixture->daemon);
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, EXEC "Content-Length: 2\r\n\r\n{}");
    fake_wait_for_blocked(fixture->daemon, 1);
    fake_stop(fixture->daemon);
    fixture_stop(fixture);
    g_autoptr(Answer) answer = client_read(client);
    assert_problem(answer, 503, "stopping");
}

static void test_the_server_stops_with_idle_and_half_open_clients(void)
{
    g_autoptr(Fixture) fixture = started_with(16);
    g_autoptr(Client) idle = client_unix(fixture);
    g_autoptr(Client) kept = client_unix(fixture);
    g_autoptr(Client) half = client_unix(fixture);
    get(kept, "/healthz");
    answer_free(client_read(kept));
    client_send(half, EXEC "Content-Length: 10\r\n\r\n{");
    fixture_stop(fixture);
    g_assert_true(client_wait_for_end(idle));
    g_assert_true(client_wait_for_end(kept));
    g_assert_true(client_wait_for_end(half));
}

static void test_the_server_starts_again_on_the_same_socket(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    for (int i = 0; i < 5; i++) {
        fixture_start(fixture);
        g_autoptr(Answer) answer = fixture_get(fixture, "/healthz");
        g_assert_cmpuint(answer->status, ==, 200);
        fixture_stop(fixture);
    }
}

#define CLIENTS       8
#define ASKS_A_CLIENT 100

static gpointer ask_many_times(gpointer data)
{
    const Fixture *fixture = data;
    for (int i = 0; i < ASKS_A_CLIENT; i++) {
        g_autoptr(Answer) answer = fixture_get(fixture, i % 2 == 0 ? "/v1" : "/v1/jobs/" FAKE_JOB);
        g_assert_cmpuint(answer->status, ==, 200);
    }
    return NULL;
}

static void test_clients_are_served_at_the_same_time(void)
{
    // Room for every connection of the test: on a loaded machine the server notices late that a client has
    // gone.
    g_autoptr(Fixture) fixture = started_with(CLIENTS * ASKS_A_CLIENT);
    GThread *threads[CLIENTS];
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("client", ask_many_times, fixture);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/limits/connections-beyond-the-limit", test_connections_beyond_the_limit_are_told_so);
    g_test_add_func("/limits/freed-connection", test_a_freed_connection_serves_the_next_client);
    g_test_add_func("/limits/crowd", test_a_crowd_beyond_the_limit_is_survived);
    g_test_add_func("/limits/silent-client", test_a_client_that_sends_nothing_is_cut_off);
    g_test_add_func("/limits/dripping-headers", test_a_client_that_drips_headers_is_cut_off);
    g_test_add_func("/limits/dripping-body", test_a_client_that_drips_a_body_is_cut_off);
    g_test_add_func("/limits/client-that-does-not-read", test_a_client_that_does_not_read_is_cut_off);
    g_test_add_func("/limits/stream-that-is-not-read", test_a_stream_that_is_not_read_is_cut_off);
    g_test_add_func("/limits/slow-command", test_a_slow_command_is_not_cut_off);
    g_test_add_func("/limits/clients-at-the-same-time", test_clients_are_served_at_the_same_time);
    g_test_add_func("/stop/command-ends-with-the-daemon", test_a_command_ends_with_the_daemon);
    g_test_add_func("/stop/idle-and-half-open-clients",
                    test_the_server_stops_with_idle_and_half_open_clients);
    g_test_add_func("/stop/starts-again", test_the_server_starts_again_on_the_same_socket);
    return g_test_run();
}
