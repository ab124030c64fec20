// SPDX-License-Identifier: GPL-3.0-or-later
// Counting, deadlines and the thread that enforces them. See connections.h for why.
#include "daemon/http/connections.h"

#include <poll.h>
#include <sys/socket.h>

const HttpTimes http_default_times = {
    .header = 30 * 1000,
    .body = 60 * 1000,
    .send = 60 * 1000,
    .heartbeat = 10 * 1000,
    .slice = 1000,
    .stop = 3000,
};

// The slowest reader that a long answer is sent to, and the slowest writer of a long body.
#define SLOWEST_BYTES_PER_SECOND (32 * 1024)

struct Connections {
    HttpTimes times;
    guint limit;
    GMutex lock;
    GCond wake;  // the enforcing thread: an earlier deadline, or the end
    GCond quiet; // connections_wait_quiet(): fewer are busy
    GList *all;
    guint count, busy, waits;
    gint64 next_wake;
    gboolean ending;
    GThread *enforcer;
};

static gpointer enforce_deadlines(gpointer data)
{
    Connections *connections = data;
    g_mutex_lock(&connections->lock);
    while (!connections->ending) {
        gint64 now = g_get_monotonic_time();
        gint64 next = G_MAXINT64;
        for (GList *item = connections->all; item != NULL; item = item->next) {
            Connection *connection = item->data;
            if (connection->deadline == 0)
                continue;
            if (connection->deadline <= now) {
                connection->deadline = 0;
                shutdown(connection->fd, SHUT_RDWR);
            } else {
                next = MIN(next, connection->deadline);
            }
        }
        connections->next_wake = next;
        if (next == G_MAXINT64)
            g_cond_wait(&connections->wake, &connections->lock);
        else
            g_cond_wait_until(&connections->wake, &connections->lock, next);
    }
    g_mutex_unlock(&connections->lock);
    return NULL;
}

Connections *connections_new(guint limit, const HttpTimes *times)
{
    Connections *connections = g_new0(Connections, 1);
    connections->times = *times;
    connections->limit = MAX(limit, 1);
    connections->next_wake = G_MAXINT64;
    g_mutex_init(&connections->lock);
    g_cond_init(&connections->wake);
    g_cond_init(&connections->quiet);
    connections->enforcer = g_thread_new("http-deadlines", enforce_deadlines, connections);
    return connections;
}

void connections_free(Connections *connections)
{
    if (connections == NULL)
        return;
    g_mutex_lock(&connections->lock);
    connections->ending = TRUE;
    g_cond_signal(&connections->wake);
    g_mutex_unlock(&connections->lock);
    g_thread_join(connections->enforcer);
    g_warn_if_fail(connections->all == NULL);
    g_mutex_clear(&connections->lock);
    g_cond_clear(&connections->wake);
    g_cond_clear(&connections->quiet);
    g_free(connections);
}

const HttpTimes *connections_times(const Connections *connections)
{
    return &connections->times;
}

// With the lock held. @milliseconds 0: no deadline.
static void set_state(Connection *connection, gboolean busy, guint64 milliseconds)
{
    Connections *owner = connection->owner;
    if (busy && !connection->busy)
        owner->busy++;
    if (!busy && connection->busy && --owner->busy == 0)
        g_cond_broadcast(&owner->quiet);
    connection->busy = busy;
    connection->deadline =
        milliseconds == 0 ? 0 : g_get_monotonic_time() + (gint64)milliseconds * G_TIME_SPAN_MILLISECOND;
    if (connection->deadline != 0 && connection->deadline < owner->next_wake)
        g_cond_signal(&owner->wake);
}

Connection *connections_add(Connections *connections, int fd)
{
    Connection *connection = g_new0(Connection, 1);
    connection->owner = connections;
    connection->fd = fd;
    g_mutex_lock(&connections->lock);
    connection->over_limit = connections->count >= connections->limit;
    connections->count++;
    connections->all = connection->link = g_list_prepend(connections->all, connection);
    set_state(connection, FALSE, connections->times.header);
    g_mutex_unlock(&connections->lock);
    return connection;
}

void connections_remove(Connection *connection)
{
    Connections *owner = connection->owner;
    g_mutex_lock(&owner->lock);
    set_state(connection, FALSE, 0);
    owner->all = g_list_delete_link(owner->all, connection->link);
    owner->count--;
    g_mutex_unlock(&owner->lock);
    g_free(connection->peer);
    g_free(connection);
}

static void change_state(Connection *connection, gboolean busy, guint64 milliseconds)
{
    g_mutex_lock(&connection->owner->lock);
    set_state(connection, busy, milliseconds);
    g_mutex_unlock(&connection->owner->lock);
}

void connection_idle(Connection *connection)
{
    change_state(connection, FALSE, connection->owner->times.header);
}

void connection_receiving(Connection *connection)
{
    connection->span_bytes = 0;
    change_state(connection, FALSE, connection->owner->times.body);
}

void connection_streaming(Connection *connection, gsize bytes)
{
    guint64 span = connection->owner->times.body;
    connection->span_bytes += bytes;
    if (connection->span_bytes * 1000 < span * SLOWEST_BYTES_PER_SECOND)
        return;
    connection->span_bytes = 0;
    change_state(connection, FALSE, span);
}

void connection_working(Connection *connection)
{
    change_state(connection, TRUE, 0);
}

void connection_sending(Connection *connection, gsize bytes)
{
    guint64 extra = (guint64)bytes * 1000 / SLOWEST_BYTES_PER_SECOND;
    change_state(connection, TRUE, connection->owner->times.send + extra);
}

gboolean connection_client_is_gone(const Connection *connection)
{
    struct pollfd item = { .fd = connection->fd, .events = POLLRDHUP };
    return poll(&item, 1, 0) > 0 && (item.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

gboolean connections_begin_wait(Connections *connections)
{
    g_mutex_lock(&connections->lock);
    gboolean may = connections->waits < MAX(connections->limit / 2, 1);
    if (may)
        connections->waits++;
    g_mutex_unlock(&connections->lock);
    return may;
}

void connections_end_wait(Connections *connections)
{
    g_mutex_lock(&connections->lock);
    connections->waits--;
    g_mutex_unlock(&connections->lock);
}

gboolean connections_wait_quiet(Connections *connections, guint milliseconds)
{
    gint64 end = g_get_monotonic_time() + (gint64)milliseconds * G_TIME_SPAN_MILLISECOND;
    g_mutex_lock(&connections->lock);
    while (connections->busy > 0 && g_cond_wait_until(&connections->quiet, &connections->lock, end))
        continue;
    gboolean quiet = connections->busy == 0;
    g_mutex_unlock(&connections->lock);
    return quiet;
}
