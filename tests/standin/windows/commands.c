// SPDX-License-Identifier: GPL-3.0-or-later
// See commands.h.
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>

DWORD run_command(WCHAR *line, DWORD *exit_code)
{
    STARTUPINFOW startup = { .cb = sizeof startup };
    PROCESS_INFORMATION process;
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process))
        return GetLastError();
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, exit_code);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    return 0;
}

WCHAR *read_text(const WCHAR *path)
{
    enum { LARGEST = 1 << 20 };
    FILE *file = _wfopen(path, L"rb");
    if (!file)
        return NULL;
    char *bytes = malloc(LARGEST);
    WCHAR *text = calloc(LARGEST + 1, sizeof *text);
    if (bytes && text) {
        const int length = (int)fread(bytes, 1, LARGEST, file);
        MultiByteToWideChar(CP_UTF8, 0, bytes, length, text, LARGEST);
    }
    free(bytes);
    fclose(file);
    return text;
}
