// SPDX-License-Identifier: GPL-3.0-or-later
// Everything but jobs: canned answers in the shapes of openapi.yaml.
#include "tests/unit/http/fake_daemon.h"

#define DISC "{\"name\":\"win7\",\"size\":3000000000,\"state\":\"ok\"}"
#define TEMPLATE_SUMMARY                                                                                     \
    "{\"name\":\"win7-pro-x64\",\"description\":\"Professional\",\"architecture\":\"amd64\",\"error\":null}"
#define TEMPLATE                                                                                             \
    "{\"name\":\"win7-pro-x64\",\"description\":\"Professional\",\"architecture\":\"amd64\","                \
    "\"extends\":[\"win7-x64\"],\"request\":{},\"files\":[{\"name\":\"win7-pro-x64\",\"sha256\":\"aa\"}]}"
#define MACHINE                                                                                              \
    "{\"name\":\"" FAKE_MACHINE "\",\"uuid\":\"6b1f7c1e-0000-4000-8000-000000000001\",\"state\":\"ready\","  \
    "\"power\":\"running\",\"template\":\"win7-pro-x64\",\"disc\":\"win7\",\"edition\":\"PROFESSIONAL\","    \
    "\"architecture\":\"amd64\",\"created\":\"2026-01-01T00:00:00.000Z\",\"job\":\"" FAKE_JOB "\","          \
    "\"request\":{\"name\":\"" FAKE_MACHINE "\"},\"error\":null,\"agent\":null,\"computer_name\":\"A\","     \
    "\"warnings\":[],\"boot_disc\":\"abc\",\"image\":null,\"expires\":null,\"pool\":null,\"owner\":null}"

json_object *service_version(Daemon *daemon)
{
    fake_record(daemon, "version");
    return fake_canned(
        "{\"version\":\"0.1.0\",\"api\":1,\"libvirt\":{\"uri\":\"test:///"
        "default\",\"connected\":true,\"hypervisor\":\"QEMU 7.2.0\","
        "\"version\":\"9.0.0\"},\"virt_type\":\"qemu\",\"limits\":{\"installs\":1,\"machines\":64},"
        "\"guest\":{\"start.cmd\":\"aa\"}}");
}

gboolean service_ready(Daemon *daemon, char **ret_detail)
{
    fake_record(daemon, "ready");
    g_mutex_lock(&daemon->lock);
    gboolean ready = daemon->ready;
    g_mutex_unlock(&daemon->lock);
    if (!ready)
        *ret_detail = g_strdup("libvirt does not answer");
    return ready;
}

json_object *service_disc_list(Daemon *daemon, Problem **problem)
{
    (void)problem;
    fake_record(daemon, "disc_list");
    return fake_canned("{\"discs\":[" DISC "]}");
}

json_object *service_disc_show(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "disc_show %s", name);
    if (!fake_knows("disc", name, "win7", problem))
        return NULL;
    return fake_canned(
        "{\"name\":\"win7\",\"file\":\"win7.iso\",\"size\":3000000000,\"hashes\":null,\"verification\":null,"
        "\"known\":{\"statement\":\"not hashed yet\",\"by_hash\":null,\"by_volume\":[]},"
        "\"refused\":{\"code\":\"truncated\",\"message\":\"The disc ends early.\"}}");
}

json_object *service_driver_list(Daemon *daemon, Problem **problem)
{
    (void)problem;
    fake_record(daemon, "driver_list");
    return fake_canned("{\"drivers\":[{\"name\":\"virtio\"}]}");
}

json_object *service_driver_show(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "driver_show %s", name);
    if (!fake_knows("driver package", name, "virtio", problem))
        return NULL;
    return fake_canned("{\"name\":\"virtio\",\"inspection\":{\"infs\":[],\"files\":1,\"bytes\":2}}");
}

json_object *service_template_list(Daemon *daemon, Problem **problem)
{
    (void)problem;
    fake_record(daemon, "template_list");
    return fake_canned("{\"templates\":[" TEMPLATE_SUMMARY "]}");
}

json_object *service_template_show(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "template_show %s", name);
    return fake_knows("template", name, "win7-pro-x64", problem) ? fake_canned(TEMPLATE) : NULL;
}

char *service_answer_file_preview(Daemon *daemon, json_object *request, Problem **problem)
{
    (void)problem;
    fake_record(daemon, "answer_file_preview %s", json_string_member(request, "name"));
    return g_strdup("<unattend/>");
}

json_object *service_answer_file_explain(Daemon *daemon, json_object *request, Problem **problem)
{
    (void)problem;
    fake_record(daemon, "answer_file_explain %s", json_string_member(request, "name"));
    return fake_canned(
        "{\"answer_file\":\"<unattend/"
        ">\",\"warnings\":[],\"recipe\":\"00\",\"image\":null,\"explanation\":[{\"pointer\":\"/system/"
        "owner\","
        "\"value\":\"Lab\",\"source\":\"request\",\"carried_by\":[{\"pass\":\"specialize\"}]}]}");
}

json_object *service_vm_create(Daemon *daemon, json_object *request, const char *owner,
                               const ServiceIdempotency *idempotency, Problem **problem)
{
    g_assert_nonnull(owner);
    fake_record(daemon, "vm_create %s key=%s bytes=%" G_GSIZE_FORMAT, json_string_member(request, "name"),
                idempotency->key != NULL ? idempotency->key : "none", idempotency->body_length);
    static const char *const known[] = { "name", "password", NULL };
    g_autoptr(Faults) faults = faults_new();
    json_check_members(request, "", known, faults);
    if (faults_count(faults) > 0) {
        problem_set_faults(problem, &faults);
        return NULL;
    }
    json_object *created = fake_wrapped_job(daemon);
    json_object_object_add(created, "vm", fake_canned(MACHINE));
    return created;
}

json_object *service_vm_list(Daemon *daemon, const ServicePage *page, Problem **problem)
{
    (void)problem;
    fake_record_page(daemon, "vm_list", page);
    return fake_canned("{\"vms\":[" MACHINE "],\"next_cursor\":null}");
}

json_object *service_vm_show(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "vm_show %s", name);
    return fake_knows("machine", name, FAKE_MACHINE, problem) ? fake_canned(MACHINE) : NULL;
}

json_object *service_vm_delete(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "vm_delete %s", name);
    return fake_knows("machine", name, FAKE_MACHINE, problem) ? fake_wrapped_job(daemon) : NULL;
}

json_object *service_vm_change(Daemon *daemon, const char *name, json_object *body, Problem **problem)
{
    fake_record(daemon, "vm_change %s %s", name, json_string_member(body, "lifetime"));
    return fake_knows("machine", name, FAKE_MACHINE, problem) ? fake_canned(MACHINE) : NULL;
}

json_object *service_vm_start(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "vm_start %s", name);
    return fake_knows("machine", name, FAKE_MACHINE, problem) ? fake_wrapped_job(daemon) : NULL;
}

json_object *service_vm_stop(Daemon *daemon, const char *name, json_object *body_or_null, Problem **problem)
{
    fake_record(daemon, "vm_stop %s %s", name, body_or_null != NULL ? "body" : "none");
    return fake_knows("machine", name, FAKE_MACHINE, problem) ? fake_wrapped_job(daemon) : NULL;
}

#define IMAGE                                                                                                \
    "{\"name\":\"base\",\"uuid\":\"6b1f7c1e-0000-4000-8000-000000000002\",\"state\":\"ready\","              \
    "\"created\":\"2026-01-01T00:00:00.000Z\",\"machine\":\"lab\",\"parent\":null,\"template\":\"win7-pro-"  \
    "x64\","                                                                                                 \
    "\"disc\":\"win7\",\"edition\":\"PROFESSIONAL\",\"architecture\":\"amd64\",\"request\":null,\"agent\":"  \
    "null,"                                                                                                  \
    "\"job\":null,\"recipe\":null,\"size_bytes\":1000,\"clones\":[\"" FAKE_MACHINE                           \
    "\"],\"children\":[],\"pools\":[]}"

json_object *service_vm_seal(Daemon *daemon, const char *name, json_object *body, Problem **problem)
{
    fake_record(daemon, "vm_seal %s %s", name, json_string_member(body, "image"));
    return fake_knows("machine", name, FAKE_MACHINE, problem) ? fake_wrapped_job(daemon) : NULL;
}

json_object *service_image_list(Daemon *daemon, const ServicePage *page, Problem **problem)
{
    (void)problem;
    fake_record_page(daemon, "image_list", page);
    return fake_canned("{\"images\":[" IMAGE "],\"next_cursor\":null}");
}

json_object *service_image_show(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "image_show %s", name);
    return fake_knows("image", name, "base", problem) ? fake_canned(IMAGE) : NULL;
}

json_object *service_image_provenance(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "image_provenance %s", name);
    return fake_knows("image", name, "base", problem)
               ? fake_canned("{\"format\":\"sevend-provenance/1\",\"machine\":\"lab\"}")
               : NULL;
}

json_object *service_image_delete(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "image_delete %s", name);
    return fake_knows("image", name, "base", problem) ? fake_wrapped_job(daemon) : NULL;
}

#define AMOUNT "{\"machines\":null,\"vcpus\":4,\"memory_mib\":8192,\"disk_gib\":null,\"installs\":1}"
#define USED   "{\"machines\":1,\"vcpus\":2,\"memory_mib\":2048,\"disk_gib\":32,\"installs\":0}"

json_object *service_quota(Daemon *daemon, const char *user, Problem **problem)
{
    (void)problem;
    fake_record(daemon, "quota %.4s", user);
    return fake_canned("{\"host\":{\"limits\":" AMOUNT ",\"used\":" USED ",\"waiting\":[{\"job\":\"" FAKE_JOB
                       "\",\"user\":\"uid=0\",\"waiting\":null}]},"
                       "\"user\":{\"name\":\"uid=0\",\"limits\":" AMOUNT ",\"used\":" USED
                       ",\"waiting\":[]}}");
}

#define POOL                                                                                                 \
    "{\"name\":\"ci\",\"image\":\"base\",\"state\":\"active\",\"ready\":1,\"max\":2,\"hardware\":null,"      \
    "\"created\":\"2026-01-01T00:00:00.000Z\",\"machines\":[],\"waiting\":0,\"trouble\":null}"
#define LEASE(state)                                                                                         \
    "{\"id\":\"" FAKE_LEASE "\",\"pool\":\"ci\",\"holder\":\"uid=0\",\"state\":\"" state "\",\"vm\":null,"   \
    "\"created\":\"2026-01-01T00:00:00.000Z\",\"granted\":null,\"expires\":null,\"ended\":null,"             \
    "\"position\":null,\"reason\":null}"

json_object *service_pool_list(Daemon *daemon, Problem **problem)
{
    (void)problem;
    fake_record(daemon, "pool_list");
    return fake_canned("{\"pools\":[" POOL "]}");
}

json_object *service_pool_show(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "pool_show %s", name);
    return fake_knows("pool", name, "ci", problem) ? fake_canned(POOL) : NULL;
}

json_object *service_pool_put(Daemon *daemon, const char *name, json_object *body, gboolean *ret_made,
                              Problem **problem)
{
    (void)problem;
    fake_record(daemon, "pool_put %s %s", name, json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN));
    *ret_made = strcmp(name, "ci") != 0;
    return fake_canned(POOL);
}

json_object *service_pool_delete(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "pool_delete %s", name);
    return fake_knows("pool", name, "ci", problem) ? fake_canned(POOL) : NULL;
}

json_object *service_lease_create(Daemon *daemon, const char *pool, const char *holder,
                                  json_object *body_or_null, Problem **problem)
{
    fake_record(daemon, "lease_create %s %.4s %s", pool, holder,
                body_or_null ? json_object_to_json_string_ext(body_or_null, JSON_C_TO_STRING_PLAIN) : "-");
    return fake_knows("pool", pool, "ci", problem)
               ? fake_canned(body_or_null ? LEASE("waiting") : LEASE("held"))
               : NULL;
}

json_object *service_lease_list(Daemon *daemon, Problem **problem)
{
    (void)problem;
    fake_record(daemon, "lease_list");
    return fake_canned("{\"leases\":[" LEASE("held") "]}");
}

// Waits once, then has its machine.
json_object *service_lease_show(Daemon *daemon, const char *id, guint wait_seconds, Problem **problem)
{
    fake_record(daemon, "lease_show %s %u", id, wait_seconds);
    if (!fake_knows("lease", id, FAKE_LEASE, problem))
        return NULL;
    return fake_canned(wait_seconds == 0 ? LEASE("waiting") : LEASE("held"));
}

json_object *service_lease_change(Daemon *daemon, const char *id, json_object *body, Problem **problem)
{
    fake_record(daemon, "lease_change %s %s", id,
                json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN));
    return fake_knows("lease", id, FAKE_LEASE, problem) ? fake_canned(LEASE("held")) : NULL;
}

json_object *service_lease_end(Daemon *daemon, const char *id, Problem **problem)
{
    fake_record(daemon, "lease_end %s", id);
    return fake_knows("lease", id, FAKE_LEASE, problem) ? fake_canned(LEASE("ended")) : NULL;
}

json_object *service_vm_reset(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "vm_reset %s", name);
    return fake_knows("machine", name, FAKE_MACHINE, problem) ? fake_wrapped_job(daemon) : NULL;
}

json_object *service_snapshot_list(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "snapshot_list %s", name);
    return fake_knows("machine", name, FAKE_MACHINE, problem)
               ? fake_canned("{\"snapshots\":[{\"name\":\"clean\",\"created\":\"2026-01-02T03:04:05Z\","
                             "\"memory\":true,\"current\":true,\"parent\":null}]}")
               : NULL;
}

json_object *service_snapshot_save(Daemon *daemon, const char *name, json_object *body, Problem **problem)
{
    fake_record(daemon, "snapshot_save %s %s", name, json_string_member(body, "name"));
    return fake_knows("machine", name, FAKE_MACHINE, problem) ? fake_wrapped_job(daemon) : NULL;
}

json_object *service_snapshot_revert(Daemon *daemon, const char *name, const char *snapshot,
                                     Problem **problem)
{
    fake_record(daemon, "snapshot_revert %s %s", name, snapshot);
    return fake_knows("machine", name, FAKE_MACHINE, problem) ? fake_wrapped_job(daemon) : NULL;
}

json_object *service_snapshot_delete(Daemon *daemon, const char *name, const char *snapshot,
                                     Problem **problem)
{
    fake_record(daemon, "snapshot_delete %s %s", name, snapshot);
    return fake_knows("machine", name, FAKE_MACHINE, problem) ? fake_wrapped_job(daemon) : NULL;
}

json_object *service_vm_exec(Daemon *daemon, const char *name, json_object *body, Problem **problem)
{
    fake_record(daemon, "vm_exec %s", name);
    g_assert_true(json_object_is_type(body, json_type_object));
    if (!fake_knows("machine", name, FAKE_MACHINE, problem))
        return NULL;
    g_mutex_lock(&daemon->lock);
    daemon->blocked++;
    g_cond_broadcast(&daemon->changed);
    while (daemon->exec_held && !daemon->stopping)
        g_cond_wait(&daemon->changed, &daemon->lock);
    daemon->blocked--;
    gboolean stopping = daemon->stopping;
    fake_change(daemon);
    if (stopping) {
        problem_set(problem, 503, "stopping", "The daemon stops.");
        return NULL;
    }
    return fake_canned(
        "{\"exit_code\":0,\"timed_out\":false,\"stdout\":\"hello\",\"stdout_encoding\":\"utf-8\","
        "\"stderr\":\"\",\"stderr_encoding\":\"utf-8\",\"truncated\":false}");
}

gboolean service_vm_keys(Daemon *daemon, const char *name, json_object *body, Problem **problem)
{
    fake_record(daemon, "vm_keys %s", name);
    g_assert_true(json_object_is_type(body, json_type_object));
    return fake_knows("machine", name, FAKE_MACHINE, problem);
}

struct ServiceExec {
    Daemon *daemon;
    guint told;
};

ServiceExec *service_exec_begin(Daemon *daemon, const char *name, json_object *body, Problem **problem)
{
    fake_record(daemon, "exec_begin %s", name);
    g_assert_true(json_object_is_type(body, json_type_object));
    if (!fake_knows("machine", name, FAKE_MACHINE, problem))
        return NULL;
    ServiceExec *exec = g_new0(ServiceExec, 1);
    exec->daemon = daemon;
    return exec;
}

// Two pieces, a silence, the end.
json_object *service_exec_next(ServiceExec *exec, guint wait_ms, const char **ret_kind)
{
    (void)wait_ms;
    static const struct {
        const char *kind, *data;
    } events[] = {
        { "stdout", "{\"data\":\"one\\n\",\"data_encoding\":\"utf-8\"}" },
        { "stderr", "{\"data\":\"AP8=\",\"data_encoding\":\"base64\"}" },
        { NULL, NULL },
        { "exit", "{\"exit_code\":3,\"timed_out\":false,\"truncated\":false}" },
    };
    g_assert_cmpuint(exec->told, <, G_N_ELEMENTS(events));
    const guint number = exec->told++;
    *ret_kind = events[number].kind;
    return events[number].data ? fake_canned(events[number].data) : NULL;
}

void service_exec_free(ServiceExec *exec)
{
    g_free(exec);
}

gboolean service_vm_pointer(Daemon *daemon, const char *name, json_object *body, Problem **problem)
{
    fake_record(daemon, "vm_pointer %s", name);
    g_assert_true(json_object_is_type(body, json_type_object));
    return fake_knows("machine", name, FAKE_MACHINE, problem);
}

json_object *service_vm_wait_for(Daemon *daemon, const char *name, json_object *body, Problem **problem)
{
    fake_record(daemon, "vm_wait_for %s", name);
    g_assert_true(json_object_is_type(body, json_type_object));
    return fake_knows("machine", name, FAKE_MACHINE, problem)
               ? fake_canned("{\"found\":true,\"seconds\":1.5}")
               : NULL;
}

json_object *service_vm_screen_hash(Daemon *daemon, const char *name, guint x, guint y, guint width,
                                    guint height, Problem **problem)
{
    fake_record(daemon, "vm_screen_hash %s %u %u %u %u", name, x, y, width, height);
    return fake_knows("machine", name, FAKE_MACHINE, problem) ? fake_canned("{\"sha256\":\"00\"}") : NULL;
}

gboolean service_command_input(Daemon *daemon, const char *id, json_object *body, Problem **problem)
{
    fake_record(daemon, "command_input %s", id);
    g_assert_true(json_object_is_type(body, json_type_object));
    return fake_knows("command", id, FAKE_JOB, problem);
}

gboolean service_command_kill(Daemon *daemon, const char *id, Problem **problem)
{
    fake_record(daemon, "command_kill %s", id);
    return fake_knows("command", id, FAKE_JOB, problem);
}

GBytes *service_vm_screenshot(Daemon *daemon, const char *name, Problem **problem)
{
    static const char png[] = "\x89PNG\r\n\x1a\n\0binary";
    fake_record(daemon, "vm_screenshot %s", name);
    return fake_knows("machine", name, FAKE_MACHINE, problem) ? g_bytes_new_static(png, sizeof png - 1)
                                                              : NULL;
}

GBytes *service_vm_console_log(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "vm_console_log %s", name);
    return fake_knows("machine", name, FAKE_MACHINE, problem) ? g_bytes_new_static("", 0) : NULL;
}

char *service_vm_answer_file(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "vm_answer_file %s", name);
    return fake_knows("machine", name, FAKE_MACHINE, problem) ? g_strdup("<unattend/>") : NULL;
}

json_object *service_vm_isolation(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "vm_isolation %s", name);
    if (!fake_knows("machine", name, FAKE_MACHINE, problem))
        return NULL;
    return fake_canned("{\"isolated\":true,\"checked\":\"2026-01-01T00:00:00.000Z\",\"checks\":[{\"name\":"
                       "\"no-interface\",\"where\":\"live-xml\",\"ok\":true,\"detail\":\"none\"}]}");
}
