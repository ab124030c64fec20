// SPDX-License-Identifier: GPL-3.0-or-later
// What POST /v1/vms/{name}/exec takes, and what it says of everything else, all at once.
#include "daemon/service/exec_request.h"

#include <string.h>

#include "common/json.h"

static json_object *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    json_object *body = json_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    return body;
}

static void assert_input(const ExecRequest *request, const char *bytes, gsize length)
{
    guint8 buffer[16];
    gboolean end = FALSE;
    g_assert_cmpuint(agent_input_take(request->input, buffer, sizeof buffer, &end), ==, length);
    g_assert_cmpmem(buffer, length, bytes, length);
    g_assert_cmpint(end, ==, !request->input_open);
}

static void all_that_belongs_to_a_command(void)
{
    g_autoptr(json_object) body =
        parse("{\"argv\":[\"a\",\"b c\"],\"cwd\":\"C:\\\\\",\"timeout_seconds\":7,\"session\":\"desktop\","
              "\"environment\":{\"A\":\"1=2\",\"B\":\"\"},\"stdin\":\"text\"}");
    g_auto(ExecRequest) request = { 0 };
    g_assert_true(exec_request_read(body, FALSE, &request, NULL));
    g_assert_cmpstr(request.command.argv[0], ==, "a");
    g_assert_cmpstr(request.command.argv[1], ==, "b c");
    g_assert_null(request.command.argv[2]);
    g_assert_cmpstr(request.command.cwd, ==, "C:\\");
    g_assert_cmpuint(request.command.timeout_ms, ==, 7000);
    g_assert_true(request.command.on_desktop);
    g_assert_cmpstr(request.command.environment[0], ==, "A=1=2");
    g_assert_cmpstr(request.command.environment[1], ==, "B=");
    g_assert_null(request.command.environment[2]);
    assert_input(&request, "text", 4);
}

static void a_line_for_the_shell(void)
{
    g_autoptr(json_object) body = parse("{\"shell\":\"dir & ver\",\"stdin_base64\":\"AAE=\"}");
    g_auto(ExecRequest) request = { 0 };
    g_assert_true(exec_request_read(body, FALSE, &request, NULL));
    g_assert_cmpstr(request.command.argv[0], ==, "cmd");
    g_assert_cmpstr(request.command.argv[1], ==, "/c");
    g_assert_cmpstr(request.command.argv[2], ==, "dir & ver");
    g_assert_null(request.command.argv[3]);
    g_assert_null(request.command.environment);
    g_assert_false(request.command.on_desktop);
    g_assert_cmpuint(request.command.timeout_ms, ==, 60000);
    assert_input(&request, "\0\1", 2);
}

static void input_that_follows(void)
{
    g_autoptr(json_object) body = parse("{\"argv\":[\"sort\"],\"stdin\":\"a\",\"stdin_open\":true}");
    g_auto(ExecRequest) request = { 0 };
    g_assert_true(exec_request_read(body, TRUE, &request, NULL));
    assert_input(&request, "a", 1);
}

static void everything_wrong_is_named(void)
{
    static const struct {
        const char *body, *pointers;
    } rows[] = {
        { "{}", "/argv" },
        { "{\"argv\":[]}", "/argv" },
        { "{\"argv\":[1]}", "/argv/0" },
        { "{\"argv\":\"cmd\"}", "/argv" },
        { "{\"shell\":\"\"}", "/shell" },
        { "{\"argv\":[\"a\"],\"shell\":\"b\"}", "/shell" },
        { "{\"argv\":[\"a\"],\"session\":\"window\",\"timeout_seconds\":0}", "/session /timeout_seconds" },
        { "{\"argv\":[\"a\"],\"environment\":{\"A=B\":\"1\",\"C\":2,\"\":\"3\"}}",
          "/environment/A=B /environment/C /environment/" },
        { "{\"argv\":[\"a\"],\"stdin\":\"x\",\"stdin_base64\":\"AAE=\"}", "/stdin_base64" },
        { "{\"argv\":[\"a\"],\"stdin_base64\":\"not base64!\"}", "/stdin_base64" },
        { "{\"argv\":[\"a\"],\"user\":\"x\"}", "/user" },
        { "{\"argv\":[\"a\"],\"stdin_open\":true}", "/stdin_open" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(json_object) body = parse(rows[i].body);
        g_auto(ExecRequest) request = { 0 };
        g_autoptr(Problem) problem = NULL;
        g_assert_false(exec_request_read(body, FALSE, &request, &problem));
        g_autoptr(GString) joined = g_string_new(NULL);
        for (guint j = 0; j < faults_count(problem->faults); j++)
            g_string_append_printf(joined, "%s%s", j > 0 ? " " : "", faults_get(problem->faults, j)->pointer);
        g_test_message("%s", rows[i].body);
        g_assert_cmpstr(joined->str, ==, rows[i].pointers);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/exec-request/all", all_that_belongs_to_a_command);
    g_test_add_func("/exec-request/shell", a_line_for_the_shell);
    g_test_add_func("/exec-request/open-input", input_that_follows);
    g_test_add_func("/exec-request/wrong", everything_wrong_is_named);
    return g_test_run();
}
