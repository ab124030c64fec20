// SPDX-License-Identifier: GPL-3.0-or-later
// /v1/quota: what there is for all, and for whoever asks.
#include "daemon/http/access.h"
#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"

void handle_quota(HttpRequest *request)
{
    Problem *problem = NULL;
    g_autofree char *user = access_user(request);
    json_object *quota = service_quota(request->daemon, user, &problem);
    reply_json(request, 200, quota, problem);
}
