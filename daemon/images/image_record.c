// SPDX-License-Identifier: GPL-3.0-or-later
// See image_record.h.
#include "daemon/images/image_record.h"

#include <string.h>

#include "common/ids.h"

#define POINTER   "/image.json"
#define MAX_TEXT  256
#define MAX_BYTES (2u << 20) // of a request or an agent's answer

static void add_text(json_object *object, const char *name, const char *text)
{
    json_object_object_add(object, name, text ? json_object_new_string(text) : NULL);
}

static void add_json(json_object *object, const char *name, const char *text)
{
    json_object_object_add(object, name, text ? json_parse(text, strlen(text), NULL) : NULL);
}

json_object *image_record_to_json(const StoreImage *image)
{
    json_object *object = json_object_new_object();
    add_text(object, "machine", image->machine);
    add_text(object, "template", image->template_name);
    add_text(object, "disc", image->disc);
    add_text(object, "edition", image->edition);
    add_text(object, "architecture", image->architecture);
    add_json(object, "request", image->request);
    add_json(object, "agent", image->agent);
    add_text(object, "created", image->created);
    return object;
}

static char *take_text(json_object *document, const char *name, Faults *faults)
{
    const char *text = NULL;
    return json_get_string(document, POINTER, name, MAX_TEXT, &text, faults) ? g_strdup(text) : NULL;
}

static char *take_object(json_object *document, const char *name, Faults *faults)
{
    json_object *object = NULL;
    if (!json_get_object(document, POINTER, name, &object, faults))
        return NULL;
    char *text = g_strdup(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
    if (strlen(text) <= MAX_BYTES)
        return text;
    g_autofree char *place = json_pointer_append(POINTER, name);
    faults_add(faults, place, "too-long", NULL, "has more than %u bytes", MAX_BYTES);
    g_free(text);
    return NULL;
}

static void check_name(const char *name, const char *member, gboolean needed, Faults *faults)
{
    g_autofree char *place = json_pointer_append(POINTER, member);
    if (name ? !name_is_valid(name) : needed)
        faults_add(faults, place, name ? "bad-name" : "required", NULL, "must be %s", NAME_RULE);
}

static void check_architecture(const char *architecture, Faults *faults)
{
    static const char *const known[] = { "amd64", "x86", NULL };
    if (!architecture || !g_strv_contains(known, architecture))
        faults_add(faults, POINTER "/architecture", architecture ? "bad-value" : "required", known,
                   "must be amd64 or x86");
}

StoreImage *image_record_parse(json_object *document, Faults *faults)
{
    static const char *const members[] = { "machine", "template", "disc",    "edition", "architecture",
                                           "request", "agent",    "created", NULL };
    const guint before = faults_count(faults);
    if (!json_check_members(document, POINTER, members, faults))
        return NULL;
    g_autoptr(StoreImage) image = g_new0(StoreImage, 1);
    image->machine = take_text(document, "machine", faults);
    image->template_name = take_text(document, "template", faults);
    image->disc = take_text(document, "disc", faults);
    image->edition = take_text(document, "edition", faults);
    image->architecture = take_text(document, "architecture", faults);
    image->request = take_object(document, "request", faults);
    image->agent = take_object(document, "agent", faults);
    image->created = take_text(document, "created", faults);
    check_name(image->machine, "machine", TRUE, faults);
    check_name(image->template_name, "template", FALSE, faults);
    check_name(image->disc, "disc", FALSE, faults);
    check_architecture(image->architecture, faults);
    return faults_count(faults) == before ? g_steal_pointer(&image) : NULL;
}
