// SPDX-License-Identifier: GPL-3.0-or-later
// GnuTLS as a certificate authority.
#include "tests/unit/http/certificate.h"

#include <glib.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <time.h>

#define OK(call) g_assert_cmpint((call), >=, 0)

static void write_pem(const char *path, gnutls_datum_t *pem)
{
    g_assert_true(g_file_set_contents(path, (const char *)pem->data, pem->size, NULL));
    gnutls_free(pem->data);
}

void certificate_make(const char *certificate_path, const char *key_path)
{
    static const unsigned char address[] = { 127, 0, 0, 1 };
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
    gnutls_datum_t pem;
    OK(gnutls_x509_privkey_init(&key));
    OK(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1),
                                    0));
    OK(gnutls_x509_crt_init(&certificate));
    OK(gnutls_x509_crt_set_version(certificate, 3));
    OK(gnutls_x509_crt_set_serial(certificate, "\x01", 1));
    OK(gnutls_x509_crt_set_dn(certificate, "CN=sevend test", NULL));
    OK(gnutls_x509_crt_set_activation_time(certificate, time(NULL) - 3600));
    OK(gnutls_x509_crt_set_expiration_time(certificate, time(NULL) + 86400));
    OK(gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, address, sizeof address,
                                            GNUTLS_FSAN_SET));
    OK(gnutls_x509_crt_set_basic_constraints(certificate, 1, -1));
    OK(gnutls_x509_crt_set_key(certificate, key));
    OK(gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0));
    OK(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &pem));
    write_pem(certificate_path, &pem);
    OK(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem));
    write_pem(key_path, &pem);
    gnutls_x509_crt_deinit(certificate);
    gnutls_x509_privkey_deinit(key);
}
