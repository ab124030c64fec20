// SPDX-License-Identifier: GPL-3.0-or-later
#include "guest/agent/sha256.h"

#include <bcrypt.h>

typedef void (*any_function)(void); // the one type that the compiler lets be cast to any other

static struct {
    NTSTATUS(WINAPI *open)(BCRYPT_ALG_HANDLE *, LPCWSTR, LPCWSTR, ULONG);
    NTSTATUS(WINAPI *close)(BCRYPT_ALG_HANDLE, ULONG);
    NTSTATUS(WINAPI *create)(BCRYPT_ALG_HANDLE, BCRYPT_HASH_HANDLE *, PUCHAR, ULONG, PUCHAR, ULONG, ULONG);
    NTSTATUS(WINAPI *add)(BCRYPT_HASH_HANDLE, PUCHAR, ULONG, ULONG);
    NTSTATUS(WINAPI *finish)(BCRYPT_HASH_HANDLE, PUCHAR, ULONG, ULONG);
    NTSTATUS(WINAPI *destroy)(BCRYPT_HASH_HANDLE);
} bcrypt;

static bool is_loaded(void)
{
    return bcrypt.open && bcrypt.close && bcrypt.create && bcrypt.add && bcrypt.finish && bcrypt.destroy;
}

// By the session's thread alone.
static bool load(void)
{
    if (is_loaded())
        return true;
    HMODULE library = LoadLibraryW(L"bcrypt.dll");
    if (library == NULL)
        return false;
#define LOAD(member, name)                                                                                   \
    bcrypt.member = (__typeof__(bcrypt.member))(any_function)GetProcAddress(library, name)
    LOAD(open, "BCryptOpenAlgorithmProvider");
    LOAD(close, "BCryptCloseAlgorithmProvider");
    LOAD(create, "BCryptCreateHash");
    LOAD(add, "BCryptHashData");
    LOAD(finish, "BCryptFinishHash");
    LOAD(destroy, "BCryptDestroyHash");
#undef LOAD
    return is_loaded();
}

bool sha256_begin(struct sha256 *sha256)
{
    *sha256 = (struct sha256){ 0 };
    if (!load())
        return false;
    if (bcrypt.open(&sha256->algorithm, BCRYPT_SHA256_ALGORITHM, NULL, 0) == 0 &&
        bcrypt.create(sha256->algorithm, &sha256->hash, NULL, 0, NULL, 0, 0) == 0)
        return true;
    sha256_free(sha256);
    SetLastError(ERROR_NOT_SUPPORTED);
    return false;
}

void sha256_add(const struct sha256 *sha256, const void *bytes, size_t length)
{
    bcrypt.add(sha256->hash, (PUCHAR)bytes, (ULONG)length, 0);
}

bool sha256_end(const struct sha256 *sha256, uint8_t digest[SHA256_SIZE])
{
    return bcrypt.finish(sha256->hash, digest, SHA256_SIZE, 0) == 0;
}

void sha256_free(struct sha256 *sha256)
{
    if (sha256->hash != NULL)
        bcrypt.destroy(sha256->hash);
    if (sha256->algorithm != NULL)
        bcrypt.close(sha256->algorithm, 0);
    *sha256 = (struct sha256){ 0 };
}
