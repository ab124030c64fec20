// SPDX-License-Identifier: GPL-3.0-or-later
// The table of verbs, in the order of the help. Adding a verb: its file, its line in verbs.h, its line here.
#include "client/verbs.h"

#include <stddef.h>

const Verb *const verbs[] = {
    &verb_create,       &verb_wait,         &verb_watch,         &verb_ls,          &verb_show,
    &verb_exec,         &verb_cp,           &verb_keys,          &verb_click,       &verb_wait_for,
    &verb_screenshot,   &verb_console_log,  &verb_isolation,     &verb_answer_file, &verb_start,
    &verb_stop,         &verb_snapshot,     &verb_reset,         &verb_rm,          &verb_extend,
    &verb_seal,         &verb_image_ls,     &verb_image_show,    &verb_image_tree,  &verb_image_provenance,
    &verb_image_export, &verb_image_import, &verb_image_rm,      &verb_lease,       &verb_release,
    &verb_pool_ls,      &verb_pool_show,    &verb_pool_put,      &verb_pool_rm,     &verb_quota,
    &verb_job_ls,       &verb_job_show,     &verb_job_cancel,    &verb_job_log,     &verb_job_evidence,
    &verb_provenance,   &verb_disc_ls,      &verb_disc_show,     &verb_disc_add,    &verb_disc_verify,
    &verb_disc_rm,      &verb_disc_export,  &verb_driver_ls,     &verb_driver_show, &verb_driver_add,
    &verb_driver_rm,    &verb_template_ls,  &verb_template_show, &verb_version,     NULL,
};
