// SPDX-License-Identifier: GPL-3.0-or-later
// How a handler answers: exactly one of these calls a request. What they take is theirs from then on. The
// answer is queued, with the headers that all answers have, after the handler has returned.
#pragma once

#include "daemon/http/request.h"

// @body NULL with @problem: the problem; so a service's result can be passed on as it comes. Both NULL: a
// 500.
void reply_json(HttpRequest *request, guint status, json_object *body, Problem *problem);
// 202 for {"job": …}, with Location.
void reply_job(HttpRequest *request, json_object *body, Problem *problem);
void reply_text(HttpRequest *request, const char *content_type, char *text, Problem *problem);
void reply_bytes(HttpRequest *request, const char *content_type, GBytes *bytes, Problem *problem);
// 204.
void reply_nothing(HttpRequest *request);
// A file of @size bytes that is sent as it is read; @fd is closed afterwards, or is -1 with a @problem.
void reply_file(HttpRequest *request, const char *content_type, int fd, guint64 size, Problem *problem);
void reply_problem(HttpRequest *request, Problem *problem);
// 503 too-many: all that may wait do so already.
void reply_too_many_wait(HttpRequest *request);
// An answer of libmicrohttpd's making; @body is destroyed after use.
void reply_response(HttpRequest *request, guint status, const char *content_type, struct MHD_Response *body);
// After one of the above.
void reply_header(HttpRequest *request, const char *name, const char *value);
// Hands the answer to libmicrohttpd. @close: the connection ends after it.
enum MHD_Result reply_queue(HttpRequest *request, gboolean close);
