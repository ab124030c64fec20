// SPDX-License-Identifier: GPL-3.0-or-later
// Holds a domain's XML against the table of isolation_rules.c, and against the few rules that concern more
// than one element. The command line: isolation_command.c.
#include <string.h>

#include "daemon/vm/isolation_parts.h"
#include "daemon/vm/xml.h"

// Elements in elements; libvirt's own deepest path is 8, but for backing chains.
#define DEPTH_LIMIT 64
#define VALUE_SHOWN 100

// "<interface type='user'>", for people.
static char *opening_tag(xmlNode *element)
{
    GString *tag = g_string_new("<");

    if (element->ns && element->ns->prefix)
        g_string_append_printf(tag, "%s:", (const char *)element->ns->prefix);
    g_string_append(tag, (const char *)element->name);
    for (xmlAttr *attribute = element->properties; attribute; attribute = attribute->next) {
        xmlChar *value = xmlNodeListGetString(element->doc, attribute->children, 1);
        g_string_append_printf(tag, " %s='%.*s'", (const char *)attribute->name, VALUE_SHOWN,
                               value ? (const char *)value : "");
        xmlFree(value);
    }
    g_string_append_c(tag, '>');
    return g_string_free(tag, FALSE);
}

// @word is one word of IsolationRule.attributes.
static gboolean word_allows(const char *word, const char *name, const char *value)
{
    if (*word == '!')
        word++;
    if (strcmp(word, "*") == 0)
        return TRUE;
    const char *values = strchr(word, '=');
    gsize length = values ? (gsize)(values - word) : strlen(word);
    if (strlen(name) != length || strncmp(word, name, length) != 0)
        return FALSE;
    if (values == NULL)
        return TRUE;
    if (strcmp(++values, "/") == 0)
        return *value == '/';
    g_auto(GStrv) each = g_strsplit(values, "|", -1);
    return g_strv_contains((const char *const *)each, value);
}

static void check_attributes(IsolationFindings *findings, xmlNode *element, const IsolationRule *rule)
{
    g_autofree char *tag = opening_tag(element);
    g_auto(GStrv) words = g_strsplit(rule->attributes, " ", -1);

    for (xmlAttr *attribute = element->properties; attribute; attribute = attribute->next) {
        const char *name = (const char *)attribute->name;
        xmlChar *value = xmlNodeListGetString(element->doc, attribute->children, 1);
        gboolean allowed = FALSE;
        for (char **word = words; *word && !allowed; word++)
            allowed = word_allows(*word, name, value ? (const char *)value : "");
        xmlFree(value);
        if (attribute->ns)
            isolation_violation(findings, "no-foreign-namespace", "%s", tag);
        else if (!allowed)
            isolation_violation(findings, rule->check, "%s: attribute \"%s\"", tag, name);
    }
    for (char **word = words; *word; word++) {
        g_autofree char *name = **word == '!' ? g_strndup(*word + 1, strcspn(*word + 1, "=")) : NULL;
        if (name && !xmlHasNsProp(element, BAD_CAST name, NULL))
            isolation_violation(findings, rule->check, "%s: no attribute \"%s\"", tag, name);
    }
}

static void check_emulator(IsolationFindings *findings, xmlNode *element)
{
    xmlChar *path = xmlNodeGetContent(element);

    if (path == NULL || !isolation_emulator_is_known((const char *)path))
        isolation_violation(findings, "known-devices", "<emulator>%s", path ? (const char *)path : "");
    xmlFree(path);
}

// libvirt's default for a <graphics> without <listen> is a port on 127.0.0.1.
static void check_graphics(IsolationFindings *findings, xmlNode *element)
{
    if (xml_find(element, "listen") == NULL)
        isolation_violation(findings, "graphics-without-listener", "<graphics>: no <listen type='none'>");
    else
        isolation_evidence(findings, "graphics-without-listener",
                           "<graphics type='vnc'><listen type='none'/>, without port, address or socket");
}

// libvirt's default mode for a Unix socket is to connect to whoever listens there.
static void check_serial(IsolationFindings *findings, xmlNode *element)
{
    xmlNode *source = xml_find(element, "source");
    g_autofree char *type = xml_get(element, "type");
    g_autofree char *mode = xml_get(source, "mode");
    g_autofree char *path = xml_get(source, "path");

    if (g_strcmp0(type, "unix") == 0 && g_strcmp0(mode, "bind") != 0)
        isolation_violation(findings, "serial-ports-local", "<%s type='unix'>: not mode='bind'",
                            (const char *)element->name);
    isolation_evidence(findings, "serial-ports-local", "%s: %s%s%s", (const char *)element->name,
                       type ? type : "?", path ? " " : "", path ? path : "");
}

static void check_disk(IsolationFindings *findings, xmlNode *element)
{
    xmlNode *source = xml_find(element, "source");
    g_autofree char *target = xml_get(xml_find(element, "target"), "dev");
    g_autofree char *file = xml_get(source, "file");
    g_autofree char *pool = xml_get(source, "pool");
    g_autofree char *volume = xml_get(source, "volume");

    isolation_evidence(findings, "disks-local", "%s: %s%s%s", target ? target : "?",
                       file     ? file
                       : volume ? "volume "
                                : "empty",
                       !file && volume ? volume : "", !file && volume && pool ? " of the pool" : "");
}

static void show_element(IsolationFindings *findings, xmlNode *element, const char *check)
{
    g_autofree char *tag = opening_tag(element);

    isolation_evidence(findings, check, "%s", tag);
}

// What one element says with the help of others, and what the report shows of it.
static void check_whole(IsolationFindings *findings, xmlNode *element, const char *path,
                        const IsolationRule *rule)
{
    static const struct {
        const char *path;
        void (*check)(IsolationFindings *findings, xmlNode *element);
    } wholes[] = {
        { "domain/devices/emulator", check_emulator }, { "domain/devices/graphics", check_graphics },
        { "domain/devices/serial", check_serial },     { "domain/devices/console", check_serial },
        { "domain/devices/disk", check_disk },
    };
    static const char *const shown[] = {
        "domain",
        "domain/seclabel",
        "domain/devices/memballoon",
        "domain/devices/input",
        "domain/devices/audio",
        "domain/devices/sound",
        "domain/devices/video/model",
        "domain/devices/controller",
        NULL,
    };

    for (gsize i = 0; i < G_N_ELEMENTS(wholes); i++)
        if (strcmp(wholes[i].path, path) == 0)
            wholes[i].check(findings, element);
    if (g_strv_contains(shown, path))
        show_element(findings, element, rule->check);
}

// The path that the table knows: a backing chain repeats one element inside itself.
static char *path_below(const char *parent, const char *name)
{
    if (strcmp(name, "backingStore") == 0 && g_str_has_suffix(parent, "/backingStore"))
        return g_strdup(parent);
    return g_strdup_printf("%s/%s", parent, name);
}

static void walk(IsolationFindings *findings, xmlNode *element, const char *path, const IsolationRule *parent,
                 guint depth)
{
    const char *name = (const char *)element->name;
    g_autofree char *tag = opening_tag(element);
    const IsolationRule *rule = isolation_rule_find(path);
    gboolean free_form = g_str_has_prefix(path, "domain/metadata/");

    if (depth > DEPTH_LIMIT) {
        isolation_violation(findings, "well-formed", "elements in elements, %d deep", DEPTH_LIMIT);
        return;
    }
    if (free_form)
        return;
    if (element->ns) {
        isolation_violation(findings, "no-foreign-namespace", "%s", tag);
        return;
    }
    if (rule == NULL) {
        isolation_violation(findings, isolation_rule_check_of_unknown(name, parent), "%s", tag);
        return;
    }
    check_attributes(findings, element, rule);
    check_whole(findings, element, path, rule);
    for (xmlNode *child = xml_first(element); child; child = xml_next(child)) {
        g_autofree char *below = path_below(path, (const char *)child->name);
        walk(findings, child, below, rule, depth + 1);
    }
}

// "4 disk, 2 serial, …"
static void count_devices(IsolationFindings *findings, xmlNode *domain)
{
    g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) order = g_ptr_array_new();

    for (xmlNode *part = xml_first(domain); part; part = xml_next(part)) {
        for (xmlNode *each = xml_is(part, "devices") ? xml_first(part) : NULL; each; each = xml_next(each)) {
            guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, each->name));
            if (count == 0)
                g_ptr_array_add(order, (gpointer)each->name);
            g_hash_table_insert(counts, (gpointer)each->name, GUINT_TO_POINTER(count + 1));
        }
    }
    for (guint i = 0; i < order->len; i++)
        isolation_evidence(findings, "known-devices", "%u %s",
                           GPOINTER_TO_UINT(g_hash_table_lookup(counts, order->pdata[i])),
                           (const char *)order->pdata[i]);
}

static void check_domain(IsolationFindings *findings, xmlNode *domain)
{
    gboolean balloon = FALSE;

    walk(findings, domain, "domain", NULL, 0);
    count_devices(findings, domain);
    for (xmlNode *part = xml_first(domain); part; part = xml_next(part))
        balloon = balloon || (xml_is(part, "devices") && xml_find(part, "memballoon"));
    // libvirt adds devices that the XML does not rule out.
    if (!balloon)
        isolation_violation(findings, "no-balloon", "no <memballoon model='none'>: libvirt would add one");
}

void isolation_check_xml(IsolationReport *report, const char *where, const char *domain_xml)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(XmlDocument) document = xml_parse(domain_xml, &error);
    xmlNode *root = document ? xmlDocGetRootElement(document) : NULL;
    gboolean is_domain = root && xml_is(root, "domain");
    // Nothing else can be said of what is no domain: one check, failed.
    g_autoptr(IsolationFindings) findings =
        isolation_findings_new(isolation_xml_checks, is_domain ? isolation_xml_check_count : 1);

    if (is_domain)
        check_domain(findings, root);
    else
        isolation_violation(findings, "well-formed", "%s",
                            error ? error->message : "the root element is not <domain>");
    isolation_findings_report(findings, report, where);
}
