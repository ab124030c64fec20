// SPDX-License-Identifier: GPL-3.0-or-later
// HTTP to sevend over its Unix socket or over TCP (libcurl). Knows requests and answers; what they mean is
// api.c's. One thread.
#pragma once

#include <glib.h>

#define HTTP_ERROR (http_error_quark())
GQuark http_error_quark(void);
typedef enum {
    HTTP_ERROR_UNREACHABLE, // no connection: nothing was sent
    HTTP_ERROR_BROKEN,      // the connection ended before the answer did
    HTTP_ERROR_TIMED_OUT,   // the request's deadline
    HTTP_ERROR_INTERRUPTED, // Ctrl-C (interrupt.h)
    HTTP_ERROR_TOO_LARGE,   // an answer beyond 64 MiB, or one that on_bytes refused
} HttpError;

typedef struct Http Http;

typedef struct {
    const char *socket_path; // used unless base_url is given
    const char *base_url;    // "https://host:7007", or NULL
    const char *token;       // bearer token, or NULL
    const char *ca_file;     // PEM, or NULL for the system's
} HttpTarget;

// Copies the target. Connects on the first request and keeps the connection.
Http *http_new(const HttpTarget *target);
void http_free(Http *http);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Http, http_free)

typedef struct {
    const char *method; // "GET", "POST", "PUT", "DELETE"
    const char *path;   // "/v1/vms?limit=5", escaped already
    const char *body;   // JSON text, or NULL
    // Or a body of @body_length bytes that is read as it is sent: returns how many bytes it put into @buffer,
    // or -1 to give up. Or NULL. The daemon is asked first whether it wants them.
    gssize (*on_read)(char *buffer, gsize size, gpointer user_data);
    guint64 body_length;
    const char *const *headers; // NULL-terminated "Name: value", or NULL
    gint64 deadline;            // g_get_monotonic_time() at which to give up, or 0
    guint silence_seconds;      // give up (BROKEN) when no byte came for so long, or 0
    // For streams: gets the bytes of a 200 answer as they come; FALSE ends the transfer with TOO_LARGE. Or
    // NULL.
    gboolean (*on_bytes)(const char *bytes, gsize length, gpointer user_data);
    gboolean after_interrupt; // Ctrl-C does not end it: it puts something away
    // Called about four times a second, or NULL.
    void (*on_tick)(gpointer user_data);
    gpointer user_data;
} HttpRequest;

typedef struct {
    long status;
    char *content_type; // or NULL
    char *repr_digest;  // the field Repr-Digest, before the body or behind it, or NULL
    GString *body;      // NUL-terminated beyond its length
} HttpAnswer;
void http_answer_free(HttpAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpAnswer, http_answer_free)

// Sends and waits. Returns the answer whatever its status; NULL + HTTP_ERROR if there is none. The error's
// text names where the daemon was looked for and never holds the token.
HttpAnswer *http_send(Http *http, const HttpRequest *request, GError **error);

// Where the daemon is looked for: the socket's path or the URL. Borrowed.
const char *http_place(const Http *http);
