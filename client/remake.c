// SPDX-License-Identifier: GPL-3.0-or-later
// What differs between then and now is asked for before the machine is made: its own provenance comes too
// late.
#include "client/remake.h"

#include "client/api.h"
#include "client/terminal.h"

#include <string.h>

#define MASK "********"

static void drop_masked(json_object *value);

static void drop_masked_members(json_object *object)
{
    g_autoptr(GPtrArray) masked = g_ptr_array_new_with_free_func(g_free);
    json_object_object_foreach(object, name, member)
    {
        if (json_object_is_type(member, json_type_string) &&
            strcmp(json_object_get_string(member), MASK) == 0)
            g_ptr_array_add(masked, g_strdup(name));
        else
            drop_masked(member);
    }
    for (guint i = 0; i < masked->len; i++)
        json_object_object_del(object, masked->pdata[i]);
}

static void drop_masked(json_object *value)
{
    if (json_object_is_type(value, json_type_object))
        drop_masked_members(value);
    for (gsize i = 0; json_object_is_type(value, json_type_array) && i < json_object_array_length(value); i++)
        drop_masked(json_object_array_get_idx(value, i));
}

json_object *remake_request(json_object *provenance)
{
    json_object *request = NULL, *copy = NULL;
    const char *format =
        json_object_is_type(provenance, json_type_object) ? json_string_member(provenance, "format") : NULL;
    if (!format || !g_str_has_prefix(format, "sevend-provenance/") ||
        !json_object_object_get_ex(provenance, "request", &request) ||
        !json_object_is_type(request, json_type_object) || json_object_deep_copy(request, &copy, NULL) != 0)
        return NULL;
    drop_masked(copy);
    json_object_object_del(copy, "name");
    return copy;
}

static void say(const char *what, const char *before, const char *now)
{
    g_autofree char *safe_what = safe_line(what), *safe_before = safe_line(before),
                    *safe_now = safe_line(now);
    if (now && before)
        fprintf(stderr, "differs: %s is %s, was %s\n", safe_what, safe_now, safe_before);
    else
        fprintf(stderr, "differs: %s cannot be compared: it was %s, and is %s\n", safe_what,
                before ? safe_before : "not known", now ? safe_now : "not known or not there");
}

static void compare(const char *what, const char *before, const char *now)
{
    if (g_strcmp0(before, now) != 0 || !before)
        say(what, before, now);
}

// NULL if the daemon does not have it; what fails beyond that is said when the machine is asked for.
static json_object *ask(Client *client, const char *collection, const char *name)
{
    ExitCode ignored = EXIT_OK;
    g_autofree char *path = collection ? api_path(collection, name, NULL) : g_strdup("/v1");
    const HttpRequest request = { .method = "GET", .path = path };
    g_autoptr(HttpAnswer) answer = http_send(client_http(client, &ignored), &request, NULL);
    return answer && answer->status == 200 ? json_parse(answer->body->str, answer->body->len, NULL) : NULL;
}

static json_object *member(json_object *object, const char *name)
{
    json_object *value = NULL;
    return json_object_is_type(object, json_type_object) && json_object_object_get_ex(object, name, &value)
               ? value
               : NULL;
}

static const char *text(json_object *object, const char *name)
{
    return json_object_is_type(object, json_type_object) ? json_string_member(object, name) : NULL;
}

static void compare_disc(Client *client, json_object *before, const char *name)
{
    g_autoptr(json_object) now = name ? ask(client, "discs", name) : NULL;
    g_autofree char *what = g_strdup_printf("the SHA-256 of disc %s", name ? name : "(none)");
    compare(what, text(before, "sha256"), text(member(now, "hashes"), "sha256"));
}

static gsize length_of(json_object *list)
{
    return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

static const char *hash_of(json_object *list, const char *name)
{
    for (gsize i = 0; i < length_of(list); i++) {
        json_object *entry = json_object_array_get_idx(list, i);
        if (g_strcmp0(text(entry, "name"), name) == 0)
            return text(entry, "sha256");
    }
    return NULL;
}

// Each of @before's files that is not the same now, and those that there were not.
static void compare_template(Client *client, json_object *before, const char *name)
{
    g_autoptr(json_object) now = name ? ask(client, "templates", name) : NULL;
    json_object *lists[] = { member(before, "files"), member(now, "files") };
    for (gsize l = 0; l < G_N_ELEMENTS(lists); l++)
        for (gsize i = 0; i < length_of(lists[l]); i++) {
            const char *file = text(json_object_array_get_idx(lists[l], i), "name");
            const char *was = hash_of(lists[0], file), *is = hash_of(lists[1], file);
            g_autofree char *what = g_strdup_printf("the SHA-256 of template %s", file ? file : "(none)");
            if (l == 0 || !was)
                compare(what, was, is);
        }
    if (length_of(lists[0]) + length_of(lists[1]) == 0)
        say("the template", NULL, NULL);
}

// The agent, and the scripts.
static void compare_guest(json_object *before, json_object *now)
{
    if (!json_object_is_type(before, json_type_object)) {
        say("what runs in the guest", NULL, NULL);
        return;
    }
    json_object_object_foreach(before, file, hash)
    {
        g_autofree char *what = g_strdup_printf("the SHA-256 of %s", file);
        compare(what, json_object_get_string(hash), text(now, file));
    }
}

static void compare_drivers(Client *client, json_object *before, json_object *names)
{
    for (gsize i = 0; i < length_of(names); i++) {
        const char *name = json_object_get_string(json_object_array_get_idx(names, i));
        g_autoptr(json_object) now = name ? ask(client, "drivers", name) : NULL;
        g_autofree char *what = g_strdup_printf("the SHA-256 of driver package %s", name ? name : "(none)");
        compare(what, hash_of(before, name), text(member(now, "inspection"), "sha256"));
    }
}

static void compare_versions(json_object *before, json_object *now)
{
    compare("sevend", text(before, "sevend"), text(now, "version"));
    compare("libvirt", text(before, "libvirt"), text(member(now, "libvirt"), "version"));
    compare("the hypervisor", text(before, "hypervisor"), text(member(now, "libvirt"), "hypervisor"));
    compare("the type of virtualisation", text(before, "virt_type"), text(now, "virt_type"));
}

// A clone is what its image is.
static void compare_image(Client *client, json_object *before, const char *name)
{
    g_autoptr(json_object) now = ask(client, "images", name);
    g_autofree char *what = g_strdup_printf("the UUID of image %s", name);
    compare(what, text(before, "uuid"), text(now, "uuid"));
}

ExitCode remake_compare(Client *client, json_object *provenance, json_object *request)
{
    ExitCode code = EXIT_OK;
    if (!client_http(client, &code))
        return code;
    g_autoptr(json_object) now = ask(client, NULL, NULL);
    compare_versions(member(provenance, "versions"), now);
    if (text(request, "image")) {
        compare_image(client, member(provenance, "image"), text(request, "image"));
        return EXIT_OK;
    }
    compare_disc(client, member(provenance, "disc"), text(request, "disc"));
    compare_drivers(client, member(provenance, "drivers"), member(request, "drivers"));
    compare_template(client, member(provenance, "template"), text(request, "template"));
    compare_guest(member(provenance, "guest"), member(now, "guest"));
    return EXIT_OK;
}
