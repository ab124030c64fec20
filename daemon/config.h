// SPDX-License-Identifier: GPL-3.0-or-later
// sevend.conf and conf.d/*.conf: key files (GKeyFile), read once at start. An unknown group or key is an
// error, all of them are reported at once.
#pragma once

#include <glib.h>

// 0: no limit.
typedef struct {
    guint machines, vcpus, memory_mib, disk_gib;
} ConfigQuota;

typedef struct {
    // [http]
    char *socket;          // /run/sevend/sevend.sock
    char *socket_group;    // "sevend"; "" = leave; group that may talk to the socket besides root and the
                           // daemon's own user
    char *listen;          // "host:port" or NULL: TCP off
    char *tokens;          // file with hashed bearer tokens, or NULL
    char *tls_certificate; // PEM, or NULL
    char *tls_key;
    // [storage]
    char *state;     // /var/lib/sevend
    char *discs;     // default STATE/discs
    char *drivers;   // default STATE/drivers
    char *templates; // default DATADIR/sevend/templates; STATE/templates is read too
    char *pool;      // libvirt storage pool
    char *guest;     // folder with start.cmd … and the agents; default DATADIR/sevend/guest
    char *media;     // path of sevend-media; default LIBEXECDIR/sevend/sevend-media
    // [libvirt]
    char *uri;
    char *virt_type; // auto | kvm | qemu
    // [limits]
    guint installs;            // at a time
    guint machines;            // in all
    guint connections;         // HTTP connections at a time
    guint boot_disc_cache_mib; // boot discs that are kept when no machine uses them
    // [quota]: all machines together; [quota_per_user]: those of each user of the socket, and of each token
    ConfigQuota quota, quota_per_user;
} Config;

// Reads @path and the *.conf of @path's folder/conf.d if that exists. @path NULL: /etc/sevend/sevend.conf if
// there, else defaults. Errors (G_KEY_FILE_ERROR / G_FILE_ERROR) name file, group and key; several are joined
// by newlines. Checked: paths absolute, socket < 108 bytes, numbers within their range, virt_type, pool name;
// listen is host:port or [address]:port, needs tokens, and TLS beyond loopback. The caller frees.
Config *config_load(const char *path, GError **error);
void config_free(Config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)
