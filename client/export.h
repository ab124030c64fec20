// SPDX-License-Identifier: GPL-3.0-or-later
// What the daemon makes into a file for us: waiting for it, fetching it, having the daemon forget it. Discs
// and images are exported alike.
#pragma once

#include "client/client.h"
#include "client/follow.h"

typedef struct {
    const char *subject; // what the job is about, for the progress line
    const char *output;
    const char *secret; // what is in it: "passwords"
} Export;

// @answer: to the request for an export, with "job" and "export". The file is readable by its owner only.
// Reports what fails, and leaves nothing then.
ExitCode export_fetch(Client *client, const HttpAnswer *answer, const Export *export,
                      const FollowLimits *limits);
