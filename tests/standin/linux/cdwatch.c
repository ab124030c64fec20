// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps CD drives mounted while discs are taken out and put in: cdwatch DEVICE=FOLDER …
// Returns once all discs that are in are mounted, and goes on watching in the background. The tray is never
// locked, so that the host can eject at any moment; a disc that has gone is unmounted lazily.
#include <fcntl.h>
#include <limits.h>
#include <linux/cdrom.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

enum {
    MAX_DRIVES = 8,
    POLL_MICROSECONDS = 700 * 1000,
    FIRST_DESCRIPTOR = 16,
    LAST_DESCRIPTOR = 64,
    SECTOR = 2048
};

typedef struct {
    const char *device;
    const char *folder;
    bool mounted;
} Drive;

// Windows reads UDF where a disc has it; its ISO 9660 tree is then ignored.
static bool has_udf(int fd)
{
    char sector[SECTOR];
    for (int i = FIRST_DESCRIPTOR; i < LAST_DESCRIPTOR; i++) {
        if (pread(fd, sector, sizeof sector, (off_t)i * SECTOR) != SECTOR)
            return false;
        if (memcmp(sector + 1, "NSR02", 5) == 0 || memcmp(sector + 1, "NSR03", 5) == 0)
            return true;
        if (memcmp(sector + 1, "CD001", 5) != 0 && memcmp(sector + 1, "BEA01", 5) != 0)
            return false;
    }
    return false;
}

static void mount_disc(Drive *drive, int fd)
{
    const unsigned long flags = MS_RDONLY | MS_NOATIME | MS_NOSUID | MS_NODEV;
    if (has_udf(fd) &&
        mount(drive->device, drive->folder, "udf", flags, "iocharset=utf8,mode=0555,dmode=0555") == 0)
        drive->mounted = true;
    else // Windows knows no Rock Ridge.
        drive->mounted = mount(drive->device, drive->folder, "iso9660", flags,
                               "norock,iocharset=utf8,mode=0555,dmode=0555") == 0;
}

static void look_at(Drive *drive)
{
    int fd = open(drive->device, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    const bool disc = ioctl(fd, CDROM_DRIVE_STATUS, CDSL_CURRENT) == CDS_DISC_OK;
    const bool changed = disc && drive->mounted && ioctl(fd, CDROM_MEDIA_CHANGED, CDSL_CURRENT) > 0;
    if (drive->mounted && (!disc || changed)) {
        umount2(drive->folder, MNT_DETACH);
        drive->mounted = false;
    }
    if (disc && !drive->mounted) {
        int data = open(drive->device, O_RDONLY | O_CLOEXEC);
        if (data >= 0) {
            mount_disc(drive, data);
            close(data);
        }
    }
    close(fd);
}

int main(int argc, char **argv)
{
    Drive drives[MAX_DRIVES];
    int count = 0;
    for (int i = 1; i < argc && count < MAX_DRIVES; i++) {
        char *folder = strchr(argv[i], '=');
        if (!folder)
            return 2;
        *folder++ = '\0';
        drives[count++] = (Drive){ argv[i], folder, false };
    }
    for (bool started = false;; started = true) {
        for (int i = 0; i < count; i++)
            look_at(&drives[i]);
        if (!started && daemon(0, 0) != 0)
            return 1;
        usleep(POLL_MICROSECONDS);
    }
}
