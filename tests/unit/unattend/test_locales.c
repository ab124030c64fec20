// SPDX-License-Identifier: GPL-3.0-or-later
// The locale table against the catalogue's, languages of discs, keyboards.
#include "unattend/locales.h"

#include "common/files.h"

static void test_the_table_is_the_catalogues(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(g_getenv("SEVEND_CATALOGUE"), "locales.tsv", NULL);
    g_autofree char *text = NULL;
    gsize length;
    file_read(path, 65536, &text, &length, &error);
    g_assert_no_error(error);
    g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), >, 100);
    for (gsize i = 1; lines[i] != NULL; i++) {
        g_auto(GStrv) fields = g_strsplit(lines[i], "\t", 3);
        const Locale *locale = locale_find(fields[0]);
        g_assert_nonnull(locale);
        g_assert_cmpstr(locale->tag, ==, fields[0]);
        g_assert_cmpuint(locale->lcid, ==, g_ascii_strtoull(fields[1], NULL, 16));
        g_assert_cmpstr(locale->keyboard != NULL ? locale->keyboard : "", ==, fields[2]);
        g_assert_true(locale->on_discs == (i <= 36));
        if (locale->keyboard != NULL) {
            g_autofree char *resolved = keyboard_resolve(locale->keyboard);
            g_assert_cmpstr(resolved, ==, locale->keyboard);
        }
    }
}

static void test_tags_match_without_regard_to_case(void)
{
    g_assert_cmpstr(locale_find("EN-us")->tag, ==, "en-US");
    g_assert_null(locale_find("en"));
    g_assert_null(locale_find("en-US "));
    g_assert_null(locale_find(""));
}

static void test_discs_come_in_36_languages(void)
{
    const char *const *languages = locale_disc_languages();
    g_assert_cmpuint(g_strv_length((char **)languages), ==, 36);
    g_assert_true(g_strv_contains(languages, "en-US"));
    g_assert_false(g_strv_contains(languages, "en-GB"));
}

static void test_suggestions(void)
{
    g_assert_cmpstr(locale_suggest("en-GB"), ==, "en-US");
    g_assert_cmpstr(locale_suggest("de_AT"), ==, "de-DE");
    g_assert_cmpstr(locale_suggest("fr"), ==, "fr-FR");
    g_assert_cmpstr(locale_suggest("en-UK"), ==, "en-US");
    g_assert_null(locale_suggest("klingon"));
    g_assert_null(locale_suggest(""));
}

static void test_keyboards(void)
{
    static const struct {
        const char *given;
        const char *meant;
    } cases[] = {
        { "0409:00000409", "0409:00000409" },
        { "0409:00020409", "0409:00020409" },
        { "0407:00000409", "0407:00000409" },
        { "0411:{03B5835F-F03C-411B-9CE2-AA23E1171E36}{A76C93D9-5523-4E90-AAFA-4DB112F9AC76}",
          "0411:{03B5835F-F03C-411B-9CE2-AA23E1171E36}{A76C93D9-5523-4E90-AAFA-4DB112F9AC76}" },
        { "en-GB", "0809:00000809" },
        { "DE-ch", "0807:00000807" },
        { "zh-HK", NULL },
        { "0409:00000000", NULL },
        { "ffff:00000409", NULL },
        { "409:409", NULL },
        { "0409:0000040", NULL },
        { "0409:00000409\n", NULL },
        { "0409:00000409;0407:00000407", NULL },
        { "0409-00000409", NULL },
        { "0411:{03B5835F-F03C-411B-9CE2-AA23E1171E36}", NULL },
        { "us", NULL },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *meant = keyboard_resolve(cases[i].given);
        g_assert_cmpstr(meant, ==, cases[i].meant);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/locales/the-table-is-the-catalogues", test_the_table_is_the_catalogues);
    g_test_add_func("/locales/tags-match-without-regard-to-case", test_tags_match_without_regard_to_case);
    g_test_add_func("/locales/discs-come-in-36-languages", test_discs_come_in_36_languages);
    g_test_add_func("/locales/suggestions", test_suggestions);
    g_test_add_func("/locales/keyboards", test_keyboards);
    return g_test_run();
}
