// SPDX-License-Identifier: GPL-3.0-or-later
// Secrets: see secrets.h. Nothing here logs.
#include "unattend/secrets.h"

#include <string.h>

#include "common/ids.h"
#include "unattend/import.h"

#define TOKEN_DIGITS 4

struct SecretSlots {
    char *prefix; // with 128 random bits, so that no text of a request can hold a token
    GPtrArray *secrets;
};

static const char *const secret_members[] = { "password", "product_key", "activation_key", NULL };
// Contents of files may be secrets, and are large: a copy keeps only what tells two of them apart.
static const char *const content_members[] = { "content", "content_base64", NULL };

void secret_free(char *secret)
{
    if (secret == NULL)
        return;
    explicit_bzero(secret, strlen(secret));
    g_free(secret);
}

void unattend_text_free(char *text)
{
    secret_free(text);
}

static guint8 *put_utf16le(guint8 *at, const char *text)
{
    for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);
        gunichar units[2] = { character, 0 };
        int count = 1;
        if (character > 0xFFFF) {
            units[0] = 0xD800 + ((character - 0x10000) >> 10);
            units[1] = 0xDC00 + ((character - 0x10000) & 0x3FF);
            count = 2;
        }
        for (int i = 0; i < count; i++) {
            *at++ = (guint8)(units[i] & 0xFF);
            *at++ = (guint8)(units[i] >> 8);
        }
    }
    return at;
}

char *secret_encode_password(const char *password, const char *element)
{
    // A character of UTF-8 needs at most twice its bytes in UTF-16.
    gsize room = 2 * (strlen(password) + strlen(element));
    guint8 *bytes = g_malloc(room);
    guint8 *end = put_utf16le(put_utf16le(bytes, password), element);
    char *encoded = g_base64_encode(bytes, (gsize)(end - bytes));
    explicit_bzero(bytes, room);
    g_free(bytes);
    return encoded;
}

static void free_secret(gpointer data)
{
    secret_free(data);
}

SecretSlots *secret_slots_new(void)
{
    SecretSlots *slots = g_new0(SecretSlots, 1);
    g_autofree char *nonce = nonce_new();
    slots->prefix = g_strdup_printf("secret-%s-", nonce);
    slots->secrets = g_ptr_array_new_with_free_func(free_secret);
    return slots;
}

void secret_slots_free(SecretSlots *slots)
{
    if (slots == NULL)
        return;
    g_ptr_array_unref(slots->secrets);
    g_free(slots->prefix);
    g_free(slots);
}

char *secret_slots_add(SecretSlots *slots, char *secret)
{
    g_ptr_array_add(slots->secrets, secret);
    return g_strdup_printf("%s%0*u", slots->prefix, TOKEN_DIGITS, slots->secrets->len - 1);
}

// What stands for the token at @token.
static const char *meaning_of(const SecretSlots *slots, const char *token, UnattendSecrets secrets)
{
    char digits[TOKEN_DIGITS + 1] = "";
    memcpy(digits, token + strlen(slots->prefix), TOKEN_DIGITS);
    guint64 slot = g_ascii_strtoull(digits, NULL, 10);
    g_assert(slot < slots->secrets->len);
    return secrets == UNATTEND_SECRETS_MASKED ? SECRET_MASK : g_ptr_array_index(slots->secrets, slot);
}

// Copies @text to @target with the tokens replaced; only counts if @target is NULL. Returns the length.
static gsize expand(const SecretSlots *slots, const char *text, UnattendSecrets secrets, char *target)
{
    const gsize token_length = strlen(slots->prefix) + TOKEN_DIGITS;
    gsize length = 0;
    for (;;) {
        const char *token = strstr(text, slots->prefix);
        gsize plain = token != NULL ? (gsize)(token - text) : strlen(text);
        if (target != NULL)
            memcpy(target + length, text, plain);
        length += plain;
        if (token == NULL)
            return length;
        const char *meaning = meaning_of(slots, token, secrets);
        gsize meaning_length = strlen(meaning);
        if (target != NULL)
            memcpy(target + length, meaning, meaning_length);
        length += meaning_length;
        text = token + token_length;
    }
}

char *secret_slots_fill(const SecretSlots *slots, const char *text, UnattendSecrets secrets,
                        gsize *ret_length)
{
    gsize length = expand(slots, text, secrets, NULL);
    char *filled = g_malloc(length + 1);
    expand(slots, text, secrets, filled);
    filled[length] = '\0';
    *ret_length = length;
    return filled;
}

static gboolean is_one_of(const char *name, const char *const *names)
{
    for (gsize i = 0; names[i] != NULL; i++) {
        if (g_ascii_strcasecmp(names[i], name) == 0)
            return TRUE;
    }
    return FALSE;
}

// The digest of a content that is known may be looked up: a short one is masked like a password.
static json_object *mask_content(json_object *value)
{
    enum { SHORTEST = 64 };
    const gsize length =
        json_object_is_type(value, json_type_string) ? (gsize)json_object_get_string_len(value) : 0;
    if (length < SHORTEST)
        return json_object_new_string(SECRET_MASK);
    g_autofree char *digest =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)json_object_get_string(value), length);
    g_autofree char *text = g_strdup_printf(SECRET_MASK " (sha256:%s)", digest);
    return json_object_new_string(text);
}

static json_object *mask_answer_file(json_object *value)
{
    g_autofree char *masked =
        json_object_is_type(value, json_type_string) ? import_mask_text(json_object_get_string(value)) : NULL;
    return json_object_new_string(masked != NULL ? masked : SECRET_MASK);
}

static json_object *mask_member(const char *name, json_object *value)
{
    if (value != NULL && is_one_of(name, secret_members))
        return json_object_new_string(SECRET_MASK);
    if (value != NULL && is_one_of(name, content_members))
        return mask_content(value);
    if (value != NULL && g_ascii_strcasecmp(name, "answer_file") == 0)
        return mask_answer_file(value);
    return unattend_mask_request(value);
}

// At any depth and of any type: what was refused may be masked too, before it is shown or stored.
json_object *unattend_mask_request(json_object *request)
{
    json_object *copy = NULL;
    if (json_object_is_type(request, json_type_object)) {
        copy = json_object_new_object();
        json_object_object_foreach(request, name, value)
        {
            json_object_object_add(copy, name, mask_member(name, value));
        }
    } else if (json_object_is_type(request, json_type_array)) {
        copy = json_object_new_array();
        for (gsize i = 0; i < json_object_array_length(request); i++)
            json_object_array_add(copy, unattend_mask_request(json_object_array_get_idx(request, i)));
    } else if (request != NULL && json_object_deep_copy(request, &copy, NULL) != 0) {
        g_error("json-c: no memory for a copy");
    }
    return copy;
}

static void wipe_string(json_object *string)
{
    // A new value of the same length lands in the same place.
    gsize length = (gsize)json_object_get_string_len(string);
    g_autofree char *blank = g_strnfill(length, '*');
    json_object_set_string_len(string, blank, (int)length);
}

void unattend_wipe_request(json_object *request)
{
    if (json_object_is_type(request, json_type_object)) {
        json_object_object_foreach(request, name, value)
        {
            if ((is_one_of(name, secret_members) || is_one_of(name, content_members) ||
                 g_ascii_strcasecmp(name, "answer_file") == 0) &&
                json_object_is_type(value, json_type_string))
                wipe_string(value);
            else
                unattend_wipe_request(value);
        }
    } else if (json_object_is_type(request, json_type_array)) {
        for (gsize i = 0; i < json_object_array_length(request); i++)
            unattend_wipe_request(json_object_array_get_idx(request, i));
    }
}
