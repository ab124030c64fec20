// SPDX-License-Identifier: GPL-3.0-or-later
// The optional features of Windows 7, by the names that DISM has for them.
#pragma once

#include <glib.h>

typedef struct {
    const char *name;         // exactly so
    const char *needs;        // features that must be on before it, with ';' between them, or NULL
    const char *architecture; // the only one that has it, or NULL
    guint editions;           // that have it (editions.h), or 0 if that is not known: then any
    gboolean media;           // the N editions lack it
} Feature;

extern const Feature feature_table[];
extern const guint feature_count;

// NULL if Windows 7 has no such feature.
const Feature *feature_find(const char *name);
// The feature that @name seems to mean, or NULL.
const Feature *feature_suggest(const char *name);
// Whether @feature needs @other, directly or through others.
gboolean feature_needs(const Feature *feature, const Feature *other);
