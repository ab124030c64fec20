# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Boot code: etfsboot.com for CDs, MBR and the sectors after it for hard disks. Both are GRUB, made to look like Microsoft's
# loaders from outside: no boot information table, nothing patched into the image, so it may be moved to another disc.

# grub_image PACKAGES FORMAT CONFIGURATION OUTPUT MODULE…: the configuration travels in a memory disk, because what
# can be built in is read by a parser without "if".
grub_image() {
  local packages=$1 format=$2 configuration=$3 output=$4 memdisk=$WORK/memdisk
  shift 4
  rm -rf "$memdisk"
  mkdir -p "$memdisk/boot/grub"
  cp "$configuration" "$memdisk/boot/grub/grub.cfg"
  tar -C "$memdisk" --sort=name --mtime=@0 --owner=0 --group=0 -cf "$memdisk.tar" boot
  grub-mkimage -d "$packages/usr/lib/grub/i386-pc" -O "$format" -c "$HERE/grub/embedded.cfg" -m "$memdisk.tar" \
    -p /boot/grub -o "$output" memdisk tar normal test sleep echo probe linux biosdisk part_msdos ntfs "$@" \
    all_video vbe vga video_bochs
}

# build_etfsboot PACKAGES OUTPUT
# GRUB's own CD stub wants a boot information table. Ours: 0x400 bytes at 0:7C00, the image after it at 0:8000, whose
# second sector (0:8200) is where GRUB starts. The catalogue's load size covers all of it.
build_etfsboot() {
  local packages=$1 output=$2
  # udf comes last because GRUB tries the file system registered last first: a bridge disc must be read as UDF.
  grub_image "$packages" i386-pc-eltorito "$HERE/grub/cd.cfg" "$WORK/eltorito.img" \
    iso9660 udf chain
  {
    # cli; xor ax,ax; mov ss,ax; mov sp,0x6000; sti; ljmp 0x0820:0x0000
    printf '\xfa\x31\xc0\x8e\xd0\xbc\x00\x60\xfb\xea\x00\x00\x20\x08'
    head -c $((0x400 - 14)) /dev/zero
    tail -c +2049 "$WORK/eltorito.img"
  } >"$output"
  truncate -s %2048 "$output"
}

# copy_grub_for_disks FOLDER PACKAGES: what Setup writes to the first track of a disk.
copy_grub_for_disks() {
  local folder=$1 packages=$2
  install -m 644 "$packages/usr/lib/grub/i386-pc/boot.img" "$folder/mbr.img"
  grub_image "$packages" i386-pc "$HERE/grub/disk.cfg" "$folder/track.img"
}
