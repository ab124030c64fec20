// SPDX-License-Identifier: GPL-3.0-or-later
// Layout of the result: header, the base's blobs, the delta's blobs and metadata, blob table, XML data. All
// positions inside a resource are relative to its start, so resources may be moved freely, as wimlib's own
// raw copy and ImageX's export do.
#include "wim_splice.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <inttypes.h>
#include <string.h>

#include "fixed_time.h"
#include "media_error.h"
#include "wim_xml.h"

#define GUID_SEED "sevend boot.wim"

// The result while it is put together: what follows its header, and its blob table.
typedef struct {
    ByteSource *body;
    GByteArray *table;
} Splice;

static guint64 next_offset(const Splice *splice)
{
    return WIM_HEADER_SIZE + splice->body->size;
}

static void add_entry(Splice *splice, const WimBlob *blob)
{
    guint8 entry[WIM_BLOB_ENTRY_SIZE];

    wim_blob_write(blob, entry);
    g_byte_array_append(splice->table, entry, sizeof entry);
}

static gboolean damaged(const ByteSource *wim, const char *reason, GError **error)
{
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED, "%s: %s", wim->name, reason);
    return FALSE;
}

static int compare_offset(gconstpointer a, gconstpointer b)
{
    const WimBlob *first = a;
    const WimBlob *second = b;

    if (first->resource.offset != second->resource.offset)
        return first->resource.offset < second->resource.offset ? -1 : 1;
    return memcmp(first->hash, second->hash, WIM_HASH_SIZE);
}

static void add_run(Splice *splice, ByteSource *base, guint64 start, guint64 end)
{
    byte_source_append(splice->body, byte_source_slice(base, start, end - start, base->name));
}

// Adds the base's blobs, neighbours as one range, and moves their offsets.
static gboolean add_base_blobs(Splice *splice, ByteSource *base, GArray *blobs, GError **error)
{
    guint64 run_start = 0;
    guint64 run_end = 0;

    g_array_sort(blobs, compare_offset);
    for (guint i = 0; i < blobs->len; i++) {
        WimBlob blob = g_array_index(blobs, WimBlob, i);
        guint64 offset = blob.resource.offset;
        if (!byte_source_contains(base, offset, blob.resource.size))
            return damaged(base, "a blob lies outside the file", error);
        // Overlapping blobs would let a small file blow up into a huge one.
        if (offset < run_end)
            return damaged(base, "two blobs overlap", error);
        if (offset != run_end) {
            add_run(splice, base, run_start, run_end);
            run_start = offset;
        }
        run_end = offset + blob.resource.size;
        blob.resource.offset = next_offset(splice) + (offset - run_start);
        blob.part_number = 1;
        add_entry(splice, &blob);
    }
    add_run(splice, base, run_start, run_end);
    return TRUE;
}

// Adds all that the delta's blob table names. The bytes between the delta's header and its blob table go in
// as one range, so every offset moves by the same distance. Takes `delta`.
static gboolean add_delta(Splice *splice, ByteSource *delta, WimHeader *header, GError **error)
{
    guint64 end = header->blob_table.offset;
    guint64 distance = next_offset(splice) - WIM_HEADER_SIZE;
    g_autofree guint8 *entries = g_malloc(MAX(header->blob_table.size, 1));

    if (!byte_source_read(delta, end, entries, (gsize)header->blob_table.size, error))
        return FALSE;
    for (guint64 i = 0; i + WIM_BLOB_ENTRY_SIZE <= header->blob_table.size; i += WIM_BLOB_ENTRY_SIZE) {
        WimBlob blob;
        wim_blob_parse(entries + i, &blob);
        if (blob.resource.offset < WIM_HEADER_SIZE || blob.resource.offset + blob.resource.size > end)
            return damaged(delta, "wimlib placed a blob behind the blob table", error);
        blob.resource.offset += distance;
        add_entry(splice, &blob);
    }
    header->boot_metadata.offset += distance;
    byte_source_append(splice->body,
                       byte_source_slice_take(delta, WIM_HEADER_SIZE, end - WIM_HEADER_SIZE, delta->name));
    return TRUE;
}

static void set_text(xmlNode *node, const char *text)
{
    if (node != NULL)
        xmlNodeSetContent(node, BAD_CAST text);
}

static void set_time_part(xmlNode *modified, xmlNode *created, const char *part, guint32 fallback)
{
    g_autofree char *text = wim_xml_child_text(created, part);

    if (text == NULL)
        text = g_strdup_printf("0x%08X", fallback);
    set_text(wim_xml_child(modified, part), text);
}

// The delta's XML with the size of the whole and a time of modification that is not today's: that of the
// image's creation.
static GBytes *final_xml(ByteSource *delta, const WimHeader *header, guint64 total_bytes, GError **error)
{
    g_autofree guint8 *bytes = g_malloc(MAX(header->xml.size, 1));
    g_autofree char *total = g_strdup_printf("%" PRIu64, total_bytes);

    if (!byte_source_read(delta, header->xml.offset, bytes, (gsize)header->xml.size, error))
        return NULL;
    xmlDoc *document = wim_xml_parse(bytes, (gsize)header->xml.size, delta->name, error);
    if (document == NULL)
        return NULL;
    xmlNode *root = xmlDocGetRootElement(document);
    xmlNode *image = wim_xml_child(root, "IMAGE");
    xmlNode *modified = wim_xml_child(image, "LASTMODIFICATIONTIME");
    xmlNode *created = wim_xml_child(image, "CREATIONTIME");
    set_time_part(modified, created, "HIGHPART", (guint32)(FIXED_FILETIME >> 32));
    set_time_part(modified, created, "LOWPART", (guint32)(FIXED_FILETIME & 0xFFFFFFFFu));
    set_text(wim_xml_child(root, "TOTALBYTES"), total);
    GBytes *xml = wim_xml_serialize(document, error);
    xmlFreeDoc(document);
    return xml;
}

// wimlib gives each WIM a random GUID; ours follows from the content, so that equal inputs give equal files.
static void derive_guid(const GByteArray *table, const guint8 base_guid[16], guint8 ret_guid[16])
{
    g_autoptr(GByteArray) seed = g_byte_array_new();
    guint8 digest[32];

    g_byte_array_append(seed, (const guint8 *)GUID_SEED, strlen(GUID_SEED));
    g_byte_array_append(seed, base_guid, 16);
    g_byte_array_append(seed, table->data, table->len);
    gnutls_hash_fast(GNUTLS_DIG_SHA256, seed->data, seed->len, digest);
    memcpy(ret_guid, digest, 16);
}

static void place(WimResource *resource, guint64 offset, gsize size)
{
    resource->offset = offset;
    resource->size = size;
    resource->uncompressed_size = size;
    resource->flags = 0;
}

static void append_bytes(ByteSource *chain, GBytes *bytes)
{
    byte_source_append(chain, byte_source_from_bytes(bytes, chain->name));
}

// Header, body, table, XML. Takes the splice's body.
static ByteSource *assemble(Splice *splice, WimHeader *header, GBytes *xml, const char *name)
{
    ByteSource *wim = byte_source_chain(name);
    g_autoptr(GBytes) table = g_bytes_new(splice->table->data, splice->table->len);
    guint8 bytes[WIM_HEADER_SIZE];

    place(&header->blob_table, next_offset(splice), g_bytes_get_size(table));
    place(&header->xml, header->blob_table.offset + g_bytes_get_size(table), g_bytes_get_size(xml));
    place(&header->integrity, 0, 0);
    wim_header_write(header, bytes);
    g_autoptr(GBytes) front = g_bytes_new(bytes, sizeof bytes);

    append_bytes(wim, front);
    byte_source_append(wim, g_steal_pointer(&splice->body));
    append_bytes(wim, table);
    append_bytes(wim, xml);
    return wim;
}

ByteSource *wim_splice(ByteSource *base, GArray *base_blobs, ByteSource *delta, GError **error)
{
    g_autoptr(ByteSource) body = byte_source_chain(base->name);
    g_autoptr(GByteArray) table = g_byte_array_new();
    g_autoptr(ByteSource) owned = delta;
    Splice splice = { .body = body, .table = table };
    WimHeader base_header;
    WimHeader header;

    if (!wim_header_read(base, &base_header, error) || !wim_header_read(delta, &header, error) ||
        !add_base_blobs(&splice, base, base_blobs, error))
        return NULL;
    // The XML first: adding the delta hands it over to the body.
    guint64 delta_size = header.blob_table.offset - WIM_HEADER_SIZE;
    guint64 table_size = (guint64)base_blobs->len * WIM_BLOB_ENTRY_SIZE + header.blob_table.size;
    g_autoptr(GBytes) xml = final_xml(delta, &header, next_offset(&splice) + delta_size + table_size, error);
    if (xml == NULL || !add_delta(&splice, g_steal_pointer(&owned), &header, error))
        return NULL;
    derive_guid(table, base_header.guid, header.guid);
    body = NULL; // assemble() takes it through the splice
    return assemble(&splice, &header, xml, base->name);
}
