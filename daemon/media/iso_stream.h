// SPDX-License-Identifier: GPL-3.0-or-later
// A byte source as libisofs wants its file contents.
#pragma once

#include "byte_source.h"

#include <stdint.h> // libisofs.h needs it and does not include it

#define LIBISOFS_WITHOUT_LIBBURN
#include <sys/types.h>
#include <libisofs/libisofs.h>

// Where streams leave the first error that stopped one; libisofs itself would go on with zeros. Filled by
// libisofs's writer thread; read with iso_stream_failed() and taken over once that thread has ended.
typedef struct {
    GError *error; // atomic
} IsoStreamFailure;

gboolean iso_stream_failed(IsoStreamFailure *failure);

// Takes `content`. `failure` must outlive the stream.
IsoStream *iso_stream_from_source(ByteSource *content, IsoStreamFailure *failure);
