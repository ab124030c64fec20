// SPDX-License-Identifier: GPL-3.0-or-later
// The boot disc cache. What a boot disc holds is sevend-media's knowledge.
#include "daemon/library/boot_disc_cache.h"

#include <string.h>
#include <sys/stat.h>
#include <utime.h>

#include "common/files.h"
#include "daemon/library/discs.h"

// Raised when sevend-media lays the boot disc out differently, so that older ones are not taken for it.
#define BOOT_DISC_FORMAT     "2"
#define MAX_SUM_BYTES        128
#define VERIFIED_SECONDS     G_GINT64_CONSTANT(3600)
#define MAX_GUEST_FILE_BYTES (8u << 20)

struct BootDiscCache {
    GMutex lock;
    GCond changed;
    GHashTable *building; // keys being built now
    GHashTable *verified; // path → Verified
};

typedef struct {
    char *identity; // of the file when its content was last known to be right
    gint64 when;    // monotonic
} Verified;

static void verified_free(gpointer data)
{
    Verified *verified = data;
    g_free(verified->identity);
    g_free(verified);
}

BootDiscCache *boot_disc_cache_new(void)
{
    BootDiscCache *cache = g_new0(BootDiscCache, 1);
    g_mutex_init(&cache->lock);
    g_cond_init(&cache->changed);
    cache->building = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    cache->verified = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, verified_free);
    return cache;
}

void boot_disc_cache_free(BootDiscCache *cache)
{
    if (!cache)
        return;
    g_hash_table_unref(cache->building);
    g_hash_table_unref(cache->verified);
    g_mutex_clear(&cache->lock);
    g_cond_clear(&cache->changed);
    g_free(cache);
}

static char *folder_path(Daemon *daemon)
{
    return g_build_filename(daemon->config->state, "boot-discs", NULL);
}

char *boot_disc_path(Daemon *daemon, const char *key)
{
    g_autofree char *file = g_strconcat(key, ".iso", NULL);
    return g_build_filename(daemon->config->state, "boot-discs", file, NULL);
}

static char *guest_file(Daemon *daemon, const char *file)
{
    return g_build_filename(daemon->config->guest, file, NULL);
}

static char *agent_file(Daemon *daemon, const char *architecture)
{
    g_autofree char *file = g_strdup_printf("sevend-agent-%s.exe", architecture);
    return guest_file(daemon, file);
}

static gboolean add_file(GChecksum *checksum, const char *path, GError **error)
{
    g_autofree char *bytes = NULL;
    gsize length = 0;
    if (!file_read(path, MAX_GUEST_FILE_BYTES, &bytes, &length, error))
        return FALSE;
    g_autofree char *header = g_strdup_printf("file %zu\n", length);
    g_checksum_update(checksum, (const guchar *)header, -1);
    g_checksum_update(checksum, (const guchar *)bytes, (gssize)length);
    return TRUE;
}

char *boot_disc_key(Daemon *daemon, const BootDiscRecipe *recipe, GError **error)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree char *start = guest_file(daemon, "start.cmd");
    g_autofree char *agent = agent_file(daemon, recipe->architecture);
    g_autofree char *header = g_strdup_printf("sevend boot disc %s\n%s %s\n", BOOT_DISC_FORMAT,
                                              recipe->architecture, recipe->boot_files_sha256);
    g_checksum_update(checksum, (const guchar *)header, -1);
    for (gsize i = 0; recipe->driver_names[i]; i++) {
        g_autofree char *driver =
            g_strdup_printf("driver %s %s\n", recipe->driver_names[i], recipe->driver_hashes[i]);
        g_checksum_update(checksum, (const guchar *)driver, -1);
    }
    if (!add_file(checksum, start, error) || !add_file(checksum, agent, error))
        return NULL;
    return g_strdup(g_checksum_get_string(checksum));
}

static char *sum_path(const char *path)
{
    return g_strdup_printf("%.*s.sum", (int)(strlen(path) - strlen(".iso")), path);
}

static gboolean write_sum(const char *path, json_object *built, GError **error)
{
    g_autofree char *sum = sum_path(path);
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT " %s\n", json_int_member(built, "size", -1),
                                            json_string_member(built, "xxh128"));
    return file_write_atomic(sum, text, strlen(text), 0600, error);
}

// Changes with everything that is written to the file: nobody can set the time of change back.
static char *identity_of(const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return NULL;
    return g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":%" G_GINT64_FORMAT
                           ":%" G_GINT64_FORMAT ".%09ld",
                           (guint64)info.st_dev, (guint64)info.st_ino, (gint64)info.st_size,
                           (gint64)info.st_ctim.tv_sec, info.st_ctim.tv_nsec);
}

static gboolean was_just_verified(BootDiscCache *cache, const char *path)
{
    g_autofree char *identity = identity_of(path);
    g_mutex_lock(&cache->lock);
    const Verified *verified = g_hash_table_lookup(cache->verified, path);
    const gboolean fresh = verified && identity && strcmp(verified->identity, identity) == 0 &&
                           g_get_monotonic_time() - verified->when < VERIFIED_SECONDS * G_USEC_PER_SEC;
    g_mutex_unlock(&cache->lock);
    return fresh;
}

// The disc is used now, and right. @anew: its content was looked at, not only remembered.
static void note_use(BootDiscCache *cache, const char *path, gboolean anew)
{
    utime(path, NULL); // counts as used, and changes the identity
    g_mutex_lock(&cache->lock);
    const Verified *before = g_hash_table_lookup(cache->verified, path);
    Verified *verified = g_new0(Verified, 1);
    verified->when = anew || !before ? g_get_monotonic_time() : before->when;
    verified->identity = identity_of(path);
    if (verified->identity)
        g_hash_table_replace(cache->verified, g_strdup(path), verified);
    else
        verified_free(verified);
    g_mutex_unlock(&cache->lock);
}

// TRUE if the disc is there, byte for byte as it was written. Anything else, an unreadable disc too, is a
// reason to build it anew. FALSE with @error only if that was cancelled.
static gboolean is_intact(Daemon *daemon, const char *path, GCancellable *cancellable, GError **error)
{
    g_autofree char *sum = sum_path(path);
    g_autofree char *wanted = NULL;
    g_autoptr(GError) failure = NULL;
    struct stat info;
    gsize length = 0;
    if (stat(path, &info) != 0)
        return FALSE;
    const char *arguments[] = { "hash", "--xxh128", path, NULL };
    g_autoptr(json_object) hashes =
        file_read(sum, MAX_SUM_BYTES, &wanted, &length, &failure)
            ? media_run(daemon->config->media, arguments, NULL, NULL, cancellable, &failure)
            : NULL;
    if (g_error_matches(failure, MEDIA_ERROR, MEDIA_ERROR_CANCELLED)) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    g_autofree char *found = hashes ? g_strdup_printf("%" G_GINT64_FORMAT " %s\n", (gint64)info.st_size,
                                                      json_string_member(hashes, "xxh128"))
                                    : NULL;
    if (found && strcmp(found, wanted) == 0)
        return TRUE;
    g_warning("boot disc cache: %s is not what was written: %s; it is built anew", path,
              failure ? failure->message : "its size or checksum differs");
    return FALSE;
}

static gboolean build(Daemon *daemon, const char *path, const BootDiscRecipe *recipe,
                      MediaProgressFunc progress, gpointer progress_data, GCancellable *cancellable,
                      GError **error)
{
    g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(arguments, g_strdup("build-boot-disc"));
    g_ptr_array_add(arguments, g_strdup("--disc"));
    g_ptr_array_add(arguments, g_strdup(recipe->vendor_disc));
    for (gsize i = 0; recipe->driver_names[i]; i++) {
        g_ptr_array_add(arguments, g_strdup("--driver"));
        g_ptr_array_add(arguments,
                        g_strdup_printf("%s=%s", recipe->driver_names[i], recipe->driver_folders[i]));
    }
    g_ptr_array_add(arguments, g_strdup("--start-cmd"));
    g_ptr_array_add(arguments, guest_file(daemon, "start.cmd"));
    g_ptr_array_add(arguments, g_strdup("--agent"));
    g_ptr_array_add(arguments, agent_file(daemon, recipe->architecture));
    g_ptr_array_add(arguments, g_strdup("--output"));
    g_ptr_array_add(arguments, g_strdup(path));
    g_ptr_array_add(arguments, NULL);
    g_autoptr(json_object) result = media_run(daemon->config->media, (const char *const *)arguments->pdata,
                                              progress, progress_data, cancellable, error);
    return result != NULL && write_sum(path, result, error);
}

// Waits until no other thread builds @key, then marks it as being built by this one. FALSE: cancelled.
static gboolean claim(BootDiscCache *cache, const char *key, GCancellable *cancellable)
{
    gboolean cancelled = FALSE;
    g_mutex_lock(&cache->lock);
    while (g_hash_table_contains(cache->building, key) && !cancelled) {
        // A cancel does not signal this condition, so look at it now and then.
        g_cond_wait_until(&cache->changed, &cache->lock, g_get_monotonic_time() + G_TIME_SPAN_SECOND / 4);
        cancelled = cancellable && g_cancellable_is_cancelled(cancellable);
    }
    if (!cancelled)
        g_hash_table_add(cache->building, g_strdup(key));
    g_mutex_unlock(&cache->lock);
    return !cancelled;
}

static void release(BootDiscCache *cache, const char *key)
{
    g_mutex_lock(&cache->lock);
    g_hash_table_remove(cache->building, key);
    g_cond_broadcast(&cache->changed);
    g_mutex_unlock(&cache->lock);
}

gboolean boot_disc_ensure(Daemon *daemon, const char *key, const BootDiscRecipe *recipe,
                          MediaProgressFunc progress, gpointer progress_data, GCancellable *cancellable,
                          gboolean *ret_built, GError **error)
{
    g_autofree char *path = boot_disc_path(daemon, key);
    if (!claim(daemon->boot_discs, key, cancellable)) {
        g_set_error(error, MEDIA_ERROR, MEDIA_ERROR_CANCELLED,
                    "stopped while another job builds the boot disc");
        return FALSE;
    }
    GError *failure = NULL;
    gboolean built = FALSE;
    const gboolean remembered = was_just_verified(daemon->boot_discs, path);
    gboolean ok = remembered || is_intact(daemon, path, cancellable, &failure);
    if (!ok && !failure) {
        ok = build(daemon, path, recipe, progress, progress_data, cancellable, &failure);
        built = TRUE;
    }
    if (ok)
        note_use(daemon->boot_discs, path, !remembered);
    if (failure)
        g_propagate_error(error, failure);
    release(daemon->boot_discs, key);
    if (ok)
        *ret_built = built;
    return ok;
}

typedef struct {
    char *path;
    guint64 size;
    gint64 used;
} CachedDisc;

static void cached_disc_free(gpointer data)
{
    CachedDisc *disc = data;
    g_free(disc->path);
    g_free(disc);
}

static int compare_use(gconstpointer a, gconstpointer b)
{
    const gint64 first = (*(CachedDisc *const *)a)->used, second = (*(CachedDisc *const *)b)->used;
    return first < second ? -1 : first > second;
}

// Unknown counts as used: a disc is only removed when the store says that nobody names it.
static gboolean is_unused(Daemon *daemon, const char *file)
{
    g_autofree char *key = g_strndup(file, strlen(file) - strlen(".iso"));
    guint users = 1;
    g_mutex_lock(&daemon->boot_discs->lock);
    const gboolean building = g_hash_table_contains(daemon->boot_discs->building, key);
    g_mutex_unlock(&daemon->boot_discs->lock);
    return !building && store_boot_disc_users(daemon->store, key, &users, NULL) && users == 0;
}

// What a killed sevend-media leaves beside its output.
static gboolean is_left_over(const char *file)
{
    return strstr(file, ".partial-") || g_str_has_prefix(file, ".sevend-media-");
}

static gboolean is_lone_sum(const char *path)
{
    if (!g_str_has_suffix(path, ".sum"))
        return FALSE;
    g_autofree char *disc = g_strdup_printf("%.*s.iso", (int)(strlen(path) - strlen(".sum")), path);
    return !g_file_test(disc, G_FILE_TEST_EXISTS);
}

static GPtrArray *unused_discs(Daemon *daemon, const char *folder, gboolean at_start)
{
    GPtrArray *discs = g_ptr_array_new_with_free_func(cached_disc_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *file;
    while (dir && (file = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, file, NULL);
        struct stat info;
        if (!g_str_has_suffix(file, ".iso")) {
            if (at_start && (is_left_over(file) || is_lone_sum(path)))
                tree_remove(path, NULL);
        } else if (is_unused(daemon, file) && stat(path, &info) == 0) {
            CachedDisc *disc = g_new0(CachedDisc, 1);
            disc->path = g_steal_pointer(&path);
            disc->size = (guint64)info.st_size;
            disc->used = info.st_mtim.tv_sec;
            g_ptr_array_add(discs, disc);
        }
    }
    g_ptr_array_sort(discs, compare_use);
    return discs;
}

void boot_disc_cache_clean(Daemon *daemon, gboolean at_start)
{
    g_autofree char *folder = folder_path(daemon);
    g_autoptr(GPtrArray) discs = unused_discs(daemon, folder, at_start);
    guint64 total = 0;
    for (guint i = 0; i < discs->len; i++)
        total += ((CachedDisc *)discs->pdata[i])->size;
    const guint64 allowed = (guint64)daemon->config->boot_disc_cache_mib << 20;
    for (guint i = 0; i < discs->len && total > allowed; i++) {
        CachedDisc *disc = discs->pdata[i];
        g_autoptr(GError) error = NULL;
        g_autofree char *sum = sum_path(disc->path);
        if (file_remove(disc->path, &error) && file_remove(sum, &error))
            total -= disc->size;
        else
            g_warning("boot disc cache: %s, ignoring", error->message);
    }
}
