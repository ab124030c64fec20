// SPDX-License-Identifier: GPL-3.0-or-later
// Processes and terminals for the client's tests.
#include "tests/unit/client/sevenctl_process.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

struct Running {
    GPid pid;
    int master;   // the terminal, or the pipe from standard output
    int error_fd; // the pipe from standard error, or -1
    int slave;    // of the terminal, to ask whether it echoes; or -1
    GString *output;
};

void outcome_free(Outcome *outcome)
{
    if (!outcome)
        return;
    g_free(outcome->out);
    g_free(outcome->err);
    g_free(outcome);
}

static char **child_environment(const FakeDaemon *fake, gboolean terminal)
{
    char **list = g_get_environ();
    const char *socket_path = fake ? fake_daemon_socket(fake) : "/nonexistent/sevend.sock";
    list = g_environ_setenv(list, "SEVENCTL_SOCKET", socket_path, TRUE);
    list = g_environ_unsetenv(list, "SEVENCTL_HOST");
    list = g_environ_unsetenv(list, "SEVENCTL_TOKEN");
    list = g_environ_unsetenv(list, "COLUMNS");
    list = g_environ_setenv(list, "TZ", "UTC", TRUE);
    list = g_environ_setenv(list, "LC_ALL", "C.UTF-8", TRUE);
    return g_environ_setenv(list, "TERM", terminal ? "xterm" : "dumb", TRUE);
}

static char **child_arguments(va_list arguments)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_assert_nonnull(g_getenv("SEVENCTL"));
    g_strv_builder_add(builder, g_getenv("SEVENCTL"));
    for (const char *argument; (argument = va_arg(arguments, const char *));)
        g_strv_builder_add(builder, argument);
    return g_strv_builder_end(builder);
}

static int exit_code(int wait_status)
{
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

static void leave_terminal(gpointer unused)
{
    (void)unused;
    setsid();
}

static Outcome *run(const FakeDaemon *fake, const char *input, const char *variable, char **words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_auto(GStrv) environment = child_environment(fake, FALSE);
    if (variable) {
        g_auto(GStrv) halves = g_strsplit(variable, "=", 2);
        environment = g_environ_setenv(environment, halves[0], halves[1], TRUE);
    }
    g_subprocess_launcher_set_environ(launcher, environment);
    g_subprocess_launcher_set_child_setup(launcher, leave_terminal, NULL, NULL);
    g_autoptr(GSubprocess) process =
        g_subprocess_launcher_spawnv(launcher, (const char *const *)words, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) given = g_bytes_new(input, input ? strlen(input) : 0);
    g_autoptr(GBytes) out = NULL;
    g_autoptr(GBytes) err = NULL;
    g_subprocess_communicate(process, given, NULL, &out, &err, &error);
    if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE)) // it need not read its input
        g_assert_no_error(error);
    Outcome *outcome = g_new0(Outcome, 1);
    outcome->code = exit_code(g_subprocess_get_status(process));
    outcome->out_length = g_bytes_get_size(out);
    outcome->out = g_malloc0(outcome->out_length + 1);
    if (outcome->out_length)
        memcpy(outcome->out, g_bytes_get_data(out, NULL), outcome->out_length);
    outcome->err = g_strndup(g_bytes_get_data(err, NULL), g_bytes_get_size(err));
    if (!outcome->err)
        outcome->err = g_strdup("");
    return outcome;
}

Outcome *sevenctl_run(const FakeDaemon *fake, const char *input, ...)
{
    va_list arguments;
    va_start(arguments, input);
    g_auto(GStrv) words = child_arguments(arguments);
    va_end(arguments);
    return run(fake, input, NULL, words);
}

Outcome *sevenctl_runv(const FakeDaemon *fake, const char *input, const char *variable,
                       const char *const *arguments)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_strv_builder_add(builder, g_getenv("SEVENCTL"));
    g_strv_builder_addv(builder, (const char **)(gpointer)arguments);
    g_auto(GStrv) words = g_strv_builder_end(builder);
    return run(fake, input, variable, words);
}

static void take_terminal(gpointer unused)
{
    (void)unused;
    setsid();
    ioctl(STDIN_FILENO, TIOCSCTTY, 0);
}

static void start_on_terminal(Running *running, char **words, char **environment, guint columns)
{
    struct winsize size = { .ws_row = 24, .ws_col = (unsigned short)columns };
    g_autoptr(GError) error = NULL;
    g_assert_no_errno(openpty(&running->master, &running->slave, NULL, NULL, &size));
    g_assert_no_errno(fcntl(running->master, F_SETFD, FD_CLOEXEC));
    g_spawn_async_with_fds(NULL, words, environment, G_SPAWN_DO_NOT_REAP_CHILD, take_terminal, NULL,
                           &running->pid, running->slave, running->slave, running->slave, &error);
    g_assert_no_error(error);
    running->error_fd = -1;
}

static void start_on_pipes(Running *running, char **words, char **environment)
{
    g_autoptr(GError) error = NULL;
    g_spawn_async_with_pipes(NULL, words, environment, G_SPAWN_DO_NOT_REAP_CHILD, leave_terminal, NULL,
                             &running->pid, NULL, &running->master, &running->error_fd, &error);
    g_assert_no_error(error);
    running->slave = -1;
}

Running *sevenctl_start(const FakeDaemon *fake, guint columns, ...)
{
    Running *running = g_new0(Running, 1);
    va_list arguments;
    va_start(arguments, columns);
    g_auto(GStrv) words = child_arguments(arguments);
    va_end(arguments);
    g_auto(GStrv) environment = child_environment(fake, columns > 0);
    running->output = g_string_new(NULL);
    if (columns)
        start_on_terminal(running, words, environment, columns);
    else
        start_on_pipes(running, words, environment);
    return running;
}

// FALSE at the end. On a terminal that is when the program has ended: the test holds the other side open
// itself.
static gboolean read_more(Running *running)
{
    char buffer[4096];
    struct pollfd polled = { .fd = running->master, .events = POLLIN };
    while (running->slave >= 0 && poll(&polled, 1, 50) == 0) {
        siginfo_t info = { 0 };
        waitid(P_PID, (id_t)running->pid, &info, WEXITED | WNOHANG | WNOWAIT);
        if (info.si_pid && poll(&polled, 1, 0) == 0)
            return FALSE;
    }
    ssize_t got = read(running->master, buffer, sizeof buffer);
    if (got <= 0)
        return FALSE;
    g_string_append_len(running->output, buffer, got);
    return TRUE;
}

void running_expect(Running *running, const char *text)
{
    while (!strstr(running->output->str, text))
        if (!read_more(running))
            g_error("it ended without \"%s\"; it said: %s", text, running->output->str);
}

void running_type(Running *running, const char *text)
{
    g_assert_cmpint(write(running->master, text, strlen(text)), ==, (gssize)strlen(text));
}

void running_signal(Running *running, int signal_number)
{
    g_assert_no_errno(kill(running->pid, signal_number));
}

const char *running_output(const Running *running)
{
    return running->output->str;
}

gboolean running_echoes(const Running *running)
{
    struct termios settings;
    g_assert_no_errno(tcgetattr(running->slave, &settings));
    return (settings.c_lflag & ECHO) != 0;
}

static char *read_all(int fd)
{
    GString *text = g_string_new(NULL);
    char buffer[4096];
    for (ssize_t got; (got = read(fd, buffer, sizeof buffer)) > 0;)
        g_string_append_len(text, buffer, got);
    return g_string_free(text, FALSE);
}

Outcome *running_finish(Running *running)
{
    Outcome *outcome = g_new0(Outcome, 1);
    int status = 0;
    while (read_more(running))
        ;
    outcome->err = running->error_fd >= 0 ? read_all(running->error_fd) : g_strdup("");
    while (waitpid(running->pid, &status, 0) < 0 && errno == EINTR)
        ;
    outcome->code = exit_code(status);
    outcome->out_length = running->output->len;
    outcome->out = g_string_free(running->output, FALSE);
    close(running->master);
    if (running->slave >= 0)
        close(running->slave);
    if (running->error_fd >= 0)
        close(running->error_fd);
    g_spawn_close_pid(running->pid);
    g_free(running);
    return outcome;
}

void golden_check(const char *name, const char *text)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "golden", name, NULL);
    g_autofree char *expected = NULL;
    g_autoptr(GError) error = NULL;
    if (g_getenv("SEVENCTL_TEST_REGENERATE")) {
        g_file_set_contents(path, text, -1, &error);
        g_assert_no_error(error);
        return;
    }
    g_file_get_contents(path, &expected, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(text, ==, expected);
}
