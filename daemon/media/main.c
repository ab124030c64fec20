// SPDX-License-Identifier: GPL-3.0-or-later
// sevend-media: the only program that opens discs, WIMs and driver packages. One short-lived process does one
// task: progress and the result are JSON lines on standard output, an error is the last line of standard
// error.
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cancel.h"
#include "media_error.h"
#include "progress.h"
#include "verbs.h"

#define EXIT_TASK_FAILED 1
#define EXIT_USAGE       2

G_DEFINE_QUARK(sevend - media - usage, usage_error)

typedef struct {
    const char *name;
    VerbFunction run;
    const char *arguments;
} Verb;

static const Verb verbs[] = {
    { "inspect-disc", verb_inspect_disc, "FILE" },
    { "verify-disc", verb_verify_disc, "FILE" },
    { "inspect-driver", verb_inspect_driver, "DIR" },
    { "import-driver", verb_import_driver, "--archive FILE [--architecture amd64|x86] --output DIR" },
    { "build-boot-disc", verb_build_boot_disc,
      "--disc FILE [--driver NAME=DIR]... --start-cmd FILE --agent FILE --output ISO" },
    { "export-disc", verb_export_disc,
      "--disc FILE [--driver NAME=DIR]... --start-cmd FILE --agent FILE [--file DISCPATH=HOSTFILE]... "
      "--output ISO" },
    { "build-config-disc", verb_build_config_disc,
      "--output ISO --volume-id ID [--file DISCPATH=HOSTFILE]... [--file-list FILE]" },
    { "build-file-disc", verb_build_file_disc, "--output ISO --file DISCPATH=HOSTFILE" },
    { "read-logs", verb_read_logs, "--disk FILE --format qcow2|raw --output DIR" },
    { "read-file", verb_read_file, "--socket PATH --export NAME --path PATH --output FILE" },
    { "export-image", verb_export_image,
      "--disk FILE --folder DIR --image NAME --architecture amd64|x86 --exported TIME --sevend VERSION "
      "--output TAR" },
    { "inspect-image", verb_inspect_image, "--archive TAR --output DIR" },
    { "hash", verb_hash, "[--xxh128] FILE" },
};

static void print_usage(FILE *stream)
{
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        fprintf(stream, "%s sevend-media %s %s\n", i == 0 ? "usage:" : "      ", verbs[i].name,
                verbs[i].arguments);
}

static const Verb *find_verb(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        if (g_str_equal(verbs[i].name, name))
            return &verbs[i];
    }
    return NULL;
}

// FALSE if nobody took the result.
static gboolean print_result(json_object *result)
{
    json_object *line = json_object_new_object();

    json_object_object_add(line, "result", result);
    gboolean printed = progress_print_line(
        json_object_to_json_string_ext(line, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(line);
    return printed;
}

// Names from discs may hold anything; JSON takes only UTF-8.
static void print_error(const GError *error)
{
    g_autofree char *message = g_utf8_make_valid(error->message, -1);
    json_object *details = json_object_new_object();
    json_object *line = json_object_new_object();

    json_object_object_add(details, "code", json_object_new_string(media_error_code(error)));
    json_object_object_add(details, "message", json_object_new_string(message));
    json_object_object_add(line, "error", details);
    fprintf(stderr, "%s\n",
            json_object_to_json_string_ext(line, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(line);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    setlocale(LC_ALL, "C.UTF-8"); // wimlib and libisofs convert names through the locale
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    if (g_str_equal(argv[1], "--help")) {
        print_usage(stdout);
        return 0;
    }
    const Verb *verb = find_verb(argv[1]);
    if (verb == NULL) {
        fprintf(stderr, "sevend-media: unknown verb \"%s\"\n", argv[1]);
        print_usage(stderr);
        return EXIT_USAGE;
    }
    cancel_install_handlers();
    json_object *result = verb->run(argv + 2, &error);
    // A signal that comes once the output stands is too late: the task is done, and says so.
    if (result != NULL)
        return print_result(result) ? 0 : cancel_exit_status();
    if (g_error_matches(error, USAGE_ERROR, 0)) {
        fprintf(stderr, "sevend-media %s: %s\n", verb->name, error->message);
        return EXIT_USAGE;
    }
    print_error(error);
    return g_error_matches(error, MEDIA_ERROR, MEDIA_ERROR_CANCELLED) ? cancel_exit_status()
                                                                      : EXIT_TASK_FAILED;
}
