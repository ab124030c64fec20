// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/vm/disk_backup.h"

#include <libvirt/virterror.h>

#include "daemon/vm/domain_parts.h"

// Every disk that is not named is not backed up, so that CD drives need no mention.
static char *backup_xml(const char *drive, const char *folder)
{
    return g_markup_printf_escaped("<domainbackup mode='pull'>"
                                   "<server transport='unix' socket='%s/nbd.sock'/>"
                                   "<disks><disk name='%s' backup='yes' type='file'>"
                                   "<scratch file='%s/scratch.qcow2'/></disk></disks>"
                                   "</domainbackup>",
                                   folder, drive, folder);
}

gboolean disk_backup_begin(VmConnection *connection, const char *uuid, const char *drive, const char *folder,
                           GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };
    g_autofree char *xml = backup_xml(drive, folder);

    if (!domain_handle_open(connection, uuid, &handle, error))
        return FALSE;
    if (virDomainBackupBegin(handle.domain, xml, NULL, 0) == 0)
        return TRUE;
    vm_error_set_libvirt(error, "reading the disk of domain %s while it runs", uuid);
    return FALSE;
}

gboolean disk_backup_end(VmConnection *connection, const char *uuid, GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };

    if (!domain_handle_open(connection, uuid, &handle, error))
        return FALSE;
    if (virDomainAbortJob(handle.domain) == 0)
        return TRUE;
    const virError *failure = virGetLastError();
    if (failure && failure->code == VIR_ERR_OPERATION_INVALID) // no job: it is over
        return TRUE;
    vm_error_set_libvirt(error, "ending the reading of the disk of domain %s", uuid);
    return FALSE;
}

static gboolean backup_is_running(virDomainPtr domain)
{
    virTypedParameterPtr parameters = NULL;
    int type = VIR_DOMAIN_JOB_NONE, count = 0, operation = VIR_DOMAIN_JOB_OPERATION_UNKNOWN;

    if (virDomainGetJobStats(domain, &type, &parameters, &count, 0) != 0)
        return FALSE; // it does not run
    virTypedParamsGetInt(parameters, count, VIR_DOMAIN_JOB_OPERATION, &operation);
    virTypedParamsFree(parameters, count);
    return type != VIR_DOMAIN_JOB_NONE && operation == VIR_DOMAIN_JOB_OPERATION_BACKUP;
}

gboolean disk_backup_end_abandoned(VmConnection *connection, const char *uuid, GError **error)
{
    g_auto(DomainHandle) handle = { NULL, NULL };

    if (!domain_handle_open(connection, uuid, &handle, error))
        return FALSE;
    return !backup_is_running(handle.domain) || disk_backup_end(connection, uuid, error);
}
