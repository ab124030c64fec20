// SPDX-License-Identifier: GPL-3.0-or-later
// Requests that are wrong or mean harm: each is refused with a problem that says what is wrong, none reaches
// the service, and the server goes on.
#include <string.h>

#include "tests/unit/http/http_fixture.h"

#define JSON "Content-Type: application/json\r\n"

// The pointer of fault @index of a 422, borrowed from @problem.
static const char *fault_pointer(json_object *problem, gsize index)
{
    json_object *errors;
    g_assert_true(json_object_object_get_ex(problem, "errors", &errors));
    g_assert_cmpuint(json_object_array_length(errors), >, index);
    json_object *fault = json_object_array_get_idx(errors, index);
    g_assert_cmpstr(json_string_member(fault, "message"), !=, NULL);
    return json_string_member(fault, "pointer");
}

static void test_bad_json_names_line_and_column(void)
{
    static const char *const bodies[] = {
        "{",    "{\"name\":}", "{'name':1}", "{\"a\":NaN}",    "{\"a\":1,\"a\":2}",
        "\xff", "{}x",         "nul",        "{\"a\":\"\n\"}",
    };
    g_autoptr(Fixture) fixture = fixture_new_started();
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(Answer) answer = fixture_post(fixture, "/v1/vms", bodies[i]);
        assert_problem(answer, 400, "invalid-json");
        g_assert_nonnull(strstr(answer->body->str, "line "));
        g_assert_nonnull(strstr(answer->body->str, "column "));
    }
    assert_untouched(fixture);
}

static void test_deep_json_is_refused(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autofree char *body = g_strnfill(500000, '[');
    g_autoptr(Answer) answer = fixture_post(fixture, "/v1/vms", body);
    assert_problem(answer, 400, "invalid-json");
    assert_untouched(fixture);
}

static void test_a_body_must_be_an_object(void)
{
    static const char *const bodies[] = { "[]", "1", "\"x\"", "true" };
    g_autoptr(Fixture) fixture = fixture_new_started();
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(Answer) answer = fixture_post(fixture, "/v1/answer-files", bodies[i]);
        assert_problem(answer, 422, "invalid-request");
        g_autoptr(json_object) problem = answer_json(answer);
        g_assert_cmpstr(fault_pointer(problem, 0), ==, "");
    }
    assert_untouched(fixture);
}

static void test_a_body_must_be_there_where_one_is_needed(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Answer) none = fixture_request(fixture, "POST", "/v1/vms", "", NULL);
    assert_problem(none, 400, "invalid-json");
    g_autoptr(Answer) empty = fixture_post(fixture, "/v1/vms", "");
    assert_problem(empty, 400, "invalid-json");
    assert_untouched(fixture);
}

static void test_every_fault_of_a_body_is_named(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autoptr(Answer) answer = fixture_post(fixture, "/v1/vms", "{\"nmae\":\"a\",\"x/y\":1}");
    assert_problem(answer, 422, "invalid-request");
    g_autoptr(json_object) problem = answer_json(answer);
    g_assert_cmpstr(fault_pointer(problem, 0), ==, "/nmae");
    g_assert_cmpstr(fault_pointer(problem, 1), ==, "/x~1y");
    g_assert_nonnull(strstr(answer->body->str, "\"allowed\":[\"name\""));
}

static void test_other_content_types_are_refused(void)
{
    static const char *const types[] = {
        "",
        "Content-Type: text/plain\r\n",
        "Content-Type: application/jsonx\r\n",
        "Content-Type: multipart/form-data\r\n",
    };
    g_autoptr(Fixture) fixture = fixture_new_started();
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(Answer) answer = fixture_request(fixture, "POST", "/v1/vms", types[i], "{}");
        assert_problem(answer, 415, "unsupported-media-type");
    }
    assert_untouched(fixture);
}

static void test_impossible_names_never_reach_the_service(void)
{
    static const char *const names[] = {
        "..",
        "%2e%2e",
        "..%2f..%2fetc%2fpasswd",
        ".",
        "a%2fb",
        "A",
        "a.iso",
        "-a",
        "a_b",
        "a%20b",
        "%C3%A4",
        "a;b",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", // 64
    };
    static const char *const patterns[] = {
        "/v1/discs/%s",          "/v1/drivers/%s",         "/v1/templates/%s",       "/v1/vms/%s",
        "/v1/vms/%s/screenshot", "/v1/vms/%s/console-log", "/v1/vms/%s/answer-file", "/v1/vms/%s/isolation",
        "/v1/jobs/%s",           "/v1/jobs/%s/events",     "/v1/jobs/%s/log",
    };
    g_autoptr(Fixture) fixture = fixture_new_started();
    for (gsize i = 0; i < G_N_ELEMENTS(patterns); i++) {
        g_auto(GStrv) around = g_strsplit(patterns[i], "%s", 2);
        for (gsize j = 0; j < G_N_ELEMENTS(names); j++) {
            g_autofree char *target = g_strconcat(around[0], names[j], around[1], NULL);
            g_autoptr(Answer) answer = fixture_get(fixture, target);
            assert_problem(answer, 404, "not-found");
        }
    }
    g_autoptr(Answer) removed = fixture_request(fixture, "DELETE", "/v1/vms/..%2f..", "", NULL);
    assert_problem(removed, 404, "not-found");
    g_autoptr(Answer) dots = fixture_get(fixture, "/v1/../../etc/passwd");
    assert_problem(dots, 404, "not-found");
    assert_untouched(fixture);
}

static void test_bad_percent_encoding_is_400(void)
{
    static const char *const targets[] = { "/v1/vms/%", "/v1/vms/%zz", "/v1/vms/a%00b", "/v1?%",
                                           "/v1/vms/\xc3\xa4" };
    g_autoptr(Fixture) fixture = fixture_new_started();
    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
        g_autoptr(Answer) answer = fixture_get(fixture, targets[i]);
        assert_problem(answer, 400, "bad-request");
    }
    assert_untouched(fixture);
}

static void test_query_faults_name_the_parameter(void)
{
    static const struct {
        const char *target, *pointer;
    } cases[] = {
        { "/v1?x=1", "?x" },
        { "/v1/vms?stat=ready", "?stat" },
        { "/v1/vms?state=gone", "?state" },
        { "/v1/vms?vm=a", "?vm" },
        { "/v1/vms?limit=0", "?limit" },
        { "/v1/vms?limit=201", "?limit" },
        { "/v1/vms?limit=-1", "?limit" },
        { "/v1/vms?limit=1&limit=1", "?limit" },
        { "/v1/vms?cursor=", "?cursor" },
        { "/v1/vms?cursor=a%20b", "?cursor" },
        { "/v1/jobs?vm=..%2f", "?vm" },
        { "/v1/jobs?state=ready", "?state" },
        { "/v1/jobs/" FAKE_JOB "?wait=61", "?wait" },
        { "/v1/jobs/" FAKE_JOB "?wait=", "?wait" },
        { "/v1/jobs/" FAKE_JOB "?wait=1e1", "?wait" },
        { "/v1/jobs/" FAKE_JOB "/events?after=1", "?after" },
    };
    g_autoptr(Fixture) fixture = fixture_new_started();
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].target);
        g_autoptr(Answer) answer = fixture_get(fixture, cases[i].target);
        assert_problem(answer, 422, "invalid-request");
        g_autoptr(json_object) problem = answer_json(answer);
        g_assert_cmpstr(fault_pointer(problem, 0), ==, cases[i].pointer);
    }
    assert_untouched(fixture);
}

static void test_a_flag_is_true_or_false(void)
{
    static const char *const values[] = { "", "1", "yes", "TRUE", "true&explain=true" };
    g_autoptr(Fixture) fixture = fixture_new_started();
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autofree char *target = g_strconcat("/v1/answer-files?explain=", values[i], NULL);
        g_autoptr(Answer) answer = fixture_post(fixture, target, "{}");
        assert_problem(answer, 422, "invalid-request");
        g_autoptr(json_object) problem = answer_json(answer);
        g_assert_cmpstr(fault_pointer(problem, 0), ==, "?explain");
    }
    assert_untouched(fixture);
}

static void test_bodies_where_none_belongs_are_refused(void)
{
    static const char *const requests[][2] = {
        { "GET", "/v1" },
        { "DELETE", "/v1/vms/" FAKE_MACHINE },
        { "POST", "/v1/vms/" FAKE_MACHINE "/start" },
    };
    g_autoptr(Fixture) fixture = fixture_new_started();
    for (gsize i = 0; i < G_N_ELEMENTS(requests); i++) {
        g_autoptr(Answer) answer = fixture_request(fixture, requests[i][0], requests[i][1], JSON, "{}");
        assert_problem(answer, 400, "bad-request");
    }
    assert_untouched(fixture);
}

static void test_a_long_target_is_414(void)
{
    g_autoptr(Fixture) fixture = fixture_new_started();
    g_autofree char *letters = g_strnfill(3000, 'a');
    g_autofree char *target = g_strconcat("/v1/vms/", letters, NULL);
    g_autoptr(Answer) answer = fixture_get(fixture, target);
    assert_problem(answer, 414, "uri-too-long");
    assert_untouched(fixture);
}

static void test_bad_idempotency_keys_are_refused(void)
{
    g_autofree char *letters = g_strnfill(256, 'k');
    const char *const keys[] = { letters, "a b", "\xc3\xa4" };
    g_autoptr(Fixture) fixture = fixture_new_started();
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *headers = g_strdup_printf(JSON "Idempotency-Key: %s\r\n", keys[i]);
        g_autoptr(Answer) answer = fixture_request(fixture, "POST", "/v1/vms", headers, "{}");
        assert_problem(answer, 400, "bad-request");
    }
    assert_untouched(fixture);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hostile/bad-json", test_bad_json_names_line_and_column);
    g_test_add_func("/hostile/deep-json", test_deep_json_is_refused);
    g_test_add_func("/hostile/body-must-be-an-object", test_a_body_must_be_an_object);
    g_test_add_func("/hostile/body-must-be-there", test_a_body_must_be_there_where_one_is_needed);
    g_test_add_func("/hostile/every-fault-is-named", test_every_fault_of_a_body_is_named);
    g_test_add_func("/hostile/other-content-types", test_other_content_types_are_refused);
    g_test_add_func("/hostile/impossible-names", test_impossible_names_never_reach_the_service);
    g_test_add_func("/hostile/bad-percent-encoding", test_bad_percent_encoding_is_400);
    g_test_add_func("/hostile/query-faults", test_query_faults_name_the_parameter);
    g_test_add_func("/hostile/flags", test_a_flag_is_true_or_false);
    g_test_add_func("/hostile/body-where-none-belongs", test_bodies_where_none_belongs_are_refused);
    g_test_add_func("/hostile/long-target", test_a_long_target_is_414);
    g_test_add_func("/hostile/bad-idempotency-keys", test_bad_idempotency_keys_are_refused);
    return g_test_run();
}
