// SPDX-License-Identifier: GPL-3.0-or-later
// Lines to the host over COM1: "sevend/1 <nonce> phase=… status=…". Everything here gives up quietly: a
// machine without COM1 (or with a stalled host) must install all the same, so nothing returns an error and
// nothing waits for long.
#pragma once

#include <stddef.h>
#include <wchar.h>

// The nonce for the lines that follow, of 32 hexadecimal digits; anything else, or NULL, means: the
// environment variable SEVEND_NONCE, else nonce.txt of the sevend folder, else "-" (which the host shows but
// does not obey).
void report_use_nonce(const wchar_t *nonce);

// Sends the words, joined by spaces, as one line. Of a word key=value whose value is empty or has a space or
// quote, the value is put in double quotes (and quotes inside become apostrophes). Characters outside
// printable ASCII become '?'.
void report_words(const wchar_t *const *words, size_t count);

// Sends one printf-formatted line, at most about 1000 characters.
__attribute__((format(printf, 1, 2))) void report_line(const char *format, ...);

// Sends the last count lines of a text file as they are, each cut to 500 characters, made printable ASCII. A
// line that looks like a report is indented, so that no log can speak for the scripts. A file that cannot be
// read is silence.
void report_file(const wchar_t *path, size_t count);
