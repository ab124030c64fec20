// SPDX-License-Identifier: GPL-3.0-or-later
// See library_fixture.h.
#include "tests/unit/install/library_fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "common/files.h"
#include "common/ids.h"
#include "daemon/library/discs.h"

LibraryFixture *library_fixture_new(const char *templates)
{
    LibraryFixture *fixture = g_new0(LibraryFixture, 1);
    g_autoptr(GError) error = NULL;
    fixture->folder = g_dir_make_tmp("sevend-library-XXXXXX", &error);
    g_assert_no_error(error);
    fixture->config.state = g_strdup(fixture->folder);
    fixture->config.discs = g_build_filename(fixture->folder, "discs", NULL);
    fixture->config.drivers = g_build_filename(fixture->folder, "drivers", NULL);
    fixture->config.templates =
        templates ? g_strdup(templates) : g_build_filename(fixture->folder, "shipped", NULL);
    fixture->config.machines = 64;
    g_autofree char *own = g_build_filename(fixture->folder, "templates", NULL);
    g_autofree char *store = g_build_filename(fixture->folder, "store.db", NULL);
    g_mkdir(own, 0755);
    g_mkdir(fixture->config.discs, 0755);
    g_mkdir(fixture->config.drivers, 0755);
    if (!templates)
        g_mkdir(fixture->config.templates, 0755);
    fixture->daemon.config = &fixture->config;
    fixture->daemon.store = store_open(store, &error);
    g_assert_no_error(error);
    return fixture;
}

void library_fixture_free(LibraryFixture *fixture)
{
    store_close(fixture->daemon.store);
    tree_remove(fixture->folder, NULL);
    g_free(fixture->config.state);
    g_free(fixture->config.discs);
    g_free(fixture->config.drivers);
    g_free(fixture->config.templates);
    g_free(fixture->config.guest);
    g_free(fixture->folder);
    g_free(fixture);
}

json_object *parse_json(const char *text)
{
    g_autoptr(GError) error = NULL;
    json_object *object = json_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    return object;
}

static void write_file(const char *path, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
}

void library_fixture_guest_file(LibraryFixture *fixture, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(fixture->config.guest, name, NULL);
    write_file(path, text);
}

void library_fixture_guest(LibraryFixture *fixture)
{
    static const char *const files[] = { "specialize.cmd", "first-logon.cmd", "start.cmd",
                                         "sevend-agent-amd64.exe", "sevend-agent-x86.exe" };
    fixture->config.guest = g_build_filename(fixture->folder, "guest", NULL);
    g_assert_cmpint(g_mkdir(fixture->config.guest, 0700), ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
        library_fixture_guest_file(fixture, files[i], files[i]);
}

void library_fixture_template(LibraryFixture *fixture, const char *name, const char *json)
{
    g_autofree char *path = g_strdup_printf("%s/templates/%s.json", fixture->folder, name);
    write_file(path, json);
}

void library_fixture_disc(LibraryFixture *fixture, const char *name, const char *architecture,
                          const char *const *editions)
{
    g_autofree char *path = g_strdup_printf("%s/%s.iso", fixture->config.discs, name);
    write_file(path, name);
    g_autoptr(GError) error = NULL;
    g_autoptr(Disc) disc = disc_find(&fixture->daemon, name, &error);
    g_assert_no_error(error);
    g_autoptr(GString) list = g_string_new(NULL);
    for (gsize i = 0; editions[i]; i++)
        g_string_append_printf(list,
                               "%s{\"index\":%" G_GSIZE_FORMAT ",\"edition_id\":\"%s\",\"size_bytes\":1}",
                               i > 0 ? "," : "", i + 1, editions[i]);
    g_autofree char *json =
        g_strdup_printf("{\"windows\":\"7\",\"architecture\":\"%s\",\"languages\":[\"en-US\"],"
                        "\"editions\":[%s],\"ei_cfg\":null,\"el_torito\":{},\"boot_files_sha256\":\"0\"}",
                        architecture, list->str);
    store_inspection_set(fixture->daemon.store, disc->path, disc->identity, json, &error);
    g_assert_no_error(error);
}

void library_fixture_machine(LibraryFixture *fixture, const char *name, const char *request_json)
{
    g_autofree char *uuid = g_uuid_string_random();
    g_autofree char *id = job_id_new();
    g_autoptr(GError) error = NULL;
    const char *const phases[] = { "inspect", NULL };
    const StoreMachine machine = { .uuid = uuid,
                                   .name = (char *)name,
                                   .state = (char *)"installing",
                                   .template_name = (char *)"t",
                                   .disc = (char *)"d",
                                   .architecture = (char *)"amd64",
                                   .request = (char *)request_json };
    const StoreJob job = {
        .id = id, .kind = (char *)"create", .machine_name = (char *)name, .machine_uuid = uuid
    };
    const StoreIdempotency none = { NULL, NULL };
    store_job_insert(fixture->daemon.store, &machine, &job, phases, &none, &error);
    g_assert_no_error(error);
}
