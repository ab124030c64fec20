// SPDX-License-Identifier: GPL-3.0-or-later
// Two renderings of one time line. The bar's text is a pure function of the time line, the width and the
// time.
#include "client/progress.h"

#include "client/terminal.h"

#include <string.h>

#define BAR_MAXIMUM 30u
#define BAR_MINIMUM 10u
#define ERASE_LINE  "\r\033[K"

struct Progress {
    char *title;
    FILE *stream;
    ProgressStyle style;
    gboolean verbose, utf8;
    Timeline *timeline;
    char *drawn;     // the bar as it stands on the terminal, or NULL
    char *open;      // LINES: the phase whose line has no end yet, or NULL
    char *notice;    // BAR: why nothing moves, or NULL
    gboolean absent; // the daemon is away
};

Progress *progress_new(const char *title, FILE *stream, ProgressStyle style, gboolean verbose)
{
    Progress *progress = g_new0(Progress, 1);
    progress->title = safe_line(title);
    progress->stream = stream;
    progress->style = style;
    progress->verbose = verbose;
    progress->utf8 = terminal_is_utf8();
    progress->timeline = timeline_new();
    return progress;
}

void progress_free(Progress *progress)
{
    if (!progress)
        return;
    progress_end(progress);
    timeline_free(progress->timeline);
    g_free(progress->title);
    g_free(progress->drawn);
    g_free(progress->open);
    g_free(progress->notice);
    g_free(progress);
}

const Timeline *progress_timeline(const Progress *progress)
{
    return progress->timeline;
}

static char *elapsed_text(gint64 microseconds)
{
    gint64 seconds = MAX(microseconds, 0) / G_USEC_PER_SEC;
    int minutes = (int)(seconds / 60 % 60);
    if (seconds < 3600)
        return g_strdup_printf("%d:%02d", minutes, (int)(seconds % 60));
    return g_strdup_printf("%" G_GINT64_FORMAT ":%02d:%02d", seconds / 3600, minutes, (int)(seconds % 60));
}

static char *bar_text(guint columns, int percent, gboolean utf8)
{
    GString *bar = g_string_new(NULL);
    guint filled = columns * (guint)percent / 100;
    for (guint i = 0; i < columns; i++)
        g_string_append(bar, i < filled ? (utf8 ? "█" : "#") : (utf8 ? "░" : "-"));
    return g_string_free(bar, FALSE);
}

static char *what_text(const Timeline *timeline, const char *notice)
{
    const Phase *phase = timeline_running(timeline);
    const gint64 mib = 1024 * 1024;
    if (notice)
        return g_strdup(notice);
    if (!phase)
        return g_strdup(timeline->waiting ? timeline->waiting : timeline->state);
    if (timeline->total < mib)
        return g_strdup(phase->name);
    return g_strdup_printf("%s %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT " MiB", phase->name,
                           timeline->done / mib, timeline->total / mib);
}

char *progress_bar_text(const char *title, const Timeline *timeline, const char *notice, guint columns,
                        gboolean utf8, gint64 now)
{
    guint room = columns > 1 ? columns - 1 : 0;
    g_autofree char *what = what_text(timeline, notice);
    g_autofree char *elapsed = timeline->started ? elapsed_text(now - timeline->started) : g_strdup("0:00");
    const int percent = timeline_percent(timeline, now);
    const gint64 left = timeline_left(timeline, now);
    g_autofree char *left_text = left >= 0 ? elapsed_text(left) : NULL;
    g_autofree char *rest =
        g_strdup_printf("%3d %%  %s  %s%s%s%s", percent, what, elapsed, left_text ? ", about " : "",
                        left_text ? left_text : "", left_text ? " left" : "");
    g_autofree char *text = NULL;
    guint beside = text_columns(title) + text_columns(rest) + 6; // "title  [bar]  rest"
    if (room >= beside + BAR_MINIMUM) {
        g_autofree char *bar = bar_text(MIN(room - beside, BAR_MAXIMUM), percent, utf8);
        text = g_strdup_printf("%s  [%s]  %s", title, bar, rest);
    } else {
        text = g_strdup_printf("%d %% %s %s", percent, what, elapsed);
    }
    return text_fit(text, room, utf8);
}

static void draw(Progress *progress)
{
    if (progress->style != PROGRESS_BAR)
        return;
    g_autofree char *text =
        progress_bar_text(progress->title, progress->timeline, progress->notice,
                          terminal_width(progress->stream), progress->utf8, g_get_real_time());
    if (!g_strcmp0(text, progress->drawn))
        return;
    fprintf(progress->stream, "\r%s\033[K", text);
    fflush(progress->stream);
    g_free(progress->drawn);
    progress->drawn = g_steal_pointer(&text);
}

static void end_line(Progress *progress)
{
    if (progress->drawn)
        fputs(ERASE_LINE, progress->stream);
    else if (progress->open)
        fputc('\n', progress->stream);
    g_clear_pointer(&progress->drawn, g_free);
    g_clear_pointer(&progress->open, g_free);
}

void progress_end(Progress *progress)
{
    end_line(progress);
    fflush(progress->stream);
}

void progress_tick(Progress *progress)
{
    draw(progress);
}

static void print_time(const Progress *progress, gint64 microseconds)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(microseconds / G_USEC_PER_SEC);
    g_autoptr(GDateTime) local = utc ? g_date_time_to_local(utc) : NULL;
    g_autofree char *text = local ? g_date_time_format(local, "%H:%M:%S") : g_strdup("--:--:--");
    fprintf(progress->stream, "%s ", text);
}

static void begin_phase_line(Progress *progress, const Phase *phase)
{
    end_line(progress);
    print_time(progress, phase->started);
    fprintf(progress->stream, "%s %s ", phase->name, progress->utf8 ? "…" : "...");
    progress->open = g_strdup(phase->name);
}

static void end_phase_line(Progress *progress, const Phase *phase)
{
    static const char *const words[] = {
        [PHASE_DONE] = "done", [PHASE_FAILED] = "failed", [PHASE_SKIPPED] = "skipped"
    };
    if (g_strcmp0(progress->open, phase->name) != 0)
        begin_phase_line(progress, phase);
    g_autofree char *duration = duration_text(phase->finished - phase->started);
    fputs(words[phase->state], progress->stream);
    if (phase->state != PHASE_SKIPPED)
        fprintf(progress->stream, " (%s)", duration);
    if (phase->detail)
        fprintf(progress->stream, ": %s", phase->detail);
    fputc('\n', progress->stream);
    g_clear_pointer(&progress->open, g_free);
}

static void print_message(Progress *progress, const char *format, const char *text)
{
    end_line(progress);
    print_time(progress, g_get_real_time());
    fprintf(progress->stream, "%s", format);
    fprintf(progress->stream, "%s\n", text);
}

void progress_take(Progress *progress, const char *kind, json_object *data)
{
    const Phase *phase = NULL;
    gint64 now = g_get_real_time();
    TimelineChange change = timeline_take(progress->timeline, kind, data, now, &phase);
    if (progress->style == PROGRESS_SILENT || change == CHANGE_NONE)
        return;
    if (progress->verbose && change == CHANGE_MESSAGE)
        print_message(progress, "", progress->timeline->message);
    if (progress->style == PROGRESS_LINES && change == CHANGE_WAITS)
        print_message(progress, "", progress->timeline->waiting);
    if (progress->verbose && change == CHANGE_UNDONE)
        print_message(progress, "undone: ", phase->name);
    if (progress->style == PROGRESS_LINES && change == CHANGE_BEGAN)
        begin_phase_line(progress, phase);
    if (progress->style == PROGRESS_LINES && change == CHANGE_ENDED)
        end_phase_line(progress, phase);
    fflush(progress->stream);
    draw(progress);
}

void progress_lost(Progress *progress, const char *reason, guint seconds_left)
{
    g_autofree char *safe = safe_line(reason);
    if (progress->style == PROGRESS_LINES && !progress->absent) {
        g_autofree char *text = g_strdup_printf("%s; trying again for %u s", safe, seconds_left);
        print_message(progress, "", text);
        fflush(progress->stream);
    }
    progress->absent = TRUE;
    g_free(progress->notice);
    progress->notice = g_strdup_printf("sevend is away, trying again for %u s", seconds_left);
    draw(progress);
}

void progress_back(Progress *progress)
{
    if (!progress->absent)
        return;
    progress->absent = FALSE;
    g_clear_pointer(&progress->notice, g_free);
    if (progress->style == PROGRESS_LINES) {
        print_message(progress, "", "sevend is back");
        fflush(progress->stream);
    }
    draw(progress);
}
