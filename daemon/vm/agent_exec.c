// SPDX-License-Identifier: GPL-3.0-or-later
// Commands in the guest: an EXEC, what goes in and comes out, its end. Hello and shutdown: agent.c.
#include <string.h>

#include "daemon/vm/agent_channel.h"

#define DEFAULT_TIMEOUT_MS 60000u
#define HELLO_TIMEOUT_MS   10000u
#define ANSWER_MS          10000u
// A window of output, over a slow port.
#define DEFAULT_LATE_MS 60000u
// For the agent to end what it runs, so that it is free for the next one.
#define KILL_MS 3000u
#define SEND_MS 60000u // a window of input, to a guest that is slow
// While somebody types, what was typed waits no longer than this.
#define INPUT_SLICE_MS 50u

struct AgentProcess {
    AgentExchange *exchange;
    gint64 deadline; // for its end; each sign of life moves it on,
    gint64 latest;   // to here: an agent that talks on and on must not hold whoever waits
    gboolean ended;
    AgentInput *input; // NULL: none, or its end was sent
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
static guint needed_protocol(const AgentCommand *command, const AgentInput *input)
{
    return command->environment || command->on_desktop || input ? 2 : WIRE_PROTOCOL_OLDEST;
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
    if (process->input)
        wire_encoder_u32(encoder, WIRE_HAS_STDIN, 1);
    wire_encoder_u32(encoder, WIRE_TIMEOUT_MS, timeout_ms);
    wire_encoder_u32(encoder, WIRE_OUTPUT_WINDOW, WIRE_WINDOW);
    return agent_exchange_send(process->exchange, process->deadline, cancellable, error);
}

AgentProcess *agent_process_start(const char *socket_path, const char *nonce, const AgentCommand *command,
                                  AgentInput *input, GCancellable *cancellable, GError **error)
{
    const guint timeout_ms = command->timeout_ms ? command->timeout_ms : DEFAULT_TIMEOUT_MS;
    const guint late_ms = command->late_ms ? command->late_ms : DEFAULT_LATE_MS;

    if (!check_command(command, error))
        return NULL;
    AgentExchange *exchange = agent_exchange_open_to(socket_path, nonce, needed_protocol(command, input),
                                                     agent_deadline(HELLO_TIMEOUT_MS), cancellable, error);
    if (exchange == NULL)
        return NULL;
    AgentProcess *process = g_new0(AgentProcess, 1);
    process->exchange = exchange;
    process->input = input ? agent_input_ref(input) : NULL;
    process->latest = agent_deadline(timeout_ms) + (gint64)late_ms * G_TIME_SPAN_MILLISECOND;
    process->deadline =
        MIN(agent_deadline(timeout_ms) + ANSWER_MS * G_TIME_SPAN_MILLISECOND, process->latest);
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

static void end_input(AgentProcess *process)
{
    if (process->input)
        agent_input_close(process->input);
    g_clear_pointer(&process->input, agent_input_unref);
}

// Nobody waits for the command any more. What the agent says to that is of no interest, only that it is done.
static void abandon(AgentProcess *process)
{
    const gint64 deadline = agent_deadline(KILL_MS);
    struct wire_frame frame;

    agent_exchange_begin(process->exchange, WIRE_KILL);
    if (!agent_exchange_send(process->exchange, deadline, NULL, NULL))
        return;
    while (g_get_monotonic_time() < deadline &&
           agent_exchange_receive(process->exchange, &frame, deadline, NULL, NULL))
        if (frame.type == WIRE_EXIT || frame.type == WIRE_ERROR)
            return;
}

void agent_process_free(AgentProcess *process)
{
    if (process == NULL)
        return;
    if (!process->ended && !agent_exchange_is_closed(process->exchange))
        abandon(process);
    end_input(process);
    agent_exchange_close(process->exchange);
    g_free(process);
}

static gboolean take_output(AgentProcess *process, const struct wire_frame *frame, AgentProcessEvent *event,
                            GError **error)
{
    struct wire_field data;

    if (!wire_frame_find(frame, WIRE_DATA, &data) || data.length > WIRE_DATA_MAX)
        return agent_protocol_error(error, "an output frame without data, or with too much");
    event->kind = frame->type == WIRE_STDOUT ? AGENT_PROCESS_STDOUT : AGENT_PROCESS_STDERR;
    event->bytes = data.bytes;
    event->length = data.length;
    agent_exchange_give_out(process->exchange, data.length);
    return TRUE;
}

static gboolean take_exit(AgentProcess *process, const struct wire_frame *frame, AgentProcessEvent *event,
                          GError **error)
{
    struct wire_field field;
    guint32 code, timed_out = 0, dropped = 0;

    process->ended = TRUE;
    end_input(process);
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

// ---- Input ----

static gboolean send_input(AgentProcess *process, const guint8 *bytes, gsize length, GError **error)
{
    struct wire_encoder *encoder = agent_exchange_begin(process->exchange, WIRE_STDIN);

    if (length > 0) // none is the end
        wire_encoder_bytes(encoder, WIRE_DATA, bytes, length);
    process->input_on_way += length;
    return agent_exchange_send(process->exchange, agent_deadline(SEND_MS), NULL, error);
}

// What there is, as far as the guest has room for it.
static gboolean feed(AgentProcess *process, GError **error)
{
    guint8 buffer[WIRE_DATA_MAX];
    gboolean end = FALSE;

    while (process->input && !end) {
        const gsize room = MIN(sizeof buffer, WIRE_WINDOW - process->input_on_way);
        const gsize length = agent_input_take(process->input, buffer, room, &end);
        if (length > 0 && !send_input(process, buffer, length, error))
            return FALSE;
        if (end)
            g_clear_pointer(&process->input, agent_input_unref);
        else if (length == 0)
            return TRUE;
        if (end && !send_input(process, NULL, 0, error))
            return FALSE;
    }
    return TRUE;
}

// ---- Events ----

typedef enum { TAKEN, NOTHING, FAILED } Waited;

static Waited wait_for_frame(AgentProcess *process, AgentProcessEvent *event, gint64 until,
                             GCancellable *cancellable, GError **error)
{
    struct wire_frame frame;
    GError *failure = NULL;
    const gboolean more_input = process->input && agent_input_is_open(process->input);
    const gint64 slice = more_input ? MIN(until, agent_deadline(INPUT_SLICE_MS)) : until;

    if (g_get_monotonic_time() >= process->latest) {
        g_set_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL,
                    "the machine's agent does not end the command, whose time is up");
        return FAILED;
    }
    if (agent_exchange_receive(process->exchange, &frame, MIN(slice, process->deadline), cancellable,
                               &failure)) {
        process->deadline = MIN(MAX(process->deadline, agent_deadline(ANSWER_MS)), process->latest);
        return take_frame(process, &frame, event, error) ? TAKEN : FAILED;
    }
    const gint64 now = g_get_monotonic_time();
    if (g_error_matches(failure, AGENT_ERROR, AGENT_ERROR_UNREACHABLE) && now >= slice &&
        now < process->deadline && !agent_exchange_is_closed(process->exchange)) {
        g_error_free(failure);
        return NOTHING;
    }
    g_propagate_error(error, failure);
    return FAILED;
}

gboolean agent_process_next(AgentProcess *process, AgentProcessEvent *ret_event, gint64 until,
                            GCancellable *cancellable, GError **error)
{
    Waited waited = TAKEN;

    *ret_event = (AgentProcessEvent){ .kind = AGENT_PROCESS_QUIET };
    if (!agent_exchange_acknowledge(process->exchange, agent_deadline(SEND_MS), error))
        return FALSE;
    while (ret_event->kind == AGENT_PROCESS_QUIET && waited != FAILED) {
        if (!feed(process, error))
            return FALSE;
        waited = wait_for_frame(process, ret_event, until, cancellable, error);
        if (waited != FAILED && g_get_monotonic_time() >= until)
            return TRUE;
    }
    return waited != FAILED;
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
} Run;

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
        if (!agent_process_next(process, event, G_MAXINT64, cancellable, error))
            return FALSE;
        if (event->kind == AGENT_PROCESS_STDOUT || event->kind == AGENT_PROCESS_STDERR)
            keep(run, event);
    } while (event->kind != AGENT_PROCESS_ENDED);
    return TRUE;
}

AgentExecResult *agent_exec(const char *socket_path, const char *nonce, const AgentCommand *command,
                            AgentInput *input, GCancellable *cancellable, GError **error)
{
    AgentExecResult *result = NULL;
    AgentProcessEvent event;

    g_autoptr(AgentProcess) process =
        agent_process_start(socket_path, nonce, command, input, cancellable, error);
    if (process == NULL)
        return NULL;
    Run run = { .out = g_byte_array_new(), .err = g_byte_array_new() };
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
