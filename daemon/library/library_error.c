// SPDX-License-Identifier: GPL-3.0-or-later
// The error domain of discs, driver packages and templates.
#include <string.h>

#include "daemon/library/discs.h"

GQuark library_error_quark(void)
{
    return g_quark_from_static_string("sevend-library-error");
}

const char *library_error_split(const GError *error, char **ret_code)
{
    const char *colon = strstr(error->message, ": ");
    if (error->code == LIBRARY_ERROR_REFUSED && colon) {
        *ret_code = g_strndup(error->message, (gsize)(colon - error->message));
        return colon + 2;
    }
    *ret_code = g_strdup(error->code == LIBRARY_ERROR_NOT_FOUND ? "not-found" : "internal");
    return error->message;
}
