// SPDX-License-Identifier: GPL-3.0-or-later
// What is wrong with a driver package that does not make its INF unreadable: a list with file and line. What
// follows from it for an install is the daemon's to say.
#pragma once

#include <glib.h>

typedef struct {
    char *code;         // stable: "missing-file", …
    char *architecture; // "amd64", "x86", or NULL for both
    guint line;         // in the INF; 0 for the whole
    char *path;         // of the file that it is about, inside the package; or NULL
    char *message;      // with the INF's path and the line
} InfProblem;

// One INF keeps this many, so that a hostile one cannot make a huge answer; the last says that there are
// more.
#define INF_PROBLEMS_MAX 200u

typedef struct InfProblems InfProblems;

// @inf_path: for the messages.
InfProblems *inf_problems_new(const char *inf_path);
void inf_problems_free(InfProblems *problems);
// @line 0: the whole INF. @architecture and @path may be NULL. The same code for the same line and path is
// added once: for both architectures if it is there for another already.
void inf_problems_add(InfProblems *problems, const char *code, const char *architecture, guint line,
                      const char *path, const char *format, ...) G_GNUC_PRINTF(6, 7);
// InfProblem, by line. Borrowed.
const GPtrArray *inf_problems_list(InfProblems *problems);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(InfProblems, inf_problems_free)
