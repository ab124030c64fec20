// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes of a large file on their way to the disk: whoever receives them goes on receiving while a thread
// writes, past the page cache where the file system can (O_DIRECT). A disc of 3 GB so neither waits for the
// disk at each piece, nor pushes out of memory what guests have cached there.
#pragma once

#include <glib.h>

typedef struct FileAppender FileAppender;

// Appends to @fd, open for reading and writing, from @offset on: both are the caller's, and nobody else may
// use @fd until the appender is flushed or freed. Holds FILE_APPENDER_BUFFERS buffers at most.
FileAppender *file_appender_new(int fd, guint64 offset);
#define FILE_APPENDER_BUFFERS      3
#define FILE_APPENDER_BUFFER_BYTES (2u << 20)

// Copies the bytes; waits while all buffers are full. Returns 0, or the errno of a write that failed, perhaps
// of bytes that were handed over earlier; nothing is written after that.
int file_appender_write(FileAppender *appender, const void *bytes, gsize length);

// Waits until everything is in the file (not on the disk: that is fsync's). 0 or errno, as above.
int file_appender_flush(FileAppender *appender);

// Frees without writing what is still in the buffers.
void file_appender_free(FileAppender *appender);
