// SPDX-License-Identifier: GPL-3.0-or-later
// Serial ports; see serial.h.
#include "guest/agent/serial.h"

#include <stdio.h>

#define RETRY_MS 100u
// Room in the driver for what arrives between two reads.
#define QUEUE_SIZE 65536u

// 115200 8N1 without flow control: an emulated UART ignores the speed, and a line that waits for CTS could
// wait for ever.
static BOOL set_up(HANDLE port)
{
    DCB dcb = { .DCBlength = sizeof dcb };
    COMMTIMEOUTS timeouts = {
        .ReadIntervalTimeout = MAXDWORD,
        .WriteTotalTimeoutMultiplier = 0,
        .WriteTotalTimeoutConstant = 2000,
    };

    if (!GetCommState(port, &dcb))
        return FALSE;
    dcb.BaudRate = CBR_115200;
    dcb.fBinary = TRUE;
    dcb.fParity = FALSE;
    dcb.fOutxCtsFlow = FALSE;
    dcb.fOutxDsrFlow = FALSE;
    dcb.fDtrControl = DTR_CONTROL_ENABLE;
    dcb.fDsrSensitivity = FALSE;
    dcb.fOutX = FALSE;
    dcb.fInX = FALSE;
    dcb.fErrorChar = FALSE;
    dcb.fNull = FALSE;
    dcb.fRtsControl = RTS_CONTROL_ENABLE;
    dcb.fAbortOnError = FALSE;
    dcb.ByteSize = 8;
    dcb.Parity = NOPARITY;
    dcb.StopBits = ONESTOPBIT;
    SetupComm(port, QUEUE_SIZE, QUEUE_SIZE);
    return SetCommState(port, &dcb) && SetCommTimeouts(port, &timeouts);
}

HANDLE serial_open_name(const wchar_t *name, DWORD wait_ms)
{
    ULONGLONG until = GetTickCount64() + wait_ms;

    for (;;) {
        HANDLE port = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
        DWORD error = GetLastError();
        if (port != INVALID_HANDLE_VALUE) {
            if (set_up(port))
                return port;
            error = GetLastError();
            CloseHandle(port);
        }
        BOOL busy = error == ERROR_ACCESS_DENIED || error == ERROR_SHARING_VIOLATION;
        if (!busy || GetTickCount64() >= until) {
            SetLastError(error);
            return INVALID_HANDLE_VALUE;
        }
        Sleep(RETRY_MS);
    }
}

HANDLE serial_open(unsigned number, DWORD wait_ms)
{
    wchar_t name[64];

    _snwprintf(name, 64, L"\\\\.\\COM%u", number);
    HANDLE port = serial_open_name(name, wait_ms);
    if (port != INVALID_HANDLE_VALUE)
        return port;
    _snwprintf(name, 64, L"\\\\.\\GLOBALROOT\\Device\\Serial%u", number - 1);
    return serial_open_name(name, wait_ms);
}

int serial_read(HANDLE port, void *buffer, size_t size)
{
    DWORD count = 0;

    if (!ReadFile(port, buffer, (DWORD)size, &count, NULL)) {
        // Line errors (overrun, framing) are the frame CRC's business; clearing them lets reading go on.
        if (!ClearCommError(port, NULL, NULL))
            return -1;
        return 0;
    }
    return (int)count;
}

int serial_write(HANDLE port, const void *bytes, size_t length)
{
    DWORD count = 0;

    if (length > SERIAL_WRITE_MAX)
        length = SERIAL_WRITE_MAX;
    if (!WriteFile(port, bytes, (DWORD)length, &count, NULL) && count == 0 &&
        !ClearCommError(port, NULL, NULL))
        return -1;
    return (int)count;
}
