// SPDX-License-Identifier: GPL-3.0-or-later
// Step 6 (phase "define"): domain XML built, its isolation checked, validated and defined by libvirt, checked
// again as libvirt has it.
#include "daemon/install/full_memory.h"
#include "daemon/install/install.h"
#include "daemon/install/isolation_gate.h"
#include "daemon/install/machine_files.h"
#include "daemon/install/provenance.h"
#include "daemon/vm/domain.h"
#include "daemon/vm/domain_xml.h"

static char *build_xml(Job *job, const InstallPlan *plan, const char *virt_type, GError **error)
{
    const Install *install = install_of(job);
    Daemon *daemon = install->daemon;
    const char *uuid = job_machine_uuid(job);
    g_autoptr(StoreMachine) machine = NULL;
    if (!store_machine_get(daemon->store, job_machine_name(job), &machine, error))
        return NULL;
    g_autofree char *name = machine_domain_name(daemon, job_machine_name(job));
    g_autofree char *disk = machine_disk_volume(daemon, uuid);
    g_autofree char *config = machine_config_volume(daemon, uuid);
    g_autofree char *boot_disc = boot_disc_path(daemon, machine->boot_disc);
    g_autofree char *com1 = machine_file(daemon, uuid, MACHINE_FILE_COM1);
    g_autofree char *com2 = machine_file(daemon, uuid, MACHINE_FILE_COM2);
    const DomainSpec spec = {
        .name = name,
        .uuid = uuid,
        .machine = job_machine_name(job),
        .instance = daemon->instance,
        .virt_type = virt_type,
        .architecture = plan->target.architecture,
        .vcpus = plan->request->vcpus,
        .sockets = plan->request->sockets,
        .memory_mib = install_memory_mib(plan->request),
        .pool = daemon->config->pool,
        .volume = disk,
        .disk_bus = plan->request->disk_bus,
        .boot_disc = boot_disc,
        .vendor_disc = plan->disc->path,
        .config_pool = daemon->config->pool,
        .config_volume = config,
        .video = plan->request->video,
        .sound = plan->request->sound,
        .com1_log = com1,
        .com2_socket = com2,
        .extra_devices = (const char *const *)plan->template->domain_devices,
    };
    return domain_xml_build(&spec, error);
}

gboolean install_step_define(Job *job, GError **error)
{
    install_limit(job);
    Daemon *daemon = job_user_data(job);
    const InstallPlan *plan = install_plan(job, error);
    if (!plan)
        return FALSE;
    GError *failure = NULL;
    const char *virt_type = vm_connection_virt_type(daemon->libvirt, &failure);
    g_autofree char *xml = virt_type ? build_xml(job, plan, virt_type, &failure) : NULL;
    if (!xml || !define_isolated(daemon, job_machine_uuid(job), xml, &failure) ||
        !provenance_write(job, plan, xml, &failure)) {
        install_propagate(error, failure);
        return FALSE;
    }
    job_detail(job, "%s, isolated by definition and command line", virt_type);
    return TRUE;
}

gboolean install_undo_define(Job *job, GError **error)
{
    const Daemon *daemon = job_user_data(job);
    return domain_undefine(daemon->libvirt, job_machine_uuid(job), error);
}
