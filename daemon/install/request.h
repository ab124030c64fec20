// SPDX-License-Identifier: GPL-3.0-or-later
// The machine request: the template's members overridden by the client's, checked as a whole, every fault at
// once. The parts about Windows itself are libunattend's. Does not look at discs or drivers: preflight does.
#pragma once

#include "common/json.h"
#include "unattend/unattend.h"

// Windows 7 needs 1 GiB on x86 and 2 GiB on amd64 by Microsoft's word and starts with less; below this Setup
// refuses (belief).
#define REQUEST_MIN_MEMORY_MIB 768
#define REQUEST_MAX_MEMORY_MIB (192 * 1024) // what the largest editions use [D: Memory Limits]
#define REQUEST_MAX_VCPUS      16
#define REQUEST_MAX_SOCKETS    4
#define REQUEST_MAX_DRIVERS    32

typedef struct {
    char *name, *template_name, *disc;
    char *edition;        // upper case; NULL: the disc's only one
    char **drivers;       // names of packages, NULL-terminated, no repeats
    guint vcpus, sockets; // vcpus in all, a multiple of sockets
    guint memory_mib, disk_gib;
    char *disk_bus;  // "sata" or "virtio"
    char *video;     // "std" or "qxl"
    char *sound;     // "none" or "hda"
    gint64 lifetime; // in seconds from the request on; 0: until it is deleted
    char *seal;      // the image that the machine is to become when it is installed; NULL: none
    gboolean fresh;  // installed anew, also where an image with the same recipe is there
    UnattendSettings *unattend;
} MachineRequest;

// @document: a client's request merged over its template's (json_merge). NULL if @faults was added to.
MachineRequest *machine_request_parse(json_object *document, Faults *faults);
void machine_request_free(MachineRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MachineRequest, machine_request_free)

// Whether a request for an install may have that member at its top.
gboolean machine_request_has_member(const char *member);

// What a template's "request" may hold: the same members under the same checks, except that nothing is
// required; "name", "template", "seal", "fresh" and secrets have no place. @machines: as many as the daemon
// may have, for computer names that are patterns. Pointers are below @document.
void machine_request_check_template(json_object *document, guint machines, Faults *faults);
