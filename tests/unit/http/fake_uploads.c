// SPDX-License-Identifier: GPL-3.0-or-later
// The disc and drivers folders and the exports of the fake service, and evidence: takes uploads, keeps
// nothing but their number of bytes, and runs out of room at FAKE_ROOM.
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/http/fake_daemon.h"

struct Upload {
    Daemon *daemon;
    guint64 bytes;
};

ServiceUpload *service_disc_upload_begin(Daemon *daemon, const char *name, const ServiceUploadHead *head,
                                         Problem **problem)
{
    fake_record(daemon, "disc_upload_begin %s length=%" G_GINT64_FORMAT " range=%s tag=%s", name,
                head->length, head->content_range != NULL ? head->content_range : "-",
                head->tag != NULL ? head->tag : "-");
    if (g_str_equal(name, "win7")) {
        problem_set(problem, 409, "conflict", "There is a disc \"%s\".", name);
        return NULL;
    }
    ServiceUpload *upload = g_new0(ServiceUpload, 1);
    upload->daemon = daemon;
    return upload;
}

gboolean service_upload_write(ServiceUpload *upload, const void *bytes, gsize length, Problem **problem)
{
    (void)bytes;
    upload->bytes += length;
    if (upload->bytes <= FAKE_ROOM)
        return TRUE;
    problem_set(problem, 507, "no-space", "There is no room.");
    return FALSE;
}

void service_upload_abandon(ServiceUpload *upload)
{
    fake_record(upload->daemon, "upload_abandon after %" G_GUINT64_FORMAT, upload->bytes);
    g_free(upload);
}

json_object *service_disc_upload_finish(Daemon *daemon, ServiceUpload *upload, gboolean *ret_complete,
                                        Problem **problem)
{
    (void)problem;
    fake_record(daemon, "disc_upload_finish %" G_GUINT64_FORMAT, upload->bytes);
    *ret_complete = upload->bytes != FAKE_PART;
    g_free(upload);
    return *ret_complete ? fake_canned("{\"name\":\"new\",\"size\":3,\"state\":\"unchecked\"}")
                         : service_disc_upload_show(daemon, "new", problem);
}

json_object *service_disc_upload_show(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "disc_upload_show %s", name);
    if (!fake_knows("upload", name, "new", problem))
        return NULL;
    return fake_canned("{\"name\":\"new\",\"received\":5,\"total\":10,\"tag\":null,\"active\":false,"
                       "\"modified\":\"2026-01-01T00:00:00Z\"}");
}

gboolean service_disc_upload_delete(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "disc_upload_delete %s", name);
    return fake_knows("upload", name, "new", problem);
}

json_object *service_disc_verify(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "disc_verify %s", name);
    return fake_knows("disc", name, "win7", problem) ? fake_wrapped_job(daemon) : NULL;
}

gboolean service_disc_delete(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "disc_delete %s", name);
    return fake_knows("disc", name, "win7", problem);
}

json_object *service_export_create(Daemon *daemon, const char *disc, json_object *request, Problem **problem)
{
    fake_record(daemon, "export_create %s %s", disc, json_string_member(request, "name"));
    if (!fake_knows("disc", disc, "win7", problem))
        return NULL;
    json_object *answer = fake_wrapped_job(daemon);
    json_object_object_add(answer, "export", json_object_new_string(FAKE_JOB));
    return answer;
}

int service_export_open(Daemon *daemon, const char *id, guint64 *ret_size, Problem **problem)
{
    fake_record(daemon, "export_open %s", id);
    if (!fake_knows("export", id, FAKE_JOB, problem))
        return -1;
    int fd = memfd_create("export", MFD_CLOEXEC);
    g_assert_cmpint(write(fd, "iso\0bytes", 9), ==, 9);
    *ret_size = 9;
    return fd;
}

json_object *service_vm_provenance(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "vm_provenance %s", name);
    if (!fake_knows("machine", name, "a", problem))
        return NULL;
    return fake_canned("{\"format\":\"sevend-provenance/"
                       "1\",\"machine\":\"a\",\"uuid\":\"6f1b2c3d-0000-4000-8000-000000000000\","
                       "\"job\":\"" FAKE_JOB
                       "\",\"created\":\"2026-01-01T00:00:00Z\",\"versions\":{\"sevend\":\"0.1.0\","
                       "\"libvirt\":\"9.0.0\",\"hypervisor\":\"QEMU "
                       "7.2.0\",\"virt_type\":\"qemu\"},\"disc\":{\"name\":\"win7\","
                       "\"file\":\"win7.iso\",\"size\":1,\"volume_id\":\"X\",\"sha1\":null,\"sha256\":null},"
                       "\"edition\":{\"edition_id\":"
                       "\"ULTIMATE\",\"index\":4,\"architecture\":\"amd64\"},\"drivers\":[{\"name\":"
                       "\"virtio\",\"sha256\":\"ab\"}],"
                       "\"boot_disc\":null,\"template\":{\"name\":\"t\",\"files\":[{\"name\":\"t\","
                       "\"sha256\":\"cd\"}]},\"guest\":{},"
                       "\"answer_file_sha256\":\"ef\",\"config_disc_sha256\":\"ee\",\"firmware\":"
                       "{\"name\":\"SeaBIOS\",\"version\":\"1.16.2\",\"sha256\":\"ff\"},"
                       "\"domain_sha256\":\"01\",\"request\":{},\"agent\":null,"
                       "\"state\":\"ready\"}");
}

json_object *service_job_evidence(Daemon *daemon, const char *id, Problem **problem)
{
    fake_record(daemon, "job_evidence %s", id);
    if (!fake_knows("job", id, FAKE_JOB, problem))
        return NULL;
    return fake_canned("{\"job\":\"" FAKE_JOB "\",\"files\":[{\"name\":\"console.log\",\"size\":3,"
                       "\"type\":\"text/plain; charset=utf-8\",\"sha256\":\"ab\"}]}");
}

int service_job_evidence_open(Daemon *daemon, const char *id, const char *file, guint64 *ret_size,
                              const char **ret_type, Problem **problem)
{
    fake_record(daemon, "job_evidence_open %s %s", id, file);
    if (!fake_knows("evidence", file, "screen-1.png", problem))
        return -1;
    int fd = memfd_create("evidence", MFD_CLOEXEC);
    g_assert_cmpint(write(fd, "png", 3), ==, 3);
    *ret_size = 3;
    *ret_type = "image/png";
    return fd;
}

gboolean service_export_delete(Daemon *daemon, const char *id, Problem **problem)
{
    fake_record(daemon, "export_delete %s", id);
    return fake_knows("export", id, FAKE_JOB, problem);
}

ServiceUpload *service_driver_upload_begin(Daemon *daemon, const char *name, const char *architecture,
                                           const ServiceUploadHead *head, Problem **problem)
{
    (void)problem;
    fake_record(daemon, "driver_upload_begin %s length=%" G_GINT64_FORMAT " for %s", name, head->length,
                architecture != NULL ? architecture : "all");
    ServiceUpload *upload = g_new0(ServiceUpload, 1);
    upload->daemon = daemon;
    return upload;
}

json_object *service_driver_upload_finish(Daemon *daemon, ServiceUpload *upload, const char *architecture,
                                          gboolean *ret_complete, Problem **problem)
{
    fake_record(daemon, "driver_upload_finish %" G_GUINT64_FORMAT " for %s", upload->bytes,
                architecture != NULL ? architecture : "all");
    *ret_complete = upload->bytes != FAKE_PART;
    g_free(upload);
    if (!*ret_complete)
        return service_driver_upload_show(daemon, "new", problem);
    return fake_canned("{\"name\":\"new\",\"inspection\":{\"infs\":[],\"files\":1,\"bytes\":2},\"imported\":{"
                       "\"kind\":\"zip\",\"folders\":[\"\"],\"files\":1,\"bytes\":2,\"left_out\":0}}");
}

json_object *service_driver_upload_show(Daemon *daemon, const char *name, Problem **problem)
{
    return service_disc_upload_show(daemon, name, problem);
}

gboolean service_driver_upload_delete(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "driver_upload_delete %s", name);
    return fake_knows("upload", name, "new", problem);
}

gboolean service_driver_delete(Daemon *daemon, const char *name, Problem **problem)
{
    fake_record(daemon, "driver_delete %s", name);
    return fake_knows("driver package", name, "virtio", problem);
}
