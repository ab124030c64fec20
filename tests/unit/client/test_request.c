// SPDX-License-Identifier: GPL-3.0-or-later
// From options and files to the request that is sent; and passwords that are asked for.
#include "tests/unit/client/sevenctl_process.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <string.h>

#include "common/json.h"

#define ACCEPTED                                                                                             \
    "{\"job\":{\"id\":\"01jf3q8v3m5n7p9r1s3t5v7w9x\",\"state\":\"queued\"},\"vm\":{\"name\":\"compat-01\"}}"

static const char file_text[] = "{\"name\":\"from-file\",\"disc\":\"file-disc\",\"drivers\":[\"a\",\"b\"],"
                                "\"hardware\":{\"vcpus\":1,\"sound\":\"none\"},"
                                "\"users\":[{\"name\":\"lab\"},{\"name\":\"guest\",\"password\":\"\"}]}";

static FakeDaemon *new_fake(void)
{
    FakeDaemon *fake = fake_daemon_new();
    fake_daemon_answer(fake, "POST /v1/vms", 202, ACCEPTED);
    return fake;
}

static char *write_file(const FakeDaemon *fake, const char *name, const char *text)
{
    char *path = g_build_filename(fake_daemon_folder(fake), name, NULL);
    g_autoptr(GError) error = NULL;
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
    return path;
}

static char *pretty(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_object) document = json_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    const char *printed =
        json_object_to_json_string_ext(document, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
    return g_strconcat(printed, "\n", NULL);
}

static void check_sent(FakeDaemon *fake, const char *golden)
{
    g_assert_cmpuint(fake_daemon_request_count(fake), ==, 1);
    g_autofree char *body = fake_daemon_request_body(fake, 0);
    g_autofree char *text = pretty(body);
    golden_check(golden, text);
}

static void user_of_a_clone_is_its_own(void)
{
    g_autoptr(FakeDaemon) fake = new_fake();
    g_autoptr(Outcome) outcome =
        sevenctl_run(fake, NULL, "create", "c", "--image", "gold", "--user", "ann:pw", NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    check_sent(fake, "request-clone-user.json");
}

static void every_option_has_its_member(void)
{
    g_autoptr(FakeDaemon) fake = new_fake();
    g_autoptr(Outcome) outcome = sevenctl_run(
        fake, NULL, "create", "compat-01", "--template", "win7-pro-x64", "--disc", "win7-sp1-x64",
        "--edition", "PROFESSIONAL", "--product-key", "AAAAA-BBBBB", "--driver", "virtio", "--driver", "nic",
        "--vcpus", "2", "--memory", "2048", "--disk", "32", "--disk-bus", "sata", "--video", "std", "--sound",
        "none", "--user", "tester:pa:ss", "--user", "empty:", "--autologon", "--computer-name", "COMPAT-01",
        "--time-zone", "GMT Standard Time", "--language", "en-US", "--keyboard", "0409:00000409", "--owner",
        "J\xc3\xbcrgen", "--organization", "", "--first-logon", "reg add \"HKLM\\x\" /f", "--first-logon",
        "cmd /c ver", "--seal", "gold", "--fresh", NULL);
    g_assert_cmpstr(outcome->err, ==, "");
    g_assert_cmpint(outcome->code, ==, 0);
    check_sent(fake, "request-options.json");
    g_autofree char *type = fake_daemon_request_header(fake, 0, "Content-Type");
    g_assert_cmpstr(type, ==, "application/json");
}

static void options_of_the_answer_file_have_their_members(void)
{
    g_autoptr(FakeDaemon) fake = new_fake();
    g_autofree char *local = write_file(fake, "local", "one=two\r\n");
    g_autofree char *key = write_file(fake, "key", "AAAAA-DDDDD\n");
    g_autofree char *password = write_file(fake, "password", "Adm1n \n");
    g_autofree char *file_in = g_strconcat("C:\\Lab\\a.ini=", local, NULL);
    g_autofree char *again = g_strconcat("C:\\Lab\\b.ini=", local, NULL);
    g_autoptr(Outcome) outcome = sevenctl_run(
        fake, NULL, "create", "a", "--activation-key-file", key, "--administrator-password-file", password,
        "--ui-language-fallback", "en-US", "--user-locale", "de-AT", "--system-locale", "ja-JP",
        "--disk-layout", "single", "--display", "1280x1024x32", "--file-in", file_in, "--file-in", again,
        "--specialize", "cmd /c one", "--specialize", "cmd /c two", "--logon", "three", NULL);
    g_assert_cmpstr(outcome->err, ==, "");
    check_sent(fake, "request-answer-file-options.json");
    g_unlink(local);
    g_unlink(key);
    g_unlink(password);
}

static void answer_files_become_text(void)
{
    static const char utf16[] = "\xff\xfe<\0a\0>\0\xfc\0<\0/\0a\0>\0";
    g_autoptr(FakeDaemon) fake = new_fake();
    g_autofree char *path = write_file(fake, "wide.xml", "");
    g_file_set_contents(path, utf16, sizeof utf16 - 1, NULL);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "create", "a", "--answer-file", path, NULL);
    g_assert_cmpstr(outcome->err, ==, "");
    g_autofree char *body = fake_daemon_request_body(fake, 0);
    g_autoptr(json_object) sent = json_parse(body, strlen(body), NULL);
    g_assert_cmpstr(json_string_member(sent, "answer_file"), ==, "<a>\xc3\xbc</a>");
    g_file_set_contents(path, "<a>\xfc</a>", -1, NULL);
    g_autoptr(Outcome) bad = sevenctl_run(fake, NULL, "create", "a", "--answer-file", path, NULL);
    g_assert_cmpint(bad->code, ==, 2);
    g_unlink(path);
}

static void any_setting_can_be_set(void)
{
    g_autoptr(FakeDaemon) fake = new_fake();
    g_autoptr(Outcome) outcome = sevenctl_run(
        fake, file_text, "create", "--file", "-", "--vcpus", "2", "--set", "hardware.vcpus=3", "--set",
        "security.uac=off", "--set", "/updates/windows_update=\"off\"", "--set", "desktop.ie_first_run=false",
        "--set", "system.owner=null", "--set", "users.0.groups=[\"Users\"]", "--set", "users/1", "--set",
        "users.1.full_name=a=b", "--set", "drivers.2=c", "--set", "system.oem.model=", NULL);
    g_assert_cmpint(outcome->code, ==, 2); // "users/1" has no value
    g_assert_cmpuint(fake_daemon_request_count(fake), ==, 0);
    g_autoptr(Outcome) good = sevenctl_run(
        fake, file_text, "create", "--file", "-", "--vcpus", "2", "--set", "hardware.vcpus=3", "--set",
        "security.uac=off", "--set", "/updates/windows_update=\"off\"", "--set", "desktop.ie_first_run=false",
        "--set", "system.owner=null", "--set", "users.0.groups=[\"Users\"]", "--set", "users.1.full_name=a=b",
        "--set", "drivers.2=c", "--set", "system.oem.model=", NULL);
    g_assert_cmpstr(good->err, ==, "");
    check_sent(fake, "request-set.json");
}

#define THE_REQUEST                                                                                          \
    "\"request\":{\"name\":\"old\",\"template\":\"t\",\"disc\":\"win7\",\"drivers\":[\"virtio\"],\"product_" \
    "key\":"                                                                                                 \
    "\"********\",\"users\":[{\"name\":\"tester\",\"password\":\"********\",\"groups\":[\"Users\"]}]}"

static void a_machine_is_made_again_from_its_provenance(void)
{
    g_autoptr(FakeDaemon) fake = new_fake();
    fake_daemon_answer(fake, "GET /v1", 200,
                       "{\"version\":\"0.2.0\",\"virt_type\":\"qemu\",\"libvirt\":{\"version\":\"9.0.0\","
                       "\"hypervisor\":\"QEMU 8.0.0\"},\"guest\":{\"sevend-agent-amd64.exe\":\"a2\","
                       "\"sevend-agent-x86.exe\":\"x1\",\"start.cmd\":\"s1\",\"specialize.cmd\":null}}");
    fake_daemon_answer(fake, "GET /v1/templates/t", 200,
                       "{\"name\":\"t\",\"files\":[{\"name\":\"t\",\"sha256\":\"t2\"},"
                       "{\"name\":\"same\",\"sha256\":\"u1\"},{\"name\":\"new\",\"sha256\":\"n1\"}]}");
    fake_daemon_answer(fake, "GET /v1/discs/win7", 200, "{\"name\":\"win7\",\"hashes\":{\"sha256\":\"aa\"}}");
    fake_daemon_answer(fake, "GET /v1/drivers/virtio", 200,
                       "{\"name\":\"virtio\",\"inspection\":{\"sha256\":\"cc\"}}");
    g_autofree char *path =
        write_file(fake, "provenance.json",
                   "{\"format\":\"sevend-provenance/"
                   "1\",\"versions\":{\"sevend\":\"0.1.0\",\"libvirt\":\"9.0.0\",\"hypervisor\":"
                   "\"QEMU "
                   "7.2.0\",\"virt_type\":\"qemu\"},\"disc\":{\"name\":\"win7\",\"sha256\":\"aa\"},"
                   "\"drivers\":[{\"name\":"
                   "\"virtio\",\"sha256\":\"bb\"}],\"template\":{\"name\":\"t\",\"files\":["
                   "{\"name\":\"t\",\"sha256\":\"t1\"},{\"name\":\"same\",\"sha256\":\"u1\"},"
                   "{\"name\":\"old\",\"sha256\":\"o1\"}]},\"guest\":{\"sevend-agent-amd64.exe\":\"a1\","
                   "\"start.cmd\":\"s1\",\"specialize.cmd\":\"p1\"}," THE_REQUEST "}");
    g_autofree char *password = write_file(fake, "pw", "secret\n");
    g_autoptr(Outcome) outcome =
        sevenctl_run(fake, NULL, "create", "new", "--from", path, "--password-file", password, NULL);
    g_assert_cmpstr(
        outcome->err, ==,
        "differs: sevend is 0.2.0, was 0.1.0\n"
        "differs: the hypervisor is QEMU 8.0.0, was QEMU 7.2.0\n"
        "differs: the SHA-256 of driver package virtio is cc, was bb\n"
        "differs: the SHA-256 of template t is t2, was t1\n"
        "differs: the SHA-256 of template old cannot be compared: it was o1, and is not known or not "
        "there\n"
        "differs: the SHA-256 of template new cannot be compared: it was not known, and is n1\n"
        "differs: the SHA-256 of sevend-agent-amd64.exe is a2, was a1\n"
        "differs: the SHA-256 of specialize.cmd cannot be compared: it was p1, and is not known or "
        "not there\n");
    g_assert_cmpint(outcome->code, ==, 0);
    g_autofree char *body = fake_daemon_request_body(fake, fake_daemon_request_count(fake) - 1);
    g_assert_cmpstr(body, ==,
                    "{\"template\":\"t\",\"disc\":\"win7\",\"drivers\":[\"virtio\"],\"users\":[{\"name\":"
                    "\"tester\",\"groups\":"
                    "[\"Users\"],\"password\":\"secret\"}],\"name\":\"new\"}");
    g_unlink(password);
    g_file_set_contents(path, "{" THE_REQUEST "}", -1, NULL);
    g_autoptr(Outcome) other = sevenctl_run(fake, NULL, "create", "new", "--from", path, NULL);
    g_assert_cmpint(other->code, ==, 2);
    g_assert_nonnull(strstr(other->err, "no provenance"));
    g_unlink(path);
}

static void what_cannot_be_set_is_a_wrong_command_line(void)
{
    static const char *const words[][2] = {
        { "--set", "uac" },
        { "--set", "=1" },
        { "--set", "a..b=1" },
        { "--set", "/=1" },
        { "--set", "users.7.name=a" },
        { "--set", "users.x.name=a" },
        { "--set", "name.first=a" },
        { "--display", "1280" },
        { "--display", "x" },
        { "--display", "1280x" },
        { "--display", "1x2x3x4" },
        { "--display", "-1x5" },
        { "--file-in", "C:\\a" },
        { "--file-in", "=x" },
        { "--answer-file", "/nowhere/at-all" },
        { "--file-in", "C:\\a=/nowhere/at-all" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autoptr(FakeDaemon) fake = new_fake();
        g_test_message("%s %s", words[i][0], words[i][1]);
        g_autoptr(Outcome) outcome =
            sevenctl_run(fake, file_text, "create", "--file", "-", words[i][0], words[i][1], NULL);
        g_assert_cmpint(outcome->code, ==, 2);
        g_assert_true(g_str_has_prefix(outcome->err, "sevenctl: --"));
        g_assert_cmpuint(fake_daemon_request_count(fake), ==, 0);
    }
}

static void options_go_over_the_file(void)
{
    g_autoptr(FakeDaemon) fake = new_fake();
    g_autofree char *file = write_file(fake, "request.json", file_text);
    g_autofree char *password = write_file(fake, "password", "s3cret \"quoted\"\r\nsecond line\n");
    g_autofree char *key = write_file(fake, "key", "  AAAAA-CCCCC \n");
    g_autoptr(Outcome) outcome =
        sevenctl_run(fake, NULL, "create", "compat-01", "-f", file, "--driver", "c", "--vcpus", "4",
                     "--password-file", password, "--product-key-file", key, "--autologon", NULL);
    g_assert_cmpstr(outcome->err, ==, "");
    check_sent(fake, "request-file.json");
    g_unlink(file);
    g_unlink(password);
    g_unlink(key);
}

static void file_comes_on_standard_input(void)
{
    g_autoptr(FakeDaemon) fake = new_fake();
    g_autoptr(Outcome) outcome = sevenctl_run(fake, file_text, "create", "--file", "-", NULL);
    g_assert_cmpstr(outcome->err, ==, "");
    check_sent(fake, "request-stdin.json");
}

static void broken_file_is_named_with_its_place(void)
{
    g_autoptr(FakeDaemon) fake = new_fake();
    g_autoptr(Outcome) outcome = sevenctl_run(fake, "{\n \"name\": oops}", "create", "--file", "-", NULL);
    g_assert_cmpint(outcome->code, ==, 2);
    g_assert_true(g_str_has_prefix(outcome->err, "sevenctl: --file: standard input: line 2, column "));
    g_assert_cmpuint(fake_daemon_request_count(fake), ==, 0);
}

static void idempotency_key_is_a_header(void)
{
    g_autoptr(FakeDaemon) fake = new_fake();
    g_autoptr(Outcome) outcome =
        sevenctl_run(fake, NULL, "create", "a", "--idempotency-key", "build-7", NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    g_autofree char *key = fake_daemon_request_header(fake, 0, "Idempotency-Key");
    g_assert_cmpstr(key, ==, "build-7");
}

static void answer_file_sends_the_same_request(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer_bytes(fake, "POST /v1/answer-files", 200, "application/xml", "<unattend/>\n", 12);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, file_text, "answer-file", "compat-01", "--file", "-",
                                              "--edition", "ULTIMATE", NULL);
    g_assert_cmpstr(outcome->out, ==, "<unattend/>\n");
    check_sent(fake, "request-answer-file.json");
}

static const char explanation[] =
    "{\"answer_file\":\"<unattend/>\",\"explanation\":["
    "{\"pointer\":\"/system/time_zone\",\"value\":\"UTC\",\"source\":\"default\",\"carried_by\":["
    "{\"pass\":\"specialize\",\"component\":\"Microsoft-Windows-Shell-Setup\",\"path\":\"TimeZone\","
    "\"value\":\"UTC\"},"
    "{\"pass\":\"oobeSystem\",\"component\":\"Microsoft-Windows-Shell-Setup\",\"path\":\"TimeZone\","
    "\"value\":\"UTC\"}]},"
    "{\"pointer\":\"/first_logon/0\",\"value\":\"a command that is longer than the column of values can be\","
    "\"source\":\"template:lab\",\"carried_by\":[{\"pass\":\"first-logon\",\"command\":\"a\\u001b[31m "
    "command\"}]},"
    "{\"pointer\":\"/disk/"
    "layout\",\"value\":\"single\",\"source\":\"request\",\"carried_by\":[{\"pass\":\"windowsPE\","
    "\"component\":\"C\",\"path\":\"P1\",\"value\":\"x\"},{\"pass\":\"windowsPE\",\"component\":\"C\","
    "\"path\":\"P2\",\"value\":\"x\"},{\"pass\":\"windowsPE\",\"component\":\"C\",\"path\":\"P3\",\"value\":"
    "\"x\"},{\"pass\":\"windowsPE\",\"component\":\"C\",\"path\":\"P4\",\"value\":\"x\"},{\"pass\":"
    "\"windowsPE\",\"component\":\"C\",\"path\":\"P5\",\"value\":\"x\"},{\"pass\":\"windowsPE\","
    "\"component\":\"C\",\"path\":\"P6\",\"value\":\"x\"},{\"pass\":\"windowsPE\",\"component\":\"C\","
    "\"path\":\"P7\",\"value\":\"x\"}]},"
    "{\"pointer\":\"/files/0\",\"value\":\"C:\\\\a\",\"source\":\"request\",\"carried_by\":["
    "{\"pass\":\"specialize\",\"file\":\"C:\\\\a\"}]},"
    "{\"pointer\":null,\"value\":null,\"source\":\"default\",\"carried_by\":["
    "{\"pass\":\"windowsPE\",\"component\":\"Microsoft-Windows-Setup\",\"path\":\"A\",\"value\":\"1\"},"
    "{\"pass\":\"windowsPE\",\"component\":\"Microsoft-Windows-Setup\",\"path\":\"B\",\"value\":\"2\"}]}],"
    "\"image\":\"gold\"}";

static void an_answer_file_is_explained(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "POST /v1/answer-files?explain=true", 200, explanation);
    g_autoptr(Outcome) outcome =
        sevenctl_run(fake, file_text, "answer-file", "--explain", "--file", "-", NULL);
    g_assert_cmpstr(outcome->err, ==, "");
    g_assert_cmpint(outcome->code, ==, 0);
    golden_check("answer-file-explain.txt", outcome->out);
    g_autoptr(Outcome) json =
        sevenctl_run(fake, file_text, "answer-file", "--explain", "--file", "-", "--json", NULL);
    g_autofree char *raw = g_strconcat(explanation, "\n", NULL);
    g_assert_cmpstr(json->out, ==, raw);
}

static void only_a_request_can_be_explained(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "answer-file", "a", "--explain", NULL);
    g_assert_cmpint(outcome->code, ==, 2);
    g_assert_nonnull(strstr(outcome->err, "--explain needs a request"));
}

static void password_is_asked_for_and_not_echoed(void)
{
    g_autoptr(FakeDaemon) fake = new_fake();
    Running *running = sevenctl_start(fake, 80, "create", "compat-01", "--user", "joe", NULL);
    running_expect(running, "Password for user joe: ");
    g_assert_false(running_echoes(running));
    running_type(running, "first\n");
    running_expect(running, "Password for user joe (again): ");
    running_type(running, "different\n");
    running_expect(running, "not the same");
    running_expect(running, "once more.\r\nPassword for user joe: ");
    running_type(running, "s3cret\n");
    running_expect(running, "once more.\r\nPassword for user joe: \r\nPassword for user joe (again): ");
    running_type(running, "s3cret\n");
    running_expect(running, "installing");
    g_assert_true(running_echoes(running));
    g_autoptr(Outcome) outcome = running_finish(running);
    g_assert_cmpint(outcome->code, ==, 0);
    g_assert_null(strstr(outcome->out, "s3cret"));
    g_assert_null(strstr(outcome->out, "different"));
    g_autofree char *body = fake_daemon_request_body(fake, 0);
    g_assert_nonnull(strstr(body, "\"password\":\"s3cret\""));
}

static void ctrl_c_at_the_question_gives_the_echo_back(void)
{
    g_autoptr(FakeDaemon) fake = new_fake();
    Running *running = sevenctl_start(fake, 80, "create", "compat-01", "--user", "joe", NULL);
    running_expect(running, "Password for user joe: ");
    running_type(running, "half\003");
    running_expect(running, "nothing was entered");
    g_assert_true(running_echoes(running));
    g_autoptr(Outcome) outcome = running_finish(running);
    g_assert_cmpint(outcome->code, ==, 130);
    g_assert_cmpuint(fake_daemon_request_count(fake), ==, 0);
}

static void without_a_terminal_the_way_out_is_named(void)
{
    g_autoptr(FakeDaemon) fake = new_fake();
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "create", "compat-01", "--user", "joe", NULL);
    g_assert_cmpint(outcome->code, ==, 2);
    g_assert_nonnull(
        strstr(outcome->err, "no password for user joe, and no terminal to ask on: give --password-file"));
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client/request/user-of-a-clone-is-its-own", user_of_a_clone_is_its_own);
    g_test_add_func("/client/request/made-again", a_machine_is_made_again_from_its_provenance);
    g_test_add_func("/client/request/every-option-has-its-member", every_option_has_its_member);
    g_test_add_func("/client/request/options-of-the-answer-file-have-their-members",
                    options_of_the_answer_file_have_their_members);
    g_test_add_func("/client/request/answer-files-become-text", answer_files_become_text);
    g_test_add_func("/client/request/any-setting-can-be-set", any_setting_can_be_set);
    g_test_add_func("/client/request/what-cannot-be-set-is-a-wrong-command-line",
                    what_cannot_be_set_is_a_wrong_command_line);
    g_test_add_func("/client/request/an-answer-file-is-explained", an_answer_file_is_explained);
    g_test_add_func("/client/request/only-a-request-can-be-explained", only_a_request_can_be_explained);
    g_test_add_func("/client/request/options-go-over-the-file", options_go_over_the_file);
    g_test_add_func("/client/request/file-comes-on-standard-input", file_comes_on_standard_input);
    g_test_add_func("/client/request/broken-file-is-named-with-its-place",
                    broken_file_is_named_with_its_place);
    g_test_add_func("/client/request/idempotency-key-is-a-header", idempotency_key_is_a_header);
    g_test_add_func("/client/request/answer-file-sends-the-same-request", answer_file_sends_the_same_request);
    g_test_add_func("/client/request/password-is-asked-for-and-not-echoed",
                    password_is_asked_for_and_not_echoed);
    g_test_add_func("/client/request/ctrl-c-at-the-question-gives-the-echo-back",
                    ctrl_c_at_the_question_gives_the_echo_back);
    g_test_add_func("/client/request/without-a-terminal-the-way-out-is-named",
                    without_a_terminal_the_way_out_is_named);
    return g_test_run();
}
