# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# The registry: text files in Wine's form, which Setup writes while Windows does not run.

# registry_append HIVE-FILE KEY: KEY in Wine's spelling (double backslashes), then lines NAME=VALUE from the input.
registry_append() {
  { printf '\n[%s] 1\n' "$2"; cat; } >>"$WINDOWS/System32/config/$1"
}

registry_escape() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }
registry_text() { printf '"%s"="%s"\n' "$1" "$(registry_escape "$2")"; }

# registry_value HIVE-FILE KEY NAME: the last value that the file gives it, without quotes; KEY as above.
registry_value() {
  key="[$2]" name="\"$3\"=" awk '
    BEGIN { key = tolower(ENVIRON["key"]); name = tolower(ENVIRON["name"]) }
    /^\[/ { here = index(tolower($0), key) == 1 }
    here && tolower(substr($0, 1, length(name))) == name { value = substr($0, length(name) + 1) }
    END { gsub("\"", "", value); print value }' "$WINDOWS/System32/config/$1"
}

# apply_registry_plan: the lines "registry" of the plan: hive, key, name, type, value.
apply_registry_plan() {
  local hive key name type value file
  sed -n 's/^registry\t//p' /run/standin/plan >/run/standin/registry-plan
  while IFS='	' read -r hive key name type value; do
    file=SYSTEM
    [ "$hive" = machine ] || file=DEFAULT
    [ -n "$name" ] && name="\"$name\"" || name=@
    case $type in
      dword) printf '%s=dword:%08x\n' "$name" "$value" ;;
      *) printf '%s="%s"\n' "$name" "$(registry_escape "$value")" ;;
    esac | registry_append $file "$(registry_escape "$key")"
    # Of users it is the default for those to come and for the logon screen, too; Wine writes its own over what a user has.
    [ "$hive" = machine ] || printf '%s="%s"\n' "$name" "$(registry_escape "$value")" | registry_append USERDEF "$(registry_escape "$key")"
    note "registry: $hive $key $name $value"
  done </run/standin/registry-plan
}

# copy_default_user USER: a user's first logon makes the default user's registry the user's own.
copy_default_user() {
  local hive done_for=$WINDOWS/System32/config/PROFILES
  grep -qxF "$1" "$done_for" 2>/dev/null && return 0
  echo "$1" >>"$done_for"
  hive=$(path_on /mnt/c Users/Default/NTUSER.DAT) || return 0
  sed '1,/^#arch/d' "$hive" >>"$WINDOWS/System32/config/DEFAULT"
}
