// SPDX-License-Identifier: GPL-3.0-or-later
// Which of wimlib's errors mean what to a caller of sevend-media.
#include "wim_error.h"

#include <errno.h>
#include <wimlib.h>

#include "cancel.h"
#include "media_error.h"

gboolean wim_library_init(GError **error)
{
    static gsize initialised;
    static int result;

    if (g_once_init_enter(&initialised)) {
        result = wimlib_global_init(WIMLIB_INIT_FLAG_DEFAULT_CASE_INSENSITIVE);
        g_once_init_leave(&initialised, 1);
    }
    return wim_check(result, "cannot initialise wimlib", error);
}

static MediaError code_for(int wim_result, int system_error)
{
    switch (wim_result) {
    case WIMLIB_ERR_OPEN:
    case WIMLIB_ERR_OPENDIR:
    case WIMLIB_ERR_READ:
    case WIMLIB_ERR_STAT:
    case WIMLIB_ERR_NOMEM:
    case WIMLIB_ERR_CONCURRENT_MODIFICATION_DETECTED:
        return MEDIA_ERROR_IO;
    case WIMLIB_ERR_WRITE:
        return system_error == ENOSPC || system_error == EFBIG || system_error == EDQUOT
                   ? MEDIA_ERROR_NO_SPACE
                   : MEDIA_ERROR_IO;
    case WIMLIB_ERR_SPLIT_INVALID:
    case WIMLIB_ERR_IS_SPLIT_WIM:
    case WIMLIB_ERR_WIM_IS_ENCRYPTED:
    case WIMLIB_ERR_UNKNOWN_VERSION:
    case WIMLIB_ERR_UNSUPPORTED:
        return MEDIA_ERROR_UNSUPPORTED_WIM;
    default:
        return MEDIA_ERROR_WIM_DAMAGED;
    }
}

gboolean wim_check(int wim_result, const char *what, GError **error)
{
    int system_error = errno;

    if (wim_result == 0)
        return TRUE;
    if (wim_result == WIMLIB_ERR_ABORTED_BY_PROGRESS && !cancel_check(error))
        return FALSE;
    g_set_error(error, MEDIA_ERROR, code_for(wim_result, system_error), "%s: %s", what,
                wimlib_get_error_string((enum wimlib_error_code)wim_result));
    return FALSE;
}
