// SPDX-License-Identifier: GPL-3.0-or-later
// What can be checked only with the disc and the machine at hand, and what the disc decides where the request
// is silent.
#include <string.h>

#include "unattend/import.h"
#include "unattend/settings.h"

static gboolean target_has_languages(const UnattendTarget *target)
{
    return target->languages != NULL && target->languages[0] != NULL;
}

const Locale *unattend_language(const UnattendSettings *settings, const UnattendTarget *target)
{
    const Locale *of_disc = target_has_languages(target) ? locale_find(target->languages[0]) : NULL;
    if (settings->language != NULL)
        return settings->language;
    return of_disc != NULL ? of_disc : locale_find("en-US");
}

const char *unattend_keyboard(const UnattendSettings *settings, const UnattendTarget *target)
{
    return settings->keyboard != NULL ? settings->keyboard : unattend_language(settings, target)->keyboard;
}

static gboolean target_speaks(const UnattendTarget *target, const Locale *language)
{
    for (gsize i = 0; target->languages[i] != NULL; i++) {
        if (g_ascii_strcasecmp(target->languages[i], language->tag) == 0)
            return TRUE;
    }
    return FALSE;
}

void unattend_check_target(const UnattendSettings *settings, const UnattendTarget *target, Faults *faults)
{
    const Locale *language = unattend_language(settings, target);
    if (target_has_languages(target) && !target_speaks(target, language))
        faults_add(faults, "/system/language", "not-on-disc", target->languages,
                   "The disc does not have language \"%s\".", language->tag);
    if (unattend_keyboard(settings, target) == NULL)
        faults_add(faults, "/system/keyboard", "required", NULL,
                   "This is required: language \"%s\" has no keyboard of its own.", language->tag);
    const Locale *fallback = settings->ui_language_fallback;
    if (fallback != NULL && target_has_languages(target) && !target_speaks(target, fallback))
        faults_add(faults, "/system/ui_language_fallback", "not-on-disc", target->languages,
                   "The disc does not have language \"%s\".", fallback->tag);
    switches_check_target(settings->switches, target, faults);
    if (settings->import != NULL)
        import_check_target(settings->import, target, faults);
    if (settings->import == NULL || !import_has_disk(settings->import))
        disk_layout_check(&settings->disk, target->image_bytes, target->disk_bytes, faults);
}
