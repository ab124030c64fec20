// SPDX-License-Identifier: GPL-3.0-or-later
// Reads and checks sevend.conf: one table of keys, a value a key, all that is wrong with them at once. What
// the values mean is the matter of those who use them.
#include "daemon/config.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/un.h>

#include "common/json.h"

#define DEFAULT_PATH "/etc/sevend/sevend.conf"

typedef enum {
    TEXT,
    PATH,     // absolute
    OPTIONAL, // absolute path or nothing
    NUMBER,
} KeyType;

typedef struct {
    const char *group, *key;
    KeyType type;
    gsize offset;          // into Config
    const char *otherwise; // default; NULL: none, or made from others in set_defaults()
    guint least, most;     // NUMBER
} Key;

static const Key keys[] = {
    { "http", "socket", PATH, offsetof(Config, socket), "/run/sevend/sevend.sock", 0, 0 },
    { "http", "socket_group", TEXT, offsetof(Config, socket_group), "sevend", 0, 0 },
    { "http", "listen", TEXT, offsetof(Config, listen), NULL, 0, 0 },
    { "http", "tokens", OPTIONAL, offsetof(Config, tokens), NULL, 0, 0 },
    { "http", "tls_certificate", OPTIONAL, offsetof(Config, tls_certificate), NULL, 0, 0 },
    { "http", "tls_key", OPTIONAL, offsetof(Config, tls_key), NULL, 0, 0 },
    { "storage", "state", PATH, offsetof(Config, state), "/var/lib/sevend", 0, 0 },
    { "storage", "discs", PATH, offsetof(Config, discs), NULL, 0, 0 },
    { "storage", "drivers", PATH, offsetof(Config, drivers), NULL, 0, 0 },
    { "storage", "templates", PATH, offsetof(Config, templates), DATADIR "/sevend/templates", 0, 0 },
    { "storage", "pool", TEXT, offsetof(Config, pool), "sevend", 0, 0 },
    { "storage", "guest", PATH, offsetof(Config, guest), DATADIR "/sevend/guest", 0, 0 },
    { "storage", "media", PATH, offsetof(Config, media), LIBEXECDIR "/sevend/sevend-media", 0, 0 },
    { "libvirt", "uri", TEXT, offsetof(Config, uri), "qemu:///system", 0, 0 },
    { "libvirt", "virt_type", TEXT, offsetof(Config, virt_type), "auto", 0, 0 },
    { "limits", "installs", NUMBER, offsetof(Config, installs), "1", 1, 64 },
    { "limits", "machines", NUMBER, offsetof(Config, machines), "64", 1, 10000 },
    { "limits", "connections", NUMBER, offsetof(Config, connections), "64", 1, 4096 },
    { "limits", "boot_disc_cache_mib", NUMBER, offsetof(Config, boot_disc_cache_mib), "4096", 0, 1048576 },
    { "quota", "machines", NUMBER, offsetof(Config, quota.machines), "0", 0, 10000 },
    { "quota", "vcpus", NUMBER, offsetof(Config, quota.vcpus), "0", 0, 100000 },
    { "quota", "memory_mib", NUMBER, offsetof(Config, quota.memory_mib), "0", 0, 1073741824 },
    { "quota", "disk_gib", NUMBER, offsetof(Config, quota.disk_gib), "0", 0, 1073741824 },
    { "quota_per_user", "machines", NUMBER, offsetof(Config, quota_per_user.machines), "0", 0, 10000 },
    { "quota_per_user", "vcpus", NUMBER, offsetof(Config, quota_per_user.vcpus), "0", 0, 100000 },
    { "quota_per_user", "memory_mib", NUMBER, offsetof(Config, quota_per_user.memory_mib), "0", 0,
      1073741824 },
    { "quota_per_user", "disk_gib", NUMBER, offsetof(Config, quota_per_user.disk_gib), "0", 0, 1073741824 },
};

typedef struct {
    char *values[G_N_ELEMENTS(keys)];  // as written, stripped; NULL: not given
    char *origins[G_N_ELEMENTS(keys)]; // the file that gave it
    GString *errors;                   // one line each
    gboolean unreadable;               // a file could not be read at all
} Reading;

static void complain(Reading *reading, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void complain(Reading *reading, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (reading->errors->len > 0) {
        g_string_append_c(reading->errors, '\n');
    }
    g_string_append_vprintf(reading->errors, format, arguments);
    va_end(arguments);
}

static void complain_key(Reading *reading, gsize index, const char *what)
{
    complain(reading, "%s: [%s] %s: %s",
             reading->origins[index] != NULL ? reading->origins[index] : "built-in value", keys[index].group,
             keys[index].key, what);
}

static gssize find_key(const char *group, const char *key)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (g_str_equal(keys[i].group, group) && g_str_equal(keys[i].key, key)) {
            return (gssize)i;
        }
    }
    return -1;
}

// The keys of @group, or all groups if it is NULL. The caller frees the array only.
static const char **known_names(const char *group)
{
    GPtrArray *names = g_ptr_array_new();
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        const char *name = group != NULL ? keys[i].key : keys[i].group;
        gboolean wanted = group == NULL ? names->len == 0 || names->pdata[names->len - 1] != name
                                        : g_str_equal(keys[i].group, group);
        if (wanted) {
            g_ptr_array_add(names, (gpointer)name);
        }
    }
    g_ptr_array_add(names, NULL);
    return (const char **)g_ptr_array_free(names, FALSE);
}

static void complain_unknown(Reading *reading, const char *file, const char *group, const char *key)
{
    g_autofree const char **known = known_names(key != NULL ? group : NULL);
    const char *closest = closest_name(key != NULL ? key : group, known);
    g_autofree char *hint = closest != NULL ? g_strdup_printf("; did you mean \"%s\"?", closest) : NULL;
    complain(reading, "%s: [%s]%s%s: unknown %s%s", file, group, key != NULL ? " " : "",
             key != NULL ? key : "", key != NULL ? "key" : "group", hint != NULL ? hint : "");
}

static void read_group(Reading *reading, GKeyFile *content, const char *file, const char *group)
{
    g_autofree const char **known = known_names(group);
    if (known[0] == NULL) {
        complain_unknown(reading, file, group, NULL);
        return;
    }
    g_auto(GStrv) names = g_key_file_get_keys(content, group, NULL, NULL);
    for (char **name = names; name != NULL && *name != NULL; name++) {
        gssize index = find_key(group, *name);
        if (index < 0) {
            complain_unknown(reading, file, group, *name);
            continue;
        }
        g_autoptr(GError) error = NULL;
        char *value = g_key_file_get_string(content, group, *name, &error);
        g_free(reading->origins[index]);
        g_free(reading->values[index]);
        reading->origins[index] = g_strdup(file);
        reading->values[index] = value != NULL ? g_strstrip(value) : NULL;
        if (value == NULL) {
            complain_key(reading, (gsize)index, error->message);
        }
    }
}

static void read_file(Reading *reading, const char *file)
{
    g_autoptr(GKeyFile) content = g_key_file_new();
    g_autoptr(GError) error = NULL;
    if (!g_key_file_load_from_file(content, file, G_KEY_FILE_NONE, &error)) {
        reading->unreadable = reading->unreadable || error->domain == G_FILE_ERROR;
        complain(reading, "%s: %s", file, error->message);
        return;
    }
    g_auto(GStrv) groups = g_key_file_get_groups(content, NULL);
    for (char **group = groups; *group != NULL; group++) {
        read_group(reading, content, file, *group);
    }
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// The *.conf of @folder in lexical order.
static void read_folder(Reading *reading, const char *folder)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &error);
    if (dir == NULL) {
        if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
            reading->unreadable = TRUE;
            complain(reading, "%s", error->message);
        }
        return;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name = NULL;
    while ((name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_suffix(name, ".conf") && name[0] != '.') {
            g_ptr_array_add(names, g_strdup(name));
        }
    }
    g_ptr_array_sort(names, compare_names);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *file = g_build_filename(folder, g_ptr_array_index(names, i), NULL);
        read_file(reading, file);
    }
}

static void read_all(Reading *reading, const char *path)
{
    const char *file = path != NULL ? path : DEFAULT_PATH;
    if (path != NULL || g_file_test(file, G_FILE_TEST_EXISTS)) {
        read_file(reading, file);
    }
    g_autofree char *folder = g_path_get_dirname(file);
    g_autofree char *parts = g_build_filename(folder, "conf.d", NULL);
    read_folder(reading, parts);
}

static void take_number(Reading *reading, gsize index, const char *text, Config *config)
{
    guint64 number = 0;
    g_autoptr(GError) error = NULL;
    if (!g_ascii_string_to_unsigned(text, 10, keys[index].least, keys[index].most, &number, &error)) {
        g_autofree char *what = g_strdup_printf("\"%s\" is not a number from %u to %u", text,
                                                keys[index].least, keys[index].most);
        complain_key(reading, index, what);
        return;
    }
    *(guint *)G_STRUCT_MEMBER_P(config, keys[index].offset) = (guint)number;
}

static void take_value(Reading *reading, gsize index, Config *config)
{
    const Key *key = &keys[index];
    const char *text = reading->values[index] != NULL ? reading->values[index] : key->otherwise;
    if (key->type == NUMBER) {
        take_number(reading, index, text, config);
        return;
    }
    gboolean empty = text == NULL || *text == '\0';
    // "listen =" in a later file turns off what an earlier one has turned on.
    if (empty && (key->type == OPTIONAL || key->offset == offsetof(Config, listen))) {
        return;
    }
    if (text == NULL) {
        return; // set_defaults()
    }
    if (empty && key->offset != offsetof(Config, socket_group)) {
        complain_key(reading, index, "is empty");
    } else if (key->type != TEXT && !g_path_is_absolute(text)) {
        g_autofree char *what = g_strdup_printf("\"%s\" is not an absolute path", text);
        complain_key(reading, index, what);
    }
    *(char **)G_STRUCT_MEMBER_P(config, key->offset) = g_strdup(text);
}

static void set_defaults(Config *config)
{
    if (config->discs == NULL) {
        config->discs = g_build_filename(config->state, "discs", NULL);
    }
    if (config->drivers == NULL) {
        config->drivers = g_build_filename(config->state, "drivers", NULL);
    }
}

static void check_socket(Reading *reading, const Config *config)
{
    gsize most = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;
    if (strlen(config->socket) > most) {
        g_autofree char *what =
            g_strdup_printf("longer than the %zu bytes that a socket's path may have", most);
        complain_key(reading, (gsize)find_key("http", "socket"), what);
    }
}

static void check_words(Reading *reading, const Config *config)
{
    static const char *const types[] = { "auto", "kvm", "qemu", NULL };
    if (!g_strv_contains(types, config->virt_type)) {
        g_autofree char *what = g_strdup_printf("\"%s\" is none of auto, kvm, qemu", config->virt_type);
        complain_key(reading, (gsize)find_key("libvirt", "virt_type"), what);
    }
    // It becomes a folder's name too.
    if (strspn(config->pool, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_.") != strlen(config->pool) ||
        config->pool[0] == '.') {
        g_autofree char *what =
            g_strdup_printf("\"%s\" has characters other than a-z, A-Z, 0-9, '-', '_', '.'"
                            " or begins with '.'",
                            config->pool);
        complain_key(reading, (gsize)find_key("storage", "pool"), what);
    }
}

// "host:port", "[::1]:port". The host must be an address or a name that needs no look-up to be judged.
static gboolean split_listen(const char *listen, char **ret_host)
{
    const char *colon = strrchr(listen, ':');
    guint64 port = 0;
    if (colon == NULL || colon == listen ||
        !g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &port, NULL)) {
        return FALSE;
    }
    g_autofree char *host = g_strndup(listen, (gsize)(colon - listen));
    gsize length = strlen(host);
    if (host[0] == '[' && host[length - 1] == ']' && length > 2) {
        *ret_host = g_strndup(host + 1, length - 2);
        g_autoptr(GInetAddress) address = g_inet_address_new_from_string(*ret_host);
        return address != NULL && g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV6;
    }
    *ret_host = g_strdup(host);
    return strpbrk(host, "[]: \t/") == NULL;
}

static gboolean is_loopback(const char *host)
{
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);
    return address != NULL ? g_inet_address_get_is_loopback(address) : g_str_equal(host, "localhost");
}

static void check_listener(Reading *reading, const Config *config)
{
    if ((config->tls_certificate == NULL) != (config->tls_key == NULL)) {
        const char *missing = config->tls_key == NULL ? "tls_key" : "tls_certificate";
        const char *given = config->tls_key == NULL ? "tls_certificate" : "tls_key";
        g_autofree char *what = g_strdup_printf("%s is missing: both or none", missing);
        complain_key(reading, (gsize)find_key("http", given), what);
    }
    if (config->listen == NULL) {
        return;
    }
    gsize index = (gsize)find_key("http", "listen");
    g_autofree char *host = NULL;
    if (!split_listen(config->listen, &host)) {
        g_autofree char *what = g_strdup_printf("\"%s\" is not host:port or [address]:port", config->listen);
        complain_key(reading, index, what);
        return;
    }
    if (config->tokens == NULL) {
        complain_key(reading, index, "a TCP listener needs tokens");
    }
    if (config->tls_certificate == NULL && !is_loopback(host)) {
        complain_key(reading, index, "beyond loopback a TCP listener needs tls_certificate and tls_key");
    }
}

static void clear_reading(Reading *reading)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_free(reading->values[i]);
        g_free(reading->origins[i]);
    }
    g_string_free(reading->errors, TRUE);
}

Config *config_load(const char *path, GError **error)
{
    g_autoptr(Config) config = g_new0(Config, 1);
    Reading reading = { .errors = g_string_new(NULL) };
    read_all(&reading, path);
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        take_value(&reading, i, config);
    }
    set_defaults(config);
    check_socket(&reading, config);
    check_words(&reading, config);
    check_listener(&reading, config);
    gboolean ok = reading.errors->len == 0;
    if (!ok && reading.unreadable) {
        g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, reading.errors->str);
    } else if (!ok) {
        g_set_error_literal(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, reading.errors->str);
    }
    clear_reading(&reading);
    return ok ? g_steal_pointer(&config) : NULL;
}

void config_free(Config *config)
{
    if (config == NULL) {
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (keys[i].type != NUMBER) {
            g_free(*(char **)G_STRUCT_MEMBER_P(config, keys[i].offset));
        }
    }
    g_free(config);
}
