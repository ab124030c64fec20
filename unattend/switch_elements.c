// SPDX-License-Identifier: GPL-3.0-or-later
// The elements that switches add to an answer file whose passes stand already: a pass or a component that is
// there is used, because a repeated one stops Setup [D].
#include <string.h>

#include "unattend/answer_file.h"
#include "unattend/switches.h"

static gboolean has_attribute(const xmlNode *node, const char *name, const char *value)
{
    xmlChar *found = xmlGetProp((xmlNode *)node, (const xmlChar *)name);
    const gboolean same = found != NULL && strcmp((const char *)found, value) == 0;
    xmlFree(found);
    return same;
}

// The child <@name>, whose @attribute is @value if that is not NULL; or NULL.
static xmlNode *find_child(const xmlNode *parent, const char *name, const char *attribute, const char *value)
{
    for (xmlNode *child = parent->children; child != NULL; child = child->next)
        if (child->type == XML_ELEMENT_NODE && strcmp((const char *)child->name, name) == 0 &&
            (value == NULL || has_attribute(child, attribute, value)))
            return child;
    return NULL;
}

static xmlNode *find_component(const AnswerFile *file, const SwitchElement *element)
{
    xmlNode *pass = find_child(xmlDocGetRootElement(file->document), "settings", "pass", element->pass);
    if (pass == NULL)
        pass = xml_pass(file->document, element->pass);
    xmlNode *component = find_child(pass, "component", "name", element->component);
    return component != NULL ? component : answer_file_component(file, pass, element->component);
}

// A step "Name" or "Name[key]" of a path.
static xmlNode *descend(xmlNode *parent, const char *step, const char *pointer)
{
    g_auto(GStrv) parts = g_strsplit_set(step, "[]", 3);
    const char *key = parts[1];
    xmlNode *child = find_child(parent, parts[0], "keyValue", key);
    if (child != NULL)
        return child;
    return key != NULL ? xml_of(xml_keyed_item(parent, parts[0], key), pointer)
                       : xml_container(parent, parts[0]);
}

static void add_element(const SwitchElement *element, gpointer data)
{
    xmlNode *node = find_component(data, element);
    g_auto(GStrv) steps = g_strsplit(element->path, "/", -1);
    guint last = g_strv_length(steps) - 1;
    for (guint i = 0; i < last; i++)
        node = descend(node, steps[i], element->pointer);
    xml_of(xml_text(node, steps[last], element->text), element->pointer);
}

void answer_file_switches(const AnswerFile *file)
{
    switches_each_element(file->settings->switches, add_element, (gpointer)file);
}
