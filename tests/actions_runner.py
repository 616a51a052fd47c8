"""What GitHub's runner makes of a step's log and files, after actions/runner's own source.

`src/Runner.Common/ActionCommand.cs` for the log, `src/Runner.Worker/FileCommandManager.cs` for
the outputs.
"""

from dataclasses import dataclass

_COMMANDS = {"set-env", "set-output", "save-state", "add-path", "add-mask", "add-matcher"}
_COMMANDS |= {"remove-matcher", "warning", "error", "notice", "debug", "group", "endgroup"}
_COMMANDS |= {"echo", "stop-commands"}


@dataclass(frozen=True)
class Command:
    """A workflow command with its properties and data, unescaped."""

    name: str
    properties: dict[str, str]
    data: str


def commands_in(log: str) -> list[Command]:
    """The commands that the runner finds in the lines of a log."""
    lines = log.replace("\r", "\n").split("\n")
    return [command for line in lines if (command := _command(line)) is not None]


def _command(line: str) -> Command | None:
    text = line.lstrip()
    if text.startswith("::") and "::" in text[2:]:
        info, _, data = text[2:].partition("::")
        return _made(info, data, ",")
    begin = line.find("##[")  # anywhere in the line
    if begin >= 0 and "]" in line[begin:]:
        info, _, data = line[begin + 3 :].partition("]")
        return _made(info, data, ";")
    return None


def _made(info: str, data: str, separator: str) -> Command | None:
    name, _, rest = info.partition(" ")
    if name.lower() not in _COMMANDS:
        return None
    pairs = [pair.partition("=") for pair in rest.strip().split(separator) if "=" in pair]
    return Command(name, {key: _unescaped(value) for key, _, value in pairs}, _unescaped(data))


def _unescaped(text: str) -> str:
    for escape, character in (
        ("%0D", "\r"),
        ("%0A", "\n"),
        ("%3A", ":"),
        ("%2C", ","),
        ("%25", "%"),
    ):
        text = text.replace(escape, character)
    return text


def outputs_in(text: str) -> dict[str, str]:
    """The outputs that the runner reads from the text of a file; their names know no case."""
    outputs: dict[str, str] = {}
    lines = iter(text.replace("\r\n", "\n").split("\n"))
    for line in lines:
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if heredoc >= 0 and (equals < 0 or heredoc < equals):
            name, _, delimiter = line.partition("<<")
            value = []
            for more in lines:
                if more == delimiter:
                    break
                value.append(more)
            else:
                raise AssertionError(f"no end of {name}")
            outputs[name.lower()] = "\n".join(value)
        else:
            assert equals > 0, f"the step fails: {line!r}"
            outputs[line[:equals].lower()] = line[equals + 1 :]
    return outputs
