// SPDX-License-Identifier: GPL-3.0-or-later
// See xml.h. libxml2 gives memory of its own allocator; what leaves here belongs to GLib's.
#include "daemon/vm/xml.h"

#include <libxml/parser.h>
#include <stdarg.h>
#include <string.h>

#include "daemon/vm/connection.h"

xmlDoc *xml_parse(const char *text, GError **error)
{
    gsize length = strlen(text);

    if (length > XML_TEXT_LIMIT) {
        g_set_error(error, VM_ERROR, VM_ERROR_INVALID, "XML of more than %u bytes", XML_TEXT_LIMIT);
        return NULL;
    }
    xmlParserCtxt *parser = xmlNewParserCtxt();
    if (parser == NULL)
        g_error("out of memory");
    // No XML_PARSE_NOENT, DTDLOAD or HUGE: nothing outside the text is read, nothing in it is expanded.
    xmlDoc *document = xmlCtxtReadMemory(parser, text, (int)length, NULL, NULL,
                                         XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (document == NULL || xmlDocGetRootElement(document) == NULL) {
        const xmlError *last = xmlCtxtGetLastError(parser);
        g_autofree char *reason = g_strdup(last && last->message ? last->message : "no element");
        g_set_error(error, VM_ERROR, VM_ERROR_INVALID, "XML that is not well-formed: %s", g_strstrip(reason));
        g_clear_pointer(&document, xmlFreeDoc);
    } else if (document->intSubset) {
        g_set_error(error, VM_ERROR, VM_ERROR_INVALID, "XML with a document type declaration");
        g_clear_pointer(&document, xmlFreeDoc);
    }
    xmlFreeParserCtxt(parser);
    return document;
}

xmlNode *xml_add(xmlNode *parent, const char *name)
{
    return xmlNewChild(parent, NULL, BAD_CAST name, NULL);
}

xmlNode *xml_add_text(xmlNode *parent, const char *name, const char *text_format, ...)
{
    va_list arguments;

    va_start(arguments, text_format);
    g_autofree char *text = g_strdup_vprintf(text_format, arguments);
    va_end(arguments);
    return xmlNewTextChild(parent, NULL, BAD_CAST name, BAD_CAST text);
}

void xml_set(xmlNode *element, ...)
{
    va_list arguments;
    const char *name;

    va_start(arguments, element);
    while ((name = va_arg(arguments, const char *)) != NULL) {
        const char *value = va_arg(arguments, const char *);
        if (value)
            xmlSetProp(element, BAD_CAST name, BAD_CAST value);
    }
    va_end(arguments);
}

gboolean xml_is(const xmlNode *element, const char *name)
{
    return element->ns == NULL && strcmp((const char *)element->name, name) == 0;
}

static xmlNode *element_from(xmlNode *node)
{
    while (node && node->type != XML_ELEMENT_NODE)
        node = node->next;
    return node;
}

xmlNode *xml_first(xmlNode *parent)
{
    return parent ? element_from(parent->children) : NULL;
}

xmlNode *xml_next(xmlNode *element)
{
    return element_from(element->next);
}

xmlNode *xml_find(xmlNode *parent, const char *name)
{
    xmlNode *element = xml_first(parent);

    while (element && !xml_is(element, name))
        element = xml_next(element);
    return element;
}

char *xml_get(xmlNode *element, const char *attribute)
{
    xmlChar *value = element ? xmlGetNoNsProp(element, BAD_CAST attribute) : NULL;
    char *copy = g_strdup((const char *)value);

    xmlFree(value);
    return copy;
}

char *xml_element_text(xmlNode *element)
{
    xmlBuffer *buffer = xmlBufferCreate();

    xmlNodeDump(buffer, element->doc, element, 0, 1);
    char *text = g_strdup((const char *)xmlBufferContent(buffer));
    xmlBufferFree(buffer);
    return text;
}

char *xml_document_text(xmlDoc *document)
{
    xmlChar *bytes = NULL;
    int length = 0;

    xmlDocDumpFormatMemoryEnc(document, &bytes, &length, "UTF-8", 1);
    char *text = g_strndup((const char *)bytes, (gsize)length);
    xmlFree(bytes);
    return text;
}
