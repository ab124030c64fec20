// SPDX-License-Identifier: GPL-3.0-or-later
// libcurl's multi interface with one transfer at a time: its poll takes our interrupt descriptor along, so
// that Ctrl-C ends a wait at once, and gives the ticks that redraw the progress line.
#include "client/http.h"

#include "client/interrupt.h"

#include <curl/curl.h>
#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>

#define ANSWER_LIMIT    (64u * 1024 * 1024)
#define CONNECT_SECONDS 10
#define TICK_MS         250
#define UPLOAD_BUFFER   (512 * 1024)

G_DEFINE_QUARK(sevenctl - http - error, http_error)

struct Http {
    CURL *easy;
    CURLM *multi;
    char *socket_path;
    char *base_url;
    char *token_header;
    char *ca_file;
};

typedef struct {
    Http *http;
    const HttpRequest *request;
    HttpAnswer *answer;
    gint64 last_byte;
} Transfer;

Http *http_new(const HttpTarget *target)
{
    Http *http = g_new0(Http, 1);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    http->easy = curl_easy_init();
    http->multi = curl_multi_init();
    if (!http->easy || !http->multi)
        g_error("libcurl cannot start");
    http->socket_path = g_strdup(target->socket_path);
    http->base_url = g_strdup(target->base_url);
    http->ca_file = g_strdup(target->ca_file);
    if (http->base_url)
        while (g_str_has_suffix(http->base_url, "/"))
            http->base_url[strlen(http->base_url) - 1] = '\0';
    if (target->token)
        http->token_header = g_strdup_printf("Authorization: Bearer %s", target->token);
    return http;
}

void http_free(Http *http)
{
    if (!http)
        return;
    curl_easy_cleanup(http->easy);
    curl_multi_cleanup(http->multi);
    curl_global_cleanup();
    if (http->token_header)
        explicit_bzero(http->token_header, strlen(http->token_header));
    g_free(http->token_header);
    g_free(http->socket_path);
    g_free(http->base_url);
    g_free(http->ca_file);
    g_free(http);
}

const char *http_place(const Http *http)
{
    return http->base_url ? http->base_url : http->socket_path;
}

void http_answer_free(HttpAnswer *answer)
{
    if (!answer)
        return;
    g_free(answer->content_type);
    g_free(answer->repr_digest);
    g_string_free(answer->body, TRUE);
    g_free(answer);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *user_data)
{
    Transfer *transfer = user_data;
    gsize length = size * count;
    long status = 0;
    transfer->last_byte = g_get_monotonic_time();
    curl_easy_getinfo(transfer->http->easy, CURLINFO_RESPONSE_CODE, &status);
    if (transfer->request->on_bytes && status == 200)
        return transfer->request->on_bytes(bytes, length, transfer->request->user_data) ? length : 0;
    if (transfer->answer->body->len + length > ANSWER_LIMIT)
        return 0; // CURLE_WRITE_ERROR
    g_string_append_len(transfer->answer->body, bytes, (gssize)length);
    return length;
}

static size_t on_upload(char *buffer, size_t size, size_t count, void *user_data)
{
    Transfer *transfer = user_data;
    gssize length = transfer->request->on_read(buffer, size * count, transfer->request->user_data);
    transfer->last_byte = g_get_monotonic_time();
    return length < 0 ? CURL_READFUNC_ABORT : (size_t)length;
}

static struct curl_slist *request_headers(const Http *http, const HttpRequest *request)
{
    struct curl_slist *list = curl_slist_append(NULL, "User-Agent: sevenctl/" SEVEND_VERSION);
    // Without these, libcurl names a POST's body a form, and asks leave before it sends a large one.
    list = curl_slist_append(list, request->body ? "Content-Type: application/json" : "Content-Type:");
    // But a file of gigabytes waits for leave: a refusal that comes while it is sent might be lost.
    list = curl_slist_append(list, request->on_read ? "Expect: 100-continue" : "Expect:");
    if (http->token_header)
        list = curl_slist_append(list, http->token_header);
    for (guint i = 0; request->headers && request->headers[i]; i++)
        list = curl_slist_append(list, request->headers[i]);
    return list;
}

static void set_up(Http *http, Transfer *transfer, struct curl_slist *headers, char *error_text)
{
    const HttpRequest *request = transfer->request;
    CURL *easy = http->easy;
    const char *base = http->base_url ? http->base_url : "http://localhost";
    g_autofree char *url = g_strconcat(base, request->path, NULL);
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L); // "/v1/vms/.." must not become "/v1/"
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    if (!http->base_url) {
        curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, http->socket_path);
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    }
    if (http->ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, http->ca_file);
    if (request->on_read) {
        curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_upload);
        curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
        curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->body_length);
        curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER);
    } else if (!strcmp(request->method, "POST")) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body ? request->body : "");
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, request->body ? (long)strlen(request->body) : 0L);
    } else if (strcmp(request->method, "GET") != 0) {
        if (request->body)
            curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    }
}

static void explain_socket(const Http *http, int os_error, const char *reason, GError **error)
{
    const char *path = http->socket_path;
    struct stat status;
    if (os_error == EACCES || os_error == EPERM) {
        struct group *group = stat(path, &status) == 0 ? getgrgid(status.st_gid) : NULL;
        g_set_error(
            error, HTTP_ERROR, HTTP_ERROR_UNREACHABLE,
            "cannot reach sevend at %s: permission denied: are you in the group \"%s\"? (or use sudo)", path,
            group ? group->gr_name : "sevend");
    } else if (os_error == ENOENT || os_error == ENOTDIR) {
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_UNREACHABLE,
                    "cannot reach sevend at %s: there is no such socket: is it running? (another place: "
                    "--socket PATH)",
                    path);
    } else if (os_error == ECONNREFUSED) {
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_UNREACHABLE,
                    "cannot reach sevend at %s: nobody answers on the socket: is it running?", path);
    } else {
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_UNREACHABLE,
                    "cannot reach sevend at %s: %s: is it running?", path,
                    os_error ? g_strerror(os_error) : reason);
    }
}

static void explain(const Http *http, CURLcode result, const char *text, GError **error)
{
    long os_error = 0;
    const char *reason = *text ? text : curl_easy_strerror(result);
    curl_easy_getinfo(http->easy, CURLINFO_OS_ERRNO, &os_error);
    switch (result) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_PEER_FAILED_VERIFICATION:
        if (!http->base_url)
            explain_socket(http, (int)os_error, reason, error);
        else
            g_set_error(error, HTTP_ERROR, HTTP_ERROR_UNREACHABLE, "cannot reach sevend at %s: %s",
                        http->base_url, reason);
        return;
    case CURLE_WRITE_ERROR:
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_TOO_LARGE,
                    "the answer of sevend at %s is larger than sevenctl takes", http_place(http));
        return;
    default:
        break;
    }
    g_set_error(error, HTTP_ERROR, HTTP_ERROR_BROKEN, "lost the connection to sevend at %s: %s",
                http_place(http), reason);
}

// TRUE if the wait must end for a reason of ours.
static gboolean must_stop(const Transfer *transfer, GError **error)
{
    const HttpRequest *request = transfer->request;
    gint64 now = g_get_monotonic_time();
    if (interrupted() && !request->after_interrupt) {
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_INTERRUPTED, "interrupted");
        return TRUE;
    }
    if (request->deadline && now >= request->deadline) {
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_TIMED_OUT, "sevend at %s did not answer in time",
                    http_place(transfer->http));
        return TRUE;
    }
    if (request->silence_seconds &&
        now - transfer->last_byte > (gint64)request->silence_seconds * G_USEC_PER_SEC) {
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_BROKEN, "sevend at %s has been silent for %u seconds",
                    http_place(transfer->http), request->silence_seconds);
        return TRUE;
    }
    return FALSE;
}

static int poll_milliseconds(const HttpRequest *request)
{
    gint64 wait = request->on_tick ? TICK_MS : 1000;
    if (request->deadline)
        wait = MIN(wait, (request->deadline - g_get_monotonic_time()) / 1000 + 1);
    return (int)MAX(wait, 0);
}

static gboolean run(Http *http, Transfer *transfer, const char *error_text, GError **error)
{
    for (;;) {
        int running = 0;
        int left = 0;
        curl_multi_perform(http->multi, &running);
        for (CURLMsg *message; (message = curl_multi_info_read(http->multi, &left));) {
            if (message->msg != CURLMSG_DONE)
                continue;
            if (message->data.result == CURLE_OK)
                return TRUE;
            explain(http, message->data.result, error_text, error);
            return FALSE;
        }
        if (must_stop(transfer, error))
            return FALSE;
        if (transfer->request->on_tick)
            transfer->request->on_tick(transfer->request->user_data);
        struct curl_waitfd interrupt = { .fd = transfer->request->after_interrupt ? -1 : interrupt_fd(),
                                         .events = CURL_WAIT_POLLIN };
        curl_multi_poll(http->multi, &interrupt, interrupt.fd >= 0 ? 1 : 0,
                        poll_milliseconds(transfer->request), NULL);
    }
}

static void take_head(Http *http, HttpAnswer *answer)
{
    char *content_type = NULL;
    struct curl_header *digest = NULL;
    curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &answer->status);
    curl_easy_getinfo(http->easy, CURLINFO_CONTENT_TYPE, &content_type);
    answer->content_type = g_strdup(content_type);
    if (curl_easy_header(http->easy, "Repr-Digest", 0, CURLH_HEADER | CURLH_TRAILER, -1, &digest) ==
        CURLHE_OK)
        answer->repr_digest = g_strdup(digest->value);
}

HttpAnswer *http_send(Http *http, const HttpRequest *request, GError **error)
{
    g_autoptr(HttpAnswer) answer = g_new0(HttpAnswer, 1);
    Transfer transfer = { http, request, answer, g_get_monotonic_time() };
    char error_text[CURL_ERROR_SIZE] = "";
    struct curl_slist *headers = request_headers(http, request);
    answer->body = g_string_new(NULL);
    set_up(http, &transfer, headers, error_text);
    curl_multi_add_handle(http->multi, http->easy);
    gboolean ok = run(http, &transfer, error_text, error);
    if (ok)
        take_head(http, answer);
    curl_multi_remove_handle(http->multi, http->easy);
    curl_easy_reset(http->easy);
    curl_slist_free_all(headers);
    return ok ? g_steal_pointer(&answer) : NULL;
}
