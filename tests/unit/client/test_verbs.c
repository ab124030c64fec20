// SPDX-License-Identifier: GPL-3.0-or-later
// What each verb asks for and prints: for people (golden files), with --json, onto terminals.
#include "tests/unit/client/sevenctl_process.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <string.h>

#define JOB "01jf3q8v3m5n7p9r1s3t5v7w9x"
#define STEP(phase, state, times, detail)                                                                    \
    "{\"phase\":\"" phase "\",\"state\":\"" state "\"," times ",\"detail\":" detail "}"

static const char disc_list[] =
    "{\"discs\":[{\"name\":\"win7-sp1-x64\",\"size\":3420557312,\"state\":\"ok\"},"
    "{\"name\":\"broken\",\"size\":12,\"state\":\"refused\"}]}";
static const char disc_show[] =
    "{\"name\":\"win7-sp1-x64\",\"file\":\"Win7.iso\",\"size\":3420557312,\"inspection\":{\"windows\":\"7\","
    "\"service_pack\":1,\"build\":7601,\"sp_build\":17514,\"architecture\":\"amd64\",\"languages\":[\"en-"
    "US\",\"de-DE\"],"
    "\"volume_id\":\"GRMCPRXFRER_EN\",\"filesystem\":\"udf\",\"ei_cfg\":{\"channel\":\"Retail\"},"
    "\"editions\":["
    "{\"index\":1,\"edition_id\":\"HOMEBASIC\",\"display_name\":\"Windows 7 Home "
    "Basic\",\"architecture\":\"amd64\","
    "\"size_bytes\":11710537728},{\"index\":4,\"edition_id\":\"ULTIMATE\",\"name\":\"Windows 7 "
    "ULTIMATE\"}]}}";
static const char disc_refused[] = "{\"name\":\"broken\",\"file\":\"broken.iso\",\"size\":12,\"refused\":"
                                   "{\"code\":\"truncated\",\"message\":\"The file ends early.\"}}";
static const char driver_show[] = "{\"name\":\"viostor\",\"inspection\":{\"files\":12,\"bytes\":1048576,"
                                  "\"infs\":[{\"path\":\"a.inf\",\"class\":"
                                  "\"SCSIAdapter\",\"boot_critical\":true,\"provider\":\"Red "
                                  "Hat\\u001b[31m\",\"version\":\"61.8\",\"date\":\"2018-05-17\","
                                  "\"architectures\":[\"amd64\"],\"targets\":[{\"architecture\":\"amd64\","
                                  "\"hardware_ids\":[\"PCI\\\\VEN_1AF4&DEV_1042\",\"PCI\\\\VEN_1AF4\"],"
                                  "\"signature\":{\"state\":\"signed\",\"digest\":\"sha1\"},"
                                  "\"files\":[{\"present\":true},{\"present\":false}]}],"
                                  "\"problems\":[{\"message\":\"a.inf: line 4: names a.sys, which is not "
                                  "in the package\"}]}]}}";
static const char machine[] =
    "{\"name\":\"compat-01\",\"uuid\":\"8f0c\",\"state\":\"failed\",\"power\":\"shutoff\",\"template\":"
    "\"win7-pro-x64\","
    "\"disc\":\"win7-sp1-x64\",\"edition\":\"PROFESSIONAL\",\"architecture\":\"amd64\",\"created\":"
    "\"2026-01-02T03:04:05.678Z\",\"job\":\"" JOB
    "\",\"request\":{},\"error\":{\"code\":\"setup-stopped\",\"message\":"
    "\"Setup shows a "
    "dialog.\"},\"computer_name\":\"COMPAT-01\",\"agent\":{\"os_version\":\"6.1.7601\",\"computer_name\":"
    "\"COMPAT\\u0007\"},\"boot_disc\":"
    "null}";
static const char job[] =
    "{\"id\":\"" JOB "\",\"kind\":\"create\",\"vm\":\"compat-01\",\"state\":\"failed\",\"phase\":\"copy\","
    "\"progress\":61,\"created\":\"2026-01-02T03:04:05Z\",\"started\":\"2026-01-02T03:04:06Z\","
    "\"finished\":null,\"next\":\"01next\",\"error\":{\"code\":\"setup-stopped\",\"message\":\"No.\","
    "\"phase\":\"copy\"},"
    "\"steps\":[" STEP(
        "inspect", "done", "\"started\":\"2026-01-02T03:04:06Z\",\"finished\":\"2026-01-02T03:05:16Z\"",
        "\"cached\"") "," STEP("copy", "pending", "\"started\":null,\"finished\":null", "null") "]}";
#define WAITING_JOB                                                                                          \
    "{\"id\":\"" JOB                                                                                         \
    "\",\"kind\":\"clone\",\"vm\":\"compat-02\",\"state\":\"queued\",\"waiting\":\"waits for "               \
    "memory\\u001b: 6144 of 8192 MiB are in use by 3 machines; 4096 are needed; position "                   \
    "2\",\"phase\":null,"                                                                                    \
    "\"progress\":0,\"created\":\"2026-01-02T03:04:05Z\",\"started\":null,\"finished\":null,\"error\":null}"
static const char waiting_job[] = WAITING_JOB;
static const char waiting_jobs[] = "{\"jobs\":[" WAITING_JOB "],\"next_cursor\":null}";
static const char quota[] =
    "{\"host\":{\"limits\":{\"machines\":null,\"vcpus\":8,\"memory_mib\":8192,\"disk_gib\":null,\"installs\":"
    "1},"
    "\"used\":{\"machines\":3,\"vcpus\":6,\"memory_mib\":6144,\"disk_gib\":96,\"installs\":0},"
    "\"waiting\":[{\"job\":\"" JOB "\",\"user\":\"token ci\",\"waiting\":\"waits for memory\"}]},"
    "\"user\":{\"name\":\"uid=1000\",\"limits\":{\"machines\":4,\"vcpus\":null,\"memory_mib\":null,"
    "\"disk_gib\":null,\"installs\":null},\"used\":{\"machines\":1,\"vcpus\":2,\"memory_mib\":2048,"
    "\"disk_gib\":32,\"installs\":0},\"waiting\":[]}}";
static const char isolation[] =
    "{\"isolated\":false,\"checked\":\"2026-01-02T03:04:05Z\",\"checks\":["
    "{\"name\":\"no-interface\",\"where\":\"live-xml\",\"ok\":true,\"detail\":\"none\"},"
    "{\"name\":\"no-netdev\",\"where\":\"native-command\",\"ok\":false,\"detail\":\"-netdev user\"}]}";
static const char version[] =
    "{\"version\":\"0.1.0\",\"api\":1,\"libvirt\":{\"uri\":\"qemu:///system\",\"connected\":true,"
    "\"version\":\"9.0.0\"},\"virt_type\":\"qemu\",\"limits\":{}}";

#define IMAGE(name, parent, clones, children)                                                                \
    "{\"name\":\"" name "\",\"uuid\":\"8f0c\",\"state\":\"ready\",\"created\":\"2026-01-02T03:04:05.678Z\"," \
    "\"machine\":\"lab\",\"parent\":" parent                                                                 \
    ",\"disc\":\"win7\",\"edition\":\"PROFESSIONAL\",\"architecture\":\"amd64\","                            \
    "\"job\":null,\"size_bytes\":159924224,\"clones\":[" clones "],\"children\":[" children "]}"
static const char images[] =
    "{\"images\":[" IMAGE("gold", "null", "\"a\",\"b\\u001b\"", "\"silver\"") "," IMAGE(
        "silver", "\"gold\"", "\"c\"", "") "],\"next_cursor\":null}";
static const char snapshots[] =
    "{\"snapshots\":[{\"name\":\"off\",\"created\":\"2026-01-02T03:04:05Z\",\"memory\":false,\"current\":"
    "false,\"parent\":null},{\"name\":\"clean\",\"created\":\"2026-01-02T03:05:05Z\",\"memory\":true,"
    "\"current\":true,\"parent\":\"off\"}]}";

static const struct {
    const char *golden;
    const char *route;
    const char *answer;
    const char *arguments[6];
    int code;
} shown[] = {
    { "disc-ls.txt", "GET /v1/discs", disc_list, { "disc", "ls" }, 0 },
    { "disc-ls-names.txt", "GET /v1/discs", disc_list, { "disc", "ls", "--names" }, 0 },
    { "disc-show.txt", "GET /v1/discs/win7-sp1-x64", disc_show, { "disc", "show", "win7-sp1-x64" }, 0 },
    { "disc-show-refused.txt", "GET /v1/discs/broken", disc_refused, { "disc", "show", "broken" }, 0 },
    { "driver-ls.txt", "GET /v1/drivers", "{\"drivers\":[{\"name\":\"viostor\"}]}", { "driver", "ls" }, 0 },
    { "driver-show.txt", "GET /v1/drivers/viostor", driver_show, { "driver", "show", "viostor" }, 0 },
    { "template-ls.txt",
      "GET /v1/templates",
      "{\"templates\":[{\"name\":\"win7-pro-x64\",\"description\":\"Professional\","
      "\"architecture\":\"amd64\",\"error\":null},{\"name\":\"broken\",\"description\":null,"
      "\"architecture\":null,\"error\":{\"code\":\"bad-template\",\"message\":\"no \\u001b[31mgood\"}}]}",
      { "template", "ls" },
      0 },
    { "template-show.txt",
      "GET /v1/templates/t",
      "{\"name\":\"t\",\"hardware\":{\"vcpus\":2}}",
      { "template", "show", "t" },
      0 },
    { "show.txt", "GET /v1/vms/compat-01", machine, { "show", "compat-01" }, 0 },
    { "job-show.txt", "GET /v1/jobs/" JOB, job, { "job", "show", JOB }, 0 },
    { "job-show-waiting.txt", "GET /v1/jobs/" JOB, waiting_job, { "job", "show", JOB }, 0 },
    { "job-ls-waiting.txt", "GET /v1/jobs", waiting_jobs, { "job", "ls" }, 0 },
    { "quota.txt", "GET /v1/quota", quota, { "quota" }, 0 },
    { "job-cancel.txt",
      "DELETE /v1/jobs/" JOB,
      "{\"job\":{\"id\":\"" JOB "\"}}",
      { "job", "cancel", JOB },
      0 },
    { "job-evidence.txt",
      "GET /v1/jobs/" JOB "/evidence",
      "{\"job\":\"" JOB "\",\"files\":[{\"name\":\"console.log\",\"size\":2048,\"type\":\"text/plain; "
      "charset=utf-8\",\"sha256\":\"ab\"},{\"name\":\"screen-1\\u001b.png\",\"size\":3,\"type\":\"image/"
      "png\"}]}",
      { "job", "evidence", JOB },
      0 },
    { "isolation.txt", "GET /v1/vms/compat-01/isolation", isolation, { "isolation", "compat-01" }, 1 },
    { "version.txt", "GET /v1", version, { "version" }, 0 },
    { "start.txt", "POST /v1/vms/a/start", "{\"job\":{\"id\":\"" JOB "\"}}", { "start", "a" }, 0 },
    { "stop.txt", "POST /v1/vms/a/stop", "{\"job\":{\"id\":\"" JOB "\"}}", { "stop", "a" }, 0 },
    { "image-show.txt",
      "GET /v1/images/gold",
      IMAGE("gold", "null", "\"a\",\"b\"", "\"silver\""),
      { "image", "show", "gold" },
      0 },
    { "image-rm.txt",
      "DELETE /v1/images/gold",
      "{\"job\":{\"id\":\"" JOB "\"}}",
      { "image", "rm", "gold" },
      0 },
    { "extend.txt",
      "PATCH /v1/vms/a",
      "{\"name\":\"a\",\"expires\":\"2026-01-02T03:04:05.678Z\"}",
      { "extend", "a", "4h" },
      0 },
    { "extend-never.txt",
      "PATCH /v1/vms/a",
      "{\"name\":\"a\",\"expires\":null}",
      { "extend", "a", "never" },
      0 },
    { "seal.txt",
      "POST /v1/vms/a/seal",
      "{\"job\":{\"id\":\"" JOB "\"}}",
      { "seal", "a", "--image", "gold", "--keep" },
      0 },
    { "reset.txt", "POST /v1/vms/a/reset", "{\"job\":{\"id\":\"" JOB "\"}}", { "reset", "a" }, 0 },
    { "snapshot-ls.txt", "GET /v1/vms/a/snapshots", snapshots, { "snapshot", "a", "ls" }, 0 },
    { "snapshot-ls-names.txt",
      "GET /v1/vms/a/snapshots",
      snapshots,
      { "snapshot", "a", "ls", "--names" },
      0 },
    { "snapshot-save.txt",
      "POST /v1/vms/a/snapshots",
      "{\"job\":{\"id\":\"" JOB "\"}}",
      { "snapshot", "a", "save", "clean" },
      0 },
    { "snapshot-revert.txt",
      "POST /v1/vms/a/snapshots/clean/revert",
      "{\"job\":{\"id\":\"" JOB "\"}}",
      { "snapshot", "a", "revert", "clean" },
      0 },
    { "snapshot-rm.txt",
      "DELETE /v1/vms/a/snapshots/clean",
      "{\"job\":{\"id\":\"" JOB "\"}}",
      { "snapshot", "a", "rm", "clean" },
      0 },
    { "rm.txt", "DELETE /v1/vms/a", "{\"job\":{\"id\":\"" JOB "\"}}", { "rm", "a" }, 0 },
};

static void shown_for_people(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, shown[i].route, 200, shown[i].answer);
    g_autoptr(Outcome) outcome = sevenctl_runv(fake, NULL, NULL, shown[i].arguments);
    g_assert_cmpstr(outcome->err, ==, "");
    g_assert_cmpint(outcome->code, ==, shown[i].code);
    golden_check(shown[i].golden, outcome->out);
}

static void json_is_the_answer_as_it_came(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(shown); i++) {
        g_autoptr(FakeDaemon) fake = fake_daemon_new();
        g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
        fake_daemon_answer(fake, shown[i].route, 200, shown[i].answer);
        g_strv_builder_add(builder, "--json");
        g_strv_builder_addv(builder, (const char **)(gpointer)shown[i].arguments);
        g_auto(GStrv) arguments = g_strv_builder_end(builder);
        g_autoptr(Outcome) outcome = sevenctl_runv(fake, NULL, NULL, (const char *const *)arguments);
        g_autofree char *expected = g_strconcat(shown[i].answer, "\n", NULL);
        g_assert_cmpstr(outcome->out, ==, expected);
        g_assert_cmpint(outcome->code, ==, shown[i].code);
    }
}

static void lists_are_read_page_after_page(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    g_autofree char *first = g_strdup_printf("{\"vms\":[%s],\"next_cursor\":\"a&b\"}", machine);
    fake_daemon_answer(fake, "GET /v1/vms?state=ready&limit=200", 200, first);
    fake_daemon_answer(fake, "GET /v1/vms?state=ready&limit=200&cursor=a%26b", 200,
                       "{\"vms\":[{\"name\":\"z\"}],\"next_cursor\":null}");
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "ls", "--state", "ready", NULL);
    g_assert_cmpstr(outcome->err, ==, "");
    golden_check("ls.txt", outcome->out);
    g_autoptr(Outcome) names = sevenctl_run(fake, NULL, "ls", "--state", "ready", "--names", NULL);
    g_assert_cmpstr(names->out, ==, "compat-01\nz\n");
    g_autoptr(Outcome) json = sevenctl_run(fake, NULL, "ls", "--state", "ready", "--json", NULL);
    g_autofree char *expected =
        g_strdup_printf("{\"vms\":[%s,{\"name\":\"z\"}],\"next_cursor\":null}\n", machine);
    g_assert_cmpstr(json->out, ==, expected);
}

static void images_are_a_list_and_a_tree(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "GET /v1/images?limit=200", 200, images);
    g_autoptr(Outcome) list = sevenctl_run(fake, NULL, "image", "ls", NULL);
    golden_check("image-ls.txt", list->out);
    g_autoptr(Outcome) names = sevenctl_run(fake, NULL, "image", "ls", "--names", NULL);
    g_assert_cmpstr(names->out, ==, "gold\nsilver\n");
    g_autoptr(Outcome) tree = sevenctl_run(fake, NULL, "image", "tree", NULL);
    g_assert_cmpstr(tree->err, ==, "");
    golden_check("image-tree.txt", tree->out);
    g_autoptr(Outcome) json = sevenctl_run(fake, NULL, "image", "tree", "--json", NULL);
    g_autofree char *expected = g_strconcat(images, "\n", NULL);
    g_assert_cmpstr(json->out, ==, expected);
}

static void an_image_in_use_is_told(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(
        fake, "DELETE /v1/images/gold", 409,
        "{\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409,\"code\":\"image-in-use\","
        "\"detail\":\"machines: a\"}");
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "image", "rm", "gold", NULL);
    g_assert_cmpint(outcome->code, !=, 0);
    g_assert_nonnull(strstr(outcome->err, "machines: a (image-in-use)"));
    g_autoptr(Outcome) nameless = sevenctl_run(fake, NULL, "seal", "a", NULL);
    g_assert_nonnull(strstr(nameless->err, "--image"));
}

#define JOB_ANSWER "{\"job\":{\"id\":\"" JOB "\"},\"export\":\"" JOB "\"}"

static void an_image_is_exported_for_its_owner_only(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    g_autofree char *output = g_build_filename(fake_daemon_folder(fake), "gold.tar", NULL);
    struct stat info;
    fake_daemon_answer(fake, "POST /v1/images/gold/exports", 202, JOB_ANSWER);
    fake_daemon_stream(fake, "GET /v1/jobs/" JOB "/events",
                       "id: 1\nevent: state\ndata: {\"state\":\"succeeded\"}\n\n", NULL);
    fake_daemon_answer(fake, "GET /v1/jobs/" JOB, 200, "{\"id\":\"" JOB "\",\"state\":\"succeeded\"}");
    fake_daemon_answer_bytes(fake, "GET /v1/exports/" JOB, 200, "application/octet-stream", "tar", 3);
    fake_daemon_answer(fake, "DELETE /v1/exports/" JOB, 204, "");
    g_autoptr(Outcome) outcome =
        sevenctl_run(fake, NULL, "image", "export", "gold", "--output", output, NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    g_assert_nonnull(strstr(outcome->out, "gold.tar: 3 bytes. It holds secrets"));
    g_assert_cmpint(stat(output, &info), ==, 0);
    g_assert_cmpint(info.st_mode & 07777, ==, 0600);
    g_autofree char *last = fake_daemon_request_line(fake, fake_daemon_request_count(fake) - 1);
    g_assert_cmpstr(last, ==, "DELETE /v1/exports/" JOB);
    g_autoptr(Outcome) nowhere = sevenctl_run(fake, NULL, "image", "export", "gold", NULL);
    g_assert_cmpint(nowhere->code, ==, 2);
    g_unlink(output);
}

static void an_image_is_imported_under_the_name_of_its_file(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    g_autofree char *file = g_build_filename(fake_daemon_folder(fake), "gold.tar", NULL);
    g_assert_true(g_file_set_contents(file, "tar", 3, NULL));
    fake_daemon_answer(fake, "PUT /v1/image-imports/gold", 202, JOB_ANSWER);
    fake_daemon_answer(fake, "PUT /v1/image-imports/other", 409,
                       "{\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409,\"code\":"
                       "\"conflict\",\"detail\":\"is there\"}");
    fake_daemon_stream(fake, "GET /v1/jobs/" JOB "/events",
                       "id: 1\nevent: state\ndata: {\"state\":\"succeeded\"}\n\n", NULL);
    fake_daemon_answer(fake, "GET /v1/jobs/" JOB, 200, "{\"id\":\"" JOB "\",\"state\":\"succeeded\"}");
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "image", "import", file, NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    g_autofree char *asked = fake_daemon_request_line(fake, 0);
    g_assert_cmpstr(asked, ==, "GET /v1/image-imports/gold/upload");
    g_autofree char *body = fake_daemon_request_body(fake, 1);
    g_assert_cmpstr(body, ==, "tar");
    g_autoptr(Outcome) taken = sevenctl_run(fake, NULL, "image", "import", file, "--name", "other", NULL);
    g_assert_cmpint(taken->code, ==, 5);
    g_autoptr(Outcome) nameless = sevenctl_run(fake, NULL, "image", "import", "/no/Such_Name.tar", NULL);
    g_assert_cmpint(nameless->code, ==, 2);
    g_assert_nonnull(strstr(nameless->err, "Such_Name"));
    g_unlink(file);
}

static void job_list_stops_at_its_limit(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    g_autofree char *list = g_strdup_printf("{\"jobs\":[%s],\"next_cursor\":\"x\"}", job);
    fake_daemon_answer(fake, "GET /v1/jobs?vm=a&state=failed&limit=1", 200, list);
    g_autoptr(Outcome) outcome =
        sevenctl_run(fake, NULL, "job", "ls", "--vm", "a", "--state", "failed", "--limit", "1", NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    golden_check("job-ls.txt", outcome->out);
    g_assert_nonnull(strstr(outcome->err, "older jobs"));
}

static void exec_passes_bytes_on(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_stream(
        fake, "POST /v1/vms/a/exec",
        "event: stdout\ndata: {\"data\":\"AP8bWw==\",\"data_encoding\":\"base64\"}\n\n",
        "event: stderr\ndata: {\"data\":\"warn\\u001b[1m\\r\\n\",\"data_encoding\":\"utf-8\"}\n\n: \n\n",
        "event: stdout\ndata: {\"data\":\"2J\",\"data_encoding\":\"utf-8\"}\n\n",
        "event: exit\ndata: {\"exit_code\":0,\"timed_out\":false,\"truncated\":true}\n\n", NULL);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "exec", "a", "--timeout", "9", "--cwd", "C:\\",
                                              "--", "cmd", "--json", "--", "/c", "ver", NULL);
    g_assert_cmpint(outcome->code, ==, 0);
    g_assert_cmpmem(outcome->out, outcome->out_length, "\0\xff\x1b[2J", 6);
    g_assert_cmpstr(
        outcome->err, ==,
        "warn\x1b[1m\r\nsevenctl: the command wrote more than sevend passes on; the rest is lost\n");
    g_autofree char *body = fake_daemon_request_body(fake, 0);
    g_assert_cmpstr(
        body, ==,
        "{\"argv\":[\"cmd\",\"--json\",\"--\",\"\\/c\",\"ver\"],\"cwd\":\"C:\\\\\",\"timeout_seconds\":9}");
}

static gpointer end_after_input(gpointer fake)
{
    fake_daemon_wait_for(fake, 4);
    fake_daemon_release(fake);
    return NULL;
}

static gpointer end_after_session(gpointer fake)
{
    fake_daemon_wait_for(fake, 3);
    fake_daemon_release(fake);
    return NULL;
}

static void exec_by_lines_is_a_session(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_stream(
        fake, "POST /v1/vms/a/exec", "event: started\ndata: {\"command\":\"c1\"}\n\n", FAKE_WAIT,
        "event: exit\ndata: {\"exit_code\":0,\"timed_out\":false,\"truncated\":false}\n\n", NULL);
    fake_daemon_answer(fake, "POST /v1/commands/c1/input", 204, "");
    g_autoptr(GThread) ends = g_thread_new("ends", end_after_session, fake);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, "ver\nexit\r\n", "exec", "-it", "a", NULL);
    g_thread_join(g_steal_pointer(&ends));
    g_assert_cmpint(outcome->code, ==, 0);
    g_autofree char *body = fake_daemon_request_body(fake, 0);
    g_assert_cmpstr(body, ==, "{\"argv\":[\"cmd.exe\"],\"stdin_open\":true,\"timeout_seconds\":86400}");
    g_autofree char *typed = fake_daemon_request_body(fake, 1);
    g_assert_cmpstr(typed, ==, "{\"data_base64\":\"dmVyDQpleGl0DQo=\"}");
}

static void exec_passes_on_what_belongs_to_the_command(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_stream(
        fake, "POST /v1/vms/a/exec", "event: started\ndata: {\"command\":\"c1\"}\n\n", FAKE_WAIT,
        "event: exit\ndata: {\"exit_code\":0,\"timed_out\":false,\"truncated\":false}\n\n", NULL);
    fake_daemon_answer(fake, "POST /v1/commands/c1/input", 503, "{}");
    fake_daemon_answer(fake, "POST /v1/commands/c1/input", 204, "");
    g_autoptr(GThread) ends = g_thread_new("ends", end_after_input, fake);
    g_autoptr(Outcome) outcome = sevenctl_run(fake, "in\n", "exec", "a", "--env", "A=b=c", "--env",
                                              "TEMP=", "--desktop", "-i", "--shell", "dir & ver", NULL);
    g_thread_join(g_steal_pointer(&ends));
    g_assert_cmpint(outcome->code, ==, 0);
    // Full once, then taken, then its end.
    static const char *const pieces[] = { "{\"data_base64\":\"aW4K\"}", "{\"data_base64\":\"aW4K\"}",
                                          "{\"data_base64\":\"\",\"end\":true}" };
    for (guint i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autofree char *piece = fake_daemon_request_body(fake, 1 + i);
        g_assert_cmpstr(piece, ==, pieces[i]);
    }
    g_autofree char *body = fake_daemon_request_body(fake, 0);
    g_assert_cmpstr(body, ==,
                    "{\"shell\":\"dir & ver\",\"environment\":{\"A\":\"b=c\",\"TEMP\":\"\"},\"session\":"
                    "\"desktop\",\"stdin_open\":true}");
}

static void exec_tells_what_ends_it_early(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_stream(
        fake, "POST /v1/vms/a/exec",
        "event: error\ndata: {\"status\":422,\"code\":\"agent-refused\",\"detail\":\"the program was not "
        "found\"}\n\n",
        NULL);
    fake_daemon_stream(fake, "POST /v1/vms/a/exec",
                       "event: stdout\ndata: {\"data\":\"half\",\"data_encoding\":\"utf-8\"}\n\n", NULL);
    g_autoptr(Outcome) refused = sevenctl_run(fake, NULL, "exec", "a", "--", "none", NULL);
    g_assert_cmpint(refused->code, ==, 6);
    g_assert_nonnull(strstr(refused->err, "the program was not found"));
    g_autoptr(Outcome) cut = sevenctl_run(fake, NULL, "exec", "a", "--", "cmd", NULL);
    g_assert_cmpint(cut->code, ==, 3);
    g_assert_cmpstr(cut->out, ==, "half");
    g_autoptr(FakeDaemon) whole = fake_daemon_new();
    fake_daemon_answer(whole, "POST /v1/vms/a/exec", 200, "{\"exit_code\":4,\"stdout\":\"x\"}");
    g_autoptr(Outcome) json = sevenctl_run(whole, NULL, "--json", "exec", "a", "--", "cmd", NULL);
    g_assert_cmpint(json->code, ==, 1);
    g_assert_cmpstr(json->out, ==, "{\"exit_code\":4,\"stdout\":\"x\"}\n");
}

static void exec_options_that_contradict_are_usage(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    g_autoptr(Outcome) both = sevenctl_run(fake, NULL, "exec", "a", "--shell", "ver", "--", "cmd", NULL);
    g_assert_cmpint(both->code, ==, 2);
    g_autoptr(Outcome) variable = sevenctl_run(fake, NULL, "exec", "a", "--env", "=x", "--", "cmd", NULL);
    g_assert_cmpint(variable->code, ==, 2);
    g_assert_cmpuint(fake_daemon_request_count(fake), ==, 0);
}

static void exec_keeps_guest_output_off_the_terminals_controls(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_stream(fake, "POST /v1/vms/a/exec",
                       "event: stdout\ndata: {\"data\":\"one\\r\\n\\u001b]52;c;eA==\\u0007two\\u009b0m\\n\","
                       "\"data_encoding\":\"utf-8\"}\n\n",
                       "event: stderr\ndata: {\"data\":\"\\u001b[2J\",\"data_encoding\":\"utf-8\"}\n\n",
                       "event: exit\ndata: {\"exit_code\":0,\"timed_out\":false}\n\n", NULL);
    Running *running = sevenctl_start(fake, 80, "exec", "a", "--", "cmd", NULL);
    g_autoptr(Outcome) outcome = running_finish(running);
    g_assert_cmpstr(outcome->out, ==, "one\r\n\\x1b]52;c;eA==\\x07two\\u{9b}0m\r\n\\x1b[2J");
}

static void click_names_a_pixel(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "POST /v1/vms/a/pointer", 204, "");
    g_autoptr(Outcome) plain = sevenctl_run(fake, NULL, "click", "a", "10", "20", NULL);
    g_assert_cmpint(plain->code, ==, 0);
    g_autofree char *body = fake_daemon_request_body(fake, 0);
    g_assert_cmpstr(body, ==, "{\"x\":10,\"y\":20}");
    g_autoptr(Outcome) more =
        sevenctl_run(fake, NULL, "click", "a", "1", "2", "-b", "right", "--double", NULL);
    g_assert_cmpint(more->code, ==, 0);
    g_autofree char *second = fake_daemon_request_body(fake, 1);
    g_assert_cmpstr(second, ==, "{\"x\":1,\"y\":2,\"button\":\"right\",\"clicks\":2}");
    g_autoptr(Outcome) wrong = sevenctl_run(fake, NULL, "click", "a", "1", "-2", NULL);
    g_assert_cmpint(wrong->code, ==, 2);
    g_assert_cmpuint(fake_daemon_request_count(fake), ==, 2);
}

static void wait_for_waits_for_one_thing(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "POST /v1/vms/a/wait-for", 200, "{\"found\":true,\"seconds\":1}");
    fake_daemon_answer(fake, "POST /v1/vms/a/wait-for", 200, "{\"found\":false,\"seconds\":5}");
    g_autoptr(Outcome) found =
        sevenctl_run(fake, NULL, "wait-for", "a", "--process", "setup.exe", "--gone", "--timeout", "5", NULL);
    g_assert_cmpint(found->code, ==, 0);
    g_autofree char *body = fake_daemon_request_body(fake, 0);
    g_assert_cmpstr(body, ==, "{\"process\":\"setup.exe\",\"gone\":true,\"timeout_seconds\":5}");
    g_autoptr(Outcome) late =
        sevenctl_run(fake, NULL, "wait-for", "a", "--screen", "1,2,30x40=ab", "--timeout", "5", NULL);
    g_assert_cmpint(late->code, ==, 124);
    g_autofree char *second = fake_daemon_request_body(fake, 1);
    g_assert_cmpstr(second, ==,
                    "{\"screen\":{\"x\":1,\"y\":2,\"width\":30,\"height\":40,\"sha256\":\"ab\"},"
                    "\"timeout_seconds\":5}");
    static const char *const wrong[][2] = { { "--screen", "1,2,30x40" },   { "--screen", "1,2,30=ab" },
                                            { "--screen", "1,2,0x40=ab" }, { "--screen", "-1,2,3x4=ab" },
                                            { "--timeout", "5" },          { "--timeout", "0" } };
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(Outcome) usage = sevenctl_run(fake, NULL, "wait-for", "a", wrong[i][0], wrong[i][1], NULL);
        g_assert_cmpint(usage->code, ==, 2);
    }
    g_autoptr(Outcome) two = sevenctl_run(fake, NULL, "wait-for", "a", "--file", "x", "--window", "y", NULL);
    g_assert_cmpint(two->code, ==, 2);
    g_assert_cmpuint(fake_daemon_request_count(fake), ==, 2);
}

static void screenshot_tells_a_regions_hash(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "GET /v1/vms/a/screen-hash", 200, "{\"sha256\":\"abc\"}");
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "screenshot", "a", "--hash", "1,2,3x4", NULL);
    g_assert_cmpstr(outcome->out, ==, "abc\n");
    g_autofree char *line = fake_daemon_request_line(fake, 0);
    g_assert_cmpstr(line, ==, "GET /v1/vms/a/screen-hash?x=1&y=2&width=3&height=4");
}

static void exec_exit_codes(void)
{
    static const struct {
        const char *result;
        const char *option;
        int expected;
        const char *message;
    } cases[] = {
        { "\"exit_code\":0,\"timed_out\":false", NULL, 0, "" },
        { "\"exit_code\":7,\"timed_out\":false", NULL, 1,
          "sevenctl: the command ended with exit code 7 (0x7)\n" },
        { "\"exit_code\":7,\"timed_out\":false", "--exit-code", 7, "" },
        { "\"exit_code\":3221225477,\"timed_out\":false", NULL, 1,
          "sevenctl: the command ended with exit code 3221225477 (0xC0000005)\n" },
        { "\"exit_code\":3221225477,\"timed_out\":false", "--exit-code", 5, "" },
        { "\"exit_code\":256,\"timed_out\":false", "--exit-code", 1, "" },
        { "\"exit_code\":1,\"timed_out\":true", "--exit-code", 124,
          "sevenctl: the command took too long and was killed (more time: --timeout SECONDS)\n" },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(FakeDaemon) fake = fake_daemon_new();
        g_autofree char *answer =
            g_strdup_printf("event: exit\ndata: {%s,\"truncated\":false}\n\n", cases[i].result);
        fake_daemon_stream(fake, "POST /v1/vms/a/exec", answer, NULL);
        const char *arguments[] = { "exec", "a", "--", "cmd", NULL, NULL, NULL };
        if (cases[i].option) {
            arguments[2] = cases[i].option;
            arguments[3] = "--";
            arguments[4] = "cmd";
        }
        g_autoptr(Outcome) outcome = sevenctl_runv(fake, NULL, NULL, arguments);
        g_assert_cmpint(outcome->code, ==, cases[i].expected);
        g_assert_cmpstr(outcome->err, ==, cases[i].message);
    }
}

static void text_answers_come_as_they_are(void)
{
    static const char log[] = "sevend/1 phase=winpe\r\n\x1b[2J\xff\n";
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer_bytes(fake, "GET /v1/vms/a/console-log", 200, "text/plain", log, sizeof log - 1);
    fake_daemon_answer_bytes(fake, "GET /v1/vms/a/answer-file", 200, "application/xml", "<u/>\n", 5);
    fake_daemon_answer_bytes(fake, "GET /v1/jobs/" JOB "/log", 200, "text/plain", "2026 winpe\n", 11);
    g_autoptr(Outcome) console = sevenctl_run(fake, NULL, "console-log", "a", NULL);
    g_assert_cmpstr(console->out, ==, log);
    Running *running = sevenctl_start(fake, 80, "console-log", "a", NULL);
    g_autoptr(Outcome) terminal = running_finish(running);
    g_assert_cmpstr(terminal->out, ==, "sevend/1 phase=winpe\r\n\\x1b[2J\\xff\r\n");
    g_autoptr(Outcome) json = sevenctl_run(fake, NULL, "console-log", "a", "--json", NULL);
    g_assert_cmpstr(json->out, ==,
                    "{\"console_log\":\"sevend/1 phase=winpe\\r\\n\\u001b[2J\xef\xbf\xbd\\n\"}\n");
    g_autoptr(Outcome) answer_file = sevenctl_run(fake, NULL, "answer-file", "a", NULL);
    g_assert_cmpstr(answer_file->out, ==, "<u/>\n");
    g_autoptr(Outcome) job_log = sevenctl_run(fake, NULL, "job", "log", JOB, NULL);
    g_assert_cmpstr(job_log->out, ==, "2026 winpe\n");
}

static void console_log_is_followed_until_the_machine_is_gone(void)
{
    static const char *const logs[] = { "", "one\n", "one\n", "one\ntw\xc3", "one\ntw\xc3\xb6\n", "new\n" };
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    for (guint i = 0; i < G_N_ELEMENTS(logs); i++)
        fake_daemon_answer_bytes(fake, "GET /v1/vms/a/console-log", 200, "text/plain", logs[i],
                                 strlen(logs[i]));
    fake_daemon_answer(
        fake, "GET /v1/vms/a/console-log", 503,
        "{\"title\":\"T\",\"status\":503,\"code\":\"libvirt-unavailable\",\"detail\":\"Later.\"}");
    fake_daemon_answer(fake, "GET /v1/vms/a/console-log", 404,
                       "{\"title\":\"T\",\"status\":404,\"code\":\"not-found\",\"detail\":\"It is gone.\"}");
    g_autoptr(Outcome) outcome = sevenctl_run(fake, NULL, "console-log", "a", "-f", NULL);
    g_assert_cmpint(outcome->code, ==, 4);
    g_assert_cmpstr(outcome->out, ==, "one\ntw\xc3\xb6\nnew\n");
    g_assert_cmpstr(outcome->err, ==,
                    "sevenctl: sevend cannot serve now; trying again\nsevenctl: It is gone. (not-found)\n");
}

static void ctrl_c_ends_following(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer_bytes(fake, "GET /v1/vms/a/console-log", 200, "text/plain", "hello\n", 6);
    Running *running = sevenctl_start(fake, 80, "console-log", "a", "--follow", NULL);
    running_expect(running, "hello");
    running_signal(running, SIGINT);
    g_autoptr(Outcome) outcome = running_finish(running);
    g_assert_cmpint(outcome->code, ==, 130);
}

static void screenshot_goes_where_it_is_told(void)
{
    static const char png[] = "\x89PNG\r\n\x1a\n\0rest";
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer_bytes(fake, "GET /v1/vms/a/screenshot", 200, "image/png", png, sizeof png - 1);
    fake_daemon_answer_bytes(fake, "GET /v1/vms/text/screenshot", 200, "image/png", "text", 4);
    g_autofree char *path = g_build_filename(fake_daemon_folder(fake), "a.png", NULL);
    g_autofree char *line = g_strconcat(path, "\n", NULL);
    g_autofree char *written = NULL;
    gsize length;
    g_autoptr(Outcome) to_file = sevenctl_run(fake, NULL, "screenshot", "a", "-o", path, NULL);
    g_assert_cmpint(to_file->code, ==, 0);
    g_assert_cmpstr(to_file->out, ==, line);
    g_assert_true(g_file_get_contents(path, &written, &length, NULL));
    g_assert_cmpmem(written, length, png, sizeof png - 1);
    g_unlink(path);
    g_autoptr(Outcome) to_pipe = sevenctl_run(fake, NULL, "screenshot", "a", "-o", "-", NULL);
    g_assert_cmpmem(to_pipe->out, to_pipe->out_length, png, sizeof png - 1);
    g_autoptr(Outcome) nowhere =
        sevenctl_run(fake, NULL, "screenshot", "a", "-o", "/nonexistent/a.png", NULL);
    g_assert_cmpint(nowhere->code, ==, 1);
    g_autoptr(Outcome) no_picture = sevenctl_run(fake, NULL, "screenshot", "text", "-o", path, NULL);
    g_assert_cmpint(no_picture->code, ==, 1);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    Running *running = sevenctl_start(fake, 80, "screenshot", "a", "-o", "-", NULL);
    g_autoptr(Outcome) terminal = running_finish(running);
    g_assert_cmpint(terminal->code, ==, 2);
}

static void requests_without_a_body_have_none(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "POST /v1/vms/a/start", 202, "{\"job\":{\"id\":\"" JOB "\"}}");
    fake_daemon_answer(fake, "POST /v1/vms/a/stop", 202, "{\"job\":{\"id\":\"" JOB "\"}}");
    fake_daemon_answer(fake, "DELETE /v1/vms/a", 202, "{\"job\":{\"id\":\"" JOB "\"}}");
    g_autoptr(Outcome) start = sevenctl_run(fake, NULL, "start", "a", NULL);
    g_autoptr(Outcome) stop = sevenctl_run(fake, NULL, "stop", "a", "--force", "--grace", "30", NULL);
    g_autoptr(Outcome) removed = sevenctl_run(fake, NULL, "rm", "a", NULL);
    g_autofree char *start_body = fake_daemon_request_body(fake, 0);
    g_autofree char *start_type = fake_daemon_request_header(fake, 0, "Content-Type");
    g_autofree char *stop_body = fake_daemon_request_body(fake, 1);
    g_autofree char *rm_length = fake_daemon_request_header(fake, 2, "Content-Length");
    g_assert_cmpstr(start_body, ==, "");
    g_assert_null(start_type);
    g_assert_cmpstr(stop_body, ==, "{ \"force\": true, \"timeout_seconds\": 30 }");
    g_assert_null(rm_length);
}

static void a_snapshot_is_saved_under_its_name(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    fake_daemon_answer(fake, "POST /v1/vms/a/snapshots", 202, "{\"job\":{\"id\":\"" JOB "\"}}");
    fake_daemon_answer(fake, "POST /v1/vms/a/snapshots/clean/revert", 202, "{\"job\":{\"id\":\"" JOB "\"}}");
    g_autoptr(Outcome) save = sevenctl_run(fake, NULL, "snapshot", "a", "save", "clean", NULL);
    g_autoptr(Outcome) revert = sevenctl_run(fake, NULL, "snapshot", "a", "revert", "clean", NULL);
    g_autofree char *save_body = fake_daemon_request_body(fake, 0);
    g_autofree char *revert_body = fake_daemon_request_body(fake, 1);
    g_assert_cmpstr(save_body, ==, "{ \"name\": \"clean\" }");
    g_assert_cmpstr(revert_body, ==, "");
}

static void every_verb_has_help_with_an_example(void)
{
    g_autoptr(Outcome) overview = sevenctl_run(NULL, NULL, "--help", NULL);
    g_assert_cmpint(overview->code, ==, 0);
    const char *list = strstr(overview->out, "Verbs:\n");
    g_auto(GStrv) lines = g_strsplit(list + strlen("Verbs:\n"), "\n", -1);
    guint verbs = 0;
    for (; *lines[verbs]; verbs++) {
        g_autofree char *name =
            g_strndup(lines[verbs] + 2, (gsize)(strstr(lines[verbs] + 2, "  ") - lines[verbs] - 2));
        g_auto(GStrv) words = g_strsplit(name, " ", 2);
        g_autoptr(Outcome) help = words[1] ? sevenctl_run(NULL, NULL, words[0], words[1], "--help", NULL)
                                           : sevenctl_run(NULL, NULL, words[0], "-h", NULL);
        g_autofree char *usage = g_strconcat("Usage: sevenctl ", name, NULL);
        g_autofree char *example = g_strconcat("sevenctl ", name, NULL);
        g_assert_cmpint(help->code, ==, 0);
        g_assert_true(g_str_has_prefix(help->out, usage));
        const char *examples = strstr(help->out, "\nExamples:\n");
        g_assert_nonnull(examples);
        g_assert_nonnull(strstr(examples, example));
        g_autoptr(Outcome) other = words[1] ? sevenctl_run(NULL, NULL, "help", words[0], words[1], NULL)
                                            : sevenctl_run(NULL, NULL, "help", words[0], NULL);
        g_assert_cmpstr(other->out, ==, help->out);
    }
    g_assert_cmpuint(verbs, ==, 54);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(shown); i++) {
        g_autofree char *name = g_strconcat("/client/verbs/shows/", shown[i].golden, NULL);
        g_test_add_data_func(name, GSIZE_TO_POINTER(i), shown_for_people);
    }
    g_test_add_func("/client/verbs/json-is-the-answer-as-it-came", json_is_the_answer_as_it_came);
    g_test_add_func("/client/verbs/lists-are-read-page-after-page", lists_are_read_page_after_page);
    g_test_add_func("/client/verbs/job-list-stops-at-its-limit", job_list_stops_at_its_limit);
    g_test_add_func("/client/verbs/exec-passes-bytes-on", exec_passes_bytes_on);
    g_test_add_func("/client/verbs/exec-passes-on-what-belongs", exec_passes_on_what_belongs_to_the_command);
    g_test_add_func("/client/verbs/exec-by-lines", exec_by_lines_is_a_session);
    g_test_add_func("/client/verbs/exec-ends-early", exec_tells_what_ends_it_early);
    g_test_add_func("/client/verbs/exec-usage", exec_options_that_contradict_are_usage);
    g_test_add_func("/client/verbs/exec-keeps-guest-output-off-the-terminals-controls",
                    exec_keeps_guest_output_off_the_terminals_controls);
    g_test_add_func("/client/verbs/exec-exit-codes", exec_exit_codes);
    g_test_add_func("/client/verbs/click", click_names_a_pixel);
    g_test_add_func("/client/verbs/wait-for", wait_for_waits_for_one_thing);
    g_test_add_func("/client/verbs/screenshot-hash", screenshot_tells_a_regions_hash);
    g_test_add_func("/client/verbs/text-answers-come-as-they-are", text_answers_come_as_they_are);
    g_test_add_func("/client/verbs/console-log-is-followed-until-the-machine-is-gone",
                    console_log_is_followed_until_the_machine_is_gone);
    g_test_add_func("/client/verbs/ctrl-c-ends-following", ctrl_c_ends_following);
    g_test_add_func("/client/verbs/screenshot-goes-where-it-is-told", screenshot_goes_where_it_is_told);
    g_test_add_func("/client/verbs/requests-without-a-body-have-none", requests_without_a_body_have_none);
    g_test_add_func("/client/verbs/a-snapshot-is-saved-under-its-name", a_snapshot_is_saved_under_its_name);
    g_test_add_func("/client/verbs/every-verb-has-help-with-an-example", every_verb_has_help_with_an_example);
    g_test_add_func("/client/verbs/images-are-a-list-and-a-tree", images_are_a_list_and_a_tree);
    g_test_add_func("/client/verbs/an-image-in-use-is-told", an_image_in_use_is_told);
    g_test_add_func("/client/verbs/an-image-is-exported-for-its-owner-only",
                    an_image_is_exported_for_its_owner_only);
    g_test_add_func("/client/verbs/an-image-is-imported-under-the-name-of-its-file",
                    an_image_is_imported_under_the_name_of_its_file);
    return g_test_run();
}
