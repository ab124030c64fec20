// SPDX-License-Identifier: GPL-3.0-or-later
// Waiting for a job: progress while it runs, the outcome, what to do next. Shared by every verb that can
// wait.
#pragma once

#include "client/client.h"
#include "common/json.h"

typedef struct {
    gint64 timeout_seconds; // 0: as long as it takes
    gint64 retry_seconds;   // how long the daemon may be away
} FollowLimits;

// Defaults; and the options --timeout and --retry over them, for a verb's entries.
#define FOLLOW_LIMITS_DEFAULT                                                                                \
    {                                                                                                        \
        .timeout_seconds = 0, .retry_seconds = 120                                                           \
    }
#define FOLLOW_ENTRIES(limits)                                                                               \
    { "timeout",                                                                                             \
      0,                                                                                                     \
      0,                                                                                                     \
      G_OPTION_ARG_INT64,                                                                                    \
      &(limits).timeout_seconds,                                                                             \
      "stop waiting after this long (exit code 124); the job goes on",                                       \
      "SECONDS" },                                                                                           \
    {                                                                                                        \
        "retry", 0, 0, G_OPTION_ARG_INT64, &(limits).retry_seconds,                                          \
            "how long to try again while sevend is away (default: 120)", "SECONDS"                           \
    }

// TRUE if they make sense; else reported, with *@ret_code set.
gboolean follow_limits_check(const FollowLimits *limits, const Verb *verb, ExitCode *ret_code);

// Waits for the end of @job and, while they succeed, of the jobs that go on from it ("next"). @machine may be
// NULL. Reports how it ended: EXIT_OK if it succeeded, EXIT_FAILED if
// it failed or was cancelled, and so on. With --json nothing is printed on success or failure, for the caller
// to do it:
// *@ret_job is the last job as it ended, or NULL if that was not seen (then a failure has been reported).
ExitCode follow_job(Client *client, const char *job, const char *machine, const FollowLimits *limits,
                    json_object **ret_job);

// For verbs whose answer is a job ({"job": …}): prints it or, if @wait, watches it. @doing: "deleting".
ExitCode follow_answer(Client *client, const HttpAnswer *answer, const char *machine, const char *doing,
                       gboolean wait, const FollowLimits *limits);
