// SPDX-License-Identifier: GPL-3.0-or-later
// sevend-media as a child process. Reads its JSON lines; does not know what the verbs mean.
#include "daemon/library/media_process.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define MAX_LINE_BYTES   (4u << 20)
#define MAX_STDERR_BYTES (64u << 10)
// A runaway parser must not take the host down: address space of one task.
#define ADDRESS_SPACE_LIMIT (4ull << 30)
#define TERM_GRACE_SECONDS  10

GQuark media_error_quark(void)
{
    return g_quark_from_static_string("sevend-media-error");
}

// In the child, between fork and exec: only async-signal-safe calls.
static void limit_child(gpointer data G_GNUC_UNUSED)
{
    const struct rlimit space = { ADDRESS_SPACE_LIMIT, ADDRESS_SPACE_LIMIT };
    const struct rlimit core = { 0, 0 };
    setrlimit(RLIMIT_AS, &space);
    setrlimit(RLIMIT_CORE, &core);
    prctl(PR_SET_PDEATHSIG, SIGTERM); // no orphan goes on building after the daemon died
}

typedef struct {
    GSubprocess *process;
    GMutex lock;
    GCond ended_cond;
    gboolean ended;
    GThread *killer;
} CancelWatch;

// Ends the process after a cancel: asks first, insists later.
static gpointer kill_thread(gpointer data)
{
    CancelWatch *watch = data;
    const gint64 deadline = g_get_monotonic_time() + TERM_GRACE_SECONDS * G_TIME_SPAN_SECOND;
    g_subprocess_send_signal(watch->process, SIGTERM);
    g_mutex_lock(&watch->lock);
    while (!watch->ended && g_cond_wait_until(&watch->ended_cond, &watch->lock, deadline))
        ;
    const gboolean ended = watch->ended;
    g_mutex_unlock(&watch->lock);
    if (!ended)
        g_subprocess_force_exit(watch->process);
    return NULL;
}

static void on_cancelled(GCancellable *cancellable G_GNUC_UNUSED, gpointer data)
{
    CancelWatch *watch = data;
    watch->killer = g_thread_new("media-kill", kill_thread, watch);
}

// One line of standard output: reports progress, or keeps the result.
static gboolean take_line(const char *line, gsize length, MediaProgressFunc progress, gpointer data,
                          json_object **result, GError **error)
{
    if (length == 0)
        return TRUE;
    g_autoptr(json_object) object = json_parse(line, length, error);
    if (!object) {
        g_prefix_error(error, "sevend-media wrote a line that is not JSON: ");
        return FALSE;
    }
    json_object *member = NULL;
    if (json_object_object_get_ex(object, "progress", &member)) {
        if (progress)
            progress(json_string_member(member, "step"), (guint64)json_int_member(member, "done", 0),
                     (guint64)json_int_member(member, "total", 0), data);
    } else if (json_object_object_get_ex(object, "result", &member)) {
        g_clear_pointer(result, json_object_put);
        *result = json_object_get(member);
    }
    return TRUE;
}

static json_object *read_output(GInputStream *stream, MediaProgressFunc progress, gpointer data,
                                GError **error)
{
    g_autoptr(GDataInputStream) lines = g_data_input_stream_new(stream);
    g_autoptr(json_object) result = NULL;
    for (;;) {
        gsize length = 0;
        g_autofree char *line = g_data_input_stream_read_line(lines, &length, NULL, error);
        if (!line)
            break;
        if (length > MAX_LINE_BYTES) {
            g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BROKEN, "sevend-media wrote a line of %zu bytes",
                        length);
            return NULL;
        }
        if (!take_line(line, length, progress, data, &result, error))
            return NULL;
    }
    return g_steal_pointer(&result);
}

// The last line of standard error is {"error":{"code","message"}}.
static void set_error_from_stderr(GError **error, const char *text, int status)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (int i = (int)g_strv_length(lines) - 1; i >= 0; i--) {
        g_autoptr(json_object) object =
            lines[i][0] == '{' ? json_parse(lines[i], strlen(lines[i]), NULL) : NULL;
        json_object *member = NULL;
        if (!object || !json_object_object_get_ex(object, "error", &member))
            continue;
        const char *code = json_string_member(member, "code");
        const char *message = json_string_member(member, "message");
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_REFUSED, "%s: %s", code ? code : "media-failed",
                    message ? message : "no message");
        return;
    }
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BROKEN,
                "sevend-media ended without a result (wait status %d): %.300s", status, text);
}

static gpointer read_stderr(gpointer data)
{
    GInputStream *stream = data;
    GString *text = g_string_new(NULL);
    char buffer[4096];
    gssize got;
    while ((got = g_input_stream_read(stream, buffer, sizeof buffer, NULL, NULL)) > 0) {
        g_string_append_len(text, buffer, got);
        if (text->len > MAX_STDERR_BYTES)
            g_string_erase(text, 0, (gssize)(text->len - MAX_STDERR_BYTES)); // the last line matters
    }
    return g_string_free(text, FALSE);
}

json_object *media_run(const char *program, const char *const *arguments, MediaProgressFunc progress,
                       gpointer progress_data, GCancellable *cancellable, GError **error)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_subprocess_launcher_set_child_setup(launcher, limit_child, NULL, NULL);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, (char *)program);
    for (gsize i = 0; arguments[i]; i++)
        g_ptr_array_add(argv, (char *)arguments[i]);
    g_ptr_array_add(argv, NULL);
    CancelWatch watch = { 0 };
    GError *start_error = NULL;
    watch.process = g_subprocess_launcher_spawnv(launcher, (const char *const *)argv->pdata, &start_error);
    if (!watch.process) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BROKEN, "cannot start %s: %s", program,
                    start_error->message);
        g_error_free(start_error);
        return NULL;
    }
    g_mutex_init(&watch.lock);
    g_cond_init(&watch.ended_cond);
    const gulong handler =
        cancellable ? g_cancellable_connect(cancellable, G_CALLBACK(on_cancelled), &watch, NULL) : 0;
    GThread *stderr_thread =
        g_thread_new("media-stderr", read_stderr, g_subprocess_get_stderr_pipe(watch.process));
    GError *read_error = NULL;
    json_object *result =
        read_output(g_subprocess_get_stdout_pipe(watch.process), progress, progress_data, &read_error);
    if (read_error)
        g_subprocess_send_signal(watch.process, SIGTERM);
    g_subprocess_wait(watch.process, NULL, NULL);
    g_mutex_lock(&watch.lock);
    watch.ended = TRUE;
    g_cond_broadcast(&watch.ended_cond);
    g_mutex_unlock(&watch.lock);
    g_autofree char *complaint = g_thread_join(stderr_thread);
    if (handler)
        g_cancellable_disconnect(cancellable, handler);
    if (watch.killer)
        g_thread_join(watch.killer);
    const gboolean ok =
        g_subprocess_get_if_exited(watch.process) && g_subprocess_get_exit_status(watch.process) == 0;
    const int status = g_subprocess_get_status(watch.process);
    g_object_unref(watch.process);
    g_mutex_clear(&watch.lock);
    g_cond_clear(&watch.ended_cond);
    if (ok && result && !read_error)
        return result;
    g_clear_pointer(&result, json_object_put);
    if (cancellable && g_cancellable_is_cancelled(cancellable))
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_CANCELLED, "sevend-media was stopped");
    else if (read_error)
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BROKEN, "%s", read_error->message);
    else
        set_error_from_stderr(error, complaint, status);
    g_clear_error(&read_error);
    return NULL;
}

const char *media_error_split(const GError *error, char **ret_code)
{
    const char *colon = strstr(error->message, ": ");
    if (error->code == MEDIA_ERROR_REFUSED && colon) {
        *ret_code = g_strndup(error->message, (gsize)(colon - error->message));
        return colon + 2;
    }
    *ret_code = g_strdup("media-crashed");
    return error->message;
}
