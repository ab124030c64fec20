// SPDX-License-Identifier: GPL-3.0-or-later
// What comes from a machine over its two serial ports, damaged in many small ways, always the same ones:
// frames of COM2 as both ends decode them, lines of COM1. Nothing may crash, hang or read outside; a whole
// frame behind the damage is found again; no text leaves with control characters or the nonce in it.
//
//   fuzz-line ITERATIONS SEED
#include <stdio.h>
#include <stdlib.h>

#include "daemon/vm/com1.h"
#include "guest/wire.h"
#include "tests/fuzz/damage.h"

#define NONCE      "00112233445566778899aabbccddeeff"
#define LAST_ID    0x5eedu
#define STREAM_MAX (8 * WIRE_FRAME_MAX)

static gsize add_frame(guint8 *at, guint16 type, guint32 id, gsize data_length)
{
    static guint8 data[WIRE_DATA_MAX];
    struct wire_encoder encoder;
    wire_encoder_begin(&encoder, at, WIRE_FRAME_MAX, type, id);
    wire_encoder_text(&encoder, WIRE_NONCE, NONCE);
    wire_encoder_text(&encoder, WIRE_COMPUTER_NAME, "grüße");
    wire_encoder_u32(&encoder, WIRE_EXIT_CODE, 0xc0000005);
    wire_encoder_u64(&encoder, WIRE_SIZE, 1ull << 40);
    wire_encoder_bytes(&encoder, WIRE_DATA, data, MIN(data_length, sizeof data));
    return wire_encoder_end(&encoder);
}

static gsize make_stream(GRand *random, guint8 *stream)
{
    static const guint16 types[] = {
        WIRE_HELLO, WIRE_STDOUT, WIRE_EXIT, WIRE_EXEC, WIRE_INFO, WIRE_FILE_DATA
    };
    gsize length = 0;
    for (int i = g_rand_int_range(random, 1, 7); i > 0; i--)
        length += add_frame(stream + length, types[g_rand_int_range(random, 0, G_N_ELEMENTS(types))],
                            (guint32)i, (gsize)g_rand_int_range(random, 0, 300));
    return length;
}

// Looks at everything in the frame, as whoever takes it would. Returns the payload's bytes.
static gsize visit(const struct wire_frame *frame)
{
    struct wire_fields fields;
    struct wire_field field;
    guint32 number;
    guint64 large;
    guint sum = 0;
    wire_fields_init(&fields, frame);
    while (wire_fields_next(&fields, &field)) {
        g_assert_true(field.bytes >= frame->payload &&
                      field.bytes + field.length <= frame->payload + frame->payload_length);
        for (gsize i = 0; i < field.length; i++)
            sum += field.bytes[i]; // a sanitizer sees whether all of it may be read
        if (wire_field_is_text(&field))
            g_assert_true(g_utf8_validate_len((const char *)field.bytes, field.length, NULL));
        sum += wire_field_u32(&field, &number) + wire_field_u64(&field, &large);
    }
    g_assert_true(sum != 1 || frame->payload_length > 0);
    return frame->payload_length;
}

// TRUE if the last frame came.
static gboolean decode(struct wire_decoder *decoder, GRand *random, const guint8 *bytes, gsize length,
                       gsize *payload)
{
    struct wire_frame frame;
    gboolean last = FALSE;
    while (length > 0) {
        const gsize some = (gsize)g_rand_int_range(random, 1, 2000); // MIN() would roll twice
        const gsize taken = wire_decoder_feed(decoder, bytes, MIN(length, some));
        g_assert_cmpuint(taken, >, 0);
        bytes += taken;
        length -= taken;
        while (wire_decoder_next(decoder, &frame)) {
            *payload += visit(&frame);
            last = frame.id == LAST_ID;
        }
    }
    return last;
}

static gboolean give_up(struct wire_decoder *decoder)
{
    struct wire_frame frame;
    gboolean last = FALSE;
    while (wire_decoder_waiting(decoder)) {
        wire_decoder_give_up(decoder);
        while (wire_decoder_next(decoder, &frame))
            last = frame.id == LAST_ID;
    }
    return last;
}

static void fuzz_frames(GRand *random)
{
    static guint8 stream[STREAM_MAX], last[WIRE_FRAME_MAX];
    static struct wire_decoder decoder;
    const gsize length = make_stream(random, stream), last_length = add_frame(last, WIRE_EXIT, LAST_ID, 10);
    gsize payload = 0;
    damage_anywhere(random, stream, length);
    wire_decoder_init(&decoder);
    decode(&decoder, random, stream, length, &payload);
    g_assert_cmpuint(payload, <=, length);
    // Behind the damage, or once its beginning has been given up as that of a sender that has died.
    g_assert_true(decode(&decoder, random, last, last_length, &payload) || give_up(&decoder));
}

static void assert_harmless(const char *text)
{
    g_assert_true(g_utf8_validate(text, -1, NULL));
    for (const char *at = text; *at; at = g_utf8_next_char(at))
        g_assert_false(g_unichar_iscntrl(g_utf8_get_char(at)));
    g_assert_null(strstr(text, NONCE));
}

static void fuzz_line(GRand *random)
{
    static const char *const lines[] = {
        "sevend/1 " NONCE " phase=copy status=begin",
        "sevend/1 " NONCE " phase=first-logon status=command index=3 exit=-1 name=\"/first_logon/3 x\"",
        "noise sevend/1 " NONCE " phase=winpe status=driver inf=\"X:\\drivers\\a b\\c.inf\" exit=0",
        "2009-07-14 01:02:03, Error [0x0600bd] " NONCE " unattend: grüße \x1b[2J",
    };
    g_autofree char *line = g_strdup(lines[g_rand_int_range(random, 0, G_N_ELEMENTS(lines))]);
    const gsize length = strlen(line);
    damage_anywhere(random, (guint8 *)line, length);
    const gboolean knows = memmem(line, length, "sevend/1 " NONCE " ", sizeof NONCE + 9) != NULL;
    Com1Line *parsed = com1_line_parse(line, length, NONCE);
    g_assert_true(parsed->phase == NULL || knows);
    assert_harmless(parsed->text);
    GHashTableIter iter;
    gpointer key, value;
    if (parsed->keys) {
        g_hash_table_iter_init(&iter, parsed->keys);
        while (g_hash_table_iter_next(&iter, &key, &value))
            assert_harmless(value);
    }
    com1_line_free(parsed);
}

int main(int argc, char **argv)
{
    const int iterations = argc > 1 ? atoi(argv[1]) : 3000;
    g_autoptr(GRand) random = g_rand_new_with_seed(argc > 2 ? (guint32)atoi(argv[2]) : 7);
    puts("1..2");
    for (int i = 0; i < iterations; i++)
        fuzz_frames(random);
    puts("ok 1 - damaged frames harm nobody, and the next whole one is found");
    for (int i = 0; i < iterations * 10; i++)
        fuzz_line(random);
    puts("ok 2 - damaged lines harm nobody");
    return 0;
}
