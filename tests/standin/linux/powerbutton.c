// SPDX-License-Identifier: GPL-3.0-or-later
// Waits for the ACPI power button and exits 0 when it is pressed. Nothing else.
#include <fcntl.h>
#include <linux/input.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

enum { MAX_DEVICES = 16 };

int main(void)
{
    struct pollfd devices[MAX_DEVICES];
    nfds_t count = 0;
    for (int i = 0; i < MAX_DEVICES; i++) {
        char path[32];
        snprintf(path, sizeof path, "/dev/input/event%d", i);
        const int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd >= 0)
            devices[count++] = (struct pollfd){ .fd = fd, .events = POLLIN };
    }
    if (count == 0)
        return 1;
    for (;;) {
        if (poll(devices, count, -1) <= 0)
            return 1;
        for (nfds_t i = 0; i < count; i++) {
            struct input_event event;
            if ((devices[i].revents & POLLIN) == 0 ||
                read(devices[i].fd, &event, sizeof event) != sizeof event)
                continue;
            if (event.type == EV_KEY && event.code == KEY_POWER && event.value == 1)
                return 0;
        }
    }
}
