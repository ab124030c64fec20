// SPDX-License-Identifier: GPL-3.0-or-later
// sevend-agent.exe: one program for everything that sevend does inside the guest. Here is only the command
// line.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>

#include "guest/agent/place_files.h"
#include "guest/agent/publish.h"
#include "guest/agent/relay.h"
#include "guest/agent/report.h"
#include "guest/agent/run_command.h"
#include "guest/agent/run_list.h"
#include "guest/agent/service.h"
#include "guest/agent/session.h"
#include "guest/agent/take_file.h"
#include "guest/agent/wait_for.h"

#define REPORT_LINES_DEFAULT 60u
#define REPORT_LINES_MAX     10000ul
#define SLEEP_MAX_SECONDS    3600ul

int wmain(int argc, wchar_t **argv);

// Read by mingw-w64's start-up code: arguments stay as they are, "*" is not a list of files.
extern int _dowildcard;
int _dowildcard = 0;

static const char usage[] = "usage: sevend-agent [--nonce HEX] --report WORD...\n"
                            "       sevend-agent --report-file FILE [--lines N]\n"
                            "       sevend-agent [--nonce HEX] --run-list FILE\n"
                            "       sevend-agent --run [--stop] NAME COMMAND LINE\n"
                            "       sevend-agent --place-files FOLDER\n"
                            "       sevend-agent --sleep SECONDS\n"
                            "       sevend-agent --wait-for file|process|window NAME\n"
                            "       sevend-agent --wait-for-gone file|process|window NAME\n"
                            "       sevend-agent --publish-file PATH\n"
                            "       sevend-agent --take-file ID SIZE SHA256 FILETIME PATH\n"
                            "       sevend-agent --install\n"
                            "       sevend-agent --service\n"
                            "       sevend-agent --console [--port NAME]\n"
                            "       sevend-agent --version\n";

struct options {
    int argc;
    wchar_t **argv;
};

// Takes "name VALUE" from the front of the options; NULL when it does not stand there.
static const wchar_t *take_value(struct options *options, const wchar_t *option)
{
    if (options->argc < 2 || wcscmp(options->argv[0], option) != 0)
        return NULL;
    const wchar_t *value = options->argv[1];
    options->argc -= 2;
    options->argv += 2;
    return value;
}

static unsigned long number(const wchar_t *text, unsigned long most)
{
    unsigned long value = wcstoul(text, NULL, 10);

    return value < most ? value : most;
}

static int do_report(struct options *options)
{
    const wchar_t *nonce = take_value(options, L"--nonce");

    if (nonce != NULL)
        report_use_nonce(nonce);
    report_words((const wchar_t *const *)options->argv, (size_t)options->argc);
    return 0;
}

static int do_report_file(struct options *options)
{
    unsigned long lines = REPORT_LINES_DEFAULT;

    if (options->argc < 1)
        return -1;
    const wchar_t *file = *options->argv++;
    options->argc--;
    const wchar_t *count = take_value(options, L"--lines");
    if (count != NULL)
        lines = number(count, REPORT_LINES_MAX);
    report_file(file, lines);
    return 0;
}

static int do_run_list(struct options *options)
{
    return options->argc == 1 ? run_list(options->argv[0]) : -1;
}

// The command line is taken as it stands, with its quotes: it is no list of arguments.
static int do_run(struct options *options)
{
    bool stop = options->argc > 0 && wcscmp(options->argv[0], L"--stop") == 0;
    const wchar_t *line = command_line_tail(GetCommandLineW(), stop ? 4 : 3);

    if (options->argc < (stop ? 3 : 2) || line == NULL)
        return -1;
    return run_command(options->argv[stop ? 1 : 0], line, stop);
}

// From the agent alone; the command line is taken as it stands.
static int do_relay(struct options *options)
{
    const wchar_t *line = command_line_tail(GetCommandLineW(), 3);

    if (options->argc >= 2 && line != NULL)
        ExitProcess((UINT)relay_run(options->argv[0], line)); // any of 32 bits
    return -1;
}

static int do_place_files(struct options *options)
{
    return options->argc == 1 ? place_files(options->argv[0]) : -1;
}

static int do_sleep(struct options *options)
{
    if (options->argc != 1)
        return -1;
    Sleep(1000 * number(options->argv[0], SLEEP_MAX_SECONDS));
    return 0;
}

static int do_wait_for(struct options *options)
{
    return options->argc == 2 ? wait_for(options->argv[0], options->argv[1], false) : -1;
}

static int do_wait_for_gone(struct options *options)
{
    return options->argc == 2 ? wait_for(options->argv[0], options->argv[1], true) : -1;
}

static int do_publish_file(struct options *options)
{
    return options->argc == 1 ? publish_file(options->argv[0]) : -1;
}

static int do_take_file(struct options *options)
{
    if (options->argc != 5)
        return -1;
    wchar_t **words = options->argv;
    const struct take_file request = { words[0], words[1], words[2], words[3], words[4] };
    return take_file(&request);
}

static int do_install(struct options *options)
{
    return options->argc == 0 ? service_install() : -1;
}

static int do_service(struct options *options)
{
    return options->argc == 0 ? service_run() : -1;
}

// For tests: the service's loop in the foreground, until the process is ended.
static int do_console(struct options *options)
{
    const wchar_t *port = take_value(options, L"--port");
    HANDLE never = CreateEventW(NULL, TRUE, FALSE, NULL);

    return options->argc == 0 ? (int)session_run(port, never) : -1;
}

static int do_version(struct options *options)
{
    (void)options;
    puts("sevend-agent " SEVEND_VERSION);
    return 0;
}

static const struct {
    const wchar_t *option;
    int (*run)(struct options *options); // the exit code, or -1 for wrong usage
} verbs[] = {
    { L"--report", do_report },
    { L"--report-file", do_report_file },
    { L"--run-list", do_run_list },
    { L"--run", do_run },
    { L"--place-files", do_place_files },
    { L"--sleep", do_sleep },
    { L"--wait-for", do_wait_for },
    { L"--wait-for-gone", do_wait_for_gone },
    { L"--publish-file", do_publish_file },
    { L"--take-file", do_take_file },
    { L"--install", do_install },
    { L"--service", do_service },
    { L"--console", do_console },
    { L"--relay", do_relay },
    { L"--version", do_version },
};

int wmain(int argc, wchar_t **argv)
{
    struct options options = { argc > 0 ? argc - 1 : 0, argv + 1 };
    const wchar_t *nonce = take_value(&options, L"--nonce");

    if (nonce != NULL)
        report_use_nonce(nonce);
    for (size_t i = 0; options.argc > 0 && i < sizeof verbs / sizeof verbs[0]; i++) {
        if (wcscmp(options.argv[0], verbs[i].option) != 0)
            continue;
        options.argc--;
        options.argv++;
        int result = verbs[i].run(&options);
        if (result >= 0)
            return result;
        break;
    }
    fputs(usage, stderr);
    return 2;
}
