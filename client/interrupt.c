// SPDX-License-Identifier: GPL-3.0-or-later
// The SIGINT handler: one flag and one eventfd, both safe to touch in a handler.
#include "client/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

static volatile sig_atomic_t caught;
static int event_fd = -1;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    int saved = errno;
    caught = 1;
    ssize_t written = write(event_fd, &(guint64){ 1 }, sizeof(guint64));
    (void)written; // the flag alone is enough, only slower
    errno = saved;
}

void interrupt_catch(void)
{
    if (event_fd >= 0)
        return;
    event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND };
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
}

gboolean interrupted(void)
{
    return caught != 0;
}

int interrupt_fd(void)
{
    return event_fd;
}

gboolean interrupt_sleep(guint milliseconds)
{
    struct pollfd wait = { .fd = event_fd, .events = POLLIN };
    // poll() skips a negative descriptor; EINTR is a signal other than SIGINT or the one that set the flag.
    if (!interrupted())
        (void)poll(&wait, 1, (int)MIN(milliseconds, (guint)G_MAXINT));
    return !interrupted();
}
