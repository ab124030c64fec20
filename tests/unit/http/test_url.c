// SPDX-License-Identifier: GPL-3.0-or-later
// url.c: what comes out of a request's target, and what is refused.
#include "daemon/http/url.h"

static char *segments_of(const char *target)
{
    g_autoptr(Problem) problem = NULL;
    g_autoptr(Url) url = url_parse(target, &problem);
    if (url == NULL)
        return g_strdup_printf("%d %s", problem->status, problem->code);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < url->segments->len; i++)
        g_string_append_printf(text, "[%s]", (const char *)g_ptr_array_index(url->segments, i));
    for (guint i = 0; i < url->parameters->len; i++) {
        const UrlParameter *parameter = g_ptr_array_index(url->parameters, i);
        g_string_append_printf(text, "{%s=%s}", parameter->name, parameter->value);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void assert_parsed(const char *target, const char *expected)
{
    g_autofree char *got = segments_of(target);
    g_assert_cmpstr(got, ==, expected);
}

static void test_paths_are_split_and_decoded(void)
{
    assert_parsed("/v1", "[v1]");
    assert_parsed("/v1/vms/a-1", "[v1][vms][a-1]");
    assert_parsed("/v1/vms/%61", "[v1][vms][a]");
    assert_parsed("/%C3%A4", "[\303\244]");
    assert_parsed("/a+b", "[a+b]");
}

static void test_nothing_is_normalised(void)
{
    assert_parsed("/v1/../etc", "[v1][..][etc]");
    assert_parsed("/v1/%2e%2e/etc", "[v1][..][etc]");
    assert_parsed("/v1//x/", "[v1][][x][]");
    assert_parsed("/a%2Fb", "[a/b]");
    assert_parsed("/", "[]");
    assert_parsed("*", "");
}

static void test_queries_are_split_and_decoded(void)
{
    assert_parsed("/a?x=1&y=%26+%3D", "[a]{x=1}{y=& =}");
    assert_parsed("/a?", "[a]");
    assert_parsed("/a?&&x", "[a]{x=}");
    assert_parsed("/a?x=1=2&x=3", "[a]{x=1=2}{x=3}");
}

static void test_absolute_form_is_taken(void)
{
    assert_parsed("http://localhost/v1?x=1", "[v1]{x=1}");
    assert_parsed("HTTPS://[::1]:7007/v1", "[v1]");
    assert_parsed("http://localhost", "[]");
}

static void test_bad_encodings_are_refused(void)
{
    static const char *const targets[] = {
        "/%",   "/%4",    "/%zz",      "/%00", "/%0a",   "/%7f",     "/%ff",
        "/a b", "/a\x01", "/\303\244", "/a#b", "/a?x=%", "/a?%00=1", "/a?x=%c3",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++)
        assert_parsed(targets[i], "400 bad-request");
}

static void test_too_much_is_refused(void)
{
    g_autofree char *letters = g_strnfill(URL_MAX_BYTES, 'a');
    g_autofree char *longest = g_strconcat("/", letters + 1, NULL);
    g_autofree char *longer = g_strconcat("/", letters, NULL);
    g_autoptr(Url) url = url_parse(longest, NULL);
    g_assert_nonnull(url);
    assert_parsed(longer, "414 uri-too-long");

    g_autoptr(GString) query = g_string_new("/a?");
    for (int i = 0; i < URL_MAX_PARAMETERS; i++)
        g_string_append(query, "x=1&");
    g_autoptr(Url) full = url_parse(query->str, NULL);
    g_assert_nonnull(full);
    g_string_append(query, "x=1");
    assert_parsed(query->str, "400 bad-request");
}

static void test_deep_paths_are_cut_at_a_depth_no_route_has(void)
{
    g_autoptr(Url) url = url_parse("/1/2/3/4/5/6/7/8/9/10/11", NULL);
    g_assert_cmpuint(url->segments->len, ==, URL_MAX_SEGMENTS);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/url/paths-are-split-and-decoded", test_paths_are_split_and_decoded);
    g_test_add_func("/url/nothing-is-normalised", test_nothing_is_normalised);
    g_test_add_func("/url/queries-are-split-and-decoded", test_queries_are_split_and_decoded);
    g_test_add_func("/url/absolute-form-is-taken", test_absolute_form_is_taken);
    g_test_add_func("/url/bad-encodings-are-refused", test_bad_encodings_are_refused);
    g_test_add_func("/url/too-much-is-refused", test_too_much_is_refused);
    g_test_add_func("/url/deep-paths-are-cut", test_deep_paths_are_cut_at_a_depth_no_route_has);
    return g_test_run();
}
