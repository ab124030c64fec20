// SPDX-License-Identifier: GPL-3.0-or-later
// The isolation gate. What the rule says is daemon/vm/isolation.c's.
#include "daemon/install/isolation_gate.h"

#include "daemon/jobs/engine.h"
#include "daemon/vm/domain.h"

static gboolean check_running(Daemon *daemon, const char *uuid, IsolationReport *report, GError **error)
{
    DomainPower power = DOMAIN_GONE;
    if (!domain_power(daemon->libvirt, uuid, &power, error))
        return FALSE;
    if (power != DOMAIN_RUNNING && power != DOMAIN_PAUSED)
        return TRUE;
    g_autofree char *live = domain_live_xml(daemon->libvirt, uuid, error);
    if (!live)
        return FALSE;
    isolation_check_xml(report, "live-xml", live);
    return TRUE;
}

IsolationReport *isolation_inspect(Daemon *daemon, const char *uuid, GError **error)
{
    g_autoptr(IsolationReport) report = isolation_report_new();
    g_autofree char *definition = domain_inactive_xml(daemon->libvirt, uuid, error);
    if (!definition)
        return NULL;
    isolation_check_xml(report, "definition", definition);
    g_autofree char *command = domain_native_command(daemon->libvirt, definition, error);
    if (!command)
        return NULL;
    isolation_check_command(report, command);
    return check_running(daemon, uuid, report, error) ? g_steal_pointer(&report) : NULL;
}

gboolean isolation_gate(Daemon *daemon, const char *uuid, GError **error)
{
    g_autoptr(IsolationReport) report = isolation_inspect(daemon, uuid, error);
    if (!report)
        return FALSE;
    g_autofree char *violations = isolation_report_violations(report);
    if (violations)
        job_fail(error, "isolation-violated", "the machine would not be isolated: %s", violations);
    return violations == NULL;
}

// Before libvirt has seen it: a device that the rule forbids is never even defined.
static gboolean check_own_xml(const char *xml, GError **error)
{
    g_autoptr(IsolationReport) report = isolation_report_new();
    isolation_check_xml(report, "definition", xml);
    g_autofree char *violations = isolation_report_violations(report);
    if (violations)
        job_fail(error, "isolation-violated", "the machine would not be isolated: %s", violations);
    return violations == NULL;
}

gboolean define_isolated(Daemon *daemon, const char *uuid, const char *xml, GError **error)
{
    return check_own_xml(xml, error) && domain_define(daemon->libvirt, xml, error) &&
           isolation_gate(daemon, uuid, error);
}

gboolean start_isolated(Daemon *daemon, const char *uuid, GError **error)
{
    DomainPower power = DOMAIN_GONE;
    if (!domain_power(daemon->libvirt, uuid, &power, error))
        return FALSE;
    if (power != DOMAIN_RUNNING && power != DOMAIN_PAUSED &&
        !domain_start_paused(daemon->libvirt, uuid, error))
        return FALSE;
    if (!isolation_gate(daemon, uuid, error)) {
        domain_destroy(daemon->libvirt, uuid, NULL);
        return FALSE;
    }
    return power == DOMAIN_RUNNING || domain_resume(daemon->libvirt, uuid, error);
}
