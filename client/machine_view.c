// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/machine_view.h"

#include <string.h>

#include "client/api.h"
#include "client/report.h"
#include "client/terminal.h"

// What came back: NULL while the daemon is away (then @view->away says why).
static HttpAnswer *ask(MachineView *view, const char *path, gboolean *interrupted)
{
    const HttpRequest request = { .method = "GET", .path = path };
    g_autoptr(GError) error = NULL;
    HttpAnswer *answer = http_send(view->client->http, &request, &error);
    *interrupted = g_error_matches(error, HTTP_ERROR, HTTP_ERROR_INTERRUPTED);
    if (answer && exit_code_of_status(answer->status) != EXIT_UNREACHABLE)
        return answer;
    g_free(view->away);
    view->away = error ? safe_line(error->message) : g_strdup("sevend cannot serve now");
    http_answer_free(answer);
    return NULL;
}

static json_object *document_of(const HttpAnswer *answer)
{
    return answer && answer->status == 200 ? json_parse(answer->body->str, answer->body->len, NULL) : NULL;
}

static void set_text(char **place, const char *text, gboolean *changed)
{
    char *safe = text ? safe_line(text) : NULL;
    *changed = *changed || g_strcmp0(*place, safe) != 0;
    g_free(*place);
    *place = safe;
}

static gboolean has_ended(const char *state)
{
    static const char *const ended[] = { "succeeded", "failed", "cancelled", NULL };
    return state && g_strv_contains(ended, state);
}

static void take_job(MachineView *view, json_object *job)
{
    const char *state = json_string_member(job, "state");
    set_text(&view->phase, json_string_member(job, "phase"), &view->phase_changed);
    view->percent = (int)CLAMP(json_int_member(job, "progress", 0), 0, 100);
    if (has_ended(state) && !view->job)
        view->job = json_object_get(job);
}

static void take_screen(MachineView *view, HttpAnswer *answer)
{
    GString *screen =
        answer->status == 200 ? g_string_new_len(answer->body->str, (gssize)answer->body->len) : NULL;
    view->screen_changed = !screen != !view->screen || (screen && !g_string_equal(screen, view->screen));
    if (view->screen)
        g_string_free(view->screen, TRUE);
    view->screen = screen;
}

// The last lines of the log; those of them that are new are told.
static void take_console(MachineView *view, const HttpAnswer *answer)
{
    static const gsize tail = 16384;
    const gsize length = answer->body->len;
    const gsize from = length > tail ? length - tail : 0;
    g_autofree char *text = safe_text(answer->body->str + from, (gssize)(length - from), SAFE_LINES);
    g_auto(GStrv) all = g_strsplit(g_strchomp(text), "\n", -1);
    const guint count = g_strv_length(all), first = count > VIEW_LINES ? count - VIEW_LINES : 0;
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    for (guint i = first; i < count; i++)
        g_ptr_array_add(lines, g_strdup(all[i]));
    g_ptr_array_set_size(view->new_lines, 0);
    const char *last = view->lines->len > 0 ? view->lines->pdata[view->lines->len - 1] : NULL;
    guint seen = last ? lines->len : 0;
    while (seen > 0 && strcmp(lines->pdata[seen - 1], last) != 0)
        seen--;
    for (guint i = seen; i < lines->len; i++)
        g_ptr_array_add(view->new_lines, lines->pdata[i]);
    view->lines_changed = view->new_lines->len > 0;
    g_ptr_array_unref(view->lines);
    view->lines = lines;
}

static ViewState update_vm(MachineView *view)
{
    gboolean interrupted = FALSE;
    g_autoptr(HttpAnswer) answer = ask(view, view->vm_path, &interrupted);
    g_autoptr(json_object) document = document_of(answer);
    if (interrupted)
        return VIEW_INTERRUPTED;
    if (answer && answer->status == 404)
        return VIEW_GONE;
    if (document)
        set_text(&view->state, json_string_member(api_unwrap(document, "vm"), "state"), &view->phase_changed);
    return VIEW_GOES_ON;
}

static ViewState update_job(MachineView *view)
{
    gboolean interrupted = FALSE;
    g_autoptr(HttpAnswer) answer = view->job_path ? ask(view, view->job_path, &interrupted) : NULL;
    g_autoptr(json_object) document = document_of(answer);
    if (document)
        take_job(view, api_unwrap(document, "job"));
    return interrupted ? VIEW_INTERRUPTED : VIEW_GOES_ON;
}

ViewState machine_view_update(MachineView *view)
{
    gboolean interrupted = FALSE;
    g_clear_pointer(&view->away, g_free);
    view->phase_changed = view->screen_changed = view->lines_changed = FALSE;
    ViewState state = update_vm(view);
    if (state == VIEW_GOES_ON && !view->away)
        state = update_job(view);
    if (state != VIEW_GOES_ON || view->away)
        return state;
    g_autoptr(HttpAnswer) screen = ask(view, view->screen_path, &interrupted);
    if (screen)
        take_screen(view, screen);
    g_autoptr(HttpAnswer) console = interrupted ? NULL : ask(view, view->console_path, &interrupted);
    if (console && console->status == 200)
        take_console(view, console);
    return interrupted ? VIEW_INTERRUPTED : view->job ? VIEW_ENDED : VIEW_GOES_ON;
}

ExitCode machine_view_open(Client *client, const char *name, MachineView **ret_view)
{
    g_autofree char *path = api_path("vms", name, NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    g_autoptr(json_object) document = NULL;
    ExitCode code = api_get(client, path, &answer);
    if (code == EXIT_OK)
        code = api_document(client, answer, &document);
    if (code != EXIT_OK)
        return code;
    json_object *vm = api_unwrap(document, "vm");
    const char *job = json_string_member(vm, "job");
    MachineView *view = g_new0(MachineView, 1);
    view->client = client;
    view->name = safe_line(name);
    view->vm_path = g_steal_pointer(&path);
    // Of a machine that is ready, the job has ended long ago.
    if (job && g_strcmp0(json_string_member(vm, "state"), "ready") != 0)
        view->job_path = api_path("jobs", job, NULL);
    view->screen_path = api_path("vms", name, "screenshot", NULL);
    view->console_path = api_path("vms", name, "console-log", NULL);
    view->lines = g_ptr_array_new_with_free_func(g_free);
    view->new_lines = g_ptr_array_new();
    *ret_view = view;
    return EXIT_OK;
}

void machine_view_free(MachineView *view)
{
    if (!view)
        return;
    g_free(view->name);
    g_free(view->vm_path);
    g_free(view->job_path);
    g_free(view->screen_path);
    g_free(view->console_path);
    g_free(view->state);
    g_free(view->phase);
    g_free(view->away);
    g_clear_pointer(&view->job, json_object_put);
    if (view->screen)
        g_string_free(view->screen, TRUE);
    g_ptr_array_unref(view->new_lines);
    g_ptr_array_unref(view->lines);
    g_free(view);
}
