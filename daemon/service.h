// SPDX-License-Identifier: GPL-3.0-or-later
// What a client may ask of the daemon: the line between daemon/http (which knows HTTP) and the rest (which
// does not). Every function is thread-safe, may block, and returns NULL/FALSE with a Problem. Returned
// json_objects, strings and bytes belong to the caller. Shapes: daemon/http/openapi.yaml.
#pragma once

#include <glib.h>

#include "common/json.h"
#include "common/problem.h"

typedef struct Daemon Daemon;

json_object *service_version(Daemon *daemon);
// TRUE if store and libvirt answer; *ret_detail (caller frees) says what does not.
gboolean service_ready(Daemon *daemon, char **ret_detail);

// A body of many bytes on its way into the library, written as it comes and never held in memory: made by a
// service_…_upload_begin(), ended by exactly one service_…_upload_finish() or service_upload_abandon(). One
// thread at a time.
typedef struct Upload ServiceUpload;
typedef struct {
    gint64 length;              // bytes of this body, or -1: told by its end
    const char *content_range;  // values of the request's headers, or NULL; borrowed
    const char *content_digest; // of this body (RFC 9530)
    const char *repr_digest;    // of the whole file
    const char *tag;            // Upload-Tag: what the client knows the file by
} ServiceUploadHead;
// FALSE with a problem if the bytes could not be kept; then only service_upload_abandon() may follow.
gboolean service_upload_write(ServiceUpload *upload, const void *bytes, gsize length, Problem **problem);
// The client has gone, or something failed. What came so far may be kept, to go on with later.
void service_upload_abandon(ServiceUpload *upload);

json_object *service_disc_list(Daemon *daemon, Problem **problem);
json_object *service_disc_show(Daemon *daemon, const char *name, Problem **problem);
// NULL with a problem: 400, 409 (there already, wrong offset, another upload), 507. @name is copied.
ServiceUpload *service_disc_upload_begin(Daemon *daemon, const char *name, const ServiceUploadHead *head,
                                         Problem **problem);
// The body was all there. Takes @upload. *ret_complete: the disc is whole and has its name, and this is its
// item in the list; else more must follow, and this is what service_disc_upload_show() shows.
json_object *service_disc_upload_finish(Daemon *daemon, ServiceUpload *upload, gboolean *ret_complete,
                                        Problem **problem);
json_object *service_disc_upload_show(Daemon *daemon, const char *name, Problem **problem);
gboolean service_disc_upload_delete(Daemon *daemon, const char *name, Problem **problem);
// {"job": …}
json_object *service_disc_verify(Daemon *daemon, const char *name, Problem **problem);
// A remaster of @disc for the machine that @request (which this changes) describes; a job. {"job", "export":
// id}
json_object *service_export_create(Daemon *daemon, const char *disc, json_object *request, Problem **problem);
// What was exported, open for reading; the caller closes. -1 with a problem.
int service_export_open(Daemon *daemon, const char *id, guint64 *ret_size, Problem **problem);
gboolean service_export_delete(Daemon *daemon, const char *id, Problem **problem);
gboolean service_disc_delete(Daemon *daemon, const char *name, Problem **problem);
json_object *service_driver_list(Daemon *daemon, Problem **problem);
json_object *service_driver_show(Daemon *daemon, const char *name, Problem **problem);
// As for discs; the file is an archive of drivers (see `sevend-media import-driver`), and the whole package
// answers as service_driver_show() does, with "imported". @architecture: "amd64", "x86" or NULL for both.
ServiceUpload *service_driver_upload_begin(Daemon *daemon, const char *name, const char *architecture,
                                           const ServiceUploadHead *head, Problem **problem);
json_object *service_driver_upload_finish(Daemon *daemon, ServiceUpload *upload, const char *architecture,
                                          gboolean *ret_complete, Problem **problem);
json_object *service_driver_upload_show(Daemon *daemon, const char *name, Problem **problem);
gboolean service_driver_upload_delete(Daemon *daemon, const char *name, Problem **problem);
gboolean service_driver_delete(Daemon *daemon, const char *name, Problem **problem);
json_object *service_template_list(Daemon *daemon, Problem **problem);
json_object *service_template_show(Daemon *daemon, const char *name, Problem **problem);

// The answer file for a request, secrets masked. The caller frees.
char *service_answer_file_preview(Daemon *daemon, json_object *request, Problem **problem);
// {"answer_file": the same text, "explanation": where each setting came from and what carries it}
json_object *service_answer_file_explain(Daemon *daemon, json_object *request, Problem **problem);

typedef struct {
    const char *key;  // value of Idempotency-Key, or NULL
    const char *body; // the body as received, for the fingerprint
    gsize body_length;
} ServiceIdempotency;
// {"job": …, "vm": …}
// @owner: for whom its machine counts, as @holder of a lease.
json_object *service_vm_create(Daemon *daemon, json_object *request, const char *owner,
                               const ServiceIdempotency *idempotency, Problem **problem);
typedef struct {
    const char *state;  // filter or NULL
    const char *vm;     // filter (jobs only) or NULL
    const char *cursor; // or NULL
    guint limit;        // 1–200
} ServicePage;
json_object *service_vm_list(Daemon *daemon, const ServicePage *page, Problem **problem);
json_object *service_vm_show(Daemon *daemon, const char *name, Problem **problem);
// @body: {"lifetime": "4h" from now on, or null}. The machine.
json_object *service_vm_change(Daemon *daemon, const char *name, json_object *body, Problem **problem);
// Jobs: each returns {"job": …}.
json_object *service_vm_delete(Daemon *daemon, const char *name, Problem **problem);
json_object *service_vm_start(Daemon *daemon, const char *name, Problem **problem);
json_object *service_vm_stop(Daemon *daemon, const char *name, json_object *body_or_null, Problem **problem);
// @body: {"image", "keep", "timeout_seconds"}.
json_object *service_vm_seal(Daemon *daemon, const char *name, json_object *body, Problem **problem);
// {"snapshots":[{"name","created","memory","current","parent"}]}, the oldest first.
json_object *service_snapshot_list(Daemon *daemon, const char *name, Problem **problem);
// Jobs. @body: {"name"} of the new one.
json_object *service_snapshot_save(Daemon *daemon, const char *name, json_object *body, Problem **problem);
json_object *service_snapshot_revert(Daemon *daemon, const char *name, const char *snapshot,
                                     Problem **problem);
json_object *service_snapshot_delete(Daemon *daemon, const char *name, const char *snapshot,
                                     Problem **problem);
// Back to the snapshot "ready".
json_object *service_vm_reset(Daemon *daemon, const char *name, Problem **problem);
json_object *service_vm_exec(Daemon *daemon, const char *name, json_object *body, Problem **problem);
// A command in a machine whose output is told as it comes; one thread at a time.
typedef struct ServiceExec ServiceExec;
// @body: as for service_vm_exec(). NULL with a problem.
ServiceExec *service_exec_begin(Daemon *daemon, const char *name, json_object *body, Problem **problem);
// What happened, or NULL if nothing did within @wait_ms. *@ret_kind: first "started" {"command": id}, then
// "stdout" or "stderr"
// {"data","data_encoding"}; "exit" {"exit_code","timed_out","truncated"} or "error" (a problem) end it. The
// caller owns the reference.
json_object *service_exec_next(ServiceExec *exec, guint wait_ms, const char **ret_kind);
// A command that still runs is killed.
void service_exec_free(ServiceExec *exec);
// Of a command that is told as it runs. {"data" or "data_base64", "end"}: more input.
gboolean service_command_input(Daemon *daemon, const char *id, json_object *body, Problem **problem);
// Its end comes as an event.
gboolean service_command_kill(Daemon *daemon, const char *id, Problem **problem);
// Types on the machine's keyboard: {"type": text} or {"press": ["ctrl+alt+delete", …]}.
gboolean service_vm_keys(Daemon *daemon, const char *name, json_object *body, Problem **problem);
// A click on the machine's screen: {"x","y","button","clicks"}, pixels of the screenshot.
gboolean service_vm_pointer(Daemon *daemon, const char *name, json_object *body, Problem **problem);
// Blocks until {"file" or "process" or "window" or "screen"} is there (or "gone"), or "timeout_seconds" have
// passed: {"found","seconds"}.
json_object *service_vm_wait_for(Daemon *daemon, const char *name, json_object *body, Problem **problem);
// {"sha256"} of a region's pixels, for service_vm_wait_for().
json_object *service_vm_screen_hash(Daemon *daemon, const char *name, guint x, guint y, guint width,
                                    guint height, Problem **problem);
// A file on its way into a machine or out of it; one thread at a time.
typedef struct ServiceFile ServiceFile;
// What is not finished leaves nothing in the machine.
void service_file_free(ServiceFile *file);
// @path: absolute, in the machine; @modified: ISO 8601, or NULL: now. NULL with a problem.
ServiceFile *service_file_put_begin(Daemon *daemon, const char *name, const char *path, const char *modified,
                                    const ServiceUploadHead *head, Problem **problem);
gboolean service_file_put_write(ServiceFile *file, const void *bytes, gsize length, Problem **problem);
// Takes @file. {"path","size","sha256"}
json_object *service_file_put_finish(ServiceFile *file, Problem **problem);
typedef struct {
    guint64 size;
    gint64 modified;    // µs since 1970
    const char *sha256; // hex, the file's; NULL: not known before the end
} ServiceFileHead;
ServiceFile *service_file_get_begin(Daemon *daemon, const char *name, const char *path,
                                    ServiceFileHead *ret_head, Problem **problem);
// How many bytes there were, 0 at the end, -1 when the rest will not come.
gssize service_file_get_read(ServiceFile *file, void *buffer, gsize size);
// SHA-256 of all of it, hex, once it was read to its end; the file's.
const char *service_file_get_sha256(const ServiceFile *file);
// {"path","type","size","modified","entries":[{"name","type","size","modified"}]}
json_object *service_folder_list(Daemon *daemon, const char *name, const char *path, Problem **problem);
// With those above it; one that is there already is fine.
gboolean service_folder_make(Daemon *daemon, const char *name, const char *path, Problem **problem);
GBytes *service_vm_screenshot(Daemon *daemon, const char *name, Problem **problem);
GBytes *service_vm_console_log(Daemon *daemon, const char *name, Problem **problem);
// How the machine came to be; see install/provenance.h.
json_object *service_vm_provenance(Daemon *daemon, const char *name, Problem **problem);
char *service_vm_answer_file(Daemon *daemon, const char *name, Problem **problem);
json_object *service_vm_isolation(Daemon *daemon, const char *name, Problem **problem);

json_object *service_image_list(Daemon *daemon, const ServicePage *page, Problem **problem);
json_object *service_image_show(Daemon *daemon, const char *name, Problem **problem);
json_object *service_image_provenance(Daemon *daemon, const char *name, Problem **problem);
// {"job": …}
json_object *service_image_delete(Daemon *daemon, const char *name, Problem **problem);

// {"job", "export": id}: a job that makes a file of it, which is fetched as an exported disc is.
json_object *service_image_export(Daemon *daemon, const char *name, Problem **problem);
// As for discs; the file is what an export made. Whole, it is a job's, {"job": …}, which makes an image of
// that name of it; else, this is what service_image_import_show() shows.
ServiceUpload *service_image_import_begin(Daemon *daemon, const char *name, const ServiceUploadHead *head,
                                          Problem **problem);
json_object *service_image_import_finish(Daemon *daemon, ServiceUpload *upload, gboolean *ret_complete,
                                         Problem **problem);
json_object *service_image_import_show(Daemon *daemon, const char *name, Problem **problem);
gboolean service_image_import_delete(Daemon *daemon, const char *name, Problem **problem);
json_object *service_pool_list(Daemon *daemon, Problem **problem);
json_object *service_pool_show(Daemon *daemon, const char *name, Problem **problem);
// @body: {"image", "ready", "max", "hardware"}. Makes the pool, or changes it.
json_object *service_pool_put(Daemon *daemon, const char *name, json_object *body, gboolean *ret_made,
                              Problem **problem);
// The pool, as it goes; its machines are deleted by jobs.
json_object *service_pool_delete(Daemon *daemon, const char *name, Problem **problem);
// @holder: whose leases are counted together. @body_or_null: {"lifetime"}. The lease has a machine, or waits.
json_object *service_lease_create(Daemon *daemon, const char *pool, const char *holder,
                                  json_object *body_or_null, Problem **problem);
json_object *service_lease_list(Daemon *daemon, Problem **problem);
// Waits up to @wait_seconds for a machine.
json_object *service_lease_show(Daemon *daemon, const char *id, guint wait_seconds, Problem **problem);
json_object *service_lease_change(Daemon *daemon, const char *id, json_object *body, Problem **problem);
json_object *service_lease_end(Daemon *daemon, const char *id, Problem **problem);

// {"host": {"limits", "used", "waiting"}, "user": the same of @user, with "name"}: what quotas there are.
json_object *service_quota(Daemon *daemon, const char *user, Problem **problem);

json_object *service_job_list(Daemon *daemon, const ServicePage *page, Problem **problem);
// Waits up to @wait_seconds for the job's end.
json_object *service_job_show(Daemon *daemon, const char *id, guint wait_seconds, Problem **problem);
json_object *service_job_cancel(Daemon *daemon, const char *id, Problem **problem);
// {"job","files":[{"name","size","type","sha256"}]}: what was kept when it failed.
json_object *service_job_evidence(Daemon *daemon, const char *id, Problem **problem);
// One of these files, open for reading; the caller closes. *ret_type is static. -1 with a problem.
int service_job_evidence_open(Daemon *daemon, const char *id, const char *file, guint64 *ret_size,
                              const char **ret_type, Problem **problem);
char *service_job_log(Daemon *daemon, const char *id, Problem **problem);

typedef struct {
    gint64 sequence;
    char *kind;    // phase progress log state console
    char *data;    // JSON text
    gboolean last; // nothing will follow
} ServiceEvent;
void service_event_free(ServiceEvent *event);
// The events after @after, at most 100; waits up to @timeout_ms if there are none yet (then an empty array).
// NULL + problem if the job is unknown, or (503) if the daemon stops. GPtrArray of ServiceEvent, owned by the
// caller.
GPtrArray *service_job_events(Daemon *daemon, const char *id, gint64 after, guint timeout_ms,
                              Problem **problem);
