// SPDX-License-Identifier: GPL-3.0-or-later
// UTF-8 to and from UTF-16; see text.h.
#include "guest/agent/text.h"

#include <limits.h>
#include <stdlib.h>
#include <windows.h>

wchar_t *text_to_wide(const char *bytes, size_t length)
{
    if (length == 0)
        return calloc(1, sizeof(wchar_t));
    if (length > INT_MAX)
        return NULL;
    int count = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, bytes, (int)length, NULL, 0);
    if (count <= 0)
        return NULL;
    wchar_t *wide = calloc((size_t)count + 1, sizeof *wide);
    if (wide != NULL)
        MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, bytes, (int)length, wide, count);
    return wide;
}

char *text_to_utf8(const wchar_t *wide)
{
    int count = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *text = count > 0 ? malloc((size_t)count) : NULL;

    if (text != NULL)
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, count, NULL, NULL);
    return text;
}
