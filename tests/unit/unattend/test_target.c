// SPDX-License-Identifier: GPL-3.0-or-later
// Checks that need the disc and the machine.
#include "unattend/unattend.h"

#include <string.h>

#include "request_text.h"

#define MIB ((guint64)1024 * 1024)

static char *check(const char *patch, const UnattendTarget *target)
{
    g_autoptr(json_object) request = request_patched(patch);
    g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
    g_autoptr(Faults) faults = faults_new();
    unattend_check_target(settings, target, faults);
    return faults_brief(faults);
}

static void test_the_language_must_be_on_the_disc(void)
{
    static const char *const german[] = { "de-DE", "fr-fr", NULL };
    static const char *const none[] = { NULL };
    const UnattendTarget target = { .architecture = "amd64", .image_index = 1, .languages = german };
    const UnattendTarget unknown = { .architecture = "amd64", .image_index = 1, .languages = none };
    g_autofree char *other = check("{\"system\":{\"language\":\"en-US\"}}", &target);
    g_autofree char *same = check("{\"system\":{\"language\":\"de-DE\"}}", &target);
    g_autofree char *second = check("{\"system\":{\"language\":\"fr-FR\"}}", &target);
    g_autofree char *silent = check("{}", &target);
    g_autofree char *unchecked = check("{\"system\":{\"language\":\"en-US\"}}", &unknown);
    g_assert_cmpstr(other, ==, "/system/language not-on-disc");
    g_assert_cmpstr(same, ==, "");
    g_assert_cmpstr(second, ==, "");
    g_assert_cmpstr(silent, ==, "");
    g_assert_cmpstr(unchecked, ==, "");
}

static void test_the_fault_lists_the_discs_languages(void)
{
    static const char *const german[] = { "de-DE", NULL };
    const UnattendTarget target = { .architecture = "amd64", .image_index = 1, .languages = german };
    g_autoptr(json_object) request = request_patched("{\"system\":{\"language\":\"en-US\"}}");
    g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
    g_autoptr(Faults) faults = faults_new();
    unattend_check_target(settings, &target, faults);
    g_assert_cmpstrv(faults_get(faults, 0)->allowed, german);
}

static void test_a_language_without_keyboard_needs_one(void)
{
    static const char *const hong_kong[] = { "zh-HK", NULL };
    const UnattendTarget target = { .architecture = "x86", .image_index = 1, .languages = hong_kong };
    g_autofree char *silent = check("{}", &target);
    g_autofree char *given = check("{\"system\":{\"keyboard\":\"0c04:00000409\"}}", &target);
    g_assert_cmpstr(silent, ==, "/system/keyboard required");
    g_assert_cmpstr(given, ==, "");
}

static void test_the_disk_must_have_room(void)
{
    static const struct {
        guint64 disk_mib;
        guint64 image_mib;
        const char *faults;
    } cases[] = {
        { 0, 0, "" },
        { 32768, 0, "" },
        { 1128, 0, "" },
        { 1127, 0, "/hardware/disk_gib disk-too-small" },
        { 1, 0, "/hardware/disk_gib disk-too-small" },
        { 12000, 11000, "/hardware/disk_gib disk-too-small" },
        { 12128, 11000, "" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const UnattendTarget target = { .architecture = "amd64",
                                        .image_index = 1,
                                        .disk_bytes = cases[i].disk_mib * MIB,
                                        .image_bytes = cases[i].image_mib * MIB };
        g_autofree char *found = check("{}", &target);
        g_assert_cmpstr(found, ==, cases[i].faults);
    }
}

static void test_rendering_refuses_an_impossible_target(void)
{
    static const char *const german[] = { "de-DE", NULL };
    const UnattendTarget targets[] = {
        { .architecture = "arm64", .image_index = 1 },
        { .architecture = NULL, .image_index = 1 },
        { .architecture = "AMD64", .image_index = 1 },
        { .architecture = "amd64", .image_index = 0 },
        { .architecture = "amd64", .image_index = 1, .languages = german },
        { .architecture = "amd64", .image_index = 1, .disk_bytes = 1 },
    };
    g_autoptr(json_object) request = request_patched("{\"system\":{\"language\":\"en-US\"}}");
    g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(unattend_render(settings, &targets[i], UNATTEND_SECRETS_KEPT, NULL, &error));
        g_assert_error(error, UNATTEND_ERROR, UNATTEND_ERROR_TARGET);
        g_assert_null(strstr(error->message, "secret"));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/target/language-on-the-disc", test_the_language_must_be_on_the_disc);
    g_test_add_func("/target/fault-lists-languages", test_the_fault_lists_the_discs_languages);
    g_test_add_func("/target/language-without-keyboard", test_a_language_without_keyboard_needs_one);
    g_test_add_func("/target/disk-room", test_the_disk_must_have_room);
    g_test_add_func("/target/impossible", test_rendering_refuses_an_impossible_target);
    return g_test_run();
}
