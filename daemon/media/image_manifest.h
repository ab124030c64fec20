// SPDX-License-Identifier: GPL-3.0-or-later
// What an image's archive holds, and the manifest that says so: a .tar with the manifest first, the disk
// last, and nothing else than this table has.
#pragma once

#include "common/faults.h"

#define IMAGE_FORMAT "sevend-image/1"
// An MBR disk ends there, and Windows 7 is installed on no other.
#define IMAGE_LARGEST_DISK (2ull << 40)

typedef enum {
    IMAGE_MANIFEST,   // image_manifest_text()
    IMAGE_RECORD,     // what the store knows of the image: disc, edition, request without secrets …
    IMAGE_PROVENANCE, // may be missing: versions of old wrote none
    IMAGE_DOMAIN,     // the hardware, with nothing of a host in it
    IMAGE_NONCE,      // the secret that the agent in the disk answers to
    IMAGE_DISK,       // qcow2, with no file behind it
    IMAGE_MEMBERS,
} ImageMember;

typedef struct {
    const char *name;
    guint64 most; // bytes
    gboolean needed;
} ImageMemberKind;

extern const ImageMemberKind image_members[IMAGE_MEMBERS];
// IMAGE_MEMBERS if there is no such member.
ImageMember image_member_find(const char *name);

typedef struct {
    char *image, *architecture, *exported, *sevend; // name; "amd64" or "x86"; RFC 3339; version
    guint64 virtual_size;
    struct {
        char *sha256; // NULL: there is no such member
        guint64 size;
    } members[IMAGE_MEMBERS];
} ImageManifest;

ImageManifest *image_manifest_new(void);
void image_manifest_free(ImageManifest *manifest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageManifest, image_manifest_free)

// JSON. The caller frees.
char *image_manifest_text(const ImageManifest *manifest);
// Everything wrong is in @faults, at pointers below "/manifest.json"; then NULL.
ImageManifest *image_manifest_parse(const char *text, gsize length, Faults *faults);
