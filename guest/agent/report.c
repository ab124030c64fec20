// SPDX-License-Identifier: GPL-3.0-or-later
// Lines to the host over COM1; see report.h.
#include "guest/agent/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "guest/agent/machine.h"
#include "guest/agent/serial.h"

#define LINE_MAX      1024u
#define FILE_LINE_MAX 500u
// The tail of a log is looked for in this many bytes at its end.
#define FILE_TAIL_MAX 262144u
// Scripts report one after the other, so another holder of the port is rare and brief.
#define BUSY_WAIT_MS 3000u

static char nonce_in_use[MACHINE_NONCE_LENGTH + 1];

static bool take_nonce(const wchar_t *wide)
{
    char text[MACHINE_NONCE_LENGTH + 1];

    if (wide == NULL || wcslen(wide) != MACHINE_NONCE_LENGTH)
        return false;
    for (size_t i = 0; i <= MACHINE_NONCE_LENGTH; i++)
        text[i] = wide[i] < 0x80 ? (char)wide[i] : '?';
    if (!machine_is_nonce(text))
        return false;
    memcpy(nonce_in_use, text, sizeof nonce_in_use);
    return true;
}

void report_use_nonce(const wchar_t *nonce)
{
    wchar_t variable[MACHINE_NONCE_LENGTH + 2];
    DWORD length = GetEnvironmentVariableW(L"SEVEND_NONCE", variable, MACHINE_NONCE_LENGTH + 2);

    if (take_nonce(nonce))
        return;
    if (length > 0 && length < MACHINE_NONCE_LENGTH + 2 && take_nonce(variable))
        return;
    if (!machine_nonce(nonce_in_use))
        strcpy(nonce_in_use, "-");
}

// Writes everything or gives up when the host takes nothing for one write's time-out.
static void send_bytes(const char *bytes, size_t length)
{
    HANDLE port = serial_open(1, BUSY_WAIT_MS);

    if (port == INVALID_HANDLE_VALUE)
        return;
    while (length > 0) {
        int count = serial_write(port, bytes, length);
        if (count <= 0)
            break;
        bytes += count;
        length -= (size_t)count;
    }
    CloseHandle(port);
}

// body is changed in place to printable ASCII.
static void send_line(char *body)
{
    char line[LINE_MAX + MACHINE_NONCE_LENGTH + 16];

    if (nonce_in_use[0] == '\0')
        report_use_nonce(NULL);
    for (char *at = body; *at != '\0'; at++)
        if (*at < 0x20 || *at > 0x7e)
            *at = '?';
    int length = _snprintf(line, sizeof line, "sevend/1 %s %s\r\n", nonce_in_use, body);
    if (length > 0)
        send_bytes(line, (size_t)length);
}

void report_line(const char *format, ...)
{
    char body[LINE_MAX];
    va_list args;

    va_start(args, format);
    _vsnprintf(body, sizeof body - 1, format, args);
    va_end(args);
    body[sizeof body - 1] = '\0';
    send_line(body);
}

struct body {
    char text[LINE_MAX];
    size_t length;
};

static void append(struct body *body, wchar_t character)
{
    if (body->length + 1 < sizeof body->text)
        body->text[body->length++] = character >= 0x20 && character < 0x7f ? (char)character : '?';
}

static void append_word(struct body *body, const wchar_t *word)
{
    const wchar_t *value = wcschr(word, L'=');
    bool quote = value != NULL && (value[1] == L'\0' || wcspbrk(value + 1, L" \t\"") != NULL);

    for (const wchar_t *at = word; *at != L'\0'; at++) {
        append(body, quote && at > value && *at == L'"' ? L'\'' : *at);
        if (quote && at == value)
            append(body, L'"');
    }
    if (quote)
        append(body, L'"');
}

void report_words(const wchar_t *const *words, size_t count)
{
    struct body body = { .length = 0 };

    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            append(&body, L' ');
        append_word(&body, words[i]);
    }
    body.text[body.length] = '\0';
    send_line(body.text);
}

// Reads the end of a file into a buffer to free(); Setup may have it open. NULL when it cannot be read or is
// empty.
static char *read_tail(const wchar_t *path, size_t *length)
{
    LARGE_INTEGER size, start = { .QuadPart = 0 };
    DWORD count = 0;
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                              NULL, OPEN_EXISTING, 0, NULL);

    if (file == INVALID_HANDLE_VALUE)
        return NULL;
    char *bytes = malloc(FILE_TAIL_MAX);
    // An even start, so that a UTF-16 log is not cut in mid-character.
    if (GetFileSizeEx(file, &size) && size.QuadPart > FILE_TAIL_MAX)
        start.QuadPart = (size.QuadPart - FILE_TAIL_MAX + 1) & ~1LL;
    if (bytes != NULL && (!SetFilePointerEx(file, start, NULL, FILE_BEGIN) ||
                          !ReadFile(file, bytes, FILE_TAIL_MAX, &count, NULL) || count == 0)) {
        free(bytes);
        bytes = NULL;
    }
    CloseHandle(file);
    *length = count;
    return bytes;
}

// UTF-16LE (told by its zero bytes, the mark may be out of sight) becomes one byte a character, in place.
static size_t narrow(char *bytes, size_t length)
{
    size_t zeros = 0, sample = length < 512 ? length : 512, out = 0;

    for (size_t i = 0; i < sample; i++)
        zeros += bytes[i] == '\0';
    if (zeros <= sample / 4)
        return length;
    for (size_t i = 0; i + 1 < length; i += 2)
        bytes[out++] = bytes[i + 1] == '\0' ? bytes[i] : '?';
    return out;
}

// Where the last count lines begin. A line break at the very end closes a line and begins none.
static size_t tail_start(const char *bytes, size_t length, size_t count)
{
    size_t at = length;

    while (at > 0) {
        if (bytes[at - 1] == '\n' && at != length && --count == 0)
            break;
        at--;
    }
    return at;
}

void report_file(const wchar_t *path, size_t count)
{
    static const char prefix[] = "sevend/";
    size_t length, out = 0;
    char *bytes = count > 0 ? read_tail(path, &length) : NULL;

    if (bytes == NULL)
        return;
    length = narrow(bytes, length);
    size_t at = tail_start(bytes, length, count);
    char *text = malloc((length - at) * 3 + 4);
    while (text != NULL && at < length) {
        const char *end = memchr(bytes + at, '\n', length - at);
        size_t next = end == NULL ? length : (size_t)(end - bytes) + 1;
        size_t line = (end == NULL ? length : (size_t)(end - bytes)) - at;
        if (line > 0 && bytes[at + line - 1] == '\r')
            line--;
        if (line > FILE_LINE_MAX)
            line = FILE_LINE_MAX;
        if (line >= sizeof prefix - 1 && memcmp(bytes + at, prefix, sizeof prefix - 1) == 0)
            text[out++] = ' ';
        for (size_t i = 0; i < line; i++) {
            char character = bytes[at + i];
            text[out++] = character >= 0x20 && character < 0x7f ? character : '?';
        }
        text[out++] = '\r';
        text[out++] = '\n';
        at = next;
    }
    if (text != NULL)
        send_bytes(text, out);
    free(text);
    free(bytes);
}
