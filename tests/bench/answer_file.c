// SPDX-License-Identifier: GPL-3.0-or-later
// How many answer files a second: each golden request, parsed and rendered again and again for a second, and
// rendered alone.
//
//   bench-answer-file GOLDEN-FOLDER [SECONDS]
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "unattend/unattend.h"

#define MAX_GOLDEN_BYTES (1 << 20)

typedef struct {
    json_object *document, *request;
    UnattendSettings *settings;
    UnattendTarget target;
} Case;

static GPtrArray *read_cases(const char *folder)
{
    GPtrArray *cases = g_ptr_array_new();
    g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
    const char *entry;
    while (entries != NULL && (entry = g_dir_read_name(entries)) != NULL) {
        if (!g_str_has_suffix(entry, ".json"))
            continue;
        g_autofree char *path = g_build_filename(folder, entry, NULL);
        Case *made = g_new0(Case, 1);
        made->document = json_read_file(path, MAX_GOLDEN_BYTES, NULL);
        made->request = json_object_object_get(made->document, "request");
        json_object *target = json_object_object_get(made->document, "target");
        made->target = (UnattendTarget){
            .architecture = json_string_member(target, "architecture"),
            .image_index = (guint)json_int_member(target, "image_index", 1),
            .disc_has_ei_cfg = TRUE,
        };
        g_autoptr(Faults) faults = faults_new();
        made->settings = unattend_settings_parse(made->request, "bench-01", faults);
        if (made->settings != NULL)
            g_ptr_array_add(cases, made);
    }
    return cases;
}

static void render(const Case *one, const UnattendSettings *settings)
{
    g_autoptr(GError) error = NULL;
    char *text = unattend_render(settings, &one->target, UNATTEND_SECRETS_KEPT, NULL, &error);
    unattend_text_free(text);
}

static void parse_and_render(const Case *one)
{
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(UnattendSettings) settings = unattend_settings_parse(one->request, "bench-01", faults);
    render(one, settings);
}

static double files_a_second(const GPtrArray *cases, gint64 microseconds, gboolean parse)
{
    const gint64 start = g_get_monotonic_time();
    guint64 count = 0;
    while (g_get_monotonic_time() - start < microseconds)
        for (guint i = 0; i < cases->len; i++, count++) {
            const Case *one = g_ptr_array_index(cases, i);
            if (parse)
                parse_and_render(one);
            else
                render(one, one->settings);
        }
    return (double)count * G_USEC_PER_SEC / (double)(g_get_monotonic_time() - start);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: bench-answer-file GOLDEN-FOLDER [SECONDS]\n");
        return 2;
    }
    const gint64 microseconds = (argc > 2 ? atoi(argv[2]) : 2) * G_USEC_PER_SEC;
    g_autoptr(GPtrArray) cases = read_cases(argv[1]);
    if (cases->len == 0)
        return 1;
    const double rendered = files_a_second(cases, microseconds, FALSE);
    const double whole = files_a_second(cases, microseconds, TRUE);
    printf("%u requests, one processor\n", cases->len);
    printf("rendering:             %8.0f files a second, %.3f ms each\n", rendered, 1000 / rendered);
    printf("checking and rendering: %7.0f files a second, %.3f ms each\n", whole, 1000 / whole);
    return 0;
}
