// SPDX-License-Identifier: GPL-3.0-or-later
// The request for a clone: what it may say, and every fault with its pointer and code.
#include <string.h>

#include "daemon/images/clone_request.h"
#include "unattend/commands.h"

static json_object *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    json_object *object = json_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    return object;
}

static void little_is_enough(void)
{
    g_autoptr(json_object) document = parse("{\"name\":\"a\",\"image\":\"gold\"}");
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(CloneRequest) request = clone_request_parse(document, faults);
    g_assert_nonnull(request);
    g_assert_cmpstr(request->name, ==, "a");
    g_assert_cmpstr(request->image, ==, "gold");
    g_assert_null(request->computer_name);
    g_assert_cmpuint(request->vcpus + request->memory_mib, ==, 0);
    g_assert_cmpuint(request->commands->len, ==, 0);
}

static void members_are_taken(void)
{
    g_autoptr(json_object) document = parse(
        "{\"name\":\"a\",\"image\":\"gold\",\"hardware\":{\"vcpus\":4,\"sockets\":2,\"memory_mib\":1024},"
        "\"lifetime\":\"2h\",\"system\":{\"computer_name\":\"LAB-1\"},\"first_logon\":[{\"command\":\"one\"},"
        "{\"command\":"
        "\"two\","
        "\"on_error\":\"continue\"}]}");
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(CloneRequest) request = clone_request_parse(document, faults);
    g_assert_nonnull(request);
    g_assert_cmpuint(request->vcpus, ==, 4);
    g_assert_cmpuint(request->sockets, ==, 2);
    g_assert_cmpuint(request->memory_mib, ==, 1024);
    g_assert_cmpstr(request->computer_name, ==, "LAB-1");
    g_assert_cmpint(request->lifetime, ==, 7200);
    g_assert_cmpuint(request->commands->len, ==, 2);
    g_assert_cmpstr(((UnattendCommand *)request->commands->pdata[1])->command, ==, "two");
    g_assert_false(((UnattendCommand *)request->commands->pdata[1])->stop);
}

static void user_logs_on_unless_told_otherwise(void)
{
    g_autoptr(json_object) document = parse("{\"name\":\"a\",\"image\":\"gold\",\"user\":{\"name\":\"ann\","
                                            "\"password\":\"p w\",\"administrator\":true}}");
    g_autoptr(json_object) quiet = parse("{\"name\":\"a\",\"image\":\"gold\",\"user\":{\"name\":\"ann\","
                                         "\"password\":\"p\",\"autologon\":false}}");
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(CloneRequest) request = clone_request_parse(document, faults);
    g_autoptr(CloneRequest) other = clone_request_parse(quiet, faults);
    g_assert_cmpuint(faults_count(faults), ==, 0);
    g_assert_cmpstr(request->user->name, ==, "ann");
    g_assert_cmpstr(request->user->password, ==, "p w");
    g_assert_true(request->user->administrator && request->user->autologon);
    g_assert_false(other->user->administrator || other->user->autologon);
}

#define GOOD "\"name\":\"a\",\"image\":\"gold\""

static void each_fault_has_its_pointer_and_code(void)
{
    static const struct {
        const char *text, *pointer, *code;
    } rows[] = {
        { "[]", "", "wrong-type" },
        { "{\"image\":\"gold\"}", "/name", "required" },
        { "{\"name\":\"a\",\"image\":\"No\"}", "/image", "bad-name" },
        { "{\"name\":\"a\",\"image\":7}", "/image", "wrong-type" },
        { "{" GOOD ",\"disc\":\"win7\"}", "/disc", "not-for-a-clone" },
        { "{" GOOD ",\"users\":[]}", "/users", "not-for-a-clone" },
        { "{" GOOD ",\"user\":7}", "/user", "wrong-type" },
        { "{" GOOD ",\"user\":{\"password\":\"p\"}}", "/user/name", "required" },
        { "{" GOOD ",\"user\":{\"name\":\"a\"}}", "/user/password", "required" },
        { "{" GOOD ",\"user\":{\"name\":\"a:b\",\"password\":\"p\"}}", "/user/name", "bad-characters" },
        { "{" GOOD ",\"user\":{\"name\":\"a\",\"password\":\"a\\\"b\"}}", "/user/password",
          "bad-characters" },
        { "{" GOOD ",\"user\":{\"name\":\"a\",\"password\":\"/add\"}}", "/user/password", "bad-characters" },
        { "{" GOOD ",\"user\":{\"name\":\"a\",\"password\":\"*\"}}", "/user/password", "bad-characters" },
        { "{" GOOD ",\"user\":{\"name\":\"a\",\"password\":\"p\",\"groups\":[]}}", "/user/groups",
          "unknown-field" },
        { "{" GOOD ",\"user\":{\"name\":\"a\",\"password\":\"p\",\"autologon\":1}}", "/user/autologon",
          "wrong-type" },
        { "{" GOOD ",\"template\":\"t\"}", "/template", "not-for-a-clone" },
        { "{" GOOD ",\"colour\":1}", "/colour", "unknown-field" },
        { "{" GOOD ",\"hardware\":{\"disk_gib\":9}}", "/hardware/disk_gib", "unknown-field" },
        { "{" GOOD ",\"hardware\":{\"sockets\":2}}", "/hardware/sockets", "conflict" },
        { "{" GOOD ",\"hardware\":{\"vcpus\":3,\"sockets\":2}}", "/hardware/sockets", "conflict" },
        { "{" GOOD ",\"hardware\":{\"vcpus\":0}}", "/hardware/vcpus", "out-of-range" },
        { "{" GOOD ",\"hardware\":{\"memory_mib\":1}}", "/hardware/memory_mib", "out-of-range" },
        { "{" GOOD ",\"lifetime\":\"4\"}", "/lifetime", "bad-value" },
        { "{" GOOD ",\"lifetime\":4}", "/lifetime", "wrong-type" },
        { "{" GOOD ",\"system\":{\"owner\":\"x\"}}", "/system/owner", "unknown-field" },
        { "{" GOOD ",\"system\":{\"computer_name\":\"\"}}", "/system/computer_name", "bad-value" },
        { "{" GOOD ",\"system\":{\"computer_name\":\"SIXTEEN-LETTERS-\"}}", "/system/computer_name",
          "bad-value" },
        { "{" GOOD ",\"system\":{\"computer_name\":\"a\\\" call\"}}", "/system/computer_name",
          "bad-characters" },
        { "{" GOOD ",\"first_logon\":[{\"command\":\"x\",\"reboot\":true}]}", "/first_logon/0/reboot",
          "not-for-a-clone" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(json_object) document = parse(rows[i].text);
        g_autoptr(Faults) faults = faults_new();
        g_autoptr(CloneRequest) request = clone_request_parse(document, faults);
        gboolean found = FALSE;
        g_assert_null(request);
        for (guint j = 0; j < faults_count(faults); j++)
            found = found || (strcmp(faults_get(faults, j)->pointer, rows[i].pointer) == 0 &&
                              strcmp(faults_get(faults, j)->code, rows[i].code) == 0);
        if (!found) {
            g_autofree char *text = faults_to_text(faults);
            g_test_fail_printf("%s: no %s at %s, but: %s", rows[i].text, rows[i].code, rows[i].pointer, text);
        }
    }
}

static void all_faults_come_at_once(void)
{
    g_autoptr(json_object) document =
        parse("{\"name\":\"A\",\"disc\":\"win7\",\"hardware\":{\"vcpus\":99},\"x\":1}");
    g_autoptr(Faults) faults = faults_new();
    g_assert_null(clone_request_parse(document, faults));
    g_assert_cmpuint(faults_count(faults), ==, 5);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/clone-request/little-is-enough", little_is_enough);
    g_test_add_func("/clone-request/members-are-taken", members_are_taken);
    g_test_add_func("/clone-request/user-logs-on-unless-told-otherwise", user_logs_on_unless_told_otherwise);
    g_test_add_func("/clone-request/each-fault-has-its-pointer-and-code",
                    each_fault_has_its_pointer_and_code);
    g_test_add_func("/clone-request/all-faults-come-at-once", all_faults_come_at_once);
    return g_test_run();
}
