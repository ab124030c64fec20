// SPDX-License-Identifier: GPL-3.0-or-later
// What travels with an image: the same after the journey, and everything wrong with a stranger's at once.
#include "daemon/images/image_record.h"

#include <string.h>

static StoreImage *parse(const char *text, Faults *faults)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_object) document = json_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    return image_record_parse(document, faults);
}

static void test_arrives_as_it_left(void)
{
    const StoreImage image = {
        .name = (char *)"gold",
        .uuid = (char *)"u",
        .machine = (char *)"lab",
        .template_name = (char *)"win7-pro-x64",
        .edition = (char *)"PROFESSIONAL",
        .architecture = (char *)"amd64",
        .request = (char *)"{\"name\":\"lab\",\"users\":[{\"password\":\"***\"}]}",
        .created = (char *)"2026-01-02T03:04:05.678Z",
    };
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(json_object) document = image_record_to_json(&image);
    g_autoptr(StoreImage) back = parse(json_object_to_json_string(document), faults);
    g_assert_nonnull(back);
    g_assert_cmpstr(back->machine, ==, image.machine);
    g_assert_cmpstr(back->template_name, ==, image.template_name);
    g_assert_cmpstr(back->edition, ==, image.edition);
    g_assert_cmpstr(back->architecture, ==, image.architecture);
    g_assert_cmpstr(back->request, ==, image.request);
    g_assert_cmpstr(back->created, ==, image.created);
    g_assert_null(back->disc);
    g_assert_null(back->agent);
    // Those are the importing host's to say.
    g_assert_null(back->name);
    g_assert_null(back->uuid);
}

static void test_tells_all_at_once(void)
{
    static const char *const pointers[] = { "/image.json/machine", "/image.json/architecture",
                                            "/image.json/disc",    "/image.json/request",
                                            "/image.json/parent",  "/image.json/edition" };
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(StoreImage) image = parse("{\"architecture\":\"arm\",\"disc\":\"../x\",\"request\":[],"
                                        "\"parent\":\"gold\",\"edition\":7}",
                                        faults);
    g_autofree char *text = faults_to_text(faults);
    g_assert_null(image);
    for (gsize i = 0; i < G_N_ELEMENTS(pointers); i++)
        if (!strstr(text, pointers[i]))
            g_test_fail_printf("nothing is said of %s: %s", pointers[i], text);
    g_assert_cmpuint(faults_count(faults), ==, G_N_ELEMENTS(pointers));
}

static void test_is_an_object(void)
{
    g_autoptr(Faults) faults = faults_new();
    g_assert_null(parse("[]", faults));
    g_assert_cmpuint(faults_count(faults), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/image-record/arrives-as-it-left", test_arrives_as_it_left);
    g_test_add_func("/image-record/tells-all-at-once", test_tells_all_at_once);
    g_test_add_func("/image-record/is-an-object", test_is_an_object);
    return g_test_run();
}
