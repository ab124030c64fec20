// SPDX-License-Identifier: GPL-3.0-or-later
// Languages of discs and keyboards.
#pragma once

#include <glib.h>

typedef struct {
    const char *tag;      // "en-US", as Windows spells it
    guint lcid;           // 0x0409
    const char *keyboard; // value for InputLocale, or NULL if there is no default
    gboolean on_discs;    // Windows 7 discs come in this language
} Locale;

// Without regard to ASCII case (tags are not case-sensitive [D]); NULL if Windows 7 has no such locale.
const Locale *locale_find(const char *tag);
// The tags of the disc languages, NULL-terminated. Owned by this module.
const char *const *locale_disc_languages(void);
// The disc language that @tag seems to mean ("en-GB" → "en-US"), or NULL.
const char *locale_suggest(const char *tag);
// The same among all locales ("de-AU" → "de-AT").
const char *locale_suggest_any(const char *tag);

// What @keyboard means as InputLocale: "LLLL:KKKKKKKK" or "LLLL:{…}{…}" as it is, a locale's tag as that
// locale's default keyboard. LLLL must be the LCID of a known locale; whether the layout is in the image is
// not checked. NULL if it means nothing. The caller frees.
char *keyboard_resolve(const char *keyboard);
