// SPDX-License-Identifier: GPL-3.0-or-later
// Discs written by iso_writer.c and read back by disc_reader.c, whole and after damage by hand.
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "disc_reader.h"
#include "iso_writer.h"
#include "little_endian.h"
#include "media_error.h"

#define BLOCK 2048u

static char *folder;

static char *path_of(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

static void add(IsoWriter *writer, const char *path, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    g_assert_true(iso_writer_add(writer, path, byte_source_from_bytes(bytes, path), &error));
    g_assert_no_error(error);
}

static char *write_disc(const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IsoWriter) writer = iso_writer_new("TEST_DISC", &error);
    char *path = path_of(name);
    g_autoptr(OutputFile) output = output_file_new(path, 0600, DIGEST_SHA256, &error);

    g_assert_no_error(error);
    add(writer, "Autounattend.xml", "answer");
    add(writer, "sevend/Config.Tag", "sevend");
    add(writer, "sevend/deeper/x.txt", "x");
    add(writer, "empty", "");
    g_assert_true(iso_writer_write(writer, output, NULL, &error));
    g_assert_true(output_file_commit(output, &error));
    return path;
}

static DiscReader *open_disc(const char *path)
{
    g_autoptr(GError) error = NULL;
    DiscReader *reader = disc_reader_open(path, &error);

    g_assert_no_error(error);
    return reader;
}

static void assert_content(DiscReader *reader, const char *path, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ByteSource) file = disc_reader_open_file(reader, path, &error);

    g_assert_no_error(error);
    g_autoptr(GBytes) bytes = byte_source_load(file, 1000, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), expected, strlen(expected));
}

static void test_any_case(void)
{
    g_autofree char *path = write_disc("case.iso");
    g_autoptr(DiscReader) reader = open_disc(path);

    g_assert_cmpint(disc_reader_filesystem(reader), ==, DISC_FILESYSTEM_JOLIET);
    g_assert_cmpstr(disc_reader_volume_id(reader), ==, "TEST_DISC");
    assert_content(reader, "autounattend.XML", "answer");
    assert_content(reader, "/AUTOUNATTEND.xml", "answer");
    assert_content(reader, "SEVEND/config.tag", "sevend");
    assert_content(reader, "empty", "");
    g_assert_true(disc_reader_exists(reader, "Sevend/Deeper"));
    g_assert_false(disc_reader_exists(reader, "sevend/nothing"));
    g_assert_false(disc_reader_exists(reader, "autounattend.xml/below-a-file"));
}

static void test_listing(void)
{
    g_autofree char *path = write_disc("list.iso");
    g_autoptr(DiscReader) reader = open_disc(path);
    g_autoptr(GPtrArray) files = disc_reader_list_files(reader, "SEVEND", 10, NULL);
    g_autoptr(GError) error = NULL;

    g_assert_nonnull(files);
    g_assert_cmpuint(files->len, ==, 2);
    g_assert_cmpstr(g_ptr_array_index(files, 0), ==, "sevend/Config.Tag");
    g_assert_cmpstr(g_ptr_array_index(files, 1), ==, "sevend/deeper/x.txt");
    g_assert_null(disc_reader_list_files(reader, "sevend", 1, &error));
    g_assert_error(error, MEDIA_ERROR, MEDIA_ERROR_TOO_LARGE);
}

static void test_absent(void)
{
    g_autofree char *path = write_disc("absent.iso");
    g_autoptr(DiscReader) reader = open_disc(path);
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) other = NULL;

    g_assert_null(disc_reader_open_file(reader, "no/such/file", &error));
    g_assert_error(error, MEDIA_ERROR, MEDIA_ERROR_NOT_FOUND);
    g_assert_null(disc_reader_open_file(reader, "sevend", &other));
    g_assert_error(other, MEDIA_ERROR, MEDIA_ERROR_NOT_FOUND);
}

static void test_read_beyond_end(void)
{
    g_autofree char *path = write_disc("beyond.iso");
    g_autoptr(DiscReader) reader = open_disc(path);
    g_autoptr(ByteSource) file = disc_reader_open_file(reader, "Autounattend.xml", NULL);
    g_autoptr(GError) error = NULL;
    char buffer[10];

    g_assert_nonnull(file);
    g_assert_false(byte_source_read(file, 3, buffer, 4, &error));
    g_assert_error(error, MEDIA_ERROR, MEDIA_ERROR_TRUNCATED);
    g_assert_false(byte_source_read(file, G_MAXUINT64, buffer, 4, NULL));
}

// The Joliet tree's descriptor is the second, its root record at offset 156 of it.
static guint32 joliet_root_block(const guint8 *image)
{
    return read_le32(image + 17 * BLOCK + 156 + 2);
}

// The directory record with that UCS-2 name.
static guint8 *find_record(guint8 *directory, const char *name)
{
    gsize length = strlen(name);

    for (guint8 *record = directory; record[0] != 0; record += record[0]) {
        gboolean same = record[32] == length * 2;
        for (gsize i = 0; same && i < length; i++)
            same = record[33 + 2 * i] == 0 && record[34 + 2 * i] == (guint8)name[i];
        if (same)
            return record;
    }
    g_assert_not_reached();
}

typedef void (*Damage)(guint8 *image, gsize *size);

static void cut_last_block(guint8 *image, gsize *size)
{
    (void)image;
    *size -= BLOCK;
}

static void move_file_beyond_end(guint8 *image, gsize *size)
{
    guint8 *record = find_record(image + joliet_root_block(image) * BLOCK, "Autounattend.xml");

    (void)size;
    write_le32(record + 2, 0xFFFFFFF0u);
}

static void enlarge_file(guint8 *image, gsize *size)
{
    guint8 *record = find_record(image + joliet_root_block(image) * BLOCK, "Autounattend.xml");

    (void)size;
    write_le32(record + 10, 0xFFFFFFFFu);
}

static void break_record_length(guint8 *image, gsize *size)
{
    (void)size;
    find_record(image + joliet_root_block(image) * BLOCK, "Autounattend.xml")[0] = 33;
}

static void break_name_length(guint8 *image, gsize *size)
{
    (void)size;
    find_record(image + joliet_root_block(image) * BLOCK, "Autounattend.xml")[32] = 255;
}

static void enlarge_root(guint8 *image, gsize *size)
{
    (void)size;
    write_le32(image + 17 * BLOCK + 156 + 10, 0x7FFFFFFFu);
}

static void move_root_beyond_end(guint8 *image, gsize *size)
{
    (void)size;
    write_le32(image + 17 * BLOCK + 156 + 2, 0x7FFFFFFFu);
}

static void change_block_size(guint8 *image, gsize *size)
{
    (void)size;
    write_le16(image + 16 * BLOCK + 128, 512);
}

static void interleave_file(guint8 *image, gsize *size)
{
    (void)size;
    find_record(image + joliet_root_block(image) * BLOCK, "Autounattend.xml")[26] = 1;
}

static void remove_descriptors(guint8 *image, gsize *size)
{
    (void)size;
    memset(image + 16 * BLOCK, 0, 4 * BLOCK);
}

static const struct {
    const char *name;
    Damage damage;
    MediaError code;
} damages[] = {
    { "volume-cut", cut_last_block, MEDIA_ERROR_TRUNCATED },
    { "file-beyond-end", move_file_beyond_end, MEDIA_ERROR_TRUNCATED },
    { "file-too-long", enlarge_file, MEDIA_ERROR_TRUNCATED },
    { "record-too-short", break_record_length, MEDIA_ERROR_NOT_AN_ISO },
    { "name-too-long", break_name_length, MEDIA_ERROR_NOT_AN_ISO },
    { "directory-too-large", enlarge_root, MEDIA_ERROR_TOO_LARGE },
    { "directory-beyond-end", move_root_beyond_end, MEDIA_ERROR_TRUNCATED },
    { "other-block-size", change_block_size, MEDIA_ERROR_NOT_AN_ISO },
    { "interleaved-file", interleave_file, MEDIA_ERROR_NOT_AN_ISO },
    { "no-descriptors", remove_descriptors, MEDIA_ERROR_NOT_AN_ISO },
};

static char *write_damaged(Damage damage)
{
    g_autofree char *path = write_disc("whole.iso");
    char *damaged = path_of("damaged.iso");
    char *image = NULL;
    gsize size = 0;

    g_assert_true(g_file_get_contents(path, &image, &size, NULL));
    damage((guint8 *)image, &size);
    g_assert_true(g_file_set_contents(damaged, image, (gssize)size, NULL));
    g_free(image);
    return damaged;
}

static void test_damage(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autofree char *path = write_damaged(damages[i].damage);
    g_autoptr(GError) error = NULL;
    g_autoptr(DiscReader) reader = disc_reader_open(path, &error);

    if (reader != NULL) {
        g_autoptr(ByteSource) file = disc_reader_open_file(reader, "Autounattend.xml", &error);
        g_assert_null(file);
    }
    g_assert_error(error, MEDIA_ERROR, (int)damages[i].code);
}

// A directory that is its own child: every level looks like the one above.
static void loop_directory(guint8 *image, gsize *size)
{
    guint32 root = joliet_root_block(image);
    guint8 *record = find_record(image + root * BLOCK, "sevend");

    (void)size;
    write_le32(record + 2, root);
}

static void test_directory_loop(void)
{
    g_autofree char *path = write_damaged(loop_directory);
    g_autoptr(DiscReader) reader = open_disc(path);
    g_autoptr(GError) error = NULL;

    g_assert_null(disc_reader_list_files(reader, "sevend", 1000, &error));
    g_assert_error(error, MEDIA_ERROR, MEDIA_ERROR_TOO_LARGE);
}

// Every single byte of the descriptors and directories set to 0 and 255: any answer will do but a crash or a
// hang.
static void test_flipped_bytes(void)
{
    g_autofree char *path = write_disc("whole.iso");
    g_autofree char *damaged = path_of("flipped.iso");
    g_autofree char *image = NULL;
    gsize size = 0;
    guint answers = 0;

    g_assert_true(g_file_get_contents(path, &image, &size, NULL));
    for (gsize at = 17 * BLOCK; at < MIN(size, 40 * BLOCK); at += image[at] != 0 ? 1 : 37) {
        char kept = image[at];
        image[at] = (char)(at % 2 == 0 ? 0xFF : kept + 1);
        FILE *file = fopen(damaged, "w");
        g_assert_cmpuint(fwrite(image, 1, size, file), ==, size);
        fclose(file);
        image[at] = kept;
        g_autoptr(DiscReader) reader = disc_reader_open(damaged, NULL);
        g_autoptr(ByteSource) opened =
            reader == NULL ? NULL : disc_reader_open_file(reader, "sevend/deeper/x.txt", NULL);
        g_autoptr(GBytes) bytes = opened == NULL ? NULL : byte_source_load(opened, 100000, NULL);
        answers += bytes != NULL;
    }
    g_assert_cmpuint(answers, >, 0);
}

static void test_empty_writer_names(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new("x", 1);
    g_autoptr(IsoWriter) writer = iso_writer_new("A", &error);

    g_assert_no_error(error);
    g_assert_false(iso_writer_add(writer, "a//b", byte_source_from_bytes(bytes, "x"), NULL));
    g_assert_false(iso_writer_add(writer, "1/2/3/4/5/6/7/8/9", byte_source_from_bytes(bytes, "x"), &error));
    g_assert_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_NAME);
    g_assert_true(iso_writer_add(writer, "a", byte_source_from_bytes(bytes, "x"), NULL));
    g_assert_false(iso_writer_add(writer, "a/b", byte_source_from_bytes(bytes, "x"), NULL));
}

static void remove_folder(void)
{
    GDir *names = g_dir_open(folder, 0, NULL);
    const char *name = NULL;

    while ((name = g_dir_read_name(names)) != NULL) {
        g_autofree char *path = path_of(name);
        g_unlink(path);
    }
    g_dir_close(names);
    g_rmdir(folder);
    g_free(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("sevend-media-XXXXXX", NULL);
    g_test_add_func("/disc/names-in-any-case", test_any_case);
    g_test_add_func("/disc/files-of-a-folder", test_listing);
    g_test_add_func("/disc/absent-names", test_absent);
    g_test_add_func("/disc/no-read-beyond-the-end-of-a-file", test_read_beyond_end);
    for (gsize i = 0; i < G_N_ELEMENTS(damages); i++) {
        g_autofree char *path = g_strconcat("/disc/damaged/", damages[i].name, NULL);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_damage);
    }
    g_test_add_func("/disc/damaged/directory-loop", test_directory_loop);
    g_test_add_func("/disc/damaged/any-byte", test_flipped_bytes);
    g_test_add_func("/disc/writer-refuses-bad-paths", test_empty_writer_names);
    int result = g_test_run();
    remove_folder();
    return result;
}
