// SPDX-License-Identifier: GPL-3.0-or-later
// Damages a good driver package in many small ways, always the same ones, and looks at it as inspect-driver
// does: the INF's text, the catalogue, the program. Then archives of it, each imported into a folder. Nothing
// may crash, hang, read outside, write elsewhere or leave half a package; what comes out does not matter.
//
//   fuzz-driver PACKAGE ITERATIONS SEED ARCHIVE…
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>

#include "authenticode.h"
#include "catalogue.h"
#include "damage.h"
#include "driver_facts.h"
#include "driver_import.h"
#include "scratch.h"

typedef struct {
    char *bytes;
    gsize size;
} Content;

static Content load(const char *folder, const char *name)
{
    g_autofree char *path = folder != NULL ? g_build_filename(folder, name, NULL) : g_strdup(name);
    Content content = { NULL, 0 };
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &content.bytes, &content.size, &error);
    g_assert_no_error(error);
    return content;
}

static void save(const char *folder, const char *name, const guint8 *bytes, gsize size)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    FILE *file = g_fopen(path, "wb");
    g_assert_nonnull(file);
    g_assert_cmpuint(fwrite(bytes, 1, size, file), ==, size);
    fclose(file);
}

// What an INF's text goes wrong with: pieces that mean something, in a place where they should not.
static GString *damaged_text(GRand *random, const Content *good)
{
    static const char *const pieces[] = { "\n",       "[",        "]",  "=",           ",",
                                          "\"",       "%",        "\\", ";",           "[Strings]\n",
                                          "%%%%",     "..\\..\\", "@",  "NTamd64",     ".6.1.1.1",
                                          "\xFF\xFE", "\x1A",     "0x", "CopyFiles=@", "\\\n" };
    GString *text = g_string_new_len(good->bytes, (gssize)good->size);
    const int times = g_rand_int_range(random, 1, 8);
    for (int i = 0; i < times && text->len > 0; i++) {
        const gssize at = g_rand_int_range(random, 0, (gint32)text->len);
        switch (g_rand_int_range(random, 0, 4)) {
        case 0:
            text->str[at] = (char)g_rand_int_range(random, 0, 256);
            break;
        case 1: {
            const gssize length = g_rand_int_range(random, 1, 40);
            g_string_erase(text, at, MIN(length, (gssize)text->len - at));
            break;
        }
        case 2: {
            g_autofree char *copy = g_strndup(text->str + at, 60); // as lines and sections repeat
            g_string_insert(text, g_rand_int_range(random, 0, (gint32)text->len), copy);
            break;
        }
        default:
            g_string_insert(text, at, pieces[g_rand_int_range(random, 0, G_N_ELEMENTS(pieces))]);
        }
    }
    return text;
}

static void inspect(const char *folder)
{
    g_autoptr(DriverPackage) package = driver_package_read(folder, NULL, NULL);
    g_autoptr(GPtrArray) facts = package != NULL ? driver_facts_read(package, folder, NULL) : NULL;
    if (package != NULL)
        g_assert_nonnull(facts);
}

static void fuzz_infs(GRand *random, const char *folder, const Content *good, guint iterations)
{
    for (guint i = 0; i < iterations; i++) {
        GString *text = damaged_text(random, good);
        save(folder, "testdrv.inf", (const guint8 *)text->str, text->len);
        inspect(folder);
        g_string_free(text, TRUE);
    }
    save(folder, "testdrv.inf", (const guint8 *)good->bytes, good->size);
}

// Of just its size, so that a sanitizer sees every byte beyond.
static guint8 *damaged_copy(GRand *random, const Content *good, gsize *ret_size)
{
    *ret_size = g_rand_int_range(random, 0, 8) == 0
                    ? (gsize)g_rand_int_range(random, 1, (gint32)good->size + 1)
                    : good->size;
    guint8 *bytes = g_memdup2(good->bytes, *ret_size);
    damage_anywhere(random, bytes, *ret_size);
    return bytes;
}

static void fuzz_catalogues(GRand *random, const Content *good, guint iterations)
{
    for (guint i = 0; i < iterations; i++) {
        gsize size = 0;
        g_autofree guint8 *bytes = damaged_copy(random, good, &size);
        g_autoptr(Catalogue) catalogue = catalogue_read(bytes, size);
    }
}

static void fuzz_programs(GRand *random, const Content *good, const Content *catalogue, guint iterations)
{
    // A program that carries a signature: the certificate table behind it holds the catalogue's.
    const gsize whole = good->size + 8 + catalogue->size;
    for (guint i = 0; i < iterations; i++) {
        PeImage image;
        g_autofree guint8 *bytes = g_malloc0(whole);
        memcpy(bytes, good->bytes, good->size);
        memcpy(bytes + good->size + 8, catalogue->bytes, catalogue->size);
        const guint32 length = GUINT32_TO_LE((guint32)(catalogue->size + 8)),
                      start = GUINT32_TO_LE((guint32)good->size);
        const guint16 revision = GUINT16_TO_LE(0x0200), type = GUINT16_TO_LE(2);
        memcpy(bytes + good->size, &length, 4);
        memcpy(bytes + good->size + 4, &revision, 2);
        memcpy(bytes + good->size + 6, &type, 2);
        g_assert_true(pe_image_read(bytes, whole, &image));
        memcpy(bytes + image.directory_at + 32, &start, 4);
        memcpy(bytes + image.directory_at + 36, &length, 4);
        if (i == 0)
            g_assert_cmpuint(authenticode_digests(&image), ==, SIGNED_SHA1);
        damage_anywhere(random, bytes, i % 2 == 0 ? 512 : whole);
        if (!pe_image_read(bytes, whole, &image))
            continue;
        g_autofree char *hash = authenticode_hash(&image, DIGEST_SHA1, NULL);
        g_assert_nonnull(hash);
        authenticode_digests(&image);
    }
}

static guint fuzz_archive(GRand *random, const char *folder, const Content *good, guint iterations)
{
    g_autofree char *archive = g_build_filename(folder, "archive", NULL);
    g_autofree char *output = g_build_filename(folder, "output", NULL);
    guint taken = 0;
    for (guint i = 0; i < iterations; i++) {
        gsize size = 0;
        g_autofree guint8 *bytes = damaged_copy(random, good, &size);
        save(folder, "archive", bytes, size);
        g_autoptr(DriverImport) import = driver_import(archive, output, NULL, NULL);
        g_assert_true((import != NULL) == g_file_test(output, G_FILE_TEST_IS_DIR));
        taken += import != NULL;
        scratch_tree_remove(output);
    }
    g_unlink(archive);
    return taken;
}

static void assert_empty(const char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    g_assert_nonnull(dir);
    g_assert_null(g_dir_read_name(dir));
    g_dir_close(dir);
}

int main(int argc, char **argv)
{
    g_assert_cmpint(argc, >, 4);
    const char *package = argv[1];
    const guint iterations = (guint)atoi(argv[2]);
    g_autoptr(GRand) random = g_rand_new_with_seed((guint32)atoi(argv[3]));
    Content inf = load(package, "testdrv.inf"), catalogue = load(package, "testdrv.cat"),
            program = load(package, "testdrv.sys");
    g_autofree char *scratch = g_dir_make_tmp("fuzz-driver-XXXXXX", NULL);

    printf("1..%d\n", argc - 1);
    fuzz_infs(random, package, &inf, iterations * 4);
    printf("ok 1 - %u damaged INFs\n", iterations * 4);
    fuzz_catalogues(random, &catalogue, iterations * 10);
    printf("ok 2 - %u damaged catalogues\n", iterations * 10);
    fuzz_programs(random, &program, &catalogue, iterations * 10);
    printf("ok 3 - %u damaged programs\n", iterations * 10);
    for (int i = 4; i < argc; i++) {
        Content archive = load(NULL, argv[i]);
        const guint taken = fuzz_archive(random, scratch, &archive, iterations);
        assert_empty(scratch);
        printf("ok %d - %u damaged archives like %s, of which %u were taken\n", i, iterations, argv[i],
               taken);
        g_free(archive.bytes);
    }
    g_assert_cmpint(g_rmdir(scratch), ==, 0);
    g_free(inf.bytes);
    g_free(catalogue.bytes);
    g_free(program.bytes);
    return 0;
}
