# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Driver packages: loading one into Windows PE, staging them into the installed Windows. What hardware the machine shows
# to Windows depends on this: a virtio disk is there only for a driver that names its hardware id.

ARCHITECTURE=amd64

# Linux' module for a hardware id of a Windows driver; fails for ids that the stand-in does not play.
module_for() {
  case $(printf '%s' "$1" | tr 'a-z' 'A-Z') in
    PCI\\VEN_1AF4\&DEV_1001* | PCI\\VEN_1AF4\&DEV_1042*) echo virtio_blk ;;
    PCI\\VEN_1AF4\&DEV_1004* | PCI\\VEN_1AF4\&DEV_1048*) echo virtio_scsi ;;
    *) return 1 ;;
  esac
}

load_hardware() {
  local id module
  while IFS= read -r id; do
    if module=$(module_for "$id"); then
      note "driver: $id is $module"
      modprobe -a virtio_pci "$module"
      usleep 500000
    fi
  done
}

# load_driver COMMAND-LINE FOLDER: drvload.exe. Like the real one it does not look at signatures.
load_driver() {
  local given inf code
  given=$(arguments_of "$1" | tr -d '"')
  case $given in
    '' | /\?) printf 'DRVLOAD inf_path [inf_path [...]]\r\n'; return 87 ;;
    ?:*) ;;
    *) given="$2\\$given" ;;
  esac
  if ! inf=$(unix_path "$given"); then
    printf 'DrvLoad: Unable to load %s (The system cannot find the file specified.)\r\n' "$given"
    return 2
  fi
  inffile $ARCHITECTURE "$inf" >/tmp/drvload.$$ 2>/tmp/drvload.$$.why
  code=$?
  if [ $code -ne 0 ]; then
    note "drvload $given: $(cat /tmp/drvload.$$.why)"
    printf 'DrvLoad: Unable to load %s (error %s)\r\n' "$given" 0xE0000101
    return $((code == 4 ? 49 : 1))
  fi
  sed -n 's/^hardware\t//p' /tmp/drvload.$$ | load_hardware
  printf 'DrvLoad: Successfully loaded %s.\r\n' "$given"
}

is_boot_critical() { grep -qiE '^class	(SCSIAdapter|HDC)$' "$1"; }

# stage_drivers PASS FOLDER: everything below FOLDER goes into the Windows on /mnt/c, for /Boot/drivers.img, too.
stage_drivers() {
  local inf
  find "$2" -iname '*.inf' | sort >/tmp/infs
  while IFS= read -r inf; do stage_driver "$1" "$inf"; done </tmp/infs
}

stage_driver() {
  local name verdict
  name=$(basename "$2" | tr 'A-Z' 'a-z')
  inffile $ARCHITECTURE "$2" >/tmp/inf 2>/tmp/inf.why
  case $? in
    0) ;;
    4)
      log_action "[$1] $name: not for this Windows"
      setupapi_line "$name has no models section for this system"
      return
      ;;
    *)
      log_error "[$1] $name: $(cat /tmp/inf.why)"
      if is_boot_critical /tmp/inf; then
        echo 'Windows Setup could not install one or more boot-critical drivers. To install Windows, make sure that the drivers are valid, and restart the installation.'
      else
        echo "Windows could not apply unattend settings during pass [$1]."
      fi | stop_with 'Install Windows' '[ OK ]' $TEAL
      ;;
  esac
  copy_package "$2" "$name"
  verdict=$(signature_verdict "$2")
  is_boot_critical /tmp/inf && remember_boot_driver "$verdict"
  remember_driver "$verdict" "$name"
  log_action "[$1] $name staged"
}

# copy_package INF NAME: the driver store's folder, and oemN.inf.
copy_package() {
  local from store number file source catalogue
  from=$(dirname "$1")
  store="$WINDOWS/System32/DriverStore/FileRepository/$2_${ARCHITECTURE}_neutral_$(sha1sum "$1" | cut -c1-16)"
  mkdir -p "$store"
  cp "$1" "$store/$2"
  sed -n 's/^catalog\t//p' /tmp/inf | while IFS= read -r catalogue; do cp "$(path_on "$from" "$catalogue")" "$store/"; done
  sed -n 's/^file\t//p' /tmp/inf | sort -u | tr '\\' '/' | while IFS= read -r file; do
    source=$(path_on "$from" "$file")
    cp "$source" "$store/"
    case $source in *.[sS][yY][sS]) cp "$source" "$WINDOWS/System32/drivers/" ;; esac
  done
  number=0
  while [ -e "$INF/oem$number.inf" ]; do number=$((number + 1)); done
  cp "$1" "$INF/oem$number.inf"
  setupapi_line "$2 -> oem$number.inf"
}

setupapi_line() { printf '>>>  [Sysprep Specialize/Offline] %s\r\n' "$1" >>"$INF/setupapi.offline.log"; }

# Boot-start drivers are loaded before any disk can be read, so the boot partition holds a list of them.
remember_boot_driver() { # VERDICT
  local binary id
  binary=$(sed -n 's/^service\t[^\t]*\t0\t//p' /tmp/inf | head -n 1)
  sed -n 's/^hardware\t//p' /tmp/inf | while IFS= read -r id; do
    printf '%s\t%s\t%s\n' "$1" "${binary##*\\}" "$id"
  done >>/run/standin/boot-drivers
}

# For Plug and Play in specialize.
remember_driver() { # VERDICT NAME
  local service id
  service=$(sed -n 's/^service\t\([^\t]*\)\t.*/\1/p' /tmp/inf | head -n 1)
  sed -n 's/^hardware\t//p' /tmp/inf | while IFS= read -r id; do
    printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$service" "$id"
  done >>"$WINDOWS/System32/config/DRIVERS"
}

# signature_verdict INF: ok, or why code integrity would not load the driver: none (no catalogue, nobody signed it), sha256 (only, and the
# loader does not know it), other (algorithm), uncovered (a file is not the one that was signed).
signature_verdict() {
  local from catalogue signers file
  from=$(dirname "$1")
  catalogue=$(sed -n 's/^catalog\t//p' /tmp/inf | head -n 1)
  [ -n "$catalogue" ] || { echo none; return; }
  catalogue=$(path_on "$from" "$catalogue")
  signers=$(catfile signers "$catalogue")
  case " $(echo $signers) " in
    '  ') echo none; return ;;
    *' sha1 '*) ;;
    *' sha256 '*) winload_knows_sha2 || { echo sha256; return; } ;;
    *) echo other; return ;;
  esac
  is_covered "$catalogue" "$1" || { echo uncovered; return; }
  sed -n 's/^file\t//p' /tmp/inf | sort -u | tr '\\' '/' >/tmp/inf.files
  while IFS= read -r file; do
    is_covered "$catalogue" "$(path_on "$from" "$file")" || { echo uncovered; return; }
  done </tmp/inf.files
  echo ok
}

is_covered() { # CATALOGUE FILE
  catfile content "$2" >/tmp/content
  catfile has "$1" "$(sha1sum </tmp/content | cut -c1-40)" || catfile has "$1" "$(sha256sum </tmp/content | cut -c1-64)"
}

# 6.1.7601 with a revision of 18649 to 19999, or from 22854 on.
winload_knows_sha2() {
  local version low high revision
  # VS_FIXEDFILEINFO: its signature, its own version, then the file's version in two little-endian words.
  version=$(hexdump -v -e '1/1 "%02x"' "$WINDOWS/System32/winload.exe" | sed -n 's/.*bd04effe00000100\(................\).*/\1/p')
  case $version in
    01000600????b11d) ;;
    *) return 1 ;;
  esac
  low=$(printf '%s' "$version" | cut -c9-10) high=$(printf '%s' "$version" | cut -c11-12)
  revision=$((0x$high$low))
  [ $revision -ge 22854 ] || { [ $revision -ge 18649 ] && [ $revision -le 19999 ]; }
}
