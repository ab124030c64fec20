// SPDX-License-Identifier: GPL-3.0-or-later
// What the isolation checks share: gathering findings, the rules for XML, words and options of a command
// line. Private to isolation*.c.
#pragma once

#include "daemon/vm/isolation.h"

// ---- Findings (isolation.c): violations and evidence, gathered check by check ----

typedef struct {
    const char *name;
    const char *nothing; // the detail when nothing was noted: "no <interface> element"
} IsolationCheckName;

typedef struct IsolationFindings IsolationFindings;
// @names (static) are the checks, in the report's order.
IsolationFindings *isolation_findings_new(const IsolationCheckName *names, gsize count);
void isolation_findings_free(IsolationFindings *findings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IsolationFindings, isolation_findings_free)
// @check must be one of the names.
void isolation_violation(IsolationFindings *findings, const char *check, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void isolation_evidence(IsolationFindings *findings, const char *check, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
// Every check becomes one entry of @report.
void isolation_findings_report(const IsolationFindings *findings, IsolationReport *report, const char *where);

// ---- Rules for XML (isolation_rules.c) ----

typedef struct {
    // "domain/devices/disk/source"; "…/**" allows everything below, too.
    const char *path;
    const char *check; // where violations at this element are shown
    // Words: "name" (any value), "name=value|value", "name=/" (an absolute path); "!" in front: must be
    // there;
    // "*": any attribute.
    const char *attributes;
} IsolationRule;

// NULL: no such element may be there.
const IsolationRule *isolation_rule_find(const char *path);
// The check that an element without a rule violates, by its name and its parent's rule.
const char *isolation_rule_check_of_unknown(const char *name, const IsolationRule *parent);
extern const IsolationCheckName isolation_xml_checks[];
extern const gsize isolation_xml_check_count;

// ---- Words and options of a command line (isolation_words.c) ----

// As a shell would split it: quotes, backslashes, line continuations; nothing is expanded. NULL if a quote is
// not closed.
char **isolation_split_words(const char *command_line);

typedef struct {
    char *key, *value; // key "" is a leading word without "="; nested JSON has keys such as "file.driver"
} IsolationPair;
// A QEMU option's value, as key=value list (",," is a comma) or as JSON. NULL if it cannot be read. GPtrArray
// of IsolationPair, owned by the caller.
GPtrArray *isolation_split_option(const char *value);
// "a b c" has the word.
gboolean isolation_has_word(const char *words, const char *word);

// ---- Devices of a command line (isolation_devices.c) ----

// NULL if this device model may be there; else the check that it violates.
const char *isolation_device_violation(const char *model);
// The same for an emulator's path, in XML or as the command's first word.
gboolean isolation_emulator_is_known(const char *path);
