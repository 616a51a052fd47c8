"""What was probably meant by a command or an option that does not exist.

Apart from `help_format`, because only a mistake needs it.
"""

import re
from collections.abc import Sequence
from difflib import get_close_matches

import typer

from gcore_tasks_cli.errors import UsageError

# What other tools call it. Offered only where the word on the right exists.
_COMMANDS_ELSEWHERE = {
    "wait": "watch",
    "poll": "watch",
    "follow": "watch",
    "show": "get",
    "view": "get",
    "describe": "get",
    "status": "get",
    "ls": "list",
    "search": "list",
    "find": "list",
    "acknowledge": "ack",
    "created": "resources",
    "mock": "sandbox",
    "man": "help",
    "version": "--version",
}
_OPTIONS_ELSEWHERE = {
    "--output": "--json",
    "--format": "--json",
    "-o": "--json",
    "--silent": "--quiet",
    "-s": "--quiet",
    "--max-time": "--timeout",
    "-m": "--timeout",
    "--follow": "--wait",
    "--kind": "--type",
    "--sort": "--order",
    "--no-color": "--color",
    "--wait": "--appear",
}
# Two words as like as `--no-color` and `--no-ci` mean different things.
_NEAR = 0.65
_TASK_ID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def unknown_command(name: str, known: Sequence[str]) -> UsageError:
    """The error of a command that does not exist."""
    if _TASK_ID.fullmatch(name):
        return UsageError(f"{name} is a task ID, not a command", hint=f"gtask get {name}")
    return _unknown("command", name, nearest_command(name, known), "gtask")


def unknown_option(name: str, known: Sequence[str], context: typer.Context) -> UsageError:
    """The error of an option that the command of this context does not have."""
    return _unknown("option", name, nearest_option(name, known), context.command_path)


def misplaced_option(name: str, owners: Sequence[str]) -> UsageError:
    """The error of a command's option that stands before the command."""
    return UsageError(
        f"{name} belongs after the command",
        hint=f"gtask {owners[0]} {name} …  ({name} is known to {', '.join(owners)})",
    )


def nearest_command(typed: str, known: Sequence[str]) -> str | None:
    """The command that was probably meant."""
    elsewhere = _COMMANDS_ELSEWHERE.get(typed.lower())
    if elsewhere in known or elsewhere == "--version":
        return elsewhere
    return _nearest(typed.lower(), known)


def nearest_option(typed: str, known: Sequence[str]) -> str | None:
    """The option that was probably meant."""
    elsewhere = _OPTIONS_ELSEWHERE.get(typed)
    if elsewhere in known:
        return elsewhere
    if len(typed) == 2:  # a single letter resembles every other
        return next((option for option in known if option == typed.swapcase()), None)
    names = [option.removeprefix("--") for option in known if option.startswith("--")]
    nearest = _nearest(typed.lower().removeprefix("--"), names)
    return None if nearest is None else f"--{nearest}"


def _nearest(typed: str, known: Sequence[str]) -> str | None:
    longer = [word for word in known if len(typed) > 2 and word.startswith(typed)]
    return next(iter(longer or get_close_matches(typed, known, n=1, cutoff=_NEAR)), None)


def _unknown(kind: str, name: str, nearest: str | None, path: str) -> UsageError:
    hint = f"did you mean {nearest}? See {path} --help" if nearest else f"see {path} --help"
    return UsageError(f"there is no {kind} {name!r}", hint=hint)
