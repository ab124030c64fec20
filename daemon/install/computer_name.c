// SPDX-License-Identifier: GPL-3.0-or-later
// From pattern to name.
#include "daemon/install/computer_name.h"

#include <string.h>

#include "unattend/names.h"

#define POINTER  "/system/computer_name"
#define NUMBER   "{n}"
#define RANDOM   "{random}"
#define LONGEST  256 // of a pattern, far above any that fits
#define PAGE     200
#define ATTEMPTS 1000
// Six of 32 symbols are a thousand million names; no two symbols look alike on a screen.
#define RANDOM_LENGTH 6
static const char symbols[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

static const char *const placeholders[] = { NUMBER, RANDOM, NULL };

GMutex *computer_name_lock(void)
{
    static GMutex lock;
    return &lock;
}

char *computer_name_pattern(json_object *request)
{
    json_object *system = NULL;
    const char *name = NULL;
    if (json_object_is_type(request, json_type_object) &&
        json_object_object_get_ex(request, "system", &system) &&
        json_object_is_type(system, json_type_object))
        name = json_string_member(system, "computer_name");
    return name && strpbrk(name, "{}") ? g_strdup(name) : NULL;
}

static void set_name(json_object *request, const char *name_or_null)
{
    json_object *system = json_object_object_get(request, "system");
    if (name_or_null)
        json_object_object_add(system, "computer_name", json_object_new_string(name_or_null));
    else
        json_object_object_del(system, "computer_name");
}

// The one placeholder of @pattern; NULL if it has none, two, or one that does not exist.
static const char *placeholder_of(const char *pattern)
{
    const char *open = strchr(pattern, '{'), *close = strchr(pattern, '}');
    if (!open || !close || strchr(open + 1, '{') || strchr(close + 1, '}'))
        return NULL;
    for (gsize i = 0; placeholders[i]; i++)
        if (g_str_has_prefix(open, placeholders[i]) && close == open + strlen(placeholders[i]) - 1)
            return placeholders[i];
    return NULL;
}

// @pattern with @filling for its placeholder. The caller frees.
static char *fill(const char *pattern, const char *filling)
{
    g_autoptr(GString) name = g_string_new(pattern);
    g_string_replace(name, placeholder_of(pattern), filling, 1);
    return g_string_free(g_steal_pointer(&name), FALSE);
}

static char *fill_number(const char *pattern, guint number)
{
    g_autofree char *text = g_strdup_printf("%u", number);
    return fill(pattern, text);
}

static char *fill_random(const char *pattern)
{
    char text[RANDOM_LENGTH + 1] = "";
    for (gsize i = 0; i < RANDOM_LENGTH; i++)
        text[i] = symbols[g_random_int_range(0, (gint32)strlen(symbols))];
    return fill(pattern, text);
}

static gboolean is_valid(const char *name)
{
    g_autoptr(Faults) faults = faults_new();
    computer_name_check(name, POINTER, faults);
    return faults_count(faults) == 0 && strlen(name) <= COMPUTER_NAME_MAX;
}

// The longest name that @pattern, which has one placeholder, can lead to. The caller frees.
static char *longest_name(const char *pattern, guint machines)
{
    return strcmp(placeholder_of(pattern), NUMBER) == 0 ? fill_number(pattern, machines)
                                                        : fill(pattern, "XXXXXX");
}

static void add_bad_pattern(const char *pattern, Faults *faults)
{
    const char *open = strchr(pattern, '{'), *close = open ? strchr(open, '}') : NULL;
    g_autofree char *word = close ? g_strndup(open, (gsize)(close + 1 - open)) : NULL;
    const char *near = word ? closest_name(word, placeholders) : NULL;
    if (near && strcmp(near, word) != 0)
        faults_add(faults, POINTER, "bad-pattern", placeholders,
                   "There is no placeholder \"%s\"; did you mean \"%s\"?", word, near);
    else
        faults_add(faults, POINTER, "bad-pattern", placeholders,
                   "A pattern has \"{n}\" or \"{random}\" in it, once, and no other braces.");
}

static gboolean check_pattern(const char *pattern, guint machines, Faults *faults)
{
    if (!placeholder_of(pattern) || strlen(pattern) > LONGEST) {
        add_bad_pattern(pattern, faults);
        return FALSE;
    }
    g_autofree char *longest = longest_name(pattern, machines);
    if (strlen(longest) > COMPUTER_NAME_MAX) {
        faults_add(faults, POINTER, "too-long", NULL,
                   "A computer name has at most %d characters; with this pattern it can have %" G_GSIZE_FORMAT
                   ".",
                   COMPUTER_NAME_MAX, strlen(longest));
        return FALSE;
    }
    computer_name_check(longest, POINTER, faults);
    return is_valid(longest);
}

void computer_name_check_pattern(json_object *request, guint machines, Faults *faults)
{
    g_autofree char *pattern = computer_name_pattern(request);
    if (!pattern)
        return;
    g_autofree char *example =
        check_pattern(pattern, machines, faults) ? longest_name(pattern, machines) : NULL;
    set_name(request, example);
}

// Names of the request's users, NULL-terminated. Borrowed from @request; the caller frees the array.
static GPtrArray *user_names(json_object *request)
{
    GPtrArray *names = g_ptr_array_new();
    json_object *users = NULL;
    json_object_object_get_ex(request, "users", &users);
    const gsize count = json_object_is_type(users, json_type_array) ? json_object_array_length(users) : 0;
    for (gsize i = 0; i < count; i++) {
        json_object *user = json_object_array_get_idx(users, i);
        const char *name =
            json_object_is_type(user, json_type_object) ? json_string_member(user, "name") : NULL;
        if (name)
            g_ptr_array_add(names, (char *)name);
    }
    g_ptr_array_add(names, NULL);
    return names;
}

char *computer_name_of(json_object *request, const char *machine_name)
{
    json_object *system = NULL;
    if (!json_object_is_type(request, json_type_object) ||
        json_object_object_get_ex(request, "answer_file", NULL))
        return NULL;
    json_object_object_get_ex(request, "system", &system);
    const char *given =
        json_object_is_type(system, json_type_object) ? json_string_member(system, "computer_name") : NULL;
    if (given)
        return g_strdup(given);
    g_autoptr(GPtrArray) users = user_names(request);
    return computer_name_from(machine_name, (const char *const *)users->pdata);
}

static void take(GHashTable *names, const char *name)
{
    if (name)
        g_hash_table_add(names, g_utf8_casefold(name, -1));
}

// Names that are in use, folded. The caller frees.
static GHashTable *taken_names(Daemon *daemon, json_object *request, GError **error)
{
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *after = NULL;
    g_autoptr(GPtrArray) users = user_names(request);
    for (guint i = 0; users->pdata[i]; i++)
        take(names, users->pdata[i]);
    for (;;) {
        g_autoptr(GPtrArray) machines = store_machine_list(daemon->store, NULL, after, PAGE, error);
        if (!machines)
            return NULL;
        for (guint i = 0; i < machines->len; i++) {
            const StoreMachine *machine = machines->pdata[i];
            g_autoptr(json_object) stored = json_parse(machine->request, strlen(machine->request), NULL);
            g_autofree char *name = computer_name_of(stored, machine->name);
            take(names, name);
            g_free(after);
            after = g_strdup(machine->name);
        }
        if (machines->len < PAGE)
            return g_steal_pointer(&names);
    }
}

static gboolean is_free(GHashTable *taken, const char *name)
{
    g_autofree char *folded = g_utf8_casefold(name, -1);
    return !g_hash_table_contains(taken, folded) && is_valid(name);
}

char *computer_name_next(Daemon *daemon, json_object *request, const char *pattern, GError **error)
{
    g_autoptr(GHashTable) taken = taken_names(daemon, request, error);
    if (!taken)
        return NULL;
    // Of the numbers, more than there are names to avoid are tried, so that one is free; of the random names
    // the thousandth will be.
    const gboolean numbered = strcmp(placeholder_of(pattern), NUMBER) == 0;
    const guint attempts = numbered ? g_hash_table_size(taken) + ATTEMPTS : ATTEMPTS;
    for (guint i = 1; i <= attempts; i++) {
        g_autofree char *name = numbered ? fill_number(pattern, i) : fill_random(pattern);
        if (is_free(taken, name))
            return g_steal_pointer(&name);
    }
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "computer name \"%s\": no free name", pattern);
    return NULL;
}

gboolean computer_name_settle(Daemon *daemon, json_object *request, Faults *faults, GError **error)
{
    g_autofree char *pattern = computer_name_pattern(request);
    if (!pattern)
        return TRUE;
    if (!check_pattern(pattern, daemon->config->machines, faults)) {
        set_name(request, NULL);
        return TRUE;
    }
    g_autofree char *name = computer_name_next(daemon, request, pattern, error);
    if (name)
        set_name(request, name);
    return name != NULL;
}
