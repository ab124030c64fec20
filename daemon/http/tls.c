// SPDX-License-Identifier: GPL-3.0-or-later
// Reading PEM files and having GnuTLS look at them.
#include "daemon/http/tls.h"

#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/stat.h>

#include "common/files.h"
#include "daemon/http/server.h"

#define MAX_PEM_BYTES (256 * 1024)

static gboolean read_pem(const char *path, char **ret_text, GError **error)
{
    gsize length;
    g_autoptr(GError) inner = NULL;
    if (file_read(path, MAX_PEM_BYTES, ret_text, &length, &inner))
        return TRUE;
    g_set_error(error, HTTP_ERROR, HTTP_ERROR_TLS, "%s", inner->message);
    return FALSE;
}

static void warn_if_readable(const char *key_path)
{
    struct stat status;
    if (stat(key_path, &status) == 0 && (status.st_mode & S_IRWXO) != 0)
        g_warning("%s: the key can be read by every user of this machine", key_path);
}

static gboolean check_pair(const TlsFiles *files, const char *certificate_path, const char *key_path,
                           GError **error)
{
    gnutls_certificate_credentials_t credentials;
    gnutls_datum_t certificate = { (unsigned char *)files->certificate,
                                   (unsigned)strlen(files->certificate) };
    gnutls_datum_t key = { (unsigned char *)files->key, (unsigned)strlen(files->key) };
    int result = gnutls_certificate_allocate_credentials(&credentials);
    if (result >= 0) {
        result = gnutls_certificate_set_x509_key_mem(credentials, &certificate, &key, GNUTLS_X509_FMT_PEM);
        gnutls_certificate_free_credentials(credentials);
    }
    if (result >= 0)
        return TRUE;
    g_set_error(error, HTTP_ERROR, HTTP_ERROR_TLS, "certificate %s with key %s: %s", certificate_path,
                key_path, gnutls_strerror(result));
    return FALSE;
}

gboolean tls_files_read(const char *certificate_path, const char *key_path, TlsFiles *ret_files,
                        GError **error)
{
    memset(ret_files, 0, sizeof *ret_files);
    if (read_pem(certificate_path, &ret_files->certificate, error) &&
        read_pem(key_path, &ret_files->key, error) &&
        check_pair(ret_files, certificate_path, key_path, error)) {
        warn_if_readable(key_path);
        return TRUE;
    }
    tls_files_clear(ret_files);
    return FALSE;
}

void tls_files_clear(TlsFiles *files)
{
    if (files->key != NULL)
        explicit_bzero(files->key, strlen(files->key));
    g_clear_pointer(&files->key, g_free);
    g_clear_pointer(&files->certificate, g_free);
}
