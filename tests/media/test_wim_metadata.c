// SPDX-License-Identifier: GPL-3.0-or-later
// WIM headers and XML data made by hand: what is read from them, and that hostile ones are refused.
#include <string.h>

#include "little_endian.h"
#include "media_error.h"
#include "wim_metadata.h"
#include "windows_version.h"

static GPtrArray *parse_bytes(const char *text, const char *encoding, GError **error)
{
    gsize size = 0;
    g_autofree char *wide = g_convert(text, -1, encoding, "UTF-8", NULL, &size, NULL);

    g_assert_nonnull(wide);
    return wim_metadata_parse((const guint8 *)wide, size, "test", error);
}

static GPtrArray *parse(const char *text, GError **error)
{
    return parse_bytes(text, "UTF-16LE", error);
}

static void test_image(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) images = parse(
        "\xEF\xBB\xBF<WIM><TOTALBYTES>5</TOTALBYTES>"
        "<IMAGE INDEX=\"2\"><NAME></NAME><WINDOWS><ARCH>9</ARCH></WINDOWS></IMAGE>"
        "<IMAGE INDEX=\"1\"><NAME> Windows 7 PROFESSIONALN </NAME><TOTALBYTES>7512090717</TOTALBYTES>"
        "<WINDOWS><ARCH>0</ARCH><EDITIONID>ProfessionalN</EDITIONID><PRODUCTTYPE>WinNT</PRODUCTTYPE>"
        "<LANGUAGES><LANGUAGE>de-DE</LANGUAGE><LANGUAGE>en-US</LANGUAGE><DEFAULT>de-DE</DEFAULT></LANGUAGES>"
        "<VERSION><MAJOR>6</MAJOR><MINOR>1</MINOR><BUILD>7601</BUILD><SPBUILD>17514</SPBUILD>"
        "<SPLEVEL>1</SPLEVEL></VERSION></WINDOWS><FLAGS>ProfessionalN</FLAGS>"
        "<DISPLAYNAME>Windows 7 Professional N</DISPLAYNAME></IMAGE></WIM>",
        &error);

    g_assert_no_error(error);
    g_assert_cmpuint(images->len, ==, 2);
    const WimImage *image = g_ptr_array_index(images, 0);
    g_assert_cmpstr(image->name, ==, "Windows 7 PROFESSIONALN");
    g_assert_cmpuint(image->total_bytes, ==, 7512090717u);
    g_assert_cmpstr(image->architecture, ==, "x86");
    g_assert_cmpstr(image->edition_id, ==, "ProfessionalN");
    g_assert_cmpstr(image->display_name, ==, "Windows 7 Professional N");
    g_assert_cmpstr(image->languages[1], ==, "en-US");
    g_assert_cmpstr(image->default_language, ==, "de-DE");
    g_assert_cmpuint(image->sp_build, ==, 17514);
    g_assert_true(windows_version_is_7(image));
    image = g_ptr_array_index(images, 1);
    g_assert_cmpstr(image->name, ==, "");
    g_assert_cmpstr(image->architecture, ==, "amd64");
    g_assert_null(image->edition_id);
    g_assert_null(image->languages[0]);
    g_assert_false(windows_version_is_7(image));
}

typedef struct {
    const char *name;
    const char *text;
} BadXml;

static const BadXml bad_xml[] = {
    { "not-xml", "hello" },
    { "empty", "" },
    { "not-well-formed", "<WIM><IMAGE INDEX=\"1\"></WIM>" },
    { "other-root", "<ISO/>" },
    { "entity", "<!DOCTYPE WIM [<!ENTITY a \"b\">]><WIM><IMAGE INDEX=\"1\"><NAME>&a;</NAME></IMAGE></WIM>" },
    { "external-dtd", "<!DOCTYPE WIM SYSTEM \"file:///etc/passwd\"><WIM/>" },
    { "index-missing", "<WIM><IMAGE><NAME>a</NAME></IMAGE></WIM>" },
    { "index-repeated", "<WIM><IMAGE INDEX=\"1\"/><IMAGE INDEX=\"1\"/></WIM>" },
    { "index-not-from-1", "<WIM><IMAGE INDEX=\"2\"/></WIM>" },
    { "index-negative", "<WIM><IMAGE INDEX=\"-1\"/></WIM>" },
    { "index-huge", "<WIM><IMAGE INDEX=\"99999999999999999999\"/></WIM>" },
};

static void test_bad_xml(gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(parse(((const BadXml *)data)->text, &error));
    g_assert_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED);
}

static void test_wrong_encoding(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(parse_bytes("<WIM></WIM>", "UTF-8", &error));
    g_assert_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED);
}

static void test_numbers_out_of_range(void)
{
    g_autoptr(GPtrArray) images =
        parse("<WIM><IMAGE INDEX=\"1\"><TOTALBYTES>-5</TOTALBYTES><WINDOWS><ARCH>999</ARCH>"
              "<VERSION><MAJOR>99999999999</MAJOR></VERSION></WINDOWS></IMAGE></WIM>",
              NULL);

    g_assert_nonnull(images);
    const WimImage *image = g_ptr_array_index(images, 0);
    g_assert_cmpuint(image->total_bytes, ==, 0);
    g_assert_cmpuint(image->major, ==, 0);
    g_assert_cmpstr(image->architecture, ==, "unknown");
}

static ByteSource *header_source(const guint8 *bytes, gsize size)
{
    g_autoptr(GBytes) copy = g_bytes_new(bytes, size);
    return byte_source_from_bytes(copy, "test.wim");
}

static void sample_header(WimHeader *header)
{
    memset(header, 0, sizeof *header);
    header->version = 0x10D00;
    header->chunk_size = 32768;
    header->part_number = header->total_parts = 1;
    header->image_count = 2;
    header->boot_index = 2;
    header->xml.offset = WIM_HEADER_SIZE;
    header->xml.size = header->xml.uncompressed_size = 16;
    header->blob_table = header->xml;
}

static void test_header_round_trip(void)
{
    guint8 bytes[WIM_HEADER_SIZE + 16] = { 0 };
    WimHeader header;
    WimHeader again;

    sample_header(&header);
    header.boot_metadata = (WimResource){ .offset = 1,
                                          .size = 0x00123456789ABCDEull,
                                          .uncompressed_size = 3,
                                          .flags = WIM_RESOURCE_METADATA | WIM_RESOURCE_COMPRESSED };
    wim_header_write(&header, bytes);
    g_autoptr(ByteSource) source = header_source(bytes, sizeof bytes);
    g_assert_true(wim_header_read(source, &again, NULL));
    g_assert_cmpmem(&header, sizeof header, &again, sizeof again);
}

typedef struct {
    const char *name;
    guint offset; // in the header
    guint64 value;
    guint width; // bytes
    MediaError code;
} BadHeader;

static const BadHeader bad_headers[] = {
    { "magic", 0, 0, 4, MEDIA_ERROR_WIM_DAMAGED },
    { "header-size", 8, 300, 4, MEDIA_ERROR_WIM_DAMAGED },
    { "image-count", 44, 70000, 4, MEDIA_ERROR_WIM_DAMAGED },
    { "xml-beyond-end", 80, 10000, 8, MEDIA_ERROR_WIM_DAMAGED },
    { "xml-offset-wraps", 80, G_MAXUINT64 - 4, 8, MEDIA_ERROR_WIM_DAMAGED },
    { "xml-too-large", 72, 0x00FFFFFFFFFFFFFFull, 8, MEDIA_ERROR_WIM_DAMAGED },
    { "xml-compressed", 72, 16 | (guint64)WIM_RESOURCE_COMPRESSED << 56, 8, MEDIA_ERROR_WIM_DAMAGED },
    { "blob-table-beyond-end", 56, 10000, 8, MEDIA_ERROR_WIM_DAMAGED },
};

static void test_bad_header(gconstpointer data)
{
    const BadHeader *test = data;
    guint8 bytes[WIM_HEADER_SIZE + 16] = { 0 };
    g_autoptr(GError) error = NULL;
    guint8 value[8];
    WimHeader header;

    sample_header(&header);
    wim_header_write(&header, bytes);
    write_le64(value, test->value);
    memcpy(bytes + test->offset, value, test->width);
    g_autoptr(ByteSource) source = header_source(bytes, sizeof bytes);
    g_assert_false(wim_header_read(source, &header, &error));
    g_assert_error(error, MEDIA_ERROR, (int)test->code);
}

static void test_short_file(void)
{
    guint8 bytes[WIM_HEADER_SIZE - 1] = "MSWIM";
    g_autoptr(ByteSource) source = header_source(bytes, sizeof bytes);
    g_autoptr(GError) error = NULL;
    WimHeader header;

    g_assert_false(wim_header_read(source, &header, &error));
    g_assert_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED);
}

static void test_version_names(void)
{
    static const struct {
        guint major, minor, build;
        const char *product_type;
        const char *expected;
    } cases[] = {
        { 6, 1, 7600, "WinNT", "Windows 7 (6.1.7600)" },
        { 6, 1, 7601, "ServerNT", "Windows Server 2008 R2 (6.1.7601)" },
        { 6, 0, 6002, "WinNT", "Windows Vista (6.0.6002)" },
        { 6, 2, 9200, "WinNT", "Windows 8 (6.2.9200)" },
        { 6, 3, 9600, "WinNT", "Windows 8.1 (6.3.9600)" },
        { 10, 0, 10240, "WinNT", "Windows 10 (10.0.10240)" },
        { 10, 0, 22631, "WinNT", "Windows 11 (10.0.22631)" },
        { 10, 0, 17763, "ServerNT", "Windows Server 2019 (10.0.17763)" },
        { 10, 0, 14393, "ServerNT", "Windows Server 2016 (10.0.14393)" },
        { 11, 0, 1, "WinNT", "an unknown Windows (11.0.1)" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        WimImage image = { .major = cases[i].major,
                           .minor = cases[i].minor,
                           .build = cases[i].build,
                           .product_type = (char *)cases[i].product_type };
        g_autofree char *name = windows_version_name(&image);
        g_assert_cmpstr(name, ==, cases[i].expected);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wim/xml/images-in-order-of-index", test_image);
    for (gsize i = 0; i < G_N_ELEMENTS(bad_xml); i++) {
        g_autofree char *path = g_strconcat("/wim/xml/refused/", bad_xml[i].name, NULL);
        g_test_add_data_func(path, &bad_xml[i], test_bad_xml);
    }
    g_test_add_func("/wim/xml/refused/not-utf16", test_wrong_encoding);
    g_test_add_func("/wim/xml/numbers-out-of-range-are-unknown", test_numbers_out_of_range);
    g_test_add_func("/wim/header/round-trip", test_header_round_trip);
    for (gsize i = 0; i < G_N_ELEMENTS(bad_headers); i++) {
        g_autofree char *path = g_strconcat("/wim/header/refused/", bad_headers[i].name, NULL);
        g_test_add_data_func(path, &bad_headers[i], test_bad_header);
    }
    g_test_add_func("/wim/header/refused/short-file", test_short_file);
    g_test_add_func("/wim/version-names", test_version_names);
    return g_test_run();
}
