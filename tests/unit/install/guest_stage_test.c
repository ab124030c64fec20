// SPDX-License-Identifier: GPL-3.0-or-later
// How far a guest has come, judged from evidence: each kind alone, lies, silence, and failures.
#include <string.h>

#include "daemon/install/command_report.h"
#include "daemon/install/guest_failure.h"
#include "daemon/install/guest_stage.h"
#include "daemon/install/known_failures.h"
#include "daemon/jobs/engine.h"

#define NONCE "0123456789abcdef0123456789abcdef"

static void take(GuestState *state, const char *text)
{
    Com1Line *line = com1_line_parse(text, strlen(text), NONCE);
    guest_state_take_line(state, line, 0);
    com1_line_free(line);
}

static void report(GuestState *state, const char *rest)
{
    g_autofree char *line = g_strdup_printf("sevend/1 %s %s", NONCE, rest);
    take(state, line);
}

static void com1_alone_leads_to_the_end(void)
{
    static const struct {
        const char *line;
        GuestStage stage;
    } rows[] = {
        { "phase=winpe status=begin", GUEST_STAGE_WINPE },
        { "phase=winpe status=driver inf=X:\\drivers\\a.inf exit=0", GUEST_STAGE_WINPE },
        { "phase=copy status=begin", GUEST_STAGE_COPY },
        { "phase=specialize status=begin", GUEST_STAGE_SPECIALIZE },
        { "phase=specialize status=done", GUEST_STAGE_OOBE },
        { "phase=first-logon status=begin commands=2", GUEST_STAGE_FIRST_LOGON },
        { "phase=first-logon status=command index=1 exit=0", GUEST_STAGE_FIRST_LOGON },
        { "phase=first-logon status=done", GUEST_STAGE_DONE },
    };
    GuestState state;
    guest_state_init(&state, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        report(&state, rows[i].line);
        g_assert_cmpint(state.stage, ==, rows[i].stage);
    }
    g_assert_null(state.failure_code);
    guest_state_clear(&state);
}

static void a_stage_is_never_taken_back(void)
{
    GuestState state;
    guest_state_init(&state, 0);
    report(&state, "phase=specialize status=done");
    report(&state, "phase=winpe status=begin");
    g_assert_cmpint(state.stage, ==, GUEST_STAGE_OOBE);
    guest_state_clear(&state);
}

static void lines_without_the_nonce_prove_nothing(void)
{
    GuestState state;
    guest_state_init(&state, 0);
    take(&state, "sevend/1 ffffffffffffffffffffffffffffffff phase=first-logon status=done");
    take(&state, "phase=first-logon status=failed");
    take(&state, "sevend/1 phase=first-logon status=done");
    g_assert_cmpint(state.stage, ==, GUEST_STAGE_POWERED_ON);
    g_assert_null(state.failure_code);
    guest_state_clear(&state);
}

static void unknown_phases_prove_nothing(void)
{
    GuestState state;
    guest_state_init(&state, 0);
    report(&state, "phase=ready status=done");
    report(&state, "phase=nonsense status=failed");
    g_assert_cmpint(state.stage, ==, GUEST_STAGE_POWERED_ON);
    g_assert_null(state.failure_code);
    guest_state_clear(&state);
}

static void disk_and_reboots_lead_on_when_com1_is_silent(void)
{
    GuestState state;
    guest_state_init(&state, 0);
    guest_state_take_written(&state, GUEST_COPY_BYTES, 1);
    g_assert_cmpint(state.stage, ==, GUEST_STAGE_COPY);
    guest_state_take_reboots(&state, 1, 2 * G_TIME_SPAN_MINUTE);
    g_assert_cmpint(state.stage, ==, GUEST_STAGE_SPECIALIZE);
    guest_state_take_written(&state, GUEST_COPY_BYTES * 2, 3);
    guest_state_take_reboots(&state, 1, 4 * G_TIME_SPAN_MINUTE);
    g_assert_cmpint(state.stage, ==, GUEST_STAGE_OOBE);
    guest_state_clear(&state);
}

static void a_boot_loader_in_a_loop_proves_nothing(void)
{
    GuestState state;
    guest_state_init(&state, 0);
    for (int i = 0; i < 20; i++)
        guest_state_take_reboots(&state, 1, i * G_TIME_SPAN_MINUTE);
    g_assert_cmpint(state.stage, ==, GUEST_STAGE_POWERED_ON);
    guest_state_take_written(&state, GUEST_COPY_BYTES, 30);
    guest_state_take_reboots(&state, 1, 31 * G_TIME_SPAN_MINUTE);
    guest_state_take_reboots(&state, 1, 32 * G_TIME_SPAN_MINUTE); // nothing written since the last one
    g_assert_cmpint(state.stage, ==, GUEST_STAGE_SPECIALIZE);
    guest_state_clear(&state);
}

static void the_agent_alone_leads_to_the_end(void)
{
    AgentHello hello = { .first_logon = (char *)"none" };
    GuestState state;
    guest_state_init(&state, 0);
    guest_state_take_hello(&state, &hello, 0);
    g_assert_cmpint(state.stage, ==, GUEST_STAGE_SPECIALIZE);
    hello.first_logon = (char *)"running";
    guest_state_take_hello(&state, &hello, 0);
    g_assert_cmpint(state.stage, ==, GUEST_STAGE_FIRST_LOGON);
    hello.first_logon = (char *)"done";
    guest_state_take_hello(&state, &hello, 0);
    g_assert_cmpint(state.stage, ==, GUEST_STAGE_DONE);
    guest_state_clear(&state);
}

static json_object *commands_request(void)
{
    static const char text[] = "{\"specialize\":[{\"command\":\"a\",\"description\":\"Codecs\"}],"
                               "\"first_logon\":[{\"command\":\"b\"},"
                               "{\"command\":\"c\",\"description\":\"Install the game\"}]}";
    return json_parse(text, strlen(text), NULL);
}

static void commands_are_told_with_their_exit_codes(void)
{
    static const struct {
        const char *line, *text;
    } rows[] = {
        { "phase=specialize status=command name=/specialize/0 exit=0",
          "specialize: /specialize/0 (Codecs) ended with exit code 0" },
        { "phase=specialize status=command name=/security/firewall exit=2",
          "warning: specialize: /security/firewall ended with exit code 2" },
        { "phase=first-logon status=command index=1 name=/first_logon/0 exit=0",
          "first-logon: /first_logon/0 ended with exit code 0" },
        { "phase=first-logon status=command index=1 exit=0",
          "first-logon: command 1 ended with exit code 0" },
        { "phase=first-logon status=command name=//x/../0 exit=1",
          "warning: first-logon: //x/../0 ended with exit code 1" },
        { "phase=first-logon status=command name=/users/name/0 exit=0",
          "first-logon: /users/name/0 ended with exit code 0" },
        { "phase=first-logon status=command index=1 exit=3010 name=/features/enable/0",
          "first-logon: /features/enable/0 ended with exit code 3010" },
        { "phase=first-logon status=command index=1 exit=3010 name=/first_logon/0",
          "warning: first-logon: /first_logon/0 ended with exit code 3010" },
        { "phase=first-logon status=reboot index=2 name=/first_logon/1",
          "first-logon: the machine restarts after /first_logon/1 (Install the game)" },
        { "phase=first-logon status=resume commands=3 index=2",
          "first-logon: goes on after the restart, 2 of 3 commands are done" },
        { "phase=specialize status=files count=2", "specialize: 2 of the request's files placed" },
        { "phase=first-logon status=begin commands=1", NULL },
        { "phase=copy", NULL },
    };
    g_autoptr(json_object) request = commands_request();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf("sevend/1 %s %s", NONCE, rows[i].line);
        Com1Line *line = com1_line_parse(text, strlen(text), NONCE);
        g_autofree char *report = command_report_text(line, request);
        g_assert_cmpstr(report, ==, rows[i].text);
        com1_line_free(line);
    }
}

// Of a command that asks for it: the agent goes on after the next logon.
static void restarts_between_commands_are_no_failure(void)
{
    GuestState state;
    guest_state_init(&state, 0);
    report(&state, "phase=first-logon status=begin commands=3");
    for (int i = 0; i < 5; i++) {
        guest_state_take_written(&state, (guint64)(i + 1) * GUEST_COPY_BYTES, i);
        guest_state_take_reboots(&state, 1, i * G_TIME_SPAN_MINUTE);
        report(&state, "phase=first-logon status=reboot index=1 name=/first_logon/0");
        report(&state, "phase=first-logon status=resume commands=3 index=1");
    }
    g_assert_null(state.failure_code);
    g_assert_cmpint(state.stage, ==, GUEST_STAGE_FIRST_LOGON);
    report(&state, "phase=first-logon status=done");
    g_assert_cmpint(state.stage, ==, GUEST_STAGE_DONE);
    guest_state_clear(&state);
}

static void failures_are_named(void)
{
    static const struct {
        const char *line, *code, *text;
    } rows[] = {
        { "phase=winpe status=failed reason=no-install-wim", "no-install-wim", "install.wim" },
        { "phase=winpe status=failed reason=no-config-disc", "no-config-disc", "config.tag" },
        { "phase=winpe status=failed reason=isolation-violated", "winpe-failed", "console log" },
        { "phase=winpe status=failed", "winpe-failed", "console log" },
        { "phase=copy status=failed exit=31", "setup-error", "31" },
        { "phase=specialize status=failed step=service exit=5", "specialize-failed", "service" },
        { "phase=specialize status=failed step=files name=/files/3 exit=112", "files-failed",
          "/files/3 could not be placed: error 112" },
        { "phase=specialize status=failed step=files exit=1", "files-failed", "/files could not" },
        { "phase=specialize status=failed name=/specialize/0 exit=7", "command-failed",
          "/specialize/0 (Codecs) ended with exit code 7" },
        { "phase=specialize status=failed name=/specialize/9 exit=7", "command-failed",
          "/specialize/9 ended with exit code 7" },
        { "phase=first-logon status=failed index=2 exit=9", "first-logon-command-failed", "2" },
        { "phase=first-logon status=failed name=/first_logon/1 exit=9", "first-logon-command-failed",
          "/first_logon/1 (Install the game) ended with exit code 9" },
    };
    g_autoptr(json_object) request = commands_request();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        GuestState state;
        guest_state_init(&state, 0);
        state.request = request;
        report(&state, rows[i].line);
        g_assert_cmpstr(state.failure_code, ==, rows[i].code);
        g_assert_nonnull(strstr(state.failure_text, rows[i].text));
        guest_state_clear(&state);
    }
}

static void the_first_failure_is_the_cause(void)
{
    GuestState state;
    guest_state_init(&state, 0);
    report(&state, "phase=copy status=failed exit=1");
    report(&state, "phase=first-logon status=failed index=2 exit=9");
    g_assert_cmpstr(state.failure_code, ==, "setup-error");
    guest_state_clear(&state);
}

static void the_end_of_setuperr_is_kept(void)
{
    GuestState state;
    guest_state_init(&state, 0);
    report(&state, "phase=copy status=log-begin file=setupact.log");
    take(&state, "not an error");
    report(&state, "phase=copy status=log-end file=setupact.log");
    report(&state, "phase=copy status=log-begin file=setuperr.log");
    for (int i = 0; i < GUEST_LOG_LINES + 3; i++) {
        g_autofree char *line = g_strdup_printf("error %d", i);
        take(&state, line);
    }
    report(&state, "phase=copy status=log-end file=setuperr.log");
    take(&state, "later output");
    g_assert_cmpuint(state.error_log->len, ==, GUEST_LOG_LINES);
    g_assert_cmpstr(state.error_log->pdata[0], ==, "error 3");
    g_assert_cmpstr(state.error_log->pdata[GUEST_LOG_LINES - 1], ==, "error 14");
    guest_state_clear(&state);
}

static void a_blinking_cursor_is_no_sign_of_life(void)
{
    GuestState state;
    guest_state_init(&state, 0);
    guest_state_take_screen(&state, "on", 10);
    guest_state_take_screen(&state, "off", 20);
    for (int i = 3; i < 20; i++)
        guest_state_take_screen(&state, i % 2 ? "on" : "off", i * 10);
    g_assert_cmpint(state.activity, ==, 20);
    guest_state_take_screen(&state, "something new", 300);
    g_assert_cmpint(state.activity, ==, 300);
    guest_state_clear(&state);
}

static void an_idle_disk_is_no_sign_of_life(void)
{
    GuestState state;
    guest_state_init(&state, 0);
    guest_state_take_written(&state, 4096, 10);
    guest_state_take_written(&state, 8192, 20);
    g_assert_cmpint(state.activity, ==, 0);
    guest_state_take_written(&state, GUEST_ACTIVITY_BYTES, 30);
    g_assert_cmpint(state.activity, ==, 30);
    guest_state_clear(&state);
}

static void a_trickle_of_writes_is_none_either(void)
{
    GuestState state;
    guest_state_init(&state, 0);
    for (guint i = 1; i <= 100; i++)
        guest_state_take_written(&state, i * (GUEST_ACTIVITY_BYTES / 4), i * GUEST_ACTIVITY_TIME / 2);
    g_assert_cmpint(state.activity, ==, 0);
    guest_state_clear(&state);
}

static void a_moving_picture_holds_a_stall_up_for_a_while_only(void)
{
    const gint64 minute = G_TIME_SPAN_MINUTE;
    GuestState state;
    guest_state_init(&state, 0);
    for (guint i = 1; i <= 100; i++) {
        g_autofree char *picture = g_strdup_printf("picture %u", i);
        guest_state_take_screen(&state, picture, i * minute);
    }
    g_assert_cmpint(guest_state_still(&state, 100 * minute), ==, 100 * minute / GUEST_SCREEN_WEIGHT);
    g_assert_true(guest_state_only_screen_moves(&state, 100 * minute));
    guest_state_moved(&state, 100 * minute);
    g_assert_cmpint(guest_state_still(&state, 101 * minute), ==, minute);
    g_assert_false(guest_state_only_screen_moves(&state, 101 * minute));
    guest_state_clear(&state);
}

static void a_machine_that_restarts_again_and_again_has_crashed(void)
{
    GuestState state;
    guest_state_init(&state, 0);
    report(&state, "phase=winpe status=begin");
    for (guint i = 1; i < GUEST_REBOOTS_MOST; i++)
        guest_state_take_reboots(&state, 1, i * G_TIME_SPAN_MINUTE);
    g_assert_null(state.failure_code);
    guest_state_take_reboots(&state, 1, 100 * G_TIME_SPAN_MINUTE);
    g_assert_cmpstr(state.failure_code, ==, "guest-crashed");
    g_assert_nonnull(strstr(state.failure_text, "\"winpe\""));
    guest_state_clear(&state);
}

static void a_restart_that_is_told_many_times_is_one(void)
{
    GuestState state;
    guest_state_init(&state, 0);
    report(&state, "phase=copy status=begin");
    for (int i = 0; i < 20; i++)
        guest_state_take_reboots(&state, 7, G_TIME_SPAN_MINUTE + i * 100 * G_TIME_SPAN_MILLISECOND);
    g_assert_null(state.failure_code);
    g_assert_cmpint(state.stage, ==, GUEST_STAGE_COPY);
    // But one that restarts every second is told from that.
    for (int i = 0; i < 30; i++)
        guest_state_take_reboots(&state, 1, 2 * G_TIME_SPAN_MINUTE + i * G_TIME_SPAN_SECOND);
    g_assert_cmpstr(state.failure_code, ==, "guest-crashed");
    guest_state_clear(&state);
}

static void each_stage_may_restart(void)
{
    static const char *const reports[] = { "phase=winpe status=begin", "phase=copy status=begin",
                                           "phase=specialize status=begin", "phase=specialize status=done",
                                           "phase=first-logon status=begin" };
    GuestState state;
    guest_state_init(&state, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(reports); i++) {
        report(&state, reports[i]);
        guest_state_take_reboots(&state, 2, (gint64)(i + 1) * G_TIME_SPAN_MINUTE);
    }
    guest_state_take_reboots(&state, 20,
                             20 * G_TIME_SPAN_MINUTE); // between first-logon commands as many as they like
    g_assert_null(state.failure_code);
    guest_state_clear(&state);
}

static void reading_the_boot_disc_shows_windows_pe(void)
{
    GuestState state;
    guest_state_init(&state, 0);
    guest_state_take_read(&state, GUEST_BOOT_BYTES - 1, 10);
    g_assert_cmpint(state.stage, ==, GUEST_STAGE_POWERED_ON);
    guest_state_take_read(&state, GUEST_BOOT_BYTES, 20);
    g_assert_cmpint(state.stage, ==, GUEST_STAGE_WINPE);
    g_assert_cmpint(state.activity, ==, 20);
    report(&state, "phase=copy status=begin");
    guest_state_take_read(&state, GUEST_BOOT_BYTES * 2, 30); // no sign of life later on
    g_assert_cmpint(state.stage, ==, GUEST_STAGE_COPY);
    g_assert_cmpint(state.activity, ==, 0);
    guest_state_clear(&state);
}

static void a_standstill_has_the_code_of_its_stage(void)
{
    static const struct {
        GuestStage stage;
        const char *code, *text;
    } rows[] = {
        { GUEST_STAGE_POWERED_ON, "boot-failed", "disc verify" },
        { GUEST_STAGE_WINPE, "setup-waiting", "Setup does not" },
        { GUEST_STAGE_COPY, "setup-waiting", "waits at a dialog" },
        { GUEST_STAGE_SPECIALIZE, "setup-waiting", "cannot verify" },
        { GUEST_STAGE_OOBE, "setup-waiting", "Windows Welcome" },
    };
    g_autoptr(GError) silent = NULL;
    const char *text = NULL;
    const GuestState not_specialized = { .stage = GUEST_STAGE_OOBE };
    guest_failure_stalled(&not_specialized, 60 * G_TIME_SPAN_SECOND, &silent);
    job_error_code(silent, &text);
    g_assert_nonnull(strstr(text, "without a word of sevend's script"));
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        const char *message = NULL;
        const GuestState state = { .stage = rows[i].stage, .specialize_reported = TRUE };
        guest_failure_stalled(&state, 60 * G_TIME_SPAN_SECOND, &error);
        g_assert_cmpstr(job_error_code(error, &message), ==, rows[i].code);
        g_assert_nonnull(strstr(message, "60 s"));
        g_assert_nonnull(strstr(message, rows[i].text));
    }
}

// @used seconds of processor time in each of @seconds seconds.
static gint64 run(GuestState *state, gint64 from, int seconds, double used)
{
    static guint64 processor = 0;
    for (int i = 0; i <= seconds; i++) {
        guest_state_take_demand(state, processor, from + i * G_TIME_SPAN_SECOND);
        processor += (guint64)(used * 1e9);
    }
    return from + seconds * G_TIME_SPAN_SECOND;
}

static void busy_processors_are_no_message_that_waits(void)
{
    g_autoptr(GError) busy = NULL, idle = NULL;
    const char *message = NULL;
    GuestState state;
    guest_state_init(&state, G_TIME_SPAN_SECOND);
    gint64 now = run(&state, G_TIME_SPAN_SECOND, 100, 0.5);
    g_assert_cmpint(guest_state_still(&state, now), ==, 100 * G_TIME_SPAN_SECOND);
    guest_failure_stalled(&state, now, &idle);
    job_error_code(idle, &message);
    g_assert_nonnull(strstr(message, "are idle"));
    guest_state_moved(&state, now);
    g_assert_cmpint(guest_state_still(&state, now), ==, 0);
    now = run(&state, now, 100, 0.9);
    g_assert_cmpint(guest_state_still(&state, now), ==, 25 * G_TIME_SPAN_SECOND);
    guest_failure_stalled(&state, now, &busy);
    job_error_code(busy, &message);
    g_assert_nonnull(strstr(message, "for 100 s"));
    g_assert_nonnull(strstr(message, "are busy"));
    now = run(&state, now, 30, 0.01); // and then waits
    g_assert_cmpint(guest_state_still(&state, now), ==, 55 * G_TIME_SPAN_SECOND);
    guest_state_clear(&state);
}

static void a_blue_screen_that_stays_is_a_crash(void)
{
    GuestState state;
    guest_state_init(&state, 0);
    guest_state_take_blue_screen(&state, TRUE);
    guest_state_take_blue_screen(&state, FALSE);
    guest_state_take_blue_screen(&state, TRUE);
    g_assert_null(state.failure_code);
    guest_state_take_blue_screen(&state, TRUE);
    g_assert_cmpstr(state.failure_code, ==, "guest-crashed");
    g_assert_nonnull(strstr(state.failure_text, "blue screen"));
    guest_state_clear(&state);
}

static void a_flood_is_no_sign_of_life(void)
{
    GuestState state;
    guest_state_init(&state, 0);
    guest_state_take_console(&state, GUEST_CONSOLE_BYTES);
    g_assert_null(state.failure_code);
    guest_state_take_console(&state, GUEST_CONSOLE_BYTES + 1);
    g_assert_cmpstr(state.failure_code, ==, "console-flooded");
    guest_state_clear(&state);
}

static void an_agent_that_falls_silent_in_first_logon(void)
{
    const gint64 limit = 100 * G_TIME_SPAN_SECOND;
    const AgentHello hello = { .first_logon = (char *)"running" };
    GuestState state;
    guest_state_init(&state, 0);
    g_assert_false(guest_state_is_silent(&state, 2 * limit, limit)); // it need not answer before
    guest_state_take_hello(&state, &hello, 2 * limit);
    g_assert_cmpint(state.stage, ==, GUEST_STAGE_FIRST_LOGON);
    g_assert_false(guest_state_is_silent(&state, 3 * limit, limit));
    g_assert_true(guest_state_is_silent(&state, 3 * limit + 1, limit));
    guest_state_take_hello(&state, &hello, 5 * limit); // a command may be as long and quiet as it likes
    g_assert_false(guest_state_is_silent(&state, 6 * limit, limit));
    guest_state_moved(&state, 6 * limit);
    g_assert_false(guest_state_is_silent(&state, 7 * limit, limit)); // it restarts, say
    guest_state_moved(&state, 9 * limit);
    g_assert_true(guest_state_is_silent(&state, 9 * limit + 1, limit));
    guest_state_clear(&state);
}

static void what_the_host_did_has_codes_of_its_own(void)
{
    static const GuestState state = { .stage = GUEST_STAGE_COPY };
    const char *message = NULL;
    g_autoptr(GError) disk = NULL, paused = NULL, hung = NULL, silent = NULL, babbling = NULL;
    guest_failure_host_disk(&state, &disk);
    g_assert_cmpstr(job_error_code(disk, &message), ==, "host-disk-full");
    guest_failure_paused(&state, 70 * G_TIME_SPAN_SECOND, &paused);
    g_assert_cmpstr(job_error_code(paused, &message), ==, "guest-paused");
    g_assert_nonnull(strstr(message, "70 s"));
    guest_failure_hung(&state, 61 * G_TIME_SPAN_SECOND, &hung);
    g_assert_cmpstr(job_error_code(hung, &message), ==, "hypervisor-hung");
    g_assert_nonnull(strstr(message, "61 s"));
    guest_failure_silent(&state, 60, NULL, &silent);
    g_assert_cmpstr(job_error_code(silent, &message), ==, "agent-silent");
    g_assert_null(strstr(message, "COM2 instead"));
    guest_failure_silent(&state, 60, "a frame that is none", &babbling);
    job_error_code(babbling, &message);
    g_assert_nonnull(strstr(message, "(what came over COM2 instead: a frame that is none)"));
}

static void processor_time_that_begins_again_is_none(void)
{
    GuestState state;
    guest_state_init(&state, 0);
    guest_state_take_demand(&state, 50000000000, G_TIME_SPAN_SECOND);
    guest_state_take_demand(&state, 0, 5 * G_TIME_SPAN_SECOND);
    g_assert_cmpint(guest_state_still(&state, 5 * G_TIME_SPAN_SECOND), ==, 5 * G_TIME_SPAN_SECOND);
    guest_state_clear(&state);
}

static void known_failures_come_with_advice(void)
{
    static const struct {
        const char *line, *advice;
    } rows[] = {
        { "2026-01-01, Error  Windows could not create a partition on disk 0. …", "disk_gib" },
        { "Error  WINDOWS COULD NOT CREATE A PARTITION", "disk_gib" },
        { "Windows could not apply the unattend answer file's <DiskConfiguration> setting", "\"disk\"" },
        { "No drives were found. Click Load Driver to provide a mass storage driver", "sata" },
        { "Windows Setup could not install one or more boot-critical drivers.", "\"drivers\"" },
        { "The product key entered does not match any of the Windows images available", "edition" },
        { "Windows could not parse or process the unattend answer file for pass [specialize].",
          "specialize pass" },
        { "Windows could not parse or process the unattend answer file for pass [windowsPE].",
          "pass and the component" },
        { "A required CD/DVD drive device driver is missing.", "disc verify" },
        { "some other line", NULL },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) lines = g_ptr_array_new();
        g_ptr_array_add(lines, (char *)"2026-01-01, Error  before it");
        g_ptr_array_add(lines, (char *)rows[i].line);
        const char *advice = known_failure_advice(lines);
        if (rows[i].advice)
            g_assert_nonnull(advice && strstr(advice, rows[i].advice) ? advice : NULL);
        else
            g_assert_null(advice);
    }
}

static void a_whole_log_is_looked_through(void)
{
    g_autofree char *line = NULL;
    const char *advice =
        known_failure_in("2026 Error before\n  2026 Error  0x80070070 [gle]\r\nafter\n", &line);
    g_assert_nonnull(strstr(advice, "disk_gib"));
    g_assert_cmpstr(line, ==, "2026 Error  0x80070070 [gle]");
    g_autofree char *none = NULL;
    g_assert_null(known_failure_in("nothing\nof interest", &none));
    g_assert_null(none);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/guest-stage/com1-alone-leads-to-the-end", com1_alone_leads_to_the_end);
    g_test_add_func("/guest-stage/a-stage-is-never-taken-back", a_stage_is_never_taken_back);
    g_test_add_func("/guest-stage/lines-without-the-nonce-prove-nothing",
                    lines_without_the_nonce_prove_nothing);
    g_test_add_func("/guest-stage/unknown-phases-prove-nothing", unknown_phases_prove_nothing);
    g_test_add_func("/guest-stage/disk-and-reboots-when-com1-is-silent",
                    disk_and_reboots_lead_on_when_com1_is_silent);
    g_test_add_func("/guest-stage/a-boot-loop-proves-nothing", a_boot_loader_in_a_loop_proves_nothing);
    g_test_add_func("/guest-stage/the-agent-alone-leads-to-the-end", the_agent_alone_leads_to_the_end);
    g_test_add_func("/guest-stage/commands-are-told-with-their-exit-codes",
                    commands_are_told_with_their_exit_codes);
    g_test_add_func("/guest-stage/restarts-between-commands-are-no-failure",
                    restarts_between_commands_are_no_failure);
    g_test_add_func("/guest-stage/failures-are-named", failures_are_named);
    g_test_add_func("/guest-stage/the-first-failure-is-the-cause", the_first_failure_is_the_cause);
    g_test_add_func("/guest-stage/the-end-of-setuperr-is-kept", the_end_of_setuperr_is_kept);
    g_test_add_func("/guest-stage/a-blinking-cursor-is-no-sign-of-life",
                    a_blinking_cursor_is_no_sign_of_life);
    g_test_add_func("/guest-stage/an-idle-disk-is-no-sign-of-life", an_idle_disk_is_no_sign_of_life);
    g_test_add_func("/guest-stage/trickle", a_trickle_of_writes_is_none_either);
    g_test_add_func("/guest-stage/moving-picture", a_moving_picture_holds_a_stall_up_for_a_while_only);
    g_test_add_func("/guest-stage/restarts-again-and-again",
                    a_machine_that_restarts_again_and_again_has_crashed);
    g_test_add_func("/guest-stage/a-restart-told-many-times", a_restart_that_is_told_many_times_is_one);
    g_test_add_func("/guest-stage/each-stage-may-restart", each_stage_may_restart);
    g_test_add_func("/guest-stage/reading-the-boot-disc", reading_the_boot_disc_shows_windows_pe);
    g_test_add_func("/guest-stage/standstill-codes", a_standstill_has_the_code_of_its_stage);
    g_test_add_func("/guest-stage/busy-processors", busy_processors_are_no_message_that_waits);
    g_test_add_func("/guest-stage/processor-time-begins-again", processor_time_that_begins_again_is_none);
    g_test_add_func("/guest-stage/blue-screen", a_blue_screen_that_stays_is_a_crash);
    g_test_add_func("/guest-stage/flood", a_flood_is_no_sign_of_life);
    g_test_add_func("/guest-stage/silent-agent", an_agent_that_falls_silent_in_first_logon);
    g_test_add_func("/guest-stage/host", what_the_host_did_has_codes_of_its_own);
    g_test_add_func("/guest-stage/known-failures", known_failures_come_with_advice);
    g_test_add_func("/guest-stage/known-failures-in-a-log", a_whole_log_is_looked_through);
    return g_test_run();
}
