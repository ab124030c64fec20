// SPDX-License-Identifier: GPL-3.0-or-later
// The table of verbs, in the order of the help. Adding a verb: its file, its line in verbs.h, its line here.
#include "client/verbs.h"

#include <stddef.h>

const Verb *const verbs[] = {
    &verb_create,     &verb_wait,        &verb_watch,         &verb_ls,          &verb_show,
    &verb_exec,       &verb_cp,          &verb_keys,          &verb_screenshot,  &verb_console_log,
    &verb_isolation,  &verb_answer_file, &verb_start,         &verb_stop,        &verb_rm,
    &verb_job_ls,     &verb_job_show,    &verb_job_cancel,    &verb_job_log,     &verb_job_evidence,
    &verb_provenance, &verb_disc_ls,     &verb_disc_show,     &verb_disc_add,    &verb_disc_verify,
    &verb_disc_rm,    &verb_disc_export, &verb_driver_ls,     &verb_driver_show, &verb_driver_add,
    &verb_driver_rm,  &verb_template_ls, &verb_template_show, &verb_version,     NULL,
};
