// SPDX-License-Identifier: GPL-3.0-or-later
// The definition that an image's machine had, in the folder that it left. Its nonce and its provenance stay
// where machine_files.h has them.
#pragma once

#include "daemon/daemon.h"

gboolean image_definition_exists(const Daemon *daemon, const char *uuid);
gboolean image_definition_write(const Daemon *daemon, const char *uuid, const char *xml, GError **error);
char *image_definition_read(const Daemon *daemon, const char *uuid, GError **error); // the caller frees
gboolean image_definition_remove(const Daemon *daemon, const char *uuid, GError **error);
