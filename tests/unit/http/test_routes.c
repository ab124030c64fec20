// SPDX-License-Identifier: GPL-3.0-or-later
// Every route: what it asks of the service, and what it answers.
#include <string.h>

#include "daemon/http/routes.h"
#include "tests/unit/http/http_fixture.h"

#define VM  "/v1/vms/" FAKE_MACHINE
#define JOB "/v1/jobs/" FAKE_JOB

typedef struct {
    const char *pattern; // of routes.c
    const char *method;
    const char *target;
    const char *body;
    guint status;
    const char *content_type;
    const char *call; // of the fake; NULL: any
} Row;

static const Row rows[] = {
    { "/healthz", "GET", "/healthz", NULL, 200, "application/json", "" },
    { "/readyz", "GET", "/readyz", NULL, 200, "application/json", "ready" },
    { "/openapi.yaml", "GET", "/openapi.yaml", NULL, 200, "application/yaml", "" },
    { "/v1", "GET", "/v1", NULL, 200, "application/json", "version" },
    { "/v1/discs", "GET", "/v1/discs", NULL, 200, "application/json", "disc_list" },
    { "/v1/discs/{name}", "GET", "/v1/discs/win7", NULL, 200, "application/json", "disc_show win7" },
    { "/v1/discs/{name}", "PUT", "/v1/discs/new", "abc", 201, "application/json", "disc_upload_finish 3" },
    { "/v1/discs/{name}", "DELETE", "/v1/discs/win7", NULL, 204, NULL, "disc_delete win7" },
    { "/v1/discs/{name}/verify", "POST", "/v1/discs/win7/verify", NULL, 202, "application/json",
      "disc_verify win7" },
    { "/v1/discs/{name}/upload", "GET", "/v1/discs/new/upload", NULL, 200, "application/json",
      "disc_upload_show new" },
    { "/v1/discs/{name}/upload", "DELETE", "/v1/discs/new/upload", NULL, 204, NULL,
      "disc_upload_delete new" },
    { "/v1/discs/{name}/exports", "POST", "/v1/discs/win7/exports", "{\"name\":\"a\"}", 202,
      "application/json", "export_create win7 a" },
    { "/v1/exports/{id}", "GET", "/v1/exports/" FAKE_JOB, NULL, 200, "application/octet-stream",
      "export_open " FAKE_JOB },
    { "/v1/exports/{id}", "DELETE", "/v1/exports/" FAKE_JOB, NULL, 204, NULL, "export_delete " FAKE_JOB },
    { "/v1/drivers", "GET", "/v1/drivers", NULL, 200, "application/json", "driver_list" },
    { "/v1/drivers/{name}", "GET", "/v1/drivers/virtio", NULL, 200, "application/json",
      "driver_show virtio" },
    { "/v1/drivers/{name}", "PUT", "/v1/drivers/new", "abc", 201, "application/json",
      "driver_upload_finish 3 for all" },
    { "/v1/drivers/{name}", "PUT", "/v1/drivers/new?architecture=x86", "abc", 201, "application/json",
      "driver_upload_finish 3 for x86" },
    { "/v1/drivers/{name}", "DELETE", "/v1/drivers/virtio", NULL, 204, NULL, "driver_delete virtio" },
    { "/v1/drivers/{name}/upload", "GET", "/v1/drivers/new/upload", NULL, 200, "application/json",
      "disc_upload_show new" },
    { "/v1/drivers/{name}/upload", "DELETE", "/v1/drivers/new/upload", NULL, 204, NULL,
      "driver_upload_delete new" },
    { "/v1/templates", "GET", "/v1/templates", NULL, 200, "application/json", "template_list" },
    { "/v1/templates/{name}", "GET", "/v1/templates/win7-pro-x64", NULL, 200, "application/json",
      "template_show win7-pro-x64" },
    { "/v1/answer-files", "POST", "/v1/answer-files", "{\"name\":\"a\"}", 200, "application/xml",
      "answer_file_preview a" },
    { "/v1/answer-files", "POST", "/v1/answer-files?explain=false", "{\"name\":\"a\"}", 200,
      "application/xml", "answer_file_preview a" },
    { "/v1/answer-files", "POST", "/v1/answer-files?explain=true", "{\"name\":\"a\"}", 200,
      "application/json", "answer_file_explain a" },
    { "/v1/vms", "GET", "/v1/vms", NULL, 200, "application/json", "vm_list state=- vm=- cursor=- limit=50" },
    { "/v1/vms", "GET", "/v1/vms?state=ready&cursor=a&limit=200", NULL, 200, "application/json",
      "vm_list state=ready vm=- cursor=a limit=200" },
    { "/v1/vms", "POST", "/v1/vms", "{\"name\":\"a\"}", 202, "application/json",
      "vm_create a key=none bytes=12" },
    { "/v1/vms/{name}", "GET", VM, NULL, 200, "application/json", "vm_show " FAKE_MACHINE },
    { "/v1/vms/{name}", "DELETE", VM, NULL, 202, "application/json", "vm_delete " FAKE_MACHINE },
    { "/v1/vms/{name}", "PATCH", VM, "{\"lifetime\":\"4h\"}", 200, "application/json",
      "vm_change " FAKE_MACHINE " 4h" },
    { "/v1/vms/{name}/start", "POST", VM "/start", NULL, 202, "application/json", "vm_start " FAKE_MACHINE },
    { "/v1/vms/{name}/stop", "POST", VM "/stop", NULL, 202, "application/json",
      "vm_stop " FAKE_MACHINE " none" },
    { "/v1/vms/{name}/stop", "POST", VM "/stop", "{\"force\":true}", 202, "application/json",
      "vm_stop " FAKE_MACHINE " body" },
    { "/v1/vms/{name}/seal", "POST", VM "/seal", "{\"image\":\"base\"}", 202, "application/json",
      "vm_seal " FAKE_MACHINE " base" },
    { "/v1/images", "GET", "/v1/images", NULL, 200, "application/json",
      "image_list state=- vm=- cursor=- limit=50" },
    { "/v1/images/{name}", "GET", "/v1/images/base", NULL, 200, "application/json", "image_show base" },
    { "/v1/images/{name}", "DELETE", "/v1/images/base", NULL, 202, "application/json", "image_delete base" },
    { "/v1/images/{name}/provenance", "GET", "/v1/images/base/provenance", NULL, 200, "application/json",
      "image_provenance base" },
    { "/v1/images/{name}/exports", "POST", "/v1/images/base/exports", NULL, 202, "application/json",
      "image_export base" },
    { "/v1/image-imports/{name}", "PUT", "/v1/image-imports/new", "abc", 202, "application/json",
      "image_import_finish 3" },
    { "/v1/image-imports/{name}/upload", "GET", "/v1/image-imports/new/upload", NULL, 200, "application/json",
      "disc_upload_show new" },
    { "/v1/image-imports/{name}/upload", "DELETE", "/v1/image-imports/new/upload", NULL, 204, NULL,
      "image_import_delete new" },
    { "/v1/quota", "GET", "/v1/quota", NULL, 200, "application/json", "quota uid=" },
    { "/v1/pools", "GET", "/v1/pools", NULL, 200, "application/json", "pool_list" },
    { "/v1/pools/{name}", "GET", "/v1/pools/ci", NULL, 200, "application/json", "pool_show ci" },
    { "/v1/pools/{name}", "PUT", "/v1/pools/ci", "{\"image\":\"base\"}", 200, "application/json",
      "pool_put ci {\"image\":\"base\"}" },
    { "/v1/pools/{name}", "PUT", "/v1/pools/new", "{\"image\":\"base\"}", 201, "application/json",
      "pool_put new {\"image\":\"base\"}" },
    { "/v1/pools/{name}", "DELETE", "/v1/pools/ci", NULL, 202, "application/json", "pool_delete ci" },
    { "/v1/pools/{name}/leases", "POST", "/v1/pools/ci/leases", NULL, 201, "application/json",
      "lease_create ci uid= -" },
    { "/v1/pools/{name}/leases", "POST", "/v1/pools/ci/leases", "{\"lifetime\":\"1h\"}", 202,
      "application/json", "lease_create ci uid= {\"lifetime\":\"1h\"}" },
    { "/v1/leases", "GET", "/v1/leases", NULL, 200, "application/json", "lease_list" },
    { "/v1/leases/{id}", "GET", "/v1/leases/" FAKE_LEASE, NULL, 200, "application/json",
      "lease_show " FAKE_LEASE " 0" },
    { "/v1/leases/{id}", "PATCH", "/v1/leases/" FAKE_LEASE, "{\"lifetime\":\"1h\"}", 200, "application/json",
      "lease_change " FAKE_LEASE " {\"lifetime\":\"1h\"}" },
    { "/v1/leases/{id}", "DELETE", "/v1/leases/" FAKE_LEASE, NULL, 200, "application/json",
      "lease_end " FAKE_LEASE },
    { "/v1/vms/{name}/reset", "POST", VM "/reset", NULL, 202, "application/json", "vm_reset " FAKE_MACHINE },
    { "/v1/vms/{name}/snapshots", "GET", VM "/snapshots", NULL, 200, "application/json",
      "snapshot_list " FAKE_MACHINE },
    { "/v1/vms/{name}/snapshots", "POST", VM "/snapshots", "{\"name\":\"clean\"}", 202, "application/json",
      "snapshot_save " FAKE_MACHINE " clean" },
    { "/v1/vms/{name}/snapshots/{file}", "DELETE", VM "/snapshots/clean", NULL, 202, "application/json",
      "snapshot_delete " FAKE_MACHINE " clean" },
    { "/v1/vms/{name}/snapshots/{file}/revert", "POST", VM "/snapshots/clean/revert", NULL, 202,
      "application/json", "snapshot_revert " FAKE_MACHINE " clean" },
    { "/v1/vms/{name}/exec", "POST", VM "/exec", "{\"argv\":[\"ver\"]}", 200, "application/json",
      "vm_exec " FAKE_MACHINE },
    { "/v1/commands/{id}/input", "POST", "/v1/commands/" FAKE_JOB "/input", "{\"data\":\"x\"}", 204, NULL,
      "command_input " FAKE_JOB },
    { "/v1/commands/{id}", "DELETE", "/v1/commands/" FAKE_JOB, NULL, 204, NULL, "command_kill " FAKE_JOB },
    { "/v1/vms/{name}/keys", "POST", VM "/keys", "{\"type\":\"x\"}", 204, NULL, "vm_keys " FAKE_MACHINE },
    { "/v1/vms/{name}/pointer", "POST", VM "/pointer", "{\"x\":1,\"y\":2}", 204, NULL,
      "vm_pointer " FAKE_MACHINE },
    { "/v1/vms/{name}/wait-for", "POST", VM "/wait-for", "{\"file\":\"C:/a\"}", 200, "application/json",
      "vm_wait_for " FAKE_MACHINE },
    { "/v1/vms/{name}/screen-hash", "GET", VM "/screen-hash?x=1&y=2&width=3&height=4", NULL, 200,
      "application/json", "vm_screen_hash " FAKE_MACHINE " 1 2 3 4" },
    { "/v1/vms/{name}/files", "GET", VM "/files?path=C:/a", NULL, 200, "application/octet-stream",
      "file_get " FAKE_MACHINE " C:/a" },
    { "/v1/vms/{name}/files", "PUT", VM "/files?path=C:/a", "abc", 201, "application/json",
      "file_put_finish 3" },
    { "/v1/vms/{name}/folder", "GET", VM "/folder?path=C:/", NULL, 200, "application/json",
      "folder_list " FAKE_MACHINE " C:/" },
    { "/v1/vms/{name}/folder", "PUT", VM "/folder?path=C:/new", NULL, 204, NULL,
      "folder_make " FAKE_MACHINE " C:/new" },
    { "/v1/vms/{name}/screenshot", "GET", VM "/screenshot", NULL, 200, "image/png",
      "vm_screenshot " FAKE_MACHINE },
    { "/v1/vms/{name}/console-log", "GET", VM "/console-log", NULL, 200, "text/plain",
      "vm_console_log " FAKE_MACHINE },
    { "/v1/vms/{name}/answer-file", "GET", VM "/answer-file", NULL, 200, "application/xml",
      "vm_answer_file " FAKE_MACHINE },
    { "/v1/vms/{name}/isolation", "GET", VM "/isolation", NULL, 200, "application/json",
      "vm_isolation " FAKE_MACHINE },
    { "/v1/jobs", "GET", "/v1/jobs?vm=a&state=failed&limit=1", NULL, 200, "application/json",
      "job_list state=failed vm=a cursor=- limit=1" },
    { "/v1/jobs/{id}", "GET", JOB, NULL, 200, "application/json", "job_show " FAKE_JOB },
    { "/v1/jobs/{id}", "DELETE", JOB, NULL, 202, "application/json", "job_cancel " FAKE_JOB },
    { "/v1/jobs/{id}/events", "GET", JOB "/events", NULL, 200, "text/event-stream",
      "job_events " FAKE_JOB " after=0" },
    { "/v1/vms/{name}/provenance", "GET", "/v1/vms/a/provenance", NULL, 200, "application/json",
      "vm_provenance a" },
    { "/v1/jobs/{id}/evidence", "GET", JOB "/evidence", NULL, 200, "application/json",
      "job_evidence " FAKE_JOB },
    { "/v1/jobs/{id}/evidence/{file}", "GET", JOB "/evidence/screen-1.png", NULL, 200, "image/png",
      "job_evidence_open " FAKE_JOB " screen-1.png" },
    { "/v1/jobs/{id}/log", "GET", JOB "/log", NULL, 200, "text/plain; charset=utf-8", "job_log " FAKE_JOB },
};

static Fixture *started(void)
{
    Fixture *fixture = fixture_new();
    fake_add_event(fixture->daemon, "state", "{\"state\":\"failed\"}", TRUE);
    fixture_start(fixture);
    return fixture;
}

static Answer *request_row(const Fixture *fixture, const Row *row)
{
    const char *type = row->body != NULL ? "Content-Type: application/json; charset=utf-8\r\n" : "";
    return fixture_request(fixture, row->method, row->target, type, row->body);
}

static void assert_common_headers(const Answer *answer)
{
    g_assert_cmpstr(answer_header(answer, "cache-control"), ==, "no-store");
    g_assert_cmpstr(answer_header(answer, "x-content-type-options"), ==, "nosniff");
    g_assert_null(answer_header(answer, "server"));
    g_assert_true(answer->status == 204 || answer_header(answer, "content-length") != NULL ||
                  g_strcmp0(answer_header(answer, "transfer-encoding"), "chunked") == 0);
}

static void test_each_route_calls_its_service(void)
{
    g_autoptr(Fixture) fixture = started();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s %s", rows[i].method, rows[i].target);
        g_autoptr(Answer) answer = request_row(fixture, &rows[i]);
        g_assert_cmpuint(answer->status, ==, rows[i].status);
        g_assert_cmpstr(answer_header(answer, "content-type"), ==, rows[i].content_type);
        assert_common_headers(answer);
        g_autofree char *call = fake_take_call(fixture->daemon);
        g_assert_cmpstr(call, ==, rows[i].call);
        if (answer->status == 202 && strstr(rows[i].pattern, "/pools/") == NULL)
            g_assert_cmpstr(answer_header(answer, "location"), ==, JOB);
        if (strstr(rows[i].pattern, "/leases") != NULL && strcmp(rows[i].method, "POST") == 0)
            g_assert_cmpstr(answer_header(answer, "location"), ==, "/v1/leases/" FAKE_LEASE);
        if (g_strcmp0(rows[i].content_type, "application/json") == 0)
            json_object_put(answer_json(answer));
    }
}

static void test_every_route_of_the_table_is_tried(void)
{
    for (const Route *route = http_routes; route->method != NULL; route++) {
        gboolean found = FALSE;
        for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
            found = found || (g_str_equal(rows[i].pattern, route->pattern) &&
                              g_str_equal(rows[i].method, route->method));
        if (!found)
            g_test_fail_printf("no row for %s %s", route->method, route->pattern);
    }
}

static void test_head_answers_like_get_without_a_body(void)
{
    g_autoptr(Fixture) fixture = started();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (!g_str_equal(rows[i].method, "GET") || g_str_has_suffix(rows[i].target, "/events"))
            continue;
        g_autoptr(Answer) get = request_row(fixture, &rows[i]);
        g_autoptr(Client) client = client_unix(fixture);
        g_autofree char *request =
            g_strdup_printf("HEAD %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", rows[i].target);
        client_send(client, request);
        g_autoptr(Answer) head = client_read_head(client);
        g_assert_cmpuint(head->status, ==, get->status);
        g_assert_cmpstr(answer_header(head, "content-length"), ==, answer_header(get, "content-length"));
        g_assert_cmpstr(answer_header(head, "content-type"), ==, answer_header(get, "content-type"));
        g_assert_true(client_wait_for_end(client));
        g_assert_cmpuint(client->buffer->len, ==, 0);
    }
}

static void test_unknown_things_are_404(void)
{
    static const char *const targets[] = {
        "/v1/discs/none",
        "/v1/drivers/none",
        "/v1/templates/none",
        "/v1/vms/none",
        "/v1/vms/none/screenshot",
        "/v1/vms/none/console-log",
        "/v1/vms/none/answer-file",
        "/v1/vms/none/isolation",
        "/v1/jobs/" OTHER_JOB,
        "/v1/jobs/" OTHER_JOB "?wait=1",
        "/v1/jobs/" OTHER_JOB "/events",
        "/v1/jobs/" OTHER_JOB "/log",
        "/v1/jobs/" OTHER_JOB "/evidence",
        "/v1/jobs/" FAKE_JOB "/evidence/none.log",
    };
    g_autoptr(Fixture) fixture = started();
    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
        g_autoptr(Answer) answer = fixture_get(fixture, targets[i]);
        assert_problem(answer, 404, "not-found");
        assert_common_headers(answer);
    }
    g_autoptr(Answer) started_none = fixture_request(fixture, "POST", "/v1/vms/none/start", "", NULL);
    assert_problem(started_none, 404, "not-found");
    g_autoptr(Answer) exec_none = fixture_post(fixture, "/v1/vms/none/exec", "{}");
    assert_problem(exec_none, 404, "not-found");
}

static void test_unknown_routes_are_404(void)
{
    static const char *const targets[] = {
        "/",           "/v2",
        "/v1/",        "/V1",
        "/v1/vms/",    "/v1//vms",
        "/v1/vms/a/b", "/v1/vms/a/start/x",
        "/healthz/x",  "/v1/jobs/" FAKE_JOB "/",
        "/openapi",    "/1/2/3/4/5/6/7/8/9/10",
        "*",
    };
    g_autoptr(Fixture) fixture = started();
    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
        g_autoptr(Answer) answer = fixture_get(fixture, targets[i]);
        assert_problem(answer, 404, "not-found");
    }
    g_assert_cmpuint(fake_call_count(fixture->daemon), ==, 0);
}

static void test_wrong_methods_are_405_and_name_the_right_ones(void)
{
    static const struct {
        const char *method, *target, *allow;
    } cases[] = {
        { "POST", "/v1", "GET, HEAD" },
        { "PUT", "/v1/vms", "GET, HEAD, POST" },
        { "PUT", VM, "GET, HEAD, DELETE, PATCH" },
        { "PATCH", "/v1/vms", "GET, HEAD, POST" },
        { "GET", VM "/start", "POST" },
        { "HEAD", VM "/exec", "POST" },
        { "OPTIONS", "/v1/jobs", "GET, HEAD" },
        { "get", "/v1", "GET, HEAD" },
        { "TRACE", "/v1", "GET, HEAD" },
        { "BREW", JOB, "GET, HEAD, DELETE" },
    };
    g_autoptr(Fixture) fixture = started();
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s %s", cases[i].method, cases[i].target);
        g_autoptr(Answer) answer = fixture_request(fixture, cases[i].method, cases[i].target, "", NULL);
        g_assert_cmpuint(answer->status, ==, 405);
        if (!g_str_equal(cases[i].method, "HEAD"))
            assert_problem(answer, 405, "method-not-allowed");
        g_assert_cmpstr(answer_header(answer, "allow"), ==, cases[i].allow);
    }
    g_assert_cmpuint(fake_call_count(fixture->daemon), ==, 0);
}

static void test_a_daemon_that_is_not_ready_says_why(void)
{
    g_autoptr(Fixture) fixture = started();
    fake_set_ready(fixture->daemon, FALSE);
    g_autoptr(Answer) answer = fixture_get(fixture, "/readyz");
    assert_problem(answer, 503, "not-ready");
    g_assert_nonnull(answer_header(answer, "retry-after"));
    g_assert_nonnull(strstr(answer->body->str, "libvirt does not answer"));
}

static void test_the_idempotency_key_reaches_the_service(void)
{
    g_autoptr(Fixture) fixture = started();
    g_autoptr(Answer) answer = fixture_request(
        fixture, "POST", "/v1/vms", "Content-Type: application/json\r\nIdempotency-Key: \"k-1\"\r\n", "{}");
    g_assert_cmpuint(answer->status, ==, 202);
    g_autofree char *call = fake_take_call(fixture->daemon);
    g_assert_cmpstr(call, ==, "vm_create (null) key=\"k-1\" bytes=2");
}

static void test_binary_answers_arrive_unchanged(void)
{
    g_autoptr(Fixture) fixture = started();
    g_autoptr(Answer) answer = fixture_get(fixture, VM "/screenshot");
    g_assert_cmpmem(answer->body->str, answer->body->len, "\x89PNG\r\n\x1a\n\0binary", 15);
}

static void test_http_1_0_is_served(void)
{
    g_autoptr(Fixture) fixture = started();
    g_autoptr(Client) client = client_unix(fixture);
    client_send(client, "GET /v1 HTTP/1.0\r\n\r\n");
    g_assert_true(client_wait_for(client, "200 OK"));
    g_assert_true(client_wait_for(client, "\"version\""));
    g_assert_true(client_wait_for_end(client));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/routes/each-route-calls-its-service", test_each_route_calls_its_service);
    g_test_add_func("/routes/every-route-of-the-table-is-tried", test_every_route_of_the_table_is_tried);
    g_test_add_func("/routes/head-answers-like-get", test_head_answers_like_get_without_a_body);
    g_test_add_func("/routes/unknown-things-are-404", test_unknown_things_are_404);
    g_test_add_func("/routes/unknown-routes-are-404", test_unknown_routes_are_404);
    g_test_add_func("/routes/wrong-methods-are-405", test_wrong_methods_are_405_and_name_the_right_ones);
    g_test_add_func("/routes/not-ready-says-why", test_a_daemon_that_is_not_ready_says_why);
    g_test_add_func("/routes/idempotency-key-reaches-the-service",
                    test_the_idempotency_key_reaches_the_service);
    g_test_add_func("/routes/binary-answers-arrive-unchanged", test_binary_answers_arrive_unchanged);
    g_test_add_func("/routes/http-1-0-is-served", test_http_1_0_is_served);
    return g_test_run();
}
