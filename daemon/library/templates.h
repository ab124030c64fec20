// SPDX-License-Identifier: GPL-3.0-or-later
// Machine templates: JSON files of the operator (shipped ones and STATE/templates, which win). Read anew at
// each use: they are small, and an edit counts at once.
//
// { "description": "…", "architecture": "amd64" | "x86",
//   "request": { …members of a machine request… },
//   "limits": { "<phase>": seconds, "stall": seconds },
//   "domain_devices": [ "<device …/>" ] }            raw libvirt device XML; the isolation rule still holds
#pragma once

#include "common/json.h"
#include "daemon/daemon.h"
#include "daemon/library/discs.h"

typedef struct {
    char *name, *description, *architecture;
    json_object *document; // the whole file
    json_object *request;  // borrowed from document, or NULL
    char **domain_devices; // NULL-terminated
} Template;
void template_free(Template *template);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Template, template_free)

// Errors: LIBRARY_ERROR_NOT_FOUND; _REFUSED with every fault of the file ("bad-template: …").
Template *template_load(Daemon *daemon, const char *name, GError **error);
// Names of all templates, sorted; the caller frees with g_strfreev().
char **template_list(Daemon *daemon, GError **error);
// Seconds for @phase, or "stall": the template's (@template may be NULL), else the default for Windows 7 from
// DVD images on slow hosts.
guint template_limit(const Template *template, const char *phase);
