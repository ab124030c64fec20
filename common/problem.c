// SPDX-License-Identifier: GPL-3.0-or-later
// Making and freeing problems. Rendering is daemon/http's.
#include "common/problem.h"

void problem_set(Problem **problem, int status, const char *code, const char *detail_format, ...)
{
    if (problem == NULL)
        return;
    g_return_if_fail(*problem == NULL);
    Problem *made = g_new0(Problem, 1);
    made->status = status;
    made->code = g_strdup(code);
    va_list arguments;
    va_start(arguments, detail_format);
    made->detail = g_strdup_vprintf(detail_format, arguments);
    va_end(arguments);
    *problem = made;
}

void problem_set_faults(Problem **problem, Faults **faults)
{
    g_autoptr(Faults) taken = g_steal_pointer(faults);
    if (problem == NULL)
        return;
    guint count = taken != NULL ? faults_count(taken) : 0;
    problem_set(problem, 422, "invalid-request",
                count == 1 ? "The request has %u fault." : "The request has %u faults.", count);
    (*problem)->faults = g_steal_pointer(&taken);
}

void problem_free(Problem *problem)
{
    if (problem == NULL)
        return;
    g_free(problem->code);
    g_free(problem->detail);
    faults_free(problem->faults);
    g_free(problem);
}
