// SPDX-License-Identifier: GPL-3.0-or-later
// Machine templates: JSON files of the operator (shipped ones and STATE/templates, which win). Read anew at
// each use: they are small, and an edit counts at once.
//
// { "extends": "<another template>",               whose members this one's go over, as a request's over it
//   "description": "…", "architecture": "amd64" | "x86",
//   "request": { …members of a machine request… },
//   "limits": { "<phase>": seconds, "stall": seconds },
//   "domain_devices": [ "<device …/>" ] }            raw libvirt device XML; the isolation rule still holds
//
// Objects are merged member by member, lists are replaced whole, null takes a member away (json_merge()).
#pragma once

#include "common/json.h"
#include "daemon/daemon.h"
#include "daemon/library/discs.h"

#define TEMPLATE_MAX_FILES 8 // a template and those that it extends

// One file.
typedef struct {
    char *name, *path;
    json_object *document;
    json_object *request; // borrowed from document, or NULL
    Faults *faults;
} TemplateFile;

typedef struct {
    char *name, *description, *architecture;
    GPtrArray *files;      // of TemplateFile: its own, then those that it extends, nearest first
    json_object *document; // resolved; without "extends"
    json_object *request;  // borrowed from document, or NULL
    char **domain_devices; // NULL-terminated
} Template;
void template_free(Template *template);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Template, template_free)

// Checks the file and all that it extends. Errors: LIBRARY_ERROR_NOT_FOUND; _REFUSED with every fault of all
// the files, each with its file and JSON pointer ("bad-template: …").
Template *template_load(Daemon *daemon, const char *name, GError **error);
// Names of all templates, sorted; the caller frees with g_strfreev().
char **template_list(Daemon *daemon, GError **error);
// Seconds for @phase, or "stall": the template's (@template may be NULL), else the default for Windows 7 from
// DVD images on slow hosts.
guint template_limit(const Template *template, const char *phase);
