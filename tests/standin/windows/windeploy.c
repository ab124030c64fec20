// SPDX-License-Identifier: GPL-3.0-or-later
// Runs command lines from a file, one a line, each to its end, as Windows' deployment programs run those of
// an answer file: windeploy LIST RESULTS. RESULTS gets "exit CODE" or "error NUMBER" a line. A failed command
// stops nothing.
#include "commands.h"

#include <stdio.h>
#include <wchar.h>

int wmain(int argc, WCHAR **argv)
{
    if (argc != 3)
        return 2;
    WCHAR *text = read_text(argv[1]);
    FILE *results = _wfopen(argv[2], L"wb");
    if (!text || !results)
        return 2;
    for (WCHAR *line = wcstok(text, L"\r\n"); line; line = wcstok(NULL, L"\r\n")) {
        // Not expanded: whoever wants %variables% has to call cmd.exe.
        DWORD code = 0;
        const DWORD error = run_command(line, &code);
        if (error)
            fprintf(results, "error %lu\n", (unsigned long)error);
        else
            fprintf(results, "exit %lu\n", (unsigned long)code);
        fflush(results);
    }
    fclose(results);
    return 0;
}
