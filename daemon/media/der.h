// SPDX-License-Identifier: GPL-3.0-or-later
// Walking DER (ITU-T X.690) that nobody has vouched for: one element at a time, each inside the one around
// it.
#pragma once

#include <glib.h>

#define DER_OCTET_STRING 0x04
#define DER_OBJECT_ID    0x06
#define DER_SEQUENCE     0x30
#define DER_SET          0x31

typedef struct {
    const guint8 *bytes; // borrowed
    gsize length;
} DerBytes;

typedef struct {
    guint8 tag;
    DerBytes content;
    DerBytes whole; // with tag and length
} DerElement;

// Takes the first element off @rest. FALSE at the end, and where no whole element stands.
gboolean der_next(DerBytes *rest, DerElement *ret);
// der_next(), and the element must have @tag.
gboolean der_next_tagged(DerBytes *rest, guint8 tag, DerElement *ret);
// Whether @element is the object identifier with the encoded content @bytes.
gboolean der_is_object(const DerElement *element, const void *bytes, gsize length);
