// SPDX-License-Identifier: GPL-3.0-or-later
// What every verb is given: the global options and the way to the daemon; and what a verb is.
#pragma once

#include <glib.h>

#include "client/exit_code.h"
#include "client/http.h"

#define DEFAULT_SOCKET "/run/sevend/sevend.sock"

typedef struct {
    gboolean json;    // print what the API answers, as it is
    gboolean verbose; // show the job's messages too
    char *socket_path;
    char *host; // URL, or NULL: the socket
    char *token_file;
    char *ca_file;
    Http *http; // made on first use: client_http()
} Client;

// The way to the daemon. NULL after reporting that the options do not fit (*ret_code: EXIT_USAGE). Borrowed.
Http *client_http(Client *client, ExitCode *ret_code);
void client_clear(Client *client);

typedef struct Verb Verb;
struct Verb {
    const char *name;      // one or two words: "create", "disc ls"
    const char *arguments; // "NAME…", or ""
    const char *summary;   // one line without a stop
    const char *notes;     // paragraphs for --help after the options, or NULL
    const char *examples;  // lines for --help
    // @arguments: NULL-terminated, without the verb's own words. Reports what went wrong itself.
    ExitCode (*run)(Client *client, const Verb *verb, char **arguments);
};

// All verbs in the order of the help, NULL-terminated.
extern const Verb *const verbs[];
