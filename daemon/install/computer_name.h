// SPDX-License-Identifier: GPL-3.0-or-later
// Computer names that are patterns: "LAB-{n}" is the lowest number that no machine of this daemon has,
// "LAB-{random}" six random letters and digits. A pattern is resolved before libunattend sees the request,
// and the name, not the pattern, is what the machine's request keeps.
#pragma once

#include "common/json.h"
#include "daemon/daemon.h"

// Checks system.computer_name of @request, if it is a pattern, against the limits of computer names with
// numbers up to @machines. A good pattern is replaced by an example, a faulty one removed, so that others see
// a plain request. Codes: bad-pattern, too-long.
void computer_name_check_pattern(json_object *request, guint machines, Faults *faults);

// The pattern in @request, or NULL if its computer name is none. The caller frees.
char *computer_name_pattern(json_object *request);

// Replaces the pattern in @request, if there is one, by the next name that fits it and that neither a machine
// nor one of the request's users has. Faults as above. FALSE with @error if the store cannot be read. The
// name is free until another thread takes it: for a name to be kept, the caller holds computer_name_lock()
// until the machine's row stands.
gboolean computer_name_settle(Daemon *daemon, json_object *request, Faults *faults, GError **error);
// As computer_name_settle() from @pattern, which was checked before; NULL with @error. The caller frees.
char *computer_name_next(Daemon *daemon, json_object *request, const char *pattern, GError **error);

GMutex *computer_name_lock(void);

// The computer name that a stored @request (without pattern) leads to, for machine @machine_name. NULL if
// only its answer file knows. The caller frees.
char *computer_name_of(json_object *request, const char *machine_name);
