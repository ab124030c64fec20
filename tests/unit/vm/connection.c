// SPDX-License-Identifier: GPL-3.0-or-later
// Connection, domains and volumes on libvirt's built-in test driver (test:///default), which needs no daemon
// and no QEMU; and what happens when there is no libvirt.
#include "daemon/vm/connection.h"

#include <string.h>

#include "daemon/vm/domain.h"
#include "daemon/vm/storage.h"

#define UUID  "11111111-2222-3333-4444-555555555555"
#define OTHER "11111111-2222-3333-4444-666666666666"
#define XML(name, uuid, instance)                                                                            \
    "<domain type='test'><name>" name "</name><uuid>" uuid "</uuid><metadata>"                               \
    "<sevend:machine xmlns:sevend='https://sevend.invalid/domain/1' name='m' instance='" instance "'/>"      \
    "</metadata><memory unit='MiB'>64</memory><vcpu>1</vcpu><os><type "                                      \
    "arch='x86_64'>hvm</type></os></domain>"

typedef struct {
    GMutex lock;
    GCond changed;
    guint connected, started, stopped;
    char *uuid;
} Seen;

static void on_event(const char *uuid, VmEventKind kind, gpointer data)
{
    Seen *seen = data;

    g_mutex_lock(&seen->lock);
    if (kind == VM_EVENT_CONNECTED) {
        seen->connected++;
        g_assert_null(uuid);
    } else if (kind == VM_EVENT_STARTED) {
        seen->started++;
        g_free(seen->uuid);
        seen->uuid = g_strdup(uuid);
    } else if (kind == VM_EVENT_STOPPED) {
        seen->stopped++;
    }
    g_cond_broadcast(&seen->changed);
    g_mutex_unlock(&seen->lock);
}

static void wait_until(Seen *seen, const guint *counter)
{
    g_mutex_lock(&seen->lock);
    while (*counter == 0)
        g_cond_wait(&seen->changed, &seen->lock);
    g_mutex_unlock(&seen->lock);
}

static void test_domain_lives_and_dies(VmConnection *connection)
{
    g_autoptr(GError) error = NULL;
    DomainPower power;

    domain_define(connection, XML("vmtest-one", UUID, "mine"), &error);
    g_assert_no_error(error);
    g_assert_true(domain_power(connection, UUID, &power, NULL) && power == DOMAIN_OFF);
    g_assert_null(domain_live_xml(connection, UUID, &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_STATE);
    g_clear_error(&error);

    // Twice is as good as once.
    g_assert_true(domain_start(connection, UUID, NULL));
    g_assert_true(domain_start(connection, UUID, NULL));
    g_assert_true(domain_start_paused(connection, UUID, NULL));
    g_assert_true(domain_power(connection, UUID, &power, NULL) && power == DOMAIN_RUNNING);
    g_autofree char *live = domain_live_xml(connection, UUID, NULL);
    g_assert_nonnull(strstr(live, UUID));

    g_assert_true(domain_destroy(connection, UUID, NULL));
    g_assert_true(domain_destroy(connection, UUID, NULL));
    g_assert_true(domain_undefine(connection, UUID, NULL));
    g_assert_true(domain_undefine(connection, UUID, NULL));
    g_assert_true(domain_destroy(connection, UUID, NULL));
    g_assert_true(domain_power(connection, UUID, &power, NULL) && power == DOMAIN_GONE);
    g_assert_false(domain_start(connection, UUID, &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_NOT_FOUND);
}

static void test_events_reach_the_handler(VmConnection *connection)
{
    Seen seen = { .connected = 0 };

    vm_connection_set_event_handler(connection, on_event, &seen);
    domain_define(connection, XML("vmtest-one", UUID, "mine"), NULL);
    domain_start(connection, UUID, NULL);
    wait_until(&seen, &seen.started);
    g_assert_cmpstr(seen.uuid, ==, UUID);
    domain_destroy(connection, UUID, NULL);
    wait_until(&seen, &seen.stopped);
    vm_connection_set_event_handler(connection, NULL, NULL);
    domain_undefine(connection, UUID, NULL);
    g_free(seen.uuid);
}

static void test_only_domains_of_the_instance_are_owned(VmConnection *connection)
{
    domain_define(connection, XML("vmtest-one", UUID, "mine"), NULL);
    domain_define(connection, XML("vmtest-two", OTHER, "theirs"), NULL);
    // The test driver also has a domain of its own, without our metadata.
    g_auto(GStrv) mine = domain_list_owned(connection, "mine", NULL);
    g_auto(GStrv) nobodys = domain_list_owned(connection, "nobody", NULL);

    g_assert_cmpuint(g_strv_length(mine), ==, 1);
    g_assert_cmpstr(mine[0], ==, UUID);
    g_assert_cmpuint(g_strv_length(nobodys), ==, 0);
    domain_undefine(connection, UUID, NULL);
    domain_undefine(connection, OTHER, NULL);
}

static void test_bad_xml_is_invalid(VmConnection *connection)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(domain_define(connection, "<domain type='test'><nonsense/></domain>", &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_INVALID);
}

static void test_volumes_come_and_go(VmConnection *connection)
{
    g_autoptr(GError) error = NULL;
    gboolean exists = FALSE;

    storage_pool_ensure(connection, "vmtest-pool", "/vmtest", &error);
    g_assert_no_error(error);
    g_assert_true(storage_pool_ensure(connection, "vmtest-pool", "/elsewhere", NULL));
    g_assert_true(storage_volume_create(connection, "vmtest-pool", "a", 1 << 20, NULL));
    g_assert_true(storage_volume_exists(connection, "vmtest-pool", "a", &exists, NULL) && exists);
    g_assert_false(storage_volume_create(connection, "vmtest-pool", "a", 1 << 20, &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_STATE);
    g_clear_error(&error);
    g_auto(GStrv) names = storage_volume_list(connection, "vmtest-pool", NULL);
    g_assert_cmpuint(g_strv_length(names), ==, 1);
    g_assert_cmpstr(names[0], ==, "a");
    g_assert_true(storage_volume_delete(connection, "vmtest-pool", "a", NULL));
    g_assert_true(storage_volume_delete(connection, "vmtest-pool", "a", NULL));
    g_assert_true(storage_volume_exists(connection, "vmtest-pool", "a", &exists, NULL) && !exists);

    g_assert_false(storage_volume_create(connection, "vmtest-none", "a", 1 << 20, &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_false(storage_volume_exists(connection, "vmtest-none", "a", &exists, &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_NOT_FOUND);
}

static void test_version_and_virt_type(VmConnection *connection)
{
    g_autofree char *version = vm_connection_version(connection);

    g_assert_true(vm_connection_is_alive(connection));
    g_assert_true(g_regex_match_simple("^[0-9]+\\.[0-9]+\\.[0-9]+$", version, 0, 0));
    g_assert_cmpstr(vm_connection_virt_type(connection, NULL), ==, "qemu");
}

static void with_test_driver(gconstpointer test)
{
    VmConnection *connection = vm_connection_new("test:///default", "auto");

    ((void (*)(VmConnection *))(guintptr)test)(connection);
    vm_connection_free(connection);
}

static void test_handler_hears_that_there_is_a_connection(VmConnection *connection)
{
    Seen seen = { .connected = 0 };

    vm_connection_set_event_handler(connection, on_event, &seen);
    wait_until(&seen, &seen.connected);
    vm_connection_set_event_handler(connection, NULL, NULL);
}

static void test_without_libvirt_everything_is_unavailable(void)
{
    g_autoptr(GError) error = NULL;
    DomainPower power;
    VmConnection *connection =
        vm_connection_new("qemu+unix:///system?socket=/nonexistent/vmtest.sock&mode=direct", "auto");

    g_assert_false(vm_connection_is_alive(connection));
    g_assert_null(vm_connection_version(connection));
    g_assert_null(vm_connection_get(connection, 10, &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_UNAVAILABLE);
    g_clear_error(&error);
    g_assert_null(vm_connection_virt_type(connection, &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_UNAVAILABLE);
    g_clear_error(&error);
    g_assert_false(domain_power(connection, UUID, &power, &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_UNAVAILABLE);
    vm_connection_free(connection);
}

static void test_configured_virt_type_needs_no_libvirt(void)
{
    VmConnection *connection =
        vm_connection_new("qemu+unix:///system?socket=/nonexistent/vmtest.sock&mode=direct", "kvm");

    g_assert_cmpstr(vm_connection_virt_type(connection, NULL), ==, "kvm");
    vm_connection_free(connection);
}

static void add(const char *path, void (*test)(VmConnection *))
{
    g_test_add_data_func(path, (gconstpointer)(guintptr)test, with_test_driver);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    // The connector's thread warns of a libvirt that cannot be reached: expected here.
    g_log_set_always_fatal(G_LOG_FATAL_MASK);
    add("/connection/domain-lives-and-dies", test_domain_lives_and_dies);
    add("/connection/events-reach-the-handler", test_events_reach_the_handler);
    add("/connection/only-domains-of-the-instance-are-owned", test_only_domains_of_the_instance_are_owned);
    add("/connection/bad-xml-is-invalid", test_bad_xml_is_invalid);
    add("/connection/volumes-come-and-go", test_volumes_come_and_go);
    add("/connection/version-and-virt-type", test_version_and_virt_type);
    add("/connection/handler-hears-that-there-is-a-connection",
        test_handler_hears_that_there_is_a_connection);
    g_test_add_func("/connection/without-libvirt-everything-is-unavailable",
                    test_without_libvirt_everything_is_unavailable);
    g_test_add_func("/connection/configured-virt-type-needs-no-libvirt",
                    test_configured_virt_type_needs_no_libvirt);
    return g_test_run();
}
