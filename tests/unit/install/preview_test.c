// SPDX-License-Identifier: GPL-3.0-or-later
// Previews: the shipped templates lead to answer files for every edition, and each setting's source is told.
#include <string.h>

#include "daemon/install/plan.h"
#include "daemon/library/templates.h"
#include "daemon/service.h"
#include "tests/unit/install/library_fixture.h"

#define USERS "\"users\":[{\"name\":\"tester\",\"password\":\"T3ster-pass\",\"administrator\":true}]"

static const char *const editions[] = { "STARTER",    "HOMEBASIC", "HOMEPREMIUM", "PROFESSIONAL",
                                        "ENTERPRISE", "ULTIMATE",  NULL };
static const char *shipped; // folder

static LibraryFixture *new_fixture(const char *templates)
{
    LibraryFixture *fixture = library_fixture_new(templates);
    library_fixture_disc(fixture, "amd64", "amd64", editions);
    library_fixture_disc(fixture, "x86", "x86", editions);
    library_fixture_guest(fixture);
    fixture->daemon.instance = (char *)"0123456789abcdef";
    return fixture;
}

static char *problem_text(Problem *problem)
{
    if (!problem)
        return g_strdup("");
    g_autofree char *faults = problem->faults ? faults_to_text(problem->faults) : g_strdup("");
    return g_strdup_printf("%s %s %s", problem->code, problem->detail, faults);
}

// Of @template with @edition (NULL: the template's own).
static void check_preview(LibraryFixture *fixture, const Template *template, const char *edition)
{
    g_autofree char *choice = edition ? g_strdup_printf(",\"edition\":\"%s\"", edition) : g_strdup("");
    g_autofree char *text =
        g_strdup_printf("{\"name\":\"a\",\"template\":\"%s\",\"disc\":\"%s\"%s," USERS "}", template->name,
                        template->architecture, choice);
    g_autoptr(json_object) request = parse_json(text);
    Problem *problem = NULL;
    g_autofree char *xml = service_answer_file_preview(&fixture->daemon, request, &problem);
    g_autofree char *wrong = problem_text(problem);
    g_assert_cmpstr(wrong, ==, "");
    g_assert_nonnull(strstr(xml, template->architecture));
}

static void every_shipped_template_leads_to_an_answer_file(void)
{
    g_autoptr(LibraryFixture) fixture = new_fixture(shipped);
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) names = template_list(&fixture->daemon, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_strv_length(names), >=, 15);
    for (gsize i = 0; names[i]; i++) {
        g_test_message("%s", names[i]);
        g_autoptr(Template) template = template_load(&fixture->daemon, names[i], &error);
        g_assert_no_error(error);
        g_assert_nonnull(template->description);
        if (json_string_member(template->request, "edition"))
            check_preview(fixture, template, NULL);
        for (gsize j = 0; !json_string_member(template->request, "edition") && editions[j]; j++)
            check_preview(fixture, template, editions[j]);
    }
}

static void editions_and_architectures_that_people_use_are_shipped(void)
{
    static const char *const wanted[] = {
        "win7-starter-x86",     "win7-homebasic-x64", "win7-homebasic-x86", "win7-homepremium-x64",
        "win7-homepremium-x86", "win7-pro-x64",       "win7-pro-x86",       "win7-enterprise-x64",
        "win7-enterprise-x86",  "win7-ultimate-x64",  "win7-ultimate-x86",  "gaming-xp-era",
        "ci-minimal",           "compat-lab",
    };
    g_autoptr(LibraryFixture) fixture = library_fixture_new(shipped);
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Template) template = template_load(&fixture->daemon, wanted[i], &error);
        g_assert_no_error(error);
        g_assert_cmpstr(template->architecture, ==, strstr(wanted[i], "x86") || i == 11 ? "x86" : "amd64");
    }
}

static json_object *explain(LibraryFixture *fixture, const char *request_json)
{
    g_autoptr(json_object) request = parse_json(request_json);
    Problem *problem = NULL;
    json_object *answer = service_answer_file_explain(&fixture->daemon, request, &problem);
    g_autofree char *wrong = problem_text(problem);
    g_assert_cmpstr(wrong, ==, "");
    return answer;
}

// "VALUE from SOURCE" of @pointer, or "" if it is not explained. The caller frees.
static char *explained(json_object *answer, const char *pointer)
{
    json_object *list = json_object_object_get(answer, "explanation");
    for (gsize i = 0; i < json_object_array_length(list); i++) {
        json_object *item = json_object_array_get_idx(list, i);
        if (g_strcmp0(json_string_member(item, "pointer"), pointer) == 0)
            return g_strdup_printf("%s from %s", json_string_member(item, "value"),
                                   json_string_member(item, "source"));
    }
    return g_strdup("");
}

// The first thing that carries @pointer, its members joined. The caller frees.
static char *carrier_of(json_object *answer, const char *pointer)
{
    json_object *list = json_object_object_get(answer, "explanation");
    for (gsize i = 0; i < json_object_array_length(list); i++) {
        json_object *item = json_object_array_get_idx(list, i);
        if (g_strcmp0(json_string_member(item, "pointer"), pointer) != 0)
            continue;
        json_object *carrier = json_object_array_get_idx(json_object_object_get(item, "carried_by"), 0);
        return g_strjoin(" ", json_string_member(carrier, "pass"), json_string_member(carrier, "component"),
                         json_string_member(carrier, "path"), json_string_member(carrier, "command"), NULL);
    }
    return g_strdup("");
}

static void check_explained(json_object *answer, const char *pointer, const char *wanted)
{
    g_autofree char *text = explained(answer, pointer);
    g_test_message("%s", pointer);
    g_assert_cmpstr(text, ==, wanted);
}

static void sources_are_request_template_chain_and_default(void)
{
    g_autoptr(LibraryFixture) fixture = new_fixture(NULL);
    library_fixture_template(fixture, "base",
                             "{\"architecture\":\"amd64\",\"request\":{\"edition\":\"PROFESSIONAL\","
                             "\"system\":{\"owner\":\"Base\",\"organization\":\"Org\",\"time_zone\":\"UTC\"},"
                             "\"first_logon\":[{\"command\":\"one\"},{\"command\":\"two\"}]}}");
    library_fixture_template(fixture, "leaf",
                             "{\"extends\":\"base\",\"request\":{\"system\":{\"owner\":\"Leaf\"}}}");
    g_autoptr(json_object) answer =
        explain(fixture, "{\"name\":\"machine-1\",\"template\":\"leaf\",\"disc\":\"amd64\"," USERS ","
                         "\"system\":{\"time_zone\":\"GMT Standard Time\",\"computer_name\":\"PC-{n}\"}}");
    check_explained(answer, "/system/time_zone", "GMT Standard Time from request");
    check_explained(answer, "/system/computer_name", "PC-1 from request");
    check_explained(answer, "/system/owner", "Leaf from template:leaf");
    check_explained(answer, "/system/organization", "Org from template:base");
    check_explained(answer, "/first_logon/1", "two from template:base");
    check_explained(answer, "/users/0/name", "tester from request");
    check_explained(answer, "/system/language", "en-US from default");
    g_assert_nonnull(strstr(json_string_member(answer, "answer_file"), "PC-1"));
    g_assert_null(strstr(json_object_to_json_string(answer), "T3ster-pass"));
}

static void what_the_client_takes_away_is_a_default(void)
{
    g_autoptr(LibraryFixture) fixture = new_fixture(NULL);
    library_fixture_template(fixture, "base",
                             "{\"architecture\":\"amd64\",\"request\":{\"edition\":\"PROFESSIONAL\","
                             "\"system\":{\"time_zone\":\"GMT Standard Time\"}}}");
    g_autoptr(json_object) answer =
        explain(fixture, "{\"name\":\"a\",\"template\":\"base\",\"disc\":\"amd64\"," USERS
                         ",\"system\":{\"time_zone\":null}}");
    check_explained(answer, "/system/time_zone", "UTC from default");
}

// The client's own answer file stands for itself; what does not go into one still comes from the template.
static void beside_an_answer_file_a_template_says_less(void)
{
    g_autoptr(json_object) template = parse_json(
        "{\"edition\":\"ULTIMATE\",\"hardware\":{\"vcpus\":1},\"system\":{},\"display\":{},\"disk\":{},"
        "\"desktop\":{},\"updates\":{},\"security\":{},\"features\":{},\"specialize\":[],\"logon\":[],"
        "\"administrator\":{},\"users\":[],\"first_logon\":[],\"files\":[]}");
    g_autoptr(json_object) with = parse_json("{\"answer_file\":\"<unattend/>\"}");
    g_autoptr(json_object) without = parse_json("{}");
    g_autoptr(json_object) few = install_template_members(template, with);
    g_autoptr(json_object) all = install_template_members(template, without);
    g_autoptr(json_object) none = install_template_members(NULL, with);
    g_autoptr(json_object) wanted = parse_json("{\"edition\":\"ULTIMATE\",\"hardware\":{\"vcpus\":1},"
                                               "\"first_logon\":[],\"files\":[]}");
    g_assert_true(json_object_equal(few, wanted));
    g_assert_true(json_object_equal(all, template));
    g_assert_cmpint(json_object_object_length(none), ==, 0);
}

static void every_entry_says_what_carries_it(void)
{
    g_autoptr(LibraryFixture) fixture = new_fixture(shipped);
    g_autoptr(json_object) answer =
        explain(fixture, "{\"name\":\"a\",\"template\":\"ci-minimal\",\"disc\":\"amd64\","
                         "\"edition\":\"ULTIMATE\"," USERS "}");
    json_object *list = json_object_object_get(answer, "explanation");
    g_assert_cmpuint(json_object_array_length(list), >, 20);
    for (gsize i = 0; i < json_object_array_length(list); i++) {
        json_object *item = json_object_array_get_idx(list, i);
        g_assert_cmpuint(json_object_array_length(json_object_object_get(item, "carried_by")), >, 0);
    }
    // The value is what was said, not what some element of the file is called for it.
    check_explained(answer, "/security/defender", "false from template:ci-minimal");
    check_explained(answer, "/security/uac", "off from template:ci-minimal");
    check_explained(answer, "/system/sleep", "false from template:ci-minimal");
    check_explained(answer, "/edition", "ULTIMATE from request");
    check_explained(answer, "/disk/layout", "system-windows from default");
    check_explained(answer, "/users/0/password", "******** from request");
    g_autofree char *carrier = carrier_of(answer, "/system/sleep");
    g_assert_true(g_str_has_prefix(carrier, "specialize Microsoft-Windows-Deployment RunSynchronous/"));
    g_assert_nonnull(strstr(carrier, " reg add "));
}

static void a_preview_has_all_faults_of_a_request_at_once(void)
{
    g_autoptr(LibraryFixture) fixture = new_fixture(NULL);
    library_fixture_template(fixture, "t", "{\"architecture\":\"amd64\"}");
    g_autoptr(json_object) request =
        parse_json("{\"name\":\"a\",\"template\":\"t\",\"disc\":\"none\",\"users\":[],"
                   "\"system\":{\"computer_name\":\"A-LONG-LAB-NAME-{n}\",\"time_zone\":\"Mars\"}}");
    Problem *problem = NULL;
    g_assert_null(service_answer_file_preview(&fixture->daemon, request, &problem));
    g_autofree char *text = problem_text(problem);
    static const char *const pointers[] = { "/disc: ", "/users: ", "/system/computer_name: ",
                                            "/system/time_zone: " };
    for (gsize i = 0; i < G_N_ELEMENTS(pointers); i++)
        if (!strstr(text, pointers[i]))
            g_test_fail_printf("no %s in: %s", pointers[i], text);
    problem_free(problem);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    shipped = g_getenv("SEVEND_TEMPLATES");
    g_assert_nonnull(shipped);
    g_test_add_func("/preview/every-shipped-template-leads-to-an-answer-file",
                    every_shipped_template_leads_to_an_answer_file);
    g_test_add_func("/preview/editions-and-architectures-that-people-use-are-shipped",
                    editions_and_architectures_that_people_use_are_shipped);
    g_test_add_func("/preview/sources-are-request-template-chain-and-default",
                    sources_are_request_template_chain_and_default);
    g_test_add_func("/preview/what-the-client-takes-away-is-a-default",
                    what_the_client_takes_away_is_a_default);
    g_test_add_func("/preview/beside-an-answer-file-a-template-says-less",
                    beside_an_answer_file_a_template_says_less);
    g_test_add_func("/preview/every-entry-says-what-carries-it", every_entry_says_what_carries_it);
    g_test_add_func("/preview/a-preview-has-all-faults-of-a-request-at-once",
                    a_preview_has_all_faults_of_a_request_at_once);
    return g_test_run();
}
