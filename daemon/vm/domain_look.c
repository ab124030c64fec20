// SPDX-License-Identifier: GPL-3.0-or-later
// What only looks at a domain: power, XML, disk activity, screen, ownership. What changes it: domain.c.
#include <libvirt/virterror.h>

#include "daemon/vm/domain_parts.h"
#include "daemon/vm/domain_xml.h"
#include "daemon/vm/screenshot.h"
#include "daemon/vm/xml.h"

#define WAIT_MS 5000

static DomainPower power_of(int state, int reason)
{
    switch (state) {
    case VIR_DOMAIN_RUNNING:
    case VIR_DOMAIN_BLOCKED:
    case VIR_DOMAIN_SHUTDOWN: // on its way, its QEMU still there
        return DOMAIN_RUNNING;
    case VIR_DOMAIN_PAUSED:
        return DOMAIN_PAUSED;
    case VIR_DOMAIN_SHUTOFF:
        return reason == VIR_DOMAIN_SHUTOFF_CRASHED ? DOMAIN_CRASHED : DOMAIN_OFF;
    case VIR_DOMAIN_CRASHED:
        return DOMAIN_CRASHED;
    default:
        return DOMAIN_OTHER;
    }
}

gboolean domain_power(VmConnection *connection, const char *uuid, DomainPower *ret_power, GError **error)
{
    int state, reason;
    GError *failure = NULL;
    g_auto(DomainHandle) handle = { NULL, NULL };

    if (!domain_handle_open(connection, uuid, &handle, &failure)) {
        if (g_error_matches(failure, VM_ERROR, VM_ERROR_NOT_FOUND)) {
            g_error_free(failure);
            *ret_power = DOMAIN_GONE;
            return TRUE;
        }
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (virDomainGetState(handle.domain, &state, &reason, 0) < 0) {
        vm_error_set_libvirt(error, "power of domain %s", uuid);
        return FALSE;
    }
    *ret_power = power_of(state, reason);
    return TRUE;
}

static void add_power(GHashTable *powers, const virDomainStatsRecord *record)
{
    char uuid[VIR_UUID_STRING_BUFLEN];
    int state = 0, reason = 0;
    if (virDomainGetUUIDString(record->dom, uuid) < 0 ||
        virTypedParamsGetInt(record->params, record->nparams, "state.state", &state) != 1)
        return;
    virTypedParamsGetInt(record->params, record->nparams, "state.reason", &reason);
    g_hash_table_insert(powers, g_strdup(uuid), GINT_TO_POINTER(power_of(state, reason)));
}

GHashTable *domain_power_all(VmConnection *connection, GError **error)
{
    virDomainStatsRecordPtr *records = NULL;
    g_auto(VmConnect) connect = vm_connection_get(connection, WAIT_MS, error);
    if (connect == NULL)
        return NULL;
    const int count = virConnectGetAllDomainStats(connect, VIR_DOMAIN_STATS_STATE, &records, 0);
    if (count < 0) {
        vm_error_set_libvirt(error, "power of all domains");
        return NULL;
    }
    GHashTable *powers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int i = 0; i < count; i++)
        add_power(powers, records[i]);
    virDomainStatsRecordListFree(records);
    return powers;
}

gboolean domain_paused_by_disk(VmConnection *connection, const char *uuid)
{
    int state, reason;
    g_auto(DomainHandle) handle = { NULL, NULL };

    return domain_handle_open(connection, uuid, &handle, NULL) &&
           virDomainGetState(handle.domain, &state, &reason, 0) == 0 && state == VIR_DOMAIN_PAUSED &&
           reason == VIR_DOMAIN_PAUSED_IOERROR;
}

const char *domain_power_name(DomainPower power)
{
    static const char *const names[] = {
        [DOMAIN_GONE] = "gone",     [DOMAIN_OFF] = "shutoff",     [DOMAIN_RUNNING] = "running",
        [DOMAIN_PAUSED] = "paused", [DOMAIN_CRASHED] = "crashed", [DOMAIN_OTHER] = "other",
    };

    return (gsize)power < G_N_ELEMENTS(names) ? names[power] : "other";
}

// A libvirt string as one that g_free() may have.
static char *adopt(char *text)
{
    char *copy = g_strdup(text);

    free(text);
    return copy;
}

char *domain_live_xml(VmConnection *connection, const char *uuid, GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };

    if (!domain_handle_open(connection, uuid, &handle, error))
        return NULL;
    char *xml = adopt(virDomainGetXMLDesc(handle.domain, 0));
    if (xml == NULL) {
        vm_error_set_libvirt(error, "XML of domain %s", uuid);
    } else if (virDomainIsActive(handle.domain) != 1) {
        // Without it, libvirt gives the definition under the same name.
        g_clear_pointer(&xml, g_free);
        g_set_error(error, VM_ERROR, VM_ERROR_STATE, "domain %s is not running", uuid);
    }
    return xml;
}

char *domain_inactive_xml(VmConnection *connection, const char *uuid, GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };

    if (!domain_handle_open(connection, uuid, &handle, error))
        return NULL;
    char *xml = adopt(virDomainGetXMLDesc(handle.domain, VIR_DOMAIN_XML_INACTIVE));
    if (xml == NULL)
        vm_error_set_libvirt(error, "definition of domain %s", uuid);
    return xml;
}

char *domain_native_command(VmConnection *connection, const char *xml, GError **error)
{
    g_auto(VmConnect) connect = vm_connection_get(connection, WAIT_MS, error);
    if (connect == NULL)
        return NULL;
    char *command = adopt(virConnectDomainXMLToNative(connect, "qemu-argv", xml, 0));
    if (command == NULL)
        vm_error_set_libvirt(error, "QEMU's command line");
    return command;
}

// Bytes written; -1 if libvirt does not tell. No disk's name: all disks together. CDs are written by nobody.
static long long bytes_written(virDomainPtr domain)
{
    int count = 0;
    long long bytes = -1;

    // First for the number of parameters: libvirt refuses a larger one than it has.
    if (virDomainBlockStatsFlags(domain, "", NULL, &count, 0) < 0 || count <= 0)
        return -1;
    g_autofree virTypedParameterPtr parameters = g_new0(virTypedParameter, (gsize)count);
    if (virDomainBlockStatsFlags(domain, "", parameters, &count, 0) < 0)
        return -1;
    if (virTypedParamsGetLLong(parameters, count, VIR_DOMAIN_BLOCK_STATS_WRITE_BYTES, &bytes) != 1)
        bytes = -1;
    virTypedParamsClear(parameters, count);
    return bytes;
}

gboolean domain_disk_written(VmConnection *connection, const char *uuid, guint64 *ret_bytes, GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };

    if (!domain_handle_open(connection, uuid, &handle, error))
        return FALSE;
    long long bytes = bytes_written(handle.domain);
    if (bytes < 0) {
        vm_error_set_libvirt(error, "disk activity of domain %s", uuid);
        return FALSE;
    }
    *ret_bytes = (guint64)bytes;
    return TRUE;
}

gboolean domain_disk_read(VmConnection *connection, const char *uuid, const char *drive, guint64 *ret_bytes,
                          GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };
    virDomainBlockStatsStruct stats;

    if (!domain_handle_open(connection, uuid, &handle, error))
        return FALSE;
    if (virDomainBlockStats(handle.domain, drive, &stats, sizeof stats) < 0) {
        vm_error_set_libvirt(error, "activity of drive %s of domain %s", drive, uuid);
        return FALSE;
    }
    *ret_bytes = stats.rd_bytes > 0 ? (guint64)stats.rd_bytes : 0;
    return TRUE;
}

// Adds what its virtual processors say under @suffix ("vcpu.0.time", "vcpu.1.time" …); FALSE if none does.
static gboolean add_of_processors(const virDomainStatsRecord *record, const char *suffix, guint64 *sum)
{
    gboolean any = FALSE;
    for (int i = 0; i < record->nparams; i++) {
        const virTypedParameter *one = &record->params[i];
        if (one->type != VIR_TYPED_PARAM_ULLONG || !g_str_has_prefix(one->field, "vcpu.") ||
            !g_str_has_suffix(one->field, suffix))
            continue;
        *sum += one->value.ul;
        any = TRUE;
    }
    return any;
}

gboolean domain_processor_demand(VmConnection *connection, const char *uuid, guint64 *ret_nanoseconds,
                                 GError **error)
{
    virDomainStatsRecordPtr *records = NULL;
    guint64 demand = 0;
    g_auto(DomainHandle) handle = { NULL, NULL };

    if (!domain_handle_open(connection, uuid, &handle, error))
        return FALSE;
    virDomainPtr domains[] = { handle.domain, NULL };
    // Nothing of this needs the monitor: a QEMU that does not answer keeps nobody waiting here.
    if (virDomainListGetStats(domains, VIR_DOMAIN_STATS_VCPU, &records,
                              VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT) < 0) {
        vm_error_set_libvirt(error, "processor time of domain %s", uuid);
        return FALSE;
    }
    const gboolean runs = records[0] && add_of_processors(records[0], ".time", &demand);
    if (runs)
        add_of_processors(records[0], ".delay", &demand); // an older kernel tells none
    else
        g_set_error(error, VM_ERROR, VM_ERROR_STATE, "domain %s is not running", uuid);
    virDomainStatsRecordListFree(records);
    *ret_nanoseconds = demand;
    return runs;
}

// NULL if the stream breaks or is longer than a screen can be.
static GByteArray *receive(virStreamPtr stream)
{
    g_autofree char *buffer = g_malloc(65536);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    int got;

    while ((got = virStreamRecv(stream, buffer, 65536)) > 0) {
        if (bytes->len + (guint)got > SCREENSHOT_LIMIT) {
            virStreamAbort(stream);
            return NULL;
        }
        g_byte_array_append(bytes, (const guint8 *)buffer, (guint)got);
    }
    if (got < 0) {
        virStreamAbort(stream);
        return NULL;
    }
    return virStreamFinish(stream) == 0 ? g_steal_pointer(&bytes) : NULL;
}

GBytes *domain_screenshot(VmConnection *connection, const char *uuid, GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };

    if (!domain_handle_open(connection, uuid, &handle, error))
        return NULL;
    g_autoptr(virStream) stream = virStreamNew(handle.connect, 0);
    char *mime = stream ? virDomainScreenshot(handle.domain, stream, 0, 0) : NULL;
    if (mime == NULL) {
        vm_error_set_libvirt(error, "screen of domain %s", uuid);
        return NULL;
    }
    // The bytes say what they are; the type is what libvirt believes.
    free(mime);
    g_autoptr(GByteArray) image = receive(stream);
    if (image == NULL) {
        vm_error_set_libvirt(error, "screen of domain %s", uuid);
        return NULL;
    }
    g_autoptr(GBytes) bytes = g_byte_array_free_to_bytes(g_steal_pointer(&image));
    return screenshot_to_png(bytes, error);
}

static gboolean is_owned(virDomainPtr domain, const char *instance)
{
    char *metadata = virDomainGetMetadata(domain, VIR_DOMAIN_METADATA_ELEMENT, DOMAIN_METADATA_NAMESPACE, 0);
    if (metadata == NULL)
        return FALSE;
    g_autoptr(XmlDocument) document = xml_parse(metadata, NULL);
    free(metadata);
    g_autofree char *owner = document ? xml_get(xmlDocGetRootElement(document), "instance") : NULL;
    return g_strcmp0(owner, instance) == 0;
}

char **domain_list_owned(VmConnection *connection, const char *instance, GError **error)
{
    virDomainPtr *domains = NULL;
    g_auto(VmConnect) connect = vm_connection_get(connection, WAIT_MS, error);
    if (connect == NULL)
        return NULL;
    int count = virConnectListAllDomains(connect, &domains, 0);
    if (count < 0) {
        vm_error_set_libvirt(error, "listing domains");
        return NULL;
    }
    g_autoptr(GStrvBuilder) uuids = g_strv_builder_new();
    for (int i = 0; i < count; i++) {
        char uuid[VIR_UUID_STRING_BUFLEN];
        if (is_owned(domains[i], instance) && virDomainGetUUIDString(domains[i], uuid) == 0)
            g_strv_builder_add(uuids, uuid);
        virDomainFree(domains[i]);
    }
    free(domains);
    return g_strv_builder_end(uuids);
}

char **domain_list_active(VmConnection *connection, GError **error)
{
    virDomainPtr *domains = NULL;
    g_auto(VmConnect) connect = vm_connection_get(connection, WAIT_MS, error);
    if (connect == NULL)
        return NULL;
    const int count = virConnectListAllDomains(connect, &domains, VIR_CONNECT_LIST_DOMAINS_ACTIVE);
    if (count < 0) {
        vm_error_set_libvirt(error, "list of running domains");
        return NULL;
    }
    g_autoptr(GPtrArray) uuids = g_ptr_array_new();
    for (int i = 0; i < count; i++) {
        char uuid[VIR_UUID_STRING_BUFLEN];
        if (virDomainGetUUIDString(domains[i], uuid) == 0)
            g_ptr_array_add(uuids, g_strdup(uuid));
        virDomainFree(domains[i]);
    }
    free(domains);
    g_ptr_array_add(uuids, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&uuids), FALSE);
}
