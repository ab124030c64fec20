// SPDX-License-Identifier: GPL-3.0-or-later
// What the guest reports of the request's commands and files, in words: by the setting's JSON pointer, which
// the agent carries along, and by its description. Pure.
#pragma once

#include "common/json.h"
#include "daemon/vm/com1.h"

// What @line says of a command that has ended, of a restart between two, or of files that were placed
// ("status=command", "reboot", "resume", "files"), for the job's log; NULL if it says nothing of the kind.
// @request (NULL: unknown) has the descriptions. The caller frees.
char *command_report_text(const Com1Line *line, json_object *request);

// Code and text of a failure ("status=failed") in phase specialize or first-logon. *@ret_text: the caller
// frees. Borrowed code.
const char *command_report_failure(const Com1Line *line, json_object *request, char **ret_text);
