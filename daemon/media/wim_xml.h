// SPDX-License-Identifier: GPL-3.0-or-later
// The XML data of a WIM as a libxml2 tree, and back. Knows the encoding and what is safe, not the elements.
#pragma once

#include <glib.h>
#include <libxml/tree.h>

// Parses UTF-16LE bytes. Untrusted: no network, no entities, a document type declaration is refused. Errors:
// MEDIA_ERROR_WIM_DAMAGED. The caller frees with xmlFreeDoc().
xmlDoc *wim_xml_parse(const guint8 *bytes, gsize size, const char *name, GError **error);

// The tree as UTF-16LE with a byte order mark and without an XML declaration, as WIMs hold it.
GBytes *wim_xml_serialize(xmlDoc *document, GError **error);

// The first child element of that name, NULL if none; `parent` may be NULL.
xmlNode *wim_xml_child(xmlNode *parent, const char *name);

// The text of the child element of that name, trimmed; NULL if there is no such element. To be freed.
char *wim_xml_child_text(xmlNode *parent, const char *name);
