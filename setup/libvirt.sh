# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# To be sourced: makes sure that libvirt answers, and puts back afterwards what it changed. Not for production: there systemd and udev do it.
#
#   libvirt_start FOLDER   starts virtlogd and libvirtd if nothing has; their pid files go to FOLDER
#   libvirt_stop           stops what libvirt_start started

libvirt_pid_files=()
kvm_before=

libvirt_answers() {
    timeout 20 virsh -q -c qemu:///system version >/dev/null 2>&1
}

# libvirt probes QEMU for a minute at every start while /dev/kvm is not accessible to its user. Where udev runs, it has set that right.
kvm_access() {
    [ -c /dev/kvm ] && [ ! -d /run/udev ] && getent group kvm >/dev/null || return 0
    kvm_before=$(stat -c '%g %a' /dev/kvm)
    chgrp kvm /dev/kvm && chmod 0660 /dev/kvm
}

start_one() { # PROGRAM FOLDER
    "$1" -d -p "$2/$1.pid" && libvirt_pid_files+=("$2/$1.pid")
}

libvirt_start() {
    libvirt_answers && return 0
    if command -v systemctl >/dev/null && [ -d /run/systemd/system ]; then
        systemctl start virtlogd.socket libvirtd.socket
    else
        kvm_access
        pgrep -x virtlogd >/dev/null || start_one virtlogd "$1"
        pgrep -x libvirtd >/dev/null || start_one libvirtd "$1"
    fi
    for _ in $(seq 60); do
        libvirt_answers && return 0
        sleep 1
    done
    echo "libvirt does not answer at qemu:///system" >&2
    return 1
}

libvirt_stop() {
    local i pid
    for ((i = ${#libvirt_pid_files[@]} - 1; i >= 0; i--)); do
        pid=$(cat "${libvirt_pid_files[i]}" 2>/dev/null) || continue
        kill "$pid" 2>/dev/null
        for _ in $(seq 50); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.2
        done
    done
    libvirt_pid_files=()
    if [ -n "$kvm_before" ]; then
        chgrp "${kvm_before% *}" /dev/kvm
        chmod "${kvm_before#* }" /dev/kvm
        kvm_before=
    fi
}
