// SPDX-License-Identifier: GPL-3.0-or-later
// Where a machine's private files are: STATE/machines/<uuid>/. Names only, and the small secrets that live
// there until the machine is ready. The folder is 0711 so that QEMU's user reaches the COM2 socket; files
// with secrets are 0600.
#pragma once

#include "common/json.h"
#include "daemon/daemon.h"

#define MACHINE_FILE_REQUEST     "request.json" // merged request with secrets; gone at ready and on failure
#define MACHINE_FILE_NONCE       "nonce"
#define MACHINE_FILE_COM1        "com1.log"
#define MACHINE_FILE_COM2        "com2"
#define MACHINE_FILE_ANSWER_FILE "autounattend.masked.xml"
#define MACHINE_FILE_PROVENANCE  "provenance.json"
#define MACHINE_FILE_SCREENSHOT  "screenshot.png" // the last one before the failure

// Longest path below the state folder that must fit a socket address.
#define MACHINE_SOCKET_SUFFIX "/machines/01234567-89ab-cdef-0123-456789abcdef/" MACHINE_FILE_COM2

// The caller frees.
char *machine_folder(const Daemon *daemon, const char *uuid);
char *machine_file(const Daemon *daemon, const char *uuid, const char *file);
char *machine_disk_volume(const Daemon *daemon, const char *uuid);   // name in the pool
char *machine_config_volume(const Daemon *daemon, const char *uuid); // name in the pool
// Unique on a host: another daemon may have a machine of this name, or have left one.
char *machine_domain_name(const Daemon *daemon, const char *name);
// Prefix of the names of all volumes that this daemon makes.
char *machine_volume_prefix(const Daemon *daemon);

// Makes the folder with request and a new nonce. Nothing is left behind on failure.
gboolean machine_files_create(const Daemon *daemon, const char *uuid, json_object *request, GError **error);
json_object *machine_files_read_request(const Daemon *daemon, const char *uuid, GError **error);
char *machine_files_read_nonce(const Daemon *daemon, const char *uuid, GError **error);
// Overwrites the nonce with '*' wherever it stands in @text.
void machine_files_mask_nonce(char *text, gsize length, const char *nonce);
// Removes the request with its secrets.
gboolean machine_files_forget_secrets(const Daemon *daemon, const char *uuid, GError **error);
gboolean machine_files_remove(const Daemon *daemon, const char *uuid, GError **error);
