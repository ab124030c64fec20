// SPDX-License-Identifier: GPL-3.0-or-later
// Parsing into json-c's tree, typed access with faults, merging, suggestions.
#include "common/json.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "common/files.h"

static json_object *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    json_object *object = json_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    return object;
}

static void assert_fault(const Faults *faults, guint index, const char *pointer, const char *code)
{
    g_assert_cmpuint(faults_count(faults), >, index);
    g_assert_cmpstr(faults_get(faults, index)->pointer, ==, pointer);
    g_assert_cmpstr(faults_get(faults, index)->code, ==, code);
}

static void test_documents_keep_their_values(void)
{
    static const char *const texts[] = {
        "{\"a\":[1,-0.5,\"x\",null,true],\"b\":{}}", "[]", "7", "\"\xc3\xa9\"", "true", "9223372036854775807",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(json_object) object = parse(texts[i]);
        g_assert_cmpstr(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN), ==, texts[i]);
    }
}

static void test_32_levels_are_read_and_33_refused(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 32; i++)
        g_string_append_c(text, '[');
    g_string_append(text, "1");
    for (int i = 0; i < 32; i++)
        g_string_append_c(text, ']');
    g_autoptr(json_object) object = parse(text->str);
    g_assert_nonnull(object);
    g_string_prepend_c(text, '[');
    g_string_append_c(text, ']');
    g_autoptr(GError) error = NULL;
    g_assert_null(json_parse(text->str, text->len, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static void test_null_alone_is_no_document(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(json_parse("null", 4, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static void test_errors_of_files_name_the_file(void)
{
    g_autofree char *folder = g_dir_make_tmp("sevend-json-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "a.json", NULL);
    g_assert_true(file_write_atomic(path, "{\n!", 3, 0600, NULL));
    g_autoptr(GError) error = NULL;
    g_assert_null(json_read_file(path, 100, &error));
    g_autofree char *prefix = g_strconcat(path, ": line 2, column 1:", NULL);
    g_assert_true(g_str_has_prefix(error->message, prefix));
    g_clear_error(&error);
    g_assert_null(json_read_file(path, 2, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE);
    g_assert_true(file_write_atomic(path, "{\"a\":1}", 7, 0600, NULL));
    g_autoptr(json_object) object = json_read_file(path, 7, NULL);
    g_assert_cmpint(json_int_member(object, "a", 0), ==, 1);
    g_assert_true(tree_remove(folder, NULL));
}

static void test_unknown_members_are_faults_with_a_suggestion(void)
{
    static const char *const known[] = { "computer_name", "time_zone", NULL };
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(json_object) object = parse("{\"ComputerName\":1,\"time_zone\":2,\"x/y\":3}");
    g_assert_true(json_check_members(object, "/system", known, faults));
    g_assert_cmpuint(faults_count(faults), ==, 2);
    assert_fault(faults, 0, "/system/ComputerName", "unknown-field");
    g_assert_nonnull(strstr(faults_get(faults, 0)->message, "\"computer_name\""));
    g_assert_cmpstrv(faults_get(faults, 0)->allowed, known);
    assert_fault(faults, 1, "/system/x~1y", "unknown-field");
    g_assert_null(strstr(faults_get(faults, 1)->message, "did you mean"));
    g_autoptr(json_object) array = parse("[]");
    g_assert_false(json_check_members(array, "/system", known, faults));
    assert_fault(faults, 2, "/system", "wrong-type");
    g_assert_false(json_check_members(NULL, "", known, faults));
    assert_fault(faults, 3, "", "wrong-type");
}

static void test_members_of_the_right_type_are_given(void)
{
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(json_object) object = parse("{\"s\":\"abc\",\"i\":5,\"b\":true,\"o\":{\"x\":1},\"a\":[1,2]}");
    const char *string = NULL;
    gint64 number = 0;
    gboolean flag = FALSE;
    json_object *child = NULL;
    json_object *array = NULL;
    g_assert_true(json_get_string(object, "", "s", 3, &string, faults));
    g_assert_cmpstr(string, ==, "abc");
    g_assert_true(json_get_int(object, "", "i", 5, 5, &number, faults));
    g_assert_cmpint(number, ==, 5);
    g_assert_true(json_get_bool(object, "", "b", &flag, faults));
    g_assert_true(flag);
    g_assert_true(json_get_object(object, "", "o", &child, faults));
    g_assert_cmpint(json_int_member(child, "x", 0), ==, 1);
    g_assert_true(json_get_array(object, "", "a", 2, &array, faults));
    g_assert_cmpuint(json_object_array_length(array), ==, 2);
    g_assert_cmpuint(faults_count(faults), ==, 0);
}

static void test_absent_and_null_members_are_no_faults(void)
{
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(json_object) object = parse("{\"n\":null}");
    const char *string = "before";
    gint64 number = 42;
    gboolean flag = TRUE;
    json_object *child = NULL;
    for (int i = 0; i < 2; i++) {
        const char *name = i == 0 ? "n" : "absent";
        g_assert_false(json_get_string(object, "", name, 9, &string, faults));
        g_assert_false(json_get_int(object, "", name, 0, 9, &number, faults));
        g_assert_false(json_get_bool(object, "", name, &flag, faults));
        g_assert_false(json_get_object(object, "", name, &child, faults));
        g_assert_false(json_get_array(object, "", name, 9, &child, faults));
    }
    g_assert_cmpstr(string, ==, "before");
    g_assert_cmpint(number, ==, 42);
    g_assert_true(flag);
    g_assert_null(child);
    g_assert_cmpuint(faults_count(faults), ==, 0);
}

static void test_wrong_types_and_ranges_are_faults(void)
{
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(json_object) object = parse("{\"s\":7,\"i\":\"7\",\"f\":7.0,\"b\":1,\"o\":[],\"a\":{},\"long\":"
                                          "\"abcd\",\"big\":11,\"many\":[1,2,3]}");
    const char *string;
    gint64 number;
    gboolean flag;
    json_object *child;
    g_assert_false(json_get_string(object, "/p", "s", 9, &string, faults));
    g_assert_false(json_get_int(object, "/p", "i", 0, 10, &number, faults));
    g_assert_false(json_get_int(object, "/p", "f", 0, 10, &number, faults));
    g_assert_false(json_get_bool(object, "/p", "b", &flag, faults));
    g_assert_false(json_get_object(object, "/p", "o", &child, faults));
    g_assert_false(json_get_array(object, "/p", "a", 9, &child, faults));
    g_assert_false(json_get_string(object, "/p", "long", 3, &string, faults));
    g_assert_false(json_get_int(object, "/p", "big", 0, 10, &number, faults));
    g_assert_false(json_get_array(object, "/p", "many", 2, &child, faults));
    static const struct {
        const char *pointer;
        const char *code;
    } wanted[] = {
        { "/p/s", "wrong-type" },  { "/p/i", "wrong-type" },     { "/p/f", "wrong-type" },
        { "/p/b", "wrong-type" },  { "/p/o", "wrong-type" },     { "/p/a", "wrong-type" },
        { "/p/long", "too-long" }, { "/p/big", "out-of-range" }, { "/p/many", "too-many" },
    };
    g_assert_cmpuint(faults_count(faults), ==, G_N_ELEMENTS(wanted));
    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++)
        assert_fault(faults, i, wanted[i].pointer, wanted[i].code);
}

static void test_plain_access_answers_for_what_is_not_there(void)
{
    g_autoptr(json_object) object = parse("{\"s\":\"x\",\"i\":3}");
    g_assert_cmpstr(json_string_member(object, "s"), ==, "x");
    g_assert_null(json_string_member(object, "i"));
    g_assert_null(json_string_member(object, "absent"));
    g_assert_null(json_string_member(NULL, "s"));
    g_assert_cmpint(json_int_member(object, "i", 9), ==, 3);
    g_assert_cmpint(json_int_member(object, "s", 9), ==, 9);
    g_assert_cmpint(json_int_member(NULL, "i", 9), ==, 9);
}

static void test_merge_overrides_member_by_member(void)
{
    static const struct {
        const char *base;
        const char *over;
        const char *result;
    } cases[] = {
        { "{\"a\":1,\"b\":{\"c\":2,\"d\":3}}", "{\"b\":{\"d\":4},\"e\":5}",
          "{\"a\":1,\"b\":{\"c\":2,\"d\":4},\"e\":5}" },
        { "{\"a\":1,\"b\":2}", "{\"a\":null}", "{\"b\":2}" },
        { "{\"a\":[1,2]}", "{\"a\":[3]}", "{\"a\":[3]}" },
        { "{\"a\":{\"x\":1}}", "{\"a\":7}", "{\"a\":7}" },
        { "{\"a\":7}", "{\"a\":{\"x\":1,\"y\":null}}", "{\"a\":{\"x\":1}}" },
        { "{}", "{\"a\":null}", "{}" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(json_object) base = parse(cases[i].base);
        g_autoptr(json_object) over = parse(cases[i].over);
        g_autoptr(json_object) merged = json_merge(base, over);
        g_assert_cmpstr(json_object_to_json_string_ext(merged, JSON_C_TO_STRING_PLAIN), ==, cases[i].result);
        g_assert_cmpstr(json_object_to_json_string_ext(base, JSON_C_TO_STRING_PLAIN), ==, cases[i].base);
        g_assert_cmpstr(json_object_to_json_string_ext(over, JSON_C_TO_STRING_PLAIN), ==, cases[i].over);
    }
}

static void test_only_near_names_are_suggested(void)
{
    static const char *const known[] = { "password", "passport", "name", "time_zone", NULL };
    g_assert_cmpstr(closest_name("pasword", known), ==, "password");
    g_assert_cmpstr(closest_name("passprt", known), ==, "passport");
    g_assert_cmpstr(closest_name("Name", known), ==, "name");
    g_assert_cmpstr(closest_name("timezone", known), ==, "time_zone");
    g_assert_null(closest_name("colour", known));
    g_assert_null(closest_name("na", known));
    g_assert_null(closest_name("", known));
    g_autofree char *endless = g_strnfill(100000, 'n');
    g_assert_null(closest_name(endless, known));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json/documents-keep-their-values", test_documents_keep_their_values);
    g_test_add_func("/json/32-levels", test_32_levels_are_read_and_33_refused);
    g_test_add_func("/json/null-alone", test_null_alone_is_no_document);
    g_test_add_func("/json/errors-of-files-name-the-file", test_errors_of_files_name_the_file);
    g_test_add_func("/json/unknown-members", test_unknown_members_are_faults_with_a_suggestion);
    g_test_add_func("/json/right-types", test_members_of_the_right_type_are_given);
    g_test_add_func("/json/absent-and-null", test_absent_and_null_members_are_no_faults);
    g_test_add_func("/json/wrong-types", test_wrong_types_and_ranges_are_faults);
    g_test_add_func("/json/plain-access", test_plain_access_answers_for_what_is_not_there);
    g_test_add_func("/json/merge", test_merge_overrides_member_by_member);
    g_test_add_func("/json/suggestions", test_only_near_names_are_suggested);
    return g_test_run();
}
