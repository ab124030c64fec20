// SPDX-License-Identifier: GPL-3.0-or-later
// Hello and shutdown: short exchanges with the agent. Commands: agent_exec.c; files: agent_files.c; the line:
// agent_channel.c.
#include "daemon/vm/agent.h"

#include <string.h>

#include "daemon/vm/agent_channel.h"
#include "daemon/vm/guest_text.h"

#define TEXT_LIMIT          256
#define ASK_AGAIN_MS        2000
#define OPEN_HELLO_MS       10000
#define SHUTDOWN_TIMEOUT_MS 20000

G_DEFINE_QUARK(sevend - agent - error, agent_error)

void agent_hello_free(AgentHello *hello)
{
    if (hello == NULL)
        return;
    g_free(hello->agent_version);
    g_free(hello->os_version);
    g_free(hello->computer_name);
    g_free(hello->architecture);
    g_free(hello->first_logon);
    g_free(hello);
}

static char *text_field(const struct wire_frame *frame, guint16 tag)
{
    struct wire_field field;

    if (!wire_frame_find(frame, tag, &field))
        return g_strdup("");
    return guest_text_show(field.bytes, field.length, TEXT_LIMIT);
}

void agent_set_remote_error(const struct wire_frame *frame, GError **error)
{
    g_autofree char *code = text_field(frame, WIRE_CODE);
    g_autofree char *message = text_field(frame, WIRE_MESSAGE);
    // Busy: as many commands as it may run do so already.
    g_set_error(error, AGENT_ERROR, strcmp(code, "busy") == 0 ? AGENT_ERROR_BUSY : AGENT_ERROR_REMOTE,
                "the machine's agent refuses: %s (%s)", message, code);
}

static gboolean knows_nonce(const struct wire_frame *frame, const char *nonce)
{
    struct wire_field field;
    gsize length = strlen(nonce);

    return length > 0 && wire_frame_find(frame, WIRE_NONCE, &field) && field.length == length &&
           guest_text_equals(field.bytes, nonce, length);
}

// 0 if it is none of ours.
static guint protocol_of(const struct wire_frame *frame)
{
    struct wire_field field;
    guint32 version;

    return wire_frame_find(frame, WIRE_PROTOCOL, &field) && wire_field_u32(&field, &version) &&
                   version >= WIRE_PROTOCOL_OLDEST && version <= WIRE_PROTOCOL_VERSION
               ? version
               : 0;
}

gboolean agent_protocol_error(GError **error, const char *what)
{
    g_set_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL, "the machine's agent: %s", what);
    return FALSE;
}

static AgentHello *parse_hello(const struct wire_frame *frame, const char *nonce, GError **error)
{
    static const char *const first_logon[] = { "running", "done", "failed", "none", NULL };

    if (!knows_nonce(frame, nonce)) {
        g_set_error(error, AGENT_ERROR, AGENT_ERROR_NONCE,
                    "what answers on the serial port does not know the machine's nonce");
        return NULL;
    }
    if (protocol_of(frame) == 0) {
        g_set_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL, "the machine's agent speaks another protocol");
        return NULL;
    }
    g_autoptr(AgentHello) hello = g_new0(AgentHello, 1);
    hello->protocol = protocol_of(frame);
    hello->agent_version = text_field(frame, WIRE_AGENT_VERSION);
    hello->os_version = text_field(frame, WIRE_OS_VERSION);
    hello->computer_name = text_field(frame, WIRE_COMPUTER_NAME);
    hello->architecture = text_field(frame, WIRE_ARCHITECTURE);
    hello->first_logon = text_field(frame, WIRE_FIRST_LOGON);
    if (!g_strv_contains(first_logon, hello->first_logon)) {
        g_set_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL,
                    "the machine's agent has no such state of first logon: %s", hello->first_logon);
        return NULL;
    }
    return g_steal_pointer(&hello);
}

// Waits for HELLO.
static AgentHello *receive_hello(AgentExchange *exchange, const char *nonce, gint64 deadline,
                                 GCancellable *cancellable, GError **error)
{
    struct wire_frame frame;

    while (agent_exchange_receive(exchange, &frame, deadline, cancellable, error)) {
        if (frame.type == WIRE_HELLO)
            return parse_hello(&frame, nonce, error);
        if (frame.type == WIRE_ERROR) {
            agent_set_remote_error(&frame, error);
            return NULL;
        }
    }
    return NULL;
}

static AgentHello *ask_until(AgentExchange *exchange, const char *nonce, gint64 deadline,
                             GCancellable *cancellable, GError **error)
{
    for (;;) {
        GError *failure = NULL;
        const gint64 until = MIN(deadline, agent_deadline(ASK_AGAIN_MS));

        agent_exchange_begin(exchange, WIRE_HELLO_REQUEST);
        AgentHello *hello = agent_exchange_send(exchange, until, cancellable, &failure)
                                ? receive_hello(exchange, nonce, until, cancellable, &failure)
                                : NULL;
        if (hello)
            return hello;
        if (!g_error_matches(failure, AGENT_ERROR, AGENT_ERROR_UNREACHABLE) ||
            agent_exchange_is_closed(exchange) || g_get_monotonic_time() >= deadline) {
            g_propagate_error(error, failure);
            return NULL;
        }
        g_error_free(failure);
    }
}

AgentHello *agent_exchange_hello(AgentExchange *exchange, const char *nonce, gint64 deadline,
                                 GCancellable *cancellable, GError **error)
{
    agent_exchange_want_hello(exchange, TRUE);
    AgentHello *hello = ask_until(exchange, nonce, deadline, cancellable, error);
    agent_exchange_want_hello(exchange, FALSE);
    return hello;
}

AgentExchange *agent_exchange_open_to(const char *socket_path, const char *nonce, guint protocol,
                                      gint64 deadline, GCancellable *cancellable, GError **error)
{
    const gint64 until = MIN(deadline, agent_deadline(OPEN_HELLO_MS));
    g_autoptr(AgentExchange) exchange = agent_exchange_open(socket_path, FALSE, until, cancellable, error);
    g_autoptr(AgentHello) hello =
        exchange ? agent_exchange_hello(exchange, nonce, until, cancellable, error) : NULL;

    if (hello && hello->protocol < protocol) {
        g_set_error(error, AGENT_ERROR, AGENT_ERROR_TOO_OLD,
                    "the machine's agent is too old for this (version %s): install the machine anew",
                    hello->agent_version);
        return NULL;
    }
    return hello ? g_steal_pointer(&exchange) : NULL;
}

// Silence, or somebody else who speaks on the port?
static void propagate_silence(GError **error, GError *failure, AgentExchange *exchange)
{
    const guint64 noise = exchange ? agent_exchange_noise(exchange) : 0;
    if (noise == 0 || !g_error_matches(failure, AGENT_ERROR, AGENT_ERROR_UNREACHABLE)) {
        g_propagate_error(error, failure);
        return;
    }
    g_set_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL,
                "no answer in time, but %" G_GUINT64_FORMAT " bytes that belong to none", noise);
    g_error_free(failure);
}

// QEMU closes the port when it ends; while there is time, the next one is waited for.
AgentHello *agent_hello(const char *socket_path, const char *nonce, guint timeout_ms,
                        GCancellable *cancellable, GError **error)
{
    const gint64 deadline = agent_deadline(timeout_ms);

    for (;;) {
        GError *failure = NULL;
        g_autoptr(AgentExchange) exchange =
            agent_exchange_open(socket_path, TRUE, deadline, cancellable, &failure);
        AgentHello *hello =
            exchange ? agent_exchange_hello(exchange, nonce, deadline, cancellable, &failure) : NULL;

        if (hello)
            return hello;
        if (exchange == NULL || !agent_exchange_is_closed(exchange) ||
            g_get_monotonic_time() + G_TIME_SPAN_SECOND / 10 >= deadline) {
            propagate_silence(error, failure, exchange);
            return NULL;
        }
        g_error_free(failure);
        g_usleep(G_TIME_SPAN_SECOND / 10);
    }
}

gboolean agent_shutdown(const char *socket_path, const char *nonce, gboolean reboot, GError **error)
{
    const gint64 deadline = agent_deadline(SHUTDOWN_TIMEOUT_MS);
    struct wire_frame frame;
    g_autoptr(AgentExchange) exchange =
        agent_exchange_open_to(socket_path, nonce, WIRE_PROTOCOL_OLDEST, deadline, NULL, error);

    if (exchange == NULL)
        return FALSE;
    wire_encoder_text(agent_exchange_begin(exchange, WIRE_SHUTDOWN), WIRE_MODE,
                      reboot ? "reboot" : "poweroff");
    if (!agent_exchange_send(exchange, deadline, NULL, error) ||
        !agent_exchange_receive(exchange, &frame, deadline, NULL, error))
        return FALSE;
    if (frame.type == WIRE_OK)
        return TRUE;
    if (frame.type == WIRE_ERROR)
        agent_set_remote_error(&frame, error);
    else
        g_set_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL, "the machine's agent answers with type %u",
                    frame.type);
    return FALSE;
}
