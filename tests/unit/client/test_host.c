// SPDX-License-Identifier: GPL-3.0-or-later
// Over TCP: tokens, certificates, and what must never travel in clear text.
#include "tests/unit/client/sevenctl_process.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <locale.h>
#include <microhttpd.h>
#include <string.h>

#define VERSION "{\"version\":\"0.1.0\",\"api\":1}"

static void token_from_file_or_environment_is_sent(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/", fake_daemon_port(fake));
    g_autofree char *file = g_build_filename(fake_daemon_folder(fake), "token", NULL);
    fake_daemon_answer(fake, "GET /v1", 200, VERSION);
    g_assert_true(g_file_set_contents(file, "from-file\n", -1, NULL));
    const char *with_file[] = { "version", "--host", url, "--token-file", file, NULL };
    const char *without[] = { "version", "--host", url, NULL };
    g_autoptr(Outcome) first = sevenctl_runv(fake, NULL, "SEVENCTL_TOKEN=from-environment", with_file);
    g_autoptr(Outcome) second = sevenctl_runv(fake, NULL, "SEVENCTL_TOKEN=from-environment", without);
    g_autoptr(Outcome) third = sevenctl_runv(fake, NULL, NULL, without);
    g_assert_cmpint(first->code | second->code | third->code, ==, 0);
    g_autofree char *first_header = fake_daemon_request_header(fake, 0, "Authorization");
    g_autofree char *second_header = fake_daemon_request_header(fake, 1, "Authorization");
    g_autofree char *third_header = fake_daemon_request_header(fake, 2, "Authorization");
    g_autofree char *line = fake_daemon_request_line(fake, 0);
    g_assert_cmpstr(first_header, ==, "Bearer from-file");
    g_assert_cmpstr(second_header, ==, "Bearer from-environment");
    g_assert_cmpstr(third_header, ==, NULL);
    g_assert_cmpstr(line, ==, "GET /v1");
    g_unlink(file);
}

static void socket_gets_no_token(void)
{
    g_autoptr(FakeDaemon) fake = fake_daemon_new();
    const char *arguments[] = { "version", NULL };
    fake_daemon_answer(fake, "GET /v1", 200, VERSION);
    g_autoptr(Outcome) outcome = sevenctl_runv(fake, NULL, "SEVENCTL_TOKEN=secret", arguments);
    g_assert_cmpint(outcome->code, ==, 0);
    g_autofree char *header = fake_daemon_request_header(fake, 0, "Authorization");
    g_assert_null(header);
}

static void clear_text_stays_on_this_host(void)
{
    static const char *const urls[] = { "http://192.0.2.1:7007", "http://127.0.0.1.example.org",
                                        "http://localhost@example.org" };
    for (guint i = 0; i < G_N_ELEMENTS(urls); i++) {
        g_autoptr(Outcome) outcome = sevenctl_run(NULL, NULL, "version", "--host", urls[i], NULL);
        g_assert_cmpint(outcome->code, ==, 2);
        g_assert_nonnull(strstr(outcome->err, "in clear text"));
    }
}

static void token_that_could_add_a_header_is_refused(void)
{
    const char *arguments[] = { "version", "--host", "http://127.0.0.1:1", NULL };
    g_autoptr(Outcome) outcome = sevenctl_runv(NULL, NULL, "SEVENCTL_TOKEN=a\r\nX-Evil: 1", arguments);
    g_assert_cmpint(outcome->code, ==, 2);
    g_assert_null(strstr(outcome->err, "Evil"));
}

// A certificate for 127.0.0.1 that vouches for itself.
static void make_certificate(char **ret_certificate, char **ret_key)
{
    static const guchar address[4] = { 127, 0, 0, 1 };
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
    gnutls_datum_t out;
    gnutls_x509_privkey_init(&key);
    gnutls_x509_crt_init(&certificate);
    g_assert_cmpint(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, 256, 0), ==, 0);
    g_assert_cmpint(gnutls_x509_crt_set_key(certificate, key), ==, 0);
    g_assert_cmpint(gnutls_x509_crt_set_version(certificate, 3), ==, 0);
    g_assert_cmpint(gnutls_x509_crt_set_serial(certificate, "\1", 1), ==, 0);
    g_assert_cmpint(gnutls_x509_crt_set_dn(certificate, "CN=sevend test", NULL), ==, 0);
    gnutls_x509_crt_set_activation_time(certificate, time(NULL) - 3600);
    gnutls_x509_crt_set_expiration_time(certificate, time(NULL) + 3600);
    gnutls_x509_crt_set_ca_status(certificate, 1);
    gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, address, sizeof address, 0);
    g_assert_cmpint(gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0), ==, 0);
    g_assert_cmpint(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &out), ==, 0);
    *ret_certificate = g_strndup((char *)out.data, out.size);
    gnutls_free(out.data);
    g_assert_cmpint(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &out), ==, 0);
    *ret_key = g_strndup((char *)out.data, out.size);
    gnutls_free(out.data);
    gnutls_x509_crt_deinit(certificate);
    gnutls_x509_privkey_deinit(key);
}

static enum MHD_Result answer_version(void *user_data, struct MHD_Connection *connection, const char *url,
                                      const char *method, const char *protocol, const char *upload,
                                      size_t *upload_size, void **request_data)
{
    (void)user_data, (void)url, (void)method, (void)protocol, (void)upload, (void)upload_size,
        (void)request_data;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(VERSION), (void *)(gintptr)VERSION, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return result;
}

static void certificate_must_be_trusted(void)
{
    g_autofree char *certificate = NULL;
    g_autofree char *key = NULL;
    g_autofree char *file = NULL;
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    make_certificate(&certificate, &key);
    int fd = g_file_open_tmp("sevenctl-test-XXXXXX", &file, NULL);
    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(file, certificate, -1, NULL));
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_TLS, 0, NULL, NULL, answer_version, NULL,
                         MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_HTTPS_MEM_CERT, certificate,
                         MHD_OPTION_HTTPS_MEM_KEY, key, MHD_OPTION_END);
    g_assert_nonnull(daemon);
    guint port = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    g_autofree char *url = g_strdup_printf("https://127.0.0.1:%u", port);
    g_autofree char *other_name = g_strdup_printf("https://localhost:%u", port);
    g_autoptr(Outcome) trusted = sevenctl_run(NULL, NULL, "version", "--host", url, "--cacert", file, NULL);
    g_assert_cmpstr(trusted->err, ==, "");
    g_assert_cmpint(trusted->code, ==, 0);
    g_autoptr(Outcome) unknown = sevenctl_run(NULL, NULL, "version", "--host", url, NULL);
    g_assert_cmpint(unknown->code, ==, 3);
    g_assert_nonnull(strstr(unknown->err, "cannot reach sevend at https://127.0.0.1:"));
    g_autoptr(Outcome) misnamed =
        sevenctl_run(NULL, NULL, "version", "--host", other_name, "--cacert", file, NULL);
    g_assert_cmpint(misnamed->code, ==, 3);
    g_autoptr(Outcome) absent =
        sevenctl_run(NULL, NULL, "version", "--host", url, "--cacert", "/nonexistent", NULL);
    g_assert_cmpint(absent->code, ==, 3);
    MHD_stop_daemon(daemon);
    g_unlink(file);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client/host/token-from-file-or-environment-is-sent",
                    token_from_file_or_environment_is_sent);
    g_test_add_func("/client/host/socket-gets-no-token", socket_gets_no_token);
    g_test_add_func("/client/host/clear-text-stays-on-this-host", clear_text_stays_on_this_host);
    g_test_add_func("/client/host/token-that-could-add-a-header-is-refused",
                    token_that_could_add_a_header_is_refused);
    g_test_add_func("/client/host/certificate-must-be-trusted", certificate_must_be_trusted);
    return g_test_run();
}
