// SPDX-License-Identifier: GPL-3.0-or-later
// The short frames that answer a request; see answer.h.
#include "guest/agent/answer.h"

#include "guest/agent/machine.h"

#define SHORT_FRAME 2048u

static bool finish(struct outbox *outbox, struct wire_encoder *encoder)
{
    size_t length = wire_encoder_end(encoder);

    return length > 0 && outbox_put(outbox, encoder->buffer, length, OUTBOX_ANSWER);
}

void answer_hello(struct outbox *outbox, uint32_t id)
{
    uint8_t frame[SHORT_FRAME];
    char nonce[MACHINE_NONCE_LENGTH + 1], version[32], name[256];
    struct wire_encoder encoder;

    machine_nonce(nonce);
    machine_os_version(version, sizeof version);
    machine_computer_name(name, sizeof name);
    wire_encoder_begin(&encoder, frame, sizeof frame, WIRE_HELLO, id);
    wire_encoder_text(&encoder, WIRE_NONCE, nonce);
    wire_encoder_u32(&encoder, WIRE_PROTOCOL, WIRE_PROTOCOL_VERSION);
    wire_encoder_text(&encoder, WIRE_AGENT_VERSION, SEVEND_VERSION);
    wire_encoder_text(&encoder, WIRE_OS_VERSION, version);
    wire_encoder_text(&encoder, WIRE_COMPUTER_NAME, name);
    wire_encoder_text(&encoder, WIRE_ARCHITECTURE, machine_architecture());
    wire_encoder_text(&encoder, WIRE_FIRST_LOGON, machine_first_logon());
    finish(outbox, &encoder);
}

void answer_ok(struct outbox *outbox, uint32_t id)
{
    uint8_t frame[WIRE_HEADER_SIZE];
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, frame, sizeof frame, WIRE_OK, id);
    finish(outbox, &encoder);
}

void answer_error(struct outbox *outbox, uint32_t id, const char *code, const char *message)
{
    uint8_t frame[SHORT_FRAME];
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, frame, sizeof frame, WIRE_ERROR, id);
    wire_encoder_text(&encoder, WIRE_CODE, code);
    wire_encoder_text(&encoder, WIRE_MESSAGE, message);
    finish(outbox, &encoder);
}

bool answer_exit(struct outbox *outbox, uint32_t id, uint32_t exit_code, bool timed_out, bool dropped)
{
    uint8_t frame[SHORT_FRAME];
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, frame, sizeof frame, WIRE_EXIT, id);
    wire_encoder_u32(&encoder, WIRE_EXIT_CODE, exit_code);
    wire_encoder_u32(&encoder, WIRE_TIMED_OUT, timed_out);
    if (dropped)
        wire_encoder_u32(&encoder, WIRE_DROPPED, 1);
    return finish(outbox, &encoder);
}

bool answer_ack(struct outbox *outbox, uint32_t id, uint32_t bytes)
{
    uint8_t frame[SHORT_FRAME];
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, frame, sizeof frame, WIRE_ACK, id);
    wire_encoder_u32(&encoder, WIRE_BYTES, bytes);
    return finish(outbox, &encoder);
}
