# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Windows' userland: a Wine prefix whose system drive is the folder into which the image was applied.

PREFIX=/run/standin/prefix
# Wine's own messages: none, unless somebody reads the trace.
WINE_MESSAGES=-all

# wine_prepare LETTER ROOT HIVES: HIVES is where the registry is kept.
wine_prepare() {
  SYSTEM_LETTER=$1 SYSTEM_ROOT=$2
  mkdir -p $PREFIX/dosdevices
  ln -sfn "$SYSTEM_ROOT" "$PREFIX/dosdevices/$SYSTEM_LETTER:"
  ln -sfn "$(path_on "$SYSTEM_ROOT" Windows/System32)" /run/standin/system32
  for hive in system:SYSTEM user:DEFAULT userdef:USERDEF; do
    ln -sfn "$3/${hive#*:}" "$PREFIX/${hive%:*}.reg"
  done
  echo disable >$PREFIX/.update-timestamp
  # The Unix half of ntdll has the system drive compiled in.
  local unix=/usr/lib/x86_64-linux-gnu/wine/x86_64-unix half=windows
  [ "$1" != x ] || half=winpe
  mv $unix/ntdll.$half.so $unix/ntdll.so
}

# wine_run USER PROGRAM ARGUMENT…: runs it to its end as that user, with the system drive as current folder.
wine_run() {
  local user=$1 drive profile
  drive=$(printf '%s' "$SYSTEM_LETTER" | tr 'a-z' 'A-Z'):
  shift
  profile="$drive\\Users\\$user"
  [ "$user" != SYSTEM ] || profile="$drive\\Windows\\system32\\config\\systemprofile"
  (
    cd "$SYSTEM_ROOT" || exit 1
    exec env -i PATH=/bin:/usr/bin TERM=linux HOME=/ USER="$user" LOGNAME="$user" LC_ALL=C.UTF-8 WINEDEBUG="$WINE_MESSAGES" \
      WINEPREFIX=$PREFIX USERNAME="$user" USERPROFILE="$profile" HOMEDRIVE="$drive" HOMEPATH="${profile#??}" \
      APPDATA="$profile\\AppData\\Roaming" LOCALAPPDATA="$profile\\AppData\\Local" \
      /usr/lib/wine/wine64 "$@" </dev/null 2>>/run/standin/wine.errors
  )
}

# Persistent: Wine would end the services with the last other program.
start_wine_server() { WINEPREFIX=$PREFIX HOME=/ /usr/lib/wine/wineserver -p 2>>/run/standin/wine.errors; }

stop_wine_server() { WINEPREFIX=$PREFIX HOME=/ /usr/lib/wine/wineserver -k9 2>>/run/standin/wine.errors; }

# Ticks in which the processors did something.
processor_ticks() {
  local user nice system idle wait irq soft
  read -r _ user nice system idle wait irq soft _ </proc/stat
  echo $((user + nice + system + irq + soft))
}

# came_to_its_end PROCESS: waits for it; false once the processors have been idle for so long that it waits for nothing.
came_to_its_end() {
  local before idle=0
  while kill -0 "$1" 2>/dev/null; do
    before=$(processor_ticks)
    usleep 400000
    if [ $(($(processor_ticks) - before)) -lt 3 ]; then idle=$((idle + 1)); else idle=0; fi
    [ $idle -lt 30 ] || return 1
  done
}

# Returns when what starts by itself has been started: once a second program gets through. On a busy host it happens that Wine's first
# processes wait for one another for ever; Windows knows nothing of that, so they are begun anew.
start_services() {
  while :; do
    start_wine_server
    wine_run SYSTEM windeploy.exe '\\?\unix\dev\null' '\\?\unix\run\standin\ready' >/dev/null 2>&1 &
    came_to_its_end $! && return
    note 'the services wait for one another: again'
    stop_wine_server
  done
}

# A drive for each CD, in the order of their ports, kept up to date while discs are swapped.
start_cd_drives() {
  echo 0 >/proc/sys/dev/cdrom/lock
  set --
  letters='d e f g h i j k l m n'
  for device in $(ls -d /sys/block/sr* 2>/dev/null | sort); do
    device=${device##*/}
    # Letters that partitions have are taken.
    while letter=${letters%% *} letters=${letters#* }; do
      [ -e "$PREFIX/dosdevices/$letter:" ] || break
    done
    mkdir -p "/mnt/$letter"
    ln -sfn "/mnt/$letter" "$PREFIX/dosdevices/$letter:"
    ln -sfn "/dev/$device" "$PREFIX/dosdevices/$letter::"
    set -- "$@" "/dev/$device=/mnt/$letter"
  done
  [ $# -gt 0 ] || return 0
  cdwatch "$@"
}

# The serial ports that exist. Wine makes the COM names itself; NT's own names are for whoever asks for them.
hide_serial_ports() { rm -f /dev/ttyS*; }
