# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Copies Linux programs with the libraries they need from the unpacked packages into the initramfs tree.

# copy_program ROOT PACKAGES PROGRAM [TARGET]: PROGRAM is a path in PACKAGES or an absolute path of our own.
copy_program() {
  local root=$1 packages=$2 program=$3 target=${4:-usr/bin/}
  [[ $program == /* ]] || program=$packages/$program
  [[ -f $program ]] || fail "no $program in the packages"
  [[ $target != */ ]] || target=$target$(basename "$program")
  install -D -m 755 "$program" "$root/$target"
  copy_libraries "$root" "$packages" "$program"
}

copy_libraries() {
  local root=$1 packages=$2 library found
  while read -r library; do
    [[ -e $root/lib/$library || $library == ld-linux-x86-64.so.2 || $library == ntdll.so ]] && continue
    found=$(find "$packages"/{lib,usr/lib}/x86_64-linux-gnu -maxdepth 1 -name "$library" 2>/dev/null | head -n 1)
    [[ -n $found ]] || fail "$3 needs $library, which no package of the list holds"
    install -D -m 644 "$(readlink -f "$found")" "$root/lib/$library"
    copy_libraries "$root" "$packages" "$found"
  done < <(LC_ALL=C readelf -d "$3" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
}
