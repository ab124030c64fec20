# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Setup in Windows PE: finds its answers and its media, obeys or stops, installs, restarts.

# run_setup COMMAND-LINE MODULE: returns Setup's exit code, if it ever ends.
run_setup() {
  : >/run/standin/setup-draws
  screen_centred $TEAL 'Setup is starting...'
  log_action "Setup started: $2"
  find_answer_file "$(arguments_of "$1")" "$2"
  find_media "$2"
  screen_setup 1 ''
  read_windows_pe_plan || return 31
  load_windows_pe_drivers
  run_windows_pe_commands
  install_windows || return 31
  log_action 'Setup restarts the machine'
  request_power reset
  return 0
}

# /unattend:PATH, else the documented search: removable media by drive letter, \Sources, the system drive, Setup's drive.
find_answer_file() {
  local given
  ANSWER= ANSWER_NAME=
  given=$(printf '%s' "$1" | sed -n 's/.*[/-][uU][nN][aA][tT][tT][eE][nN][dD]:"\{0,1\}\([^"]*\)"\{0,1\}.*/\1/p' | sed 's/ *$//')
  if [ -n "$given" ]; then
    ANSWER_NAME=$given
    ANSWER=$(unix_path "$given") ||
      echo "Windows could not find the answer file [$given] that was named on the command line." |
      stop_with 'Windows Setup' '[ OK ]' $TEAL
  else
    search_answer_file "$2"
  fi
  if [ -z "$ANSWER" ]; then
    log_error 'no answer file'
    printf 'Language to install: English\nTime and currency format:\nKeyboard or input method:\n\nEnter your language and other preferences and click "Next" to continue.\n' |
      stop_with 'Install Windows' '[ Next ]' $TEAL
  fi
  cp "$ANSWER" /run/standin/answer.xml
  log_action "answer file: $ANSWER_NAME"
  note "answer file: $ANSWER_NAME"
}

search_answer_file() {
  local letter
  for letter in $(drive_letters); do
    [ "$letter" != x ] || continue
    try_answer_file "$letter:\\Autounattend.xml" && return
  done
  try_answer_file "${1%\\*}\\Autounattend.xml" && return
  try_answer_file 'X:\Autounattend.xml' && return
  try_answer_file "${1%%\\*}\\Autounattend.xml"
}

try_answer_file() {
  local found
  found=$(unix_path "$1") || return 1
  [ -f "$found" ] && ANSWER=$found ANSWER_NAME=$1
}

# \sources with both setup.exe and install.wim: Setup's own folder, then all drives.
find_media() {
  local own letter folder config
  MEDIA=
  own=$(unix_path "${1%\\*}") && has_media "$own"
  for letter in $(drive_letters); do
    [ -z "$MEDIA" ] || break
    folder=$(unix_path "$letter:\\sources") && has_media "$folder"
  done
  if [ -z "$MEDIA" ]; then
    log_error 'no drive with sources\setup.exe and sources\install.wim'
    echo 'A required CD/DVD drive device driver is missing. If you have a driver floppy disk, CD, DVD, or USB flash drive, please insert it now.' |
      stop_with 'Load Driver' '[ Browse ]  [ OK ]  [ Cancel ]' $TEAL
  fi
  INSTALL_WIM=$(path_on "$MEDIA" install.wim)
  EI_CFG=none
  config=$(path_on "$MEDIA" ei.cfg) &&
    EI_CFG=$(tr -d '\r' <"$config" | awk 'tolower($0) == "[editionid]" { getline; print; exit }')
  [ -n "$EI_CFG" ] || EI_CFG=none
  LANGUAGE=$(tr -d '\r' <"$(path_on "$MEDIA" lang.ini)" | sed -n 's/ *= *3 *$//p' | head -n 1)
  wimlib-imagex info --extract-xml /run/standin/images.xml "$INSTALL_WIM" >/dev/null 2>&1 ||
    echo 'Windows cannot open the required file D:\Sources\Install.wim. The file does not exist or is corrupted. Make sure all files required for installation are available, and restart the installation. Error code: 0x8007000D' |
    stop_with 'Install Windows' '[ OK ]' $TEAL
  note "media: $MEDIA, ei.cfg $EI_CFG, language $LANGUAGE"
}

has_media() { path_on "$1" setup.exe >/dev/null && path_on "$1" install.wim >/dev/null && MEDIA=$1; }

# Disks that loaded drivers show, in Windows' order.
disk_list() { ls -d /sys/block/sd[a-z] /sys/block/vd[a-z] 2>/dev/null; }

read_windows_pe_plan() {
  local disk
  set --
  for disk in $(disk_list); do
    set -- "$@" --disk "$(($(cat "$disk/size") * 512))"
  done
  read_plan windowsPE /run/standin/answer.xml --name "$ANSWER_NAME" --arch $ARCHITECTURE --language "$LANGUAGE" \
    --ei-cfg "$EI_CFG" --images /run/standin/images.xml "$@" || return 1
  cp /run/standin/plan /run/standin/plan.windowsPE
}

# PnpCustomizationsWinPE, and $WinPEDriver$ on any drive: loaded now, staged later.
load_windows_pe_drivers() {
  local path letter folder inf
  : >/run/standin/pe-drivers
  sed -n 's/^driver-path\t//p' /run/standin/plan.windowsPE | while IFS= read -r path; do
    unix_path "$path" || log_error "[windowsPE] driver path $path is not there"
  done >>/run/standin/pe-drivers
  for letter in $(drive_letters); do
    unix_path "$letter:\\\$WinPEDriver\$" >>/run/standin/pe-drivers
  done
  while IFS= read -r folder; do
    find "$folder" -iname '*.inf' >/tmp/pe-infs
    while IFS= read -r inf; do
      inffile $ARCHITECTURE "$inf" >/tmp/pe-inf 2>/dev/null && sed -n 's/^hardware\t//p' /tmp/pe-inf | load_hardware
    done </tmp/pe-infs
  done </run/standin/pe-drivers
}

run_windows_pe_commands() {
  sed -n 's/^run\t[0-9]*\t//p' /run/standin/plan.windowsPE >/run/standin/commands
  [ -s /run/standin/commands ] || return 0
  wine_run SYSTEM windeploy.exe '\\?\unix\run\standin\commands' '\\?\unix\run\standin\results' >/dev/null 2>&1
  log_action "[windowsPE] RunSynchronous: $(tr '\n' ';' </run/standin/results)"
}

install_windows() {
  partition_disks || return 1
  note 'partitions are made'
  expand_image
  note 'the image is expanded'
  screen_setup 3 ''
  mkdir -p /mnt/c /mnt/s
  mount_volume "$WINDOWS_PARTITION" /mnt/c
  WINDOWS=$(path_on /mnt/c Windows)
  INF=$(path_on "$WINDOWS" inf)
  if [ "$SYSTEM_PARTITION" = "$WINDOWS_PARTITION" ]; then
    SYSTEM_FOLDER=/mnt/c
  else
    mount_volume "$SYSTEM_PARTITION" /mnt/s
    SYSTEM_FOLDER=/mnt/s
  fi
  awk -F '\t' '$1 == "modify" && $4 == "NTFS" && $6 ~ /^[D-Z]$/ { print $3 "\t" tolower($6) }' /run/standin/plan.windowsPE \
    >"$WINDOWS/System32/config/LETTERS"
  keep_answer_file windowsPE
  screen_setup 4 ''
  service_offline
  screen_setup 5 ''
  cp -r "$LOGS"/. "$WINDOWS/Panther/"
  write_boot_files
  note 'installed'
}

# The cached copy in Panther, without the secrets of the passes that are over.
keep_answer_file() {
  mkdir -p "$WINDOWS/Panther"
  answerfile blank "$1" /run/standin/answer.xml "$WINDOWS/Panther/unattend.xml"
  cp "$WINDOWS/Panther/unattend.xml" /run/standin/answer.xml
}

service_offline() {
  local folder path
  : >/run/standin/boot-drivers
  while IFS= read -r folder; do stage_drivers windowsPE "$folder"; done </run/standin/pe-drivers
  read_plan offlineServicing /run/standin/answer.xml --name "$ANSWER_NAME" --arch $ARCHITECTURE
  apply_registry_plan
  sed -n 's/^driver-path\t//p' /run/standin/plan >/tmp/paths
  while IFS= read -r path; do
    if folder=$(unix_path "$path"); then
      stage_drivers offlineServicing "$folder"
    else
      log_error "[offlineServicing] driver path $path is not there"
      echo 'Windows could not apply unattend settings during pass [offlineServicing].' |
        stop_with 'Install Windows' '[ OK ]' $TEAL
    fi
  done </tmp/paths
  keep_answer_file offlineServicing
}
