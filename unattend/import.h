// SPDX-License-Identifier: GPL-3.0-or-later
// "answer_file" of a request: an autounattend.xml that somebody else wrote. It is read safely, checked
// against what Windows 7 knows, and completed with what sevend must own: which image goes where, the agent,
// the end of the first logon.
#pragma once

#include "unattend/answer_file.h"

typedef struct Import Import;

// Reads "answer_file" of @request. Adds faults, all at "/answer_file", each with pass, component, path and
// line. NULL if it is not given or faulty. Secrets of the file are kept apart from its tree.
Import *import_parse(json_object *request, Faults *faults);
void import_free(Import *import); // overwrites secrets

gboolean import_has_accounts(const Import *import);
// The fixed computer name of the file, or NULL. Borrowed.
const char *import_computer_name(const Import *import);

// Appends copies of the names of the file's accounts.
void import_add_account_names(const Import *import, GPtrArray *names);

// Faults of members of @request that would say again what the file says. @import is NULL if the file is
// faulty.
void import_check_members(const Import *import, json_object *request, Faults *faults);
// Whether the file divides the disk itself.
gboolean import_has_disk(const Import *import);
// What needs the disc: architecture, language, edition, the disk's size. Adds faults.
void import_check_target(const Import *import, const UnattendTarget *target, Faults *faults);

// A copy of the file's tree for @file->target's architecture, secrets as tokens of @file->secrets; every
// element says "/answer_file". The caller frees with xmlFreeDoc().
xmlDoc *import_copy(const Import *import, const UnattendTarget *target, SecretSlots *secrets);
// Completes @file->document, which import_copy() made.
void import_merge(const AnswerFile *file);

// The file's text with every secret masked, or NULL if it cannot be read. The caller frees.
char *import_mask_text(const char *text);
