// SPDX-License-Identifier: GPL-3.0-or-later
// See storage.h. Looks pool and volume up anew each time, so that libvirtd may restart between any two calls.
#include "daemon/vm/storage.h"

#include <errno.h>
#include <fcntl.h>
#include <libvirt/virterror.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/vm/xml.h"

#define WAIT_MS 5000
// What libvirt sends in one packet of a stream.
#define CHUNK (256u * 1024)

static virStoragePoolPtr find_pool(virConnectPtr connect, const char *pool, GError **error)
{
    virStoragePoolPtr found = virStoragePoolLookupByName(connect, pool);

    if (found == NULL)
        vm_error_set_libvirt(error, "storage pool \"%s\"", pool);
    return found;
}

// NULL without @error if the pool has no such volume; NULL with @error on failure.
static virStorageVolPtr find_volume(virStoragePoolPtr pool, const char *name, GError **error)
{
    virStorageVolPtr volume = virStorageVolLookupByName(pool, name);
    const virError *last = volume ? NULL : virGetLastError();

    if (last && last->code != VIR_ERR_NO_STORAGE_VOL)
        vm_error_set_libvirt(error, "volume \"%s\"", name);
    return volume;
}

static char *pool_xml(const char *pool, const char *target_path)
{
    g_autoptr(XmlDocument) document = xmlNewDoc(BAD_CAST "1.0");
    xmlNode *root = xmlNewNode(NULL, BAD_CAST "pool");

    xmlDocSetRootElement(document, root);
    xml_set(root, "type", "dir", NULL);
    xml_add_text(root, "name", "%s", pool);
    xmlNode *target = xml_add(root, "target");
    xml_add_text(target, "path", "%s", target_path);
    // QEMU's user must pass through it but need not list it.
    xml_add_text(xml_add(target, "permissions"), "mode", "0711");
    return xml_document_text(document);
}

static gboolean define_pool(virConnectPtr connect, const char *pool, const char *target_path, GError **error)
{
    g_autofree char *xml = pool_xml(pool, target_path);
    g_autoptr(virStoragePool) defined = virStoragePoolDefineXML(connect, xml, 0);

    if (defined == NULL || virStoragePoolBuild(defined, 0) < 0) {
        vm_error_set_libvirt(error, "making storage pool \"%s\"", pool);
        // Undefined again, so that the next attempt does not take it for one that is complete.
        if (defined)
            virStoragePoolUndefine(defined);
        return FALSE;
    }
    if (virStoragePoolSetAutostart(defined, 1) < 0)
        g_warning("storage pool \"%s\" will not start by itself: %s", pool, virGetLastErrorMessage());
    return TRUE;
}

static gboolean is_folder(virStoragePoolPtr pool)
{
    char *xml = virStoragePoolGetXMLDesc(pool, 0);
    g_autoptr(XmlDocument) document = xml ? xml_parse(xml, NULL) : NULL;
    g_autofree char *type = document ? xml_get(xmlDocGetRootElement(document), "type") : NULL;

    free(xml);
    return g_strcmp0(type, "dir") == 0;
}

static gboolean start_pool(virStoragePoolPtr found, const char *pool, GError **error)
{
    if (virStoragePoolIsActive(found) == 1 || virStoragePoolCreate(found, 0) == 0)
        return TRUE;
    // A pool whose folder was never made, or is gone. Of another type, building might format something.
    if (is_folder(found) && virStoragePoolBuild(found, 0) == 0 && virStoragePoolCreate(found, 0) == 0)
        return TRUE;
    GError *failure = NULL;
    vm_error_set_libvirt(&failure, "starting storage pool \"%s\"", pool);
    // Somebody else may have started it in between.
    if (virStoragePoolIsActive(found) == 1) {
        g_error_free(failure);
        return TRUE;
    }
    g_propagate_error(error, failure);
    return FALSE;
}

gboolean storage_pool_ensure(VmConnection *connection, const char *pool, const char *target_path,
                             GError **error)
{
    g_auto(VmConnect) connect = vm_connection_get(connection, WAIT_MS, error);
    if (connect == NULL)
        return FALSE;
    g_autoptr(virStoragePool) found = virStoragePoolLookupByName(connect, pool);
    if (found == NULL) {
        if (virGetLastErrorCode() != VIR_ERR_NO_STORAGE_POOL) {
            vm_error_set_libvirt(error, "storage pool \"%s\"", pool);
            return FALSE;
        }
        if (!define_pool(connect, pool, target_path, error))
            return FALSE;
        found = find_pool(connect, pool, error);
        if (found == NULL)
            return FALSE;
    }
    return start_pool(found, pool, error);
}

// @base_path: of the volume that it is laid over, or NULL.
static virStorageVolPtr create_volume(virStoragePoolPtr pool, const char *name, const char *format,
                                      guint64 bytes, const char *base_path, GError **error)
{
    g_autoptr(XmlDocument) document = xmlNewDoc(BAD_CAST "1.0");
    xmlNode *root = xmlNewNode(NULL, BAD_CAST "volume");

    xmlDocSetRootElement(document, root);
    xml_add_text(root, "name", "%s", name);
    xml_set(xml_add_text(root, "capacity", "%" G_GUINT64_FORMAT, bytes), "unit", "bytes", NULL);
    xml_add_text(root, "allocation", "0");
    xmlNode *target = xml_add(root, "target");
    xml_set(xml_add(target, "format"), "type", format, NULL);
    // Config discs hold passwords. libvirt gives the file to QEMU's user while the machine runs.
    xml_add_text(xml_add(target, "permissions"), "mode", "0600");
    if (base_path) {
        xmlNode *backing = xml_add(root, "backingStore");
        xml_add_text(backing, "path", "%s", base_path);
        xml_set(xml_add(backing, "format"), "type", "qcow2", NULL);
    }

    g_autofree char *xml = xml_document_text(document);
    virStorageVolPtr volume = virStorageVolCreateXML(pool, xml, 0);
    if (volume == NULL)
        vm_error_set_libvirt(error, "creating volume \"%s\"", name);
    return volume;
}

static gboolean check_free(virStoragePoolPtr pool, const char *name, GError **error)
{
    GError *failure = NULL;
    g_autoptr(virStorageVol) volume = find_volume(pool, name, &failure);

    if (volume)
        g_set_error(&failure, VM_ERROR, VM_ERROR_STATE, "volume \"%s\" is there already", name);
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, failure);
    return FALSE;
}

gboolean storage_volume_create(VmConnection *connection, const char *pool, const char *name, guint64 bytes,
                               GError **error)
{
    g_auto(VmConnect) connect = vm_connection_get(connection, WAIT_MS, error);
    g_autoptr(virStoragePool) found = connect ? find_pool(connect, pool, error) : NULL;
    if (found == NULL || !check_free(found, name, error))
        return FALSE;
    g_autoptr(virStorageVol) volume = create_volume(found, name, "qcow2", bytes, NULL, error);
    return volume != NULL;
}

gboolean storage_volume_create_over(VmConnection *connection, const char *pool, const char *name,
                                    const char *base, GError **error)
{
    virStorageVolInfo about;
    g_auto(VmConnect) connect = vm_connection_get(connection, WAIT_MS, error);
    g_autoptr(virStoragePool) found = connect ? find_pool(connect, pool, error) : NULL;
    if (found == NULL || !check_free(found, name, error))
        return FALSE;
    g_autoptr(virStorageVol) below = virStorageVolLookupByName(found, base);
    char *path = below ? virStorageVolGetPath(below) : NULL;
    if (path == NULL || virStorageVolGetInfo(below, &about) < 0) {
        vm_error_set_libvirt(error, "volume \"%s\"", base);
        free(path);
        return FALSE;
    }
    g_autoptr(virStorageVol) volume = create_volume(found, name, "qcow2", about.capacity, path, error);
    free(path);
    return volume != NULL;
}

static gboolean delete_volume(virStoragePoolPtr pool, const char *name, GError **error)
{
    GError *failure = NULL;
    g_autoptr(virStorageVol) volume = find_volume(pool, name, &failure);

    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (volume && virStorageVolDelete(volume, 0) < 0) {
        vm_error_set_libvirt(error, "deleting volume \"%s\"", name);
        return FALSE;
    }
    return TRUE;
}

// -1 with @error at the first failure, else the number of bytes read: less than @size only at the file's end.
static gssize read_whole(int file, const char *path, char *buffer, gsize size, GError **error)
{
    gsize have = 0;

    while (have < size) {
        ssize_t got = read(file, buffer + have, size - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(errno), "%s: %s", path,
                        g_strerror(errno));
            return -1;
        }
        if (got == 0)
            break;
        have += (gsize)got;
    }
    return (gssize)have;
}

static gboolean send_all(virStreamPtr stream, const char *bytes, gsize length)
{
    while (length > 0) {
        int sent = virStreamSend(stream, bytes, length);
        if (sent < 0)
            return FALSE;
        bytes += sent;
        length -= (gsize)sent;
    }
    return TRUE;
}

// What is sent: from where the descriptor is, @size bytes.
typedef struct {
    int file;
    const char *path;
    guint64 size;
    StorageProgressFunc progress; // or NULL
    gpointer data;
} Content;

static gboolean send_piece(virStreamPtr stream, const Content *content, char *buffer, gsize length,
                           GError **error)
{
    gssize got = read_whole(content->file, content->path, buffer, length, error);

    if (got < 0)
        return FALSE;
    if ((gsize)got < length) {
        g_set_error(error, VM_ERROR, VM_ERROR_FAILED, "%s became shorter while it was sent", content->path);
        return FALSE;
    }
    if (send_all(stream, buffer, length))
        return TRUE;
    vm_error_set_libvirt(error, "sending %s", content->path);
    return FALSE;
}

static gboolean send_file(virStreamPtr stream, const Content *content, GError **error)
{
    g_autofree char *buffer = g_malloc(CHUNK);

    for (guint64 done = 0; done < content->size;) {
        gsize length = MIN(content->size - done, CHUNK);
        if (content->progress && !content->progress(done, content->size, content->data, error))
            return FALSE;
        if (!send_piece(stream, content, buffer, length, error))
            return FALSE;
        done += length;
    }
    return TRUE;
}

static gboolean upload(virConnectPtr connect, virStorageVolPtr volume, const Content *content, GError **error)
{
    g_autoptr(virStream) stream = virStreamNew(connect, 0);

    if (stream == NULL || virStorageVolUpload(volume, stream, 0, content->size, 0) < 0) {
        vm_error_set_libvirt(error, "sending %s", content->path);
        return FALSE;
    }
    if (!send_file(stream, content, error)) {
        virStreamAbort(stream);
        return FALSE;
    }
    if (virStreamFinish(stream) < 0) {
        vm_error_set_libvirt(error, "sending %s", content->path);
        return FALSE;
    }
    return TRUE;
}

static int open_regular(const char *path, guint64 *ret_size, GError **error)
{
    struct stat about;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (file < 0 || fstat(file, &about) < 0) {
        g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(errno), "%s: %s", path,
                    g_strerror(errno));
    } else if (!S_ISREG(about.st_mode) || about.st_size == 0) {
        g_set_error(error, VM_ERROR, VM_ERROR_INVALID, "%s is empty or no regular file", path);
    } else {
        *ret_size = (guint64)about.st_size;
        return file;
    }
    if (file >= 0)
        close(file);
    return -1;
}

// A volume of @format and @capacity with that content, in place of one of that name.
static gboolean replace_volume(virConnectPtr connect, virStoragePoolPtr pool, const char *name,
                               const char *format, guint64 capacity, const Content *content, GError **error)
{
    g_autoptr(virStorageVol) volume = NULL;
    gboolean ok = delete_volume(pool, name, error) &&
                  (volume = create_volume(pool, name, format, capacity, NULL, error)) != NULL &&
                  upload(connect, volume, content, error);

    // Half of it must not be taken for a whole one later.
    if (!ok && volume && virStorageVolDelete(volume, 0) < 0)
        g_warning("volume \"%s\" is incomplete and cannot be deleted: %s", name, virGetLastErrorMessage());
    return ok;
}

gboolean storage_volume_upload(VmConnection *connection, const char *pool, const char *name, const char *path,
                               GError **error)
{
    Content content = { .path = path };
    g_auto(VmConnect) connect = vm_connection_get(connection, WAIT_MS, error);
    g_autoptr(virStoragePool) found = connect ? find_pool(connect, pool, error) : NULL;
    if (found == NULL)
        return FALSE;
    content.file = open_regular(path, &content.size, error);
    if (content.file < 0)
        return FALSE;
    gboolean ok = replace_volume(connect, found, name, "raw", content.size, &content, error);
    close(content.file);
    return ok;
}

gboolean storage_volume_upload_disk(VmConnection *connection, const char *pool, const char *name,
                                    const StorageDisk *disk, StorageProgressFunc progress, gpointer data,
                                    GError **error)
{
    guint64 there = 0;
    Content content = { .path = disk->path, .size = disk->size, .progress = progress, .data = data };
    g_auto(VmConnect) connect = vm_connection_get(connection, WAIT_MS, error);
    g_autoptr(virStoragePool) found = connect ? find_pool(connect, pool, error) : NULL;
    if (found == NULL)
        return FALSE;
    content.file = open_regular(disk->path, &there, error);
    if (content.file < 0)
        return FALSE;
    gboolean ok = lseek(content.file, (off_t)disk->offset, SEEK_SET) >= 0;
    if (!ok)
        g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(errno), "%s: %s", disk->path,
                    g_strerror(errno));
    ok = ok && replace_volume(connect, found, name, "qcow2", disk->capacity, &content, error);
    close(content.file);
    return ok;
}

gboolean storage_pool_room(VmConnection *connection, const char *pool, guint64 *ret_bytes, GError **error)
{
    virStoragePoolInfo about;
    g_auto(VmConnect) connect = vm_connection_get(connection, WAIT_MS, error);
    g_autoptr(virStoragePool) found = connect ? find_pool(connect, pool, error) : NULL;
    if (found == NULL)
        return FALSE;
    // What it says is of its last refresh. It refuses one while a volume is being made.
    if (virStoragePoolRefresh(found, 0) < 0)
        g_debug("storage pool \"%s\" is not refreshed: %s", pool, virGetLastErrorMessage());
    if (virStoragePoolGetInfo(found, &about) < 0) {
        vm_error_set_libvirt(error, "storage pool \"%s\"", pool);
        return FALSE;
    }
    *ret_bytes = about.available;
    return TRUE;
}

gboolean storage_volume_delete(VmConnection *connection, const char *pool, const char *name, GError **error)
{
    g_auto(VmConnect) connect = vm_connection_get(connection, WAIT_MS, error);
    g_autoptr(virStoragePool) found = connect ? find_pool(connect, pool, error) : NULL;

    return found && delete_volume(found, name, error);
}

gboolean storage_volume_exists(VmConnection *connection, const char *pool, const char *name,
                               gboolean *ret_exists, GError **error)
{
    GError *failure = NULL;
    g_auto(VmConnect) connect = vm_connection_get(connection, WAIT_MS, error);
    g_autoptr(virStoragePool) found = connect ? find_pool(connect, pool, error) : NULL;
    if (found == NULL)
        return FALSE;
    g_autoptr(virStorageVol) volume = find_volume(found, name, &failure);
    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    *ret_exists = volume != NULL;
    return TRUE;
}

static gboolean volume_info(VmConnection *connection, const char *pool, const char *name,
                            virStorageVolInfo *ret_about, GError **error)
{
    g_auto(VmConnect) connect = vm_connection_get(connection, WAIT_MS, error);
    g_autoptr(virStoragePool) found = connect ? find_pool(connect, pool, error) : NULL;
    g_autoptr(virStorageVol) volume = found ? virStorageVolLookupByName(found, name) : NULL;
    if (volume == NULL || virStorageVolGetInfo(volume, ret_about) < 0) {
        if (found)
            vm_error_set_libvirt(error, "size of volume \"%s\"", name);
        return FALSE;
    }
    return TRUE;
}

gboolean storage_volume_size(VmConnection *connection, const char *pool, const char *name, guint64 *ret_bytes,
                             GError **error)
{
    virStorageVolInfo about;
    if (!volume_info(connection, pool, name, &about, error))
        return FALSE;
    *ret_bytes = about.allocation;
    return TRUE;
}

gboolean storage_volume_capacity(VmConnection *connection, const char *pool, const char *name,
                                 guint64 *ret_bytes, GError **error)
{
    virStorageVolInfo about;
    if (!volume_info(connection, pool, name, &about, error))
        return FALSE;
    *ret_bytes = about.capacity;
    return TRUE;
}

char *storage_volume_path(VmConnection *connection, const char *pool, const char *name, GError **error)
{
    g_auto(VmConnect) connect = vm_connection_get(connection, WAIT_MS, error);
    g_autoptr(virStoragePool) found = connect ? find_pool(connect, pool, error) : NULL;
    g_autoptr(virStorageVol) volume = found ? virStorageVolLookupByName(found, name) : NULL;
    char *path = volume ? virStorageVolGetPath(volume) : NULL;
    if (path == NULL) {
        if (found)
            vm_error_set_libvirt(error, "path of volume %s", name);
        return NULL;
    }
    char *copy = g_strdup(path);
    free(path);
    return copy;
}

char **storage_volume_list(VmConnection *connection, const char *pool, GError **error)
{
    virStorageVolPtr *volumes = NULL;
    g_auto(VmConnect) connect = vm_connection_get(connection, WAIT_MS, error);
    g_autoptr(virStoragePool) found = connect ? find_pool(connect, pool, error) : NULL;
    if (found == NULL)
        return NULL;
    // Files may have come or gone behind libvirt's back. It refuses while a volume is being made: then its
    // list is fresh enough.
    if (virStoragePoolRefresh(found, 0) < 0)
        g_debug("storage pool \"%s\" is not refreshed: %s", pool, virGetLastErrorMessage());
    int count = virStoragePoolListAllVolumes(found, &volumes, 0);
    if (count < 0) {
        vm_error_set_libvirt(error, "listing storage pool \"%s\"", pool);
        return NULL;
    }
    char **names = g_new0(char *, (gsize)count + 1);
    for (int i = 0; i < count; i++) {
        names[i] = g_strdup(virStorageVolGetName(volumes[i]));
        virStorageVolFree(volumes[i]);
    }
    free(volumes);
    return names;
}
