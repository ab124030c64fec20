// SPDX-License-Identifier: GPL-3.0-or-later
// The list of problems.
#include "inf_problems.h"

#include <string.h>

struct InfProblems {
    char *inf_path;
    GPtrArray *list;
};

static void problem_free(gpointer data)
{
    InfProblem *problem = data;
    g_free(problem->code);
    g_free(problem->architecture);
    g_free(problem->path);
    g_free(problem->message);
    g_free(problem);
}

InfProblems *inf_problems_new(const char *inf_path)
{
    InfProblems *problems = g_new0(InfProblems, 1);
    problems->inf_path = g_strdup(inf_path);
    problems->list = g_ptr_array_new_with_free_func(problem_free);
    return problems;
}

void inf_problems_free(InfProblems *problems)
{
    if (problems == NULL)
        return;
    g_free(problems->inf_path);
    g_ptr_array_unref(problems->list);
    g_free(problems);
}

static InfProblem *find(InfProblems *problems, const char *code, guint line, const char *path)
{
    for (guint i = 0; i < problems->list->len; i++) {
        InfProblem *problem = g_ptr_array_index(problems->list, i);
        if (problem->line == line && g_str_equal(problem->code, code) && g_strcmp0(problem->path, path) == 0)
            return problem;
    }
    return NULL;
}

static void append(InfProblems *problems, const char *code, const char *architecture, guint line,
                   const char *path, const char *text)
{
    InfProblem *problem = g_new0(InfProblem, 1);
    problem->code = g_strdup(code);
    problem->architecture = g_strdup(architecture);
    problem->line = line;
    problem->path = g_strdup(path);
    problem->message = line > 0 ? g_strdup_printf("%s: line %u: %s", problems->inf_path, line, text)
                                : g_strdup_printf("%s: %s", problems->inf_path, text);
    g_ptr_array_add(problems->list, problem);
}

void inf_problems_add(InfProblems *problems, const char *code, const char *architecture, guint line,
                      const char *path, const char *format, ...)
{
    InfProblem *known = find(problems, code, line, path);
    if (known != NULL) {
        if (g_strcmp0(known->architecture, architecture) != 0)
            g_clear_pointer(&known->architecture, g_free);
        return;
    }
    if (problems->list->len >= INF_PROBLEMS_MAX)
        return;
    if (problems->list->len == INF_PROBLEMS_MAX - 1) {
        append(problems, "more-problems", NULL, G_MAXUINT, NULL, "there are more problems than these");
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    append(problems, code, architecture, line, path, text);
}

static int compare_lines(gconstpointer a, gconstpointer b)
{
    const InfProblem *one = *(InfProblem *const *)a, *other = *(InfProblem *const *)b;
    if (one->line != other->line)
        return one->line < other->line ? -1 : 1;
    const int by_code = strcmp(one->code, other->code);
    return by_code != 0 ? by_code : g_strcmp0(one->path, other->path);
}

const GPtrArray *inf_problems_list(InfProblems *problems)
{
    g_ptr_array_sort(problems->list, compare_lines);
    return problems->list;
}
