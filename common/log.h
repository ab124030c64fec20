// SPDX-License-Identifier: GPL-3.0-or-later
// Log lines on standard error, with the <N> priority prefix that journald reads when standard error is its
// socket. GLib's g_message/g_warning/g_debug are routed here. Never pass secrets.
#pragma once

#include <glib.h>

// Installs the GLib log writer. @debug shows debug lines too.
void log_start(gboolean debug);
