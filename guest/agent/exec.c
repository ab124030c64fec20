// SPDX-License-Identifier: GPL-3.0-or-later
// Commands for the host; see exec.h. Here are the table of running ones and the thread that follows one of
// them; reading the request is exec_request.c.
#include "guest/agent/exec.h"

#include <stdio.h>
#include <stdlib.h>

#include "guest/agent/answer.h"
#include "guest/agent/exec_request.h"
#include "guest/agent/process.h"

// How often a pipe is looked at. Anonymous pipes have no wait of their own, and a blocking read could not be
// given up.
#define POLL_MS   10u
#define PIPE_SIZE 65536u
// A command that has ended waits this long, without progress, for a host that does not take its output.
#define HOST_PATIENCE_MS 10000u
// A process that was terminated and is still there after this is left to Windows.
#define DEATH_PATIENCE_MS 10000u

struct stream {
    HANDLE pipe; // NULL once closed
    uint16_t type;
    size_t pending; // length of the frame that found no room in the outbox yet
    uint8_t data[WIRE_DATA_MAX];
    uint8_t frame[WIRE_HEADER_SIZE + WIRE_FIELD_HEADER + WIRE_DATA_MAX];
};

struct exec {
    struct exec_table *table;
    uint32_t id;
    DWORD timeout_ms;
    HANDLE kill; // manual-reset event
    struct process process;
    struct stream output, errors;
};

void exec_init(struct exec_table *table, struct outbox *outbox)
{
    *table = (struct exec_table){ .outbox = outbox };
    InitializeCriticalSection(&table->lock);
}

static void free_exec(struct exec *exec)
{
    process_close(&exec->process);
    if (exec->output.pipe != NULL)
        CloseHandle(exec->output.pipe);
    if (exec->errors.pipe != NULL)
        CloseHandle(exec->errors.pipe);
    if (exec->kill != NULL)
        CloseHandle(exec->kill);
    free(exec);
}

static void leave_table(struct exec *exec)
{
    struct exec_table *table = exec->table;

    EnterCriticalSection(&table->lock);
    for (size_t i = 0; i < EXEC_RUNNING_MAX; i++)
        if (table->running[i] == exec)
            table->running[i] = NULL;
    LeaveCriticalSection(&table->lock);
    free_exec(exec);
}

// Moves output from one pipe towards the host. True when something moved.
static bool pump(struct exec *exec, struct stream *stream)
{
    struct wire_encoder encoder;
    DWORD available = 0, count = 0;
    bool moved = false;

    if (stream->pending == 0 && stream->pipe != NULL) {
        if (!PeekNamedPipe(stream->pipe, NULL, 0, NULL, &available, NULL)) {
            CloseHandle(stream->pipe);
            stream->pipe = NULL;
            return false;
        }
        if (available > WIRE_DATA_MAX)
            available = WIRE_DATA_MAX;
        if (available == 0 || !ReadFile(stream->pipe, stream->data, available, &count, NULL) || count == 0)
            return false;
        wire_encoder_begin(&encoder, stream->frame, sizeof stream->frame, stream->type, exec->id);
        wire_encoder_bytes(&encoder, WIRE_DATA, stream->data, count);
        stream->pending = wire_encoder_end(&encoder);
        moved = true;
    }
    if (stream->pending > 0 &&
        outbox_put(exec->table->outbox, stream->frame, stream->pending, OUTBOX_OUTPUT)) {
        stream->pending = 0;
        moved = true;
    }
    return moved;
}

// Streams until the process has ended by itself, by KILL or by its time limit. Returns its exit code.
static DWORD follow(struct exec *exec, bool *timed_out)
{
    HANDLE handles[2] = { exec->process.handle, exec->kill };
    ULONGLONG limit = GetTickCount64() + exec->timeout_ms;
    DWORD code = 0;

    for (;;) {
        DWORD woken = WaitForMultipleObjects(2, handles, FALSE, 0);
        if (woken == WAIT_OBJECT_0)
            break;
        *timed_out = GetTickCount64() >= limit;
        if (woken == WAIT_OBJECT_0 + 1 || *timed_out) {
            code = *timed_out ? EXEC_EXIT_TIMED_OUT : EXEC_EXIT_KILLED;
            process_kill(&exec->process, code);
            WaitForSingleObject(exec->process.handle, DEATH_PATIENCE_MS);
            return code;
        }
        bool moved = pump(exec, &exec->output);
        moved |= pump(exec, &exec->errors);
        if (!moved)
            WaitForMultipleObjects(2, handles, FALSE, POLL_MS);
    }
    GetExitCodeProcess(exec->process.handle, &code);
    return code;
}

// What the process wrote is in the pipes now. Their end is not waited for: something that it left running in
// the background may hold them open for ever.
static void drain(struct exec *exec)
{
    ULONGLONG since = GetTickCount64();

    while (GetTickCount64() - since < HOST_PATIENCE_MS) {
        bool moved = pump(exec, &exec->output);
        moved |= pump(exec, &exec->errors);
        if (moved)
            since = GetTickCount64();
        else if (exec->output.pending == 0 && exec->errors.pending == 0)
            return;
        else
            Sleep(POLL_MS);
    }
}

static DWORD WINAPI exec_thread(void *argument)
{
    struct exec *exec = argument;
    struct outbox *outbox = exec->table->outbox;
    bool timed_out = false;
    DWORD code = follow(exec, &timed_out);
    uint32_t id = exec->id;
    ULONGLONG since = GetTickCount64();

    drain(exec);
    while (!answer_exit(outbox, id, code, timed_out) && GetTickCount64() - since < HOST_PATIENCE_MS)
        Sleep(POLL_MS);
    leave_table(exec);
    return 0;
}

// Makes a pipe whose writing end a child can inherit.
static BOOL make_pipe(HANDLE *reading, HANDLE *writing)
{
    SECURITY_ATTRIBUTES inherit = { .nLength = sizeof inherit, .bInheritHandle = TRUE };

    *writing = NULL;
    if (!CreatePipe(reading, writing, &inherit, PIPE_SIZE)) {
        *reading = NULL;
        return FALSE;
    }
    return SetHandleInformation(*reading, HANDLE_FLAG_INHERIT, 0);
}

static BOOL spawn(struct exec *exec, const struct exec_request *request)
{
    SECURITY_ATTRIBUTES inherit = { .nLength = sizeof inherit, .bInheritHandle = TRUE };
    HANDLE output = NULL, errors = NULL;
    HANDLE input = CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherit,
                               OPEN_EXISTING, 0, NULL);
    BOOL started =
        input != INVALID_HANDLE_VALUE && make_pipe(&exec->output.pipe, &output) &&
        make_pipe(&exec->errors.pipe, &errors) &&
        process_start(request->line, request->cwd, input, output, errors, PROCESS_CONTAINED, &exec->process);
    DWORD error = GetLastError();

    if (errors != NULL)
        CloseHandle(errors);
    if (output != NULL)
        CloseHandle(output);
    if (input != INVALID_HANDLE_VALUE)
        CloseHandle(input);
    SetLastError(error);
    return started;
}

static void refuse_spawn(struct exec_table *table, uint32_t id, DWORD error)
{
    char message[96];
    bool missing = error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND;

    if (error == ERROR_DIRECTORY)
        _snprintf(message, sizeof message, "the working directory does not exist");
    else if (missing)
        _snprintf(message, sizeof message, "the program was not found");
    else
        _snprintf(message, sizeof message, "the program could not be started: Windows error %lu", error);
    answer_error(table->outbox, id, missing || error == ERROR_DIRECTORY ? "not-found" : "spawn-failed",
                 message);
}

// Takes a free place for the id. On failure says why.
static bool enter_table(struct exec *exec, const char **code, const char **message)
{
    struct exec_table *table = exec->table;
    struct exec **place = NULL;
    bool in_use = false;

    EnterCriticalSection(&table->lock);
    for (size_t i = 0; i < EXEC_RUNNING_MAX; i++) {
        if (table->running[i] == NULL)
            place = &table->running[i];
        else if (table->running[i]->id == exec->id)
            in_use = true;
    }
    if (place != NULL && !in_use)
        *place = exec;
    LeaveCriticalSection(&table->lock);
    *code = in_use ? "bad-request" : "busy";
    *message = in_use ? "a command with this id is running" : "too many commands are running";
    return place != NULL && !in_use;
}

static struct exec *new_exec(struct exec_table *table, uint32_t id, DWORD timeout_ms)
{
    struct exec *exec = calloc(1, sizeof *exec);

    if (exec == NULL)
        return NULL;
    exec->table = table;
    exec->id = id;
    exec->timeout_ms = timeout_ms;
    exec->output.type = WIRE_STDOUT;
    exec->errors.type = WIRE_STDERR;
    exec->kill = CreateEventW(NULL, TRUE, FALSE, NULL);
    return exec;
}

void exec_start(struct exec_table *table, const struct wire_frame *frame)
{
    struct exec_request request;
    const char *code, *message;

    if (!exec_request_read(&request, frame, &code, &message)) {
        answer_error(table->outbox, frame->id, code, message);
        return;
    }
    struct exec *exec = new_exec(table, frame->id, request.timeout_ms);
    if (exec == NULL || exec->kill == NULL) {
        answer_error(table->outbox, frame->id, "spawn-failed", "out of memory");
        free(exec);
    } else if (!enter_table(exec, &code, &message)) {
        answer_error(table->outbox, frame->id, code, message);
        free_exec(exec);
    } else if (!spawn(exec, &request)) {
        refuse_spawn(table, frame->id, GetLastError());
        leave_table(exec);
    } else {
        HANDLE thread = CreateThread(NULL, 0, exec_thread, exec, 0, NULL);
        if (thread == NULL) {
            process_kill(&exec->process, EXEC_EXIT_KILLED);
            answer_error(table->outbox, frame->id, "spawn-failed", "no thread could be started");
            leave_table(exec);
        } else {
            CloseHandle(thread);
        }
    }
    exec_request_free(&request);
}

bool exec_kill(struct exec_table *table, uint32_t id)
{
    bool found = false;

    EnterCriticalSection(&table->lock);
    for (size_t i = 0; i < EXEC_RUNNING_MAX; i++) {
        if (table->running[i] != NULL && table->running[i]->id == id) {
            SetEvent(table->running[i]->kill);
            found = true;
        }
    }
    LeaveCriticalSection(&table->lock);
    return found;
}

void exec_kill_all(struct exec_table *table, DWORD wait_ms)
{
    ULONGLONG until = GetTickCount64() + wait_ms;
    bool any;

    do {
        any = false;
        EnterCriticalSection(&table->lock);
        for (size_t i = 0; i < EXEC_RUNNING_MAX; i++) {
            if (table->running[i] != NULL) {
                SetEvent(table->running[i]->kill);
                any = true;
            }
        }
        LeaveCriticalSection(&table->lock);
        if (any)
            Sleep(POLL_MS);
    } while (any && GetTickCount64() < until);
}
