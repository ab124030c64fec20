// SPDX-License-Identifier: GPL-3.0-or-later
// qemu-img as a child: its progress, its words, its end when the task is cancelled.
#include "disk_flatten.h"

#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cancel.h"
#include "common/json.h"
#include "media_error.h"

#define POLL_MS        100
#define MOST_TEXT      (64u << 10)
#define SHORTEST_PIECE 256u

typedef struct {
    GSubprocess *process;
    GString *out; // what came since the last look
    void (*progress)(guint thousandths, gpointer data);
    gpointer data;
} Child;

static void end_with_parent(gpointer data G_GNUC_UNUSED)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

// "    (12.34/100%)\r", of which only the last counts.
static void tell_progress(Child *child)
{
    const char *last = strrchr(child->out->str, '(');
    if (last == NULL || strchr(last, '/') == NULL)
        return;
    child->progress((guint)(g_ascii_strtod(last + 1, NULL) * 10), child->data);
    g_string_truncate(child->out, 0);
}

// FALSE at the end of the output.
static gboolean read_piece(Child *child, int fd)
{
    char piece[SHORTEST_PIECE];
    const gssize count = read(fd, piece, sizeof piece);
    if (count <= 0)
        return FALSE;
    if (child->out->len < MOST_TEXT)
        g_string_append_len(child->out, piece, count);
    if (child->progress != NULL)
        tell_progress(child);
    return TRUE;
}

static void follow(Child *child)
{
    const int fd =
        g_unix_input_stream_get_fd(G_UNIX_INPUT_STREAM(g_subprocess_get_stdout_pipe(child->process)));
    gboolean more = TRUE;
    while (more) {
        GPollFD poll = { .fd = fd, .events = G_IO_IN };
        if (cancel_requested())
            g_subprocess_force_exit(child->process);
        if (g_poll(&poll, 1, POLL_MS) > 0)
            more = read_piece(child, fd);
    }
}

// The last line of what it said is why.
static void set_error(Child *child, GError **error)
{
    char text[4096];
    gsize length = 0;
    g_input_stream_read_all(g_subprocess_get_stderr_pipe(child->process), text, sizeof text - 1, &length,
                            NULL, NULL);
    text[length] = '\0';
    g_strchomp(text);
    g_set_error(error, MEDIA_ERROR,
                strstr(text, "No space left") != NULL ? MEDIA_ERROR_NO_SPACE : MEDIA_ERROR_IO, "%s",
                *text ? text : "qemu-img ended without a word");
}

static gboolean run(const char *const *argv, Child *child, GError **error)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_autoptr(GError) failure = NULL;
    g_subprocess_launcher_set_child_setup(launcher, end_with_parent, NULL, NULL);
    g_autoptr(GSubprocess) process = g_subprocess_launcher_spawnv(launcher, argv, &failure);
    if (process == NULL) {
        g_set_error_literal(error, MEDIA_ERROR, MEDIA_ERROR_IO, failure->message);
        return FALSE;
    }
    child->process = process;
    follow(child);
    g_subprocess_wait(process, NULL, NULL);
    if (!cancel_check(error))
        return FALSE;
    if (g_subprocess_get_successful(process))
        return TRUE;
    set_error(child, error);
    return FALSE;
}

gboolean disk_flatten_measure(const char *disk, guint64 *ret_bytes, GError **error)
{
    const char *const argv[] = { "qemu-img", "measure", "--output=json", "-f", "qcow2", "-O", "qcow2",
                                 disk,       NULL };
    Child child = { .out = g_string_new(NULL) };
    gboolean ok = run(argv, &child, error);
    if (ok) {
        g_autoptr(json_object) answer = json_parse(child.out->str, child.out->len, NULL);
        const gint64 bytes = answer != NULL ? json_int_member(answer, "required", -1) : -1;
        ok = bytes >= 0;
        if (ok)
            *ret_bytes = (guint64)bytes;
        else
            g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_IO, "qemu-img measure says nothing of %s", disk);
    }
    g_string_free(child.out, TRUE);
    return ok;
}

gboolean disk_flatten(const char *disk, const char *output,
                      void (*progress)(guint thousandths, gpointer data), gpointer data, GError **error)
{
    // -W: clusters need not be written in order.
    const char *const argv[] = { "qemu-img", "convert", "-p", "-W",   "-f", "qcow2",
                                 "-O",       "qcow2",   disk, output, NULL };
    Child child = { .out = g_string_new(NULL), .progress = progress, .data = data };
    const gboolean ok = run(argv, &child, error);
    g_string_free(child.out, TRUE);
    return ok;
}
