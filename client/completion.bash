# SPDX-License-Identifier: GPL-3.0-or-later
# Bash completion for sevenctl. Verbs and options come from its help and names from the daemon, so that nothing here
# needs to follow a change there.

# Every line "  VERB  what it does" of the overview.
_sevenctl_verbs() {
    sevenctl --help 2>/dev/null | sed -n '/^Verbs:/,/^$/s/^  \([a-z][a-z -]*[a-z]\)  .*/\1/p'
}

# Every "--option" of a verb's help.
_sevenctl_options() {
    sevenctl "$@" --help 2>/dev/null | sed -n 's/^ *\(-[a-zA-Z], \)\{0,1\}\(--[a-z-]*\).*/\2/p'
}

_sevenctl() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local verb=${COMP_WORDS[1]-} second=${COMP_WORDS[2]-}
    COMPREPLY=()
    case $previous in
    --socket | --token-file | --cacert | --file | -f | --answer-file | --password-file | --product-key-file | --activation-key-file | \
        --administrator-password-file | --output | -o)
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
        ;;
    --disc)
        mapfile -t COMPREPLY < <(compgen -W "$(sevenctl disc ls --names 2>/dev/null)" -- "$current")
        return
        ;;
    --image | --seal)
        mapfile -t COMPREPLY < <(compgen -W "$(sevenctl image ls --names 2>/dev/null)" -- "$current")
        return
        ;;
    --driver)
        mapfile -t COMPREPLY < <(compgen -W "$(sevenctl driver ls --names 2>/dev/null)" -- "$current")
        return
        ;;
    --template)
        mapfile -t COMPREPLY < <(compgen -W "$(sevenctl template ls --names 2>/dev/null)" -- "$current")
        return
        ;;
    --disk-layout)
        mapfile -t COMPREPLY < <(compgen -W "single system-windows system-windows-data" -- "$current")
        return
        ;;
    --disk-bus)
        mapfile -t COMPREPLY < <(compgen -W "sata virtio" -- "$current")
        return
        ;;
    --state)
        mapfile -t COMPREPLY < <(compgen -W "installing ready failed deleting" -- "$current")
        return
        ;;
    esac
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$(_sevenctl_verbs | cut -d ' ' -f 1 | sort -u) help" -- "$current")
        return
    fi
    case $verb in
    disc | driver | image | template | job)
        if ((COMP_CWORD == 2)); then
            mapfile -t COMPREPLY < <(compgen -W "$(_sevenctl_verbs | sed -n "s/^$verb //p")" -- "$current")
            return
        fi
        verb="$verb $second"
        ;;
    esac
    if [[ $current == -* ]]; then
        # shellcheck disable=SC2086 # one or two words
        mapfile -t COMPREPLY < <(compgen -W "$(_sevenctl_options $verb)" -- "$current")
        return
    fi
    case $verb in
    snapshot)
        if ((COMP_CWORD == 2)); then
            mapfile -t COMPREPLY < <(compgen -W "$(sevenctl ls --names 2>/dev/null)" -- "$current")
        elif ((COMP_CWORD == 3)); then
            mapfile -t COMPREPLY < <(compgen -W "save revert ls rm" -- "$current")
        elif ((COMP_CWORD == 4)) && [[ $previous == revert || $previous == rm ]]; then
            mapfile -t COMPREPLY < <(compgen -W "$(sevenctl snapshot "$second" ls --names 2>/dev/null)" -- "$current")
        fi
        ;;
    show | wait | watch | wait-for | exec | keys | click | screenshot | console-log | provenance | isolation | answer-file | start | stop | seal | extend | reset | rm)
        mapfile -t COMPREPLY < <(compgen -W "$(sevenctl ls --names 2>/dev/null)" -- "$current")
        ;;
    "disc show" | "disc rm" | "disc verify" | "disc export" | "driver show" | "driver rm" | "image show" | "image provenance" | "image export" | "image rm" | "template show" | "job show" | "job cancel" | "job log" | "job evidence")
        mapfile -t COMPREPLY < <(compgen -W "$(sevenctl "${verb% *}" ls --names 2>/dev/null)" -- "$current")
        ;;
    cp)
        mapfile -t COMPREPLY < <(compgen -f -- "$current"; compgen -S : -W "$(sevenctl ls --names 2>/dev/null)" -- "$current")
        ;;
    "disc add" | "driver add" | "image import")
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        ;;
    help)
        mapfile -t COMPREPLY < <(compgen -W "$(_sevenctl_verbs | cut -d ' ' -f 1 | sort -u)" -- "$current")
        ;;
    esac
}
complete -F _sevenctl sevenctl
