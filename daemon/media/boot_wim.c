// SPDX-License-Identifier: GPL-3.0-or-later
// Which image of boot.wim to boot.
#include "boot_wim.h"

#include <string.h>

#include "media_error.h"
#include "wim_error.h"

// FLAGS of boot.wim's images are numbers: 9 for WinPE, 2 for Setup [P: MDT, reinstall].
#define SETUP_FLAGS "2"

static int ignore_entry(const struct wimlib_dir_entry *entry, void *context)
{
    (void)entry;
    (void)context;
    return 0;
}

// Sets *ret_found; FALSE only on an error other than absence.
static gboolean has_path(const BootWim *boot, guint image, const char *path, gboolean *ret_found,
                         GError **error)
{
    int result = wimlib_iterate_dir_tree(boot->wim, (int)image, path, 0, ignore_entry, NULL);

    *ret_found = result == 0;
    return result == WIMLIB_ERR_PATH_DOES_NOT_EXIST || result == WIMLIB_ERR_NOTDIR ||
           wim_check(result, boot->source->name, error);
}

static gboolean can_run_setup(const BootWim *boot, guint image, gboolean *ret_can, GError **error)
{
    return has_path(boot, image, "/setup.exe", ret_can, error) &&
           (*ret_can || has_path(boot, image, "/sources/setup.exe", ret_can, error));
}

static gboolean says_setup(const WimImage *image)
{
    g_autofree char *lower = g_ascii_strdown(image->name, -1);

    return strstr(lower, "setup") != NULL || g_strcmp0(image->flags, SETUP_FLAGS) == 0;
}

static gboolean choose_image(BootWim *boot, GError **error)
{
    guint count = boot->images->len;
    g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(guint));

    if (boot->header.boot_index >= 1 && boot->header.boot_index <= count)
        g_array_append_val(order, boot->header.boot_index);
    for (guint i = 1; i <= count; i++) {
        if (says_setup(g_ptr_array_index(boot->images, i - 1)))
            g_array_append_val(order, i);
    }
    for (guint i = count; i >= 1; i--)
        g_array_append_val(order, i);

    for (guint i = 0; i < order->len; i++) {
        guint image = g_array_index(order, guint, i);
        gboolean can = FALSE;
        if (!can_run_setup(boot, image, &can, error))
            return FALSE;
        if (can) {
            boot->setup_index = image;
            return TRUE;
        }
    }
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_NO_SETUP_IMAGE,
                "%s: none of its %u images holds Windows Setup (no \\setup.exe, no \\sources\\setup.exe)",
                boot->source->name, count);
    return FALSE;
}

BootWim *boot_wim_open(ByteSource *source, const char *scratch, GError **error)
{
    g_autoptr(BootWim) boot = g_new0(BootWim, 1);

    boot->source = source;
    if (!wim_header_read(source, &boot->header, error))
        return NULL;
    boot->wim = wim_outline_open(source, &boot->header, scratch, error);
    if (boot->wim == NULL)
        return NULL;
    boot->images = wim_metadata_read(source, &boot->header, error);
    if (boot->images == NULL || !choose_image(boot, error))
        return NULL;
    return g_steal_pointer(&boot);
}

void boot_wim_free(BootWim *boot)
{
    if (boot == NULL)
        return;
    wimlib_free(boot->wim);
    if (boot->images != NULL)
        g_ptr_array_unref(boot->images);
    g_free(boot);
}

const char *boot_wim_architecture(const BootWim *boot)
{
    return ((const WimImage *)g_ptr_array_index(boot->images, boot->setup_index - 1))->architecture;
}
