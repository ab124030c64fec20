// SPDX-License-Identifier: GPL-3.0-or-later
// Templates: what they inherit, what they may not hold, and that a broken one is told with file and pointer.
#include <string.h>

#include "daemon/library/templates.h"
#include "daemon/service.h"
#include "tests/unit/install/library_fixture.h"

static Template *load(LibraryFixture *fixture, const char *name)
{
    g_autoptr(GError) error = NULL;
    Template *template = template_load(&fixture->daemon, name, &error);
    g_assert_no_error(error);
    return template;
}

// The refusal's text, which the caller frees.
static char *refusal(LibraryFixture *fixture, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(template_load(&fixture->daemon, name, &error));
    g_assert_error(error, LIBRARY_ERROR, LIBRARY_ERROR_REFUSED);
    return g_strdup(error->message);
}

static void has(const char *text, const char *part)
{
    if (!strstr(text, part))
        g_test_fail_printf("no \"%s\" in: %s", part, text);
}

static void a_child_goes_over_its_parent(void)
{
    g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
    library_fixture_template(
        fixture, "base",
        "{\"architecture\":\"amd64\",\"description\":\"base\","
        "\"request\":{\"hardware\":{\"vcpus\":1,\"memory_mib\":1024},"
        "\"drivers\":[\"a\",\"b\"],\"system\":{\"owner\":\"Lab\",\"time_zone\":\"UTC\"}},"
        "\"limits\":{\"copy\":100,\"stall\":50},\"domain_devices\":[\"<a/>\"]}");
    library_fixture_template(fixture, "middle",
                             "{\"extends\":\"base\",\"request\":{\"hardware\":{\"vcpus\":2},"
                             "\"drivers\":[\"c\"],\"system\":{\"owner\":null}},\"limits\":{\"stall\":60}}");
    library_fixture_template(fixture, "leaf", "{\"extends\":\"middle\",\"architecture\":\"x86\"}");
    g_autoptr(Template) template = load(fixture, "leaf");
    g_assert_cmpstr(template->architecture, ==, "x86");
    g_assert_cmpstr(template->description, ==, "base");
    g_assert_cmpstr(template->domain_devices[0], ==, "<a/>");
    g_assert_cmpuint(template_limit(template, "copy"), ==, 100);
    g_assert_cmpuint(template_limit(template, "stall"), ==, 60);
    g_assert_cmpuint(template->files->len, ==, 3);
    g_autoptr(json_object) wanted = parse_json("{\"hardware\":{\"vcpus\":2,\"memory_mib\":1024},"
                                               "\"drivers\":[\"c\"],\"system\":{\"time_zone\":\"UTC\"}}");
    g_assert_true(json_object_equal(template->request, wanted));
}

static void the_operators_own_counts_before_the_shipped_one(void)
{
    g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
    g_autofree char *shipped = g_build_filename(fixture->config.templates, "base.json", NULL);
    g_file_set_contents(shipped, "{\"architecture\":\"x86\"}", -1, NULL);
    library_fixture_template(fixture, "leaf", "{\"extends\":\"base\"}");
    g_autoptr(Template) before = load(fixture, "leaf");
    g_assert_cmpstr(before->architecture, ==, "x86");
    library_fixture_template(fixture, "base", "{\"architecture\":\"amd64\"}");
    g_autoptr(Template) after = load(fixture, "leaf");
    g_assert_cmpstr(after->architecture, ==, "amd64");
}

static void a_missing_parent_is_named(void)
{
    g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
    library_fixture_template(fixture, "lab-base", "{\"architecture\":\"x86\"}");
    library_fixture_template(fixture, "a", "{\"extends\":\"lab-bace\",\"architecture\":\"x86\"}");
    g_autofree char *text = refusal(fixture, "a");
    has(text, "a.json: /extends: there is no template \"lab-bace\"; did you mean \"lab-base\"?");
    library_fixture_template(fixture, "b", "{\"extends\":\"../b\",\"architecture\":\"x86\"}");
    g_autofree char *other = refusal(fixture, "b");
    has(other, "/extends: there is no template \"../b\"");
    g_autoptr(GError) error = NULL;
    g_assert_null(template_load(&fixture->daemon, "none", &error));
    g_assert_error(error, LIBRARY_ERROR, LIBRARY_ERROR_NOT_FOUND);
}

static void circles_are_refused(void)
{
    g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
    library_fixture_template(fixture, "self", "{\"extends\":\"self\",\"architecture\":\"x86\"}");
    library_fixture_template(fixture, "a", "{\"extends\":\"b\",\"architecture\":\"x86\"}");
    library_fixture_template(fixture, "b", "{\"extends\":\"c\"}");
    library_fixture_template(fixture, "c", "{\"extends\":\"b\"}");
    g_autofree char *self = refusal(fixture, "self");
    g_autofree char *a = refusal(fixture, "a");
    has(self, "self → self");
    has(a, "c.json: /extends: goes round in a circle: a → b → c → b");
}

static void depth_has_a_limit(void)
{
    g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
    library_fixture_template(fixture, "t1", "{\"architecture\":\"x86\"}");
    for (int i = 2; i <= TEMPLATE_MAX_FILES + 1; i++) {
        g_autofree char *name = g_strdup_printf("t%d", i);
        g_autofree char *json = g_strdup_printf("{\"extends\":\"t%d\"}", i - 1);
        library_fixture_template(fixture, name, json);
    }
    g_autoptr(Template) deepest = load(fixture, "t8");
    g_assert_cmpuint(deepest->files->len, ==, 8);
    g_autofree char *text = refusal(fixture, "t9");
    has(text, "t2.json: /extends: is more than 8 templates deep");
}

static void each_fault_has_file_and_pointer(void)
{
    static const struct {
        const char *json, *part;
    } rows[] = {
        { "[]", "t.json: This must be an object." },
        { "{", "t.json: " },
        { "{}", "t.json: /architecture: is required" },
        { "{\"architecture\":\"sparc\"}", "t.json: /architecture: must be" },
        { "{\"architecture\":\"x86\",\"nonsense\":1}", "t.json: /nonsense: There is no such field" },
        { "{\"architecture\":\"x86\",\"extends\":7}", "t.json: /extends: This must be a string" },
        { "{\"architecture\":\"x86\",\"limits\":{\"kopy\":9}}",
          "t.json: /limits/kopy: There is no such field" },
        { "{\"architecture\":\"x86\",\"limits\":{\"copy\":1}}", "t.json: /limits/copy: " },
        { "{\"architecture\":\"x86\",\"domain_devices\":[1]}", "t.json: /domain_devices/0: " },
        { "{\"architecture\":\"x86\",\"request\":[]}", "t.json: /request: " },
        { "{\"architecture\":\"x86\",\"request\":{\"name\":\"a\"}}", "t.json: /request/name: " },
        { "{\"architecture\":\"x86\",\"request\":{\"template\":\"a\"}}", "t.json: /request/template: " },
        { "{\"architecture\":\"x86\",\"request\":{\"product_key\":\"a\"}}",
          "t.json: /request/product_key: " },
        { "{\"architecture\":\"x86\",\"request\":{\"activation_key\":\"a\"}}",
          "t.json: /request/activation_key: " },
        { "{\"architecture\":\"x86\",\"request\":{\"answer_file\":\"<a/>\"}}",
          "t.json: /request/answer_file: " },
        { "{\"architecture\":\"x86\",\"request\":{\"administrator\":{\"password\":\"x\"}}}",
          "t.json: /request/administrator/password: This has no place in a template" },
        { "{\"architecture\":\"x86\",\"request\":{\"users\":[{\"name\":\"u\",\"administrator\":true,"
          "\"password\":\"x\"}]}}",
          "t.json: /request/users/0/password: This has no place in a template" },
        { "{\"architecture\":\"x86\",\"request\":{\"system\":{\"time_zone\":\"GMT Standard Tim\"}}}",
          "t.json: /request/system/time_zone: " },
        { "{\"architecture\":\"x86\",\"request\":{\"sistem\":{}}}", "did you mean \"system\"" },
        { "{\"architecture\":\"x86\",\"request\":{\"hardware\":{\"vcpus\":99}}}",
          "t.json: /request/hardware/vcpus: " },
        { "{\"architecture\":\"x86\",\"request\":{\"hardware\":{\"nic\":1}}}",
          "t.json: /request/hardware/nic: " },
        { "{\"architecture\":\"x86\",\"request\":{\"system\":{\"zone\":null}}}",
          "t.json: /request/system/zone: " },
        { "{\"architecture\":\"x86\",\"request\":{\"first_logon\":[{\"description\":\"x\"}]}}",
          "t.json: /request/first_logon/0/command: This is required" },
        { "{\"architecture\":\"x86\",\"request\":{\"first_logon\":[{\"command\":\"x\",\"when\":1}]}}",
          "t.json: /request/first_logon/0/when: " },
        { "{\"architecture\":\"x86\",\"request\":{\"system\":{\"computer_name\":\"TOO-LONG-A-NAME-{n}\"}}}",
          "t.json: /request/system/computer_name: " },
        { "{\"architecture\":\"x86\",\"request\":{\"system\":{\"computer_name\":\"PC-{m}\"}}}",
          "did you mean \"{n}\"" },
        { "{\"architecture\":\"x86\",\"request\":{\"display\":{\"depth\":8}}}",
          "t.json: /request/display/depth: " },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
        library_fixture_template(fixture, "t", rows[i].json);
        g_autofree char *text = refusal(fixture, "t");
        has(text, rows[i].part);
        g_assert_true(g_str_has_prefix(text, "bad-template: template \"t\": "));
    }
}

static void what_the_client_adds_is_not_required(void)
{
    g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
    library_fixture_template(fixture, "t",
                             "{\"architecture\":\"amd64\",\"request\":{\"administrator\":{\"enabled\":true},"
                             "\"users\":[{\"name\":\"tester\",\"administrator\":true}],"
                             "\"system\":{\"computer_name\":\"LAB-{n}\"},\"display\":{\"width\":800},"
                             "\"disk\":{\"layout\":\"system-windows-data\"}}}");
    g_autoptr(Template) template = load(fixture, "t");
    g_assert_nonnull(template->request);
}

static void all_files_faults_are_told_once_each(void)
{
    g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
    library_fixture_template(fixture, "base",
                             "{\"architecture\":\"amd64\",\"limits\":{\"nap\":1},"
                             "\"request\":{\"system\":{\"time_zone\":\"Mars\",\"owner\":\"ok\"}}}");
    library_fixture_template(fixture, "leaf",
                             "{\"extends\":\"base\",\"colour\":1,"
                             "\"request\":{\"system\":{\"language\":\"xx-YY\"},\"hardware\":{\"vcpus\":0}}}");
    g_autofree char *text = refusal(fixture, "leaf");
    has(text, "leaf.json: /colour: ");
    has(text, "leaf.json: /request/system/language: ");
    has(text, "leaf.json: /request/hardware/vcpus: ");
    has(text, "base.json: /request/system/time_zone: ");
    has(text, "base.json: /limits/nap: ");
    const char *first = strstr(text, "/request/system/time_zone");
    g_assert_null(strstr(first + 1, "/request/system/time_zone"));
}

static void a_child_may_complete_its_parent(void)
{
    g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
    library_fixture_template(
        fixture, "base",
        "{\"architecture\":\"amd64\",\"request\":{\"disk\":{\"layout\":\"system-windows-data\","
        "\"windows_mib\":20000,\"data_label\":\"Data\"}}}");
    library_fixture_template(fixture, "leaf",
                             "{\"extends\":\"base\",\"request\":{\"disk\":{\"data_label\":\"Games\"}}}");
    g_autoptr(Template) template = load(fixture, "leaf");
    g_assert_nonnull(template);
    library_fixture_template(fixture, "other",
                             "{\"extends\":\"base\",\"request\":{\"disk\":{\"layout\":\"single\"}}}");
    g_autofree char *text = refusal(fixture, "other");
    has(text, "/request/disk/data_label: ");
}

static void the_api_shows_the_resolved_template_and_the_chain(void)
{
    g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
    library_fixture_template(
        fixture, "base",
        "{\"architecture\":\"amd64\",\"description\":\"Base\",\"request\":{\"edition\":\"X\"}}");
    library_fixture_template(fixture, "middle", "{\"extends\":\"base\"}");
    library_fixture_template(fixture, "leaf", "{\"extends\":\"middle\",\"request\":{\"edition\":\"Y\"}}");
    g_autoptr(json_object) shown = service_template_show(&fixture->daemon, "leaf", NULL);
    g_autoptr(json_object) wanted = parse_json(
        "{\"name\":\"leaf\",\"architecture\":\"amd64\",\"description\":\"Base\","
        "\"extends\":[\"middle\",\"base\"],\"request\":{\"edition\":\"Y\"},\"files\":["
        "{\"name\":\"leaf\",\"sha256\":\"558fb87f98f9a4bc9b1a1489dff87e294cdbcee8df981c895269363e9f7421dc\"}"
        ",{\"name\":\"middle\",\"sha256\":"
        "\"c1e04e11b47ecaadc38911a7925926fd20e4352f3d27080526876e44609349ae\"}"
        ",{\"name\":\"base\",\"sha256\":\"29811dda6b38a73666b431c03d7808da3d1556387365ec56767112e8c2535e2d\"}"
        "]}");
    g_assert_true(json_object_equal(shown, wanted));
}

static void a_broken_template_is_listed_with_its_error(void)
{
    g_autoptr(LibraryFixture) fixture = library_fixture_new(NULL);
    library_fixture_template(fixture, "bad", "{\"architecture\":\"amd64\",\"nonsense\":1}");
    library_fixture_template(fixture, "good", "{\"architecture\":\"amd64\",\"description\":\"Good\"}");
    g_autoptr(json_object) list = service_template_list(&fixture->daemon, NULL);
    json_object *templates = json_object_object_get(list, "templates");
    g_assert_cmpuint(json_object_array_length(templates), ==, 2);
    json_object *bad = json_object_array_get_idx(templates, 0),
                *good = json_object_array_get_idx(templates, 1);
    json_object *error = json_object_object_get(bad, "error");
    g_assert_cmpstr(json_string_member(error, "code"), ==, "bad-template");
    has(json_string_member(error, "message"), "/nonsense");
    g_assert_cmpstr(json_string_member(good, "description"), ==, "Good");
    g_assert_null(json_object_object_get(good, "error"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/templates/a-child-goes-over-its-parent", a_child_goes_over_its_parent);
    g_test_add_func("/templates/the-operators-own-counts-before-the-shipped-one",
                    the_operators_own_counts_before_the_shipped_one);
    g_test_add_func("/templates/a-missing-parent-is-named", a_missing_parent_is_named);
    g_test_add_func("/templates/circles-are-refused", circles_are_refused);
    g_test_add_func("/templates/depth-has-a-limit", depth_has_a_limit);
    g_test_add_func("/templates/each-fault-has-file-and-pointer", each_fault_has_file_and_pointer);
    g_test_add_func("/templates/what-the-client-adds-is-not-required", what_the_client_adds_is_not_required);
    g_test_add_func("/templates/all-files-faults-are-told-once-each", all_files_faults_are_told_once_each);
    g_test_add_func("/templates/a-child-may-complete-its-parent", a_child_may_complete_its_parent);
    g_test_add_func("/templates/the-api-shows-the-resolved-template-and-the-chain",
                    the_api_shows_the_resolved_template_and_the_chain);
    g_test_add_func("/templates/a-broken-template-is-listed-with-its-error",
                    a_broken_template_is_listed_with_its_error);
    return g_test_run();
}
