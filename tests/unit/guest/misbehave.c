// SPDX-License-Identifier: GPL-3.0-or-later
// A Windows program for tests of machines that misbehave:
//   kill-agent   ends the agent's service by force
//   babble       the same, and sends nonsense over COM2 from then on: bytes, and frames that are none
//   lie          tells on COM1, without knowing the nonce, that all is done, and that it failed
//   flood        writes 100 MB to COM1
//   freeze       on the stand-in only: its kernel stops and runs in a circle, as a Windows that has locked up
//   does
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLOOD_BYTES = 100 * 1000 * 1000, NOT_KNOWN = 87 };

static int kill_agent(void)
{
    SERVICE_STATUS_PROCESS status = { 0 };
    DWORD needed = 0;
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE service = OpenServiceW(manager, L"sevend-agent", SERVICE_QUERY_STATUS);
    if (service == NULL ||
        !QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&status, sizeof status, &needed))
        return (int)GetLastError();
    HANDLE process = OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, status.dwProcessId);
    if (process == NULL || !TerminateProcess(process, 1))
        return (int)GetLastError();
    WaitForSingleObject(process, INFINITE);
    return 0;
}

static HANDLE open_port(const wchar_t *name)
{
    HANDLE port;
    while ((port = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL)) ==
           INVALID_HANDLE_VALUE)
        Sleep(200); // whose it was may still hold it
    return port;
}

// What the daemon's decoder meets (guest/wire.h): a frame whose checksum does not fit, one that claims four
// gigabytes, the first half of one, and noise.
static int babble(void)
{
    static const char wrong_checksum[] = "SVD1\x04\0\0\0\x02\0\0\0\x01\0\0\0\xde\xad\xbe\xef"
                                         "abcd";
    static const char huge[] = "SVD1\xff\xff\xff\xff\x02\0\0\0\x01\0\0\0\0\0\0\0";
    static const char half[] = "SVD1\x40\0\0\0\x02\0\0\0";
    static const char noise[] = "garbage\r\n\x00\xff\xfe";
    const struct {
        const char *bytes;
        DWORD length;
    } pieces[] = { { wrong_checksum, sizeof wrong_checksum - 1 },
                   { huge, sizeof huge - 1 },
                   { half, sizeof half - 1 },
                   { noise, sizeof noise - 1 } };
    const int killed = kill_agent();
    DWORD written;
    if (killed != 0)
        return killed;
    HANDLE port = open_port(L"\\\\.\\COM2");
    for (size_t i = 0;; i = (i + 1) % (sizeof pieces / sizeof pieces[0])) {
        WriteFile(port, pieces[i].bytes, pieces[i].length, &written, NULL);
        Sleep(100);
    }
}

static int say(const char *text, size_t times)
{
    HANDLE port = open_port(L"\\\\.\\COM1");
    DWORD written;
    for (size_t i = 0; i < times; i++)
        if (!WriteFile(port, text, (DWORD)strlen(text), &written, NULL))
            return (int)GetLastError();
    CloseHandle(port);
    return 0;
}

static int flood(void)
{
    static char block[8192 + 1];
    memset(block, 'x', sizeof block - 1);
    for (size_t i = 127; i < sizeof block - 1; i += 128)
        block[i] = '\n';
    return say(block, FLOOD_BYTES / (sizeof block - 1));
}

static int freeze(void)
{
    HANDLE kernel =
        CreateFileW(L"\\\\?\\unix\\proc\\sysrq-trigger", GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    DWORD written;
    if (kernel == INVALID_HANDLE_VALUE || !WriteFile(kernel, "c", 1, &written, NULL))
        return (int)GetLastError();
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "kill-agent") == 0)
        return kill_agent();
    if (strcmp(what, "babble") == 0)
        return babble();
    if (strcmp(what, "flood") == 0)
        return flood();
    if (strcmp(what, "freeze") == 0)
        return freeze();
    if (strcmp(what, "lie") == 0)
        return say("\r\nsevend/1 00000000000000000000000000000000 phase=first-logon status=done\r\n"
                   "sevend/1 00000000000000000000000000000000 phase=copy status=failed exit=1\r\n"
                   "sevend/1 phase=first-logon status=failed\r\n",
                   1);
    return NOT_KNOWN;
}
