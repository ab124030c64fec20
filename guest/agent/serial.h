// SPDX-License-Identifier: GPL-3.0-or-later
// A serial port: opening it under any of its names, reading what has arrived, writing with a limit. Not here:
// what the bytes mean.
//
// The handle is synchronous on purpose. Windows serialises all operations on such a handle, so a read must
// never wait: reads return at once with what the driver has (the MAXDWORD, 0, 0 time-outs), and one thread
// alternates reads and writes. Overlapped reads would be the other way; under Wine they do not complete with
// every kind of time-out.
#pragma once

#include <stddef.h>
#include <windows.h>

// Most bytes a serial_write() hands to the driver at once, so that a stalled host delays reading by seconds
// at most.
#define SERIAL_WRITE_MAX 4096u

// Opens the port number (1 for COM1) as \\.\COMn or, where nobody made that name, by its NT device: WinPE may
// have none [B, from notes on earlier WinPEs]. A port that another process holds is tried again for wait_ms.
// Returns INVALID_HANDLE_VALUE when there is none, with GetLastError().
HANDLE serial_open(unsigned number, DWORD wait_ms);

// Opens a port by one name, such as "COM3" or "\\.\COM12".
HANDLE serial_open_name(const wchar_t *name, DWORD wait_ms);

// Both return the number of bytes moved, which may be 0, or -1 when the port is gone.
int serial_read(HANDLE port, void *buffer, size_t size);
int serial_write(HANDLE port, const void *bytes, size_t length);
