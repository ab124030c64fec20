// SPDX-License-Identifier: GPL-3.0-or-later
// Commands in a guest that answers well, badly, and with malice; one command at a time, and many.
#include "daemon/vm/agent.h"

#include <string.h>

#include "tests/unit/vm/agent_peer.h"

static const char *const ver[] = { "cmd", "/c", "ver", NULL };

// ---- Commands ----

// "a|b|c": the arguments, folder, time limit.
static char *describe_exec(const struct wire_frame *frame)
{
    GString *text = g_string_new(NULL);
    struct wire_fields fields;
    struct wire_field field;
    guint32 number;

    wire_fields_init(&fields, frame);
    while (wire_fields_next(&fields, &field)) {
        if (field.tag == WIRE_TIMEOUT_MS && wire_field_u32(&field, &number))
            g_string_append_printf(text, "timeout=%u", number);
        else if (field.tag == WIRE_ENVIRONMENT || field.tag == WIRE_SESSION)
            g_string_append_printf(text, "<%.*s>", (int)field.length, (const char *)field.bytes);
        else if (field.tag == WIRE_ARG || field.tag == WIRE_CWD)
            g_string_append_printf(text, "%.*s|", (int)field.length, (const char *)field.bytes);
    }
    return g_string_free(text, FALSE);
}

static void run_command(Peer *peer)
{
    struct wire_frame frame;

    while (peer_next_request(peer, &frame)) {
        guint32 id = frame.id;
        g_autofree char *request = describe_exec(&frame);
        peer_output(peer, id, WIRE_STDOUT, request, strlen(request));
        // An unsolicited hello and an earlier command's end in the middle.
        peer_hello(peer, 0, NONCE);
        peer_exit(peer, id - 1, 1, 0);
        peer_output(peer, id, WIRE_STDERR, "to err\0\xff", 8);
        peer_exit(peer, id, 0xc0000005, 1);
    }
}

static void test_exec_returns_output_and_exit_code(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(run_command);
    g_autoptr(AgentExecResult) result = execute(peer->path, ver, "C:\\", 5000, NULL, &error);

    g_assert_no_error(error);
    g_assert_cmpmem(g_bytes_get_data(result->out, NULL), g_bytes_get_size(result->out),
                    "cmd|/c|ver|C:\\|timeout=5000", 27);
    g_assert_cmpmem(g_bytes_get_data(result->err, NULL), g_bytes_get_size(result->err), "to err\0\xff", 8);
    g_assert_cmpint(result->exit_code, ==, (int)0xc0000005);
    g_assert_true(result->timed_out);
    g_assert_false(result->truncated);
}

static void test_exec_has_a_default_time_limit(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(run_command);
    g_autoptr(AgentExecResult) result = execute(peer->path, ver, NULL, 0, NULL, &error);

    g_assert_no_error(error);
    g_assert_cmpmem(g_bytes_get_data(result->out, NULL), g_bytes_get_size(result->out),
                    "cmd|/c|ver|timeout=60000", 24);
}

static void write_too_much(Peer *peer)
{
    struct wire_frame frame;
    g_autofree char *block = g_malloc0(WIRE_DATA_MAX);

    while (peer_next_request(peer, &frame)) {
        guint32 id = frame.id;
        for (gsize sent = 0; sent < AGENT_EXEC_OUTPUT_LIMIT + WIRE_DATA_MAX; sent += WIRE_DATA_MAX)
            peer_output(peer, id, WIRE_STDOUT, block, WIRE_DATA_MAX);
        peer_exit(peer, id, 0, 0);
    }
}

static void test_exec_drops_output_beyond_the_limit(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(write_too_much);
    g_autoptr(AgentExecResult) result = execute(peer->path, ver, NULL, LONG_MS, NULL, &error);

    g_assert_no_error(error);
    g_assert_true(result->truncated);
    g_assert_cmpuint(g_bytes_get_size(result->out), ==, AGENT_EXEC_OUTPUT_LIMIT);
    g_assert_cmpint(result->exit_code, ==, 0);
}

static void refuse_command(Peer *peer)
{
    struct wire_frame frame;

    while (peer_next_request(peer, &frame))
        peer_error(peer, frame.id, "not-found", "no such program\x1b");
}

static void test_exec_reports_the_agents_refusal(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(refuse_command);

    g_assert_null(execute(peer->path, ver, NULL, 1000, NULL, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_REMOTE);
    g_assert_nonnull(strstr(error->message, "not-found"));
    g_assert_null(strchr(error->message, '\x1b'));
}

static void say_busy(Peer *peer)
{
    struct wire_frame frame;

    while (peer_next_request(peer, &frame))
        peer_error(peer, frame.id, "busy", "an earlier command runs");
}

static void test_exec_reports_a_busy_agent_as_busy(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(say_busy);

    g_assert_null(execute(peer->path, ver, NULL, 1000, NULL, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_BUSY);
}

static void answer_exit_without_code(Peer *peer)
{
    struct wire_frame frame;

    while (peer_next_request(peer, &frame)) {
        peer->killed = peer->killed || frame.type == WIRE_KILL;
        wire_encoder_u32(peer_begin(peer, WIRE_EXIT, frame.id), WIRE_TIMED_OUT, 0);
        peer_send(peer);
    }
}

static void answer_output_that_is_too_large(Peer *peer)
{
    struct wire_frame frame;
    g_autofree char *block = g_malloc0(WIRE_DATA_MAX + 1);

    while (peer_next_request(peer, &frame)) {
        if (frame.type == WIRE_EXEC)
            peer_output(peer, frame.id, WIRE_STDOUT, block, WIRE_DATA_MAX + 1);
        else
            peer_exit(peer, frame.id, 1, 0);
    }
}

static void answer_with_a_request(Peer *peer)
{
    struct wire_frame frame;

    while (peer_next_request(peer, &frame)) {
        peer_begin(peer, frame.type == WIRE_EXEC ? WIRE_SHUTDOWN : WIRE_EXIT, frame.id);
        peer_send(peer);
    }
}

static void test_exec_refuses_answers_against_the_protocol(void)
{
    static const Script scripts[] = { answer_exit_without_code, answer_output_that_is_too_large,
                                      answer_with_a_request };

    for (gsize i = 0; i < G_N_ELEMENTS(scripts); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Peer) peer = peer_new(scripts[i]);
        g_assert_null(execute(peer->path, ver, NULL, LONG_MS, NULL, &error));
        g_assert_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL);
    }
}

static void die_in_mid_command(Peer *peer)
{
    struct wire_frame frame;

    if (peer_next_request(peer, &frame))
        peer_output(peer, frame.id, WIRE_STDOUT, "some", 4);
}

static void test_exec_ends_when_the_machine_goes_off(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(die_in_mid_command);

    g_assert_null(execute(peer->path, ver, NULL, LONG_MS, NULL, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_UNREACHABLE);
}

static void test_exec_refuses_what_does_not_fit(void)
{
    const char *many[AGENT_EXEC_ARGUMENTS + 2] = { NULL };
    g_autofree char *large = g_strnfill(WIRE_PAYLOAD_MAX, 'x');
    const char *const too_long[] = { large, NULL };
    const char *const not_text[] = { "cmd", "\xff", NULL };
    const char *const none[] = { NULL };
    g_autoptr(Peer) peer = peer_new(run_command);

    for (gsize i = 0; i + 1 < G_N_ELEMENTS(many); i++)
        many[i] = "x";
    const char *const *const bad[] = { many, too_long, not_text, none };
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(execute(peer->path, bad[i], NULL, LONG_MS, NULL, &error));
        g_assert_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL);
    }
}

static GCancellable *to_cancel;

static void cancel_and_wait_for_kill(Peer *peer)
{
    struct wire_frame frame;

    while (peer_next_request(peer, &frame)) {
        if (frame.type == WIRE_EXEC) {
            g_cancellable_cancel(to_cancel);
        } else if (frame.type == WIRE_KILL) {
            peer->killed = TRUE;
            peer_exit(peer, frame.id, 1, 0);
        }
    }
}

static void test_cancelled_exec_kills_the_command(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(Peer) peer = peer_new(cancel_and_wait_for_kill);

    to_cancel = cancellable;
    g_assert_null(execute(peer->path, ver, NULL, LONG_MS, cancellable, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_assert_true(peer->killed);
}

// ---- Many at once ----

typedef struct {
    const char *path;
    gboolean ok;
} Runner;

static gpointer run_one(gpointer data)
{
    Runner *runner = data;
    g_autoptr(AgentExecResult) result = execute(runner->path, ver, NULL, LONG_MS, NULL, NULL);

    runner->ok = result != NULL;
    return NULL;
}

static void test_many_commands_share_one_line(void)
{
    g_autoptr(Peer) peer = peer_new(run_command);
    Runner runners[4];
    GThread *threads[4];

    for (gsize i = 0; i < G_N_ELEMENTS(runners); i++) {
        runners[i] = (Runner){ .path = peer->path };
        threads[i] = g_thread_new("runner", run_one, &runners[i]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(runners); i++) {
        g_thread_join(threads[i]);
        g_assert_true(runners[i].ok);
    }
}

// Hears two commands before it answers either, the second one first.
static void answer_in_reverse(Peer *peer)
{
    struct wire_frame frame;
    guint32 first = 0;

    while (peer_next_request(peer, &frame)) {
        if (first == 0) {
            first = frame.id;
            continue;
        }
        peer_exit(peer, frame.id, 0, 0);
        peer_exit(peer, first, 0, 0);
    }
}

static void test_one_command_does_not_wait_for_another(void)
{
    g_autoptr(Peer) peer = peer_new(answer_in_reverse);
    Runner runners[2] = { { .path = peer->path }, { .path = peer->path } };
    GThread *threads[2];

    for (gsize i = 0; i < G_N_ELEMENTS(runners); i++)
        threads[i] = g_thread_new("runner", run_one, &runners[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(runners); i++) {
        g_thread_join(threads[i]);
        g_assert_true(runners[i].ok);
    }
}

// ---- Input, environment, session ----

// Says what it was asked, takes the input a window at a time, and repeats its length.
static void take_input(Peer *peer)
{
    struct wire_frame frame;
    struct wire_field data;
    guint64 total = 0;
    guint32 since = 0;

    while (peer_next_request(peer, &frame)) {
        if (frame.type == WIRE_EXEC) {
            g_autofree char *request = describe_exec(&frame);
            peer_output(peer, frame.id, WIRE_STDERR, request, strlen(request));
        } else if (wire_frame_find(&frame, WIRE_DATA, &data)) {
            total += data.length;
            since += (guint32)data.length;
            g_assert_cmpuint(since, <=, WIRE_WINDOW);
            if (since == WIRE_WINDOW) {
                wire_encoder_u32(peer_begin(peer, WIRE_ACK, frame.id), WIRE_BYTES, since);
                peer_send(peer);
                since = 0;
            }
        } else {
            g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, total);
            peer_output(peer, frame.id, WIRE_STDOUT, text, strlen(text));
            peer_exit(peer, frame.id, 0, 0);
        }
    }
}

static void test_input_waits_for_the_guest(void)
{
    static const char *const environment[] = { "A=1", "PATH=", NULL };
    const AgentCommand command = {
        .argv = ver, .environment = environment, .on_desktop = TRUE, .timeout_ms = 1000
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(take_input);
    g_autoptr(GBytes) bytes = g_bytes_new_take(g_malloc0(3000000), 3000000);
    g_autoptr(AgentInput) input = agent_input_new(bytes, FALSE);
    g_autoptr(AgentExecResult) result = agent_exec(peer->path, NONCE, &command, input, NULL, &error);

    g_assert_no_error(error);
    g_assert_cmpmem(g_bytes_get_data(result->out, NULL), g_bytes_get_size(result->out), "3000000", 7);
    g_assert_cmpmem(g_bytes_get_data(result->err, NULL), g_bytes_get_size(result->err),
                    "cmd|/c|ver|<A=1><PATH=><desktop>timeout=1000", 44);
}

// Says each piece back at once, and "end" at its end.
static void echo_input(Peer *peer)
{
    struct wire_frame frame;

    while (peer_next_request(peer, &frame)) {
        struct wire_field data;
        if (frame.type != WIRE_STDIN)
            continue;
        if (!wire_frame_find(&frame, WIRE_DATA, &data)) {
            peer_output(peer, frame.id, WIRE_STDOUT, "end", 3);
            peer_exit(peer, frame.id, 0, 0);
            continue;
        }
        wire_encoder_u32(peer_begin(peer, WIRE_ACK, frame.id), WIRE_BYTES, (guint32)data.length);
        peer_send(peer);
        peer_output(peer, frame.id, WIRE_STDOUT, data.bytes, data.length);
    }
}

static void assert_output(AgentProcess *process, const char *text)
{
    AgentProcessEvent event;
    g_autoptr(GError) error = NULL;
    const gint64 until = g_get_monotonic_time() + LONG_MS * G_TIME_SPAN_MILLISECOND;

    g_assert_true(agent_process_next(process, &event, until, NULL, &error));
    g_assert_no_error(error);
    g_assert_cmpint(event.kind, ==, AGENT_PROCESS_STDOUT);
    g_assert_cmpmem(event.bytes, event.length, text, strlen(text));
}

static void test_input_may_come_while_the_command_runs(void)
{
    const AgentCommand command = { .argv = ver, .timeout_ms = LONG_MS };
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(echo_input);
    g_autoptr(AgentInput) input = agent_input_new(NULL, TRUE);
    g_autoptr(AgentProcess) process = agent_process_start(peer->path, NONCE, &command, input, NULL, &error);
    AgentProcessEvent event;

    g_assert_no_error(error);
    g_assert_true(agent_process_next(process, &event, g_get_monotonic_time() + 1000, NULL, &error));
    g_assert_cmpint(event.kind, ==, AGENT_PROCESS_QUIET);
    g_assert_cmpint(agent_input_add(input, "one", 3, FALSE), ==, AGENT_INPUT_ADDED);
    assert_output(process, "one");
    g_assert_cmpint(agent_input_add(input, "two", 3, TRUE), ==, AGENT_INPUT_ADDED);
    g_assert_cmpint(agent_input_add(input, "x", 1, FALSE), ==, AGENT_INPUT_ENDED);
    assert_output(process, "two");
    assert_output(process, "end");
}

static void test_input_beyond_the_limit_waits(void)
{
    g_autoptr(AgentInput) input = agent_input_new(NULL, TRUE);
    g_autofree guint8 *bytes = g_malloc0(AGENT_INPUT_LIMIT);
    gboolean end = TRUE;

    g_assert_cmpint(agent_input_add(input, bytes, AGENT_INPUT_LIMIT, FALSE), ==, AGENT_INPUT_ADDED);
    g_assert_cmpint(agent_input_add(input, bytes, 1, FALSE), ==, AGENT_INPUT_FULL);
    g_assert_cmpuint(agent_input_take(input, bytes, 10, &end), ==, 10);
    g_assert_false(end);
    g_assert_cmpint(agent_input_add(input, bytes, 1, TRUE), ==, AGENT_INPUT_ADDED);
    g_assert_cmpuint(agent_input_take(input, bytes, AGENT_INPUT_LIMIT, &end), ==, AGENT_INPUT_LIMIT - 9);
    g_assert_true(end);
    agent_input_close(input);
    g_assert_cmpint(agent_input_add(input, bytes, 1, FALSE), ==, AGENT_INPUT_ENDED);
}

static void acknowledge_too_much(Peer *peer)
{
    struct wire_frame frame;

    while (peer_next_request(peer, &frame)) {
        wire_encoder_u32(peer_begin(peer, WIRE_ACK, frame.id), WIRE_BYTES, 1000000);
        peer_send(peer);
    }
}

static void test_a_guest_that_takes_more_than_was_sent_is_refused(void)
{
    const AgentCommand command = { .argv = ver };
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(acknowledge_too_much);
    g_autoptr(GBytes) bytes = g_bytes_new_static("x", 1);
    g_autoptr(AgentInput) input = agent_input_new(bytes, FALSE);

    g_assert_null(agent_exec(peer->path, NONCE, &command, input, NULL, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_PROTOCOL);
}

// A frame of output over some seconds, as a port does it that is slow, or whose machine stands still
// meanwhile.
static void write_slowly(Peer *peer)
{
    static const char text[] = "as slow as it is, all of it comes";
    struct wire_frame frame;

    while (peer_next_request(peer, &frame)) {
        const guint32 id = frame.id;
        wire_encoder_bytes(peer_begin(peer, WIRE_STDOUT, id), WIRE_DATA, text, sizeof text);
        const gsize length = wire_encoder_end(&peer->encoder);
        for (gsize at = 0; at < length; at += length / 3 + 1) {
            peer_bytes(peer, peer->output + at, MIN(length / 3 + 1, length - at));
            g_usleep(1500 * G_TIME_SPAN_MILLISECOND);
        }
        peer_exit(peer, id, 0, 0);
    }
}

static void test_a_slow_frame_is_waited_for(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(write_slowly);
    g_autoptr(AgentExecResult) result = execute(peer->path, ver, NULL, LONG_MS, NULL, &error);

    g_assert_no_error(error);
    g_assert_cmpmem(g_bytes_get_data(result->out, NULL), g_bytes_get_size(result->out),
                    "as slow as it is, all of it comes", 34);
}

static int talked_enough; // atomic

static void talk_without_end(Peer *peer)
{
    struct wire_frame frame;

    if (!peer_next_request(peer, &frame))
        return;
    while (!g_atomic_int_get(&talked_enough)) {
        wire_encoder_u32(peer_begin(peer, WIRE_ACK, frame.id), WIRE_BYTES, 0);
        peer_send(peer);
        g_usleep(G_TIME_SPAN_MILLISECOND);
    }
}

// Its frames are no events, and never stop.
static void test_a_guest_that_talks_on_holds_nobody(void)
{
    g_autoptr(GError) error = NULL;
    AgentProcessEvent event;
    const AgentCommand command = { .argv = ver, .timeout_ms = 1, .late_ms = 2000 };
    g_atomic_int_set(&talked_enough, FALSE);
    g_autoptr(Peer) peer = peer_new(talk_without_end);
    g_autoptr(AgentProcess) process = agent_process_start(peer->path, NONCE, &command, NULL, NULL, &error);

    g_assert_no_error(error);
    const gint64 until = g_get_monotonic_time() + MOMENT_MS * G_TIME_SPAN_MILLISECOND;
    g_assert_true(agent_process_next(process, &event, until, NULL, &error));
    g_assert_no_error(error);
    g_assert_cmpint(event.kind, ==, AGENT_PROCESS_QUIET);
    g_assert_false(agent_process_next(process, &event, G_MAXINT64, NULL, &error));
    g_assert_true(error->domain == AGENT_ERROR); // late, or against the protocol: it is both
    g_atomic_int_set(&talked_enough, TRUE);
}

static void say_old_hello(Peer *peer)
{
    struct wire_frame frame;

    while (peer_receive(peer, &frame)) {
        struct wire_encoder *encoder = peer_begin(peer, WIRE_HELLO, frame.id);
        wire_encoder_text(encoder, WIRE_NONCE, NONCE);
        wire_encoder_u32(encoder, WIRE_PROTOCOL, frame.type == WIRE_HELLO_REQUEST ? 1 : 0);
        wire_encoder_text(encoder, WIRE_FIRST_LOGON, "done");
        if (frame.type == WIRE_HELLO_REQUEST)
            peer_send(peer);
        else
            peer_exit(peer, frame.id, 0, 0);
    }
}

static void test_an_old_agent_is_asked_only_what_it_knows(void)
{
    const AgentCommand plain = { .argv = ver }, desktop = { .argv = ver, .on_desktop = TRUE };
    g_autoptr(GError) error = NULL;
    g_autoptr(Peer) peer = peer_new(say_old_hello);
    g_autoptr(AgentExecResult) result = agent_exec(peer->path, NONCE, &plain, NULL, NULL, &error);

    g_assert_no_error(error);
    g_assert_null(agent_exec(peer->path, NONCE, &desktop, NULL, NULL, &error));
    g_assert_error(error, AGENT_ERROR, AGENT_ERROR_TOO_OLD);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        GTestFunc test;
    } tests[] = {
        { "/agent-exec/exec-returns-output-and-exit-code", test_exec_returns_output_and_exit_code },
        { "/agent-exec/exec-has-a-default-time-limit", test_exec_has_a_default_time_limit },
        { "/agent-exec/exec-drops-output-beyond-the-limit", test_exec_drops_output_beyond_the_limit },
        { "/agent-exec/exec-reports-the-agents-refusal", test_exec_reports_the_agents_refusal },
        { "/agent-exec/exec-reports-a-busy-agent-as-busy", test_exec_reports_a_busy_agent_as_busy },
        { "/agent-exec/exec-refuses-answers-against-the-protocol",
          test_exec_refuses_answers_against_the_protocol },
        { "/agent-exec/exec-ends-when-the-machine-goes-off", test_exec_ends_when_the_machine_goes_off },
        { "/agent-exec/exec-refuses-what-does-not-fit", test_exec_refuses_what_does_not_fit },
        { "/agent-exec/cancelled-exec-kills-the-command", test_cancelled_exec_kills_the_command },
        { "/agent-exec/many-commands-share-one-line", test_many_commands_share_one_line },
        { "/agent-exec/one-command-does-not-wait-for-another", test_one_command_does_not_wait_for_another },
        { "/agent-exec/input-waits-for-the-guest", test_input_waits_for_the_guest },
        { "/agent-exec/input-while-it-runs", test_input_may_come_while_the_command_runs },
        { "/agent-exec/input-beyond-the-limit", test_input_beyond_the_limit_waits },
        { "/agent-exec/takes-more-than-was-sent", test_a_guest_that_takes_more_than_was_sent_is_refused },
        { "/agent-exec/a-slow-frame", test_a_slow_frame_is_waited_for },
        { "/agent-exec/a-guest-that-talks-on", test_a_guest_that_talks_on_holds_nobody },
        { "/agent-exec/an-old-agent", test_an_old_agent_is_asked_only_what_it_knows },
    };

    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add_func(tests[i].path, tests[i].test);
    return g_test_run();
}
