"""Words of a command line → a command with its options, and what was probably meant otherwise.

The only module that knows Typer, in any release from 0.27, the lowest that gtask may be installed
with, to 0.29, the newest. Before 0.26 the parser was another package, click.
"""

import inspect
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Annotated, Any

import typer
from typer._click.exceptions import BadOptionUsage, NoSuchOption

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.options import TASK_IDS, Command, Option

# What other tools call it. Suggested only where the word on the right exists.
_ELSEWHERE = {
    **dict.fromkeys(("wait", "poll", "follow"), "watch"),
    **dict.fromkeys(("show", "view", "describe", "status"), "get"),
    **dict.fromkeys(("ls", "search", "find"), "list"),
    "acknowledge": "ack",
    "created": "resources",
    "mock": "sandbox",
    "man": "help",
    "version": "--version",
    **dict.fromkeys(("--output", "--format", "-o"), "--json"),
    **dict.fromkeys(("--silent", "-s"), "--quiet"),
    **dict.fromkeys(("--max-time", "-m"), "--timeout"),
    **dict.fromkeys(("--polling-timeout-seconds", "--wait-seconds"), "--timeout"),
    "--polling-interval-seconds": "--interval",
    "--follow": "--wait",
    "--kind": "--type",
    "--sort": "--order",
    "--no-color": "--color",
    "--wait": "--appear",
}
# Options that gtask does not have, and what to do instead.
_INSTEAD = {
    "--profile": "gtask no longer reads a configuration file, but variables: "
    "gtask help environment",
    **dict.fromkeys(
        ("--api-key", "--apikey", "--key", "--token"),
        "other users can read a command line; set GCORE_API_KEY: gtask help environment",
    ),
}
# Words must be more alike than `--no-color` and `--no-ci`, which mean different things.
_NEAR = 0.65
# Names of fields, and no ID, which has a digit.
_FIELDS = re.compile(r"[a-z_]+(?:[.,][a-z_]+)*")


def parse(command: type[Command], words: Sequence[str]) -> Command:
    """The command with the options that these words are.

    Raises:
        UsageError: for words that it does not understand.
    """
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    # As with env and nohup, what follows the sandbox's command is that command's own.
    settings = {"allow_extra_args": True, "allow_interspersed_args": command.name() != "sandbox"}
    app.command(add_help_option=False, context_settings=settings)(_function_with(command))
    try:
        context = typer.main.get_command(app).make_context(command.name(), list(words))
    except NoSuchOption as error:
        raise _no_option(error.option_name, command) from None
    except BadOptionUsage as error:
        raise _wrong_value(error.option_name, command) from None
    if any(option in ("--json", "-j") and _FIELDS.fullmatch(w) for option, w in pairwise(words)):
        raise _wrong_value("--json", command)
    if context.args:
        raise _no_argument(context.args[0], command)
    for field, (_, declared) in command.declared().items():
        is_needed = not declared.names and not declared.metavar.startswith("[")
        if is_needed and not context.params[field] and not context.params["help"]:
            what = "task ID" if declared is TASK_IDS else declared.metavar
            raise command.not_given(what, _see(command))
    return command(**context.params)


def _function_with(command: type[Command]) -> Callable[..., None]:
    """A function whose parameters are the command's options, as Typer reads them."""

    def function(**_values: Any) -> None: ...

    def form(declared: Option) -> Any:
        return typer.Option(*declared.names) if declared.names else typer.Argument()

    parameters = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=Annotated[kind if kind is bool else kind | None, form(declared)],
            default=False if kind is bool else None,
        )
        for name, (kind, declared) in command.declared().items()
    ]
    function.__annotations__ = {each.name: each.annotation for each in parameters}
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return function


def _no_option(name: str, command: type[Command]) -> UsageError:
    hint = did_you_mean(name, _names(command)) or _see(command)
    return UsageError(f"{command.name()} has no option {name!r}", hint=hint)


def _wrong_value(name: str, command: type[Command]) -> UsageError:
    """For an option that has a value and takes none, or the other way round."""
    option = next(each for each in command.options() if name in each.names)
    if option.metavar:
        return UsageError(f"{name} needs a value: {name} {option.metavar}")
    has_fields = option.names[-1] == "--json" and "--fields" in _names(command)
    hint = "for chosen fields: --fields id,state" if has_fields else _see(command)
    return UsageError(f"{name} takes no value", hint=hint)


def _no_argument(word: str, command: type[Command]) -> UsageError:
    if re.search(r"\d", word):
        return UsageError(f"{command.name()} takes no task ID: {word!r}", hint=f"gtask get {word}")
    hint = did_you_mean(f"--{word}", _names(command)) or _see(command)
    return UsageError(f"{command.name()} takes no argument {word!r}", hint=hint)


def _see(command: type[Command]) -> str:
    return f"see gtask {command.name()} --help"


def _names(command: type[Command]) -> list[str]:
    return [name for option in command.options() for name in option.names]


def unknown_command(name: str, known: Sequence[str]) -> UsageError:
    """The error of a command that does not exist."""
    name = name.partition("=")[0]  # the value may be the key
    hint = did_you_mean(name, [*known, "--version", "--help"])
    if name.startswith("-"):
        order = f"options follow the command: gtask COMMAND {name} …"
        return UsageError(f"there is no option {name!r} before the command", hint=hint or order)
    otherwise = f"gtask get {name}" if re.search(r"\d", name) else "see gtask --help"
    return UsageError(f"there is no command {name!r}", hint=hint or otherwise)


def nearest(typed: str, known: Sequence[str]) -> str | None:
    """Which of the known commands, topics or options was probably meant."""
    from difflib import get_close_matches

    if (elsewhere := _ELSEWHERE.get(typed.lower())) in known:
        return elsewhere
    if typed.startswith("-") and len(typed) == 2:  # a single letter resembles every other
        return next((option for option in known if option == typed.swapcase()), None)
    kind = "--" if typed.startswith("--") else ""
    names = [word.removeprefix(kind) for word in known if word.startswith("-") == bool(kind)]
    name = typed.lower().removeprefix(kind)
    longer = [each for each in names if len(name) > 2 and each.startswith(name)]
    found = longer or get_close_matches(name, names, n=1, cutoff=_NEAR)
    return f"{kind}{found[0]}" if found else None


def did_you_mean(typed: str, known: Sequence[str]) -> str | None:
    """A hint at what was probably meant, if anything was."""
    meant = nearest(typed, known)
    return _INSTEAD.get(typed.lower()) or (f"did you mean {meant}?" if meant else None)
