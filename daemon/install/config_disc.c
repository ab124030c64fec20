// SPDX-License-Identifier: GPL-3.0-or-later
// Step 4 (phase "config-disc"): the machine's own disc with answer file, scripts, agent and nonce. It holds
// secrets: its pieces exist in a private folder for a moment only, the disc itself as a volume until the
// machine is ready.
#include <string.h>

#include "common/files.h"
#include "daemon/install/install.h"
#include "daemon/install/machine_files.h"
#include "daemon/vm/storage.h"

#define MAX_GUEST_FILE_BYTES (4u << 20)
#define SHA256_LETTERS       64
#define MASK                 "********" // as unattend_render() has it

// What is on the disc: written out for sevend-media, or summed up.
typedef struct {
    Daemon *daemon;
    const char *nonce;
    UnattendSecrets secrets;
    const char *folder;   // where written pieces lie
    GPtrArray *arguments; // of sevend-media, owned strings
    GPtrArray *sums;      // or, instead of both, lines as sha256sum writes them, owned strings
} Pieces;

static void add_argument(Pieces *pieces, const char *disc_path, const char *host_path)
{
    g_ptr_array_add(pieces->arguments, g_strdup("--file"));
    g_ptr_array_add(pieces->arguments, g_strdup_printf("%s=%s", disc_path, host_path));
}

static void add_sum(Pieces *pieces, const char *disc_path, const char *bytes, gsize length)
{
    g_autofree char *sha256 = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes, length);
    g_ptr_array_add(pieces->sums, g_strdup_printf("%s  %s\n", sha256, disc_path));
}

static gboolean add_text(Pieces *pieces, const char *disc_path, const char *text, gsize length,
                         GError **error)
{
    if (pieces->sums) {
        add_sum(pieces, disc_path, text, length);
        return TRUE;
    }
    g_autofree char *name = g_path_get_basename(disc_path);
    g_autofree char *path = g_build_filename(pieces->folder, name, NULL);
    add_argument(pieces, disc_path, path);
    return file_write_atomic(path, text, length, 0600, error);
}

static gboolean add_guest_file(Pieces *pieces, const char *disc_path, const char *guest_file, GError **error)
{
    g_autofree char *path = g_build_filename(pieces->daemon->config->guest, guest_file, NULL);
    g_autofree char *bytes = NULL;
    gsize length = 0;
    if (!pieces->sums) {
        add_argument(pieces, disc_path, path);
        return TRUE;
    }
    if (!file_read(path, MAX_GUEST_FILE_BYTES, &bytes, &length, error))
        return FALSE;
    add_sum(pieces, disc_path, bytes, length);
    return TRUE;
}

static gboolean add_answer_file(Pieces *pieces, const InstallPlan *plan, GError **error)
{
    gsize length = 0;
    char *text = unattend_render(plan->request->unattend, &plan->target, pieces->secrets, &length, error);
    const gboolean ok = text && add_text(pieces, "Autounattend.xml", text, length, error);
    unattend_text_free(text);
    return ok;
}

static gboolean add_job_file(Pieces *pieces, const InstallPlan *plan, GError **error)
{
    g_autofree char *text = g_strdup_printf("set SEVEND_NONCE=%s\r\nset SEVEND_ARCH=%s\r\n", pieces->nonce,
                                            plan->target.architecture);
    return add_text(pieces, "sevend/job.cmd", text, strlen(text), error) &&
           add_text(pieces, "sevend/config.tag", "sevend\r\n", strlen("sevend\r\n"), error);
}

static gboolean add_commands(Pieces *pieces, const InstallPlan *plan, GError **error)
{
    g_autofree char *list = unattend_first_logon_list(plan->request->unattend, &plan->target);
    return add_text(pieces, "sevend/first-logon.txt", list, strlen(list), error);
}

// \sevend\files\0000 …, and in files.txt a line for each: where it goes. A disc without files has neither.
static gboolean add_files(Pieces *pieces, const InstallPlan *plan, GError **error)
{
    const UnattendSettings *settings = plan->request->unattend;
    g_autoptr(GString) list = g_string_new(NULL);
    for (guint i = 0; i < unattend_file_count(settings); i++) {
        gsize length = strlen(MASK);
        const char *content =
            pieces->secrets == UNATTEND_SECRETS_MASKED ? MASK : unattend_file_content(settings, i, &length);
        g_autofree char *disc_path = g_strdup_printf("sevend/files/%04u", i);
        if (!add_text(pieces, disc_path, content, length, error))
            return FALSE;
        g_string_append_printf(list, "%s\r\n", unattend_file_path(settings, i));
    }
    return list->len == 0 || add_text(pieces, "sevend/files.txt", list->str, list->len, error);
}

static gboolean add_pieces(Pieces *pieces, const InstallPlan *plan, GError **error)
{
    g_autofree char *agent = g_strdup_printf("sevend-agent-%s.exe", plan->target.architecture);
    return add_guest_file(pieces, "sevend/specialize.cmd", "specialize.cmd", error) &&
           add_guest_file(pieces, "sevend/first-logon.cmd", "first-logon.cmd", error) &&
           add_guest_file(pieces, "sevend/sevend-agent.exe", agent, error) &&
           add_answer_file(pieces, plan, error) && add_job_file(pieces, plan, error) &&
           add_commands(pieces, plan, error) && add_files(pieces, plan, error);
}

gboolean install_config_files(const Install *install, const InstallPlan *plan, const char *folder,
                              GPtrArray *arguments, GError **error)
{
    Pieces pieces = { .daemon = install->daemon,
                      .nonce = install->nonce,
                      .secrets = UNATTEND_SECRETS_KEPT,
                      .folder = folder,
                      .arguments = arguments };
    return add_pieces(&pieces, plan, error);
}

// A line ends with the path, behind a hash of always the same length.
static gint by_path(gconstpointer left, gconstpointer right)
{
    const char *const *a = left, *const *b = right;
    return strcmp(*a + SHA256_LETTERS, *b + SHA256_LETTERS);
}

static GPtrArray *sums_of(Daemon *daemon, const InstallPlan *plan, UnattendSecrets secrets, GError **error)
{
    g_autoptr(GPtrArray) sums = g_ptr_array_new_with_free_func(g_free);
    Pieces pieces = { .daemon = daemon, .nonce = "", .secrets = secrets, .sums = sums };
    if (!add_pieces(&pieces, plan, error))
        return NULL;
    g_ptr_array_sort(sums, by_path);
    return g_steal_pointer(&sums);
}

char *install_config_digest(Daemon *daemon, const InstallPlan *plan, GError **error)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(GPtrArray) sums = sums_of(daemon, plan, UNATTEND_SECRETS_MASKED, error);
    for (guint i = 0; sums && i < sums->len; i++)
        g_checksum_update(checksum, sums->pdata[i], -1);
    return sums ? g_strdup(g_checksum_get_string(checksum)) : NULL;
}

char *install_config_keyed_digest(Daemon *daemon, const InstallPlan *plan, GError **error)
{
    const guchar *key = (const guchar *)daemon->instance;
    g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA256, key, strlen(daemon->instance));
    g_autoptr(GPtrArray) sums = sums_of(daemon, plan, UNATTEND_SECRETS_KEPT, error);
    for (guint i = 0; sums && i < sums->len; i++)
        g_hmac_update(hmac, sums->pdata[i], -1);
    return sums ? g_strdup(g_hmac_get_string(hmac)) : NULL;
}

// Keeps the masked answer file: it is what GET …/answer-file shows.
static gboolean keep_masked(const Install *install, const char *uuid, const InstallPlan *plan, GError **error)
{
    gsize length = 0;
    g_autofree char *text =
        unattend_render(plan->request->unattend, &plan->target, UNATTEND_SECRETS_MASKED, &length, error);
    g_autofree char *path = machine_file(install->daemon, uuid, MACHINE_FILE_ANSWER_FILE);
    return text && file_write_atomic(path, text, length, 0644, error);
}

static gboolean build_and_upload(Job *job, GPtrArray *arguments, const char *iso, GError **error)
{
    Daemon *daemon = job_user_data(job);
    g_autofree char *volume = machine_config_volume(daemon, job_machine_uuid(job));
    g_ptr_array_add(arguments, NULL);
    g_autoptr(json_object) result = media_run(daemon->config->media, (const char *const *)arguments->pdata,
                                              NULL, NULL, job_cancellable(job), error);
    return result && storage_volume_upload(daemon->libvirt, daemon->config->pool, volume, iso, error);
}

gboolean install_step_config_disc(Job *job, GError **error)
{
    install_limit(job);
    const Install *install = install_of(job);
    const char *uuid = job_machine_uuid(job);
    const InstallPlan *plan = install_plan(job, error);
    if (!plan)
        return FALSE;
    g_autofree char *folder = machine_file(install->daemon, uuid, "config-disc");
    g_autofree char *iso = g_build_filename(folder, "config.iso", NULL);
    g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(arguments, g_strdup("build-config-disc"));
    g_ptr_array_add(arguments, g_strdup("--output"));
    g_ptr_array_add(arguments, g_strdup(iso));
    g_ptr_array_add(arguments, g_strdup("--volume-id"));
    g_ptr_array_add(arguments, g_strdup("SEVEND_CFG"));
    GError *failure = NULL;
    const gboolean ok = tree_remove(folder, &failure) && folder_make(folder, 0700, &failure) &&
                        install_config_files(install, plan, folder, arguments, &failure) &&
                        keep_masked(install, uuid, plan, &failure) &&
                        build_and_upload(job, arguments, iso, &failure);
    // Secrets must not stay in two places: if this fails, so does the step.
    const gboolean removed = tree_remove(folder, ok ? &failure : NULL);
    if (!ok || !removed)
        install_propagate(error, failure);
    return ok && removed;
}

gboolean install_undo_config_disc(Job *job, GError **error)
{
    Daemon *daemon = job_user_data(job);
    g_autofree char *folder = machine_file(daemon, job_machine_uuid(job), "config-disc");
    g_autofree char *volume = machine_config_volume(daemon, job_machine_uuid(job));
    return tree_remove(folder, error) &&
           storage_volume_delete(daemon->libvirt, daemon->config->pool, volume, error);
}
