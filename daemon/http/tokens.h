// SPDX-License-Identifier: GPL-3.0-or-later
// Bearer tokens of the TCP listener. The file has one `name:sha256hex` a line; '#' begins a comment line. It
// holds no secret: a token is 256 random bits, so its plain SHA-256 cannot be turned back or guessed, and
// needs no salt. Adding one is http_token_add() of server.h.
#pragma once

#include <glib.h>

typedef struct Tokens Tokens;

// FALSE-safe: refuses (HTTP_ERROR_TOKENS) a file that is missing, malformed, too large, or that others than
// root and the daemon's user can write. The caller frees.
Tokens *tokens_open(const char *path, GError **error);
void tokens_free(Tokens *tokens);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tokens, tokens_free)

// The name of @token, which the caller frees, or NULL if it is none. Reads the file again when it has
// changed; if it cannot be used any more, no token is good until it can. Compares in constant time.
// Thread-safe.
char *tokens_check(Tokens *tokens, const char *token);
