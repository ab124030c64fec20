// SPDX-License-Identifier: GPL-3.0-or-later
// A disk and all that lies below it as one qcow2 file: qemu-img reads and writes the formats.
#pragma once

#include <glib.h>

// What the file would take, at most, in bytes. @disk: a qcow2 file of ours, whose backing files are ours,
// too. MEDIA_ERROR_IO with qemu-img's own words.
gboolean disk_flatten_measure(const char *disk, guint64 *ret_bytes, GError **error);
// Writes it to @output, which is not there yet. @progress: called with the share that is done, in
// thousandths. On failure what was written stays: the caller removes it. MEDIA_ERROR_CANCELLED.
gboolean disk_flatten(const char *disk, const char *output,
                      void (*progress)(guint thousandths, gpointer data), gpointer data, GError **error);
