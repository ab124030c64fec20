// SPDX-License-Identifier: GPL-3.0-or-later
// The answer file as Windows keeps it: after a pass its secrets are gone and the pass says that it was
// processed.
#include "answerfile.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_secret(const xmlNode *node)
{
    static const char *const names[] = { "Password", "AdministratorPassword", "DomainAdminPassword",
                                         "ProductKey" };
    const char *const name = (const char *)node->name;
    const char *const parent = node->parent ? (const char *)node->parent->name : "";
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0 ||
            (strcmp(parent, names[i]) == 0 && (strcmp(name, "Value") == 0 || strcmp(name, "Key") == 0)))
            return true;
    return false;
}

static void blank(xmlNode *node)
{
    bool leaf = true;
    for (xmlNode *below = node->children; below; below = below->next) {
        if (below->type == XML_ELEMENT_NODE) {
            leaf = false;
            blank(below);
        }
    }
    if (leaf && is_secret(node))
        xmlNodeSetContent(node, (const xmlChar *)"*SENSITIVE*DATA*DELETED*");
}

void write_blanked(const char *pass, const char *output)
{
    xmlDoc *const document = load_answer_file(pass);
    xmlNode *const settings = find_pass(document, pass);
    if (settings) {
        blank(settings);
        xmlSetProp(settings, (const xmlChar *)"wasPassProcessed", (const xmlChar *)"true");
    }
    if (xmlSaveFileEnc(output, document, "utf-8") < 0)
        exit(1);
}
