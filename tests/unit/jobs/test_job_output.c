// SPDX-License-Identifier: GPL-3.0-or-later
// What a running job says: progress, log, detail, console.
#include "tests/unit/jobs/fixture.h"

#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "daemon/jobs/engine_private.h"

static void put(gpointer object)
{
    json_object_put(object);
}

// The events of one kind, their data parsed. The caller unrefs.
static GPtrArray *events_of(Fixture *fixture, const char *id, const char *kind)
{
    g_autoptr(GPtrArray) all = store_event_list(fixture->store, id, 0, G_MAXUINT, NULL);
    GPtrArray *found = g_ptr_array_new_with_free_func(put);
    for (guint i = 0; i < all->len; i++) {
        const StoreEvent *event = g_ptr_array_index(all, i);
        if (g_str_equal(event->kind, kind)) {
            g_autoptr(GError) error = NULL;
            g_ptr_array_add(found, json_parse(event->data, strlen(event->data), &error));
            g_assert_no_error(error);
        }
    }
    return found;
}

static void report_badly(Job *job)
{
    static const double fractions[] = { 0.5, 0.2, -3.0, 0.9, 0.1, 7.0, 0.0 };
    for (gsize i = 0; i < G_N_ELEMENTS(fractions); i++) {
        job->progress_time = 0; // as if a second had passed
        job_progress(job, fractions[i], 0, 0);
    }
}

static void assert_progress_rises(Fixture *fixture, const char *id)
{
    g_autoptr(GPtrArray) events = events_of(fixture, id, "progress");
    g_assert_cmpuint(events->len, >=, 4);
    gint64 last = -1;
    for (guint i = 0; i < events->len; i++) {
        gint64 progress = json_int_member(g_ptr_array_index(events, i), "progress", -1);
        g_assert_cmpint(progress, >, last);
        last = progress;
    }
    g_assert_cmpint(last, ==, 100);
}

static void test_progress_never_goes_back(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture->on_run = report_badly;
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", NULL);
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_assert_cmpint(job->progress, ==, 100);
    assert_progress_rises(fixture, id);
}

static void test_progress_does_not_go_back_after_a_restart(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture->on_run = report_badly;
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", "block:b");
    fixture_wait_note(fixture, "m at b");
    fixture_shut(fixture);
    fixture_reopen(fixture, 1);
    fixture_open_gate(fixture, "m/b");
    fixture_start(fixture);
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    assert_progress_rises(fixture, id);
}

static void report_bytes(Job *job)
{
    job_progress(job, 0.5, 512, 1024);
}

static void test_progress_tells_bytes(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture->on_run = report_bytes;
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", NULL);
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_autoptr(GPtrArray) events = events_of(fixture, id, "progress");
    json_object *first = g_ptr_array_index(events, 0);
    g_assert_cmpint(json_int_member(first, "progress", -1), ==, 12);
    g_assert_cmpint(json_int_member(first, "done", -1), ==, 512);
    g_assert_cmpint(json_int_member(first, "total", -1), ==, 1024);
    g_assert_cmpstr(json_string_member(first, "phase"), ==, "a");
}

static void expect_and_report(Job *job)
{
    if (g_str_equal(job_phase(job), "a")) {
        g_autoptr(json_object) seconds = json_tokener_parse("{\"a\":30,\"b\":10,\"none\":5}");
        job_expect(job, seconds);
        job_progress(job, 0.5, 0, 0);
    }
}

static void test_expected_times_are_told_and_count(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture->on_run = expect_and_report;
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", NULL);
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_autoptr(GPtrArray) events = events_of(fixture, id, "progress");
    json_object *expected = json_object_object_get(g_ptr_array_index(events, 0), "expected");
    g_assert_cmpint(json_int_member(expected, "a", -1), ==, 30);
    g_assert_cmpint(json_int_member(g_ptr_array_index(events, 1), "progress", -1), ==, 37); // 15 of 40
}

static void speak(Job *job)
{
    if (g_str_equal(job_phase(job), "a")) {
        job_log(job, "loaded %d drivers\n\x1b[2J done", 2);
    } else if (g_str_equal(job_phase(job), "b")) {
        job_detail(job, "waiting for COM1");
    }
}

static void test_log_and_detail_reach_the_step(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture->on_run = speak;
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", NULL);
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_autoptr(GPtrArray) steps = store_step_list(fixture->store, id, NULL);
    g_assert_cmpstr(((StoreStep *)g_ptr_array_index(steps, 0))->detail, ==, "loaded 2 drivers  [2J done");
    g_assert_cmpstr(((StoreStep *)g_ptr_array_index(steps, 1))->detail, ==, "waiting for COM1");
    g_autoptr(GPtrArray) logs = events_of(fixture, id, "log");
    g_assert_cmpuint(logs->len, ==, 1);
    g_assert_cmpstr(json_string_member(g_ptr_array_index(logs, 0), "message"), ==,
                    "loaded 2 drivers  [2J done");
    g_assert_cmpstr(json_string_member(g_ptr_array_index(logs, 0), "phase"), ==, "a");
}

#define FLOOD 20000

static void flood(Job *job)
{
    if (!g_str_equal(job_phase(job), "a")) {
        return;
    }
    g_autofree char *line = g_strnfill(3000, 'x');
    memcpy(line, "\xff\xfe", 2);
    for (int i = 0; i < FLOOD; i++) {
        job_console(job, line);
    }
}

static void test_console_is_cut_cleaned_and_bounded(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    fixture->on_run = flood;
    fixture_start(fixture);
    g_autofree char *id = fixture_submit(fixture, "install", "m", NULL);
    g_autoptr(StoreJob) job = fixture_wait_job(fixture, id);
    g_autoptr(GPtrArray) lines = events_of(fixture, id, "console");
    g_assert_cmpuint(lines->len, >=, 200);
    g_assert_cmpuint(lines->len, <, FLOOD / 2);
    const char *line = json_string_member(g_ptr_array_index(lines, 0), "message");
    g_assert_cmpuint(strlen(line), <=, 512);
    g_assert_true(g_str_has_prefix(line, "\uFFFD\uFFFDxxx"));
}

static void test_clean_text_is_one_safe_line(void)
{
    static const struct {
        const char *text, *clean;
        gsize max;
    } cases[] = {
        { "plain", "plain", 100 },
        { "", "", 100 },
        { "two\r\nlines\n", "two  lines", 100 },
        { "\x1b]0;title\x07", " ]0;title", 100 },
        { "right\u202Eleft", "right left", 100 },
        { "\u00e4\u00f6\u00fc", "\u00e4\u00f6\u00fc", 6 },
        { "bad \xc3\x28", "bad \uFFFD(", 100 },
        { "abcdef", "abc", 3 },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *clean = job_clean_text(cases[i].text, cases[i].max);
        g_assert_cmpstr(clean, ==, cases[i].clean);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/job-output/progress-never-goes-back", test_progress_never_goes_back);
    g_test_add_func("/job-output/progress-does-not-go-back-after-a-restart",
                    test_progress_does_not_go_back_after_a_restart);
    g_test_add_func("/job-output/progress-tells-bytes", test_progress_tells_bytes);
    g_test_add_func("/job-output/expected-times", test_expected_times_are_told_and_count);
    g_test_add_func("/job-output/log-and-detail-reach-the-step", test_log_and_detail_reach_the_step);
    g_test_add_func("/job-output/console-is-cut-cleaned-and-bounded",
                    test_console_is_cut_cleaned_and_bounded);
    g_test_add_func("/job-output/clean-text-is-one-safe-line", test_clean_text_is_one_safe_line);
    return g_test_run();
}
