// SPDX-License-Identifier: GPL-3.0-or-later
// Inspected discs → JSON. Only Windows 7 images are listed as editions.
#include "inspection_json.h"

#include <string.h>

#include "windows_version.h"

static void add_text(json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, text == NULL ? NULL : json_object_new_string(text));
}

static void add_number(json_object *object, const char *key, guint64 number)
{
    json_object_object_add(object, key, json_object_new_uint64(number));
}

// EDITIONID, else FLAGS, in upper case; NULL where the image has neither (escrow builds).
static char *edition_id(const WimImage *image)
{
    const char *id = image->edition_id != NULL ? image->edition_id : image->flags;
    return id == NULL ? NULL : g_ascii_strup(id, -1);
}

static json_object *edition(const WimImage *image)
{
    json_object *object = json_object_new_object();
    g_autofree char *id = edition_id(image);

    add_number(object, "index", image->index);
    add_text(object, "edition_id", id);
    add_text(object, "name", image->name);
    add_text(object, "display_name", image->display_name);
    add_text(object, "architecture", image->architecture);
    add_number(object, "size_bytes", image->total_bytes);
    return object;
}

static void add_language(json_object *languages, const char *language)
{
    for (size_t i = 0; i < json_object_array_length(languages); i++) {
        if (g_ascii_strcasecmp(json_object_get_string(json_object_array_get_idx(languages, i)), language) ==
            0)
            return;
    }
    json_object_array_add(languages, json_object_new_string(language));
}

static void add_editions(json_object *object, const WindowsDisc *disc)
{
    json_object *languages = json_object_new_array();
    json_object *editions = json_object_new_array();
    const WimImage *first = NULL;

    for (guint i = 0; i < disc->images->len; i++) {
        const WimImage *image = g_ptr_array_index(disc->images, i);
        if (!windows_version_is_7(image))
            continue;
        if (first == NULL)
            first = image;
        json_object_array_add(editions, edition(image));
        for (guint j = 0; image->languages[j] != NULL; j++)
            add_language(languages, image->languages[j]);
    }
    // windows_disc_open() let nothing pass without a Windows 7 image.
    add_text(object, "windows", "7");
    const guint pack = first->build >= 7601 ? MAX(first->sp_level, 1) : first->sp_level;
    g_autofree char *release = pack == 0 ? g_strdup("RTM") : g_strdup_printf("SP%u", pack);
    add_number(object, "service_pack", pack);
    add_text(object, "release", release);
    add_number(object, "build", first->build);
    add_number(object, "sp_build", first->sp_build);
    add_text(object, "architecture", windows_disc_architecture(disc));
    add_text(object, "default_language", first->default_language);
    json_object_object_add(object, "languages", languages);
    json_object_object_add(object, "editions", editions);
}

static json_object *boot_wim(const WindowsDisc *disc)
{
    json_object *object = json_object_new_object();
    json_object *images = json_object_new_array();

    for (guint i = 0; i < disc->boot->images->len; i++) {
        const WimImage *image = g_ptr_array_index(disc->boot->images, i);
        json_object *listed = json_object_new_object();
        add_number(listed, "index", image->index);
        add_text(listed, "name", image->name);
        json_object_array_add(images, listed);
    }
    add_number(object, "size", disc->boot_file->size);
    add_number(object, "boot_index", disc->boot->setup_index);
    json_object_object_add(object, "images", images);
    return object;
}

static json_object *ei_cfg(const EiCfg *ei_cfg)
{
    if (ei_cfg == NULL)
        return NULL;
    json_object *object = json_object_new_object();
    add_text(object, "edition_id", ei_cfg->edition_id);
    add_text(object, "channel", ei_cfg->channel);
    json_object_object_add(object, "volume_license", json_object_new_boolean(ei_cfg->volume_license));
    return object;
}

static json_object *el_torito(const WindowsDisc *disc)
{
    json_object *object = json_object_new_object();

    add_number(object, "load_size_sectors", disc->el_torito.load_size);
    add_number(object, "load_segment", disc->el_torito.load_segment);
    add_number(object, "platform", disc->el_torito.platform);
    add_number(object, "emulation", disc->el_torito.emulation);
    add_text(object, "image_path", disc->boot_image_path);
    return object;
}

static void add_winload(json_object *object, const PeVersion *winload)
{
    g_autofree char *version = winload == NULL
                                   ? NULL
                                   : g_strdup_printf("%u.%u.%u.%u", winload->major, winload->minor,
                                                     winload->build, winload->revision);

    add_text(object, "winload_version", version);
    json_object_object_add(object, "sha2_drivers",
                           winload == NULL ? NULL : json_object_new_boolean(windows_verifies_sha2(winload)));
}

json_object *inspection_json_disc(const WindowsDisc *disc, const char *boot_sha256, const PeVersion *winload)
{
    json_object *object = json_object_new_object();

    add_number(object, "file_size", disc_reader_image(disc->reader)->size);
    add_text(object, "volume_id", disc_reader_volume_id(disc->reader));
    add_text(object, "filesystem", disc_filesystem_name(disc_reader_filesystem(disc->reader)));
    add_editions(object, disc);
    add_winload(object, winload);
    json_object_object_add(object, "boot_wim", boot_wim(disc));
    add_text(object, "boot_files_sha256", boot_sha256);
    json_object_object_add(object, "ei_cfg", ei_cfg(disc->ei_cfg));
    json_object_object_add(object, "el_torito", el_torito(disc));
    return object;
}
