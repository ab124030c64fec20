// SPDX-License-Identifier: GPL-3.0-or-later
// The handlers of routes.c: each turns a request into one service call, and its result into an answer.
#pragma once

#include "daemon/http/request.h"

// version.c
void handle_version(HttpRequest *request);
// health.c
void handle_health(HttpRequest *request);
void handle_ready(HttpRequest *request);
// openapi.c
void handle_openapi(HttpRequest *request);
// discs.c
void handle_disc_list(HttpRequest *request);
void handle_disc_show(HttpRequest *request);
ServiceUpload *open_disc_upload(HttpRequest *request, Problem **problem);
void handle_disc_put(HttpRequest *request);
void handle_disc_delete(HttpRequest *request);
void handle_disc_verify(HttpRequest *request);
void handle_disc_upload_show(HttpRequest *request);
void handle_disc_upload_delete(HttpRequest *request);
// exports.c
void handle_export_create(HttpRequest *request);
void handle_export_get(HttpRequest *request);
void handle_export_delete(HttpRequest *request);
// drivers.c
void handle_driver_list(HttpRequest *request);
void handle_driver_show(HttpRequest *request);
ServiceUpload *open_driver_upload(HttpRequest *request, Problem **problem);
void handle_driver_put(HttpRequest *request);
void handle_driver_delete(HttpRequest *request);
void handle_driver_upload_show(HttpRequest *request);
void handle_driver_upload_delete(HttpRequest *request);
// templates.c
void handle_template_list(HttpRequest *request);
void handle_template_show(HttpRequest *request);
// answer_files.c
void handle_answer_file_preview(HttpRequest *request);
void handle_vm_answer_file(HttpRequest *request);
// vms.c
void handle_vm_list(HttpRequest *request);
void handle_vm_create(HttpRequest *request);
void handle_vm_show(HttpRequest *request);
void handle_vm_delete(HttpRequest *request);
void handle_vm_change(HttpRequest *request);
// vm_actions.c
void handle_vm_start(HttpRequest *request);
void handle_vm_stop(HttpRequest *request);
void handle_vm_seal(HttpRequest *request);
void handle_vm_reset(HttpRequest *request);
void handle_vm_keys(HttpRequest *request);
void handle_vm_pointer(HttpRequest *request);
void handle_vm_wait_for(HttpRequest *request);
void handle_vm_screen_hash(HttpRequest *request);
void handle_vm_screenshot(HttpRequest *request);
void handle_vm_provenance(HttpRequest *request);
void handle_vm_console_log(HttpRequest *request);
void handle_vm_isolation(HttpRequest *request);
// images.c
void handle_image_list(HttpRequest *request);
void handle_image_show(HttpRequest *request);
void handle_image_delete(HttpRequest *request);
void handle_image_provenance(HttpRequest *request);
void handle_image_export(HttpRequest *request);
// image_imports.c
ServiceUpload *open_image_import(HttpRequest *request, Problem **problem);
void handle_image_import_put(HttpRequest *request);
void handle_image_import_show(HttpRequest *request);
void handle_image_import_delete(HttpRequest *request);
// pools.c
void handle_pool_list(HttpRequest *request);
void handle_pool_show(HttpRequest *request);
void handle_pool_put(HttpRequest *request);
void handle_pool_delete(HttpRequest *request);
void handle_lease_create(HttpRequest *request);
void handle_lease_list(HttpRequest *request);
void handle_lease_show(HttpRequest *request);
void handle_lease_change(HttpRequest *request);
void handle_lease_end(HttpRequest *request);
// quota.c
void handle_quota(HttpRequest *request);
// snapshots.c
void handle_snapshot_list(HttpRequest *request);
void handle_snapshot_save(HttpRequest *request);
void handle_snapshot_revert(HttpRequest *request);
void handle_snapshot_delete(HttpRequest *request);
// exec_stream.c
void handle_vm_exec(HttpRequest *request);
void handle_command_input(HttpRequest *request);
void handle_command_kill(HttpRequest *request);
// files.c
ServiceFile *open_file_put(HttpRequest *request, Problem **problem);
void handle_file_put(HttpRequest *request);
void handle_file_get(HttpRequest *request);
void handle_folder_list(HttpRequest *request);
void handle_folder_make(HttpRequest *request);
// jobs.c
void handle_job_list(HttpRequest *request);
void handle_job_show(HttpRequest *request);
void handle_job_cancel(HttpRequest *request);
void handle_job_log(HttpRequest *request);
void handle_job_evidence(HttpRequest *request);
void handle_job_evidence_file(HttpRequest *request);
// event_stream.c
void handle_job_events(HttpRequest *request);
