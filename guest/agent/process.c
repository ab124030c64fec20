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

struct start_attributes {
    STARTUPINFOEXW info;
    HANDLE handles[3];
    size_t count;
    LPPROC_THREAD_ATTRIBUTE_LIST list;
};

// CreateProcess refuses a list in which a handle stands twice.
static void add_handle(struct start_attributes *start, HANDLE handle)
{
    for (size_t i = 0; i < start->count; i++)
        if (start->handles[i] == handle)
            return;
    start->handles[start->count++] = handle;
}

// The list of inherited handles (Windows Vista and later [D]) keeps the pipes of commands that run at the
// same time apart: a stray copy of a pipe's writing end would keep that pipe open.
static BOOL prepare(struct start_attributes *start, HANDLE input, HANDLE output, HANDLE errors)
{
    SIZE_T size = 0;

    *start = (struct start_attributes){ 0 };
    add_handle(start, input);
    add_handle(start, output);
    add_handle(start, errors);
    start->info.StartupInfo = (STARTUPINFOW){
        .cb = sizeof start->info,
        .dwFlags = STARTF_USESTDHANDLES,
        .hStdInput = input,
        .hStdOutput = output,
        .hStdError = errors,
    };
    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    start->list = malloc(size);
    if (start->list == NULL || !InitializeProcThreadAttributeList(start->list, 1, 0, &size)) {
        free(start->list);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return FALSE;
    }
    start->info.lpAttributeList = start->list;
    if (UpdateProcThreadAttribute(start->list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, start->handles,
                                  start->count * sizeof(HANDLE), NULL, NULL))
        return TRUE;
    DWORD error = GetLastError();
    DeleteProcThreadAttributeList(start->list);
    free(start->list);
    SetLastError(error);
    return FALSE;
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

BOOL process_start(wchar_t *line, const wchar_t *cwd, HANDLE input, HANDLE output, HANDLE errors,
                   enum process_containment containment, struct process *process)
{
    struct start_attributes start;
    PROCESS_INFORMATION info;
    BOOL in_job = FALSE;
    DWORD flags = CREATE_NO_WINDOW | CREATE_SUSPENDED | EXTENDED_STARTUPINFO_PRESENT;

    *process = (struct process){ 0 };
    if (!prepare(&start, input, output, errors))
        return FALSE;
    // Should the agent itself be in a job, its children are too, and could not be put into another one.
    if (containment == PROCESS_CONTAINED && IsProcessInJob(GetCurrentProcess(), NULL, &in_job) && in_job)
        flags |= CREATE_BREAKAWAY_FROM_JOB;
    STARTUPINFOW *startup = &start.info.StartupInfo;
    BOOL started = CreateProcessW(NULL, line, NULL, NULL, TRUE, flags, NULL, cwd, startup, &info);
    if (!started && GetLastError() == ERROR_ACCESS_DENIED && (flags & CREATE_BREAKAWAY_FROM_JOB)) {
        flags &= ~(DWORD)CREATE_BREAKAWAY_FROM_JOB;
        started = CreateProcessW(NULL, line, NULL, NULL, TRUE, flags, NULL, cwd, startup, &info);
    }
    DWORD error = GetLastError();
    DeleteProcThreadAttributeList(start.list);
    free(start.list);
    if (!started) {
        SetLastError(error);
        return FALSE;
    }
    if (containment == PROCESS_CONTAINED) {
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
