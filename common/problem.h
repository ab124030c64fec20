// SPDX-License-Identifier: GPL-3.0-or-later
// A refusal as the API shows it (RFC 9457 problem details): HTTP status, stable code, sentence, faults.
// The daemon's services return it; daemon/http renders it. Not for failures inside a module: those are
// GErrors.
#pragma once

#include "common/faults.h"

typedef struct {
    int status;     // HTTP status code
    char *code;     // stable: "invalid-request", "not-found", …
    char *detail;   // sentence that names the thing; no secrets
    Faults *faults; // owned; NULL unless the request's fields are wrong
} Problem;

// Sets *@problem (unless @problem is NULL) to a new problem that the caller frees.
void problem_set(Problem **problem, int status, const char *code, const char *detail_format, ...)
    G_GNUC_PRINTF(4, 5);
// 422 invalid-request; takes ownership of *@faults and sets it to NULL.
void problem_set_faults(Problem **problem, Faults **faults);
void problem_free(Problem *problem);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Problem, problem_free)
