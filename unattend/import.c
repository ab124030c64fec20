// SPDX-License-Identifier: GPL-3.0-or-later
// Reading an answer file that somebody else wrote; see import.h. Merging: import_merge.c.
#include "unattend/import.h"

#include <libxml/parser.h>
#include <string.h>

#include "unattend/import_check.h"
#include "unattend/import_rules.h"
#include "unattend/import_tree.h"
#include "unattend/locales.h"

#define MEMBER         "answer_file"
#define MAX_FILE_BYTES (256u << 10)

#define SETUP       "Microsoft-Windows-Setup"
#define SHELL_SETUP "Microsoft-Windows-Shell-Setup"
#define WINPE_CORE  "Microsoft-Windows-International-Core-WinPE"

struct Import {
    xmlDoc *document;   // where a secret stands, it has the secret's number
    GPtrArray *secrets; // of char *
    char *computer_name;
};

static void free_secret(gpointer data)
{
    secret_free(data);
}

void import_free(Import *import)
{
    if (import == NULL)
        return;
    xmlFreeDoc(import->document);
    g_ptr_array_unref(import->secrets);
    g_free(import->computer_name);
    g_free(import);
}

// The text is UTF-8 by now, whatever its declaration says of the file that it came from: without the
// declaration, with its line.
static const char *skip_declaration(const char *text)
{
    if (g_str_has_prefix(text, "\xef\xbb\xbf"))
        text += 3;
    if (!g_str_has_prefix(text, "<?xml") || strchr(" \t\r\n", text[5]) == NULL)
        return text;
    const char *end = strstr(text, "?>");
    return end != NULL ? end + 2 : text;
}

// A DOCTYPE brings entities, and with them other files and texts that grow without bound. Answer files have
// none.
static gboolean has_doctype(const char *text)
{
    return strstr(text, "<!DOCTYPE") != NULL || strstr(text, "<!ENTITY") != NULL;
}

static void ignore_error(void *nothing, xmlErrorPtr error)
{
    (void)nothing;
    (void)error;
}

// NULL with *ret_error (may be NULL), which belongs to the parser's thread, about what is wrong.
static xmlDoc *read_document(const char *text, xmlError **ret_error)
{
    const char *start = skip_declaration(text);
    xmlResetLastError();
    xmlSetStructuredErrorFunc(NULL, ignore_error);
    xmlDoc *document =
        xmlReadMemory(start, (int)strlen(start), NULL, "UTF-8",
                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOBLANKS);
    xmlSetStructuredErrorFunc(NULL, NULL);
    if (document != NULL && document->intSubset == NULL && xmlDocGetRootElement(document) != NULL)
        return document;
    if (ret_error != NULL)
        *ret_error = xmlGetLastError();
    xmlFreeDoc(document);
    return NULL;
}

static xmlDoc *parse(const char *text, Faults *faults)
{
    if (has_doctype(text)) {
        faults_add(faults, IMPORT_POINTER, "doctype", NULL,
                   "An answer file has no <!DOCTYPE> and no <!ENTITY>; remove it.");
        return NULL;
    }
    xmlError *error = NULL;
    xmlDoc *document = read_document(text, &error);
    if (document == NULL)
        faults_add(faults, IMPORT_POINTER, "not-well-formed", NULL,
                   "This is not well-formed XML (line %d, column %d).", error != NULL ? error->line : 0,
                   error != NULL ? error->int2 : 0);
    return document;
}

typedef void (*LeafVisitor)(xmlNode *leaf, gpointer data);

static void each_secret(xmlNode *node, LeafVisitor visit, gpointer data)
{
    for (; node != NULL; node = node->next) {
        if (node->type != XML_ELEMENT_NODE)
            continue;
        if (xmlFirstElementChild(node) != NULL)
            each_secret(node->children, visit, data);
        else if (import_is_secret(node))
            visit(node, data);
    }
}

// The tree's own copy is overwritten before it is given back; the parser's buffers are not reached.
static void take_secret(xmlNode *leaf, gpointer data)
{
    GPtrArray *secrets = data;
    char *text = import_text(leaf);
    g_autofree char *number = g_strdup_printf("%u", secrets->len);
    if (*text == '\0') {
        g_free(text);
        return;
    }
    for (xmlNode *child = leaf->children; child != NULL; child = child->next)
        if (child->type == XML_TEXT_NODE && child->content != NULL &&
            child->content != (xmlChar *)&child->properties)
            memset(child->content, '*', strlen((const char *)child->content));
    g_ptr_array_add(secrets, text);
    xmlNodeSetContent(leaf, (const xmlChar *)number);
}

static void find_computer_name(Import *import)
{
    g_autofree char *name =
        import_text_at(import_component(import->document, "specialize", SHELL_SETUP, NULL), "ComputerName");
    if (name != NULL && strcmp(name, "*") != 0 && *name != '\0')
        import->computer_name = g_steal_pointer(&name);
}

Import *import_parse(json_object *request, Faults *faults)
{
    const char *text = NULL;
    const guint before = faults_count(faults);
    if (!json_get_string(request, "", MEMBER, MAX_FILE_BYTES, &text, faults))
        return NULL;
    xmlDoc *document = parse(text, faults);
    if (document == NULL)
        return NULL;
    import_check_document(document, faults);
    import_check_rules(document, faults);
    Import *import = g_new0(Import, 1);
    import->document = document;
    import->secrets = g_ptr_array_new_with_free_func(free_secret);
    each_secret(xmlDocGetRootElement(document), take_secret, import->secrets);
    find_computer_name(import);
    if (faults_count(faults) == before)
        return import;
    import_free(import);
    return NULL;
}

gboolean import_has_accounts(const Import *import)
{
    const xmlNode *shell = import_component(import->document, "oobeSystem", SHELL_SETUP, NULL);
    g_autofree char *name = import_text_at(shell, "AutoLogon/Username");
    return import_find(shell, "UserAccounts/LocalAccounts/LocalAccount") != NULL ||
           (name != NULL && g_ascii_strcasecmp(name, "Administrator") == 0);
}

gboolean import_has_disk(const Import *import)
{
    return import_find(import_component(import->document, "windowsPE", SETUP, NULL),
                       "DiskConfiguration/Disk") != NULL;
}

void import_add_account_names(const Import *import, GPtrArray *names)
{
    const xmlNode *shell = import_component(import->document, "oobeSystem", SHELL_SETUP, NULL);
    for (const xmlNode *account = import_find(shell, "UserAccounts/LocalAccounts/LocalAccount");
         account != NULL; account = import_next(account)) {
        char *name = import_text_at(account, "Name");
        if (name != NULL)
            g_ptr_array_add(names, name);
    }
}

const char *import_computer_name(const Import *import)
{
    return import->computer_name;
}

void import_check_members(const Import *import, json_object *request, Faults *faults)
{
    static const char *const members[] = { "system",     "administrator", "disk",           "display",
                                           "specialize", "logon",         "activation_key", "features",
                                           "desktop",    "updates",       "security" };
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        json_object *value = NULL;
        if (!json_object_object_get_ex(request, members[i], &value) || value == NULL)
            continue;
        g_autofree char *pointer = json_pointer_append("", members[i]);
        faults_add(faults, pointer, "conflict", NULL,
                   "The answer file says this; remove it here, or say it here and give no \"" MEMBER "\".");
    }
    json_object *users = NULL;
    if (import == NULL)
        return;
    if (import_has_accounts(import) && json_object_object_get_ex(request, "users", &users) && users != NULL)
        faults_add(faults, "/users", "conflict", NULL,
                   "The answer file has accounts of its own; remove one or the other.");
    g_autofree char *key = import_text_at(import_component(import->document, "windowsPE", SETUP, NULL),
                                          "UserData/ProductKey/Key");
    if (key != NULL && *key != '\0' && json_object_object_get_ex(request, "product_key", &users) &&
        users != NULL)
        faults_add(faults, "/product_key", "conflict", NULL,
                   "The answer file has a product key; remove one or the other.");
}

static void check_language(const Import *import, const UnattendTarget *target, Faults *faults)
{
    const xmlNode *core = import_component(import->document, "windowsPE", WINPE_CORE, target->architecture);
    const xmlNode *node = import_find(core, "UILanguage");
    g_autofree char *language = import_text(node);
    if (language == NULL || target->languages == NULL || target->languages[0] == NULL)
        return;
    for (gsize i = 0; target->languages[i] != NULL; i++)
        if (g_ascii_strcasecmp(target->languages[i], language) == 0)
            return;
    import_complain(faults, node, "not-on-disc", "the disc does not have language \"%s\"", language);
}

// MetaData may choose by index or by name; sevend chooses the image of the request's edition.
static void check_image(const Import *import, const UnattendTarget *target, Faults *faults)
{
    const xmlNode *setup = import_component(import->document, "windowsPE", SETUP, target->architecture);
    for (const xmlNode *item = import_find(setup, "ImageInstall/OSImage/InstallFrom/MetaData"); item != NULL;
         item = import_next(item)) {
        g_autofree char *key = import_text_at(item, "Key");
        g_autofree char *value = import_text_at(item, "Value");
        g_autofree char *number = g_strdup_printf("%u", target->image_index);
        g_autofree char *upper = g_ascii_strup(value != NULL ? value : "", -1);
        g_auto(GStrv) words = g_strsplit(upper, " ", -1);
        g_autofree char *joined =
            g_strjoinv("", words); // "Windows 7 Home Premium" and "Windows 7 HOMEPREMIUM"
        if (g_strcmp0(key, "/IMAGE/INDEX") == 0 && g_strcmp0(value, number) != 0)
            import_complain(faults, item, "conflict", "chooses image %s, the request's edition is image %s",
                            value, number);
        else if (g_strcmp0(key, "/IMAGE/NAME") == 0 && target->edition_id != NULL &&
                 !g_str_has_suffix(joined, target->edition_id))
            import_complain(faults, item, "conflict", "chooses another image than edition %s of the request",
                            target->edition_id);
    }
}

static void check_architecture(const Import *import, const UnattendTarget *target, Faults *faults)
{
    const xmlNode *root = xmlDocGetRootElement(import->document);
    for (const xmlNode *settings = import_child(root, "settings"); settings != NULL;
         settings = import_next(settings)) {
        g_autofree char *pass = import_attribute(settings, "pass");
        for (const xmlNode *component = import_child(settings, "component"); component != NULL;
             component = import_next(component)) {
            g_autofree char *name = import_attribute(component, "name");
            if (import_component(import->document, pass, name, target->architecture) == NULL)
                import_complain(
                    faults, component, "wrong-architecture",
                    "the disc is %s, and this component is not there for it: Setup would pass it over",
                    target->architecture);
        }
    }
}

// Setup ends where the partitions fill the disk or exceed it [D].
static void check_disk_size(const Import *import, const UnattendTarget *target, Faults *faults)
{
    const xmlNode *setup = import_component(import->document, "windowsPE", SETUP, target->architecture);
    const xmlNode *disk = import_find(setup, "DiskConfiguration/Disk");
    guint64 mib = 0;
    for (const xmlNode *create = import_find(disk, "CreatePartitions/CreatePartition"); create != NULL;
         create = import_next(create)) {
        g_autofree char *size = import_text_at(create, "Size");
        mib += size != NULL ? g_ascii_strtoull(size, NULL, 10) : 0;
    }
    if (disk != NULL && target->disk_bytes != 0 && mib >= target->disk_bytes >> 20)
        import_complain(faults, disk, "disk-too-small",
                        "the partitions need more than the disk's %" G_GUINT64_FORMAT " MiB",
                        target->disk_bytes >> 20);
}

void import_check_target(const Import *import, const UnattendTarget *target, Faults *faults)
{
    check_architecture(import, target, faults);
    check_language(import, target, faults);
    check_image(import, target, faults);
    check_disk_size(import, target, faults);
}

typedef struct {
    const GPtrArray *secrets;
    SecretSlots *slots;
} Filling;

static void fill_secret(xmlNode *leaf, gpointer data)
{
    const Filling *filling = data;
    g_autofree char *number = import_text(leaf);
    if (*number == '\0')
        return;
    const guint64 index = g_ascii_strtoull(number, NULL, 10);
    g_autofree char *token =
        secret_slots_add(filling->slots, g_strdup(g_ptr_array_index(filling->secrets, (guint)index)));
    xmlNodeSetContent(leaf, (const xmlChar *)token);
}

static void drop_other_architectures(xmlDoc *document, const char *architecture)
{
    for (xmlNode *settings = import_child(xmlDocGetRootElement(document), "settings"); settings != NULL;
         settings = import_next(settings)) {
        xmlNode *next;
        for (xmlNode *component = xmlFirstElementChild(settings); component != NULL; component = next) {
            g_autofree char *value = import_attribute(component, "processorArchitecture");
            next = xmlNextElementSibling(component);
            if (g_strcmp0(value, architecture) != 0) {
                xmlUnlinkNode(component);
                xmlFreeNode(component);
            }
        }
    }
}

xmlDoc *import_copy(const Import *import, const UnattendTarget *target, SecretSlots *secrets)
{
    xmlDoc *document = xmlCopyDoc(import->document, 1);
    if (document == NULL)
        g_error("libxml2: no memory for the answer file");
    Filling filling = { import->secrets, secrets };
    each_secret(xmlDocGetRootElement(document), fill_secret, &filling);
    xmlNode *offline = import_child(xmlDocGetRootElement(document), "offlineImage");
    if (offline != NULL) {
        xmlUnlinkNode(offline);
        xmlFreeNode(offline);
    }
    drop_other_architectures(document, target->architecture);
    xml_of(xmlDocGetRootElement(document), IMPORT_POINTER);
    return document;
}

static void mask_secret(xmlNode *leaf, gpointer nothing)
{
    g_autofree char *text = import_text(leaf);
    (void)nothing;
    if (*text != '\0')
        xmlNodeSetContent(leaf, (const xmlChar *)SECRET_MASK);
}

char *import_mask_text(const char *text)
{
    xmlDoc *document =
        strlen(text) <= MAX_FILE_BYTES && !has_doctype(text) ? read_document(text, NULL) : NULL;
    if (document == NULL)
        return NULL;
    each_secret(xmlDocGetRootElement(document), mask_secret, NULL);
    char *masked = xml_answer_file_text(document);
    xmlFreeDoc(document);
    return masked;
}
