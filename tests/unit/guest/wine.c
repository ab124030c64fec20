// SPDX-License-Identifier: GPL-3.0-or-later
// A Wine prefix for tests; see wine.h.
#include "wine.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <glib/gstdio.h>

static void make_folder(const char *path)
{
    g_assert_cmpint(g_mkdir_with_parents(path, 0700), ==, 0);
}

// Opens a raw pseudo-terminal and links its far end to a stable name, to which the prefix's registry points.
static int open_port(const char *name)
{
    struct termios raw;
    int near, far;

    g_assert_cmpint(openpty(&near, &far, NULL, NULL, NULL), ==, 0);
    g_assert_cmpint(tcgetattr(far, &raw), ==, 0);
    cfmakeraw(&raw);
    g_assert_cmpint(tcsetattr(far, TCSANOW, &raw), ==, 0);
    g_assert_cmpint(symlink(ttyname(far), name), ==, 0);
    // far stays open, so that the near end sees no hang-up between two programs.
    g_assert_cmpint(fcntl(near, F_SETFL, O_NONBLOCK), ==, 0);
    g_assert_cmpint(fcntl(near, F_SETFD, FD_CLOEXEC), ==, 0);
    g_assert_cmpint(fcntl(far, F_SETFD, FD_CLOEXEC), ==, 0);
    return near;
}

// Wine makes its COM ports anew at each start, from this key.
static void name_ports(struct wine *wine)
{
    g_autofree char *path = g_build_filename(wine->folder, "prefix", "system.reg", NULL);
    g_autofree char *before = NULL;
    g_autofree char *after = NULL;

    g_assert_true(g_file_get_contents(path, &before, NULL, NULL));
    after = g_strdup_printf("%s\n[Software\\\\Wine\\\\Ports] 1\n\"COM1\"=\"%s/com1\"\n\"COM2\"=\"%s/com2\"\n",
                            before, wine->folder, wine->folder);
    g_assert_true(g_file_set_contents(path, after, -1, NULL));
}

static GSubprocess *spawn(struct wine *wine, const char *const *argv, GSubprocessFlags flags)
{
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(flags);
    g_autofree char *log = g_build_filename(wine->folder, "log", NULL);
    g_autoptr(GError) error = NULL;

    g_subprocess_launcher_set_environ(launcher, wine->environment);
    g_subprocess_launcher_set_cwd(launcher, wine->folder);
    // Wine's server writes pages there when it ends.
    g_subprocess_launcher_set_stderr_file_path(launcher, log);
    if (!(flags & G_SUBPROCESS_FLAGS_STDOUT_PIPE))
        g_subprocess_launcher_set_stdout_file_path(launcher, log);
    GSubprocess *process = g_subprocess_launcher_spawnv(launcher, argv, &error);
    g_assert_no_error(error);
    return process;
}

// Runs the server's own commands: -p starts it so that it stays until told otherwise (without, Wine ends all
// services some seconds after the last other program), -k ends everything, -w waits until all has ended.
static void tell_server(struct wine *wine, const char *option)
{
    const char *const argv[] = { wine->server, option, NULL };
    g_autoptr(GSubprocess) process = spawn(wine, argv, G_SUBPROCESS_FLAGS_NONE);

    g_subprocess_wait(process, NULL, NULL);
}

// Debian keeps the server beside the 64-bit loader; elsewhere it is in the path.
static char *find_server(const char *program)
{
    g_autofree char *folder = g_path_get_dirname(program);
    char *server = g_build_filename(folder, "wineserver64", NULL);

    if (g_file_test(server, G_FILE_TEST_IS_EXECUTABLE))
        return server;
    g_free(server);
    if (g_file_test("/usr/lib/wine/wineserver64", G_FILE_TEST_IS_EXECUTABLE))
        return g_strdup("/usr/lib/wine/wineserver64");
    server = g_find_program_in_path("wineserver");
    g_assert_nonnull(server);
    return server;
}

// Follows no links: the prefix has one to "/".
static void remove_tree(const char *path)
{
    if (!g_file_test(path, G_FILE_TEST_IS_SYMLINK) && g_file_test(path, G_FILE_TEST_IS_DIR)) {
        GDir *folder = g_dir_open(path, 0, NULL);
        const char *name;
        while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
            g_autofree char *child = g_build_filename(path, name, NULL);
            remove_tree(child);
        }
        if (folder != NULL)
            g_dir_close(folder);
    }
    g_remove(path);
}

// Ends what runs in the prefix and removes everything, in a process of its own that waits for the end of the
// tests, however they end: a failed assertion aborts, and must leave nothing behind either.
static void clean_up_afterwards(struct wine *wine, int ended)
{
    char *kill[] = { wine->server, (char *)"-k", NULL };
    char *wait[] = { wine->server, (char *)"-w", NULL };
    int null = open("/dev/null", O_WRONLY);
    char byte;

    setsid();
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    while (read(ended, &byte, 1) < 0 && errno == EINTR)
        ;
    g_spawn_sync("/", kill, wine->environment, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, NULL, NULL);
    g_spawn_sync("/", wait, wine->environment, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, NULL, NULL);
    remove_tree(wine->folder);
    _exit(0);
}

static void start_cleaner(struct wine *wine)
{
    int ends[2];

    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    wine->cleaner = fork();
    g_assert_cmpint(wine->cleaner, >=, 0);
    if (wine->cleaner == 0) {
        close(ends[1]);
        clean_up_afterwards(wine, ends[0]);
    }
    close(ends[0]);
    wine->alive = ends[1];
}

void wine_start(struct wine *wine, const char *program)
{
    static const char *const boot[] = { "wineboot", "--init", NULL };
    g_autoptr(GError) error = NULL;

    wine->folder = g_dir_make_tmp("sevend-wine-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *prefix = g_build_filename(wine->folder, "prefix", NULL);
    g_autofree char *com1 = g_build_filename(wine->folder, "com1", NULL);
    g_autofree char *com2 = g_build_filename(wine->folder, "com2", NULL);
    wine->c = g_build_filename(prefix, "drive_c", NULL);
    wine->program = g_strdup(program);
    wine->server = find_server(program);
    wine->environment = g_get_environ();
    wine->environment = g_environ_setenv(wine->environment, "WINEPREFIX", prefix, TRUE);
    wine->environment = g_environ_setenv(wine->environment, "HOME", wine->folder, TRUE);
    wine->environment = g_environ_setenv(wine->environment, "WINEDEBUG", "-all", TRUE);
    // No dialogs that offer downloads, no menus on the host's desktop, no window at all; and of shutdown.exe
    // the file that a test puts there, not Wine's own.
    wine->environment = g_environ_setenv(wine->environment, "WINEDLLOVERRIDES",
                                         "mscoree=;mshtml=;winemenubuilder.exe=;shutdown.exe=n", TRUE);
    wine->environment = g_environ_unsetenv(wine->environment, "DISPLAY");
    wine->environment = g_environ_unsetenv(wine->environment, "SEVEND_NONCE");
    make_folder(prefix);
    // Before GLib has threads, which do not come along into the cleaner.
    start_cleaner(wine);
    wine_run(wine, boot, NULL);
    tell_server(wine, "-w");
    name_ports(wine);
    wine->com[0] = open_port(com1);
    wine->com[1] = open_port(com2);
    tell_server(wine, "-p");
}

void wine_stop(struct wine *wine)
{
    close(wine->alive);
    waitpid(wine->cleaner, NULL, 0);
    close(wine->com[0]);
    close(wine->com[1]);
    g_free(wine->folder);
    g_free(wine->c);
    g_free(wine->program);
    g_free(wine->server);
    g_strfreev(wine->environment);
}

void wine_map_drive(struct wine *wine, char letter, const char *folder)
{
    g_autofree char *link = g_strdup_printf("%s/prefix/dosdevices/%c:", wine->folder, letter);

    g_assert_cmpint(symlink(folder, link), ==, 0);
}

void wine_copy(struct wine *wine, const char *from, const char *to)
{
    g_autofree char *path = g_build_filename(wine->c, to, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *bytes = NULL;
    g_autoptr(GError) error = NULL;
    gsize length;

    make_folder(folder);
    g_file_get_contents(from, &bytes, &length, &error);
    g_assert_no_error(error);
    g_file_set_contents_full(path, bytes, (gssize)length, G_FILE_SET_CONTENTS_NONE, 0755, &error);
    g_assert_no_error(error);
}

void wine_write(struct wine *wine, const char *to, const char *text)
{
    g_autofree char *path = g_build_filename(wine->c, to, NULL);
    g_autofree char *folder = g_path_get_dirname(path);

    make_folder(folder);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

char *wine_read(struct wine *wine, const char *from)
{
    g_autofree char *path = g_build_filename(wine->c, from, NULL);
    char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static char **with_wine(struct wine *wine, const char *const *argv)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    g_strv_builder_add(builder, wine->program);
    g_strv_builder_addv(builder, (const char **)argv);
    return g_strv_builder_end(builder);
}

GSubprocess *wine_spawn(struct wine *wine, const char *const *argv)
{
    g_auto(GStrv) whole = with_wine(wine, argv);

    return spawn(wine, (const char *const *)whole, G_SUBPROCESS_FLAGS_NONE);
}

int wine_run(struct wine *wine, const char *const *argv, char **output)
{
    g_auto(GStrv) whole = with_wine(wine, argv);
    GSubprocessFlags flags = output == NULL ? G_SUBPROCESS_FLAGS_NONE : G_SUBPROCESS_FLAGS_STDOUT_PIPE;
    g_autoptr(GSubprocess) process = spawn(wine, (const char *const *)whole, flags);
    g_autoptr(GError) error = NULL;

    g_subprocess_communicate_utf8(process, NULL, NULL, output, NULL, &error);
    g_assert_no_error(error);
    return g_subprocess_get_if_exited(process) ? g_subprocess_get_exit_status(process) : -1;
}
