// SPDX-License-Identifier: GPL-3.0-or-later
// Damage to good input, the same for the same seed.
#pragma once

#include <glib.h>
#include <string.h>

// Numbers that length and offset fields go wrong with.
static const guint32 damage_numbers[] = { 0,      1,          0x7f,       0xff,       0x7fff,
                                          0xffff, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff };

// One change at @at: a byte, or a number of four.
static inline void damage_at(GRand *random, guint8 *bytes, gsize size, gsize at)
{
    if (g_rand_boolean(random) && at + 4 <= size)
        memcpy(bytes + at, &damage_numbers[g_rand_int_range(random, 0, G_N_ELEMENTS(damage_numbers))], 4);
    else
        bytes[at] = (guint8)g_rand_int_range(random, 0, 256);
}

// One to five changes anywhere. @size > 0.
static inline void damage_anywhere(GRand *random, guint8 *bytes, gsize size)
{
    const int times = g_rand_int_range(random, 1, 6);
    for (int i = 0; i < times; i++)
        damage_at(random, bytes, size, (gsize)g_rand_int_range(random, 0, (gint32)size));
}
