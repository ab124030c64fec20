# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# To be sourced by demo and end-to-end tests: a private sevend with its own folders, pool and socket, run from a build folder.
#
#   private_start BUILD FOLDER [CONFIG-LINE…]   writes FOLDER/sevend.conf, starts sevend, waits until it answers
#   private_run                                 (re)starts it with the same configuration
#   private_kill SIGNAL                         ends it and waits
#   private_remove                              ends it and takes away its pool and folder
#   ctl ARGS…                                   sevenctl for it
#   api METHOD PATH [CURL-ARGS…]                curl for it

private_pid=
private_folder=
private_build=
private_pool=

private_start() {
    private_build=$1 private_folder=$2
    shift 2
    # Of its own: two daemons may run side by side, and each pool goes with its daemon.
    private_pool=$(printf '%s' "${private_folder#/}" | tr -c 'a-zA-Z0-9' -)
    chmod 0711 "$private_folder"
    mkdir -p "$private_folder/discs" "$private_folder/drivers" "$private_folder/state/templates"
    cat >"$private_folder/sevend.conf" <<CONF
[http]
socket = $private_folder/sock
socket_group =
[storage]
state = $private_folder/state
discs = $private_folder/discs
drivers = $private_folder/drivers
templates = $private_source/templates
pool = $private_pool
guest = $private_build/guest
media = $private_build/daemon/media/sevend-media
[libvirt]
uri = qemu:///system
virt_type = ${SEVEND_VIRT_TYPE:-auto}
CONF
    [ $# -eq 0 ] || printf '%s\n' "$@" >>"$private_folder/sevend.conf"
    private_run
}

private_source=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/..")

private_run() {
    "$private_build/daemon/sevend" --config "$private_folder/sevend.conf" >>"$private_folder/sevend.log" 2>&1 &
    private_pid=$!
    for _ in $(seq 300); do
        api GET /readyz -o /dev/null -f 2>/dev/null && return 0
        kill -0 "$private_pid" 2>/dev/null || break
        sleep 0.2
    done
    echo "sevend did not start:" >&2
    tail -n 20 "$private_folder/sevend.log" >&2
    return 1
}

private_kill() {
    [ -n "$private_pid" ] || return 0
    kill "-$1" "$private_pid" 2>/dev/null
    wait "$private_pid" 2>/dev/null
    private_pid=
}

ctl() {
    "$private_build/client/sevenctl" --socket "$private_folder/sock" "$@"
}

api() {
    local method=$1 path=$2
    shift 2
    curl -sS --max-time 120 --unix-socket "$private_folder/sock" -X "$method" "$@" "http://sevend$path"
}

# Domains and volumes of this daemon only: their names carry its instance.
private_remove() {
    [ -n "$private_folder" ] || return 0
    private_kill TERM
    local uuid instance
    instance=$(cat "$private_folder/state/instance" 2>/dev/null)
    for uuid in $(virsh -q -c qemu:///system list --all --uuid 2>/dev/null); do
        if [ -n "$instance" ] && virsh -q -c qemu:///system dumpxml "$uuid" 2>/dev/null | grep -q "$instance"; then
            virsh -q -c qemu:///system destroy "$uuid" >/dev/null 2>&1
            virsh -q -c qemu:///system undefine --snapshots-metadata "$uuid" >/dev/null 2>&1
        fi
    done
    virsh -q -c qemu:///system pool-destroy "$private_pool" >/dev/null 2>&1
    virsh -q -c qemu:///system pool-undefine "$private_pool" >/dev/null 2>&1
    rm -rf -- "$private_folder"
    private_folder=
}
