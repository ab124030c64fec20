// SPDX-License-Identifier: GPL-3.0-or-later
// Files and folders to and from a machine; what `sevenctl cp` does once it knows which way.
#pragma once

#include "client/client.h"

typedef struct {
    Client *client;
    const char *machine;
    gboolean quiet; // no line for each file
    guint files;
    guint64 bytes;
} Copy;

// "/v1/vms/NAME/RESOURCE?path=PATH"; the caller frees.
char *copy_api_path(const Copy *copy, const char *resource, const char *path);
// What is at a path in the machine (FolderInMachine). *@ret_found is NULL, with EXIT_OK, where there is
// nothing. The caller owns the reference.
ExitCode copy_look(const Copy *copy, const char *path, json_object **ret_found);
// TRUE if the answer is a problem with that code.
gboolean copy_refused_as(const HttpAnswer *answer, const char *code);
void copy_told(Copy *copy, const char *from, const char *to, guint64 bytes);

// @from: a host's file or folder. @to: absolute in the machine; a folder that is there, or ends in a slash,
// takes
// @from in under its own name. Reports what fails; what was copied before stays.
ExitCode copy_in(Copy *copy, const char *from, const char *to);
// The same the other way.
ExitCode copy_out(Copy *copy, const char *from, const char *to);
