// SPDX-License-Identifier: GPL-3.0-or-later
// Files of a machine, as the fake daemon has them: one that reads "hello", and whatever is put.
#include <string.h>

#include "tests/unit/http/fake_daemon.h"

struct ServiceFile {
    Daemon *daemon;
    guint64 left; // of what is read
    guint64 bytes;
    gboolean breaks, put;
};

static gboolean known(Daemon *daemon, const char *name, const char *path, Problem **problem)
{
    if (!fake_knows("machine", name, FAKE_MACHINE, problem))
        return FALSE;
    if (path != NULL && strcmp(path, "C:/none") != 0)
        return TRUE;
    fake_record(daemon, "no such file");
    problem_set(problem, 404, "not-found-in-machine", "there is no such file");
    return FALSE;
}

void service_file_free(ServiceFile *file)
{
    if (file == NULL)
        return;
    if (file->put)
        fake_record(file->daemon, "file_given_up %" G_GUINT64_FORMAT, file->bytes);
    g_free(file);
}

ServiceFile *service_file_put_begin(Daemon *daemon, const char *name, const char *path, const char *modified,
                                    const ServiceUploadHead *head, Problem **problem)
{
    fake_record(daemon, "file_put %s %s modified=%s length=%" G_GINT64_FORMAT, name, path ? path : "-",
                modified ? modified : "-", head->length);
    if (!known(daemon, name, path, problem))
        return NULL;
    ServiceFile *file = g_new0(ServiceFile, 1);
    file->daemon = daemon;
    file->put = TRUE;
    return file;
}

gboolean service_file_put_write(ServiceFile *file, const void *bytes, gsize length, Problem **problem)
{
    file->bytes += length;
    if (memchr(bytes, '!', length) == NULL)
        return TRUE;
    problem_set(problem, 422, "agent-refused", "the machine's disk is full");
    return FALSE;
}

json_object *service_file_put_finish(ServiceFile *file, Problem **problem)
{
    (void)problem;
    fake_record(file->daemon, "file_put_finish %" G_GUINT64_FORMAT, file->bytes);
    g_free(file);
    return fake_canned("{\"path\":\"C:/a\",\"size\":3,\"sha256\":\"00\"}");
}

// "C:/breaks" ends before it should; of "C:/late" the hash is not known before.
ServiceFile *service_file_get_begin(Daemon *daemon, const char *name, const char *path,
                                    ServiceFileHead *ret_head, Problem **problem)
{
    fake_record(daemon, "file_get %s %s", name, path ? path : "-");
    if (!known(daemon, name, path, problem))
        return NULL;
    ServiceFile *file = g_new0(ServiceFile, 1);
    file->daemon = daemon;
    file->left = strlen("hello");
    file->breaks = strcmp(path, "C:/breaks") == 0;
    *ret_head = (ServiceFileHead){ .size = strlen("hello") };
    if (strcmp(path, "C:/late") != 0)
        ret_head->sha256 = service_file_get_sha256(file);
    return file;
}

const char *service_file_get_sha256(const ServiceFile *file)
{
    (void)file;
    return "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"; // of "hello"
}

gssize service_file_get_read(ServiceFile *file, void *buffer, gsize size)
{
    if (file->left == 0 || size == 0)
        return 0;
    if (file->breaks && file->left < 5)
        return -1;
    *(char *)buffer = "hello"[5 - file->left--];
    return 1;
}

json_object *service_folder_list(Daemon *daemon, const char *name, const char *path, Problem **problem)
{
    fake_record(daemon, "folder_list %s %s", name, path ? path : "-");
    return known(daemon, name, path, problem)
               ? fake_canned("{\"path\":\"C:/\",\"type\":\"folder\",\"size\":0,\"modified\":null,"
                             "\"entries\":[{\"name\":\"a\",\"type\":\"file\",\"size\":1,\"modified\":"
                             "\"2026-11-27T00:00:00Z\"}]}")
               : NULL;
}

gboolean service_folder_make(Daemon *daemon, const char *name, const char *path, Problem **problem)
{
    fake_record(daemon, "folder_make %s %s", name, path ? path : "-");
    return known(daemon, name, path, problem);
}
