// SPDX-License-Identifier: GPL-3.0-or-later
// Uploads as the API speaks of them: the headers that say which part of which file comes, and how it must
// hash. What becomes of a whole file is its resource's own.
#include "daemon/service/uploads.h"

#include <string.h>

#include "common/digest.h"
#include "daemon/library/media_process.h"
#include "daemon/service/service_parts.h"

static gboolean refuse(Problem **problem, const char *text)
{
    problem_set(problem, 400, "bad-request", "%s", text);
    return FALSE;
}

static gboolean take_number(const char **at, char end, guint64 *ret)
{
    char *stop = NULL;
    if (!g_ascii_isdigit(**at))
        return FALSE;
    *ret = g_ascii_strtoull(*at, &stop, 10);
    if (*stop != end || *ret > G_MAXINT64)
        return FALSE;
    *at = stop + (end != '\0');
    return TRUE;
}

// "bytes 0-99/200" (RFC 9110, 14.4, and 14.5 for PUT).
static gboolean parse_range(const char *text, gint64 length, UploadStart *start, Problem **problem)
{
    guint64 first, last, total;
    if (!g_str_has_prefix(text, "bytes "))
        return refuse(problem, "Content-Range must be \"bytes FIRST-LAST/TOTAL\".");
    text += strlen("bytes ");
    if (!take_number(&text, '-', &first) || !take_number(&text, '/', &last) ||
        !take_number(&text, '\0', &total) || last < first || last >= total)
        return refuse(problem, "Content-Range must be \"bytes FIRST-LAST/TOTAL\", FIRST <= LAST < TOTAL.");
    if (length >= 0 && (guint64)length != last - first + 1)
        return refuse(problem, "Content-Range and Content-Length speak of different numbers of bytes.");
    start->offset = first;
    start->length = (gint64)(last - first + 1);
    start->total = (gint64)total;
    return TRUE;
}

// To *hex. Other algorithms beside it are passed over; without it nothing could be verified, and silence
// would look like success.
static gboolean parse_digest(const char *field, char **hex, Problem **problem)
{
    char *found = digest_sha256(field);
    if (!found)
        return refuse(problem, "A digest must hold sha-256=:BASE64: (of 32 bytes); no other is verified.");
    const gboolean agree = !*hex || strcmp(*hex, found) == 0;
    g_free(*hex);
    *hex = found;
    return agree || refuse(problem, "Content-Digest and Repr-Digest contradict each other.");
}

gboolean upload_head_parse(const ServiceUploadHead *head, UploadStart *start, char **ret_sha256,
                           Problem **problem)
{
    start->offset = 0;
    start->length = start->total = head->length;
    if (head->content_range && !parse_range(head->content_range, head->length, start, problem))
        return FALSE;
    const gboolean part = start->length != start->total;
    if (head->content_digest && part)
        return refuse(problem,
                      "Content-Digest of a part is not verified: give the whole file's Repr-Digest.");
    if (head->tag && !upload_tag_is_valid(head->tag))
        return refuse(problem, "Upload-Tag must be 1 to 64 letters and digits.");
    start->tag = head->tag;
    return (!head->content_digest || parse_digest(head->content_digest, ret_sha256, problem)) &&
           (!head->repr_digest || parse_digest(head->repr_digest, ret_sha256, problem));
}

gboolean service_upload_write(ServiceUpload *upload, const void *bytes, gsize length, Problem **problem)
{
    GError *error = NULL;
    if (upload_write(upload, bytes, length, &error))
        return TRUE;
    service_problem(problem, error);
    return FALSE;
}

void service_upload_abandon(ServiceUpload *upload)
{
    upload_release(upload);
}

json_object *upload_state_json(const char *name, const UploadState *state)
{
    json_object *object = json_object_new_object();
    json_add_text(object, "name", name);
    json_object_object_add(object, "received", json_object_new_int64((gint64)state->received));
    json_object_object_add(object, "total", state->total < 0 ? NULL : json_object_new_int64(state->total));
    json_add_text(object, "tag", state->tag);
    json_object_object_add(object, "active", json_object_new_boolean(state->active));
    json_add_text(object, "modified", state->modified);
    return object;
}

static json_object *hash(Daemon *daemon, const Upload *upload, GError **error)
{
    const char *arguments[] = { "hash", upload_path(upload), NULL };
    return media_run(daemon->config->media, arguments, NULL, NULL, daemon->stopping, error);
}

static UploadVerdict compare(const Upload *upload, json_object *hashes, Problem **problem)
{
    const char *wanted = upload_sha256(upload), *found = json_string_member(hashes, "sha256");
    if (g_strcmp0(wanted, found) == 0)
        return UPLOAD_AS_SAID;
    problem_set(problem, 422, "digest-mismatch",
                "\"%s\": the SHA-256 of what came is %s, not %s as was said; it has been thrown away",
                upload_name(upload), found, wanted);
    return UPLOAD_OTHER;
}

UploadVerdict upload_verify(Daemon *daemon, Upload *upload, json_object **ret_hashes, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(json_object) hashes = NULL;
    if (!upload_sync(upload, &error) || (upload_sha256(upload) && !(hashes = hash(daemon, upload, &error)))) {
        service_problem(problem, error);
        return UPLOAD_UNREAD;
    }
    const UploadVerdict verdict = hashes ? compare(upload, hashes, problem) : UPLOAD_AS_SAID;
    if (ret_hashes)
        *ret_hashes = g_steal_pointer(&hashes);
    return verdict;
}
