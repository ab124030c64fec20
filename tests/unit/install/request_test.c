// SPDX-License-Identifier: GPL-3.0-or-later
// The machine request: defaults, every fault with its pointer and code, and what a template may not hold.
#include <string.h>

#include "daemon/install/request.h"

#define USERS "\"users\":[{\"name\":\"tester\",\"password\":\"T3ster-pass\",\"administrator\":true}]"
#define GOOD  "\"name\":\"a\",\"template\":\"t\",\"disc\":\"d\"," USERS

static json_object *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    json_object *object = json_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    return object;
}

static void defaults_are_filled_in(void)
{
    g_autoptr(json_object) document = parse("{" GOOD "}");
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(MachineRequest) request = machine_request_parse(document, faults);
    g_autofree char *text = faults_to_text(faults);
    g_assert_cmpstr(text, ==, "");
    g_assert_cmpuint(request->vcpus, ==, 2);
    g_assert_cmpuint(request->memory_mib, ==, 2048);
    g_assert_cmpuint(request->disk_gib, ==, 32);
    g_assert_cmpstr(request->disk_bus, ==, "sata");
    g_assert_cmpstr(request->video, ==, "std");
    g_assert_cmpstr(request->sound, ==, "none");
    g_assert_cmpint(request->lifetime, ==, 0);
    g_assert_null(request->edition);
    g_assert_null(request->drivers[0]);
}

static void members_are_taken(void)
{
    g_autoptr(json_object) document =
        parse("{" GOOD ",\"edition\":\"professional\",\"drivers\":[\"one\",\"two\"],"
              "\"lifetime\":\"4h\",\"hardware\":{\"vcpus\":4,\"memory_mib\":1024,\"disk_gib\":64,\"disk_"
              "bus\":\"virtio\"}}");
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(MachineRequest) request = machine_request_parse(document, faults);
    g_assert_nonnull(request);
    g_assert_cmpstr(request->edition, ==, "PROFESSIONAL");
    g_assert_cmpstr(request->drivers[1], ==, "two");
    g_assert_cmpint(request->lifetime, ==, 14400);
    g_assert_cmpuint(request->disk_gib, ==, 64);
    g_assert_cmpstr(request->disk_bus, ==, "virtio");
}

static void each_fault_has_its_pointer_and_code(void)
{
    static const struct {
        const char *text, *pointer, *code;
    } rows[] = {
        { "[]", "", "wrong-type" },
        { "{\"template\":\"t\",\"disc\":\"d\"," USERS "}", "/name", "required" },
        { "{\"name\":\"a\",\"disc\":\"d\"," USERS "}", "/template", "required" },
        { "{\"name\":\"a\",\"template\":\"t\"," USERS "}", "/disc", "required" },
        { "{\"name\":\"A\",\"template\":\"t\",\"disc\":\"d\"," USERS "}", "/name", "bad-name" },
        { "{\"name\":\"../x\",\"template\":\"t\",\"disc\":\"d\"," USERS "}", "/name", "bad-name" },
        { "{" GOOD ",\"edition\":\"PRO FESSIONAL\"}", "/edition", "bad-value" },
        { "{" GOOD ",\"lifetime\":\"4 hours\"}", "/lifetime", "bad-value" },
        { "{" GOOD ",\"lifetime\":14400}", "/lifetime", "wrong-type" },
        { "{" GOOD ",\"edition\":\"\"}", "/edition", "bad-value" },
        { "{" GOOD ",\"drivers\":[\"a\",\"a\"]}", "/drivers/1", "repeated" },
        { "{" GOOD ",\"drivers\":[7]}", "/drivers/0", "bad-name" },
        { "{" GOOD ",\"hardware\":{\"vcpus\":0}}", "/hardware/vcpus", NULL },
        { "{" GOOD ",\"hardware\":{\"memory_mib\":200000}}", "/hardware/memory_mib", NULL },
        { "{" GOOD ",\"hardware\":{\"sockets\":5}}", "/hardware/sockets", NULL },
        { "{" GOOD ",\"hardware\":{\"vcpus\":3,\"sockets\":2}}", "/hardware/sockets", "conflict" },
        { "{" GOOD ",\"hardware\":{\"disk_gib\":1}}", "/hardware/disk_gib", NULL },
        { "{" GOOD ",\"hardware\":{\"disk_bus\":\"ide\"}}", "/hardware/disk_bus", "bad-value" },
        { "{" GOOD ",\"hardware\":{\"sound\":\"loud\"}}", "/hardware/sound", "bad-value" },
        { "{" GOOD ",\"hardware\":{\"nic\":\"e1000\"}}", "/hardware/nic", "unknown-field" },
        { "{" GOOD ",\"surprise\":1}", "/surprise", "unknown-field" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(json_object) document = parse(rows[i].text);
        g_autoptr(Faults) faults = faults_new();
        g_assert_null(machine_request_parse(document, faults));
        g_assert_cmpuint(faults_count(faults), ==, 1);
        g_assert_cmpstr(faults_get(faults, 0)->pointer, ==, rows[i].pointer);
        if (rows[i].code)
            g_assert_cmpstr(faults_get(faults, 0)->code, ==, rows[i].code);
    }
}

static void everything_wrong_is_told_at_once(void)
{
    g_autoptr(json_object) document =
        parse("{\"name\":7,\"hardware\":{\"vcpus\":\"two\",\"x\":1},\"users\":[]}");
    g_autoptr(Faults) faults = faults_new();
    g_assert_null(machine_request_parse(document, faults));
    g_autofree char *text = faults_to_text(faults);
    static const char *const pointers[] = { "/name",           "/template",   "/disc",
                                            "/hardware/vcpus", "/hardware/x", "/users" };
    for (gsize i = 0; i < G_N_ELEMENTS(pointers); i++)
        g_assert_nonnull(strstr(text, pointers[i]));
}

static void a_template_may_not_name_machines_or_keys(void)
{
    g_autoptr(json_object) document =
        parse("{\"name\":\"a\",\"template\":\"t\",\"product_key\":\"x\",\"seal\":\"gold\",\"fresh\":true,"
              "\"edition\":\"PROFESSIONAL\"}");
    g_autoptr(Faults) faults = faults_new();
    machine_request_check_template(document, 64, faults);
    g_assert_cmpuint(faults_count(faults), ==, 5);
}

// Names of the properties of schema @name in the contract, a set that the caller frees.
static GHashTable *contract_properties(const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    g_file_get_contents(g_getenv("SEVEND_OPENAPI"), &text, NULL, &error);
    g_assert_no_error(error);
    g_autofree char *start = g_strdup_printf("\n    %s:\n", name);
    const char *schema = strstr(text, start);
    g_assert_nonnull(schema);
    g_auto(GStrv) lines = g_strsplit(schema + strlen(start), "\n", -1);
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (gsize i = 0; lines[i] && g_str_has_prefix(lines[i], "      "); i++)
        if (g_str_has_prefix(lines[i], "        ") && lines[i][8] != ' ' && strchr(lines[i], ':'))
            g_hash_table_add(names, g_strndup(lines[i] + 8, strcspn(lines[i] + 8, ":")));
    return names;
}

static void the_contract_has_the_members_that_are_taken(void)
{
    static const char *const own[] = { "name",     "template", "disc", "edition", "drivers",
                                       "hardware", "lifetime", "seal", "fresh",   NULL };
    const char *const *const lists[] = { own, unattend_request_members };
    g_autoptr(GHashTable) properties = contract_properties("MachineRequest");
    guint count = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
        for (gsize j = 0; lists[i][j]; j++, count++)
            if (!g_hash_table_contains(properties, lists[i][j]))
                g_test_fail_printf("MachineRequest in openapi.yaml lacks %s", lists[i][j]);
    g_assert_cmpuint(g_hash_table_size(properties), ==, count);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/request/defaults-are-filled-in", defaults_are_filled_in);
    g_test_add_func("/request/members-are-taken", members_are_taken);
    g_test_add_func("/request/each-fault-has-its-pointer-and-code", each_fault_has_its_pointer_and_code);
    g_test_add_func("/request/everything-wrong-is-told-at-once", everything_wrong_is_told_at_once);
    g_test_add_func("/request/a-template-may-not-name-machines-or-keys",
                    a_template_may_not_name_machines_or_keys);
    g_test_add_func("/request/the-contract-has-the-members-that-are-taken",
                    the_contract_has_the_members_that_are_taken);
    return g_test_run();
}
