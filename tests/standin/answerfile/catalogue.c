// SPDX-License-Identifier: GPL-3.0-or-later
// Holds a pass of the answer file against the catalogue of Windows 7's settings: existence, place,
// repetition, type, range. The catalogue is a table generated from tests/catalog/unattend-catalog.json
// (lib/catalogue.sh names its columns).
#include "answerfile.h"

#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMPONENT, PATH, PASSES, KIND, TYPE, ENUM, MINIMUM, MAXIMUM, LONGEST, EMPTY, PATTERN, FORM, COLUMNS };
enum { MOST_ROWS = 2048, LONGEST_PATH = 512 };

#define WCM "http://schemas.microsoft.com/WMIConfig/2002/State"

typedef struct {
    char *column[COLUMNS];
} Row;

static Row rows[MOST_ROWS];
static int row_count;

static const char *checked_pass;
static const char *checked_component;

static void load_catalogue(void)
{
    char line[4096];
    FILE *file = facts.catalogue ? fopen(facts.catalogue, "re") : NULL;
    if (!file) {
        fprintf(stderr, "no catalogue\n");
        exit(2);
    }
    while (row_count < MOST_ROWS && fgets(line, sizeof line, file)) {
        char *rest = strdup(line);
        rest[strcspn(rest, "\n")] = '\0';
        for (int i = 0; i < COLUMNS; i++)
            rows[row_count].column[i] = rest ? strsep(&rest, "\t") : "-";
        row_count++;
    }
    fclose(file);
}

static const Row *find_row(const char *path)
{
    for (int i = 0; i < row_count; i++)
        if (strcmp(rows[i].column[COMPONENT], checked_component) == 0 &&
            strcmp(rows[i].column[PATH], path) == 0)
            return &rows[i];
    return NULL;
}

static bool component_is_known(const char *name)
{
    for (int i = 0; i < row_count; i++)
        if (strcmp(rows[i].column[COMPONENT], name) == 0)
            return true;
    return false;
}

static bool listed(const char *list, char separator, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = list; at; at = strchr(at, separator), at += at != NULL)
        if (strncmp(at, word, length) == 0 && (at[length] == separator || at[length] == '\0'))
            return true;
    return false;
}

static _Noreturn void refuse(Wrong wrong, const char *path, const char *why)
{
    detail("[%s] %s/%s: %s", checked_pass, checked_component, path, why);
    stop_parsing(checked_pass, wrong, checked_component);
}

static void check_number(const Row *row, const char *path, const char *text)
{
    char *end;
    const long long number = strtoll(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end)
        refuse(WRONG_VALUE, path, "not a number");
    if ((strcmp(row->column[MINIMUM], "-") != 0 && number < atoll(row->column[MINIMUM])) ||
        (strcmp(row->column[MAXIMUM], "-") != 0 && number > atoll(row->column[MAXIMUM])))
        refuse(WRONG_VALUE, path, "out of range");
}

static void check_pattern(const Row *row, const char *path, const char *text)
{
    regex_t pattern;
    if (strcmp(row->column[PATTERN], "-") == 0)
        return;
    if (regcomp(&pattern, row->column[PATTERN], REG_EXTENDED | REG_NOSUB) != 0) {
        fprintf(stderr, "the catalogue's pattern for %s is not a regular expression\n", path);
        exit(2);
    }
    if (regexec(&pattern, text, 0, NULL, 0) != 0)
        refuse(WRONG_VALUE, path, "not of the form that this setting needs");
    regfree(&pattern);
}

static void check_value(const Row *row, const char *path, const char *text)
{
    const char *const type = row->column[TYPE];
    if (*text == '\0') {
        // UserData/ProductKey/Key: an empty one is how media without ei.cfg are told that there is no key.
        const bool empty_key = strcmp(path, "UserData/ProductKey/Key") == 0;
        if (!empty_key && (strcmp(row->column[EMPTY], "false") == 0 ||
                           (strcmp(type, "string") != 0 && strcmp(row->column[EMPTY], "true") != 0)))
            refuse(WRONG_VALUE, path, "empty");
        return;
    }
    if (strcmp(type, "integer") == 0)
        check_number(row, path, text);
    if (strcmp(row->column[ENUM], "-") != 0 && !listed(row->column[ENUM], '|', text))
        refuse(WRONG_VALUE, path, "not one of the values that this setting knows");
    if (strcmp(row->column[LONGEST], "-") != 0 && strlen(text) > (size_t)atoll(row->column[LONGEST]))
        refuse(WRONG_VALUE, path, "too long");
    // A key's form has a dialog of its own.
    if (strcmp(path, "UserData/ProductKey/Key") != 0)
        check_pattern(row, path, text);
}

static bool has_element_children(const xmlNode *node)
{
    for (const xmlNode *below = node->children; below; below = below->next)
        if (below->type == XML_ELEMENT_NODE)
            return true;
    return false;
}

static bool has_text(const xmlNode *node)
{
    for (const xmlNode *below = node->children; below; below = below->next)
        if ((below->type == XML_TEXT_NODE && !xmlIsBlankNode(below)) || below->type == XML_CDATA_SECTION_NODE)
            return true;
    return false;
}

static bool repeated(const xmlNode *node)
{
    for (const xmlNode *before = node->prev; before; before = before->prev)
        if (before->type == XML_ELEMENT_NODE && xmlStrEqual(before->name, node->name))
            return true;
    return false;
}

static void check_action(xmlNode *node, const char *path)
{
    xmlChar *action = xmlGetNsProp(node, (const xmlChar *)"action", (const xmlChar *)WCM);
    if (!action || (strcmp((char *)action, "add") != 0 && strcmp((char *)action, "modify") != 0 &&
                    strcmp((char *)action, "remove") != 0))
        refuse(WRONG_VALUE, path, "a list item without wcm:action");
    xmlFree(action);
}

// List items whose key is the attribute wcm:keyValue, and whose value may be their own text.
static void check_special_item(xmlNode *node, const char *path, bool *text_allowed)
{
    char below[LONGEST_PATH + 8];
    snprintf(below, sizeof below, "%s/Key", path);
    const Row *key = find_row(below);
    if (key && strcmp(key->column[FORM], "key-attribute") == 0 &&
        !xmlHasNsProp(node, (const xmlChar *)"keyValue", (const xmlChar *)WCM))
        refuse(WRONG_VALUE, path, "no wcm:keyValue");
    snprintf(below, sizeof below, "%s/Value", path);
    const Row *value = find_row(below);
    *text_allowed = value && strcmp(value->column[FORM], "parent-text") == 0;
}

static void check_children(xmlNode *parent, const char *parent_path);

static void check_element(xmlNode *node, const char *parent_path)
{
    char path[LONGEST_PATH];
    snprintf(path, sizeof path, "%s%s%s", parent_path, *parent_path ? "/" : "", (const char *)node->name);
    if (!is_element(node, (const char *)node->name))
        refuse(WRONG_UNKNOWN, path, "of another namespace");
    const Row *row = find_row(path);
    if (!row || strcmp(row->column[FORM], "element") != 0)
        refuse(WRONG_UNKNOWN, path, "Windows 7 has no such setting here");
    if (!listed(row->column[PASSES], ',', checked_pass))
        refuse(WRONG_UNKNOWN, path, "not a setting of this pass");
    const bool item = strcmp(row->column[KIND], "list-item") == 0;
    if (!item && repeated(node))
        refuse(WRONG_UNKNOWN, path, "specified more than once");
    if (strcmp(row->column[KIND], "setting") == 0) {
        if (has_element_children(node))
            refuse(WRONG_UNKNOWN, path, "has elements below it");
        check_value(row, path, text_at(node, ""));
        return;
    }
    bool text_allowed = false;
    if (item) {
        check_action(node, path);
        check_special_item(node, path, &text_allowed);
    }
    if (has_text(node) && !text_allowed)
        refuse(WRONG_VALUE, path, "text where only elements may be");
    check_children(node, path);
}

static void check_children(xmlNode *parent, const char *parent_path)
{
    for (xmlNode *node = parent->children; node; node = node->next)
        if (node->type == XML_ELEMENT_NODE)
            check_element(node, parent_path);
}

static bool equals(xmlNode *node, const char *name, const char *value)
{
    xmlChar *found = xmlGetNoNsProp(node, (const xmlChar *)name);
    const bool equal = found && strcmp((char *)found, value) == 0;
    xmlFree(found);
    return equal;
}

static void check_component(xmlNode *node)
{
    checked_component = (char *)xmlGetNoNsProp(node, (const xmlChar *)"name");
    if (!checked_component) {
        detail("[%s]: a component without a name", checked_pass);
        stop_parsing(checked_pass, WRONG_INVALID, NULL);
    }
    // Setup passes over components of another architecture: what they should have set is then simply missing.
    if (!equals(node, "processorArchitecture", facts.architecture))
        return;
    if (!component_is_known(checked_component) || !equals(node, "publicKeyToken", "31bf3856ad364e35") ||
        !equals(node, "language", "neutral") || !equals(node, "versionScope", "nonSxS"))
        refuse(WRONG_UNKNOWN, "", "no such component in Windows 7");
    for (xmlNode *before = node->prev; before; before = before->prev)
        if (is_element(before, "component") && equals(before, "name", checked_component) &&
            equals(before, "processorArchitecture", facts.architecture))
            refuse(WRONG_UNKNOWN, "", "component specified more than once");
    check_children(node, "");
}

static void check_top_level(xmlDoc *document)
{
    static const char passes[] =
        "windowsPE|offlineServicing|generalize|specialize|auditSystem|auditUser|oobeSystem";
    for (xmlNode *node = xmlDocGetRootElement(document)->children; node; node = node->next) {
        if (node->type != XML_ELEMENT_NODE || !is_element(node, (const char *)node->name))
            continue; // cpi:offlineImage and the like
        if (is_element(node, "servicing"))
            continue;
        char *pass = (char *)xmlGetNoNsProp(node, (const xmlChar *)"pass");
        bool twice = false;
        for (xmlNode *before = node->prev; pass && before; before = before->prev)
            twice = twice || (is_element(before, "settings") && equals(before, "pass", pass));
        if (!is_element(node, "settings") || !pass || !listed(passes, '|', pass) || twice) {
            detail("<%s pass=\"%s\">: unknown, or there twice", (const char *)node->name, pass ? pass : "");
            stop_parsing(checked_pass, WRONG_INVALID, NULL);
        }
        xmlFree(pass);
    }
}

void check_pass(xmlDoc *document, const char *pass)
{
    checked_pass = pass;
    load_catalogue();
    check_top_level(document);
    xmlNode *settings = find_pass(document, pass);
    for (xmlNode *node = settings ? settings->children : NULL; node; node = node->next) {
        if (is_element(node, "component"))
            check_component(node);
        else if (node->type == XML_ELEMENT_NODE) {
            detail("[%s]: <%s> between components", pass, (const char *)node->name);
            stop_parsing(pass, WRONG_INVALID, NULL);
        }
    }
}
