// SPDX-License-Identifier: GPL-3.0-or-later
// Windows Setup's logs as start.cmd sent them over COM1, between report lines "status=log-begin file=NAME"
// and "status=log-end file=NAME".
#pragma once

#include <glib.h>

// @text: what COM1 said. The table's keys are names of logs ("setuperr.log"), the values GString; only lines
// of reports with the right nonce begin and end a log, and only names that Setup's logs have count. Lines are
// made safe (com1.h). The last copy of a log counts. The caller unrefs.
GHashTable *setup_logs_read(const char *text, gsize length, const char *nonce);
