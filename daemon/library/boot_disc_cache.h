// SPDX-License-Identifier: GPL-3.0-or-later
// Boot discs, STATE/boot-discs/<key>.iso: one for each vendor's boot files × driver packages × scripts, built
// once however many machines ask at the same moment, kept up to a size, never removed while a machine's row
// names it.
//
// The key takes the contents of what the boot disc is made of (boot.wim, bootmgr, the boot folder), not the
// whole vendor's disc: 140 MB are hashed instead of 3 GB, once, when the disc is inspected; and discs that
// differ only in install.wim (editions, ei.cfg) share one boot disc.
//
// Beside each disc lies <key>.sum, its size and SHA-256 as it was written. Before a disc is used again its
// whole content is hashed, about 0.1 s for 150 MB with the processor's SHA instructions: nothing less would
// find a flipped byte, and a machine that starts from a damaged Setup fails in ways that nobody can read. For
// an hour after that a file of the same identity (inode, size, time of change) is taken as it is: every write
// changes the identity, and what rots below the page cache would not be seen by reading through it either.
// What does not match is built anew.
#pragma once

#include <gio/gio.h>

#include "daemon/daemon.h"
#include "daemon/library/media_process.h"

BootDiscCache *boot_disc_cache_new(void);
void boot_disc_cache_free(BootDiscCache *cache);

typedef struct {
    const char *vendor_disc;           // host path
    const char *boot_files_sha256;     // hex: inspection's hash over all that is taken from the vendor's disc
    const char *architecture;          // "amd64" or "x86"
    const char *const *driver_names;   // NULL-terminated
    const char *const *driver_folders; // as many
    const char *const *driver_hashes;  // as many
} BootDiscRecipe;

// Content key (64 hex digits) of what the disc would hold; reads start.cmd and the agent from the guest
// folder. The caller frees.
char *boot_disc_key(Daemon *daemon, const BootDiscRecipe *recipe, GError **error);
// Path of the disc with that key. The caller frees.
char *boot_disc_path(Daemon *daemon, const char *key);
// Makes sure that the disc is there: takes it from the cache, or builds it. *ret_built tells which. Blocks;
// another thread building the same disc is waited for.
gboolean boot_disc_ensure(Daemon *daemon, const char *key, const BootDiscRecipe *recipe,
                          MediaProgressFunc progress, gpointer progress_data, GCancellable *cancellable,
                          gboolean *ret_built, GError **error);
// Removes partial builds (only at start), then the discs least recently used that no machine names until the
// rest fits the configured size.
void boot_disc_cache_clean(Daemon *daemon, gboolean at_start);
