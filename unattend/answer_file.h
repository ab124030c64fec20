// SPDX-License-Identifier: GPL-3.0-or-later
// An answer file being built: what its passes share. A file a pass (pass_*.c).
#pragma once

#include "unattend/secrets.h"
#include "unattend/settings.h"
#include "unattend/xml_tree.h"

typedef struct {
    const UnattendSettings *settings;
    const UnattendTarget *target;
    xmlDoc *document;
    SecretSlots *secrets;
} AnswerFile;

xmlNode *answer_file_component(const AnswerFile *file, xmlNode *pass, const char *name);
// An element whose text is a secret; @secret is taken over.
xmlNode *answer_file_secret(const AnswerFile *file, xmlNode *parent, const char *name, char *secret);
// <@name> ("Password" or "AdministratorPassword") with Value and PlainText.
xmlNode *answer_file_password(const AnswerFile *file, xmlNode *parent, const char *name,
                              const char *password);
// InputLocale, SystemLocale, UILanguage, UILanguageFallback, UserLocale: of International-Core and of
// International-Core-WinPE.
void answer_file_international(const AnswerFile *file, xmlNode *component);

// The whole tree; the caller frees with xmlFreeDoc().
xmlDoc *answer_file_build(const UnattendSettings *settings, const UnattendTarget *target,
                          SecretSlots *secrets, GError **error);

// Parts of passes that an imported answer file gets as well.
void pass_windows_pe_add_disk(const DiskLayout *layout, xmlNode *setup);
void pass_windows_pe_add_image(const AnswerFile *file, xmlNode *setup, guint partition);
void pass_windows_pe_add_product_key(const AnswerFile *file, xmlNode *user_data);
xmlNode *pass_specialize_add_agent(xmlNode *list);
xmlNode *pass_oobe_system_add_first_logon(xmlNode *list, guint order);
// AutoLogon below @shell, the request's users below @accounts.
void pass_oobe_system_add_users(const AnswerFile *file, xmlNode *shell, xmlNode *accounts);

// Each adds its pass.
void pass_windows_pe(const AnswerFile *file);
void pass_offline_servicing(const AnswerFile *file);
void pass_specialize(const AnswerFile *file);
void pass_oobe_system(const AnswerFile *file);
// Adds the elements of switches to the passes that are there already; last.
void answer_file_switches(const AnswerFile *file);
