// SPDX-License-Identifier: GPL-3.0-or-later
// The host's side of COM2 in tests; see conversation.h.
#include "conversation.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

// Only so that a failure ends: nothing is measured by it.
#define PATIENCE_MS 60000

static int port_fd;
static struct wire_decoder decoder;

void begin_conversation(int fd)
{
    port_fd = fd;
    wire_decoder_init(&decoder);
}

void send_bytes(const void *bytes, size_t length)
{
    const uint8_t *at = bytes;

    while (length > 0) {
        struct pollfd ready = { .fd = port_fd, .events = POLLOUT };
        g_assert_cmpint(poll(&ready, 1, PATIENCE_MS), ==, 1);
        ssize_t count = write(port_fd, at, length);
        if (count < 0) {
            g_assert_cmpint(errno, ==, EAGAIN);
            continue;
        }
        at += count;
        length -= (size_t)count;
    }
}

void next_frame(struct wire_frame *frame)
{
    uint8_t bytes[4096];

    while (!wire_decoder_next(&decoder, frame)) {
        struct pollfd ready = { .fd = port_fd, .events = POLLIN };
        g_assert_cmpint(poll(&ready, 1, PATIENCE_MS), ==, 1);
        ssize_t count = read(port_fd, bytes, sizeof bytes);
        g_assert_cmpint(count, >, 0);
        g_assert_cmpuint(wire_decoder_feed(&decoder, bytes, (size_t)count), ==, (size_t)count);
    }
}

void send_empty(uint16_t type, uint32_t id)
{
    uint8_t bytes[WIRE_HEADER_SIZE];
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, bytes, sizeof bytes, type, id);
    send_bytes(bytes, wire_encoder_end(&encoder));
}

size_t encode_exec(uint8_t *bytes, uint32_t id, uint32_t timeout_ms, const char *cwd, const char *const *argv)
{
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, bytes, WIRE_FRAME_MAX, WIRE_EXEC, id);
    for (; *argv != NULL; argv++)
        wire_encoder_text(&encoder, WIRE_ARG, *argv);
    if (cwd != NULL)
        wire_encoder_text(&encoder, WIRE_CWD, cwd);
    wire_encoder_u32(&encoder, WIRE_TIMEOUT_MS, timeout_ms);
    return wire_encoder_end(&encoder);
}

void send_exec(uint32_t id, uint32_t timeout_ms, const char *cwd, const char *const *argv)
{
    static uint8_t bytes[WIRE_FRAME_MAX];

    send_bytes(bytes, encode_exec(bytes, id, timeout_ms, cwd, argv));
}

char *text_of(const struct wire_frame *frame, uint16_t tag)
{
    struct wire_field field;

    g_assert_true(wire_frame_find(frame, tag, &field));
    g_assert_true(wire_field_is_text(&field));
    return g_strndup((const char *)field.bytes, field.length);
}

uint32_t number_of(const struct wire_frame *frame, uint16_t tag)
{
    struct wire_field field;
    uint32_t value;

    g_assert_true(wire_frame_find(frame, tag, &field));
    g_assert_true(wire_field_u32(&field, &value));
    return value;
}

// Takes one frame into the answer it belongs to. True when it was the last of that request.
static bool take_frame(struct answer *answer, const struct wire_frame *frame)
{
    struct wire_field data;

    g_assert_cmpuint(frame->id, ==, answer->id);
    g_assert_true(wire_frame_check(frame));
    if (frame->type == WIRE_STDOUT || frame->type == WIRE_STDERR) {
        g_assert_true(wire_frame_find(frame, WIRE_DATA, &data));
        g_assert_cmpuint(data.length, <=, WIRE_DATA_MAX);
        g_string_append_len(frame->type == WIRE_STDOUT ? answer->output : answer->errors,
                            (const char *)data.bytes, (gssize)data.length);
        return false;
    }
    answer->last = frame->type;
    if (frame->type == WIRE_EXIT) {
        answer->exit_code = number_of(frame, WIRE_EXIT_CODE);
        answer->timed_out = number_of(frame, WIRE_TIMED_OUT);
    } else if (frame->type == WIRE_ERROR) {
        answer->code = text_of(frame, WIRE_CODE);
    }
    return true;
}

static struct answer *new_answer(uint32_t id)
{
    struct answer *answer = g_new0(struct answer, 1);

    answer->id = id;
    answer->output = g_string_new(NULL);
    answer->errors = g_string_new(NULL);
    return answer;
}

void free_answer(struct answer *answer)
{
    g_string_free(answer->output, TRUE);
    g_string_free(answer->errors, TRUE);
    g_free(answer->code);
    g_free(answer);
}

// Reads frames, all of which must be of this one request, up to its last.
struct answer *wait_answer(uint32_t id)
{
    struct answer *answer = new_answer(id);
    struct wire_frame frame;

    do
        next_frame(&frame);
    while (!take_frame(answer, &frame));
    return answer;
}

struct answer *run_command(uint32_t id, const char *cwd, const char *const *argv)
{
    send_exec(id, PATIENCE_MS, cwd, argv);
    return wait_answer(id);
}

void expect_error(struct answer *answer, const char *code)
{
    g_assert_cmpint(answer->last, ==, WIRE_ERROR);
    g_assert_cmpstr(answer->code, ==, code);
    free_answer(answer);
}

void expect_output(struct answer *answer, uint32_t exit_code, const char *output)
{
    g_assert_cmpint(answer->last, ==, WIRE_EXIT);
    g_assert_cmpuint(answer->exit_code, ==, exit_code);
    g_assert_cmpuint(answer->timed_out, ==, 0);
    g_assert_cmpstr(answer->output->str, ==, output);
    free_answer(answer);
}
