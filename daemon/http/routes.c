// SPDX-License-Identifier: GPL-3.0-or-later
// The table, and the one loop over it.
#include "daemon/http/routes.h"

#include <string.h>

#include "common/ids.h"
#include "daemon/http/handlers.h"

#define MIB (1024 * 1024)
#define GIB (1024ull * MIB)

// clang-format off
const Route http_routes[] = {
    { "GET",    "/healthz",                   .handler = handle_health, .open = TRUE },
    { "GET",    "/readyz",                    .handler = handle_ready },
    { "GET",    "/openapi.yaml",              .handler = handle_openapi, .open = TRUE },
    { "GET",    "/v1",                        .handler = handle_version },
    { "GET",    "/v1/discs",                  .handler = handle_disc_list },
    { "GET",    "/v1/discs/{name}",           .handler = handle_disc_show },
    { "PUT",    "/v1/discs/{name}",           .handler = handle_disc_put,
      .body = BODY_STREAM, .body_limit = 16 * GIB, .begin_upload = open_disc_upload },
    { "DELETE", "/v1/discs/{name}",           .handler = handle_disc_delete },
    { "POST",   "/v1/discs/{name}/verify",    .handler = handle_disc_verify },
    { "GET",    "/v1/discs/{name}/upload",    .handler = handle_disc_upload_show },
    { "DELETE", "/v1/discs/{name}/upload",    .handler = handle_disc_upload_delete },
    { "POST",   "/v1/discs/{name}/exports",   .handler = handle_export_create,
      .body = BODY_REQUIRED, .body_limit = MIB },
    { "GET",    "/v1/exports/{id}",           .handler = handle_export_get },
    { "DELETE", "/v1/exports/{id}",           .handler = handle_export_delete },
    { "GET",    "/v1/drivers",                .handler = handle_driver_list },
    { "GET",    "/v1/drivers/{name}",         .handler = handle_driver_show },
    { "PUT",    "/v1/drivers/{name}",         .handler = handle_driver_put,
      .query = { "architecture" }, .body = BODY_STREAM, .body_limit = 2 * GIB, .begin_upload = open_driver_upload },
    { "DELETE", "/v1/drivers/{name}",         .handler = handle_driver_delete },
    { "GET",    "/v1/drivers/{name}/upload",  .handler = handle_driver_upload_show },
    { "DELETE", "/v1/drivers/{name}/upload",  .handler = handle_driver_upload_delete },
    { "GET",    "/v1/templates",              .handler = handle_template_list },
    { "GET",    "/v1/templates/{name}",       .handler = handle_template_show },
    { "POST",   "/v1/answer-files",           .handler = handle_answer_file_preview,
      .query = { "explain" }, .body = BODY_REQUIRED, .body_limit = MIB },
    { "GET",    "/v1/vms",                    .handler = handle_vm_list,
      .query = { "state", "cursor", "limit" } },
    { "POST",   "/v1/vms",                    .handler = handle_vm_create,
      .body = BODY_REQUIRED, .body_limit = MIB },
    { "GET",    "/v1/vms/{name}",             .handler = handle_vm_show },
    { "DELETE", "/v1/vms/{name}",             .handler = handle_vm_delete },
    { "PATCH",  "/v1/vms/{name}",             .handler = handle_vm_change,
      .body = BODY_REQUIRED, .body_limit = MIB },
    { "POST",   "/v1/vms/{name}/start",       .handler = handle_vm_start },
    { "POST",   "/v1/vms/{name}/stop",        .handler = handle_vm_stop,
      .body = BODY_OPTIONAL, .body_limit = MIB },
    { "POST",   "/v1/vms/{name}/seal",        .handler = handle_vm_seal,
      .body = BODY_REQUIRED, .body_limit = MIB },
    { "POST",   "/v1/vms/{name}/reset",       .handler = handle_vm_reset },
    { "GET",    "/v1/vms/{name}/snapshots",   .handler = handle_snapshot_list },
    { "POST",   "/v1/vms/{name}/snapshots",   .handler = handle_snapshot_save,
      .body = BODY_REQUIRED, .body_limit = MIB },
    { "DELETE", "/v1/vms/{name}/snapshots/{file}", .handler = handle_snapshot_delete },
    { "POST",   "/v1/vms/{name}/snapshots/{file}/revert", .handler = handle_snapshot_revert },
    { "POST",   "/v1/vms/{name}/exec",        .handler = handle_vm_exec,
      .body = BODY_REQUIRED, .body_limit = MIB },
    { "GET",    "/v1/vms/{name}/files",       .handler = handle_file_get, .query = { "path" } },
    { "PUT",    "/v1/vms/{name}/files",       .handler = handle_file_put,
      .query = { "path", "modified" }, .body = BODY_STREAM, .body_limit = 4 * GIB, .begin_file = open_file_put },
    { "GET",    "/v1/vms/{name}/folder",      .handler = handle_folder_list, .query = { "path" } },
    { "PUT",    "/v1/vms/{name}/folder",      .handler = handle_folder_make, .query = { "path" } },
    { "POST",   "/v1/vms/{name}/keys",        .handler = handle_vm_keys,
      .body = BODY_REQUIRED, .body_limit = MIB },
    { "POST",   "/v1/vms/{name}/pointer",     .handler = handle_vm_pointer,
      .body = BODY_REQUIRED, .body_limit = MIB },
    { "POST",   "/v1/vms/{name}/wait-for",    .handler = handle_vm_wait_for,
      .body = BODY_REQUIRED, .body_limit = MIB },
    { "GET",    "/v1/vms/{name}/screen-hash", .handler = handle_vm_screen_hash,
      .query = { "x", "y", "width", "height" } },
    { "GET",    "/v1/vms/{name}/screenshot",  .handler = handle_vm_screenshot },
    { "GET",    "/v1/vms/{name}/console-log", .handler = handle_vm_console_log },
    { "GET",    "/v1/vms/{name}/answer-file", .handler = handle_vm_answer_file },
    { "GET",    "/v1/vms/{name}/isolation",   .handler = handle_vm_isolation },
    { "GET",    "/v1/vms/{name}/provenance",  .handler = handle_vm_provenance },
    { "GET",    "/v1/images",                 .handler = handle_image_list,
      .query = { "cursor", "limit" } },
    { "GET",    "/v1/images/{name}",          .handler = handle_image_show },
    { "DELETE", "/v1/images/{name}",          .handler = handle_image_delete },
    { "GET",    "/v1/images/{name}/provenance", .handler = handle_image_provenance },
    { "POST",   "/v1/images/{name}/exports",  .handler = handle_image_export },
    { "PUT",    "/v1/image-imports/{name}",   .handler = handle_image_import_put,
      .body = BODY_STREAM, .body_limit = 2048 * GIB, .begin_upload = open_image_import },
    { "GET",    "/v1/image-imports/{name}/upload", .handler = handle_image_import_show },
    { "DELETE", "/v1/image-imports/{name}/upload", .handler = handle_image_import_delete },
    { "POST",   "/v1/commands/{id}/input",    .handler = handle_command_input,
      .body = BODY_REQUIRED, .body_limit = MIB },
    { "DELETE", "/v1/commands/{id}",          .handler = handle_command_kill },
    { "GET",    "/v1/pools",                  .handler = handle_pool_list },
    { "GET",    "/v1/pools/{name}",           .handler = handle_pool_show },
    { "PUT",    "/v1/pools/{name}",           .handler = handle_pool_put,
      .body = BODY_REQUIRED, .body_limit = MIB },
    { "DELETE", "/v1/pools/{name}",           .handler = handle_pool_delete },
    { "POST",   "/v1/pools/{name}/leases",    .handler = handle_lease_create,
      .body = BODY_OPTIONAL, .body_limit = MIB },
    { "GET",    "/v1/leases",                 .handler = handle_lease_list },
    { "GET",    "/v1/leases/{id}",            .handler = handle_lease_show,
      .query = { "wait" } },
    { "PATCH",  "/v1/leases/{id}",            .handler = handle_lease_change,
      .body = BODY_REQUIRED, .body_limit = MIB },
    { "DELETE", "/v1/leases/{id}",            .handler = handle_lease_end },
    { "GET",    "/v1/quota",                  .handler = handle_quota },
    { "GET",    "/v1/jobs",                   .handler = handle_job_list,
      .query = { "vm", "state", "cursor", "limit" } },
    { "GET",    "/v1/jobs/{id}",              .handler = handle_job_show,
      .query = { "wait" } },
    { "DELETE", "/v1/jobs/{id}",              .handler = handle_job_cancel },
    { "GET",    "/v1/jobs/{id}/events",       .handler = handle_job_events },
    { "GET",    "/v1/jobs/{id}/log",          .handler = handle_job_log },
    { "GET",    "/v1/jobs/{id}/evidence",     .handler = handle_job_evidence },
    { "GET",    "/v1/jobs/{id}/evidence/{file}", .handler = handle_job_evidence_file },
    { .method = NULL },
};
// clang-format on

typedef enum { PATH_OTHER, PATH_BAD_NAME, PATH_MATCHES } PathMatch;

static PathMatch match_path(const char *pattern, const GPtrArray *segments, const char **ret_name)
{
    PathMatch result = PATH_MATCHES;
    guint index = 0;
    *ret_name = NULL;
    for (const char *rest = pattern; *rest == '/'; index++) {
        gsize length = strcspn(++rest, "/");
        if (index >= segments->len)
            return PATH_OTHER;
        const char *segment = g_ptr_array_index(segments, index);
        if (strncmp(rest, "{name}", length) == 0) {
            result = name_is_valid(segment) ? result : PATH_BAD_NAME;
            *ret_name = segment;
        } else if (strncmp(rest, "{id}", length) == 0) {
            result = job_id_is_valid(segment) ? result : PATH_BAD_NAME;
            *ret_name = segment;
        } else if (strncmp(rest, "{file}", length) != 0 && // which the handler checks
                   (strlen(segment) != length || memcmp(segment, rest, length) != 0)) {
            return PATH_OTHER;
        }
        rest += length;
    }
    return index == segments->len ? result : PATH_OTHER;
}

static void allow(GString *methods, const char *method)
{
    g_string_append_printf(methods, "%s%s", methods->len > 0 ? ", " : "", method);
    if (g_str_equal(method, "GET"))
        g_string_append(methods, ", HEAD");
}

const Route *route_find(const char *method, const Url *url, const char **ret_name, char **ret_allow,
                        Problem **problem)
{
    g_autoptr(GString) methods = g_string_new(NULL);
    gboolean bad_name = FALSE;
    if (g_str_equal(method, "HEAD"))
        method = "GET";
    for (const Route *route = http_routes; route->method != NULL; route++) {
        PathMatch match = match_path(route->pattern, url->segments, ret_name);
        if (match == PATH_MATCHES && g_str_equal(route->method, method))
            return route;
        bad_name = bad_name || match == PATH_BAD_NAME;
        if (match == PATH_MATCHES)
            allow(methods, route->method);
    }
    *ret_name = NULL;
    if (methods->len > 0) {
        *ret_allow = g_strdup(methods->str);
        problem_set(problem, 405, "method-not-allowed", "This route takes %s.", methods->str);
    } else if (bad_name) {
        problem_set(
            problem, 404, "not-found",
            "Nothing can have the name in this path: a name is %s, a job's id has 26 letters and digits.",
            NAME_RULE);
    } else {
        problem_set(problem, 404, "not-found", "There is no such route; see /openapi.yaml.");
    }
    return NULL;
}
