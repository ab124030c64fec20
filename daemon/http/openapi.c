// SPDX-License-Identifier: GPL-3.0-or-later
// GET /openapi.yaml: the contract, compiled into the program.
#include <gio/gio.h>

#include "daemon/http/handlers.h"
#include "daemon/http/reply.h"
#include "http-resources.h"

void handle_openapi(HttpRequest *request)
{
    GBytes *bytes = g_resource_lookup_data(http_resources_get_resource(), "/sevend/http/openapi.yaml",
                                           G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    reply_bytes(request, "application/yaml", bytes, NULL);
}
