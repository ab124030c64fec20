// SPDX-License-Identifier: GPL-3.0-or-later
// The IMAGE elements of a WIM's XML data. Element names: wimlib's src/xml.c and Microsoft's WIM paper.
#include "wim_metadata.h"

#include <string.h>

#include "media_error.h"
#include "wim_xml.h"

#define MAX_LANGUAGES 64u

typedef struct {
    guint64 number; // PROCESSOR_ARCHITECTURE_* of winnt.h
    const char *name;
} Architecture;

static const Architecture architectures[] = {
    { 0, "x86" }, { 5, "arm" }, { 6, "ia64" }, { 9, "amd64" }, { 12, "arm64" },
};

void wim_image_free(WimImage *image)
{
    g_free(image->name);
    g_free(image->display_name);
    g_free(image->edition_id);
    g_free(image->flags);
    g_free(image->product_type);
    g_free(image->installation_type);
    g_strfreev(image->languages);
    g_free(image->default_language);
    g_free(image);
}

static guint64 child_number(xmlNode *parent, const char *name, guint64 limit)
{
    g_autofree char *text = wim_xml_child_text(parent, name);
    guint64 value = 0;

    if (text == NULL || !g_ascii_string_to_unsigned(text, 10, 0, limit, &value, NULL))
        return 0;
    return value;
}

// As wim_xml_child_text(), but NULL for an empty element too.
static char *child_word(xmlNode *parent, const char *name)
{
    g_autofree char *text = wim_xml_child_text(parent, name);

    return text != NULL && text[0] != '\0' ? g_steal_pointer(&text) : NULL;
}

static const char *architecture_name(xmlNode *windows)
{
    g_autofree char *text = child_word(windows, "ARCH");
    guint64 number = 0;

    if (text == NULL || !g_ascii_string_to_unsigned(text, 10, 0, 255, &number, NULL))
        return "unknown";
    for (gsize i = 0; i < G_N_ELEMENTS(architectures); i++) {
        if (architectures[i].number == number)
            return architectures[i].name;
    }
    return "unknown";
}

static void read_languages(xmlNode *windows, WimImage *image)
{
    xmlNode *languages = wim_xml_child(windows, "LANGUAGES");
    g_autoptr(GPtrArray) found = g_ptr_array_new();

    for (xmlNode *child = languages == NULL ? NULL : languages->children;
         child != NULL && found->len < MAX_LANGUAGES; child = child->next) {
        if (child->type != XML_ELEMENT_NODE || !g_str_equal((const char *)child->name, "LANGUAGE"))
            continue;
        xmlChar *content = xmlNodeGetContent(child);
        g_ptr_array_add(found, g_strstrip(g_strdup((const char *)content)));
        xmlFree(content);
    }
    g_ptr_array_add(found, NULL);
    image->languages = (char **)g_ptr_array_free(g_steal_pointer(&found), FALSE);
    image->default_language = child_word(languages, "DEFAULT");
    if (image->default_language == NULL && image->languages[0] != NULL)
        image->default_language = g_strdup(image->languages[0]);
}

static WimImage *read_image(xmlNode *node)
{
    WimImage *image = g_new0(WimImage, 1);
    xmlNode *windows = wim_xml_child(node, "WINDOWS");
    xmlNode *version = wim_xml_child(windows, "VERSION");
    xmlChar *index = xmlGetProp(node, BAD_CAST "INDEX");
    guint64 number = 0;

    if (index != NULL && g_ascii_string_to_unsigned((const char *)index, 10, 1, G_MAXUINT16, &number, NULL))
        image->index = (guint)number;
    xmlFree(index);
    image->name = wim_xml_child_text(node, "NAME");
    if (image->name == NULL)
        image->name = g_strdup("");
    image->display_name = child_word(node, "DISPLAYNAME");
    image->flags = child_word(node, "FLAGS");
    image->total_bytes = child_number(node, "TOTALBYTES", G_MAXINT64);
    image->edition_id = child_word(windows, "EDITIONID");
    image->product_type = child_word(windows, "PRODUCTTYPE");
    image->installation_type = child_word(windows, "INSTALLATIONTYPE");
    image->architecture = architecture_name(windows);
    read_languages(windows, image);
    image->major = (guint)child_number(version, "MAJOR", G_MAXUINT16);
    image->minor = (guint)child_number(version, "MINOR", G_MAXUINT16);
    image->build = (guint)child_number(version, "BUILD", G_MAXINT32);
    image->sp_build = (guint)child_number(version, "SPBUILD", G_MAXINT32);
    image->sp_level = (guint)child_number(version, "SPLEVEL", G_MAXUINT16);
    return image;
}

static int compare_index(gconstpointer a, gconstpointer b)
{
    const WimImage *first = *(const WimImage *const *)a;
    const WimImage *second = *(const WimImage *const *)b;
    return first->index < second->index ? -1 : first->index > second->index;
}

GPtrArray *wim_metadata_parse(const guint8 *xml, gsize size, const char *name, GError **error)
{
    xmlDoc *document = wim_xml_parse(xml, size, name, error);
    g_autoptr(GPtrArray) images = g_ptr_array_new_with_free_func((GDestroyNotify)wim_image_free);

    if (document == NULL)
        return NULL;
    xmlNode *root = xmlDocGetRootElement(document);
    gboolean is_wim = root != NULL && g_str_equal((const char *)root->name, "WIM");
    for (xmlNode *node = is_wim ? root->children : NULL; node != NULL; node = node->next) {
        if (node->type == XML_ELEMENT_NODE && g_str_equal((const char *)node->name, "IMAGE"))
            g_ptr_array_add(images, read_image(node));
    }
    xmlFreeDoc(document);

    g_ptr_array_sort(images, compare_index);
    gboolean numbered = TRUE;
    for (guint i = 0; i < images->len; i++)
        numbered = numbered && ((WimImage *)g_ptr_array_index(images, i))->index == i + 1;
    if (is_wim && numbered)
        return g_steal_pointer(&images);
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED, "%s: its XML data %s", name,
                is_wim ? "do not number the images from 1" : "are not those of a WIM");
    return NULL;
}

GPtrArray *wim_metadata_read(ByteSource *wim, const WimHeader *header, GError **error)
{
    g_autofree guint8 *xml = g_malloc(MAX(header->xml.size, 1)); // bounded by wim_header_read()

    if (!byte_source_read(wim, header->xml.offset, xml, (gsize)header->xml.size, error))
        return NULL;
    g_autoptr(GPtrArray) images = wim_metadata_parse(xml, (gsize)header->xml.size, wim->name, error);
    if (images != NULL && images->len != header->image_count) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_WIM_DAMAGED,
                    "%s: its header counts %u images, its XML data %u", wim->name, header->image_count,
                    images->len);
        return NULL;
    }
    return g_steal_pointer(&images);
}
