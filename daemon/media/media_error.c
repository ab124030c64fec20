// SPDX-License-Identifier: GPL-3.0-or-later
// The error domain of sevend-media: code words and errors made from errno.
#include "media_error.h"

#include <errno.h>

G_DEFINE_QUARK(sevend - media - error, media_error)

static const char *const code_words[] = {
    [MEDIA_ERROR_IO] = "io",
    [MEDIA_ERROR_NOT_FOUND] = "not-found",
    [MEDIA_ERROR_NO_SPACE] = "no-space",
    [MEDIA_ERROR_CANCELLED] = "cancelled",
    [MEDIA_ERROR_NOT_AN_ISO] = "not-an-iso",
    [MEDIA_ERROR_TRUNCATED] = "truncated",
    [MEDIA_ERROR_NOT_WINDOWS] = "not-windows",
    [MEDIA_ERROR_NOT_WINDOWS_7] = "not-windows-7",
    [MEDIA_ERROR_NO_BOOT_WIM] = "no-boot-wim",
    [MEDIA_ERROR_NO_INSTALL_WIM] = "no-install-wim",
    [MEDIA_ERROR_WIM_DAMAGED] = "wim-damaged",
    [MEDIA_ERROR_UNSUPPORTED_WIM] = "unsupported-wim",
    [MEDIA_ERROR_NO_SETUP_IMAGE] = "no-setup-image",
    [MEDIA_ERROR_NO_EL_TORITO] = "no-el-torito",
    [MEDIA_ERROR_NO_INF] = "no-inf",
    [MEDIA_ERROR_BAD_INF] = "bad-inf",
    [MEDIA_ERROR_BAD_PACKAGE] = "bad-package",
    [MEDIA_ERROR_BAD_ARCHIVE] = "bad-archive",
    [MEDIA_ERROR_BAD_NAME] = "bad-name",
    [MEDIA_ERROR_TOO_LARGE] = "too-large",
    [MEDIA_ERROR_EMPTY_FILE] = "empty-file",
    [MEDIA_ERROR_HTML_PAGE] = "html-page",
    [MEDIA_ERROR_PACKED_FILE] = "packed-file",
    [MEDIA_ERROR_DISK_IMAGE] = "disk-image",
    [MEDIA_ERROR_BARE_WIM] = "bare-wim",
    [MEDIA_ERROR_UDF_DAMAGED] = "udf-damaged",
    [MEDIA_ERROR_ESD_IMAGE] = "esd-image",
    [MEDIA_ERROR_SPLIT_WIM] = "split-wim",
    [MEDIA_ERROR_WINPE_DISC] = "winpe-disc",
};

const char *media_error_code(const GError *error)
{
    if (error->domain != MEDIA_ERROR || error->code < 0 || (gsize)error->code >= G_N_ELEMENTS(code_words))
        return code_words[MEDIA_ERROR_IO];
    return code_words[error->code];
}

static MediaError code_for_errno(int system_error)
{
    switch (system_error) {
    case ENOENT:
    case ENOTDIR:
        return MEDIA_ERROR_NOT_FOUND;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return MEDIA_ERROR_NO_SPACE;
    default:
        return MEDIA_ERROR_IO;
    }
}

void media_error_set_errno(GError **error, int system_error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, MEDIA_ERROR, code_for_errno(system_error), "%s: %s", text, g_strerror(system_error));
}
