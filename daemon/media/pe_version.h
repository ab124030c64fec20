// SPDX-License-Identifier: GPL-3.0-or-later
// The file version of a Windows program, from its version resource, without running or mapping it. Layouts:
// Microsoft's "PE Format" and VS_FIXEDFILEINFO [D].
#pragma once

#include <glib.h>

typedef struct {
    guint16 major, minor, build, revision;
} PeVersion;

// FALSE if the bytes are no PE file or carry no version resource. Reads nothing outside of @size bytes,
// whatever they say.
gboolean pe_version_read(const guint8 *bytes, gsize size, PeVersion *ret);
