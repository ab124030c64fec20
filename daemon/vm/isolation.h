// SPDX-License-Identifier: GPL-3.0-or-later
// The isolation rule of DESIGN ("No network means"), held against domain XML and against QEMU's command line.
// Works by allow list where possible: an unknown device is a violation too. Pure: no libvirt call.
#pragma once

#include <glib.h>

typedef struct {
    char *name;        // "no-interface", "no-hostdev", "graphics-without-listener", "seccomp-sandbox" …
    const char *where; // "definition", "live-xml" or "native-command"
    gboolean ok;
    char *detail; // what was found: the offending element or option, or what proves that there is none
} IsolationCheck;

typedef struct {
    char *checked;     // RFC 3339
    GPtrArray *checks; // of IsolationCheck, owned
} IsolationReport;

IsolationReport *isolation_report_new(void);
void isolation_report_free(IsolationReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IsolationReport, isolation_report_free)

// Each adds its checks to @report. XML that cannot be parsed is one failed check.
void isolation_check_xml(IsolationReport *report, const char *where, const char *domain_xml);
void isolation_check_command(IsolationReport *report, const char *command_line);
gboolean isolation_report_ok(const IsolationReport *report);
// "no-interface (live-xml): <interface type='user'>; …" of the failed checks; the caller frees; NULL if all
// are ok.
char *isolation_report_violations(const IsolationReport *report);
