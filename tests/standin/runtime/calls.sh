# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Calls from Windows programs that are only a name there (setup.exe, drvload.exe, wpeutil.exe, dism.exe …): each leaves a file with
# its command line, and waits for the exit code. See windows/handoff.c.

CALLS=/run/standin/calls

serve_calls() {
  mkdir -p $CALLS
  dirwatch $CALLS '*.call' | while read -r call; do
    call=$CALLS/${call%.call}
    mv "$call.call" "$call.taken" 2>/dev/null || continue # named twice
    answer_call "$call" &
  done
}

answer_call() {
  local call=$1 program line module folder code
  { read -r program; IFS= read -r line; IFS= read -r module; IFS= read -r folder; } <"$call.taken"
  note "call: $program: $line"
  EXIT_CODE=
  case $program in
    setup) run_setup "$line" "$module" ;;
    drvload) load_driver "$line" "$folder" ;;
    wpeinit) : ;;
    wpeutil) utility "$line" ;;
    shutdown) shut_down "$line" ;;
    net) net_program "$line" ;;
    wmic) wmic_program "$line" ;;
    dism) dism_program "$line" ;;
    tzutil) [ "$(arguments_of "$line")" = /g ] && cat "$WINDOWS/System32/config/TIMEZONE" ;;
    exitwins) case $line in *--shutdown*) leave_windows 0 off ;; *) leave_windows 0 reset ;; esac ;;
    *) false ;;
  esac >"$call.output" 2>>/run/standin/trace
  code=${EXIT_CODE:-$?} # a shell's own codes end at 255
  note "call: $program ended with $code"
  echo "$code" >"$call.code.new"
  mv "$call.code.new" "$call.code"
}

# What follows the program's name on a command line.
arguments_of() {
  local rest
  case $1 in
    \"*) rest=${1#\"} rest=${rest#*\"} ;;
    *' '*) rest=${1#* } ;;
    *) rest= ;;
  esac
  printf '%s\n' "$rest" | sed 's/^ *//; s/ *$//'
}

# wpeutil
utility() {
  set -- $(arguments_of "$1" | tr 'A-Z' 'a-z')
  case $1 in
    shutdown) request_power off ;;
    reboot) request_power reset ;;
    initializenetwork | disablefirewall | enablefirewall | updatebootinfo | waitfornetwork | waitforremovablestorage | createpagefile) : ;;
    *)
      printf 'Unknown command: %s\r\n' "$1"
      return 1
      ;;
  esac
}

# shutdown.exe: without /s, /r or /a it only prints its usage.
shut_down() {
  set -- $(arguments_of "$1" | tr 'A-Z-' 'a-z/')
  local mode='' delay=30
  while [ $# -gt 0 ]; do
    case $1 in
      /s | /p) mode=off ;;
      /r | /g) mode=reset ;;
      /l) mode=none ;;
      /a) mode=none ;;
      /t) shift; delay=$1 ;;
      /f | /c | /d) [ "$1" = /f ] || shift ;;
    esac
    [ "$1" = /p ] && delay=0
    shift
  done
  case $mode in
    '') printf 'Usage: shutdown [/i | /l | /s | /r | /g | /a | /p | /h | /e] [/f]\r\n'; return 1 ;;
    none) return 0 ;;
  esac
  leave_windows "$delay" $mode
}

# leave_windows SECONDS off|reset: whoever asked goes on meanwhile; Windows takes a moment, too, before all is down.
leave_windows() { (sleep "$1"; sleep 2; request_power "$2") >/dev/null 2>&1 & }
