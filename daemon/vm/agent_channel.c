// SPDX-License-Identifier: GPL-3.0-or-later
// See agent_channel.h. No thread of its own: one of those who wait for a frame reads for all of them, and
// hands that over when its own frame has come.
#include "daemon/vm/agent_channel.h"

#include <string.h>

#include "daemon/vm/agent_link.h"

// What may wait for one exchange: more than any answer has outstanding (WIRE_WINDOW).
#define QUEUE_BYTES (4u << 20)
// How long a read lasts before it is looked whether the frame that has begun will ever be whole.
#define SLICE_MS 2000u
// A sender whose bytes are not taken looks this often whether somebody reads.
#define SEND_SLICE_MS 20u

typedef struct {
    char *path;
    guint users;
    AgentLink *link; // NULL until opened
    gboolean opening, reading, writing;
    guint64 noise;
    GError *broken;
    GHashTable *exchanges; // by id
} Channel;

typedef struct {
    struct wire_frame frame;
    guint8 payload[];
} Letter;

struct AgentExchange {
    Channel *channel;
    guint32 id;
    GQueue letters;
    gsize queued;
    gboolean flooded, wants_hello;
    Letter *current;
    gsize given_out, untold; // bytes that the caller has in hand; taken off, and not yet told
    struct wire_encoder encoder;
    guint8 output[WIRE_FRAME_MAX];
};

// Of all channels, for moments only.
static GMutex lock;
static GCond changed;
static GHashTable *channels; // by path, those that new exchanges may join

static void wake(GCancellable *cancellable, gpointer nothing)
{
    (void)cancellable;
    (void)nothing;
    g_mutex_lock(&lock);
    g_cond_broadcast(&changed);
    g_mutex_unlock(&lock);
}

static gulong watch(GCancellable *cancellable)
{
    return cancellable ? g_cancellable_connect(cancellable, G_CALLBACK(wake), NULL, NULL) : 0;
}

static gboolean too_late(GError **error)
{
    g_set_error(error, AGENT_ERROR, AGENT_ERROR_UNREACHABLE, "the machine's agent: no answer in time");
    return FALSE;
}

// Waits, with the lock, until something has changed. FALSE with @error when there is no more time.
static gboolean wait_for_change(gint64 deadline, GCancellable *cancellable, GError **error)
{
    if (g_cancellable_set_error_if_cancelled(cancellable, error))
        return FALSE;
    return g_cond_wait_until(&changed, &lock, deadline) || too_late(error);
}

// ---- Channels; all with the lock ----

static Channel *join(const char *path)
{
    if (channels == NULL)
        channels = g_hash_table_new(g_str_hash, g_str_equal);
    Channel *channel = g_hash_table_lookup(channels, path);
    if (channel == NULL) {
        channel = g_new0(Channel, 1);
        channel->path = g_strdup(path);
        channel->exchanges = g_hash_table_new(NULL, NULL);
        g_hash_table_insert(channels, channel->path, channel);
    }
    channel->users++;
    return channel;
}

static void retire(Channel *channel)
{
    if (g_hash_table_lookup(channels, channel->path) == channel)
        g_hash_table_remove(channels, channel->path);
}

static void leave(Channel *channel)
{
    if (--channel->users > 0)
        return;
    retire(channel);
    agent_link_close(channel->link);
    g_clear_error(&channel->broken);
    g_hash_table_unref(channel->exchanges);
    g_free(channel->path);
    g_free(channel);
}

static void break_channel(Channel *channel, GError *error)
{
    if (channel->broken == NULL)
        channel->broken = g_steal_pointer(&error);
    g_clear_error(&error);
    retire(channel);
    g_cond_broadcast(&changed);
}

// One opens for all; whoever has less time, or more patience with a missing socket, tries after it.
static gboolean open_link(Channel *channel, gboolean wait_for_socket, gint64 deadline,
                          GCancellable *cancellable, GError **error)
{
    while (channel->link == NULL) {
        if (channel->opening) {
            if (!wait_for_change(deadline, cancellable, error))
                return FALSE;
            continue;
        }
        channel->opening = TRUE;
        g_mutex_unlock(&lock);
        AgentLink *link = agent_link_open(channel->path, wait_for_socket, deadline, cancellable, error);
        g_mutex_lock(&lock);
        channel->opening = FALSE;
        channel->link = link;
        g_cond_broadcast(&changed);
        if (link == NULL)
            return FALSE;
    }
    return TRUE;
}

// ---- Reading ----

static void put_letter(AgentExchange *exchange, const struct wire_frame *frame)
{
    if (exchange->queued + frame->payload_length > QUEUE_BYTES) {
        exchange->flooded = TRUE;
        return;
    }
    Letter *letter = g_malloc(sizeof *letter + frame->payload_length);
    letter->frame = *frame;
    letter->frame.payload = letter->payload;
    if (frame->payload_length > 0)
        memcpy(letter->payload, frame->payload, frame->payload_length);
    exchange->queued += frame->payload_length + sizeof *letter;
    g_queue_push_tail(&exchange->letters, letter);
}

// Frames that nobody waits for are dropped: answers to what was given up.
static void deliver(Channel *channel, const struct wire_frame *frame)
{
    AgentExchange *exchange = g_hash_table_lookup(channel->exchanges, GUINT_TO_POINTER(frame->id));
    if (exchange != NULL)
        put_letter(exchange, frame);
    if (frame->id != 0)
        return;
    GHashTableIter iter;
    g_hash_table_iter_init(&iter, channel->exchanges);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&exchange))
        if (exchange->wants_hello)
            put_letter(exchange, frame);
}

// Reads one frame, or waits until @deadline for one, as the channel's only reader. Takes and gives back the
// lock.
static void read_for_all(Channel *channel, gint64 deadline, GCancellable *cancellable)
{
    struct wire_frame frame;
    GError *failure = NULL;
    const gint64 slice = agent_deadline(SLICE_MS);

    channel->reading = TRUE;
    g_mutex_unlock(&lock);
    const gboolean got =
        agent_link_receive(channel->link, &frame, MIN(deadline, slice), cancellable, &failure);
    // Its own deadline or cancellation is the reader's affair; the rest is everybody's.
    if (!got && g_get_monotonic_time() >= slice)
        agent_link_give_up_half_frame(channel->link);
    g_mutex_lock(&lock);
    channel->reading = FALSE;
    channel->noise = agent_link_noise(channel->link);
    if (got)
        deliver(channel, &frame);
    else if (agent_link_is_closed(channel->link) ||
             g_error_matches(failure, AGENT_ERROR, AGENT_ERROR_PROTOCOL))
        break_channel(channel, g_steal_pointer(&failure));
    g_clear_error(&failure);
    g_cond_broadcast(&changed);
}

static gboolean take_letter(AgentExchange *exchange, struct wire_frame *ret_frame)
{
    g_clear_pointer(&exchange->current, g_free);
    exchange->current = g_queue_pop_head(&exchange->letters);
    if (exchange->current == NULL)
        return FALSE;
    exchange->queued -= exchange->current->frame.payload_length + sizeof(Letter);
    *ret_frame = exchange->current->frame;
    return TRUE;
}

// Why the exchange cannot go on; FALSE if it can.
static gboolean is_over(const AgentExchange *exchange, gint64 deadline, GCancellable *cancellable,
                        GError **error)
{
    if (exchange->flooded)
        return !agent_protocol_error(error, "it sends more than it was asked for");
    if (exchange->channel->broken != NULL) {
        g_propagate_error(error, g_error_copy(exchange->channel->broken));
        return TRUE;
    }
    if (g_cancellable_set_error_if_cancelled(cancellable, error))
        return TRUE;
    return g_get_monotonic_time() >= deadline && !too_late(error);
}

gboolean agent_exchange_receive(AgentExchange *exchange, struct wire_frame *ret_frame, gint64 deadline,
                                GCancellable *cancellable, GError **error)
{
    Channel *channel = exchange->channel;
    const gulong handler = watch(cancellable);
    gboolean got, over = FALSE;

    g_mutex_lock(&lock);
    while (!(got = take_letter(exchange, ret_frame)) &&
           !(over = is_over(exchange, deadline, cancellable, error))) {
        if (!channel->reading)
            read_for_all(channel, deadline, cancellable);
        else
            wait_for_change(deadline, cancellable, NULL);
    }
    g_mutex_unlock(&lock);
    g_cancellable_disconnect(cancellable, handler);
    return got;
}

// ---- Writing ----

struct wire_encoder *agent_exchange_begin(AgentExchange *exchange, guint16 type)
{
    wire_encoder_begin(&exchange->encoder, exchange->output, sizeof exchange->output, type, exchange->id);
    return &exchange->encoder;
}

struct wire_encoder *agent_exchange_encoder(AgentExchange *exchange)
{
    return &exchange->encoder;
}

// The guest may itself be stuck in writing: somebody must take its bytes off, else neither would go on.
static gboolean wait_until_taken(AgentExchange *exchange, gint64 deadline, GCancellable *cancellable,
                                 GError **error)
{
    Channel *channel = exchange->channel;

    g_mutex_lock(&lock);
    const gboolean over = is_over(exchange, deadline, cancellable, error);
    if (!over && !channel->reading)
        read_for_all(channel, MIN(deadline, agent_deadline(SEND_SLICE_MS)), cancellable);
    g_mutex_unlock(&lock);
    if (over)
        return FALSE;
    agent_link_wait_writable(channel->link, MIN(deadline, agent_deadline(SEND_SLICE_MS)), cancellable, NULL);
    return TRUE;
}

static gboolean write_all(AgentExchange *exchange, gsize length, gint64 deadline, GCancellable *cancellable,
                          GError **error)
{
    GError *failure = NULL;
    gsize done = 0;

    while (done < length) {
        const gssize sent =
            agent_link_write(exchange->channel->link, exchange->output + done, length - done, &failure);
        if (sent < 0) {
            g_mutex_lock(&lock);
            break_channel(exchange->channel, g_error_copy(failure));
            g_mutex_unlock(&lock);
            g_propagate_error(error, failure);
            return FALSE;
        }
        done += (gsize)sent;
        // A frame that has begun must end, or the agent would take the next one for its rest.
        if (sent == 0 && !wait_until_taken(exchange, deadline, done == 0 ? cancellable : NULL, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean begin_writing(AgentExchange *exchange, gint64 deadline, GCancellable *cancellable,
                              GError **error)
{
    const gulong handler = watch(cancellable);
    gboolean mine = TRUE;

    g_mutex_lock(&lock);
    while (mine && exchange->channel->writing)
        mine = wait_for_change(deadline, cancellable, error);
    if (mine && exchange->channel->broken != NULL) {
        g_propagate_error(error, g_error_copy(exchange->channel->broken));
        mine = FALSE;
    }
    if (mine)
        exchange->channel->writing = TRUE;
    g_mutex_unlock(&lock);
    g_cancellable_disconnect(cancellable, handler);
    return mine;
}

gboolean agent_exchange_send(AgentExchange *exchange, gint64 deadline, GCancellable *cancellable,
                             GError **error)
{
    const gsize length = wire_encoder_end(&exchange->encoder);

    if (length == 0) {
        g_set_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL, "the request is longer than %u bytes",
                    WIRE_PAYLOAD_MAX);
        return FALSE;
    }
    if (!begin_writing(exchange, deadline, cancellable, error))
        return FALSE;
    const gboolean ok = write_all(exchange, length, deadline, cancellable, error);
    g_mutex_lock(&lock);
    exchange->channel->writing = FALSE;
    g_cond_broadcast(&changed);
    g_mutex_unlock(&lock);
    return ok;
}

void agent_exchange_give_out(AgentExchange *exchange, gsize length)
{
    exchange->given_out = length;
}

gboolean agent_exchange_acknowledge(AgentExchange *exchange, gint64 deadline, GError **error)
{
    exchange->untold += exchange->given_out;
    exchange->given_out = 0;
    if (exchange->untold < WIRE_WINDOW / 4)
        return TRUE;
    wire_encoder_u32(agent_exchange_begin(exchange, WIRE_ACK), WIRE_BYTES, (guint32)exchange->untold);
    exchange->untold = 0;
    return agent_exchange_send(exchange, deadline, NULL, error);
}

// ---- Exchanges ----

// Not 0: that is the unsolicited hello's. With the lock.
static guint32 free_id(const Channel *channel)
{
    guint32 id;

    do
        id = (guint32)g_random_int_range(1, G_MAXINT32);
    while (g_hash_table_contains(channel->exchanges, GUINT_TO_POINTER(id)));
    return id;
}

AgentExchange *agent_exchange_open(const char *socket_path, gboolean wait_for_socket, gint64 deadline,
                                   GCancellable *cancellable, GError **error)
{
    const gulong handler = watch(cancellable);
    AgentExchange *exchange = NULL;

    g_mutex_lock(&lock);
    Channel *channel = join(socket_path);
    if (open_link(channel, wait_for_socket, deadline, cancellable, error)) {
        exchange = g_new0(AgentExchange, 1);
        exchange->channel = channel;
        exchange->id = free_id(channel);
        g_hash_table_insert(channel->exchanges, GUINT_TO_POINTER(exchange->id), exchange);
    } else {
        leave(channel);
    }
    g_mutex_unlock(&lock);
    g_cancellable_disconnect(cancellable, handler);
    return exchange;
}

void agent_exchange_close(AgentExchange *exchange)
{
    if (exchange == NULL)
        return;
    g_mutex_lock(&lock);
    g_hash_table_remove(exchange->channel->exchanges, GUINT_TO_POINTER(exchange->id));
    leave(exchange->channel);
    g_mutex_unlock(&lock);
    g_queue_clear_full(&exchange->letters, g_free);
    g_free(exchange->current);
    g_free(exchange);
}

gboolean agent_exchange_is_closed(AgentExchange *exchange)
{
    g_mutex_lock(&lock);
    const gboolean closed = agent_link_is_closed(exchange->channel->link);
    g_mutex_unlock(&lock);
    return closed;
}

guint64 agent_exchange_noise(AgentExchange *exchange)
{
    g_mutex_lock(&lock);
    const guint64 noise = exchange->channel->noise;
    g_mutex_unlock(&lock);
    return noise;
}

void agent_exchange_want_hello(AgentExchange *exchange, gboolean wanted)
{
    g_mutex_lock(&lock);
    exchange->wants_hello = wanted;
    g_mutex_unlock(&lock);
}
