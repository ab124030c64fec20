// SPDX-License-Identifier: GPL-3.0-or-later
// Waiting for something in a machine: a file, a process or a window, for which the agent looks in there, or a
// part of the screen, which is looked at from outside, whatever runs.
#include <string.h>

#include "daemon/service/service_parts.h"
#include "daemon/vm/agent.h"
#include "daemon/vm/domain.h"
#include "daemon/vm/screen_region.h"

#define DEFAULT_SECONDS 60
#define MOST_SECONDS    86400
#define SCREEN_POLL_US  (500 * G_TIME_SPAN_MILLISECOND)
#define RESTART_POLL_US G_TIME_SPAN_SECOND
// What sevend-agent ends with when it does not know an option, and when there are no windows to look at.
#define UNKNOWN_OPTION 2
#define NOT_SUPPORTED  50
// Where sevend's scripts put it (guest/scripts/specialize.cmd).
#define AGENT_PROGRAM "C:\\sevend\\sevend-agent.exe"

typedef struct {
    const char *kind, *value; // "file", "process" or "window"; NULL: the screen
    ScreenRegion region;
    const char *sha256;
    gboolean gone;
    gint64 seconds;
} Wanted;

static const char *const kinds[] = { "file", "process", "window" };

static gboolean read_side(json_object *region, const char *name, gint64 least, guint *ret_side,
                          Faults *faults)
{
    gint64 value = -1;
    g_autofree char *pointer = json_pointer_append("/screen", name);
    const guint before = faults_count(faults);
    if (!json_get_int(region, "/screen", name, least, 8192, &value, faults) && faults_count(faults) == before)
        faults_add(faults, pointer, "required", NULL, "is required: pixels");
    *ret_side = value < 0 ? 0 : (guint)value;
    return value >= 0;
}

static void read_screen(json_object *region, Wanted *wanted, Faults *faults)
{
    static const char *const members[] = { "x", "y", "width", "height", "sha256", NULL };
    if (!json_check_members(region, "/screen", members, faults))
        return;
    read_side(region, "x", 0, &wanted->region.x, faults);
    read_side(region, "y", 0, &wanted->region.y, faults);
    read_side(region, "width", 1, &wanted->region.width, faults);
    read_side(region, "height", 1, &wanted->region.height, faults);
    if (!json_get_string(region, "/screen", "sha256", 64, &wanted->sha256, faults) ||
        strlen(wanted->sha256) != 64 || strspn(wanted->sha256, "0123456789abcdef") != 64)
        faults_add(faults, "/screen/sha256", "bad-value", NULL,
                   "must be 64 hexadecimal digits, as GET …/screen-hash gives them");
}

static gboolean read_wanted(json_object *body, Wanted *wanted, Problem **problem)
{
    static const char *const members[] = { "file", "process",         "window", "screen",
                                           "gone", "timeout_seconds", NULL };
    g_autoptr(Faults) faults = faults_new();
    json_object *screen = NULL;
    guint given = 0;
    *wanted = (Wanted){ .seconds = DEFAULT_SECONDS };
    if (json_check_members(body, "", members, faults)) {
        for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
            if (json_get_string(body, "", kinds[i], 1024, &wanted->value, faults)) {
                wanted->kind = kinds[i];
                given++;
            }
        if (json_get_object(body, "", "screen", &screen, faults)) {
            read_screen(screen, wanted, faults);
            given++;
        }
        json_get_bool(body, "", "gone", &wanted->gone, faults);
        json_get_int(body, "", "timeout_seconds", 1, MOST_SECONDS, &wanted->seconds, faults);
        if (given != 1 && faults_count(faults) == 0)
            faults_add(faults, "", "required", NULL,
                       "names one of \"file\", \"process\", \"window\", \"screen\"");
        if (wanted->value && wanted->value[0] == '\0')
            faults_add(faults, "", "too-short", NULL, "what is waited for has a name");
    }
    if (faults_count(faults) == 0)
        return TRUE;
    problem_set_faults(problem, &faults);
    return FALSE;
}

// One wait of the agent's. NULL with @error, or with @problem.
static AgentExecResult *ask_agent(Daemon *daemon, const StoreMachine *machine, const Wanted *wanted,
                                  gint64 milliseconds, GError **error, Problem **problem)
{
    g_auto(AgentAddress) address = { 0 };
    const char *const argv[] = { AGENT_PROGRAM, wanted->gone ? "--wait-for-gone" : "--wait-for", wanted->kind,
                                 wanted->value, NULL };
    // A service sees no windows: they are on the user's desktop.
    const AgentCommand command = { .argv = argv,
                                   .on_desktop = strcmp(wanted->kind, "window") == 0,
                                   .timeout_ms = (guint)MAX(milliseconds, 1) };
    if (!service_agent_open(daemon, machine, &address, problem))
        return NULL;
    return agent_exec(address.socket, address.nonce, &command, NULL, daemon->stopping, error);
}

typedef enum { ANSWERED, INTERRUPTED, REFUSED } Answer;

// A machine that restarts takes whoever waits in it along; its agent is back in a while, the user's desktop
// later.
static Answer judge(const AgentExecResult *result, const GError *error, gboolean was_interrupted)
{
    if (error)
        return error->code == AGENT_ERROR_UNREACHABLE ||
                       (was_interrupted && error->code == AGENT_ERROR_REMOTE)
                   ? INTERRUPTED
                   : REFUSED;
    if (result->timed_out || result->exit_code == 0)
        return ANSWERED;
    return result->exit_code == UNKNOWN_OPTION || result->exit_code == NOT_SUPPORTED ? REFUSED : INTERRUPTED;
}

static void refuse(const AgentExecResult *result, GError *error, Problem **problem)
{
    if (error)
        service_problem(problem, error);
    else
        problem_set(problem, 409, "agent-too-old",
                    "the machine's agent does not know how to wait (exit code %d)", result->exit_code);
}

// FALSE with @problem; *@ret_found: before the time was up.
static gboolean wait_in_machine(Daemon *daemon, const StoreMachine *machine, const Wanted *wanted,
                                gboolean *ret_found, Problem **problem)
{
    const gint64 until = g_get_monotonic_time() + wanted->seconds * G_TIME_SPAN_SECOND;
    gboolean interrupted = FALSE;
    for (;;) {
        GError *error = NULL;
        const gint64 left = (until - g_get_monotonic_time()) / G_TIME_SPAN_MILLISECOND;
        g_autoptr(AgentExecResult) result = ask_agent(daemon, machine, wanted, left, &error, problem);
        if (!result && !error)
            return FALSE;
        const Answer answer = judge(result, error, interrupted);
        if (answer == ANSWERED) {
            *ret_found = !result->timed_out;
            return TRUE;
        }
        interrupted = TRUE;
        if (answer == REFUSED || g_get_monotonic_time() >= until ||
            g_cancellable_is_cancelled(daemon->stopping)) {
            refuse(result, error, problem);
            return FALSE;
        }
        g_clear_error(&error);
        g_usleep(RESTART_POLL_US);
    }
}

static gboolean wait_for_screen(Daemon *daemon, const StoreMachine *machine, const Wanted *wanted,
                                gboolean *ret_found, Problem **problem)
{
    const gint64 until = g_get_monotonic_time() + wanted->seconds * G_TIME_SPAN_SECOND;
    do {
        GError *error = NULL;
        g_autoptr(GBytes) screen = domain_screenshot(daemon->libvirt, machine->uuid, &error);
        if (!screen) {
            service_problem(problem, error);
            return FALSE;
        }
        // On a screen that is smaller just now (text mode, say) the region is not there.
        g_autofree char *hash = screen_region_hash(screen, &wanted->region);
        *ret_found = (g_strcmp0(hash, wanted->sha256) == 0) != wanted->gone;
        if (*ret_found)
            return TRUE;
        g_usleep(SCREEN_POLL_US);
    } while (g_get_monotonic_time() < until && !g_cancellable_is_cancelled(daemon->stopping));
    return TRUE;
}

json_object *service_vm_wait_for(Daemon *daemon, const char *name, json_object *body, Problem **problem)
{
    Wanted wanted;
    gboolean found = FALSE;
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    if (!machine || !read_wanted(body, &wanted, problem))
        return NULL;
    const gint64 began = g_get_monotonic_time();
    if (!(wanted.kind ? wait_in_machine : wait_for_screen)(daemon, machine, &wanted, &found, problem))
        return NULL;
    json_object *object = json_object_new_object();
    json_object_object_add(object, "found", json_object_new_boolean(found));
    json_object_object_add(
        object, "seconds",
        json_object_new_double((double)(g_get_monotonic_time() - began) / G_TIME_SPAN_SECOND));
    return object;
}

json_object *service_vm_screen_hash(Daemon *daemon, const char *name, guint x, guint y, guint width,
                                    guint height, Problem **problem)
{
    GError *error = NULL;
    const ScreenRegion region = { x, y, width, height };
    g_autoptr(StoreMachine) machine = service_find_machine(daemon, name, problem);
    g_autoptr(GBytes) screen = machine ? domain_screenshot(daemon->libvirt, machine->uuid, &error) : NULL;
    if (error)
        service_problem(problem, error);
    if (!screen)
        return NULL;
    g_autofree char *hash = screen_region_hash(screen, &region);
    if (!hash) {
        guint screen_width = 0, screen_height = 0;
        screen_size(screen, &screen_width, &screen_height);
        problem_set(problem, 422, "invalid-request", "the region is not on the screen, which is %u × %u",
                    screen_width, screen_height);
        return NULL;
    }
    json_object *object = json_object_new_object();
    json_add_text(object, "sha256", hash);
    return object;
}
