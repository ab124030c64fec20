// SPDX-License-Identifier: GPL-3.0-or-later
// A clone's own user, by the programs that Windows 7 has for it: "net user", "net localgroup" [D], and the
// values of Winlogon's key by which an account logs on by itself [D: KB 324737]. The password goes through
// the agent into these programs' command lines, in the machine only; on the host it is in no command line,
// log or row. All may be repeated.
#include <string.h>

#include "daemon/images/personalize.h"

#define SECONDS  120 // of one program; an emulated machine that is busy takes its time
#define WINLOGON "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon"

// FALSE with @error if it could not be run, or not to its end.
static gboolean program(Job *job, const Clone *clone, const char *const *argv, const char *const *environment,
                        int *ret_code, GError **error)
{
    g_autoptr(AgentExecResult) result = personalize_run(job, clone, argv, environment, SECONDS, error);
    if (!result)
        return FALSE;
    if (result->timed_out) {
        job_fail(error, "user-failed", "%s did not end within %d s", argv[0], SECONDS);
        return FALSE;
    }
    *ret_code = result->exit_code;
    return TRUE;
}

// "/y": a password of more than 14 characters is asked about otherwise [P].
static gboolean set_account(Job *job, const Clone *clone, GError **error)
{
    const UnattendUser *user = clone->request->user;
    const char *const look[] = { "net.exe", "user", user->name, NULL };
    int code = 0;
    if (!program(job, clone, look, NULL, &code, error))
        return FALSE;
    const char *const set[] = {
        "net.exe", "user", user->name, user->password, code == 0 ? "/active:yes" : "/add", "/y", NULL
    };
    if (!program(job, clone, set, NULL, &code, error))
        return FALSE;
    if (code == 0)
        return TRUE;
    job_fail(
        error, "user-failed",
        "Windows does not take user \"%s\" with this password (net user: exit code %d): the image may have "
        "a policy for passwords",
        user->name, code);
    return FALSE;
}

// In Windows of other languages the group has another name. By its identifier it is found in all of them; of
// what wmic writes, the inner "for" takes away the carriage return at the end [P].
#define ADD_BY_IDENTIFIER                                                                                    \
    "for /f \"tokens=2 delims==\" %a in ('wmic group where \"SID='S-1-5-32-544'\" get Name /value') do "     \
    "@for /f \"delims=\" %b in (\"%a\") do @net localgroup \"%b\" \"%SEVEND_USER%\" /add"

// Exit code 2 is said of a group that is not there, and of one that has the user already [D: messages 1376,
// 1378]: so the group is looked at first.
static gboolean add_to_administrators(Job *job, const Clone *clone, GError **error)
{
    const char *name = clone->request->user->name;
    const char *const look[] = { "net.exe", "localgroup", "Administrators", NULL };
    const char *const add[] = { "net.exe", "localgroup", "Administrators", name, "/add", NULL };
    const char *const by_identifier[] = { "cmd.exe", "/c", ADD_BY_IDENTIFIER, NULL };
    g_autofree char *variable = g_strconcat("SEVEND_USER=", name, NULL);
    const char *const environment[] = { variable, NULL };
    int code = 0;
    if (!program(job, clone, look, NULL, &code, error))
        return FALSE;
    const gboolean english = code == 0;
    if (!program(job, clone, english ? add : by_identifier, environment, &code, error))
        return FALSE;
    if (code == 0 || code == 2)
        return TRUE;
    job_fail(error, "user-failed",
             "user \"%s\" cannot be made an administrator (net localgroup: exit code %d)", name, code);
    return FALSE;
}

static gboolean set_value(Job *job, const Clone *clone, const char *name, const char *value, GError **error)
{
    const char *const argv[] = { "reg.exe", "add", WINLOGON, "/v", name, "/t",
                                 "REG_SZ",  "/d",  value,    "/f", NULL };
    int code = 0;
    if (!program(job, clone, argv, NULL, &code, error))
        return FALSE;
    if (code != 0)
        job_fail(error, "user-failed", "Winlogon's value %s cannot be set (reg: exit code %d)", name, code);
    return code == 0;
}

// At every start: a count that Setup has left would end it.
static gboolean forget_count(Job *job, const Clone *clone, GError **error)
{
    const char *const argv[] = { "reg.exe", "delete", WINLOGON, "/v", "AutoLogonCount", "/f", NULL };
    int code = 0; // 1: there is none
    return program(job, clone, argv, NULL, &code, error);
}

// Of a machine in no domain, the domain is its own name.
static gboolean set_logon(Job *job, const Clone *clone, GError **error)
{
    const UnattendUser *user = clone->request->user;
    g_autoptr(AgentHello) hello = personalize_hello(job, clone, error);
    if (!hello)
        return FALSE;
    const char *computer =
        clone->request->computer_name ? clone->request->computer_name : hello->computer_name;
    return set_value(job, clone, "DefaultUserName", user->name, error) &&
           set_value(job, clone, "DefaultPassword", user->password, error) &&
           set_value(job, clone, "DefaultDomainName", computer, error) &&
           set_value(job, clone, "AutoAdminLogon", "1", error) && forget_count(job, clone, error);
}

gboolean personalize_user(Job *job, const Clone *clone, GError **error)
{
    const UnattendUser *user = clone->request ? clone->request->user : NULL;
    if (!user)
        return TRUE;
    job_set_time_limit(job, 10 * SECONDS);
    return set_account(job, clone, error) &&
           (!user->administrator || add_to_administrators(job, clone, error)) &&
           (!user->autologon || set_logon(job, clone, error));
}
