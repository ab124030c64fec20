# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Stopping for ever, and leaving: what Windows does to the machine itself.

# stop_for_ever: nothing more is written to any disk; the screen stays as it is. Only behind Windows Welcome does Windows
# go on: its services run while the page waits.
stop_for_ever() {
  : >/run/standin/stopped
  note "stopped for ever"
  if [ -n "$BEHIND_WELCOME" ]; then
    while :; do sleep 3600; done
  fi
  kill_wine
  for point in $(awk '$3 == "fuseblk" { print $2 }' /proc/mounts); do umount "$point" 2>/dev/null || umount -l "$point"; done
  sync
  while :; do sleep 3600; done
}

# request_power off|reset: any process may ask; process 1 does it.
request_power() { echo "$1" >/run/standin/power.new && mv /run/standin/power.new /run/standin/power; }

# wait_for_power: process 1 ends here.
wait_for_power() {
  dirwatch -1 /run/standin power >/dev/null
  mode=$(cat /run/standin/power)
  note "power: $mode"
  kill_wine
  note 'Wine is down'
  sync
  for point in $(awk '$3 == "fuseblk" { print $2 }' /proc/mounts); do umount "$point" 2>/dev/null || umount -l "$point"; done
  sync
  note "leaving"
  case $mode in
    off) poweroff -f ;;
    *) reboot -f ;;
  esac
}

kill_wine() {
  [ -d "$PREFIX" ] || return 0
  WINEPREFIX=$PREFIX timeout 20 /usr/lib/wine/wineserver -k 2>/dev/null
  WINEPREFIX=$PREFIX timeout 20 /usr/lib/wine/wineserver -w 2>/dev/null
  return 0
}

# note TEXT…: a trace for people who work on the stand-in; on a third serial port if the machine has one. Never COM1.
note() {
  printf '%s %s\n' "$(cut -d' ' -f1 /proc/uptime)" "$*" >>/run/standin/trace
  [ -z "$TRACE" ] || printf '%s %s\n' "$(cut -d' ' -f1 /proc/uptime)" "$*" >"$TRACE"
}
