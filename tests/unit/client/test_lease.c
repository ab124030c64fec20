// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl lease, release, pool, extend: what is asked for, waited for and given back, whatever happens in
// between.
#include <signal.h>
#include <string.h>

#include "fake_daemon.h"
#include "sevenctl_process.h"

#define ID "01hzzzzzzzzzzzzzzzzzzzzzzy"
#define LEASE(state, vm, reason)                                                                             \
    "{\"id\":\"" ID "\",\"pool\":\"ci\",\"holder\":\"uid=0\",\"state\":\"" state "\",\"vm\":" vm             \
    ",\"created\":\"2026-01-02T03:04:05.678Z\",\"granted\":null,\"expires\":\"2026-01-02T04:04:05.678Z\","   \
    "\"ended\":null,\"position\":null,\"reason\":" reason "}"
#define HELD    LEASE("held", "\"ci-1\"", "null")
#define WAITING LEASE("waiting", "null", "\"number 1 in the queue\"")
#define ENDED   LEASE("ended", "\"ci-1\"", "\"given back\"")
#define POOL                                                                                                 \
    "{\"name\":\"ci\",\"image\":\"gold\",\"state\":\"active\",\"ready\":1,\"max\":2,\"hardware\":null,"      \
    "\"created\":\"2026-01-02T03:04:05.678Z\",\"machines\":[{\"vm\":\"ci-1\",\"state\":\"leased\","          \
    "\"lease\":\"" ID "\"},{\"vm\":\"ci-2\",\"state\":\"ready\",\"lease\":null}],\"waiting\":3,"             \
    "\"trouble\":null}"
#define EXIT(code) "event: exit\ndata: {\"exit_code\":" code ",\"timed_out\":false,\"truncated\":false}\n\n"

static void assert_line(FakeDaemon *fake, guint number, const char *expected)
{
    g_autofree char *line = fake_daemon_request_line(fake, number);
    g_assert_cmpstr(line, ==, expected);
}

static void assert_body(FakeDaemon *fake, guint number, const char *expected)
{
    g_autofree char *body = fake_daemon_request_body(fake, number);
    g_auto(GStrv) parts = g_strsplit(body, " ", -1);
    g_autofree char *plain = g_strjoinv("", parts);
    g_assert_cmpstr(plain, ==, expected);
}

static void assert_last_line(FakeDaemon *fake, const char *expected)
{
    assert_line(fake, fake_daemon_request_count(fake) - 1, expected);
}

static void a_machine_is_taken_and_named(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "POST /v1/pools/ci/leases", 201, HELD);
    fake_daemon_answer(fake, "GET /v1/leases/" ID, 200, HELD);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "lease", "ci", "--lifetime", "30m", NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    g_assert_cmpstr(outcome->out, ==, "ci-1\n");
    g_assert_nonnull(strstr(outcome->err, "sevenctl release ci-1"));
    assert_body(fake, 0, "{\"lifetime\":\"30m\"}");
}

static void who_waits_is_told_for_what(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "POST /v1/pools/ci/leases", 202, WAITING);
    fake_daemon_answer(fake, "GET /v1/leases/" ID, 200, WAITING);
    fake_daemon_answer(fake, "GET /v1/leases/" ID, 200, WAITING);
    fake_daemon_answer(fake, "GET /v1/leases/" ID, 200, HELD);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "lease", "ci", NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    g_assert_cmpstr(outcome->out, ==, "ci-1\n");
    g_assert_true(g_str_has_prefix(outcome->err, "waiting: number 1 in the queue\nuntil "));
}

static void who_waits_no_longer_gives_its_place_up(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "POST /v1/pools/ci/leases", 202, WAITING);
    fake_daemon_answer(fake, "GET /v1/leases/" ID, 200, WAITING);
    fake_daemon_answer(fake, "DELETE /v1/leases/" ID, 200, ENDED);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "lease", "ci", "--wait-timeout", "1", NULL);
    g_assert_cmpint(outcome->code, ==, 124);
    assert_last_line(fake, "DELETE /v1/leases/" ID);
}

static FakeDaemon *with_machine(void)
{
    FakeDaemon *fake = fake_daemon_new();
    fake_daemon_answer(fake, "POST /v1/pools/ci/leases", 201, HELD);
    fake_daemon_answer(fake, "GET /v1/leases/" ID, 200, HELD);
    fake_daemon_answer(fake, "PUT /v1/vms/ci-1/folder", 204, "");
    fake_daemon_answer(fake, "DELETE /v1/leases/" ID, 200, ENDED);
    return fake;
}

static void a_command_ends_with_its_own_code_and_the_lease(void)
{
    g_autoptr(FakeDaemon) fake = with_machine();
    fake_daemon_stream(fake, "POST /v1/vms/ci-1/exec",
                       "event: stdout\ndata: {\"data\":\"out\\n\",\"data_encoding\":\"utf-8\"}\n\n" EXIT("7"),
                       NULL);
    g_autoptr(Outcome) outcome =
        sevenctl_run(fake, NULL, "lease", "ci", "--timeout", "9", "--", "setup.exe", "/q", NULL);
    g_assert_cmpint(outcome->code, ==, 7);
    g_assert_cmpstr(outcome->out, ==, "out\n");
    g_autofree char *body = fake_daemon_request_body(fake, 3);
    g_assert_nonnull(strstr(body, "setup.exe"));
    g_assert_nonnull(strstr(body, "C:\\\\lease"));
    assert_last_line(fake, "DELETE /v1/leases/" ID);
}

static void a_script_that_is_here_is_copied_there(void)
{
    g_autoptr(FakeDaemon) fake = with_machine();
    g_autofree char *script = g_build_filename(fake_daemon_folder(fake), "run.CMD", NULL);
    g_assert_true(g_file_set_contents(script, "1", -1, NULL));
    fake_daemon_answer(
        fake, "GET /v1/vms/ci-1/folder", 200,
        "{\"path\":\"C:/lease\",\"type\":\"folder\",\"size\":0,\"modified\":null,\"entries\":[]}");
    fake_daemon_answer(fake, "PUT /v1/vms/ci-1/files", 201,
                       "{\"path\":\"C:/a\",\"size\":1,\"sha256\":"
                       "\"6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b\"}");
    fake_daemon_stream(fake, "POST /v1/vms/ci-1/exec", EXIT("0"), NULL);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "lease", "ci", "--", script, "quick", NULL);
    g_assert_cmpstr(outcome->err, ==, "");
    g_assert_cmpint(outcome->code, ==, 0);
    g_autofree char *body = fake_daemon_request_body(fake, fake_daemon_request_count(fake) - 2);
    g_assert_nonnull(strstr(body, "cmd.exe"));
    g_assert_nonnull(strstr(body, "C:\\\\lease\\\\run.CMD"));
}

static void what_fails_gives_the_machine_back(void)
{
    g_autoptr(FakeDaemon) fake = with_machine();
    fake_daemon_answer(
        fake, "GET /v1/vms/ci-1/folder", 200,
        "{\"path\":\"C:/lease\",\"type\":\"folder\",\"size\":0,\"modified\":null,\"entries\":[]}");
    g_autoptr(Outcome) outcome =
        sevenctl_run(fake, NULL, "lease", "ci", "--in", "/nowhere/at-all", "--", "setup.exe", NULL);
    g_assert_cmpint(outcome->code, !=, 0);
    assert_last_line(fake, "DELETE /v1/leases/" ID);
}

static void an_interrupt_gives_the_machine_back(void)
{
    g_autoptr(FakeDaemon) fake = with_machine();
    fake_daemon_stream(fake, "POST /v1/vms/ci-1/exec",
                       "event: stdout\ndata: {\"data\":\"busy\\n\",\"data_encoding\":\"utf-8\"}\n\n",
                       FAKE_WAIT, EXIT("0"), NULL);
    Running *running = sevenctl_start(fake, 0, "lease", "ci", "--", "setup.exe", NULL);
    running_expect(running, "busy");
    running_signal(running, SIGINT);
    g_autoptr(Outcome) outcome = running_finish(running);
    g_assert_cmpint(outcome->code, ==, 130);
    assert_last_line(fake, "DELETE /v1/leases/" ID);
    fake_daemon_release(fake);
}

static void a_machine_is_given_back_by_its_name(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "GET /v1/leases", 200, "{\"leases\":[" HELD "]}");
    fake_daemon_answer(fake, "DELETE /v1/leases/" ID, 200, ENDED);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "release", "ci-1", NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    assert_last_line(fake, "DELETE /v1/leases/" ID);
}

static void a_pool_is_put_as_asked(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "PUT /v1/pools/ci", 201, POOL);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "pool", "put", "ci", "--image", "gold", "--ready",
                                              "0", "--max", "2", "--vcpus", "4", NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    assert_body(fake, 0, "{\"image\":\"gold\",\"ready\":0,\"max\":2,\"hardware\":{\"vcpus\":4}}");
    golden_check("pool-show.txt", outcome->out);
}

static void pools_are_listed(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "GET /v1/pools", 200, "{\"pools\":[" POOL "]}");
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "pool", "ls", NULL);
    golden_check("pool-ls.txt", outcome->out);
}

static void a_lifetime_is_sent(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "PATCH /v1/vms/a", 200, "{\"name\":\"a\",\"expires\":null}");
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "extend", "a", "4h", NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    assert_body(fake, 0, "{\"lifetime\":\"4h\"}");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client/lease/named", a_machine_is_taken_and_named);
    g_test_add_func("/client/lease/waits", who_waits_is_told_for_what);
    g_test_add_func("/client/lease/gives-up", who_waits_no_longer_gives_its_place_up);
    g_test_add_func("/client/lease/command", a_command_ends_with_its_own_code_and_the_lease);
    g_test_add_func("/client/lease/script", a_script_that_is_here_is_copied_there);
    g_test_add_func("/client/lease/fails", what_fails_gives_the_machine_back);
    g_test_add_func("/client/lease/interrupted", an_interrupt_gives_the_machine_back);
    g_test_add_func("/client/lease/release", a_machine_is_given_back_by_its_name);
    g_test_add_func("/client/lease/pool-put", a_pool_is_put_as_asked);
    g_test_add_func("/client/lease/pool-ls", pools_are_listed);
    g_test_add_func("/client/lease/extend", a_lifetime_is_sent);
    return g_test_run();
}
