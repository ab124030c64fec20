// SPDX-License-Identifier: GPL-3.0-or-later
// sevend: options, start, stop. Everything else is in the folders.
#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/un.h>
#include <unistd.h>
#include <fcntl.h>
#include <libxml/parser.h>

#include "common/files.h"
#include "common/ids.h"
#include "common/log.h"
#include "daemon/daemon.h"
#include "daemon/http/server.h"
#include "daemon/images/images.h"
#include "daemon/install/guest_events.h"
#include "daemon/install/install.h"
#include "daemon/install/machine_files.h"
#include "daemon/library/boot_disc_cache.h"
#include "daemon/library/disc_verification.h"
#include "daemon/library/exports.h"
#include "daemon/library/templates.h"
#include "daemon/library/upload.h"
#include "daemon/lifecycle/expiry.h"
#include "daemon/lifecycle/lifecycle.h"
#include "daemon/pools/pools.h"
#include "daemon/quota/gate.h"

typedef struct {
    char *config_path, *token_name;
    gboolean check_config, debug, version;
} Options;

static const JobKind *const job_kinds[] = {
    &install_job_kind,
    &delete_job_kind,
    &start_job_kind,
    &stop_job_kind,
    &snapshot_job_kind,
    &revert_job_kind,
    &delete_snapshot_job_kind,
    &hash_disc_job_kind,
    &verify_disc_job_kind,
    &export_disc_job_kind,
    &seal_job_kind,
    &clone_job_kind,
    &delete_image_job_kind,
    &export_image_job_kind,
    &import_image_job_kind,
    &warm_job_kind,
    &rewarm_job_kind,
};

static gboolean parse_options(int argc, char **argv, Options *options, GError **error)
{
    const GOptionEntry entries[] = {
        { "config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config_path,
          "Read FILE instead of /etc/sevend/sevend.conf", "FILE" },
        { "check-config", 0, 0, G_OPTION_ARG_NONE, &options->check_config,
          "Say what is wrong with configuration and templates, and exit", NULL },
        { "add-token", 0, 0, G_OPTION_ARG_STRING, &options->token_name,
          "Make a bearer token for the TCP listener, print it once, and exit", "NAME" },
        { "debug", 0, 0, G_OPTION_ARG_NONE, &options->debug, "Log more", NULL },
        { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version and exit", NULL },
        { NULL },
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- installs Windows 7 guests unattended");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, error))
        return FALSE;
    if (argc > 1)
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION, "unexpected argument \"%s\"",
                    argv[1]);
    return argc == 1;
}

static gboolean make_folders(const Config *config, GError **error)
{
    static const char *const folders[] = { "machines", "boot-discs", "volumes", "evidence", "files" };
    struct sockaddr_un address;
    if (strlen(config->state) + strlen(MACHINE_SOCKET_SUFFIX) >= sizeof address.sun_path) {
        g_set_error(
            error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
            "[storage] state = %s: too long by %zu characters: sockets below it would not fit an address",
            config->state,
            strlen(config->state) + strlen(MACHINE_SOCKET_SUFFIX) + 1 - sizeof address.sun_path);
        return FALSE;
    }
    // 0711: QEMU's user must reach what it was given below, and list nothing.
    if (!folder_make(config->state, 0711, error) || !folder_make(config->discs, 0755, error) ||
        !folder_make(config->drivers, 0755, error))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_build_filename(config->state, folders[i], NULL);
        if (!folder_make(path, 0711, error))
            return FALSE;
    }
    return TRUE;
}

// Two daemons on one state would undo each other's work. The descriptor stays open as long as the process
// lives.
static gboolean lock_state(const Config *config, GError **error)
{
    g_autofree char *path = g_build_filename(config->state, "lock", NULL);
    const int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0)
        return TRUE;
    g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "%s: %s", path,
                errno == EWOULDBLOCK ? "another sevend uses this state folder" : g_strerror(errno));
    if (lock >= 0)
        close(lock);
    return FALSE;
}

static char *read_instance(const Config *config, GError **error)
{
    g_autofree char *path = g_build_filename(config->state, "instance", NULL);
    char *instance = NULL;
    gsize length = 0;
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return file_read(path, 64, &instance, &length, error) ? instance : NULL;
    g_autofree char *nonce = nonce_new();
    nonce[16] = '\0';
    return file_write_atomic(path, nonce, strlen(nonce), 0600, error) ? g_steal_pointer(&nonce) : NULL;
}

static void reconcile_once(gpointer data, gpointer nothing G_GNUC_UNUSED)
{
    reconcile_libvirt(data);
}

// In the event loop's thread: must return at once, so that the work is done elsewhere.
static void on_vm_event(const char *uuid, VmEventKind kind, gpointer data)
{
    Daemon *daemon = data;
    if (kind == VM_EVENT_CONNECTED)
        g_thread_pool_push(daemon->reconciler, daemon, NULL);
    else
        guest_events_take(daemon->guest_events, uuid, kind);
    quota_gate_wake(daemon->quota_gate); // a machine that stops makes room
}

static gboolean check_templates(Daemon *daemon, GError **error)
{
    g_auto(GStrv) names = template_list(daemon, error);
    if (!names)
        return FALSE;
    for (gsize i = 0; names[i]; i++) {
        g_autoptr(GError) failure = NULL;
        g_autoptr(Template) template = template_load(daemon, names[i], &failure);
        if (!template && error && *error)
            g_prefix_error(error, "%s\n", failure->message);
        else if (!template)
            g_propagate_error(error, g_steal_pointer(&failure));
    }
    return !error || !*error;
}

static gboolean on_signal(gpointer data)
{
    g_main_loop_quit(data);
    return G_SOURCE_CONTINUE;
}

static gboolean start_parts(Daemon *daemon, GError **error)
{
    g_autofree char *store_path = g_build_filename(daemon->config->state, "sevend.db", NULL);
    if (!make_folders(daemon->config, error) || !lock_state(daemon->config, error))
        return FALSE;
    daemon->instance = read_instance(daemon->config, error);
    daemon->store = daemon->instance ? store_open(store_path, error) : NULL;
    if (!daemon->store)
        return FALSE;
    daemon->stopping = g_cancellable_new();
    daemon->preflight_only_warns = g_getenv("SEVEND_TEST_PREFLIGHT_ONLY_WARNS") != NULL;
    if (daemon->preflight_only_warns)
        g_warning(
            "SEVEND_TEST_PREFLIGHT_ONLY_WARNS is set: what preflight refuses is installed all the same");
    daemon->guest_events = guest_events_new();
    daemon->boot_discs = boot_disc_cache_new();
    daemon->uploads = upload_table_new();
    reconcile_files(daemon);
    daemon->libvirt = vm_connection_new(daemon->config->uri, daemon->config->virt_type);
    reconcile_libvirt(daemon); // before jobs: waits for libvirt for a moment; a later connect does it again
    daemon->reconciler = g_thread_pool_new(reconcile_once, NULL, 1, FALSE, NULL);
    daemon->quota_gate = quota_gate_new(daemon);
    vm_connection_set_event_handler(daemon->libvirt, on_vm_event, daemon);
    daemon->pool_keeper = pool_keeper_new(daemon);
    daemon->jobs =
        job_engine_new(daemon->store, job_kinds, G_N_ELEMENTS(job_kinds), daemon->config->installs, daemon);
    job_engine_set_changed(daemon->jobs, quota_gate_on_jobs);
    if (!job_engine_start(daemon->jobs, error))
        return FALSE;
    quota_gate_start(daemon->quota_gate);
    daemon->expiry = expiry_start(daemon);
    pool_keeper_start(daemon->pool_keeper);
    return TRUE;
}

// What has begun is waited for: it uses the connection and the store.
static void stop_reconciling(Daemon *daemon)
{
    if (!daemon->reconciler)
        return;
    vm_connection_set_event_handler(daemon->libvirt, NULL, NULL);
    g_thread_pool_free(daemon->reconciler, TRUE, TRUE);
    daemon->reconciler = NULL;
}

static void stop_parts(Daemon *daemon, HttpServer *server)
{
    if (daemon->stopping)
        g_cancellable_cancel(daemon->stopping);
    g_clear_pointer(&daemon->expiry, expiry_stop);
    pool_keeper_stop(daemon->pool_keeper);
    quota_gate_stop(daemon->quota_gate);
    if (daemon->jobs)
        job_engine_stop(daemon->jobs); // wakes whoever waits for a job, so that the server can stop
    if (server)
        http_server_stop(server);
    stop_reconciling(daemon);
    g_clear_pointer(&daemon->libvirt, vm_connection_free);
    g_clear_pointer(&daemon->jobs, job_engine_free);
    g_clear_pointer(&daemon->pool_keeper, pool_keeper_free);
    g_clear_pointer(&daemon->quota_gate, quota_gate_free);
    g_clear_pointer(&daemon->guest_events, guest_events_free);
    g_clear_pointer(&daemon->boot_discs, boot_disc_cache_free);
    g_clear_pointer(&daemon->uploads, upload_table_free);
    g_clear_pointer(&daemon->store, store_close);
    g_clear_object(&daemon->stopping);
    g_free(daemon->instance);
}

static gboolean serve(Daemon *daemon, GError **error)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    signal(SIGPIPE, SIG_IGN);
    g_unix_signal_add(SIGTERM, on_signal, loop);
    g_unix_signal_add(SIGINT, on_signal, loop);
    HttpServer *server = NULL;
    if (start_parts(daemon, error))
        server = http_server_start(daemon->config, daemon, error);
    if (server) {
        g_message("sevend %s: ready at %s", SEVEND_VERSION, daemon->config->socket);
        g_main_loop_run(loop);
        g_message("stopping; unfinished jobs go on at the next start");
    }
    stop_parts(daemon, server);
    return server != NULL;
}

static gboolean add_token(const Config *config, const char *name, GError **error)
{
    if (!config->tokens) {
        g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND,
                    "[http] tokens is not configured: there is no file to add a token to");
        return FALSE;
    }
    g_autofree char *token = http_token_add(config->tokens, name, error);
    if (token)
        printf("%s\n", token);
    return token != NULL;
}

int main(int argc, char **argv)
{
    Options options = { 0 };
    g_autoptr(GError) error = NULL;
    if (!parse_options(argc, argv, &options, &error)) {
        fprintf(stderr, "sevend: %s\n", error->message);
        return 2;
    }
    if (options.version) {
        printf("sevend %s\n", SEVEND_VERSION);
        return 0;
    }
    log_start(options.debug);
    xmlInitParser(); // before there are threads
    g_autoptr(Config) config = config_load(options.config_path, &error);
    Daemon daemon = { .config = config };
    gboolean ok = config && (options.token_name ? add_token(config, options.token_name, &error)
                                                : check_templates(&daemon, &error));
    if (ok && !options.check_config && !options.token_name)
        ok = serve(&daemon, &error);
    if (!ok)
        fprintf(stderr, "sevend: %s\n", error->message);
    g_free(options.config_path);
    g_free(options.token_name);
    return ok ? 0 : 1;
}
