// SPDX-License-Identifier: GPL-3.0-or-later
// One program under many names (setup.exe, drvload.exe, wpeutil.exe, wpeinit.exe, shutdown.exe,
// exitwins.exe): hands its command line to the Linux side of the stand-in, prints the answer and exits with
// its code. See runtime/calls.sh.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <stdio.h>
#include <wchar.h>

#define CALLS L"\\\\?\\unix\\run\\standin\\calls\\"

enum { POLL_MS = 100, LONGEST = 32768 };

static void write_line(FILE *file, const WCHAR *text)
{
    static char utf8[LONGEST * 3];
    WideCharToMultiByte(CP_UTF8, 0, text, -1, utf8, sizeof utf8, NULL, NULL);
    fprintf(file, "%s\n", utf8);
}

static void base_name(const WCHAR *path, WCHAR *name, size_t length)
{
    const WCHAR *start = wcsrchr(path, L'\\');
    wcsncpy(name, start ? start + 1 : path, length - 1);
    name[length - 1] = 0;
    WCHAR *dot = wcsrchr(name, L'.');
    if (dot)
        *dot = 0;
    _wcslwr(name); // not CharLower: user32 takes long to load
}

static void print_file(const WCHAR *path)
{
    FILE *file = _wfopen(path, L"rb");
    char buffer[512];
    size_t length;
    if (!file)
        return;
    while ((length = fread(buffer, 1, sizeof buffer, file)) > 0)
        fwrite(buffer, 1, length, stdout);
    fflush(stdout);
    fclose(file);
}

int wmain(void)
{
    static WCHAR module[LONGEST], folder[LONGEST];
    WCHAR name[64], call[128], path[160], ready[160];
    GetModuleFileNameW(NULL, module, LONGEST);
    GetCurrentDirectoryW(LONGEST, folder);
    base_name(module, name, 64);
    swprintf(call, 128, CALLS L"%lu", (unsigned long)GetCurrentProcessId());

    swprintf(path, 160, L"%ls.new", call);
    swprintf(ready, 160, L"%ls.call", call);
    FILE *file = _wfopen(path, L"wb");
    if (!file)
        return 1;
    write_line(file, name);
    write_line(file, GetCommandLineW());
    write_line(file, module);
    write_line(file, folder);
    fclose(file);
    MoveFileW(path, ready);

    swprintf(path, 160, L"%ls.code", call);
    FILE *answer;
    while (!(answer = _wfopen(path, L"rb")))
        Sleep(POLL_MS);
    int code = 1;
    if (fscanf(answer, "%d", &code) != 1)
        code = 1;
    fclose(answer);
    DeleteFileW(path);
    swprintf(path, 160, L"%ls.output", call);
    print_file(path);
    DeleteFileW(path);
    return code;
}
