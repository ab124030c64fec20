// SPDX-License-Identifier: GPL-3.0-or-later
// Reading "files"; see placed_files.h.
#include "unattend/placed_files.h"

#include <string.h>

#include "unattend/text_rules.h"

// MAX_PATH is 260 with the final NUL [D].
static const TextRule path_rule = { TEXT_REQUIRED, 259, "\"*/<>?|" };

// Names that are devices in every folder, with any ending [D].
static const char *const devices[] = { "CON",  "PRN",  "AUX",  "NUL",  "COM1", "COM2", "COM3", "COM4",
                                       "COM5", "COM6", "COM7", "COM8", "COM9", "LPT1", "LPT2", "LPT3",
                                       "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9", NULL };

static void placed_file_free(gpointer data)
{
    PlacedFile *file = data;
    if (file == NULL)
        return;
    if (file->content != NULL)
        explicit_bzero(file->content, file->length);
    g_free(file->content);
    g_free(file->path);
    g_free(file);
}

static gboolean is_device(const char *name)
{
    const gsize length = strcspn(name, ".");
    for (gsize i = 0; devices[i] != NULL; i++)
        if (strlen(devices[i]) == length && g_ascii_strncasecmp(devices[i], name, length) == 0)
            return TRUE;
    return FALSE;
}

// What is wrong with one name of a path, or NULL.
static const char *wrong_with(const char *name)
{
    if (*name == '\0')
        return "has an empty name in it";
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return "must not have \".\" or \"..\" in it";
    if (strchr(name, ':') != NULL)
        return "has a colon behind the drive";
    if (g_str_has_suffix(name, ".") || g_str_has_suffix(name, " "))
        return "has a name that ends with a dot or space, which Windows drops";
    if (is_device(name))
        return "has the name of a device in it";
    return NULL;
}

static void check_path(const char *path, const char *pointer, const char *data_letter, Faults *faults)
{
    const char letter = g_ascii_toupper(path[0]);
    const gboolean known = letter == 'C' || (data_letter != NULL && letter == data_letter[0]);
    if (!g_ascii_isalpha(letter) || path[1] != ':' || path[2] != '\\') {
        faults_add(faults, pointer, "bad-path", NULL,
                   "This must be a whole path, such as \"C:\\Lab\\readme.txt\".");
        return;
    }
    if (!known)
        faults_add(faults, pointer, "bad-path", NULL, "The machine has no disk partition with the letter %c.",
                   letter);
    g_auto(GStrv) names = g_strsplit(path + 3, "\\", -1);
    for (gsize i = 0; names[i] != NULL; i++) {
        const char *wrong = wrong_with(names[i]);
        if (wrong != NULL) {
            faults_add(faults, pointer, "bad-path", NULL, "This path %s.", wrong);
            return;
        }
    }
    if (g_ascii_strncasecmp(path + 3, "sevend\\", strlen("sevend\\")) == 0 && letter == 'C')
        faults_add(faults, pointer, "bad-path", NULL, "The folder C:\\sevend is sevend's own.");
}

static void check_beside_others(const GPtrArray *files, const char *path, const char *pointer, Faults *faults)
{
    g_autofree char *folded = g_utf8_casefold(path, -1);
    for (guint i = 0; i < files->len; i++) {
        const PlacedFile *other = g_ptr_array_index(files, i);
        g_autofree char *other_folded = g_utf8_casefold(other->path, -1);
        if (strcmp(folded, other_folded) == 0)
            faults_add(faults, pointer, "repeated", NULL,
                       "Another file has this path already (Windows does not tell upper from lower case).");
    }
}

static void read_content(PlacedFile *file, json_object *item, const char *pointer, Faults *faults)
{
    const char *text = NULL, *base64 = NULL;
    const guint before = faults_count(faults);
    const gboolean has_text =
        json_get_string(item, pointer, "content", PLACED_FILES_MAX_BYTES, &text, faults);
    const gboolean has_base64 =
        json_get_string(item, pointer, "content_base64", PLACED_FILES_MAX_BYTES / 3 * 4 + 4, &base64, faults);
    if (faults_count(faults) > before)
        return;
    if (has_text == has_base64) {
        faults_add(faults, pointer, has_text ? "excludes" : "required", NULL,
                   "A file has either \"content\" or \"content_base64\".");
    } else if (has_text) {
        file->length = strlen(text);
        file->content = g_strndup(text, file->length);
    } else {
        g_autofree char *place = json_pointer_append(pointer, "content_base64");
        if (!g_regex_match_simple("^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$", base64,
                                  G_REGEX_DOLLAR_ENDONLY, 0))
            faults_add(faults, place, "bad-format", NULL,
                       "This is not base64 (RFC 4648, with padding, without line ends).");
        else
            file->content = (char *)g_base64_decode(base64, &file->length);
    }
}

static PlacedFile *parse_file(json_object *item, const char *pointer, const char *data_letter,
                              const GPtrArray *files, Faults *faults)
{
    static const char *const members[] = { "path", "content", "content_base64", NULL };
    if (!json_check_members(item, pointer, members, faults))
        return NULL;
    g_autofree char *place = json_pointer_append(pointer, "path");
    PlacedFile *file = g_new0(PlacedFile, 1);
    file->path = g_strdup(text_member(item, pointer, "path", &path_rule, faults));
    if (file->path != NULL) {
        check_path(file->path, place, data_letter, faults);
        check_beside_others(files, file->path, place, faults);
    }
    read_content(file, item, pointer, faults);
    if (file->path != NULL)
        return file;
    placed_file_free(file);
    return NULL;
}

GPtrArray *placed_files_parse(json_object *request, const char *data_letter, Faults *faults)
{
    GPtrArray *files = g_ptr_array_new_with_free_func(placed_file_free);
    json_object *array = NULL;
    gsize total = 0;
    if (!json_get_array(request, "", "files", PLACED_FILES_MAX, &array, faults))
        return files;
    for (gsize i = 0; i < json_object_array_length(array); i++) {
        g_autofree char *pointer = json_pointer_append_index("/files", i);
        PlacedFile *file =
            parse_file(json_object_array_get_idx(array, i), pointer, data_letter, files, faults);
        if (file == NULL)
            continue;
        total += file->length;
        g_ptr_array_add(files, file);
    }
    if (total > PLACED_FILES_MAX_BYTES)
        faults_add(faults, "/files", "too-large", NULL,
                   "The files may have at most %u KiB in all; these have %" G_GSIZE_FORMAT ".",
                   PLACED_FILES_MAX_BYTES >> 10, (total + 1023) >> 10);
    return files;
}
