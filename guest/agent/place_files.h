// SPDX-License-Identifier: GPL-3.0-or-later
// Files of the request that stand on the disk before the first logon: copies them from the config disc.
#pragma once

#include <wchar.h>

// folder holds files.txt (UTF-8, CRLF or LF; line i is where file i goes) and files\NNNN, four digits from
// 0000. Makes missing folders, replaces what is there. No files.txt: nothing to do. Reports a failure as
// "phase=specialize status=failed step=files index=I exit=ERROR". Returns 0, or 1 after a failure.
int place_files(const wchar_t *folder);
