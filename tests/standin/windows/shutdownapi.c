// SPDX-License-Identifier: GPL-3.0-or-later
// The part of advapi32.dll that ends the machine: starts shutdown.exe. All other functions are forwarded to
// Wine's.
#define WIN32_LEAN_AND_MEAN
#define WINADVAPI // these are not imported but made here
#include <windows.h>

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    (void)instance;
    (void)reason;
    (void)reserved;
    return TRUE;
}

static void append(WCHAR *line, const WCHAR *text)
{
    line += lstrlenW(line);
    lstrcpyW(line, text);
}

static BOOL start_shutdown(BOOL reboot, DWORD seconds)
{
    WCHAR line[128] = L"shutdown.exe ", digits[16];
    int at = 15;
    STARTUPINFOW startup;
    PROCESS_INFORMATION process;
    SecureZeroMemory(&startup, sizeof startup);
    startup.cb = sizeof startup;
    digits[at] = 0;
    do {
        digits[--at] = (WCHAR)(L'0' + seconds % 10);
        seconds /= 10;
    } while (seconds);
    append(line, reboot ? L"/r /t " : L"/s /t ");
    append(line, digits + at);
    if (!CreateProcessW(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process))
        return FALSE;
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    return TRUE;
}

BOOL WINAPI InitiateSystemShutdownW(LPWSTR machine, LPWSTR message, DWORD seconds, BOOL force, BOOL reboot)
{
    (void)machine;
    (void)message;
    (void)force;
    return start_shutdown(reboot, seconds);
}

BOOL WINAPI InitiateSystemShutdownA(LPSTR machine, LPSTR message, DWORD seconds, BOOL force, BOOL reboot)
{
    (void)machine;
    (void)message;
    (void)force;
    return start_shutdown(reboot, seconds);
}

BOOL WINAPI InitiateSystemShutdownExW(LPWSTR machine, LPWSTR message, DWORD seconds, BOOL force, BOOL reboot,
                                      DWORD reason)
{
    (void)machine;
    (void)message;
    (void)force;
    (void)reason;
    return start_shutdown(reboot, seconds);
}

BOOL WINAPI InitiateSystemShutdownExA(LPSTR machine, LPSTR message, DWORD seconds, BOOL force, BOOL reboot,
                                      DWORD reason)
{
    (void)machine;
    (void)message;
    (void)force;
    (void)reason;
    return start_shutdown(reboot, seconds);
}

DWORD WINAPI InitiateShutdownW(LPWSTR machine, LPWSTR message, DWORD seconds, DWORD flags, DWORD reason)
{
    (void)machine;
    (void)message;
    (void)reason;
    return start_shutdown((flags & 0x4) != 0, seconds) ? 0 : GetLastError(); // SHUTDOWN_RESTART
}

DWORD WINAPI InitiateShutdownA(LPSTR machine, LPSTR message, DWORD seconds, DWORD flags, DWORD reason)
{
    (void)machine;
    (void)message;
    (void)reason;
    return start_shutdown((flags & 0x4) != 0, seconds) ? 0 : GetLastError();
}
