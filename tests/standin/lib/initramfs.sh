# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The small Linux below the stand-in's Windows: boot loader programs' work, Setup's engine, the Unix half of Wine.

KERNEL_MODULES=(
  ahci ata_piix sd_mod sr_mod isofs udf nls_utf8 nls_iso8859-1 nls_cp437 fuse button evdev
  virtio_pci virtio_blk virtio_scsi qemu_fw_cfg
)
UNIX_HALVES=(ntdll win32u mountmgr ws2_32 bcrypt crypt32 secur32 nsiproxy netapi32 dnsapi)

# build_initramfs PACKAGES OUTPUT
build_initramfs() {
  local packages=$1 output=$2 root=$WORK/initramfs
  mkdir -p "$root"/{bin,dev,lib,lib64,mnt,proc,run,sys,tmp,usr/lib/standin,usr/share/standin,etc}
  copy_program "$root" "$packages" bin/busybox bin/busybox
  copy_program "$root" "$packages" usr/bin/wimlib-imagex
  copy_program "$root" "$packages" bin/ntfs-3g
  copy_program "$root" "$packages" sbin/mkntfs
  copy_program "$root" "$packages" sbin/ntfscp
  copy_program "$root" "$packages" sbin/sfdisk
  copy_program "$root" "$packages" sbin/blkid
  install -m 755 "$(readlink -f "$packages/lib64/ld-linux-x86-64.so.2" 2>/dev/null ||
    echo "$packages/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2")" "$root/lib64/ld-linux-x86-64.so.2"
  stub_icu_data "$root/lib/libicudata.so.72"
  copy_own_programs "$root" "$packages"
  copy_kernel_modules "$root" "$packages"
  copy_unix_wine "$root" "$packages"
  copy_grub_for_disks "$root/usr/share/standin" "$packages"
  install -m 755 "$HERE/runtime/init" "$root/init"
  install -m 644 "$HERE"/runtime/*.sh "$root/usr/lib/standin/"
  catalogue_table >"$root/usr/share/standin/catalogue.tsv"
  install -m 644 "$HERE"/../catalog/{timezones.txt,locales.tsv} "$HERE/runtime/features.tsv" "$root/usr/share/standin/"
  (cd "$root" && find . | LC_ALL=C sort | cpio --quiet -o -H newc --owner=0:0) | zstd -q -12 -T0 -o "$output"
}

# libxml2 pulls in 31 MB of ICU tables for encodings that neither WIMs nor answer files use: an empty table does.
stub_icu_data() {
  echo 'const char icudt72_dat[32] = {0};' |
    gcc -shared -nostdlib -fPIC -Wl,-soname,libicudata.so.72 -x c -o "$1" -
}

copy_own_programs() {
  local flags=(-std=gnu17 -D_GNU_SOURCE -O2 -Wall -Wextra -Wpedantic -Werror)
  mkdir -p "$WORK/linux"
  build_answerfile "$WORK/linux/answerfile"
  gcc "${flags[@]}" -o "$WORK/linux/inffile" "$HERE"/linux/inffile*.c
  gcc "${flags[@]}" -o "$WORK/linux/catfile" "$HERE"/linux/catfile.c
  gcc "${flags[@]}" -o "$WORK/linux/cdwatch" "$HERE/linux/cdwatch.c"
  gcc "${flags[@]}" -o "$WORK/linux/dirwatch" "$HERE/linux/dirwatch.c"
  gcc "${flags[@]}" -o "$WORK/linux/powerbutton" "$HERE/linux/powerbutton.c"
  local program
  for program in answerfile inffile catfile cdwatch dirwatch powerbutton; do
    copy_program "$1" "$2" "$WORK/linux/$program"
  done
}

copy_kernel_modules() {
  local root=$1 packages=$2 version module file
  version=$(basename "$packages"/lib/modules/*)
  install -D -m 644 "$packages/lib/modules/$version/modules.builtin" "$root/lib/modules/$version/modules.builtin"
  install -m 644 "$packages/lib/modules/$version"/modules.{order,builtin.modinfo} "$root/lib/modules/$version/"
  depmod -b "$packages" "$version"
  for module in "${KERNEL_MODULES[@]}"; do
    while read -r file; do
      [[ -e $root/$file ]] || install -D -m 644 "$packages/$file" "$root/$file"
    done < <(modprobe -S "$version" -d "$packages" --show-depends "$module" 2>/dev/null |
      sed -n "s|^insmod $packages/*||p")
  done
  depmod -b "$root" "$version"
}

copy_unix_wine() {
  local root=$1 packages=$2 name unix=usr/lib/x86_64-linux-gnu/wine/x86_64-unix
  copy_program "$root" "$packages" usr/lib/wine/wine64 usr/lib/wine/
  copy_program "$root" "$packages" usr/lib/wine/wineserver64 usr/lib/wine/
  ln -s wineserver64 "$root/usr/lib/wine/wineserver"
  for name in "${UNIX_HALVES[@]}"; do
    copy_program "$root" "$packages" "$unix/$name.so" "$unix/"
  done
  on_drive X "$root/$unix/ntdll.so" "$root/$unix/ntdll.winpe.so"
  on_drive C "$root/$unix/ntdll.so" "$root/$unix/ntdll.windows.so"
  # Windows programs and code pages are those of the Windows that runs, not of the initramfs.
  ln -s /run/standin/system32 "$root/usr/lib/x86_64-linux-gnu/wine/x86_64-windows"
  mkdir -p "$root/usr/share/wine"
  ln -s /run/standin/system32 "$root/usr/share/wine/nls"
  : >"$root/usr/share/wine/wine.inf"
}

# on_drive LETTER FILE COPY: Wine has "C:" and "C:\windows" compiled in. Windows PE runs from X:, and Windows writes
# itself with a capital, which also spares Wine the search for the folder's real name.
on_drive() {
  LETTER=$1 perl -0777 -pe '
    s/C(\0:\0\\\0)w(\0i\0n\0d\0o\0w\0s\0)/$ENV{LETTER}$1W$2/g;
    s/\0C:\\windows\0/\0$ENV{LETTER}:\\Windows\0/g;
    s/\0C(:\0SystemDrive\0)/\0$ENV{LETTER}$1/g;' "$2" >"$3"
}
