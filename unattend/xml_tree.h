// SPDX-License-Identifier: GPL-3.0-or-later
// Small builders over libxml2's tree for answer files: elements of the unattend namespace and list items.
// libxml2 escapes texts. Running out of memory ends the program, as with GLib.
#pragma once

#include <glib.h>
#include <libxml/tree.h>

#define XML_UNATTEND_NAMESPACE "urn:schemas-microsoft-com:unattend"
#define XML_WCM_NAMESPACE      "http://schemas.microsoft.com/WMIConfig/2002/State"

// A document whose root is <unattend>. The caller frees with xmlFreeDoc().
xmlDoc *xml_document(void);
// <settings pass="@pass">
xmlNode *xml_pass(xmlDoc *document, const char *pass);
// <component name="@name" …> with the attributes that every component of Windows 7 has [D].
xmlNode *xml_component(xmlNode *pass, const char *name, const char *architecture);

// Each adds an element below @parent, at the end. Nodes belong to the document.
xmlNode *xml_container(xmlNode *parent, const char *name);
// Each returns the element.
xmlNode *xml_text(xmlNode *parent, const char *name, const char *text);
xmlNode *xml_number(xmlNode *parent, const char *name, guint64 number);
xmlNode *xml_flag(xmlNode *parent, const char *name, gboolean flag);
// A list item: wcm:action="add" [D].
xmlNode *xml_list_item(xmlNode *parent, const char *name);
// A list item whose key is the attribute wcm:keyValue.
xmlNode *xml_keyed_item(xmlNode *parent, const char *name, const char *key);

// Notes that @node stems from the setting at @pointer (JSON pointer in the request), and returns it. What is
// below it does too, unless it says otherwise.
xmlNode *xml_of(xmlNode *node, const char *pointer);
// That pointer, or NULL for what sevend itself decides.
const char *xml_setting(const xmlNode *node);

// The document as UTF-8 with indentation and LF line ends. The caller frees.
char *xml_answer_file_text(xmlDoc *document);
