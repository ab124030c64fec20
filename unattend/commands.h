// SPDX-License-Identifier: GPL-3.0-or-later
// Commands of a request: "specialize", "first_logon", "logon". Reading them, their limits, and how the guest
// gets them.
#pragma once

#include "common/json.h"

// The agent runs each command of the specialize pass and reports its exit code; Setup sees 0 always.
#define COMMAND_AGENT "C:\\sevend\\sevend-agent.exe"

#define MAX_COMMANDS 100
// Deployment/RunSynchronousCommand/Path: 259 characters [D].
#define SPECIALIZE_PATH_MAX 259
// SynchronousCommand/CommandLine and AsynchronousCommand/CommandLine: 1024 [D].
#define COMMAND_LINE_MAX 1024

typedef struct {
    char *pointer;     // of the setting, "/first_logon/0"
    char *command;     // a command line, for cmd.exe where it is one of the first logon
    char *description; // or NULL
    gboolean stop;     // a failure ends the install
    gboolean reboot;   // the machine restarts after it
} UnattendCommand;

UnattendCommand *unattend_command_new(const char *pointer, const char *command, gboolean stop);
void unattend_command_free(gpointer command);

typedef enum {
    COMMANDS_SPECIALIZE, // member "specialize"
    COMMANDS_FIRST_LOGON,
    COMMANDS_LOGON,
} CommandList;

// Reads a list of @request. Adds faults. Returns an array of UnattendCommand, empty if there are none.
GPtrArray *unattend_commands_parse(json_object *request, CommandList list, Faults *faults);

// The RunSynchronousCommand/Path of a command in the specialize pass. The caller frees.
char *specialize_path(const UnattendCommand *command);
