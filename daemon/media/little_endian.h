// SPDX-License-Identifier: GPL-3.0-or-later
// Little-endian numbers in byte buffers, whatever their alignment. ISO 9660, UDF, El Torito and WIM use them.
#pragma once

#include <glib.h>
#include <string.h>

static inline guint16 read_le16(const guint8 *p)
{
    return (guint16)(p[0] | p[1] << 8);
}

static inline guint32 read_le32(const guint8 *p)
{
    return (guint32)read_le16(p) | (guint32)read_le16(p + 2) << 16;
}

static inline guint64 read_le64(const guint8 *p)
{
    return (guint64)read_le32(p) | (guint64)read_le32(p + 4) << 32;
}

static inline void write_le16(guint8 *p, guint16 value)
{
    guint16 little = GUINT16_TO_LE(value);
    memcpy(p, &little, sizeof little);
}

static inline void write_le32(guint8 *p, guint32 value)
{
    guint32 little = GUINT32_TO_LE(value);
    memcpy(p, &little, sizeof little);
}

static inline void write_le64(guint8 *p, guint64 value)
{
    guint64 little = GUINT64_TO_LE(value);
    memcpy(p, &little, sizeof little);
}
