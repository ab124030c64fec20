// SPDX-License-Identifier: GPL-3.0-or-later
// See import_tree.h.
#include "unattend/import_tree.h"

#include <string.h>

#include "unattend/xml_tree.h"

gboolean import_is(const xmlNode *node, const char *name)
{
    return node != NULL && node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

xmlNode *import_child(const xmlNode *parent, const char *name)
{
    for (xmlNode *child = parent != NULL ? parent->children : NULL; child != NULL; child = child->next)
        if (import_is(child, name))
            return child;
    return NULL;
}

xmlNode *import_next(const xmlNode *node)
{
    for (xmlNode *next = node->next; next != NULL; next = next->next)
        if (import_is(next, (const char *)node->name))
            return next;
    return NULL;
}

xmlNode *import_find(const xmlNode *parent, const char *path)
{
    g_auto(GStrv) names = g_strsplit(path, "/", -1);
    const xmlNode *node = parent;
    for (gsize i = 0; names[i] != NULL && node != NULL; i++)
        node = import_child(node, names[i]);
    return (xmlNode *)node;
}

char *import_text(const xmlNode *node)
{
    if (node == NULL)
        return NULL;
    xmlChar *content = xmlNodeGetContent(node);
    char *text = g_strdup(content != NULL ? (const char *)content : "");
    xmlFree(content);
    return text;
}

char *import_text_at(const xmlNode *parent, const char *path)
{
    return import_text(import_find(parent, path));
}

char *import_attribute(const xmlNode *node, const char *name)
{
    xmlChar *value = xmlGetNoNsProp(node, (const xmlChar *)name);
    char *text = g_strdup((const char *)value);
    xmlFree(value);
    return text;
}

static gboolean attribute_is(const xmlNode *node, const char *name, const char *wanted)
{
    g_autofree char *value = import_attribute(node, name);
    return g_strcmp0(value, wanted) == 0;
}

xmlNode *import_component(const xmlDoc *document, const char *pass, const char *name,
                          const char *architecture)
{
    for (xmlNode *settings = import_child(xmlDocGetRootElement(document), "settings"); settings != NULL;
         settings = import_next(settings)) {
        if (!attribute_is(settings, "pass", pass))
            continue;
        for (xmlNode *component = import_child(settings, "component"); component != NULL;
             component = import_next(component))
            if (attribute_is(component, "name", name) &&
                (architecture == NULL || attribute_is(component, "processorArchitecture", architecture)))
                return component;
    }
    return NULL;
}

gboolean import_is_secret(const xmlNode *leaf)
{
    const xmlNode *parent = leaf->parent;
    if (import_is(leaf, "Value"))
        return import_is(parent, "Password") || import_is(parent, "AdministratorPassword");
    if (import_is(leaf, "Key"))
        return import_is(parent, "ProductKey");
    if (import_is(leaf, "Password") || import_is(leaf, "ProductKey"))
        return xmlFirstElementChild((xmlNode *)leaf) == NULL;
    return FALSE;
}
