// SPDX-License-Identifier: GPL-3.0-or-later
// What an edition and an architecture of Windows 7 make of the hardware that was asked for.
#include <string.h>

#include "daemon/install/preflight_rules.h"
#include "unattend/editions.h"

#define GIB 1024u // in MiB

// Memory that an edition uses, in GiB [D: "Memory Limits for Windows and Windows Server Releases"], and
// processor sockets [D: Windows 7 licence terms and "Processor Support Limits": one, in Professional,
// Enterprise and Ultimate two].
static const struct {
    guint editions;
    guint amd64_gib, x86_gib, sockets;
} limits[] = {
    { EDITION_STARTER, 2, 2, 1 },
    { EDITION_HOME_BASIC, 8, 4, 1 },
    { EDITION_HOME_PREMIUM, 16, 4, 1 },
    { EDITIONS_BUSINESS, 192, 4, 2 },
};

// [D: "Windows 7 system requirements"]
#define AMD64_MEMORY_GIB 2
#define X86_MEMORY_GIB   1
#define AMD64_DISK_GIB   20
#define X86_DISK_GIB     16

static void check_memory(const InstallPlan *plan, const char *edition, guint limit_gib, Faults *faults,
                         Faults *warnings)
{
    const gboolean x86 = strcmp(plan->target.architecture, "x86") == 0;
    const guint memory = plan->request->memory_mib;
    const guint needed = (x86 ? X86_MEMORY_GIB : AMD64_MEMORY_GIB) * GIB;
    if (memory > limit_gib * GIB)
        faults_add(
            faults, "/hardware/memory_mib", "too-much-memory", NULL,
            "Windows 7 %s (%s) uses no more than %u GiB of memory; the rest of %u MiB would lie idle: ask "
            "for at most %u MiB%s",
            edition, plan->target.architecture, limit_gib, memory, limit_gib * GIB,
            x86 ? ", or take an amd64 disc" : ", or take another edition");
    if (memory < needed)
        faults_add(
            warnings, "/hardware/memory_mib", "low-memory", NULL,
            "Microsoft's minimum for Windows 7 on %s is %u MiB: with %u MiB it is slow, and programs may "
            "refuse to install",
            plan->target.architecture, needed, memory);
}

static void check_disk(const InstallPlan *plan, Faults *warnings)
{
    const gboolean x86 = strcmp(plan->target.architecture, "x86") == 0;
    const guint needed = x86 ? X86_DISK_GIB : AMD64_DISK_GIB;
    if (plan->request->disk_gib < needed)
        faults_add(
            warnings, "/hardware/disk_gib", "small-disk", NULL,
            "Microsoft's minimum for Windows 7 on %s is %u GiB: updates and programs will soon find %u GiB "
            "full; the volume takes only what is written to it, so that a larger one costs nothing",
            plan->target.architecture, needed, plan->request->disk_gib);
}

void preflight_hardware(const InstallPlan *plan, Faults *faults, Faults *warnings)
{
    Edition edition = EDITION_ULTIMATE; // of one that is not known, the widest limits hold
    gboolean media = FALSE;
    const gboolean known = edition_read(plan->target.edition_id, &edition, &media);
    const char *name = known ? plan->target.edition_id : "(unknown edition)";
    const gboolean x86 = strcmp(plan->target.architecture, "x86") == 0;
    for (gsize i = 0; i < G_N_ELEMENTS(limits); i++) {
        if ((limits[i].editions & edition) == 0)
            continue;
        check_memory(plan, name, x86 ? limits[i].x86_gib : limits[i].amd64_gib, faults, warnings);
        if (plan->request->sockets > limits[i].sockets)
            faults_add(faults, "/hardware/sockets", "too-many-sockets", NULL,
                       "Windows 7 %s uses the processors of %u socket%s only: the others would stay unused; "
                       "ask for cores of fewer sockets",
                       name, limits[i].sockets, limits[i].sockets == 1 ? "" : "s");
    }
    check_disk(plan, warnings);
}
