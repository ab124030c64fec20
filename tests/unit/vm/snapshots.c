// SPDX-License-Identifier: GPL-3.0-or-later
// Snapshots on libvirt's built-in test driver (test:///default), which keeps them in memory.
#include "daemon/vm/snapshots.h"

#include <libvirt/libvirt.h>

#include "daemon/vm/domain.h"

#define UUID "11111111-2222-3333-4444-777777777777"

static const char domain[] =
    "<domain type='test'><name>snapshot-test</name><uuid>" UUID "</uuid><memory unit='MiB'>64</memory>"
    "<vcpu>1</vcpu><os><type arch='x86_64'>hvm</type></os><devices>"
    "<disk type='file' device='cdrom'>%s<target dev='sdd' bus='sata'/><readonly/></disk></devices></domain>";

static void define(VmConnection *connection, const char *source)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) parts = g_strsplit(domain, "%s", 2);
    g_autofree char *xml = g_strconcat(parts[0], source, parts[1], NULL);
    domain_define(connection, xml, &error);
    g_assert_no_error(error);
}

static Snapshot *find(VmConnection *connection, const char *name)
{
    g_autoptr(GError) error = NULL;
    Snapshot *snapshot = NULL;
    snapshot_find(connection, UUID, name, &snapshot, &error);
    g_assert_no_error(error);
    return snapshot;
}

static void save(VmConnection *connection, const char *name, const char *description)
{
    g_autoptr(GError) error = NULL;
    snapshot_save(connection, UUID, name, description, &error);
    g_assert_no_error(error);
}

static DomainPower power(VmConnection *connection)
{
    DomainPower power = DOMAIN_OTHER;
    g_assert_true(domain_power(connection, UUID, &power, NULL));
    return power;
}

static void test_a_snapshot_says_what_it_is(VmConnection *connection)
{
    define(connection, "");
    g_assert_null(find(connection, "off"));
    save(connection, "off", "job-1");
    g_assert_true(domain_start(connection, UUID, NULL));
    save(connection, "on", "<job> & 2");
    g_autoptr(Snapshot) off = find(connection, "off");
    g_autoptr(Snapshot) on = find(connection, "on");
    g_assert_cmpstr(off->description, ==, "job-1");
    g_assert_null(off->parent);
    g_assert_false(off->memory);
    g_assert_false(off->current);
    g_assert_cmpstr(on->description, ==, "<job> & 2");
    g_assert_cmpstr(on->parent, ==, "off");
    g_assert_true(on->memory);
    g_assert_true(on->current);
    g_assert_false(on->has_disc);
    g_assert_cmpint(ABS(on->created - g_get_real_time() / G_USEC_PER_SEC), <, 60);
}

static void test_the_list_is_by_age(VmConnection *connection)
{
    define(connection, "");
    save(connection, "b", "1");
    save(connection, "a", "2");
    g_autoptr(GPtrArray) list = snapshot_list(connection, UUID, NULL);
    g_assert_cmpuint(list->len, ==, 2);
    for (guint i = 1; i < list->len; i++)
        g_assert_cmpint(((Snapshot *)list->pdata[i - 1])->created, <=, ((Snapshot *)list->pdata[i])->created);
}

static void test_going_back_with_memory_halts_without_is_off(VmConnection *connection)
{
    define(connection, "");
    save(connection, "off", "1");
    g_assert_true(domain_start(connection, UUID, NULL));
    save(connection, "on", "2");
    g_autoptr(Snapshot) off = find(connection, "off");
    g_autoptr(Snapshot) on = find(connection, "on");

    g_assert_true(snapshot_revert(connection, UUID, on, NULL));
    g_assert_cmpint(power(connection), ==, DOMAIN_PAUSED);
    g_assert_true(domain_resume(connection, UUID, NULL));
    g_assert_true(snapshot_revert(connection, UUID, off, NULL));
    g_assert_cmpint(power(connection), ==, DOMAIN_OFF);
    g_assert_true(snapshot_revert(connection, UUID, on, NULL));
    g_assert_cmpint(power(connection), ==, DOMAIN_PAUSED);
}

static void test_deleting_leaves_the_others(VmConnection *connection)
{
    g_autoptr(GError) error = NULL;

    define(connection, "");
    save(connection, "first", "1");
    save(connection, "second", "2");
    g_autoptr(Snapshot) first = find(connection, "first");
    g_assert_true(snapshot_delete(connection, UUID, "first", NULL));
    g_assert_true(snapshot_delete(connection, UUID, "first", NULL));
    g_assert_null(find(connection, "first"));
    g_autoptr(Snapshot) second = find(connection, "second");
    g_assert_nonnull(second);
    g_assert_false(snapshot_revert(connection, UUID, first, &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_NOT_FOUND);
}

static void test_a_disc_in_a_drive_is_seen(VmConnection *connection)
{
    gboolean disc = TRUE;

    define(connection, "");
    g_assert_true(snapshot_meets_disc(connection, UUID, &disc, NULL));
    g_assert_false(disc);
    define(connection, "<source file='/a.iso'/>");
    g_assert_true(snapshot_meets_disc(connection, UUID, &disc, NULL));
    g_assert_true(disc);
    g_assert_true(domain_start(connection, UUID, NULL));
    save(connection, "with", "1");
    g_autoptr(Snapshot) with = find(connection, "with");
    g_assert_true(with->has_disc);
}

static void test_without_the_domain_nothing_is_found(VmConnection *connection)
{
    g_autoptr(GError) error = NULL;
    Snapshot *snapshot = NULL;
    gboolean disc;

    g_assert_null(snapshot_list(connection, UUID, &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_false(snapshot_find(connection, UUID, "a", &snapshot, &error));
    g_assert_error(error, VM_ERROR, VM_ERROR_NOT_FOUND);
    g_assert_false(snapshot_save(connection, UUID, "a", "1", NULL));
    g_assert_false(snapshot_delete(connection, UUID, "a", NULL));
    g_assert_false(snapshot_meets_disc(connection, UUID, &disc, NULL));
}

static void with_test_driver(gconstpointer test)
{
    VmConnection *connection = vm_connection_new("test:///default", "auto");

    ((void (*)(VmConnection *))(guintptr)test)(connection);
    domain_destroy(connection, UUID, NULL);
    g_assert_true(domain_undefine(connection, UUID, NULL)); // snapshots or not
    vm_connection_free(connection);
}

static void add(const char *name, void (*test)(VmConnection *))
{
    g_test_add_data_func(name, (gconstpointer)(guintptr)test, with_test_driver);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("/snapshots/say-what-they-are", test_a_snapshot_says_what_it_is);
    add("/snapshots/by-age", test_the_list_is_by_age);
    add("/snapshots/going-back", test_going_back_with_memory_halts_without_is_off);
    add("/snapshots/deleting", test_deleting_leaves_the_others);
    add("/snapshots/disc-in-a-drive", test_a_disc_in_a_drive_is_seen);
    add("/snapshots/no-domain", test_without_the_domain_nothing_is_found);
    return g_test_run();
}
