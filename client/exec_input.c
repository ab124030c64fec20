// SPDX-License-Identifier: GPL-3.0-or-later
// See exec_input.h.
#include "client/exec_input.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "client/api.h"
#include "client/report.h"

#define PIECE_BYTES   65536
#define ROOM_RETRY_MS 100 // until the command has read some of what it was given

struct ExecInput {
    Client client; // with a connection of its own
    char *path;
    gboolean lines;
    int stop_fd;
    GThread *thread;
};

// FALSE when nothing more is to be sent.
static gboolean wait_for(const ExecInput *input, int fd, int milliseconds)
{
    struct pollfd fds[] = { { .fd = input->stop_fd, .events = POLLIN }, { .fd = fd, .events = POLLIN } };
    while (poll(fds, 2, milliseconds) < 0 && errno == EINTR)
        ;
    return fds[0].revents == 0;
}

static char *build_body(const guint8 *bytes, gsize length, gboolean end)
{
    g_autoptr(json_object) body = json_object_new_object();
    g_autofree char *base64 = g_base64_encode(bytes, length);
    json_object_object_add(body, "data_base64", json_object_new_string(base64));
    if (end)
        json_object_object_add(body, "end", json_object_new_boolean(TRUE));
    return g_strdup(json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN));
}

// FALSE when the command takes no more: it has ended, which the other connection tells.
static gboolean send_piece(ExecInput *input, const guint8 *bytes, gsize length, gboolean end)
{
    g_autofree char *body = build_body(bytes, length, end);
    const HttpRequest request = { .method = "POST", .path = input->path, .body = body };
    ExitCode code = EXIT_OK;
    Http *http = client_http(&input->client, &code);
    while (http) {
        g_autoptr(GError) error = NULL;
        g_autoptr(HttpAnswer) answer = http_send(http, &request, &error);
        if (!answer) {
            report_http_error(&input->client, error);
            return FALSE;
        }
        if (answer->status / 100 == 2)
            return TRUE;
        if (answer->status == 404 || answer->status == 409)
            return FALSE;
        if (answer->status != 503) {
            report_problem(&input->client, answer);
            return FALSE;
        }
        if (!wait_for(input, -1, ROOM_RETRY_MS))
            return FALSE;
    }
    return FALSE;
}

static GByteArray *with_windows_line_ends(const guint8 *bytes, gsize length)
{
    GByteArray *text = g_byte_array_sized_new((guint)length + 16);
    for (gsize i = 0; i < length; i++) {
        if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r'))
            g_byte_array_append(text, (const guint8 *)"\r", 1);
        g_byte_array_append(text, bytes + i, 1);
    }
    return text;
}

static gboolean send_typed(ExecInput *input, const guint8 *bytes, gsize length)
{
    if (!input->lines)
        return send_piece(input, bytes, length, FALSE);
    g_autoptr(GByteArray) text = with_windows_line_ends(bytes, length);
    return send_piece(input, text->data, text->len, FALSE);
}

static gpointer pass_on(gpointer data)
{
    ExecInput *input = data;
    guint8 piece[PIECE_BYTES];
    gboolean wanted = TRUE;
    while (wanted && wait_for(input, STDIN_FILENO, -1)) {
        const ssize_t length = read(STDIN_FILENO, piece, sizeof piece);
        if (length < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (length <= 0) {
            send_piece(input, NULL, 0, TRUE);
            break;
        }
        wanted = send_typed(input, piece, (gsize)length);
    }
    return NULL;
}

ExecInput *exec_input_start(const Client *client, const char *command, gboolean lines)
{
    ExecInput *input = g_new0(ExecInput, 1);
    input->client = *client;
    input->client.http = NULL;
    input->path = api_path("commands", command, "input", NULL);
    input->lines = lines;
    input->stop_fd = eventfd(0, EFD_CLOEXEC);
    input->thread = g_thread_new("input", pass_on, input);
    return input;
}

void exec_input_stop(ExecInput *input)
{
    if (!input)
        return;
    const guint64 one = 1;
    ssize_t written = write(input->stop_fd, &one, sizeof one);
    (void)written; // a new eventfd has room
    g_thread_join(input->thread);
    close(input->stop_fd);
    http_free(input->client.http);
    g_free(input->path);
    g_free(input);
}
