// SPDX-License-Identifier: GPL-3.0-or-later
// The frames that daemon and agent exchange over COM2: encoder, incremental decoder, limits. PROTOCOL.md is
// the description for people. Not here: what a frame means (guest/agent/, daemon/vm/) and how its bytes
// travel.
//
// Compiled by gcc for the daemon and by mingw-w64 for the agent: no malloc, no GLib, no global state. A value
// of any struct below belongs to one thread at a time; different values may be used by different threads.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_PROTOCOL_VERSION 2u
// 1: without standard input, environment, sessions, windows, files.
#define WIRE_PROTOCOL_OLDEST 1u
#define WIRE_HEADER_SIZE     20u
#define WIRE_PAYLOAD_MAX     65536u
#define WIRE_FRAME_MAX       (WIRE_HEADER_SIZE + WIRE_PAYLOAD_MAX)
#define WIRE_FIELD_HEADER    6u
// Most bytes of output in one STDOUT or STDERR frame.
#define WIRE_DATA_MAX 32768u
// Bytes of a file or of standard input that may be on their way before the receiver has said WIRE_ACK.
#define WIRE_WINDOW 262144u
// Most fields in one frame; a frame with more is refused by wire_frame_check().
#define WIRE_FIELDS_MAX 1024u

enum wire_type {
    WIRE_HELLO_REQUEST = 1, // host to guest, no fields
    WIRE_HELLO = 2,         // guest to host; id 0 when unsolicited
    WIRE_EXEC = 3,          // host to guest
    WIRE_STDOUT = 4,        // guest to host
    WIRE_STDERR = 5,        // guest to host
    WIRE_EXIT = 6,          // guest to host, the last frame of an exec
    WIRE_ERROR = 7,         // guest to host, the last frame of a request that was refused
    WIRE_SHUTDOWN = 8,      // host to guest
    WIRE_OK = 9,            // guest to host
    WIRE_KILL = 10,         // host to guest; its id is the exec's, or the file's
    // Since protocol 2
    WIRE_STDIN = 11,     // host to guest: DATA, or no field at the end
    WIRE_ACK = 12,       // both ways: so many bytes more of the other's DATA have been used
    WIRE_GET = 13,       // host to guest: a file
    WIRE_PUT = 14,       // host to guest: a file
    WIRE_FILE_DATA = 15, // both ways: DATA of a file
    WIRE_END = 16,       // both ways: the file is whole, and has this hash
    WIRE_INFO = 17,      // guest to host: what GET or LIST found
    WIRE_LIST = 18,      // host to guest: what is in a folder
    WIRE_MKDIR = 19,     // host to guest: makes a folder and those above it
};

enum wire_tag {
    // HELLO
    WIRE_NONCE = 1,         // text, 32 hexadecimal digits, or empty when the guest has none
    WIRE_PROTOCOL = 2,      // u32, WIRE_PROTOCOL_VERSION
    WIRE_AGENT_VERSION = 3, // text
    WIRE_OS_VERSION = 4,    // text, "6.1.7601"
    WIRE_COMPUTER_NAME = 5, // text
    WIRE_ARCHITECTURE = 6,  // text, amd64 or x86
    WIRE_FIRST_LOGON = 7,   // text: running, done, failed, none
    // EXEC
    WIRE_ARG = 16,           // text, repeated, in order; the first is the program
    WIRE_CWD = 17,           // text, optional
    WIRE_TIMEOUT_MS = 18,    // u32, optional; 0 or absent: the agent's own limit
    WIRE_ENVIRONMENT = 19,   // text, repeated: NAME=value; an empty value takes the variable away
    WIRE_HAS_STDIN = 20,     // u32, 1: STDIN frames will come
    WIRE_OUTPUT_WINDOW = 21, // u32: most bytes of output that may be on their way; 0 or absent: no bound
    WIRE_SESSION = 22,       // text: service, desktop
    // EXIT
    WIRE_EXIT_CODE = 32, // u32
    WIRE_TIMED_OUT = 33, // u32, 0 or 1
    WIRE_DROPPED = 34,   // u32, 1: output was given up, because the host took none for long
    // STDOUT, STDERR
    WIRE_DATA = 48, // bytes, at most WIRE_DATA_MAX
    // ERROR
    WIRE_CODE = 64,    // text: bad-request, not-found, spawn-failed, busy, too-large
    WIRE_MESSAGE = 65, // text for people
    // ACK
    WIRE_BYTES = 66, // u32
    // SHUTDOWN
    WIRE_MODE = 80, // text: poweroff, reboot
    // GET, PUT, LIST, MKDIR, INFO, END
    WIRE_PATH = 96,       // text, absolute; in INFO the name alone
    WIRE_SIZE = 97,       // u64
    WIRE_MODIFIED = 98,   // u64, FILETIME: 100 ns since 1601, UTC
    WIRE_ATTRIBUTES = 99, // u32, FILE_ATTRIBUTE_…
    WIRE_SHA256 = 100,    // 32 bytes
};

// ---- Encoding ----

// Writes one frame into the caller's buffer. Running out of space (the buffer's or WIRE_PAYLOAD_MAX) is
// remembered and reported once, by wire_encoder_end().
struct wire_encoder {
    uint8_t *buffer;
    size_t size;
    size_t length;
    bool overflow;
};

// Starts a frame in buffer (borrowed until wire_encoder_end(); WIRE_FRAME_MAX bytes are always enough).
void wire_encoder_begin(struct wire_encoder *encoder, void *buffer, size_t size, uint16_t type, uint32_t id);
void wire_encoder_bytes(struct wire_encoder *encoder, uint16_t tag, const void *bytes, size_t length);
// Adds NUL-terminated UTF-8, without the NUL.
void wire_encoder_text(struct wire_encoder *encoder, uint16_t tag, const char *text);
void wire_encoder_u32(struct wire_encoder *encoder, uint16_t tag, uint32_t value);
void wire_encoder_u64(struct wire_encoder *encoder, uint16_t tag, uint64_t value);
// Completes the frame; returns its length in bytes, or 0 when it did not fit.
size_t wire_encoder_end(struct wire_encoder *encoder);

// ---- Decoding ----

// A frame whose length and CRC are right. Its type, fields and text are whatever the other side sent.
struct wire_frame {
    uint16_t type;
    uint32_t id;
    const uint8_t *payload; // inside the decoder: valid until the next call on that decoder
    size_t payload_length;
};

struct wire_decoder {
    // Twice a frame, so that bytes are moved to the front at most once for each WIRE_FRAME_MAX consumed.
    uint8_t buffer[2 * WIRE_FRAME_MAX];
    size_t head; // first byte not yet consumed
    size_t tail; // end of what was fed
    // How many bytes may still be spent on the CRC of candidate frames; see wire_decoder_next().
    uint64_t credit;
    uint64_t garbage;    // bytes skipped because they began no frame
    uint64_t bad_frames; // headers that looked right but whose CRC or limits did not hold
};

void wire_decoder_init(struct wire_decoder *decoder);

// Copies bytes in and returns how many were taken: less than length when the decoder is full, in which case
// wire_decoder_next() makes room. Invalidates the last frame.
//
//     while (length > 0 || more) {
//         size_t taken = wire_decoder_feed(&decoder, bytes, length);
//         bytes += taken; length -= taken;
//         while (wire_decoder_next(&decoder, &frame)) handle(&frame);
//     }
//
// After wire_decoder_next() has returned false, a feed of at least one byte always takes at least one.
size_t wire_decoder_feed(struct wire_decoder *decoder, const void *bytes, size_t length);

// Takes the next whole frame; false when more bytes are needed. Garbage is skipped up to the next magic.
// After a frame with a wrong CRC the search goes on one byte after its magic, so that a good frame inside is
// found; the work that a hostile sender can cause this way is bounded to a fixed number of CRC bytes for each
// byte fed (then a bad frame is skipped as a whole).
bool wire_decoder_next(struct wire_decoder *decoder, struct wire_frame *frame);

// True when part of a frame is waiting for the rest.
bool wire_decoder_waiting(const struct wire_decoder *decoder);

// True when inside the frame that is waiting for the rest there is a whole one: its sender was reset, and has
// begun anew.
bool wire_decoder_holds_frame(const struct wire_decoder *decoder);

// For a caller that has seen no byte for some time while wire_decoder_waiting(): treats the incomplete
// frame's start as garbage, so that a sender that died in mid-frame does not swallow the frames that follow.
// Call wire_decoder_next() afterwards.
void wire_decoder_give_up(struct wire_decoder *decoder);

// ---- Fields ----

struct wire_field {
    uint16_t tag;
    const uint8_t *bytes; // inside the frame's payload; not NUL-terminated
    size_t length;
};

// Visits the fields of a frame in order.
struct wire_fields {
    const uint8_t *at;
    size_t left;
    bool malformed; // set when a field runs past the payload's end; the visit ends there
};

void wire_fields_init(struct wire_fields *fields, const struct wire_frame *frame);
bool wire_fields_next(struct wire_fields *fields, struct wire_field *field);

// True when the payload is whole fields, at most WIRE_FIELDS_MAX of them.
bool wire_frame_check(const struct wire_frame *frame);
// Finds the first field with the tag.
bool wire_frame_find(const struct wire_frame *frame, uint16_t tag, struct wire_field *field);

// False unless the field is exactly four bytes; value is then untouched.
bool wire_field_u32(const struct wire_field *field, uint32_t *value);
bool wire_field_u64(const struct wire_field *field, uint64_t *value);
// True when the field is UTF-8 (no overlong forms, no surrogates) without NUL.
bool wire_field_is_text(const struct wire_field *field);
// True when the field's bytes are exactly the NUL-terminated text.
bool wire_field_equals(const struct wire_field *field, const char *text);

// CRC-32 as of IEEE 802.3 (reflected, polynomial 0xEDB88320). Start with crc 0 and feed pieces in order.
uint32_t wire_crc32(uint32_t crc, const void *bytes, size_t length);
