// SPDX-License-Identifier: GPL-3.0-or-later
// openapi.yaml against the program: the same routes, parameters and bodies, and answers that fit their
// schemas. Reads the file line by line, by its indentation, which its first lines promise.
#include <string.h>

#include "daemon/http/routes.h"
#include "tests/unit/http/http_fixture.h"

static char **contract; // lines of the file as served

static gsize indentation(const char *line)
{
    return strspn(line, " ");
}

// The number of the line after @start that is "@text" at @indent, before the indentation falls below it; 0 if
// there is none.
static guint find_line(guint start, gsize indent, const char *text)
{
    for (guint i = start + 1; contract[i] != NULL; i++) {
        const char *line = contract[i];
        gsize spaces = indentation(line);
        if (line[spaces] == '\0')
            continue;
        if (spaces < indent)
            return 0;
        if (spaces == indent && g_str_equal(line + spaces, text))
            return i;
    }
    return 0;
}

static guint find_section(const char *text)
{
    for (guint i = 0; contract[i] != NULL; i++) {
        if (g_str_equal(contract[i], text))
            return i;
    }
    g_assert_not_reached();
}

// The line of @method below @pattern, or 0.
static guint find_operation(const char *method, const char *pattern)
{
    g_autofree char *path_line = g_strconcat(pattern, ":", NULL);
    g_autofree char *lower = g_ascii_strdown(method, -1);
    g_autofree char *method_line = g_strconcat(lower, ":", NULL);
    guint path = find_line(find_section("paths:"), 2, path_line);
    return path != 0 ? find_line(path, 4, method_line) : 0;
}

// Everything of the operation that begins at @line, as one text.
static char *operation_text(guint line)
{
    g_autoptr(GString) text = g_string_new(NULL);
    gsize indent = indentation(contract[line]);
    for (guint i = line + 1;
         contract[i] != NULL && (*contract[i] == '\0' || indentation(contract[i]) > indent); i++)
        g_string_append_printf(text, "%s\n", contract[i]);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void test_every_route_is_in_the_contract(void)
{
    for (const Route *route = http_routes; route->method != NULL; route++) {
        if (find_operation(route->method, route->pattern) == 0)
            g_test_fail_printf("openapi.yaml lacks %s %s", route->method, route->pattern);
    }
}

static gboolean route_exists(const char *method, const char *pattern)
{
    for (const Route *route = http_routes; route->method != NULL; route++) {
        if (g_ascii_strcasecmp(route->method, method) == 0 && g_str_equal(route->pattern, pattern))
            return TRUE;
    }
    return FALSE;
}

static void test_the_contract_promises_no_other_route(void)
{
    guint operations = 0;
    g_autofree char *pattern = NULL;
    for (guint i = find_section("paths:") + 1; contract[i] != NULL; i++) {
        g_autofree char *line = g_strdup(contract[i]);
        gsize spaces = indentation(line);
        if (line[spaces] != '\0' && spaces == 0)
            break;
        char *colon = strrchr(line, ':');
        if (colon == NULL || colon[1] != '\0')
            continue;
        *colon = '\0';
        if (spaces == 2) {
            g_free(pattern);
            pattern = g_strdup(line + spaces);
        } else if (spaces == 4 && !g_str_equal(line + spaces, "parameters")) {
            operations++;
            if (!route_exists(line + spaces, pattern))
                g_test_fail_printf("there is no %s %s", line + spaces, pattern);
        }
    }
    g_assert_cmpuint(operations, >, 20);
}

static void test_query_parameters_and_bodies_agree(void)
{
    for (const Route *route = http_routes; route->method != NULL; route++) {
        guint line = find_operation(route->method, route->pattern);
        g_assert_cmpuint(line, !=, 0);
        g_autofree char *text = operation_text(line);
        guint parameters = 0;
        for (gsize i = 0; route->query[i] != NULL; i++, parameters++) {
            g_autofree char *inline_name = g_strdup_printf("name: %s", route->query[i]);
            g_autofree char *reference = g_strdup_printf("#/components/parameters/%s\"", route->query[i]);
            if (strstr(text, inline_name) == NULL && strstr(text, reference) == NULL)
                g_test_fail_printf("%s %s lacks ?%s", route->method, route->pattern, route->query[i]);
        }
        g_auto(GStrv) by_place = g_strsplit(text, "in: query", -1);
        g_auto(GStrv) by_reference = g_strsplit(text, "#/components/parameters/", -1);
        g_assert_cmpuint(g_strv_length(by_place) - 1 + g_strv_length(by_reference) - 1, ==, parameters);
        g_assert_cmpint(strstr(text, "requestBody:") != NULL, ==, route->body != BODY_NONE);
        g_assert_cmpint(strstr(text, "security: [{}]") != NULL, ==, route->open);
    }
}

// "required: [a, b]" → {"a", "b"}; an empty list if the schema requires nothing.
static char **required_of(guint schema)
{
    for (guint i = schema + 1; contract[i] != NULL && indentation(contract[i]) > 4; i++) {
        const char *line = contract[i];
        if (indentation(line) != 6 || !g_str_has_prefix(line + 6, "required: ["))
            continue;
        g_autofree char *list = g_strdup(line + 6 + strlen("required: ["));
        *strchrnul(list, ']') = '\0';
        return g_strsplit(list, ", ", -1);
    }
    return g_new0(char *, 1);
}

// TRUE if the schema has property @name; *ret_reference (the caller frees) is then the schema that it refers
// to.
static gboolean has_property(guint schema, const char *name, char **ret_reference, gboolean *ret_array)
{
    guint properties = find_line(schema, 6, "properties:");
    g_autofree char *beginning = g_strconcat(name, ": ", NULL);
    for (guint i = properties + 1; contract[i] != NULL && indentation(contract[i]) == 8; i++) {
        if (!g_str_has_prefix(contract[i] + 8, beginning))
            continue;
        const char *reference = strstr(contract[i], "#/components/schemas/");
        *ret_reference = NULL;
        if (reference != NULL) {
            reference += strlen("#/components/schemas/");
            *ret_reference = g_strndup(reference, strcspn(reference, "\""));
        }
        *ret_array = strstr(contract[i], "type: array") != NULL;
        return TRUE;
    }
    return FALSE;
}

static void check_object(json_object *object, const char *schema_name);

static void check_member(json_object *value, const char *reference, gboolean array)
{
    if (reference == NULL || value == NULL)
        return;
    for (gsize i = 0; array && i < json_object_array_length(value); i++)
        check_object(json_object_array_get_idx(value, i), reference);
    if (!array)
        check_object(value, reference);
}

// All required members are there, and no member that the schema does not know.
static void check_object(json_object *object, const char *schema_name)
{
    if (!json_object_is_type(object, json_type_object))
        return;
    g_autofree char *line = g_strconcat(schema_name, ":", NULL);
    guint schema = find_line(find_section("  schemas:"), 4, line);
    g_assert_cmpuint(schema, !=, 0);
    g_auto(GStrv) required = required_of(schema);
    for (gsize i = 0; required[i] != NULL; i++) {
        if (!json_object_object_get_ex(object, required[i], NULL))
            g_test_fail_printf("an answer lacks %s/%s", schema_name, required[i]);
    }
    json_object_object_foreach(object, name, value)
    {
        g_autofree char *reference = NULL;
        gboolean array;
        if (has_property(schema, name, &reference, &array))
            check_member(value, reference, array);
        else
            g_test_fail_printf("the schema %s lacks %s", schema_name, name);
    }
}

static void test_answers_fit_their_schemas(void)
{
    static const struct {
        const char *method, *target, *body, *schema;
    } cases[] = {
        { "GET", "/healthz", NULL, "Status" },
        { "GET", "/readyz", NULL, "Status" },
        { "GET", "/v1", NULL, "Version" },
        { "GET", "/v1/discs", NULL, "DiscList" },
        { "GET", "/v1/discs/win7", NULL, "Disc" },
        { "PUT", "/v1/discs/new", "abc", "DiscSummary" },
        { "PUT", "/v1/discs/new", "12345", "Upload" },
        { "GET", "/v1/discs/new/upload", NULL, "Upload" },
        { "GET", "/v1/jobs/" FAKE_JOB "/evidence", NULL, "EvidenceList" },
        { "GET", "/v1/vms/a/provenance", NULL, "Provenance" },
        { "PUT", "/v1/drivers/new", "abc", "Driver" },
        { "PUT", "/v1/drivers/new?architecture=x86", "12345", "Upload" },
        { "GET", "/v1/drivers/new/upload", NULL, "Upload" },
        { "POST", "/v1/discs/win7/verify", NULL, "JobAccepted" },
        { "POST", "/v1/discs/win7/exports", "{}", "ExportAccepted" },
        { "POST", "/v1/images/base/exports", NULL, "ExportAccepted" },
        { "PUT", "/v1/image-imports/new", "abc", "JobAccepted" },
        { "PUT", "/v1/image-imports/new", "12345", "Upload" },
        { "GET", "/v1/drivers", NULL, "DriverList" },
        { "GET", "/v1/drivers/virtio", NULL, "Driver" },
        { "GET", "/v1/templates", NULL, "TemplateList" },
        { "GET", "/v1/templates/win7-pro-x64", NULL, "Template" },
        { "POST", "/v1/answer-files?explain=true", "{}", "ExplainedAnswerFile" },
        { "GET", "/v1/vms", NULL, "MachineList" },
        { "POST", "/v1/vms", "{}", "CreateAccepted" },
        { "GET", "/v1/vms/" FAKE_MACHINE, NULL, "Machine" },
        { "DELETE", "/v1/vms/" FAKE_MACHINE, NULL, "JobAccepted" },
        { "POST", "/v1/vms/" FAKE_MACHINE "/start", NULL, "JobAccepted" },
        { "POST", "/v1/vms/" FAKE_MACHINE "/stop", "{}", "JobAccepted" },
        { "POST", "/v1/vms/" FAKE_MACHINE "/reset", NULL, "JobAccepted" },
        { "GET", "/v1/vms/" FAKE_MACHINE "/snapshots", NULL, "SnapshotList" },
        { "POST", "/v1/vms/" FAKE_MACHINE "/snapshots", "{\"name\":\"a\"}", "JobAccepted" },
        { "POST", "/v1/vms/" FAKE_MACHINE "/snapshots/a/revert", NULL, "JobAccepted" },
        { "DELETE", "/v1/vms/" FAKE_MACHINE "/snapshots/a", NULL, "JobAccepted" },
        { "POST", "/v1/vms/" FAKE_MACHINE "/exec", "{}", "ExecResult" },
        { "POST", "/v1/vms/" FAKE_MACHINE "/wait-for", "{}", "WaitForResult" },
        { "GET", "/v1/vms/" FAKE_MACHINE "/screen-hash?x=1&y=2&width=3&height=4", NULL, "ScreenHash" },
        { "PUT", "/v1/vms/" FAKE_MACHINE "/files?path=C:/a", "abc", "FileInMachine" },
        { "GET", "/v1/vms/" FAKE_MACHINE "/folder?path=C:/", NULL, "FolderInMachine" },
        { "GET", "/v1/vms/" FAKE_MACHINE "/isolation", NULL, "IsolationReport" },
        { "GET", "/v1/jobs", NULL, "JobList" },
        { "GET", "/v1/jobs/" FAKE_JOB, NULL, "Job" },
        { "DELETE", "/v1/jobs/" FAKE_JOB, NULL, "JobAccepted" },
        { "GET", "/v1/vms/none", NULL, "Problem" },
        { "POST", "/v1/vms", "{\"x\":1}", "Problem" },
    };
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_start(fixture);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Answer) answer =
            fixture_request(fixture, cases[i].method, cases[i].target,
                            cases[i].body != NULL ? "Content-Type: application/json\r\n" : "", cases[i].body);
        g_test_message("%s %s: %s", cases[i].method, cases[i].target, cases[i].schema);
        g_autoptr(json_object) object = answer_json(answer);
        g_assert_true(json_object_is_type(object, json_type_object));
        check_object(object, cases[i].schema);
    }
}

static void test_every_reference_leads_somewhere(void)
{
    for (guint i = 0; contract[i] != NULL; i++) {
        for (const char *at = contract[i]; (at = strstr(at, "#/components/")) != NULL;) {
            at += strlen("#/components/");
            g_autofree char *place = g_strndup(at, strcspn(at, "\""));
            g_auto(GStrv) parts = g_strsplit(place, "/", 2);
            g_autofree char *section = g_strdup_printf("  %s:", parts[0]);
            g_autofree char *name = g_strdup_printf("%s:", parts[1]);
            if (find_line(find_section(section), 4, name) == 0)
                g_test_fail_printf("nothing is at %s", place);
        }
    }
}

static void load_contract(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_start(fixture);
    g_autoptr(Answer) answer = fixture_get(fixture, "/openapi.yaml");
    g_assert_cmpuint(answer->status, ==, 200);
    contract = g_strsplit(answer->body->str, "\n", -1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    load_contract();
    g_test_add_func("/openapi/every-route-is-there", test_every_route_is_in_the_contract);
    g_test_add_func("/openapi/no-other-route", test_the_contract_promises_no_other_route);
    g_test_add_func("/openapi/parameters-and-bodies", test_query_parameters_and_bodies_agree);
    g_test_add_func("/openapi/answers-fit-their-schemas", test_answers_fit_their_schemas);
    g_test_add_func("/openapi/references", test_every_reference_leads_somewhere);
    int result = g_test_run();
    g_strfreev(contract);
    return result;
}
