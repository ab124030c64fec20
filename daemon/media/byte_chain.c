// SPDX-License-Identifier: GPL-3.0-or-later
// Several byte sources read as one, without copying them together first.
#include "byte_source.h"

typedef struct {
    guint64 start;
    ByteSource *source;
} Part;

typedef struct {
    ByteSource base;
    GArray *parts; // Part, in order of start
} ChainSource;

// The index of the part that holds `offset`, which lies inside the chain.
static guint find_part(const ChainSource *chain, guint64 offset)
{
    guint low = 0;
    guint high = chain->parts->len;

    while (high - low > 1) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(chain->parts, Part, middle).start <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static gboolean chain_read_at(ByteSource *source, guint64 offset, void *buffer, gsize length, GError **error)
{
    ChainSource *chain = (ChainSource *)source;
    guint8 *target = buffer;

    for (guint i = find_part(chain, offset); length > 0; i++) {
        const Part *part = &g_array_index(chain->parts, Part, i);
        guint64 inside = offset - part->start;
        gsize step = (gsize)MIN(length, part->source->size - inside);
        if (!byte_source_read(part->source, inside, target, step, error))
            return FALSE;
        target += step;
        offset += step;
        length -= step;
    }
    return TRUE;
}

static void chain_free(ByteSource *source)
{
    ChainSource *chain = (ChainSource *)source;

    for (guint i = 0; i < chain->parts->len; i++)
        byte_source_free(g_array_index(chain->parts, Part, i).source);
    g_array_unref(chain->parts);
    g_free(chain);
}

static const ByteSourceClass chain_class = { .read_at = chain_read_at, .free = chain_free };

ByteSource *byte_source_chain(const char *name)
{
    ChainSource *chain = g_new0(ChainSource, 1);
    chain->base.class = &chain_class;
    chain->base.name = g_strdup(name);
    chain->parts = g_array_new(FALSE, FALSE, sizeof(Part));
    return &chain->base;
}

void byte_source_append(ByteSource *source, ByteSource *added)
{
    ChainSource *chain = (ChainSource *)source;
    Part part = { .start = source->size, .source = added };

    g_assert(source->class == &chain_class);
    if (added->size == 0) { // an empty part would confuse the search for an offset
        byte_source_free(added);
        return;
    }
    g_array_append_val(chain->parts, part);
    source->size += added->size;
}
