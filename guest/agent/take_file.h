// SPDX-License-Identifier: GPL-3.0-or-later
// A file that came on a disc, in place of the slow port: the host has put one in that holds
// \sevend\ID.bin. Copied under another name beside its final one, held against its hash, then named.
#pragma once

#include <wchar.h>

struct take_file {
    const wchar_t *id;       // names the file on the disc
    const wchar_t *size;     // decimal
    const wchar_t *sha256;   // hexadecimal
    const wchar_t *modified; // 100 ns since 1601 (FILETIME), decimal
    wchar_t *path;           // absolute; where it goes to. May be changed.
};

// 0, or a Windows error (ERROR_CRC: it does not hash to what was said), with one line on standard error. The
// disc is waited for a minute. On failure nothing of the file is left.
int take_file(const struct take_file *request);
