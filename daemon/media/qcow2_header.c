// SPDX-License-Identifier: GPL-3.0-or-later
// See qcow2_header.h. All numbers are big-endian.
#include "qcow2_header.h"

#include <string.h>

#define MAGIC           0x514649fbu // "QFI\xfb"
#define LENGTH_2        72u         // bytes of the header of version 2
#define LENGTH_3        104u        // at least, of version 3
#define LEAST_BITS      9u          // of a cluster
#define MOST_BITS       21u
#define MOST_EXTENSIONS 64u
#define SECTOR          512u

#define EXTENSION_END        0u
#define EXTENSION_BACKING    0xe2792acau
#define EXTENSION_DATA_FILE  0x44415441u
#define EXTENSION_ENCRYPTION 0x0537be77u

#define DIRTY         (1ull << 0)
#define CORRUPT       (1ull << 1)
#define DATA_FILE     (1ull << 2)
#define COMPRESSION   (1ull << 3)
#define EXTENDED_L2   (1ull << 4)
#define KNOWN_FEATURE (DIRTY | CORRUPT | DATA_FILE | COMPRESSION | EXTENDED_L2)

typedef struct {
    ByteSource *disk;
    const char *pointer;
    Faults *faults;
    guint8 bytes[LENGTH_3];
    guint32 version, length; // of the header
    guint32 cluster_bits;
} Header;

static guint32 number_32(const Header *header, gsize at)
{
    guint32 value;
    memcpy(&value, header->bytes + at, sizeof value);
    return GUINT32_FROM_BE(value);
}

static guint64 number_64(const Header *header, gsize at)
{
    guint64 value;
    memcpy(&value, header->bytes + at, sizeof value);
    return GUINT64_FROM_BE(value);
}

G_GNUC_PRINTF(3, 4) static void refuse(Header *header, const char *code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    faults_add(header->faults, header->pointer, code, NULL, "%s", text);
}

// FALSE if nothing more can be told.
static gboolean read_header(Header *header, GError **error)
{
    const gsize there = MIN(header->disk->size, LENGTH_3);
    if (there >= 8 && !byte_source_read(header->disk, 0, header->bytes, there, error))
        return FALSE;
    header->version = number_32(header, 4);
    if (there < 8 || number_32(header, 0) != MAGIC) {
        refuse(header, "not-qcow2", "is no qcow2 file");
        return FALSE;
    }
    if (header->version != 2 && header->version != 3) {
        refuse(header, "unknown-version", "is qcow2 of version %u; 2 and 3 are known", header->version);
        return FALSE;
    }
    header->length = header->version == 2 ? LENGTH_2 : number_32(header, 100);
    if (there >= (header->version == 2 ? LENGTH_2 : LENGTH_3))
        return TRUE;
    refuse(header, "truncated", "ends within its header");
    return FALSE;
}

static gboolean check_clusters(Header *header)
{
    header->cluster_bits = number_32(header, 20);
    if (header->cluster_bits < LEAST_BITS || header->cluster_bits > MOST_BITS) {
        refuse(header, "bad-value", "has clusters of 2^%u bytes; 2^%u to 2^%u are possible",
               header->cluster_bits, LEAST_BITS, MOST_BITS);
        return FALSE;
    }
    if (header->version == 2 || (header->length >= LENGTH_3 && header->length % 8 == 0 &&
                                 header->length <= 1u << header->cluster_bits))
        return TRUE;
    refuse(header, "bad-value", "has a header of %u bytes", header->length);
    return FALSE;
}

static void check_size(Header *header, guint64 largest, guint64 *ret_virtual_size)
{
    const guint64 size = number_64(header, 24);
    if (size == 0 || size % SECTOR != 0)
        refuse(header, "bad-value", "is a disk of %" G_GUINT64_FORMAT " bytes", size);
    else if (size > largest)
        refuse(header, "too-large",
               "is a disk of %" G_GUINT64_FORMAT " bytes; at most %" G_GUINT64_FORMAT " are taken", size,
               largest);
    else
        *ret_virtual_size = size;
}

static void check_table(Header *header, const char *what, guint64 offset, guint64 length)
{
    if (offset % (1ull << header->cluster_bits) != 0 || offset == 0 ||
        !byte_source_contains(header->disk, offset, length))
        refuse(header, "truncated", "is damaged or cut short: its %s lies outside", what);
}

// None of these can be in what an export made.
static void check_standalone(Header *header)
{
    if (number_64(header, 8) != 0 || number_32(header, 16) != 0)
        refuse(header, "backing-file", "names a backing file: it is not the whole disk");
    if (number_32(header, 32) != 0)
        refuse(header, "encrypted", "is encrypted");
    if (number_32(header, 60) != 0)
        refuse(header, "has-snapshots", "has internal snapshots");
    check_table(header, "table of clusters", number_64(header, 40), (guint64)number_32(header, 36) * 8);
    check_table(header, "table of reference counts", number_64(header, 48),
                (guint64)number_32(header, 56) << header->cluster_bits);
}

static void check_features(Header *header)
{
    const guint64 features = header->version == 2 ? 0 : number_64(header, 72);
    if (features & DATA_FILE)
        refuse(header, "data-file", "keeps its content in another file");
    if (features & CORRUPT)
        refuse(header, "damaged", "is marked as damaged");
    if (features & DIRTY)
        refuse(header, "damaged", "was not closed in order");
    if (features & ~KNOWN_FEATURE)
        refuse(header, "unknown-feature",
               "needs features that are not known here (0x%" G_GINT64_MODIFIER "x)",
               (guint64)(features & ~KNOWN_FEATURE));
}

static void check_extension(Header *header, guint32 type)
{
    if (type == EXTENSION_BACKING)
        refuse(header, "backing-file", "names the format of a backing file");
    else if (type == EXTENSION_DATA_FILE)
        refuse(header, "data-file", "names a data file");
    else if (type == EXTENSION_ENCRYPTION)
        refuse(header, "encrypted", "has keys of an encryption");
}

// They follow the header, up to the end of the first cluster. Those that are not known change nothing.
static gboolean check_extensions(Header *header, GError **error)
{
    const guint64 end = MIN(1ull << header->cluster_bits, header->disk->size);
    guint64 at = header->length;
    for (guint i = 0; i < MOST_EXTENSIONS && at + 8 <= end; i++) {
        guint32 words[2];
        if (!byte_source_read(header->disk, at, words, sizeof words, error))
            return FALSE;
        const guint32 type = GUINT32_FROM_BE(words[0]), length = GUINT32_FROM_BE(words[1]);
        if (type == EXTENSION_END)
            return TRUE;
        check_extension(header, type);
        at += 8 + (((guint64)length + 7) & ~7ull);
    }
    if (at + 8 <= end || at > end)
        refuse(header, "bad-value", "has header extensions without an end");
    return TRUE;
}

gboolean qcow2_header_check(ByteSource *disk, guint64 largest, const char *pointer, Faults *faults,
                            guint64 *ret_virtual_size, GError **error)
{
    Header header = { .disk = disk, .pointer = pointer, .faults = faults };
    GError *failure = NULL;
    *ret_virtual_size = 0;
    if (read_header(&header, &failure)) {
        check_size(&header, largest, ret_virtual_size);
        check_features(&header);
        if (check_clusters(&header)) {
            check_standalone(&header);
            check_extensions(&header, &failure);
        }
    }
    if (failure)
        g_propagate_error(error, failure);
    return failure == NULL;
}
