"""The completion script for bash (3.2 and later), with descriptions in the menu."""

from completions.interface import Command, Interface, Kind, Option, Values

_HEAD = r"""# gtask completion for bash
# Written by completions/generate.py from gtask's own interface: do not edit.

# Fills `rows` with the tasks seen lately at this API, "ID type, state".
_gtask_recent_tasks() {
    local LC_ALL=C cache api id type state host count=0
    [[ -z ${GTASK_NO_HISTORY-} ]] || return 0
    case ${XDG_CACHE_HOME-} in
        /*) cache=$XDG_CACHE_HOME ;;
        *) cache=${LOCALAPPDATA:-${HOME-}/.cache} ;;
    esac
    [[ -f $cache/gtask/recent-tasks && -r $cache/gtask/recent-tasks ]] || return 0
    api=${GCORE_BASE_URL:-https://api.gcore.com}
    api=${api#*://}
    api=${api%%/*}
    while IFS=$'\t' read -r id type state host && ((count++ < 200)); do
        [[ $host == "$api" ]] || continue
        # What gtask did not write is not offered.
        [[ $id =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ && $type$state =~ ^[A-Za-z0-9_-]*$ ]] || continue
        [[ " ${given[*]-} " == *" $id "* ]] || rows+=("$id $type, $state")
    done <"$cache/gtask/recent-tasks"
}

# Offers those of `rows` that begin with what was typed. A menu shows their descriptions; what is
# inserted is the word alone, since no two of them agree further than their words do.
_gtask_offer() {
    local row word width=0 line described=yes fitting=()
    case ${COMP_TYPE-9} in
        37 | 42) described= ;; # menu-complete, insert-completions: what stands here is inserted
    esac
    for row in ${rows[@]+"${rows[@]}"}; do
        word=${row%% *}
        [[ $word == "$typed"* ]] || continue
        fitting+=("$row")
        ((${#word} <= width)) || width=${#word}
    done
    for row in ${fitting[@]+"${fitting[@]}"}; do
        word=${row%% *}
        if [[ -n $described && ${#fitting[@]} -gt 1 && $row == *" "* ]]; then
            printf -v line '%-*s  (%s)' "$width" "$word" "${row#* }"
            word=${line:0:${COLUMNS:-80}-2}
        fi
        COMPREPLY+=("$word")
    done
}

# Keeps in `rows` the options that can still be given; "long/short description", with a star
# before those that may be repeated.
_gtask_options() {
    local row names word kept=()
    for row in "$@"; do
        names=${row%% *}
        for word in ${given[@]+"${given[@]}"}; do
            [[ /$names/ != *"/${word%%=*}/"* ]] || continue 2
        done
        names=${names#\*}
        kept+=("${names%%/*} ${row#* }")
    done
    rows=(${kept[@]+"${kept[@]}"})
}

_gtask_files() {
    local IFS=$'\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen "$1" -- "$typed"))
}

_gtask_command_line() {
    if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$1"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$1"
    elif ((COMP_CWORD == $1)); then
        COMPREPLY=($(compgen -c -- "$typed"))
    else
        _gtask_files -f
    fi
}

_gtask() {
    local typed=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local command='' dashes='' i word rows=() given=()
    COMPREPLY=()
    # bash makes three words of --option=value.
    if [[ $typed == = ]]; then
        typed=''
    elif [[ $before == = ]] && ((COMP_CWORD > 2)); then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ -n $command && $word == -- ]]; then
            dashes=$i
            break
        elif [[ -z $command && $word != -* ]]; then
            command=$word
        else
            given+=("$word")
        fi
    done
"""

_TAIL = r"""}

complete -o nosort -F _gtask gtask 2>/dev/null || complete -F _gtask gtask
"""


def script(interface: Interface) -> str:
    """The whole script."""
    lines = [
        _HEAD.rstrip("\n"),
        "    if [[ -z $dashes ]]; then",
        '        case "$command $before" in',
    ]
    for command in interface.commands:
        for option in command.options:
            if option.values is not None:
                lines += _after_option(command, option, option.values)
    lines += ["        esac", "    fi"]
    lines += ["    if [[ -z $dashes && $typed == -* ]]; then", "        case $command in"]
    lines += _case("''", "_gtask_options", _option_rows(interface.options))
    for command in interface.commands:
        lines += _case(command.name, "_gtask_options", _option_rows(command.options))
    lines += ["        esac", "        _gtask_offer", "        return", "    fi"]
    lines += ["    case $command in"]
    summaries = [f"{command.name} {command.summary}" for command in interface.commands]
    lines += ["        '')", *_rows(summaries, 12), "            ;;"]
    for command in interface.commands:
        lines += _arguments(command)
    lines += ["    esac", "    _gtask_offer"]
    return "\n".join(lines) + "\n" + _TAIL


def _after_option(command: Command, option: Option, values: Values) -> list[str]:
    pattern = " | ".join(f"'{command.name} {name}'" for name in option.names)
    action = {
        Kind.WORDS: f"rows=({' '.join(values.words)}) && _gtask_offer",
        Kind.FILES: "_gtask_files -f",
        Kind.FOLDERS: "_gtask_files -d",
        Kind.TASK_IDS: "_gtask_recent_tasks && _gtask_offer",
    }.get(values.kind)
    steps = [f"                {action}"] if action else []
    return [f"            {pattern})", *steps, "                return", "                ;;"]


def _arguments(command: Command) -> list[str]:
    values = command.arguments
    only_first = "" if values.is_list else "[[ ${#given[@]} -gt 0 ]] || "
    action = {
        Kind.WORDS: f"{only_first}rows=({' '.join(values.words)})",
        Kind.FILES: "_gtask_files -f; return",
        Kind.FOLDERS: "_gtask_files -d; return",
        Kind.TASK_IDS: "_gtask_recent_tasks",
        Kind.COMMAND_LINE: '[[ -z $dashes ]] || { _gtask_command_line "$((dashes + 1))"; return; }',
    }.get(values.kind)
    return [f"        {command.name}) {action} ;;"] if action else []


def _option_rows(options: tuple[Option, ...]) -> list[str]:
    rows = []
    for option in options:
        names = "/".join(sorted(option.names, key=len, reverse=True))
        rows.append(f"{'*' if option.is_repeatable else ''}{names} {option.summary}")
    return rows


def _case(pattern: str, action: str, rows: list[str]) -> list[str]:
    words = " \\\n".join(f"                    {_quoted(row)}" for row in rows)
    return [
        f"            {pattern})",
        f"                {action} \\\n{words}",
        "                ;;",
    ]


def _rows(rows: list[str], indent: int) -> list[str]:
    inner = " " * (indent + 4)
    return [
        f"{' ' * indent}rows=(",
        *(f"{inner}{_quoted(row)}" for row in rows),
        f"{' ' * indent})",
    ]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
