# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The disc: the vendor's files in place, UDF bridge with an empty ISO 9660 tree, El Torito; and deliberate damage.

build_disc_tree() { # TREE MEDIA
  local tree=$1 media=$2
  mkdir -p "$tree"/{boot/fonts,sources,support/logging,upgrade}
  cp "$media/bootmgr" "$tree/bootmgr"
  cp "$media/boot.sdi" "$tree/boot/boot.sdi"
  cp "$media/etfsboot.com" "$tree/boot/etfsboot.com"
  printf 'A stand-in for the boot configuration data: boot.sdi, \\sources\\boot.wim\n' >"$tree/boot/bcd"
  head -c 1024 /dev/zero >"$tree/boot/bootfix.bin"
  head -c 4096 /dev/zero >"$tree/boot/fonts/wgl4_boot.ttf"
  printf '[AutoRun.Amd64]\r\nopen=setup.exe\r\n' >"$tree/autorun.inf"
  cp "$media/handoff.exe" "$tree/setup.exe"
  cp "$media/handoff.exe" "$tree/sources/setup.exe"
  cp "$media/boot.wim" "$media/install.wim" "$tree/sources/"
  lang_ini >"$tree/sources/lang.ini"
  if [[ -n $EI_CFG ]]; then
    printf '[EditionID]\r\n%s\r\n[Channel]\r\nRetail\r\n[VL]\r\n0\r\n' "$(edition_id "$EI_CFG")" >"$tree/sources/ei.cfg"
  fi
  printf '[BuildInfo]\r\nBuildNumber=%s\r\n' "$BUILD" >"$tree/sources/idwbinfo.txt"
  printf 'This disc contains a "UDF" file system and requires an operating system\r\nthat supports the ISO-13346 "UDF" file system specification.\r\n' >"$tree/README.TXT"
  ((UPPER_CASE)) && upper_case_names "$tree"
  return 0
}

upper_case_names() {
  local path name
  find "$1" -mindepth 1 -depth | while read -r path; do
    name=$(basename "$path")
    [[ $name == "${name^^}" ]] || mv "$path" "$(dirname "$path")/${name^^}"
  done
}

# The ISO 9660 tree of a vendor's disc holds README.TXT alone: all else is hidden from it.
build_iso() { # TREE OUTPUT
  local tree=$1 output=$2 boot sectors arguments=() path
  boot=$(cd "$tree" && find . -ipath ./boot/etfsboot.com | sed 's|^\./||')
  sectors=$(($(stat -c %s "$tree/$boot") / 512))
  if ((JOLIET)); then
    arguments+=(-J -joliet-long)
  else
    while read -r path; do arguments+=(-hide "$path"); done < <(find "$tree" -mindepth 1 -maxdepth 1 ! -name README.TXT)
  fi
  genisoimage -quiet -udf -iso-level 3 -allow-limited-size "${arguments[@]}" -V "$VOLUME_ID" -volset "$VOLUME_ID" \
    -publisher 'MICROSOFT CORPORATION' -appid 'CDIMAGE 2.54 (01/01/2005 TM)' -sysid '' \
    -b "$boot" -no-emul-boot -boot-load-size "$sectors" -boot-load-seg 0 -c "$(dirname "$boot")/boot.cat" -o "$output" "$tree" 2>"$WORK/genisoimage.log" ||
    fail "genisoimage: $(cat "$WORK/genisoimage.log")"
  ((TRUNCATE)) && truncate -s $(($(stat -c %s "$output") * 6 / 10)) "$output"
  ((PAD_TO > $(stat -c %s "$output"))) && truncate -s "$PAD_TO" "$output"
  return 0
}
