// SPDX-License-Identifier: GPL-3.0-or-later
// Who may ask: peer credentials on the Unix socket, bearer tokens on TCP.
#pragma once

#include "daemon/http/request.h"

// FALSE: 403 (Unix socket, another user) or 401 (TCP, no or unknown token). @open: the route is for everybody
// who can reach the listener. Sets request->token and the connection's peer text for the log.
gboolean access_check(HttpRequest *request, gboolean open, Problem **problem);
// "token NAME" or "uid=N": for whom machines and leases are counted together. The caller frees.
char *access_user(const HttpRequest *request);
