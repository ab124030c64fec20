// SPDX-License-Identifier: GPL-3.0-or-later
// Commands for the host; see exec.h. Here are the table of running ones and the thread that follows one of
// them; reading the request is exec_request.c.
#include "guest/agent/exec.h"

#include <stdio.h>
#include <stdlib.h>

#include "guest/agent/answer.h"
#include "guest/agent/exec_request.h"
#include "guest/agent/exec_spawn.h"
#include "guest/agent/relay.h"

// How often a pipe is looked at. Anonymous pipes have no wait of their own, and a blocking read could not be
// given up.
#define POLL_MS 10u
// A command that has ended waits this long, without progress, for a host that does not take its output.
#define HOST_PATIENCE_MS 60000u
// A process that was terminated and is still there after this is left to Windows.
#define DEATH_PATIENCE_MS 10000u

struct exec {
    struct exec_table *table;
    uint32_t id;
    DWORD timeout_ms;
    HANDLE kill;        // manual-reset event
    volatile LONG room; // how much more output may be on its way
    LONG acknowledge;   // input whose taking the host has not been told yet
    bool on_desktop;
    struct exec_child child;
};

void exec_init(struct exec_table *table, struct outbox *outbox)
{
    *table = (struct exec_table){ .outbox = outbox };
    InitializeCriticalSection(&table->lock);
}

static void free_exec(struct exec *exec)
{
    exec_child_close(&exec->child);
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

static bool pump_output(struct exec *exec, struct exec_output *output)
{
    LONG before = exec->room, room = before;
    bool moved = exec_output_pump(output, exec->table->outbox, exec->id, &room);

    InterlockedExchangeAdd(&exec->room, room - before); // the session may have added meanwhile
    return moved;
}

static bool pump_input(struct exec *exec)
{
    DWORD taken = exec_input_pump(&exec->child.input);

    exec->acknowledge += (LONG)taken;
    if (exec->acknowledge > 0 && answer_ack(exec->table->outbox, exec->id, (uint32_t)exec->acknowledge))
        exec->acknowledge = 0;
    return taken > 0;
}

static bool pump(struct exec *exec)
{
    bool moved = pump_output(exec, &exec->child.output);

    moved |= pump_output(exec, &exec->child.errors);
    if (exec->child.input.write.hEvent != NULL)
        moved |= pump_input(exec);
    return moved;
}

// Streams until the process has ended by itself, by KILL or by its time limit. Returns its exit code.
static DWORD follow(struct exec *exec, bool *timed_out)
{
    HANDLE handles[2] = { exec->child.process.handle, exec->kill };
    ULONGLONG limit = GetTickCount64() + exec->timeout_ms;
    DWORD code = 0;

    for (;;) {
        DWORD woken = WaitForMultipleObjects(2, handles, FALSE, 0);
        if (woken == WAIT_OBJECT_0)
            break;
        *timed_out = GetTickCount64() >= limit;
        if (woken == WAIT_OBJECT_0 + 1 || *timed_out) {
            code = *timed_out ? EXEC_EXIT_TIMED_OUT : EXEC_EXIT_KILLED;
            process_kill(&exec->child.process, code);
            WaitForSingleObject(exec->child.process.handle, DEATH_PATIENCE_MS);
            return code;
        }
        if (!pump(exec))
            WaitForMultipleObjects(2, handles, FALSE, POLL_MS);
    }
    GetExitCodeProcess(exec->child.process.handle, &code);
    return code;
}

// What the process wrote is in the pipes now. Their end is not waited for: something that it left running in
// the background may hold them open for ever. Returns whether the host has taken all.
static bool drain(struct exec *exec)
{
    ULONGLONG since = GetTickCount64();

    while (GetTickCount64() - since < HOST_PATIENCE_MS) {
        if (pump(exec))
            since = GetTickCount64();
        else if (!exec_output_waits(&exec->child.output) && !exec_output_waits(&exec->child.errors))
            return true;
        else if (WaitForSingleObject(exec->kill, POLL_MS) == WAIT_OBJECT_0)
            return false;
    }
    return false;
}

static void refuse_spawn(struct exec_table *table, uint32_t id, DWORD error)
{
    char message[96];
    bool missing = error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND;

    if (error == ERROR_DIRECTORY)
        _snprintf(message, sizeof message, "the working directory does not exist");
    else if (missing)
        _snprintf(message, sizeof message, "the program was not found");
    else if (error == ERROR_NOT_LOGGED_ON)
        _snprintf(message, sizeof message, "nobody is logged on at the machine's desktop");
    else
        _snprintf(message, sizeof message, "the program could not be started: Windows error %lu", error);
    answer_error(table->outbox, id, missing || error == ERROR_DIRECTORY ? "not-found" : "spawn-failed",
                 message);
}

// The relay could not start the program: said as if the agent could not.
static bool refuse_relay(struct exec *exec, DWORD code)
{
    if (!exec->on_desktop || (code & 0xffff0000) != RELAY_FAILED)
        return false;
    refuse_spawn(exec->table, exec->id, code & 0xffff);
    return true;
}

static DWORD WINAPI exec_thread(void *argument)
{
    struct exec *exec = argument;
    struct outbox *outbox = exec->table->outbox;
    bool timed_out = false;
    DWORD code = follow(exec, &timed_out);
    uint32_t id = exec->id;
    bool dropped = !drain(exec);
    ULONGLONG since = GetTickCount64();

    if (!refuse_relay(exec, code))
        while (!answer_exit(outbox, id, code, timed_out, dropped) &&
               GetTickCount64() - since < HOST_PATIENCE_MS)
            Sleep(POLL_MS);
    leave_table(exec);
    return 0;
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

static struct exec *new_exec(struct exec_table *table, uint32_t id, const struct exec_request *request)
{
    struct exec *exec = calloc(1, sizeof *exec);

    if (exec == NULL)
        return NULL;
    exec->table = table;
    exec->id = id;
    exec->timeout_ms = request->timeout_ms;
    exec->room = request->window;
    exec->on_desktop = request->on_desktop;
    exec->child.output.type = WIRE_STDOUT;
    exec->child.errors.type = WIRE_STDERR;
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
    struct exec *exec = new_exec(table, frame->id, &request);
    if (exec == NULL || exec->kill == NULL) {
        answer_error(table->outbox, frame->id, "spawn-failed", "out of memory");
        free(exec);
    } else if (!enter_table(exec, &code, &message)) {
        answer_error(table->outbox, frame->id, code, message);
        free_exec(exec);
    } else if (!exec_spawn(&exec->child, &request)) {
        refuse_spawn(table, frame->id, GetLastError());
        leave_table(exec);
    } else {
        HANDLE thread = CreateThread(NULL, 0, exec_thread, exec, 0, NULL);
        if (thread == NULL) {
            process_kill(&exec->child.process, EXEC_EXIT_KILLED);
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

// With the lock.
static struct exec *find(struct exec_table *table, uint32_t id)
{
    for (size_t i = 0; i < EXEC_RUNNING_MAX; i++)
        if (table->running[i] != NULL && table->running[i]->id == id)
            return table->running[i];
    return NULL;
}

void exec_take_input(struct exec_table *table, const struct wire_frame *frame)
{
    struct wire_field data = { .length = 0 };

    wire_frame_find(frame, WIRE_DATA, &data);
    EnterCriticalSection(&table->lock);
    struct exec *exec = find(table, frame->id);
    if (exec != NULL && exec->child.input.write.hEvent != NULL)
        exec_input_put(&exec->child.input, data.bytes, data.length);
    LeaveCriticalSection(&table->lock);
}

void exec_acknowledge(struct exec_table *table, const struct wire_frame *frame)
{
    struct wire_field field;
    uint32_t bytes;

    if (!wire_frame_find(frame, WIRE_BYTES, &field) || !wire_field_u32(&field, &bytes) || bytes > WIRE_WINDOW)
        return;
    EnterCriticalSection(&table->lock);
    struct exec *exec = find(table, frame->id);
    if (exec != NULL)
        InterlockedExchangeAdd(&exec->room, (LONG)bytes);
    LeaveCriticalSection(&table->lock);
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
