// SPDX-License-Identifier: GPL-3.0-or-later
// Pipes, environment and session of a command; see exec_spawn.h.
#include "guest/agent/exec_spawn.h"

#include <stdio.h>
#include <stdlib.h>

#include "guest/agent/desktop.h"
#include "guest/agent/environment.h"
#include "guest/agent/pipe.h"

// What the command is started with; the ends that it gets are closed again once it runs.
struct ends {
    HANDLE input, output, errors;
};

// Makes a pipe whose writing end a child can inherit.
static BOOL make_pipe(HANDLE *reading, HANDLE *writing)
{
    SECURITY_ATTRIBUTES inherit = { .nLength = sizeof inherit, .bInheritHandle = TRUE };

    if (CreatePipe(reading, writing, &inherit, PIPE_SIZE))
        return SetHandleInformation(*reading, HANDLE_FLAG_INHERIT, 0);
    *reading = *writing = NULL;
    return FALSE;
}

static BOOL serve_input(struct exec_child *child, const wchar_t *stem)
{
    HANDLE pipe = pipe_serve_input(stem, L"in");

    return pipe != INVALID_HANDLE_VALUE && exec_input_init(&child->input, pipe);
}

// For a command in the agent's own session.
static BOOL open_ends(struct exec_child *child, const struct exec_request *request, const wchar_t *stem,
                      struct ends *ends)
{
    if (!make_pipe(&child->output.pipe, &ends->output) || !make_pipe(&child->errors.pipe, &ends->errors) ||
        (request->has_input && !serve_input(child, stem)))
        return FALSE;
    ends->input = request->has_input ? pipe_connect(stem, L"in", GENERIC_READ)
                                     : process_open(L"NUL", GENERIC_READ, OPEN_EXISTING);
    return ends->input != INVALID_HANDLE_VALUE;
}

static void close_ends(const struct ends *ends)
{
    const HANDLE handles[] = { ends->input, ends->output, ends->errors };
    DWORD error = GetLastError();

    for (size_t i = 0; i < sizeof handles / sizeof handles[0]; i++)
        if (handles[i] != NULL && handles[i] != INVALID_HANDLE_VALUE)
            CloseHandle(handles[i]);
    SetLastError(error);
}

static BOOL spawn_here(struct exec_child *child, const struct exec_request *request, wchar_t *environment)
{
    wchar_t stem[PIPE_NAME_MAX];
    struct ends ends = { NULL, NULL, NULL };

    pipe_new_name(stem);
    BOOL started = open_ends(child, request, stem, &ends);
    if (started) {
        const struct process_start start = {
            .line = request->line,
            .cwd = request->cwd,
            .input = ends.input,
            .output = ends.output,
            .errors = ends.errors,
            .containment = PROCESS_CONTAINED,
            .environment = environment,
        };
        started = process_start(&start, &child->process);
    }
    close_ends(&ends);
    return started;
}

// For a command on the desktop: it gets its handles from the relay, which inherits none.
static BOOL serve_ends(struct exec_child *child, const struct exec_request *request, const wchar_t *stem)
{
    HANDLE output = pipe_serve_output(stem, L"out");
    HANDLE errors = pipe_serve_output(stem, L"err");

    child->output.pipe = output != INVALID_HANDLE_VALUE ? output : NULL;
    child->errors.pipe = errors != INVALID_HANDLE_VALUE ? errors : NULL;
    return child->output.pipe != NULL && child->errors.pipe != NULL &&
           (!request->has_input || serve_input(child, stem));
}

static wchar_t *relay_line(const wchar_t *stem, const wchar_t *line)
{
    wchar_t agent[MAX_PATH];
    DWORD length = GetModuleFileNameW(NULL, agent, MAX_PATH);
    size_t size = wcslen(line) + MAX_PATH + PIPE_NAME_MAX + 16;
    wchar_t *whole = malloc(size * sizeof *whole);

    if (whole == NULL || length == 0 || length >= MAX_PATH) {
        free(whole);
        return NULL;
    }
    _snwprintf(whole, size, L"\"%ls\" --relay %ls %ls", agent, stem, line);
    return whole;
}

static BOOL spawn_on_desktop(struct exec_child *child, const struct exec_request *request, HANDLE user,
                             wchar_t *environment)
{
    wchar_t stem[PIPE_NAME_MAX];

    pipe_new_name(stem);
    wchar_t *line = relay_line(stem, request->line);
    const struct process_start start = {
        .line = line,
        .cwd = request->cwd,
        .containment = PROCESS_CONTAINED,
        .user = user,
        .environment = environment,
    };
    BOOL started = line != NULL && serve_ends(child, request, stem) && process_start(&start, &child->process);
    DWORD error = GetLastError();
    free(line);
    SetLastError(error);
    return started;
}

// NULL also where nothing is to change: then the child has its parent's, or its user's.
static wchar_t *environment_of(const struct exec_request *request, HANDLE user)
{
    wchar_t *own = user == NULL ? GetEnvironmentStringsW() : NULL;
    wchar_t *base = user != NULL ? desktop_environment(user) : own;
    wchar_t *merged = base != NULL ? environment_merge(base, request->changes, request->change_count) : NULL;

    if (own != NULL)
        FreeEnvironmentStringsW(own);
    else
        free(base);
    return merged;
}

BOOL exec_spawn(struct exec_child *child, const struct exec_request *request)
{
    HANDLE user = request->on_desktop ? desktop_user() : NULL;

    if (request->on_desktop && user == NULL)
        return FALSE;
    wchar_t *environment = environment_of(request, user);
    BOOL started = user != NULL ? spawn_on_desktop(child, request, user, environment)
                                : spawn_here(child, request, environment);
    DWORD error = GetLastError();
    free(environment);
    if (user != NULL)
        CloseHandle(user);
    SetLastError(error);
    return started;
}

void exec_child_close(struct exec_child *child)
{
    process_close(&child->process);
    exec_output_close(&child->output);
    exec_output_close(&child->errors);
    exec_input_close(&child->input);
}
