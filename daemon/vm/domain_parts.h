// SPDX-License-Identifier: GPL-3.0-or-later
// Looking a domain up; shared by domain.c and domain_look.c only.
#pragma once

#include "daemon/vm/domain.h"

typedef struct {
    virConnectPtr connect;
    virDomainPtr domain;
} DomainHandle;

// FALSE with VM_ERROR_NOT_FOUND or VM_ERROR_UNAVAILABLE; then nothing needs to be released.
gboolean domain_handle_open(VmConnection *connection, const char *uuid, DomainHandle *ret_handle,
                            GError **error);
void domain_handle_close(DomainHandle *handle);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DomainHandle, domain_handle_close)
