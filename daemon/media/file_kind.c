// SPDX-License-Identifier: GPL-3.0-or-later
// Guesses at files that people save as .iso by mistake.
#include "file_kind.h"

#include <string.h>

typedef struct {
    gsize length;
    const char *start;
    const char *kind;
} Signature;

static const Signature signatures[] = {
    { 4, "PK\x03\x04", "a ZIP archive: unpack it first" },
    { 4, "Rar!", "a RAR archive: unpack it first" },
    { 6, "7z\xBC\xAF\x27\x1C", "a 7-Zip archive: unpack it first" },
    { 2, "\x1F\x8B", "a gzip file: unpack it first" },
    { 5,
      "\xFD"
      "7zXZ",
      "an xz file: unpack it first" },
    { 8, "MSWIM\0\0\0", "a WIM file, not the disc that holds it" },
    { 2, "MZ", "a Windows program" },
    { 4, "QFI\xFB", "a qcow2 disk image" },
    { 4,
      "\x7F"
      "ELF",
      "a Linux program" },
};

static gboolean looks_like_html(const char *text, gsize length)
{
    g_autofree char *lower = g_ascii_strdown(text, (gssize)length);

    if (g_str_has_prefix(lower, "\xEF\xBB\xBF"))
        memset(lower, ' ', 3);
    const char *start = g_strchug(lower);
    return g_str_has_prefix(start, "<!doctype html") || g_str_has_prefix(start, "<html") ||
           g_str_has_prefix(start, "<head") || g_str_has_prefix(start, "<?xml");
}

const char *file_kind(ByteSource *file)
{
    char start[512];
    gsize length = (gsize)MIN(file->size, sizeof start);

    if (length == 0)
        return "an empty file";
    if (!byte_source_read(file, 0, start, length, NULL))
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(signatures); i++) {
        if (length >= signatures[i].length && memcmp(start, signatures[i].start, signatures[i].length) == 0)
            return signatures[i].kind;
    }
    if (looks_like_html(start, length))
        return "an HTML page: the download probably failed";
    return NULL;
}
