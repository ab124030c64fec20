# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# From disk: Windows itself, through specialize and oobeSystem to the desktop.

windows() {
  screen_centred $BLACK 'Starting Windows' '(c) Microsoft Corporation, as played by a stand-in'
  load_boot_drivers
  find_volumes
  WINDOWS=$(path_on /mnt/c Windows)
  INF=$(path_on "$WINDOWS" inf)
  LOGS=$WINDOWS/Panther
  STATE=$(path_on "$WINDOWS" Setup/State)/State.ini
  name_computer "$(cat "$WINDOWS/System32/config/COMPUTERNAME" 2>/dev/null || echo 37L4247D28-05)"
  note "state: $(image_state)"
  case $(image_state) in
    IMAGE_STATE_UNDEPLOYABLE) specialize ;;
    IMAGE_STATE_SPECIALIZE_RESEAL_TO_OOBE) welcome ;;
    IMAGE_STATE_COMPLETE) log_on ;;
    *)
      echo 'The computer restarted unexpectedly or encountered an unexpected error. Windows installation cannot proceed. To install Windows, click "OK" to restart the computer, and then restart the installation.' |
        stop_with 'Install Windows' '[ OK ]' $TEAL
      ;;
  esac
}

image_state() { tr -d '\r' <"$STATE" | sed -n 's/^ImageState=//p'; }
set_image_state() {
  printf '[State]\r\nImageState=%s\r\n' "$1" >"$STATE"
  sync
}

# The loader loads boot-start drivers, and verifies them, before Windows sees a disk.
load_boot_drivers() {
  local signature binary id
  [ -s /boot-drivers ] || return 0
  while IFS='	' read -r signature binary id; do
    if [ "$signature" != ok ]; then
      printf 'Windows cannot verify the digital signature for this file.\n\nFile: \\Windows\\system32\\DRIVERS\\%s\nStatus: 0xc0000428\n' "$binary" |
        stop_with 'Windows Boot Manager' 'ENTER=Continue  ESC=Exit' $BLACK
    fi
    echo "$id" | load_hardware
  done </boot-drivers
}

inaccessible_boot_device() {
  note 'stop: 0x0000007B'
  printf 'A problem has been detected and Windows has been shut down to prevent damage\nto your computer.\n\n\nTechnical information:\n\n*** STOP: 0x0000007B (0xFFFFF880009A97E8,0xFFFFFFFFC0000034,0x0000000000000000,0x0000000000000000)\n\nINACCESSIBLE_BOOT_DEVICE\n' |
    fold -w 79 | screen_bugcheck
  stop_for_ever
}

find_volumes() {
  local tries=0 disk device target volume
  while [ $tries -lt 25 ]; do
    for disk in $(disk_list); do
      for device in /dev/"${disk##*/}"[1-4]; do
        [ -e "$device" ] && [ "$(blkid -p -o value -s UUID "$device" 2>/dev/null)" = "$BOOT_UUID" ] && break 3
      done
    done
    usleep 200000
    tries=$((tries + 1))
  done
  [ $tries -lt 25 ] || inaccessible_boot_device
  [ "$(blkid -p -o value -s PART_ENTRY_FLAGS "$device")" = 0x80 ] ||
    { screen_clear $BLACK; screen_line 1 1 $BLACK 'BOOTMGR is missing'; stop_for_ever; }
  mkdir -p /mnt/s /mnt/c
  mount_volume "$device" /mnt/s
  target=$(cat /mnt/s/Boot/BCD)
  for volume in "${device%?}"[1-4]; do
    [ "$(blkid -p -o value -s PART_ENTRY_UUID "$volume" 2>/dev/null)" = "$target" ] && break
  done
  umount /mnt/s
  mount_volume "$volume" /mnt/c || inaccessible_boot_device
  mount_data_volumes "${device%?}" "$volume"
  path_on /mnt/c Windows/System32/winload.exe >/dev/null ||
    boot_manager_stop '\Windows\system32\winload.exe' 0xc000000f 'The selected entry could not be loaded because the application is missing or corrupt.'
}

# Partitions with letters of their own, which Setup wrote down.
mount_data_volumes() {
  local number letter letters
  letters=$(path_on /mnt/c Windows/System32/config/LETTERS) || return 0
  while IFS='	' read -r number letter; do
    [ "$1$number" != "$2" ] || continue
    mkdir -p "/mnt/$letter"
    mount_volume "$1$number" "/mnt/$letter" && DATA_LETTERS="$DATA_LETTERS $letter"
  done <"$letters"
}

# Windows gives up on a service that does not come up within 30 s or the time that the registry says; Wine within a text that it reads.
limit_services() {
  local limit
  limit=$(registry_value SYSTEM "$CONTROL" ServicesPipeTimeout)
  [ "${limit#dword:}" != "$limit" ] || limit=dword:7530
  registry_text ServicesPipeStandIn "$((0x${limit#dword:}))" | registry_append SYSTEM "$CONTROL"
}

# Wine, its services, the drives.
start_windows() {
  local letter
  limit_services
  wine_prepare c /mnt/c "$(path_on "$WINDOWS" System32/config)"
  for letter in $DATA_LETTERS; do ln -sfn "/mnt/$letter" "$PREFIX/dosdevices/$letter:"; done
  start_cd_drives
  (powerbutton; request_power off) &
  serve_calls &
  start_services
  note 'services started'
}

# run_list USER FILE: command lines from FILE, one after another; their exit codes go to Setup's log.
run_list() {
  [ "$2" = /run/standin/commands ] || cp "$2" /run/standin/commands
  wine_run "$1" windeploy.exe '\\?\unix\run\standin\commands' '\\?\unix\run\standin\results' >/run/standin/console 2>&1
  note "commands as $1: $(tr '\n' ' ' </run/standin/results)"
  log_action "commands as $1: $(tr '\n' ' ' </run/standin/results)"
}

# Runs ErrorHandler.cmd instead of a dialog, if there is one.
error_handler() {
  local handler
  handler=$(path_on "$WINDOWS" Setup/Scripts/ErrorHandler.cmd) || return 0
  note "ErrorHandler.cmd: $handler"
  [ -e $PREFIX/dosdevices ] || start_windows
  wine_run SYSTEM cmd.exe /c 'C:\Windows\Setup\Scripts\ErrorHandler.cmd' >/dev/null 2>&1
  stop_for_ever
}

answer_in_panther() {
  cp "$WINDOWS/Panther/unattend.xml" /run/standin/answer.xml
  ANSWER_NAME='C:\Windows\Panther\unattend.xml'
}

# For tzutil.exe: what Windows has in the registry, Wine writes over at each start of a program.
set_time_zone() {
  [ -z "$1" ] || printf '%s' "$1" >"$WINDOWS/System32/config/TIMEZONE"
}

specialize() {
  local name
  screen_centred $TEAL 'Setup is preparing your computer for first use'
  # Whatever interrupts this pass leaves a Windows that cannot go on.
  set_image_state IMAGE_STATE_SPECIALIZE_INTERRUPTED
  answer_in_panther
  read_plan specialize /run/standin/answer.xml --name "$ANSWER_NAME" --arch $ARCHITECTURE
  name=$(plan_value computer-name)
  [ "$name" != '*' ] || name=WIN-$(tr -dc 'A-Z0-9' </dev/urandom | head -c 11)
  printf '%s' "$name" | tr 'a-z' 'A-Z' >"$WINDOWS/System32/config/COMPUTERNAME"
  name_computer "$(cat "$WINDOWS/System32/config/COMPUTERNAME")"
  check_key_edition "$(plan_value key-edition)"
  set_time_zone "$(plan_value time-zone)"
  {
    registry_text RegisteredOwner "$(plan_value owner)"
    registry_text RegisteredOrganization "$(plan_value organization)"
  } | registry_append SYSTEM 'Software\\Microsoft\\Windows NT\\CurrentVersion'
  apply_registry_plan
  install_devices
  sed -n 's/^run\t[0-9]*\t//p' /run/standin/plan >/run/standin/specialize
  start_windows
  [ ! -s /run/standin/specialize ] || run_list SYSTEM /run/standin/specialize
  keep_answer_file specialize
  set_image_state IMAGE_STATE_SPECIALIZE_RESEAL_TO_OOBE
  note 'specialize is over'
  request_power reset
}

check_key_edition() {
  local edition
  [ -n "$1" ] || return 0
  edition=$(tr -d '\r' <"$WINDOWS/System32/config/EDITION")
  [ "$(printf '%s' "$edition" | tr 'a-z' 'A-Z')" = "$1" ] && return
  log_error "[specialize] Microsoft-Windows-Shell-Setup/ProductKey: of another edition"
  error_handler
  echo 'Windows could not parse or process the unattend answer file for pass [specialize]. The settings specified in the answer file cannot be applied. The error was detected while processing settings for component [Microsoft-Windows-Shell-Setup].' |
    stop_with 'Install Windows' '[ OK ]' $TEAL
}

# oobeSystem: everything that Windows Welcome would ask, then the first logon.
welcome() {
  screen_centred $TEAL 'Setup is checking video performance'
  answer_in_panther
  read_plan oobeSystem /run/standin/answer.xml --name "$ANSWER_NAME" --arch $ARCHITECTURE \
    --computer-name "$(cat "$WINDOWS/System32/config/COMPUTERNAME")"
  set_time_zone "$(plan_value time-zone)"
  make_accounts
  apply_registry_plan
  plan_value wrong-logon >/run/standin/wrong-logon
  if [ -n "$(plan_value autologon)" ]; then
    set -- "$(plan_value autologon | cut -f1)" "$(plan_value autologon | cut -f2)"
    {
      registry_text AutoAdminLogon 1
      registry_text DefaultUserName "$1"
      printf '"AutoLogonCount"=dword:%08x\n' "$2"
    } | registry_append SYSTEM "$WINLOGON"
  fi
  sed -n 's/^command\t[0-9]*\t//p' /run/standin/plan >"$WINDOWS/System32/config/FIRSTLOGON"
  sed -n 's/^logon-command\t[0-9]*\t//p' /run/standin/plan >"$WINDOWS/System32/config/LOGONCOMMANDS"
  keep_answer_file oobeSystem
  set_image_state IMAGE_STATE_COMPLETE
  log_on
}

CONTROL='System\\CurrentControlSet\\Control'
WINLOGON='Software\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon'

winlogon_value() { registry_value SYSTEM "$WINLOGON" "$1"; }

log_on() {
  local user= count
  count=$(winlogon_value AutoLogonCount)
  [ "$(winlogon_value AutoAdminLogon)" != 1 ] || user=$(winlogon_value DefaultUserName)
  if [ -n "$user" ] && [ -n "$count" ]; then
    count=$((0x${count#dword:}))
    if [ $count -eq 0 ]; then
      user=
    else
      count=$((count - 1))
      {
        printf '"AutoLogonCount"=dword:%08x\n' $count
        [ $count -gt 0 ] || registry_text AutoAdminLogon 0
      } | registry_append SYSTEM "$WINLOGON"
    fi
  fi
  if [ -n "$user" ] && ! { account_exists "$user" && password_fits "$user" "$(winlogon_value DefaultPassword)"; }; then
    note "Winlogon: $user cannot log on"
    echo 'The user name or password is incorrect.' >/run/standin/wrong-logon
    user=
  fi
  [ -z "$user" ] || copy_default_user "$user"
  start_windows
  run_setup_complete
  if [ -z "$user" ]; then
    screen_centred $BLUE 'Press CTRL + ALT + DELETE to log on' "$(cat /run/standin/wrong-logon 2>/dev/null)"
    note 'logon screen'
    return
  fi
  screen_centred $BLUE 'Welcome' "$user"
  desktop "$user"
}

run_setup_complete() {
  local script
  script=$(path_on "$WINDOWS" Setup/Scripts/SetupComplete.cmd) || return 0
  [ ! -e "$WINDOWS/System32/config/SETUPCOMPLETE" ] || return 0
  : >"$WINDOWS/System32/config/SETUPCOMPLETE"
  note "SetupComplete.cmd: $script"
  wine_run SYSTEM cmd.exe /c 'C:\Windows\Setup\Scripts\SetupComplete.cmd' >/dev/null 2>&1
}

desktop() {
  if [ -s "$WINDOWS/System32/config/FIRSTLOGON" ]; then
    screen_centred $BLUE 'Preparing your desktop...'
    mv "$WINDOWS/System32/config/FIRSTLOGON" /run/standin/first-logon
    sync
    run_list "$1" /run/standin/first-logon
  fi
  # The shell is what tells everybody that a user is there.
  wine_run "$1" 'C:\Windows\explorer.exe' >/dev/null 2>&1 &
  if [ -s "$WINDOWS/System32/config/LOGONCOMMANDS" ]; then
    cp "$WINDOWS/System32/config/LOGONCOMMANDS" /run/standin/logon-commands
    wine_run "$1" windeploy.exe '\\?\unix\run\standin\logon-commands' '\\?\unix\run\standin\logon-results' >/dev/null 2>&1 &
  fi
  screen_clear $TEAL
  screen_line 3 3 $TEAL 'Recycle Bin'
  screen_line "$ROWS" 1 '97;44' "$(printf ' (Start) %-*s' $((COLUMNS - 10)) "$1 on $(hostname)")"
  note "desktop of $1"
}
