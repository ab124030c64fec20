// SPDX-License-Identifier: GPL-3.0-or-later
#include "partition_table.h"

#include "little_endian.h"

#define TABLE_OFFSET     446u
#define ENTRY_BYTES      16u
#define ENTRY_TYPE       4u
#define ENTRY_FIRST      8u
#define ENTRY_COUNT      12u
#define SIGNATURE_OFFSET 510u
#define SIGNATURE        0xAA55u

guint partition_table_read(const guint8 sector[PARTITION_SECTOR], guint64 disk_bytes,
                           Partition ret_partitions[PARTITIONS_MOST])
{
    guint count = 0;

    if (read_le16(sector + SIGNATURE_OFFSET) != SIGNATURE)
        return 0;
    for (guint i = 0; i < PARTITIONS_MOST; i++) {
        const guint8 *entry = sector + TABLE_OFFSET + i * ENTRY_BYTES;
        const Partition partition = { .type = entry[ENTRY_TYPE],
                                      .offset = (guint64)read_le32(entry + ENTRY_FIRST) * PARTITION_SECTOR,
                                      .length = (guint64)read_le32(entry + ENTRY_COUNT) * PARTITION_SECTOR };
        if (partition.type != 0 && partition.offset > 0 && partition.length > 0 &&
            partition.offset < disk_bytes && partition.length <= disk_bytes - partition.offset)
            ret_partitions[count++] = partition;
    }
    return count;
}
