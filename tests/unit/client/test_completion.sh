#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The bash completion: what it offers after some words. Needs $SEVENCTL and $COMPLETION; speaks TAP.
set -u
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# A sevenctl on the path, whose lists come from here instead of a daemon.
cat >"$folder/sevenctl" <<'END'
#!/bin/bash
case "$*" in
"ls --names") printf 'compat-01\ncompat-02\n' ;;
"snapshot compat-01 ls --names") printf 'clean\nready\n' ;;
"disc ls --names") printf 'win7-sp1-x64\n' ;;
"job ls --names") printf '01aaa\n' ;;
*) exec "$SEVENCTL" "$@" ;;
esac
END
chmod +x "$folder/sevenctl"
PATH=$folder:$PATH
# shellcheck source=/dev/null
source "$COMPLETION"

number=0
failed=0
# offers NAME EXPECTED WORD…: the last word is the one to complete; all of EXPECTED must be among what is offered.
offers() {
    local name=$1 expected=$2 word
    shift 2
    number=$((number + 1))
    COMP_WORDS=(sevenctl "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _sevenctl
    for word in $expected; do
        if [[ " ${COMPREPLY[*]} " != *" $word "* ]]; then
            echo "not ok $number - $name"
            echo "# \"$word\" is not among: ${COMPREPLY[*]}"
            failed=1
            return
        fi
    done
    echo "ok $number - $name"
}
# only NAME EXPECTED WORD…: exactly EXPECTED is offered.
only() {
    local name=$1 expected=$2
    shift 2
    number=$((number + 1))
    COMP_WORDS=(sevenctl "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _sevenctl
    if [[ ${COMPREPLY[*]} == "$expected" ]]; then
        echo "ok $number - $name"
    else
        echo "not ok $number - $name"
        echo "# offered: ${COMPREPLY[*]}"
        failed=1
    fi
}

offers "verbs and groups" "create ls disc job exec console-log help" ""
only "one verb" "create" cre
only "second words of a group" "ls show cancel log evidence" job ""
only "machines" "compat-01 compat-02" show ""
only "machines of rm after others" "compat-02" rm compat-01 compat-02
only "machines of snapshot" "compat-01 compat-02" snapshot ""
only "what snapshot does" "save revert ls rm" snapshot compat-01 ""
only "snapshots to go back to" "clean ready" snapshot compat-01 revert ""
only "snapshots to delete" "ready" snapshot compat-01 rm re
only "no name for a new one" "" snapshot compat-01 save ""
only "machines of reset" "compat-02" reset compat-02
only "jobs" "01aaa" job log ""
only "discs as an argument" "win7-sp1-x64" disc show ""
only "discs as an option" "win7-sp1-x64" create a --disc ""
offers "options of a verb" "--template --password-file --wait --json --socket" create --
offers "options of a verb of two words" "--limit --vm" job ls --
only "layouts of the disk" "single" create a --disk-layout si
offers "options of the answer file" "--explain --set --file-in --activation-key-file" answer-file --
only "nothing where nothing is known" "" version ""
echo "1..$number"
exit $failed
