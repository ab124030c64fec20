// SPDX-License-Identifier: GPL-3.0-or-later
// The daemon's end of COM2: frames (guest/wire.h) to and from sevend-agent over the Unix socket that QEMU
// listens on. Every byte from the guest is hostile: limits everywhere, nothing waits without a deadline.
#pragma once

#include <gio/gio.h>

#define AGENT_ERROR (agent_error_quark())
GQuark agent_error_quark(void);
typedef enum {
    AGENT_ERROR_UNREACHABLE, // no socket, nobody answers in time
    AGENT_ERROR_NONCE,       // somebody answered who does not know the machine's nonce
    AGENT_ERROR_PROTOCOL,    // broken frames, limits exceeded
    AGENT_ERROR_REMOTE,      // the agent answered with an error; its code and text are in the message
    AGENT_ERROR_BUSY,        // another exchange with this machine is under way
} AgentError;

typedef struct {
    char *agent_version, *os_version, *computer_name, *architecture;
    char *first_logon; // running done failed none
} AgentHello;
void agent_hello_free(AgentHello *hello);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentHello, agent_hello_free)

// Connects to @socket_path (also one that QEMU has yet to make), asks for hello until @timeout_ms has passed,
// checks the nonce in constant time. The caller frees. All functions here block, may be called from any
// thread, and fail with G_IO_ERROR_CANCELLED when @cancellable (may be NULL) is triggered.
AgentHello *agent_hello(const char *socket_path, const char *nonce, guint timeout_ms,
                        GCancellable *cancellable, GError **error);

typedef struct {
    int exit_code; // Windows' 32 bits: an NTSTATUS such as 0xC0000005 is negative
    gboolean timed_out;
    gboolean truncated; // more than the limit was written; the rest was dropped
    GBytes *out, *err;
} AgentExecResult;
void agent_exec_result_free(AgentExecResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentExecResult, agent_exec_result_free)

#define AGENT_EXEC_OUTPUT_LIMIT (16u << 20) // stdout and stderr, each
#define AGENT_EXEC_ARGUMENTS    256
// Runs @argv (NULL-terminated) in the guest, waits for its end. @timeout_ms bounds the command in the guest;
// 10 s more are given for the answer; 0 means 60 s. On cancellation and time-out the command is killed. Too
// many or too long arguments, or some that are not UTF-8: AGENT_ERROR_PROTOCOL. One exchange a machine at a
// time (lock by socket path): others wait, bounded by their time limit.
AgentExecResult *agent_exec(const char *socket_path, const char *nonce, const char *const *argv,
                            const char *cwd_or_null, guint timeout_ms, GCancellable *cancellable,
                            GError **error);
// Waits at most 20 s until the agent has taken the order; not for the machine to go off.
gboolean agent_shutdown(const char *socket_path, const char *nonce, gboolean reboot, GError **error);
