// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/vm/snapshots.h"

#include <libvirt/virterror.h>
#include <string.h>

#include "daemon/vm/domain_parts.h"
#include "daemon/vm/domain_xml.h"
#include "daemon/vm/xml.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(virDomainSnapshot, virDomainSnapshotFree)

void snapshot_free(Snapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    g_free(snapshot->name);
    g_free(snapshot->description);
    g_free(snapshot->parent);
    g_free(snapshot);
}

static char *text_of(xmlNode *element)
{
    xmlChar *content = element ? xmlNodeGetContent(element) : NULL;
    char *text = g_strdup((const char *)content);

    xmlFree(content);
    return text;
}

// Only the drive that domain_insert() is used with: what an operator's template has put into another stays.
static gboolean drive_holds_disc(xmlNode *domain)
{
    for (xmlNode *each = xml_first(xml_find(domain, "devices")); each; each = xml_next(each)) {
        g_autofree char *target = xml_get(xml_find(each, "target"), "dev");
        xmlNode *source = xml_find(each, "source");
        if (!xml_is(each, "disk") || g_strcmp0(target, DRIVE_CONFIG) != 0 || source == NULL)
            continue;
        g_autofree char *file = xml_get(source, "file"), *volume = xml_get(source, "volume");
        return file != NULL || volume != NULL;
    }
    return FALSE;
}

static Snapshot *read_snapshot(xmlNode *root)
{
    Snapshot *snapshot = g_new0(Snapshot, 1);
    xmlNode *parent = xml_find(root, "parent");
    xmlNode *memory = xml_find(root, "memory");
    g_autofree char *state = text_of(xml_find(root, "state"));
    g_autofree char *created = text_of(xml_find(root, "creationTime"));
    g_autofree char *kept = memory ? xml_get(memory, "snapshot") : NULL;

    snapshot->name = text_of(xml_find(root, "name"));
    snapshot->description = text_of(xml_find(root, "description"));
    snapshot->parent = parent ? text_of(xml_find(parent, "name")) : NULL;
    snapshot->created = created ? g_ascii_strtoll(created, NULL, 10) : 0;
    // libvirt's drivers without <memory> tell by the state alone.
    snapshot->memory = kept ? strcmp(kept, "no") != 0 : g_strcmp0(state, "shutoff") != 0;
    snapshot->has_disc = snapshot->memory && drive_holds_disc(xml_find(root, "domain"));
    return snapshot;
}

static Snapshot *describe(virDomainSnapshotPtr handle, GError **error)
{
    char *xml = virDomainSnapshotGetXMLDesc(handle, 0);

    if (xml == NULL) {
        vm_error_set_libvirt(error, "looking at snapshot \"%s\"", virDomainSnapshotGetName(handle));
        return NULL;
    }
    g_autoptr(XmlDocument) document = xml_parse(xml, error);
    free(xml);
    if (document == NULL)
        return NULL;
    Snapshot *snapshot = read_snapshot(xmlDocGetRootElement(document));
    snapshot->current = virDomainSnapshotIsCurrent(handle, 0) == 1;
    return snapshot;
}

static int by_age(gconstpointer a, gconstpointer b)
{
    const Snapshot *one = *(Snapshot *const *)a, *other = *(Snapshot *const *)b;

    if (one->created != other->created)
        return one->created < other->created ? -1 : 1;
    return strcmp(one->name, other->name);
}

GPtrArray *snapshot_list(VmConnection *connection, const char *uuid, GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)snapshot_free);
    virDomainSnapshotPtr *handles = NULL;
    gboolean whole = TRUE;

    if (!domain_handle_open(connection, uuid, &handle, error))
        return NULL;
    const int count = virDomainListAllSnapshots(handle.domain, &handles, 0);
    if (count < 0) {
        vm_error_set_libvirt(error, "listing the snapshots of domain %s", uuid);
        return NULL;
    }
    for (int i = 0; i < count; i++) {
        GError *failure = NULL;
        Snapshot *snapshot = whole ? describe(handles[i], &failure) : NULL;
        if (snapshot) {
            g_ptr_array_add(list, snapshot);
        } else if (g_error_matches(failure, VM_ERROR, VM_ERROR_NOT_FOUND)) {
            g_error_free(failure); // deleted since
        } else if (whole) {
            whole = FALSE;
            g_propagate_error(error, failure);
        }
        virDomainSnapshotFree(handles[i]);
    }
    free(handles);
    g_ptr_array_sort(list, by_age);
    return whole ? g_steal_pointer(&list) : NULL;
}

// NULL without @error if there is none of that name.
static virDomainSnapshotPtr open_snapshot(const DomainHandle *handle, const char *name, GError **error)
{
    virDomainSnapshotPtr snapshot = virDomainSnapshotLookupByName(handle->domain, name, 0);

    if (snapshot == NULL && virGetLastErrorCode() != VIR_ERR_NO_DOMAIN_SNAPSHOT)
        vm_error_set_libvirt(error, "snapshot \"%s\"", name);
    return snapshot;
}

gboolean snapshot_find(VmConnection *connection, const char *uuid, const char *name, Snapshot **ret_snapshot,
                       GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };
    GError *failure = NULL;

    if (!domain_handle_open(connection, uuid, &handle, error))
        return FALSE;
    g_autoptr(virDomainSnapshot) found = open_snapshot(&handle, name, &failure);
    Snapshot *snapshot = found ? describe(found, &failure) : NULL;
    if (failure && !g_error_matches(failure, VM_ERROR, VM_ERROR_NOT_FOUND)) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    g_clear_error(&failure);
    *ret_snapshot = snapshot;
    return TRUE;
}

gboolean snapshot_save(VmConnection *connection, const char *uuid, const char *name, const char *description,
                       GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };
    // Without <disks>, libvirt takes the disk that can be written to and leaves out the CD drives, which are
    // read-only.
    g_autofree char *xml = g_markup_printf_escaped("<domainsnapshot><name>%s</name>"
                                                   "<description>%s</description></domainsnapshot>",
                                                   name, description);

    if (!domain_handle_open(connection, uuid, &handle, error))
        return FALSE;
    g_autoptr(virDomainSnapshot) made =
        virDomainSnapshotCreateXML(handle.domain, xml, VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC);
    if (made == NULL)
        vm_error_set_libvirt(error, "saving snapshot \"%s\"", name);
    return made != NULL;
}

gboolean snapshot_revert(VmConnection *connection, const char *uuid, const Snapshot *snapshot, GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };
    GError *failure = NULL;

    if (!domain_handle_open(connection, uuid, &handle, error))
        return FALSE;
    g_autoptr(virDomainSnapshot) found = open_snapshot(&handle, snapshot->name, &failure);
    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    // Without memory, PAUSED would start the machine.
    if (found &&
        virDomainRevertToSnapshot(found, snapshot->memory ? VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED : 0) == 0)
        return TRUE;
    vm_error_set_libvirt(error, "going back to snapshot \"%s\"", snapshot->name);
    return FALSE;
}

gboolean snapshot_delete(VmConnection *connection, const char *uuid, const char *name, GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };
    GError *failure = NULL;

    if (!domain_handle_open(connection, uuid, &handle, error))
        return FALSE;
    g_autoptr(virDomainSnapshot) found = open_snapshot(&handle, name, &failure);
    if (found == NULL && failure == NULL)
        return TRUE;
    if (found &&
        (virDomainSnapshotDelete(found, 0) == 0 || virGetLastErrorCode() == VIR_ERR_NO_DOMAIN_SNAPSHOT))
        return TRUE;
    if (failure)
        g_propagate_error(error, failure);
    else
        vm_error_set_libvirt(error, "deleting snapshot \"%s\"", name);
    return FALSE;
}

gboolean snapshot_meets_disc(VmConnection *connection, const char *uuid, gboolean *ret_disc, GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };

    if (!domain_handle_open(connection, uuid, &handle, error))
        return FALSE;
    char *xml = virDomainGetXMLDesc(handle.domain, 0);
    if (xml == NULL) {
        vm_error_set_libvirt(error, "XML of domain %s", uuid);
        return FALSE;
    }
    g_autoptr(XmlDocument) document = xml_parse(xml, error);
    free(xml);
    if (document)
        *ret_disc = drive_holds_disc(xmlDocGetRootElement(document));
    return document != NULL;
}
