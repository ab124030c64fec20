// SPDX-License-Identifier: GPL-3.0-or-later
// Paths of files in the guest.
#pragma once

#include <stdbool.h>
#include <wchar.h>

// TRUE for X:\… or X:/…, which is made X:\…: no device, no share, nothing that depends on a current folder.
bool path_is_absolute(wchar_t *path);
// Makes every folder above the file; those that are there already are fine. path is changed and put back.
void path_make_folders(wchar_t *path);
