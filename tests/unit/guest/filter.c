// SPDX-License-Identifier: GPL-3.0-or-later
// A Windows program for tests: writes what it reads, at once, and ends with the number of lines.
#include <windows.h>

int main(void)
{
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE), output = GetStdHandle(STD_OUTPUT_HANDLE);
    char bytes[4096];
    DWORD count, written;
    int lines = 0;

    while (ReadFile(input, bytes, sizeof bytes, &count, NULL) && count > 0) {
        for (DWORD i = 0; i < count; i++)
            lines += bytes[i] == '\n';
        if (!WriteFile(output, bytes, count, &written, NULL))
            return 99;
    }
    return lines;
}
