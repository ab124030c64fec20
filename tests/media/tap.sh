# SPDX-License-Identifier: GPL-3.0-or-later
# What the shell tests of sevend-media share: TAP output, a scratch folder, and running the program. To be sourced.
# Needs SEVEND_MEDIA, the program's path.

set -uo pipefail
: "${SEVEND_MEDIA:?}"
here=$(dirname "$(readlink -f "$0")")
tests_run=0
tests_failed=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/.tmp" "$scratch/.cache"
export MAKE_DISC_CACHE=$scratch/.cache
cd "$scratch" || exit 99

# check NAME COMMAND...: one test; it passes when the command succeeds.
check() {
    local name=$1
    shift
    tests_run=$((tests_run + 1))
    if "$@"; then
        echo "ok $tests_run - $name"
    else
        tests_failed=$((tests_failed + 1))
        echo "not ok $tests_run - $name"
        printf '# out: %s\n# err: %s\n' "$(tail -n 1 "$scratch/.out" 2> /dev/null)" \
            "$(tail -n 1 "$scratch/.err" 2> /dev/null)"
    fi
}

skip() { # NAME REASON
    tests_run=$((tests_run + 1))
    echo "ok $tests_run - $1 # SKIP $2"
}

done_testing() {
    echo "1..$tests_run"
    exit $((tests_failed > 0))
}

# media VERB...: runs sevend-media; its output goes to $scratch/.out and .err, its status to $status.
media() {
    status=0
    TMPDIR=$scratch/.tmp "$SEVEND_MEDIA" "$@" > "$scratch/.out" 2> "$scratch/.err" || status=$?
    return "$status"
}

# result FILTER: applies a jq filter to the result of the last run; it must give true.
result() {
    tail -n 1 "$scratch/.out" | jq -e ".result | $1" > /dev/null
}

# refused CODE PATTERN VERB...: the run must exit 1 with that error code and a message that matches the pattern.
refused() {
    local code=$1 pattern=$2
    shift 2
    media "$@"
    ((status == 1)) && [[ ! -s $scratch/.out || $(tail -n 1 "$scratch/.out") != *'"result"'* ]] &&
        tail -n 1 "$scratch/.err" |
            jq -e --arg code "$code" --arg pattern "$pattern" \
                '.error | .code == $code and (.message | test($pattern))' > /dev/null
}

# only_files FOLDER FILE...: the folder holds exactly these names, hidden ones too, and no temporary file is left.
only_files() {
    local folder=$1 expected found
    shift
    expected=$(printf '%s\n' "$@" | sort)
    found=$(find "$folder" "$scratch/.tmp" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort)
    [[ $expected == "$found" ]] || { echo "# found: ${found//$'\n'/ }"; return 1; }
}
