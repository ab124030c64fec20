// SPDX-License-Identifier: GPL-3.0-or-later
// libmicrohttpd's callbacks: from bytes on a connection to a handler, and from its answer to the log line.
#pragma once

#include "daemon/http/request.h"

// The data of each is the Listener.
void dispatch_connection(void *data, struct MHD_Connection *mhd, void **socket_context,
                         enum MHD_ConnectionNotificationCode code);
void *dispatch_target(void *data, const char *target, struct MHD_Connection *mhd);
enum MHD_Result dispatch_request(void *data, struct MHD_Connection *mhd, const char *url, const char *method,
                                 const char *version, const char *upload, size_t *upload_bytes,
                                 void **request_context);
void dispatch_completed(void *data, struct MHD_Connection *mhd, void **request_context,
                        enum MHD_RequestTerminationCode code);
