// SPDX-License-Identifier: GPL-3.0-or-later
// A security catalogue (.cat): a signed list of the hashes of a driver package's files. It is SignedData
// whose content is a certificate trust list; each member's hash is an indirect-data attribute [D: "Catalog
// Files and Digital Signatures"; layout of CTL and SPC_INDIRECT_DATA as in Microsoft's wintrust.h and
// "Windows Authenticode Portable Executable Signature Format"].
#pragma once

#include "signatures.h"

#define CATALOGUE_MAX_BYTES (32u * 1024 * 1024)

typedef struct {
    Signatures signatures;
    GHashTable *hashes; // of members: lower-case hex, SHA-1 and SHA-256 alike
} Catalogue;

// NULL if the bytes are no catalogue.
Catalogue *catalogue_read(const guint8 *bytes, gsize size);
void catalogue_free(Catalogue *catalogue);
// @hash: lower-case hex.
gboolean catalogue_has(const Catalogue *catalogue, const char *hash);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Catalogue, catalogue_free)
