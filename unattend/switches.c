// SPDX-License-Identifier: GPL-3.0-or-later
// Reading switches and turning them into commands: one loop over the table for each. Elements are
// switch_elements.c's.
#include "unattend/switches.h"

#include <string.h>

#include "unattend/commands.h"
#include "unattend/editions.h"
#include "unattend/optional_features.h"
#include "unattend/later_windows.h"
#include "unattend/switch_table.h"
#include "unattend/text_rules.h"

// The default user's hive, where the commands find it [P].
#define HIVE      "HKU\\sevend"
#define HIVE_FILE "C:\\Users\\Default\\NTUSER.DAT"

#define NOT_GIVEN (-1)

// An address as Internet Explorer takes it: no spaces or quotes, at most 2083 characters [D].
static const TextRule url_rule = { TEXT_IF_PRESENT, 2083, " \"<>\\^`{|}" };

typedef struct {
    int value;  // index in the switch's allowed values, or NOT_GIVEN
    char *text; // of a SWITCH_URL
} Choice;

struct Switches {
    Choice *choices; // a switch of the table each
    GPtrArray *features;
};

static char *pointer_of(const Switch *item)
{
    return g_strdup_printf("/%s/%s", item->section, item->name);
}

static gboolean is_address(const char *text)
{
    static const char *const schemes[] = { "http://", "https://", "about:", "file://" };
    for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++) {
        gsize length = strlen(schemes[i]);
        if (g_ascii_strncasecmp(text, schemes[i], length) == 0 && text[length] != '\0')
            return TRUE;
    }
    return FALSE;
}

static void read_url(const Switch *item, json_object *section, const char *place, Choice *choice,
                     Faults *faults)
{
    const char *text = text_member(section, place, item->name, &url_rule, faults);
    if (text == NULL)
        return;
    if (!is_address(text)) {
        g_autofree char *pointer = pointer_of(item);
        faults_add(faults, pointer, "bad-format", NULL,
                   "This must be an address, such as \"http://intranet.example/\" or \"about:blank\".");
        return;
    }
    choice->value = 0;
    choice->text = g_strdup(text);
}

static void read_choice(const Switch *item, json_object *section, const char *place, Choice *choice,
                        Faults *faults)
{
    const char *text = choice_member(section, place, item->name, item->allowed, faults);
    for (int i = 0; text != NULL && item->allowed[i] != NULL; i++)
        if (strcmp(item->allowed[i], text) == 0)
            choice->value = i;
}

static void read_switch(const Switch *item, json_object *section, Choice *choice, Faults *faults)
{
    g_autofree char *place = json_pointer_append("", item->section);
    gboolean on;
    switch (item->type) {
    case SWITCH_BOOL:
        if (json_get_bool(section, place, item->name, &on, faults))
            choice->value = on ? 0 : 1;
        break;
    case SWITCH_CHOICE:
        read_choice(item, section, place, choice, faults);
        break;
    case SWITCH_URL:
        read_url(item, section, place, choice, faults);
        break;
    }
}

gboolean switches_check_members(json_object *object, const char *section, const char *const *others,
                                Faults *faults)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    for (gsize i = 0; others != NULL && others[i] != NULL; i++)
        g_ptr_array_add(known, (gpointer)others[i]);
    for (guint i = 0; i < switch_count; i++)
        if (strcmp(switch_table[i].section, section) == 0)
            g_ptr_array_add(known, (gpointer)switch_table[i].name);
    g_ptr_array_add(known, NULL);
    g_autofree char *place = json_pointer_append("", section);
    g_autoptr(json_object) rest = json_object_new_object();
    if (!json_object_is_type(object, json_type_object))
        return json_check_members(object, place, (const char *const *)known->pdata, faults);
    json_object_object_foreach(object, name, value)
    {
        const gboolean is_known = g_strv_contains((const char *const *)known->pdata, name);
        const char *where = is_known ? NULL : setting_of_other_windows(name);
        if (where == NULL) {
            json_object_object_add(rest, name, json_object_get(value));
            continue;
        }
        g_autofree char *pointer = json_pointer_append(place, name);
        faults_add(faults, pointer, "not-in-windows-7", NULL,
                   "Windows 7 has no such setting; it exists in %s only.", where);
    }
    return json_check_members(rest, place, (const char *const *)known->pdata, faults);
}

Switches *switches_parse(json_object *request, Faults *faults)
{
    static const char *const sections[] = { "desktop", "updates", "security" };
    Switches *switches = g_new0(Switches, 1);
    switches->choices = g_new0(Choice, switch_count);
    for (gsize i = 0; i < G_N_ELEMENTS(sections); i++) {
        json_object *section = NULL;
        if (json_get_object(request, "", sections[i], &section, faults))
            switches_check_members(section, sections[i], NULL, faults);
    }
    for (guint i = 0; i < switch_count; i++) {
        json_object *section = NULL;
        switches->choices[i].value = NOT_GIVEN;
        // A section of another type has its fault already.
        if (json_object_object_get_ex(request, switch_table[i].section, &section))
            read_switch(&switch_table[i], section, &switches->choices[i], faults);
    }
    switches->features = features_parse(request, faults);
    return switches;
}

void switches_free(Switches *switches)
{
    if (switches == NULL)
        return;
    for (guint i = 0; i < switch_count; i++)
        g_free(switches->choices[i].text);
    g_free(switches->choices);
    g_ptr_array_unref(switches->features);
    g_free(switches);
}

void switches_check_target(const Switches *switches, const UnattendTarget *target, Faults *faults)
{
    Edition edition;
    gboolean media;
    features_check_target(switches->features, target, faults);
    if (!edition_read(target->edition_id, &edition, &media))
        return;
    for (guint i = 0; i < switch_count; i++) {
        const Switch *item = &switch_table[i];
        if (switches->choices[i].value != 0 || item->only_editions == 0 ||
            (item->only_editions & edition) != 0)
            continue;
        g_autofree char *pointer = pointer_of(item);
        g_autofree char *lacking = editions_to_text(edition);
        g_autofree char *having = editions_to_text(item->only_editions);
        faults_add(faults, pointer, "not-in-edition", NULL, "Windows 7 %s has %s; these editions do: %s.",
                   lacking, item->not_here, having);
    }
}

// What a choice asks of an effect, or NULL.
static const char *data_of(const SwitchEffect *effect, const Choice *choice)
{
    const char *data = choice->value != NOT_GIVEN ? effect->data[choice->value] : NULL;
    return data != NULL && strcmp(data, SWITCH_OWN_TEXT) == 0 ? choice->text : data;
}

typedef void (*EffectVisitor)(const char *pointer, const SwitchEffect *effect, const char *text,
                              gpointer data);

static void each_effect(const Switches *switches, EffectVisitor visit, gpointer data)
{
    for (guint i = 0; i < switch_count; i++) {
        g_autofree char *pointer = pointer_of(&switch_table[i]);
        const Choice *choice = &switches->choices[i];
        for (guint j = 0; j < SWITCH_MAX_EFFECTS; j++) {
            const SwitchEffect *effect = &switch_table[i].effects[j];
            const char *text = data_of(effect, choice);
            if (text != NULL)
                visit(pointer, effect, text, data);
        }
    }
}

static const char *quote_for(const char *text)
{
    return text[0] == '\0' || strchr(text, ' ') != NULL ? "\"" : "";
}

// "reg add KEY /v NAME /t TYPE /d DATA /f" [D]. The caller frees.
static char *reg_add(const char *root, const SwitchEffect *effect, const char *text)
{
    g_autofree char *key = g_strdup_printf("%s\\%s", root, effect->key);
    g_autofree char *name = effect->name != NULL ? g_strdup_printf("/v %s", effect->name) : g_strdup("/ve");
    return g_strdup_printf("reg add %s%s%s %s /t %s /d %s%s%s /f", quote_for(key), key, quote_for(key), name,
                           effect->type, quote_for(text), text, quote_for(text));
}

static void add_command(GPtrArray *commands, const char *pointer, const char *line)
{
    g_ptr_array_add(commands, unattend_command_new(pointer, line, FALSE));
}

static void add_machine_value(const char *pointer, const SwitchEffect *effect, const char *text,
                              gpointer data)
{
    if (effect->carrier != CARRIED_BY_MACHINE_VALUE)
        return;
    g_autofree char *line = reg_add("HKLM", effect, text);
    add_command(data, pointer, line);
}

static void add_user_effect(const char *pointer, const SwitchEffect *effect, const char *text, gpointer data)
{
    if (effect->carrier == CARRIED_BY_USER_COMMAND)
        add_command(data, pointer, text);
    if (effect->carrier != CARRIED_BY_USER_VALUE)
        return;
    g_autofree char *line = reg_add(HIVE, effect, text);
    add_command(data, pointer, line);
}

void switches_add_specialize_commands(const Switches *switches, GPtrArray *commands)
{
    each_effect(switches, add_machine_value, commands);
    g_autoptr(GPtrArray) of_users = g_ptr_array_new_with_free_func(unattend_command_free);
    each_effect(switches, add_user_effect, of_users);
    if (of_users->len == 0)
        return;
    // No command stops the pass, so that the hive is unloaded whatever happened before: a profile that is
    // still loaded cannot be copied for the first user.
    const UnattendCommand *first = g_ptr_array_index(of_users, 0);
    add_command(commands, first->pointer, "reg load " HIVE " " HIVE_FILE);
    const char *last = ((const UnattendCommand *)g_ptr_array_index(of_users, of_users->len - 1))->pointer;
    g_autofree char *last_pointer = g_strdup(last);
    g_ptr_array_extend_and_steal(commands, g_steal_pointer(&of_users));
    add_command(commands, last_pointer, "reg unload " HIVE);
}

void switches_add_first_logon_commands(const Switches *switches, GPtrArray *commands)
{
    features_add_commands(switches->features, commands);
}

guint switches_restarts(const Switches *switches)
{
    return switches->features->len > 0 ? 1 : 0;
}

typedef struct {
    SwitchElementVisitor visit;
    gpointer data;
} ElementVisit;

static void visit_element(const char *pointer, const SwitchEffect *effect, const char *text, gpointer data)
{
    const ElementVisit *visit = data;
    const SwitchElement element = {
        .pointer = pointer, .pass = effect->pass, .component = effect->key, .path = effect->name, .text = text
    };
    if (effect->carrier == CARRIED_BY_ELEMENT)
        visit->visit(&element, visit->data);
}

void switches_each_element(const Switches *switches, SwitchElementVisitor visit, gpointer data)
{
    ElementVisit element_visit = { .visit = visit, .data = data };
    each_effect(switches, visit_element, &element_visit);
}
