// SPDX-License-Identifier: GPL-3.0-or-later
// Typing on a machine's keyboard, whatever it runs: Setup's dialogs, boot menus, the desktop.
#include <string.h>

#include "daemon/service/service_parts.h"
#include "daemon/vm/domain.h"
#include "daemon/vm/keyboard.h"

#define TEXT_MOST    1000u
#define PRESSES_MOST 100u
// For the guest to take one key before the next.
#define PAUSE_US (40 * G_TIME_SPAN_MILLISECOND)

static void read_text(json_object *body, GArray *chords, Faults *faults)
{
    const char *text = NULL;
    if (!json_get_string(body, "", "type", TEXT_MOST, &text, faults))
        return;
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        KeyboardChord chord;
        if (keyboard_character(g_utf8_get_char(at), &chord)) {
            g_array_append_val(chords, chord);
            continue;
        }
        faults_add(faults, "/type", "bad-value", NULL,
                   "character %ld is on no US keyboard, as which the text is typed",
                   g_utf8_pointer_to_offset(text, at) + 1);
        return;
    }
}

static void read_presses(json_object *array, GArray *chords, Faults *faults)
{
    for (gsize i = 0; i < json_object_array_length(array); i++) {
        KeyboardChord chord;
        json_object *item = json_object_array_get_idx(array, i);
        g_autofree char *pointer = json_pointer_append_index("/press", i);
        if (!json_object_is_type(item, json_type_string))
            faults_add(faults, pointer, "wrong-type", NULL, "must be a string");
        else if (!keyboard_chord(json_object_get_string(item), &chord))
            faults_add(faults, pointer, "bad-value", keyboard_names(),
                       "must be keys joined by +: letters, digits, punctuation, or named ones");
        else
            g_array_append_val(chords, chord);
    }
}

static GArray *read_keys(json_object *body, Problem **problem)
{
    static const char *const members[] = { "type", "press", NULL };
    g_autoptr(Faults) faults = faults_new();
    g_autoptr(GArray) chords = g_array_new(FALSE, FALSE, sizeof(KeyboardChord));
    json_object *array = NULL;
    if (json_check_members(body, "", members, faults)) {
        const gboolean typed = json_object_object_get_ex(body, "type", NULL);
        json_get_array(body, "", "press", PRESSES_MOST, &array, faults);
        if (typed && array)
            faults_add(faults, "/press", "conflict", NULL, "cannot be used beside /type");
        else if (array)
            read_presses(array, chords, faults);
        else
            read_text(body, chords, faults);
        if (chords->len == 0 && faults_count(faults) == 0)
            faults_add(faults, "/press", "required", NULL, "is required, or \"type\"");
    }
    if (faults_count(faults) == 0)
        return g_steal_pointer(&chords);
    problem_set_faults(problem, &faults);
    return NULL;
}

gboolean service_vm_keys(Daemon *daemon, const char *name, json_object *body, Problem **problem)
{
    GError *error = NULL;
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    g_autoptr(GArray) chords = machine ? read_keys(body, problem) : NULL;
    if (!chords)
        return FALSE;
    for (guint i = 0; i < chords->len && !g_cancellable_is_cancelled(daemon->stopping); i++) {
        const KeyboardChord *chord = &g_array_index(chords, KeyboardChord, i);
        if (!domain_press_keys(daemon->libvirt, machine->uuid, chord->codes, chord->count, &error)) {
            service_problem(problem, error);
            return FALSE;
        }
        g_usleep(PAUSE_US);
    }
    return TRUE;
}
