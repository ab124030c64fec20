// SPDX-License-Identifier: GPL-3.0-or-later
// The install job: the steps from a request to a ready machine, a file each (<phase>.c), in the order of the
// table in install.c.
#pragma once

#include "daemon/daemon.h"
#include "daemon/install/guest_progress.h"
#include "daemon/install/plan.h"

extern const JobKind install_job_kind; // "create"

// What the steps of one install share. Lives as long as the job runs in this process; rebuilt on resume.
typedef struct {
    Daemon *daemon;
    json_object *document; // merged request, with secrets
    Template *template;
    char *nonce;
    InstallPlan *plan;       // made when first needed: see install_plan()
    GuestProgress *progress; // made when first needed: see install_progress()
} Install;

static inline Install *install_of(Job *job)
{
    return job_data(job);
}

// The end of every job that makes a machine (JobKind.end): secrets go; a failed machine stays as a row with
// its evidence until it is deleted; a cancelled one is forgotten.
void install_settle(Job *job, JobOutcome outcome, const GError *error);
// Sets the running step's time limit from the template.
void install_limit(Job *job);
// The plan; fails the job with "preflight-refused" and all faults if something does not fit any more.
// Borrowed.
const InstallPlan *install_plan(Job *job, GError **error);
// The watcher of the guest. Borrowed.
GuestProgress *install_progress(Job *job);
// SHA-256 of the vendor's disc, read once and kept in the store. The caller frees.
char *install_disc_sha256(Job *job, const InstallPlan *plan, GError **error);
// Writes what a config disc holds below @folder (private, emptied by the caller: it holds secrets) and
// appends sevend-media's "--file DISCPATH=HOSTFILE" for each. Of @install only daemon and nonce are used.
gboolean install_config_files(const Install *install, const InstallPlan *plan, const char *folder,
                              GPtrArray *arguments, GError **error);
// SHA-256 in hex of what it holds, secrets, contents of placed files and the nonce left out: the same for the
// same request. Of lines as sha256sum writes them ("HEX  PATH\n"), sorted by path. The caller frees.
char *install_config_digest(Daemon *daemon, const InstallPlan *plan, GError **error);
// Of all that it holds but the nonce, secrets too; therefore keyed with the daemon's instance: the digest
// alone must not let anybody try passwords out. The caller frees.
char *install_config_keyed_digest(Daemon *daemon, const InstallPlan *plan, GError **error);
// Progress of sevend-media shown as progress of the step. data: the Job.
void install_media_progress(const char *step, guint64 done, guint64 total, gpointer data);
// Turns an error of sevend-media, libvirt or the library into the job's error with a stable code. Takes
// @failure.
void install_propagate(GError **error, GError *failure);
// Returns @ok; if that is FALSE, *@failure (which is read only then: it may be set by the expression that is
// @ok) goes the way of install_propagate().
gboolean install_settled(gboolean ok, GError **failure, GError **error);

// The steps. Times and undo: install.c.
gboolean install_step_inspect(Job *job, GError **error);
gboolean install_step_preflight(Job *job, GError **error);
gboolean install_step_boot_disc(Job *job, GError **error);
gboolean install_step_config_disc(Job *job, GError **error);
gboolean install_undo_config_disc(Job *job, GError **error);
gboolean install_step_disk(Job *job, GError **error);
gboolean install_undo_disk(Job *job, GError **error);
gboolean install_step_define(Job *job, GError **error);
gboolean install_undo_define(Job *job, GError **error);
gboolean install_step_start(Job *job, GError **error);
gboolean install_undo_start(Job *job, GError **error);
gboolean install_step_winpe(Job *job, GError **error);
gboolean install_step_copy(Job *job, GError **error);
gboolean install_step_specialize(Job *job, GError **error);
gboolean install_step_oobe(Job *job, GError **error);
gboolean install_step_first_logon(Job *job, GError **error);
gboolean install_step_ready(Job *job, GError **error);
