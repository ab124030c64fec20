// SPDX-License-Identifier: GPL-3.0-or-later
// The switches of a request: the table-driven members of "system", "desktop", "updates" and "security", and
// "features". switch_table.c says what there is and what carries it.
#pragma once

#include "unattend/unattend.h"

typedef struct Switches Switches;

// Reads every switch of @request, and checks the members of "desktop", "updates" and "security"; those of
// "system" are checked by whoever reads the rest of it, with switches_check_members(). Adds faults. A switch
// that is not given has no effect at all.
Switches *switches_parse(json_object *request, Faults *faults);
void switches_free(Switches *switches);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Switches, switches_free)

// json_check_members() for @section at @pointer, with @others (NULL-terminated, or NULL) beside its switches;
// names that only other Windows versions have get the fault "not-in-windows-7". TRUE if @object is one.
gboolean switches_check_members(json_object *object, const char *section, const char *const *others,
                                Faults *faults);

// What the target's edition and architecture lack. Adds faults: not-in-edition, not-on-architecture.
void switches_check_target(const Switches *switches, const UnattendTarget *target, Faults *faults);

// Append commands (UnattendCommand): of pass specialize, which never stop the install, and of the first
// logon.
void switches_add_specialize_commands(const Switches *switches, GPtrArray *commands);
void switches_add_first_logon_commands(const Switches *switches, GPtrArray *commands);
// How often the machine restarts for them at the first logon.
guint switches_restarts(const Switches *switches);

// Calls @visit for each element of the answer file that a switch asks for, in the table's order: @path below
// @component in @pass, as in switch_table.h.
typedef struct {
    const char *pointer; // of the switch
    const char *pass;
    const char *component;
    const char *path;
    const char *text;
} SwitchElement;
typedef void (*SwitchElementVisitor)(const SwitchElement *element, gpointer data);
void switches_each_element(const Switches *switches, SwitchElementVisitor visit, gpointer data);
