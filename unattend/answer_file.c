// SPDX-License-Identifier: GPL-3.0-or-later
// From checked settings to the answer file's text: the order of passes and what they share.
#include "unattend/answer_file.h"

#include <string.h>

#include "unattend/import.h"

// Switches are last: what they add goes into components that the passes have made.
static void (*const passes[])(const AnswerFile *file) = {
    pass_windows_pe, pass_offline_servicing, pass_specialize, pass_oobe_system, answer_file_switches,
};

G_DEFINE_QUARK(unattend - error, unattend_error)

xmlNode *answer_file_component(const AnswerFile *file, xmlNode *pass, const char *name)
{
    return xml_component(pass, name, file->target->architecture);
}

xmlNode *answer_file_secret(const AnswerFile *file, xmlNode *parent, const char *name, char *secret)
{
    g_autofree char *token = secret_slots_add(file->secrets, secret);
    return xml_text(parent, name, token);
}

xmlNode *answer_file_password(const AnswerFile *file, xmlNode *parent, const char *name, const char *password)
{
    xmlNode *node = xml_container(parent, name);
    answer_file_secret(file, node, "Value", secret_encode_password(password, name));
    xml_flag(node, "PlainText", FALSE);
    return node;
}

// What nothing else is said of follows the language.
static void add_locale(xmlNode *component, const char *element, const Locale *locale, const char *pointer,
                       const Locale *language)
{
    if (locale != NULL)
        xml_of(xml_text(component, element, locale->tag), pointer);
    else
        xml_of(xml_text(component, element, language->tag), "/system/language");
}

void answer_file_international(const AnswerFile *file, xmlNode *component)
{
    const UnattendSettings *settings = file->settings;
    const Locale *language = unattend_language(settings, file->target);
    xml_of(xml_text(component, "InputLocale", unattend_keyboard(settings, file->target)), "/system/keyboard");
    add_locale(component, "SystemLocale", settings->system_locale, "/system/system_locale", language);
    xml_of(xml_text(component, "UILanguage", language->tag), "/system/language");
    if (settings->ui_language_fallback != NULL)
        xml_of(xml_text(component, "UILanguageFallback", settings->ui_language_fallback->tag),
               "/system/ui_language_fallback");
    add_locale(component, "UserLocale", settings->user_locale, "/system/user_locale", language);
}

static gboolean check(const UnattendSettings *settings, const UnattendTarget *target, GError **error)
{
    static const char *const architectures[] = { "amd64", "x86", NULL };
    if (target->architecture == NULL || !g_strv_contains(architectures, target->architecture)) {
        g_set_error(error, UNATTEND_ERROR, UNATTEND_ERROR_TARGET, "answer file: unknown architecture \"%s\"",
                    target->architecture != NULL ? target->architecture : "");
        return FALSE;
    }
    if (target->image_index == 0) {
        g_set_error(error, UNATTEND_ERROR, UNATTEND_ERROR_TARGET, "answer file: images are numbered from 1");
        return FALSE;
    }
    g_autoptr(Faults) faults = faults_new();
    unattend_check_target(settings, target, faults);
    if (faults_count(faults) > 0) {
        g_autofree char *text = faults_to_text(faults);
        g_set_error(error, UNATTEND_ERROR, UNATTEND_ERROR_TARGET, "answer file: %s", text);
        return FALSE;
    }
    return TRUE;
}

xmlDoc *answer_file_build(const UnattendSettings *settings, const UnattendTarget *target,
                          SecretSlots *secrets, GError **error)
{
    if (!check(settings, target, error))
        return NULL;
    AnswerFile file = { .settings = settings, .target = target, .secrets = secrets };
    if (settings->import != NULL) {
        file.document = import_copy(settings->import, target, secrets);
        import_merge(&file);
        return file.document;
    }
    file.document = xml_document();
    for (gsize i = 0; i < G_N_ELEMENTS(passes); i++)
        passes[i](&file);
    return file.document;
}

char *unattend_render(const UnattendSettings *settings, const UnattendTarget *target, UnattendSecrets secrets,
                      gsize *ret_length, GError **error)
{
    g_autoptr(SecretSlots) slots = secret_slots_new();
    xmlDoc *document = answer_file_build(settings, target, slots, error);
    if (document == NULL)
        return NULL;
    g_autofree char *with_tokens = xml_answer_file_text(document);
    xmlFreeDoc(document);
    gsize length;
    char *text = secret_slots_fill(slots, with_tokens, secrets, &length);
    if (ret_length != NULL)
        *ret_length = length;
    return text;
}
