// SPDX-License-Identifier: GPL-3.0-or-later
// The one error domain of sevend-media and the stable codes that callers see. The texts of errors are written
// where they are raised, not here.
#pragma once

#include <glib.h>

#define MEDIA_ERROR (media_error_quark())

// The words behind these are part of the command line's contract: see media_error_code().
typedef enum {
    MEDIA_ERROR_IO,
    MEDIA_ERROR_NOT_FOUND,
    MEDIA_ERROR_NO_SPACE,
    MEDIA_ERROR_CANCELLED,
    MEDIA_ERROR_NOT_AN_ISO,
    MEDIA_ERROR_TRUNCATED,
    MEDIA_ERROR_NOT_WINDOWS,
    MEDIA_ERROR_NOT_WINDOWS_7,
    MEDIA_ERROR_NO_BOOT_WIM,
    MEDIA_ERROR_NO_INSTALL_WIM,
    MEDIA_ERROR_WIM_DAMAGED,
    MEDIA_ERROR_UNSUPPORTED_WIM,
    MEDIA_ERROR_NO_SETUP_IMAGE,
    MEDIA_ERROR_NO_EL_TORITO,
    MEDIA_ERROR_NO_INF,
    MEDIA_ERROR_BAD_INF,
    MEDIA_ERROR_BAD_PACKAGE,
    MEDIA_ERROR_BAD_ARCHIVE,
    MEDIA_ERROR_BAD_NAME,
    MEDIA_ERROR_TOO_LARGE,
    // What a file is that is no disc image.
    MEDIA_ERROR_EMPTY_FILE,
    MEDIA_ERROR_HTML_PAGE,
    MEDIA_ERROR_PACKED_FILE,
    MEDIA_ERROR_DISK_IMAGE,
    MEDIA_ERROR_BARE_WIM,
    // What is wrong with a disc.
    MEDIA_ERROR_UDF_DAMAGED,
    MEDIA_ERROR_ESD_IMAGE,
    MEDIA_ERROR_SPLIT_WIM,
    MEDIA_ERROR_WINPE_DISC,
} MediaError;

GQuark media_error_quark(void);

// The stable word for an error ("not-an-iso"), "io" for errors of other domains. Static storage.
const char *media_error_code(const GError *error);

// Sets an error for `system_error` (an errno value): the formatted text, then the system's own words. Picks
// MEDIA_ERROR_NOT_FOUND and MEDIA_ERROR_NO_SPACE where they fit, MEDIA_ERROR_IO otherwise.
void media_error_set_errno(GError **error, int system_error, const char *format, ...) G_GNUC_PRINTF(3, 4);
