// SPDX-License-Identifier: GPL-3.0-or-later
// The frames of COM2: what is encoded is decoded, and nothing that a line or a hostile sender does to the
// bytes makes the decoder stop, invent a frame or lose the good ones.
#include <glib.h>
#include <string.h>

#include "guest/wire.h"

static struct wire_decoder decoder;

static size_t encode_data(uint8_t *bytes, uint16_t type, uint32_t id, const void *data, size_t length)
{
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, bytes, WIRE_FRAME_MAX, type, id);
    wire_encoder_bytes(&encoder, WIRE_DATA, data, length);
    return wire_encoder_end(&encoder);
}

static size_t encode_empty(uint8_t *bytes, uint32_t id)
{
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, bytes, WIRE_HEADER_SIZE, WIRE_OK, id);
    return wire_encoder_end(&encoder);
}

static void feed_all(const void *bytes, size_t length)
{
    g_assert_cmpuint(wire_decoder_feed(&decoder, bytes, length), ==, length);
}

static void expect_frame(uint32_t id)
{
    struct wire_frame frame;

    g_assert_true(wire_decoder_next(&decoder, &frame));
    g_assert_cmpuint(frame.id, ==, id);
}

static void expect_nothing(void)
{
    struct wire_frame frame;

    g_assert_false(wire_decoder_next(&decoder, &frame));
}

static void crc_is_the_ieee_one(void)
{
    // The check value of CRC-32/ISO-HDLC.
    g_assert_cmphex(wire_crc32(0, "123456789", 9), ==, 0xcbf43926);
    g_assert_cmphex(wire_crc32(wire_crc32(0, "1234", 4), "56789", 5), ==, 0xcbf43926);
}

static void frame_has_the_documented_layout(void)
{
    uint8_t bytes[64];
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, bytes, sizeof bytes, WIRE_EXEC, 0x01020304);
    wire_encoder_text(&encoder, WIRE_CWD, "C:");
    g_assert_cmpuint(wire_encoder_end(&encoder), ==, 28);
    g_assert_cmpmem(bytes, 16, "SVD1\x08\0\0\0\x03\0\0\0\x04\x03\x02\x01", 16);
    g_assert_cmpmem(bytes + 20, 8, "\x11\0\x02\0\0\0C:", 8);
    memcpy(bytes + 40, bytes + 16, 4);
    memset(bytes + 16, 0, 4);
    uint32_t crc = wire_crc32(0, bytes, 28);
    for (int i = 0; i < 4; i++)
        g_assert_cmphex(bytes[40 + i], ==, crc >> 8 * i & 0xff);
}

static void fields_come_back_in_order(void)
{
    static const uint8_t binary[] = { 0, 255, 'S', 'V', 'D', '1' };
    uint8_t bytes[256];
    struct wire_encoder encoder;
    struct wire_frame frame;
    struct wire_fields fields;
    struct wire_field field;
    uint32_t value = 0;

    wire_encoder_begin(&encoder, bytes, sizeof bytes, WIRE_EXEC, 7);
    wire_encoder_text(&encoder, WIRE_ARG, "cmd");
    wire_encoder_text(&encoder, WIRE_ARG, "");
    wire_encoder_bytes(&encoder, WIRE_DATA, binary, sizeof binary);
    wire_encoder_u32(&encoder, WIRE_TIMEOUT_MS, 0xfedcba98);
    feed_all(bytes, wire_encoder_end(&encoder));
    g_assert_true(wire_decoder_next(&decoder, &frame));
    g_assert_cmpuint(frame.type, ==, WIRE_EXEC);
    g_assert_cmpuint(frame.id, ==, 7);
    g_assert_true(wire_frame_check(&frame));
    wire_fields_init(&fields, &frame);
    g_assert_true(wire_fields_next(&fields, &field));
    g_assert_true(wire_field_equals(&field, "cmd"));
    g_assert_false(wire_field_equals(&field, "cm"));
    g_assert_false(wire_field_equals(&field, "cmd.exe"));
    g_assert_true(wire_fields_next(&fields, &field));
    g_assert_true(wire_field_equals(&field, ""));
    g_assert_true(wire_fields_next(&fields, &field));
    g_assert_cmpmem(field.bytes, field.length, binary, sizeof binary);
    g_assert_false(wire_field_u32(&field, &value));
    g_assert_true(wire_fields_next(&fields, &field));
    g_assert_true(wire_field_u32(&field, &value));
    g_assert_cmphex(value, ==, 0xfedcba98);
    g_assert_false(wire_fields_next(&fields, &field));
    g_assert_false(fields.malformed);
    g_assert_true(wire_frame_find(&frame, WIRE_TIMEOUT_MS, &field));
    g_assert_false(wire_frame_find(&frame, WIRE_CWD, &field));
}

static void largest_payload_fits_and_one_byte_more_does_not(void)
{
    static uint8_t bytes[WIRE_FRAME_MAX], data[WIRE_PAYLOAD_MAX];
    struct wire_frame frame;
    size_t most = WIRE_PAYLOAD_MAX - WIRE_FIELD_HEADER;

    g_assert_cmpuint(encode_data(bytes, WIRE_STDOUT, 1, data, most + 1), ==, 0);
    size_t length = encode_data(bytes, WIRE_STDOUT, 1, data, most);
    g_assert_cmpuint(length, ==, WIRE_FRAME_MAX);
    feed_all(bytes, length);
    g_assert_cmpuint(wire_decoder_feed(&decoder, "x", 1), ==, 0);
    g_assert_true(wire_decoder_next(&decoder, &frame));
    g_assert_cmpuint(frame.payload_length, ==, WIRE_PAYLOAD_MAX);
}

static void small_buffer_is_told_once_at_the_end(void)
{
    uint8_t bytes[32];
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, bytes, 10, WIRE_OK, 1);
    g_assert_cmpuint(wire_encoder_end(&encoder), ==, 0);
    wire_encoder_begin(&encoder, bytes, sizeof bytes, WIRE_OK, 1);
    wire_encoder_text(&encoder, WIRE_ARG, "too long for this");
    wire_encoder_text(&encoder, WIRE_ARG, "x");
    g_assert_cmpuint(wire_encoder_end(&encoder), ==, 0);
}

static void frame_may_come_byte_by_byte(void)
{
    uint8_t bytes[64];
    size_t length = encode_data(bytes, WIRE_STDOUT, 5, "data", 4);

    for (size_t i = 0; i < length; i++) {
        expect_nothing();
        g_assert_cmpint(wire_decoder_waiting(&decoder), ==, i > 0);
        feed_all(bytes + i, 1);
    }
    expect_frame(5);
    g_assert_false(wire_decoder_waiting(&decoder));
    g_assert_cmpuint(decoder.garbage, ==, 0);
}

static void garbage_is_skipped_up_to_the_next_frame(void)
{
    static const char garbage[] = "SSVSVDSVD2SVD1\xff\xff\xff\xffSeaBIOS \0\0S";
    uint8_t bytes[64];
    size_t length = encode_data(bytes, WIRE_STDOUT, 6, "data", 4);

    feed_all(garbage, sizeof garbage - 1);
    feed_all(bytes, length);
    expect_frame(6);
    expect_nothing();
    g_assert_cmpuint(decoder.garbage, ==, sizeof garbage - 1);
}

static void oversize_and_reserved_bits_are_refused_at_the_header(void)
{
    uint8_t bytes[64];
    size_t length = encode_data(bytes, WIRE_STDOUT, 8, "data", 4);

    bytes[6] = 1;
    bytes[4] = 1;
    feed_all(bytes, WIRE_HEADER_SIZE);
    expect_nothing();
    g_assert_cmpuint(decoder.bad_frames, ==, 1);
    g_assert_false(wire_decoder_waiting(&decoder));
    length = encode_data(bytes, WIRE_STDOUT, 8, "data", 4);
    bytes[10] = 1;
    feed_all(bytes, length);
    expect_nothing();
    g_assert_cmpuint(decoder.bad_frames, ==, 2);
}

static void every_changed_bit_is_noticed(void)
{
    uint8_t good[64], bytes[64];
    struct wire_frame frame;
    size_t length = encode_data(good, WIRE_STDOUT, 9, "data", 4);

    for (size_t bit = 0; bit < 8 * length; bit++) {
        wire_decoder_init(&decoder);
        memcpy(bytes, good, length);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        feed_all(bytes, length);
        g_assert_false(wire_decoder_next(&decoder, &frame));
    }
}

static void good_frame_inside_a_damaged_one_is_found(void)
{
    uint8_t inner[64], outer[256];
    size_t inner_length = encode_data(inner, WIRE_STDOUT, 10, "inner", 5);
    size_t outer_length = encode_data(outer, WIRE_STDOUT, 11, inner, inner_length);

    feed_all(outer, outer_length);
    expect_frame(11);
    expect_nothing();
    outer[outer_length - 1] ^= 0x80;
    outer[17] ^= 1;
    feed_all(outer, outer_length);
    expect_nothing();
    // The damage was inside the inner frame as well; now only the outer one has it.
    outer[outer_length - 1] ^= 0x80;
    feed_all(outer, outer_length);
    expect_frame(10);
    expect_nothing();
}

static void cut_frame_takes_nothing_with_it_once_given_up(void)
{
    static uint8_t bytes[WIRE_FRAME_MAX], data[40000];
    uint8_t next[64];
    size_t length = encode_data(bytes, WIRE_STDOUT, 12, data, sizeof data);
    size_t next_length = encode_data(next, WIRE_STDOUT, 13, "next", 4);

    feed_all(bytes, length / 2);
    feed_all(next, next_length);
    expect_nothing();
    g_assert_true(wire_decoder_waiting(&decoder));
    wire_decoder_give_up(&decoder);
    expect_frame(13);
    expect_nothing();
    g_assert_false(wire_decoder_waiting(&decoder));
    wire_decoder_give_up(&decoder);
    g_assert_cmpuint(decoder.garbage, ==, length / 2);
}

static void malformed_fields_are_noticed(void)
{
    static const uint8_t payload[] = { 16, 0, 3, 0, 0, 0, 'c', 'm', 'd', 16, 0, 9, 0, 0, 0, 'x' };
    struct wire_frame frame = { .type = WIRE_EXEC, .payload = payload, .payload_length = sizeof payload };
    struct wire_fields fields;
    struct wire_field field;

    g_assert_false(wire_frame_check(&frame));
    wire_fields_init(&fields, &frame);
    g_assert_true(wire_fields_next(&fields, &field));
    g_assert_false(wire_fields_next(&fields, &field));
    g_assert_true(fields.malformed);
    for (size_t length = 1; length < sizeof payload; length++) {
        frame.payload_length = length;
        g_assert_cmpint(wire_frame_check(&frame), ==, length == 9);
    }
    frame.payload_length = 0;
    g_assert_true(wire_frame_check(&frame));
}

static void too_many_fields_are_refused(void)
{
    static uint8_t payload[(WIRE_FIELDS_MAX + 1) * WIRE_FIELD_HEADER];
    struct wire_frame frame = { .payload = payload, .payload_length = sizeof payload };

    g_assert_false(wire_frame_check(&frame));
    frame.payload_length -= WIRE_FIELD_HEADER;
    g_assert_true(wire_frame_check(&frame));
}

static void text_is_utf8_without_nul(void)
{
    static const struct {
        const char *bytes;
        bool text;
    } cases[] = {
        { "", true },
        { "plain", true },
        { "gr\xc3\xbc\xc3\x9f", true },
        { "\xe2\x82\xac", true },
        { "\xf0\x9f\x98\x80", true },
        { "\xf4\x8f\xbf\xbf", true },
        { "\xc3", false },             // cut
        { "\xc0\x80", false },         // overlong
        { "\xe0\x80\x80", false },     // overlong
        { "\xed\xa0\x80", false },     // surrogate
        { "\xf0\x80\x80\x80", false }, // overlong
        { "\xf4\x90\x80\x80", false }, // beyond U+10FFFF
        { "\xf5\x80\x80\x80", false },
        { "\x80", false },
        { "\xe2\x82", false },
        { "\xe2\x28\xa1", false },
        { "\xff", false },
    };
    struct wire_field nul = { .bytes = (const uint8_t *)"a\0b", .length = 3 };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct wire_field field = {
            .bytes = (const uint8_t *)cases[i].bytes,
            .length = strlen(cases[i].bytes),
        };
        g_assert_cmpint(wire_field_is_text(&field), ==, cases[i].text);
    }
    g_assert_false(wire_field_is_text(&nul));
}

// Frames with ids from 0 on, garbage of magic-like bytes between them, cut into random pieces: every frame
// arrives.
static void random_stream_loses_no_frame(void)
{
    static uint8_t bytes[WIRE_FRAME_MAX], data[3000];
    g_autoptr(GByteArray) stream = g_byte_array_new();
    struct wire_frame frame;
    uint32_t sent = 0, got = 0;

    for (; sent < 400; sent++) {
        for (int i = g_test_rand_int_range(0, 40); i > 0; i--)
            g_byte_array_append(stream, (const uint8_t *)&"SVD1\xff\0"[g_test_rand_int_range(0, 6)], 1);
        size_t length = (size_t)g_test_rand_int_range(0, sizeof data);
        for (size_t i = 0; i < length; i++)
            data[i] = (uint8_t)g_test_rand_int();
        g_byte_array_append(stream, bytes, (guint)encode_data(bytes, WIRE_STDOUT, sent, data, length));
    }
    // Garbage may begin a frame by chance; what it announces has to come before the decoder can tell.
    memset(bytes, 0, sizeof bytes);
    g_byte_array_append(stream, bytes, sizeof bytes);
    for (size_t at = 0; at < stream->len;) {
        size_t piece = (size_t)g_test_rand_int_range(1, 5000);
        at += wire_decoder_feed(&decoder, stream->data + at, MIN(piece, stream->len - at));
        while (wire_decoder_next(&decoder, &frame)) {
            g_assert_cmpuint(frame.id, ==, got);
            got++;
        }
    }
    g_assert_cmpuint(got, ==, sent);
}

static void random_damage_never_invents_a_frame(void)
{
    uint8_t bytes[300];
    struct wire_frame frame;

    for (int round = 0; round < 20000; round++) {
        size_t length = encode_data(bytes, WIRE_STDOUT, 77, "some data", 9);
        for (int i = g_test_rand_int_range(1, 4); i > 0; i--)
            bytes[g_test_rand_int_range(0, (gint32)length)] ^= (uint8_t)g_test_rand_int_range(1, 256);
        feed_all(bytes, length);
        while (wire_decoder_next(&decoder, &frame))
            g_assert_cmpuint(frame.id, ==, 77);
        wire_decoder_give_up(&decoder);
        while (wire_decoder_next(&decoder, &frame))
            g_assert_cmpuint(frame.id, ==, 77);
        wire_decoder_init(&decoder);
    }
}

// Headers that each announce a full frame make the decoder check overlapping candidates; the bytes it may
// spend on that are bounded, and good frames still come through afterwards.
static void hostile_headers_cost_a_bounded_amount(void)
{
    static uint8_t bytes[WIRE_FRAME_MAX];
    uint8_t good[64];
    struct wire_frame frame;
    size_t good_length = encode_data(good, WIRE_STDOUT, 99, "good", 4);
    uint64_t spent = 0, fed = 0;

    for (size_t i = 0; i + WIRE_HEADER_SIZE <= sizeof bytes; i += WIRE_HEADER_SIZE)
        memcpy(bytes + i, "SVD1\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0", WIRE_HEADER_SIZE);
    for (int round = 0; round < 20; round++) {
        for (size_t at = 0; at < sizeof bytes;) {
            uint64_t before = decoder.credit;
            size_t taken = wire_decoder_feed(&decoder, bytes + at, sizeof bytes - at);
            uint64_t granted = decoder.credit;
            g_assert_cmpuint(granted, >=, before);
            at += taken;
            fed += taken;
            g_assert_false(wire_decoder_next(&decoder, &frame));
            spent += granted - decoder.credit;
        }
    }
    g_assert_cmpuint(spent, <=, 8 * fed + 16 * (uint64_t)WIRE_FRAME_MAX);
    while (wire_decoder_waiting(&decoder)) {
        wire_decoder_give_up(&decoder);
        g_assert_false(wire_decoder_next(&decoder, &frame));
    }
    feed_all(good, good_length);
    expect_frame(99);
}

static void empty_frame_is_a_frame(void)
{
    uint8_t bytes[WIRE_HEADER_SIZE];
    struct wire_frame frame;

    feed_all(bytes, encode_empty(bytes, 3));
    g_assert_true(wire_decoder_next(&decoder, &frame));
    g_assert_cmpuint(frame.payload_length, ==, 0);
    g_assert_true(wire_frame_check(&frame));
}

static void set_up(gpointer fixture, gconstpointer data)
{
    (void)fixture, (void)data;
    wire_decoder_init(&decoder);
}

static void run(gpointer fixture, gconstpointer data)
{
    (void)fixture;
    ((void (*)(void))(gintptr)data)();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_vtable("/wire/" #test, 0, (gpointer)(gintptr)(test), set_up, run, NULL)
    ADD(crc_is_the_ieee_one);
    ADD(frame_has_the_documented_layout);
    ADD(fields_come_back_in_order);
    ADD(largest_payload_fits_and_one_byte_more_does_not);
    ADD(small_buffer_is_told_once_at_the_end);
    ADD(frame_may_come_byte_by_byte);
    ADD(empty_frame_is_a_frame);
    ADD(garbage_is_skipped_up_to_the_next_frame);
    ADD(oversize_and_reserved_bits_are_refused_at_the_header);
    ADD(every_changed_bit_is_noticed);
    ADD(good_frame_inside_a_damaged_one_is_found);
    ADD(cut_frame_takes_nothing_with_it_once_given_up);
    ADD(malformed_fields_are_noticed);
    ADD(too_many_fields_are_refused);
    ADD(text_is_utf8_without_nul);
    ADD(random_stream_loses_no_frame);
    ADD(random_damage_never_invents_a_frame);
    ADD(hostile_headers_cost_a_bounded_amount);
#undef ADD
    return g_test_run();
}
