# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# File names as Windows sees them: drive letters, backslashes, no regard to case.

# path_on FOLDER NAME/NAME…: prints the path below FOLDER that matches without regard to case; fails if there is none.
path_on() {
  local found=$1 rest=$2 name match
  while [ -n "$rest" ]; do
    name=${rest%%/*}
    case $rest in */*) rest=${rest#*/} ;; *) rest= ;; esac
    [ -n "$name" ] && [ "$name" != . ] || continue
    if [ -e "$found/$name" ]; then
      found=$found/$name
      continue
    fi
    match=$(ls -a "$found" 2>/dev/null | grep -ixF -- "$name" | head -n 1)
    [ -n "$match" ] || return 1
    found=$found/$match
  done
  printf '%s\n' "$found"
}

# folder_of_drive LETTER: where its root is mounted.
folder_of_drive() {
  local letter
  letter=$(printf '%s' "$1" | tr 'A-Z' 'a-z')
  [ -e "$PREFIX/dosdevices/$letter:" ] && readlink "$PREFIX/dosdevices/$letter:"
}

# unix_path 'X:\folder\file': fails if it does not exist.
unix_path() {
  local root
  case $1 in
    [A-Za-z]:*) ;;
    *) return 1 ;;
  esac
  root=$(folder_of_drive "${1%%:*}") || return 1
  path_on "$root" "$(printf '%s' "${1#?:}" | tr '\\' '/')"
}

# Letters of all drives, in order.
drive_letters() {
  local link
  for link in "$PREFIX"/dosdevices/?:; do
    link=${link##*/}
    printf '%s ' "${link%:}"
  done
}

# name_computer NAME: Wine asks Linux for it, and then for its address.
name_computer() {
  hostname "$1"
  printf '127.0.0.1 localhost %s\n' "$1" >/etc/hosts
}
