// SPDX-License-Identifier: GPL-3.0-or-later
// The hash of a config disc, and of what runs in the guest: the same for the same, another for what counts,
// and none of a secret.
#include <glib/gstdio.h>
#include <string.h>

#include "common/files.h"
#include "daemon/install/install.h"
#include "daemon/install/provenance.h"
#include "tests/unit/install/library_fixture.h"

#define START "{\"name\":\"a\",\"template\":\"t\",\"disc\":\"amd64\",\"edition\":\"PROFESSIONAL\""
#define USER(word)                                                                                           \
    ",\"users\":[{\"name\":\"tester\",\"password\":\"" word "\",\"administrator\":true,\"autologon\":true}]"
#define PLACED(path, text) ",\"files\":[{\"path\":\"" path "\",\"content\":\"" text "\"}]"
#define COMMAND(line)      ",\"first_logon\":[{\"command\":\"" line "\"}]"
#define REQUEST            START USER("one") PLACED("C:\\\\a.txt", "one") COMMAND("ver") "}"

static LibraryFixture *new_fixture(void)
{
    static const char *const editions[] = { "PROFESSIONAL", NULL };
    LibraryFixture *fixture = library_fixture_new(NULL);
    library_fixture_disc(fixture, "amd64", "amd64", editions);
    library_fixture_template(fixture, "t", "{\"architecture\":\"amd64\"}");
    library_fixture_guest(fixture);
    return fixture;
}

static InstallPlan *plan_of(LibraryFixture *fixture, const char *text)
{
    g_autoptr(json_object) body = parse_json(text);
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(InstallRequest) request = install_request_new(&fixture->daemon, body, faults, &error);
    g_assert_no_error(error);
    g_assert_nonnull(request);
    InstallPlan *plan = install_plan_new(&fixture->daemon, request->document, NULL, faults, &error);
    g_assert_no_error(error);
    g_autofree char *wrong = faults_to_text(faults);
    g_assert_cmpstr(wrong, ==, "");
    return plan;
}

static char *digest_of(LibraryFixture *fixture, const char *text)
{
    g_autoptr(InstallPlan) plan = plan_of(fixture, text);
    g_autoptr(GError) error = NULL;
    char *digest = install_config_digest(&fixture->daemon, plan, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(strlen(digest), ==, 64);
    return digest;
}

static void the_same_request_has_the_same_hash_whatever_its_secrets(void)
{
    static const char *const same[] = {
        REQUEST,
        START USER("two") PLACED("C:\\\\a.txt", "one") COMMAND("ver") "}",
        START USER("one") PLACED("C:\\\\a.txt", "longer than one") COMMAND("ver") "}",
    };
    LibraryFixture *fixture = new_fixture();
    g_autofree char *digest = digest_of(fixture, REQUEST);
    for (gsize i = 0; i < G_N_ELEMENTS(same); i++) {
        g_autofree char *other = digest_of(fixture, same[i]);
        g_assert_cmpstr(other, ==, digest);
    }
    library_fixture_free(fixture);
}

static void what_counts_changes_the_hash(void)
{
    static const char *const other[] = {
        START USER("one") COMMAND("ver") "}",
        START USER("one") PLACED("C:\\\\b.txt", "one") COMMAND("ver") "}",
        START USER("one") PLACED("C:\\\\a.txt", "one") COMMAND("dir") "}",
        START USER("one") PLACED("C:\\\\a.txt", "one") COMMAND("ver") ",\"system\":{\"owner\":\"Lab\"}}",
    };
    static const char *const files[] = { "specialize.cmd", "first-logon.cmd", "sevend-agent-amd64.exe" };
    LibraryFixture *fixture = new_fixture();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_add(seen, digest_of(fixture, REQUEST));
    for (gsize i = 0; i < G_N_ELEMENTS(other); i++)
        g_assert_true(g_hash_table_add(seen, digest_of(fixture, other[i])));
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        library_fixture_guest_file(fixture, files[i], "changed");
        g_assert_true(g_hash_table_add(seen, digest_of(fixture, REQUEST)));
    }
    library_fixture_free(fixture);
}

// As a reader of the contract would make it again.
static void the_hash_is_that_of_sorted_sums(void)
{
    static const char *const paths[] = { "Autounattend.xml",       "sevend/config.tag",
                                         "sevend/files.txt",       "sevend/files/0000",
                                         "sevend/first-logon.cmd", "sevend/first-logon.txt",
                                         "sevend/job.cmd",         "sevend/sevend-agent.exe",
                                         "sevend/specialize.cmd" };
    LibraryFixture *fixture = new_fixture();
    g_autoptr(InstallPlan) plan = plan_of(fixture, REQUEST);
    gsize length = 0;
    char *xml =
        unattend_render(plan->request->unattend, &plan->target, UNATTEND_SECRETS_MASKED, &length, NULL);
    g_autofree char *commands = unattend_first_logon_list(plan->request->unattend, &plan->target);
    const char *const contents[] = { xml,
                                     "sevend\r\n",
                                     "C:\\a.txt\r\n",
                                     "********",
                                     "first-logon.cmd",
                                     commands,
                                     "set SEVEND_NONCE=\r\nset SEVEND_ARCH=amd64\r\n",
                                     "sevend-agent-amd64.exe",
                                     "specialize.cmd" };
    g_autoptr(GString) lines = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, contents[i], -1);
        g_string_append_printf(lines, "%s  %s\n", sum, paths[i]);
    }
    g_autofree char *wanted = g_compute_checksum_for_string(G_CHECKSUM_SHA256, lines->str, -1);
    g_autofree char *digest = install_config_digest(&fixture->daemon, plan, NULL);
    g_assert_cmpstr(digest, ==, wanted);
    unattend_text_free(xml);
    library_fixture_free(fixture);
}

static void a_script_that_cannot_be_read_is_named(void)
{
    LibraryFixture *fixture = new_fixture();
    g_autoptr(InstallPlan) plan = plan_of(fixture, REQUEST);
    g_autofree char *path = g_build_filename(fixture->config.guest, "specialize.cmd", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_null(install_config_digest(&fixture->daemon, plan, &error));
    g_assert_nonnull(strstr(error->message, "specialize.cmd"));
    library_fixture_free(fixture);
}

static void what_runs_in_a_guest_is_told_by_architecture(void)
{
    LibraryFixture *fixture = new_fixture();
    g_autofree char *x86 = g_build_filename(fixture->config.guest, "sevend-agent-x86.exe", NULL);
    g_assert_cmpint(g_unlink(x86), ==, 0);
    g_autoptr(json_object) all = provenance_guest_files(&fixture->daemon, NULL);
    g_autoptr(json_object) amd64 = provenance_guest_files(&fixture->daemon, "amd64");
    g_autofree char *agent = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "sevend-agent-amd64.exe", -1);
    g_assert_cmpint(json_object_object_length(all), ==, 5);
    g_assert_cmpint(json_object_object_length(amd64), ==, 4);
    g_assert_cmpstr(json_string_member(amd64, "sevend-agent-amd64.exe"), ==, agent);
    g_assert_null(json_string_member(all, "sevend-agent-x86.exe")); // there is none
    library_fixture_free(fixture);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config-disc/same", the_same_request_has_the_same_hash_whatever_its_secrets);
    g_test_add_func("/config-disc/other", what_counts_changes_the_hash);
    g_test_add_func("/config-disc/sums", the_hash_is_that_of_sorted_sums);
    g_test_add_func("/config-disc/unreadable", a_script_that_cannot_be_read_is_named);
    g_test_add_func("/config-disc/guest", what_runs_in_a_guest_is_told_by_architecture);
    return g_test_run();
}
