// SPDX-License-Identifier: GPL-3.0-or-later
// The agent's files under Wine: in, out, lists, folders; what is refused, damaged or broken off leaves
// nothing.
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "conversation.h"
#include "wine.h"

#define NONCE "00112233445566778899aabbccddeeff"
#define AGENT "C:\\sevend\\sevend-agent.exe"
// 2009-07-14 07:02:03 UTC, in Windows' count and in Unix's.
#define FILETIME 128920285230000000ull
#define UNIXTIME 1247554923

static struct wine wine;

static char *host_path(const char *path)
{
    return g_build_filename(wine.c, path, NULL);
}

static void send_path(uint16_t type, uint32_t id, const char *path)
{
    uint8_t bytes[1024];
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, bytes, sizeof bytes, type, id);
    wire_encoder_text(&encoder, WIRE_PATH, path);
    send_bytes(bytes, wire_encoder_end(&encoder));
}

static void send_put(uint32_t id, const char *path, uint64_t size)
{
    uint8_t bytes[1024];
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, bytes, sizeof bytes, WIRE_PUT, id);
    wire_encoder_text(&encoder, WIRE_PATH, path);
    wire_encoder_u64(&encoder, WIRE_SIZE, size);
    wire_encoder_u64(&encoder, WIRE_MODIFIED, FILETIME);
    send_bytes(bytes, wire_encoder_end(&encoder));
}

static void send_data(uint16_t type, uint16_t tag, uint32_t id, const void *data, size_t length)
{
    static uint8_t bytes[WIRE_FRAME_MAX];
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, bytes, sizeof bytes, type, id);
    wire_encoder_bytes(&encoder, tag, data, length);
    send_bytes(bytes, wire_encoder_end(&encoder));
}

static void send_digest(uint32_t id, const void *data, size_t length)
{
    guint8 digest[32];
    gsize size = sizeof digest;
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);

    g_checksum_update(checksum, data, (gssize)length);
    g_checksum_get_digest(checksum, digest, &size);
    send_data(WIRE_END, WIRE_SHA256, id, digest, size);
}

static void send_ack(uint32_t id, uint32_t count)
{
    uint8_t bytes[64];
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, bytes, sizeof bytes, WIRE_ACK, id);
    wire_encoder_u32(&encoder, WIRE_BYTES, count);
    send_bytes(bytes, wire_encoder_end(&encoder));
}

// The next frame is of that type and id.
static struct wire_frame expect(uint16_t type, uint32_t id)
{
    struct wire_frame frame;

    next_frame(&frame);
    g_assert_cmpuint(frame.id, ==, id);
    if (frame.type == WIRE_ERROR && type != WIRE_ERROR)
        g_test_message("refused: %s", text_of(&frame, WIRE_MESSAGE));
    g_assert_cmpint(frame.type, ==, type);
    return frame;
}

static void expect_code(uint32_t id, const char *code)
{
    struct wire_frame frame = expect(WIRE_ERROR, id);
    g_autofree char *found = text_of(&frame, WIRE_CODE);

    g_assert_cmpstr(found, ==, code);
}

// Nothing but what has a name of its own is left in the folder, and no note of what is on its way.
static void expect_nothing_half(const char *folder)
{
    const char *const folders[] = { folder, "sevend" };

    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = host_path(folders[i]);
        g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
        const char *name;
        while (dir && (name = g_dir_read_name(dir))) {
            g_assert_false(g_str_has_prefix(name, "~sevend"));
            g_assert_false(g_str_has_prefix(name, "incoming"));
        }
    }
}

static void put(uint32_t id, const char *path, const char *data, size_t length)
{
    send_put(id, path, length);
    expect(WIRE_ACK, id);
    if (length > 0)
        send_data(WIRE_FILE_DATA, WIRE_DATA, id, data, length);
    send_digest(id, data, length);
    expect(WIRE_OK, id);
}

static void file_goes_in(void)
{
    struct stat info;
    g_autofree char *path = host_path("new/folder/fil\303\251 one.txt"), *text = NULL;
    gsize length = 0;

    put(1, "C:/new/folder/fil\303\251 one.txt", "con\0tent", 8);
    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    g_assert_cmpmem(text, length, "con\0tent", 8);
    g_assert_cmpint(g_stat(path, &info), ==, 0);
    g_assert_cmpint(info.st_mtim.tv_sec, ==, UNIXTIME);
    expect_nothing_half("new/folder");
}

static void file_takes_the_place_of_another(void)
{
    g_autofree char *path = host_path("new/again.txt"), *text = NULL;

    put(2, "C:\\new\\again.txt", "first, and longer", 17);
    put(3, "C:\\new\\again.txt", "second", 6);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "second");
    put(4, "C:\\new\\empty", "", 0);
}

static void damaged_file_is_not_kept(void)
{
    g_autofree char *path = host_path("new/damaged.txt");

    send_put(5, "C:\\new\\damaged.txt", 5);
    expect(WIRE_ACK, 5);
    send_data(WIRE_FILE_DATA, WIRE_DATA, 5, "abcde", 5);
    send_digest(5, "other", 5);
    expect_code(5, "damaged");
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    expect_nothing_half("new");
}

static void short_and_long_files_are_not_kept(void)
{
    send_put(6, "C:\\new\\short.txt", 9);
    expect(WIRE_ACK, 6);
    send_data(WIRE_FILE_DATA, WIRE_DATA, 6, "abcde", 5);
    send_digest(6, "abcde", 5);
    expect_code(6, "damaged");
    send_put(7, "C:\\new\\long.txt", 3);
    expect(WIRE_ACK, 7);
    send_data(WIRE_FILE_DATA, WIRE_DATA, 7, "abcde", 5);
    expect_code(7, "bad-request");
    expect_nothing_half("new");
}

static void file_that_is_given_up_leaves_nothing(void)
{
    send_put(8, "C:\\new\\given-up.txt", 9);
    expect(WIRE_ACK, 8);
    send_data(WIRE_FILE_DATA, WIRE_DATA, 8, "abcde", 5);
    send_empty(WIRE_KILL, 8);
    expect_code(8, "cancelled");
    expect_nothing_half("new");
}

static void paths_that_are_none_are_refused(void)
{
    static const char *const paths[] = {
        "", "name", "\\name", "C:name", "\\\\server\\share\\x", "\\\\.\\PhysicalDrive0", "C:\\a:stream",
    };

    for (uint32_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        send_put(10 + i, paths[i], 1);
        expect_code(10 + i, "bad-request");
        send_path(WIRE_GET, 30 + i, paths[i]);
        expect_code(30 + i, "bad-request");
    }
    send_empty(WIRE_PUT, 50);
    expect_code(50, "bad-request");
    send_put(51, "C:\\new", 1);
    expect_code(51, "is-folder");
}

static GString *get(uint32_t id, const char *path)
{
    struct wire_field data;
    struct wire_frame frame;
    GString *text = g_string_new(NULL);

    send_path(WIRE_GET, id, path);
    frame = expect(WIRE_INFO, id);
    for (next_frame(&frame); frame.type == WIRE_FILE_DATA; next_frame(&frame)) {
        g_assert_true(wire_frame_find(&frame, WIRE_DATA, &data));
        g_string_append_len(text, (const char *)data.bytes, (gssize)data.length);
        send_ack(id, (uint32_t)data.length);
    }
    g_assert_cmpint(frame.type, ==, WIRE_END);
    guint8 digest[32];
    gsize size = sizeof digest;
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)text->str, (gssize)text->len);
    g_checksum_get_digest(checksum, digest, &size);
    g_assert_true(wire_frame_find(&frame, WIRE_SHA256, &data));
    g_assert_cmpmem(data.bytes, data.length, digest, size);
    return text;
}

static void file_comes_out(void)
{
    GString *wanted = g_string_new(NULL);
    for (int i = 0; wanted->len < 1000000; i++)
        g_string_append_printf(wanted, "line %d\r\n", i);
    wine_write(&wine, "sevend/large.txt", wanted->str);
    GString *large = get(60, "C:/sevend/large.txt");
    g_assert_cmpstr(large->str, ==, wanted->str);
    g_string_free(large, TRUE);
    g_string_free(wanted, TRUE);
    GString *empty = get(61, "C:\\new\\empty");
    g_assert_cmpuint(empty->len, ==, 0);
    g_string_free(empty, TRUE);
}

static void output_of_a_file_waits_for_the_host(void)
{
    struct wire_field data;
    size_t received = 0;

    send_path(WIRE_GET, 62, "C:/sevend/large.txt");
    expect(WIRE_INFO, 62);
    while (received + WIRE_DATA_MAX <= WIRE_WINDOW) {
        struct wire_frame frame = expect(WIRE_FILE_DATA, 62);
        g_assert_true(wire_frame_find(&frame, WIRE_DATA, &data));
        received += data.length;
    }
    send_empty(WIRE_HELLO_REQUEST, 63);
    expect(WIRE_HELLO, 63); // not overtaken by a file that may not go on
    send_empty(WIRE_KILL, 62);
    expect_code(62, "cancelled");
}

static void what_is_not_there_is_not_found(void)
{
    send_path(WIRE_GET, 70, "C:\\none.txt");
    expect_code(70, "not-found");
    send_path(WIRE_GET, 71, "C:\\none\\none.txt");
    expect_code(71, "not-found");
    send_path(WIRE_LIST, 72, "C:\\none");
    expect_code(72, "not-found");
    send_path(WIRE_GET, 73, "C:\\new");
    expect_code(73, "is-folder");
}

static void folder_is_listed(void)
{
    bool found[2] = { false };
    struct wire_frame frame;

    send_path(WIRE_LIST, 80, "C:\\new");
    frame = expect(WIRE_INFO, 80);
    g_assert_cmpuint(number_of(&frame, WIRE_ATTRIBUTES) & 0x10, ==, 0x10);
    for (next_frame(&frame); frame.type == WIRE_INFO; next_frame(&frame)) {
        g_autofree char *name = text_of(&frame, WIRE_PATH);
        const bool is_folder = (number_of(&frame, WIRE_ATTRIBUTES) & 0x10) != 0;
        found[0] |= strcmp(name, "folder") == 0 && is_folder;
        found[1] |= strcmp(name, "again.txt") == 0 && !is_folder;
        g_assert_cmpstr(name, !=, ".");
    }
    g_assert_cmpint(frame.type, ==, WIRE_OK);
    g_assert_true(found[0] && found[1]);
    send_path(WIRE_LIST, 81, "C:\\new\\again.txt");
    frame = expect(WIRE_INFO, 81);
    struct wire_field size;
    uint64_t bytes = 0;
    g_assert_true(wire_frame_find(&frame, WIRE_SIZE, &size) && wire_field_u64(&size, &bytes));
    g_assert_cmpuint(bytes, ==, 6);
    expect(WIRE_OK, 81);
    send_path(WIRE_LIST, 82, "C:\\");
    do
        next_frame(&frame);
    while (frame.type == WIRE_INFO);
    g_assert_cmpint(frame.type, ==, WIRE_OK);
}

static void folder_is_made(void)
{
    g_autofree char *path = host_path("made/in/depth");

    send_path(WIRE_MKDIR, 90, "C:\\made/in\\depth");
    expect(WIRE_OK, 90);
    g_assert_true(g_file_test(path, G_FILE_TEST_IS_DIR));
    send_path(WIRE_MKDIR, 91, "C:\\made\\in");
    expect(WIRE_OK, 91);
    send_path(WIRE_MKDIR, 92, "C:\\new\\again.txt");
    expect_code(92, "not-folder");
}

static void too_many_at_once_are_refused(void)
{
    for (uint32_t i = 0; i < 8; i++) {
        g_autofree char *path = g_strdup_printf("C:\\new\\many%u", i);
        send_put(100 + i, path, 1);
        expect(WIRE_ACK, 100 + i);
    }
    send_put(108, "C:\\new\\many8", 1);
    expect_code(108, "busy");
    send_put(107, "C:\\new\\many7", 1);
    expect_code(107, "busy");
    for (uint32_t i = 0; i < 8; i++) {
        send_empty(WIRE_KILL, 100 + i);
        expect_code(100 + i, "cancelled");
    }
    expect_nothing_half("new");
}

// What an agent that ended in the middle has left, the next one removes; nothing else, whatever the note
// says.
static void next_agent_cleans_up(void)
{
    static const char *const stop[] = { "net", "stop", "sevend-agent", NULL };
    static const char *const start[] = { "net", "start", "sevend-agent", NULL };
    static const char part[] = "C\0:\0\\\0n\0e\0w\0\\\0~\0s\0e\0v\0e\0n\0d\0-\0"
                               "1\0.\0p\0a\0r\0t\0";
    static const char other[] = "C\0:\0\\\0n\0e\0w\0\\\0e\0m\0p\0t\0y\0";
    struct wire_frame frame;
    g_autofree char *note = host_path("sevend/incoming-00000001.txt");
    g_autofree char *lie = host_path("sevend/incoming-00000002.txt");
    g_autofree char *empty = host_path("new/empty");

    g_assert_cmpint(wine_run(&wine, stop, NULL), ==, 0);
    wine_write(&wine, "new/~sevend-1.part", "half");
    g_assert_true(g_file_set_contents(note, part, sizeof part - 1, NULL));
    g_assert_true(g_file_set_contents(lie, other, sizeof other - 1, NULL));
    g_assert_cmpint(wine_run(&wine, start, NULL), ==, 0);
    do
        next_frame(&frame);
    while (frame.type != WIRE_HELLO);
    expect_nothing_half("new");
    g_assert_true(g_file_test(empty, G_FILE_TEST_EXISTS));
}

// A field with a tag that some request has, and anything in it.
static void add_nonsense(struct wire_encoder *encoder)
{
    static const uint16_t tags[] = {
        WIRE_ARG,           WIRE_CWD,     WIRE_TIMEOUT_MS, WIRE_ENVIRONMENT, WIRE_HAS_STDIN,
        WIRE_OUTPUT_WINDOW, WIRE_SESSION, WIRE_DATA,       WIRE_BYTES,       WIRE_MODE,
        WIRE_PATH,          WIRE_SIZE,    WIRE_MODIFIED,   WIRE_SHA256,      9999,
    };
    static const char *const texts[] = { "C:\\fuzz\\a", "C:\\fuzz", "no-such-program.exe", "desktop", "A=b",
                                         "\\\\.\\x",    "" };
    uint8_t bytes[64];
    const uint16_t tag = tags[g_test_rand_int_range(0, G_N_ELEMENTS(tags))];

    if (g_test_rand_bit()) {
        wire_encoder_text(encoder, tag, texts[g_test_rand_int_range(0, G_N_ELEMENTS(texts))]);
        return;
    }
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)g_test_rand_int_range(0, 256);
    wire_encoder_bytes(encoder, tag, bytes, (size_t)g_test_rand_int_range(0, sizeof bytes));
}

// Requests that are well-framed nonsense, some of it cut off, damaged or repeated. Not SHUTDOWN, which may be
// obeyed.
static void nonsense_does_not_end_the_agent(void)
{
    static uint8_t bytes[WIRE_FRAME_MAX];
    struct wire_encoder encoder;
    struct wire_frame frame;

    for (uint32_t i = 0; i < 600; i++) {
        uint16_t type = (uint16_t)g_test_rand_int_range(0, WIRE_MKDIR + 3);
        if (type == WIRE_SHUTDOWN)
            continue;
        // Few ids, so that what belongs to one request meets another.
        wire_encoder_begin(&encoder, bytes, sizeof bytes, type,
                           1000 + (uint32_t)g_test_rand_int_range(0, 20));
        for (int fields = g_test_rand_int_range(0, 6); fields > 0; fields--)
            add_nonsense(&encoder);
        size_t length = wire_encoder_end(&encoder);
        if (g_test_rand_int_range(0, 10) == 0)
            bytes[g_test_rand_int_range(0, (gint32)length)] ^= 0x40;
        send_bytes(bytes, g_test_rand_int_range(0, 20) == 0 ? length / 2 : length);
    }
    for (uint32_t id = 1000; id < 1020; id++)
        send_empty(WIRE_KILL, id);
    // After half a frame the agent waits a moment for the rest, and may take this request for it.
    for (int attempt = 0; attempt < 3; attempt++) {
        g_usleep(3 * G_USEC_PER_SEC);
        send_empty(WIRE_HELLO_REQUEST, 2000);
    }
    do
        next_frame(&frame);
    while (frame.type != WIRE_HELLO || frame.id != 2000);
}

int main(int argc, char **argv)
{
    static const char *const install[] = { AGENT, "--install", NULL };
    struct wire_frame frame;

    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 3);
    wine_start(&wine, argv[1]);
    begin_conversation(wine.com[1]);
    wine_copy(&wine, argv[2], "sevend/sevend-agent.exe");
    wine_write(&wine, "sevend/nonce.txt", NONCE "\r\n");
    g_assert_cmpint(wine_run(&wine, install, NULL), ==, 0);
    next_frame(&frame);
#define ADD(test) g_test_add_func("/agent-files/" #test, test)
    ADD(file_goes_in);
    ADD(file_takes_the_place_of_another);
    ADD(damaged_file_is_not_kept);
    ADD(short_and_long_files_are_not_kept);
    ADD(file_that_is_given_up_leaves_nothing);
    ADD(paths_that_are_none_are_refused);
    ADD(file_comes_out);
    ADD(output_of_a_file_waits_for_the_host);
    ADD(what_is_not_there_is_not_found);
    ADD(folder_is_listed);
    ADD(folder_is_made);
    ADD(too_many_at_once_are_refused);
    ADD(next_agent_cleans_up);
    ADD(nonsense_does_not_end_the_agent);
#undef ADD
    int result = g_test_run();
    wine_stop(&wine);
    return result;
}
