// SPDX-License-Identifier: GPL-3.0-or-later
// Each rule of the request as a row: what is wrong, and the faults that must name it, all of them and no
// others.
#include "unattend/unattend.h"

#include <string.h>

#include "request_text.h"

typedef struct {
    const char *patch; // over SMALLEST_REQUEST
    const char *faults;
} Row;

#define USERS(text)    "{\"users\":[" text "]}"
#define ADMIN(extra)   "{\"name\":\"tester\",\"password\":\"p\",\"administrator\":true" extra "}"
#define SYSTEM(text)   "{\"system\":{" text "}}"
#define COMMANDS(text) "{\"first_logon\":[" text "]}"
#define TEN(text)      text text text text text text text text text text
#define N127           TEN("abcdefghij") TEN("xy") "1234567"
#define N63            TEN("abcde") "1234567890123"
#define N256           TEN("abcdefghij") TEN("abcdefghij") TEN("abcde") "123456"
#define N1024          N256 N256 N256 N256

static const Row good[] = {
    { "{}", "" },
    { "{\"name\":\"not ours\",\"unknown\":1}", "" },
    { "{\"product_key\":null,\"system\":null,\"first_logon\":null}", "" },
    { "{\"product_key\":\"KKKKK-BBBBB-CCCCC-DDDDD-22222\"}", "" },
    { "{\"product_key\":\"kkkkk-bbbbb-ccccc-ddddd-22222\"}", "" },
    { SYSTEM("\"computer_name\":\"ABCDEFGHIJKLMNO\""), "" },
    { SYSTEM("\"time_zone\":\"GMT Standard Time\",\"language\":\"de-de\",\"keyboard\":\"de-CH\""), "" },
    { SYSTEM("\"owner\":\"Lab <\\\"&'> \\u00e9\",\"organization\":\"\""), "" },
    { SYSTEM("\"owner\":\"" N63 "\",\"organization\":\"" N63 "\""), "" },
    { USERS(ADMIN(",\"autologon\":true,\"full_name\":\"\",\"description\":\"" N256 "\"")), "" },
    { USERS("{\"name\":\"abcdefghijklmnopqrst\",\"password\":\"" N127 "\",\"administrator\":true}"), "" },
    { USERS("{\"name\":\"\\ud83d\\ude00\",\"password\":\"\\u00e9 \\\\\\\"/<>\",\"administrator\":true}"),
      "" },
    { USERS("{\"name\":\"guest2\",\"password\":\"p\"}," ADMIN("")), "" },
    { COMMANDS("{\"command\":\"reg add \\\"HKLM\\\\X\\\" /v <a> & echo %PATH%\",\"description\":\"x\"}"),
      "" },
    { COMMANDS("{\"command\":\"" N1024 "\"}"), "" },
    { COMMANDS(""), "" },
    { "{\"activation_key\":\"KKKKK-BBBBB-CCCCC-DDDDD-22222\"}", "" },
    { SYSTEM(
          "\"keyboard\":[\"en-GB\",\"0407:00000407\"],\"user_locale\":\"de-at\",\"system_locale\":\"ja-JP\""),
      "" },
    { SYSTEM("\"ui_language_fallback\":\"en-US\",\"skip_activation\":false"), "" },
    { SYSTEM("\"oem\":{\"manufacturer\":\"Lab\",\"model\":\"\"}"), "" },
    { "{\"administrator\":{\"password\":\"p\"}}", "" },
    { "{\"administrator\":{\"password\":\"p\",\"enabled\":true}}", "" },
    { USERS(ADMIN(",\"autologon\":true,\"autologon_count\":3")), "" },
    { USERS("{\"name\":\"a\",\"password\":\"p\",\"groups\":[\"administrators\",\"Remote Desktop Users\"]}"),
      "" },
    { "{\"disk\":{\"layout\":\"single\",\"windows_label\":\"Win\"}}", "" },
    { "{\"disk\":{\"layout\":\"system-windows-data\",\"windows_mib\":20480,\"data_letter\":\"E\"}}", "" },
    { "{\"display\":{\"width\":1280,\"height\":1024,\"depth\":32}}", "" },
    { "{\"specialize\":[{\"command\":\"reg add HKLM\\\\X\",\"on_error\":\"stop\"}]}", "" },
    { "{\"logon\":[{\"command\":\"" N1024 "\"}]}", "" },
};

static const Row bad_keys[] = {
    { "{\"product_key\":\"\"}", "/product_key empty" },
    { "{\"product_key\":7}", "/product_key wrong-type" },
    { "{\"product_key\":[\"KKKKK-BBBBB-CCCCC-DDDDD-22222\"]}", "/product_key wrong-type" },
    { "{\"product_key\":\"KKKKK-BBBBB-CCCCC-DDDDD-2222\"}", "/product_key bad-format" },
    { "{\"product_key\":\"KKKKK-BBBBB-CCCCC-DDDDD-222222\"}", "/product_key bad-format" },
    { "{\"product_key\":\"KKKKKBBBBBCCCCCDDDDD22222\"}", "/product_key bad-format" },
    { "{\"product_key\":\"KKKKK-BBBBB-CCCCC-DDDDD-2222 \"}", "/product_key bad-format" },
    { "{\"product_key\":\"KKKK-KBBBBB-CCCCC-DDDDD-22222\"}", "/product_key bad-format" },
    { "{\"product_key\":\"KKKKK-BBBBB-CCCCC-DDDDD-2222\\u00e9\"}", "/product_key bad-format" },
    { "{\"product_key\":\"\\n\"}", "/product_key bad-characters" },
    { "{\"product_key\":\"AAAAA-BBBBB-CCCCC-DDDDD-22222\"}", "/product_key bad-characters" },
    { "{\"product_key\":\"BBBBB-BBBBB-CCCCC-DDDDD-2222N\"}", "/product_key bad-characters" },
    { "{\"product_key\":\"BBBBB-BBBBB-CCCCC-DDDDD-22221\"}", "/product_key bad-characters" },
};

static const Row bad_system[] = {
    { "{\"system\":[]}", "/system wrong-type" },
    { "{\"system\":\"x\"}", "/system wrong-type" },
    { SYSTEM("\"computername\":\"A\""), "/system/computername unknown-field" },
    { SYSTEM("\"computer_name\":\"ABCDEFGHIJKLMNOP\""), "/system/computer_name too-long" },
    { SYSTEM("\"computer_name\":\"\""), "/system/computer_name empty" },
    { SYSTEM("\"computer_name\":5"), "/system/computer_name wrong-type" },
    { SYSTEM("\"computer_name\":\"A_B\""), "/system/computer_name bad-characters" },
    { SYSTEM("\"computer_name\":\"*\""), "/system/computer_name bad-characters" },
    { SYSTEM("\"computer_name\":\"-A\""), "/system/computer_name bad-format" },
    { SYSTEM("\"computer_name\":\"2024\""), "/system/computer_name bad-format" },
    { SYSTEM("\"computer_name\":\"server\""), "/system/computer_name reserved-name" },
    { SYSTEM("\"computer_name\":\"TESTER\""), "/system/computer_name same-as-user" },
    { SYSTEM("\"computer_name\":\"A_OVERLONG_NAME_\""), "/system/computer_name too-long" },
    { SYSTEM("\"time_zone\":\"Europe/London\""), "/system/time_zone unknown-time-zone" },
    { SYSTEM("\"time_zone\":\"gmt standard time\""), "/system/time_zone unknown-time-zone" },
    { SYSTEM("\"time_zone\":\"\""), "/system/time_zone empty" },
    { SYSTEM("\"time_zone\":0"), "/system/time_zone wrong-type" },
    { SYSTEM("\"language\":\"en-GB\""), "/system/language unknown-language" },
    { SYSTEM("\"language\":\"tlh\""), "/system/language unknown-language" },
    { SYSTEM("\"language\":\"\""), "/system/language empty" },
    { SYSTEM("\"language\":{}"), "/system/language wrong-type" },
    { SYSTEM("\"keyboard\":\"qwerty\""), "/system/keyboard unknown-keyboard" },
    { SYSTEM("\"keyboard\":\"0409:00000409;0407:00000407\""), "/system/keyboard unknown-keyboard" },
    { SYSTEM("\"keyboard\":\"zh-HK\""), "/system/keyboard unknown-keyboard" },
    { SYSTEM("\"keyboard\":\"\""), "/system/keyboard empty" },
    { SYSTEM("\"keyboard\":true"), "/system/keyboard wrong-type" },
    { SYSTEM("\"owner\":\"" N63 "x\""), "/system/owner too-long" },
    { SYSTEM("\"owner\":\"a\\nb\""), "/system/owner bad-characters" },
    { SYSTEM("\"owner\":\"a\\u0085b\""), "/system/owner bad-characters" },
    { SYSTEM("\"owner\":\"a\\uffffb\""), "/system/owner bad-characters" },
    { SYSTEM("\"owner\":\"  \""), "/system/owner empty" },
    { SYSTEM("\"owner\":false"), "/system/owner wrong-type" },
    { SYSTEM("\"organization\":\"" N63 "x\""), "/system/organization too-long" },
    { SYSTEM("\"organization\":\"a\\ufffe\""), "/system/organization bad-characters" },
};

static const Row bad_users[] = {
    { "{\"users\":null}", "/users required" },
    { "{\"users\":{}}", "/users wrong-type" },
    { "{\"users\":\"tester\"}", "/users wrong-type" },
    { USERS(""), "/users empty" },
    { USERS("\"tester\""), "/users/0 wrong-type" },
    { USERS("null"), "/users/0 wrong-type" },
    { USERS("{}"), "/users/0/name required, /users/0/password required" },
    { USERS(ADMIN(",\"admin\":true")), "/users/0/admin unknown-field" },
    { USERS("{\"name\":\"\",\"password\":\"\",\"administrator\":true}"),
      "/users/0/name empty, /users/0/password empty" },
    { USERS("{\"name\":1,\"password\":2,\"administrator\":\"yes\",\"autologon\":1,\"full_name\":3,"
            "\"description\":4}"),
      "/users/0/administrator wrong-type, /users/0/autologon wrong-type, /users/0/description wrong-type, "
      "/users/0/full_name wrong-type, /users/0/name wrong-type, /users/0/password wrong-type" },
    { USERS("{\"name\":\"abcdefghijklmnopqrstu\",\"password\":\"p\",\"administrator\":true}"),
      "/users/0/name too-long" },
    { USERS("{\"name\":\"abcdefghijklmnopqrs\\ud83d\\ude00\",\"password\":\"p\",\"administrator\":true}"),
      "/users/0/name too-long" },
    { USERS("{\"name\":\"a/b\",\"password\":\"p\",\"administrator\":true}"), "/users/0/name bad-characters" },
    { USERS("{\"name\":\"a%b\",\"password\":\"p\",\"administrator\":true}"), "/users/0/name bad-characters" },
    { USERS("{\"name\":\"a\\tb\",\"password\":\"p\",\"administrator\":true}"),
      "/users/0/name bad-characters" },
    { USERS("{\"name\":\"a.\",\"password\":\"p\",\"administrator\":true}"), "/users/0/name bad-format" },
    { USERS("{\"name\":\"Administrator\",\"password\":\"p\",\"administrator\":true}"),
      "/users/0/name reserved-name" },
    { USERS("{\"name\":\"nul\",\"password\":\"p\",\"administrator\":true}"), "/users/0/name reserved-name" },
    { USERS("{\"name\":\"a\",\"administrator\":true}"), "/users/0/password required" },
    { USERS("{\"name\":\"a\",\"password\":\"" N127 "x\",\"administrator\":true}"),
      "/users/0/password too-long" },
    { USERS("{\"name\":\"a\",\"password\":\"a\\nb\",\"administrator\":true}"),
      "/users/0/password bad-characters" },
    { USERS(ADMIN(",\"full_name\":\"" N256 "x\",\"description\":\"\\u0001\"")),
      "/users/0/description bad-characters, /users/0/full_name too-long" },
    { USERS(ADMIN("") ",{\"name\":\"TESTER\",\"password\":\"q\"}"), "/users/1/name repeated" },
    { USERS(ADMIN(",\"autologon\":true") ",{\"name\":\"b\",\"password\":\"q\",\"administrator\":true,"
                                         "\"autologon\":true}"),
      "/users/1/autologon repeated" },
    { USERS("{\"name\":\"a\",\"password\":\"p\"}"), "/users no-administrator" },
    { USERS("{\"name\":\"a\",\"password\":\"p\",\"autologon\":true}"),
      "/users no-administrator, /users/0/autologon not-administrator" },
    { USERS(ADMIN("") ",{\"name\":\"a\",\"password\":\"p\",\"autologon\":true}"),
      "/users/1/autologon not-administrator" },
    { USERS("1,2,3,4,5,6,7,8,9"), "/users too-many" },
};

static const Row bad_commands[] = {
    { "{\"first_logon\":{}}", "/first_logon wrong-type" },
    { "{\"first_logon\":\"cmd\"}", "/first_logon wrong-type" },
    { COMMANDS("\"cmd\""), "/first_logon/0 wrong-type" },
    { COMMANDS("{}"), "/first_logon/0/command required" },
    { COMMANDS("{\"command\":\"\"}"), "/first_logon/0/command empty" },
    { COMMANDS("{\"command\":\"   \"}"), "/first_logon/0/command empty" },
    { COMMANDS("{\"command\":7}"), "/first_logon/0/command wrong-type" },
    { COMMANDS("{\"command\":\"a\\r\\nb\"}"), "/first_logon/0/command bad-characters" },
    { COMMANDS("{\"command\":\"" N1024 "x\"}"), "/first_logon/0/command too-long" },
    { COMMANDS("{\"command\":\"a\",\"cmd\":\"b\"}"), "/first_logon/0/cmd unknown-field" },
    { COMMANDS("{\"command\":\"a\",\"description\":7},{\"command\":\"b\"},{\"description\":\"c\"}"),
      "/first_logon/0/description wrong-type, /first_logon/2/command required" },
    { COMMANDS("{\"command\":\"a\",\"description\":\"" N256 "x\"}"), "/first_logon/0/description too-long" },
    { COMMANDS("{\"command\":\"a\",\"on_error\":\"ignore\",\"reboot\":\"yes\"}"),
      "/first_logon/0/on_error bad-value, /first_logon/0/reboot wrong-type" },
    { "{\"specialize\":[{\"command\":\"" N256 "\",\"reboot\":true}]}",
      "/specialize/0/command too-long, /specialize/0/reboot unknown-field" },
    { "{\"logon\":[{\"command\":\"" N1024 "x\",\"on_error\":\"stop\"}]}",
      "/logon/0/command too-long, /logon/0/on_error unknown-field" },
};

static const Row bad_accounts[] = {
    { "{\"administrator\":[]}", "/administrator wrong-type" },
    { "{\"administrator\":{\"enabled\":true}}", "/administrator/password required" },
    { "{\"administrator\":{\"password\":\"\",\"enable\":true}}",
      "/administrator/enable unknown-field, /administrator/password empty" },
    { "{\"administrator\":{\"password\":\"" N127 "x\"}}", "/administrator/password too-long" },
    { USERS(ADMIN(",\"groups\":[\"Gods\"]")), "/users/0/groups/0 unknown-group" },
    { USERS(ADMIN(",\"groups\":[7,\"Users\",\"users\"]")),
      "/users/0/groups/0 wrong-type, /users/0/groups/2 repeated" },
    { USERS(ADMIN(",\"groups\":\"Users\"")), "/users/0/groups wrong-type" },
    { USERS(ADMIN(",\"autologon_count\":3")), "/users/0/autologon_count without-autologon" },
    { USERS(ADMIN(",\"autologon\":true,\"autologon_count\":0")), "/users/0/autologon_count out-of-range" },
    { USERS(ADMIN(",\"password_expires\":\"no\"")), "/users/0/password_expires wrong-type" },
    { "{\"activation_key\":\"KKKKK\"}", "/activation_key bad-format" },
    { SYSTEM("\"keyboard\":[]"), "/system/keyboard empty" },
    { SYSTEM("\"keyboard\":[\"en-GB\",\"0809:00000809\",7,\"x\"]"),
      "/system/keyboard/1 repeated, /system/keyboard/2 wrong-type, /system/keyboard/3 unknown-keyboard" },
    { SYSTEM("\"user_locale\":\"de_AT\",\"system_locale\":\"tlh\""),
      "/system/system_locale unknown-locale, /system/user_locale unknown-locale" },
    { SYSTEM("\"ui_language_fallback\":\"de-AT\""), "/system/ui_language_fallback unknown-language" },
    { SYSTEM("\"skip_activation\":1"), "/system/skip_activation wrong-type" },
    { SYSTEM("\"oem\":{\"model\":\"a\\nb\",\"logo\":\"x\"}"),
      "/system/oem/logo unknown-field, /system/oem/model bad-characters" },
};

static const Row bad_disks[] = {
    { "{\"disk\":7}", "/disk wrong-type" },
    { "{\"disk\":{\"layout\":\"singel\"}}", "/disk/layout bad-value" },
    { "{\"disk\":{\"layout\":\"system-windows-data\"}}", "/disk/windows_mib required" },
    { "{\"disk\":{\"layout\":\"single\",\"system_mib\":200,\"data_label\":\"x\"}}",
      "/disk/data_label not-in-layout, /disk/system_mib not-in-layout" },
    { "{\"disk\":{\"data_letter\":\"E\"}}", "/disk/data_letter not-in-layout" },
    { "{\"disk\":{\"layout\":\"system-windows-data\",\"windows_mib\":20480,\"data_letter\":\"C\"}}",
      "/disk/data_letter bad-value" },
    { "{\"disk\":{\"system_mib\":50,\"windows_mib\":1,\"windows_label\":\"a*b\"}}",
      "/disk/system_mib out-of-range, /disk/windows_label bad-characters, /disk/windows_mib out-of-range" },
    { "{\"disk\":{\"windows_label\":\"" TEN("abcd") "\"}}", "/disk/windows_label too-long" },
};

static const Row bad_displays[] = {
    { "{\"display\":{\"width\":1280}}", "/display/height required" },
    { "{\"display\":{\"width\":10,\"height\":\"x\"}}",
      "/display/height wrong-type, /display/width out-of-range" },
    { "{\"display\":{\"width\":4096,\"height\":4096}}", "/display too-large" },
    { "{\"display\":{\"depth\":15,\"dpi\":1000}}", "/display/depth bad-value, /display/dpi out-of-range" },
};

static const Row bad_files[] = {
    { "{\"files\":{}}", "/files wrong-type" },
    { "{\"files\":[{}]}", "/files/0 required, /files/0/path required" },
    { "{\"files\":[{\"path\":\"C:\\\\a\",\"content\":\"x\",\"content_base64\":\"eA==\"}]}",
      "/files/0 excludes" },
    { "{\"files\":[{\"path\":\"C:\\\\a\",\"content_base64\":\"eA=\"}]}",
      "/files/0/content_base64 bad-format" },
    { "{\"files\":[{\"path\":\"a.txt\",\"content\":\"\"}]}", "/files/0/path bad-path" },
    { "{\"files\":[{\"path\":\"C:/a\",\"content\":\"\"}]}", "/files/0/path bad-characters" },
    { "{\"files\":[{\"path\":\"D:\\\\a\",\"content\":\"\"}]}", "/files/0/path bad-path" },
    { "{\"files\":[{\"path\":\"C:\\\\a\\\\..\\\\b\",\"content\":\"\"}]}", "/files/0/path bad-path" },
    { "{\"files\":[{\"path\":\"C:\\\\a\\\\nul.txt\",\"content\":\"\"}]}", "/files/0/path bad-path" },
    { "{\"files\":[{\"path\":\"C:\\\\a. \\\\b\",\"content\":\"\"}]}", "/files/0/path bad-path" },
    { "{\"files\":[{\"path\":\"C:\\\\a:b\",\"content\":\"\"}]}", "/files/0/path bad-path" },
    { "{\"files\":[{\"path\":\"C:\\\\Sevend\\\\nonce.txt\",\"content\":\"\"}]}", "/files/0/path bad-path" },
    { "{\"files\":[{\"path\":\"C:\\\\A\",\"content\":\"\"},{\"path\":\"c:\\\\a\",\"content\":\"\"}]}",
      "/files/1/path repeated" },
};

static void check_rows(const Row *rows, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        g_autoptr(json_object) request = request_patched(rows[i].patch);
        g_autoptr(Faults) faults = faults_new();
        g_autoptr(UnattendSettings) settings = unattend_settings_parse(request, "compat-01", faults);
        g_autofree char *brief = faults_brief(faults);
        g_test_message("row %" G_GSIZE_FORMAT ": %s", i, brief);
        g_assert_cmpstr(brief, ==, rows[i].faults);
        g_assert_true((settings != NULL) == (faults_count(faults) == 0));
    }
}

#define ROWS_TEST(name, rows)                                                                                \
    static void name(void)                                                                                   \
    {                                                                                                        \
        check_rows(rows, G_N_ELEMENTS(rows));                                                                \
    }

ROWS_TEST(test_good_requests_pass, good)
ROWS_TEST(test_bad_product_keys_are_refused, bad_keys)
ROWS_TEST(test_bad_system_is_refused, bad_system)
ROWS_TEST(test_bad_users_are_refused, bad_users)
ROWS_TEST(test_bad_commands_are_refused, bad_commands)
ROWS_TEST(test_bad_accounts_are_refused, bad_accounts)
ROWS_TEST(test_bad_disks_are_refused, bad_disks)
ROWS_TEST(test_bad_displays_are_refused, bad_displays)
ROWS_TEST(test_bad_files_are_refused, bad_files)

static void test_every_fault_is_named_at_once(void)
{
    g_autoptr(json_object) request =
        request_from("{\"product_key\":\"x\",\"system\":{\"computer_name\":\"ABCDEFGHIJKLMNOP\",\"time_"
                     "zone\":\"Mars\",\"languag\":\"x\"},"
                     "\"users\":[],\"first_logon\":[{\"command\":\"\"},7]}");
    g_autoptr(Faults) faults = faults_new();
    g_assert_null(unattend_settings_parse(request, "compat-01", faults));
    g_autofree char *brief = faults_brief(faults);
    g_assert_cmpstr(
        brief, ==,
        "/first_logon/0/command empty, /first_logon/1 wrong-type, /product_key bad-format, "
        "/system/computer_name too-long, /system/languag unknown-field, /system/time_zone unknown-time-zone, "
        "/users empty");
}

static void test_near_misses_get_a_suggestion(void)
{
    static const struct {
        const char *patch;
        const char *words;
    } cases[] = {
        { SYSTEM("\"time_zone\":\"GMT Standart Time\""), "\"GMT Standard Time\"" },
        { SYSTEM("\"language\":\"en-GB\""), "\"en-US\"" },
        { SYSTEM("\"timezone\":\"UTC\""), "\"time_zone\"" },
        { USERS(ADMIN(",\"auto_logon\":true")), "\"autologon\"" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(json_object) request = request_patched(cases[i].patch);
        g_autoptr(Faults) faults = faults_new();
        g_assert_null(unattend_settings_parse(request, "compat-01", faults));
        g_assert_cmpuint(faults_count(faults), ==, 1);
        g_assert_nonnull(strstr(faults_get(faults, 0)->message, cases[i].words));
    }
}

static void test_faults_never_quote_secrets(void)
{
    g_autoptr(json_object) request = request_from(
        "{\"product_key\":\"hunter2\",\"users\":[{\"name\":\"a\",\"password\":\"hunter2\\n\","
        "\"administrator\":true},"
        "{\"name\":\"b\",\"password\":{\"hunter2\":\"hunter2\"}},{\"name\":\"b\",\"password\":\"hunter2" N127
        "\"}]}");
    g_autoptr(Faults) faults = faults_new();
    g_assert_null(unattend_settings_parse(request, "compat-01", faults));
    g_autofree char *text = faults_to_text(faults);
    g_assert_cmpuint(faults_count(faults), ==, 5);
    g_assert_null(strstr(text, "hunter2"));
}

static void test_a_request_that_is_no_object_is_refused(void)
{
    static const char *const texts[] = { "[]", "\"x\"", "7", "true" };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(json_object) request = request_from(texts[i]);
        g_autoptr(Faults) faults = faults_new();
        g_assert_null(unattend_settings_parse(request, "compat-01", faults));
        g_autofree char *brief = faults_brief(faults);
        g_assert_cmpstr(brief, ==, " wrong-type");
    }
}

static void test_a_full_list_of_faults_never_passes(void)
{
    g_autoptr(json_object) request = request_patched(USERS(""));
    g_autoptr(Faults) faults = faults_new();
    for (guint i = 0; i < FAULTS_MAX; i++)
        faults_add(faults, "/x", "bad", NULL, "x");
    g_assert_null(unattend_settings_parse(request, "compat-01", faults));
}

static void test_earlier_faults_are_not_ours(void)
{
    g_autoptr(json_object) request = request_patched("{}");
    g_autoptr(Faults) faults = faults_new();
    faults_add(faults, "/disc", "bad", NULL, "x");
    g_autoptr(UnattendSettings) settings = unattend_settings_parse(request, "compat-01", faults);
    g_assert_nonnull(settings);
}

static void test_defaults(void)
{
    g_autoptr(json_object) request = request_patched("{}");
    g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
    g_assert_cmpstr(unattend_computer_name(settings), ==, "COMPAT-01");
    static const UnattendTarget target = { .architecture = "amd64", .image_index = 1 };
    g_autofree char *list = unattend_first_logon_list(settings, &target);
    g_assert_cmpstr(list, ==, "sevend-commands/1\r\n");
    g_assert_cmpuint(unattend_file_count(settings), ==, 0);
}

static void test_a_made_computer_name_gives_way_to_users(void)
{
    g_autoptr(json_object) request = request_patched("{}");
    g_autoptr(UnattendSettings) settings = settings_from(request, "tester");
    g_assert_cmpstr(unattend_computer_name(settings), ==, "TESTER-PC");
}

static void test_the_list_of_commands(void)
{
    static const UnattendTarget target = { .architecture = "amd64", .image_index = 1 };
    g_autoptr(json_object) request = request_patched(
        "{\"administrator\":{\"password\":\"p\",\"enabled\":true},"
        "\"users\":[" ADMIN(",\"password_expires\":false") ",{\"name\":\"o'b\",\"password\":\"p\",\"password_"
                                                           "expires\":false}],"
                                                           "\"first_logon\":[{\"command\":\"ver\"},"
                                                           "{\"command\":\"echo \\\"a b\\\" > "
                                                           "C:\\\\x.txt\",\"on_error\":\"continue\"},{"
                                                           "\"command\":\"ver\",\"reboot\":true}]}");
    g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
    g_autofree char *list = unattend_first_logon_list(settings, &target);
    g_assert_cmpstr(
        list, ==,
        "sevend-commands/1\r\n"
        "stop no /administrator/enabled wmic useraccount where \"LocalAccount=TRUE and SID like "
        "'S-1-5-21-%-500'\" set "
        "Disabled=FALSE\r\n"
        "stop no /users/0/password_expires wmic useraccount where \"LocalAccount=TRUE and Name='tester'\" "
        "set "
        "PasswordExpires=FALSE\r\n"
        "stop no /users/1/password_expires wmic useraccount where \"LocalAccount=TRUE and Name='o\\'b'\" set "
        "PasswordExpires=FALSE\r\n"
        "stop no /first_logon/0 ver\r\n"
        "continue no /first_logon/1 echo \"a b\" > C:\\x.txt\r\n"
        "stop yes /first_logon/2 ver\r\n");
}

static void test_files_come_through(void)
{
    g_autoptr(json_object) request =
        request_patched("{\"files\":[{\"path\":\"c:\\\\Lab\\\\a.txt\",\"content\":\"one\\n\"},"
                        "{\"path\":\"C:\\\\b.bin\",\"content_base64\":\"AP8K\"},{\"path\":\"C:\\\\empty\","
                        "\"content\":\"\"}]}");
    g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
    gsize length;
    g_assert_cmpuint(unattend_file_count(settings), ==, 3);
    g_assert_cmpstr(unattend_file_path(settings, 0), ==, "c:\\Lab\\a.txt");
    g_assert_cmpstr(unattend_file_content(settings, 0, &length), ==, "one\n");
    g_assert_cmpmem(unattend_file_content(settings, 1, &length), length, "\0\xff\n", 3);
    unattend_file_content(settings, 2, &length);
    g_assert_cmpuint(length, ==, 0);
}

static void test_files_have_a_limit_in_all(void)
{
    g_autofree char *half = g_strnfill(300 << 10, 'x');
    g_autofree char *patch = g_strdup_printf("{\"files\":[{\"path\":\"C:\\\\a\",\"content\":\"%s\"},"
                                             "{\"path\":\"C:\\\\b\",\"content\":\"%s\"}]}",
                                             half, half);
    g_autoptr(json_object) request = request_patched(patch);
    g_autoptr(Faults) faults = faults_new();
    g_assert_null(unattend_settings_parse(request, "compat-01", faults));
    g_autofree char *brief = faults_brief(faults);
    g_assert_cmpstr(brief, ==, "/files too-large");
}

static void check_explained(const char *pointer, const char *value, const char *carrier)
{
    static const UnattendTarget target = { .architecture = "amd64", .image_index = 3 };
    g_autoptr(json_object) request = request_patched(
        "{\"product_key\":\"KKKKK-BBBBB-CCCCC-DDDDD-22222\",\"system\":{\"time_zone\":\"GMT Standard Time\"},"
        "\"specialize\":[{\"command\":\"cmd /c ver\"}],\"first_logon\":[{\"command\":\"echo x\"}]}");
    g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
    g_autoptr(json_object) list = unattend_explain(settings, &target, NULL);
    for (gsize i = 0; i < json_object_array_length(list); i++) {
        json_object *entry = json_object_array_get_idx(list, i);
        if (g_strcmp0(json_string_member(entry, "pointer"), pointer) != 0)
            continue;
        g_assert_cmpstr(json_string_member(entry, "value"), ==, value);
        const char *text =
            json_object_to_json_string_ext(json_object_object_get(entry, "carried_by"),
                                           JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
        g_test_message("%s", text);
        g_assert_nonnull(strstr(text, carrier));
        return;
    }
    g_assert_not_reached();
}

static void test_each_setting_is_explained(void)
{
    check_explained(
        "/system/time_zone", "GMT Standard Time",
        "{\"pass\":\"oobeSystem\",\"component\":\"Microsoft-Windows-Shell-Setup\",\"path\":\"TimeZone\","
        "\"value\":\"GMT Standard Time\"}");
    check_explained("/system/language", "en-US", "\"path\":\"SetupUILanguage/UILanguage\"");
    check_explained(
        "/users/0/password", "********",
        "\"path\":\"UserAccounts/LocalAccounts/LocalAccount[1]/Password/Value\",\"value\":\"********\"");
    check_explained("/product_key", "********",
                    "\"path\":\"UserData/ProductKey/Key\",\"value\":\"********\"");
    check_explained("/edition", "3", "MetaData[1]/Value");
    check_explained("/specialize/0", "cmd /c ver",
                    "\"path\":\"RunSynchronous/RunSynchronousCommand[2]\",\"command\":\"cmd /c ver\"");
    check_explained("/disk/layout", "system-windows", "\"path\":\"DiskConfiguration/Disk[1]/");
    check_explained("/first_logon/0", "echo x", "{\"pass\":\"first-logon\",\"command\":\"echo x\"}");
    check_explained(NULL, NULL, "\"path\":\"UserData/AcceptEula\",\"value\":\"true\"");
}

static void test_settings_outlive_the_request(void)
{
    json_object *request = request_patched(SYSTEM("\"computer_name\":\"KEPT\""));
    g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
    unattend_wipe_request(request);
    json_object_put(request);
    g_assert_cmpstr(unattend_computer_name(settings), ==, "KEPT");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/settings/good-requests", test_good_requests_pass);
    g_test_add_func("/settings/bad-product-keys", test_bad_product_keys_are_refused);
    g_test_add_func("/settings/bad-system", test_bad_system_is_refused);
    g_test_add_func("/settings/bad-users", test_bad_users_are_refused);
    g_test_add_func("/settings/bad-commands", test_bad_commands_are_refused);
    g_test_add_func("/settings/every-fault-at-once", test_every_fault_is_named_at_once);
    g_test_add_func("/settings/near-misses", test_near_misses_get_a_suggestion);
    g_test_add_func("/settings/faults-never-quote-secrets", test_faults_never_quote_secrets);
    g_test_add_func("/settings/no-object", test_a_request_that_is_no_object_is_refused);
    g_test_add_func("/settings/full-list", test_a_full_list_of_faults_never_passes);
    g_test_add_func("/settings/earlier-faults", test_earlier_faults_are_not_ours);
    g_test_add_func("/settings/defaults", test_defaults);
    g_test_add_func("/settings/made-computer-name", test_a_made_computer_name_gives_way_to_users);
    g_test_add_func("/settings/list-of-commands", test_the_list_of_commands);
    g_test_add_func("/settings/files", test_files_come_through);
    g_test_add_func("/settings/files-in-all", test_files_have_a_limit_in_all);
    g_test_add_func("/settings/explained", test_each_setting_is_explained);
    g_test_add_func("/settings/bad-accounts", test_bad_accounts_are_refused);
    g_test_add_func("/settings/bad-disks", test_bad_disks_are_refused);
    g_test_add_func("/settings/bad-displays", test_bad_displays_are_refused);
    g_test_add_func("/settings/bad-files", test_bad_files_are_refused);
    g_test_add_func("/settings/outlive-the-request", test_settings_outlive_the_request);
    return g_test_run();
}
