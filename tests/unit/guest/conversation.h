// SPDX-License-Identifier: GPL-3.0-or-later
// The host's side of COM2 in tests: sends requests, reads frames, gathers the answer to a request. Asserts
// that every frame is well-formed; what an answer should say is the test's. One conversation a test program.
#pragma once

#include <glib.h>

#include "guest/wire.h"

struct answer {
    uint32_t id;
    uint16_t last; // type of the frame that ended the request
    GString *output, *errors;
    uint32_t exit_code, timed_out;
    char *code; // of an ERROR
};

// fd: the non-blocking host end of COM2, borrowed.
void begin_conversation(int fd);

void send_bytes(const void *bytes, size_t length);
void send_empty(uint16_t type, uint32_t id);
// bytes has room for WIRE_FRAME_MAX; cwd may be NULL.
size_t encode_exec(uint8_t *bytes, uint32_t id, uint32_t timeout_ms, const char *cwd,
                   const char *const *argv);
void send_exec(uint32_t id, uint32_t timeout_ms, const char *cwd, const char *const *argv);

// Waits for the next frame, valid until the one after it.
void next_frame(struct wire_frame *frame);
// The frame must have the field. To g_free().
char *text_of(const struct wire_frame *frame, uint16_t tag);
uint32_t number_of(const struct wire_frame *frame, uint16_t tag);

// Reads frames, all of which must be of this one request, up to its last. To free_answer().
struct answer *wait_answer(uint32_t id);
void free_answer(struct answer *answer);
// Sends an EXEC and waits for its answer.
struct answer *run_command(uint32_t id, const char *cwd, const char *const *argv);

// Both free the answer.
void expect_error(struct answer *answer, const char *code);
void expect_output(struct answer *answer, uint32_t exit_code, const char *output);
