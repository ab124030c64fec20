// SPDX-License-Identifier: GPL-3.0-or-later
// From [Manufacturer] to models. Decorations: nt[architecture][.[major][.[minor][.[product type]…]]]; the
// highest version not above the system's wins, an empty models section excludes that system, and x64 takes no
// section without .ntamd64.
#include "inf_models.h"

#include <string.h>

#define WINDOWS_7_VERSION   0x0601u
#define MAX_MANUFACTURERS   1024u // real INFs have one to a few dozen
#define MAX_MODELS          16384u
#define PRODUCT_WORKSTATION 1u // VER_NT_WORKSTATION

// A "target OS version" such as ntamd64.6.1, taken apart.
typedef struct {
    char architecture[8]; // "" for any
    guint version;        // major << 8 | minor
    guint product_type;   // 0 for any
} Decoration;

static gboolean parse_decoration(const char *text, Decoration *ret)
{
    g_autofree char *lower = g_ascii_strdown(text, -1);
    g_auto(GStrv) parts = g_strsplit(lower, ".", 6);
    guint count = g_strv_length(parts);

    memset(ret, 0, sizeof *ret);
    if (count == 0 || !g_str_has_prefix(parts[0], "nt"))
        return FALSE;
    if (g_strlcpy(ret->architecture, parts[0] + 2, sizeof ret->architecture) >= sizeof ret->architecture)
        return FALSE;
    guint64 major = count > 1 ? g_ascii_strtoull(parts[1], NULL, 0) : 0;
    guint64 minor = count > 2 ? g_ascii_strtoull(parts[2], NULL, 0) : 0;
    ret->version = (guint)(MIN(major, 255) << 8 | MIN(minor, 255));
    ret->product_type = count > 3 ? (guint)MIN(g_ascii_strtoull(parts[3], NULL, 0), 255) : 0;
    return TRUE;
}

static gboolean applies(const Decoration *decoration, const char *architecture)
{
    if (decoration->version > WINDOWS_7_VERSION)
        return FALSE;
    if (decoration->product_type != 0 && decoration->product_type != PRODUCT_WORKSTATION)
        return FALSE;
    if (decoration->architecture[0] == '\0')
        return g_str_equal(architecture, "x86");
    return g_str_equal(decoration->architecture, architecture);
}

// The higher version wins; of two alike, the one that names the architecture, then the product type.
static guint rank(const Decoration *decoration)
{
    return decoration->version << 2 | (decoration->architecture[0] != '\0' ? 2u : 0u) |
           (decoration->product_type != 0 ? 1u : 0u);
}

static void model_free(gpointer data)
{
    InfModel *model = data;
    g_free(model->description);
    g_free(model->install);
    g_ptr_array_unref(model->ids);
    g_free(model);
}

// The section that a line of [Manufacturer] leads to, NULL if to none for this system. *ret_decoration is
// borrowed.
static char *choose_section(const InfFile *inf, const InfLine *line, const char *architecture,
                            const char **ret_decoration)
{
    g_autofree char *models = inf_expand(inf, g_ptr_array_index(line->values, 0));
    const char *best = NULL;
    guint best_rank = 0;

    for (guint i = 1; i < line->values->len; i++) {
        Decoration decoration;
        const char *text = g_ptr_array_index(line->values, i);
        if (!parse_decoration(text, &decoration) || !applies(&decoration, architecture))
            continue;
        if (best == NULL || rank(&decoration) > best_rank) {
            best = text;
            best_rank = rank(&decoration);
        }
    }
    *ret_decoration = best != NULL ? best : "";
    if (best != NULL)
        return g_strconcat(models, ".", best, NULL);
    // x86 falls back to the undecorated section, x64 never does.
    return g_str_equal(architecture, "x86") ? g_steal_pointer(&models) : NULL;
}

// "description = install section, hardware id, compatible id, …"
static void add_model(InfModels *models, const InfFile *inf, const InfLine *line)
{
    InfModel *model = g_new0(InfModel, 1);
    model->description = g_strdup(line->key);
    model->install = inf_expand(inf, g_ptr_array_index(line->values, 0));
    model->ids = g_ptr_array_new_with_free_func(g_free);
    model->line = line->line;
    for (guint i = 1; i < line->values->len; i++) {
        g_autofree char *id = inf_expand(inf, g_ptr_array_index(line->values, i));
        if (id[0] != '\0')
            g_ptr_array_add(model->ids, g_steal_pointer(&id));
    }
    g_ptr_array_add(models->models, model);
}

InfModels *inf_models_read(const InfFile *inf, const char *architecture)
{
    const GPtrArray *manufacturers = inf_section(inf, "Manufacturer");
    InfModels *models = g_new0(InfModels, 1);

    models->models = g_ptr_array_new_with_free_func(model_free);
    for (guint i = 0; manufacturers != NULL && i < MIN(manufacturers->len, MAX_MANUFACTURERS); i++) {
        const char *decoration = NULL;
        g_autofree char *name =
            choose_section(inf, g_ptr_array_index(manufacturers, i), architecture, &decoration);
        const GPtrArray *lines = name != NULL ? inf_section(inf, name) : NULL;
        if (lines == NULL || lines->len == 0)
            continue;
        if (models->decoration == NULL)
            models->decoration = g_strdup(decoration);
        for (guint j = 0; j < lines->len && models->models->len < MAX_MODELS; j++)
            add_model(models, inf, g_ptr_array_index(lines, j));
    }
    if (models->decoration == NULL)
        models->decoration = g_strdup("");
    return models;
}

void inf_models_free(InfModels *models)
{
    if (models == NULL)
        return;
    g_free(models->decoration);
    g_ptr_array_unref(models->models);
    g_free(models);
}
