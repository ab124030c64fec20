// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl driver add: sends an archive of drivers to the daemon and shows the package that it became.
#include "client/api.h"
#include "client/options.h"
#include "client/report.h"
#include "client/upload.h"
#include "client/verbs.h"

#include <stdio.h>

static ExitCode show(Client *client, const HttpAnswer *answer)
{
    g_autoptr(json_object) document = NULL;
    if (client->json) {
        api_print_raw(answer);
        return EXIT_OK;
    }
    const ExitCode code = api_document(client, answer, &document);
    json_object *imported = code == EXIT_OK ? json_object_object_get(document, "imported") : NULL;
    const gint64 left_out = imported ? json_int_member(imported, "left_out", 0) : 0;
    if (code != EXIT_OK)
        return code;
    driver_print(document);
    if (left_out > 0)
        printf("\n%" G_GINT64_FORMAT " files of the archive are for other systems and were left out\n",
               left_out);
    return EXIT_OK;
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    UploadOptions options = UPLOAD_OPTIONS_DEFAULT;
    g_autofree char *architecture = NULL;
    const GOptionEntry own[] = {
        { "architecture", 0, 0, G_OPTION_ARG_STRING, &architecture,
          "of a collection for several: amd64 or x86 alone", "ARCH" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_autofree GOptionEntry *entries = upload_entries(&options, own);
    g_autoptr(HttpAnswer) answer = NULL;
    g_auto(GStrv) words = options_parse(client, verb, entries, 2, 2, arguments, &code);
    g_autofree char *sha256 = options.sha256;
    if (!words)
        return code;
    if (g_file_test(words[1], G_FILE_TEST_IS_DIR))
        return report_usage(verb, "%s is a folder: send an archive of it (tar -cf drivers.tar -C %s .)",
                            words[1], words[1]);
    g_autofree char *escaped = architecture ? g_uri_escape_string(architecture, NULL, FALSE) : NULL;
    g_autofree char *query = architecture ? g_strconcat("?architecture=", escaped, NULL) : NULL;
    const UploadTarget target = {
        .collection = "drivers", .name = words[0], .file = words[1], .query = query
    };
    code = upload_send(client, verb, &options, &target, &answer);
    return code == EXIT_OK ? show(client, answer) : code;
}

const Verb verb_driver_add = {
    .name = "driver add",
    .arguments = "NAME FILE",
    .summary = "Send an archive of drivers; it becomes a driver package",
    .notes = "FILE is a .zip, .tar (packed or not), .cab, .7z or .iso. Of the virtio-win ISO, and of others "
             "with a\n"
             "folder for each version of Windows, what is for Windows 7 is taken. Interrupted, it goes on "
             "where it\n"
             "stopped. At the end it shows the package: what each driver is for, how it is signed, what is "
             "wrong.\n",
    .examples = "  sevenctl driver add virtio-win-w7 ~/isos/virtio-win-0.1.173.iso\n"
                "  sevenctl driver add raid vendor-raid.zip --architecture amd64\n",
    .run = run,
};
