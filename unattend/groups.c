// SPDX-License-Identifier: GPL-3.0-or-later
// The table of groups; see groups.h.
#include "unattend/groups.h"

#include <string.h>

#define MAX_GROUPS 16

// English names: Setup translates those on discs in other languages [D]. The groups that a Windows 7 client
// has [P: net localgroup of any such machine].
static const char *const groups[] = {
    "Administrators",
    "Backup Operators",
    "Cryptographic Operators",
    "Distributed COM Users",
    "Event Log Readers",
    "Guests",
    "IIS_IUSRS",
    "Network Configuration Operators",
    "Performance Log Users",
    "Performance Monitor Users",
    "Power Users",
    "Remote Desktop Users",
    "Replicator",
    "Users",
    NULL,
};

static const char *find_group(const char *name)
{
    for (gsize i = 0; groups[i] != NULL; i++)
        if (g_ascii_strcasecmp(groups[i], name) == 0)
            return groups[i];
    return NULL;
}

static void add_group(GPtrArray *names, json_object *item, const char *pointer, Faults *faults)
{
    const char *text = json_object_is_type(item, json_type_string) ? json_object_get_string(item) : NULL;
    const char *group = text != NULL ? find_group(text) : NULL;
    const char *near = text != NULL && group == NULL ? closest_name(text, groups) : NULL;
    if (text == NULL)
        faults_add(faults, pointer, "wrong-type", NULL, "This must be the name of a group.");
    else if (group == NULL && near != NULL)
        faults_add(faults, pointer, "unknown-group", groups,
                   "Windows 7 has no such group; did you mean \"%s\"?", near);
    else if (group == NULL)
        faults_add(faults, pointer, "unknown-group", groups, "Windows 7 has no such group.");
    else if (g_ptr_array_find(names, group, NULL))
        faults_add(faults, pointer, "repeated", NULL, "This group is in the list already.");
    else
        g_ptr_array_add(names, (char *)group);
}

char *groups_parse(json_object *user, const char *pointer, gboolean *administrator, Faults *faults)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autofree char *place = json_pointer_append(pointer, "groups");
    json_object *list = NULL;
    if (json_get_array(user, pointer, "groups", MAX_GROUPS, &list, faults)) {
        for (gsize i = 0; i < json_object_array_length(list); i++) {
            g_autofree char *item = json_pointer_append_index(place, i);
            add_group(names, json_object_array_get_idx(list, i), item, faults);
        }
    }
    if (g_ptr_array_find(names, groups[0], NULL))
        *administrator = TRUE;
    else if (*administrator)
        g_ptr_array_insert(names, 0, (char *)groups[0]);
    if (names->len == 0)
        g_ptr_array_add(names, (char *)"Users");
    g_ptr_array_add(names, NULL);
    return g_strjoinv(";", (char **)names->pdata);
}
