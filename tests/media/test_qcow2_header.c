// SPDX-License-Identifier: GPL-3.0-or-later
// Headers of qcow2 disks: what is taken, and everything that is not. The bytes are set here, so that also
// what qemu-img would never write can be.
#include <string.h>

#include "qcow2_header.h"

#define SIZE     (4u << 16)
#define CAPACITY (1ull << 30)
#define LARGEST  (2ull << 30)

static void put_32(guint8 *bytes, gsize at, guint32 value)
{
    value = GUINT32_TO_BE(value);
    memcpy(bytes + at, &value, sizeof value);
}

static void put_64(guint8 *bytes, gsize at, guint64 value)
{
    value = GUINT64_TO_BE(value);
    memcpy(bytes + at, &value, sizeof value);
}

// Version 3, clusters of 64 KiB, tables in the second and third of four.
static guint8 *good(void)
{
    guint8 *bytes = g_malloc0(SIZE);
    put_32(bytes, 0, 0x514649fb);
    put_32(bytes, 4, 3);
    put_32(bytes, 20, 16);
    put_64(bytes, 24, CAPACITY);
    put_32(bytes, 36, 2);
    put_64(bytes, 40, 2u << 16);
    put_64(bytes, 48, 1u << 16);
    put_32(bytes, 56, 1);
    put_32(bytes, 96, 4);
    put_32(bytes, 100, 104);
    return bytes;
}

// The codes of the faults, in order, divided by blanks. The caller frees.
static char *codes_of(const guint8 *bytes, gsize size, guint64 *ret_capacity)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) content = g_bytes_new(bytes, size);
    g_autoptr(ByteSource) source = byte_source_from_bytes(content, "disk");
    g_autoptr(Faults) faults = faults_new();
    GString *codes = g_string_new(NULL);
    g_assert_true(qcow2_header_check(source, LARGEST, "/disk", faults, ret_capacity, &error));
    g_assert_no_error(error);
    for (guint i = 0; i < faults_count(faults); i++) {
        g_assert_cmpstr(faults_get(faults, i)->pointer, ==, "/disk");
        g_string_append_printf(codes, "%s%s", i > 0 ? " " : "", faults_get(faults, i)->code);
    }
    return g_string_free(codes, FALSE);
}

static void assert_codes(const guint8 *bytes, const char *wanted)
{
    guint64 capacity = 0;
    g_autofree char *codes = codes_of(bytes, SIZE, &capacity);
    g_assert_cmpstr(codes, ==, wanted);
}

static void test_a_whole_disk_is_taken(void)
{
    g_autofree guint8 *bytes = good();
    guint64 capacity = 0;
    g_autofree char *codes = codes_of(bytes, SIZE, &capacity);
    g_assert_cmpstr(codes, ==, "");
    g_assert_cmpuint(capacity, ==, CAPACITY);
    // Compressed with zstd, and with extended L2 entries.
    put_64(bytes, 72, 0x18);
    put_32(bytes, 100, 112);
    assert_codes(bytes, "");
    g_autofree guint8 *old = good();
    put_32(old, 4, 2);
    memset(old + 72, 0, 32); // there is no such part in version 2
    assert_codes(old, "");
}

typedef struct {
    gsize at;
    gboolean wide;
    guint64 value;
    const char *codes;
} Change;

static void test_one_change_is_one_fault(void)
{
    static const Change changes[] = {
        { 0, FALSE, 0x4d5a9000, "not-qcow2" },
        { 4, FALSE, 4, "unknown-version" },
        { 8, TRUE, 1024, "backing-file" },
        { 16, FALSE, 11, "backing-file" },
        { 20, FALSE, 8, "bad-value" },
        { 20, FALSE, 63, "bad-value" },
        { 24, TRUE, 0, "bad-value" },
        { 24, TRUE, 513, "bad-value" },
        { 24, TRUE, LARGEST + 512, "too-large" },
        { 24, TRUE, G_MAXUINT64 & ~511ull, "too-large" },
        { 32, FALSE, 2, "encrypted" },
        { 36, FALSE, 0xffffffff, "truncated" },
        { 40, TRUE, 0, "truncated" },
        { 40, TRUE, 1ull << 40, "truncated" },
        { 40, TRUE, G_MAXUINT64, "truncated" },
        { 40, TRUE, 100, "truncated" },
        { 48, TRUE, 9ull << 16, "truncated" },
        { 56, FALSE, 0xffffffff, "truncated" },
        { 60, FALSE, 1, "has-snapshots" },
        { 72, TRUE, 1, "damaged" },
        { 72, TRUE, 2, "damaged" },
        { 72, TRUE, 4, "data-file" },
        { 72, TRUE, 0x20, "unknown-feature" },
        { 72, TRUE, 1ull << 63, "unknown-feature" },
        { 100, FALSE, 0, "bad-value" },
        { 100, FALSE, 107, "bad-value" },
        { 100, FALSE, 0xfffffff8, "bad-value" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autofree guint8 *bytes = good();
        if (changes[i].wide)
            put_64(bytes, changes[i].at, changes[i].value);
        else
            put_32(bytes, changes[i].at, (guint32)changes[i].value);
        g_test_message("%zu: %" G_GINT64_MODIFIER "x", changes[i].at, changes[i].value);
        assert_codes(bytes, changes[i].codes);
    }
}

// As qemu-img writes them when the number of a feature was taken away by hand.
static void test_extensions_name_no_files(void)
{
    static const struct {
        guint32 type;
        const char *codes;
    } extensions[] = {
        { 0xe2792aca, "backing-file" },
        { 0x44415441, "data-file" },
        { 0x0537be77, "encrypted" },
        { 0x6803f857, "" },
        { 0x23852875, "" },
        { 0x12345678, "" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(extensions); i++) {
        g_autofree guint8 *bytes = good();
        put_32(bytes, 104, 0x6803f857);
        put_32(bytes, 108, 3); // filled up to 8
        put_32(bytes, 120, extensions[i].type);
        put_32(bytes, 124, 5);
        assert_codes(bytes, extensions[i].codes);
    }
    g_autofree guint8 *endless = good();
    put_32(endless, 104, 0x12345678);
    put_32(endless, 108, 0xffffffff);
    assert_codes(endless, "bad-value");
    g_autofree guint8 *many = good();
    for (gsize at = 104; at < 1u << 16; at += 8)
        put_32(many, at, 0x12345678);
    assert_codes(many, "bad-value");
}

static void test_all_faults_are_told(void)
{
    g_autofree guint8 *bytes = good();
    put_64(bytes, 24, 7);
    put_64(bytes, 72, 0x24);
    put_64(bytes, 8, 512);
    put_32(bytes, 32, 1);
    put_32(bytes, 60, 2);
    assert_codes(bytes, "bad-value data-file unknown-feature backing-file encrypted has-snapshots");
}

static void test_short_files_are_no_disks(void)
{
    g_autofree guint8 *bytes = good();
    for (gsize size = 0; size < 104; size++) {
        guint64 capacity = 0;
        g_autofree char *codes = codes_of(bytes, size, &capacity);
        g_assert_cmpstr(codes, ==, size < 8 ? "not-qcow2" : "truncated");
        g_assert_cmpuint(capacity, ==, 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/qcow2-header/a-whole-disk-is-taken", test_a_whole_disk_is_taken);
    g_test_add_func("/qcow2-header/one-change-is-one-fault", test_one_change_is_one_fault);
    g_test_add_func("/qcow2-header/extensions-name-no-files", test_extensions_name_no_files);
    g_test_add_func("/qcow2-header/all-faults-are-told", test_all_faults_are_told);
    g_test_add_func("/qcow2-header/short-files-are-no-disks", test_short_files_are_no_disks);
    return g_test_run();
}
