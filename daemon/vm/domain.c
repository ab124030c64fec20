// SPDX-License-Identifier: GPL-3.0-or-later
// What changes a domain: define, start, stop, eject. What only looks: domain_look.c.
#include <string.h>

#include "daemon/vm/domain.h"

#include <libvirt/libvirt-qemu.h>
#include <libvirt/virterror.h>

#include "common/json.h"
#include "daemon/vm/domain_parts.h"
#include "daemon/vm/xml.h"

#define KEY_HOLD_MS 20u
#define WAIT_MS     5000

gboolean domain_handle_open(VmConnection *connection, const char *uuid, DomainHandle *ret_handle,
                            GError **error)
{
    virConnectPtr connect = vm_connection_get(connection, WAIT_MS, error);
    virDomainPtr domain = connect ? virDomainLookupByUUIDString(connect, uuid) : NULL;

    if (connect && domain == NULL)
        vm_error_set_libvirt(error, "domain %s", uuid);
    if (domain == NULL) {
        vm_connect_release(connect);
        return FALSE;
    }
    *ret_handle = (DomainHandle){ connect, domain };
    return TRUE;
}

void domain_handle_close(DomainHandle *handle)
{
    if (handle->domain)
        virDomainFree(handle->domain);
    vm_connect_release(handle->connect);
    *handle = (DomainHandle){ NULL, NULL };
}

gboolean domain_define(VmConnection *connection, const char *xml, GError **error)
{
    g_auto(VmConnect) connect = vm_connection_get(connection, WAIT_MS, error);
    if (connect == NULL)
        return FALSE;
    g_autoptr(virDomain) domain = virDomainDefineXMLFlags(connect, xml, VIR_DOMAIN_DEFINE_VALIDATE);
    if (domain == NULL)
        vm_error_set_libvirt(error, "defining the domain");
    return domain != NULL;
}

static gboolean is_paused(virDomainPtr domain)
{
    int state = VIR_DOMAIN_NOSTATE;

    return virDomainGetState(domain, &state, NULL, 0) == 0 && state == VIR_DOMAIN_PAUSED;
}

static gboolean resume(const DomainHandle *handle, const char *uuid, GError **error)
{
    // One that runs is what was asked for; libvirt says nothing against it.
    if (virDomainResume(handle->domain) == 0)
        return TRUE;
    vm_error_set_libvirt(error, "resuming domain %s", uuid);
    return FALSE;
}

// Starting one that runs is refused by libvirt; that it runs is what counts.
static gboolean start(const DomainHandle *handle, const char *uuid, guint flags, GError **error)
{
    if (virDomainIsActive(handle->domain) == 1 || virDomainCreateWithFlags(handle->domain, flags) == 0)
        return TRUE;
    GError *failure = NULL;
    vm_error_set_libvirt(&failure, "starting domain %s", uuid);
    if (virDomainIsActive(handle->domain) == 1) {
        g_error_free(failure);
        return TRUE;
    }
    g_propagate_error(error, failure);
    return FALSE;
}

gboolean domain_start(VmConnection *connection, const char *uuid, GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };

    if (!domain_handle_open(connection, uuid, &handle, error) || !start(&handle, uuid, 0, error))
        return FALSE;
    return !is_paused(handle.domain) || resume(&handle, uuid, error);
}

gboolean domain_start_paused(VmConnection *connection, const char *uuid, GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };

    return domain_handle_open(connection, uuid, &handle, error) &&
           start(&handle, uuid, VIR_DOMAIN_START_PAUSED, error);
}

gboolean domain_suspend(VmConnection *connection, const char *uuid, GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };

    if (!domain_handle_open(connection, uuid, &handle, error))
        return FALSE;
    if (virDomainSuspend(handle.domain) == 0)
        return TRUE;
    vm_error_set_libvirt(error, "halting domain %s", uuid);
    return FALSE;
}

gboolean domain_resume(VmConnection *connection, const char *uuid, GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };

    return domain_handle_open(connection, uuid, &handle, error) && resume(&handle, uuid, error);
}

// Opens the domain; *@ret_gone tells one that does not exist, which is no error here.
static gboolean open_unless_gone(VmConnection *connection, const char *uuid, DomainHandle *ret_handle,
                                 gboolean *ret_gone, GError **error)
{
    GError *failure = NULL;

    *ret_gone = FALSE;
    if (domain_handle_open(connection, uuid, ret_handle, &failure))
        return TRUE;
    *ret_gone = g_error_matches(failure, VM_ERROR, VM_ERROR_NOT_FOUND);
    if (*ret_gone)
        g_error_free(failure);
    else
        g_propagate_error(error, failure);
    return FALSE;
}

gboolean domain_destroy(VmConnection *connection, const char *uuid, GError **error)
{
    gboolean gone;
    g_auto(DomainHandle) handle = { NULL, NULL };

    if (!open_unless_gone(connection, uuid, &handle, &gone, error))
        return gone;
    if (virDomainIsActive(handle.domain) == 0 || virDomainDestroy(handle.domain) == 0)
        return TRUE;
    // It may have gone off by itself in between.
    GError *failure = NULL;
    vm_error_set_libvirt(&failure, "stopping domain %s", uuid);
    if (virDomainIsActive(handle.domain) == 0) {
        g_error_free(failure);
        return TRUE;
    }
    g_propagate_error(error, failure);
    return FALSE;
}

gboolean domain_undefine(VmConnection *connection, const char *uuid, GError **error)
{
    gboolean gone;
    g_auto(DomainHandle) handle = { NULL, NULL };

    if (!open_unless_gone(connection, uuid, &handle, &gone, error))
        return gone;
    if (virDomainUndefineFlags(handle.domain, VIR_DOMAIN_UNDEFINE_MANAGED_SAVE |
                                                  VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA) == 0)
        return TRUE;
    if (virGetLastErrorCode() == VIR_ERR_NO_DOMAIN)
        return TRUE;
    vm_error_set_libvirt(error, "undefining domain %s", uuid);
    return FALSE;
}

gboolean domain_press_power_button(VmConnection *connection, const char *uuid, GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };

    if (!domain_handle_open(connection, uuid, &handle, error))
        return FALSE;
    if (virDomainShutdownFlags(handle.domain, VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN) == 0)
        return TRUE;
    vm_error_set_libvirt(error, "pressing the power button of domain %s", uuid);
    return FALSE;
}

gboolean domain_press_keys(VmConnection *connection, const char *uuid, const guint *codes, guint count,
                           GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };
    guint copy[VIR_DOMAIN_SEND_KEY_MAX_KEYS];

    if (!domain_handle_open(connection, uuid, &handle, error))
        return FALSE;
    count = MIN(count, VIR_DOMAIN_SEND_KEY_MAX_KEYS);
    memcpy(copy, codes, count * sizeof *copy);
    if (virDomainSendKey(handle.domain, VIR_KEYCODE_SET_LINUX, KEY_HOLD_MS, copy, (int)count, 0) == 0)
        return TRUE;
    vm_error_set_libvirt(error, "pressing keys of domain %s", uuid);
    return FALSE;
}

gboolean domain_monitor_command(VmConnection *connection, const char *uuid, const char *command,
                                GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };
    char *reply = NULL;

    if (!domain_handle_open(connection, uuid, &handle, error))
        return FALSE;
    if (virDomainQemuMonitorCommand(handle.domain, command, &reply, 0) < 0) {
        vm_error_set_libvirt(error, "QEMU of domain %s", uuid);
        return FALSE;
    }
    g_autoptr(json_object) answer = json_tokener_parse(reply);
    json_object *refusal = NULL, *text = NULL;
    free(reply);
    if (!json_object_object_get_ex(answer, "error", &refusal))
        return TRUE;
    json_object_object_get_ex(refusal, "desc", &text);
    g_set_error(error, VM_ERROR, VM_ERROR_FAILED, "QEMU of domain %s: %s", uuid,
                text ? json_object_get_string(text) : "refused");
    return FALSE;
}

gboolean domain_set_memory(VmConnection *connection, const char *uuid, guint mib, GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };
    const unsigned long kib = (unsigned long)mib * 1024;

    if (!domain_handle_open(connection, uuid, &handle, error))
        return FALSE;
    // The maximum first: memory never exceeds it.
    if (virDomainSetMemoryFlags(handle.domain, kib, VIR_DOMAIN_AFFECT_CONFIG | VIR_DOMAIN_MEM_MAXIMUM) == 0 &&
        virDomainSetMemoryFlags(handle.domain, kib, VIR_DOMAIN_AFFECT_CONFIG) == 0)
        return TRUE;
    vm_error_set_libvirt(error, "setting the memory of domain %s", uuid);
    return FALSE;
}

gboolean domain_running_memory(VmConnection *connection, const char *uuid, guint *ret_mib, GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };
    virDomainInfo info;

    if (!domain_handle_open(connection, uuid, &handle, error))
        return FALSE;
    if (virDomainGetInfo(handle.domain, &info) != 0) {
        vm_error_set_libvirt(error, "looking at domain %s", uuid);
        return FALSE;
    }
    *ret_mib = info.state == VIR_DOMAIN_SHUTOFF ? 0 : (guint)(info.maxMem / 1024);
    return TRUE;
}

static xmlNode *find_drive(xmlDoc *document, const char *drive)
{
    xmlNode *devices = xml_find(xmlDocGetRootElement(document), "devices");

    for (xmlNode *each = xml_first(devices); each; each = xml_next(each)) {
        g_autofree char *target = xml_get(xml_find(each, "target"), "dev");
        if (xml_is(each, "disk") && g_strcmp0(target, drive) == 0)
            return each;
    }
    return NULL;
}

// The drive's XML without its disc; NULL without @error if it is empty already.
static char *emptied_drive(const char *domain_xml, const char *drive, GError **error)
{
    g_autoptr(XmlDocument) document = xml_parse(domain_xml, error);
    if (document == NULL)
        return NULL;
    xmlNode *disk = find_drive(document, drive);
    if (disk == NULL) {
        g_set_error(error, VM_ERROR, VM_ERROR_NOT_FOUND, "no drive \"%s\"", drive);
        return NULL;
    }
    gboolean had_disc = FALSE;
    for (const char *const *part = (const char *const[]){ "source", "backingStore", NULL }; *part; part++) {
        xmlNode *element = xml_find(disk, *part);
        if (element == NULL)
            continue;
        had_disc = had_disc || xml_is(element, "source");
        xmlUnlinkNode(element);
        xmlFreeNode(element);
    }
    if (!had_disc)
        return NULL;
    // An empty volume drive would name no pool.
    xmlSetProp(disk, BAD_CAST "type", BAD_CAST "file");
    return xml_element_text(disk);
}

// The drive's XML with @path in it.
static char *filled_drive(const char *domain_xml, const char *drive, const char *path, GError **error)
{
    g_autoptr(XmlDocument) document = xml_parse(domain_xml, error);
    xmlNode *disk = document ? find_drive(document, drive) : NULL;
    if (document && disk == NULL)
        g_set_error(error, VM_ERROR, VM_ERROR_NOT_FOUND, "no drive \"%s\"", drive);
    if (disk == NULL)
        return NULL;
    // An empty drive that held a disc before has a source of nothing.
    xmlNode *old = xml_find(disk, "source");
    g_autofree char *file = old ? xml_get(old, "file") : NULL, *volume = old ? xml_get(old, "volume") : NULL;
    if (file || volume) {
        g_set_error(error, VM_ERROR, VM_ERROR_STATE, "drive \"%s\" holds a disc", drive);
        return NULL;
    }
    if (old) {
        xmlUnlinkNode(old);
        xmlFreeNode(old);
    }
    xmlSetProp(disk, BAD_CAST "type", BAD_CAST "file");
    xmlSetProp(xmlNewChild(disk, NULL, BAD_CAST "source", NULL), BAD_CAST "file", BAD_CAST path);
    return xml_element_text(disk);
}

gboolean domain_insert(VmConnection *connection, const char *uuid, const char *drive, const char *path,
                       GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };
    GError *failure = NULL;

    if (!domain_handle_open(connection, uuid, &handle, error))
        return FALSE;
    char *xml = virDomainGetXMLDesc(handle.domain, 0);
    g_autofree char *filled = xml ? filled_drive(xml, drive, path, &failure) : NULL;
    free(xml);
    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (filled && virDomainUpdateDeviceFlags(handle.domain, filled,
                                             VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_DEVICE_MODIFY_FORCE) == 0)
        return TRUE;
    vm_error_set_libvirt(error, "putting a disc into drive \"%s\"", drive);
    return FALSE;
}

// @xml_flags and @update_flags choose running machine or definition.
static gboolean eject_from(virDomainPtr domain, const char *drive, guint xml_flags, guint update_flags,
                           GError **error)
{
    GError *failure = NULL;
    char *xml = virDomainGetXMLDesc(domain, xml_flags);
    g_autofree char *empty = xml ? emptied_drive(xml, drive, &failure) : NULL;

    free(xml);
    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (xml && empty == NULL)
        return TRUE;
    // FORCE: the guest may have locked the tray.
    if (empty &&
        virDomainUpdateDeviceFlags(domain, empty, update_flags | VIR_DOMAIN_DEVICE_MODIFY_FORCE) == 0)
        return TRUE;
    vm_error_set_libvirt(error, "ejecting the disc of drive \"%s\"", drive);
    return FALSE;
}

gboolean domain_eject(VmConnection *connection, const char *uuid, const char *drive, GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };

    if (!domain_handle_open(connection, uuid, &handle, error))
        return FALSE;
    if (virDomainIsActive(handle.domain) == 1 &&
        !eject_from(handle.domain, drive, 0, VIR_DOMAIN_AFFECT_LIVE, error))
        return FALSE;
    return eject_from(handle.domain, drive, VIR_DOMAIN_XML_INACTIVE, VIR_DOMAIN_AFFECT_CONFIG, error);
}
