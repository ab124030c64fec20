// SPDX-License-Identifier: GPL-3.0-or-later
// The options that describe a machine: one table for single values. What they add to the request is
// request.c's.
#include "client/request_parts.h"

#include "client/secret.h"

#include <string.h>

const RequestField request_fields[] = {
    { "template", NULL, "template", FALSE, "NAME", "machine template (sevenctl template ls)" },
    { "image", NULL, "image", FALSE, "NAME", "make a clone of that image instead (sevenctl image ls)" },
    { "seal", NULL, "seal", FALSE, "IMAGE",
      "make it that image when it is installed, and go on as its first clone" },
    { "disc", NULL, "disc", FALSE, "NAME", "the vendor's disc (sevenctl disc ls)" },
    { "edition", NULL, "edition", FALSE, "EDITION", "edition on the disc (sevenctl disc show DISC)" },
    { "product-key", NULL, "product_key", FALSE, "KEY",
      "product key; others on this host can read it: see below" },
    { "lifetime", NULL, "lifetime", FALSE, "TIME",
      "delete the machine by itself after so long: 90m, 4h, 2d" },
    { "vcpus", "hardware", "vcpus", TRUE, "COUNT", "processors" },
    { "sockets", "hardware", "sockets", TRUE, "COUNT", "sockets that the processors sit in" },
    { "memory", "hardware", "memory_mib", TRUE, "MIB", "memory in MiB" },
    { "disk", "hardware", "disk_gib", TRUE, "GIB", "size of the disk in GiB" },
    { "disk-bus", "hardware", "disk_bus", FALSE, "BUS", "sata, or virtio with its driver" },
    { "video", "hardware", "video", FALSE, "MODEL", "video card" },
    { "sound", "hardware", "sound", FALSE, "MODEL", "sound card" },
    { "computer-name", "system", "computer_name", FALSE, "NAME", "computer name, at most 15 characters" },
    { "time-zone", "system", "time_zone", FALSE, "ZONE",
      "time zone as Windows names it: \"GMT Standard Time\"" },
    { "language", "system", "language", FALSE, "TAG", "language of Windows: en-US" },
    { "keyboard", "system", "keyboard", FALSE, "LAYOUT", "keyboard layout: 0409:00000409" },
    { "owner", "system", "owner", FALSE, "NAME", "registered owner" },
    { "organization", "system", "organization", FALSE, "NAME", "registered organization" },
    { "ui-language-fallback", "system", "ui_language_fallback", FALSE, "TAG",
      "language of texts that --language lacks" },
    { "user-locale", "system", "user_locale", FALSE, "TAG", "how dates and numbers are written: de-AT" },
    { "system-locale", "system", "system_locale", FALSE, "TAG", "language of programs that know no Unicode" },
    { "disk-layout", "disk", "layout", FALSE, "LAYOUT", "system-windows, single or system-windows-data" },
};
G_STATIC_ASSERT(G_N_ELEMENTS(request_fields) == REQUEST_FIELDS);

const char *const request_secret_options[SECRET_FILES] = {
    [SECRET_PASSWORD] = "password-file",
    [SECRET_PRODUCT_KEY] = "product-key-file",
    [SECRET_ACTIVATION_KEY] = "activation-key-file",
    [SECRET_ADMINISTRATOR] = "administrator-password-file",
};

RequestOptions *request_options_new(void)
{
    return g_new0(RequestOptions, 1);
}

// Of texts that may hold secrets.
static void wipe(char **texts)
{
    for (char **text = texts; text && *text; text++)
        explicit_bzero(*text, strlen(*text));
    g_strfreev(texts);
}

void request_options_free(RequestOptions *options)
{
    if (!options)
        return;
    for (guint i = 0; i < REQUEST_FIELDS; i++)
        secret_free(options->values[i]);
    for (guint i = 0; i < SECRET_FILES; i++)
        g_free(options->secret_files[i]);
    wipe(options->users);
    wipe(options->set);
    g_free(options->file);
    g_free(options->from);
    g_clear_pointer(&options->provenance, json_object_put);
    g_free(options->display);
    g_free(options->answer_file);
    g_strfreev(options->drivers);
    g_strfreev(options->specialize);
    g_strfreev(options->first_logon);
    g_strfreev(options->logon);
    g_strfreev(options->files_in);
    g_free(options);
}

#define SECRET(index, text)                                                                                  \
    {                                                                                                        \
        request_secret_options[index], 0, 0, G_OPTION_ARG_FILENAME, &options->secret_files[index],           \
            text " from the first line of FILE (\"-\": standard input)", "FILE"                              \
    }
#define LIST(name, member, text, argument)                                                                   \
    {                                                                                                        \
        name, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->member, text "; may be repeated", argument        \
    }

GOptionEntry *request_entries(RequestOptions *options, const GOptionEntry *more)
{
    const GOptionEntry others[] = {
        SECRET(SECRET_PRODUCT_KEY, "product key"),
        SECRET(SECRET_ACTIVATION_KEY, "key for activation"),
        LIST("driver", drivers, "driver package (sevenctl driver ls)", "NAME"),
        LIST("user", users, "local administrator; asks for the password if it is left out",
             "NAME[:PASSWORD]"),
        SECRET(SECRET_PASSWORD, "password, for every user that has none,"),
        { "fresh", 0, 0, G_OPTION_ARG_NONE, &options->fresh,
          "install, also where an image of the same recipe could be cloned", NULL },
        { "autologon", 0, 0, G_OPTION_ARG_NONE, &options->autologon, "log the first user on at start", NULL },
        SECRET(SECRET_ADMINISTRATOR, "enables the built-in Administrator; its password"),
        { "display", 0, 0, G_OPTION_ARG_FILENAME, &options->display, "size of the screen: 1280x1024",
          "WIDTHxHEIGHT[xDEPTH]" },
        { "answer-file", 0, 0, G_OPTION_ARG_FILENAME, &options->answer_file,
          "an autounattend.xml of your own, instead of settings", "FILE" },
        LIST("file-in", files_in, "put a local file at PATH before the first logon", "PATH=LOCALFILE"),
        LIST("specialize", specialize, "command to run as SYSTEM before the first logon", "COMMAND"),
        LIST("first-logon", first_logon, "command to run at the first logon", "COMMAND"),
        LIST("logon", logon, "command to run at every logon of every user", "COMMAND"),
        LIST("set", set, "any other setting: security.uac=false", "SETTING=VALUE"),
    };
    const GOptionEntry file = { "file",
                                'f',
                                0,
                                G_OPTION_ARG_FILENAME,
                                &options->file,
                                "the request as JSON (\"-\": standard input); options go over it",
                                "FILE" };
    GArray *entries = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));
    const GOptionEntry from = {
        "from",
        0,
        0,
        G_OPTION_ARG_FILENAME,
        &options->from,
        "the request of a machine made before (sevenctl provenance); options go over it",
        "FILE"
    };
    g_array_append_val(entries, file);
    g_array_append_val(entries, from);
    for (guint i = 0; i < REQUEST_FIELDS; i++) {
        const RequestField *field = &request_fields[i];
        GOptionEntry entry = { field->option,  0, 0, G_OPTION_ARG_FILENAME, &options->values[i], field->text,
                               field->argument };
        g_array_append_val(entries, entry);
    }
    g_array_append_vals(entries, others, G_N_ELEMENTS(others));
    for (; more && more->long_name; more++)
        g_array_append_val(entries, *more);
    return (GOptionEntry *)(void *)g_array_free(entries, FALSE);
}

gboolean request_options_given(const RequestOptions *options)
{
    for (guint i = 0; i < REQUEST_FIELDS; i++)
        if (options->values[i])
            return TRUE;
    for (guint i = 0; i < SECRET_FILES; i++)
        if (options->secret_files[i])
            return TRUE;
    return options->file || options->from || options->display || options->answer_file || options->drivers ||
           options->users || options->specialize || options->first_logon || options->logon ||
           options->files_in || options->set || options->autologon || options->fresh;
}
