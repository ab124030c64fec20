// SPDX-License-Identifier: GPL-3.0-or-later
// Asking the daemon, for verbs: paths, requests, documents. Every failure is reported in here; a verb only
// passes the exit code on. Functions return EXIT_OK and set what they return, or leave it alone.
#pragma once

#include "client/client.h"
#include "common/json.h"

// "/v1" and the segments, each escaped, up to NULL. The caller frees.
char *api_path(const char *first, ...) G_GNUC_NULL_TERMINATED;

// Any request; a status beyond 2xx is a failure. The caller frees the answer.
ExitCode api_call(Client *client, const HttpRequest *request, HttpAnswer **ret_answer);
ExitCode api_get(Client *client, const char *path, HttpAnswer **ret_answer);
// @body may be NULL.
ExitCode api_post(Client *client, const char *path, const char *body, HttpAnswer **ret_answer);

// The answer's JSON object. The caller owns the reference.
ExitCode api_document(const Client *client, const HttpAnswer *answer, json_object **ret_document);
// With --json: the answer as it came, and a line end. Harmless for terminals.
void api_print_raw(const HttpAnswer *answer);

// With --json, for answers that are text: {"@member": "…"}; bytes that are not UTF-8 are replaced.
void api_print_text(const HttpAnswer *answer, const char *member);
// A document that was put together here, on one line.
void api_print(json_object *document);

// GET @path and show it: raw with --json, else through @print.
ExitCode api_show(Client *client, const char *path, void (*print)(json_object *document));

// GET @path (may hold a query) page after page until @limit items (0: all) are there. *@ret_list has them all
// in member @member, and next_cursor of the last page. The caller owns the reference.
ExitCode api_list(Client *client, const char *path, const char *member, guint limit, json_object **ret_list);

// A verb whose words are names in the collection: DELETE each, go on after a failure. The first failure's
// code.
ExitCode api_delete_each(Client *client, const Verb *verb, const char *collection, char **arguments);

// The object under @member ("job", "vm") if @document has it, else @document itself: an answer to POST wraps
// the job, GET does not. Borrowed.
json_object *api_unwrap(json_object *document, const char *member);
