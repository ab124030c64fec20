// SPDX-License-Identifier: GPL-3.0-or-later
// How far a guest has come, judged from several kinds of evidence: COM1 reports, reboots, disk writes, the
// agent. The silence of one kind never holds an install up while another shows progress; a stage is never
// taken back. Pure: no I/O, no clock of its own.
#pragma once

#include "common/json.h"
#include "daemon/vm/agent.h"
#include "daemon/vm/com1.h"

typedef enum {
    GUEST_STAGE_POWERED_ON,
    GUEST_STAGE_WINPE,
    GUEST_STAGE_COPY,
    GUEST_STAGE_SPECIALIZE,
    GUEST_STAGE_OOBE,
    GUEST_STAGE_FIRST_LOGON,
    GUEST_STAGE_DONE, // first logon is over
} GuestStage;
const char *guest_stage_name(GuestStage stage);

// Setup writes this much only when it copies Windows; what a boot loader or a partition table takes is far
// less.
#define GUEST_COPY_BYTES (32u << 20)
// Writes below this in so much time are no sign of progress: an idle Windows writes a little all the time.
#define GUEST_ACTIVITY_BYTES (256u << 10)
#define GUEST_ACTIVITY_TIME  (60 * G_TIME_SPAN_SECOND)
// Read from the boot disc, this much is more than BIOS and boot loader are: the loader brings Windows PE into
// memory.
#define GUEST_BOOT_BYTES (8u << 20)
// Setup restarts once in a stage, and a driver may make it twice: so many are a machine that crashes again
// and again.
#define GUEST_REBOOTS_MOST 5u
// A machine that wants more than this much of one processor (domain_processor_demand()) works at something:
// it is slow, or runs in a circle, and neither is a message that waits for an answer. What it gets says
// nothing: of six that worked side by side in emulation each got 14 to 40 and wanted 95 to 170, while those
// that waited got 15 and wanted up to 46; alone they want 2.
#define GUEST_BUSY_PERCENT 60
// Such time counts for so much less as a standstill.
#define GUEST_BUSY_WEIGHT 4
// Time in which nothing but the screen changes counts for so much less, too: a picture that moves behind a
// message may do so for ever.
#define GUEST_SCREEN_WEIGHT 8
// A machine that resets itself may say so several times before it takes effect, the more the busier the host;
// no Windows and no boot loader starts and fails within this.
#define GUEST_REBOOTS_APART (3 * G_TIME_SPAN_SECOND)
// sevend's scripts write kilobytes to COM1, of Setup's five logs at most 256 KiB each (guest/agent/report.c):
// what writes more floods the port, and would keep a dead install alive by it. An emulated port takes minutes
// for ten times as much.
#define GUEST_CONSOLE_BYTES (4u << 20)
// An agent that is silent for so many times the limit of a standstill is gone, whatever else moves.
#define GUEST_SILENT_TIMES 4
// A screen that stands so often in a row is no flicker.
#define GUEST_BLUE_SCREENS 2u
#define GUEST_SCREENS      8
#define GUEST_LOG_LINES    12

typedef struct {
    GuestStage stage;
    char *evidence;     // what last moved the stage: "COM1: phase=copy status=begin"
    gint64 activity;    // time (monotonic µs) of the last sign of life
    gint64 busy;        // µs since then in which its processors worked
    gint64 solid;       // time of the last one that was not a change of the screen
    guint64 demand;     // ns, as last seen
    gint64 demand_seen; // when, or 0
    guint64 written;    // bytes, as last seen
    guint64 written_at_activity;
    gint64 written_since; // when that was looked at
    guint64 written_at_reboot;
    guint reboots;                // in this stage
    gint64 rebooted_at;           // the last one that counts, or 0
    guint blue_screens;           // seen one after the other
    gint64 heard;                 // the agent's last hello, or when first logon began
    char *screens[GUEST_SCREENS]; // hashes of the screens last seen: a blinking cursor is no progress
    guint next_screen;
    char *failure_code, *failure_text; // first failure reported; NULL while all is well
    gboolean specialize_reported;      // sevend's script has spoken in that pass
    gboolean in_error_log;             // between log-begin and log-end of setuperr.log
    GPtrArray *error_log;              // last lines of it
    json_object *request; // borrowed, or NULL: names the commands that fail; set after guest_state_init()
} GuestState;

void guest_state_init(GuestState *state, gint64 now);
void guest_state_clear(GuestState *state);
void guest_state_moved(GuestState *state, gint64 now);
// How long nothing has moved, µs; time with busy processors counts a GUEST_BUSY_WEIGHTth, time with a screen
// that changes a GUEST_SCREEN_WEIGHTth.
gint64 guest_state_still(const GuestState *state, gint64 now);
// TRUE if the processors worked most of that time.
gboolean guest_state_is_busy(const GuestState *state, gint64 now);
// TRUE if that is so by the screen alone.
gboolean guest_state_only_screen_moves(const GuestState *state, gint64 now);
// TRUE if first logon goes on without the agent, whose service should answer all along: silent, and nothing
// moves, for @limit µs; or silent for much longer.
gboolean guest_state_is_silent(const GuestState *state, gint64 now, gint64 limit);
// Each takes one piece of evidence, seen at @now.
void guest_state_take_line(GuestState *state, const Com1Line *line, gint64 now);
void guest_state_take_blue_screen(GuestState *state, gboolean seen);
void guest_state_take_console(GuestState *state, guint64 bytes); // of COM1, in all
void guest_state_take_reboots(GuestState *state, guint count, gint64 now);
void guest_state_take_written(GuestState *state, guint64 bytes, gint64 now);
void guest_state_take_demand(GuestState *state, guint64 nanoseconds, gint64 now);
// From the boot disc.
void guest_state_take_read(GuestState *state, guint64 bytes, gint64 now);
void guest_state_take_screen(GuestState *state, const char *hash, gint64 now);
void guest_state_take_hello(GuestState *state, const AgentHello *hello, gint64 now);
