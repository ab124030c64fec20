// SPDX-License-Identifier: GPL-3.0-or-later
// Nothing that held a secret is freed with the secret still in it. This program's own free() and realloc()
// stand before the C library's and look into every block that is given back, whoever (GLib, json-c, libxml2)
// gives it.
#include "unattend/unattend.h"

#include <malloc.h>
#include <string.h>

#include "request_text.h"

#if defined(__SANITIZE_ADDRESS__) || !defined(__GLIBC__)
#define CAN_WATCH 0
#else
#define CAN_WATCH 1
#endif

#define PASSWORD "conspicuous-password"
#define KEY      "CXKPC-CXKPC-CXKPC-CXKPC-CXKPC"
// Inside base64 of UTF-16LE of the password, wherever it is cut.
#define ENCODED "YwBvAG4AcwBwAGkAYwB1AG8AdQBz"

#if CAN_WATCH
static gboolean watching;
static guint traces;

void __libc_free(void *block);
void *__libc_realloc(void *block, size_t size);

static void look_into(void *block)
{
    static const char *const secrets[] = { PASSWORD, KEY, ENCODED };
    if (!watching || block == NULL)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(secrets); i++) {
        if (memmem(block, malloc_usable_size(block), secrets[i], strlen(secrets[i])) != NULL)
            traces++;
    }
    // UTF-16LE of the password's first letters.
    if (memmem(block, malloc_usable_size(block), "c\0o\0n\0s\0p\0i", 11) != NULL)
        traces++;
}

void free(void *block)
{
    look_into(block);
    __libc_free(block);
}

void *realloc(void *block, size_t size)
{
    look_into(block);
    return __libc_realloc(block, size);
}

static void watch(gboolean on)
{
    watching = on;
}
#else
static guint traces;
static void watch(gboolean on)
{
    (void)on;
}
#endif

static json_object *secret_request(void)
{
    return request_from("{\"product_key\":\"" KEY
                        "\",\"users\":[{\"name\":\"tester\",\"password\":\"" PASSWORD
                        "\",\"administrator\":true}]}");
}

static void test_the_watch_sees_a_trace(void)
{
    if (!CAN_WATCH) {
        g_test_skip("needs glibc without AddressSanitizer");
        return;
    }
    char *careless = g_strdup("x " PASSWORD);
    traces = 0;
    watch(TRUE);
    g_free(careless);
    watch(FALSE);
    g_assert_cmpuint(traces, ==, 1);
}

static void test_an_answer_file_leaves_no_trace(void)
{
    const UnattendTarget target = { .architecture = "amd64", .image_index = 1 };
    json_object *request = secret_request();
    traces = 0;
    watch(TRUE);
    UnattendSettings *settings = settings_from(request, "compat-01");
    char *kept = unattend_render(settings, &target, UNATTEND_SECRETS_KEPT, NULL, NULL);
    char *masked = unattend_render(settings, &target, UNATTEND_SECRETS_MASKED, NULL, NULL);
    gboolean held = strstr(kept, ENCODED) != NULL && strstr(kept, KEY) != NULL;
    unattend_text_free(kept);
    g_free(masked);
    unattend_settings_free(settings);
    json_object_put(unattend_mask_request(request));
    unattend_wipe_request(request);
    json_object_put(request);
    watch(FALSE);
    g_assert_true(held);
    g_assert_cmpuint(traces, ==, 0);
}

static void test_a_refused_request_leaves_no_trace(void)
{
    json_object *request = secret_request();
    json_object_object_add(request, "system", json_object_new_string("wrong"));
    traces = 0;
    watch(TRUE);
    Faults *faults = faults_new();
    UnattendSettings *settings = unattend_settings_parse(request, "compat-01", faults);
    faults_free(faults);
    unattend_wipe_request(request);
    json_object_put(request);
    watch(FALSE);
    g_assert_null(settings);
    g_assert_cmpuint(traces, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/secret-traces/the-watch-sees", test_the_watch_sees_a_trace);
    g_test_add_func("/secret-traces/answer-file", test_an_answer_file_leaves_no_trace);
    g_test_add_func("/secret-traces/refused-request", test_a_refused_request_leaves_no_trace);
    return g_test_run();
}
