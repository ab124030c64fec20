// SPDX-License-Identifier: GPL-3.0-or-later
// What is said of a disc by its published hash, its volume id and size, and by neither.
#include "daemon/library/known_discs.h"

#include <string.h>

// en_windows_7_ultimate_with_sp1_x64_dvd_u_677332.iso as known-discs.tsv and known-volumes.tsv have it.
#define SHA1   "36ae90defbad9d9539e649b193ae573b77a71c83"
#define VOLUME "GSP1RMCULXFRER_EN_DVD"
#define SIZE   3320903680u

static char *statement(const char *sha1, const char *sha256, const char *volume, guint64 size)
{
    g_autoptr(json_object) match = known_discs_match(sha1, sha256, volume, size);
    return g_strdup(json_string_member(match, "statement"));
}

static void a_published_hash_names_the_disc(void)
{
    g_autoptr(json_object) match = known_discs_match(SHA1, NULL, NULL, 1);
    json_object *disc = json_object_object_get(match, "by_hash");
    g_assert_true(g_str_has_prefix(json_string_member(match, "statement"), "byte-identical to "));
    g_assert_cmpstr(json_string_member(disc, "edition"), ==, "Ultimate");
    g_assert_cmpstr(json_string_member(disc, "architecture"), ==, "x64");
    g_assert_cmpint(json_int_member(disc, "sources", 0), >, 0);
}

static void case_does_not_matter(void)
{
    g_autofree char *upper = g_ascii_strup(SHA1, -1);
    g_autofree char *text = statement(upper, NULL, NULL, 1);
    g_assert_true(g_str_has_prefix(text, "byte-identical to "));
}

static void another_hash_is_unknown_never_worse(void)
{
    g_autofree char *text = statement("0000000000000000000000000000000000000000", NULL, VOLUME, SIZE);
    g_assert_true(g_str_has_prefix(text, "unknown: "));
    g_assert_nonnull(strstr(text, "proves nothing"));
    g_assert_nonnull(strstr(text, "en_windows_7_ultimate_with_sp1_x64_dvd_u_677332.iso"));
    g_assert_null(strstr(text, "tamper"));
}

static void without_a_hash_nothing_is_claimed(void)
{
    g_autofree char *text = statement(NULL, NULL, NULL, 1);
    g_assert_cmpstr(text, ==, "not hashed yet");
    g_autofree char *like = statement(NULL, NULL, VOLUME, SIZE);
    g_assert_nonnull(strstr(like, "volume id and size are those of"));
}

static void the_volume_needs_its_size(void)
{
    g_autoptr(json_object) match = known_discs_match(NULL, NULL, VOLUME, SIZE + 2048);
    g_assert_cmpuint(json_object_array_length(json_object_object_get(match, "by_volume")), ==, 0);
}

// A hash of the table that is missing ("-") matches nothing, least of all a disc whose hash is "-".
static void a_missing_hash_matches_nothing(void)
{
    g_autofree char *text = statement("-", "-", NULL, 1);
    g_assert_true(g_str_has_prefix(text, "unknown: "));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/known-discs/hash", a_published_hash_names_the_disc);
    g_test_add_func("/known-discs/case", case_does_not_matter);
    g_test_add_func("/known-discs/unknown", another_hash_is_unknown_never_worse);
    g_test_add_func("/known-discs/not-hashed", without_a_hash_nothing_is_claimed);
    g_test_add_func("/known-discs/size", the_volume_needs_its_size);
    g_test_add_func("/known-discs/missing", a_missing_hash_matches_nothing);
    return g_test_run();
}
