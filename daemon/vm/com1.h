// SPDX-License-Identifier: GPL-3.0-or-later
// COM1: lines that the guest writes, followed in virtlogd's log file. A report line carries the machine's
// nonce; anything else is guest output, shown and never obeyed. Every byte is hostile.
#pragma once

#include <glib.h>

typedef struct {
    char *phase;      // "winpe" …; NULL if the line is not a report with the right nonce
    char *status;     // "begin" …; or NULL
    GHashTable *keys; // char* → char*: the other key=value pairs (at most 32, values at most 256 bytes of
                      // safe UTF-8, the first of a name counts); NULL unless a report
    char *text; // the line as valid UTF-8 with control characters replaced, the nonce masked; at most 1024
                // bytes
} Com1Line;
void com1_line_free(Com1Line *line);
// Parses one line (without its end). Never NULL. Noise before "sevend/1 <nonce> " does not spoil a report: a
// guest that is reset in the middle of a line leaves some. Words that are no key=value are passed over.
Com1Line *com1_line_parse(const char *bytes, gsize length, const char *nonce);

typedef struct Com1Log Com1Log;
// @path need not exist yet. @offset: where an earlier run had got to (0 = from the start).
Com1Log *com1_log_new(const char *path, const char *nonce, guint64 offset);
void com1_log_free(Com1Log *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Com1Log, com1_log_free)
// New complete lines since the last call (at most 256 KiB and 4096 lines a call; overlong lines are cut at
// 4 KiB, the rest is dropped), as a GPtrArray of Com1Line that the caller owns. Survives rotation by virtlogd
// (the file in hand is read to its end, then the newer ones) and truncation. Of rotations between two runs,
// one is noticed if the new file is shorter than the offset. G_IO_ERROR if the file cannot be read.
GPtrArray *com1_log_read(Com1Log *log, GError **error);
guint64 com1_log_offset(const Com1Log *log); // of the first byte not yet returned
// Bytes seen in all, those before the first offset included: evidence of life.
guint64 com1_log_bytes(const Com1Log *log);

// The last @max_bytes of what was said, from virtlogd's older files too; empty if nothing was. Raw bytes, the
// nonce among them. The caller unrefs. G_IO_ERROR.
GBytes *com1_text_read(const char *path, gsize max_bytes, GError **error);
