// SPDX-License-Identifier: GPL-3.0-or-later
// Damages a good archive of an image in many small ways, always the same ones, and looks at it as
// inspect-image does; then the header of its disk alone. Nothing may crash, hang, read outside or write
// elsewhere; no damage to what the manifest has a hash of may go unseen.
//
//   fuzz-image ARCHIVE DISK ITERATIONS SEED
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>

#include "damage.h"
#include "image_inspect.h"
#include "image_manifest.h"
#include "qcow2_header.h"
#include "scratch.h"

#define HEADERS 4096u // where the members' headers and the small members are
#define CLUSTER 65536u

typedef struct {
    char *bytes;
    gsize size;
} Content;

static Content load(const char *path)
{
    Content content = { NULL, 0 };
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &content.bytes, &content.size, &error);
    g_assert_no_error(error);
    return content;
}

static void save(const char *path, const guint8 *bytes, gsize size)
{
    FILE *file = g_fopen(path, "wb");
    g_assert_nonnull(file);
    g_assert_cmpuint(fwrite(bytes, 1, size, file), ==, size);
    fclose(file);
}

// A header's sum over its bytes (POSIX.1-2017, pax, "ustar Header Block"), so that damage gets beyond it.
static void set_sum(guint8 *header)
{
    guint sum = 0;
    memset(header + 148, ' ', 8);
    for (gsize i = 0; i < 512; i++)
        sum += header[i];
    g_snprintf((char *)header + 148, 8, "%06o", sum);
}

static void check_folder(const char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;
    g_assert_nonnull(dir);
    while ((name = g_dir_read_name(dir)))
        g_assert_cmpint(image_member_find(name), !=, IMAGE_MEMBERS);
    g_dir_close(dir);
}

// TRUE if it was taken for good.
static gboolean inspect(const char *folder, const guint8 *bytes, gsize size)
{
    g_autofree char *archive = g_build_filename(folder, "archive", NULL);
    g_autofree char *output = g_build_filename(folder, "output", NULL);
    g_autoptr(GError) error = NULL;
    save(archive, bytes, size);
    g_assert_cmpint(g_mkdir(output, 0700), ==, 0);
    json_object *result = image_inspect(archive, output, &error);
    g_assert_no_error(error);
    json_object *problems = json_object_object_get(result, "problems");
    const gboolean good = json_object_array_length(problems) == 0;
    if (good) {
        json_object *disk = json_object_object_get(result, "disk");
        const guint64 offset = json_object_get_uint64(json_object_object_get(disk, "offset")),
                      length = json_object_get_uint64(json_object_object_get(disk, "size"));
        g_assert_cmpuint(offset, <=, size);
        g_assert_cmpuint(length, <=, size - offset);
    }
    json_object_put(result);
    check_folder(output);
    scratch_tree_remove(output);
    g_unlink(archive);
    return good;
}

static guint fuzz_headers(GRand *random, const char *folder, const Content *good, guint iterations)
{
    guint taken = 0;
    for (guint i = 0; i < iterations; i++) {
        g_autofree guint8 *bytes = g_memdup2(good->bytes, good->size);
        const gsize block = (gsize)g_rand_int_range(random, 0, HEADERS / 512) * 512;
        damage_anywhere(random, bytes + block, 512);
        if (g_rand_boolean(random) && memcmp(bytes + block + 257, "ustar", 5) == 0)
            set_sum(bytes + block);
        const gsize size = g_rand_int_range(random, 0, 8) == 0
                               ? (gsize)g_rand_int_range(random, 1, (gint32)good->size + 1)
                               : good->size;
        taken += inspect(folder, bytes, size);
    }
    return taken;
}

// @disk_at: where the disk begins, whose last bytes are a whole member's.
static void fuzz_contents(GRand *random, const char *folder, const Content *good, gsize disk_at,
                          gsize disk_size, guint iterations)
{
    for (guint i = 0; i < iterations; i++) {
        g_autofree guint8 *bytes = g_memdup2(good->bytes, good->size);
        const gsize at = disk_at + (gsize)g_rand_int_range(random, 0, (gint32)disk_size);
        bytes[at] ^= (guint8)g_rand_int_range(random, 1, 256);
        g_assert_false(inspect(folder, bytes, good->size));
    }
}

static void fuzz_disks(GRand *random, const Content *good, guint iterations)
{
    for (guint i = 0; i < iterations; i++) {
        const gsize size =
            g_rand_int_range(random, 0, 4) == 0 ? (gsize)g_rand_int_range(random, 0, 300) : good->size;
        g_autofree guint8 *bytes = g_memdup2(good->bytes, MAX(size, 1));
        if (size > 0)
            damage_anywhere(random, bytes, MIN(size, i % 2 == 0 ? 128 : CLUSTER));
        g_autoptr(GBytes) content = g_bytes_new(bytes, size);
        g_autoptr(ByteSource) source = byte_source_from_bytes(content, "disk");
        g_autoptr(Faults) faults = faults_new();
        guint64 capacity = 0;
        g_assert_true(qcow2_header_check(source, IMAGE_LARGEST_DISK, "", faults, &capacity, NULL));
        g_assert_cmpuint(capacity, <=, IMAGE_LARGEST_DISK);
    }
}

// Where @part is in @whole.
static gsize find(const Content *whole, const Content *part)
{
    const char *at = memmem(whole->bytes, whole->size, part->bytes, part->size);
    g_assert_nonnull(at);
    return (gsize)(at - whole->bytes);
}

int main(int argc, char **argv)
{
    g_assert_cmpint(argc, ==, 5);
    Content archive = load(argv[1]), disk = load(argv[2]);
    const guint iterations = (guint)atoi(argv[3]);
    g_autoptr(GRand) random = g_rand_new_with_seed((guint32)atoi(argv[4]));
    g_autofree char *scratch = g_dir_make_tmp("fuzz-image-XXXXXX", NULL);

    printf("1..4\n");
    g_assert_true(inspect(scratch, (const guint8 *)archive.bytes, archive.size));
    printf("ok 1 - the archive is good\n");
    const guint taken = fuzz_headers(random, scratch, &archive, iterations);
    g_assert_cmpuint(taken, <, iterations);
    printf("ok 2 - %u damaged archives, of which %u were taken\n", iterations, taken);
    fuzz_contents(random, scratch, &archive, find(&archive, &disk), disk.size, iterations / 4);
    printf("ok 3 - %u archives with a damaged disk, none of which was taken\n", iterations / 4);
    fuzz_disks(random, &disk, iterations * 20);
    printf("ok 4 - %u damaged headers of disks\n", iterations * 20);
    g_assert_cmpint(g_rmdir(scratch), ==, 0);
    g_free(archive.bytes);
    g_free(disk.bytes);
    return 0;
}
