// SPDX-License-Identifier: GPL-3.0-or-later
// SHA-256 by Windows' own bcrypt.dll (Windows Vista and later [D]). Loaded when it is first needed: WinPE, in
// which this program also runs, may be without it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <windows.h>

#define SHA256_SIZE 32u

struct sha256 {
    void *algorithm, *hash; // NULL before sha256_begin()
};

// False with GetLastError(); nothing is to be freed then.
bool sha256_begin(struct sha256 *sha256);
void sha256_add(const struct sha256 *sha256, const void *bytes, size_t length);
// Once; false when Windows could not.
bool sha256_end(const struct sha256 *sha256, uint8_t digest[SHA256_SIZE]);
void sha256_free(struct sha256 *sha256);
