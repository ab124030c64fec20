// SPDX-License-Identifier: GPL-3.0-or-later
// One flag, set by a signal handler and asked by every long loop. A process does one task, so the flag is
// global.
#include "cancel.h"

#include <signal.h>

#include "media_error.h"

static volatile sig_atomic_t cancelled_by;

static void note_signal(int signal_number)
{
    if (cancelled_by == 0)
        cancelled_by = signal_number;
}

void cancel_install_handlers(void)
{
    struct sigaction note = { .sa_handler = note_signal };
    struct sigaction ignore = { .sa_handler = SIG_IGN };

    sigaction(SIGTERM, &note, NULL);
    sigaction(SIGINT, &note, NULL);
    sigaction(SIGHUP, &note, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
}

void cancel_because_output_closed(void)
{
    note_signal(SIGPIPE);
}

gboolean cancel_requested(void)
{
    return cancelled_by != 0;
}

gboolean cancel_check(GError **error)
{
    if (cancelled_by == 0)
        return TRUE;
    g_set_error_literal(error, MEDIA_ERROR, MEDIA_ERROR_CANCELLED,
                        cancelled_by == SIGPIPE ? "cancelled: nobody reads the output any more"
                                                : "cancelled by a signal");
    return FALSE;
}

int cancel_exit_status(void)
{
    return 128 + (cancelled_by != 0 ? cancelled_by : SIGTERM);
}
