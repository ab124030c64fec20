// SPDX-License-Identifier: GPL-3.0-or-later
// The locales of Windows 7: language tags, LCIDs and the keyboard that Windows gives each by default. Not for
// texts.
#include "unattend/locales.h"

#include <string.h>

#include "common/json.h"

// Source: FACTS' "locales.tsv" (Microsoft's default input profiles, limited to tags that Windows 7 has). The
// first 36 are the languages in which Windows 7 discs come (osinfo-db). zh-HK has a language pack but no
// default keyboard there.
static const Locale locales[] = {
    { "ar-SA", 0x0401, "0401:00000401", TRUE },
    { "bg-BG", 0x0402, "0402:00030402", TRUE },
    { "cs-CZ", 0x0405, "0405:00000405", TRUE },
    { "da-DK", 0x0406, "0406:00000406", TRUE },
    { "de-DE", 0x0407, "0407:00000407", TRUE },
    { "el-GR", 0x0408, "0408:00000408", TRUE },
    { "en-US", 0x0409, "0409:00000409", TRUE },
    { "es-ES", 0x0c0a, "0c0a:0000040a", TRUE },
    { "et-EE", 0x0425, "0425:00000425", TRUE },
    { "fi-FI", 0x040b, "040b:0000040b", TRUE },
    { "fr-FR", 0x040c, "040c:0000040c", TRUE },
    { "he-IL", 0x040d, "040d:0000040d", TRUE },
    { "hr-HR", 0x041a, "041a:0000041a", TRUE },
    { "hu-HU", 0x040e, "040e:0000040e", TRUE },
    { "it-IT", 0x0410, "0410:00000410", TRUE },
    { "ja-JP", 0x0411, "0411:{03B5835F-F03C-411B-9CE2-AA23E1171E36}{A76C93D9-5523-4E90-AAFA-4DB112F9AC76}",
      TRUE },
    { "ko-KR", 0x0412, "0412:{A028AE76-01B1-46C2-99C4-ACD9858AE02F}{B5FE1F02-D5F2-4445-9C03-C568F23C99A1}",
      TRUE },
    { "lt-LT", 0x0427, "0427:00010427", TRUE },
    { "lv-LV", 0x0426, "0426:00010426", TRUE },
    { "nb-NO", 0x0414, "0414:00000414", TRUE },
    { "nl-NL", 0x0413, "0413:00020409", TRUE },
    { "pl-PL", 0x0415, "0415:00000415", TRUE },
    { "pt-BR", 0x0416, "0416:00000416", TRUE },
    { "pt-PT", 0x0816, "0816:00000816", TRUE },
    { "ro-RO", 0x0418, "0418:00010418", TRUE },
    { "ru-RU", 0x0419, "0419:00000419", TRUE },
    { "sk-SK", 0x041b, "041b:0000041b", TRUE },
    { "sl-SI", 0x0424, "0424:00000424", TRUE },
    { "sr-Latn-CS", 0x081a, "081a:0000081a", TRUE },
    { "sv-SE", 0x041d, "041d:0000041d", TRUE },
    { "th-TH", 0x041e, "041e:0000041e", TRUE },
    { "tr-TR", 0x041f, "041f:0000041f", TRUE },
    { "uk-UA", 0x0422, "0422:00020422", TRUE },
    { "zh-CN", 0x0804, "0804:{81D4E9C9-1D3B-41BC-9E6C-4B40BF79E35E}{FA550B04-5AD7-411f-A5AC-CA038EC515D7}",
      TRUE },
    { "zh-HK", 0x0c04, NULL, TRUE },
    { "zh-TW", 0x0404, "0404:{B115690A-EA02-48D5-A231-E3578D2FDF80}{B2F9C502-1742-11D4-9790-0080C882687E}",
      TRUE },
    { "en-GB", 0x0809, "0809:00000809", FALSE },
    { "en-AU", 0x0c09, "0c09:00000409", FALSE },
    { "en-CA", 0x1009, "1009:00000409", FALSE },
    { "en-IE", 0x1809, "1809:00001809", FALSE },
    { "en-IN", 0x4009, "4009:00004009", FALSE },
    { "en-NZ", 0x1409, "1409:00000409", FALSE },
    { "en-ZA", 0x1c09, "1c09:00000409", FALSE },
    { "en-SG", 0x4809, "4809:00000409", FALSE },
    { "en-PH", 0x3409, "3409:00000409", FALSE },
    { "en-MY", 0x4409, "4409:00000409", FALSE },
    { "en-JM", 0x2009, "2009:00000409", FALSE },
    { "en-TT", 0x2c09, "2c09:00000409", FALSE },
    { "en-BZ", 0x2809, "2809:00000409", FALSE },
    { "en-ZW", 0x3009, "3009:00000409", FALSE },
    { "de-AT", 0x0c07, "0c07:00000407", FALSE },
    { "de-CH", 0x0807, "0807:00000807", FALSE },
    { "de-LI", 0x1407, "1407:00000807", FALSE },
    { "de-LU", 0x1007, "1007:00000407", FALSE },
    { "fr-BE", 0x080c, "080c:0000080c", FALSE },
    { "fr-CA", 0x0c0c, "0c0c:00011009", FALSE },
    { "fr-CH", 0x100c, "100c:0000100c", FALSE },
    { "fr-LU", 0x140c, "140c:0000100C", FALSE },
    { "fr-MC", 0x180c, "180c:0000040c", FALSE },
    { "it-CH", 0x0810, "0810:0000100c", FALSE },
    { "nl-BE", 0x0813, "0813:00000813", FALSE },
    { "es-AR", 0x2c0a, "2c0a:0000080a", FALSE },
    { "es-BO", 0x400a, "400a:0000080a", FALSE },
    { "es-CL", 0x340a, "340a:0000080a", FALSE },
    { "es-CO", 0x240a, "240a:0000080a", FALSE },
    { "es-CR", 0x140a, "140a:0000080a", FALSE },
    { "es-DO", 0x1c0a, "1c0a:0000080a", FALSE },
    { "es-EC", 0x300a, "300a:0000080a", FALSE },
    { "es-GT", 0x100a, "100a:0000080a", FALSE },
    { "es-HN", 0x480a, "480a:0000080a", FALSE },
    { "es-MX", 0x080a, "080a:0000080a", FALSE },
    { "es-NI", 0x4c0a, "4c0a:0000080a", FALSE },
    { "es-PA", 0x180a, "180a:0000080a", FALSE },
    { "es-PE", 0x280a, "280a:0000080a", FALSE },
    { "es-PR", 0x500a, "500a:0000080a", FALSE },
    { "es-PY", 0x3c0a, "3c0a:0000080a", FALSE },
    { "es-SV", 0x440a, "440a:0000080a", FALSE },
    { "es-US", 0x540a, "540a:0000080a", FALSE },
    { "es-UY", 0x380a, "380a:0000080a", FALSE },
    { "es-VE", 0x200a, "200a:0000080a", FALSE },
    { "sv-FI", 0x081d, "081d:0000041d", FALSE },
    { "nn-NO", 0x0814, "0814:00000414", FALSE },
    { "ca-ES", 0x0403, "0403:0000040a", FALSE },
    { "eu-ES", 0x042d, "042d:0000040a", FALSE },
    { "gl-ES", 0x0456, "0456:0000040a", FALSE },
    { "is-IS", 0x040f, "040f:0000040f", FALSE },
    { "ga-IE", 0x083c, "083c:00001809", FALSE },
    { "cy-GB", 0x0452, "0452:00000452", FALSE },
    { "sq-AL", 0x041c, "041c:0000041c", FALSE },
    { "mk-MK", 0x042f, "042f:0001042f", FALSE },
    { "bs-Latn-BA", 0x141a, "141a:0000041a", FALSE },
    { "sr-Cyrl-RS", 0x281a, "281a:00000c1a", FALSE },
    { "sr-Latn-RS", 0x241a, "241a:0000081a", FALSE },
    { "be-BY", 0x0423, "0423:00000423", FALSE },
    { "kk-KZ", 0x043f, "043f:0000043f", FALSE },
    { "ka-GE", 0x0437, "0437:00010437", FALSE },
    { "hy-AM", 0x042b, "042b:0002042b", FALSE },
    { "az-Latn-AZ", 0x042c, "042c:0000042c", FALSE },
    { "fa-IR", 0x0429, "0429:00000429", FALSE },
    { "ar-EG", 0x0c01, "0c01:00000401", FALSE },
    { "ar-AE", 0x3801, "3801:00000401", FALSE },
    { "ar-MA", 0x1801, "1801:00020401", FALSE },
    { "ar-DZ", 0x1401, "1401:00020401", FALSE },
    { "ar-IQ", 0x0801, "0801:00000401", FALSE },
    { "ar-JO", 0x2c01, "2c01:00000401", FALSE },
    { "ar-KW", 0x3401, "3401:00000401", FALSE },
    { "ar-LB", 0x3001, "3001:00000401", FALSE },
    { "ar-QA", 0x4001, "4001:00000401", FALSE },
    { "ar-TN", 0x1c01, "1c01:00020401", FALSE },
    { "ur-PK", 0x0420, "0420:00000420", FALSE },
    { "hi-IN", 0x0439, "0439:00010439", FALSE },
    { "bn-IN", 0x0445, "0445:00020445", FALSE },
    { "bn-BD", 0x0845, "0845:00000445", FALSE },
    { "ta-IN", 0x0449, "0449:00000449", FALSE },
    { "te-IN", 0x044a, "044a:0000044a", FALSE },
    { "mr-IN", 0x044e, "044e:0000044e", FALSE },
    { "gu-IN", 0x0447, "0447:00000447", FALSE },
    { "kn-IN", 0x044b, "044b:0000044b", FALSE },
    { "ml-IN", 0x044c, "044c:0000044c", FALSE },
    { "pa-IN", 0x0446, "0446:00000446", FALSE },
    { "si-LK", 0x045b, "045b:0000045b", FALSE },
    { "ne-NP", 0x0461, "0461:00000461", FALSE },
    { "vi-VN", 0x042a, "042a:0000042a", FALSE },
    { "id-ID", 0x0421, "0421:00000409", FALSE },
    { "ms-MY", 0x043e, "043e:00000409", FALSE },
    { "fil-PH", 0x0464, "0464:00000409", FALSE },
    { "mn-MN", 0x0450, "0450:00000450", FALSE },
    { "af-ZA", 0x0436, "0436:00000409", FALSE },
    { "sw-KE", 0x0441, "0441:00000409", FALSE },
    { "zu-ZA", 0x0435, "0435:00000409", FALSE },
    { "mt-MT", 0x043a, "043a:0000043a", FALSE },
    { "lb-LU", 0x046e, "046e:0000046e", FALSE },
};

const Locale *locale_find(const char *tag)
{
    for (gsize i = 0; i < G_N_ELEMENTS(locales); i++) {
        if (g_ascii_strcasecmp(locales[i].tag, tag) == 0)
            return &locales[i];
    }
    return NULL;
}

typedef struct {
    gboolean on_discs_only;
    gsize made;
    const char *tags[G_N_ELEMENTS(locales) + 1];
} TagList;

static const char *const *tag_list(TagList *list)
{
    if (g_once_init_enter(&list->made)) {
        gsize count = 0;
        for (gsize i = 0; i < G_N_ELEMENTS(locales); i++) {
            if (locales[i].on_discs || !list->on_discs_only)
                list->tags[count++] = locales[i].tag;
        }
        g_once_init_leave(&list->made, 1);
    }
    return list->tags;
}

const char *const *locale_disc_languages(void)
{
    static TagList list = { .on_discs_only = TRUE };
    return tag_list(&list);
}

// A near miss, else the first of the same language.
static const char *suggest(const char *tag, const char *const *tags)
{
    const char *near = closest_name(tag, tags);
    if (near != NULL)
        return near;
    gsize length = strcspn(tag, "-_");
    for (gsize i = 0; length >= 2 && tags[i] != NULL; i++) {
        if (g_ascii_strncasecmp(tags[i], tag, length) == 0 && tags[i][length] == '-')
            return tags[i];
    }
    return NULL;
}

const char *locale_suggest(const char *tag)
{
    return suggest(tag, locale_disc_languages());
}

const char *locale_suggest_any(const char *tag)
{
    static TagList list = { .on_discs_only = FALSE };
    return suggest(tag, tag_list(&list));
}

static gboolean lcid_is_known(guint64 lcid)
{
    for (gsize i = 0; i < G_N_ELEMENTS(locales); i++) {
        if (locales[i].lcid == lcid)
            return TRUE;
    }
    return FALSE;
}

char *keyboard_resolve(const char *keyboard)
{
    static const char guid[] = "\\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\\}";
    g_autofree char *pattern = g_strdup_printf("^[0-9A-Fa-f]{4}:(?:[0-9A-Fa-f]{8}|%s%s)$", guid, guid);
    const Locale *locale = locale_find(keyboard);
    if (locale != NULL)
        return g_strdup(locale->keyboard);
    if (!g_regex_match_simple(pattern, keyboard, G_REGEX_DOLLAR_ENDONLY, 0) ||
        g_str_has_suffix(keyboard, ":00000000"))
        return NULL;
    return lcid_is_known(g_ascii_strtoull(keyboard, NULL, 16)) ? g_strdup(keyboard) : NULL;
}
