"""The completion script for fish."""

from completions.interface import Command, Interface, Kind, Option

_HEAD = r"""# gtask completion for fish
# Written by completions/generate.py from gtask's own interface: do not edit.

# What fish has made of the manual page by itself offers every option to every command.
complete -C 'gtask --' >/dev/null
complete -c gtask -e

# The command on the line, once there is one.
function __gtask_command
    set -l words (commandline -opc)
    for word in $words[2..-1]
        if not string match -q -- '-*' $word
            echo $word
            return 0
        end
    end
    return 1
end

function __gtask_needs_command
    not __gtask_command >/dev/null
end

function __gtask_is
    test "$(__gtask_command)" = "$argv[1]"
end

# Whether no argument stands after the command yet.
function __gtask_is_at_first_argument
    __gtask_is $argv[1]; and test (count (string match -v -- '-*' (commandline -opc))) -eq 2
end

# The tasks seen lately at this API, the latest first.
function __gtask_recent_tasks
    test -z "$GTASK_NO_HISTORY"; or return 0
    set -l cache $HOME/.cache
    if string match -q '/*' -- "$XDG_CACHE_HOME"
        set cache $XDG_CACHE_HOME
    end
    set -l file $cache/gtask/recent-tasks
    test -f $file; and test -r $file; or return 0
    set -l api https://api.gcore.com
    test -n "$GCORE_BASE_URL"; and set api $GCORE_BASE_URL
    set api (string replace -r '^[^:]*://' '' -- $api | string replace -r '/.*' '')
    set -l given (commandline -opc)
    set -l count 0
    while read -d \t -l id type state host
        set count (math $count + 1)
        test $count -le 200; or break
        test "$host" = "$api"; or continue
        # What gtask did not write is not offered.
        string match -qr '^[A-Za-z0-9][A-Za-z0-9._-]*$' -- "$id"; or continue
        string match -qr '^[A-Za-z0-9_-]*$' -- "$type$state"; or continue
        contains -- $id $given; or printf '%s\t%s, %s\n' $id $type $state
    end <$file
end

# What completes the command that stands after the two dashes.
function __gtask_command_line
    set -l words (commandline -opc)
    set -l dashes (contains -i -- -- $words); or return 0
    set -e words[1..$dashes]
    complete -C (string join ' ' -- (string escape -- $words) (commandline -ct))
end

complete -c gtask -e
complete -c gtask -f
"""


def script(interface: Interface) -> str:
    """The whole script."""
    lines = [_HEAD]
    lines += [
        f"complete -c gtask -n __gtask_needs_command -k -a {command.name}"
        f" -d {_quoted(command.summary)}"
        for command in interface.commands
    ]
    lines += [_option("__gtask_needs_command", option) for option in interface.options]
    for command in interface.commands:
        condition = f"__gtask_is {command.name}"
        lines.append("")
        lines += [_option(condition, option) for option in command.options]
        lines += _arguments(command)
    return "\n".join(lines) + "\n"


def _option(condition: str, option: Option) -> str:
    if option.values is None:  # fish asks for a value only where the option still stands
        given = " ".join(n[2:] if n.startswith("--") else f"-s {n[1:]}" for n in option.names)
        condition += f"; and not __fish_contains_opt {given}"
    words = [f"complete -c gtask -n '{condition}'"]
    words += [f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in option.names]
    if option.values is not None:
        words.append(
            {
                Kind.WORDS: f"-x -a '{' '.join(option.values.words)}'",
                Kind.FILES: "-r -F",
                Kind.FOLDERS: "-x -a '(__fish_complete_directories)'",
                Kind.TASK_IDS: "-x -a '(__gtask_recent_tasks)'",
            }.get(option.values.kind, "-x")
        )
    return " ".join([*words, f"-d {_quoted(option.summary)}"])


def _arguments(command: Command) -> list[str]:
    values = command.arguments
    place = "__gtask_is" if values.is_list else "__gtask_is_at_first_argument"
    action = {
        Kind.WORDS: f"-a '{' '.join(values.words)}'",
        Kind.FILES: "-F",
        Kind.FOLDERS: "-a '(__fish_complete_directories)'",
        Kind.TASK_IDS: "-k -a '(__gtask_recent_tasks)'",
        Kind.COMMAND_LINE: "-a '(__gtask_command_line)'",
    }.get(values.kind)
    return [f"complete -c gtask -n '{place} {command.name}' {action}"] if action else []


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
