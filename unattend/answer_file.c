// SPDX-License-Identifier: GPL-3.0-or-later
// From checked settings to the answer file's text: the order of passes and what they share.
#include "unattend/answer_file.h"

#include <string.h>

static void (*const passes[])(const AnswerFile *file) = {
    pass_windows_pe,
    pass_offline_servicing,
    pass_specialize,
    pass_oobe_system,
};

G_DEFINE_QUARK(unattend - error, unattend_error)

xmlNode *answer_file_component(const AnswerFile *file, xmlNode *pass, const char *name)
{
    return xml_component(pass, name, file->target->architecture);
}

void answer_file_secret(const AnswerFile *file, xmlNode *parent, const char *name, char *secret)
{
    g_autofree char *token = secret_slots_add(file->secrets, secret);
    xml_text(parent, name, token);
}

void answer_file_password(const AnswerFile *file, xmlNode *parent, const char *password)
{
    xmlNode *node = xml_container(parent, "Password");
    answer_file_secret(file, node, "Value", secret_encode_password(password, "Password"));
    xml_flag(node, "PlainText", FALSE);
}

void answer_file_international(const AnswerFile *file, xmlNode *component)
{
    const Locale *language = unattend_language(file->settings, file->target);
    xml_text(component, "InputLocale", unattend_keyboard(file->settings, file->target));
    xml_text(component, "SystemLocale", language->tag);
    xml_text(component, "UILanguage", language->tag);
    xml_text(component, "UserLocale", language->tag);
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

char *unattend_render(const UnattendSettings *settings, const UnattendTarget *target, UnattendSecrets secrets,
                      gsize *ret_length, GError **error)
{
    if (!check(settings, target, error))
        return NULL;
    g_autoptr(SecretSlots) slots = secret_slots_new();
    AnswerFile file = {
        .settings = settings, .target = target, .document = xml_document(), .secrets = slots
    };
    for (gsize i = 0; i < G_N_ELEMENTS(passes); i++)
        passes[i](&file);
    g_autofree char *with_tokens = xml_answer_file_text(file.document);
    xmlFreeDoc(file.document);
    gsize length;
    char *text = secret_slots_fill(slots, with_tokens, secrets, &length);
    if (ret_length != NULL)
        *ret_length = length;
    return text;
}
