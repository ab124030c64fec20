# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# From CD: what bootmgr, Windows PE and winpeshl.exe do.

windows_pe() {
  screen_centred $BLACK 'Windows is loading files...'
  find_boot_disc
  check_boot_files
  apply_boot_wim
  screen_centred $BLACK 'Starting Windows'
  mkdir -p "/mnt/x/\$WINDOWS.~BT/Sources/Panther"
  LOGS="/mnt/x/\$WINDOWS.~BT/Sources/Panther"
  wine_prepare x /mnt/x "$(path_on /mnt/x Windows/System32/config)"
  start_cd_drives
  [ ! -e /mnt/x/Windows/System32/config/no-com-names ] || hide_serial_ports
  name_computer MININT-STANDIN
  serve_calls &
  start_wine_server
  start_shell
}

# A boot loader's own error screen.
boot_manager_stop() {
  printf 'Windows failed to start. A recent hardware or software change might be the cause.\n\nFile: %s\nStatus: %s\nInfo: %s\n' \
    "$1" "$2" "$3" | stop_with 'Windows Boot Manager' 'ENTER=Continue  ESC=Exit' $BLACK
}

find_boot_disc() {
  local tries=0 device
  while [ $tries -lt 50 ]; do
    for device in /dev/sr*; do
      [ -e "$device" ] || continue
      [ "$(blkid -p -o value -s UUID "$device" 2>/dev/null)" = "$BOOT_UUID" ] || continue
      BOOT_DEVICE=$device
      note "booted from $device ($BOOT_TYPE)"
      return
    done
    usleep 200000
    tries=$((tries + 1))
  done
  boot_manager_stop '\Boot\BCD' 0xc000000e 'The boot selection failed because a required device is inaccessible.'
}

check_boot_files() {
  local type options file
  mkdir -p /mnt/boot
  type=iso9660 options=norock
  [ "$BOOT_TYPE" != udf ] || type=udf options=mode=0555
  mount -t $type -o ro,$options "$BOOT_DEVICE" /mnt/boot ||
    boot_manager_stop '\Boot\BCD' 0xc0000185 'An error occurred while attempting to read the boot configuration data.'
  if [ $type = iso9660 ]; then
    # The loader reads the primary tree, not Joliet, and takes no version numbers.
    mkdir -p /mnt/primary
    mount -t iso9660 -o ro,norock,nojoliet,map=off "$BOOT_DEVICE" /mnt/primary
    path_on /mnt/primary BOOTMGR >/dev/null ||
      { screen_clear $BLACK; screen_line 1 1 $BLACK "CDBOOT: Couldn't find BOOTMGR"; stop_for_ever; }
    for file in BOOT/BCD BOOT/BOOT.SDI SOURCES/BOOT.WIM; do
      path_on /mnt/primary $file >/dev/null ||
        boot_manager_stop "\\$file" 0xc000000f 'The file is not there under this name in the ISO 9660 tree.'
    done
    umount /mnt/primary
  fi
  path_on /mnt/boot boot/bcd >/dev/null ||
    boot_manager_stop '\Boot\BCD' 0xc000000f 'An error occurred while attempting to read the boot configuration data.'
}

apply_boot_wim() {
  local wim index
  wim=$(path_on /mnt/boot sources/boot.wim) ||
    boot_manager_stop '\sources\boot.wim' 0xc000000f 'The selected entry could not be loaded because the application is missing or corrupt.'
  index=$(wimlib-imagex info "$wim" 2>/dev/null | sed -n 's/^Boot Index: *//p')
  if [ "${index:-0}" -eq 0 ]; then
    boot_manager_stop '\sources\boot.wim' 0xc000000f 'The RAM disk image has no bootable image.'
  fi
  mkdir -p /mnt/x
  mount -t tmpfs -o size=75% tmpfs /mnt/x
  wimlib-imagex apply "$wim" "$index" /mnt/x >/run/standin/apply.log 2>&1 ||
    boot_manager_stop '\sources\boot.wim' 0xc0000001 'The RAM disk image is damaged.'
  path_on /mnt/x Windows/System32/winload.exe >/dev/null ||
    boot_manager_stop '\windows\system32\boot\winload.exe' 0xc000000f 'The selected entry could not be loaded because the application is missing or corrupt.'
  umount /mnt/boot
  note "boot.wim image $index applied"
}

# winpeshl.ini, else Setup of the RAM disk, else startnet.cmd.
start_shell() {
  local ini code
  ini=$(path_on /mnt/x Windows/System32/winpeshl.ini)
  if [ -n "$ini" ]; then
    show_console 'X:\windows\system32\winpeshl.exe'
    note 'winpeshl.ini'
    wine_run SYSTEM 'X:\Windows\System32\winpeshl.exe' 'X:\Windows\System32\winpeshl.ini' >>/run/standin/console
    code=$?
    note "winpeshl ended with $code"
    [ ! -e /run/standin/stopped ] || return # Setup waits, and this was ended with Wine
    [ $code -eq 0 ] || leave_prompt
    request_power reset
  elif path_on /mnt/x "\$WINDOWS.~BT/sources/setup.exe" >/dev/null || path_on /mnt/x setup.exe >/dev/null; then
    run_setup 'X:\sources\setup.exe' 'X:\sources\setup.exe'
  else
    show_console 'startnet.cmd'
    note 'startnet.cmd'
    wine_run SYSTEM cmd.exe /c startnet.cmd >>/run/standin/console
    leave_prompt
  fi
}

# A console window that shows the last lines of what the programs print.
show_console() {
  : >/run/standin/console
  screen_clear $TEAL
  screen_line 1 1 '30;47' "$(printf ' %-*s' $((COLUMNS - 1)) "Administrator: $1")"
  (
    local shown=-1 size row text
    while [ ! -e /run/standin/setup-draws ]; do
      size=$(stat -c %s /run/standin/console)
      if [ "$size" != "$shown" ]; then
        shown=$size row=3
        tail -n $((ROWS - 4)) /run/standin/console | tr -d '\r' | cut -c1-$((COLUMNS - 1)) >/tmp/console
        while IFS= read -r text; do
          screen_line $row 1 $TEAL "$(printf '%-*s' $((COLUMNS - 1)) "$text")"
          row=$((row + 1))
        done </tmp/console
      fi
      usleep 500000
    done
  ) &
}

# An invalid winpeshl.ini or the end of startnet.cmd: a prompt that waits for a person.
leave_prompt() {
  printf '\r\nX:\\windows\\system32>' >>/run/standin/console
  note 'a prompt is left'
  while :; do sleep 3600; done
}
