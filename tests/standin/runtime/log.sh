# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Setup's own logs, and stopping: setupact.log has everything, setuperr.log the errors.

# LOGS: the Panther folder of the moment.
log_action() { log_line Info "$1" setupact.log; }
log_error() {
  log_line Error "$1" setupact.log
  log_line Error "$1" setuperr.log
  note "error: $1"
}
log_line() {
  [ -d "$LOGS" ] || return 0
  printf '%s, %-21s  %s\r\n' "$(date '+%Y-%m-%d %H:%M:%S')" "$1" "$2" >>"$LOGS/$3"
}

# stop_with TITLE BUTTONS BACKGROUND, text on standard input: says it, writes nothing more, waits for ever.
stop_with() {
  cat >/tmp/stop
  note "stop: $1: $(tr '\n' ' ' </tmp/stop)"
  screen_box "$3" "$1" "$2" </tmp/stop
  stop_for_ever
}

# read_plan PASS FILE OPTIONS…: asks the answer file's reader; leaves its plan in /run/standin/plan. A stop of kind
# "terminate" returns 1; others never return.
read_plan() {
  local pass=$1 code text title kind buttons
  answerfile "$@" --catalogue /usr/share/standin/catalogue.tsv --time-zones /usr/share/standin/timezones.txt \
    --locales /usr/share/standin/locales.tsv >/run/standin/plan 2>/run/standin/plan.detail
  code=$?
  while IFS= read -r text; do log_error "$text"; done </run/standin/plan.detail
  [ $code -eq 0 ] && return 0
  if [ $code -ne 3 ]; then
    echo "answerfile ended with $code" | stop_with 'The stand-in itself is broken' '' $BLACK
  fi
  # Steps planned before the stop stand before it; Setup does none of them.
  awk -F '\t' '$1 == "dialog" || $1 == "page" || $1 == "terminate" { on = 1; next } on' /run/standin/plan >/tmp/text
  title=$(awk -F '\t' '$1 == "dialog" || $1 == "page" || $1 == "terminate" { print $2; exit }' /run/standin/plan)
  kind=$(awk -F '\t' '$1 == "dialog" || $1 == "page" || $1 == "terminate" { print $1; exit }' /run/standin/plan)
  log_error "$(tr '\n' ' ' </tmp/text)"
  note "$pass: $kind"
  case $kind in
    terminate) return 1 ;;
    dialog) buttons='[ OK ]' ;;
    *) buttons='[ Next ]' ;;
  esac
  case $pass in
    specialize | oobeSystem) error_handler ;;
  esac
  if [ "$pass" = oobeSystem ]; then
    start_windows
    BEHIND_WELCOME=yes
  fi
  stop_with "$title" "$buttons" $TEAL </tmp/text
}

# plan_value WORD: the rest of the plan's first line that begins with this word.
plan_value() { awk -F '\t' -v word="$1" '$1 == word { sub("^[^\t]*\t", ""); print; exit }' /run/standin/plan; }
