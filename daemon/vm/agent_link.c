// SPDX-License-Identifier: GPL-3.0-or-later
// See agent_link.h. The socket never blocks; all waiting is in wait_for().
#include "daemon/vm/agent_link.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define GARBAGE_LIMIT (1u << 20)
// After such a silence in the middle of a frame, a whole one inside of it tells that its sender was reset and
// has begun anew; without one it may be halted, while its memory is saved, say, and goes on.
#define RESET_AFTER    (1 * G_TIME_SPAN_SECOND)
#define GONE_AFTER     (60 * G_TIME_SPAN_SECOND)
#define RETRY_INTERVAL (100 * G_TIME_SPAN_MILLISECOND)

struct AgentLink {
    int socket;
    gint closed;         // atomic
    guint8 input[16384]; // received, not yet given to the decoder: from input_at to input_end
    gsize input_at, input_end;
    gint64 last_byte;
    struct wire_decoder decoder;
};

gint64 agent_deadline(guint milliseconds)
{
    return g_get_monotonic_time() + milliseconds * G_TIME_SPAN_MILLISECOND;
}

static gboolean unreachable(GError **error, const char *why)
{
    g_set_error(error, AGENT_ERROR, AGENT_ERROR_UNREACHABLE, "the machine's agent: %s", why);
    return FALSE;
}

// Waits for @events on @socket (-1: only for time to pass). FALSE with @error when @deadline passes or on
// cancellation.
static gboolean wait_for(int socket, GIOCondition events, gint64 deadline, GCancellable *cancellable,
                         GError **error)
{
    GPollFD polled[2] = { { .fd = socket, .events = events }, { .fd = -1 } };
    gboolean cancel_polled = cancellable && g_cancellable_make_pollfd(cancellable, &polled[1]);
    int ready;

    do {
        gint64 left = deadline - g_get_monotonic_time();
        // Rounded up, else the last millisecond is spent turning.
        ready = g_poll(polled, 2, left <= 0 ? 0 : (gint)MIN(left / 1000 + 1, 60 * 1000));
    } while ((ready < 0 && errno == EINTR) || (ready == 0 && g_get_monotonic_time() < deadline));
    if (cancel_polled)
        g_cancellable_release_fd(cancellable);
    if (g_cancellable_set_error_if_cancelled(cancellable, error))
        return FALSE;
    return ready > 0 || unreachable(error, "no answer in time");
}

// Sleeps a little before another attempt. FALSE with @error if there is no time for one.
static gboolean pause_before_retry(gint64 deadline, GCancellable *cancellable, GError **error)
{
    gint64 until = g_get_monotonic_time() + RETRY_INTERVAL;
    g_autoptr(GError) slept = NULL;

    if (until >= deadline)
        return wait_for(-1, 0, deadline, cancellable, error);
    wait_for(-1, 0, until, cancellable, &slept);
    if (!g_error_matches(slept, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&slept));
    return FALSE;
}

static int connect_once(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int link = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (link < 0)
        return -1;
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    if (connect(link, (const struct sockaddr *)&address, sizeof address) == 0)
        return link;
    int reason = errno;
    close(link);
    errno = reason;
    return -1;
}

AgentLink *agent_link_open(const char *socket_path, gboolean wait_for_socket, gint64 deadline,
                           GCancellable *cancellable, GError **error)
{
    int connected;

    if (strlen(socket_path) >= sizeof((struct sockaddr_un *)NULL)->sun_path) {
        unreachable(error, "the socket's path is too long");
        return NULL;
    }
    while ((connected = connect_once(socket_path)) < 0) {
        int reason = errno;
        // EAGAIN: QEMU has a client and does not accept another yet.
        gboolean again = reason == EAGAIN || reason == EINTR ||
                         (wait_for_socket && (reason == ENOENT || reason == ECONNREFUSED));
        if (!again) {
            unreachable(error, g_strerror(reason));
            return NULL;
        }
        if (!pause_before_retry(deadline, cancellable, error))
            return NULL;
    }
    AgentLink *link = g_new0(AgentLink, 1);
    link->socket = connected;
    wire_decoder_init(&link->decoder);
    return link;
}

void agent_link_close(AgentLink *link)
{
    if (link == NULL)
        return;
    close(link->socket);
    g_free(link);
}

gboolean agent_link_is_closed(const AgentLink *link)
{
    return g_atomic_int_get(&link->closed);
}

void agent_link_give_up_half_frame(AgentLink *link)
{
    const gint64 silence = g_get_monotonic_time() - link->last_byte;

    if (silence >= GONE_AFTER || (silence >= RESET_AFTER && wire_decoder_holds_frame(&link->decoder)))
        wire_decoder_give_up(&link->decoder);
}

// Reads what there is without waiting. FALSE with @error once the other end is closed.
static gboolean fill_input(AgentLink *link, GError **error)
{
    ssize_t got = recv(link->socket, link->input, sizeof link->input, 0);

    if (got > 0) {
        link->last_byte = g_get_monotonic_time();
        link->input_at = 0;
        link->input_end = (gsize)got;
        return TRUE;
    }
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return TRUE;
    g_atomic_int_set(&link->closed, TRUE);
    return unreachable(error, got == 0 ? "the serial port was closed" : g_strerror(errno));
}

// The next frame among the bytes that are here.
static gboolean next_frame(AgentLink *link, struct wire_frame *ret_frame)
{
    for (;;) {
        if (wire_decoder_next(&link->decoder, ret_frame))
            return TRUE;
        gsize waiting = link->input_end - link->input_at;
        if (waiting == 0)
            return FALSE;
        link->input_at += wire_decoder_feed(&link->decoder, link->input + link->input_at, waiting);
    }
}

gboolean agent_link_receive(AgentLink *link, struct wire_frame *ret_frame, gint64 deadline,
                            GCancellable *cancellable, GError **error)
{
    for (;;) {
        while (next_frame(link, ret_frame))
            if (wire_frame_check(ret_frame))
                return TRUE;
        if (link->decoder.garbage > GARBAGE_LIMIT) {
            g_set_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL,
                        "the machine sends more than %u bytes that are no frames", GARBAGE_LIMIT);
            return FALSE;
        }
        // A guest that never stops sending is not waited for, so that the clock must be looked at here.
        if (g_get_monotonic_time() >= deadline)
            return unreachable(error, "no answer in time");
        if (!wait_for(link->socket, G_IO_IN, deadline, cancellable, error) || !fill_input(link, error))
            return FALSE;
    }
}

gssize agent_link_write(AgentLink *link, const void *bytes, gsize length, GError **error)
{
    const ssize_t sent = send(link->socket, bytes, length, MSG_NOSIGNAL);

    if (sent >= 0)
        return sent;
    if (errno == EAGAIN || errno == EINTR)
        return 0;
    g_atomic_int_set(&link->closed, TRUE);
    unreachable(error, g_strerror(errno));
    return -1;
}

gboolean agent_link_wait_writable(const AgentLink *link, gint64 deadline, GCancellable *cancellable,
                                  GError **error)
{
    return wait_for(link->socket, G_IO_OUT, deadline, cancellable, error);
}

guint64 agent_link_noise(const AgentLink *link)
{
    return link->decoder.garbage;
}
