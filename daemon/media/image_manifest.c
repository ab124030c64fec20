// SPDX-License-Identifier: GPL-3.0-or-later
// The manifest as JSON, both ways.
#include "image_manifest.h"

#include <string.h>

#include "common/ids.h"
#include "common/json.h"

#define POINTER       "/manifest.json"
#define SHA256_DIGITS 64u

const ImageMemberKind image_members[IMAGE_MEMBERS] = {
    [IMAGE_MANIFEST] = { "manifest.json", 1ull << 20, TRUE },
    [IMAGE_RECORD] = { "image.json", 4ull << 20, TRUE },
    [IMAGE_PROVENANCE] = { "provenance.json", 4ull << 20, FALSE },
    [IMAGE_DOMAIN] = { "domain.xml", 1ull << 20, TRUE },
    [IMAGE_NONCE] = { "nonce", 64, TRUE },
    [IMAGE_DISK] = { "disk.qcow2", IMAGE_LARGEST_DISK, TRUE },
};

ImageMember image_member_find(const char *name)
{
    ImageMember member = 0;
    while (member < IMAGE_MEMBERS && strcmp(image_members[member].name, name) != 0)
        member++;
    return member;
}

ImageManifest *image_manifest_new(void)
{
    return g_new0(ImageManifest, 1);
}

void image_manifest_free(ImageManifest *manifest)
{
    if (manifest == NULL)
        return;
    for (gsize i = 0; i < IMAGE_MEMBERS; i++)
        g_free(manifest->members[i].sha256);
    g_free(manifest->image);
    g_free(manifest->architecture);
    g_free(manifest->exported);
    g_free(manifest->sevend);
    g_free(manifest);
}

static void add_text(json_object *object, const char *name, const char *text)
{
    json_object_object_add(object, name, json_object_new_string(text));
}

static json_object *members_json(const ImageManifest *manifest)
{
    json_object *array = json_object_new_array();
    for (gsize i = 0; i < IMAGE_MEMBERS; i++) {
        if (manifest->members[i].sha256 == NULL)
            continue;
        json_object *member = json_object_new_object();
        add_text(member, "name", image_members[i].name);
        json_object_object_add(member, "size", json_object_new_uint64(manifest->members[i].size));
        add_text(member, "sha256", manifest->members[i].sha256);
        json_object_array_add(array, member);
    }
    return array;
}

char *image_manifest_text(const ImageManifest *manifest)
{
    g_autoptr(json_object) object = json_object_new_object();
    add_text(object, "format", IMAGE_FORMAT);
    add_text(object, "image", manifest->image);
    add_text(object, "architecture", manifest->architecture);
    add_text(object, "exported", manifest->exported);
    add_text(object, "sevend", manifest->sevend);
    json_object_object_add(object, "virtual_size", json_object_new_uint64(manifest->virtual_size));
    json_object_object_add(object, "members", members_json(manifest));
    return g_strconcat(
        json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE),
        "\n", NULL);
}

static void missing(const char *pointer, const char *name, Faults *faults)
{
    g_autofree char *place = json_pointer_append(pointer, name);
    faults_add(faults, place, "required", NULL, "is required");
}

// A text that must be there. The caller frees.
static char *take_text(json_object *object, const char *pointer, const char *name, Faults *faults)
{
    const char *text = NULL;
    const guint before = faults_count(faults);
    if (json_get_string(object, pointer, name, 256, &text, faults))
        return g_strdup(text);
    if (faults_count(faults) == before)
        missing(pointer, name, faults);
    return NULL;
}

static guint64 take_number(json_object *object, const char *pointer, const char *name, Faults *faults)
{
    gint64 number = 0;
    const guint before = faults_count(faults);
    if (!json_get_int(object, pointer, name, 0, (gint64)IMAGE_LARGEST_DISK, &number, faults) &&
        faults_count(faults) == before)
        missing(pointer, name, faults);
    return (guint64)number;
}

static gboolean is_sha256(const char *text)
{
    return strlen(text) == SHA256_DIGITS && strspn(text, "0123456789abcdef") == SHA256_DIGITS;
}

static void parse_member(ImageManifest *manifest, json_object *object, const char *pointer, Faults *faults)
{
    static const char *const known[] = { "name", "size", "sha256", NULL };
    if (!json_check_members(object, pointer, known, faults))
        return;
    g_autofree char *name = take_text(object, pointer, "name", faults);
    g_autofree char *sha256 = take_text(object, pointer, "sha256", faults);
    const guint64 size = take_number(object, pointer, "size", faults);
    const ImageMember member = name != NULL ? image_member_find(name) : IMAGE_MEMBERS;
    if (sha256 != NULL && !is_sha256(sha256)) {
        g_autofree char *place = json_pointer_append(pointer, "sha256");
        faults_add(faults, place, "bad-value", NULL, "must be 64 digits of 0-9 and a-f");
    }
    if (name == NULL || sha256 == NULL)
        return;
    if (member == IMAGE_MEMBERS || member == IMAGE_MANIFEST || manifest->members[member].sha256 != NULL) {
        g_autofree char *place = json_pointer_append(pointer, "name");
        faults_add(faults, place, "bad-value", NULL, "\"%s\" is no member of an image, or named twice", name);
        return;
    }
    manifest->members[member].sha256 = g_steal_pointer(&sha256);
    manifest->members[member].size = size;
}

static void parse_members(ImageManifest *manifest, json_object *document, Faults *faults)
{
    json_object *array = NULL;
    const guint before = faults_count(faults);
    if (!json_get_array(document, POINTER, "members", IMAGE_MEMBERS, &array, faults)) {
        if (faults_count(faults) == before)
            missing(POINTER, "members", faults);
        return;
    }
    for (gsize i = 0; i < json_object_array_length(array); i++) {
        g_autofree char *pointer = json_pointer_append_index(POINTER "/members", i);
        parse_member(manifest, json_object_array_get_idx(array, i), pointer, faults);
    }
}

static void check_values(const ImageManifest *manifest, Faults *faults)
{
    static const char *const architectures[] = { "amd64", "x86", NULL };
    if (manifest->image != NULL && !name_is_valid(manifest->image))
        faults_add(faults, POINTER "/image", "bad-name", NULL, "must be %s", NAME_RULE);
    if (manifest->architecture != NULL && !g_strv_contains(architectures, manifest->architecture))
        faults_add(faults, POINTER "/architecture", "bad-value", architectures, "must be amd64 or x86");
}

// What another format's members mean nobody knows: nothing more is said of them.
static gboolean check_format(json_object *document, Faults *faults)
{
    const guint before = faults_count(faults);
    g_autofree char *format = take_text(document, POINTER, "format", faults);
    if (format != NULL && strcmp(format, IMAGE_FORMAT) != 0)
        faults_add(faults, POINTER "/format", "unknown-version", NULL,
                   "\"%s\" is a format that this sevend does not know; it knows " IMAGE_FORMAT, format);
    return faults_count(faults) == before;
}

ImageManifest *image_manifest_parse(const char *text, gsize length, Faults *faults)
{
    static const char *const known[] = { "format", "image",   "architecture", "exported",
                                         "sevend", "members", "virtual_size", NULL };
    const guint before = faults_count(faults);
    g_autoptr(GError) error = NULL;
    g_autoptr(json_object) document = json_parse(text, length, &error);
    if (document == NULL || !json_object_is_type(document, json_type_object)) {
        faults_add(faults, POINTER, "bad-json", NULL, "%s", error != NULL ? error->message : "is no object");
        return NULL;
    }
    if (!check_format(document, faults))
        return NULL;
    g_autoptr(ImageManifest) manifest = image_manifest_new();
    json_check_members(document, POINTER, known, faults);
    manifest->image = take_text(document, POINTER, "image", faults);
    manifest->architecture = take_text(document, POINTER, "architecture", faults);
    manifest->exported = take_text(document, POINTER, "exported", faults);
    manifest->sevend = take_text(document, POINTER, "sevend", faults);
    manifest->virtual_size = take_number(document, POINTER, "virtual_size", faults);
    parse_members(manifest, document, faults);
    check_values(manifest, faults);
    return faults_count(faults) == before ? g_steal_pointer(&manifest) : NULL;
}
