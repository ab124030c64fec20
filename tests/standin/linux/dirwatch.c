// SPDX-License-Identifier: GPL-3.0-or-later
// Waits for files without polling, which in emulation would cost a guest a fifth of its processor.
//   dirwatch [-1] FOLDER PATTERN   prints the name of each file that is there or is renamed to such a name;
//                                  with -1 it ends after the first
#include <dirent.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { BUFFER = 4096 };

static bool once;

// Whether that was all.
static bool found(const char *name, const char *pattern)
{
    if (fnmatch(pattern, name, 0) != 0)
        return false;
    puts(name);
    fflush(stdout);
    return once;
}

static bool look(const char *folder, const char *pattern)
{
    DIR *dir = opendir(folder);
    bool all = false;
    for (struct dirent *entry; dir && !all && (entry = readdir(dir));)
        all = found(entry->d_name, pattern);
    if (dir)
        closedir(dir);
    return all;
}

int main(int argc, char **argv)
{
    once = argc > 1 && strcmp(argv[1], "-1") == 0;
    if (argc != (once ? 4 : 3))
        return 2;
    const char *folder = argv[argc - 2], *pattern = argv[argc - 1];
    // Watched before it is looked at: a file that comes between the two may be named twice, never missed.
    const int watch = inotify_init1(IN_CLOEXEC);
    if (watch < 0 || inotify_add_watch(watch, folder, IN_MOVED_TO) < 0)
        return 1;
    if (look(folder, pattern))
        return 0;
    for (;;) {
        _Alignas(struct inotify_event) char buffer[BUFFER];
        const ssize_t length = read(watch, buffer, sizeof buffer);
        if (length <= 0)
            return 1;
        for (ssize_t at = 0; at < length;) {
            const struct inotify_event *event = (const struct inotify_event *)(buffer + at);
            if (event->len > 0 && found(event->name, pattern))
                return 0;
            at += (ssize_t)(sizeof *event + event->len);
        }
    }
}
