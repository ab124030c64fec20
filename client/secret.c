// SPDX-License-Identifier: GPL-3.0-or-later
// Reading secrets. The terminal is /dev/tty, so that a request can come on standard input at the same time.
#include "client/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define SECRET_LIMIT 4096

void secret_free(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    g_free(secret);
}

// Reads bytes up to a line end or the end of input. Returns their number, -1 if read() failed (EINTR too),
// -2 if the line does not fit. *@ret_ended_by_line: a line end was there. @waiting: the signals to block
// while waiting and only then, or NULL.
static gssize read_line(int fd, const sigset_t *waiting, char *buffer, gboolean *ret_ended_by_line)
{
    struct pollfd polled = { .fd = fd, .events = POLLIN };
    gsize length = 0;
    *ret_ended_by_line = FALSE;
    for (;;) {
        if (waiting && ppoll(&polled, 1, NULL, waiting) < 0)
            return -1;
        // Byte by byte: what follows the line on standard input is not ours.
        ssize_t got = read(fd, buffer + length, 1);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        if (buffer[length] == '\n') {
            *ret_ended_by_line = TRUE;
            break;
        }
        if (++length == SECRET_LIMIT)
            return -2;
    }
    if (length > 0 && buffer[length - 1] == '\r')
        length--;
    buffer[length] = '\0';
    return (gssize)length;
}

char *secret_read_file(const char *path, GError **error)
{
    gboolean standard_input = !strcmp(path, "-");
    const char *name = standard_input ? "standard input" : path;
    int fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "%s: %s", name,
                    g_strerror(errno));
        return NULL;
    }
    char *buffer = g_malloc0(SECRET_LIMIT + 1);
    gboolean line;
    gssize length = read_line(fd, NULL, buffer, &line);
    int saved = errno;
    if (!standard_input)
        close(fd);
    if (length == -1)
        g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(saved), "%s: %s", name,
                    g_strerror(saved));
    else if (length == -2)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: the first line is longer than %d bytes",
                    name, SECRET_LIMIT);
    else if (length == 0 && !line)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: empty", name);
    else if (!g_utf8_validate(buffer, length, NULL))
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: not UTF-8", name);
    else
        return buffer;
    explicit_bzero(buffer, SECRET_LIMIT + 1);
    g_free(buffer);
    return NULL;
}

static void on_signal(int signal_number)
{
    (void)signal_number; // only there so that ppoll() ends with EINTR and the terminal gets its echo back
}

static gssize ask_once(int fd, const sigset_t *waiting, const char *question, char *buffer,
                       gboolean *ret_line)
{
    ssize_t written = write(fd, question, strlen(question));
    (void)written;
    gssize length = read_line(fd, waiting, buffer, ret_line);
    written = write(fd, "\n", 1); // the user's own Enter was not echoed
    (void)written;
    return length;
}

static char *ask_silenced(int fd, const sigset_t *waiting, const char *question, gboolean confirm,
                          GError **error)
{
    g_autofree char *again = g_strdup_printf("%s (again)", question);
    g_autofree char *first_text = g_strconcat(question, ": ", NULL);
    g_autofree char *second_text = g_strconcat(again, ": ", NULL);
    char first[SECRET_LIMIT + 1] = "";
    char second[SECRET_LIMIT + 1] = "";
    char *secret = NULL;
    gboolean same = FALSE, failed = FALSE;
    while (!same && !failed) {
        gboolean line = FALSE;
        failed = ask_once(fd, waiting, first_text, first, &line) < 0 || !line;
        if (!failed && confirm)
            failed = ask_once(fd, waiting, second_text, second, &line) < 0 || !line;
        same = !failed && (!confirm || !strcmp(first, second));
        if (!failed && !same) {
            static const char text[] = "These were not the same; once more.\n";
            failed = write(fd, text, sizeof text - 1) < 0;
        }
    }
    if (same && g_utf8_validate(first, -1, NULL))
        secret = g_strdup(first);
    else
        g_set_error(error, G_IO_ERROR, same ? G_IO_ERROR_INVALID_DATA : G_IO_ERROR_CANCELLED, "%s: %s",
                    question, same ? "not UTF-8" : "nothing was entered");
    explicit_bzero(first, sizeof first);
    explicit_bzero(second, sizeof second);
    return secret;
}

char *secret_ask(const char *question, gboolean confirm, GError **error)
{
    struct termios before, silent;
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || tcgetattr(fd, &before) != 0) {
        if (fd >= 0)
            close(fd);
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "there is no terminal to ask on");
        return NULL;
    }
    struct sigaction quiet = { .sa_handler = on_signal }, old_interrupt, old_terminate;
    // Blocked but for the wait itself: a signal that came just before it would otherwise be missed.
    sigset_t blocked, mask_before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &mask_before);
    sigemptyset(&quiet.sa_mask);
    sigaction(SIGINT, &quiet, &old_interrupt);
    sigaction(SIGTERM, &quiet, &old_terminate);
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(fd, TCSAFLUSH, &silent);
    char *secret = ask_silenced(fd, &mask_before, question, confirm, error);
    tcsetattr(fd, TCSAFLUSH, &before);
    sigaction(SIGINT, &old_interrupt, NULL);
    sigaction(SIGTERM, &old_terminate, NULL);
    sigprocmask(SIG_SETMASK, &mask_before, NULL);
    close(fd);
    return secret;
}
