// SPDX-License-Identifier: GPL-3.0-or-later
// Finding one's way in an answer file that somebody else wrote: shared by the files of the import.
#pragma once

#include <glib.h>
#include <libxml/tree.h>

#define IMPORT_POINTER "/answer_file"

gboolean import_is(const xmlNode *node, const char *name);
// The first or next child element of that name, or NULL. @parent may be NULL.
xmlNode *import_child(const xmlNode *parent, const char *name);
xmlNode *import_next(const xmlNode *node);
// By names with '/' between them.
xmlNode *import_find(const xmlNode *parent, const char *path);
// Text of an element; the caller frees. NULL if there is no element.
char *import_text(const xmlNode *node);
char *import_text_at(const xmlNode *parent, const char *path);
char *import_attribute(const xmlNode *node, const char *name);
// The component of that name for @architecture (NULL: any) in the pass; NULL if there is none.
xmlNode *import_component(const xmlDoc *document, const char *pass, const char *name,
                          const char *architecture);
// Whether the element's text is a password or key.
gboolean import_is_secret(const xmlNode *leaf);
