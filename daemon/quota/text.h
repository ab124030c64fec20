// SPDX-License-Identifier: GPL-3.0-or-later
// Quotas in words: why a job waits, and names of what is limited.
#pragma once

#include "daemon/quota/queue.h"

// As in the API: "machines", "vcpus", "memory_mib", "disk_gib", "installs".
const char *quota_resource_member(QuotaResource resource);
// Where a request asks for it: "/hardware/vcpus" and the like; "" for what it does not say.
const char *quota_resource_pointer(QuotaResource resource);
// "3 processors", "4096 MiB of memory". The caller frees, as below.
char *quota_amount_text(QuotaResource resource, gint64 amount);
// Of a waiter that quota_queue_next() has judged, and that does not begin.
char *quota_waiting_text(const QuotaLimits *limits, const QuotaUse *uses, gsize use_count,
                         const QuotaWaiter *waiter);
