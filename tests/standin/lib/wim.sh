# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# boot.wim and install.wim, with the metadata that Microsoft's have.

# EDITIONID as Microsoft writes it, for an upper-case word.
edition_id() {
  case $1 in
    HOMEBASIC) echo HomeBasic ;;
    HOMEPREMIUM) echo HomePremium ;;
    PROFESSIONAL) echo Professional ;;
    ULTIMATE) echo Ultimate ;;
    ENTERPRISE) echo Enterprise ;;
    *) fail "no edition $1: HOMEBASIC HOMEPREMIUM PROFESSIONAL ULTIMATE ENTERPRISE" ;;
  esac
}

# "HomeBasic" -> "Windows 7 Home Basic"
display_name() { printf 'Windows 7 %s\n' "$1" | sed 's/Home\([A-Z]\)/Home \1/'; }

# wim_add WIM TREE NAME DESCRIPTION COMPRESSION PROPERTY=VALUE…: creates the WIM or appends an image to it.
wim_add() {
  local wim=$1 tree=$2 name=$3 description=$4 compression=$5 property arguments=()
  shift 5
  for property in "$@"; do arguments+=("--image-property=$property"); done
  if [[ -e $wim ]]; then
    wimlib-imagex append "$tree" "$wim" "$name" "$description" "${arguments[@]}" --no-acls >/dev/null 2>&1
  else
    wimlib-imagex capture "$tree" "$wim" "$name" "$description" --compress="$compression" "${arguments[@]}" --no-acls \
      >/dev/null 2>&1
  fi || fail "wimlib-imagex could not add \"$name\" to $wim"
}

version_properties() {
  printf '%s\n' WINDOWS/ARCH=9 'WINDOWS/PRODUCTNAME=Microsoft® Windows® Operating System' \
    "WINDOWS/LANGUAGES/LANGUAGE=$LANGUAGE" "WINDOWS/LANGUAGES/DEFAULT=$LANGUAGE" WINDOWS/VERSION/MAJOR=6 \
    WINDOWS/VERSION/MINOR=1 "WINDOWS/VERSION/BUILD=$BUILD" "WINDOWS/VERSION/SPBUILD=$SP_BUILD" \
    "WINDOWS/VERSION/SPLEVEL=$SERVICE_PACK" WINDOWS/SYSTEMROOT=WINDOWS
}

build_boot_wim() { # OUTPUT
  local tree=$WORK/pe properties
  mapfile -t properties < <(version_properties)
  properties+=(WINDOWS/EDITIONID=WindowsPE WINDOWS/INSTALLATIONTYPE=WindowsPE WINDOWS/PRODUCTTYPE=WinNT)
  pe_tree "$tree"
  wim_add "$1" "$tree" 'Microsoft Windows PE (x64)' 'Microsoft Windows PE (x64)' LZX "${properties[@]}" FLAGS=9
  if ((SETUP_IMAGE)); then
    setup_tree "$tree"
    wim_add "$1" "$tree" 'Microsoft Windows Setup (x64)' 'Microsoft Windows Setup (x64)' LZX "${properties[@]}" FLAGS=2
    wimlib-imagex info "$1" 2 --boot >/dev/null
  else
    wimlib-imagex info "$1" 1 --boot >/dev/null
  fi
}

build_install_wim() { # OUTPUT INITRAMFS KERNEL
  local tree=$WORK/install edition id properties
  install_tree "$tree" "$2" "$3"
  for edition in $EDITIONS; do
    id=$(edition_id "$edition")
    printf '%s\r\n' "$id" >"$tree/Windows/System32/config/EDITION"
    mapfile -t properties < <(version_properties)
    properties+=("WINDOWS/EDITIONID=$id" WINDOWS/INSTALLATIONTYPE=Client WINDOWS/HAL=acpiapic WINDOWS/PRODUCTTYPE=WinNT
      'WINDOWS/PRODUCTSUITE=Terminal Server' "FLAGS=$id" "DISPLAYNAME=$(display_name "$id")"
      "DISPLAYDESCRIPTION=$(display_name "$id")")
    # XPRESS: applying it under emulation takes half the time of LZX.
    wim_add "$1" "$tree" "Windows 7 $edition" "Windows 7 $edition" XPRESS "${properties[@]}"
  done
}
