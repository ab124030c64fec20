// SPDX-License-Identifier: GPL-3.0-or-later
// Digest fields: there and back, and what is none.
#include "common/digest.h"

// Of no bytes.
#define HEX    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define BASE64 "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

static void test_there_and_back(void)
{
    g_autofree char *field = digest_field(HEX);
    g_assert_cmpstr(field, ==, "sha-256=:" BASE64 ":");
    g_autofree char *hex = digest_sha256(field);
    g_assert_cmpstr(hex, ==, HEX);
}

static void test_among_others(void)
{
    g_autofree char *hex = digest_sha256("sha-512=:AAAA:,  sha-256=:" BASE64 ": ");
    g_assert_cmpstr(hex, ==, HEX);
}

static void test_none(void)
{
    static const char *const fields[] = {
        "", "sha-256", "sha-256=:", "sha-256=::", "sha-256=:a", "sha-256=:AAAA:", "sha-512=:" BASE64 ":", HEX
    };
    static const char *const hashes[] = { "", "e3b0", HEX "00", "g" HEX };
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        g_assert_null(digest_sha256(fields[i]));
    for (gsize i = 0; i < G_N_ELEMENTS(hashes); i++)
        g_assert_null(digest_field(hashes[i]));
    g_assert_null(digest_field("g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/digest/there-and-back", test_there_and_back);
    g_test_add_func("/digest/among-others", test_among_others);
    g_test_add_func("/digest/none", test_none);
    return g_test_run();
}
