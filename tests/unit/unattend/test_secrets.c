// SPDX-License-Identifier: GPL-3.0-or-later
// Password encoding against known vectors, masking and wiping of requests, slots.
#include "unattend/secrets.h"

#include <string.h>

#include "request_text.h"

// FACTS: base64 of UTF-16LE(password + element name). Vectors made with Python:
// base64.b64encode((password + element).encode("utf-16-le")); those of the empty password are the ones that
// Windows System Image Manager writes, seen in many published answer files.
static void test_passwords_encode_as_setup_wants_them(void)
{
    static const struct {
        const char *password;
        const char *element;
        const char *encoded;
    } cases[] = {
        { "secret", "Password", "cwBlAGMAcgBlAHQAUABhAHMAcwB3AG8AcgBkAA==" },
        { "Passw0rd!", "Password", "UABhAHMAcwB3ADAAcgBkACEAUABhAHMAcwB3AG8AcgBkAA==" },
        { "p\xc3"
          "\xa4"
          "ssw\xc3"
          "\xb6"
          "rd",
          "Password", "cADkAHMAcwB3APYAcgBkAFAAYQBzAHMAdwBvAHIAZAA=" },
        { "p\xf0"
          "\x9f"
          "\x98"
          "\x80"
          "",
          "Password", "cAA92ADeUABhAHMAcwB3AG8AcgBkAA==" },
        { "", "AdministratorPassword", "QQBkAG0AaQBuAGkAcwB0AHIAYQB0AG8AcgBQAGEAcwBzAHcAbwByAGQA" },
        { "", "Password", "UABhAHMAcwB3AG8AcgBkAA==" },
        { "secret", "AdministratorPassword",
          "cwBlAGMAcgBlAHQAQQBkAG0AaQBuAGkAcwB0AHIAYQB0AG8AcgBQAGEAcwBzAHcAbwByAGQA" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *encoded = secret_encode_password(cases[i].password, cases[i].element);
        g_assert_cmpstr(encoded, ==, cases[i].encoded);
        secret_free(encoded);
    }
}

static void test_masking_reaches_every_secret_and_nothing_else(void)
{
    static const struct {
        const char *request;
        const char *masked;
    } cases[] = {
        { "{\"name\":\"x\",\"product_key\":\"AAAAA-BBBBB-CCCCC-DDDDD-EEEEE\",\"users\":[{\"name\":\"a\","
          "\"password\":"
          "\"p\"},{\"password\":\"q\",\"name\":\"b\"}]}",
          "{\"name\":\"x\",\"product_key\":\"********\",\"users\":[{\"name\":\"a\",\"password\":\"********\"}"
          ",{"
          "\"password\":\"********\",\"name\":\"b\"}]}" },
        { "{\"users\":[{\"Password\":\"p\"},{\"password\":{\"x\":\"p\"}},{\"password\":7},{\"password\":null}"
          "]}",
          "{\"users\":[{\"Password\":\"********\"},{\"password\":\"********\"},{\"password\":\"********\"},{"
          "\"password\":null}]}" },
        { "{\"users\":{\"password\":\"p\"},\"a\":[[{\"product_key\":\"k\"}]],\"n\":1.50,\"b\":true,\"z\":"
          "null}",
          "{\"users\":{\"password\":\"********\"},\"a\":[[{\"product_key\":\"********\"}]],\"n\":1.50,\"b\":"
          "true,"
          "\"z\":null}" },
        { "{\"product_key\":null}", "{\"product_key\":null}" },
        { "[]", "[]" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(json_object) request = request_from(cases[i].request);
        g_autoptr(json_object) masked = unattend_mask_request(request);
        g_assert_cmpstr(json_object_to_json_string_ext(masked, JSON_C_TO_STRING_PLAIN), ==, cases[i].masked);
        g_assert_cmpstr(json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN), ==,
                        cases[i].request);
    }
    g_assert_null(unattend_mask_request(NULL));
}

static void test_wiping_overwrites_in_place(void)
{
    g_autoptr(json_object) request = request_from(
        "{\"name\":\"x\",\"product_key\":\"key\",\"users\":[{\"name\":\"a\",\"password\":\"a long enough "
        "password to be on the heap\"},7,null]}");
    json_object *users = json_object_object_get(request, "users");
    json_object *user = json_object_array_get_idx(users, 0);
    const char *password = json_string_member(user, "password");
    unattend_wipe_request(request);
    g_assert_true(password == json_string_member(user, "password"));
    g_assert_cmpuint(strspn(password, "*"), ==, strlen("a long enough password to be on the heap"));
    g_assert_cmpstr(json_string_member(request, "product_key"), ==, "***");
    g_assert_cmpstr(json_string_member(user, "name"), ==, "a");
    unattend_wipe_request(NULL);
}

static void test_slots_put_secrets_where_their_tokens_are(void)
{
    g_autoptr(SecretSlots) slots = secret_slots_new();
    g_autofree char *first = secret_slots_add(slots, g_strdup("one"));
    g_autofree char *second =
        secret_slots_add(slots, g_strdup("a longer one than any token could be, by far, really"));
    g_autofree char *text = g_strdup_printf("%s<a>%s</a>%s%s.", second, first, first, second);
    gsize length;
    char *filled = secret_slots_fill(slots, text, UNATTEND_SECRETS_KEPT, &length);
    g_assert_cmpstr(
        filled, ==,
        "a longer one than any token could be, by far, really<a>one</a>onea longer one than any token could "
        "be, by far, really.");
    g_assert_cmpuint(length, ==, strlen(filled));
    unattend_text_free(filled);
    g_autofree char *masked = secret_slots_fill(slots, text, UNATTEND_SECRETS_MASKED, &length);
    g_assert_cmpstr(masked, ==, "********<a>********</a>****************.");
    g_autofree char *untouched = secret_slots_fill(slots, "", UNATTEND_SECRETS_KEPT, &length);
    g_assert_cmpstr(untouched, ==, "");
}

static void test_tokens_cannot_be_guessed_from_another_file(void)
{
    g_autoptr(SecretSlots) one = secret_slots_new();
    g_autoptr(SecretSlots) other = secret_slots_new();
    g_autofree char *token = secret_slots_add(one, g_strdup("x"));
    g_autofree char *other_token = secret_slots_add(other, g_strdup("x"));
    g_assert_cmpstr(token, !=, other_token);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/secrets/passwords-encode", test_passwords_encode_as_setup_wants_them);
    g_test_add_func("/secrets/masking", test_masking_reaches_every_secret_and_nothing_else);
    g_test_add_func("/secrets/wiping", test_wiping_overwrites_in_place);
    g_test_add_func("/secrets/slots", test_slots_put_secrets_where_their_tokens_are);
    g_test_add_func("/secrets/tokens-differ", test_tokens_cannot_be_guessed_from_another_file);
    return g_test_run();
}
