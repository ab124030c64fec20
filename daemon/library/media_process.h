// SPDX-License-Identifier: GPL-3.0-or-later
// Running sevend-media: one short-lived process a task, its progress lines and its result or error. The
// daemon itself never opens a disc, a WIM or a driver package.
#pragma once

#include <gio/gio.h>

#include "common/json.h"

#define MEDIA_ERROR (media_error_quark())
GQuark media_error_quark(void);
typedef enum {
    MEDIA_ERROR_REFUSED,   // sevend-media found something wrong; message is "code: text"
    MEDIA_ERROR_CANCELLED, // the cancellable was triggered; the process has been ended and has cleaned up
    MEDIA_ERROR_BROKEN,    // could not be started, crashed, or spoke nonsense
} MediaError;

typedef void (*MediaProgressFunc)(const char *step, guint64 done, guint64 total, gpointer data);

// Runs `sevend-media @arguments` (NULL-terminated, without the program). Blocks. The result object belongs to
// the caller. On cancel: SIGTERM, then SIGKILL after 10 s. Output of the process is bounded. @progress may be
// NULL.
json_object *media_run(const char *program, const char *const *arguments, MediaProgressFunc progress,
                       gpointer progress_data, GCancellable *cancellable, GError **error);

// Code and text of a MEDIA_ERROR_REFUSED; @ret_code (caller frees) is "media-crashed" for the others but
// cancel.
const char *media_error_split(const GError *error, char **ret_code);
