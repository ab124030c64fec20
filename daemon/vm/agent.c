// SPDX-License-Identifier: GPL-3.0-or-later
// Hello and shutdown: short exchanges with the agent. Commands: agent_exec.c; the bytes: agent_link.c.
#include "daemon/vm/agent.h"

#include <string.h>

#include "daemon/vm/agent_link.h"
#include "daemon/vm/agent_lock.h"
#include "daemon/vm/guest_text.h"

#define TEXT_LIMIT          256
#define ASK_AGAIN_MS        2000
#define SHUTDOWN_TIMEOUT_MS 20000
// How much of it may pass before the agent has said who it is.
#define SHUTDOWN_HELLO_MS 10000

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

    // Busy: an exec of an earlier run of the daemon still goes on.
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

static gboolean speaks_our_protocol(const struct wire_frame *frame)
{
    struct wire_field field;
    guint32 version;

    return wire_frame_find(frame, WIRE_PROTOCOL, &field) && wire_field_u32(&field, &version) &&
           version == WIRE_PROTOCOL_VERSION;
}

static AgentHello *parse_hello(const struct wire_frame *frame, const char *nonce, GError **error)
{
    static const char *const first_logon[] = { "running", "done", "failed", "none", NULL };

    if (!knows_nonce(frame, nonce)) {
        g_set_error(error, AGENT_ERROR, AGENT_ERROR_NONCE,
                    "what answers on the serial port does not know the machine's nonce");
        return NULL;
    }
    if (!speaks_our_protocol(frame)) {
        g_set_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL, "the machine's agent speaks another protocol");
        return NULL;
    }
    g_autoptr(AgentHello) hello = g_new0(AgentHello, 1);
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

// Waits for HELLO with the id, or with 0: the agent says it when its service starts.
static AgentHello *receive_hello(AgentLink *link, guint32 id, const char *nonce, gint64 deadline,
                                 GCancellable *cancellable, GError **error)
{
    struct wire_frame frame;

    while (agent_link_receive(link, &frame, deadline, cancellable, error)) {
        if (frame.id != id && frame.id != 0)
            continue;
        if (frame.type == WIRE_HELLO)
            return parse_hello(&frame, nonce, error);
        if (frame.type == WIRE_ERROR && frame.id == id) {
            agent_set_remote_error(&frame, error);
            return NULL;
        }
    }
    return NULL;
}

AgentHello *agent_link_hello(AgentLink *link, const char *nonce, gint64 deadline, GCancellable *cancellable,
                             GError **error)
{
    guint32 id = agent_random_id();

    for (;;) {
        GError *failure = NULL;
        gint64 until = MIN(deadline, agent_deadline(ASK_AGAIN_MS));

        agent_link_begin(link, WIRE_HELLO_REQUEST, id);
        AgentHello *hello = agent_link_send(link, until, cancellable, &failure)
                                ? receive_hello(link, id, nonce, until, cancellable, &failure)
                                : NULL;
        if (hello)
            return hello;
        // Silence, and an earlier agent's half frame that nothing will complete.
        if (!g_error_matches(failure, AGENT_ERROR, AGENT_ERROR_UNREACHABLE) || agent_link_is_closed(link) ||
            g_get_monotonic_time() >= deadline) {
            g_propagate_error(error, failure);
            return NULL;
        }
        g_error_free(failure);
        agent_link_give_up_frame(link);
    }
}

// QEMU closes the port when it ends; while there is time, the next one is waited for.
static AgentHello *hello_until(const char *socket_path, const char *nonce, gint64 deadline,
                               GCancellable *cancellable, GError **error)
{
    for (;;) {
        GError *failure = NULL;
        g_autoptr(AgentLink) link = agent_link_open(socket_path, TRUE, deadline, cancellable, &failure);
        AgentHello *hello = link ? agent_link_hello(link, nonce, deadline, cancellable, &failure) : NULL;

        if (hello)
            return hello;
        if (link == NULL || !agent_link_is_closed(link) ||
            g_get_monotonic_time() + G_TIME_SPAN_SECOND / 10 >= deadline) {
            g_propagate_error(error, failure);
            return NULL;
        }
        g_error_free(failure);
        g_usleep(G_TIME_SPAN_SECOND / 10);
    }
}

AgentHello *agent_hello(const char *socket_path, const char *nonce, guint timeout_ms,
                        GCancellable *cancellable, GError **error)
{
    gint64 deadline = agent_deadline(timeout_ms);

    if (!agent_lock_take(socket_path, deadline, cancellable, error))
        return NULL;
    AgentHello *hello = hello_until(socket_path, nonce, deadline, cancellable, error);
    agent_lock_release(socket_path);
    return hello;
}

static gboolean order_shutdown(AgentLink *link, const char *mode, gint64 deadline, GError **error)
{
    struct wire_frame frame;
    guint32 id = agent_random_id();

    wire_encoder_text(agent_link_begin(link, WIRE_SHUTDOWN, id), WIRE_MODE, mode);
    if (!agent_link_send(link, deadline, NULL, error))
        return FALSE;
    while (agent_link_receive(link, &frame, deadline, NULL, error)) {
        if (frame.id != id)
            continue;
        if (frame.type == WIRE_OK)
            return TRUE;
        if (frame.type == WIRE_ERROR)
            agent_set_remote_error(&frame, error);
        else
            g_set_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL, "the machine's agent answers with type %u",
                        frame.type);
        return FALSE;
    }
    return FALSE;
}

static gboolean shutdown_locked(const char *socket_path, const char *nonce, const char *mode,
                                gint64 hello_deadline, gint64 deadline, GError **error)
{
    g_autoptr(AgentLink) link = agent_link_open(socket_path, FALSE, hello_deadline, NULL, error);
    g_autoptr(AgentHello) hello = link ? agent_link_hello(link, nonce, hello_deadline, NULL, error) : NULL;

    return hello && order_shutdown(link, mode, deadline, error);
}

gboolean agent_shutdown(const char *socket_path, const char *nonce, gboolean reboot, GError **error)
{
    gint64 hello_deadline = agent_deadline(SHUTDOWN_HELLO_MS);
    gint64 deadline = agent_deadline(SHUTDOWN_TIMEOUT_MS);

    if (!agent_lock_take(socket_path, hello_deadline, NULL, error))
        return FALSE;
    gboolean ok =
        shutdown_locked(socket_path, nonce, reboot ? "reboot" : "poweroff", hello_deadline, deadline, error);
    agent_lock_release(socket_path);
    return ok;
}
