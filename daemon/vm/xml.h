// SPDX-License-Identifier: GPL-3.0-or-later
// XML trees as this folder uses them: safe parsing, elements with attributes, looking up children. Not for
// any particular document.
#pragma once

#include <glib.h>
#include <libxml/tree.h>

typedef xmlDoc XmlDocument;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(XmlDocument, xmlFreeDoc)

#define XML_TEXT_LIMIT (1u << 20) // bytes of one document

// Parses @text: at most XML_TEXT_LIMIT bytes, no DTD, no entities of its own, no network. The caller frees
// with xmlFreeDoc(). VM_ERROR_INVALID otherwise.
xmlDoc *xml_parse(const char *text, GError **error);

// Appends an element to @parent and returns it (owned by the tree).
xmlNode *xml_add(xmlNode *parent, const char *name);
xmlNode *xml_add_text(xmlNode *parent, const char *name, const char *text_format, ...) G_GNUC_PRINTF(3, 4);
// Sets pairs of attribute name and value, up to a NULL name, in place of what they were; a pair whose value
// is NULL is left out.
void xml_set(xmlNode *element, ...) G_GNUC_NULL_TERMINATED;

// First child element of that name (in no namespace), or NULL.
xmlNode *xml_find(xmlNode *parent, const char *name);
// First, next element among siblings, whatever the name; NULL at the end.
xmlNode *xml_first(xmlNode *parent);
xmlNode *xml_next(xmlNode *element);
gboolean xml_is(const xmlNode *element, const char *name);
// The attribute's value, entities resolved; the caller frees with g_free(); NULL if it has none.
char *xml_get(xmlNode *element, const char *attribute);
// An element or a whole document, indented; the caller frees with g_free().
char *xml_element_text(xmlNode *element);
char *xml_document_text(xmlDoc *document);
