// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl provenance: how a machine came to be, as the file that create --from takes.
#include "client/api.h"
#include "client/options.h"
#include "client/terminal.h"
#include "client/verbs.h"

#include <stdio.h>
#include <string.h>

void provenance_print(json_object *document)
{
    const char *text =
        json_object_to_json_string_ext(document, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
    safe_write(stdout, text, strlen(text));
    putchar('\n');
}

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 1, 1, arguments, &code);
    if (!words)
        return code;
    g_autofree char *path = api_path("vms", words[0], "provenance", NULL);
    return api_show(client, path, provenance_print);
}

const Verb verb_provenance = {
    .name = "provenance",
    .arguments = "NAME",
    .summary = "Show how a machine came to be: hashes, versions, the request",
    .notes =
        "It holds no secret. create --from makes the same machine from it again, and says what differs.\n",
    .examples = "  sevenctl provenance compat-01 > compat-01.json\n"
                "  sevenctl create compat-02 --from compat-01.json --password-file pw\n",
    .run = run,
};
