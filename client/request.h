// SPDX-License-Identifier: GPL-3.0-or-later
// A machine request from a file and from options, for create and answer-file. Checks only what the command
// line can get wrong; what a request may hold is the daemon's to say.
#pragma once

#include "client/client.h"
#include "common/json.h"

typedef struct RequestOptions RequestOptions;
RequestOptions *request_options_new(void);
void request_options_free(RequestOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RequestOptions, request_options_free)

// The options that describe a machine, and after them @more (terminated by a NULL name). They point into
// @options. The caller frees the array.
GOptionEntry *request_entries(RequestOptions *options, const GOptionEntry *more);
// The document of --from, once request_build() has read it; borrowed; NULL: not given.
json_object *request_provenance(const RequestOptions *options);
// TRUE if any of them was given.
gboolean request_options_given(const RequestOptions *options);

// The request: the file of --file, over it the options, over it @name (may be NULL). Asks on the terminal for
// passwords that --user left out. EXIT_OK and *@ret_request (the caller owns the reference), or a reported
// EXIT_USAGE, or EXIT_INTERRUPTED at the question.
ExitCode request_build(RequestOptions *options, const Verb *verb, const char *name,
                       json_object **ret_request);
