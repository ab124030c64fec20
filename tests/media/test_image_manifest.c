// SPDX-License-Identifier: GPL-3.0-or-later
// The manifest of an image's archive: the same both ways, and everything wrong with a stranger's at once.
#include <string.h>

#include "image_manifest.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static ImageManifest *make(void)
{
    ImageManifest *manifest = image_manifest_new();
    manifest->image = g_strdup("gold");
    manifest->architecture = g_strdup("x86");
    manifest->exported = g_strdup("2026-01-02T03:04:05.678Z");
    manifest->sevend = g_strdup("0.1.0");
    manifest->virtual_size = 40ull << 30;
    manifest->members[IMAGE_DISK].sha256 = g_strdup(HASH);
    manifest->members[IMAGE_DISK].size = 9ull << 30;
    return manifest;
}

static void test_comes_back_as_it_was(void)
{
    g_autoptr(ImageManifest) manifest = make();
    g_autofree char *text = image_manifest_text(manifest);
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(ImageManifest) back = image_manifest_parse(text, strlen(text), faults);
    g_assert_nonnull(back);
    g_assert_cmpuint(faults_count(faults), ==, 0);
    g_assert_cmpstr(back->image, ==, "gold");
    g_assert_cmpstr(back->architecture, ==, "x86");
    g_assert_cmpstr(back->exported, ==, manifest->exported);
    g_assert_cmpstr(back->sevend, ==, "0.1.0");
    g_assert_cmpuint(back->virtual_size, ==, manifest->virtual_size);
    g_assert_cmpstr(back->members[IMAGE_DISK].sha256, ==, HASH);
    g_assert_cmpuint(back->members[IMAGE_DISK].size, ==, 9ull << 30);
    g_assert_null(back->members[IMAGE_NONCE].sha256);
}

// "pointer code; …"
static char *faults_of(const char *text)
{
    g_autoptr(Faults) faults = faults_new();
    GString *list = g_string_new(NULL);
    g_assert_null(image_manifest_parse(text, strlen(text), faults));
    for (guint i = 0; i < faults_count(faults); i++)
        g_string_append_printf(list, "%s%s %s", i > 0 ? "; " : "", faults_get(faults, i)->pointer,
                               faults_get(faults, i)->code);
    return g_string_free(list, FALSE);
}

static void test_another_format_is_told_alone(void)
{
    g_autofree char *next = faults_of("{\"format\":\"sevend-image/2\",\"colour\":1}");
    g_assert_cmpstr(next, ==, "/manifest.json/format unknown-version");
    g_autofree char *none = faults_of("{}");
    g_assert_cmpstr(none, ==, "/manifest.json/format required");
    g_autofree char *text = faults_of("PK");
    g_assert_cmpstr(text, ==, "/manifest.json bad-json");
    g_autofree char *list = faults_of("[]");
    g_assert_cmpstr(list, ==, "/manifest.json bad-json");
}

static void test_all_that_is_wrong_is_told(void)
{
    g_autofree char *list =
        faults_of("{\"format\":\"sevend-image/1\",\"image\":\"No "
                  "Name\",\"architecture\":\"arm\",\"sevend\":1,\"colour\":1,"
                  "\"virtual_size\":-1,\"members\":[{\"name\":\"../x\",\"size\":1,\"sha256\":\"" HASH "\"},"
                  "{\"name\":\"nonce\",\"size\":1,\"sha256\":\"ABC\"},"
                  "{\"name\":\"image.json\",\"size\":1,\"sha256\":\"" HASH "\"},"
                  "{\"name\":\"image.json\",\"size\":1,\"sha256\":\"" HASH "\"},7]}");
    static const char *const wanted[] = {
        "/manifest.json/colour unknown-field",     "/manifest.json/exported required",
        "/manifest.json/sevend wrong-type",        "/manifest.json/virtual_size ",
        "/manifest.json/members/0/name bad-value", "/manifest.json/members/1/sha256 bad-value",
        "/manifest.json/members/3/name bad-value", "/manifest.json/members/4 wrong-type",
        "/manifest.json/image bad-name",           "/manifest.json/architecture bad-value",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++)
        if (!strstr(list, wanted[i]))
            g_test_fail_printf("%s is not in: %s", wanted[i], list);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/image-manifest/comes-back-as-it-was", test_comes_back_as_it_was);
    g_test_add_func("/image-manifest/another-format-is-told-alone", test_another_format_is_told_alone);
    g_test_add_func("/image-manifest/all-that-is-wrong-is-told", test_all_that_is_wrong_is_told);
    return g_test_run();
}
