// SPDX-License-Identifier: GPL-3.0-or-later
// Walks the trust list:
//   CTL     SEQUENCE { [version,] usage, [identifier,] [sequence number,] this update, [next update,]
//   algorithm,
//                      members SEQUENCE OF member, [extensions] }
//   member  SEQUENCE { identifier OCTET STRING, attributes SET OF SEQUENCE { OBJECT ID, SET OF value } }
//   value   SEQUENCE { data, SEQUENCE { algorithm, digest OCTET STRING } }   of SPC_INDIRECT_DATA
#include "catalogue.h"

#include "der.h"

#define MAX_MEMBERS 65536u
#define SHA1_SIZE   20
#define SHA256_SIZE 32

// 1.3.6.1.4.1.311.2.1.4, SPC_INDIRECT_DATA_OBJID
static const guint8 indirect_data[] = { 0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x04 };

static void add_hash(Catalogue *catalogue, DerBytes digest)
{
    GString *hex = g_string_new(NULL);
    for (gsize i = 0; i < digest.length; i++)
        g_string_append_printf(hex, "%02x", digest.bytes[i]);
    g_hash_table_add(catalogue->hashes, g_string_free(hex, FALSE));
}

static void read_indirect_data(Catalogue *catalogue, DerBytes values)
{
    DerElement value, data, info, algorithm, digest;
    while (der_next_tagged(&values, DER_SEQUENCE, &value)) {
        DerBytes inside = value.content;
        if (!der_next(&inside, &data) || !der_next_tagged(&inside, DER_SEQUENCE, &info))
            continue;
        DerBytes of_info = info.content;
        if (der_next_tagged(&of_info, DER_SEQUENCE, &algorithm) &&
            der_next_tagged(&of_info, DER_OCTET_STRING, &digest) &&
            (digest.content.length == SHA1_SIZE || digest.content.length == SHA256_SIZE))
            add_hash(catalogue, digest.content);
    }
}

static void read_member(Catalogue *catalogue, DerBytes member)
{
    DerElement identifier, attributes, attribute, type, values;
    if (!der_next_tagged(&member, DER_OCTET_STRING, &identifier) ||
        !der_next_tagged(&member, DER_SET, &attributes))
        return;
    DerBytes rest = attributes.content;
    while (der_next_tagged(&rest, DER_SEQUENCE, &attribute)) {
        DerBytes inside = attribute.content;
        if (der_next(&inside, &type) && der_is_object(&type, indirect_data, sizeof indirect_data) &&
            der_next_tagged(&inside, DER_SET, &values))
            read_indirect_data(catalogue, values.content);
    }
}

// Of the parts of a trust list only the members are a sequence whose first element is a sequence that begins
// with an octet string; a list without members has none.
static gboolean is_member_list(const DerElement *part)
{
    DerBytes inside = part->content;
    DerElement first, identifier;
    return part->tag == DER_SEQUENCE && der_next_tagged(&inside, DER_SEQUENCE, &first) &&
           der_next_tagged(&first.content, DER_OCTET_STRING, &identifier);
}

static gboolean read_list(Catalogue *catalogue, DerBytes content)
{
    DerElement list, part, member;
    if (!der_next_tagged(&content, DER_SEQUENCE, &list))
        return FALSE;
    DerBytes rest = list.content;
    while (der_next(&rest, &part)) {
        if (!is_member_list(&part))
            continue;
        DerBytes members = part.content;
        for (guint i = 0; i < MAX_MEMBERS && der_next_tagged(&members, DER_SEQUENCE, &member); i++)
            read_member(catalogue, member.content);
    }
    return rest.length == 0;
}

Catalogue *catalogue_read(const guint8 *bytes, gsize size)
{
    g_autoptr(Catalogue) catalogue = g_new0(Catalogue, 1);
    g_autoptr(GBytes) content = NULL;

    catalogue->hashes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (size > CATALOGUE_MAX_BYTES || !signatures_read(bytes, size, &catalogue->signatures, &content))
        return NULL;
    if (content == NULL)
        return g_steal_pointer(&catalogue); // signs nothing
    gsize length = 0;
    const guint8 *start = g_bytes_get_data(content, &length);
    return read_list(catalogue, (DerBytes){ start, length }) ? g_steal_pointer(&catalogue) : NULL;
}

void catalogue_free(Catalogue *catalogue)
{
    if (catalogue == NULL)
        return;
    signatures_clear(&catalogue->signatures);
    g_hash_table_unref(catalogue->hashes);
    g_free(catalogue);
}

gboolean catalogue_has(const Catalogue *catalogue, const char *hash)
{
    return g_hash_table_contains(catalogue->hashes, hash);
}
