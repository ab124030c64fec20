// SPDX-License-Identifier: GPL-3.0-or-later
// A table of paths and rules; see import_values.h. Nothing here quotes a value: it may be a secret.
#include "unattend/import_values.h"

#include <string.h>

#include "unattend/import_check.h"
#include "unattend/import_tree.h"
#include "unattend/locales.h"
#include "unattend/names.h"
#include "unattend/product_key.h"
#include "unattend/text_rules.h"
#include "unattend/time_zones.h"

#define PASSWORD_MAX 127 // FACTS [D]

typedef void (*Rule)(Faults *faults, const xmlNode *node, const char *text);

// Faults of a name rule, each with the place in the file.
static void pass_on(Faults *faults, const xmlNode *node, const Faults *found)
{
    for (guint i = 0; i < faults_count(found); i++) {
        const Fault *fault = faults_get(found, i);
        import_complain(faults, node, fault->code, "%s", fault->message);
    }
}

static void check_computer_name(Faults *faults, const xmlNode *node, const char *text)
{
    g_autoptr(Faults) found = faults_new();
    if (strcmp(text, "*") == 0) // a random one [D]
        return;
    if (strlen(text) > COMPUTER_NAME_MAX)
        import_complain(faults, node, "too-long", "may have at most %d characters", COMPUTER_NAME_MAX);
    computer_name_check(text, "", found);
    pass_on(faults, node, found);
}

static void check_user_name(Faults *faults, const xmlNode *node, const char *text)
{
    g_autoptr(Faults) found = faults_new();
    if (text_utf16_units(text) > USER_NAME_MAX)
        import_complain(faults, node, "too-long", "may have at most %d characters", USER_NAME_MAX);
    if (strpbrk(text, USER_NAME_FORBIDDEN) != NULL)
        import_complain(faults, node, "bad-characters", "must not have any of %s", USER_NAME_FORBIDDEN);
    user_name_check(text, "", found);
    pass_on(faults, node, found);
}

static void check_time_zone(Faults *faults, const xmlNode *node, const char *text)
{
    if (time_zone_is_known(text))
        return;
    const char *near = time_zone_suggest(text);
    import_complain(faults, node, "unknown-time-zone", "Windows 7 has no such time zone%s%s%s",
                    near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                    near != NULL ? "\"?" : "");
}

static void check_locale(Faults *faults, const xmlNode *node, const char *text)
{
    if (locale_find(text) != NULL)
        return;
    const char *near = locale_suggest_any(text);
    import_complain(faults, node, "unknown-locale", "Windows 7 has no such locale%s%s%s",
                    near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                    near != NULL ? "\"?" : "");
}

static void check_keyboards(Faults *faults, const xmlNode *node, const char *text)
{
    g_auto(GStrv) keyboards = g_strsplit(text, ";", -1);
    for (gsize i = 0; keyboards[i] != NULL; i++) {
        g_autofree char *resolved = keyboard_resolve(g_strstrip(keyboards[i]));
        if (resolved == NULL && keyboards[i][0] != '\0')
            import_complain(
                faults, node, "unknown-keyboard",
                "a keyboard is the id of a known language and of a layout, such as 0409:00000409");
    }
}

static void check_key(Faults *faults, const xmlNode *node, const char *text)
{
    if (!product_key_is_valid(text))
        import_complain(faults, node, "bad-format",
                        "a product key of Windows 7 is five groups of five letters or digits");
}

// The password of <Password> or <AdministratorPassword>: plain, or as secret_encode_password() writes it.
static void check_password(Faults *faults, const xmlNode *node, const char *text)
{
    g_autofree char *plain = import_text_at(node->parent, "PlainText");
    gsize length = text_utf16_units(text);
    if (g_strcmp0(plain, "false") == 0) {
        gsize bytes = 0;
        g_autofree guchar *decoded = g_base64_decode(text, &bytes);
        const gsize suffix = 2 * strlen((const char *)node->parent->name);
        memset(decoded, 0, bytes);
        if (bytes % 2 != 0 || bytes < suffix) {
            import_complain(faults, node, "bad-format",
                            "is not hidden in the way that PlainText=false means");
            return;
        }
        length = (bytes - suffix) / 2;
    }
    if (length > PASSWORD_MAX)
        import_complain(faults, node, "too-long", "a password may have at most %d characters", PASSWORD_MAX);
}

static const struct {
    const char *path; // the end of "component/path"
    Rule rule;
} rules[] = {
    { "Microsoft-Windows-Shell-Setup/ComputerName", check_computer_name },
    { "Microsoft-Windows-Shell-Setup/TimeZone", check_time_zone },
    { "Microsoft-Windows-Shell-Setup/ProductKey", check_key },
    { "Microsoft-Windows-Setup/UserData/ProductKey/Key", check_key },
    { "LocalAccounts/LocalAccount/Name", check_user_name },
    { "LocalAccounts/LocalAccount/Password/Value", check_password },
    { "UserAccounts/AdministratorPassword/Value", check_password },
    { "AutoLogon/Password/Value", check_password },
    { "/SetupUILanguage/UILanguage", check_locale },
    { "/UILanguage", check_locale },
    { "/UILanguageFallback", check_locale },
    { "/SystemLocale", check_locale },
    { "/UserLocale", check_locale },
    { "/InputLocale", check_keyboards },
};

void import_check_value(Faults *faults, const xmlNode *node, const char *component, const char *path,
                        const char *text)
{
    g_autofree char *whole = g_strconcat(component, "/", path, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
        if (g_str_has_suffix(whole, rules[i].path)) {
            rules[i].rule(faults, node, text);
            return;
        }
}
