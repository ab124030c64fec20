# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# What a person at the machine would see: one text screen in Windows' colours. Drawn only when something changes, so
# that a machine that has stopped shows a still picture.

SCREEN=/dev/tty1
TEAL='37;46'
BLACK='37;40'
BLUE='97;44'
BOX='30;47'

screen_start() {
  set -- $(stty size <$SCREEN 2>/dev/null)
  ROWS=${1:-25} COLUMNS=${2:-80}
  [ "$ROWS" -gt 0 ] || ROWS=25 COLUMNS=80
  export ROWS COLUMNS
  printf '\033[?25l\033[9;0]\033[14;0]' >$SCREEN
}

# screen_clear COLOUR
screen_clear() { printf '\033[0;%sm\033[2J\033[H' "$1" >$SCREEN; }

# screen_line ROW COLUMN COLOUR TEXT
screen_line() { printf '\033[%d;%dH\033[0;%sm%s' "$1" "$2" "$3" "$4" >$SCREEN; }

# screen_centred COLOUR TEXT…: a screen with nothing but a few lines in the middle.
screen_centred() {
  local colour=$1 text row
  shift
  screen_clear "$colour"
  row=$((ROWS / 2 - $#))
  for text; do
    screen_line $row $(((COLUMNS - ${#text}) / 2 + 1)) "$colour" "$text"
    row=$((row + 2))
  done
}

# screen_box COLOUR TITLE BUTTONS, text on standard input: a dialog on a coloured background.
screen_box() {
  local background=$1 title=$2 buttons=$3 width=72 height row column text
  fold -s -w $((width - 6)) >/tmp/box.$$
  height=$(($(grep -c '' /tmp/box.$$) + 6))
  row=$(((ROWS - height) / 2 + 1)) column=$(((COLUMNS - width) / 2 + 1))
  screen_clear "$background"
  screen_line $row $column '37;44' "$(printf ' %-*s' $((width - 1)) "$title")"
  screen_line $((row + 1)) $column $BOX "$(printf '%*s' $width '')"
  row=$((row + 2))
  while IFS= read -r text || [ -n "$text" ]; do
    screen_line $row $column $BOX "$(printf '   %-*s' $((width - 3)) "$text")"
    row=$((row + 1))
  done </tmp/box.$$
  screen_line $row $column $BOX "$(printf '%*s' $width '')"
  screen_line $((row + 1)) $column $BOX "$(printf '%*s  ' $((width - 2)) "$buttons")"
  screen_line $((row + 2)) $column $BOX "$(printf '%*s' $width '')"
  rm -f /tmp/box.$$
}

# screen_bugcheck, text on standard input: as Windows draws it when it has stopped, from the upper left corner on.
screen_bugcheck() {
  local row=1 text
  screen_clear "$BLUE"
  while IFS= read -r text; do
    screen_line $row 1 "$BLUE" "$text"
    row=$((row + 1))
  done
}

# Setup's list of steps: STEP is the one at work, DETAIL stands behind it.
screen_setup() {
  local step=$1 detail=$2 number name mark text
  {
    echo 'Installing Windows...'
    echo
    echo "That's all the information we need right now. Your computer will restart several times during installation."
    echo
    number=0
    for name in 'Copying Windows files' 'Expanding Windows files' 'Installing features' 'Installing updates' \
      'Completing installation'; do
      number=$((number + 1))
      mark=' ' text=''
      [ $number -lt "$step" ] && mark='v'
      [ $number -eq "$step" ] && mark='>' text=$detail
      echo " $mark $name $text"
    done
  } | screen_box $TEAL 'Install Windows' ''
}
