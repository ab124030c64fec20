// SPDX-License-Identifier: GPL-3.0-or-later
// Reading "features", and DISM's commands; the names are feature_table.c's.
#include "unattend/optional_features.h"

#include <string.h>

#include "unattend/commands.h"
#include "unattend/editions.h"
#include "unattend/feature_table.h"
#include "unattend/later_windows.h"

#define MAX_NAME_BYTES 128

typedef struct {
    const Feature *feature;
    gboolean enable;
    char *pointer;
} Choice;

static void choice_free(gpointer data)
{
    Choice *choice = data;
    g_free(choice->pointer);
    g_free(choice);
}

static const Choice *choice_at(GPtrArray *features, guint index)
{
    return g_ptr_array_index(features, index);
}

static void refuse_unknown(const char *name, const char *pointer, Faults *faults)
{
    const char *where = feature_of_other_windows(name);
    const Feature *near = feature_suggest(name);
    if (where != NULL)
        faults_add(faults, pointer, "not-in-windows-7", NULL,
                   "Windows 7 has no such feature; it exists in %s only.", where);
    else if (near != NULL)
        faults_add(faults, pointer, "unknown-feature", NULL,
                   "Windows 7 has no such feature; did you mean \"%s\"?", near->name);
    else
        faults_add(faults, pointer, "unknown-feature", NULL,
                   "Windows 7 has no such feature; it wants a name of DISM, such as \"TelnetClient\".");
}

static const Feature *read_name(json_object *item, const char *pointer, Faults *faults)
{
    if (!json_object_is_type(item, json_type_string)) {
        faults_add(faults, pointer, "wrong-type", NULL, "This must be a string.");
        return NULL;
    }
    if (json_object_get_string_len(item) > MAX_NAME_BYTES) {
        faults_add(faults, pointer, "unknown-feature", NULL, "Windows 7 has no feature with so long a name.");
        return NULL;
    }
    const Feature *feature = feature_find(json_object_get_string(item));
    if (feature == NULL)
        refuse_unknown(json_object_get_string(item), pointer, faults);
    return feature;
}

// A feature cannot go on while one that it needs goes off. Those that go on are read first.
static void check_against(GPtrArray *features, const Choice *choice, Faults *faults)
{
    for (guint i = 0; i < features->len; i++) {
        const Choice *other = choice_at(features, i);
        if (other->enable == choice->enable && other->feature == choice->feature) {
            faults_add(faults, choice->pointer, "repeated", NULL, "This feature is in the list already.");
            return;
        }
        if (other->enable == choice->enable)
            continue;
        if (other->feature == choice->feature || feature_needs(other->feature, choice->feature)) {
            faults_add(faults, choice->pointer, "conflict", NULL, "This is needed for \"%s\" in \"enable\".",
                       other->feature->name);
            return;
        }
    }
}

static void parse_list(GPtrArray *features, json_object *object, const char *name, gboolean enable,
                       Faults *faults)
{
    json_object *list = NULL;
    if (!json_get_array(object, "/features", name, feature_count, &list, faults))
        return;
    g_autofree char *place = json_pointer_append("/features", name);
    for (gsize i = 0; i < json_object_array_length(list); i++) {
        g_autofree char *pointer = json_pointer_append_index(place, i);
        const Feature *feature = read_name(json_object_array_get_idx(list, i), pointer, faults);
        if (feature == NULL)
            continue;
        Choice *choice = g_new0(Choice, 1);
        *choice = (Choice){ .feature = feature, .enable = enable, .pointer = g_steal_pointer(&pointer) };
        check_against(features, choice, faults);
        g_ptr_array_add(features, choice);
    }
}

GPtrArray *features_parse(json_object *request, Faults *faults)
{
    static const char *const members[] = { "enable", "disable", NULL };
    GPtrArray *features = g_ptr_array_new_with_free_func(choice_free);
    json_object *object = NULL;
    if (!json_get_object(request, "", "features", &object, faults))
        return features;
    json_check_members(object, "/features", members, faults);
    parse_list(features, object, "enable", TRUE, faults);
    parse_list(features, object, "disable", FALSE, faults);
    return features;
}

static void check_edition(const Choice *choice, const UnattendTarget *target, Faults *faults)
{
    Edition edition;
    gboolean media;
    const Feature *feature = choice->feature;
    if (!edition_read(target->edition_id, &edition, &media))
        return;
    if (feature->editions != 0 && (feature->editions & edition) == 0) {
        g_autofree char *having = editions_to_text(feature->editions);
        g_autofree char *lacking = editions_to_text(edition);
        faults_add(faults, choice->pointer, "not-in-edition", NULL,
                   "Windows 7 %s does not have this feature; these editions do: %s.", lacking, having);
    } else if (feature->media && !media) {
        faults_add(faults, choice->pointer, "not-in-edition", NULL,
                   "The N editions of Windows 7 come without Media Player and what needs it.");
    }
}

void features_check_target(GPtrArray *features, const UnattendTarget *target, Faults *faults)
{
    for (guint i = 0; i < features->len; i++) {
        const Choice *choice = choice_at(features, i);
        const char *only = choice->feature->architecture;
        check_edition(choice, target, faults);
        if (only != NULL && target->architecture != NULL && strcmp(only, target->architecture) != 0)
            faults_add(faults, choice->pointer, "not-on-architecture", NULL,
                       "Only Windows 7 for %s has this feature; the disc is for %s.", only,
                       target->architecture);
    }
}

// Exit code 3010 means success that wants a restart [D]: the agent takes it for success behind pointers below
// "/features/".
static void add_command(GPtrArray *commands, const Feature *feature, const char *pointer, gboolean enable)
{
    g_autofree char *line = g_strdup_printf("dism.exe /online /%s-feature \"/featurename:%s\" /norestart",
                                            enable ? "enable" : "disable", feature->name);
    g_ptr_array_add(commands, unattend_command_new(pointer, line, TRUE));
}

// Windows 7's DISM does not know /all: what a feature needs goes on first.
static void add_enable(GPtrArray *commands, GHashTable *done, const Feature *feature, const char *pointer)
{
    if (!g_hash_table_add(done, (gpointer)feature))
        return;
    g_auto(GStrv) needs = g_strsplit(feature->needs != NULL ? feature->needs : "", ";", -1);
    for (gsize i = 0; needs[i] != NULL; i++)
        add_enable(commands, done, feature_find(needs[i]), pointer);
    add_command(commands, feature, pointer, TRUE);
}

// What needs it, if that is to go off too, goes before it.
static void add_disable(GPtrArray *commands, GHashTable *done, GPtrArray *features, const Choice *choice)
{
    if (!g_hash_table_add(done, (gpointer)choice->feature))
        return;
    for (guint i = 0; i < features->len; i++) {
        const Choice *other = choice_at(features, i);
        if (!other->enable && feature_needs(other->feature, choice->feature))
            add_disable(commands, done, features, other);
    }
    add_command(commands, choice->feature, choice->pointer, FALSE);
}

void features_add_commands(GPtrArray *features, GPtrArray *commands)
{
    g_autoptr(GHashTable) done = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < features->len; i++) {
        const Choice *choice = choice_at(features, i);
        if (choice->enable)
            add_enable(commands, done, choice->feature, choice->pointer);
        else
            add_disable(commands, done, features, choice);
    }
    if (features->len > 0)
        ((UnattendCommand *)g_ptr_array_index(commands, commands->len - 1))->reboot = TRUE;
}
