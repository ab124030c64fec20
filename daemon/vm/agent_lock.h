// SPDX-License-Identifier: GPL-3.0-or-later
// One exchange a machine at a time: QEMU's socket serves one client. A lock a socket path, within this
// process.
#pragma once

#include <gio/gio.h>

// Waits until @deadline (g_get_monotonic_time()); FALSE with AGENT_ERROR_BUSY or G_IO_ERROR_CANCELLED.
gboolean agent_lock_take(const char *socket_path, gint64 deadline, GCancellable *cancellable, GError **error);
void agent_lock_release(const char *socket_path);
