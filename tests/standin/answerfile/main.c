// SPDX-License-Identifier: GPL-3.0-or-later
// The command line: answerfile PASS FILE OPTIONS, or answerfile blank PASS FILE OUTPUT. Standard output is a
// plan, one step a line with tabs between its words (exit 0), or a stop: kind and title, then the text (exit
// 3).
#include "answerfile.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Facts facts = { .architecture = "amd64", .language = "en-US" };

_Noreturn void stop(StopKind kind, const char *title, const char *format, ...)
{
    static const char *const names[] = { "dialog", "page", "terminate" };
    va_list values;
    printf("%s\t%s\n", names[kind], title);
    va_start(values, format);
    vprintf(format, values);
    va_end(values);
    putchar('\n');
    exit(3);
}

void detail(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    vfprintf(stderr, format, values);
    va_end(values);
    fputc('\n', stderr);
}

_Noreturn void stop_parsing(const char *pass, Wrong wrong, const char *component)
{
    static const char *const reasons[] = {
        [WRONG_INVALID] = "The answer file is invalid.",
        [WRONG_UNKNOWN] = "A component or setting specified in the answer file does not exist.",
        [WRONG_VALUE] = "The settings specified in the answer file cannot be applied.",
    };
    const char *const title = strcmp(pass, "windowsPE") == 0 ? "Windows Setup" : "Install Windows";
    if (component)
        stop(STOP_DIALOG, title,
             "Windows could not parse or process the unattend answer file for pass [%s]. %s The error was "
             "detected while "
             "processing settings for component [%s].",
             pass, reasons[wrong], component);
    stop(STOP_DIALOG, title, "Windows could not parse or process unattend answer file [%s] for pass [%s]. %s",
         facts.answer_name, pass, reasons[wrong]);
}

static const struct option options[] = {
    { "arch", required_argument, NULL, 'a' },
    { "language", required_argument, NULL, 'l' },
    { "ei-cfg", required_argument, NULL, 'e' },
    { "images", required_argument, NULL, 'i' },
    { "catalogue", required_argument, NULL, 'c' },
    { "time-zones", required_argument, NULL, 't' },
    { "locales", required_argument, NULL, 'o' },
    { "name", required_argument, NULL, 'n' },
    { "disk", required_argument, NULL, 'd' },
    { "computer-name", required_argument, NULL, 'm' },
    { NULL, 0, NULL, 0 },
};

static bool read_options(int argc, char **argv)
{
    const int most_disks = sizeof facts.disks / sizeof facts.disks[0];
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'a':
            facts.architecture = optarg;
            break;
        case 'l':
            facts.language = optarg;
            break;
        case 'e':
            facts.ei_cfg = strcmp(optarg, "none") == 0 ? NULL : optarg;
            break;
        case 'i':
            facts.images = optarg;
            break;
        case 'c':
            facts.catalogue = optarg;
            break;
        case 't':
            facts.time_zones = optarg;
            break;
        case 'o':
            facts.locales = optarg;
            break;
        case 'n':
            facts.answer_name = optarg;
            break;
        case 'm':
            facts.computer_name = optarg;
            break;
        case 'd':
            if (facts.disk_count < most_disks)
                facts.disks[facts.disk_count++] = strtoull(optarg, NULL, 10);
            break;
        default:
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *pass;
        void (*plan)(void);
    } passes[] = {
        { "windowsPE", plan_windows_pe },
        { "offlineServicing", plan_offline_servicing },
        { "specialize", plan_specialize },
        { "oobeSystem", plan_oobe },
    };
    if (!read_options(argc, argv) || argc - optind < 2)
        return 2;
    const char *const verb = argv[optind];
    if (strcmp(verb, "blank") == 0 && argc - optind == 4) {
        facts.answer_file = argv[optind + 2];
        write_blanked(argv[optind + 1], argv[optind + 3]);
        return 0;
    }
    facts.answer_file = argv[optind + 1];
    if (!facts.answer_name)
        facts.answer_name = facts.answer_file;
    for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++) {
        if (strcmp(verb, passes[i].pass) == 0) {
            passes[i].plan();
            return 0;
        }
    }
    return 2;
}
