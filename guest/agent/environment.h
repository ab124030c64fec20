// SPDX-License-Identifier: GPL-3.0-or-later
// Environment blocks: "NAME=value" after "NAME=value", each with its NUL, another NUL at the end, sorted by
// name without regard to case, as CreateProcess wants it [D].
#pragma once

#include <stddef.h>
#include <wchar.h>

// A copy of base in which the changes, "NAME=value", take the place of what has their name; an empty value
// takes the variable away, the last change of a name counts. To free(); NULL when memory is out.
wchar_t *environment_merge(const wchar_t *base, wchar_t *const *changes, size_t count);
