// SPDX-License-Identifier: GPL-3.0-or-later
// SignedData through GnuTLS.
#include "signatures.h"

#include <gnutls/pkcs7.h>
#include <gnutls/x509.h>
#include <string.h>

#define MAX_SIGNERS      16
#define MAX_CERTIFICATES 64
#define MAX_ATTRIBUTES   64
#define MAX_NESTING      3
// szOID_NESTED_SIGNATURE: a second signature, itself SignedData, as an attribute that is not signed [D].
#define OID_NESTED "1.3.6.1.4.1.311.2.4.1"

static guint digest_bit(gnutls_sign_algorithm_t algorithm)
{
    switch (gnutls_sign_get_hash_algorithm(algorithm)) {
    case GNUTLS_DIG_SHA1:
        return SIGNED_SHA1;
    case GNUTLS_DIG_SHA256:
    case GNUTLS_DIG_SHA384:
    case GNUTLS_DIG_SHA512:
        return SIGNED_SHA2;
    default:
        return SIGNED_OTHER;
    }
}

static char *common_name(const gnutls_datum_t *certificate, const gnutls_datum_t *serial)
{
    gnutls_x509_crt_t parsed = NULL;
    guint8 number[64];
    char name[256];
    gsize number_size = sizeof number, name_size = sizeof name;
    char *result = NULL;

    if (gnutls_x509_crt_init(&parsed) < 0)
        return NULL;
    if (gnutls_x509_crt_import(parsed, certificate, GNUTLS_X509_FMT_DER) == 0 &&
        gnutls_x509_crt_get_serial(parsed, number, &number_size) == 0 && number_size == serial->size &&
        memcmp(number, serial->data, number_size) == 0 &&
        gnutls_x509_crt_get_dn_by_oid(parsed, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &name_size) == 0)
        result = g_utf8_make_valid(name, (gssize)strnlen(name, name_size));
    gnutls_x509_crt_deinit(parsed);
    return result;
}

static char *signer_name(gnutls_pkcs7_t message, const gnutls_datum_t *serial)
{
    const int count = MIN(gnutls_pkcs7_get_crt_count(message), MAX_CERTIFICATES);
    char *name = NULL;
    for (int i = 0; i < count && name == NULL; i++) {
        gnutls_datum_t certificate = { NULL, 0 };
        if (gnutls_pkcs7_get_crt_raw2(message, (unsigned)i, &certificate) < 0)
            continue;
        name = common_name(&certificate, serial);
        gnutls_free(certificate.data);
    }
    return name;
}

static gboolean read_message(const guint8 *der, gsize length, guint depth, Signatures *signatures,
                             GBytes **ret_content);

static void read_nested(gnutls_pkcs7_attrs_t attributes, guint depth, Signatures *signatures)
{
    for (unsigned i = 0; i < MAX_ATTRIBUTES; i++) {
        char *oid = NULL;
        gnutls_datum_t value = { NULL, 0 };
        if (gnutls_pkcs7_get_attr(attributes, i, &oid, &value, 0) < 0)
            return;
        if (strcmp(oid, OID_NESTED) == 0 && depth < MAX_NESTING)
            read_message(value.data, value.size, depth + 1, signatures, NULL);
        gnutls_free(value.data);
    }
}

static void read_signers(gnutls_pkcs7_t message, guint depth, Signatures *signatures)
{
    const int count = MIN(gnutls_pkcs7_get_signature_count(message), MAX_SIGNERS);
    for (int i = 0; i < count; i++) {
        gnutls_pkcs7_signature_info_st info;
        if (gnutls_pkcs7_get_signature_info(message, (unsigned)i, &info) < 0) {
            signatures->digests |= SIGNED_OTHER; // an algorithm that GnuTLS does not know
            continue;
        }
        signatures->digests |= digest_bit(info.algo);
        if (signatures->signer == NULL)
            signatures->signer = signer_name(message, &info.signer_serial);
        read_nested(info.unsigned_attrs, depth, signatures);
        gnutls_pkcs7_signature_info_deinit(&info);
    }
}

static GBytes *content_of(gnutls_pkcs7_t message)
{
    gnutls_datum_t data = { NULL, 0 };
    if (gnutls_pkcs7_get_embedded_data(message, GNUTLS_PKCS7_EDATA_GET_RAW, &data) < 0)
        return NULL;
    GBytes *content = g_bytes_new(data.data, data.size);
    gnutls_free(data.data);
    return content;
}

static gboolean read_message(const guint8 *der, gsize length, guint depth, Signatures *signatures,
                             GBytes **ret_content)
{
    gnutls_pkcs7_t message = NULL;
    const gnutls_datum_t datum = { (unsigned char *)der, (unsigned)length };

    if (length > G_MAXUINT || gnutls_pkcs7_init(&message) < 0)
        return FALSE;
    const gboolean read = gnutls_pkcs7_import(message, &datum, GNUTLS_X509_FMT_DER) == 0;
    if (read)
        read_signers(message, depth, signatures);
    if (read && ret_content != NULL)
        *ret_content = content_of(message);
    gnutls_pkcs7_deinit(message);
    return read;
}

gboolean signatures_read(const guint8 *der, gsize length, Signatures *ret, GBytes **ret_content)
{
    *ret = (Signatures){ 0, NULL };
    if (ret_content != NULL)
        *ret_content = NULL;
    return read_message(der, length, 0, ret, ret_content);
}

void signatures_clear(Signatures *signatures)
{
    g_clear_pointer(&signatures->signer, g_free);
}

const char *signatures_digest_name(guint digests)
{
    if ((digests & SIGNED_SHA1) != 0)
        return (digests & SIGNED_SHA2) != 0 ? "both" : "sha1";
    if ((digests & SIGNED_SHA2) != 0)
        return "sha256";
    return digests != 0 ? "other" : NULL;
}
