// SPDX-License-Identifier: GPL-3.0-or-later
// mkostemp, unlink, and a recursive removal that never leaves its tree.
#include "scratch.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <fcntl.h>

#include "media_error.h"

#define MAX_OPEN_DIRECTORIES 16

int scratch_file_new(const char *directory, char **ret_path, GError **error)
{
    g_autofree char *path = g_build_filename(directory, ".sevend-media-XXXXXX", NULL);
    int fd = mkostemp(path, O_CLOEXEC);

    if (fd < 0) {
        media_error_set_errno(error, errno, "cannot create a temporary file in %s", directory);
        return -1;
    }
    *ret_path = g_steal_pointer(&path);
    return fd;
}

int scratch_file_anonymous(const char *directory, GError **error)
{
    g_autofree char *path = NULL;
    int fd = scratch_file_new(directory, &path, error);

    if (fd >= 0)
        unlink(path);
    return fd;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    remove(path);
    return 0;
}

void scratch_tree_remove(const char *path)
{
    nftw(path, remove_one, MAX_OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
