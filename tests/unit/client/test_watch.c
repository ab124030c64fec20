// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl watch: a machine at work, on a terminal and off one.
#include "tests/unit/client/sevenctl_process.h"

#include <locale.h>
#include <signal.h>
#include <string.h>

#define JOB "01jf3q8v3m5n7p9r1s3t5v7w9x"
// A PNG of one red pixel.
static const guint8 red[] = { 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d,
                              0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01,
                              0x08, 0x02, 0x00, 0x00, 0x00, 0x90, 0x77, 0x53, 0xde, 0x00, 0x00, 0x00,
                              0x0c, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0, 0x00,
                              0x00, 0x03, 0x01, 0x01, 0x00, 0xc9, 0xfe, 0x92, 0xef, 0x00, 0x00, 0x00,
                              0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82 };

static void answer_job(FakeDaemon *fake, const char *state, const char *phase, const char *error)
{
    g_autofree char *body =
        g_strdup_printf("{\"id\":\"" JOB "\",\"state\":\"%s\",\"phase\":\"%s\",\"progress\":41,"
                        "\"error\":%s}",
                        state, phase, error);
    fake_daemon_answer(fake, "GET /v1/jobs/" JOB, 200, body);
}

static FakeDaemon *new_fake(const char *state)
{
    FakeDaemon *fake = fake_daemon_new();
    g_autofree char *body = g_strdup_printf("{\"name\":\"lab\",\"state\":\"%s\",\"job\":\"" JOB "\"}", state);
    fake_daemon_answer(fake, "GET /v1/vms/lab", 200, body);
    fake_daemon_answer_bytes(fake, "GET /v1/vms/lab/screenshot", 200, "image/png", red, sizeof red);
    fake_daemon_answer_bytes(fake, "GET /v1/vms/lab/console-log", 200, "text/plain", "one\r\ntwo \x1b[2J\r\n",
                             15);
    return fake;
}

static void off_a_terminal_each_change_is_a_line(void)
{
    g_autoptr(FakeDaemon) fake = new_fake("installing");
    g_autofree char *file = g_build_filename(fake_daemon_folder(fake), "screen.png", NULL);
    g_autofree char *kept = NULL;
    gsize length = 0;
    answer_job(fake, "running", "winpe", "null");
    answer_job(fake, "running", "winpe", "null");
    answer_job(fake, "running", "copy", "null");
    answer_job(fake, "succeeded", "ready", "null");
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "watch", "lab", "-o", file, NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    g_assert_cmpstr(outcome->out, ==,
                    "lab: installing, winpe, 41 %\n  one\n  two \\x1b[2J\n"
                    "lab: installing, copy, 41 %\nlab: installing, ready, 41 %\nlab: done\n");
    g_assert_true(g_file_get_contents(file, &kept, &length, NULL));
    g_assert_cmpmem(kept, length, red, sizeof red);
}

static void a_job_that_fails_says_why(void)
{
    g_autoptr(FakeDaemon) fake = new_fake("installing");
    g_autofree char *file = g_build_filename(fake_daemon_folder(fake), "screen.png", NULL);
    answer_job(fake, "failed", "copy", "{\"code\":\"setup-waiting\",\"message\":\"a dialog\\u001b[5m\"}");
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "watch", "lab", "-o", file, NULL);
    g_assert_cmpint(outcome->code, ==, 1);
    g_assert_nonnull(strstr(outcome->err, "the job has failed: a dialog"));
    g_assert_null(strchr(outcome->err, '\x1b'));
    g_assert_nonnull(strstr(outcome->err, "sevenctl job log " JOB));
}

static void on_a_terminal_all_is_drawn(void)
{
    g_autoptr(FakeDaemon) fake = new_fake("ready");
    Running *running = sevenctl_start(fake, 60, "watch", "lab", NULL);
    running_expect(running, "lab: ready");
    running_expect(running, "\033[38;2;255;0;0m");
    running_expect(running, "▀");
    running_expect(running, "two \\x1b[2J");
    running_signal(running, SIGINT);
    g_autoptr(Outcome) outcome = running_finish(running);
    g_assert_cmpint(outcome->code, ==, 130);
    g_assert_nonnull(strstr(outcome->out, "\033[?25h")); // the cursor is there again
    g_assert_nonnull(strstr(outcome->out, "Go on watching: sevenctl watch lab"));
    g_assert_null(strstr(outcome->out, "sevenctl wait")); // there is nothing to wait for
}

static void a_machine_that_goes_ends_it(void)
{
    g_autoptr(FakeDaemon) fake = new_fake("ready");
    g_autofree char *file = g_build_filename(fake_daemon_folder(fake), "screen.png", NULL);
    fake_daemon_answer(fake, "GET /v1/vms/lab", 404, "{\"code\":\"not-found\",\"status\":404}");
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "watch", "lab", "-o", file, NULL);
    g_assert_cmpint(outcome->code, ==, 4);
    g_assert_nonnull(strstr(outcome->err, "machine lab is gone"));
}

static void one_that_is_off_has_no_screen(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "GET /v1/vms/lab", 200, "{\"name\":\"lab\",\"state\":\"ready\",\"job\":null}");
    fake_daemon_answer(fake, "GET /v1/vms/lab/screenshot", 409, "{\"code\":\"wrong-state\"}");
    fake_daemon_answer(fake, "GET /v1/vms/lab/console-log", 409, "{\"code\":\"wrong-state\"}");
    Running *running = sevenctl_start(fake, 60, "watch", "lab", NULL);
    running_expect(running, "(no screen: the machine is off)");
    running_signal(running, SIGINT);
    g_autoptr(Outcome) outcome = running_finish(running);
    g_assert_cmpint(outcome->code, ==, 130);
}

static void what_it_cannot_do_is_usage(void)
{
    g_autoptr(FakeDaemon) fake = new_fake("ready");
    g_autoptr(Outcome) json = sevenctl_run(fake, NULL, "--json", "watch", "lab", NULL);
    g_assert_cmpint(json->code, ==, 2);
    g_autoptr(Outcome) name = sevenctl_run(fake, NULL, "watch", "../lab", NULL);
    g_assert_cmpint(name->code, ==, 2);
    g_assert_cmpuint(fake_daemon_request_count(fake), ==, 0);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client/watch/lines", off_a_terminal_each_change_is_a_line);
    g_test_add_func("/client/watch/failure", a_job_that_fails_says_why);
    g_test_add_func("/client/watch/terminal", on_a_terminal_all_is_drawn);
    g_test_add_func("/client/watch/gone", a_machine_that_goes_ends_it);
    g_test_add_func("/client/watch/off", one_that_is_off_has_no_screen);
    g_test_add_func("/client/watch/usage", what_it_cannot_do_is_usage);
    return g_test_run();
}
