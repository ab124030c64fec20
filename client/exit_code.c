// SPDX-License-Identifier: GPL-3.0-or-later
// Which exit code an HTTP status means. One table; everything else below 500 is a refusal, from 500 a
// failure.
#include "client/exit_code.h"

#include <stddef.h>

static const struct {
    long status;
    ExitCode code;
} codes[] = {
    { 404, EXIT_NOT_FOUND },   { 409, EXIT_CONFLICT },    { 429, EXIT_UNREACHABLE },
    { 502, EXIT_UNREACHABLE }, { 503, EXIT_UNREACHABLE }, { 504, EXIT_UNREACHABLE },
};

ExitCode exit_code_of_status(long status)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].status == status)
            return codes[i].code;
    // A redirection is no answer of sevend's: something else listens there.
    if (status < 400 || status >= 500)
        return EXIT_FAILED;
    return EXIT_REFUSED;
}
