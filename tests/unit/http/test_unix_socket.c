// SPDX-License-Identifier: GPL-3.0-or-later
// The socket as a file, and who may talk to it.
#include <errno.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/http/http_fixture.h"

#define NOBODY 65534

static void test_the_socket_is_for_owner_and_group_whatever_the_umask(void)
{
    static const mode_t masks[] = { 0, 022, 077 };
    for (gsize i = 0; i < G_N_ELEMENTS(masks); i++) {
        g_autoptr(Fixture) fixture = fixture_new();
        mode_t before = umask(masks[i]);
        fixture_start(fixture);
        umask(before);
        struct stat status;
        g_assert_cmpint(lstat(fixture->config.socket, &status), ==, 0);
        g_assert_cmphex(status.st_mode & 07777, ==, 0660);
        g_assert_true(S_ISSOCK(status.st_mode));
    }
}

static void test_the_socket_goes_with_the_server(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_start(fixture);
    fixture_stop(fixture);
    GDir *folder = g_dir_open(fixture->folder, 0, NULL);
    g_assert_cmpstr(g_dir_read_name(folder), ==, NULL);
    g_dir_close(folder);
}

static void test_the_folder_is_made(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    g_free(fixture->config.socket);
    fixture->config.socket = fixture_path(fixture, "run/sevend/sevend.sock");
    fixture_start(fixture);
    g_autoptr(Answer) answer = fixture_get(fixture, "/healthz");
    g_assert_cmpuint(answer->status, ==, 200);
}

static int bind_socket(const char *path, gboolean listening)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(fd, (const struct sockaddr *)&address, sizeof address), ==, 0);
    if (listening)
        g_assert_cmpint(listen(fd, 1), ==, 0);
    return fd;
}

static void test_a_stale_socket_is_replaced(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    close(bind_socket(fixture->config.socket, TRUE));
    fixture_start(fixture);
    g_autoptr(Answer) answer = fixture_get(fixture, "/healthz");
    g_assert_cmpuint(answer->status, ==, 200);
}

static void test_a_socket_on_which_somebody_answers_is_left_alone(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    int other = bind_socket(fixture->config.socket, TRUE);
    g_autoptr(GError) error = fixture_start_fails(fixture);
    g_assert_error(error, HTTP_ERROR, HTTP_ERROR_SOCKET);
    g_assert_true(g_file_test(fixture->config.socket, G_FILE_TEST_EXISTS));
    close(other);
}

static void test_a_second_daemon_is_refused_and_the_first_goes_on(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_start(fixture);
    GError *error = NULL;
    g_assert_null(http_server_start(&fixture->config, fixture->daemon, &error));
    g_assert_error(error, HTTP_ERROR, HTTP_ERROR_SOCKET);
    g_clear_error(&error);
    g_autoptr(Answer) answer = fixture_get(fixture, "/healthz");
    g_assert_cmpuint(answer->status, ==, 200);
}

static void test_other_files_are_left_alone(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    g_assert_true(g_file_set_contents(fixture->config.socket, "precious", -1, NULL));
    g_autoptr(GError) error = fixture_start_fails(fixture);
    g_assert_error(error, HTTP_ERROR, HTTP_ERROR_SOCKET);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(fixture->config.socket, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "precious");
}

static void test_a_path_that_is_too_long_is_refused(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    g_autofree char *letters = g_strnfill(120, 'a');
    g_free(fixture->config.socket);
    fixture->config.socket = fixture_path(fixture, letters);
    g_autoptr(GError) error = fixture_start_fails(fixture);
    g_assert_error(error, HTTP_ERROR, HTTP_ERROR_SOCKET);
}

static void test_a_group_that_does_not_exist_is_no_obstacle(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    g_free(fixture->config.socket_group);
    fixture->config.socket_group = g_strdup("no-such-group-at-all");
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*no-such-group-at-all*");
    fixture_start(fixture);
    g_test_assert_expected_messages();
    g_autoptr(Answer) answer = fixture_get(fixture, "/v1");
    g_assert_cmpuint(answer->status, ==, 200);
}

// A client thread of another user. Linux keeps credentials for each thread; glibc's setuid() changes them in
// all, the system calls in one.
typedef struct {
    const Fixture *fixture;
    gid_t gid;
    gid_t supplementary; // or 0
    guint status;
} Outsider;

static gpointer ask_as_outsider(gpointer data)
{
    Outsider *outsider = data;
    gsize count = outsider->supplementary != 0 ? 1 : 0;
    if (syscall(SYS_setgroups, count, &outsider->supplementary) < 0 ||
        syscall(SYS_setresgid, outsider->gid, outsider->gid, outsider->gid) < 0 ||
        syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY) < 0)
        g_error("cannot become another user: %s", g_strerror(errno));
    g_autoptr(Answer) answer = fixture_get(outsider->fixture, "/v1");
    outsider->status = answer->status;
    if (answer->status == 403)
        assert_problem(answer, 403, "forbidden");
    return NULL;
}

static guint status_for(const Fixture *fixture, gid_t gid, gid_t supplementary)
{
    Outsider outsider = { fixture, gid, supplementary, 0 };
    g_thread_join(g_thread_new("outsider", ask_as_outsider, &outsider));
    return outsider.status;
}

static Fixture *started_for_group(const char *group)
{
    Fixture *fixture = fixture_new();
    g_free(fixture->config.socket_group);
    fixture->config.socket_group = g_strdup(group);
    fixture_start(fixture);
    return fixture;
}

// The file's mode keeps outsiders out as well; it is opened here to see the other check.
static void open_for_all(const Fixture *fixture)
{
    g_assert_cmpint(chmod(fixture->folder, 0755), ==, 0);
    g_assert_cmpint(chmod(fixture->config.socket, 0666), ==, 0);
}

static void test_others_are_refused_even_where_they_can_connect(void)
{
    if (geteuid() != 0) {
        g_test_skip("needs root");
        return;
    }
    const struct group *group = getgrnam("daemon");
    g_assert_nonnull(group);
    g_autoptr(Fixture) fixture = started_for_group("daemon");
    open_for_all(fixture);
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "refused a client: uid=65534 pid=*");
    g_assert_cmpuint(status_for(fixture, NOBODY, 0), ==, 403);
    g_test_assert_expected_messages();
    g_assert_cmpuint(fake_call_count(fixture->daemon), ==, 0);
}

static void test_members_of_the_group_are_served(void)
{
    if (geteuid() != 0) {
        g_test_skip("needs root");
        return;
    }
    const struct group *group = getgrnam("daemon");
    g_assert_nonnull(group);
    gid_t gid = group->gr_gid;
    g_autoptr(Fixture) fixture = started_for_group("daemon");
    struct stat status;
    g_assert_cmpint(stat(fixture->config.socket, &status), ==, 0);
    g_assert_cmpuint(status.st_gid, ==, gid);
    g_assert_cmpint(chmod(fixture->folder, 0755), ==, 0);
    g_assert_cmpuint(status_for(fixture, gid, 0), ==, 200);
    g_assert_cmpuint(status_for(fixture, NOBODY, gid), ==, 200);
}

static void test_without_a_group_only_root_and_the_daemon_are_served(void)
{
    if (geteuid() != 0) {
        g_test_skip("needs root");
        return;
    }
    g_autoptr(Fixture) fixture = started_for_group("");
    open_for_all(fixture);
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "refused a client*");
    g_assert_cmpuint(status_for(fixture, 0, 0), ==, 403);
    g_test_assert_expected_messages();
    g_autoptr(Answer) answer = fixture_get(fixture, "/v1");
    g_assert_cmpuint(answer->status, ==, 200);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/unix-socket/mode", test_the_socket_is_for_owner_and_group_whatever_the_umask);
    g_test_add_func("/unix-socket/goes-with-the-server", test_the_socket_goes_with_the_server);
    g_test_add_func("/unix-socket/folder-is-made", test_the_folder_is_made);
    g_test_add_func("/unix-socket/stale", test_a_stale_socket_is_replaced);
    g_test_add_func("/unix-socket/living", test_a_socket_on_which_somebody_answers_is_left_alone);
    g_test_add_func("/unix-socket/second-daemon", test_a_second_daemon_is_refused_and_the_first_goes_on);
    g_test_add_func("/unix-socket/other-files", test_other_files_are_left_alone);
    g_test_add_func("/unix-socket/too-long", test_a_path_that_is_too_long_is_refused);
    g_test_add_func("/unix-socket/unknown-group", test_a_group_that_does_not_exist_is_no_obstacle);
    g_test_add_func("/peer/others-are-refused", test_others_are_refused_even_where_they_can_connect);
    g_test_add_func("/peer/members-are-served", test_members_of_the_group_are_served);
    g_test_add_func("/peer/no-group", test_without_a_group_only_root_and_the_daemon_are_served);
    return g_test_run();
}
