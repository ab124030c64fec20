// SPDX-License-Identifier: GPL-3.0-or-later
// What a driver package is worth to Windows 7: for each INF and architecture that it serves, the hardware,
// the files with their programs' architecture, the catalogue and its signature; and what is wrong. Reads the
// files that INFs name, each once. What follows for an install is the daemon's to say.
#pragma once

#include "driver_package.h"
#include "inf_problems.h"

typedef struct {
    char *path; // in the package, as it is there, or as the INF spells it if it is missing
    gboolean present;
    const char *machine; // of a program: "amd64", "x86", "ia64", "arm", "arm64", "other"; NULL: not one
    gboolean checked;    // against a readable catalogue
    gboolean covered;    // it holds the file's hash
    guint embedded;      // SignedDigests of the signature that the program carries itself
} DriverFile;

typedef enum {
    DRIVER_SIGNED,
    DRIVER_UNSIGNED,   // the INF names no catalogue, or nobody signed it
    DRIVER_MISSING,    // the INF names a catalogue that is not in the package
    DRIVER_UNREADABLE, // it is there, but no catalogue
} DriverSignatureState;

typedef struct {
    const char *architecture; // "amd64" or "x86"
    char *decoration;         // of its models section
    GPtrArray *hardware_ids;  // char *, in the INF's order, each once without regard to case
    gboolean boot_start;      // its service starts with the loader
    char *catalog;            // path in the package; NULL if the INF names none
    DriverSignatureState signature;
    guint digests;    // SignedDigests of the catalogue
    char *signer;     // common name, or NULL
    GPtrArray *files; // DriverFile; the first is the INF itself
} DriverTarget;

typedef struct {
    GPtrArray *targets; // DriverTarget
    InfProblems *problems;
} DriverFacts;

// One DriverFacts for each of @package's INFs, in their order. @directory: the package's folder, as it was
// read. Errors: MEDIA_ERROR_IO, _CANCELLED.
GPtrArray *driver_facts_read(const DriverPackage *package, const char *directory, GError **error);
