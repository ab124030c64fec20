// SPDX-License-Identifier: GPL-3.0-or-later
// What Windows PE starts first: the programs of winpeshl.ini one after another. Exits 0 when all have ended,
// 2 when the file is invalid or a program cannot be started (Windows PE then leaves a command prompt and does
// nothing more).
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

enum { LONGEST = 4096 };

static WCHAR *trim(WCHAR *text)
{
    while (*text == L' ' || *text == L'\t')
        text++;
    for (size_t n = wcslen(text); n > 0 && wcschr(L" \t\r\n", text[n - 1]); n--)
        text[n - 1] = 0;
    return text;
}

// "program, options" or "AppPath = program"; the program must be named with its full path.
static int launch(WCHAR *entry)
{
    WCHAR expanded[LONGEST], line[LONGEST];
    ExpandEnvironmentStringsW(entry, expanded, LONGEST);
    WCHAR *options = wcschr(expanded, L',');
    if (options)
        *options++ = 0;
    WCHAR *program = trim(expanded);
    if (program[0] == 0 || program[1] != L':')
        return 2;
    swprintf(line, LONGEST, L"\"%ls\" %ls", program, options ? trim(options) : L"");
    DWORD code;
    return run_command(line, &code) == 0 ? 0 : 2;
}

int wmain(int argc, WCHAR **argv)
{
    WCHAR *text = argc == 2 ? read_text(argv[1]) : NULL;
    int section = 0;
    int launched = 0;
    if (!text)
        return 2;
    if (text[0] == 0xFEFF)
        text++;
    for (WCHAR *line = wcstok(text, L"\n"); line; line = wcstok(NULL, L"\n")) {
        line = trim(line);
        if (line[0] == 0 || line[0] == L';')
            continue;
        if (line[0] == L'[') {
            section = _wcsicmp(line, L"[LaunchApps]") == 0 ? 2 : _wcsicmp(line, L"[LaunchApp]") == 0 ? 1 : 0;
            continue;
        }
        if (section == 1) {
            WCHAR *value = wcschr(line, L'=');
            if (!value)
                return 2;
            line = trim(value + 1);
        }
        if (section != 0 && launch(line) != 0)
            return 2;
        launched += section != 0;
    }
    return launched > 0 ? 0 : 2;
}
