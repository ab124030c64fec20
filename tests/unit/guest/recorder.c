// SPDX-License-Identifier: GPL-3.0-or-later
// A Windows program for tests that stands in for any other: writes its name and arguments as a line to
// C:\record.txt and ends with the number in C:\exit\<name>, or 0.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

int main(int argc, char **argv)
{
    char path[MAX_PATH], exit_file[MAX_PATH + 16];
    int code = 0;

    GetModuleFileNameA(NULL, path, sizeof path);
    char *name = strrchr(path, '\\') + 1;
    *strrchr(name, '.') = '\0';
    FILE *record = fopen("C:\\record.txt", "a");
    if (record == NULL)
        return 99;
    fputs(name, record);
    for (int i = 1; i < argc; i++)
        fprintf(record, " [%s]", argv[i]);
    fputs("\n", record);
    fclose(record);
    snprintf(exit_file, sizeof exit_file, "C:\\exit\\%s", name);
    FILE *file = fopen(exit_file, "r");
    if (file != NULL) {
        if (fscanf(file, "%d", &code) != 1)
            code = 99;
        fclose(file);
    }
    return code;
}
