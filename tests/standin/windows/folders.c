// SPDX-License-Identifier: GPL-3.0-or-later
// Stands before shell32.dll for wineboot.exe, which would load half of Wine only to name the folders of a
// user. It is told that there are none; runtime/wine.sh sets the variables that are made of them, for each
// user.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

HRESULT WINAPI SHGetFolderPathW(HWND owner, int folder, HANDLE token, DWORD flags, LPWSTR path);

HRESULT WINAPI SHGetFolderPathW(HWND owner, int folder, HANDLE token, DWORD flags, LPWSTR path)
{
    (void)owner;
    (void)folder;
    (void)token;
    (void)flags;
    path[0] = 0;
    return E_FAIL;
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    (void)instance;
    (void)reason;
    (void)reserved;
    return TRUE;
}
