// SPDX-License-Identifier: GPL-3.0-or-later
// A file for a machine that is too large for its serial port goes in on a disc: kept on the host as it comes,
// written onto an ISO 9660 image, put into the drive that the config disc was in, fetched by the agent, taken
// out, removed. Private to daemon/service.
#pragma once

#include "daemon/service/service_parts.h"

// From this size on. The port carries about 100 KB/s in emulation and some more with hardware; putting a disc
// in takes seconds.
#define FILE_DISC_FROM (8u << 20)

typedef struct FileDisc FileDisc;

// @modified: µs since 1970. NULL with a problem: no room (507), another one is under way (409).
FileDisc *file_disc_begin(Daemon *daemon, const StoreMachine *machine, const char *path, guint64 size,
                          gint64 modified, Problem **problem);
gboolean file_disc_write(FileDisc *disc, const void *bytes, gsize length, Problem **problem);
// SHA-256 of what was written, hex; borrowed. Nothing may be written after it.
const char *file_disc_sha256(FileDisc *disc);
// Blocks until the file has its name in the machine.
gboolean file_disc_deliver(FileDisc *disc, Problem **problem);
// Nothing is left of it on the host.
void file_disc_free(FileDisc *disc);
// At start: what a daemon that was killed has left, on the host and in a machine's drive.
void file_disc_sweep(Daemon *daemon);
void file_disc_eject_abandoned(Daemon *daemon, const char *uuid);
