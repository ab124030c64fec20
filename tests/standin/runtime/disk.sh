# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Disks: partitions, volumes, the image, boot code.

device_of_disk() { disk_list | sed -n "$(($1 + 1))s|.*/|/dev/|p"; }
mount_volume() { ntfs-3g "$1" "$2" -o big_writes,noatime,streams_interface=none; }

umount_volumes() {
  sync
  umount /mnt/c
  [ "$SYSTEM_FOLDER" = /mnt/c ] || umount /mnt/s
}

partition_disks() {
  local id keep
  sed -n 's/^disk\t//p' /run/standin/plan.windowsPE >/tmp/disks
  while IFS='	' read -r id keep; do
    partition_disk "$id" "$keep" || return 1
  done </tmp/disks
  set -- $(plan_of install-to)
  WINDOWS_PARTITION=$(device_of_disk "$1")$2
  set -- $(plan_of system)
  SYSTEM_DISK=$(device_of_disk "$1")
  SYSTEM_PARTITION=$SYSTEM_DISK$2
}

plan_of() { awk -F '\t' -v word="$1" '$1 == word { print $2, $3; exit }' /run/standin/plan.windowsPE; }

# partition_disk ID wipe|keep
partition_disk() {
  local device number label
  device=$(device_of_disk "$1")
  if [ "$2" = keep ] && [ -n "$(sfdisk -d "$device" 2>/dev/null | grep start=)" ]; then
    log_error "[windowsPE] disk $1 has partitions and WillWipeDisk is not true"
    echo "Windows could not create a partition on disk $1. The error occurred while applying the unattend answer file's <DiskConfiguration> setting. Error code: 0x80042565." |
      stop_with 'Install Windows' '[ OK ]' $TEAL
  fi
  {
    echo 'label: dos'
    awk -F '\t' -v disk="$1" '
      $1 == "create" && $2 == disk { size[$3] = $4; type[$3] = "7"; count = $3 }
      $1 == "modify" && $2 == disk { if ($7 != "-") type[$3] = substr($7, 3); if ($8 == "active") active = $3 }
      END { for (i = 1; i <= count; i++)
        printf "%stype=%s%s\n", size[i] ? "size=" size[i] "MiB, " : "", type[i], i == active ? ", bootable" : "" }
    ' /run/standin/plan.windowsPE
  } >/tmp/sfdisk
  note "disk $1: $(tr '\n' ';' </tmp/sfdisk)"
  if ! sfdisk -q --wipe always --wipe-partitions always "$device" </tmp/sfdisk >/tmp/sfdisk.log 2>&1; then
    log_error "$(cat /tmp/sfdisk.log)"
    echo "Windows could not create a partition on disk $1. The error occurred while applying the unattend answer file's <DiskConfiguration> setting. Error code: 0x80004005." |
      stop_with 'Install Windows' '[ OK ]' $TEAL
  fi
  usleep 300000
  awk -F '\t' -v disk="$1" '$1 == "modify" && $2 == disk && $4 == "NTFS" { print $3 "\t" $5 }' \
    /run/standin/plan.windowsPE >/tmp/formats
  while IFS='	' read -r number label; do
    [ "$label" != - ] || label=
    mkntfs -q -Q -F -c 65536 -L "$label" "$device$number" >/tmp/mkntfs.log 2>&1 || log_error "$(cat /tmp/mkntfs.log)"
  done </tmp/formats
}

# Copies nothing: goes from the disc to the volume, with the percentage on the screen.
expand_image() {
  local index shown ended line percent
  screen_setup 2 '(0%)'
  index=$(plan_of image)
  (
    wimlib-imagex apply "$INSTALL_WIM" $index "$WINDOWS_PARTITION" 2>/run/standin/apply.err
    echo "ended $?"
  ) | tr '\r' '\n' | {
    shown=0 ended=1
    while IFS= read -r line; do
      case $line in
        *Extracting*'('*%*) # "Extracting file data: 12 MiB of 110 MiB (10%) done"
          percent=${line##*(} percent=${percent%%%*}
          if [ "$percent" -ge $((shown + 10)) ] 2>/dev/null; then
            shown=$percent
            screen_setup 2 "($percent%)"
          fi
          ;;
        'ended '*) ended=${line#ended } ;;
      esac
    done
    [ "$ended" -eq 0 ]
  } && return
  log_error "$(cat /run/standin/apply.err)"
  echo 'Windows cannot install required files. The file may be corrupt or missing. Make sure all files required for installation are available, and restart the installation. Error code: 0x80070570' |
    stop_with 'Install Windows' '[ OK ]' $TEAL
}

# bcdboot's work: the boot files of the applied Windows go to the active partition, boot code to the first track.
write_boot_files() {
  local source
  source=$(path_on "$WINDOWS" Boot/PCAT)
  dd if="$source/bootmgr" of=/tmp/bootmgr bs=1M 2>/dev/null
  dd if="$source/boot.sdi" of=/tmp/boot.sdi bs=1M 2>/dev/null
  mkdir -p "$SYSTEM_FOLDER/Boot"
  blkid -p -o value -s PART_ENTRY_UUID "$WINDOWS_PARTITION" >"$SYSTEM_FOLDER/Boot/BCD"
  mkdir -p /tmp/list
  cp /run/standin/boot-drivers /tmp/list/boot-drivers
  (cd /tmp/list && echo boot-drivers | cpio -o -H newc 2>/dev/null) >"$SYSTEM_FOLDER/Boot/drivers.img"
  umount_volumes
  # Not through FUSE, which takes ten times as long under emulation.
  ntfscp -q -f "$SYSTEM_PARTITION" /tmp/bootmgr bootmgr
  ntfscp -q -f "$SYSTEM_PARTITION" /tmp/boot.sdi Boot/boot.sdi
  rm /tmp/bootmgr /tmp/boot.sdi
  dd if=/usr/share/standin/mbr.img of="$SYSTEM_DISK" bs=440 count=1 conv=notrunc 2>/dev/null
  dd if=/usr/share/standin/track.img of="$SYSTEM_DISK" bs=512 seek=1 conv=notrunc 2>/dev/null
}
