// SPDX-License-Identifier: GPL-3.0-or-later
// One walk over the tree: names, places, repetitions and types by the table; values that have rules of their
// own by the functions that the request's own settings go through.
#include "unattend/import_check.h"

#include <string.h>

#include "unattend/import_tree.h"
#include "unattend/import_values.h"
#include "unattend/windows7_settings.h"
#include "unattend/xml_tree.h"

#define MAX_NODES 20000u

typedef struct {
    Faults *faults;
    const char *pass, *component;
    guint bit;
} Place;

// "specialize / Microsoft-Windows-Shell-Setup / OOBE/HideEULAPage (line 12)". The caller frees.
static char *place_of(const xmlNode *node)
{
    g_autofree char *path = NULL;
    const xmlNode *at = node;
    for (; at != NULL && at->type == XML_ELEMENT_NODE && !import_is(at, "component") &&
           !import_is(at, "settings") && !import_is(at, "unattend");
         at = at->parent) {
        char *longer = path != NULL ? g_strconcat((const char *)at->name, "/", path, NULL)
                                    : g_strdup((const char *)at->name);
        g_free(path);
        path = longer;
    }
    const xmlNode *component = import_is(at, "component") ? at : NULL;
    const xmlNode *settings = component != NULL ? component->parent : import_is(at, "settings") ? at : NULL;
    g_autofree char *name = component != NULL ? import_attribute(component, "name") : NULL;
    g_autofree char *pass = settings != NULL ? import_attribute(settings, "pass") : NULL;
    return g_strdup_printf("%s%s%s%s%s (line %ld)", pass != NULL ? pass : "unattend",
                           name != NULL ? " / " : "", name != NULL ? name : "", path != NULL ? " / " : "",
                           path != NULL ? path : "", xmlGetLineNo((xmlNode *)node));
}

void import_complain(Faults *faults, const xmlNode *node, const char *code, const char *format, ...)
{
    g_autofree char *place = place_of(node);
    va_list values;
    va_start(values, format);
    g_autofree char *message = g_strdup_vprintf(format, values);
    va_end(values);
    faults_add(faults, IMPORT_POINTER, code, NULL, "%s: %s", place, message);
}

static gboolean is_choice(const char *choices, const char *text)
{
    g_auto(GStrv) list = g_strsplit(choices, ";", -1);
    return g_strv_contains((const char *const *)list, text);
}

static void check_integer(const Place *place, const xmlNode *node, const Windows7Setting *setting,
                          const char *text)
{
    gint64 value;
    if (setting->choices != NULL) {
        if (!is_choice(setting->choices, text))
            import_complain(place->faults, node, "bad-value", "must be one of %s", setting->choices);
    } else if (!g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &value, NULL)) {
        import_complain(place->faults, node, "wrong-type", "must be a whole number");
    } else if (value < setting->least || (setting->most != 0 && value > setting->most)) {
        import_complain(place->faults, node, "out-of-range",
                        setting->most != 0 ? "must be between %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT
                                           : "must be at least %" G_GINT64_FORMAT,
                        setting->least, setting->most);
    }
}

static void check_text(const Place *place, const xmlNode *node, const Windows7Setting *setting)
{
    g_autofree char *text = import_text(node);
    if (*text == '\0') {
        if (setting->never_empty || (setting->type != SETTING_STRING && setting->type != SETTING_CONTAINER))
            import_complain(place->faults, node, "empty", "must not be empty");
        return;
    }
    switch (setting->type) {
    case SETTING_BOOLEAN:
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
            import_complain(place->faults, node, "wrong-type", "must be \"true\" or \"false\"");
        break;
    case SETTING_INTEGER:
        check_integer(place, node, setting, text);
        break;
    case SETTING_ENUM:
        if (setting->choices != NULL && !is_choice(setting->choices, text))
            import_complain(place->faults, node, "bad-value", "must be one of %s", setting->choices);
        break;
    case SETTING_STRING:
        if (setting->length != 0 && g_utf8_strlen(text, -1) > (glong)setting->length &&
            !import_is_secret(node))
            import_complain(place->faults, node, "too-long", "may have at most %u characters",
                            setting->length);
        import_check_value(place->faults, node, place->component, setting->path, text);
        break;
    case SETTING_CONTAINER:
    case SETTING_ITEM:
        import_complain(place->faults, node, "wrong-type", "holds elements, not text");
        break;
    }
}

static gboolean has_action(const xmlNode *node)
{
    xmlChar *action =
        xmlGetNsProp((xmlNode *)node, (const xmlChar *)"action", (const xmlChar *)XML_WCM_NAMESPACE);
    const gboolean add = action != NULL && strcmp((const char *)action, "add") == 0;
    xmlFree(action);
    return add;
}

static void refuse_unknown(const Place *place, const xmlNode *node, const char *path)
{
    const char *later = windows7_setting_later(place->component, path);
    const char *near = windows7_setting_suggest(place->component, path);
    if (later != NULL)
        import_complain(place->faults, node, "not-in-windows-7",
                        "Windows 7 does not know this: it came with %s", later);
    else if (near != NULL)
        import_complain(place->faults, node, "unknown-setting",
                        "Windows 7 does not know this here; did you mean %s?", near);
    else
        import_complain(place->faults, node, "unknown-setting", "Windows 7 does not know this");
}

static gboolean stands_before(const xmlNode *node)
{
    for (const xmlNode *other = node->prev; other != NULL; other = other->prev)
        if (import_is(other, (const char *)node->name))
            return TRUE;
    return FALSE;
}

static void check_element(const Place *place, xmlNode *node, const char *path);

static void check_children(const Place *place, const xmlNode *parent, const char *path)
{
    for (xmlNode *child = xmlFirstElementChild((xmlNode *)parent); child != NULL;
         child = xmlNextElementSibling(child)) {
        g_autofree char *below = path != NULL ? g_strconcat(path, "/", (const char *)child->name, NULL)
                                              : g_strdup((const char *)child->name);
        check_element(place, child, below);
    }
}

static void check_element(const Place *place, xmlNode *node, const char *path)
{
    const Windows7Setting *setting = windows7_setting_find(place->component, path);
    if (setting == NULL) {
        refuse_unknown(place, node, path);
        return;
    }
    if ((setting->passes & place->bit) == 0)
        import_complain(place->faults, node, "wrong-pass", "has no place in this pass");
    if (setting->type == SETTING_ITEM && !has_action(node))
        import_complain(place->faults, node, "required", "an item of a list needs wcm:action=\"add\"");
    if (setting->order != NULL && import_child(node, setting->order) == NULL)
        import_complain(place->faults, node, "required", "an item of this list needs %s", setting->order);
    if (setting->type != SETTING_ITEM && stands_before(node))
        import_complain(place->faults, node, "repeated", "stands here twice");
    if (xmlFirstElementChild(node) != NULL) {
        check_children(place, node, path);
        return;
    }
    // Some lists have the text in the item itself.
    g_autofree char *value_path = g_strconcat(path, "/Value", NULL);
    const Windows7Setting *value =
        setting->type == SETTING_ITEM ? windows7_setting_find(place->component, value_path) : NULL;
    check_text(place, node, value != NULL ? value : setting);
}

static void check_attribute(Faults *faults, const xmlNode *component, const char *name, const char *wanted)
{
    g_autofree char *value = import_attribute(component, name);
    if (g_strcmp0(value, wanted) != 0)
        import_complain(faults, component, "bad-value", "attribute %s must be \"%s\"", name, wanted);
}

static void check_component(Place *place, xmlNode *component)
{
    g_autofree char *name = import_attribute(component, "name");
    g_autofree char *architecture = import_attribute(component, "processorArchitecture");
    if (name == NULL || !windows7_component_exists(name)) {
        const char *near = name != NULL ? windows7_component_suggest(name) : NULL;
        import_complain(place->faults, component, "unknown-component",
                        "Windows 7 has no such component%s%s%s", near != NULL ? "; did you mean " : "",
                        near != NULL ? near : "", near != NULL ? "?" : "");
        return;
    }
    if (g_strcmp0(architecture, "amd64") != 0 && g_strcmp0(architecture, "x86") != 0)
        import_complain(place->faults, component, "bad-value",
                        "attribute processorArchitecture must be \"amd64\" or \"x86\"");
    check_attribute(place->faults, component, "publicKeyToken", "31bf3856ad364e35");
    check_attribute(place->faults, component, "language", "neutral");
    check_attribute(place->faults, component, "versionScope", "nonSxS");
    if (import_component(component->doc, place->pass, name, architecture) != component)
        import_complain(place->faults, component, "repeated", "the pass has this component already");
    place->component = name;
    check_children(place, component, NULL);
    place->component = NULL;
}

static void check_pass(Faults *faults, xmlNode *settings)
{
    g_autofree char *name = import_attribute(settings, "pass");
    Place place = { .faults = faults, .pass = name, .bit = name != NULL ? windows7_pass(name) : 0 };
    if (place.bit == 0) {
        import_complain(faults, settings, "unknown-pass", "Windows 7 has no pass \"%s\"",
                        name != NULL ? name : "");
        return;
    }
    if ((place.bit & (PASS_GENERALIZE | PASS_AUDIT_SYSTEM | PASS_AUDIT_USER)) != 0)
        import_complain(faults, settings, "conflict",
                        "sevend installs from a disc to the first logon; this pass belongs to audit mode or "
                        "to Sysprep: remove it");
    for (xmlNode *child = xmlFirstElementChild(settings); child != NULL;
         child = xmlNextElementSibling(child)) {
        if (import_is(child, "component"))
            check_component(&place, child);
        else
            import_complain(faults, child, "unknown-setting", "a pass holds components");
    }
}

// Setup takes an element's text or its elements.
static void check_stray_text(Faults *faults, const xmlNode *node)
{
    const gboolean holds_elements = xmlFirstElementChild((xmlNode *)node) != NULL ||
                                    import_is(node, "unattend") || import_is(node, "settings") ||
                                    import_is(node, "component");
    for (const xmlNode *child = node->children; child != NULL; child = child->next) {
        if (child->type == XML_ELEMENT_NODE)
            check_stray_text(faults, child);
        else if (holds_elements && (child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE) &&
                 !xmlIsBlankNode(child))
            import_complain(faults, node, "wrong-type", "holds elements, and text between them");
    }
}

static guint count_nodes(const xmlNode *node)
{
    guint count = 0;
    for (; node != NULL && count <= MAX_NODES; node = node->next)
        count += 1 + count_nodes(node->children);
    return count;
}

void import_check_document(xmlDoc *document, Faults *faults)
{
    xmlNode *root = xmlDocGetRootElement(document);
    if (!import_is(root, "unattend") || root->ns == NULL ||
        strcmp((const char *)root->ns->href, XML_UNATTEND_NAMESPACE) != 0) {
        faults_add(faults, IMPORT_POINTER, "not-an-answer-file", NULL,
                   "This is no answer file: its root is not <unattend> of " XML_UNATTEND_NAMESPACE ".");
        return;
    }
    if (count_nodes(root) > MAX_NODES) {
        faults_add(faults, IMPORT_POINTER, "too-large", NULL, "This has more than %u elements.", MAX_NODES);
        return;
    }
    check_stray_text(faults, root);
    for (xmlNode *child = xmlFirstElementChild(root); child != NULL; child = xmlNextElementSibling(child)) {
        if (import_is(child, "settings"))
            check_pass(faults, child);
        else if (!import_is(child, "offlineImage")) // Windows SIM's note of where its catalogue was
            import_complain(faults, child, "conflict", "sevend does not pass <%s> on: remove it",
                            (const char *)child->name);
    }
}
