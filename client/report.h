// SPDX-License-Identifier: GPL-3.0-or-later
// What went wrong, told to a person on standard error or, with --json, to a program on standard output; and
// the exit code for it. Each function reports once and returns the code, for the verb to pass on.
#pragma once

#include "client/client.h"

// The command line is wrong. @verb may be NULL. Always plain text on standard error.
ExitCode report_usage(const Verb *verb, const char *format, ...) G_GNUC_PRINTF(2, 3);

// Something failed on this side. With --json: problem details made here, with @code as their code.
ExitCode report_failure(const Client *client, ExitCode exit_code, const char *code, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

// No answer came (HTTP_ERROR): the code is EXIT_UNREACHABLE, EXIT_TIMED_OUT, EXIT_INTERRUPTED or EXIT_FAILED.
ExitCode report_http_error(const Client *client, const GError *error);

// The daemon answered with a status that is not 2xx: its problem details, a line for each wrong field.
ExitCode report_problem(const Client *client, const HttpAnswer *answer);
