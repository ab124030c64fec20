// SPDX-License-Identifier: GPL-3.0-or-later
// What sevenctl ends with and says when something is wrong: usage, no daemon, refusals.
#include "tests/unit/client/sevenctl_process.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    int status;
    const char *code;
    int expected;
} statuses[] = {
    { 400, "invalid-json", 6 },       { 401, "unauthorized", 6 },
    { 403, "forbidden", 6 },          { 404, "not-found", 4 },
    { 405, "method-not-allowed", 6 }, { 409, "wrong-state", 5 },
    { 413, "payload-too-large", 6 },  { 415, "unsupported-media-type", 6 },
    { 422, "invalid-request", 6 },    { 429, "too-many", 3 },
    { 500, "internal", 1 },           { 503, "libvirt-unavailable", 3 },
};

static void status_decides_the_exit_code(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(statuses); i++) {
        g_autoptr(FakeDaemon) fake = fake_daemon_new();
        g_autofree char *body =
            g_strdup_printf("{\"type\":\"about:blank\",\"title\":\"T\",\"status\":%d,\"code\":\"%s\","
                            "\"detail\":\"The detail.\"}",
                            statuses[i].status, statuses[i].code);
        g_autofree char *expected_error = g_strdup_printf("sevenctl: The detail. (%s)\n", statuses[i].code);
        fake_daemon_answer(fake, "GET /v1/vms/a", statuses[i].status, body);
        g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "show", "a", NULL);
        g_assert_cmpint(outcome->code, ==, statuses[i].expected);
        g_assert_true(g_str_has_prefix(outcome->err, expected_error));
        g_assert_cmpstr(outcome->out, ==, "");
        g_autofree char *line = g_strconcat(body, "\n", NULL);
        g_autoptr(Outcome) json = sevenctl_run(fake, NULL, "show", "a", "--json", NULL);
        g_assert_cmpint(json->code, ==, statuses[i].expected);
        g_assert_cmpstr(json->out, ==, line);
        g_assert_cmpstr(json->err, ==, "");
    }
}

static void every_wrong_field_is_named_on_its_own_line(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(
        fake, "POST /v1/vms", 422,
        "{\"type\":\"about:blank\",\"title\":\"Invalid\",\"status\":422,\"code\":\"invalid-request\","
        "\"detail\":\"The request has 3 faults.\",\"errors\":["
        "{\"pointer\":\"/system/computer_name\",\"code\":\"too-long\",\"message\":\"At most 15 "
        "characters.\"},"
        "{\"pointer\":\"\",\"code\":\"x\",\"message\":\"bad \\u001b[2J whole\"},"
        "{\"pointer\":\"/edition\",\"code\":\"unknown\",\"message\":\"No such edition.\","
        "\"allowed\":[\"HOMEBASIC\",\"PROFESSIONAL\"]}]}");
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "create", "a", NULL);
    g_assert_cmpint(outcome->code, ==, 6);
    g_assert_cmpstr(outcome->err, ==,
                    "sevenctl: The request has 3 faults. (invalid-request)\n"
                    "  /system/computer_name: At most 15 characters.\n"
                    "  /: bad \\x1b[2J whole\n"
                    "  /edition: No such edition. (allowed: HOMEBASIC, PROFESSIONAL)\n");
}

static void answers_that_are_no_sevend_are_said_to_be_none(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer_bytes(fake, "GET /v1/vms/html", 502, "text/html", "<html>", 6);
    fake_daemon_answer_bytes(fake, "GET /v1/vms/list", 200, "application/json", "[]", 2);
    fake_daemon_answer_bytes(fake, "GET /v1/vms/text", 200, "text/plain", "hello", 5);
    fake_daemon_answer_bytes(fake, "GET /v1/vms/moved", 301, "text/plain", "", 0);
    static const struct {
        const char *name;
        int expected;
    } cases[] = { { "html", 3 }, { "list", 1 }, { "text", 1 }, { "moved", 1 } };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "show", cases[i].name, NULL);
        g_assert_cmpint(outcome->code, ==, cases[i].expected);
        g_assert_true(g_str_has_prefix(outcome->err, "sevenctl: "));
    }
}

static void usage_errors_send_nothing(void)
{
    static const char *const commands[][7] = {
        { NULL },
        { "frobnicate" },
        { "disc" },
        { "disc", "frobnicate" },
        { "--frobnicate", "ls" },
        { "ls", "--frobnicate" },
        { "ls", "surplus" },
        { "show" },
        { "show", "" },
        { "show", "a", "b" },
        { "exec", "a" },
        { "exec", "a", "--" },
        { "exec", "--", "cmd" },
        { "exec", "a", "--timeout", "-1", "--", "cmd" },
        { "exec", "a", "--timeout", "soon", "--", "cmd" },
        { "wait", "a", "--timeout", "-1" },
        { "create" },
        { "create", "a", "--vcpus", "two" },
        { "create", "a", "--memory", "99999999999999999999" },
        { "create", "a", "--file", "/nonexistent.json" },
        { "create", "a", "--user", "joe" },
        { "create", "a", "--autologon" },
        { "create", "a", "--owner", "\xff" },
        { "create", "a", "--user", "joe", "--password-file", "/nonexistent" },
        { "create", "a", "--file", "-", "--password-file", "-" },
        { "create", "a", "--product-key", "K", "--product-key-file", "f" },
        { "create", "a", "--idempotency-key", "a b" },
        { "create", "a", "--idempotency-key", "" },
        { "answer-file" },
        { "job", "ls", "--limit", "-1" },
        { "stop", "a", "--grace", "-1" },
        { "snapshot", "a" },
        { "snapshot", "a", "save" },
        { "snapshot", "a", "take", "clean" },
        { "snapshot", "a", "ls", "clean" },
        { "snapshot", "a", "rm", "clean", "second" },
        { "reset" },
        { "console-log", "a", "--follow", "--json" },
        { "screenshot", "../a" },
        { "ls", "--socket", "x", "--host", "https://y" },
        { "ls", "--socket" },
        { "ls", "--host", "ftp://x", "--socket", "" },
        { "rm" },
    };
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_autofree char *text = g_strjoinv(" ", (char **)(gpointer)commands[i]);
        g_test_message("sevenctl %s", text);
        g_autoptr(Outcome) outcome = sevenctl_runv(fake, NULL, NULL, commands[i]);
        g_assert_cmpint(outcome->code, ==, 2);
        g_assert_cmpstr(outcome->out, ==, "");
        g_assert_true(g_str_has_prefix(outcome->err, "sevenctl: "));
        g_assert_nonnull(strstr(outcome->err, "--help"));
    }
    g_assert_cmpuint(fake_daemon_request_count(fake), ==, 0);
}

static void near_misses_are_suggested(void)
{
    g_autoptr(Outcome) verb = sevenctl_run(NULL, NULL, "crate", NULL);
    g_assert_nonnull(strstr(verb->err, "did you mean \"create\"?"));
    g_autoptr(Outcome) group = sevenctl_run(NULL, NULL, "job", NULL);
    g_assert_nonnull(strstr(group->err, "job ls, job show, job cancel, job log"));
}

static void absent_socket_is_unreachable(void)
{
    g_autoptr(Outcome) outcome = sevenctl_run(NULL, NULL, "ls", NULL);
    g_assert_cmpint(outcome->code, ==, 3);
    g_assert_cmpstr(
        outcome->err, ==,
        "sevenctl: cannot reach sevend at /nonexistent/sevend.sock: there is no such socket: is it running? "
        "(another place: --socket PATH)\n");
    g_autoptr(Outcome) json = sevenctl_run(NULL, NULL, "--json", "ls", NULL);
    g_assert_cmpint(json->code, ==, 3);
    g_assert_nonnull(strstr(json->out, "\"code\":\"unreachable\""));
    g_assert_cmpstr(json->err, ==, "");
}

static void socket_without_listener_is_unreachable(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    g_autofree char *path = g_strconcat(fake_daemon_socket(fake), ".old", NULL);
    g_assert_no_errno(g_rename(fake_daemon_socket(fake), path));
    fake_daemon_stop(fake);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "--socket", path, "ls", NULL);
    g_assert_cmpint(outcome->code, ==, 3);
    g_assert_nonnull(strstr(outcome->err, "nobody answers on the socket: is it running?"));
    g_unlink(path);
}

// Root may open every socket, so there it takes another user to be denied.
static void forbidden_socket_names_the_group(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    g_autoptr(GError) error = NULL;
    int status = 0;
    g_assert_no_errno(g_chmod(fake_daemon_folder(fake), 0711));
    g_assert_no_errno(g_chmod(fake_daemon_socket(fake), 0));
    const char *as_nobody[] = { "setpriv",
                                "--reuid=65534",
                                "--regid=65534",
                                "--clear-groups",
                                g_getenv("SEVENCTL"),
                                "--socket",
                                fake_daemon_socket(fake),
                                "ls",
                                NULL };
    char **command = (char **)(gpointer)(geteuid() == 0 ? as_nobody : as_nobody + 4);
    g_spawn_sync(NULL, command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status, &error);
    g_assert_no_error(error);
    if (strstr(err, "setpriv: failed to execute")) {
        g_test_skip("the build folder is closed to other users");
        return;
    }
    g_assert_false(g_spawn_check_wait_status(status, &error));
    g_assert_cmpint(error->code, ==, 3);
    g_assert_nonnull(strstr(err, "permission denied: are you in the group \""));
}

static void answer_that_breaks_off_is_unreachable(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_stream(fake, "GET /v1/vms/a", "{\"name\":", FAKE_BREAK, NULL);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "show", "a", NULL);
    g_assert_cmpint(outcome->code, ==, 3);
    g_assert_nonnull(strstr(outcome->err, "lost the connection to sevend"));
}

static void names_cannot_leave_their_path(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    g_autoptr(Outcome) dots = sevenctl_run(fake, NULL, "show", "..", NULL);
    g_autoptr(Outcome) signs = sevenctl_run(fake, NULL, "show", "../jobs?x=1#y z", NULL);
    g_assert_cmpint(dots->code, ==, 4);
    g_assert_cmpint(signs->code, ==, 4);
    g_autofree char *first = fake_daemon_request_line(fake, 0);
    g_autofree char *second = fake_daemon_request_line(fake, 1);
    g_assert_cmpstr(first, ==, "GET /v1/vms/..");
    g_assert_cmpstr(second, ==, "GET /v1/vms/..%2Fjobs%3Fx%3D1%23y%20z");
}

static void full_disk_is_a_failure(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "GET /v1/drivers", 200, "{\"drivers\":[{\"name\":\"a\"}]}");
    g_autofree char *command = g_strdup_printf("%s --socket %s driver ls > /dev/full", g_getenv("SEVENCTL"),
                                               fake_daemon_socket(fake));
    const char *shell[] = { "sh", "-c", command, NULL };
    g_autofree char *err = NULL;
    g_autoptr(GError) error = NULL;
    int status = 0;
    g_spawn_sync(NULL, (char **)(gpointer)shell, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &err, &status,
                 &error);
    g_assert_no_error(error);
    g_assert_false(g_spawn_check_wait_status(status, &error));
    g_assert_cmpint(error->code, ==, 1);
    g_assert_cmpstr(err, ==, "sevenctl: cannot write to standard output\n");
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client/exit/status-decides-the-exit-code", status_decides_the_exit_code);
    g_test_add_func("/client/exit/every-wrong-field-is-named-on-its-own-line",
                    every_wrong_field_is_named_on_its_own_line);
    g_test_add_func("/client/exit/answers-that-are-no-sevend-are-said-to-be-none",
                    answers_that_are_no_sevend_are_said_to_be_none);
    g_test_add_func("/client/exit/usage-errors-send-nothing", usage_errors_send_nothing);
    g_test_add_func("/client/exit/near-misses-are-suggested", near_misses_are_suggested);
    g_test_add_func("/client/exit/absent-socket-is-unreachable", absent_socket_is_unreachable);
    g_test_add_func("/client/exit/socket-without-listener-is-unreachable",
                    socket_without_listener_is_unreachable);
    g_test_add_func("/client/exit/forbidden-socket-names-the-group", forbidden_socket_names_the_group);
    g_test_add_func("/client/exit/answer-that-breaks-off-is-unreachable",
                    answer_that_breaks_off_is_unreachable);
    g_test_add_func("/client/exit/names-cannot-leave-their-path", names_cannot_leave_their_path);
    g_test_add_func("/client/exit/full-disk-is-a-failure", full_disk_is_a_failure);
    return g_test_run();
}
