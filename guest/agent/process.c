// SPDX-License-Identifier: GPL-3.0-or-later
// Processes and their descendants; see process.h.
#include "guest/agent/process.h"

#include <stdlib.h>
#include <tlhelp32.h>

#define DESCENDANTS_MAX 256u

HANDLE process_open(const wchar_t *path, DWORD access, DWORD disposition)
{
    SECURITY_ATTRIBUTES inherit = { .nLength = sizeof inherit, .bInheritHandle = TRUE };

    return CreateFileW(path, access, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherit, disposition, 0, NULL);
}

HANDLE process_open_log(const wchar_t *path)
{
    HANDLE log = process_open(path, FILE_APPEND_DATA | SYNCHRONIZE, OPEN_ALWAYS);

    return log != INVALID_HANDLE_VALUE ? log : process_open(L"NUL", GENERIC_WRITE, OPEN_EXISTING);
}

struct attributes {
    STARTUPINFOEXW info;
    HANDLE handles[3];
    size_t count;
};

// CreateProcess refuses a list in which a handle stands twice.
static void add_handle(struct attributes *attributes, HANDLE handle)
{
    for (size_t i = 0; i < attributes->count; i++)
        if (attributes->handles[i] == handle)
            return;
    attributes->handles[attributes->count++] = handle;
}

// The list of inherited handles (Windows Vista and later [D]) keeps the pipes of commands that run at the
// same time apart: a stray copy of a pipe's writing end would keep that pipe open.
static BOOL list_handles(struct attributes *attributes, const struct process_start *start)
{
    SIZE_T size = 0;

    add_handle(attributes, start->input);
    add_handle(attributes, start->output);
    add_handle(attributes, start->errors);
    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    LPPROC_THREAD_ATTRIBUTE_LIST list = malloc(size);
    if (list == NULL || !InitializeProcThreadAttributeList(list, 1, 0, &size)) {
        free(list);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return FALSE;
    }
    if (UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, attributes->handles,
                                  attributes->count * sizeof(HANDLE), NULL, NULL)) {
        attributes->info.lpAttributeList = list;
        return TRUE;
    }
    DWORD error = GetLastError();
    DeleteProcThreadAttributeList(list);
    free(list);
    SetLastError(error);
    return FALSE;
}

static BOOL prepare(struct attributes *attributes, const struct process_start *start)
{
    static wchar_t desktop[] = L"winsta0\\default";

    *attributes = (struct attributes){ .info.StartupInfo.cb = sizeof attributes->info.StartupInfo };
    if (start->user != NULL)
        attributes->info.StartupInfo.lpDesktop = desktop;
    if (start->output == NULL)
        return TRUE;
    attributes->info.StartupInfo.cb = sizeof attributes->info;
    attributes->info.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    attributes->info.StartupInfo.hStdInput = start->input;
    attributes->info.StartupInfo.hStdOutput = start->output;
    attributes->info.StartupInfo.hStdError = start->errors;
    return list_handles(attributes, start);
}

static void free_attributes(struct attributes *attributes)
{
    if (attributes->info.lpAttributeList == NULL)
        return;
    DeleteProcThreadAttributeList(attributes->info.lpAttributeList);
    free(attributes->info.lpAttributeList);
}

// A job that lets go of processes that ask for it: Windows 7 has no nested jobs, so a program that makes jobs
// itself (browsers, some installers) starts its children with CREATE_BREAKAWAY_FROM_JOB and fails where that
// is forbidden [D].
static HANDLE new_job(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {
        .BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_BREAKAWAY_OK,
    };
    HANDLE job = CreateJobObjectW(NULL, NULL);

    if (job != NULL)
        SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
    return job;
}

static BOOL create(const struct process_start *start, DWORD flags, STARTUPINFOW *startup,
                   PROCESS_INFORMATION *info)
{
    const BOOL inherit = start->output != NULL;

    if (start->environment != NULL)
        flags |= CREATE_UNICODE_ENVIRONMENT;
    if (start->user != NULL)
        return CreateProcessAsUserW(start->user, NULL, start->line, NULL, NULL, inherit, flags,
                                    start->environment, start->cwd, startup, info);
    return CreateProcessW(NULL, start->line, NULL, NULL, inherit, flags, start->environment, start->cwd,
                          startup, info);
}

BOOL process_start(const struct process_start *start, struct process *process)
{
    struct attributes attributes;
    PROCESS_INFORMATION info;
    BOOL in_job = FALSE;
    const BOOL contained = start->containment == PROCESS_CONTAINED;
    DWORD flags = CREATE_NO_WINDOW | CREATE_SUSPENDED;

    *process = (struct process){ 0 };
    if (!prepare(&attributes, start))
        return FALSE;
    if (attributes.info.lpAttributeList != NULL)
        flags |= EXTENDED_STARTUPINFO_PRESENT;
    // Should the agent itself be in a job, its children are too, and could not be put into another one.
    if (contained && IsProcessInJob(GetCurrentProcess(), NULL, &in_job) && in_job)
        flags |= CREATE_BREAKAWAY_FROM_JOB;
    STARTUPINFOW *startup = &attributes.info.StartupInfo;
    BOOL started = create(start, flags, startup, &info);
    if (!started && GetLastError() == ERROR_ACCESS_DENIED && (flags & CREATE_BREAKAWAY_FROM_JOB))
        started = create(start, flags & ~(DWORD)CREATE_BREAKAWAY_FROM_JOB, startup, &info);
    DWORD error = GetLastError();
    free_attributes(&attributes);
    if (!started) {
        SetLastError(error);
        return FALSE;
    }
    // Not on the desktop: all processes of a job are in one session [D], and process_kill() does without.
    if (contained) {
        process->job = new_job();
        if (process->job != NULL && !AssignProcessToJobObject(process->job, info.hProcess)) {
            CloseHandle(process->job);
            process->job = NULL;
        }
    }
    process->handle = info.hProcess;
    process->id = info.dwProcessId;
    ResumeThread(info.hThread);
    CloseHandle(info.hThread);
    return TRUE;
}

static ULONGLONG creation_time(HANDLE handle)
{
    FILETIME created, other;

    if (!GetProcessTimes(handle, &created, &other, &other, &other))
        return 0;
    return (ULONGLONG)created.dwHighDateTime << 32 | created.dwLowDateTime;
}

struct descendant {
    DWORD id;
    HANDLE handle;
    ULONGLONG created;
};

// A process id is reused, so a child is one only if it is not older than its parent.
static void add_child(struct descendant *family, size_t *count, const PROCESSENTRY32W *entry)
{
    struct descendant child = { .id = entry->th32ProcessID };

    for (size_t i = 0; i < *count; i++)
        if (family[i].id == child.id)
            return;
    for (size_t i = 0; i < *count; i++) {
        if (family[i].id != entry->th32ParentProcessID)
            continue;
        child.handle = OpenProcess(PROCESS_TERMINATE | PROCESS_QUERY_INFORMATION, FALSE, child.id);
        if (child.handle == NULL)
            return;
        child.created = creation_time(child.handle);
        if (child.created < family[i].created) {
            CloseHandle(child.handle);
            return;
        }
        family[(*count)++] = child;
        return;
    }
}

// Fills family, whose first entry is the root, with all descendants that can be found and opened.
static size_t find_family(struct descendant *family, const struct process *root)
{
    PROCESSENTRY32W entry = { .dwSize = sizeof entry };
    size_t count = 1, before;
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);

    family[0] = (struct descendant){ root->id, root->handle, creation_time(root->handle) };
    if (snapshot == INVALID_HANDLE_VALUE)
        return count;
    do {
        before = count;
        for (BOOL more = Process32FirstW(snapshot, &entry); more && count < DESCENDANTS_MAX;
             more = Process32NextW(snapshot, &entry))
            add_child(family, &count, &entry);
    } while (count > before && count < DESCENDANTS_MAX);
    CloseHandle(snapshot);
    return count;
}

void process_kill(struct process *process, UINT exit_code)
{
    struct descendant family[DESCENDANTS_MAX];
    size_t count = find_family(family, process);

    if (process->job != NULL)
        TerminateJobObject(process->job, exit_code);
    for (size_t i = 0; i < count; i++) {
        TerminateProcess(family[i].handle, exit_code);
        if (i > 0)
            CloseHandle(family[i].handle);
    }
}

void process_close(struct process *process)
{
    if (process->job != NULL)
        CloseHandle(process->job);
    if (process->handle != NULL)
        CloseHandle(process->handle);
    *process = (struct process){ 0 };
}
