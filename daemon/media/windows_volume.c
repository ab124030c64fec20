// SPDX-License-Identifier: GPL-3.0-or-later
#include "windows_volume.h"

#include "media_error.h"
#include "partition_table.h"

// A folder of each phase, so that a volume that holds data only is told from Windows'.
static const char *const marks[] = { "Windows", "$WINDOWS.~BT" };

NtfsVolume *windows_volume_open(DiskImage *image, GError **error)
{
    guint8 sector[PARTITION_SECTOR];
    Partition partitions[PARTITIONS_MOST];
    if (!disk_image_read(image, 0, sector, sizeof sector, error))
        return NULL;
    const guint count = partition_table_read(sector, disk_image_size(image), partitions);
    for (guint i = 0; i < count; i++) {
        NtfsVolume *volume = partitions[i].type == PARTITION_NTFS
                                 ? ntfs_volume_open(image, partitions[i].offset, partitions[i].length, NULL)
                                 : NULL;
        for (gsize mark = 0; volume && mark < G_N_ELEMENTS(marks); mark++)
            if (ntfs_volume_has(volume, marks[mark]))
                return volume;
        ntfs_volume_free(volume);
    }
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_NOT_FOUND,
                "no Windows on the machine's disk: Setup had not come so far, or none of its %u partitions "
                "is NTFS that can be read",
                count);
    return NULL;
}
