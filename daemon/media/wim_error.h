// SPDX-License-Identifier: GPL-3.0-or-later
// wimlib's error numbers as errors of ours, and its one-time initialisation.
#pragma once

#include <glib.h>

// Initialises wimlib once: paths inside images are matched without regard to case, as Windows does.
gboolean wim_library_init(GError **error);

// TRUE when `wim_result` is 0. Otherwise sets an error that begins with `what` and FALSE:
// MEDIA_ERROR_CANCELLED after an abort, _WIM_DAMAGED for what is wrong with the WIM, _NO_SPACE or _IO for the
// rest.
gboolean wim_check(int wim_result, const char *what, GError **error);
