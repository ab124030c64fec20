// SPDX-License-Identifier: GPL-3.0-or-later
// libxml2 with the options that untrusted XML needs: XML_PARSE_NONET only, no entity substitution, no DTD,
// and the size bounded by the caller beforehand.
#include "wim_xml.h"

#include <libxml/parser.h>
#include <string.h>

#include "media_error.h"

static const guint8 byte_order_mark[] = { 0xFF, 0xFE };

xmlDoc *wim_xml_parse(const guint8 *bytes, gsize size, const char *name, GError **error)
{
    const char *reason = "is not well-formed";
    g_autoptr(GError) local = NULL;

    if (size >= 2 && memcmp(bytes, byte_order_mark, 2) == 0) {
        bytes += 2;
        size -= 2;
    }
    // Some writers count a terminating NUL as part of the data.
    while (size >= 2 && bytes[size - 1] == 0 && bytes[size - 2] == 0)
        size -= 2;
    gsize length = 0;
    g_autofree char *text =
        g_convert((const char *)bytes, (gssize)size, "UTF-8", "UTF-16LE", NULL, &length, &local);
    if (text == NULL || length > G_MAXINT)
        goto damaged;
    xmlDoc *document = xmlReadMemory(text, (int)length, NULL, "UTF-8",
                                     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (document == NULL)
        goto damaged;
    if (document->intSubset != NULL || document->extSubset != NULL) {
        xmlFreeDoc(document);
        reason = "has a document type declaration";
        goto damaged;
    }
    return document;

damaged:
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED, "%s: its XML data %s", name, reason);
    return NULL;
}

GBytes *wim_xml_serialize(xmlDoc *document, GError **error)
{
    xmlBuffer *buffer = xmlBufferCreate();
    gsize size = 0;

    xmlNodeDump(buffer, document, xmlDocGetRootElement(document), 0, 0);
    g_autofree char *text = g_convert((const char *)xmlBufferContent(buffer), xmlBufferLength(buffer),
                                      "UTF-16LE", "UTF-8", NULL, &size, error);
    xmlBufferFree(buffer);
    if (text == NULL)
        return NULL;
    GByteArray *bytes = g_byte_array_new();
    g_byte_array_append(bytes, byte_order_mark, sizeof byte_order_mark);
    g_byte_array_append(bytes, (const guint8 *)text, (guint)size);
    return g_byte_array_free_to_bytes(bytes);
}

xmlNode *wim_xml_child(xmlNode *parent, const char *name)
{
    for (xmlNode *child = parent == NULL ? NULL : parent->children; child != NULL; child = child->next) {
        if (child->type == XML_ELEMENT_NODE && g_str_equal((const char *)child->name, name))
            return child;
    }
    return NULL;
}

char *wim_xml_child_text(xmlNode *parent, const char *name)
{
    xmlNode *child = wim_xml_child(parent, name);

    if (child == NULL)
        return NULL;
    xmlChar *content = xmlNodeGetContent(child);
    char *text = g_strstrip(g_strdup(content == NULL ? "" : (const char *)content));
    xmlFree(content);
    return text;
}
