// SPDX-License-Identifier: GPL-3.0-or-later
// See commands.h.
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>

// In emulation on a busy host, Wine now and then gives a new process up with this error, which Windows does
// not have for it; the same line starts a moment later.
#define WINE_GAVE_UP ERROR_INTERNAL_ERROR
#define ATTEMPTS     5
#define BETWEEN_MS   500

static BOOL start(WCHAR *line, PROCESS_INFORMATION *process)
{
    STARTUPINFOW startup = { .cb = sizeof startup };
    for (int attempt = 1; !CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, process);
         attempt++) {
        const DWORD error = GetLastError();
        if (error != WINE_GAVE_UP || attempt == ATTEMPTS) {
            SetLastError(error);
            return FALSE;
        }
        Sleep(BETWEEN_MS);
    }
    return TRUE;
}

DWORD run_command(WCHAR *line, DWORD *exit_code)
{
    PROCESS_INFORMATION process;
    if (!start(line, &process))
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
