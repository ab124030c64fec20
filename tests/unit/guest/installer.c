// SPDX-License-Identifier: GPL-3.0-or-later
// A Windows program for tests that behaves as an installer does: "/log FILE" is where it writes what it did.
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    const char *path = NULL;

    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], "/log") == 0)
            path = argv[i + 1];
    FILE *log = path != NULL ? fopen(path, "w") : NULL;
    if (log == NULL)
        return 87; // ERROR_INVALID_PARAMETER
    fprintf(log, "%s: installed\n", argv[0]);
    return fclose(log) == 0 ? 0 : 1;
}
