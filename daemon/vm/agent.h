// SPDX-License-Identifier: GPL-3.0-or-later
// The daemon's end of COM2: frames (guest/wire.h) to and from sevend-agent over the Unix socket that QEMU
// listens on. Every byte from the guest is hostile: limits everywhere, nothing waits without a deadline.
#pragma once

#include <gio/gio.h>

#include "daemon/vm/agent_input.h"

#define AGENT_ERROR (agent_error_quark())
GQuark agent_error_quark(void);
typedef enum {
    AGENT_ERROR_UNREACHABLE, // no socket, nobody answers in time
    AGENT_ERROR_NONCE,       // somebody answered who does not know the machine's nonce
    AGENT_ERROR_PROTOCOL,    // broken frames, limits exceeded
    AGENT_ERROR_REMOTE,      // the agent answered with an error; its code and text are in the message
    AGENT_ERROR_BUSY,        // the agent runs as many commands as it may
    AGENT_ERROR_NOT_FOUND,   // the agent found no such file
    AGENT_ERROR_TOO_OLD,     // the agent in the machine knows no such request
} AgentError;

typedef struct {
    char *agent_version, *os_version, *computer_name, *architecture;
    char *first_logon; // running done failed none
    guint protocol;    // WIRE_PROTOCOL_OLDEST to WIRE_PROTOCOL_VERSION
} AgentHello;
void agent_hello_free(AgentHello *hello);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentHello, agent_hello_free)

// Connects to @socket_path (also one that QEMU has yet to make), asks for hello until @timeout_ms has passed,
// checks the nonce in constant time. The caller frees. All functions here block, may be called from any
// thread, and fail with G_IO_ERROR_CANCELLED when @cancellable (may be NULL) is triggered.
AgentHello *agent_hello(const char *socket_path, const char *nonce, guint timeout_ms,
                        GCancellable *cancellable, GError **error);

// ---- Commands; agent_exec.c ----

typedef struct {
    const char *const *argv;        // NULL-terminated; the first is the program
    const char *cwd;                // or NULL
    const char *const *environment; // "NAME=value", added to the agent's or the user's, or NULL
    gboolean on_desktop;            // as the user who is logged on, on the desktop; else as LocalSystem
    guint timeout_ms;               // bounds the command in the guest; 0: 60 s
    guint late_ms;                  // for its end and output to come when that is over; 0: 60 s
} AgentCommand;

#define AGENT_EXEC_ARGUMENTS 256

// A command that runs. Belongs to one thread at a time.
typedef struct AgentProcess AgentProcess;
// @input: its standard input, or NULL: it has none. Too many or too long arguments, or some that are not
// UTF-8: AGENT_ERROR_PROTOCOL.
AgentProcess *agent_process_start(const char *socket_path, const char *nonce, const AgentCommand *command,
                                  AgentInput *input, GCancellable *cancellable, GError **error);
// A command that still runs is killed, with what it has started.
void agent_process_free(AgentProcess *process);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentProcess, agent_process_free)

typedef enum {
    AGENT_PROCESS_QUIET,
    AGENT_PROCESS_STDOUT,
    AGENT_PROCESS_STDERR,
    AGENT_PROCESS_ENDED
} AgentProcessEventKind;
typedef struct {
    AgentProcessEventKind kind;
    const guint8 *bytes; // of STDOUT and STDERR, until the next call
    gsize length;
    int exit_code; // of ENDED; Windows' 32 bits: an NTSTATUS such as 0xC0000005 is negative
    gboolean timed_out, dropped;
} AgentProcessEvent;
// What happens next; QUIET when nothing has until @until. After ENDED nothing more may be asked. The guest
// sends no more than a window before it has been taken off here, so a slow reader slows the command down.
// Input goes to the guest in here, too.
gboolean agent_process_next(AgentProcess *process, AgentProcessEvent *ret_event, gint64 until,
                            GCancellable *cancellable, GError **error);
// Its end comes as an event.
gboolean agent_process_kill(AgentProcess *process, GError **error);

typedef struct {
    int exit_code;
    gboolean timed_out;
    gboolean truncated; // more than the limit was written; the rest was dropped
    GBytes *out, *err;
} AgentExecResult;
void agent_exec_result_free(AgentExecResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentExecResult, agent_exec_result_free)

#define AGENT_EXEC_OUTPUT_LIMIT (16u << 20) // stdout and stderr, each
// Runs a command to its end. @input (may be NULL): its standard input. On cancellation the command is
// killed.
AgentExecResult *agent_exec(const char *socket_path, const char *nonce, const AgentCommand *command,
                            AgentInput *input, GCancellable *cancellable, GError **error);

// Waits at most 20 s until the agent has taken the order; not for the machine to go off.
gboolean agent_shutdown(const char *socket_path, const char *nonce, gboolean reboot, GError **error);
