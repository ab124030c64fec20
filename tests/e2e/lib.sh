# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# To be sourced by the end-to-end tests: TAP, a private daemon in a folder of its own, and waiting. Needs SEVEND_BUILD (a build folder).
# Everything it starts is gone when the script ends, however it ends.
set -u
here=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")")
root=$here/../..
# shellcheck source=setup/private-daemon.sh
. "$root/setup/private-daemon.sh"
: "${SEVEND_BUILD:?names a build folder}"

count=0 bad=0
work=$(mktemp -d /var/tmp/sevend-e2e.XXXXXX)
chmod 0711 "$work"
# Why jobs failed, and the last that their machines said: what a log of requests does not tell.
show_failures() {
    local id
    api GET '/v1/jobs?state=failed' | jq -r '.jobs[]? | .id' | while read -r id; do
        api GET "/v1/jobs/$id" | jq -r '"# \(.kind) of \(.vm) failed in \(.error.phase): \(.error.code): \(.error.message)", (.steps[]? | select(.started) | "#   \(.phase): \(.state), \(.started) to \(.finished): \(.detail)")'
        api GET "/v1/jobs/$id/evidence/console.log" | tail -n 6 | tr -cd '\n -~' | sed 's/sevend.1 [0-9a-f]* //; s/^/#   COM1: /'
    done 2>/dev/null
}
e2e_end() {
    local status=$?
    trap - EXIT INT TERM
    if { [ "$bad" -gt 0 ] || [ "$status" -ne 0 ]; } && [ -f "$work/d/sevend.log" ]; then
        show_failures
        echo "-- the daemon's log:" >&2
        grep -v ': GET ' "$work/d/sevend.log" | tail -n 60 >&2
    fi
    private_remove
    rm -rf -- "$work"
    [ "$status" -ne 0 ] || [ "$bad" -eq 0 ] || status=1
    exit "$status"
}
trap e2e_end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# ok NAME COMMAND… — one test: the command succeeds. Its output is shown if it does not. No subshell: what it sets, stays.
ok() {
    local name=$1
    shift
    count=$((count + 1))
    if "$@" >"$work/ok.out" 2>&1; then
        echo "ok $count - $name"
    else
        bad=$((bad + 1))
        echo "not ok $count - $name"
        tail -n 30 "$work/ok.out" | sed 's/^/# /'
    fi
}
is() { # NAME GOT WANTED
    # shellcheck disable=SC2317
    same() { [ "$1" = "$2" ] || { echo "got:    $1"; echo "wanted: $2"; return 1; }; }
    ok "$1" same "$2" "$3"
}
has() { # NAME TEXT PATTERN (extended regular expression)
    # shellcheck disable=SC2317
    matches() { grep -qE -- "$2" <<<"$1" || { echo "no match for $2 in:"; echo "$1"; return 1; }; }
    ok "$1" matches "$2" "$3"
}
lacks() { # NAME TEXT PATTERN
    # shellcheck disable=SC2317
    free_of() { ! grep -nE -- "$2" <<<"$1"; }
    ok "$1" free_of "$2" "$3"
}
plan() {
    echo "1..$count"
}
fatal() { # nothing further makes sense
    count=$((count + 1)) bad=$((bad + 1))
    echo "not ok $count - $*"
    plan
    exit 1
}

# waits at most SECONDS for COMMAND to succeed
wait_for() { # SECONDS COMMAND…
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.5
    done
}
job_field() { # ID FIELD
    api GET "/v1/jobs/$1" | jq -r ".$2"
}
in_phase() { # ID PHASE
    [ "$(job_field "$1" phase)" = "$2" ]
}
job_ended() {
    case $(job_field "$1" state) in succeeded | failed | cancelled) ;; *) return 1 ;; esac
}

# Stand-in disc (built once, cached) under the daemon's disc folder.
standin() { # NAME OPTIONS…
    local name=$1
    shift
    mkdir -p "$work/d/discs"
    "$root/tests/standin/build" "$work/d/discs/$name.iso" "$@" >"$work/standin.log" 2>&1 || {
        tail -n 20 "$work/standin.log" >&2
        return 1
    }
    chmod 0644 "$work/d/discs/$name.iso"
}
start_daemon() {
    mkdir -p "$work/d/discs" "$work/d/drivers"
    private_start "$SEVEND_BUILD" "$work/d" "$@"
}
# A template for the stand-in under emulation: small, and with limits that end a standstill in minutes. One processor: a second one costs
# an emulated machine more than it gains, and another machine can use it.
fast_template() { # NAME [EXTRA-JSON]
    jq -n --argjson extra "${2:-{\}}" '{description: "the stand-in", architecture: "amd64",
        request: {edition: "PROFESSIONAL", hardware: {vcpus: 1, memory_mib: 1536, disk_gib: 20}},
        limits: {stall: 150}} * $extra' >"$work/d/state/templates/$1.json"
}
request() { # NAME [EXTRA-JSON] — prints a request
    jq -n --arg name "$1" --argjson extra "${2:-{\}}" '{name: $name, template: "fast", disc: "win7",
        users: [{name: "tester", password: "T3ster-pass", administrator: true, autologon: true}]} * $extra'
}
create() { # REQUEST-JSON — prints the job's id
    api POST /v1/vms -H 'Content-Type: application/json' --data-binary "$1" | jq -r .job.id
}
daemon_domains() {
    local uuid
    for uuid in $(virsh -q -c qemu:///system list --all --uuid); do
        virsh -q -c qemu:///system dumpxml "$uuid" | grep -q "$(cat "$work/d/state/instance")" && echo "$uuid"
    done
    return 0
}
daemon_volumes() {
    virsh -q -c qemu:///system vol-list "$private_pool" | awk 'NF { print $1 }'
}
