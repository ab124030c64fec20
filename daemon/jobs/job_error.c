// SPDX-License-Identifier: GPL-3.0-or-later
// Errors of jobs: a stable code beside the text. The code is kept apart from the message, so that prefixes
// and copies do not lose it.
#include "daemon/jobs/engine_private.h"

typedef struct {
    char *code; // or NULL
} JobErrorPrivate;

static void job_error_private_init(JobErrorPrivate *private)
{
    private->code = NULL;
}

static void job_error_private_copy(const JobErrorPrivate *source, JobErrorPrivate *target)
{
    target->code = g_strdup(source->code);
}

static void job_error_private_clear(JobErrorPrivate *private)
{
    g_free(private->code);
}

G_DEFINE_EXTENDED_ERROR(JobError, job_error)

void job_fail(GError **error, const char *code, const char *message_format, ...)
{
    if (error == NULL) {
        return;
    }
    va_list arguments;
    va_start(arguments, message_format);
    GError *failure = g_error_new_valist(JOB_ERROR, JOB_ERROR_FAILED, message_format, arguments);
    va_end(arguments);
    job_error_get_private(failure)->code = g_strdup(code);
    g_propagate_error(error, failure);
}

const char *job_error_code(const GError *error, const char **ret_message)
{
    if (ret_message != NULL) {
        *ret_message = error->message;
    }
    if (error->domain != JOB_ERROR) {
        return "internal";
    }
    const char *code = job_error_get_private(error)->code;
    if (code != NULL) {
        return code;
    }
    switch ((JobError)error->code) {
    case JOB_ERROR_CANCELLED:
        return "cancelled";
    case JOB_ERROR_TIME_LIMIT:
        return "phase-timeout";
    case JOB_ERROR_FAILED:
    case JOB_ERROR_INTERRUPTED:
    case JOB_ERROR_QUEUE_FULL:
        break;
    }
    return "internal";
}

GError *job_error_of_row(const char *code, const char *message)
{
    const char *text = message != NULL ? message : "";
    if (g_strcmp0(code, "cancelled") == 0) {
        return g_error_new_literal(JOB_ERROR, JOB_ERROR_CANCELLED, text);
    }
    if (g_strcmp0(code, "phase-timeout") == 0) {
        return g_error_new_literal(JOB_ERROR, JOB_ERROR_TIME_LIMIT, text);
    }
    GError *error = NULL;
    job_fail(&error, code, "%s", text);
    return error;
}

const char *job_outcome_text(JobOutcome outcome)
{
    static const char *const texts[] = {
        [JOB_SUCCEEDED] = "succeeded",
        [JOB_FAILED] = "failed",
        [JOB_CANCELLED] = "cancelled",
    };
    return texts[outcome];
}
