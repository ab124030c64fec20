// SPDX-License-Identifier: GPL-3.0-or-later
// Errors of the daemon's modules as problems of the API: one table.
#include "daemon/library/discs.h"
#include "daemon/library/media_process.h"
#include "daemon/library/upload.h"
#include "daemon/service/service_parts.h"
#include "daemon/vm/agent.h"

typedef struct {
    GQuark (*domain)(void);
    int code;
    int status;
    const char *problem_code;
} ProblemRow;

static const ProblemRow rows[] = {
    { library_error_quark, LIBRARY_ERROR_NOT_FOUND, 404, "not-found" },
    { upload_error_quark, UPLOAD_ERROR_ACTIVE, 409, "upload-active" },
    { upload_error_quark, UPLOAD_ERROR_OFFSET, 409, "wrong-offset" },
    { upload_error_quark, UPLOAD_ERROR_DIFFERS, 409, "upload-differs" },
    { upload_error_quark, UPLOAD_ERROR_EXISTS, 409, "conflict" },
    { upload_error_quark, UPLOAD_ERROR_UNWRITABLE, 500, "folder-not-writable" },
    { upload_error_quark, UPLOAD_ERROR_LENGTH, 400, "bad-request" },
    { media_error_quark, MEDIA_ERROR_CANCELLED, 503, "stopping" },
    { store_error_quark, STORE_ERROR_NOT_FOUND, 404, "not-found" },
    { store_error_quark, STORE_ERROR_EXISTS, 409, "conflict" },
    { store_error_quark, STORE_ERROR_FULL, 507, "no-space" },
    { g_io_error_quark, G_IO_ERROR_NO_SPACE, 507, "no-space" },
    { vm_error_quark, VM_ERROR_UNAVAILABLE, 503, "libvirt-unavailable" },
    { vm_error_quark, VM_ERROR_NOT_FOUND, 409, "wrong-state" },
    { vm_error_quark, VM_ERROR_STATE, 409, "wrong-state" },
    { vm_error_quark, VM_ERROR_BUSY, 409, "conflict" },
    { vm_error_quark, VM_ERROR_NO_SPACE, 507, "no-space" },
    { agent_error_quark, AGENT_ERROR_UNREACHABLE, 409, "agent-unavailable" },
    { agent_error_quark, AGENT_ERROR_NONCE, 409, "agent-unavailable" },
    { agent_error_quark, AGENT_ERROR_PROTOCOL, 502, "agent-protocol" },
    { agent_error_quark, AGENT_ERROR_REMOTE, 422, "agent-refused" },
    { agent_error_quark, AGENT_ERROR_BUSY, 409, "conflict" },
    { agent_error_quark, AGENT_ERROR_NOT_FOUND, 404, "not-found-in-machine" },
    { agent_error_quark, AGENT_ERROR_TOO_OLD, 409, "agent-too-old" },
    { job_error_quark, JOB_ERROR_QUEUE_FULL, 503, "too-many-jobs" },
    { job_error_quark, JOB_ERROR_INTERRUPTED, 503, "stopping" },
};

// The library's refusals bring their own code: "no-inf", "bad-template" …
static void refusal_problem(Problem **problem, GError *error)
{
    g_autofree char *code = NULL;
    const char *text = library_error_split(error, &code);
    problem_set(problem, 422, code, "%s", text);
    g_error_free(error);
}

void service_problem(Problem **problem, GError *error)
{
    if (g_error_matches(error, LIBRARY_ERROR, LIBRARY_ERROR_REFUSED)) {
        refusal_problem(problem, error);
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (error->domain == rows[i].domain() && error->code == rows[i].code) {
            problem_set(problem, rows[i].status, rows[i].problem_code, "%s", error->message);
            g_error_free(error);
            return;
        }
    }
    g_warning("request failed: %s", error->message);
    problem_set(problem, 500, "internal", "%s", error->message);
    g_error_free(error);
}
