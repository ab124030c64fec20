# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Windows' optional features: dism.exe. The list of features is the stand-in's own; a state that differs from the one
# that Windows comes with is a line in System32/config/FEATURES: name, Enabled|Disabled.

dism_program() {
  local line verb= feature= online=no state
  line=$(arguments_of "$1")
  while [ -n "$line" ]; do
    case $line in
      /[fF][eE][aA][tT][uU][rR][eE][nN][aA][mM][eE]:\"*) line=${line#*:\"} feature=${line%%\"*} line=${line#*\"} ;;
      \"/[fF][eE][aA][tT][uU][rR][eE][nN][aA][mM][eE]:*) line=${line#*:} feature=${line%%\"*} line=${line#*\"} ;;
      /[fF][eE][aA][tT][uU][rR][eE][nN][aA][mM][eE]:*) line=${line#*:} feature=${line%% *} line=${line#"$feature"} ;;
      *)
        case $(printf '%s' "${line%% *}" | tr 'A-Z' 'a-z') in
          /online) online=yes ;;
          /enable-feature | /disable-feature | /get-featureinfo) verb=${line%% *} ;;
          /norestart | /quiet | '') ;;
          *) printf '\r\nError: 87\r\n\r\nThe %s option is unknown.\r\n' "${line%% *}"; return 87 ;;
        esac
        case $line in *' '*) line=${line#* } ;; *) line= ;; esac
        ;;
    esac
  done
  [ $online = yes ] && [ -n "$verb" ] && [ -n "$feature" ] || { printf '\r\nError: 87\r\n'; return 87; }
  state=$(awk -F '\t' -v name="$feature" 'tolower($1) == tolower(name) { print $2 }' /usr/share/standin/features.tsv)
  if [ -z "$state" ]; then
    printf '\r\nError: 0x800f080c\r\n\r\nFeature name %s is unknown.\r\n' "$feature"
    EXIT_CODE=-2146498548
    return 1
  fi
  case $(printf '%s' "$verb" | tr 'A-Z' 'a-z') in
    /enable-feature) set_feature "$feature" Enabled ;;
    /disable-feature) set_feature "$feature" Disabled ;;
    *)
      state=$(awk -F '\t' -v name="$feature" -v state="$state" 'tolower($1) == tolower(name) { state = $2 } END { print state }' \
        "$WINDOWS/System32/config/FEATURES" /dev/null 2>/dev/null)
      printf 'Feature Name : %s\r\nState : %s\r\nThe operation completed successfully.\r\n' "$feature" "$state"
      ;;
  esac
}

# Windows wants a restart for what it installs.
set_feature() {
  printf '%s\t%s\n' "$1" "$2" >>"$WINDOWS/System32/config/FEATURES"
  sync
  printf '[==========================100.0%%==========================]\r\nThe operation completed successfully.\r\n'
  EXIT_CODE=3010
}
