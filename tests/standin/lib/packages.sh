# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The Debian packages that the disc is made of: fetched by apt (which checks them), unpacked, never installed.
# Nothing here knows what they are used for.

PACKAGES=(
  busybox-static fdisk grub-common grub-pc-bin libblkid1 libc6 libfdisk1 libfuse2 libgcc-s1 libicu72 liblzma5
  libntfs-3g89 libreadline8 libsmartcols1 libstdc++6 libtinfo6 libunwind8 libuuid1 libwim15 libwine libxml2
  libz-mingw-w64 ntfs-3g util-linux wimtools wine64 zlib1g
)

# Prints the name of the package that holds the newest Debian kernel; the cloud kernel has no AHCI.
kernel_package() {
  apt-cache depends linux-image-amd64 | awk '$1 == "Depends:" { print $2; exit }'
}

# Prints one line a package: URL, file, size, hash. This list names exact versions, so it is part of the cache key.
package_list() {
  local kernel
  kernel=$(kernel_package)
  [[ -n $kernel ]] || fail "apt does not know linux-image-amd64: run apt-get update"
  apt-get download --print-uris "${PACKAGES[@]}" "$kernel" 2>/dev/null |
    awk '{ gsub("\047", "", $1); print $1, $2, $3, $4 }' | sort
}

# fetch_packages FOLDER: leaves in FOLDER one unpacked tree of all packages of the list on standard input.
fetch_packages() {
  local tree=$1 url file size hash store=$CACHE/packages
  mkdir -p "$store"
  rm -rf "$tree.partial"
  mkdir -p "$tree.partial"
  while read -r url file size hash; do
    if [[ ! -s $store/$file ]]; then
      note "fetching $file"
      (cd "$store" && apt-get download -q -o APT::Sandbox::User=root "$(package_and_version "$file")" >/dev/null) ||
        fail "cannot fetch $url"
    fi
    [[ $hash == "SHA256:$(sha256sum "$store/$file" | cut -d' ' -f1)" ]] || fail "$store/$file ($size bytes) is damaged"
    dpkg -x "$store/$file" "$tree.partial"
  done
  mv "$tree.partial" "$tree"
}

# "libc6_1%3a2.36_amd64.deb" -> "libc6=1:2.36"
package_and_version() {
  local name=${1%%_*} version=${1#*_}
  version=${version%_*}
  printf '%s=%s\n' "$name" "${version//%3a/:}"
}
