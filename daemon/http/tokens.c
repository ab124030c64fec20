// SPDX-License-Identifier: GPL-3.0-or-later
// Reading, checking and adding bearer tokens.
#include "daemon/http/tokens.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/files.h"
#include "common/ids.h"
#include "daemon/http/server.h"

#define MAX_FILE_BYTES (1024 * 1024)
#define HASH_BYTES     32
#define TOKEN_PREFIX   "sevend_" // lets secret scanners recognise one

typedef struct {
    char *name;
    guint8 hash[HASH_BYTES];
} Token;

struct Tokens {
    char *path;
    GMutex lock;
    GPtrArray *list;  // of Token
    struct stat seen; // of the file that @list came from
};

static void token_free(gpointer data)
{
    Token *token = data;
    g_free(token->name);
    g_free(token);
}

static gboolean parse_hash(const char *hex, guint8 *ret_hash)
{
    if (strlen(hex) != 2 * HASH_BYTES)
        return FALSE;
    for (gsize i = 0; i < HASH_BYTES; i++) {
        int high = g_ascii_xdigit_value(hex[2 * i]);
        int low = g_ascii_xdigit_value(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return FALSE;
        ret_hash[i] = (guint8)(high << 4 | low);
    }
    return TRUE;
}

static GPtrArray *parse_tokens(const char *path, const char *text, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(token_free);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        char *line = g_strstrip(lines[i]);
        if (line[0] == '\0' || line[0] == '#')
            continue;
        Token *token = g_new0(Token, 1);
        g_ptr_array_add(list, token);
        char *colon = strchr(line, ':');
        if (colon != NULL)
            token->name = g_strndup(line, (gsize)(colon - line));
        if (colon == NULL || !name_is_valid(token->name) || !parse_hash(colon + 1, token->hash)) {
            g_set_error(error, HTTP_ERROR, HTTP_ERROR_TOKENS, "%s: line %u is not name:sha256", path, i + 1);
            return NULL;
        }
    }
    return g_steal_pointer(&list);
}

// Whoever can write the file can let anybody in.
static gboolean check_owner(const char *path, const struct stat *status, GError **error)
{
    if ((status->st_uid == 0 || status->st_uid == geteuid()) && (status->st_mode & (S_IWGRP | S_IWOTH)) == 0)
        return TRUE;
    g_set_error(error, HTTP_ERROR, HTTP_ERROR_TOKENS,
                "%s: must belong to root or the daemon's user and be writable by nobody else", path);
    return FALSE;
}

static GPtrArray *read_tokens(const char *path, struct stat *ret_status, GError **error)
{
    g_autoptr(GError) inner = NULL;
    g_autofree char *text = NULL;
    gsize length;
    if (stat(path, ret_status) < 0) {
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_TOKENS, "%s: %s", path, g_strerror(errno));
        return NULL;
    }
    if (!check_owner(path, ret_status, error))
        return NULL;
    if (!file_read(path, MAX_FILE_BYTES, &text, &length, &inner)) {
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_TOKENS, "%s", inner->message);
        return NULL;
    }
    return parse_tokens(path, text, error);
}

Tokens *tokens_open(const char *path, GError **error)
{
    struct stat status;
    GPtrArray *list = read_tokens(path, &status, error);
    if (list == NULL)
        return NULL;
    Tokens *tokens = g_new0(Tokens, 1);
    tokens->path = g_strdup(path);
    tokens->list = list;
    tokens->seen = status;
    g_mutex_init(&tokens->lock);
    return tokens;
}

void tokens_free(Tokens *tokens)
{
    if (tokens == NULL)
        return;
    g_mutex_clear(&tokens->lock);
    g_ptr_array_unref(tokens->list);
    g_free(tokens->path);
    g_free(tokens);
}

static gboolean same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mode == b->st_mode && a->st_uid == b->st_uid && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
           a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static void refresh(Tokens *tokens)
{
    struct stat now = { 0 }; // stays so if the file has gone
    if (stat(tokens->path, &now) == 0 && same_file(&now, &tokens->seen))
        return;
    g_autoptr(GError) error = NULL;
    struct stat seen;
    GPtrArray *list = read_tokens(tokens->path, &seen, &error);
    if (list == NULL) {
        if (tokens->list->len > 0)
            g_warning("no token is accepted any more: %s", error->message);
        list = g_ptr_array_new_with_free_func(token_free);
        memset(&seen, 0, sizeof seen);
    }
    g_ptr_array_unref(tokens->list);
    tokens->list = list;
    tokens->seen = seen;
}

char *tokens_check(Tokens *tokens, const char *token)
{
    guint8 hash[HASH_BYTES];
    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, token, strlen(token), hash) < 0)
        return NULL;
    char *name = NULL;
    g_mutex_lock(&tokens->lock);
    refresh(tokens);
    // Never ends early: the time tells nothing of which one it was, or how nearly.
    for (guint i = 0; i < tokens->list->len; i++) {
        const Token *known = g_ptr_array_index(tokens->list, i);
        if (gnutls_memcmp(known->hash, hash, HASH_BYTES) == 0 && name == NULL)
            name = g_strdup(known->name);
    }
    g_mutex_unlock(&tokens->lock);
    return name;
}

static char *hex_text(const guint8 *bytes, gsize length)
{
    GString *text = g_string_sized_new(2 * length);
    for (gsize i = 0; i < length; i++)
        g_string_append_printf(text, "%02x", bytes[i]);
    return g_string_free(text, FALSE);
}

// Lets one process at a time read, change and replace the file: holds the folder's lock, because the file
// itself is replaced. Returns a descriptor to close, or -1.
static int lock_folder(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX) == 0)
        return fd;
    g_set_error(error, HTTP_ERROR, HTTP_ERROR_TOKENS, "%s: %s", folder, g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static char *make_token(GError **error)
{
    guint8 random[HASH_BYTES];
    int result = gnutls_rnd(GNUTLS_RND_KEY, random, sizeof random);
    if (result < 0) {
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_TOKENS, "no random numbers: %s", gnutls_strerror(result));
        return NULL;
    }
    g_autofree char *hex = hex_text(random, sizeof random);
    return g_strconcat(TOKEN_PREFIX, hex, NULL);
}

// The present text of the file, "" if there is none; FALSE if it may not be added to.
static gboolean read_for_adding(const char *path, const char *name, struct stat *ret_status, char **ret_text,
                                GError **error)
{
    memset(ret_status, 0, sizeof *ret_status);
    if (stat(path, ret_status) < 0 && errno == ENOENT) {
        *ret_text = g_strdup("");
        return TRUE;
    }
    g_autoptr(GPtrArray) list = read_tokens(path, ret_status, error);
    if (list == NULL)
        return FALSE;
    for (guint i = 0; i < list->len; i++) {
        const Token *known = g_ptr_array_index(list, i);
        if (g_str_equal(known->name, name)) {
            g_set_error(error, HTTP_ERROR, HTTP_ERROR_TOKENS, "%s: there is a token \"%s\" already", path,
                        name);
            return FALSE;
        }
    }
    gsize length;
    return file_read(path, MAX_FILE_BYTES, ret_text, &length, error);
}

static gboolean write_with_token(const char *path, const char *name, const char *token, GError **error)
{
    struct stat before;
    g_autofree char *text = NULL;
    if (!read_for_adding(path, name, &before, &text, error))
        return FALSE;
    guint8 hash[HASH_BYTES];
    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, token, strlen(token), hash) < 0) {
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_TOKENS, "no SHA-256");
        return FALSE;
    }
    g_autofree char *hex = hex_text(hash, sizeof hash);
    const char *separator = text[0] == '\0' || g_str_has_suffix(text, "\n") ? "" : "\n";
    g_autofree char *longer = g_strdup_printf("%s%s%s:%s\n", text, separator, name, hex);
    if (!file_write_atomic(path, longer, strlen(longer), 0600, error))
        return FALSE;
    // root adds, the daemon's user must still be able to read.
    if (geteuid() == 0 && before.st_ino != 0 && before.st_uid != 0 &&
        chown(path, before.st_uid, before.st_gid) < 0) {
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_TOKENS, "%s: %s", path, g_strerror(errno));
        return FALSE;
    }
    return TRUE;
}

char *http_token_add(const char *tokens_path, const char *name, GError **error)
{
    if (!name_is_valid(name)) {
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_TOKENS, "a token's name is %s", NAME_RULE);
        return NULL;
    }
    g_autofree char *token = make_token(error);
    if (token == NULL)
        return NULL;
    int lock = lock_folder(tokens_path, error);
    if (lock < 0)
        return NULL;
    gboolean written = write_with_token(tokens_path, name, token, error);
    close(lock);
    return written ? g_steal_pointer(&token) : NULL;
}
