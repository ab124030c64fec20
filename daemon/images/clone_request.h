// SPDX-License-Identifier: GPL-3.0-or-later
// The request for a clone: what of a machine can differ from the image that it is made of. Everything else is
// the image's, and asking for it is a fault that says so.
#pragma once

#include "common/json.h"
#include "daemon/daemon.h"
#include "unattend/settings.h"

typedef struct {
    char *name, *image;
    guint vcpus, sockets, memory_mib; // 0: the image's
    char *computer_name;              // NULL: the image's
    UnattendUser *user;               // made, or given this password; NULL: the image's users are enough
    gint64 lifetime;                  // in seconds from the request on; 0: until it is deleted
    GPtrArray *commands; // of UnattendCommand, "first_logon": run once, before the clone is ready
} CloneRequest;

// Members: "name", "image", "hardware" {"vcpus", "sockets", "memory_mib"}, "system" {"computer_name"}, "user"
// {"name", "password", "administrator", "autologon": true unless said otherwise}, "first_logon" (without
// "reboot"), "lifetime". @document: no pattern as computer name any more. NULL if
// @faults was added to. Codes beside those of common/json.h: required, bad-name, conflict, not-for-a-clone,
// and those of computer names.
CloneRequest *clone_request_parse(json_object *document, Faults *faults);
void clone_request_free(CloneRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CloneRequest, clone_request_free)
