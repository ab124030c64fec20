// SPDX-License-Identifier: GPL-3.0-or-later
// How a machine came to be, so that years later it can be told exactly and made again: hashes of everything
// that went into it, versions of everything that made it, and the request. Holds no secret.
#pragma once

#include "daemon/install/install.h"

#define PROVENANCE_FORMAT "sevend-provenance/1"

// Writes the machine's provenance, as far as it is known when the machine is defined, into its folder.
gboolean provenance_write(Job *job, const InstallPlan *plan, const char *domain_xml, GError **error);
// As much for a clone of @image, with the image's own provenance in it.
gboolean provenance_write_clone(Job *job, const StoreImage *image, const char *domain_xml, GError **error);
// What was written, with what is known only later: the disc's hashes, and what the agent said. NULL with
// STORE_ERROR_NOT_FOUND if the machine is not that far or is of a version that wrote none.
json_object *provenance_read(Daemon *daemon, const StoreMachine *machine, GError **error);
// The same of an image: that of the machine that it was.
json_object *provenance_read_image(Daemon *daemon, const StoreImage *image, GError **error);

// What a provenance is held against. [{"name","sha256"}]: a template's file and those of what it extends,
// nearest first. A new reference.
json_object *provenance_template_files(const Template *template);
// {file: SHA-256}: what runs in a guest on the daemon's behalf, for @architecture ("amd64", "x86"; NULL:
// both); null for what cannot be read. A new reference.
json_object *provenance_guest_files(Daemon *daemon, const char *architecture);
