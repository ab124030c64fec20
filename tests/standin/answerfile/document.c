// SPDX-License-Identifier: GPL-3.0-or-later
// The answer file as a tree: reading it, and finding things in it. What is allowed to be there is
// catalogue.c's subject.
#include "answerfile.h"

#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#define UNATTEND "urn:schemas-microsoft-com:unattend"

static void silent(void *context, const char *message, ...)
{
    (void)context;
    (void)message;
}

xmlDoc *load_answer_file(const char *pass)
{
    xmlSetGenericErrorFunc(NULL, silent);
    xmlDoc *document =
        xmlReadFile(facts.answer_file, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    xmlNode *root = document ? xmlDocGetRootElement(document) : NULL;
    if (!root || document->intSubset || !is_element(root, "unattend")) {
        detail("%s is not well-formed, or its root is not <unattend> of namespace %s", facts.answer_name,
               UNATTEND);
        stop_parsing(pass, WRONG_INVALID, NULL);
    }
    return document;
}

bool is_element(const xmlNode *node, const char *name)
{
    return node && node->type == XML_ELEMENT_NODE && node->ns &&
           strcmp((const char *)node->ns->href, UNATTEND) == 0 && strcmp((const char *)node->name, name) == 0;
}

static bool attribute_is(xmlNode *node, const char *name, const char *value)
{
    xmlChar *found = xmlGetNoNsProp(node, (const xmlChar *)name);
    const bool equal = found && strcmp((const char *)found, value) == 0;
    xmlFree(found);
    return equal;
}

xmlNode *find_pass(xmlDoc *document, const char *pass)
{
    for (xmlNode *node = xmlDocGetRootElement(document)->children; node; node = node->next)
        if (is_element(node, "settings") && attribute_is(node, "pass", pass))
            return node;
    return NULL;
}

xmlNode *find_component(xmlNode *pass, const char *component)
{
    for (xmlNode *node = pass ? pass->children : NULL; node; node = node->next)
        if (is_element(node, "component") && attribute_is(node, "name", component) &&
            attribute_is(node, "processorArchitecture", facts.architecture))
            return node;
    return NULL;
}

static xmlNode *child(xmlNode *parent, const char *name, size_t length)
{
    for (xmlNode *node = parent->children; node; node = node->next)
        if (node->type == XML_ELEMENT_NODE && strlen((const char *)node->name) == length &&
            strncmp((const char *)node->name, name, length) == 0)
            return node;
    return NULL;
}

xmlNode *find_node(xmlNode *start, const char *path)
{
    while (start && *path) {
        const size_t length = strcspn(path, "/");
        start = child(start, path, length);
        path += length + (path[length] == '/');
    }
    return start;
}

xmlNode *next_node(xmlNode *node)
{
    const xmlChar *const name = node->name;
    for (node = node->next; node; node = node->next)
        if (node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, name))
            return node;
    return NULL;
}

const char *text_at(xmlNode *start, const char *path)
{
    xmlNode *node = find_node(start, path);
    if (!node)
        return NULL;
    const char *const text = (const char *)xmlNodeGetContent(node);
    return text ? text : "";
}

bool is_true(xmlNode *start, const char *path)
{
    const char *const text = text_at(start, path);
    return text && strcmp(text, "true") == 0;
}

long long number_at(xmlNode *start, const char *path)
{
    const char *const text = text_at(start, path);
    return text ? strtoll(text, NULL, 10) : 0;
}
