// SPDX-License-Identifier: GPL-3.0-or-later
// The drivers that an install offers to Windows: each INF of the request's packages that serves the machine's
// architecture, as inspection saw it. What follows from them is preflight_drivers.c's.
#pragma once

#include "daemon/install/machine_devices.h"
#include "daemon/install/plan.h"

typedef enum {
    DRIVER_UNSIGNED,   // the INF names no catalogue, or it has no signer
    DRIVER_NO_CATALOG, // named, but missing or not readable
    DRIVER_SHA1,       // what every Windows 7 verifies; may have SHA-2 beside it
    DRIVER_SHA2_ONLY,
} DriverSignature;

typedef struct {
    const char *package;        // name, borrowed as all texts here
    char *pointer;              // of the package in the request: "/drivers/0"
    const char *path, *version; // of the INF in the package; DriverVer's, or NULL
    const char *provider;       // or NULL
    gboolean boot_critical;     // class SCSIAdapter or HDC
    DriverSignature signature;
    json_object *inf, *target; // borrowed: see `sevend-media inspect-driver`
} OfferedDriver;

// Array of OfferedDriver; lives no longer than @plan.
GPtrArray *offered_drivers_new(const InstallPlan *plan);

// TRUE if the driver is one for @device.
gboolean offered_driver_fits(const OfferedDriver *driver, const MachineDevice *device);
// Hardware ids of the driver: array of strings. Borrowed, may be NULL.
json_object *offered_driver_ids(const OfferedDriver *driver);
// Files that Windows would copy: array, borrowed, may be NULL.
json_object *offered_driver_files(const OfferedDriver *driver);
