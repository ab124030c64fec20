// SPDX-License-Identifier: GPL-3.0-or-later
// The two pictures of a job: lines off a terminal, the bar's text on one.
#include "client/progress.h"
#include "client/terminal.h"
#include "client/transfer.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char *text;
    size_t length;
    FILE *stream;
    Progress *progress;
} Lines;

static void lines_begin(Lines *lines, gboolean verbose)
{
    *lines = (Lines){ 0 };
    lines->stream = open_memstream(&lines->text, &lines->length);
    lines->progress = progress_new("compat-01", lines->stream, PROGRESS_LINES, verbose);
}

static void lines_end(Lines *lines, const char *expected)
{
    progress_free(lines->progress);
    fclose(lines->stream);
    g_assert_cmpstr(lines->text, ==, expected);
    free(lines->text);
}

static void take(Progress *progress, const char *kind, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_object) data = json_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    progress_take(progress, kind, data);
}

static void take_phase(Progress *progress, const char *time, const char *phase, const char *state)
{
    g_autofree char *text = g_strdup_printf("{\"time\":\"2026-01-02T%sZ\",\"phase\":\"%s\",\"state\":\"%s\"}",
                                            time, phase, state);
    take(progress, "phase", text);
}

static void phase_takes_one_line(void)
{
    Lines lines;
    lines_begin(&lines, FALSE);
    take(lines.progress, "state", "{\"time\":\"2026-01-02T12:03:00Z\",\"state\":\"running\"}");
    take_phase(lines.progress, "12:03:04.100", "inspect", "running");
    take(lines.progress, "progress", "{\"progress\":3,\"phase\":\"inspect\",\"done\":1,\"total\":9}");
    take_phase(lines.progress, "12:03:04.900", "inspect", "done");
    take_phase(lines.progress, "12:03:05", "boot-disc", "skipped");
    take_phase(lines.progress, "12:03:06", "winpe", "running");
    take(lines.progress, "log", "{\"message\":\"not shown\"}");
    take_phase(lines.progress, "12:05:07", "winpe", "done");
    take_phase(lines.progress, "12:05:07", "copy", "running");
    take(lines.progress, "phase",
         "{\"time\":\"2026-01-02T13:10:07Z\",\"phase\":\"copy\",\"state\":\"failed\",\"detail\":"
         "\"exit\\u001b 31\"}");
    take_phase(lines.progress, "13:10:08", "start", "undone");
    lines_end(&lines, "12:03:04 inspect … done (0 s)\n"
                      "12:03:05 boot-disc … skipped\n"
                      "12:03:06 winpe … done (2 min 01 s)\n"
                      "12:05:07 copy … failed (1 h 05 min): exit\\x1b 31\n");
}

static void line_is_begun_when_its_phase_begins(void)
{
    Lines lines;
    lines_begin(&lines, FALSE);
    take_phase(lines.progress, "12:03:06", "winpe", "running");
    g_assert_cmpstr(lines.text, ==, "12:03:06 winpe … ");
    lines_end(&lines, "12:03:06 winpe … \n");
}

static void phase_told_twice_is_shown_once(void)
{
    Lines lines;
    lines_begin(&lines, FALSE);
    take_phase(lines.progress, "12:03:06", "winpe", "running");
    take_phase(lines.progress, "12:03:09", "winpe", "running");
    take_phase(lines.progress, "12:03:16", "winpe", "done");
    lines_end(&lines, "12:03:06 winpe … done (10 s)\n");
}

static void what_is_not_understood_is_passed_over(void)
{
    Lines lines;
    lines_begin(&lines, TRUE);
    take(lines.progress, "phase", "{\"phase\":\"winpe\"}");
    take(lines.progress, "phase", "{\"phase\":7,\"state\":\"running\"}");
    take(lines.progress, "phase", "{\"phase\":\"winpe\",\"state\":\"dancing\"}");
    take(lines.progress, "phase", "[]");
    take(lines.progress, "weather", "{\"state\":\"running\"}");
    lines_end(&lines, "");
}

static void queue_says_what_it_waits_for(void)
{
    Lines lines;
    lines_begin(&lines, FALSE);
    take(lines.progress, "state", "{\"state\":\"queued\"}");
    take(lines.progress, "state", "{\"state\":\"queued\",\"waiting\":\"waits for memory; position 1\"}");
    g_autofree char *bar =
        progress_bar_text("a", progress_timeline(lines.progress), NULL, 80, FALSE, g_get_real_time());
    g_assert_nonnull(strstr(bar, "waits for memory; position 1"));
    take(lines.progress, "state", "{\"state\":\"running\"}");
    g_assert_null(progress_timeline(lines.progress)->waiting);
    fflush(lines.stream);
    g_autoptr(GRegex) times = g_regex_new("^[0-9:]{8} ", G_REGEX_MULTILINE, 0, NULL);
    g_autofree char *text = g_regex_replace(times, lines.text, -1, 0, "NOW ", 0, NULL);
    g_assert_cmpstr(text, ==, "NOW waits for memory; position 1\n");
    progress_free(lines.progress);
    fclose(lines.stream);
    free(lines.text);
}

static void absence_is_said_once_and_ended(void)
{
    Lines lines;
    lines_begin(&lines, FALSE);
    take_phase(lines.progress, "12:03:06", "winpe", "running");
    progress_lost(lines.progress, "lost the connection", 120);
    progress_lost(lines.progress, "nobody answers", 119);
    progress_back(lines.progress);
    progress_back(lines.progress);
    take_phase(lines.progress, "12:03:16", "winpe", "done");
    progress_end(lines.progress);
    fflush(lines.stream);
    g_autoptr(GRegex) times = g_regex_new("\n[0-9:]{8} (lost|sevend)", 0, 0, NULL);
    g_autofree char *text = g_regex_replace(times, lines.text, -1, 0, "\nNOW \\1", 0, NULL);
    g_assert_cmpstr(text, ==,
                    "12:03:06 winpe … \n"
                    "NOW lost the connection; trying again for 120 s\n"
                    "NOW sevend is back\n"
                    "12:03:06 winpe … done (10 s)\n");
    progress_free(lines.progress);
    fclose(lines.stream);
    free(lines.text);
}

static void verbose_shows_messages_and_what_is_undone(void)
{
    Lines lines;
    lines_begin(&lines, TRUE);
    take_phase(lines.progress, "12:03:06", "winpe", "running");
    take(lines.progress, "log", "{\"message\":\"drvload a.inf\\u0007\"}");
    take(lines.progress, "console", "{\"message\":\"drv: guest\"}");
    take_phase(lines.progress, "12:03:16", "winpe", "failed");
    take_phase(lines.progress, "12:03:17", "winpe", "undone");
    progress_end(lines.progress);
    fflush(lines.stream);
    g_autoptr(GRegex) times = g_regex_new("\n[0-9:]{8} (?=drv|undone)", 0, 0, NULL);
    g_autofree char *text = g_regex_replace(times, lines.text, -1, 0, "\nNOW ", 0, NULL);
    g_assert_cmpstr(text, ==,
                    "12:03:06 winpe … \n"
                    "NOW drvload a.inf\\x07\n"
                    "NOW drv: guest\n"
                    "12:03:06 winpe … failed (10 s)\n"
                    "NOW undone: winpe\n");
    progress_free(lines.progress);
    fclose(lines.stream);
    free(lines.text);
}

static Timeline *example_timeline(void)
{
    static const char *const events[][2] = {
        { "phase", "{\"time\":\"2026-01-02T12:00:00Z\",\"phase\":\"boot-disc\",\"state\":\"running\"}" },
        { "progress", "{\"progress\":42,\"phase\":\"boot-disc\",\"done\":104857600,\"total\":209715200}" },
    };
    Timeline *timeline = timeline_new();
    for (guint i = 0; i < G_N_ELEMENTS(events); i++) {
        const Phase *phase;
        g_autoptr(json_object) data = json_parse(events[i][1], strlen(events[i][1]), NULL);
        timeline_take(timeline, events[i][0], data, 0, &phase);
    }
    return timeline;
}

static void bar_shows_percent_phase_bytes_and_time(void)
{
    g_autoptr(Timeline) timeline = example_timeline();
    gint64 now = time_parse("2026-01-02T12:03:05Z", 0);
    g_autofree char *utf8 = progress_bar_text("compat-01", timeline, NULL, 100, TRUE, now);
    g_assert_cmpstr(utf8, ==,
                    "compat-01  [████████████░░░░░░░░░░░░░░░░░░]   42 %  boot-disc 100/200 MiB  3:05");
    g_autofree char *ascii = progress_bar_text("compat-01", timeline, NULL, 70, FALSE, now);
    g_assert_cmpstr(ascii, ==, "compat-01  [########------------]   42 %  boot-disc 100/200 MiB  3:05");
    g_autofree char *narrow = progress_bar_text("compat-01", timeline, NULL, 40, TRUE, now);
    g_assert_cmpstr(narrow, ==, "42 % boot-disc 100/200 MiB 3:05");
    g_autofree char *away = progress_bar_text("compat-01", timeline, "sevend is away", 40, TRUE,
                                              now + (gint64)3600 * G_USEC_PER_SEC);
    g_assert_cmpstr(away, ==, "42 % sevend is away 1:03:05");
}

static void bar_goes_by_what_was_learnt(void)
{
    g_autoptr(Timeline) timeline = example_timeline();
    const Phase *phase;
    static const char learnt[] = "{\"progress\":0,\"expected\":{\"boot-disc\":60,\"copy\":140}}";
    g_autoptr(json_object) data = json_parse(learnt, strlen(learnt), NULL);
    timeline->percent = 0;
    timeline_take(timeline, "progress", data, 0, &phase);
    gint64 began = time_parse("2026-01-02T12:00:00Z", 0), last = -1;
    g_autofree char *text =
        progress_bar_text("compat-01", timeline, NULL, 100, TRUE, began + 20 * G_USEC_PER_SEC);
    g_assert_cmpstr(text, ==,
                    "compat-01  [███░░░░░░░░░░░░░░░░░░░░░░░░░░░]   10 %  boot-disc  0:20, about 3:00 left");
    // A phase that takes longer than it did neither goes back nor claims that it is over.
    for (int second = 0; second < 1000; second += 7) {
        const int percent = timeline_percent(timeline, began + second * G_USEC_PER_SEC);
        g_assert_cmpint(percent, >=, last);
        g_assert_cmpint(percent, <, 30);
        last = percent;
    }
    static const char done[] =
        "{\"time\":\"2026-01-02T12:16:40Z\",\"phase\":\"boot-disc\",\"state\":\"done\"}";
    g_autoptr(json_object) end = json_parse(done, strlen(done), NULL);
    timeline_take(timeline, "phase", end, 0, &phase);
    g_assert_cmpint(timeline_percent(timeline, began + 1000 * G_USEC_PER_SEC), ==, 30);
    g_assert_cmpint(timeline_left(timeline, began + 1000 * G_USEC_PER_SEC), ==, -1); // nothing runs
}

static void bar_never_reaches_the_last_column(void)
{
    g_autoptr(Timeline) timeline = example_timeline();
    gint64 now = time_parse("2026-01-02T12:03:05Z", 0);
    for (guint columns = 1; columns < 200; columns++)
        for (guint utf8 = 0; utf8 < 2; utf8++) {
            g_autofree char *text = progress_bar_text("日本語-compat", timeline, NULL, columns, utf8, now);
            g_assert_cmpuint(text_columns(text), <, columns);
        }
}

static void percent_never_goes_back(void)
{
    g_autoptr(Timeline) timeline = example_timeline();
    static const char *const events[] = { "{\"progress\":17}", "{\"progress\":-4}", "{\"progress\":\"x\"}",
                                          "{}" };
    for (guint i = 0; i < G_N_ELEMENTS(events); i++) {
        const Phase *phase;
        g_autoptr(json_object) data = json_parse(events[i], strlen(events[i]), NULL);
        timeline_take(timeline, "progress", data, 0, &phase);
        g_assert_cmpint(timeline->percent, ==, 42);
    }
    const Phase *phase;
    g_autoptr(json_object) beyond = json_parse("{\"progress\":170}", 16, NULL);
    timeline_take(timeline, "progress", beyond, 0, &phase);
    g_assert_cmpint(timeline->percent, ==, 100);
}

static void a_transfer_says_what_it_waits_for(void)
{
    TransferLine line;
    transfer_begin(&line, "big", stderr, 200 << 20);
    line.after = "the machine takes it in";
    line.done = 100 << 20;
    g_autofree char *half = transfer_text(&line, line.started + 10 * G_USEC_PER_SEC);
    g_assert_cmpstr(half, ==, "big  50 %  100.0\u00a0MiB of 200.0\u00a0MiB  10.0\u00a0MiB/s  0:10 left");
    line.done = line.total;
    g_autofree char *all = transfer_text(&line, line.started + 30 * G_USEC_PER_SEC);
    g_assert_cmpstr(all, ==, "big  100 %  200.0\u00a0MiB of 200.0\u00a0MiB; the machine takes it in");
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_setenv("TZ", "UTC", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client/progress/queue-says-what-it-waits-for", queue_says_what_it_waits_for);
    g_test_add_func("/client/progress/phase-takes-one-line", phase_takes_one_line);
    g_test_add_func("/client/progress/line-is-begun-when-its-phase-begins",
                    line_is_begun_when_its_phase_begins);
    g_test_add_func("/client/progress/phase-told-twice-is-shown-once", phase_told_twice_is_shown_once);
    g_test_add_func("/client/progress/what-is-not-understood-is-passed-over",
                    what_is_not_understood_is_passed_over);
    g_test_add_func("/client/progress/absence-is-said-once-and-ended", absence_is_said_once_and_ended);
    g_test_add_func("/client/progress/verbose-shows-messages-and-what-is-undone",
                    verbose_shows_messages_and_what_is_undone);
    g_test_add_func("/client/progress/bar-shows-percent-phase-bytes-and-time",
                    bar_shows_percent_phase_bytes_and_time);
    g_test_add_func("/client/progress/bar-goes-by-what-was-learnt", bar_goes_by_what_was_learnt);
    g_test_add_func("/client/progress/bar-never-reaches-the-last-column", bar_never_reaches_the_last_column);
    g_test_add_func("/client/progress/transfer-waits", a_transfer_says_what_it_waits_for);
    g_test_add_func("/client/progress/percent-never-goes-back", percent_never_goes_back);
    return g_test_run();
}
