// SPDX-License-Identifier: GPL-3.0-or-later
// Builders of answer-file elements. Knows the form of answer files, no settings.
#include "unattend/xml_tree.h"

#include <libxml/parser.h>
#include <libxml/xmlsave.h>

static const xmlChar *to_xml(const char *text)
{
    return (const xmlChar *)text;
}

static void *or_die(void *made)
{
    if (made == NULL)
        g_error("libxml2: no memory for the answer file");
    return made;
}

xmlDoc *xml_document(void)
{
    static gsize started;
    if (g_once_init_enter(&started)) {
        xmlInitParser();
        g_once_init_leave(&started, 1);
    }
    xmlDoc *document = or_die(xmlNewDoc(to_xml("1.0")));
    xmlNode *root = or_die(xmlNewDocNode(document, NULL, to_xml("unattend"), NULL));
    xmlDocSetRootElement(document, root);
    xmlSetNs(root, or_die(xmlNewNs(root, to_xml(XML_UNATTEND_NAMESPACE), NULL)));
    return document;
}

xmlNode *xml_container(xmlNode *parent, const char *name)
{
    // A NULL namespace means the parent's.
    return or_die(xmlNewChild(parent, NULL, to_xml(name), NULL));
}

static void set_attribute(xmlNode *node, const char *name, const char *value)
{
    or_die(xmlNewProp(node, to_xml(name), to_xml(value)));
}

static void set_wcm_attribute(xmlNode *node, const char *name, const char *value)
{
    xmlNs *wcm = or_die(xmlSearchNsByHref(node->doc, node, to_xml(XML_WCM_NAMESPACE)));
    or_die(xmlNewNsProp(node, wcm, to_xml(name), to_xml(value)));
}

xmlNode *xml_pass(xmlDoc *document, const char *pass)
{
    xmlNode *node = xml_container(xmlDocGetRootElement(document), "settings");
    set_attribute(node, "pass", pass);
    return node;
}

xmlNode *xml_component(xmlNode *pass, const char *name, const char *architecture)
{
    xmlNode *node = xml_container(pass, "component");
    or_die(xmlNewNs(node, to_xml(XML_WCM_NAMESPACE), to_xml("wcm")));
    set_attribute(node, "name", name);
    set_attribute(node, "processorArchitecture", architecture);
    set_attribute(node, "publicKeyToken", "31bf3856ad364e35");
    set_attribute(node, "language", "neutral");
    set_attribute(node, "versionScope", "nonSxS");
    return node;
}

xmlNode *xml_text(xmlNode *parent, const char *name, const char *text)
{
    return or_die(xmlNewTextChild(parent, NULL, to_xml(name), to_xml(text)));
}

xmlNode *xml_number(xmlNode *parent, const char *name, guint64 number)
{
    char digits[24];
    g_snprintf(digits, sizeof digits, "%" G_GUINT64_FORMAT, number);
    return xml_text(parent, name, digits);
}

xmlNode *xml_flag(xmlNode *parent, const char *name, gboolean flag)
{
    return xml_text(parent, name, flag ? "true" : "false");
}

xmlNode *xml_list_item(xmlNode *parent, const char *name)
{
    xmlNode *node = xml_container(parent, name);
    set_wcm_attribute(node, "action", "add");
    return node;
}

xmlNode *xml_keyed_item(xmlNode *parent, const char *name, const char *key)
{
    xmlNode *node = xml_list_item(parent, name);
    set_wcm_attribute(node, "keyValue", key);
    return node;
}

xmlNode *xml_of(xmlNode *node, const char *pointer)
{
    node->_private = (void *)g_intern_string(pointer); // libxml2 leaves this member to the application
    return node;
}

const char *xml_setting(const xmlNode *node)
{
    for (; node != NULL && node->type == XML_ELEMENT_NODE; node = node->parent)
        if (node->_private != NULL)
            return *(const char *)node->_private != '\0' ? node->_private : NULL;
    return NULL;
}

char *xml_answer_file_text(xmlDoc *document)
{
    xmlBuffer *buffer = or_die(xmlBufferCreate());
    xmlSaveCtxt *saver = or_die(xmlSaveToBuffer(buffer, "utf-8", XML_SAVE_FORMAT));
    xmlSaveDoc(saver, document);
    if (xmlSaveClose(saver) < 0)
        g_error("libxml2: could not write the answer file");
    char *text = g_strdup((const char *)xmlBufferContent(buffer));
    xmlBufferFree(buffer);
    return text;
}
