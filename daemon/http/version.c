// SPDX-License-Identifier: GPL-3.0-or-later
// GET /v1
#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"

void handle_version(HttpRequest *request)
{
    reply_json(request, 200, service_version(request->daemon), NULL);
}
