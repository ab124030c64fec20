// SPDX-License-Identifier: GPL-3.0-or-later
// Commands in the guest: an EXEC, what goes in and comes out, its end. Hello and shutdown: agent.c.
#include <string.h>

#include "daemon/vm/agent_channel.h"

#define DEFAULT_TIMEOUT_MS 60000u
#define HELLO_TIMEOUT_MS   10000u
#define ANSWER_MS          10000u
// For the agent to end what it runs, so that it is free for the next one.
#define KILL_MS 3000u
#define SEND_MS 60000u // a window of input, to a guest that is slow

struct AgentProcess {
    AgentExchange *exchange;
    gint64 deadline; // for its end; each sign of life moves it on
    gboolean windowed, ended;
    gsize unacknowledged; // output that was taken off and not yet told
    gsize last_length;    // of the last event's
    gsize input_on_way;
};

static gboolean check_text(const char *text, const char *what, GError **error)
{
    if (text == NULL || g_utf8_validate(text, -1, NULL))
        return TRUE;
    g_set_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL, "%s is not UTF-8", what);
    return FALSE;
}

static gboolean check_command(const AgentCommand *command, GError **error)
{
    const gsize count = command->argv ? g_strv_length((char **)command->argv) : 0;

    if (count == 0 || count > AGENT_EXEC_ARGUMENTS) {
        g_set_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL, "a command has 1 to %d words, not %zu",
                    AGENT_EXEC_ARGUMENTS, count);
        return FALSE;
    }
    for (gsize i = 0; i < count; i++)
        if (!check_text(command->argv[i], "a word of the command", error))
            return FALSE;
    for (gsize i = 0; command->environment && command->environment[i]; i++)
        if (!check_text(command->environment[i], "the environment", error))
            return FALSE;
    return check_text(command->cwd, "the folder", error);
}

// What only newer agents know is sent only where it is asked for.
static guint needed_protocol(const AgentCommand *command)
{
    return command->environment || command->on_desktop || command->has_input ? 2 : WIRE_PROTOCOL_OLDEST;
}

static gboolean send_exec(AgentProcess *process, const AgentCommand *command, guint timeout_ms,
                          GCancellable *cancellable, GError **error)
{
    struct wire_encoder *encoder = agent_exchange_begin(process->exchange, WIRE_EXEC);

    for (const char *const *word = command->argv; *word; word++)
        wire_encoder_text(encoder, WIRE_ARG, *word);
    for (const char *const *entry = command->environment; entry && *entry; entry++)
        wire_encoder_text(encoder, WIRE_ENVIRONMENT, *entry);
    if (command->cwd)
        wire_encoder_text(encoder, WIRE_CWD, command->cwd);
    if (command->on_desktop)
        wire_encoder_text(encoder, WIRE_SESSION, "desktop");
    if (command->has_input)
        wire_encoder_u32(encoder, WIRE_HAS_STDIN, 1);
    wire_encoder_u32(encoder, WIRE_TIMEOUT_MS, timeout_ms);
    wire_encoder_u32(encoder, WIRE_OUTPUT_WINDOW, WIRE_WINDOW);
    return agent_exchange_send(process->exchange, process->deadline, cancellable, error);
}

AgentProcess *agent_process_start(const char *socket_path, const char *nonce, const AgentCommand *command,
                                  GCancellable *cancellable, GError **error)
{
    const guint timeout_ms = command->timeout_ms ? command->timeout_ms : DEFAULT_TIMEOUT_MS;

    if (!check_command(command, error))
        return NULL;
    AgentExchange *exchange = agent_exchange_open_to(socket_path, nonce, needed_protocol(command),
                                                     agent_deadline(HELLO_TIMEOUT_MS), cancellable, error);
    if (exchange == NULL)
        return NULL;
    AgentProcess *process = g_new0(AgentProcess, 1);
    process->exchange = exchange;
    process->deadline = g_get_monotonic_time() + ((gint64)timeout_ms + ANSWER_MS) * G_TIME_SPAN_MILLISECOND;
    if (send_exec(process, command, timeout_ms, cancellable, error))
        return process;
    process->ended = TRUE; // it never began
    agent_process_free(process);
    return NULL;
}

gboolean agent_process_kill(AgentProcess *process, GError **error)
{
    agent_exchange_begin(process->exchange, WIRE_KILL);
    return agent_exchange_send(process->exchange, agent_deadline(SEND_MS), NULL, error);
}

// Nobody waits for the command any more. What the agent says to that is of no interest, only that it is done.
static void abandon(AgentProcess *process)
{
    const gint64 deadline = agent_deadline(KILL_MS);
    struct wire_frame frame;

    agent_exchange_begin(process->exchange, WIRE_KILL);
    if (!agent_exchange_send(process->exchange, deadline, NULL, NULL))
        return;
    while (agent_exchange_receive(process->exchange, &frame, deadline, NULL, NULL))
        if (frame.type == WIRE_EXIT || frame.type == WIRE_ERROR)
            return;
}

void agent_process_free(AgentProcess *process)
{
    if (process == NULL)
        return;
    if (!process->ended && !agent_exchange_is_closed(process->exchange))
        abandon(process);
    agent_exchange_close(process->exchange);
    g_free(process);
}

static gboolean acknowledge(AgentProcess *process, GError **error)
{
    process->unacknowledged += process->last_length;
    process->last_length = 0;
    if (process->unacknowledged < WIRE_WINDOW / 4)
        return TRUE;
    wire_encoder_u32(agent_exchange_begin(process->exchange, WIRE_ACK), WIRE_BYTES,
                     (guint32)process->unacknowledged);
    process->unacknowledged = 0;
    return agent_exchange_send(process->exchange, agent_deadline(SEND_MS), NULL, error);
}

static gboolean take_output(AgentProcess *process, const struct wire_frame *frame, AgentProcessEvent *event,
                            GError **error)
{
    struct wire_field data;

    if (!wire_frame_find(frame, WIRE_DATA, &data) || data.length > WIRE_DATA_MAX)
        return agent_protocol_error(error, "an output frame without data, or with too much");
    event->kind = frame->type == WIRE_STDOUT ? AGENT_PROCESS_STDOUT : AGENT_PROCESS_STDERR;
    event->bytes = data.bytes;
    event->length = process->last_length = data.length;
    return TRUE;
}

static gboolean take_exit(AgentProcess *process, const struct wire_frame *frame, AgentProcessEvent *event,
                          GError **error)
{
    struct wire_field field;
    guint32 code, timed_out = 0, dropped = 0;

    process->ended = TRUE;
    if (!wire_frame_find(frame, WIRE_EXIT_CODE, &field) || !wire_field_u32(&field, &code))
        return agent_protocol_error(error, "an exit without its code");
    if (wire_frame_find(frame, WIRE_TIMED_OUT, &field) && !wire_field_u32(&field, &timed_out))
        return agent_protocol_error(error, "an exit with a malformed time-out");
    if (wire_frame_find(frame, WIRE_DROPPED, &field))
        wire_field_u32(&field, &dropped);
    event->kind = AGENT_PROCESS_ENDED;
    event->exit_code = (int)code;
    event->timed_out = timed_out != 0;
    event->dropped = dropped != 0;
    return TRUE;
}

static gboolean take_ack(AgentProcess *process, const struct wire_frame *frame, GError **error)
{
    struct wire_field field;
    guint32 bytes;

    if (!wire_frame_find(frame, WIRE_BYTES, &field) || !wire_field_u32(&field, &bytes) ||
        bytes > process->input_on_way)
        return agent_protocol_error(error, "it has taken more input than was sent");
    process->input_on_way -= bytes;
    return TRUE;
}

// *@ret_event stays QUIET for a frame that is no event.
static gboolean take_frame(AgentProcess *process, const struct wire_frame *frame, AgentProcessEvent *event,
                           GError **error)
{
    switch (frame->type) {
    case WIRE_STDOUT:
    case WIRE_STDERR:
        return take_output(process, frame, event, error);
    case WIRE_EXIT:
        return take_exit(process, frame, event, error);
    case WIRE_ACK:
        return take_ack(process, frame, error);
    case WIRE_HELLO: // asked for twice, answered twice
        return TRUE;
    case WIRE_ERROR:
        process->ended = TRUE;
        agent_set_remote_error(frame, error);
        return FALSE;
    default:
        return agent_protocol_error(error, "an answer of an unknown type");
    }
}

gboolean agent_process_next(AgentProcess *process, AgentProcessEvent *ret_event, gint64 until,
                            GCancellable *cancellable, GError **error)
{
    *ret_event = (AgentProcessEvent){ .kind = AGENT_PROCESS_QUIET };
    if (!acknowledge(process, error))
        return FALSE;
    const gsize room = agent_process_input_room(process);
    while (ret_event->kind == AGENT_PROCESS_QUIET && agent_process_input_room(process) == room) {
        struct wire_frame frame;
        GError *failure = NULL;
        const gint64 deadline = MIN(until, process->deadline);
        if (!agent_exchange_receive(process->exchange, &frame, deadline, cancellable, &failure)) {
            const gint64 now = g_get_monotonic_time();
            if (g_error_matches(failure, AGENT_ERROR, AGENT_ERROR_UNREACHABLE) && now >= until &&
                now < process->deadline && !agent_exchange_is_closed(process->exchange)) {
                g_error_free(failure);
                return TRUE;
            }
            g_propagate_error(error, failure);
            return FALSE;
        }
        process->deadline = MAX(process->deadline, agent_deadline(ANSWER_MS));
        if (!take_frame(process, &frame, ret_event, error))
            return FALSE;
    }
    return TRUE;
}

gsize agent_process_input_room(const AgentProcess *process)
{
    return WIRE_WINDOW - process->input_on_way;
}

gboolean agent_process_input(AgentProcess *process, const void *bytes, gsize length, GError **error)
{
    const guint8 *rest = bytes;

    do {
        const gsize step = MIN(length, WIRE_DATA_MAX);
        struct wire_encoder *encoder = agent_exchange_begin(process->exchange, WIRE_STDIN);
        if (step > 0)
            wire_encoder_bytes(encoder, WIRE_DATA, rest, step);
        if (!agent_exchange_send(process->exchange, agent_deadline(SEND_MS), NULL, error))
            return FALSE;
        process->input_on_way += step;
        rest += step;
        length -= step;
    } while (length > 0);
    return TRUE;
}

// ---- A command from beginning to end ----

void agent_exec_result_free(AgentExecResult *result)
{
    if (result == NULL)
        return;
    g_clear_pointer(&result->out, g_bytes_unref);
    g_clear_pointer(&result->err, g_bytes_unref);
    g_free(result);
}

typedef struct {
    GByteArray *out, *err;
    gboolean truncated;
    const guint8 *input;
    gsize input_left;
    gboolean input_open;
} Run;

static gboolean feed(AgentProcess *process, Run *run, GError **error)
{
    const gsize step = MIN(run->input_left, agent_process_input_room(process));

    if (!run->input_open)
        return TRUE;
    if (step > 0 && !agent_process_input(process, run->input, step, error))
        return FALSE;
    run->input += step;
    run->input_left -= step;
    if (run->input_left > 0)
        return TRUE;
    run->input_open = FALSE;
    return agent_process_input(process, NULL, 0, error);
}

static void keep(Run *run, const AgentProcessEvent *event)
{
    GByteArray *output = event->kind == AGENT_PROCESS_STDOUT ? run->out : run->err;
    const gsize room = AGENT_EXEC_OUTPUT_LIMIT - output->len;

    run->truncated = run->truncated || event->length > room;
    g_byte_array_append(output, event->bytes, (guint)MIN(event->length, room));
}

static gboolean run_to_end(AgentProcess *process, Run *run, AgentProcessEvent *event,
                           GCancellable *cancellable, GError **error)
{
    do {
        if (!feed(process, run, error) || !agent_process_next(process, event, G_MAXINT64, cancellable, error))
            return FALSE;
        if (event->kind == AGENT_PROCESS_STDOUT || event->kind == AGENT_PROCESS_STDERR)
            keep(run, event);
    } while (event->kind != AGENT_PROCESS_ENDED);
    return TRUE;
}

AgentExecResult *agent_exec(const char *socket_path, const char *nonce, const AgentCommand *command,
                            GBytes *input, GCancellable *cancellable, GError **error)
{
    AgentCommand with_input = *command;
    AgentExecResult *result = NULL;
    AgentProcessEvent event;

    with_input.has_input = input != NULL;
    g_autoptr(AgentProcess) process =
        agent_process_start(socket_path, nonce, &with_input, cancellable, error);
    if (process == NULL)
        return NULL;
    Run run = { .out = g_byte_array_new(), .err = g_byte_array_new(), .input_open = input != NULL };
    if (input)
        run.input = g_bytes_get_data(input, &run.input_left);
    if (run_to_end(process, &run, &event, cancellable, error)) {
        result = g_new0(AgentExecResult, 1);
        result->exit_code = event.exit_code;
        result->timed_out = event.timed_out;
        result->truncated = run.truncated || event.dropped;
        result->out = g_byte_array_free_to_bytes(g_steal_pointer(&run.out));
        result->err = g_byte_array_free_to_bytes(g_steal_pointer(&run.err));
    }
    g_clear_pointer(&run.out, g_byte_array_unref);
    g_clear_pointer(&run.err, g_byte_array_unref);
    return result;
}
