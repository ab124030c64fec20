// SPDX-License-Identifier: GPL-3.0-or-later
// Imported answer files: what is hostile or wrong is refused by name, what contradicts sevend is a conflict.
// What comes of good ones: the golden files import-*.
#include "unattend/unattend.h"

#include <string.h>

#include "request_text.h"

#define HEAD             "<unattend xmlns=\"urn:schemas-microsoft-com:unattend\">"
#define TAIL             "</unattend>"
#define PASS(name, text) "<settings pass=\"" name "\">" text "</settings>"
#define COMPONENT(name, text)                                                                                \
    "<component name=\"" name "\" processorArchitecture=\"amd64\" publicKeyToken=\"31bf3856ad364e35\" "      \
    "language=\"neutral\" versionScope=\"nonSxS\" "                                                          \
    "xmlns:wcm=\"http://schemas.microsoft.com/WMIConfig/2002/State\">" text "</component>"
#define SHELL(text)      COMPONENT("Microsoft-Windows-Shell-Setup", text)
#define SETUP(text)      COMPONENT("Microsoft-Windows-Setup", text)
#define PE(text)         HEAD PASS("windowsPE", text) TAIL
#define SPECIALIZE(text) HEAD PASS("specialize", text) TAIL
#define OOBE(text)       HEAD PASS("oobeSystem", text) TAIL
#define ACCOUNT(name, group)                                                                                 \
    "<LocalAccount wcm:action=\"add\"><Name>" name "</Name><Group>" group                                    \
    "</Group><Password><Value>p</Value><PlainText>true</PlainText></Password></LocalAccount>"
#define ACCOUNTS(text) "<UserAccounts><LocalAccounts>" text "</LocalAccounts></UserAccounts>"
#define ADMIN          ACCOUNTS(ACCOUNT("boss", "Administrators"))

static json_object *request_with(const char *file, const char *more)
{
    json_object *request = request_from(more);
    json_object_object_add(request, "answer_file", json_object_new_string(file));
    return request;
}

#define USERS "{\"users\":[{\"name\":\"tester\",\"password\":\"secret\",\"administrator\":true}]}"

typedef struct {
    const char *file;
    const char *code;  // of the one fault
    const char *words; // in its message
} Row;

static const Row wrong[] = {
    { "", "not-well-formed", "" },
    { "hello", "not-well-formed", "line 1" },
    { HEAD "<settings pass=\"specialize\">\n</setting>" TAIL, "not-well-formed", "line 2" },
    { HEAD, "not-well-formed", "" },
    { "<!DOCTYPE x [<!ENTITY a \"b\">]>" HEAD TAIL, "doctype", "DOCTYPE" },
    { "<?xml version=\"1.0\"?>\n<!DOCTYPE unattend SYSTEM \"file:///etc/passwd\">" HEAD TAIL, "doctype", "" },
    { HEAD "&undeclared;" TAIL, "not-well-formed", "" },
    { "<unattend/>", "not-an-answer-file", "urn:schemas-microsoft-com:unattend" },
    { "<answers xmlns=\"urn:schemas-microsoft-com:unattend\"/>", "not-an-answer-file", "" },
    { HEAD PASS("firstLogon", "") TAIL, "unknown-pass", "firstLogon" },
    { HEAD PASS("auditUser", "") TAIL, "conflict", "audit" },
    { HEAD "<servicing/>" TAIL, "conflict", "<servicing>" },
    { OOBE(COMPONENT("Microsoft-Windows-Shell-Setupp", "")), "unknown-component",
      "did you mean Microsoft-Windows-Shell-Setup?" },
    { OOBE(SHELL("<TimeZon>UTC</TimeZon>")), "unknown-setting", "did you mean TimeZone?" },
    { OOBE(SHELL("<HideEULAPage>true</HideEULAPage>")), "unknown-setting", "OOBE/HideEULAPage" },
    { OOBE(SHELL("<StartTiles/>")), "not-in-windows-7", "Windows 8" },
    { OOBE(SHELL("<ComputerName>A</ComputerName>")), "wrong-pass",
      "oobeSystem / Microsoft-Windows-Shell-Setup / ComputerName" },
    { OOBE(SHELL("<TimeZone>UTC</TimeZone>\n<TimeZone>UTC</TimeZone>")), "repeated", "line 2" },
    { OOBE(SHELL("<OOBE><HideEULAPage>True</HideEULAPage></OOBE>")), "wrong-type", "\"true\" or \"false\"" },
    { OOBE(SHELL("<OOBE><ProtectYourPC>4</ProtectYourPC></OOBE>")), "bad-value", "" },
    { OOBE(SHELL("<OOBE><NetworkLocation>Office</NetworkLocation></OOBE>")), "bad-value", "Home" },
    { OOBE(SHELL("<TimeZone>GMT Standard Tim</TimeZone>")), "unknown-time-zone", "\"GMT Standard Time\"" },
    { OOBE("<component name=\"Microsoft-Windows-Shell-Setup\" processorArchitecture=\"sparc\" "
           "publicKeyToken=\"31bf3856ad364e35\" language=\"neutral\" versionScope=\"nonSxS\"/>"),
      "bad-value", "processorArchitecture" },
    { OOBE("<component name=\"Microsoft-Windows-Shell-Setup\" processorArchitecture=\"amd64\" "
           "publicKeyToken=\"x\" language=\"neutral\" versionScope=\"nonSxS\"/>"),
      "bad-value", "publicKeyToken" },
    { OOBE(SHELL("") SHELL("")), "repeated", "component already" },
    { OOBE(SHELL("<FirstLogonCommands><SynchronousCommand><Order>1</Order><CommandLine>a</CommandLine>"
                 "</SynchronousCommand></FirstLogonCommands>")),
      "required", "wcm:action" },
    { OOBE(SHELL("<LogonCommands><AsynchronousCommand wcm:action=\"add\"><CommandLine>a</CommandLine>"
                 "</AsynchronousCommand></LogonCommands>")),
      "required", "needs Order" },
    { OOBE(SHELL("text")), "wrong-type", "between them" },
    { OOBE(SHELL("<OOBE>text<HideEULAPage>true</HideEULAPage></OOBE>")), "wrong-type", "OOBE" },
    { SPECIALIZE(SHELL("<ComputerName>SIXTEEN-LETTERS-</ComputerName>")), "too-long", "15" },
    { SPECIALIZE(SHELL("<ComputerName>A_B</ComputerName>")), "bad-characters", "" },
    { SPECIALIZE(SHELL("<ProductKey>not a key</ProductKey>")), "bad-format", "five groups" },
    { OOBE(SHELL(ACCOUNTS(ACCOUNT("bo:b", "Administrators")))), "bad-characters", "" },
    { OOBE(SHELL("<UserAccounts><AdministratorPassword><Value>x</Value><PlainText>false</PlainText>"
                 "</AdministratorPassword></UserAccounts>")),
      "bad-format", "PlainText" },
    { OOBE(COMPONENT("Microsoft-Windows-International-Core", "<InputLocale>qwerty</InputLocale>")),
      "unknown-keyboard", "" },
    { OOBE(COMPONENT("Microsoft-Windows-International-Core", "<UserLocale>xx-YY</UserLocale>")),
      "unknown-locale", "" },
};

static const Row conflicts[] = {
    { PE(SETUP("<UserData><AcceptEula>false</AcceptEula></UserData>")), "conflict", "licence" },
    { PE(SETUP("<ImageInstall><OSImage><InstallToAvailablePartition>true</InstallToAvailablePartition></"
               "OSImage></ImageInstall>")),
      "conflict", "InstallTo" },
    { PE(SETUP("<ImageInstall><OSImage><InstallFrom><Path>\\\\server\\x.wim</Path></InstallFrom></OSImage></"
               "ImageInstall>")),
      "conflict", "request's disc" },
    { PE(SETUP("<DiskConfiguration><Disk wcm:action=\"add\"><DiskID>1</DiskID></Disk></DiskConfiguration>"
               "<ImageInstall><OSImage><InstallTo><DiskID>0</DiskID><PartitionID>1</PartitionID></"
               "InstallTo></OSImage></ImageInstall>")),
      "conflict", "disk 0" },
    { PE(SETUP("<DiskConfiguration><Disk wcm:action=\"add\"><DiskID>0</DiskID></Disk></DiskConfiguration>")),
      "conflict", "which one Windows goes to" },
    { OOBE(SHELL("<OOBE><HideEULAPage>false</HideEULAPage></OOBE>")), "conflict", "licence" },
    { OOBE(COMPONENT("Microsoft-Windows-Deployment", "<Reseal><Mode>Audit</Mode></Reseal>")), "conflict",
      "ends the install" },
    { SPECIALIZE(COMPONENT("Microsoft-Windows-UnattendedJoin",
                           "<Identification><JoinDomain>x</JoinDomain></Identification>")),
      "conflict", "no network" },
    { OOBE(SHELL(ACCOUNTS(ACCOUNT("guest2", "Users")))), "no-administrator", "Administrators" },
    { OOBE(SHELL(ADMIN "<AutoLogon><Username>ghost</Username></AutoLogon>")), "conflict", "does not make" },
    { OOBE(SHELL(ADMIN "<AutoLogon><Username>boss</Username><Enabled>false</Enabled></AutoLogon>")),
      "conflict", "log on" },
    { OOBE(SHELL(ACCOUNTS(ACCOUNT("a", "Administrators") ACCOUNT("A", "Users")))), "repeated", "name" },
};

static void check_row(const Row *row)
{
    g_autoptr(json_object) request = request_with(row->file, "{}");
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(UnattendSettings) settings = unattend_settings_parse(request, "compat-01", faults);
    g_autofree char *text = faults_to_text(faults);
    g_test_message("%.300s: %s", row->file, text);
    g_assert_null(settings);
    for (guint i = 0; i < faults_count(faults); i++) {
        const Fault *fault = faults_get(faults, i);
        g_assert_cmpstr(fault->pointer, ==, "/answer_file");
        if (strcmp(fault->code, row->code) == 0 && strstr(fault->message, row->words) != NULL)
            return;
    }
    g_test_fail_printf("no fault %s \"%s\"", row->code, row->words);
}

static void test_wrong_files_are_refused(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
        check_row(&wrong[i]);
}

static void test_contradictions_are_conflicts(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(conflicts); i++)
        check_row(&conflicts[i]);
}

static void test_hostile_sizes_are_refused(void)
{
    g_autofree char *filling = g_strnfill(300 << 10, 'x');
    g_autofree char *large = g_strdup_printf("%s<!--%s-->%s", HEAD, filling, TAIL);
    check_row(&(Row){ large, "too-long", "" });
    g_autoptr(GString) deep = g_string_new(HEAD);
    for (guint i = 0; i < 2000; i++)
        g_string_append(deep, "<a>");
    check_row(&(Row){ deep->str, "not-well-formed", "" });
    g_autoptr(GString) many = g_string_new(HEAD);
    for (guint i = 0; i < 25000; i++)
        g_string_append(many, "<a/>");
    g_string_append(many, TAIL);
    check_row(&(Row){ many->str, "too-large", "elements" });
}

static void test_members_that_the_file_says_are_conflicts(void)
{
    g_autoptr(json_object) request = request_with(
        OOBE(SHELL(ADMIN)),
        "{\"users\":[{\"name\":\"a\",\"password\":\"p\",\"administrator\":true}],\"system\":{},\"disk\":{},"
        "\"display\":{},\"specialize\":[],\"logon\":[],\"administrator\":{},\"desktop\":{},\"updates\":{},"
        "\"security\":{},\"features\":{},\"first_logon\":[{\"command\":\"ver\"}]}");
    g_autoptr(Faults) faults = faults_new();
    g_assert_null(unattend_settings_parse(request, "compat-01", faults));
    g_autofree char *brief = faults_brief(faults);
    g_assert_cmpstr(
        brief, ==,
        "/administrator conflict, /desktop conflict, /disk conflict, /display conflict, /features conflict, "
        "/logon conflict, /security conflict, /specialize conflict, /system conflict, /updates conflict, "
        "/users conflict");
}

static void test_without_accounts_users_are_needed(void)
{
    g_autoptr(json_object) request = request_with(SPECIALIZE(SHELL("")), "{}");
    g_autoptr(Faults) faults = faults_new();
    g_assert_null(unattend_settings_parse(request, "compat-01", faults));
    g_autofree char *brief = faults_brief(faults);
    g_assert_cmpstr(brief, ==, "/users required");
}

static void test_everything_wrong_is_named_at_once(void)
{
    g_autoptr(json_object) request = request_with(
        OOBE(SHELL(
            "<TimeZone>Mars</TimeZone><Colour>red</Colour><OOBE><HideEULAPage>yes</HideEULAPage></OOBE>")),
        "{}");
    g_autoptr(Faults) faults = faults_new();
    g_assert_null(unattend_settings_parse(request, "compat-01", faults));
    g_autofree char *brief = faults_brief(faults);
    g_assert_nonnull(strstr(brief, "unknown-time-zone"));
    g_assert_nonnull(strstr(brief, "unknown-setting"));
    g_assert_nonnull(strstr(brief, "wrong-type"));
}

static void check_target(const char *file, const UnattendTarget *target, const char *wanted)
{
    g_autoptr(json_object) request = request_with(file, USERS);
    g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
    g_autoptr(Faults) faults = faults_new();
    unattend_check_target(settings, target, faults);
    g_autofree char *brief = faults_brief(faults);
    g_assert_cmpstr(brief, ==, wanted);
}

static void test_the_target_is_checked(void)
{
    static const char *const english[] = { "en-US", NULL };
    const UnattendTarget amd64 = { .architecture = "amd64",
                                   .image_index = 3,
                                   .languages = english,
                                   .edition_id = "PROFESSIONAL",
                                   .disk_bytes = (guint64)32 << 30 };
    UnattendTarget x86 = amd64;
    x86.architecture = "x86";
#define IMAGE(key, value)                                                                                    \
    PE(SETUP("<ImageInstall><OSImage><InstallFrom><MetaData wcm:action=\"add\"><Key>" key                    \
             "</Key><Value>" value "</Value>"                                                                \
             "</MetaData></InstallFrom></OSImage></ImageInstall>"))
    check_target(SPECIALIZE(SHELL("")), &amd64, "");
    check_target(SPECIALIZE(SHELL("")), &x86, "/answer_file wrong-architecture");
    check_target(IMAGE("/IMAGE/INDEX", "3"), &amd64, "");
    check_target(IMAGE("/IMAGE/INDEX", "4"), &amd64, "/answer_file conflict");
    check_target(IMAGE("/IMAGE/NAME", "Windows 7 Professional"), &amd64, "");
    check_target(IMAGE("/IMAGE/NAME", "Windows 7 ULTIMATE"), &amd64, "/answer_file conflict");
    check_target(
        PE(COMPONENT("Microsoft-Windows-International-Core-WinPE", "<UILanguage>de-DE</UILanguage>")), &amd64,
        "/answer_file not-on-disc");
    check_target(
        PE(SETUP("<DiskConfiguration><Disk wcm:action=\"add\"><DiskID>0</DiskID><CreatePartitions>"
                 "<CreatePartition "
                 "wcm:action=\"add\"><Order>1</Order><Size>99999</Size><Type>Primary</Type></CreatePartition>"
                 "</CreatePartitions></Disk></DiskConfiguration><ImageInstall><OSImage><InstallTo><DiskID>0</"
                 "DiskID>"
                 "<PartitionID>1</PartitionID></InstallTo></OSImage></ImageInstall>")),
        &amd64, "/answer_file disk-too-small");
}

static void test_masked_requests_have_no_secret(void)
{
    g_autoptr(json_object) request =
        request_with(OOBE(SHELL(ACCOUNTS(ACCOUNT("boss", "Administrators")))), "{}");
    g_autoptr(json_object) secret = request_with(
        PE(SETUP("<UserData><ProductKey><Key>KKKKK-BBBBB-CCCCC-DDDDD-22222</Key></ProductKey></UserData>")),
        "{}");
    g_autoptr(json_object) broken = request_with("<a>hunter2", "{}");
    g_autoptr(json_object) masked = unattend_mask_request(request);
    g_autoptr(json_object) masked_secret = unattend_mask_request(secret);
    g_autoptr(json_object) masked_broken = unattend_mask_request(broken);
    g_assert_null(strstr(json_string_member(masked, "answer_file"), "<Value>p</Value>"));
    g_assert_nonnull(strstr(json_string_member(masked, "answer_file"), "<Name>boss</Name>"));
    g_assert_null(strstr(json_string_member(masked_secret, "answer_file"), "KKKKK"));
    g_assert_cmpstr(json_string_member(masked_broken, "answer_file"), ==, "********");
    unattend_wipe_request(request);
    g_assert_null(strstr(json_string_member(request, "answer_file"), "boss"));
}

static void test_the_file_names_the_computer(void)
{
    g_autoptr(json_object) named =
        request_with(SPECIALIZE(SHELL("<ComputerName>MUSEUM</ComputerName>")), USERS);
    g_autoptr(json_object) random = request_with(SPECIALIZE(SHELL("<ComputerName>*</ComputerName>")), USERS);
    g_autoptr(json_object) taken = request_with(OOBE(SHELL(ADMIN)), "{}");
    g_autoptr(UnattendSettings) named_settings = settings_from(named, "compat-01");
    g_autoptr(UnattendSettings) random_settings = settings_from(random, "compat-01");
    g_autoptr(UnattendSettings) taken_settings = settings_from(taken, "boss");
    g_assert_cmpstr(unattend_computer_name(named_settings), ==, "MUSEUM");
    g_assert_cmpstr(unattend_computer_name(random_settings), ==, "COMPAT-01");
    g_assert_cmpstr(unattend_computer_name(taken_settings), ==, "BOSS-PC");
}

static void test_the_file_explains_itself(void)
{
    static const UnattendTarget target = { .architecture = "amd64", .image_index = 1 };
    g_autoptr(json_object) request =
        request_with(OOBE(SHELL(ADMIN "<TimeZone>GMT Standard Time</TimeZone>")), "{}");
    g_autoptr(UnattendSettings) settings = settings_from(request, "compat-01");
    g_autoptr(json_object) list = unattend_explain(settings, &target, NULL);
    const char *text =
        json_object_to_json_string_ext(list, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    g_assert_nonnull(strstr(text, "\"pointer\":\"/answer_file\""));
    g_assert_nonnull(strstr(text, "\"path\":\"TimeZone\",\"value\":\"GMT Standard Time\""));
    g_assert_nonnull(strstr(text, "\"pointer\":null"));
    g_assert_null(strstr(text, "\"value\":\"p\""));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/import/wrong-files", test_wrong_files_are_refused);
    g_test_add_func("/import/conflicts", test_contradictions_are_conflicts);
    g_test_add_func("/import/hostile-sizes", test_hostile_sizes_are_refused);
    g_test_add_func("/import/members", test_members_that_the_file_says_are_conflicts);
    g_test_add_func("/import/users-needed", test_without_accounts_users_are_needed);
    g_test_add_func("/import/all-at-once", test_everything_wrong_is_named_at_once);
    g_test_add_func("/import/target", test_the_target_is_checked);
    g_test_add_func("/import/masked", test_masked_requests_have_no_secret);
    g_test_add_func("/import/computer-name", test_the_file_names_the_computer);
    g_test_add_func("/import/explained", test_the_file_explains_itself);
    return g_test_run();
}
