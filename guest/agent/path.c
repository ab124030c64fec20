// SPDX-License-Identifier: GPL-3.0-or-later
#include "guest/agent/path.h"

#include <windows.h>

bool path_is_absolute(wchar_t *path)
{
    const bool letter = (path[0] >= L'a' && path[0] <= L'z') || (path[0] >= L'A' && path[0] <= L'Z');

    if (!letter || path[1] != L':' || (path[2] != L'\\' && path[2] != L'/'))
        return false;
    for (wchar_t *at = path; *at != L'\0'; at++)
        if (*at == L'/')
            *at = L'\\';
    // Another colon names a stream of a file, which a copy would not show.
    return wcschr(path + 2, L':') == NULL;
}

void path_make_folders(wchar_t *path)
{
    for (wchar_t *at = wcschr(path, L'\\'); at != NULL; at = wcschr(at + 1, L'\\')) {
        if (at == path || at[-1] == L':')
            continue;
        *at = L'\0';
        CreateDirectoryW(path, NULL);
        *at = L'\\';
    }
}
