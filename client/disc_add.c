// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl disc add: sends an ISO image to the daemon and shows what the daemon makes of it.
#include "client/api.h"
#include "client/options.h"
#include "client/upload.h"
#include "client/verbs.h"

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    UploadOptions options = UPLOAD_OPTIONS_DEFAULT;
    g_autofree GOptionEntry *entries = upload_entries(&options, NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    g_auto(GStrv) words = options_parse(client, verb, entries, 2, 2, arguments, &code);
    g_autofree char *sha256 = options.sha256;
    if (!words)
        return code;
    const UploadTarget target = { .collection = "discs", .name = words[0], .file = words[1] };
    code = upload_send(client, verb, &options, &target, &answer);
    return code == EXIT_OK ? disc_show(client, words[0]) : code;
}

const Verb verb_disc_add = {
    .name = "disc add",
    .arguments = "NAME FILE",
    .summary = "Send an ISO image to the disc folder",
    .notes =
        "Interrupted, by a broken connection or by Ctrl-C, it goes on where it stopped: by itself, or when\n"
        "the same command is given again within a day. At the end it shows what is on the disc; a disc\n"
        "that cannot be used is kept all the same, and the exit code is 6.\n",
    .examples = "  sevenctl disc add win7-sp1-x64 ~/isos/en_windows_7_ultimate_with_sp1_x64.iso\n"
                "  sevenctl disc add win7 win7.iso --sha256 \"$(sha256sum win7.iso | cut -d ' ' -f 1)\"\n",
    .run = run,
};
