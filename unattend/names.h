// SPDX-License-Identifier: GPL-3.0-or-later
// What Windows 7 accepts as computer name and as user name. Sources: FACTS "Answer file" [D], the catalogue's
// forbidden_chars for LocalAccount/Name and ComputerName, Microsoft KB 909264 (reserved words).
#pragma once

#include "common/faults.h"

#define COMPUTER_NAME_MAX 15 // NetBIOS, in bytes [D]
#define USER_NAME_MAX     20 // SAM account name, in UTF-16 units [D]

// Not allowed in LocalAccount/Name and AutoLogon/Username [D].
#define USER_NAME_FORBIDDEN "\"/\\[]:;|=,+*?<>@%"

// Each adds every fault it finds. Length and control characters are text_rules.h's.
void computer_name_check(const char *name, const char *pointer, Faults *faults);
void user_name_check(const char *name, const char *pointer, Faults *faults);

// A valid computer name made from any text: upper case, other characters as '-', the middle left out where it
// is too long (numbers at the end tell machines apart), "-PC" appended where Windows would refuse it or where
// it is in
// @taken (NULL-terminated, without regard to case). The caller frees.
char *computer_name_from(const char *machine_name, const char *const *taken);

// Whether two names are one to Windows: equal without regard to case.
gboolean names_collide(const char *a, const char *b);
