// SPDX-License-Identifier: GPL-3.0-or-later
// The certificate and key of the TCP listener: read, and checked before libmicrohttpd gets them, so that a
// fault has a name.
#pragma once

#include <glib.h>

typedef struct {
    char *certificate; // PEM, the chain
    char *key;         // PEM
} TlsFiles;

// TLS 1.2 and 1.3 only, in GnuTLS's words.
#define TLS_PRIORITIES "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

// HTTP_ERROR_TLS if a file cannot be read, or the two do not belong together. Warns if others can read the
// key.
gboolean tls_files_read(const char *certificate_path, const char *key_path, TlsFiles *ret_files,
                        GError **error);
// Frees both, and overwrites the key.
void tls_files_clear(TlsFiles *files);
