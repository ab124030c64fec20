// SPDX-License-Identifier: GPL-3.0-or-later
// What makes a clone a machine of its own, done in its Windows by its agent: the nonce, the user, the
// computer name, the request's commands. Each may be repeated.
#pragma once

#include "daemon/daemon.h"
#include "daemon/images/clone_request.h"
#include "daemon/vm/agent.h"

// What the steps of one clone share.
typedef struct {
    Daemon *daemon;
    CloneRequest *request; // NULL after a restart that came when all was done
    StoreImage *image;     // NULL, as its nonce, until it is ready
    char *nonce, *image_nonce;
} Clone;

// Waits until the agent answers with the image's nonce and gives it the clone's, or until it answers with
// that. "guest-stopped" if the machine goes off meanwhile.
gboolean personalize_identity(Job *job, const Clone *clone, GError **error);
// The account, its password, and who logs on at the next start (personalize_user.c).
gboolean personalize_user(Job *job, const Clone *clone, GError **error);
// The computer name, with the restart that Windows needs for it; one for the user who logs on, too.
gboolean personalize_name(Job *job, const Clone *clone, GError **error);
// As LocalSystem, in order.
gboolean personalize_commands(Job *job, const Clone *clone, GError **error);
// Runs a program in the clone, as LocalSystem: NULL with @error if it could not be run. @environment:
// "NAME=value", or NULL. The caller frees.
AgentExecResult *personalize_run(Job *job, const Clone *clone, const char *const *argv,
                                 const char *const *environment, guint seconds, GError **error);
// The agent's answer, with the clone's nonce. The caller frees.
AgentHello *personalize_hello(Job *job, const Clone *clone, GError **error);
