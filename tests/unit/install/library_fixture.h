// SPDX-License-Identifier: GPL-3.0-or-later
// A daemon without libvirt and jobs, for tests of templates, plans and previews: a store, folders of its own,
// and discs that are known without being opened.
#pragma once

#include "common/json.h"
#include "daemon/daemon.h"

typedef struct {
    Daemon daemon;
    Config config;
    char *folder;
} LibraryFixture;

// @templates: folder of the shipped templates; NULL: an empty one.
LibraryFixture *library_fixture_new(const char *templates);
void library_fixture_free(LibraryFixture *fixture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LibraryFixture, library_fixture_free)

// STATE/templates/@name.json
void library_fixture_template(LibraryFixture *fixture, const char *name, const char *json);
// A Windows 7 disc of all the NULL-terminated @editions (upper case), as if it had been inspected.
void library_fixture_disc(LibraryFixture *fixture, const char *name, const char *architecture,
                          const char *const *editions);
// What sevend puts into a guest: scripts and agents, each with its name as its content.
void library_fixture_guest(LibraryFixture *fixture);
void library_fixture_guest_file(LibraryFixture *fixture, const char *name, const char *text);
// A row of the store, in state installing, with the request.
void library_fixture_machine(LibraryFixture *fixture, const char *name, const char *request_json);

json_object *parse_json(const char *text);
