// SPDX-License-Identifier: GPL-3.0-or-later
// Damages a good disc image in many small ways, always the same ones, and does to each all that sevend-media
// does to a disc it does not know: open, hash, find winload.exe, verify. Nothing may crash, hang or read
// outside; what comes out does not matter. The same for WIM XML and version resources by themselves, which
// are reached more often so.
//
//   fuzz-disc DISC.iso WINLOAD.exe ITERATIONS [SEED]
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_disc.h"
#include "damage.h"
#include "wim_blobs.h"

#define BLOCK 2048

// Where structures are: the descriptors, the beginnings of blocks, and around every WIM's header and tables.
static gsize pick_place(GRand *random, const guint8 *bytes, gsize size)
{
    (void)bytes;
    switch (g_rand_int_range(random, 0, 4)) {
    case 0:
        return (gsize)g_rand_int_range(random, 16 * BLOCK, 24 * BLOCK) % size;
    case 1:
        return (gsize)g_rand_int_range(random, 256 * BLOCK, 320 * BLOCK) % size;
    case 2: // the first bytes of a block
        return ((gsize)g_rand_int_range(random, 0, (gint32)(size / BLOCK)) * BLOCK +
                (gsize)g_rand_int_range(random, 0, 256)) %
               size;
    default:
        return (gsize)g_rand_int_range(random, 0, (gint32)size);
    }
}

static void damage_structures(GRand *random, guint8 *bytes, gsize size)
{
    const int times = g_rand_int_range(random, 1, 6);
    for (int i = 0; i < times; i++)
        damage_at(random, bytes, size, pick_place(random, bytes, size));
}

static void use_disc(const char *path, const char *scratch)
{
    g_autoptr(WindowsDisc) disc = windows_disc_open(path, scratch, NULL);
    PeVersion version;
    WimVerification found;
    guint64 done = 0;
    if (disc == NULL)
        return;
    g_autofree char *hash = boot_disc_sources_sha256(disc, NULL);
    windows_disc_winload(disc, &version);
    wim_blobs_verify(disc->boot_file, &disc->boot->header, NULL, &done, &found, NULL);
    wim_blobs_verify(disc->install_file, &disc->install_header, NULL, &done, &found, NULL);
}

static guint fuzz_discs(GRand *random, const guint8 *good, gsize size, guint iterations)
{
    g_autofree char *scratch = g_dir_make_tmp("fuzz-disc-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(scratch, "disc.iso", NULL);
    g_autofree guint8 *bytes = g_malloc(size);
    guint opened = 0;
    for (guint i = 0; i < iterations; i++) {
        memcpy(bytes, good, size);
        damage_structures(random, bytes, size);
        const gsize length =
            g_rand_int_range(random, 0, 16) == 0 ? (gsize)g_rand_int_range(random, 0, (gint32)size) : size;
        FILE *file = g_fopen(path, "wb");
        g_assert_nonnull(file);
        g_assert_cmpuint(fwrite(bytes, 1, length, file), ==, length);
        fclose(file);
        use_disc(path, scratch);
        opened++;
    }
    g_unlink(path);
    g_assert_cmpint(g_rmdir(scratch), ==, 0); // nothing was left behind either
    return opened;
}

static void fuzz_xml(GRand *random, const guint8 *disc, gsize size, guint iterations)
{
    // The first XML data of the disc: UTF-16LE, from its byte order mark on.
    static const guint8 mark[] = { 0xFF, 0xFE, '<', 0, 'W', 0, 'I', 0, 'M', 0 };
    const guint8 *xml = memmem(disc, size, mark, sizeof mark);
    g_assert_nonnull(xml);
    const gsize length = MIN((gsize)(disc + size - xml), 4096);
    for (guint i = 0; i < iterations; i++) {
        g_autofree guint8 *bytes = g_memdup2(xml, length);
        damage_anywhere(random, bytes, length);
        GPtrArray *images =
            wim_metadata_parse(bytes, (gsize)g_rand_int_range(random, 0, (gint32)length + 1), "fuzz", NULL);
        if (images != NULL)
            g_ptr_array_unref(images);
    }
}

static void fuzz_versions(GRand *random, const guint8 *good, gsize size, guint iterations)
{
    PeVersion version;
    g_assert_true(pe_version_read(good, size, &version));
    g_assert_cmpuint(version.build, ==, 7601);
    for (guint i = 0; i < iterations; i++) {
        // Of just its size, so that a sanitizer sees every byte beyond.
        const gsize length = (gsize)g_rand_int_range(random, 1, (gint32)size + 1);
        g_autofree guint8 *bytes = g_memdup2(good, length);
        damage_anywhere(random, bytes, length);
        pe_version_read(bytes, length, &version);
    }
}

int main(int argc, char **argv)
{
    g_autofree char *disc = NULL, *winload = NULL;
    gsize disc_size = 0, winload_size = 0;
    if (argc < 4)
        return 2;
    const guint iterations = (guint)atoi(argv[3]);
    GRand *random = g_rand_new_with_seed(argc > 4 ? (guint32)atoi(argv[4]) : 7);
    g_assert_true(g_file_get_contents(argv[1], &disc, &disc_size, NULL));
    g_assert_true(g_file_get_contents(argv[2], &winload, &winload_size, NULL));
    puts("1..3");
    fuzz_versions(random, (const guint8 *)winload, winload_size, iterations * 100);
    puts("ok 1 - version resources");
    fuzz_xml(random, (const guint8 *)disc, disc_size, iterations * 20);
    puts("ok 2 - WIM XML");
    const guint done = fuzz_discs(random, (const guint8 *)disc, disc_size, iterations);
    printf("ok 3 - %u discs\n", done);
    g_rand_free(random);
    return 0;
}
