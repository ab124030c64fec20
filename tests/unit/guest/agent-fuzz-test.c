// SPDX-License-Identifier: GPL-3.0-or-later
// The agent under Wine, and a host that has lost its mind: whole frames of every type, with fields that are
// missing, doubled, of other frames, too long, no text. Whatever comes, the agent goes on answering, what it
// sends is well-formed, and nothing is half there afterwards. What is sent comes from --seed; FRAMES in the
// environment makes the run longer.
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "guest/wire.h"
#include "wine.h"

// Only so that a failure ends: nothing is measured by it.
#define PATIENCE_MS  60000
#define NONCE        "00112233445566778899aabbccddeeff"
#define AGENT        "C:\\sevend\\sevend-agent.exe"
#define FRAMES       600
#define IDS          40 // few, so that frames meet what earlier ones began
#define HELLO_ID     100000u
#define CONTENT      "what was there before\r\n"
#define FRAMES_ROUND 50

static struct wine wine;
static struct wire_decoder decoder;
static guint hellos, refused;

// Names of C:\fuzz only: what is written may be wrong, not elsewhere.
static const char *const texts[] = {
    "",
    "C:\\fuzz\\a",
    "C:\\fuzz\\b\\c\\d",
    "C:\\fuzz\\there.txt",
    "C:\\fuzz",
    "C:\\fuzz\\there.txt\\below",
    "C:\\fuzz\\con",
    "C:\\fuzz\\a:stream",
    "C:\\fuzz\\*?<>|",
    "fuzz\\relative",
    "\\\\?\\C:\\fuzz\\a",
    "C:",
    "C:\\fuzz\\\xf0\x9f\x98\x80",
    "C:\\fuzz\\\xff\xfe",
    "cmd",
    "/c",
    "echo out & echo err 1>&2",
    "pause",
    "C:\\fuzz\\none.exe",
    "NAME=value",
    "=",
    "A=",
    "service",
    "desktop",
    "%s%n%x",
    "\"",
    "\\\"\\",
};
static const guint32 numbers[] = { 0, 1, 2, 100, 32768, 65536, 262144, 0x7fffffff, 0x80000000, 0xffffffff };
static const guint16 types[] = {
    WIRE_HELLO_REQUEST, WIRE_HELLO, WIRE_EXEC,  WIRE_EXEC, WIRE_STDOUT,    WIRE_EXIT, WIRE_ERROR, WIRE_KILL,
    WIRE_KILL,          WIRE_STDIN, WIRE_STDIN, WIRE_ACK,  WIRE_GET,       WIRE_GET,  WIRE_PUT,   WIRE_PUT,
    WIRE_FILE_DATA,     WIRE_END,   WIRE_INFO,  WIRE_LIST, WIRE_FILE_DATA, WIRE_LIST, WIRE_MKDIR, 0,
};
static const guint16 tags[] = {
    WIRE_ARG,        WIRE_ARG,           WIRE_CWD,     WIRE_TIMEOUT_MS, WIRE_ENVIRONMENT,
    WIRE_HAS_STDIN,  WIRE_OUTPUT_WINDOW, WIRE_SESSION, WIRE_DATA,       WIRE_BYTES,
    WIRE_MODE,       WIRE_PATH,          WIRE_PATH,    WIRE_SIZE,       WIRE_MODIFIED,
    WIRE_ATTRIBUTES, WIRE_SHA256,        WIRE_CODE,    WIRE_NONCE,      7777,
};

#define ANY(table) ((table)[g_test_rand_int_range(0, (gint32)G_N_ELEMENTS(table))])

static void add_value(struct wire_encoder *encoder, guint16 tag)
{
    static guint8 bytes[WIRE_DATA_MAX];

    switch (g_test_rand_int_range(0, 5)) {
    case 0:
        wire_encoder_u32(encoder, tag, ANY(numbers));
        break;
    case 1:
        wire_encoder_u64(encoder, tag, (guint64)ANY(numbers) << g_test_rand_int_range(0, 33));
        break;
    case 2:
        for (gsize i = 0; i < 64; i++)
            bytes[i] = (guint8)g_test_rand_int();
        wire_encoder_bytes(encoder, tag, bytes,
                           g_test_rand_bit() ? 32 : (gsize)g_test_rand_int_range(0, sizeof bytes));
        break;
    default:
        wire_encoder_text(encoder, tag, ANY(texts));
    }
}

// What the tag is meant for: half of the frames should get past the first look.
static void add_fitting(struct wire_encoder *encoder, guint16 tag)
{
    static const guint16 of_numbers[] = { WIRE_TIMEOUT_MS, WIRE_HAS_STDIN, WIRE_OUTPUT_WINDOW, WIRE_BYTES,
                                          WIRE_ATTRIBUTES };

    for (gsize i = 0; i < G_N_ELEMENTS(of_numbers); i++)
        if (tag == of_numbers[i]) {
            wire_encoder_u32(encoder, tag, ANY(numbers));
            return;
        }
    if (tag == WIRE_SIZE || tag == WIRE_MODIFIED)
        wire_encoder_u64(encoder, tag, (guint64)ANY(numbers) << g_test_rand_int_range(0, 33));
    else if (tag == WIRE_SHA256)
        wire_encoder_bytes(encoder, tag, "0123456789abcdef0123456789abcdef", 32);
    else if (tag == WIRE_SESSION)
        wire_encoder_text(encoder, tag, g_test_rand_bit() ? "service" : "desktop");
    else
        wire_encoder_text(encoder, tag, ANY(texts));
}

static void add_fields_of(struct wire_encoder *encoder, guint16 type)
{
    if (type == WIRE_EXEC) {
        wire_encoder_text(encoder, WIRE_ARG, "cmd");
        wire_encoder_text(encoder, WIRE_ARG, "/c");
        wire_encoder_text(encoder, WIRE_ARG, ANY(texts));
    } else if (type == WIRE_PUT) {
        add_fitting(encoder, WIRE_PATH);
        wire_encoder_u64(encoder, WIRE_SIZE, ANY(numbers));
        add_fitting(encoder, WIRE_MODIFIED);
    } else if (type == WIRE_GET || type == WIRE_LIST || type == WIRE_MKDIR) {
        add_fitting(encoder, WIRE_PATH);
    } else if (type == WIRE_END) {
        add_fitting(encoder, WIRE_SHA256);
    } else if (type == WIRE_ACK) {
        add_fitting(encoder, WIRE_BYTES);
    } else if (type == WIRE_STDIN || type == WIRE_FILE_DATA) {
        wire_encoder_text(encoder, WIRE_DATA, ANY(texts));
    }
}

static gsize make_frame(guint8 *bytes, guint32 id)
{
    struct wire_encoder encoder;
    const guint16 type = ANY(types);

    wire_encoder_begin(&encoder, bytes, WIRE_FRAME_MAX, type, id);
    if (g_test_rand_int_range(0, 4) > 0)
        add_fields_of(&encoder, type);
    for (int i = g_test_rand_int_range(0, 4); i > 0; i--)
        g_test_rand_bit() ? add_fitting(&encoder, ANY(tags)) : add_value(&encoder, ANY(tags));
    return wire_encoder_end(&encoder);
}

static void take(const struct wire_frame *frame)
{
    g_assert_true(wire_frame_check(frame));
    if (frame->type == WIRE_ERROR)
        refused++;
    if (frame->type != WIRE_HELLO)
        g_assert_cmpuint(frame->id, <, IDS);
    // One of its own would be that of an agent that was started anew.
    else if (frame->id >= HELLO_ID)
        hellos++;
    else
        g_assert_cmpuint(frame->id, >, 0);
}

// Reads what is there.
static void read_frames(void)
{
    guint8 bytes[4096];
    gssize count;
    struct wire_frame frame;

    while ((count = read(wine.com[1], bytes, sizeof bytes)) > 0) {
        g_assert_cmpuint(wire_decoder_feed(&decoder, bytes, (gsize)count), ==, (gsize)count);
        while (wire_decoder_next(&decoder, &frame))
            take(&frame);
    }
    g_assert_cmpint(count, ==, -1);
    g_assert_cmpint(errno, ==, EAGAIN);
}

// Never writes without reading: neither end may wait for the other.
static void send_frame(const guint8 *bytes, gsize length)
{
    while (length > 0) {
        struct pollfd ready = { .fd = wine.com[1], .events = POLLIN | POLLOUT };
        g_assert_cmpint(poll(&ready, 1, PATIENCE_MS), ==, 1);
        if (ready.revents & POLLIN)
            read_frames();
        const gssize count = ready.revents & POLLOUT ? write(wine.com[1], bytes, length) : 0;
        g_assert_true(count >= 0 || errno == EAGAIN);
        bytes += MAX(count, 0);
        length -= (gsize)MAX(count, 0);
    }
}

static void send_empty_frame(guint16 type, guint32 id)
{
    guint8 bytes[WIRE_HEADER_SIZE];
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, bytes, sizeof bytes, type, id);
    send_frame(bytes, wire_encoder_end(&encoder));
}

static void expect_hello(guint32 id)
{
    const guint before = hellos;

    send_empty_frame(WIRE_HELLO_REQUEST, id);
    while (hellos == before) {
        struct pollfd ready = { .fd = wine.com[1], .events = POLLIN };
        g_assert_cmpint(poll(&ready, 1, PATIENCE_MS), ==, 1);
        read_frames();
    }
}

static void whatever_comes_the_agent_answers(void)
{
    static guint8 bytes[WIRE_FRAME_MAX];
    const char *asked = g_getenv("FRAMES");
    const guint frames = asked ? (guint)strtoul(asked, NULL, 10) : FRAMES;

    expect_hello(HELLO_ID);
    for (guint i = 1; i <= frames; i++) {
        // Id 0 is not for requests (PROTOCOL.md).
        const gsize length = make_frame(bytes, (guint32)g_test_rand_int_range(1, IDS));
        send_frame(bytes, length);
        if (i % FRAMES_ROUND != 0)
            continue;
        for (guint32 id = 1; id < IDS; id++)
            send_empty_frame(WIRE_KILL, id);
        expect_hello(HELLO_ID + i);
    }
    g_test_message("%u frames, %u refused", frames, refused);
    // Frames that nothing looked at would prove nothing.
    g_assert_cmpuint(refused, >, frames / 10);
}

static void look_at_files(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;

    while (folder && (name = g_dir_read_name(folder))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        if (g_file_test(child, G_FILE_TEST_IS_DIR))
            look_at_files(child);
        else
            g_assert_cmpstr(name, ==, "there.txt");
    }
}

// No END had the right hash: no file may have got a name, and none may lie about.
static void nothing_is_half_there(void)
{
    g_autofree char *folder = g_build_filename(wine.c, "fuzz", NULL);
    g_autofree char *content = wine_read(&wine, "fuzz/there.txt");

    g_assert_cmpstr(content, ==, CONTENT);
    look_at_files(folder);
}

int main(int argc, char **argv)
{
    static const char *const install[] = { AGENT, "--install", NULL };

    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 3);
    wine_start(&wine, argv[1]);
    wire_decoder_init(&decoder);
    wine_copy(&wine, argv[2], "sevend/sevend-agent.exe");
    wine_write(&wine, "sevend/nonce.txt", NONCE "\r\n");
    wine_write(&wine, "sevend/first-logon.state", "done");
    wine_write(&wine, "fuzz/there.txt", CONTENT);
    g_assert_cmpint(wine_run(&wine, install, NULL), ==, 0);
    // Its first hello, before anything is asked.
    struct wire_frame frame;
    for (gboolean greeted = FALSE; !greeted;) {
        guint8 bytes[4096];
        struct pollfd ready = { .fd = wine.com[1], .events = POLLIN };
        g_assert_cmpint(poll(&ready, 1, PATIENCE_MS), ==, 1);
        const gssize count = read(wine.com[1], bytes, sizeof bytes);
        g_assert_cmpint(count, >, 0);
        wire_decoder_feed(&decoder, bytes, (gsize)count);
        greeted = wire_decoder_next(&decoder, &frame);
    }
    g_assert_cmpint(frame.type, ==, WIRE_HELLO);
    g_test_add_func("/agent-fuzz/whatever_comes_the_agent_answers", whatever_comes_the_agent_answers);
    g_test_add_func("/agent-fuzz/nothing_is_half_there", nothing_is_half_there);
    const int result = g_test_run();
    wine_stop(&wine);
    return result;
}
