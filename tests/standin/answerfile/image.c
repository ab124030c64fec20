// SPDX-License-Identifier: GPL-3.0-or-later
// Which image of install.wim an answer file, a key and ei.cfg mean together.
#include "answerfile.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static xmlNode *first_image(void)
{
    static xmlDoc *document;
    if (!document && facts.images)
        document = xmlReadFile(facts.images, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    return document ? find_node(xmlDocGetRootElement(document), "IMAGE") : NULL;
}

static int index_of(xmlNode *image)
{
    xmlChar *const text = xmlGetNoNsProp(image, (const xmlChar *)"INDEX");
    return text ? atoi((const char *)text) : 0;
}

// key is /IMAGE/INDEX, /IMAGE/NAME or /IMAGE/DESCRIPTION; the catalogue has checked it.
static bool image_has(xmlNode *image, const char *key, const char *value)
{
    if (strcmp(key, "/IMAGE/INDEX") == 0)
        return index_of(image) == atoi(value) && strspn(value, "0123456789") == strlen(value);
    const char *const text = text_at(image, strrchr(key, '/') + 1);
    return text && strcmp(text, value) == 0;
}

// All MetaData must be true of it.
static bool image_fits(xmlNode *image, xmlNode *metadata)
{
    for (; metadata; metadata = next_node(metadata)) {
        const char *const key = text_at(metadata, "Key");
        const char *const value = text_at(metadata, "Value");
        if (!key || !value || !image_has(image, key, value))
            return false;
    }
    return true;
}

static bool image_is_edition(xmlNode *image, const char *edition)
{
    const char *const flags = text_at(image, "FLAGS");
    const char *const id = text_at(image, "WINDOWS/EDITIONID");
    return (flags && strcasecmp(flags, edition) == 0) || (id && strcasecmp(id, edition) == 0);
}

static _Noreturn void stop_at_image_list(const char *why)
{
    detail("[windowsPE] Microsoft-Windows-Setup/ImageInstall/OSImage: %s", why);
    stop(STOP_PAGE, "Install Windows", "Select the operating system you want to install");
}

static int find_by_edition(const char *edition)
{
    for (xmlNode *image = first_image(); image; image = next_node(image))
        if (image_is_edition(image, edition))
            return index_of(image);
    return 0;
}

// Only what leads to the disc's own install.wim is played.
static void check_source(xmlNode *setup)
{
    static const char own[] = "\\sources\\install.wim";
    const char *const path = text_at(setup, "ImageInstall/OSImage/InstallFrom/Path");
    const size_t length = path ? strlen(path) : 0;
    if (find_node(setup, "ImageInstall/DataImage") || find_node(setup, "WindowsDeploymentServices"))
        stop_at_image_list("DataImage and WindowsDeploymentServices are not played by the stand-in");
    if (path && (length != strlen(own) + 2 || path[1] != ':' || strcasecmp(path + 2, own) != 0))
        stop_at_image_list("InstallFrom/Path is not DRIVE:\\sources\\install.wim");
}

int choose_image(xmlNode *setup)
{
    xmlNode *const metadata = find_node(setup, "ImageInstall/OSImage/InstallFrom/MetaData");
    const char *const key = text_at(setup, "UserData/ProductKey/Key");
    const char *const edition = key && *key ? edition_of_key(key) : NULL;
    int chosen = 0;
    check_source(setup);
    if (metadata) {
        for (xmlNode *image = first_image(); image && !chosen; image = next_node(image))
            if (image_fits(image, metadata))
                chosen = index_of(image);
        if (!chosen)
            stop_at_image_list("no image of install.wim has what MetaData asks for");
    }
    if (key && *key) {
        const int of_key = edition ? find_by_edition(edition) : 0;
        if (!of_key || (chosen && chosen != of_key))
            stop(STOP_DIALOG, "Windows Setup",
                 "The product key entered does not match any of the Windows images available for "
                 "installation. Enter a "
                 "different product key.");
        return of_key;
    }
    if (!chosen && facts.ei_cfg)
        chosen = find_by_edition(facts.ei_cfg);
    if (!chosen)
        stop_at_image_list("neither MetaData nor a key nor ei.cfg chooses one");
    return chosen;
}
