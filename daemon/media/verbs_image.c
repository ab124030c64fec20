// SPDX-License-Identifier: GPL-3.0-or-later
// export-image and inspect-image: images that go from one host to another.
#include "verbs.h"

#include "image_export.h"
#include "image_inspect.h"
#include "verb_options.h"

json_object *verb_export_image(char **arguments, GError **error)
{
    g_autofree char *disk = NULL, *folder = NULL, *image = NULL, *architecture = NULL, *exported = NULL,
                    *sevend = NULL, *output = NULL;
    const GOptionEntry entries[] = {
        { "disk", 0, 0, G_OPTION_ARG_FILENAME, &disk, NULL, NULL },
        { "folder", 0, 0, G_OPTION_ARG_FILENAME, &folder, NULL, NULL },
        { "image", 0, 0, G_OPTION_ARG_STRING, &image, NULL, NULL },
        { "architecture", 0, 0, G_OPTION_ARG_STRING, &architecture, NULL, NULL },
        { "exported", 0, 0, G_OPTION_ARG_STRING, &exported, NULL, NULL },
        { "sevend", 0, 0, G_OPTION_ARG_STRING, &sevend, NULL, NULL },
        { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, NULL, NULL },
        { 0 },
    };
    if (!verb_options_parse(arguments, entries, error) || !verb_option_required("disk", disk, error) ||
        !verb_option_required("folder", folder, error) || !verb_option_required("image", image, error) ||
        !verb_option_required("architecture", architecture, error) ||
        !verb_option_required("exported", exported, error) ||
        !verb_option_required("sevend", sevend, error) || !verb_option_required("output", output, error))
        return NULL;
    const ImageExport export = { disk, folder, image, architecture, exported, sevend, output };
    return image_export(&export, error);
}

json_object *verb_inspect_image(char **arguments, GError **error)
{
    g_autofree char *archive = NULL, *output = NULL;
    const GOptionEntry entries[] = {
        { "archive", 0, 0, G_OPTION_ARG_FILENAME, &archive, NULL, NULL },
        { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, NULL, NULL },
        { 0 },
    };
    if (!verb_options_parse(arguments, entries, error) || !verb_option_required("archive", archive, error) ||
        !verb_option_required("output", output, error))
        return NULL;
    return image_inspect(archive, output, error);
}
