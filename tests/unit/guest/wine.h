// SPDX-License-Identifier: GPL-3.0-or-later
// A Wine prefix in a temporary folder, with COM1 and COM2 as pseudo-terminals whose host ends the test holds.
// Windows programs run in it as on the guest. Not here: what a test expects of them.
#pragma once

#include <gio/gio.h>

struct wine {
    char *folder; // everything of this test
    char *c;      // the host's path of C:
    char *program;
    char *server;
    int com[2]; // host ends of COM1 and COM2, non-blocking
    char **environment;
    int alive;     // closing it tells the cleaner that the tests are over
    pid_t cleaner; // removes everything afterwards
};

// Makes the prefix (some seconds). Aborts the test program when Wine does not work.
void wine_start(struct wine *wine, const char *program);
// Ends every program of the prefix and removes it; the same happens when the test program dies without.
void wine_stop(struct wine *wine);

// Makes a drive letter of a folder of the host.
void wine_map_drive(struct wine *wine, char letter, const char *folder);
// Copies a file into the prefix; the target, below C:, is as in "sevend/agent.exe". Makes folders as needed.
void wine_copy(struct wine *wine, const char *from, const char *to);
// Writes a text file; line ends are as given.
void wine_write(struct wine *wine, const char *to, const char *text);
// Text of a file below C: to g_free(), or NULL.
char *wine_read(struct wine *wine, const char *from);

// Starts a Windows program in the background: argv as for Windows, NULL-terminated. To g_object_unref().
GSubprocess *wine_spawn(struct wine *wine, const char *const *argv);
// Runs one to its end and returns its exit code. output, when not NULL, receives standard output to g_free().
int wine_run(struct wine *wine, const char *const *argv, char **output);
