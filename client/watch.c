// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl watch: a machine while it works: phase, screen, last lines of COM1. On a terminal all of it, drawn
// anew where it has changed; elsewhere a line for each change and a PNG file that is kept fresh.
#include "client/api.h"
#include "client/follow.h"
#include "client/interrupt.h"
#include "client/machine_view.h"
#include "client/options.h"
#include "client/picture.h"
#include "client/report.h"
#include "client/terminal.h"
#include "client/verbs.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ROUND_MS 1000

typedef struct {
    MachineView *view;
    char *file; // where the screen is kept, or NULL
    gboolean draws;
    GString *drawn; // what stands on the terminal
} Watch;

// ---- On a terminal ----

static guint terminal_rows(void)
{
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
}

static void append_line(GString *text, const char *line, guint columns)
{
    g_autofree char *fitted = text_fit(line, columns > 1 ? columns - 1 : 1, terminal_is_utf8());
    g_string_append_printf(text, "%s\033[K\n", fitted);
}

static char *headline(const MachineView *view)
{
    if (view->away)
        return g_strdup_printf("%s: %s; trying again", view->name, view->away);
    if (view->job_path && view->phase)
        return g_strdup_printf("%s: %s, %s, %d %%", view->name, view->state ? view->state : "?", view->phase,
                               view->percent);
    return g_strdup_printf("%s: %s", view->name, view->state ? view->state : "?");
}

static void append_screen(GString *text, const MachineView *view, guint columns, guint rows)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Picture) picture =
        view->screen ? picture_new_from_png(view->screen->str, view->screen->len, &error) : NULL;
    if (!picture) {
        append_line(text, error ? error->message : "(no screen: the machine is off)", columns);
        return;
    }
    guint width = 0, height = 0;
    picture_fit(picture, columns, rows, &width, &height);
    if (picture_style() == PICTURE_BLOCKS)
        picture_draw_blocks(picture, width, height, text);
    else
        picture_draw_png(picture_style(), view->screen->str, view->screen->len, width, height, text);
}

static void draw(Watch *watch)
{
    const guint columns = terminal_width(stdout), rows = terminal_rows();
    const guint beside = VIEW_LINES + 2; // headline above, the cursor's line below
    g_autofree char *head = headline(watch->view);
    g_autoptr(GString) text = g_string_new(NULL);
    append_line(text, head, columns);
    append_screen(text, watch->view, columns, rows > beside + 1 ? rows - beside : 1);
    for (guint i = 0; i < watch->view->lines->len; i++)
        append_line(text, watch->view->lines->pdata[i], columns);
    if (g_string_equal(text, watch->drawn))
        return;
    printf("\033[H%s\033[J", text->str);
    fflush(stdout);
    g_string_assign(watch->drawn, text->str);
}

// ---- Elsewhere ----

static void print_changes(const Watch *watch)
{
    const MachineView *view = watch->view;
    if (view->phase_changed) {
        g_autofree char *head = headline(view);
        printf("%s\n", head);
    }
    for (guint i = 0; view->lines_changed && i < view->new_lines->len; i++)
        printf("  %s\n", (const char *)view->new_lines->pdata[i]);
    fflush(stdout);
}

// Whole or not at all, for whoever looks at the file meanwhile.
static gboolean keep_screen(const Watch *watch, GError **error)
{
    const GString *screen = watch->view->screen;
    return !watch->file || !watch->view->screen_changed || !screen ||
           g_file_set_contents_full(watch->file, screen->str, (gssize)screen->len,
                                    G_FILE_SET_CONTENTS_CONSISTENT, 0644, error);
}

// ---- The loop ----

static void show_changes(Watch *watch)
{
    if (watch->draws)
        draw(watch);
    else
        print_changes(watch);
}

static ExitCode report_end(const Watch *watch, ViewState state)
{
    const MachineView *view = watch->view;
    json_object *error = view->job ? json_object_object_get(view->job, "error") : NULL;
    switch (state) {
    case VIEW_ENDED:
        if (g_strcmp0(json_string_member(view->job, "state"), "succeeded") == 0) {
            printf("%s: done\n", view->name);
            return EXIT_OK;
        }
        return report_failure(
            view->client, EXIT_FAILED, "job-failed", "%s: the job has %s: %s; more: sevenctl job log %s",
            view->name, json_string_member(view->job, "state"),
            error && json_string_member(error, "message") ? json_string_member(error, "message")
                                                          : "no reason was given",
            json_string_member(view->job, "id"));
    case VIEW_GONE:
        return report_failure(view->client, EXIT_NOT_FOUND, "not-found", "machine %s is gone", view->name);
    default:
        return report_failure(
            view->client, EXIT_INTERRUPTED, "interrupted",
            "no longer watching; the machine goes on. Go on watching: sevenctl watch %s%s%s", view->name,
            view->job_path ? "; wait for it: sevenctl wait " : "", view->job_path ? view->name : "");
    }
}

static ExitCode loop(Watch *watch, const FollowLimits *limits)
{
    const gint64 began = g_get_monotonic_time();
    gint64 away_since = 0;
    for (;;) {
        g_autoptr(GError) error = NULL;
        ViewState state = machine_view_update(watch->view);
        const gint64 now = g_get_monotonic_time();
        if (!keep_screen(watch, &error))
            return report_failure(watch->view->client, EXIT_FAILED, "cannot-write", "%s", error->message);
        show_changes(watch);
        away_since = !watch->view->away ? 0 : away_since ? away_since : now;
        if (away_since && now - away_since > limits->retry_seconds * G_USEC_PER_SEC)
            return report_failure(watch->view->client, EXIT_UNREACHABLE, "unreachable", "%s",
                                  watch->view->away);
        if (limits->timeout_seconds && now - began > limits->timeout_seconds * G_USEC_PER_SEC)
            return report_failure(watch->view->client, EXIT_TIMED_OUT, "timed-out",
                                  "watched for %" G_GINT64_FORMAT " s; the machine goes on",
                                  limits->timeout_seconds);
        if (state == VIEW_GOES_ON && !interrupt_sleep(ROUND_MS))
            state = VIEW_INTERRUPTED;
        if (state != VIEW_GOES_ON)
            return report_end(watch, state);
    }
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    FollowLimits limits = FOLLOW_LIMITS_DEFAULT;
    g_autofree char *file = NULL;
    const GOptionEntry entries[] = {
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &file,
          "keep the screen in this PNG file (default, off a terminal: NAME.png)", "FILE" },
        FOLLOW_ENTRIES(limits),
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_auto(GStrv) words = options_parse(client, verb, entries, 1, 1, arguments, &code);
    if (!words || !follow_limits_check(&limits, verb, &code))
        return code;
    if (client->json)
        return report_usage(verb, "it draws; for programs there are sevenctl --json show and wait");
    if (strchr(words[0], '/'))
        return report_usage(verb, "\"%s\" is no machine's name", words[0]);
    Watch watch = { .draws = terminal_can_redraw(stdout) };
    if (!file && !watch.draws)
        file = g_strconcat(words[0], ".png", NULL);
    g_autoptr(MachineView) view = NULL;
    code = machine_view_open(client, words[0], &view);
    if (code != EXIT_OK)
        return code;
    interrupt_catch();
    g_autoptr(GString) drawn = g_string_new(NULL);
    watch.view = view;
    watch.file = file;
    watch.drawn = drawn;
    if (watch.draws)
        fputs("\033[2J\033[?25l", stdout); // no cursor on the picture
    code = loop(&watch, &limits);
    if (watch.draws)
        fputs("\033[?25h", stdout);
    return code;
}

const Verb verb_watch = {
    .name = "watch",
    .arguments = "NAME",
    .summary = "Watch a machine at work: phase, screen, last lines of COM1",
    .notes = "It ends when the machine's job ends, or with Ctrl-C, after which the machine goes on. The "
             "screen is drawn\n"
             "in pixels where the terminal can (kitty, iTerm2, WezTerm, Ghostty), else in coloured half "
             "blocks; off a\n"
             "terminal each change is a line, and the screen a PNG file that is kept fresh.\n",
    .examples = "  sevenctl watch compat-01\n"
                "  sevenctl watch compat-01 -o screen.png >watch.log &\n",
    .run = run,
};
