// SPDX-License-Identifier: GPL-3.0-or-later
// Clicking on a machine's screen, whatever it runs. The keyboard: keys.c.
#include "daemon/service/service_parts.h"
#include "daemon/vm/domain.h"
#include "daemon/vm/pointer.h"
#include "daemon/vm/screen_region.h"

#define CLICKS_MOST 3
// Between one event and the next: the guest takes them one by one, and counts clicks within half a second as
// one double click (GetDoubleClickTime()).
#define PAUSE_US (60 * G_TIME_SPAN_MILLISECOND)

typedef struct {
    gint64 x, y, clicks;
    PointerButton button;
} Click;

static void read_pixel(json_object *body, const char *name, guint side, gint64 *ret_value, Faults *faults)
{
    const guint before = faults_count(faults);
    g_autofree char *pointer = json_pointer_append("", name);
    if (!json_get_int(body, "", name, 0, side - 1, ret_value, faults) && faults_count(faults) == before)
        faults_add(faults, pointer, "required", NULL,
                   "is required: pixels from the screen's upper left corner");
}

static gboolean read_click(json_object *body, guint width, guint height, Click *click, Problem **problem)
{
    static const char *const members[] = { "x", "y", "button", "clicks", NULL };
    g_autoptr(Faults) faults = faults_new();
    const char *button = "left";
    *click = (Click){ .clicks = 1 };
    if (json_check_members(body, "", members, faults)) {
        read_pixel(body, "x", width, &click->x, faults);
        read_pixel(body, "y", height, &click->y, faults);
        json_get_string(body, "", "button", 16, &button, faults);
        json_get_int(body, "", "clicks", 0, CLICKS_MOST, &click->clicks, faults);
        if (!pointer_button(button, &click->button))
            faults_add(faults, "/button", "bad-value", NULL, "is \"left\", \"middle\" or \"right\"");
    }
    if (faults_count(faults) == 0)
        return TRUE;
    problem_set_faults(problem, &faults);
    return FALSE;
}

static gboolean send(Daemon *daemon, const char *uuid, char *command, GError **error)
{
    g_autofree char *text = command;
    const gboolean ok = domain_monitor_command(daemon->libvirt, uuid, text, error);
    g_usleep(PAUSE_US);
    return ok;
}

gboolean service_vm_pointer(Daemon *daemon, const char *name, json_object *body, Problem **problem)
{
    GError *error = NULL;
    Click click;
    guint width = 0, height = 0;
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    if (!machine)
        return FALSE;
    const char *uuid = machine->uuid;
    g_autoptr(GBytes) screen = domain_screenshot(daemon->libvirt, uuid, &error);
    if (screen && !screen_size(screen, &width, &height)) {
        g_set_error(&error, VM_ERROR, VM_ERROR_FAILED, "machine \"%s\": its screen cannot be read", name);
    } else if (screen) {
        if (!read_click(body, width, height, &click, problem))
            return FALSE;
        gboolean ok =
            send(daemon, uuid, pointer_move_command((guint)click.x, (guint)click.y, width, height), &error);
        for (gint64 i = 0; ok && i < click.clicks; i++)
            ok = send(daemon, uuid, pointer_button_command(click.button, TRUE), &error) &&
                 send(daemon, uuid, pointer_button_command(click.button, FALSE), &error);
    }
    if (!error)
        return TRUE;
    service_problem(problem, error);
    return FALSE;
}
