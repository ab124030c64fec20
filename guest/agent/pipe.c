// SPDX-License-Identifier: GPL-3.0-or-later
#include "guest/agent/pipe.h"

#include <sddl.h>
#include <stdio.h>

// LocalSystem, administrators, and whoever is logged on at the screen.
#define WHO L"D:(A;;GA;;;SY)(A;;GA;;;BA)(A;;GRGW;;;IU)"

void pipe_new_name(wchar_t *stem)
{
    static LONG count;

    _snwprintf(stem, PIPE_NAME_MAX, L"\\\\.\\pipe\\sevend-agent-%lu-%ld", GetCurrentProcessId(),
               InterlockedIncrement(&count));
}

static HANDLE serve(const wchar_t *stem, const wchar_t *what, DWORD mode)
{
    wchar_t name[PIPE_NAME_MAX + 16];
    SECURITY_ATTRIBUTES security = { .nLength = sizeof security };

    _snwprintf(name, PIPE_NAME_MAX + 16, L"%ls-%ls", stem, what);
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(WHO, SDDL_REVISION_1,
                                                              &security.lpSecurityDescriptor, NULL))
        return INVALID_HANDLE_VALUE;
    HANDLE pipe = CreateNamedPipeW(name, mode | FILE_FLAG_FIRST_PIPE_INSTANCE, PIPE_TYPE_BYTE | PIPE_WAIT, 1,
                                   PIPE_SIZE, PIPE_SIZE, 0, &security);
    DWORD error = GetLastError();
    LocalFree(security.lpSecurityDescriptor);
    SetLastError(error);
    return pipe;
}

HANDLE pipe_serve_output(const wchar_t *stem, const wchar_t *what)
{
    return serve(stem, what, PIPE_ACCESS_INBOUND);
}

HANDLE pipe_serve_input(const wchar_t *stem, const wchar_t *what)
{
    return serve(stem, what, PIPE_ACCESS_OUTBOUND | FILE_FLAG_OVERLAPPED);
}

HANDLE pipe_connect(const wchar_t *stem, const wchar_t *what, DWORD access)
{
    wchar_t name[PIPE_NAME_MAX + 16];
    SECURITY_ATTRIBUTES inherit = { .nLength = sizeof inherit, .bInheritHandle = TRUE };

    _snwprintf(name, PIPE_NAME_MAX + 16, L"%ls-%ls", stem, what);
    return CreateFileW(name, access, 0, &inherit, OPEN_EXISTING, 0, NULL);
}
