// SPDX-License-Identifier: GPL-3.0-or-later
// Running a command in the guest: one EXEC, its output, its end. Hello and shutdown: agent.c.
#include <string.h>

#include "daemon/vm/agent_link.h"
#include "daemon/vm/agent_lock.h"

#define DEFAULT_TIMEOUT_MS 60000u
#define HELLO_TIMEOUT_MS   10000u
#define ANSWER_MS          10000u
// For the agent to end what it runs, so that it is free for the next one.
#define KILL_MS 3000u

void agent_exec_result_free(AgentExecResult *result)
{
    if (result == NULL)
        return;
    g_clear_pointer(&result->out, g_bytes_unref);
    g_clear_pointer(&result->err, g_bytes_unref);
    g_free(result);
}

typedef struct {
    guint32 id;
    GByteArray *out, *err;
    gboolean truncated;
    int exit_code;
    gboolean timed_out;
} Exec;

static gboolean protocol_error(GError **error, const char *what)
{
    g_set_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL, "the machine's agent: %s", what);
    return FALSE;
}

static gboolean check_arguments(const char *const *argv, const char *cwd, GError **error)
{
    gsize count = argv ? g_strv_length((char **)argv) : 0;

    if (count == 0 || count > AGENT_EXEC_ARGUMENTS) {
        g_set_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL, "a command has 1 to %d words, not %zu",
                    AGENT_EXEC_ARGUMENTS, count);
        return FALSE;
    }
    for (gsize i = 0; i < count; i++)
        if (!g_utf8_validate(argv[i], -1, NULL))
            return protocol_error(error, "a word of the command is not UTF-8");
    return cwd == NULL || g_utf8_validate(cwd, -1, NULL) || protocol_error(error, "the folder is not UTF-8");
}

static gboolean send_exec(AgentLink *link, guint32 id, const char *const *argv, const char *cwd,
                          guint timeout_ms, gint64 deadline, GCancellable *cancellable, GError **error)
{
    struct wire_encoder *encoder = agent_link_begin(link, WIRE_EXEC, id);

    for (; *argv; argv++)
        wire_encoder_text(encoder, WIRE_ARG, *argv);
    if (cwd)
        wire_encoder_text(encoder, WIRE_CWD, cwd);
    wire_encoder_u32(encoder, WIRE_TIMEOUT_MS, timeout_ms);
    return agent_link_send(link, deadline, cancellable, error);
}

static gboolean take_output(Exec *exec, GByteArray *output, const struct wire_frame *frame, GError **error)
{
    struct wire_field data;

    if (!wire_frame_find(frame, WIRE_DATA, &data) || data.length > WIRE_DATA_MAX)
        return protocol_error(error, "an output frame without data, or with too much");
    gsize room = AGENT_EXEC_OUTPUT_LIMIT - output->len;
    exec->truncated = exec->truncated || data.length > room;
    g_byte_array_append(output, data.bytes, (guint)MIN(data.length, room));
    return TRUE;
}

static gboolean take_exit(Exec *exec, const struct wire_frame *frame, GError **error)
{
    struct wire_field field;
    guint32 code, timed_out = 0;

    if (!wire_frame_find(frame, WIRE_EXIT_CODE, &field) || !wire_field_u32(&field, &code))
        return protocol_error(error, "an exit without its code");
    if (wire_frame_find(frame, WIRE_TIMED_OUT, &field) && !wire_field_u32(&field, &timed_out))
        return protocol_error(error, "an exit with a malformed time-out");
    exec->exit_code = (int)code;
    exec->timed_out = timed_out != 0;
    return TRUE;
}

// Reads until the command's end. Frames of other exchanges are passed over.
static gboolean receive_end(AgentLink *link, Exec *exec, gint64 deadline, GCancellable *cancellable,
                            GError **error)
{
    struct wire_frame frame;

    while (agent_link_receive(link, &frame, deadline, cancellable, error)) {
        if (frame.id != exec->id)
            continue;
        switch (frame.type) {
        case WIRE_STDOUT:
        case WIRE_STDERR:
            if (!take_output(exec, frame.type == WIRE_STDOUT ? exec->out : exec->err, &frame, error))
                return FALSE;
            break;
        case WIRE_EXIT:
            return take_exit(exec, &frame, error);
        case WIRE_ERROR:
            agent_set_remote_error(&frame, error);
            return FALSE;
        default:
            return protocol_error(error, "an answer of an unknown type");
        }
    }
    return FALSE;
}

// Nobody waits for the command any more. What the agent says to that is of no interest, only that it is done.
static void kill_exec(AgentLink *link, guint32 id)
{
    gint64 deadline = agent_deadline(KILL_MS);
    struct wire_frame frame;

    agent_link_begin(link, WIRE_KILL, id);
    if (!agent_link_send(link, deadline, NULL, NULL))
        return;
    while (agent_link_receive(link, &frame, deadline, NULL, NULL))
        if (frame.id == id && (frame.type == WIRE_EXIT || frame.type == WIRE_ERROR))
            return;
}

static gboolean run(AgentLink *link, Exec *exec, const char *const *argv, const char *cwd, guint timeout_ms,
                    GCancellable *cancellable, GError **error)
{
    GError *failure = NULL;
    gint64 deadline = g_get_monotonic_time() + ((gint64)timeout_ms + ANSWER_MS) * G_TIME_SPAN_MILLISECOND;

    if (!send_exec(link, exec->id, argv, cwd, timeout_ms, deadline, cancellable, error))
        return FALSE;
    if (receive_end(link, exec, deadline, cancellable, &failure))
        return TRUE;
    // The agent's own refusal (REMOTE, BUSY) means that nothing runs.
    if (!agent_link_is_closed(link) && !g_error_matches(failure, AGENT_ERROR, AGENT_ERROR_REMOTE) &&
        !g_error_matches(failure, AGENT_ERROR, AGENT_ERROR_BUSY))
        kill_exec(link, exec->id);
    g_propagate_error(error, failure);
    return FALSE;
}

static AgentExecResult *exec_locked(const char *socket_path, const char *nonce, const char *const *argv,
                                    const char *cwd, guint timeout_ms, GCancellable *cancellable,
                                    GError **error)
{
    gint64 hello_deadline = agent_deadline(HELLO_TIMEOUT_MS);
    g_autoptr(AgentLink) link = agent_link_open(socket_path, FALSE, hello_deadline, cancellable, error);
    g_autoptr(AgentHello) hello =
        link ? agent_link_hello(link, nonce, hello_deadline, cancellable, error) : NULL;
    if (hello == NULL)
        return NULL;

    Exec exec = { .id = agent_random_id(), .out = g_byte_array_new(), .err = g_byte_array_new() };
    AgentExecResult *result = NULL;
    if (run(link, &exec, argv, cwd, timeout_ms, cancellable, error)) {
        result = g_new0(AgentExecResult, 1);
        result->exit_code = exec.exit_code;
        result->timed_out = exec.timed_out;
        result->truncated = exec.truncated;
        result->out = g_byte_array_free_to_bytes(g_steal_pointer(&exec.out));
        result->err = g_byte_array_free_to_bytes(g_steal_pointer(&exec.err));
    }
    g_clear_pointer(&exec.out, g_byte_array_unref);
    g_clear_pointer(&exec.err, g_byte_array_unref);
    return result;
}

AgentExecResult *agent_exec(const char *socket_path, const char *nonce, const char *const *argv,
                            const char *cwd_or_null, guint timeout_ms, GCancellable *cancellable,
                            GError **error)
{
    if (!check_arguments(argv, cwd_or_null, error))
        return NULL;
    if (timeout_ms == 0)
        timeout_ms = DEFAULT_TIMEOUT_MS;
    if (!agent_lock_take(socket_path, agent_deadline(timeout_ms), cancellable, error))
        return NULL;
    AgentExecResult *result =
        exec_locked(socket_path, nonce, argv, cwd_or_null, timeout_ms, cancellable, error);
    agent_lock_release(socket_path);
    return result;
}
