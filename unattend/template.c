// SPDX-License-Identifier: GPL-3.0-or-later
// Part of a request, as templates hold it: checked with the request's own parsers. Not a second set of rules.
#include "unattend/unattend.h"

#include "unattend/settings.h"

static void refuse(json_object *object, const char *pointer, const char *member, Faults *faults)
{
    if (!json_object_is_type(object, json_type_object) || !json_object_object_get_ex(object, member, NULL))
        return;
    g_autofree char *place = json_pointer_append(pointer, member);
    faults_add(faults, place, "not-in-template", NULL,
               "This has no place in a template: it belongs to one machine only, or is a secret.");
    json_object_object_del(object, member); // one fault is enough
}

// @request is a copy: what is refused is taken out of it.
static void refuse_secrets(json_object *request, Faults *faults)
{
    static const char *const members[] = { "product_key", "activation_key", "answer_file", NULL };
    json_object *administrator = NULL, *users = NULL;
    for (gsize i = 0; members[i] != NULL; i++)
        refuse(request, "", members[i], faults);
    json_object_object_get_ex(request, "administrator", &administrator);
    refuse(administrator, "/administrator", "password", faults);
    json_object_object_get_ex(request, "users", &users);
    if (!json_object_is_type(users, json_type_array))
        return;
    for (gsize i = 0; i < json_object_array_length(users); i++) {
        g_autofree char *pointer = json_pointer_append_index("/users", i);
        refuse(json_object_array_get_idx(users, i), pointer, "password", faults);
    }
}

// What a client's request adds to a template: whole members, and the users' passwords. Not what an item of a
// list lacks: lists are replaced whole.
static gboolean is_left_to_the_client(const Fault *fault)
{
    return g_str_equal(fault->code, "required") &&
           (!g_regex_match_simple("/[0-9]+(/|$)", fault->pointer, 0, 0) ||
            g_pattern_match_simple("/users/*/password", fault->pointer));
}

void unattend_check_template(json_object *request, Faults *faults)
{
    if (!json_object_is_type(request, json_type_object)) {
        faults_add(faults, "", "wrong-type", NULL, "This must be an object.");
        return;
    }
    json_object *copy = NULL;
    json_object_deep_copy(request, &copy, NULL);
    refuse_secrets(copy, faults);
    g_autoptr(Faults) found = faults_new();
    unattend_settings_free(unattend_settings_parse(copy, "template", found));
    json_object_put(copy);
    for (guint i = 0; i < faults_count(found); i++) {
        const Fault *fault = faults_get(found, i);
        if (!is_left_to_the_client(fault))
            faults_add(faults, fault->pointer, fault->code, (const char *const *)fault->allowed, "%s",
                       fault->message);
    }
}
