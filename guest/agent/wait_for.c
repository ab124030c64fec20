// SPDX-License-Identifier: GPL-3.0-or-later
#include "guest/agent/wait_for.h"

#include <windows.h>

#include <tlhelp32.h>

#define POLL_MS       500
#define TITLE_MAX     512
#define NOT_SUPPORTED 50 // ERROR_NOT_SUPPORTED

static bool file_is_there(const wchar_t *path)
{
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

static bool process_is_there(const wchar_t *name)
{
    PROCESSENTRY32W entry = { .dwSize = sizeof entry };
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    bool found = false;

    if (snapshot == INVALID_HANDLE_VALUE)
        return false;
    for (BOOL more = Process32FirstW(snapshot, &entry); more && !found;
         more = Process32NextW(snapshot, &entry))
        found = _wcsicmp(entry.szExeFile, name) == 0;
    CloseHandle(snapshot);
    return found;
}

// ---- Windows. user32.dll is loaded by hand: nothing else in the agent needs it. ----

typedef void (*any_function)(void);

static struct {
    BOOL(WINAPI *enumerate)(WNDENUMPROC function, LPARAM data);
    int(WINAPI *get_title)(HWND window, wchar_t *title, int size);
    BOOL(WINAPI *is_visible)(HWND window);
} user32;

struct search {
    const wchar_t *title;
    bool found;
};

static bool load_user32(void)
{
    HMODULE module = LoadLibraryW(L"user32.dll");

    if (module == NULL)
        return false;
#define LOAD(member, name)                                                                                   \
    user32.member = (__typeof__(user32.member))(any_function)GetProcAddress(module, name)
    LOAD(enumerate, "EnumWindows");
    LOAD(get_title, "GetWindowTextW");
    LOAD(is_visible, "IsWindowVisible");
#undef LOAD
    return user32.enumerate != NULL && user32.get_title != NULL && user32.is_visible != NULL;
}

static bool contains(wchar_t *text, const wchar_t *part)
{
    size_t length = wcslen(part);

    for (; *text != L'\0'; text++)
        if (_wcsnicmp(text, part, length) == 0)
            return true;
    return length == 0;
}

static BOOL CALLBACK look_at(HWND window, LPARAM data)
{
    struct search *search = (struct search *)data;
    wchar_t title[TITLE_MAX];

    if (user32.is_visible(window) && user32.get_title(window, title, TITLE_MAX) > 0 &&
        contains(title, search->title))
        search->found = true;
    return !search->found;
}

static bool window_is_there(const wchar_t *title)
{
    struct search search = { title, false };

    user32.enumerate(look_at, (LPARAM)&search);
    return search.found;
}

int wait_for(const wchar_t *kind, const wchar_t *name, bool gone)
{
    bool (*is_there)(const wchar_t *name) = wcscmp(kind, L"file") == 0      ? file_is_there
                                            : wcscmp(kind, L"process") == 0 ? process_is_there
                                            : wcscmp(kind, L"window") == 0  ? window_is_there
                                                                            : NULL;

    if (is_there == NULL)
        return ERROR_INVALID_PARAMETER;
    if (is_there == window_is_there && !load_user32())
        return NOT_SUPPORTED;
    while (is_there(name) == gone)
        Sleep(POLL_MS);
    return 0;
}
