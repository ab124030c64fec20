// SPDX-License-Identifier: GPL-3.0-or-later
// The exit codes of sevenctl: part of its interface, so scripts can branch on them. Not for texts: see
// report.h.
#pragma once

typedef enum {
    EXIT_OK = 0,
    EXIT_FAILED = 1,      // the job or the command failed, or sevenctl itself could not go on
    EXIT_USAGE = 2,       // the command line is wrong; nothing was sent
    EXIT_UNREACHABLE = 3, // the daemon does not answer, or says that it cannot serve now (429, 502–504)
    EXIT_NOT_FOUND = 4,
    EXIT_CONFLICT = 5,      // the machine exists, is busy, or is in the wrong state for this
    EXIT_REFUSED = 6,       // the daemon refuses the request as it is (bad request, not allowed)
    EXIT_TIMED_OUT = 124,   // --timeout is over; as timeout(1)
    EXIT_INTERRUPTED = 130, // Ctrl-C while waiting; the job goes on. As a shell says for SIGINT
} ExitCode;

// The code for an HTTP status of 300 and above.
ExitCode exit_code_of_status(long status);
