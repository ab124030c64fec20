// SPDX-License-Identifier: GPL-3.0-or-later
// The agent under Wine, spoken to over COM2 as the daemon does: hello, commands, limits, a damaged line. One
// prefix serves all tests, in order; each test uses request ids of its own.
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "conversation.h"
#include "wine.h"

// Only so that a failure ends: nothing is measured by it.
#define PATIENCE_MS 60000
#define NONCE       "00112233445566778899aabbccddeeff"
#define AGENT       "C:\\sevend\\sevend-agent.exe"
#define FILTER      "C:\\sevend\\filter.exe"
#define RUNNING_MAX 16 // as PROTOCOL.md says

static struct wine wine;

// True while any process of this host has the marker among its arguments, as Wine's processes show them.
static bool runs(const char *marker)
{
    g_autoptr(GDir) processes = g_dir_open("/proc", 0, NULL);
    const char *name;
    bool found = false;

    while (!found && (name = g_dir_read_name(processes)) != NULL) {
        g_autofree char *path = g_build_filename("/proc", name, "cmdline", NULL);
        g_autofree char *line = NULL;
        gsize length;
        if (g_ascii_isdigit(name[0]) && g_file_get_contents(path, &line, &length, NULL))
            found = memmem(line, length, marker, strlen(marker)) != NULL;
    }
    return found;
}

static void wait_until_gone(const char *marker)
{
    for (int i = 0; i < PATIENCE_MS / 50 && runs(marker); i++)
        g_usleep(50000);
    g_assert_false(runs(marker));
}

static void expect_hello(const struct wire_frame *frame)
{
    g_autofree char *nonce = text_of(frame, WIRE_NONCE);
    g_autofree char *os = text_of(frame, WIRE_OS_VERSION);
    g_autofree char *architecture = text_of(frame, WIRE_ARCHITECTURE);
    g_autofree char *computer = text_of(frame, WIRE_COMPUTER_NAME);
    g_autofree char *first_logon = text_of(frame, WIRE_FIRST_LOGON);

    g_assert_cmpint(frame->type, ==, WIRE_HELLO);
    g_assert_cmpstr(nonce, ==, NONCE);
    g_assert_cmpuint(number_of(frame, WIRE_PROTOCOL), ==, WIRE_PROTOCOL_VERSION);
    g_assert_true(g_str_has_prefix(os, "6.1."));
    g_assert_cmpstr(architecture, ==, "amd64");
    g_assert_cmpstr(computer, !=, "");
    g_assert_cmpstr(first_logon, ==, "done");
}

static void installed_service_says_hello_by_itself(void)
{
    static const char *const install[] = { AGENT, "--install", NULL };
    struct wire_frame frame;

    g_assert_cmpint(wine_run(&wine, install, NULL), ==, 0);
    next_frame(&frame);
    g_assert_cmpuint(frame.id, ==, 0);
    expect_hello(&frame);
}

static void installing_twice_is_no_error(void)
{
    static const char *const install[] = { AGENT, "--install", NULL };

    g_assert_cmpint(wine_run(&wine, install, NULL), ==, 0);
}

static void hello_request_is_answered_with_its_id(void)
{
    struct wire_frame frame;

    send_empty(WIRE_HELLO_REQUEST, 100);
    next_frame(&frame);
    g_assert_cmpuint(frame.id, ==, 100);
    expect_hello(&frame);
}

static void command_prints_and_ends(void)
{
    static const char *const ver[] = { "cmd", "/c", "ver", NULL };
    struct answer *answer = run_command(200, NULL, ver);

    g_assert_cmpint(answer->last, ==, WIRE_EXIT);
    g_assert_cmpuint(answer->exit_code, ==, 0);
    g_assert_nonnull(strstr(answer->output->str, "Windows"));
    free_answer(answer);
}

static void shell_command_is_passed_as_typed(void)
{
    static const char *const chain[] = { "cmd", "/c", "echo a b & echo c", NULL };
    static const char *const quoted[] = { "cmd.exe", "/c", "echo \"x y\" z", NULL };
    static const char *const words[] = { "cmd", "/c", "echo", "one", "two", NULL };

    expect_output(run_command(210, NULL, chain), 0, "a b \r\nc\r\n");
    expect_output(run_command(211, NULL, quoted), 0, "\"x y\" z\r\n");
    expect_output(run_command(212, NULL, words), 0, "one two\r\n");
}

static void exit_code_is_the_commands(void)
{
    static const char *const argv[] = { "cmd", "/c", "exit 42", NULL };

    expect_output(run_command(220, NULL, argv), 42, "");
}

static void errors_are_a_stream_of_their_own(void)
{
    static const char *const argv[] = { "cmd", "/c", "echo bad>&2", NULL };
    struct answer *answer = run_command(230, NULL, argv);

    g_assert_cmpstr(answer->errors->str, ==, "bad\r\n");
    expect_output(answer, 0, "");
}

static void command_runs_in_the_working_directory(void)
{
    static const char *const argv[] = { "cmd", "/c", "cd", NULL };

    expect_output(run_command(240, "C:\\sevend", argv), 0, "C:\\sevend\r\n");
}

static void large_output_arrives_whole(void)
{
    static const char *const argv[] = { "cmd", "/c", "type C:\\sevend\\large.txt", NULL };
    g_autoptr(GString) text = g_string_new(NULL);

    for (int i = 0; text->len < 1000000; i++)
        g_string_append_printf(text, "line %d of a large file\r\n", i);
    wine_write(&wine, "sevend/large.txt", text->str);
    struct answer *answer = run_command(250, NULL, argv);
    g_assert_cmpuint(answer->output->len, ==, text->len);
    expect_output(answer, 0, text->str);
}

static void unknown_program_is_not_found(void)
{
    static const char *const program[] = { "no-such-program.exe", NULL };
    static const char *const shell[] = { "cmd", "/c", "ver", NULL };

    expect_error(run_command(260, NULL, program), "not-found");
    expect_error(run_command(261, "C:\\no\\such\\folder", shell), "not-found");
}

static void malformed_requests_are_refused(void)
{
    static const char *const none[] = { NULL };
    static const char *const invalid[] = { "cmd", "\xff\xfe", NULL };
    uint8_t bytes[64];
    struct wire_encoder encoder;

    expect_error(run_command(270, NULL, none), "bad-request");
    expect_error(run_command(271, NULL, invalid), "bad-request");
    send_empty(777, 272);
    expect_error(wait_answer(272), "bad-request");
    send_empty(WIRE_SHUTDOWN, 273);
    expect_error(wait_answer(273), "bad-request");
    wire_encoder_begin(&encoder, bytes, sizeof bytes, WIRE_SHUTDOWN, 274);
    wire_encoder_text(&encoder, WIRE_MODE, "explode");
    send_bytes(bytes, wire_encoder_end(&encoder));
    expect_error(wait_answer(274), "bad-request");
}

static void too_many_arguments_are_too_large(void)
{
    const char *argv[300] = { NULL };

    for (int i = 0; i < 299; i++)
        argv[i] = "x";
    expect_error(run_command(280, NULL, argv), "too-large");
}

static void time_limit_ends_the_whole_tree(void)
{
    // cmd starts the agent as its child, so both have to go.
    static const char *const argv[] = { "cmd", "/c", AGENT " --sleep 3001", NULL };

    send_exec(300, 3000, NULL, argv);
    struct answer *answer = wait_answer(300);
    g_assert_cmpint(answer->last, ==, WIRE_EXIT);
    g_assert_cmpuint(answer->timed_out, ==, 1);
    g_assert_cmpuint(answer->exit_code, ==, 124);
    free_answer(answer);
    wait_until_gone("3001");
}

static void kill_ends_the_command(void)
{
    static const char *const argv[] = { AGENT, "--sleep", "3002", NULL };

    send_exec(310, PATIENCE_MS, NULL, argv);
    send_empty(WIRE_KILL, 310);
    struct answer *answer = wait_answer(310);
    g_assert_cmpint(answer->last, ==, WIRE_EXIT);
    g_assert_cmpuint(answer->timed_out, ==, 0);
    g_assert_cmpuint(answer->exit_code, ==, 137);
    free_answer(answer);
    wait_until_gone("3002");
    send_empty(WIRE_KILL, 310);
    expect_error(wait_answer(310), "not-found");
}

static void one_command_too_many_at_once_is_refused(void)
{
    static const char *const argv[] = { AGENT, "--sleep", "3003", NULL };
    bool ended[RUNNING_MAX] = { false };
    struct wire_frame frame;

    for (uint32_t i = 0; i < RUNNING_MAX; i++)
        send_exec(320 + i, PATIENCE_MS, NULL, argv);
    send_exec(399, PATIENCE_MS, NULL, argv);
    expect_error(wait_answer(399), "busy");
    send_exec(320, PATIENCE_MS, NULL, argv);
    expect_error(wait_answer(320), "bad-request");
    for (uint32_t i = 0; i < RUNNING_MAX; i++)
        send_empty(WIRE_KILL, 320 + i);
    for (int i = 0; i < RUNNING_MAX; i++) {
        next_frame(&frame);
        g_assert_cmpint(frame.type, ==, WIRE_EXIT);
        g_assert_cmpuint(frame.id, >=, 320);
        g_assert_cmpuint(frame.id, <, 320 + RUNNING_MAX);
        g_assert_false(ended[frame.id - 320]);
        ended[frame.id - 320] = true;
    }
    wait_until_gone("3003");
}

// Fields beside the arguments: "NAME=value" for the environment, or none.
static void send_exec_with(uint32_t id, const char *const *argv, const char *const *environment,
                           uint32_t window, bool input)
{
    static uint8_t bytes[WIRE_FRAME_MAX];
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, bytes, sizeof bytes, WIRE_EXEC, id);
    for (; *argv != NULL; argv++)
        wire_encoder_text(&encoder, WIRE_ARG, *argv);
    for (; environment != NULL && *environment != NULL; environment++)
        wire_encoder_text(&encoder, WIRE_ENVIRONMENT, *environment);
    wire_encoder_u32(&encoder, WIRE_OUTPUT_WINDOW, window);
    if (input)
        wire_encoder_u32(&encoder, WIRE_HAS_STDIN, 1);
    send_bytes(bytes, wire_encoder_end(&encoder));
}

static void send_input(uint32_t id, const char *text)
{
    uint8_t bytes[512];
    struct wire_encoder encoder;

    wire_encoder_begin(&encoder, bytes, sizeof bytes, WIRE_STDIN, id);
    if (text != NULL)
        wire_encoder_bytes(&encoder, WIRE_DATA, text, strlen(text));
    send_bytes(bytes, wire_encoder_end(&encoder));
}

static void environment_is_changed_for_the_command(void)
{
    static const char *const argv[] = { "cmd", "/c", "echo %ADDED%-%Changed%-%TEMP%-%windir%", NULL };
    static const char *const environment[] = {
        "changed=old", "ADDED=a b", "temp=", "CHANGED=new", NULL,
    };

    send_exec_with(330, argv, environment, 0, false);
    expect_output(wait_answer(330), 0, "a b-new-%TEMP%-C:\\windows\r\n");
}

static void malformed_environment_is_refused(void)
{
    static const char *const argv[] = { "cmd", "/c", "ver", NULL };
    static const char *const environment[] = { "=value", NULL };

    send_exec_with(331, argv, environment, 0, false);
    expect_error(wait_answer(331), "bad-request");
}

// Up to the end of the input; the acknowledgements on the way must add up to it.
static struct answer *take_answer(uint32_t id, size_t input)
{
    struct wire_frame frame;
    struct wire_field data;
    struct answer *answer = g_new0(struct answer, 1);

    answer->output = g_string_new(NULL);
    answer->errors = g_string_new(NULL);
    for (next_frame(&frame); frame.type != WIRE_EXIT; next_frame(&frame)) {
        g_assert_cmpuint(frame.id, ==, id);
        if (frame.type == WIRE_ACK)
            input -= number_of(&frame, WIRE_BYTES);
        else if (wire_frame_find(&frame, WIRE_DATA, &data))
            g_string_append_len(answer->output, (const char *)data.bytes, (gssize)data.length);
    }
    answer->last = frame.type;
    answer->exit_code = number_of(&frame, WIRE_EXIT_CODE);
    g_assert_cmpuint(input, ==, 0);
    return answer;
}

static void input_reaches_the_command(void)
{
    static const char *const argv[] = { FILTER, NULL };
    struct wire_frame frame;
    char *echoed;

    send_exec_with(332, argv, NULL, 0, true);
    send_input(332, "first\r\nsec");
    do
        next_frame(&frame);
    while (frame.type == WIRE_ACK); // output comes while more input is to come
    g_assert_cmpint(frame.type, ==, WIRE_STDOUT);
    echoed = text_of(&frame, WIRE_DATA);
    g_assert_cmpstr(echoed, ==, "first\r\nsec");
    g_free(echoed);
    send_input(332, "ond\r\n");
    send_input(332, NULL);
    do
        next_frame(&frame);
    while (frame.type != WIRE_EXIT);
    g_assert_cmpuint(number_of(&frame, WIRE_EXIT_CODE), ==, 2);
}

static void input_is_acknowledged_as_it_is_taken(void)
{
    static const char *const argv[] = { FILTER, NULL };
    static const char line[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\r\n";
    g_autoptr(GString) text = g_string_new(NULL);

    send_exec_with(333, argv, NULL, 0, true);
    for (int i = 0; i < 200; i++) {
        send_input(333, line);
        g_string_append(text, line);
    }
    send_input(333, NULL);
    struct answer *answer = take_answer(333, text->len);
    g_assert_cmpuint(answer->exit_code, ==, 200);
    expect_output(answer, 200, text->str);
}

static void input_that_nobody_reads_holds_nothing_up(void)
{
    static const char *const argv[] = { AGENT, "--sleep", "3005", NULL };

    send_exec_with(334, argv, NULL, 0, true);
    for (int i = 0; i < 400; i++)
        send_input(334, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
                        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
                        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
                        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
    send_empty(WIRE_KILL, 334);
    struct wire_frame frame;
    do
        next_frame(&frame);
    while (frame.type == WIRE_ACK);
    g_assert_cmpint(frame.type, ==, WIRE_EXIT);
    g_assert_cmpuint(number_of(&frame, WIRE_EXIT_CODE), ==, 137);
    wait_until_gone("3005");
}

static void output_waits_for_the_host(void)
{
    enum { WINDOW = 1000, LINES = 200, LINE = 34 };
    static const char *const argv[] = {
        "cmd",
        "/c",
        "for /l %i in (1,1,200) do @echo 0123456789abcdef0123456789abcdef",
        NULL,
    };
    struct wire_frame frame;
    struct wire_field data;
    size_t received = 0, since = 0;

    send_exec_with(335, argv, NULL, WINDOW, false);
    for (next_frame(&frame); frame.type != WIRE_EXIT; next_frame(&frame)) {
        g_assert_cmpint(frame.type, ==, WIRE_STDOUT);
        g_assert_true(wire_frame_find(&frame, WIRE_DATA, &data));
        received += data.length;
        since += data.length;
        g_assert_cmpuint(since, <=, WINDOW);
        if (since < WINDOW)
            continue;
        // An answer to what is asked now overtakes the output only if that waits.
        send_empty(WIRE_HELLO_REQUEST, 336);
        next_frame(&frame);
        g_assert_cmpint(frame.type, ==, WIRE_HELLO);
        uint8_t bytes[64];
        struct wire_encoder encoder;
        wire_encoder_begin(&encoder, bytes, sizeof bytes, WIRE_ACK, 335);
        wire_encoder_u32(&encoder, WIRE_BYTES, WINDOW);
        send_bytes(bytes, wire_encoder_end(&encoder));
        since = 0;
    }
    g_assert_cmpuint(received, ==, LINES * LINE);
}

static void garbage_before_a_frame_is_skipped(void)
{
    static const char garbage[] = "\0\xff SVD SVD1 login: SVD1\xff\xff\xff\xff";

    send_bytes(garbage, sizeof garbage);
    hello_request_is_answered_with_its_id();
}

static void frame_cut_off_in_the_middle_is_given_up(void)
{
    static const char *const argv[] = { "cmd", "/c", "ver", NULL };
    uint8_t bytes[WIRE_FRAME_MAX];
    size_t length = encode_exec(bytes, 400, 0, NULL, argv);

    send_bytes(bytes, length - 1);
    // Lies inside the cut frame's announced length only in its first byte; the rest shows that it was cut.
    hello_request_is_answered_with_its_id();
    // Announces more than will come: nothing but time tells that it was cut.
    bytes[5] = 0xf0;
    send_bytes(bytes, length);
    hello_request_is_answered_with_its_id();
}

static void damaged_frame_is_not_obeyed(void)
{
    static const char *const argv[] = { "cmd", "/c", "echo x>C:\\sevend\\obeyed.txt", NULL };
    uint8_t bytes[WIRE_FRAME_MAX];
    size_t length = encode_exec(bytes, 410, 0, NULL, argv);

    bytes[length - 1] ^= 1;
    send_bytes(bytes, length);
    hello_request_is_answered_with_its_id();
    g_autofree char *trace = wine_read(&wine, "sevend/obeyed.txt");
    g_assert_null(trace);
}

static void shutdown_is_windows_own(void)
{
    static const struct {
        const char *mode, *record;
    } cases[] = {
        { "poweroff", "shutdown [/s] [/f] [/t] [0]\r\n" },
        { "reboot", "shutdown [/r] [/f] [/t] [0]\r\n" },
    };
    g_autofree char *record_path = g_build_filename(wine.c, "record.txt", NULL);

    for (uint32_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint8_t bytes[64];
        struct wire_encoder encoder;
        wire_encoder_begin(&encoder, bytes, sizeof bytes, WIRE_SHUTDOWN, 450 + i);
        wire_encoder_text(&encoder, WIRE_MODE, cases[i].mode);
        send_bytes(bytes, wire_encoder_end(&encoder));
        struct answer *answer = wait_answer(450 + i);
        g_assert_cmpint(answer->last, ==, WIRE_OK);
        free_answer(answer);
        g_autofree char *record = wine_read(&wine, "record.txt");
        g_assert_cmpstr(record, ==, cases[i].record);
        unlink(record_path);
    }
}

static void service_stops_when_told_and_ends_its_commands(void)
{
    static const char *const sleeper[] = { AGENT, "--sleep", "3004", NULL };
    static const char *const stop[] = { "net", "stop", "sevend-agent", NULL };

    send_exec(500, PATIENCE_MS, NULL, sleeper);
    hello_request_is_answered_with_its_id();
    g_assert_true(runs("3004"));
    g_assert_cmpint(wine_run(&wine, stop, NULL), ==, 0);
    wait_until_gone("3004");
    wait_until_gone("--service");
}

static void waiting_ends_when_a_file_is_there(void)
{
    static const char *const there[] = { AGENT, "--wait-for", "file", "C:\\SEVEND\\waited.txt", NULL };
    static const char *const gone[] = { AGENT, "--wait-for-gone", "file", "C:\\sevend\\no-such.txt", NULL };
    static const char *const other[] = { AGENT, "--wait-for", "sunrise", "x", NULL };

    send_exec(340, PATIENCE_MS, NULL, there);
    expect_output(run_command(341, NULL, gone), 0, "");
    wine_write(&wine, "sevend/waited.txt", "");
    expect_output(wait_answer(340), 0, "");
    expect_output(run_command(342, NULL, other), 87, "");
}

static void waiting_ends_when_a_process_has_come_and_gone(void)
{
    static const char *const filter[] = { FILTER, NULL };
    static const char *const there[] = { AGENT, "--wait-for", "process", "Filter.EXE", NULL };
    static const char *const gone[] = { AGENT, "--wait-for-gone", "process", "Filter.EXE", NULL };

    send_exec_with(343, filter, NULL, 0, true);
    expect_output(run_command(344, NULL, there), 0, "");
    send_exec(345, PATIENCE_MS, NULL, gone);
    send_empty(WIRE_STDIN, 343); // its end
    // Either may be told first.
    struct wire_frame frame;
    bool ended[2] = { false, false };
    while (!ended[0] || !ended[1]) {
        next_frame(&frame);
        if (frame.type != WIRE_EXIT)
            continue;
        g_assert_true(frame.id == 343 || frame.id == 345);
        g_assert_cmpuint(number_of(&frame, WIRE_EXIT_CODE), ==, 0);
        ended[frame.id == 345] = true;
    }
}

static void expect_failure(struct answer *answer, uint32_t exit_code)
{
    g_assert_cmpuint(answer->exit_code, ==, exit_code);
    g_assert_cmpuint(answer->errors->len, >, 0);
    free_answer(answer);
}

// "<FILETIME of 2009-07-14T01:02:03Z>"
#define MODIFIED "128920069230000000"

static struct answer *take_file(uint32_t id, const char *size, const char *sha256, const char *path)
{
    const char *const argv[] = { AGENT, "--take-file", "disc1", size, sha256, MODIFIED, path, NULL };

    return run_command(id, NULL, argv);
}

static void a_file_is_taken_from_a_disc(void)
{
    g_autofree char *folder = g_dir_make_tmp("sevend-disc-XXXXXX", NULL);
    g_autofree char *sevend = g_build_filename(folder, "sevend", NULL);
    g_autofree char *file = g_build_filename(sevend, "disc1.bin", NULL);
    g_autofree char *content = g_strnfill(1000000, 'x');
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, content, 1000000);

    g_assert_cmpint(g_mkdir(sevend, 0755), ==, 0);
    g_assert_true(g_file_set_contents(file, content, -1, NULL));
    wine_map_drive(&wine, 'r', folder);
    expect_output(take_file(346, "1000000", hash, "C:/taken/deep/file.bin"), 0, "");
    g_autofree char *taken = wine_read(&wine, "taken/deep/file.bin");
    g_assert_cmpstr(taken, ==, content);
    g_autofree char *path = g_build_filename(wine.c, "taken", "deep", "file.bin", NULL);
    GStatBuf about;
    g_assert_cmpint(g_stat(path, &about), ==, 0);
    g_assert_cmpint(about.st_mtime, ==, 1247533323);

    // And is published: hash, size and time as they are.
    static const char *const publish[] = { AGENT, "--publish-file", "C:\\taken\\deep\\file.bin", NULL };
    static const char *const none[] = { AGENT, "--publish-file", "C:\\taken\\none.bin", NULL };
    g_autofree char *line = g_strdup_printf("%s 1000000 " MODIFIED "\r\n", hash);
    expect_output(run_command(351, NULL, publish), 0, line);
    expect_failure(run_command(352, NULL, none), 2);

    // Another hash, more than there is, a path that is none: nothing is left, what was there stays.
    g_autofree char *other = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "other", 5);
    expect_failure(take_file(347, "1000000", other, "C:\\taken\\deep\\file.bin"), 23);
    expect_failure(take_file(348, "1000001", hash, "C:\\taken\\new.bin"), 38);
    expect_failure(take_file(349, "1000000", hash, "taken\\new.bin"), 123);
    g_autofree char *again = wine_read(&wine, "taken/deep/file.bin");
    g_assert_cmpstr(again, ==, content);
    g_autofree char *parent = g_build_filename(wine.c, "taken", NULL);
    g_autoptr(GDir) names = g_dir_open(parent, 0, NULL);
    g_assert_cmpstr(g_dir_read_name(names), ==, "deep");
    g_assert_null(g_dir_read_name(names));
    g_unlink(file);
    g_rmdir(sevend);
    g_rmdir(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 5);
    wine_start(&wine, argv[1]);
    begin_conversation(wine.com[1]);
    wine_copy(&wine, argv[2], "sevend/sevend-agent.exe");
    wine_copy(&wine, argv[3], "windows/system32/shutdown.exe");
    wine_copy(&wine, argv[4], "sevend/filter.exe");
    wine_write(&wine, "sevend/nonce.txt", NONCE "\r\n");
    wine_write(&wine, "sevend/first-logon.state", "done");
#define ADD(test) g_test_add_func("/agent/" #test, test)
    ADD(installed_service_says_hello_by_itself);
    ADD(installing_twice_is_no_error);
    ADD(hello_request_is_answered_with_its_id);
    ADD(command_prints_and_ends);
    ADD(shell_command_is_passed_as_typed);
    ADD(exit_code_is_the_commands);
    ADD(errors_are_a_stream_of_their_own);
    ADD(command_runs_in_the_working_directory);
    ADD(large_output_arrives_whole);
    ADD(unknown_program_is_not_found);
    ADD(malformed_requests_are_refused);
    ADD(too_many_arguments_are_too_large);
    ADD(time_limit_ends_the_whole_tree);
    ADD(kill_ends_the_command);
    ADD(one_command_too_many_at_once_is_refused);
    ADD(environment_is_changed_for_the_command);
    ADD(malformed_environment_is_refused);
    ADD(input_reaches_the_command);
    ADD(input_is_acknowledged_as_it_is_taken);
    ADD(input_that_nobody_reads_holds_nothing_up);
    ADD(output_waits_for_the_host);
    ADD(waiting_ends_when_a_file_is_there);
    ADD(waiting_ends_when_a_process_has_come_and_gone);
    ADD(a_file_is_taken_from_a_disc);
    ADD(garbage_before_a_frame_is_skipped);
    ADD(frame_cut_off_in_the_middle_is_given_up);
    ADD(damaged_frame_is_not_obeyed);
    ADD(shutdown_is_windows_own);
    ADD(service_stops_when_told_and_ends_its_commands);
#undef ADD
    int result = g_test_run();
    wine_stop(&wine);
    return result;
}
