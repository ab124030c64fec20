// SPDX-License-Identifier: GPL-3.0-or-later
// read-logs: what Setup wrote on the disk of a machine that is off.
#include "verbs.h"

#include <unistd.h>

#include "setup_log_files.h"
#include "verb_options.h"

// The guest wrote the file system, and may have made it so that reading it takes for ever.
#define LONGEST_SECONDS 60

json_object *verb_read_logs(char **arguments, GError **error)
{
    g_autofree char *disk = NULL, *format = NULL, *output = NULL;
    const GOptionEntry entries[] = {
        { "disk", 0, 0, G_OPTION_ARG_FILENAME, &disk, NULL, NULL },
        { "format", 0, 0, G_OPTION_ARG_STRING, &format, NULL, NULL },
        { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, NULL, NULL },
        { 0 },
    };

    if (!verb_options_parse(arguments, entries, error) || !verb_option_required("disk", disk, error) ||
        !verb_option_required("format", format, error) || !verb_option_required("output", output, error))
        return NULL;
    alarm(LONGEST_SECONDS); // ends the process; files that are done stay
    g_autoptr(DiskImage) image = disk_image_open(disk, format, error);
    return image ? setup_log_files_save(image, output, error) : NULL;
}
