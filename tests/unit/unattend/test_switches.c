// SPDX-License-Identifier: GPL-3.0-or-later
// Switches and features: what is refused and why, and what carries them into Windows.
#include "unattend/settings.h"

#include <string.h>

#include "request_text.h"
#include "unattend/editions.h"
#include "unattend/feature_table.h"
#include "unattend/switch_table.h"
#include "unattend/text_rules.h"

static const UnattendTarget any_target = { .architecture = "amd64", .image_index = 1 };

// The faults of a request, as "pointer code: message", a line each.
static char *faults_of(const char *patch)
{
    g_autoptr(json_object) request = request_patched(patch);
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(UnattendSettings) settings = unattend_settings_parse(request, "compat-01", faults);
    g_assert_true((settings == NULL) == (faults_count(faults) > 0));
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < faults_count(faults); i++) {
        const Fault *fault = faults_get(faults, i);
        g_autofree char *allowed = fault->allowed != NULL ? g_strjoinv("|", fault->allowed) : g_strdup("");
        g_string_append_printf(text, "%s %s: %s [%s]\n", fault->pointer, fault->code, fault->message,
                               allowed);
    }
    return g_string_free(text, FALSE);
}

static char *target_faults(const char *patch, const char *edition_id, const char *architecture)
{
    const UnattendTarget target = { .architecture = architecture,
                                    .image_index = 1,
                                    .edition_id = edition_id };
    g_autoptr(json_object) request = request_patched(patch);
    g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
    g_autoptr(Faults) faults = faults_new();
    unattend_check_target(settings, &target, faults);
    return faults_brief(faults);
}

typedef struct {
    const char *patch;
    const char *fault; // pointer and code, as one prefix
    const char *says;  // part of the rest
} Bad;

static void test_bad_values_are_refused_by_name(void)
{
    static const Bad cases[] = {
        { "{\"desktop\":{\"screen_saver\":\"off\"}}", "/desktop/screen_saver wrong-type:", "" },
        { "{\"system\":{\"hibernation\":0}}", "/system/hibernation wrong-type:", "" },
        { "{\"updates\":{\"windows_update\":\"never\"}}",
          "/updates/windows_update bad-value:", "[off|notify|download|automatic]" },
        { "{\"updates\":{\"windows_update\":\"automatik\"}}",
          "/updates/windows_update bad-value:", "did you mean \"automatic\"?" },
        { "{\"security\":{\"uac\":true}}", "/security/uac wrong-type:", "" },
        { "{\"security\":{\"uac\":\"Off\"}}", "/security/uac bad-value:", "[on|off]" },
        { "{\"security\":{\"uac_prompt\":\"\"}}",
          "/security/uac_prompt bad-value:", "[always|default|without-dimming|never]" },
        { "{\"desktop\":{\"visual_effects\":\"best-performanse\"}}",
          "/desktop/visual_effects bad-value:", "did you mean \"best-performance\"?" },
        { "{\"desktop\":{\"ie_home_page\":\"intranet\"}}", "/desktop/ie_home_page bad-format:", "address" },
        { "{\"desktop\":{\"ie_home_page\":\"http://\"}}", "/desktop/ie_home_page bad-format:", "address" },
        { "{\"desktop\":{\"ie_home_page\":\"http://a b\"}}", "/desktop/ie_home_page bad-characters:", "" },
        { "{\"desktop\":{\"ie_home_page\":\"\"}}", "/desktop/ie_home_page empty:", "" },
        { "{\"desktop\":{\"ie_home_page\":\"javascript:x\"}}", "/desktop/ie_home_page bad-format:", "" },
        { "{\"desktop\":{\"gadget\":true}}", "/desktop/gadget unknown-field:", "gadgets" },
        { "{\"system\":{\"hibernaton\":true}}", "/system/hibernaton unknown-field:", "hibernation" },
        { "{\"security\":{\"xyzzy\":true}}", "/security/xyzzy unknown-field:", "firewall" },
        { "{\"security\":[]}", "/security wrong-type:", "" },
        { "{\"updates\":7}", "/updates wrong-type:", "" },
        { "{\"features\":[\"NetFx3\"]}", "/features wrong-type:", "" },
        { "{\"features\":{\"enabled\":[]}}", "/features/enabled unknown-field:", "enable" },
        { "{\"features\":{\"enable\":\"NetFx3\"}}", "/features/enable wrong-type:", "" },
        { "{\"features\":{\"enable\":[3]}}", "/features/enable/0 wrong-type:", "" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *found = faults_of(cases[i].patch);
        g_test_message("%s", found);
        g_assert_true(g_str_has_prefix(found, cases[i].fault));
        g_assert_nonnull(strstr(found, cases[i].says));
        g_assert_null(strchr(strchr(found, '\n') + 1, '\n')); // one fault each
    }
}

static void test_what_other_windows_have_is_refused_as_such(void)
{
    static const Bad cases[] = {
        { "{\"security\":{\"smartscreen\":false}}",
          "/security/smartscreen not-in-windows-7:", "Windows 8 and later" },
        { "{\"system\":{\"fast_startup\":false}}",
          "/system/fast_startup not-in-windows-7:", "Windows 8 and later" },
        { "{\"desktop\":{\"start_tiles\":[]}}",
          "/desktop/start_tiles not-in-windows-7:", "Windows 8 and later" },
        { "{\"system\":{\"hide_online_account_screens\":true}}",
          "/system/hide_online_account_screens not-in-windows-7:", "Windows 8 and later" },
        { "{\"desktop\":{\"dark_mode\":true}}",
          "/desktop/dark_mode not-in-windows-7:", "Windows 10 and later" },
        { "{\"desktop\":{\"welcome_center\":false}}",
          "/desktop/welcome_center not-in-windows-7:", "Windows Vista only" },
        { "{\"features\":{\"enable\":[\"Microsoft-Hyper-V-All\"]}}",
          "/features/enable/0 not-in-windows-7:", "Windows 8 and later" },
        { "{\"features\":{\"disable\":[\"SMB1Protocol\"]}}",
          "/features/disable/0 not-in-windows-7:", "Windows 8.1 and later" },
        { "{\"features\":{\"enable\":[\"NetFx3\",\"Containers\"]}}",
          "/features/enable/1 not-in-windows-7:", "Windows 10 and later" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *found = faults_of(cases[i].patch);
        g_test_message("%s", found);
        g_assert_true(g_str_has_prefix(found, cases[i].fault));
        g_assert_nonnull(strstr(found, cases[i].says));
    }
}

static void test_features_are_refused_by_name(void)
{
    static const Bad cases[] = {
        { "{\"features\":{\"enable\":[\"TelnetCleint\"]}}",
          "/features/enable/0 unknown-feature:", "\"TelnetClient\"?" },
        { "{\"features\":{\"enable\":[\"telnetclient\"]}}",
          "/features/enable/0 unknown-feature:", "\"TelnetClient\"?" },
        { "{\"features\":{\"disable\":[\"Xyzzy\"]}}",
          "/features/disable/0 unknown-feature:", "name of DISM" },
        { "{\"features\":{\"enable\":[\"NetFx3 & calc\"]}}", "/features/enable/0 unknown-feature:", "" },
        { "{\"features\":{\"enable\":[\"NetFx3\",\"TFTP\",\"NetFx3\"]}}",
          "/features/enable/2 repeated:", "" },
        { "{\"features\":{\"enable\":[\"TFTP\"],\"disable\":[\"TFTP\"]}}",
          "/features/disable/0 conflict:", "\"TFTP\"" },
        { "{\"features\":{\"enable\":[\"IIS-ASP\"],\"disable\":[\"IIS-WebServer\"]}}",
          "/features/disable/0 conflict:", "\"IIS-ASP\"" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *found = faults_of(cases[i].patch);
        g_test_message("%s", found);
        g_assert_true(g_str_has_prefix(found, cases[i].fault));
        g_assert_nonnull(strstr(found, cases[i].says));
    }
}

static void test_what_an_edition_lacks_is_refused(void)
{
    static const char remote[] = "{\"security\":{\"remote_desktop\":true,\"remote_desktop_nla\":true}}";
    static const char no_remote[] = "{\"security\":{\"remote_desktop\":false}}";
    static const char media[] = "{\"features\":{\"disable\":[\"WindowsMediaPlayer\"]}}";
    static const char unix_system[] = "{\"features\":{\"enable\":[\"SUA\"]}}";
    static const char both[] = "/security/remote_desktop not-in-edition, "
                               "/security/remote_desktop_nla not-in-edition";
    static const struct {
        const char *patch, *edition, *faults;
    } cases[] = {
        { remote, "HOMEPREMIUM", both },
        { remote, "homebasicn", both },
        { remote, "STARTER", both },
        { remote, "HOMEPREMIUME", both },
        { remote, "PROFESSIONAL", "" },
        { remote, "ULTIMATEN", "" },
        { remote, "SERVERSTANDARD", "" },
        { remote, "HOMEPREMIUMX", "" },
        { remote, "", "" },
        { remote, NULL, "" },
        { no_remote, "STARTER", "" },
        { media, "PROFESSIONALN", "/features/disable/0 not-in-edition" },
        { media, "PROFESSIONAL", "" },
        { media, NULL, "" },
        { unix_system, "PROFESSIONAL", "/features/enable/0 not-in-edition" },
        { unix_system, "ENTERPRISEN", "" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *found = target_faults(cases[i].patch, cases[i].edition, "amd64");
        g_assert_cmpstr(found, ==, cases[i].faults);
    }
}

static void test_what_an_architecture_lacks_is_refused(void)
{
    static const char patch[] = "{\"features\":{\"disable\":[\"Internet-Explorer-Optional-x86\"]}}";
    g_autofree char *there = target_faults(patch, NULL, "x86");
    g_autofree char *not_there = target_faults(patch, NULL, "amd64");
    g_assert_cmpstr(there, ==, "");
    g_assert_cmpstr(not_there, ==, "/features/disable/0 not-on-architecture");
}

static void test_the_fault_says_which_editions_have_it(void)
{
    const UnattendTarget target = { .architecture = "x86", .image_index = 1, .edition_id = "HOMEPREMIUM" };
    g_autoptr(json_object) request = request_patched("{\"security\":{\"remote_desktop\":true}}");
    g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
    g_autoptr(Faults) faults = faults_new();
    unattend_check_target(settings, &target, faults);
    g_assert_cmpstr(faults_get(faults, 0)->message, ==,
                    "Windows 7 Home Premium has no Remote Desktop host; these editions do: Professional, "
                    "Enterprise, Ultimate.");
}

// The paths of pass specialize, a line each.
static char *specialize_lines(const char *patch)
{
    g_autoptr(json_object) request = request_patched(patch);
    g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
    g_autoptr(GPtrArray) commands = unattend_specialize_commands(settings, &any_target);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < commands->len; i++) {
        g_autofree char *path = specialize_path(g_ptr_array_index(commands, i));
        g_assert_cmpuint(text_utf16_units(path), <=, SPECIALIZE_PATH_MAX);
        g_string_append_printf(text, "%s\n", path);
    }
    return g_string_free(text, FALSE);
}

static void test_nothing_given_does_nothing(void)
{
    static const char *const patches[] = { "{}",
                                           "{\"desktop\":{},\"updates\":{},\"security\":{},\"features\":{}}",
                                           "{\"features\":{\"enable\":[],\"disable\":[]}}",
                                           "{\"desktop\":{\"screen_saver\":null}}" };
    g_autoptr(json_object) smallest = request_patched("{}");
    g_autoptr(UnattendSettings) plain = settings_from(smallest, "compat-01");
    g_autofree char *wanted = unattend_render(plain, &any_target, UNATTEND_SECRETS_KEPT, NULL, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(patches); i++) {
        g_autofree char *lines = specialize_lines(patches[i]);
        g_assert_cmpstr(lines, ==, "");
        g_autoptr(json_object) request = request_patched(patches[i]);
        g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
        g_autofree char *text = unattend_render(settings, &any_target, UNATTEND_SECRETS_KEPT, NULL, NULL);
        g_autofree char *list = unattend_first_logon_list(settings, &any_target);
        g_assert_cmpstr(text, ==, wanted);
        g_assert_cmpstr(list, ==, "sevend-commands/1\r\n");
    }
}

static void test_values_of_users_share_one_load(void)
{
    g_autofree char *lines =
        specialize_lines("{\"desktop\":{\"file_extensions\":true,\"gadgets\":false,\"screen_saver\":false},"
                         "\"specialize\":[{\"command\":\"cmd /c ver\"}]}");
    g_assert_cmpstr(
        lines, ==,
        "C:\\sevend\\sevend-agent.exe --run /desktop/gadgets reg add "
        "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\Windows\\Sidebar /v TurnOffSidebar /t "
        "REG_DWORD /d 1 /f\n"
        "C:\\sevend\\sevend-agent.exe --run /desktop/screen_saver reg load HKU\\sevend "
        "C:\\Users\\Default\\NTUSER.DAT\n"
        "C:\\sevend\\sevend-agent.exe --run /desktop/screen_saver reg add \"HKU\\sevend\\Control "
        "Panel\\Desktop\" /v ScreenSaveActive /t REG_SZ /d 0 /f\n"
        "C:\\sevend\\sevend-agent.exe --run /desktop/file_extensions reg add "
        "HKU\\sevend\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\Advanced /v HideFileExt /t "
        "REG_DWORD /d 0 /f\n"
        "C:\\sevend\\sevend-agent.exe --run /desktop/file_extensions reg unload HKU\\sevend\n"
        "C:\\sevend\\sevend-agent.exe --run /specialize/0 cmd /c ver\n");
}

// A request of one switch with its value @value.
static char *patch_for(const Switch *item, const char *value)
{
    const char *quote = item->type == SWITCH_BOOL ? "" : "\"";
    return g_strdup_printf("{\"%s\":{\"%s\":%s%s%s}}", item->section, item->name, quote, value, quote);
}

static void test_every_value_of_every_switch_is_carried(void)
{
    g_autoptr(json_object) smallest = request_patched("{}");
    g_autoptr(UnattendSettings) plain = settings_from(smallest, "compat-01");
    g_autofree char *untouched = unattend_render(plain, &any_target, UNATTEND_SECRETS_KEPT, NULL, NULL);
    static const char *const addresses[] = { "http://intranet.example/", NULL };
    for (guint i = 0; i < switch_count; i++) {
        const Switch *item = &switch_table[i];
        const char *const *values = item->type == SWITCH_URL ? addresses : item->allowed;
        g_autofree char *before = g_strdup(untouched);
        for (gsize j = 0; values[j] != NULL; j++) {
            g_autofree char *patch = patch_for(item, values[j]);
            g_autofree char *lines = specialize_lines(patch); // checks their lengths
            g_autoptr(json_object) request = request_patched(patch);
            g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
            char *text = unattend_render(settings, &any_target, UNATTEND_SECRETS_KEPT, NULL, NULL);
            g_test_message("%s", patch);
            g_assert_cmpstr(text, !=, untouched);
            g_assert_cmpstr(text, !=, before);
            g_free(before);
            before = text;
        }
    }
}

static void test_a_switch_is_there_once(void)
{
    for (guint i = 0; i < switch_count; i++)
        for (guint j = 0; j < i; j++)
            g_assert_false(strcmp(switch_table[i].name, switch_table[j].name) == 0 &&
                           strcmp(switch_table[i].section, switch_table[j].section) == 0);
}

#define DISM(what, name) "dism.exe /online /" what "-feature \"/featurename:" name "\" /norestart\r\n"

static void check_list(const char *patch, const char *wanted, guint restarts)
{
    g_autoptr(json_object) request = request_patched(patch);
    g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
    g_autofree char *list = unattend_first_logon_list(settings, &any_target);
    g_assert_cmpstr(list, ==, wanted);
    g_assert_cmpuint(unattend_first_logon_reboots(settings), ==, restarts);
}

static void test_features_come_before_the_requests_commands(void)
{
    check_list("{\"features\":{\"enable\":[\"TelnetClient\"]},\"first_logon\":[{\"command\":\"ver\"}]}",
               "sevend-commands/1\r\nstop yes /features/enable/0 " DISM(
                   "enable", "TelnetClient") "stop no /first_logon/0 ver\r\n",
               1);
}

static void test_what_a_feature_needs_goes_on_first_and_once(void)
{
    check_list(
        "{\"features\":{\"enable\":[\"WMISnmpProvider\",\"Internet Spades\",\"SNMP\",\"InboxGames\"]}}",
        "sevend-commands/1\r\n"
        "stop no /features/enable/0 " DISM("enable", "SNMP") "stop no /features/enable/0 " DISM(
            "enable",
            "WM"
            "IS"
            "nm"
            "pP"
            "ro"
            "vi"
            "de"
            "r") "stop no /features/enable/1 " DISM("enable",
                                                    "InboxGames") "stop no "
                                                                  "/features/enable/"
                                                                  "1 " DISM("enable",
                                                                            "Internet "
                                                                            "Games") "sto"
                                                                                     "p "
                                                                                     "yes"
                                                                                     " "
                                                                                     "/fe"
                                                                                     "atu"
                                                                                     "res"
                                                                                     "/en"
                                                                                     "abl"
                                                                                     "e/"
                                                                                     "1"
                                                                                     " " DISM(
                                                                                         "enable",
                                                                                         "Internet Spades"),
        1);
}

static void test_what_needs_a_feature_goes_off_before_it(void)
{
    check_list(
        "{\"features\":{\"disable\":[\"MediaPlayback\",\"WindowsMediaPlayer\",\"TFTP\"]}}",
        "sevend-commands/1\r\n"
        "stop no /features/disable/1 " DISM(
            "disable",
            "WindowsMediaPlayer") "stop no /features/disable/0 " DISM("disable",
                                                                      "MediaPlayback") "stop yes "
                                                                                       "/features/disable/"
                                                                                       "2 " DISM("disable",
                                                                                                 "TFTP"),
        1);
}

static void test_the_table_of_features_is_whole(void)
{
    for (guint i = 0; i < feature_count; i++) {
        const Feature *feature = &feature_table[i];
        g_assert_true(feature_find(feature->name) == feature); // not twice
        g_auto(GStrv) needs = g_strsplit(feature->needs != NULL ? feature->needs : "", ";", -1);
        for (gsize j = 0; needs[j] != NULL; j++) {
            const Feature *needed = feature_find(needs[j]);
            g_assert_nonnull(needed);
            // Whoever has the feature has what it needs.
            g_assert_true(needed->editions == 0 || feature->editions != 0);
            g_assert_cmpuint(
                feature->editions & ~needed->editions & (needed->editions != 0 ? EDITIONS_ALL : 0), ==, 0);
            g_assert_true(feature->media || !needed->media);
        }
        g_assert_false(feature_needs(feature, feature));
    }
}

// The lines below "properties:" of a schema of the contract.
static GStrv properties_of(const char *text, const char *schema)
{
    g_autofree char *head = g_strdup_printf("\n    %s:\n", schema);
    const char *start = strstr(text, head);
    g_assert_nonnull(start);
    start = strstr(start, "properties:\n        ");
    g_autoptr(GString) lines = g_string_new(NULL);
    g_auto(GStrv) all = g_strsplit(strchr(start, '\n') + 1, "\n", -1);
    for (gsize i = 0; all[i] != NULL && g_str_has_prefix(all[i], "        "); i++)
        g_string_append_printf(lines, "%s\n", g_strstrip(all[i]));
    return g_strsplit(lines->str, "\n", -1);
}

// "name: { type: boolean" as the contract should begin.
static char *property_of(const Switch *item)
{
    if (item->type == SWITCH_BOOL)
        return g_strdup_printf("%s: { type: boolean", item->name);
    if (item->type == SWITCH_URL)
        return g_strdup_printf("%s: { type: string", item->name);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s: { type: string, enum: [", item->name);
    for (gsize i = 0; item->allowed[i] != NULL; i++) {
        // YAML 1.1 takes a bare "on" or "off" for a boolean.
        const gboolean quoted = strcmp(item->allowed[i], "on") == 0 || strcmp(item->allowed[i], "off") == 0;
        g_string_append_printf(text, "%s%s%s%s", i > 0 ? ", " : "", quoted ? "\"" : "", item->allowed[i],
                               quoted ? "\"" : "");
    }
    g_string_append(text, "]");
    return g_string_free(text, FALSE);
}

static void test_the_contract_tells_every_switch(void)
{
    static const struct {
        const char *section, *schema;
        gboolean alone; // no other members
    } schemas[] = {
        { "system", "System", FALSE },
        { "desktop", "Desktop", TRUE },
        { "updates", "Updates", TRUE },
        { "security", "Security", TRUE },
    };
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    g_file_get_contents(g_getenv("SEVEND_OPENAPI"), &text, NULL, &error);
    g_assert_no_error(error);
    for (gsize i = 0; i < G_N_ELEMENTS(schemas); i++) {
        g_auto(GStrv) lines = properties_of(text, schemas[i].schema);
        guint found = 0;
        for (guint j = 0; j < switch_count; j++) {
            if (strcmp(switch_table[j].section, schemas[i].section) != 0)
                continue;
            g_autofree char *wanted = property_of(&switch_table[j]);
            guint before = found;
            for (gsize k = 0; lines[k] != NULL; k++)
                found += g_str_has_prefix(lines[k], wanted) ? 1 : 0;
            g_test_message("%s", wanted);
            g_assert_cmpuint(found, ==, before + 1);
        }
        if (schemas[i].alone)
            g_assert_cmpuint(g_strv_length(lines) - 1, ==, found);
    }
}

static void test_switches_are_explained(void)
{
    g_autoptr(json_object) request =
        request_patched("{\"security\":{\"remote_desktop\":true,\"firewall\":true},\"desktop\":{\"gadgets\":"
                        "false},\"features\":{\"enable\":[\"TFTP\"]}}");
    g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
    g_autoptr(json_object) list = unattend_explain(settings, &any_target, NULL);
    const char *text =
        json_object_to_json_string_ext(list, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    g_assert_nonnull(strstr(text, "{\"pointer\":\"/security/remote_desktop\","));
    g_assert_nonnull(strstr(text, "\"path\":\"FirewallGroups/FirewallGroup[1]/Active\",\"value\":\"true\""));
    g_assert_nonnull(strstr(text, "{\"pointer\":\"/security/firewall\","));
    g_assert_nonnull(strstr(text, "{\"pointer\":\"/desktop/gadgets\","));
    g_assert_nonnull(strstr(text, "{\"pointer\":\"/features/enable/0\","));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/switches/bad-values", test_bad_values_are_refused_by_name);
    g_test_add_func("/switches/other-windows", test_what_other_windows_have_is_refused_as_such);
    g_test_add_func("/switches/bad-features", test_features_are_refused_by_name);
    g_test_add_func("/switches/edition", test_what_an_edition_lacks_is_refused);
    g_test_add_func("/switches/architecture", test_what_an_architecture_lacks_is_refused);
    g_test_add_func("/switches/edition-message", test_the_fault_says_which_editions_have_it);
    g_test_add_func("/switches/nothing-given", test_nothing_given_does_nothing);
    g_test_add_func("/switches/one-load", test_values_of_users_share_one_load);
    g_test_add_func("/switches/every-value", test_every_value_of_every_switch_is_carried);
    g_test_add_func("/switches/once", test_a_switch_is_there_once);
    g_test_add_func("/features/first", test_features_come_before_the_requests_commands);
    g_test_add_func("/features/needs", test_what_a_feature_needs_goes_on_first_and_once);
    g_test_add_func("/features/off", test_what_needs_a_feature_goes_off_before_it);
    g_test_add_func("/features/table", test_the_table_of_features_is_whole);
    g_test_add_func("/switches/contract", test_the_contract_tells_every_switch);
    g_test_add_func("/switches/explained", test_switches_are_explained);
    return g_test_run();
}
