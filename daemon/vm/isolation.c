// SPDX-License-Identifier: GPL-3.0-or-later
// The report and the findings that make it. The checks: isolation_xml.c, isolation_command.c.
#include "daemon/vm/isolation.h"

#include <string.h>

#include "common/ids.h"
#include "daemon/vm/guest_text.h"
#include "daemon/vm/isolation_parts.h"

// Bytes of one check's detail.
#define DETAIL_LIMIT 1000

static void check_free(gpointer data)
{
    IsolationCheck *check = data;

    g_free(check->name);
    g_free(check->detail);
    g_free(check);
}

IsolationReport *isolation_report_new(void)
{
    IsolationReport *report = g_new0(IsolationReport, 1);

    report->checked = time_now_text();
    report->checks = g_ptr_array_new_with_free_func(check_free);
    return report;
}

void isolation_report_free(IsolationReport *report)
{
    if (report == NULL)
        return;
    g_free(report->checked);
    g_ptr_array_unref(report->checks);
    g_free(report);
}

gboolean isolation_report_ok(const IsolationReport *report)
{
    for (guint i = 0; i < report->checks->len; i++)
        if (!((const IsolationCheck *)report->checks->pdata[i])->ok)
            return FALSE;
    // A report of nothing proves nothing.
    return report->checks->len > 0;
}

char *isolation_report_violations(const IsolationReport *report)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < report->checks->len; i++) {
        const IsolationCheck *check = report->checks->pdata[i];
        if (!check->ok)
            g_ptr_array_add(parts, g_strdup_printf("%s (%s): %s", check->name, check->where, check->detail));
    }
    if (parts->len == 0)
        return NULL;
    g_ptr_array_add(parts, NULL);
    return g_strjoinv("; ", (char **)parts->pdata);
}

typedef struct {
    GString *violations, *evidence;
} Finding;

struct IsolationFindings {
    const IsolationCheckName *names;
    gsize count;
    Finding *found; // one for each name
};

IsolationFindings *isolation_findings_new(const IsolationCheckName *names, gsize count)
{
    IsolationFindings *findings = g_new0(IsolationFindings, 1);

    findings->names = names;
    findings->count = count;
    findings->found = g_new0(Finding, count);
    for (gsize i = 0; i < count; i++)
        findings->found[i] = (Finding){ g_string_new(NULL), g_string_new(NULL) };
    return findings;
}

void isolation_findings_free(IsolationFindings *findings)
{
    if (findings == NULL)
        return;
    for (gsize i = 0; i < findings->count; i++) {
        g_string_free(findings->found[i].violations, TRUE);
        g_string_free(findings->found[i].evidence, TRUE);
    }
    g_free(findings->found);
    g_free(findings);
}

static Finding *finding_of(IsolationFindings *findings, const char *check)
{
    for (gsize i = 0; i < findings->count; i++)
        if (strcmp(findings->names[i].name, check) == 0)
            return &findings->found[i];
    g_error("there is no isolation check \"%s\"", check);
}

static void append(GString *text, const char *format, va_list arguments)
{
    if (text->len > DETAIL_LIMIT)
        return;
    if (text->len > 0)
        g_string_append(text, ", ");
    g_string_append_vprintf(text, format, arguments);
}

void isolation_violation(IsolationFindings *findings, const char *check, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    append(finding_of(findings, check)->violations, format, arguments);
    va_end(arguments);
}

void isolation_evidence(IsolationFindings *findings, const char *check, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    append(finding_of(findings, check)->evidence, format, arguments);
    va_end(arguments);
}

void isolation_findings_report(const IsolationFindings *findings, IsolationReport *report, const char *where)
{
    for (gsize i = 0; i < findings->count; i++) {
        const Finding *found = &findings->found[i];
        const char *detail = findings->names[i].nothing;
        IsolationCheck *check = g_new0(IsolationCheck, 1);

        check->name = g_strdup(findings->names[i].name);
        check->where = where;
        check->ok = found->violations->len == 0;
        if (!check->ok)
            detail = found->violations->str;
        else if (found->evidence->len > 0)
            detail = found->evidence->str;
        check->detail = guest_text_show(detail, strlen(detail), DETAIL_LIMIT);
        g_ptr_array_add(report->checks, check);
    }
}
