// SPDX-License-Identifier: GPL-3.0-or-later
// Files to and from the guest, by its agent over the serial port. For files of some megabytes: the port is
// slow. Functions block, may be called from any thread, fail with the AgentErrors of agent.h and with
// G_IO_ERROR_CANCELLED; what Windows says of a path is AGENT_ERROR_NOT_FOUND or _REMOTE.
#pragma once

#include "daemon/vm/agent.h"

typedef struct {
    char *name; // "" for the path that was asked for
    guint64 size;
    gint64 modified; // µs since 1970, UTC; before it, negative
    gboolean is_folder;
} AgentFileInfo;
void agent_file_info_free(AgentFileInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentFileInfo, agent_file_info_free)

// AgentFileInfo of the path itself and, if it is a folder, of what is in it. At most AGENT_LIST_MOST.
#define AGENT_LIST_MOST 20000u
GPtrArray *agent_list(const char *socket_path, const char *nonce, const char *path, GCancellable *cancellable,
                      GError **error);
// Makes a folder and those above it; one that is there already is fine.
gboolean agent_make_folder(const char *socket_path, const char *nonce, const char *path,
                           GCancellable *cancellable, GError **error);

// A file on its way; belongs to one thread at a time.
typedef struct AgentFile AgentFile;
// Gives up what was not finished: in the guest nothing is left of it.
void agent_file_free(AgentFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentFile, agent_file_free)

AgentFile *agent_file_get(const char *socket_path, const char *nonce, const char *path,
                          GCancellable *cancellable, GError **error);
const AgentFileInfo *agent_file_info(const AgentFile *file);
// The next piece, until the next call; *@ret_length 0 at the end, which comes only if all is there and has
// the hash that the guest has of it.
gboolean agent_file_read(AgentFile *file, const guint8 **ret_bytes, gsize *ret_length,
                         GCancellable *cancellable, GError **error);

// @modified: µs since 1970. The file gets its name, in place of one that may be there, only in
// agent_file_finish().
AgentFile *agent_file_put(const char *socket_path, const char *nonce, const char *path, guint64 size,
                          gint64 modified, GCancellable *cancellable, GError **error);
gboolean agent_file_write(AgentFile *file, const void *bytes, gsize length, GCancellable *cancellable,
                          GError **error);
// All of @size has been written. The guest compares the hash.
gboolean agent_file_finish(AgentFile *file, GCancellable *cancellable, GError **error);
// SHA-256 in hex of a file that was read to its end, or finished.
const char *agent_file_sha256(const AgentFile *file);
