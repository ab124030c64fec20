// SPDX-License-Identifier: GPL-3.0-or-later
// The verbs, each in the file of its name or of its group.
#pragma once

#include "client/client.h"
#include "common/json.h"

// disc.c
extern const Verb verb_disc_ls, verb_disc_show, verb_disc_rm, verb_disc_verify;
// Shows one disc, as disc show does; EXIT_REFUSED if the daemon refuses it.
ExitCode disc_show(Client *client, const char *name);
// disc_add.c
extern const Verb verb_disc_add;
// disc_export.c
extern const Verb verb_disc_export;
// driver.c
extern const Verb verb_driver_ls, verb_driver_show, verb_driver_rm;
// Shows a package, as driver show does.
void driver_print(json_object *document);
// driver_add.c
extern const Verb verb_driver_add;
// template.c
extern const Verb verb_template_ls, verb_template_show;
// image.c
extern const Verb verb_image_ls, verb_image_show, verb_image_tree, verb_image_provenance, verb_image_rm;
// image_export.c
extern const Verb verb_image_export;
// image_import.c
extern const Verb verb_image_import;
// extend.c
extern const Verb verb_extend;
// pool.c
extern const Verb verb_pool_ls, verb_pool_show, verb_pool_put, verb_pool_rm;
// lease.c
extern const Verb verb_lease, verb_release;
// seal.c
extern const Verb verb_seal;
// create.c
extern const Verb verb_create;
// answer_file.c
extern const Verb verb_answer_file;
// machine.c
extern const Verb verb_ls, verb_show;
// wait.c
extern const Verb verb_wait;
// watch.c
extern const Verb verb_watch;
// job.c
extern const Verb verb_job_ls, verb_job_show, verb_job_cancel, verb_job_log;
// quota.c
extern const Verb verb_quota;
// job_evidence.c
extern const Verb verb_job_evidence;
// exec.c
extern const Verb verb_exec;
extern const Verb verb_cp;
extern const Verb verb_keys;
// click.c
extern const Verb verb_click;
// wait_for.c
extern const Verb verb_wait_for;
// screenshot.c
extern const Verb verb_screenshot;
// isolation.c
extern const Verb verb_isolation;
// provenance.c
extern const Verb verb_provenance;
// Shows it, as provenance does.
void provenance_print(json_object *document);
// console_log.c
extern const Verb verb_console_log;
// power.c
extern const Verb verb_start, verb_stop;
// snapshot.c
extern const Verb verb_snapshot, verb_reset;
// remove.c
extern const Verb verb_rm;
// version.c
extern const Verb verb_version;
