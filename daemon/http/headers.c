// SPDX-License-Identifier: GPL-3.0-or-later
// Request headers: limits, and the ones that say where a request ends. libmicrohttpd takes the first of
// repeated headers and ignores what it does not understand; a proxy before us might not, so doubt is refused.
#include "daemon/http/request.h"

#include <string.h>

#define MAX_HEADERS      64
#define MAX_HEADER_BYTES (16 * 1024)

// Two of these may be there only if they say the same.
static const char *const single_headers[] = {
    "Authorization", "Content-Digest",  "Content-Length", "Content-Range", "Content-Type",      "Expect",
    "Host",          "Idempotency-Key", "Last-Event-ID",  "Repr-Digest",   "Transfer-Encoding", "Upload-Tag",
};

typedef struct {
    guint count;
    gsize bytes;
    const char *values[G_N_ELEMENTS(single_headers)];
    const char *malformed;
    const char *contradicted;
} HeaderScan;

static gboolean is_token(const char *text, gsize length)
{
    if (length == 0)
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isalnum(text[i]) && (text[i] == '\0' || strchr("!#$%&'*+-.^_`|~", text[i]) == NULL))
            return FALSE;
    }
    return TRUE;
}

static gboolean is_field_value(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if (((guchar)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
            return FALSE;
    }
    return TRUE;
}

static enum MHD_Result scan_header(void *data, enum MHD_ValueKind kind, const char *key, size_t key_size,
                                   const char *value, size_t value_size)
{
    (void)kind;
    HeaderScan *scan = data;
    scan->count++;
    scan->bytes += key_size + value_size + 4;
    if (value == NULL || !is_token(key, key_size) || !is_field_value(value, value_size)) {
        scan->malformed = "a header's name or value has characters that it must not have";
        return MHD_NO;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(single_headers); i++) {
        if (g_ascii_strcasecmp(key, single_headers[i]) != 0)
            continue;
        if (scan->values[i] != NULL && !g_str_equal(scan->values[i], value))
            scan->contradicted = single_headers[i];
        scan->values[i] = value;
    }
    return MHD_YES;
}

const char *header_value(const HttpRequest *request, const char *name)
{
    return MHD_lookup_connection_value(request->mhd, MHD_HEADER_KIND, name);
}

static gboolean refuse(Problem **problem, const char *why)
{
    problem_set(problem, 400, "bad-request", "The request is malformed: %s.", why);
    return FALSE;
}

static gboolean check_framing(const HttpRequest *request, HttpFraming *ret_framing, Problem **problem)
{
    const char *length = header_value(request, "Content-Length");
    const char *coding = header_value(request, "Transfer-Encoding");
    const char *expect = header_value(request, "Expect");
    if (coding != NULL && length != NULL)
        return refuse(problem, "it has both Content-Length and Transfer-Encoding");
    if (coding != NULL && g_ascii_strcasecmp(coding, "chunked") != 0) {
        problem_set(problem, 501, "not-implemented", "The only transfer coding that is known is chunked.");
        return FALSE;
    }
    if (length != NULL &&
        !g_ascii_string_to_unsigned(length, 10, 0, G_MAXINT64, &ret_framing->content_length, NULL))
        return refuse(problem, "Content-Length is not a number");
    ret_framing->chunked = coding != NULL;
    ret_framing->expects_continue = expect != NULL && g_ascii_strcasecmp(expect, "100-continue") == 0;
    return TRUE;
}

gboolean headers_check(const HttpRequest *request, const char *version, HttpFraming *ret_framing,
                       Problem **problem)
{
    memset(ret_framing, 0, sizeof *ret_framing);
    HeaderScan scan = { 0 };
    MHD_get_connection_values_n(request->mhd, MHD_HEADER_KIND, scan_header, &scan);
    if (scan.malformed != NULL)
        return refuse(problem, scan.malformed);
    if (scan.count > MAX_HEADERS || scan.bytes > MAX_HEADER_BYTES) {
        problem_set(problem, 431, "headers-too-large", "More than %d headers or %d bytes of them.",
                    MAX_HEADERS, MAX_HEADER_BYTES);
        return FALSE;
    }
    if (scan.contradicted != NULL) {
        problem_set(problem, 400, "bad-request", "The header %s is there twice and says two things.",
                    scan.contradicted);
        return FALSE;
    }
    if (g_str_equal(version, "HTTP/1.1") && header_value(request, "Host") == NULL)
        return refuse(problem, "it has no Host header");
    return check_framing(request, ret_framing, problem);
}

void headers_upload(const HttpRequest *request, ServiceUploadHead *ret_head)
{
    *ret_head = (ServiceUploadHead){
        .length = request->framing.chunked ? -1 : (gint64)request->framing.content_length,
        .content_range = header_value(request, "Content-Range"),
        .content_digest = header_value(request, "Content-Digest"),
        .repr_digest = header_value(request, "Repr-Digest"),
        .tag = header_value(request, "Upload-Tag"),
    };
}

gboolean header_says_json(const HttpRequest *request)
{
    static const char wanted[] = "application/json";
    const char *type = header_value(request, "Content-Type");
    if (type == NULL || g_ascii_strncasecmp(type, wanted, strlen(wanted)) != 0)
        return FALSE;
    type += strlen(wanted);
    type += strspn(type, " \t");
    return *type == '\0' || *type == ';';
}
