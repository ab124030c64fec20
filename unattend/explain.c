// SPDX-License-Identifier: GPL-3.0-or-later
// What carries each setting: read off the finished tree, so that it is true by construction.
#include <string.h>

#include "unattend/answer_file.h"

typedef struct {
    const SecretSlots *secrets;
    json_object *list;
    GHashTable *entries; // pointer ("" for sevend's own) → entry, borrowed from list
} Explanation;

static json_object *entry_of(Explanation *explanation, const char *pointer, const char *value)
{
    const char *key = pointer != NULL ? pointer : "";
    json_object *entry = g_hash_table_lookup(explanation->entries, key);
    if (entry != NULL)
        return json_object_object_get(entry, "carried_by");
    entry = json_object_new_object();
    json_object *carriers = json_object_new_array();
    json_object_object_add(entry, "pointer", pointer != NULL ? json_object_new_string(pointer) : NULL);
    // What sevend decides are many things: each says its own value.
    json_object_object_add(entry, "value", pointer != NULL ? json_object_new_string(value) : NULL);
    json_object_object_add(entry, "carried_by", carriers);
    json_object_array_add(explanation->list, entry);
    g_hash_table_insert(explanation->entries, g_strdup(key), entry);
    return carriers;
}

// A layout is no value of the file: its partitions are.
static const char *layout_name(const DiskLayout *disk)
{
    return disk->count == 1 ? "single" : disk->count == 2 ? "system-windows" : "system-windows-data";
}

static guint index_among_equals(const xmlNode *node)
{
    guint index = 1;
    for (const xmlNode *other = node->prev; other != NULL; other = other->prev)
        if (other->type == XML_ELEMENT_NODE &&
            strcmp((const char *)other->name, (const char *)node->name) == 0)
            index++;
    return index;
}

static gboolean is_list_item(const xmlNode *node)
{
    return xmlHasNsProp((xmlNode *)node, (const xmlChar *)"action", (const xmlChar *)XML_WCM_NAMESPACE) !=
           NULL;
}

// "UserAccounts/LocalAccounts/LocalAccount[2]/Name", below the component. The caller frees.
static char *path_below(const xmlNode *component, const xmlNode *node)
{
    g_autofree char *parent = node->parent != component ? path_below(component, node->parent) : NULL;
    GString *path = g_string_new(parent);
    if (parent != NULL)
        g_string_append_c(path, '/');
    g_string_append(path, (const char *)node->name);
    if (is_list_item(node))
        g_string_append_printf(path, "[%u]", index_among_equals(node));
    return g_string_free(path, FALSE);
}

static void add_attribute(json_object *object, const char *name, const xmlNode *node, const char *attribute)
{
    xmlChar *value = xmlGetNoNsProp(node, (const xmlChar *)attribute);
    json_object_object_add(object, name, json_object_new_string((const char *)value));
    xmlFree(value);
}

static void explain_leaf(Explanation *explanation, const xmlNode *pass, const xmlNode *component,
                         const xmlNode *leaf)
{
    xmlChar *content = xmlNodeGetContent(leaf);
    gsize length;
    g_autofree char *value =
        secret_slots_fill(explanation->secrets, (const char *)content, UNATTEND_SECRETS_MASKED, &length);
    xmlFree(content);
    g_autofree char *path = path_below(component, leaf);
    json_object *carrier = json_object_new_object();
    add_attribute(carrier, "pass", pass, "pass");
    add_attribute(carrier, "component", component, "name");
    json_object_object_add(carrier, "path", json_object_new_string(path));
    json_object_object_add(carrier, "value", json_object_new_string(value));
    json_object_array_add(entry_of(explanation, xml_setting(leaf), value), carrier);
}

// A command's item is one carrier: its order, and what else Setup wants of it, say nothing of the setting.
static const struct {
    const char *item, *command; // elements
} command_items[] = {
    { "RunSynchronousCommand", "Path" },
    { "SynchronousCommand", "CommandLine" },
    { "AsynchronousCommand", "CommandLine" },
};

// The command of @node, if it is such an item; NULL if not. The caller frees.
static char *command_of(const xmlNode *node)
{
    for (gsize i = 0; i < G_N_ELEMENTS(command_items); i++) {
        if (strcmp((const char *)node->name, command_items[i].item) != 0)
            continue;
        for (const xmlNode *child = node->children; child != NULL; child = child->next) {
            if (child->type != XML_ELEMENT_NODE ||
                strcmp((const char *)child->name, command_items[i].command) != 0)
                continue;
            xmlChar *content = xmlNodeGetContent(child);
            char *command = g_strdup((const char *)content);
            xmlFree(content);
            return command;
        }
    }
    return NULL;
}

static void explain_command(Explanation *explanation, const xmlNode *pass, const xmlNode *component,
                            const xmlNode *item, const char *line)
{
    const char *pointer = xml_setting(item);
    // In the specialize pass the agent runs it: what it runs stands behind the setting's pointer.
    g_autofree char *mark = pointer != NULL ? g_strdup_printf(" %s ", pointer) : NULL;
    const char *behind = mark != NULL ? strstr(line, mark) : NULL;
    const char *command = behind != NULL ? behind + strlen(mark) : line;
    g_autofree char *path = path_below(component, item);
    json_object *carrier = json_object_new_object();
    add_attribute(carrier, "pass", pass, "pass");
    add_attribute(carrier, "component", component, "name");
    json_object_object_add(carrier, "path", json_object_new_string(path));
    json_object_object_add(carrier, "command", json_object_new_string(command));
    json_object_array_add(entry_of(explanation, pointer, command), carrier);
}

static void explain_below(Explanation *explanation, const xmlNode *pass, const xmlNode *component,
                          const xmlNode *node)
{
    g_autofree char *command = command_of(node);
    if (command != NULL) {
        explain_command(explanation, pass, component, node, command);
        return;
    }
    if (xmlFirstElementChild((xmlNode *)node) == NULL) {
        explain_leaf(explanation, pass, component, node);
        return;
    }
    for (const xmlNode *child = node->children; child != NULL; child = child->next)
        if (child->type == XML_ELEMENT_NODE)
            explain_below(explanation, pass, component, child);
}

static void explain_document(Explanation *explanation, xmlDoc *document)
{
    const xmlNode *root = xmlDocGetRootElement(document);
    for (const xmlNode *pass = root->children; pass != NULL; pass = pass->next) {
        if (pass->type != XML_ELEMENT_NODE)
            continue;
        for (const xmlNode *component = pass->children; component != NULL; component = component->next) {
            if (component->type != XML_ELEMENT_NODE)
                continue;
            for (const xmlNode *node = component->children; node != NULL; node = node->next)
                if (node->type == XML_ELEMENT_NODE)
                    explain_below(explanation, pass, component, node);
        }
    }
}

static void explain_first_logon(Explanation *explanation, const UnattendSettings *settings,
                                const UnattendTarget *target)
{
    g_autoptr(GPtrArray) commands = unattend_first_logon_commands(settings, target);
    for (guint i = 0; i < commands->len; i++) {
        const UnattendCommand *command = g_ptr_array_index(commands, i);
        json_object *carrier = json_object_new_object();
        json_object_object_add(carrier, "pass", json_object_new_string("first-logon"));
        json_object_object_add(carrier, "command", json_object_new_string(command->command));
        json_object_array_add(entry_of(explanation, command->pointer, command->command), carrier);
    }
}

static void explain_files(Explanation *explanation, const UnattendSettings *settings)
{
    for (guint i = 0; i < settings->files->len; i++) {
        const PlacedFile *file = g_ptr_array_index(settings->files, i);
        g_autofree char *pointer = g_strdup_printf("/files/%u", i);
        json_object *carrier = json_object_new_object();
        json_object_object_add(carrier, "pass", json_object_new_string("specialize"));
        json_object_object_add(carrier, "file", json_object_new_string(file->path));
        json_object_array_add(entry_of(explanation, pointer, file->path), carrier);
    }
}

json_object *unattend_explain(const UnattendSettings *settings, const UnattendTarget *target, GError **error)
{
    g_autoptr(SecretSlots) secrets = secret_slots_new();
    xmlDoc *document = answer_file_build(settings, target, secrets, error);
    if (document == NULL)
        return NULL;
    g_autoptr(GHashTable) entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Explanation explanation = { .secrets = secrets, .list = json_object_new_array(), .entries = entries };
    entry_of(&explanation, "/disk/layout", layout_name(&settings->disk));
    explain_document(&explanation, document);
    explain_files(&explanation, settings);
    explain_first_logon(&explanation, settings, target);
    xmlFreeDoc(document);
    return explanation.list;
}
