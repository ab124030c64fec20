// SPDX-License-Identifier: GPL-3.0-or-later
// Reading sevend.conf and conf.d.
#include "daemon/config.h"

#include <gio/gio.h>
#include <string.h>

#include "common/files.h"

typedef struct {
    char *folder, *file;
} Files;

static void files_free(Files *files)
{
    g_assert_true(tree_remove(files->folder, NULL));
    g_free(files->folder);
    g_free(files->file);
    g_free(files);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Files, files_free)

static void write_text(const Files *files, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(files->folder, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_true(folder_make(folder, 0755, NULL));
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static Files *files_new(const char *text)
{
    Files *files = g_new0(Files, 1);
    files->folder = g_dir_make_tmp("sevend-config-XXXXXX", NULL);
    files->file = g_build_filename(files->folder, "sevend.conf", NULL);
    if (text != NULL) {
        write_text(files, "sevend.conf", text);
    }
    return files;
}

// Loads @text, which must be refused, and returns the error's text.
static char *refusal(const char *text)
{
    g_autoptr(Files) files = files_new(text);
    g_autoptr(GError) error = NULL;
    Config *config = config_load(files->file, &error);
    g_assert_null(config);
    g_assert_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE);
    g_assert_true(g_str_has_prefix(error->message, files->file) ||
                  g_str_has_prefix(error->message, "built-in"));
    return g_strdup(error->message);
}

static guint count_lines(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    return g_strv_length(lines);
}

static void test_empty_file_gives_the_defaults(void)
{
    g_autoptr(Files) files = files_new("");
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = config_load(files->file, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(config->socket, ==, "/run/sevend/sevend.sock");
    g_assert_cmpstr(config->socket_group, ==, "sevend");
    g_assert_null(config->listen);
    g_assert_null(config->tokens);
    g_assert_null(config->tls_key);
    g_assert_cmpstr(config->state, ==, "/var/lib/sevend");
    g_assert_cmpstr(config->discs, ==, "/var/lib/sevend/discs");
    g_assert_cmpstr(config->drivers, ==, "/var/lib/sevend/drivers");
    g_assert_true(g_str_has_suffix(config->templates, "/sevend/templates"));
    g_assert_true(g_str_has_suffix(config->guest, "/sevend/guest"));
    g_assert_true(g_str_has_suffix(config->media, "/sevend/sevend-media"));
    g_assert_cmpstr(config->pool, ==, "sevend");
    g_assert_cmpstr(config->uri, ==, "qemu:///system");
    g_assert_cmpstr(config->virt_type, ==, "auto");
    g_assert_cmpuint(config->installs, ==, 1);
    g_assert_cmpuint(config->machines, ==, 64);
    g_assert_cmpuint(config->connections, >, 0);
    g_assert_cmpuint(config->boot_disc_cache_mib, >, 0);
}

static void test_every_key_is_read(void)
{
    g_autoptr(Files) files = files_new("# a comment\n"
                                       "[http]\nsocket = /s/x.sock\nsocket_group =\nlisten = [::]:7007\n"
                                       "tokens = /t\ntls_certificate = /c.pem\ntls_key = /k.pem\n"
                                       "[storage]\nstate = /st\ndiscs = /di\ndrivers = /dr\ntemplates = /te\n"
                                       "pool = lab_1\nguest = /gu\nmedia = /me\n"
                                       "[libvirt]\nuri = qemu:///session\nvirt_type = qemu\n"
                                       "[limits]\ninstalls = 4\nmachines = 9\nconnections = 10\n"
                                       "boot_disc_cache_mib = 0\n"
                                       "[quota]\nmachines = 8\nmemory_mib = 16384\n"
                                       "[quota_per_user]\nvcpus = 4\ndisk_gib = 100\n");
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = config_load(files->file, &error);
    g_assert_no_error(error);
    const char *const values[] = {
        config->socket,          config->socket_group, config->listen,    config->tokens,
        config->tls_certificate, config->tls_key,      config->state,     config->discs,
        config->drivers,         config->templates,    config->pool,      config->guest,
        config->media,           config->uri,          config->virt_type, NULL
    };
    g_autofree char *all = g_strjoinv(" ", (char **)values);
    g_assert_cmpstr(
        all, ==, "/s/x.sock  [::]:7007 /t /c.pem /k.pem /st /di /dr /te lab_1 /gu /me qemu:///session qemu");
    g_assert_cmpuint(config->installs, ==, 4);
    g_assert_cmpuint(config->machines, ==, 9);
    g_assert_cmpuint(config->connections, ==, 10);
    g_assert_cmpuint(config->boot_disc_cache_mib, ==, 0);
    const ConfigQuota all_quota = config->quota, own = config->quota_per_user;
    g_autofree char *quota =
        g_strdup_printf("%u %u %u %u, %u %u %u %u", all_quota.machines, all_quota.vcpus, all_quota.memory_mib,
                        all_quota.disk_gib, own.machines, own.vcpus, own.memory_mib, own.disk_gib);
    g_assert_cmpstr(quota, ==, "8 0 16384 0, 0 4 0 100");
}

static void test_state_moves_discs_and_drivers(void)
{
    g_autoptr(Files) files = files_new("[storage]\nstate = /elsewhere\ndrivers = /kept\n");
    g_autoptr(Config) config = config_load(files->file, NULL);
    g_assert_cmpstr(config->discs, ==, "/elsewhere/discs");
    g_assert_cmpstr(config->drivers, ==, "/kept");
}

static void test_parts_override_in_lexical_order(void)
{
    g_autoptr(Files) files = files_new("[limits]\ninstalls = 1\nmachines = 1\n"
                                       "[http]\nlisten = 127.0.0.1:1\ntokens = /t\n");
    // Made in an order that is neither the lexical one nor its reverse.
    write_text(files, "conf.d/20-b.conf", "[limits]\ninstalls = 4\nmachines = 2\n");
    write_text(files, "conf.d/30-c.conf", "[limits]\ninstalls = 3\n[http]\nlisten =\n");
    write_text(files, "conf.d/10-a.conf", "[limits]\ninstalls = 2\nmachines = 3\n");
    write_text(files, "conf.d/30-c.conf~", "[limits]\ninstalls = 9\n");
    write_text(files, "conf.d/.40.conf", "[limits]\ninstalls = 9\n");
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = config_load(files->file, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(config->installs, ==, 3);
    g_assert_cmpuint(config->machines, ==, 2);
    g_assert_null(config->listen);
}

static void test_error_in_a_part_names_its_file(void)
{
    g_autoptr(Files) files = files_new("");
    write_text(files, "conf.d/10-a.conf", "[limits]\ninstalls = many\n");
    g_autoptr(GError) error = NULL;
    Config *config = config_load(files->file, &error);
    g_assert_null(config);
    g_assert_nonnull(strstr(error->message, "conf.d/10-a.conf: [limits] installs: \"many\" is not a number"));
}

static void test_unknown_names_are_errors_with_a_hint(void)
{
    g_autofree char *text = refusal("[limits]\ninstals = 2\n[htpp]\nsocket = /s\n[http]\nzebra = 1\n");
    g_assert_cmpuint(count_lines(text), ==, 3);
    g_assert_nonnull(strstr(text, "[limits] instals: unknown key; did you mean \"installs\"?"));
    g_assert_nonnull(strstr(text, "[htpp]: unknown group; did you mean \"http\"?"));
    g_assert_nonnull(strstr(text, "[http] zebra: unknown key"));
}

static void test_everything_wrong_is_told_at_once(void)
{
    g_autofree char *text =
        refusal("[http]\nsocket = run/x.sock\n[storage]\nstate =\npool = a/b\n"
                "[libvirt]\nvirt_type = xen\nuri =\n[limits]\ninstalls = 0\nmachines = -1\nfish = 1\n");
    g_assert_cmpuint(count_lines(text), ==, 8);
    g_assert_nonnull(strstr(text, "[http] socket: \"run/x.sock\" is not an absolute path"));
    g_assert_nonnull(strstr(text, "[storage] state: is empty"));
    g_assert_nonnull(strstr(text, "[storage] pool: \"a/b\" has characters"));
    g_assert_nonnull(strstr(text, "[libvirt] virt_type: \"xen\" is none of auto, kvm, qemu"));
    g_assert_nonnull(strstr(text, "[libvirt] uri: is empty"));
    g_assert_nonnull(strstr(text, "[limits] installs: \"0\" is not a number from 1 to 64"));
    g_assert_nonnull(strstr(text, "[limits] machines: \"-1\" is not a number from 1 to 10000"));
    g_assert_nonnull(strstr(text, "[limits] fish: unknown key"));
}

static void test_socket_path_must_fit(void)
{
    g_autofree char *longest = g_strnfill(106, 'x');
    g_autofree char *fits = g_strdup_printf("[http]\nsocket = /%s\n", longest);
    g_autoptr(Files) files = files_new(fits);
    g_autoptr(Config) config = config_load(files->file, NULL);
    g_assert_cmpuint(strlen(config->socket), ==, 107);
    g_autofree char *too_long = g_strdup_printf("[http]\nsocket = /%sx\n", longest);
    g_autofree char *text = refusal(too_long);
    g_assert_nonnull(strstr(text, "longer than the 107 bytes"));
}

static void test_listeners_that_are_refused(void)
{
    static const struct {
        const char *lines, *words;
    } cases[] = {
        { "listen = 127.0.0.1\ntokens = /t\n", "is not host:port" },
        { "listen = 127.0.0.1:0\ntokens = /t\n", "is not host:port" },
        { "listen = 127.0.0.1:65536\ntokens = /t\n", "is not host:port" },
        { "listen = :7007\ntokens = /t\n", "is not host:port" },
        { "listen = ::1:7007\ntokens = /t\n", "is not host:port" },
        { "listen = [localhost]:7007\ntokens = /t\n", "is not host:port" },
        { "listen = 127.0.0.1:7007\n", "needs tokens" },
        { "listen = 0.0.0.0:7007\ntokens = /t\n", "beyond loopback" },
        { "listen = 127.example.org:7007\ntokens = /t\n", "beyond loopback" },
        { "tls_key = /k\n", "tls_key: tls_certificate is missing" },
        { "tls_certificate = /c\n", "tls_certificate: tls_key is missing" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *content = g_strconcat("[http]\n", cases[i].lines, NULL);
        g_autofree char *text = refusal(content);
        g_assert_cmpuint(count_lines(text), ==, 1);
        g_assert_nonnull(strstr(text, cases[i].words));
    }
}

static void test_listeners_that_are_taken(void)
{
    static const char *const listeners[] = { "127.0.0.1:7007", "127.8.9.1:1", "[::1]:65535",
                                             "localhost:7007" };
    for (gsize i = 0; i < G_N_ELEMENTS(listeners); i++) {
        g_autofree char *content = g_strdup_printf("[http]\nlisten = %s\ntokens = /t\n", listeners[i]);
        g_autoptr(Files) files = files_new(content);
        g_autoptr(GError) error = NULL;
        g_autoptr(Config) config = config_load(files->file, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(config->listen, ==, listeners[i]);
    }
}

static void test_missing_file_is_an_error_if_it_was_named(void)
{
    g_autoptr(Files) files = files_new(NULL);
    g_autoptr(GError) error = NULL;
    Config *config = config_load(files->file, &error);
    g_assert_null(config);
    g_assert_cmpuint(error->domain, ==, G_FILE_ERROR);
    g_assert_nonnull(strstr(error->message, files->file));
}

static void test_file_that_is_no_key_file_is_an_error(void)
{
    g_autofree char *text = refusal("socket = /s\n");
    g_assert_cmpuint(count_lines(text), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/empty-file-gives-the-defaults", test_empty_file_gives_the_defaults);
    g_test_add_func("/config/every-key-is-read", test_every_key_is_read);
    g_test_add_func("/config/state-moves-discs-and-drivers", test_state_moves_discs_and_drivers);
    g_test_add_func("/config/parts-override-in-lexical-order", test_parts_override_in_lexical_order);
    g_test_add_func("/config/error-in-a-part-names-its-file", test_error_in_a_part_names_its_file);
    g_test_add_func("/config/unknown-names-are-errors-with-a-hint",
                    test_unknown_names_are_errors_with_a_hint);
    g_test_add_func("/config/everything-wrong-is-told-at-once", test_everything_wrong_is_told_at_once);
    g_test_add_func("/config/socket-path-must-fit", test_socket_path_must_fit);
    g_test_add_func("/config/listeners-that-are-refused", test_listeners_that_are_refused);
    g_test_add_func("/config/listeners-that-are-taken", test_listeners_that_are_taken);
    g_test_add_func("/config/missing-file-is-an-error-if-it-was-named",
                    test_missing_file_is_an_error_if_it_was_named);
    g_test_add_func("/config/file-that-is-no-key-file-is-an-error",
                    test_file_that_is_no_key_file_is_an_error);
    return g_test_run();
}
