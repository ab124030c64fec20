// SPDX-License-Identifier: GPL-3.0-or-later
// Gathering the evidence of a failed install.
#include "daemon/install/evidence.h"

#include <string.h>

#include "common/files.h"
#include "common/ids.h"
#include "daemon/install/known_failures.h"
#include "daemon/install/machine_files.h"
#include "daemon/install/setup_logs.h"
#include "daemon/library/job_evidence.h"
#include "daemon/library/media_process.h"
#include "daemon/service.h"
#include "daemon/vm/com1.h"
#include "daemon/vm/domain.h"
#include "daemon/vm/guest_text.h"
#include "daemon/vm/storage.h"

#define MAX_CONSOLE_BYTES  (8u << 20)
#define MAX_DISK_LOG_BYTES (1u << 20) // 256 KiB, as UTF-8
#define MAX_LINE_BYTES     2048u

typedef struct {
    Daemon *daemon;
    Job *job;
    const char *uuid;
    char *folder; // of the job's evidence
} Keeping;

static void keep(const Keeping *keeping, const char *name, const void *bytes, gsize length)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(keeping->folder, name, NULL);
    if (!file_write_atomic(path, bytes, length, 0644, &error))
        job_log(keeping->job, "%s is not kept: %s", name, error->message);
}

static void keep_text(const Keeping *keeping, const char *name, const char *text)
{
    keep(keeping, name, text, strlen(text));
}

static void keep_json(const Keeping *keeping, const char *name, json_object *object)
{
    keep_text(keeping, name, json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
}

static void keep_error(const Keeping *keeping, const GError *failure)
{
    g_autoptr(json_object) object = json_object_new_object();
    g_autofree char *now = time_now_text();
    const char *message = NULL;
    const char *code = job_error_code(failure, &message);
    const char *const members[][2] = { { "job", job_id(keeping->job) },
                                       { "machine", job_machine_name(keeping->job) },
                                       { "code", code },
                                       { "message", message },
                                       { "time", now } };
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++)
        json_object_object_add(object, members[i][0],
                               members[i][1] ? json_object_new_string(members[i][1]) : NULL);
    keep_json(keeping, "error.json", object);
}

// The screens that were seen last, the newest under the highest number.
static void keep_screens(const Keeping *keeping, const GuestProgress *progress)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) screens = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    GBytes *now = domain_screenshot(keeping->daemon->libvirt, keeping->uuid, NULL); // NULL: it is off
    for (guint i = 0; progress && i < guest_progress_screens(progress)->len; i++)
        g_ptr_array_add(screens, g_bytes_ref(guest_progress_screens(progress)->pdata[i]));
    if (now && screens->len > 0 && g_bytes_equal(now, screens->pdata[screens->len - 1]))
        g_bytes_unref(now);
    else if (now)
        g_ptr_array_add(screens, now);
    gsize length = 0;
    const void *bytes = NULL;
    for (guint i = 0; i < screens->len; i++) {
        g_autofree char *name = g_strdup_printf("screen-%u.png", i + 1);
        bytes = g_bytes_get_data(screens->pdata[i], &length);
        keep(keeping, name, bytes, length);
    }
    g_autofree char *path = machine_file(keeping->daemon, keeping->uuid, MACHINE_FILE_SCREENSHOT);
    if (bytes && !file_write_atomic(path, bytes, length, 0644, &error))
        job_log(keeping->job, "the machine's last screen is not kept: %s", error->message);
}

// What was said, the nonce blotted out, and the logs in it.
static void keep_console(const Keeping *keeping)
{
    g_autofree char *path = machine_file(keeping->daemon, keeping->uuid, MACHINE_FILE_COM1);
    g_autofree char *nonce = machine_files_read_nonce(keeping->daemon, keeping->uuid, NULL);
    GBytes *bytes = com1_text_read(path, MAX_CONSOLE_BYTES, NULL);
    gsize length = 0;
    g_autofree char *text = bytes ? g_bytes_unref_to_data(bytes, &length) : NULL;
    if (!nonce || length == 0)
        return;
    g_autoptr(GHashTable) logs = setup_logs_read(text, length, nonce);
    machine_files_mask_nonce(text, length, nonce);
    keep(keeping, "console.log", text, length);
    GHashTableIter iter;
    gpointer name, log;
    g_hash_table_iter_init(&iter, logs);
    while (g_hash_table_iter_next(&iter, &name, &log))
        keep_text(keeping, name, ((GString *)log)->str);
}

// ---- Logs on the machine's disk ----

// Each line made safe. The caller frees.
static char *safe_log(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GString *safe = g_string_new(NULL);
    for (char **line = lines; *line; line++) {
        g_autofree char *shown = guest_text_show(g_strchomp(*line), strlen(*line), MAX_LINE_BYTES);
        g_string_append_printf(safe, "%s\n", shown);
    }
    return g_string_free(safe, FALSE);
}

static void keep_disk_log(const Keeping *keeping, const char *folder, const char *name, const char *nonce)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *text = NULL;
    gsize length = 0;
    if (!file_read(path, MAX_DISK_LOG_BYTES, &text, &length, NULL))
        return;
    machine_files_mask_nonce(text, length, nonce); // before long lines are cut: half of it would be left
    g_autofree char *safe = safe_log(text);
    keep_text(keeping, name, safe);
}

// sevend-media reads them into @folder. What it had done when it failed counts.
static void read_disk(const Keeping *keeping, const char *folder, GError **error)
{
    Daemon *daemon = keeping->daemon;
    g_autofree char *volume = machine_disk_volume(daemon, keeping->uuid);
    g_autofree char *path = storage_volume_path(daemon->libvirt, daemon->config->pool, volume, error);
    const char *const arguments[] = { "read-logs", "--disk",   path,   "--format",
                                      "qcow2",     "--output", folder, NULL };
    g_autoptr(json_object) result =
        path ? media_run(daemon->config->media, arguments, NULL, NULL, NULL, error) : NULL;
}

// The machine is ended for it, as it would be a moment later: nobody else may have its disk open.
static void keep_disk_logs(const Keeping *keeping)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) names = NULL;
    g_autofree char *nonce = machine_files_read_nonce(keeping->daemon, keeping->uuid, NULL);
    g_autofree char *folder = machine_file(keeping->daemon, keeping->uuid, "disk-logs");
    if (!nonce)
        return;
    if (domain_destroy(keeping->daemon->libvirt, keeping->uuid, &error) &&
        folder_make(folder, 0700, &error)) {
        read_disk(keeping, folder, &error);
        names = g_dir_open(folder, 0, NULL);
    }
    for (const char *name; names && (name = g_dir_read_name(names));)
        if (job_evidence_name_is_valid(name))
            keep_disk_log(keeping, folder, name, nonce);
    tree_remove(folder, NULL);
    if (error)
        job_log(keeping->job, "Setup's logs on the machine's disk: %s", error->message);
}

static void keep_machine_file(const Keeping *keeping, const char *file, const char *name)
{
    g_autofree char *path = machine_file(keeping->daemon, keeping->uuid, file);
    g_autofree char *bytes = NULL;
    gsize length = 0;
    if (file_read(path, 1u << 20, &bytes, &length, NULL)) // not there: it had not come so far
        keep(keeping, name, bytes, length);
}

static void keep_domain_xml(const Keeping *keeping)
{
    VmConnection *libvirt = keeping->daemon->libvirt;
    DomainPower power = DOMAIN_GONE;
    if (!domain_power(libvirt, keeping->uuid, &power, NULL) || power == DOMAIN_GONE)
        return;
    g_autofree char *xml = power == DOMAIN_OFF ? domain_inactive_xml(libvirt, keeping->uuid, NULL)
                                               : domain_live_xml(libvirt, keeping->uuid, NULL);
    if (xml)
        keep_text(keeping, "domain.xml", xml);
}

static void keep_request(const Keeping *keeping)
{
    g_autoptr(StoreMachine) machine = NULL;
    if (store_machine_get(keeping->daemon->store, job_machine_name(keeping->job), &machine, NULL) &&
        machine->request)
        keep_text(keeping, "request.json", machine->request);
}

// What Setup's error logs say of a failure that nobody has reported: where it waits at a dialog, only they
// name the reason.
static void explain(const Keeping *keeping, GError *failure)
{
    static const char *const logs[] = { "setuperr.log", "disk-copy-setuperr.log", "disk-panther-setuperr.log",
                                        "disk-unattendgc-setuperr.log" };
    for (gsize i = 0; i < G_N_ELEMENTS(logs); i++) {
        g_autofree char *path = g_build_filename(keeping->folder, logs[i], NULL);
        g_autofree char *text = NULL;
        g_autofree char *line = NULL;
        const char *advice = NULL;
        gsize length = 0;
        if (file_read(path, MAX_DISK_LOG_BYTES, &text, &length, NULL))
            advice = known_failure_in(text, &line);
        if (!advice || strstr(failure->message, advice))
            continue;
        g_autofree char *message = failure->message;
        failure->message = g_strdup_printf("%s; its %s says \"%.240s\": %s", message, logs[i], line, advice);
        return;
    }
}

static void gather(const Keeping *keeping, const GuestProgress *progress, GError *failure)
{
    g_autoptr(json_object) versions = service_version(keeping->daemon);
    keep_screens(keeping, progress);
    keep_console(keeping);
    keep_machine_file(keeping, MACHINE_FILE_ANSWER_FILE, "answer-file.xml");
    keep_domain_xml(keeping);
    keep_request(keeping);
    keep_json(keeping, "versions.json", versions);
    if (progress)
        keep_disk_logs(keeping);
    explain(keeping, failure);
    keep_error(keeping, failure);
}

// A daemon that was killed right after it had kept everything would find less now.
static gboolean is_kept(Daemon *daemon, Job *job)
{
    g_autoptr(json_object) files = job_evidence_list(daemon, job_id(job), NULL);
    return files && json_object_array_length(files) > 0;
}

void evidence_keep(Job *job, const GuestProgress *progress, GError *failure)
{
    g_autoptr(GError) error = NULL;
    Keeping keeping = { job_user_data(job), job, job_machine_uuid(job), NULL };
    if (is_kept(keeping.daemon, job))
        return;
    keeping.folder = job_evidence_begin(keeping.daemon, job_id(job), &error);
    if (keeping.folder) {
        gather(&keeping, progress, failure);
        if (job_evidence_commit(keeping.daemon, job_id(job), keeping.folder, &error))
            job_log(job, "evidence is kept: sevenctl job evidence %s", job_id(job));
    }
    if (error)
        job_log(job, "no evidence is kept: %s", error->message);
    g_free(keeping.folder);
}
