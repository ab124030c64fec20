// SPDX-License-Identifier: GPL-3.0-or-later
// Answer files against the golden files tests/golden/answer-files/NAME.json → NAME.xml.
// SEVEND_UPDATE_GOLDEN=1 writes them anew. A JSON file holds "machine", "request", "target" (architecture,
// edition_id, image_index, ei_cfg, languages, without_drivers) and "secrets" ("kept" or "masked").
#include "unattend/unattend.h"

#include <libxml/parser.h>
#include <string.h>

#include "common/files.h"
#include "request_text.h"

#define MAX_GOLDEN_BYTES (1 << 20)

typedef struct {
    json_object *document;
    json_object *request;
    UnattendSettings *settings;
    UnattendTarget target;
    const char **languages;
    UnattendSecrets secrets;
} Golden;

static const char *folder(void)
{
    return g_getenv("SEVEND_GOLDEN");
}

static gboolean member_is_true(json_object *object, const char *name)
{
    return json_object_get_boolean(json_object_object_get(object, name)) != 0;
}

static Golden *golden_read(const char *name)
{
    Golden *golden = g_new0(Golden, 1);
    g_autoptr(GError) error = NULL;
    g_autofree char *file = g_strconcat(name, ".json", NULL);
    g_autofree char *path = g_build_filename(folder(), file, NULL);
    golden->document = json_read_file(path, MAX_GOLDEN_BYTES, &error);
    g_assert_no_error(error);
    golden->request = json_object_object_get(golden->document, "request");
    golden->settings = settings_from(golden->request, json_string_member(golden->document, "machine"));
    json_object *target = json_object_object_get(golden->document, "target");
    json_object *languages = json_object_object_get(target, "languages");
    gsize count = languages != NULL ? json_object_array_length(languages) : 0;
    golden->languages = g_new0(const char *, count + 1);
    for (gsize i = 0; i < count; i++)
        golden->languages[i] = json_object_get_string(json_object_array_get_idx(languages, i));
    golden->target = (UnattendTarget){
        .architecture = json_string_member(target, "architecture"),
        .edition_id = json_string_member(target, "edition_id"),
        .image_index = (guint)json_int_member(target, "image_index", 0),
        .disc_has_ei_cfg = member_is_true(target, "ei_cfg"),
        .without_drivers = member_is_true(target, "without_drivers"),
        .languages = golden->languages,
    };
    golden->secrets = g_strcmp0(json_string_member(golden->document, "secrets"), "masked") == 0
                          ? UNATTEND_SECRETS_MASKED
                          : UNATTEND_SECRETS_KEPT;
    return golden;
}

static void golden_free(Golden *golden)
{
    unattend_settings_free(golden->settings);
    json_object_put(golden->document);
    g_free(golden->languages);
    g_free(golden);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Golden, golden_free)

static char *render(const Golden *golden, UnattendSecrets secrets)
{
    g_autoptr(GError) error = NULL;
    gsize length;
    char *text = unattend_render(golden->settings, &golden->target, secrets, &length, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(length, ==, strlen(text));
    return text;
}

static void test_golden(gconstpointer data)
{
    const char *name = data;
    g_autoptr(Golden) golden = golden_read(name);
    g_autoptr(GError) error = NULL;
    g_autofree char *text = render(golden, golden->secrets);
    g_autofree char *file = g_strconcat(name, ".xml", NULL);
    g_autofree char *path = g_build_filename(folder(), file, NULL);
    if (g_getenv("SEVEND_UPDATE_GOLDEN") != NULL) {
        file_write_atomic(path, text, strlen(text), 0644, &error);
        g_assert_no_error(error);
        g_test_skip("golden file written");
        return;
    }
    g_autofree char *wanted = NULL;
    gsize length;
    file_read(path, MAX_GOLDEN_BYTES, &wanted, &length, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(text, ==, wanted);
}

static char *lines_that_differ(const char *one, const char *other)
{
    g_auto(GStrv) one_lines = g_strsplit(one, "\n", -1);
    g_auto(GStrv) other_lines = g_strsplit(other, "\n", -1);
    g_assert_cmpuint(g_strv_length(one_lines), ==, g_strv_length(other_lines));
    GString *differing = g_string_new(NULL);
    for (gsize i = 0; one_lines[i] != NULL; i++) {
        if (strcmp(one_lines[i], other_lines[i]) != 0)
            g_string_append_printf(differing, "%s\n", g_strstrip(other_lines[i]));
    }
    return g_string_free(differing, FALSE);
}

static void test_masking_changes_the_secrets_alone(void)
{
    g_autoptr(Golden) golden = golden_read("everything-amd64");
    char *kept = render(golden, UNATTEND_SECRETS_KEPT);
    g_autofree char *masked = render(golden, UNATTEND_SECRETS_MASKED);
    g_autofree char *differing = lines_that_differ(kept, masked);
    g_assert_cmpstr(
        differing, ==,
        "<Key>********</Key>\n<Value>********</Value>\n<Value>********</Value>\n<Value>********</Value>\n");
    unattend_text_free(kept);
}

static char *masked_with_password(const char *password)
{
    g_autofree char *patch = g_strdup_printf(
        "{\"users\":[{\"name\":\"a\",\"password\":\"%s\",\"administrator\":true}]}", password);
    g_autoptr(json_object) request = request_patched(patch);
    g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
    const UnattendTarget target = { .architecture = "x86", .image_index = 1 };
    return unattend_render(settings, &target, UNATTEND_SECRETS_MASKED, NULL, NULL);
}

static void test_masked_files_do_not_tell_the_length_of_secrets(void)
{
    g_autofree char *one = masked_with_password("x");
    g_autofree char *other = masked_with_password("a much longer password than the other");
    g_assert_cmpstr(one, ==, other);
}

static void test_rendering_twice_gives_the_same_text(void)
{
    g_autoptr(Golden) golden = golden_read("everything-amd64");
    g_autofree char *once = render(golden, UNATTEND_SECRETS_KEPT);
    g_autofree char *again = render(golden, UNATTEND_SECRETS_KEPT);
    g_assert_cmpstr(once, ==, again);
}

static xmlNode *find_element(xmlNode *node, const char *name)
{
    for (; node != NULL; node = node->next) {
        if (node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0)
            return node;
        xmlNode *found = find_element(node->children, name);
        if (found != NULL)
            return found;
    }
    return NULL;
}

static void test_hostile_texts_come_back_as_they_were(void)
{
    static const char *const texts[] = {
        "a</FullName><Evil/>",
        "<![CDATA[x]]>",
        "&lt;&amp;&#10;",
        "\"'><!-- ",
        "]]>",
        "%SystemDrive% \\ {x}",
        "\xf0\x9f\x98\x80 \xc3\xa9 \xe2\x80\xae",
        "secret-00000000000000000000000000000000-0000",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(json_object) request = request_patched("{\"system\":{}}");
        json_object_object_add(json_object_object_get(request, "system"), "owner",
                               json_object_new_string(texts[i]));
        g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
        const UnattendTarget target = { .architecture = "amd64", .image_index = 1 };
        gsize length;
        g_autofree char *text = unattend_render(settings, &target, UNATTEND_SECRETS_KEPT, &length, NULL);
        xmlDoc *document =
            xmlReadMemory(text, (int)length, "answer-file", NULL, XML_PARSE_NONET | XML_PARSE_NOERROR);
        g_assert_nonnull(document);
        g_assert_null(find_element(xmlDocGetRootElement(document), "Evil"));
        xmlChar *owner = xmlNodeGetContent(find_element(xmlDocGetRootElement(document), "FullName"));
        g_assert_cmpstr((const char *)owner, ==, texts[i]);
        xmlFree(owner);
        xmlFreeDoc(document);
    }
}

static void test_commands_of_the_request_stay_out(void)
{
    g_autoptr(json_object) request = request_patched("{\"first_logon\":[{\"command\":\"conspicuous\"}]}");
    g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
    const UnattendTarget target = { .architecture = "amd64", .image_index = 1 };
    g_autofree char *text = unattend_render(settings, &target, UNATTEND_SECRETS_KEPT, NULL, NULL);
    g_assert_null(strstr(text, "conspicuous"));
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// Names of the golden files without their ending, sorted.
static GPtrArray *golden_names(void)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) entries = g_dir_open(folder(), 0, NULL);
    g_assert_nonnull(entries);
    const char *entry;
    while ((entry = g_dir_read_name(entries)) != NULL) {
        if (g_str_has_suffix(entry, ".json"))
            g_ptr_array_add(names, g_strndup(entry, strlen(entry) - strlen(".json")));
    }
    g_ptr_array_sort(names, compare_names);
    g_assert_cmpuint(names->len, >=, 30);
    return names;
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GPtrArray) names = golden_names();
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_strconcat("/answer-file/golden/", names->pdata[i], NULL);
        g_test_add_data_func(path, names->pdata[i], test_golden);
    }
    g_test_add_func("/answer-file/masking-changes-the-secrets-alone", test_masking_changes_the_secrets_alone);
    g_test_add_func("/answer-file/masked-length", test_masked_files_do_not_tell_the_length_of_secrets);
    g_test_add_func("/answer-file/same-text-twice", test_rendering_twice_gives_the_same_text);
    g_test_add_func("/answer-file/hostile-texts", test_hostile_texts_come_back_as_they_were);
    g_test_add_func("/answer-file/commands-stay-out", test_commands_of_the_request_stay_out);
    return g_test_run();
}
