// SPDX-License-Identifier: GPL-3.0-or-later
// Authenticode of a program file: the hash that a catalogue or a signature holds of it, and the signature
// that it carries itself. [D: "Windows Authenticode Portable Executable Signature Format"]
#pragma once

#include "digest.h"
#include "pe_image.h"
#include "signatures.h"

// Hash of the program without what signing changes: its CheckSum, the entry of the certificate table, and the
// certificate table. Lower-case hex; the caller frees. NULL with @error only if no hash can be had at all.
char *authenticode_hash(const PeImage *image, DigestKind kind, GError **error);

// SignedDigests of the signatures in its certificate table; 0 for none.
guint authenticode_digests(const PeImage *image);
