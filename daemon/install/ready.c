// SPDX-License-Identifier: GPL-3.0-or-later
// Step 13 (phase "ready"): the agent has answered with the job's nonce; the discs are taken out, the config
// disc and everything else that holds secrets is deleted. From here on the machine needs no file but its own
// disk.
#include <string.h>

#include "common/files.h"
#include "daemon/install/agent_record.h"
#include "daemon/install/full_memory.h"
#include "daemon/install/install.h"
#include "daemon/install/machine_files.h"
#include "daemon/install/provenance.h"
#include "daemon/vm/domain.h"
#include "daemon/vm/domain_xml.h"
#include "daemon/vm/storage.h"

static gboolean eject_discs(Daemon *daemon, const char *uuid, GError **error)
{
    static const char *const drives[] = { DRIVE_CONFIG, DRIVE_BOOT, DRIVE_VENDOR };
    for (gsize i = 0; i < G_N_ELEMENTS(drives); i++)
        if (!domain_eject(daemon->libvirt, uuid, drives[i], error))
            return FALSE;
    return TRUE;
}

static gboolean delete_config_disc(Daemon *daemon, const char *uuid, GError **error)
{
    g_autofree char *volume = machine_config_volume(daemon, uuid);
    return storage_volume_delete(daemon->libvirt, daemon->config->pool, volume, error);
}

static gboolean record_agent(Daemon *daemon, const char *uuid, const AgentHello *hello, GError **error)
{
    g_autoptr(json_object) object = agent_hello_to_json(hello);
    return store_machine_set_agent(daemon->store, uuid,
                                   json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN), error);
}

// The disc has been hashed meanwhile, as a rule; if not, whoever asks for the provenance first settles it.
static void settle_provenance(Daemon *daemon, const char *name)
{
    g_autoptr(StoreMachine) machine = NULL;
    g_autoptr(json_object) provenance = store_machine_get(daemon->store, name, &machine, NULL)
                                            ? provenance_read(daemon, machine, NULL)
                                            : NULL;
}

// As requested; 0 after a restart of the daemon that came when all of this was done and the request gone.
static guint requested_memory(const Install *install)
{
    json_object *hardware = NULL;
    if (!install->document || !json_object_object_get_ex(install->document, "hardware", &hardware))
        return 0;
    return (guint)json_int_member(hardware, "memory_mib", 0);
}

gboolean install_step_ready(Job *job, GError **error)
{
    install_limit(job);
    Daemon *daemon = job_user_data(job);
    const char *uuid = job_machine_uuid(job);
    GuestProgress *progress = install_progress(job);
    if (!guest_progress_wait_hello(progress, job, error))
        return FALSE;
    const AgentHello *hello = guest_progress_hello(progress);
    GError *failure = NULL;
    if (!eject_discs(daemon, uuid, &failure) || !delete_config_disc(daemon, uuid, &failure)) {
        install_propagate(error, failure);
        return FALSE;
    }
    if (!install_full_memory(job, requested_memory(install_of(job)), error))
        return FALSE;
    if (!record_agent(daemon, uuid, hello, &failure) ||
        !store_machine_set_boot_disc(daemon->store, uuid, NULL, &failure) ||
        !store_machine_set_state(daemon->store, uuid, "ready", NULL, NULL, &failure)) {
        install_propagate(error, failure);
        return FALSE;
    }
    settle_provenance(daemon, job_machine_name(job));
    job_detail(job, "agent %s on Windows %s (%s), computer name %s", hello->agent_version, hello->os_version,
               hello->architecture, hello->computer_name);
    return TRUE;
}
