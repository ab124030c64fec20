// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/export.h"

#include <stdio.h>

#include "client/api.h"
#include "client/download.h"
#include "client/report.h"

// Whatever came of it, the daemon need not keep the secrets any longer. A failure is not worth a word: it
// forgets the file by itself.
static void forget(Client *client, const char *path)
{
    ExitCode ignored = EXIT_OK;
    const HttpRequest request = { .method = "DELETE", .path = path };
    http_answer_free(http_send(client_http(client, &ignored), &request, NULL));
}

ExitCode export_fetch(Client *client, const HttpAnswer *answer, const Export *export,
                      const FollowLimits *limits)
{
    g_autoptr(json_object) document = NULL;
    g_autoptr(json_object) ended = NULL;
    ExitCode code = api_document(client, answer, &document);
    if (code != EXIT_OK)
        return code;
    const char *job = json_string_member(json_object_object_get(document, "job"), "id");
    const char *id = json_string_member(document, "export");
    if (!job || !id)
        return report_failure(client, EXIT_FAILED, "unexpected-answer",
                              "the answer of sevend names no job or export");
    code = follow_job(client, job, export->subject, limits, &ended);
    if (code != EXIT_OK)
        return code;
    g_autofree char *path = api_path("exports", id, NULL);
    const Download download = { .title = "fetching", .output = export->output, .mode = 0600 };
    guint64 bytes = 0;
    code = download_file(client, path, &download, &bytes);
    forget(client, path);
    if (code == EXIT_OK && client->json)
        api_print(ended);
    else if (code == EXIT_OK)
        printf("%s: %" G_GUINT64_FORMAT " bytes. It holds %s: keep it as you keep them.\n", export->output,
               bytes, export->secret);
    return code;
}
