// SPDX-License-Identifier: GPL-3.0-or-later
// The order in which a disc is examined, so that the first refusal is the most telling one: a Windows 10 ESD
// is "Windows 10", not "an unsupported WIM".
#include "windows_disc.h"

#include <string.h>

#include "media_error.h"
#include "wim_blobs.h"
#include "wim_file.h"
#include "windows_version.h"

#define MAX_EI_CFG_SIZE  (64u * 1024)
#define WINLOAD          "/Windows/System32/winload.exe"
#define MAX_WINLOAD_SIZE (16u * 1024 * 1024)

static const char *const install_images[] = { "sources/install.wim", "sources/install.esd",
                                              "sources/install.swm" };

static gboolean refuse_other_disc(WindowsDisc *disc, GError **error)
{
    MediaError code = MEDIA_ERROR_NOT_WINDOWS;
    const char *reason = "is not a Windows installation disc: it has no sources\\install.wim";

    if (disc_reader_exists(disc->reader, "sources/boot.wim")) {
        // Rescue discs are built so; a Windows disc without its install.wim has Setup's own files at least.
        const gboolean winpe_only = !disc_reader_exists(disc->reader, "sources/setup.exe");
        code = winpe_only ? MEDIA_ERROR_WINPE_DISC : MEDIA_ERROR_NO_INSTALL_WIM;
        reason = winpe_only
                     ? "is a WinPE disc (a rescue disc, say): it starts, but holds no Windows to install"
                     : "has sources\\boot.wim but no sources\\install.wim";
    } else if (disc_reader_exists(disc->reader, "i386/txtsetup.sif") ||
               disc_reader_exists(disc->reader, "amd64/txtsetup.sif")) {
        code = MEDIA_ERROR_NOT_WINDOWS_7;
        reason = "holds Windows XP, 2000 or Server 2003, not Windows 7";
    } else if (disc_reader_exists(disc->reader, "x64/sources/install.wim") ||
               disc_reader_exists(disc->reader, "x64/sources/install.esd") ||
               disc_reader_exists(disc->reader, "x86/sources/install.wim") ||
               disc_reader_exists(disc->reader, "x86/sources/install.esd")) {
        reason =
            "holds several architectures in folders of their own; only discs of one architecture are taken";
    }
    g_set_error(error, MEDIA_ERROR, code, "%s: %s", disc->name, reason);
    return FALSE;
}

// At least one image must be Windows 7; otherwise the first names what the disc holds.
static gboolean check_version(WindowsDisc *disc, const char *wim_name, GError **error)
{
    for (guint i = 0; i < disc->images->len; i++) {
        if (windows_version_is_7(g_ptr_array_index(disc->images, i)))
            return TRUE;
    }
    const WimImage *first = disc->images->len == 0 ? NULL : g_ptr_array_index(disc->images, 0);
    if (first == NULL || first->major == 0) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_NOT_WINDOWS,
                    "%s: holds no Windows: its XML data name no version", wim_name);
        return FALSE;
    }
    g_autofree char *version = windows_version_name(first);
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_NOT_WINDOWS_7, "%s: holds %s, not Windows 7", disc->name,
                version);
    return FALSE;
}

static gboolean read_install_image(WindowsDisc *disc, GError **error)
{
    const char *path = NULL;
    WimHeader *header = &disc->install_header;

    for (guint i = 0; i < G_N_ELEMENTS(install_images) && path == NULL; i++) {
        if (disc_reader_exists(disc->reader, install_images[i]))
            path = install_images[i];
    }
    if (path == NULL)
        return refuse_other_disc(disc, error);
    ByteSource *file = disc->install_file = disc_reader_open_file(disc->reader, path, error);
    if (file == NULL || !wim_header_read(file, header, error))
        return FALSE;
    disc->images = wim_metadata_read(file, header, error);
    return disc->images != NULL && check_version(disc, file->name, error) &&
           wim_header_check_supported(header, file->name, error) && wim_blobs_check(file, header, error);
}

static gboolean read_boot_wim(WindowsDisc *disc, const char *scratch, GError **error)
{
    if (!disc_reader_exists(disc->reader, "sources/boot.wim")) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_NO_BOOT_WIM, "%s: has no sources\\boot.wim", disc->name);
        return FALSE;
    }
    disc->boot_file = disc_reader_open_file(disc->reader, "sources/boot.wim", error);
    if (disc->boot_file == NULL)
        return FALSE;
    disc->boot = boot_wim_open(disc->boot_file, scratch, error);
    return disc->boot != NULL && wim_blobs_check(disc->boot_file, &disc->boot->header, error);
}

static gboolean read_ei_cfg(WindowsDisc *disc, GError **error)
{
    if (!disc_reader_exists(disc->reader, "sources/ei.cfg"))
        return TRUE;
    g_autoptr(ByteSource) file = disc_reader_open_file(disc->reader, "sources/ei.cfg", error);
    g_autoptr(GBytes) bytes = file == NULL ? NULL : byte_source_load(file, MAX_EI_CFG_SIZE, error);
    if (bytes == NULL)
        return FALSE;
    disc->ei_cfg = ei_cfg_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), error);
    if (disc->ei_cfg == NULL)
        g_prefix_error(error, "%s: ", file->name);
    return disc->ei_cfg != NULL;
}

static gboolean read_boot_entry(WindowsDisc *disc, GError **error)
{
    if (!el_torito_read(disc->reader, &disc->el_torito, error)) {
        g_prefix_error(error, "%s: ", disc->name);
        return FALSE;
    }
    disc->boot_image_path = el_torito_image_path(disc->reader, &disc->el_torito);
    return TRUE;
}

// What every boot disc needs besides boot.wim [P: mkwinpeimg].
static gboolean check_boot_files(WindowsDisc *disc, GError **error)
{
    static const char *const needed[] = { "bootmgr", "boot/bcd", "boot/boot.sdi" };

    for (gsize i = 0; i < G_N_ELEMENTS(needed); i++) {
        if (!disc_reader_exists(disc->reader, needed[i])) {
            g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_NOT_WINDOWS, "%s: cannot be started: it has no %s",
                        disc->name, needed[i]);
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean check_architecture(const WindowsDisc *disc, GError **error)
{
    const char *architecture = windows_disc_architecture(disc);

    if (g_str_equal(architecture, "amd64") || g_str_equal(architecture, "x86"))
        return TRUE;
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_NOT_WINDOWS_7, "%s: is for %s processors, not amd64 or x86",
                disc->name, architecture);
    return FALSE;
}

const char *windows_disc_architecture(const WindowsDisc *disc)
{
    const char *architecture = boot_wim_architecture(disc->boot);

    for (guint i = 0; g_str_equal(architecture, "unknown") && i < disc->images->len; i++) {
        const WimImage *image = g_ptr_array_index(disc->images, i);
        if (windows_version_is_7(image))
            architecture = image->architecture;
    }
    return architecture;
}

gboolean windows_disc_winload(const WindowsDisc *disc, PeVersion *ret)
{
    guint index = 0;
    g_autoptr(GError) error = NULL;

    for (guint i = 0; index == 0 && i < disc->images->len; i++) {
        const WimImage *image = g_ptr_array_index(disc->images, i);
        if (windows_version_is_7(image))
            index = image->index;
    }
    g_autoptr(GBytes) bytes =
        wim_file_load(disc->install_file, &disc->install_header, index, WINLOAD, MAX_WINLOAD_SIZE, &error);
    return bytes != NULL && pe_version_read(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), ret);
}

gboolean windows_verifies_sha2(const PeVersion *winload)
{
    // The second range is the branch that got KB3033929 before the two were joined [P: reinstall].
    return winload->major == 6 && winload->minor == 1 && winload->build == 7601 &&
           (winload->revision >= 22854 || (winload->revision >= 18649 && winload->revision <= 19999));
}

WindowsDisc *windows_disc_open(const char *path, const char *scratch, GError **error)
{
    g_autoptr(WindowsDisc) disc = g_new0(WindowsDisc, 1);
    g_autofree char *base_name = g_path_get_basename(path);

    disc->name = g_strdup_printf("disc \"%s\"", base_name);
    disc->reader = disc_reader_open(path, error);
    if (disc->reader == NULL || !read_install_image(disc, error) || !read_boot_wim(disc, scratch, error) ||
        !check_architecture(disc, error) || !read_ei_cfg(disc, error) || !read_boot_entry(disc, error) ||
        !check_boot_files(disc, error))
        return NULL;
    return g_steal_pointer(&disc);
}

void windows_disc_free(WindowsDisc *disc)
{
    if (disc == NULL)
        return;
    boot_wim_free(disc->boot);
    byte_source_free(disc->boot_file);
    byte_source_free(disc->install_file);
    if (disc->images != NULL)
        g_ptr_array_unref(disc->images);
    ei_cfg_free(disc->ei_cfg);
    disc_reader_free(disc->reader);
    g_free(disc->boot_image_path);
    g_free(disc->name);
    g_free(disc);
}
