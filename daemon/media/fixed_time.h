// SPDX-License-Identifier: GPL-3.0-or-later
// The one time stamp of everything that sevend-media writes: discs built from the same inputs are the same
// byte for byte, so a cache can key and verify them.
#pragma once

// 2009-10-22 00:00:00 UTC, the day Windows 7 went on sale: seconds since 1970, and the same as ISO 9660 text.
#define FIXED_TIME     1256169600
#define FIXED_TIME_ISO "2009102200000000"

// As a Windows FILETIME: 100 ns units since 1601.
#define FIXED_FILETIME ((FIXED_TIME + 11644473600ull) * 10000000ull)
