// SPDX-License-Identifier: GPL-3.0-or-later
// The guest's scripts under Wine, in the order of an install: start.cmd of WinPE, specialize.cmd,
// first-logon.cmd, and what the host reads from COM1 meanwhile. Programs of Windows that they start are
// recorders (recorder.c).
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conversation.h"
#include "wine.h"

// Only so that a failure ends: nothing is measured by it.
#define PATIENCE_MS 60000
#define NONCE       "ffeeddccbbaa99887766554433221100"
#define LINE        "sevend/1 " NONCE " "

static struct wine wine;
static char *scripts; // folder of the CRLF copies

// What came over COM1, collected by a thread so that no writer ever waits for the test.
static GMutex lock;
static GString *heard;

static gpointer collect(gpointer nothing)
{
    char bytes[4096];

    for (;;) {
        struct pollfd port = { .fd = wine.com[0], .events = POLLIN };
        poll(&port, 1, -1);
        ssize_t count = read(wine.com[0], bytes, sizeof bytes);
        if (count < 0 && errno != EAGAIN)
            return nothing;
        g_mutex_lock(&lock);
        if (count > 0)
            g_string_append_len(heard, bytes, count);
        g_mutex_unlock(&lock);
    }
}

static char *take_heard(void)
{
    g_mutex_lock(&lock);
    char *text = g_string_free(heard, FALSE);
    heard = g_string_new(NULL);
    g_mutex_unlock(&lock);
    return text;
}

static bool has_heard(const char *text)
{
    g_mutex_lock(&lock);
    bool found = strstr(heard->str, text) != NULL;
    g_mutex_unlock(&lock);
    return found;
}

static void wait_heard(const char *text)
{
    for (int i = 0; i < PATIENCE_MS / 20 && !has_heard(text); i++)
        g_usleep(20000);
    g_assert_true(has_heard(text));
}

// The writer has ended; what it wrote may still be on its way through the pseudo-terminal.
static void expect_heard(const char *expected)
{
    const char *last = strrchr(g_strchomp(g_strdup(expected)), '\n');

    wait_heard(last == NULL ? expected : last + 1);
    g_autofree char *text = take_heard();
    g_assert_cmpstr(text, ==, expected);
}

static void put_script(const char *name, const char *to)
{
    g_autofree char *path = g_build_filename(scripts, name, NULL);

    wine_copy(&wine, path, to);
}

static char *folder_in_c(const char *name)
{
    char *path = g_build_filename(wine.c, name, NULL);

    g_assert_cmpint(g_mkdir_with_parents(path, 0700), ==, 0);
    return path;
}

static void map_drive(char letter, const char *folder)
{
    g_autofree char *path = folder_in_c(folder);

    wine_map_drive(&wine, letter, path);
}

static void remove_in_c(const char *name)
{
    g_autofree char *path = g_build_filename(wine.c, name, NULL);

    unlink(path);
}

static void make_discs(const char *agent, const char *recorder)
{
    map_drive('x', "ram");
    map_drive('f', "config");
    map_drive('g', "vendor");
    wine_copy(&wine, agent, "ram/sevend/sevend-agent.exe");
    put_script("start.cmd", "ram/sevend/start.cmd");
    wine_write(&wine, "ram/sevend/drvload.txt",
               "X:\\drivers\\one\\a.inf\r\nX:\\drivers\\two words\\b.inf\r\n");
    wine_write(&wine, "config/sevend/job.cmd", "set SEVEND_NONCE=" NONCE "\r\nset SEVEND_ARCH=amd64\r\n");
    wine_write(&wine, "config/sevend/config.tag", "sevend\r\n");
    wine_copy(&wine, agent, "config/sevend/sevend-agent.exe");
    put_script("specialize.cmd", "config/sevend/specialize.cmd");
    put_script("first-logon.cmd", "config/sevend/first-logon.cmd");
    wine_write(&wine, "vendor/sources/install.wim", "MSWIM");
    wine_copy(&wine, recorder, "vendor/sources/setup.exe");
    wine_copy(&wine, recorder, "windows/system32/wpeinit.exe");
    wine_copy(&wine, recorder, "windows/system32/drvload.exe");
    wine_copy(&wine, recorder, "windows/system32/wpeutil.exe");
    wine_copy(&wine, recorder, "windows/system32/shutdown.exe");
}

static const char *const start[] = { "cmd", "/c", "X:\\sevend\\start.cmd", NULL };

static void report_without_nonce_says_so(void)
{
    static const char *const argv[] = { "X:\\sevend\\sevend-agent.exe", "--report", "phase=x", "status=y",
                                        NULL };

    g_assert_cmpint(wine_run(&wine, argv, NULL), ==, 0);
    expect_heard("sevend/1 - phase=x status=y\r\n");
}

static void report_is_one_line_of_printable_ascii(void)
{
    static const char *const argv[] = {
        "X:\\sevend\\sevend-agent.exe", "--nonce",         NONCE, "--report", "a=*", "b=x y", "c=", "d=\"q\"",
        "e=gr\xc3\xbc\xc3\x9f",         "f=1\r\nsevend/1", NULL,
    };

    g_assert_cmpint(wine_run(&wine, argv, NULL), ==, 0);
    expect_heard(LINE "a=* b=\"x y\" c=\"\" d=\"'q'\" e=gr?? f=1??sevend/1\r\n");
}

static void start_loads_drivers_and_starts_setup(void)
{
    g_assert_cmpint(wine_run(&wine, start, NULL), ==, 0);
    expect_heard(LINE "phase=winpe status=begin\r\n"                                               //
                 LINE "phase=winpe status=driver inf=X:\\drivers\\one\\a.inf exit=0\r\n"           //
                 LINE "phase=winpe status=driver inf=\"X:\\drivers\\two words\\b.inf\" exit=0\r\n" //
                 LINE "phase=copy status=begin\r\n");
    g_autofree char *record = wine_read(&wine, "record.txt");
    g_assert_cmpstr(record, ==,
                    "wpeinit\r\n"
                    "drvload [X:\\drivers\\one\\a.inf]\r\n"
                    "drvload [X:\\drivers\\two words\\b.inf]\r\n"
                    "setup [/unattend:F:\\Autounattend.xml]\r\n");
}

static void start_runs_once_in_a_boot(void)
{
    remove_in_c("record.txt");
    g_assert_cmpint(wine_run(&wine, start, NULL), ==, 0);
    g_autofree char *record = wine_read(&wine, "record.txt");
    g_assert_null(record);
    g_autofree char *text = take_heard();
    g_assert_cmpstr(text, ==, "");
}

static void drivers_exit_code_is_reported(void)
{
    remove_in_c("record.txt");
    remove_in_c("ram/sevend/started.tag");
    wine_write(&wine, "exit/drvload", "31");
    wine_write(&wine, "ram/sevend/drvload.txt", "X:\\c.inf\r\n");
    g_assert_cmpint(wine_run(&wine, start, NULL), ==, 0);
    expect_heard(LINE "phase=winpe status=begin\r\n"                        //
                 LINE "phase=winpe status=driver inf=X:\\c.inf exit=31\r\n" //
                 LINE "phase=copy status=begin\r\n");
    remove_in_c("ram/sevend/drvload.txt");
    remove_in_c("exit/drvload");
}

static void start_without_com1_is_silent_and_still_starts_setup(void)
{
    g_autofree char *com1 = g_build_filename(wine.folder, "com1", NULL);
    g_autofree char *away = g_build_filename(wine.folder, "com1-away", NULL);

    remove_in_c("record.txt");
    remove_in_c("ram/sevend/started.tag");
    g_assert_cmpint(rename(com1, away), ==, 0);
    g_assert_cmpint(wine_run(&wine, start, NULL), ==, 0);
    g_assert_cmpint(rename(away, com1), ==, 0);
    g_autofree char *record = wine_read(&wine, "record.txt");
    g_assert_cmpstr(record, ==, "wpeinit\r\nsetup [/unattend:F:\\Autounattend.xml]\r\n");
    g_autofree char *text = take_heard();
    g_assert_cmpstr(text, ==, "");
}

// Runs start.cmd up to the shutdown at its end, after which it waits for ever.
static void start_until_shutdown(void)
{
    g_autofree char *record = NULL;

    remove_in_c("record.txt");
    remove_in_c("ram/sevend/started.tag");
    g_autoptr(GSubprocess) process = wine_spawn(&wine, start);
    for (int i = 0; i < PATIENCE_MS / 20 && (record == NULL || strstr(record, "wpeutil") == NULL); i++) {
        g_usleep(20000);
        g_free(record);
        record = wine_read(&wine, "record.txt");
    }
    g_subprocess_force_exit(process);
    g_assert_nonnull(record);
    g_assert_true(g_str_has_suffix(record, "wpeutil [shutdown]\r\n"));
}

static void failed_setup_is_reported_with_its_logs(void)
{
    g_autoptr(GString) expected = g_string_new(LINE "phase=winpe status=begin\r\n" //
                                               LINE "phase=copy status=begin\r\n");
    g_autoptr(GString) log = g_string_new(NULL);

    for (int i = 1; i <= 100; i++)
        g_string_append_printf(log, "line %d\r\n", i);
    wine_write(&wine, "ram/$WINDOWS.~BT/Sources/Panther/setupact.log", log->str);
    wine_write(&wine, "ram/$WINDOWS.~BT/Sources/Panther/setuperr.log", LINE "phase=ready\r\nno line end");
    wine_write(&wine, "exit/setup", "12");
    start_until_shutdown();
    g_string_append(expected, LINE "phase=copy status=log-begin file=setuperr.log\r\n"
                                   " " LINE "phase=ready\r\nno line end\r\n" //
                    LINE "phase=copy status=log-end file=setuperr.log\r\n"   //
                    LINE "phase=copy status=log-begin file=setupact.log\r\n");
    for (int i = 41; i <= 100; i++)
        g_string_append_printf(expected, "line %d\r\n", i);
    g_string_append(expected, LINE "phase=copy status=log-end file=setupact.log\r\n" //
                    LINE "phase=copy status=failed exit=12\r\n");
    expect_heard(expected->str);
    remove_in_c("exit/setup");
}

static void missing_discs_are_reported(void)
{
    wine.environment = g_environ_setenv(wine.environment, "SEVEND_TRIES_MAX", "2", TRUE);
    remove_in_c("vendor/sources/install.wim");
    start_until_shutdown();
    expect_heard(LINE "phase=winpe status=begin\r\n" //
                 LINE "phase=winpe status=failed reason=no-install-wim\r\n");
    remove_in_c("config/sevend/config.tag");
    start_until_shutdown();
    expect_heard("sevend/1 - phase=winpe status=failed reason=no-config-disc\r\n");
    wine_write(&wine, "config/sevend/config.tag", "sevend\r\n");
}

static void specialize_fails_without_the_agent_but_ends_with_0(void)
{
    static const char *const argv[] = { "cmd", "/c", "F:\\sevend\\specialize.cmd", "F:", NULL };

    remove_in_c("config/sevend/first-logon.cmd");
    g_assert_cmpint(wine_run(&wine, argv, NULL), ==, 0);
    expect_heard(LINE "phase=specialize status=begin\r\n" //
                 LINE "phase=specialize status=failed step=copy exit=1\r\n");
    put_script("first-logon.cmd", "config/sevend/first-logon.cmd");
}

static void expect_file(const char *name, const char *text)
{
    g_autofree char *found = wine_read(&wine, name);

    g_assert_cmpstr(found, ==, text);
}

// Waits for the hello of the service that specialize.cmd started.
static void expect_hello(void)
{
    struct wire_frame frame;

    begin_conversation(wine.com[1]);
    next_frame(&frame);
    g_assert_cmpint(frame.type, ==, WIRE_HELLO);
    g_autofree char *nonce = text_of(&frame, WIRE_NONCE);
    g_assert_cmpstr(nonce, ==, NONCE);
}

static void specialize_installs_agent_nonce_and_scripts(void)
{
    // The command line that the answer file has.
    static const char *const argv[] = {
        "cmd.exe",
        "/c",
        "for %d in (C D E F G H I J K L M N O P Q R S T U V W X Y Z) do @if exist %d:\\sevend\\config.tag "
        "call %d:\\sevend\\specialize.cmd %d:",
        NULL,
    };

    wine_write(&wine, "config/sevend/first-logon.txt",
               "sevend-commands/1\r\nstop no /first_logon/0 echo one>C:\\one.txt\r\n\r\n"
               "continue no /first_logon/1 echo \"two  words\" & echo three>\"C:\\three.txt\"\r\n");
    wine_write(&wine, "config/sevend/files.txt", "C:\\Lab\\deep\\a file.txt\r\nc:\\Lab\\b\r\n");
    wine_write(&wine, "config/sevend/files/0000", "first");
    wine_write(&wine, "config/sevend/files/0001", "second");
    g_assert_cmpint(wine_run(&wine, argv, NULL), ==, 0);
    expect_heard(LINE "phase=specialize status=begin\r\n"         //
                 LINE "phase=specialize status=files count=2\r\n" //
                 LINE "phase=specialize status=done\r\n");
    expect_file("Lab/deep/a file.txt", "first");
    expect_file("Lab/b", "second");
    expect_file("sevend/nonce.txt", NONCE " \r\n");
    expect_file("sevend/job.cmd", "set SEVEND_NONCE=" NONCE "\r\nset SEVEND_ARCH=amd64\r\n");
    expect_hello();
}

static const char *const first_logon[] = { "cmd.exe", "/c", "%SystemDrive%\\sevend\\first-logon.cmd", NULL };

static void first_logon_runs_every_command(void)
{
    wine_run(&wine, first_logon, NULL);
    expect_heard(LINE "phase=first-logon status=begin commands=2\r\n"                           //
                 LINE "phase=first-logon status=command index=1 exit=0 name=/first_logon/0\r\n" //
                 LINE "phase=first-logon status=command index=2 exit=0 name=/first_logon/1\r\n" //
                 LINE "phase=first-logon status=done\r\n");
    expect_file("one.txt", "one\r\n");
    expect_file("three.txt", "three\r\n");
    expect_file("sevend/first-logon.log", "\"two  words\" \r\n");
    expect_file("sevend/first-logon.state", "done");
    expect_file("sevend/first-logon.txt", NULL);
}

static void first_logon_stops_at_the_first_failure_that_counts(void)
{
    wine_write(
        &wine, "sevend/first-logon.txt",
        "\xef\xbb\xbf"
        "sevend-commands/1\nstop no /features/enable/0 exit 3010\ncontinue no /a exit 5\nstop no /b exit 7\n"
        "stop no /c echo never>C:\\never.txt\n");
    wine_run(&wine, first_logon, NULL);
    expect_heard(LINE "phase=first-logon status=begin commands=4\r\n"                                  //
                 LINE "phase=first-logon status=command index=1 exit=3010 name=/features/enable/0\r\n" //
                 LINE "phase=first-logon status=command index=2 exit=5 name=/a\r\n"                    //
                 LINE "phase=first-logon status=command index=3 exit=7 name=/b\r\n"                    //
                 LINE "phase=first-logon status=failed index=3 exit=7 name=/b\r\n");
    expect_file("never.txt", NULL);
    expect_file("sevend/first-logon.state", "failed");
    remove_in_c("sevend/first-logon.txt");
}

static void first_logon_of_another_form_runs_nothing(void)
{
    static const char *const lists[] = {
        "stop no /a echo never>C:\\never.txt\r\n",
        "sevend-commands/2\r\nstop no /a echo never>C:\\never.txt\r\n",
        "sevend-commands/1\r\nstop no /a echo never>C:\\never.txt\r\nmaybe no /b ver\r\n",
        "sevend-commands/1\r\nstop no /a echo never>C:\\never.txt\r\nstop no /b\r\n",
        "sevend-commands/1\r\nstop no /a echo never>C:\\never.txt\r\nstop no b ver\r\n",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        wine_write(&wine, "sevend/first-logon.txt", lists[i]);
        wine_run(&wine, first_logon, NULL);
        expect_heard(LINE "phase=first-logon status=failed index=0 exit=11 name=/first_logon\r\n");
        expect_file("never.txt", NULL);
    }
    remove_in_c("sevend/first-logon.txt");
}

static void first_logon_goes_on_behind_a_restart(void)
{
    g_autofree char *list = g_strdup("sevend-commands/1\r\n"
                                     "stop no /a echo a>>C:\\ran.txt\r\n"
                                     "stop yes /b echo b>>C:\\ran.txt\r\n"
                                     "stop no /c echo c>>C:\\ran.txt\r\n");

    wine_write(&wine, "sevend/first-logon.txt", list);
    remove_in_c("record.txt");
    wine_run(&wine, first_logon, NULL);
    expect_heard(LINE "phase=first-logon status=begin commands=3\r\n"               //
                 LINE "phase=first-logon status=command index=1 exit=0 name=/a\r\n" //
                 LINE "phase=first-logon status=command index=2 exit=0 name=/b\r\n" //
                 LINE "phase=first-logon status=reboot index=2 name=/b\r\n");
    expect_file("record.txt", "shutdown [/r] [/f] [/t] [0]\r\n");
    expect_file("sevend/first-logon.state", "running");
    expect_file("sevend/first-logon.next", "2");
    expect_file("sevend/first-logon.txt", list);
    wine_run(&wine, first_logon, NULL);
    expect_heard(LINE "phase=first-logon status=resume commands=3 index=2\r\n"      //
                 LINE "phase=first-logon status=command index=3 exit=0 name=/c\r\n" //
                 LINE "phase=first-logon status=done\r\n");
    expect_file("ran.txt", "a\r\nb\r\nc\r\n");
    expect_file("sevend/first-logon.next", NULL);
    expect_file("sevend/first-logon.txt", NULL);
}

static void first_logon_without_commands_is_done(void)
{
    wine_run(&wine, first_logon, NULL);
    expect_heard(LINE "phase=first-logon status=begin commands=0\r\n" //
                 LINE "phase=first-logon status=done\r\n");
    expect_file("sevend/first-logon.state", "done");
}

static void run_reports_a_command_and_ends_with_0(void)
{
    static const struct {
        const char *words[8];
        const char *report;
    } cases[] = {
        { { "--run", "/security/uac", "cmd.exe", "/c", "exit", "0" },
          "status=command name=/security/uac exit=0" },
        { { "--run", "/a", "cmd.exe", "/c", "exit", "9" }, "status=command name=/a exit=9" },
        { { "--run", "--stop", "/specialize/1", "cmd.exe", "/c", "exit", "9" },
          "status=failed name=/specialize/1 exit=9" },
        { { "--run", "--stop", "/b", "cmd.exe", "/c", "exit 0" }, "status=command name=/b exit=0" },
        { { "--run", "/c", "no-such-program" }, "status=command name=/c exit=2" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *argv[10] = { "C:\\sevend\\sevend-agent.exe" };
        for (size_t word = 0; word < 8; word++)
            argv[word + 1] = cases[i].words[word];
        g_autofree char *wanted = g_strdup_printf(LINE "phase=specialize %s\r\n", cases[i].report);
        g_assert_cmpint(wine_run(&wine, argv, NULL), ==, 0);
        expect_heard(wanted);
    }
}

static void run_keeps_the_quotes_of_the_command_line(void)
{
    static const char *const argv[] = { "cmd.exe", "/c", "C:\\quotes.cmd", NULL };

    remove_in_c("sevend/specialize.log");
    wine_write(&wine, "quotes.cmd",
               "@\"C:\\sevend\\sevend-agent.exe\" --run /q cmd.exe /c echo \"x  y\" \\\\z\r\n");
    g_assert_cmpint(wine_run(&wine, argv, NULL), ==, 0);
    expect_heard(LINE "phase=specialize status=command name=/q exit=0\r\n");
    expect_file("sevend/specialize.log", "\"x  y\" \\\\z\r\n");
}

static void a_file_that_cannot_be_placed_is_reported(void)
{
    static const char *const argv[] = { "C:\\sevend\\sevend-agent.exe", "--place-files", "F:\\sevend", NULL };

    wine_write(&wine, "config/sevend/files.txt", "C:\\Lab\\b\r\nC:\\Lab\\c\r\nC:\\Lab\\missing\r\n");
    g_assert_cmpint(wine_run(&wine, argv, NULL), ==, 1);
    expect_heard(LINE "phase=specialize status=failed step=files name=/files/2 exit=2\r\n");
    remove_in_c("config/sevend/files.txt");
    g_assert_cmpint(wine_run(&wine, argv, NULL), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, >=, 5);
    wine_start(&wine, argv[1]);
    scripts = g_path_get_dirname(argv[4]);
    heard = g_string_new(NULL);
    make_discs(argv[2], argv[3]);
    g_thread_unref(g_thread_new("com1", collect, NULL));
#define ADD(test) g_test_add_func("/scripts/" #test, test)
    ADD(report_without_nonce_says_so);
    ADD(report_is_one_line_of_printable_ascii);
    ADD(start_loads_drivers_and_starts_setup);
    ADD(start_runs_once_in_a_boot);
    ADD(drivers_exit_code_is_reported);
    ADD(start_without_com1_is_silent_and_still_starts_setup);
    ADD(failed_setup_is_reported_with_its_logs);
    ADD(missing_discs_are_reported);
    ADD(specialize_fails_without_the_agent_but_ends_with_0);
    ADD(specialize_installs_agent_nonce_and_scripts);
    ADD(first_logon_runs_every_command);
    ADD(first_logon_stops_at_the_first_failure_that_counts);
    ADD(first_logon_of_another_form_runs_nothing);
    ADD(first_logon_goes_on_behind_a_restart);
    ADD(first_logon_without_commands_is_done);
    ADD(run_reports_a_command_and_ends_with_0);
    ADD(run_keeps_the_quotes_of_the_command_line);
    ADD(a_file_that_cannot_be_placed_is_reported);
#undef ADD
    int result = g_test_run();
    wine_stop(&wine);
    return result;
}
