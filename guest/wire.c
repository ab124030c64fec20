// SPDX-License-Identifier: GPL-3.0-or-later
// Encoder and decoder of the frames between daemon and agent. See wire.h for the rules and PROTOCOL.md for
// the format. Every byte that is decoded comes from the other side and is not trusted.
#include "guest/wire.h"

#include <string.h>

static const uint8_t magic[4] = { 'S', 'V', 'D', '1' };

// Offsets within the header, all little endian.
enum { AT_LENGTH = 4, AT_TYPE = 8, AT_ZERO = 10, AT_ID = 12, AT_CRC = 16 };

// A good stream spends one CRC byte for each byte fed. Eight leaves plenty for false starts; the cap allows
// sixteen full-size ones at once.
#define CREDIT_PER_BYTE 8u
// Beginnings of frames that wire_decoder_holds_frame() looks at: each costs a checksum.
#define LOOKS_MAX  64u
#define CREDIT_MAX (16u * (uint64_t)WIRE_FRAME_MAX)

static void put_u16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static void put_u32(uint8_t *at, uint32_t value)
{
    put_u16(at, (uint16_t)value);
    put_u16(at + 2, (uint16_t)(value >> 16));
}

static uint16_t get_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t get_u32(const uint8_t *at)
{
    return get_u16(at) | (uint32_t)get_u16(at + 2) << 16;
}

uint32_t wire_crc32(uint32_t crc, const void *bytes, size_t length)
{
    // One nibble at a time: 64 bytes of table instead of 1 KiB, fast enough for a serial port.
    static const uint32_t table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    const uint8_t *at = bytes;

    crc = ~crc;
    for (size_t i = 0; i < length; i++) {
        crc = table[(crc ^ at[i]) & 15] ^ crc >> 4;
        crc = table[(crc ^ at[i] >> 4) & 15] ^ crc >> 4;
    }
    return ~crc;
}

static uint32_t frame_crc(const uint8_t *header, const uint8_t *payload, size_t payload_length)
{
    static const uint8_t no_crc[4] = { 0 };
    uint32_t crc = wire_crc32(0, header, AT_CRC);

    crc = wire_crc32(crc, no_crc, sizeof no_crc);
    return wire_crc32(crc, payload, payload_length);
}

void wire_encoder_begin(struct wire_encoder *encoder, void *buffer, size_t size, uint16_t type, uint32_t id)
{
    *encoder = (struct wire_encoder){
        .buffer = buffer,
        .size = size < WIRE_FRAME_MAX ? size : WIRE_FRAME_MAX,
        .length = WIRE_HEADER_SIZE,
        .overflow = size < WIRE_HEADER_SIZE,
    };
    if (encoder->overflow)
        return;
    memset(encoder->buffer, 0, WIRE_HEADER_SIZE);
    memcpy(encoder->buffer, magic, sizeof magic);
    put_u16(encoder->buffer + AT_TYPE, type);
    put_u32(encoder->buffer + AT_ID, id);
}

void wire_encoder_bytes(struct wire_encoder *encoder, uint16_t tag, const void *bytes, size_t length)
{
    if (encoder->overflow)
        return;
    size_t left = encoder->size - encoder->length;
    if (left < WIRE_FIELD_HEADER || left - WIRE_FIELD_HEADER < length) {
        encoder->overflow = true;
        return;
    }
    uint8_t *at = encoder->buffer + encoder->length;
    put_u16(at, tag);
    put_u32(at + 2, (uint32_t)length);
    if (length > 0)
        memcpy(at + WIRE_FIELD_HEADER, bytes, length);
    encoder->length += WIRE_FIELD_HEADER + length;
}

void wire_encoder_text(struct wire_encoder *encoder, uint16_t tag, const char *text)
{
    wire_encoder_bytes(encoder, tag, text, strlen(text));
}

void wire_encoder_u32(struct wire_encoder *encoder, uint16_t tag, uint32_t value)
{
    uint8_t bytes[4];

    put_u32(bytes, value);
    wire_encoder_bytes(encoder, tag, bytes, sizeof bytes);
}

void wire_encoder_u64(struct wire_encoder *encoder, uint16_t tag, uint64_t value)
{
    uint8_t bytes[8];

    put_u32(bytes, (uint32_t)value);
    put_u32(bytes + 4, (uint32_t)(value >> 32));
    wire_encoder_bytes(encoder, tag, bytes, sizeof bytes);
}

size_t wire_encoder_end(struct wire_encoder *encoder)
{
    if (encoder->overflow)
        return 0;
    size_t payload_length = encoder->length - WIRE_HEADER_SIZE;
    put_u32(encoder->buffer + AT_LENGTH, (uint32_t)payload_length);
    put_u32(encoder->buffer + AT_CRC,
            frame_crc(encoder->buffer, encoder->buffer + WIRE_HEADER_SIZE, payload_length));
    return encoder->length;
}

void wire_decoder_init(struct wire_decoder *decoder)
{
    decoder->head = decoder->tail = 0;
    decoder->credit = CREDIT_MAX;
    decoder->garbage = decoder->bad_frames = 0;
}

size_t wire_decoder_feed(struct wire_decoder *decoder, const void *bytes, size_t length)
{
    size_t waiting = decoder->tail - decoder->head;
    size_t room = WIRE_FRAME_MAX > waiting ? WIRE_FRAME_MAX - waiting : 0;

    if (length > room)
        length = room;
    if (length == 0)
        return 0;
    if (length > sizeof decoder->buffer - decoder->tail) {
        memmove(decoder->buffer, decoder->buffer + decoder->head, waiting);
        decoder->head = 0;
        decoder->tail = waiting;
    }
    memcpy(decoder->buffer + decoder->tail, bytes, length);
    decoder->tail += length;
    decoder->credit += CREDIT_PER_BYTE * (uint64_t)length;
    if (decoder->credit > CREDIT_MAX)
        decoder->credit = CREDIT_MAX;
    return length;
}

static void drop(struct wire_decoder *decoder, size_t count)
{
    decoder->head += count;
    decoder->garbage += count;
}

// Moves head to the next magic, or to the tail's last bytes where one may have begun. True when a magic is at
// head.
static bool find_magic(struct wire_decoder *decoder)
{
    while (decoder->tail > decoder->head) {
        const uint8_t *from = decoder->buffer + decoder->head;
        size_t left = decoder->tail - decoder->head;
        const uint8_t *hit = memchr(from, magic[0], left);

        if (hit == NULL) {
            drop(decoder, left);
            return false;
        }
        drop(decoder, (size_t)(hit - from));
        left -= (size_t)(hit - from);
        if (memcmp(hit, magic, left < sizeof magic ? left : sizeof magic) == 0)
            return left >= sizeof magic;
        drop(decoder, 1);
    }
    return false;
}

bool wire_decoder_next(struct wire_decoder *decoder, struct wire_frame *frame)
{
    while (find_magic(decoder)) {
        const uint8_t *header = decoder->buffer + decoder->head;
        size_t waiting = decoder->tail - decoder->head;

        if (waiting < WIRE_HEADER_SIZE)
            return false;
        uint32_t payload_length = get_u32(header + AT_LENGTH);
        if (payload_length > WIRE_PAYLOAD_MAX || get_u16(header + AT_ZERO) != 0) {
            decoder->bad_frames++;
            drop(decoder, 1);
            continue;
        }
        size_t length = WIRE_HEADER_SIZE + payload_length;
        if (waiting < length)
            return false;
        if (length > decoder->credit) {
            decoder->bad_frames++;
            drop(decoder, length);
            continue;
        }
        decoder->credit -= length;
        if (get_u32(header + AT_CRC) != frame_crc(header, header + WIRE_HEADER_SIZE, payload_length)) {
            decoder->bad_frames++;
            drop(decoder, 1);
            continue;
        }
        *frame = (struct wire_frame){
            .type = get_u16(header + AT_TYPE),
            .id = get_u32(header + AT_ID),
            .payload = header + WIRE_HEADER_SIZE,
            .payload_length = payload_length,
        };
        decoder->head += length;
        return true;
    }
    return false;
}

// A header whose frame is here, and is what it says.
static bool is_whole(const uint8_t *at, size_t left)
{
    if (left < WIRE_HEADER_SIZE || memcmp(at, magic, sizeof magic) != 0)
        return false;
    uint32_t length = get_u32(at + AT_LENGTH);
    return length <= WIRE_PAYLOAD_MAX && length <= left - WIRE_HEADER_SIZE && get_u16(at + AT_ZERO) == 0 &&
           get_u32(at + AT_CRC) == frame_crc(at, at + WIRE_HEADER_SIZE, length);
}

bool wire_decoder_holds_frame(const struct wire_decoder *decoder)
{
    unsigned looked_at = 0;

    for (size_t i = decoder->head + 1; i < decoder->tail && looked_at < LOOKS_MAX; i++) {
        const uint8_t *hit = memchr(decoder->buffer + i, magic[0], decoder->tail - i);
        if (hit == NULL)
            return false;
        i = (size_t)(hit - decoder->buffer);
        if (decoder->tail - i >= sizeof magic && memcmp(hit, magic, sizeof magic) == 0)
            looked_at++;
        if (is_whole(hit, decoder->tail - i))
            return true;
    }
    return false;
}

bool wire_decoder_waiting(const struct wire_decoder *decoder)
{
    return decoder->tail > decoder->head;
}

void wire_decoder_give_up(struct wire_decoder *decoder)
{
    if (wire_decoder_waiting(decoder)) {
        decoder->bad_frames++;
        drop(decoder, 1);
    }
}

void wire_fields_init(struct wire_fields *fields, const struct wire_frame *frame)
{
    *fields = (struct wire_fields){ .at = frame->payload, .left = frame->payload_length };
}

bool wire_fields_next(struct wire_fields *fields, struct wire_field *field)
{
    if (fields->left == 0)
        return false;
    if (fields->left < WIRE_FIELD_HEADER || get_u32(fields->at + 2) > fields->left - WIRE_FIELD_HEADER) {
        fields->malformed = true;
        fields->left = 0;
        return false;
    }
    *field = (struct wire_field){
        .tag = get_u16(fields->at),
        .bytes = fields->at + WIRE_FIELD_HEADER,
        .length = get_u32(fields->at + 2),
    };
    fields->at += WIRE_FIELD_HEADER + field->length;
    fields->left -= WIRE_FIELD_HEADER + field->length;
    return true;
}

bool wire_frame_check(const struct wire_frame *frame)
{
    struct wire_fields fields;
    struct wire_field field;
    size_t count = 0;

    wire_fields_init(&fields, frame);
    while (wire_fields_next(&fields, &field))
        if (++count > WIRE_FIELDS_MAX)
            return false;
    return !fields.malformed;
}

bool wire_frame_find(const struct wire_frame *frame, uint16_t tag, struct wire_field *field)
{
    struct wire_fields fields;
    struct wire_field each;

    wire_fields_init(&fields, frame);
    while (wire_fields_next(&fields, &each)) {
        if (each.tag == tag) {
            *field = each;
            return true;
        }
    }
    return false;
}

bool wire_field_u32(const struct wire_field *field, uint32_t *value)
{
    if (field->length != 4)
        return false;
    *value = get_u32(field->bytes);
    return true;
}

bool wire_field_u64(const struct wire_field *field, uint64_t *value)
{
    if (field->length != 8)
        return false;
    *value = get_u32(field->bytes) | (uint64_t)get_u32(field->bytes + 4) << 32;
    return true;
}

// Length of the UTF-8 sequence at the start of bytes (The Unicode Standard, table 3-7), or 0.
static size_t utf8_sequence(const uint8_t *bytes, size_t left)
{
    uint8_t lead = bytes[0], low = 0x80, high = 0xbf;
    size_t length;

    if (lead < 0x80)
        return lead != 0;
    if (lead >= 0xc2 && lead <= 0xdf)
        length = 2;
    else if (lead >= 0xe0 && lead <= 0xef)
        length = 3;
    else if (lead >= 0xf0 && lead <= 0xf4)
        length = 4;
    else
        return 0;
    if (length > left)
        return 0;
    if (lead == 0xe0)
        low = 0xa0;
    else if (lead == 0xed)
        high = 0x9f;
    else if (lead == 0xf0)
        low = 0x90;
    else if (lead == 0xf4)
        high = 0x8f;
    if (bytes[1] < low || bytes[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

bool wire_field_is_text(const struct wire_field *field)
{
    for (size_t at = 0; at < field->length;) {
        size_t step = utf8_sequence(field->bytes + at, field->length - at);
        if (step == 0)
            return false;
        at += step;
    }
    return true;
}

bool wire_field_equals(const struct wire_field *field, const char *text)
{
    size_t length = strlen(text);

    return field->length == length && memcmp(field->bytes, text, length) == 0;
}
