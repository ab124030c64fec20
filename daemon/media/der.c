// SPDX-License-Identifier: GPL-3.0-or-later
// Definite lengths up to 4 bytes, tags of one byte: all that signatures use.
#include "der.h"

#include <string.h>

#define LONG_TAG        0x1F
#define LONG_LENGTH     0x80
#define MAX_LENGTH_SIZE 4

gboolean der_next(DerBytes *rest, DerElement *ret)
{
    if (rest->length < 2 || (rest->bytes[0] & LONG_TAG) == LONG_TAG)
        return FALSE;
    gsize header = 2, length = rest->bytes[1];
    if ((length & LONG_LENGTH) != 0) {
        const gsize count = length & ~(gsize)LONG_LENGTH;
        if (count == 0 || count > MAX_LENGTH_SIZE || rest->length < 2 + count)
            return FALSE;
        length = 0;
        for (gsize i = 0; i < count; i++)
            length = length << 8 | rest->bytes[2 + i];
        header += count;
    }
    if (length > rest->length - header)
        return FALSE;
    *ret = (DerElement){ rest->bytes[0], { rest->bytes + header, length }, { rest->bytes, header + length } };
    rest->bytes += header + length;
    rest->length -= header + length;
    return TRUE;
}

gboolean der_next_tagged(DerBytes *rest, guint8 tag, DerElement *ret)
{
    return der_next(rest, ret) && ret->tag == tag;
}

gboolean der_is_object(const DerElement *element, const void *bytes, gsize length)
{
    return element->tag == DER_OBJECT_ID && element->content.length == length &&
           memcmp(element->content.bytes, bytes, length) == 0;
}
