// SPDX-License-Identifier: GPL-3.0-or-later
// Looks at a driver's catalogue as Windows' code integrity does:
//
//   catfile signers FILE.cat      a line a signer: sha1, sha256 or other; of a signature inside another, too
//   catfile has FILE.cat HEX      exits 0 if the catalogue lists that hash
//   catfile content FILE          writes what a catalogue's hash of the file is over: of a program everything
//   but
//                                 its checksum, the entry of its certificate table and that table
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const uint8_t *at, *end;
} Span;

static Span read_file(const char *path)
{
    Span file = { NULL, NULL };
    FILE *open_file = fopen(path, "rbe");
    if (!open_file)
        return file;
    fseek(open_file, 0, SEEK_END);
    const long size = ftell(open_file);
    rewind(open_file);
    uint8_t *bytes = malloc(size > 0 ? (size_t)size : 1);
    if (bytes && fread(bytes, 1, (size_t)size, open_file) == (size_t)size)
        file = (Span){ bytes, bytes + size };
    fclose(open_file);
    return file;
}

// Takes the next element: its tag, its content, what follows. False at the end and where DER is broken.
static bool take(Span *rest, int *tag, Span *content)
{
    if (rest->end - rest->at < 2)
        return false;
    *tag = rest->at[0];
    size_t length = rest->at[1];
    const uint8_t *start = rest->at + 2;
    if (length & 0x80) {
        size_t count = length & 0x7f;
        for (length = 0; count > 0 && start < rest->end && length < 1u << 24; count--)
            length = length << 8 | *start++;
    }
    if (start > rest->end || length > (size_t)(rest->end - start))
        return false;
    *content = (Span){ start, start + length };
    rest->at = start + length;
    return true;
}

static bool take_tag(Span *rest, int wanted, Span *content)
{
    int tag;
    return take(rest, &tag, content) && tag == wanted;
}

static bool is(Span span, const char *bytes, size_t length)
{
    return (size_t)(span.end - span.at) == length && memcmp(span.at, bytes, length) == 0;
}

static void print_message(Span message, int depth);

// Unsigned attributes: SEQUENCE { type, SET { value } }; 1.3.6.1.4.1.311.2.4.1 holds another message.
static void print_nested(Span attributes, int depth)
{
    static const char nested[] = "\x2B\x06\x01\x04\x01\x82\x37\x02\x04\x01";
    Span attribute, type, values;
    while (take_tag(&attributes, 0x30, &attribute))
        if (take_tag(&attribute, 0x06, &type) && is(type, nested, sizeof nested - 1) &&
            take_tag(&attribute, 0x31, &values))
            print_message(values, depth + 1);
}

// SignerInfo: version, issuer and serial, digest algorithm, [0] attributes, …, [1] unsigned attributes.
static void print_signer(Span signer, int depth)
{
    Span part, algorithm, type;
    int tag;
    if (!take(&signer, &tag, &part) || !take(&signer, &tag, &part) || !take_tag(&signer, 0x30, &algorithm) ||
        !take_tag(&algorithm, 0x06, &type))
        return;
    puts(is(type, "\x2B\x0E\x03\x02\x1A", 5)                   ? "sha1"
         : is(type, "\x60\x86\x48\x01\x65\x03\x04\x02\x01", 9) ? "sha256"
                                                               : "other");
    while (take(&signer, &tag, &part))
        if (tag == 0xA1)
            print_nested(part, depth);
}

// ContentInfo { type, [0] SignedData { version, algorithms, content, [0] certificates, [1] lists, SET OF
// signer } }
static void print_message(Span message, int depth)
{
    Span outer, part, wrapped, data, signer;
    int tag;
    if (depth > 2 || !take_tag(&message, 0x30, &outer) || !take_tag(&outer, 0x06, &part) ||
        !take_tag(&outer, 0xA0, &wrapped) || !take_tag(&wrapped, 0x30, &data))
        return;
    for (int i = 0; i < 3; i++)
        if (!take(&data, &tag, &part))
            return;
    while (take(&data, &tag, &part))
        if (tag == 0x31)
            while (take_tag(&part, 0x30, &signer))
                print_signer(signer, depth);
}

static int has(const char *path, const char *hex)
{
    const Span file = read_file(path);
    const size_t length = strlen(hex) / 2;
    uint8_t hash[64];
    if (!file.at || length == 0 || length > sizeof hash)
        return 2;
    for (size_t i = 0; i < length; i++) {
        unsigned byte = 0;
        sscanf(hex + 2 * i, "%2x", &byte);
        hash[i] = (uint8_t)byte;
    }
    return memmem(file.at, (size_t)(file.end - file.at), hash, length) ? 0 : 1;
}

static uint32_t number(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static int content(const char *path)
{
    const Span file = read_file(path);
    const size_t size = (size_t)(file.end - file.at);
    if (!file.at)
        return 2;
    const size_t pe = size > 64 && memcmp(file.at, "MZ", 2) == 0 ? number(file.at + 60) : 0;
    if (pe == 0 || pe + 24 + 240 > size || memcmp(file.at + pe, "PE\0\0", 4) != 0)
        return fwrite(file.at, 1, size, stdout) == size ? 0 : 1;
    const size_t checksum = pe + 24 + 64;
    const size_t entry = pe + 24 + (file.at[pe + 24] == 0x0B && file.at[pe + 25] == 2 ? 112 : 96) + 32;
    const size_t table_size = number(file.at + entry + 4);
    const size_t table = table_size > 0 && number(file.at + entry) <= size ? number(file.at + entry) : size;
    fwrite(file.at, 1, checksum, stdout);
    fwrite(file.at + checksum + 4, 1, entry - checksum - 4, stdout);
    if (table > entry + 8)
        fwrite(file.at + entry + 8, 1, table - entry - 8, stdout);
    if (table + table_size < size)
        fwrite(file.at + table + table_size, 1, size - table - table_size, stdout);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "signers") == 0) {
        print_message(read_file(argv[2]), 0);
        return 0;
    }
    if (argc == 4 && strcmp(argv[1], "has") == 0)
        return has(argv[2], argv[3]);
    if (argc == 3 && strcmp(argv[1], "content") == 0)
        return content(argv[2]);
    return 2;
}
