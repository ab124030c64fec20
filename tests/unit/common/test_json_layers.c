// SPDX-License-Identifier: GPL-3.0-or-later
// Which of several merged documents a value comes from.
#include <string.h>

#include "common/json_layers.h"

static void each_layer_says_what_it_decides(void)
{
    static const struct {
        const char *document, *pointer;
        JsonLayer wanted;
    } rows[] = {
        { "{}", "", JSON_LAYER_HOLDS },
        { "{}", "/a", JSON_LAYER_SILENT },
        { "{\"a\":1}", "/a", JSON_LAYER_HOLDS },
        { "{\"a\":false}", "/a", JSON_LAYER_HOLDS },
        { "{\"a\":null}", "/a", JSON_LAYER_TAKES },
        { "{\"a\":null}", "/a/b", JSON_LAYER_TAKES },
        { "{\"a\":{}}", "/a/b", JSON_LAYER_SILENT },
        { "{\"a\":\"x\"}", "/a/b", JSON_LAYER_TAKES },
        { "{\"a\":[]}", "/a/0", JSON_LAYER_TAKES },
        { "{\"a\":[{\"b\":1}]}", "/a/0", JSON_LAYER_HOLDS },
        { "{\"a\":[{\"b\":1}]}", "/a/0/b", JSON_LAYER_HOLDS },
        { "{\"a\":[{\"b\":1}]}", "/a/0/c", JSON_LAYER_TAKES }, // lists are replaced whole
        { "{\"a\":[{\"b\":1}]}", "/a/1", JSON_LAYER_TAKES },
        { "{\"a\":[1]}", "/a/x", JSON_LAYER_TAKES },
        { "{\"a/b\":{\"c~d\":1}}", "/a~1b/c~0d", JSON_LAYER_HOLDS },
        { "{\"~1\":1}", "/~01", JSON_LAYER_HOLDS },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(json_object) document = json_parse(rows[i].document, strlen(rows[i].document), NULL);
        g_assert_nonnull(document);
        g_test_message("%s of %s", rows[i].pointer, rows[i].document);
        g_assert_cmpint(json_layer_look(document, rows[i].pointer), ==, rows[i].wanted);
    }
}

static void no_document_says_nothing(void)
{
    g_assert_cmpint(json_layer_look(NULL, "/a"), ==, JSON_LAYER_SILENT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json-layers/each-layer-says-what-it-decides", each_layer_says_what_it_decides);
    g_test_add_func("/json-layers/no-document-says-nothing", no_document_says_nothing);
    return g_test_run();
}
