// SPDX-License-Identifier: GPL-3.0-or-later
// libFuzzer target: a request → its answer file. Whatever the request says, nothing crashes or leaks, and a
// file that comes out is well-formed. The files are kept in the folder $FUZZ_OUTPUT, if that is set, for the
// catalogue check. See tests/fuzz/answer-files.
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "unattend/unattend.h"

#define KEPT_MOST 3000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// A request that is nearly right gets further than one that is not.
static json_object *over_a_good_request(json_object *request)
{
    static const char text[] = "{\"name\":\"a\",\"template\":\"t\",\"users\":[{\"name\":\"tester\","
                               "\"password\":\"p\",\"administrator\":true}]}";
    g_autoptr(json_object) base = json_parse(text, sizeof text - 1, NULL);
    return json_merge(base, request);
}

static void keep(const char *text, gsize length)
{
    static guint kept;
    const char *folder = g_getenv("FUZZ_OUTPUT");
    if (folder == NULL || kept >= KEPT_MOST)
        return;
    g_autofree char *digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, length);
    g_autofree char *name = g_strconcat(digest, ".xml", NULL);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS) || !g_file_set_contents(path, text, (gssize)length, NULL))
        return;
    kept++;
}

static void check_well_formed(const char *text, gsize length)
{
    xmlDoc *document = xmlReadMemory(text, (int)length, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR);
    if (document == NULL)
        abort();
    xmlFreeDoc(document);
}

static void render(const UnattendSettings *settings, const UnattendTarget *target)
{
    g_autoptr(Faults) faults = faults_new();
    unattend_check_target(settings, target, faults);
    gsize length = 0;
    char *kept = unattend_render(settings, target, UNATTEND_SECRETS_KEPT, &length, NULL);
    if ((kept != NULL) != (faults_count(faults) == 0))
        abort(); // what passes the check is rendered, and nothing else
    if (kept == NULL)
        return;
    check_well_formed(kept, length);
    keep(kept, length);
    char *masked = unattend_render(settings, target, UNATTEND_SECRETS_MASKED, &length, NULL);
    check_well_formed(masked, length);
    g_autofree char *list = unattend_first_logon_list(settings, target);
    g_autoptr(json_object) explanation = unattend_explain(settings, target, NULL);
    if (list == NULL || explanation == NULL)
        abort();
    unattend_text_free(kept);
    unattend_text_free(masked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const english[] = { "en-US", NULL };
    g_autoptr(json_object) parsed = json_parse((const char *)data, size, NULL);
    if (!json_object_is_type(parsed, json_type_object))
        return 0;
    g_autoptr(json_object) request = over_a_good_request(parsed);
    const UnattendTarget target = {
        .architecture = size % 2 == 0 ? "amd64" : "x86",
        .edition_id = size % 3 == 0 ? "PROFESSIONAL" : NULL,
        .image_index = 1,
        .disc_has_ei_cfg = size % 5 == 0,
        .languages = size % 7 == 0 ? english : NULL,
        .disk_bytes = (guint64)64 << 30,
        .without_drivers = size % 11 == 0,
    };
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(UnattendSettings) settings = unattend_settings_parse(request, "fuzz-01", faults);
    if ((settings == NULL) != (faults_count(faults) > 0))
        abort();
    g_autofree char *text = faults_to_text(faults);
    g_autoptr(json_object) masked = unattend_mask_request(request);
    if (settings != NULL)
        render(settings, &target);
    unattend_wipe_request(request);
    return 0;
}
