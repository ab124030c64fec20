// SPDX-License-Identifier: GPL-3.0-or-later
// Passwords and product keys: overwriting, encoding for answer files, masking. This is hygiene and
// obfuscation, not cryptography: whoever can read the config disc has them.
#pragma once

#include "unattend/unattend.h"

#define SECRET_MASK "********"

// Overwrites a NUL-terminated text, then frees it. NULL is fine.
void secret_free(char *secret);

// How answer files write a password with PlainText false: base64 of UTF-16LE(@password + @element), @element
// being "Password" or "AdministratorPassword" [P: dockur's samples decode so]. The caller frees with
// secret_free().
char *secret_encode_password(const char *password, const char *element);

// Keeps secrets out of libxml2, which copies texts into buffers that nobody can overwrite: the tree gets a
// token for each secret, and the rendered text gets the secrets, in a buffer of exactly its length.
typedef struct SecretSlots SecretSlots;
SecretSlots *secret_slots_new(void);
// Overwrites the secrets first.
void secret_slots_free(SecretSlots *slots);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SecretSlots, secret_slots_free)
// Takes @secret over. Returns its token: letters, digits and '-', which nobody can guess. The caller frees.
char *secret_slots_add(SecretSlots *slots, char *secret);
// @text with each token replaced by its secret or by SECRET_MASK. The caller frees with unattend_text_free().
char *secret_slots_fill(const SecretSlots *slots, const char *text, UnattendSecrets secrets,
                        gsize *ret_length);
