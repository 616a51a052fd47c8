"""The completion script for zsh: to be sourced, or found as `_gtask` on $fpath."""

from completions.interface import Command, Interface, Kind, Option, Values

_HEAD = r"""#compdef gtask
# gtask completion for zsh
# Written by completions/generate.py from gtask's own interface: do not edit.

# The tasks seen lately at this API, the latest first.
_gtask_recent_tasks() {
    local cache api id type state host
    local -a tasks given
    given=(${words[1,CURRENT-1]})
    if [[ -z ${GTASK_NO_HISTORY-} ]]; then
        case ${XDG_CACHE_HOME-} in
            /*) cache=$XDG_CACHE_HOME ;;
            *) cache=${LOCALAPPDATA:-${HOME-}/.cache} ;;
        esac
        api=${GCORE_BASE_URL:-https://api.gcore.com}
        api=${api#*://}
        api=${api%%/*}
        if [[ -f $cache/gtask/recent-tasks && -r $cache/gtask/recent-tasks ]]; then
            while IFS=$'\t' read -r id type state host && (( $#tasks < 200 )); do
                [[ $host == "$api" ]] || continue
                # What gtask did not write is not offered.
                [[ $id =~ '^[A-Za-z0-9][A-Za-z0-9._-]*$' ]] || continue
                [[ $type$state =~ '^[A-Za-z0-9_-]*$' ]] || continue
                tasks+=("$id:$type, $state")
            done <$cache/gtask/recent-tasks
        fi
    fi
    if (( $#tasks )); then
        _describe -V -t recent-tasks 'recent task' tasks -F given
    else
        _message 'task ID'
    fi
}
"""

_TAIL = r"""
if [[ ${funcstack[1]-} == _gtask ]]; then
    _gtask "$@"
else
    compdef _gtask gtask
fi
"""


def script(interface: Interface) -> str:
    """The whole script."""
    lines = [
        _HEAD.rstrip("\n"),
        "",
        "_gtask_commands() {",
        "    local -a commands",
        "    commands=(",
    ]
    lines += [f"        {_quoted(f'{c.name}:{c.summary}')}" for c in interface.commands]
    lines += ["    )", "    _describe -V -t commands 'gtask command' commands", "}", ""]
    lines += [
        "_gtask() {",
        '    local curcontext="$curcontext" state line',
        "    local -A opt_args",
    ]
    specs = [*map(_option, interface.options), "'1: :_gtask_commands'", "'*:: :->arguments'"]
    lines += _specs("    _arguments -C -s -S", specs)
    lines += ["    [[ $state == arguments ]] || return", "    case $words[1] in"]
    for command in interface.commands:
        lines.append(f"        {command.name})")
        specs = [*map(_option, command.options), *_arguments(command)]
        lines += _specs("            _arguments -s -S", specs)
        lines.append("            ;;")
    lines += ["    esac", "}"]
    return "\n".join(lines) + "\n" + _TAIL


def _specs(call: str, specs: list[str]) -> list[str]:
    inner = " " * (len(call) - len(call.lstrip()) + 4)
    return [" \\\n".join([call, *(f"{inner}{spec}" for spec in specs)])]


def _option(option: Option) -> str:
    takes_value = option.values is not None
    names = [
        f"{name}{('=' if name.startswith('--') else '+') if takes_value else ''}"
        for name in option.names
    ]
    excluded = " ".join(option.names)
    if "--help" in option.names or "--version" in option.names:
        excluded = "- *"  # nothing else makes sense beside it
    before = "'*'" if option.is_repeatable else f"'({excluded})'"
    text = option.summary
    for special in "\\[]":
        text = text.replace(special, f"\\{special}")
    value = f":{option.metavar}:{_action(option.values)}" if option.values is not None else ""
    spread = "{" + ",".join(names) + "}" if len(names) > 1 else names[0]
    return f"{before}{spread}{_quoted(f'[{text}]{value}')}"


def _arguments(command: Command) -> list[str]:
    values = command.arguments
    if values.kind is Kind.NOTHING:
        return []
    if values.kind is Kind.COMMAND_LINE:
        return ["'*:::command:_normal'"]
    place = "*" if values.is_list else "1"
    return [_quoted(f"{place}: :{_action(values)}")]


def _action(values: Values) -> str:
    return {
        Kind.WORDS: f"({' '.join(values.words)})",
        Kind.FILES: "_files",
        Kind.FOLDERS: "_files -/",
        Kind.TASK_IDS: "_gtask_recent_tasks",
    }.get(values.kind, " ")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
