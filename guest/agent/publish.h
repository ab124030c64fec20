// SPDX-License-Identifier: GPL-3.0-or-later
// A file that the host is to read from the disk, past Windows: everything of it is brought to the disk first.
#pragma once

#include <wchar.h>

// Writes the file, and its volume's own books, to the disk; prints "SHA256 SIZE FILETIME" on one line. 0, or
// a Windows error with one line on standard error. path: absolute; may be changed.
int publish_file(wchar_t *path);
