// SPDX-License-Identifier: GPL-3.0-or-later
// The files of \sevend, \drivers and the two that make WinPE start them.
#include "boot_staging.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disc_name.h"
#include "driver_package.h"
#include "fixed_time.h"
#include "media_error.h"
#include "scratch.h"
#include "text_encoding.h"

#define MAX_SCRIPT_SIZE (1024u * 1024)
#define MAX_AGENT_SIZE  (64u * 1024 * 1024)

// winpeshl.exe runs these programs instead of Setup [D]. The drive is not spelt out: X: is only a custom.
static const char winpeshl_ini[] = "[LaunchApps]\r\n"
                                   "%SYSTEMDRIVE%\\Windows\\System32\\cmd.exe, /c "
                                   "%SYSTEMDRIVE%\\sevend\\start.cmd\r\n";

// Reached where winpeshl.ini is not obeyed and there is no setup.exe [P: reinstall].
static const char startnet_cmd[] = "@call %SystemDrive%\\sevend\\start.cmd\r\n";

void boot_staging_clear(BootStaging *staging)
{
    if (staging->root != NULL)
        scratch_tree_remove(staging->root);
    g_clear_pointer(&staging->root, g_free);
    g_clear_pointer(&staging->additions, g_ptr_array_unref);
    g_clear_pointer(&staging->drvload, g_ptr_array_unref);
}

static void set_fixed_time(const BootStaging *staging, const char *name)
{
    g_autofree char *path = g_build_filename(staging->root, name, NULL);
    struct timespec times[2] = { { .tv_sec = FIXED_TIME }, { .tv_sec = FIXED_TIME } };

    utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

static gboolean make_directory(const BootStaging *staging, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(staging->root, name, NULL);

    if (mkdir(path, 0700) == 0)
        return TRUE;
    media_error_set_errno(error, errno, "cannot create %s", path);
    return FALSE;
}

static gboolean put_source(BootStaging *staging, const char *name, ByteSource *content, GError **error)
{
    g_autofree char *path = g_build_filename(staging->root, name, NULL);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0) {
        media_error_set_errno(error, errno, "cannot create %s", path);
        return FALSE;
    }
    gboolean copied = byte_source_copy_range(content, 0, content->size, fd, path, error);
    close(fd);
    set_fixed_time(staging, name);
    staging->bytes += content->size;
    return copied;
}

static gboolean put_text(BootStaging *staging, const char *name, const char *text, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    g_autoptr(ByteSource) content = byte_source_from_bytes(bytes, name);

    return put_source(staging, name, content, error);
}

// cmd.exe loses labels in scripts with bare line feeds, so start.cmd always gets CRLF.
static gboolean put_start_cmd(BootStaging *staging, const char *path, GError **error)
{
    g_autoptr(ByteSource) file = byte_source_open(path, error);
    g_autoptr(GBytes) bytes = file == NULL ? NULL : byte_source_load(file, MAX_SCRIPT_SIZE, error);

    if (bytes == NULL)
        return FALSE;
    g_autofree char *raw = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    g_autofree char *text = text_with_crlf(raw);
    return put_text(staging, "sevend/start.cmd", text, error);
}

static gboolean put_agent(BootStaging *staging, const char *path, GError **error)
{
    g_autoptr(ByteSource) file = byte_source_open(path, error);

    if (file == NULL)
        return FALSE;
    if (file->size > MAX_AGENT_SIZE) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_TOO_LARGE, "%s: is too large for an agent", path);
        return FALSE;
    }
    return put_source(staging, "sevend/sevend-agent.exe", file, error);
}

static gboolean note_boot_critical(BootStaging *staging, const char *architecture, const BootDriver *driver,
                                   const DriverPackage *package, GError **error)
{
    for (guint i = 0; i < package->infs->len; i++) {
        const DriverInf *inf = g_ptr_array_index(package->infs, i);
        gboolean fits = g_str_equal(architecture, "amd64") ? inf->supports_amd64 : inf->supports_x86;
        if (!inf->boot_critical || !fits)
            continue;
        if (!g_str_is_ascii(inf->path)) { // drvload.txt is read by a script in an unknown code page
            g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_PACKAGE,
                        "driver package %s: the path of boot-critical %s is not plain ASCII",
                        driver->directory, inf->path);
            return FALSE;
        }
        char *path = g_strdup_printf("X:/drivers/%s/%s", driver->name, inf->path);
        g_ptr_array_add(staging->drvload, g_strdelimit(path, "/", '\\'));
    }
    return TRUE;
}

static gboolean check_driver_name(const char *name, GHashTable *taken, GError **error)
{
    const char *problem = disc_name_problem(name);

    if (problem == NULL && !g_str_is_ascii(name))
        problem = "is not plain ASCII";
    if (problem == NULL && !g_hash_table_add(taken, disc_name_fold(name)))
        problem = "is given twice";
    if (problem == NULL)
        return TRUE;
    g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_BAD_NAME, "driver name \"%s\": %s", name, problem);
    return FALSE;
}

static gboolean put_drivers(BootStaging *staging, const char *architecture, const GPtrArray *drivers,
                            GError **error)
{
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    if (!make_directory(staging, "drivers", error))
        return FALSE;
    for (guint i = 0; i < drivers->len; i++) {
        const BootDriver *driver = g_ptr_array_index(drivers, i);
        g_autofree char *target = g_build_filename(staging->root, "drivers", driver->name, NULL);
        if (!check_driver_name(driver->name, taken, error))
            return FALSE;
        g_autoptr(DriverPackage) package = driver_package_read(driver->directory, target, error);
        if (package == NULL || !note_boot_critical(staging, architecture, driver, package, error))
            return FALSE;
        staging->bytes += package->bytes;
    }
    set_fixed_time(staging, "drivers");
    return TRUE;
}

static gboolean put_drvload_list(BootStaging *staging, GError **error)
{
    g_autoptr(GString) list = g_string_new(NULL);

    for (guint i = 0; i < staging->drvload->len; i++)
        g_string_append_printf(list, "%s\r\n", (const char *)g_ptr_array_index(staging->drvload, i));
    return put_text(staging, "sevend/drvload.txt", list->str, error);
}

static void for_image(BootStaging *staging, const char *name, const char *target)
{
    BootWimAddition *addition = g_new0(BootWimAddition, 1);

    addition->source = g_build_filename(staging->root, name, NULL);
    addition->target = g_strdup(target);
    g_ptr_array_add(staging->additions, addition);
}

gboolean boot_staging_fill(BootStaging *staging, const char *root, const char *architecture,
                           const GPtrArray *drivers, const char *start_cmd, const char *agent, GError **error)
{
    staging->additions = g_ptr_array_new_with_free_func((GDestroyNotify)boot_wim_addition_free);
    staging->drvload = g_ptr_array_new_with_free_func(g_free);
    if (mkdir(root, 0700) < 0) {
        media_error_set_errno(error, errno, "cannot create %s", root);
        return FALSE;
    }
    staging->root = g_strdup(root); // from here on there is something to remove
    if (!make_directory(staging, "sevend", error) || !put_drivers(staging, architecture, drivers, error) ||
        !put_start_cmd(staging, start_cmd, error) || !put_agent(staging, agent, error) ||
        !put_drvload_list(staging, error) || !put_text(staging, "winpeshl.ini", winpeshl_ini, error) ||
        !put_text(staging, "startnet.cmd", startnet_cmd, error))
        return FALSE;
    set_fixed_time(staging, "sevend");
    for_image(staging, "sevend", "/sevend");
    for_image(staging, "drivers", "/drivers");
    for_image(staging, "winpeshl.ini", "/Windows/System32/winpeshl.ini");
    for_image(staging, "startnet.cmd", "/Windows/System32/startnet.cmd");
    return TRUE;
}
