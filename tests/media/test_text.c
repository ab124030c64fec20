// SPDX-License-Identifier: GPL-3.0-or-later
// Text encodings, line endings, ei.cfg and names on discs.
#include <string.h>

#include "disc_name.h"
#include "ei_cfg.h"
#include "text_encoding.h"

static void test_decoding(void)
{
    static const struct {
        const char *bytes;
        gsize size;
        const char *expected; // NULL: refused
    } cases[] = {
        { "plain", 5, "plain" },
        { "", 0, "" },
        { "\xEF\xBB\xBFmark", 7, "mark" },
        { "\xC3\xA4", 2, "\xC3\xA4" },
        { "\xE4", 1, "\xC3\xA4" },
        { "\x80", 1, "\xE2\x82\xAC" }, // the euro sign of Windows-1252
        { "\x81z", 2, "\xC2\x81z" },   // undefined there, still no reason to refuse a driver
        { "\xFF\xFE"
          "a\0b\0",
          6, "ab" },
        { "\xFE\xFF\0a\0b", 6, "ab" },
        { "a\0b\0", 4, "ab" },
        { "\xFF\xFE\0\xD8", 4, NULL }, // half of a surrogate pair
        { "\xFF\xFE"
          "a\0\0\0b\0",
          8, NULL }, // a NUL inside
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = text_decode((const guint8 *)cases[i].bytes, cases[i].size, NULL);
        g_assert_cmpstr(text, ==, cases[i].expected);
    }
}

static void test_crlf(void)
{
    static const char *const pairs[][2] = {
        { "a\nb\n", "a\r\nb\r\n" }, { "a\r\nb", "a\r\nb" }, { "\n", "\r\n" }, { "a\rb", "a\rb" }, { "", "" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autofree char *text = text_with_crlf(pairs[i][0]);
        g_assert_cmpstr(text, ==, pairs[i][1]);
    }
}

static void test_ei_cfg(void)
{
    static const struct {
        const char *text;
        const char *edition_id;
        const char *channel;
        gboolean volume_license;
    } cases[] = {
        { "[EditionID]\r\nUltimate\r\n[Channel]\r\nRetail\r\n[VL]\r\n0\r\n", "ULTIMATE", "Retail", FALSE },
        { "[VL]\n1\n[channel]\n Volume \n[EDITIONID]\nenterprise", "ENTERPRISE", "Volume", TRUE },
        { "[EditionID]\n\n\n[Channel]\nOEM\n", NULL, "OEM", FALSE },
        { "; comment\n[ EditionID ]\n; no\nStarter\nUltimate\n", "STARTER", NULL, FALSE },
        { "stray\n[Other]\nx\n", NULL, NULL, FALSE },
        { "[EditionID\nUltimate\n", NULL, NULL, FALSE },
        { "", NULL, NULL, FALSE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(EiCfg) ei_cfg = ei_cfg_parse((const guint8 *)cases[i].text, strlen(cases[i].text), NULL);
        g_assert_nonnull(ei_cfg);
        g_assert_cmpstr(ei_cfg->edition_id, ==, cases[i].edition_id);
        g_assert_cmpstr(ei_cfg->channel, ==, cases[i].channel);
        g_assert_cmpint(ei_cfg->volume_license, ==, cases[i].volume_license);
    }
}

static void test_names(void)
{
    static const char *const good[] = { "a", "Autounattend.xml", "x y.txt", ".hidden", "\xC3\xA4" };
    static const char *const bad[] = { "",    ".",   "..",   "a/b",  "a\\b",
                                       "a:b", "a?",  "a*",   "a<",   "a ",
                                       "a.",  "a\n", "\x7F", "\xC3", "\xF0\x9F\x98\x80" };
    g_autofree char *long_name = g_strnfill(DISC_NAME_MAX + 1, 'a');

    for (gsize i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_null(disc_name_problem(good[i]));
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_nonnull(disc_name_problem(bad[i]));
    g_assert_nonnull(disc_name_problem(long_name));
    g_assert_null(disc_name_problem(long_name + 1));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/every-encoding-becomes-utf8", test_decoding);
    g_test_add_func("/text/line-endings-become-crlf", test_crlf);
    g_test_add_func("/ei-cfg/case-spacing-and-order-do-not-matter", test_ei_cfg);
    g_test_add_func("/names/only-what-windows-and-joliet-accept", test_names);
    return g_test_run();
}
