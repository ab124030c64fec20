// SPDX-License-Identifier: GPL-3.0-or-later
// The stand-in's shell, C:\Windows\explorer.exe: it only is there, as long as its user is.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

int wmain(void)
{
    Sleep(INFINITE);
    return 0;
}
