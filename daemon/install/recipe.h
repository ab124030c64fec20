// SPDX-License-Identifier: GPL-3.0-or-later
// The recipe of an install: a hash over all that decides what is on the disk in the end. Two requests with
// the same recipe lead to the same Windows, and a clone of what one of them has installed is as good as
// installing again.
//
// In it: the disc's file (size, inode and time of change, not the device, which differs from start to start;
// and the hash of its boot files), the edition, the contents of the driver packages, of the hardware what a
// clone cannot change, and all that is on the config disc: answer file, scripts, agent, commands, placed
// files. Settings count as Windows gets them: whether the request says them, its template does, or they are
// the default, is the same. Not in it: name and computer name, processors and memory, lifetime, "seal",
// "fresh". Secrets are in it as an HMAC with the daemon's instance, so that it means nothing to another
// daemon.
#pragma once

#include "daemon/install/plan.h"

// @document: the merged request that @plan was made of. 64 hex digits; the caller frees.
char *install_recipe(Daemon *daemon, const InstallPlan *plan, json_object *document, GError **error);
