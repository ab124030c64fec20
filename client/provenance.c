// SPDX-License-Identifier: GPL-3.0-or-later
// sevenctl provenance: how a machine came to be, as the file that create --from takes.
#include "client/api.h"
#include "client/options.h"
#include "client/verbs.h"

#include <stdio.h>

static ExitCode run(Client *client, const Verb *verb, char **arguments)
{
    ExitCode code = EXIT_OK;
    g_auto(GStrv) words = options_parse(client, verb, NULL, 1, 1, arguments, &code);
    if (!words)
        return code;
    g_autofree char *path = api_path("vms", words[0], "provenance", NULL);
    g_autoptr(HttpAnswer) answer = NULL;
    g_autoptr(json_object) document = NULL;
    code = api_get(client, path, &answer);
    if (code == EXIT_OK)
        code = api_document(client, answer, &document);
    if (code != EXIT_OK)
        return code;
    if (client->json)
        api_print_raw(answer);
    else // ASCII, so that nothing in it can speak to the terminal
        puts(json_object_to_json_string_ext(document,
                                            JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
    return EXIT_OK;
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
