// SPDX-License-Identifier: GPL-3.0-or-later
// The conversation with the host over COM2; see session.h, and serial.h for why reading polls.
#include "guest/agent/session.h"

#include <stdio.h>
#include <stdlib.h>

#include "guest/agent/answer.h"
#include "guest/agent/exec.h"
#include "guest/agent/files.h"
#include "guest/agent/outbox.h"
#include "guest/agent/serial.h"
#include "guest/agent/shutdown.h"
#include "guest/wire.h"

#define REOPEN_MS 2000u
// How long the loop sleeps when nothing comes: the longer the host has said nothing. Twenty machines that
// wait must leave the processors to the one that works, and a first answer may take a moment.
#define POLL_BUSY_MS   10u
#define POLL_IDLE_MS   50u
#define POLL_QUIET_MS  200u
#define IDLE_AFTER_MS  2000u
#define QUIET_AFTER_MS 20000u
// A frame whose rest does not come in this time was cut off.
#define BROKEN_FRAME_MS  2000u
#define STOP_PATIENCE_MS 5000u

struct session {
    struct outbox outbox;
    struct exec_table commands;
    struct files files;
    struct wire_decoder decoder;
    ULONGLONG last_byte; // when the host's last byte came
};

static void handle_shutdown(struct session *session, const struct wire_frame *frame)
{
    struct wire_field mode;
    char message[64];

    if (!wire_frame_find(frame, WIRE_MODE, &mode) ||
        (!wire_field_equals(&mode, "poweroff") && !wire_field_equals(&mode, "reboot"))) {
        answer_error(&session->outbox, frame->id, "bad-request", "the mode is neither poweroff nor reboot");
        return;
    }
    DWORD error = shutdown_machine(wire_field_equals(&mode, "reboot"));
    if (error == ERROR_SUCCESS) {
        answer_ok(&session->outbox, frame->id);
        return;
    }
    _snprintf(message, sizeof message, "the shutdown did not begin: Windows error %lu", error);
    answer_error(&session->outbox, frame->id, "spawn-failed", message);
}

static void handle_frame(struct session *session, const struct wire_frame *frame)
{
    if (files_take(&session->files, frame))
        return;
    switch (frame->type) {
    case WIRE_HELLO_REQUEST:
        answer_hello(&session->outbox, frame->id);
        break;
    case WIRE_EXEC:
        exec_start(&session->commands, frame);
        break;
    case WIRE_KILL:
        if (!exec_kill(&session->commands, frame->id))
            answer_error(&session->outbox, frame->id, "not-found", "no command with this id is running");
        break;
    case WIRE_STDIN:
        exec_take_input(&session->commands, frame);
        break;
    case WIRE_ACK:
        exec_acknowledge(&session->commands, frame);
        break;
    case WIRE_SHUTDOWN:
        handle_shutdown(session, frame);
        break;
    default:
        // Our own frames come back where the other end of the line echoes: answering those would never end.
        if (frame->type > WIRE_MKDIR)
            answer_error(&session->outbox, frame->id, "bad-request", "this type of frame is not known");
        break;
    }
}

static void handle_bytes(struct session *session, const uint8_t *bytes, size_t length)
{
    struct wire_frame frame;

    session->last_byte = GetTickCount64();
    while (length > 0) {
        size_t taken = wire_decoder_feed(&session->decoder, bytes, length);
        bytes += taken;
        length -= taken;
        while (wire_decoder_next(&session->decoder, &frame))
            handle_frame(session, &frame);
    }
}

static void check_broken_frame(struct session *session)
{
    struct wire_frame frame;

    if (!wire_decoder_waiting(&session->decoder) || GetTickCount64() - session->last_byte < BROKEN_FRAME_MS)
        return;
    // The whole of what waits has stalled, so every start of a frame in it has.
    while (wire_decoder_waiting(&session->decoder)) {
        wire_decoder_give_up(&session->decoder);
        while (wire_decoder_next(&session->decoder, &frame))
            handle_frame(session, &frame);
    }
}

// Sends one piece of what waits. -1 when the port is gone, else whether something was sent.
static int send_some(struct session *session, HANDLE port)
{
    uint8_t piece[SERIAL_WRITE_MAX];
    size_t length = outbox_peek(&session->outbox, piece, sizeof piece);

    if (length == 0)
        return 0;
    int count = serial_write(port, piece, length);
    if (count < 0)
        return -1;
    outbox_drop(&session->outbox, (size_t)count);
    return count > 0;
}

static DWORD pause(const struct session *session)
{
    ULONGLONG silence = GetTickCount64() - session->last_byte;

    return silence < IDLE_AFTER_MS ? POLL_BUSY_MS : silence < QUIET_AFTER_MS ? POLL_IDLE_MS : POLL_QUIET_MS;
}

// Returns when stop is set or the port is gone.
static void talk(struct session *session, HANDLE port, HANDLE stop)
{
    HANDLE events[2] = { stop, session->outbox.filled };
    uint8_t bytes[SERIAL_WRITE_MAX];
    DWORD woken;

    do {
        int count = serial_read(port, bytes, sizeof bytes);
        if (count < 0)
            return;
        if (count > 0)
            handle_bytes(session, bytes, (size_t)count);
        else
            check_broken_frame(session);
        bool moved = files_pump(&session->files);
        int sent = send_some(session, port);
        if (sent < 0)
            return;
        woken = WaitForMultipleObjects(2, events, FALSE, count > 0 || sent > 0 || moved ? 0 : pause(session));
    } while (woken != WAIT_OBJECT_0);
}

DWORD session_run(const wchar_t *port_name, HANDLE stop)
{
    struct session *session = calloc(1, sizeof *session);

    if (session == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    outbox_init(&session->outbox);
    exec_init(&session->commands, &session->outbox);
    files_init(&session->files, &session->outbox);
    wire_decoder_init(&session->decoder);
    answer_hello(&session->outbox, 0);
    do {
        HANDLE port = port_name != NULL ? serial_open_name(port_name, 0) : serial_open(2, 0);
        if (port != INVALID_HANDLE_VALUE) {
            talk(session, port, stop);
            CloseHandle(port);
        }
    } while (WaitForSingleObject(stop, REOPEN_MS) == WAIT_TIMEOUT);
    files_stop(&session->files);
    exec_kill_all(&session->commands, STOP_PATIENCE_MS);
    // The process ends now: what a command's thread may still hold is left to Windows.
    return ERROR_SUCCESS;
}
