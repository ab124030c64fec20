// SPDX-License-Identifier: GPL-3.0-or-later
// What the template files share. Private to daemon/library.
#pragma once

#include "daemon/library/templates.h"

// Path of template @name: STATE/templates before the shipped ones. NULL if there is none. The caller frees.
char *template_path(Daemon *daemon, const char *name);

// Reads the file of @name and those it extends into an array of TemplateFile, nearest first. Faults of each
// (its form, a parent that is missing, a circle) are in its ->faults. NULL if there is no such template. The
// caller owns the array.
GPtrArray *template_chain_read(Daemon *daemon, const char *name);

// Names of the phases and "stall" that "limits" may have, NULL-terminated. Owned by templates.c.
const char *const *template_limit_names(void);

// The documents of @files from @index on, merged. A new reference.
json_object *template_chain_merge(const GPtrArray *files, guint index);

// Checks the "request" that each file of @files leads to and adds what is wrong to the file that says so.
// @machines: see machine_request_check_template().
void template_chain_check(const GPtrArray *files, guint machines);
