// SPDX-License-Identifier: GPL-3.0-or-later
// The list of faults and the JSON pointers that name their places. Knows nothing of what is checked.
#include "common/faults.h"

#include <string.h>

#define MAX_POINTER_BYTES 1024

struct Faults {
    GPtrArray *items;
};

static void fault_free(gpointer data)
{
    Fault *fault = data;
    g_free(fault->pointer);
    g_free(fault->code);
    g_free(fault->message);
    g_strfreev(fault->allowed);
    g_free(fault);
}

Faults *faults_new(void)
{
    Faults *faults = g_new0(Faults, 1);
    faults->items = g_ptr_array_new_with_free_func(fault_free);
    return faults;
}

void faults_free(Faults *faults)
{
    if (faults == NULL)
        return;
    g_ptr_array_unref(faults->items);
    g_free(faults);
}

// A member name may be as long as the body that held it; the answer must not be.
static char *copy_pointer(const char *pointer)
{
    if (strlen(pointer) <= MAX_POINTER_BYTES)
        return g_strdup(pointer);
    const char *end = g_utf8_find_prev_char(pointer, pointer + MAX_POINTER_BYTES + 1);
    return g_strdup_printf("%.*s…", (int)(end - pointer), pointer);
}

void faults_add(Faults *faults, const char *pointer, const char *code, const char *const *allowed,
                const char *message_format, ...)
{
    if (faults->items->len >= FAULTS_MAX)
        return;
    Fault *fault = g_new0(Fault, 1);
    fault->pointer = copy_pointer(pointer);
    fault->code = g_strdup(code);
    fault->allowed = g_strdupv((char **)allowed);
    va_list arguments;
    va_start(arguments, message_format);
    fault->message = g_strdup_vprintf(message_format, arguments);
    va_end(arguments);
    g_ptr_array_add(faults->items, fault);
}

guint faults_count(const Faults *faults)
{
    return faults->items->len;
}

const Fault *faults_get(const Faults *faults, guint index)
{
    g_return_val_if_fail(index < faults->items->len, NULL);
    return g_ptr_array_index(faults->items, index);
}

char *faults_to_text(const Faults *faults)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < faults->items->len; i++) {
        const Fault *fault = g_ptr_array_index(faults->items, i);
        if (i > 0)
            g_string_append(text, "; ");
        g_string_append_printf(text, "%s: %s", fault->pointer[0] != '\0' ? fault->pointer : "(document)",
                               fault->message);
    }
    return g_string_free(text, FALSE);
}

char *json_pointer_append(const char *pointer, const char *segment)
{
    GString *result = g_string_new(pointer);
    g_string_append_c(result, '/');
    for (const char *c = segment; *c != '\0'; c++) {
        if (*c == '~')
            g_string_append(result, "~0");
        else if (*c == '/')
            g_string_append(result, "~1");
        else
            g_string_append_c(result, *c);
    }
    return g_string_free(result, FALSE);
}

char *json_pointer_append_index(const char *pointer, gsize index)
{
    return g_strdup_printf("%s/%" G_GSIZE_FORMAT, pointer, index);
}
