"""gtask's commands, options and values as plain data, read from the Typer app.

Whatever commands the app has are taken: nothing here names one, save the table of values below.
"""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from gcore_tasks_cli.cli import GROUPS, app
from gcore_tasks_cli.commands.completion import SCRIPTS
from gcore_tasks_cli.help import TOPICS, parts_of_help, usage
from gcore_tasks_cli.options import COLOR, PROGRESS
from gcore_tasks_cli.sandbox.tasks import RESOURCE_TYPES
from gcore_tasks_cli.tasks.query import STATES
from gcore_tasks_cli.typer_forms import parameters_of

TASK_TYPES = Path(__file__).with_name("task_types.txt").read_text(encoding="ascii").split()


class Kind(Enum):
    """What completes in a place."""

    NOTHING = "nothing"  # a duration, a number: there is nothing to offer
    WORDS = "words"
    FILES = "files"
    FOLDERS = "folders"
    TASK_IDS = "task IDs"
    COMMAND_LINE = "command line"


@dataclass(frozen=True)
class Values:
    """What completes after an option, or as an argument."""

    kind: Kind = Kind.NOTHING
    words: tuple[str, ...] = ()
    is_list: bool = False


@dataclass(frozen=True)
class Option:
    """An option: its names (the short one first, where there is one) and what it takes."""

    names: tuple[str, ...]
    help: str
    metavar: str | None = None
    values: Values | None = None  # None: it takes no value
    is_repeatable: bool = False
    default: str | None = None

    @property
    def summary(self) -> str:
        """The first sentence of its help, as short as a menu needs it."""
        return _first_sentence(self.help)


@dataclass(frozen=True)
class Command:
    """A command; `arguments` is what completes in the places after it."""

    name: str
    summary: str
    opening: str
    closing: str
    examples: tuple[str, ...]
    options: tuple[Option, ...]
    arguments: Values
    usage: str
    argument_help: str


@dataclass(frozen=True)
class Interface:
    """All that a shell, or a manual page, has to know."""

    summary: str
    examples: tuple[str, ...]
    options: tuple[Option, ...]
    commands: tuple[Command, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]


def read_interface() -> Interface:
    """The interface of the app as it is now."""
    gtask = typer.main.get_command(app)
    if not isinstance(gtask, TyperGroup):
        raise TypeError("gtask is no group of commands")
    context = typer.Context(gtask, info_name="gtask", **gtask.context_settings)
    names = gtask.list_commands(context)
    help_words = (*names, *TOPICS)
    commands = []
    for name in names:
        found = gtask.get_command(context, name)
        if not isinstance(found, TyperCommand):
            raise TypeError(f"{name} is no command")
        commands.append(_command(found, context, help_words))
    return Interface(
        summary=parts_of_help(gtask.help or "")[0],
        examples=tuple(examples_in(gtask.help or "")),
        options=_options(gtask, context, "gtask"),
        commands=tuple(commands),
        groups=tuple((heading, tuple(members)) for heading, members in GROUPS.items()),
    )


def examples_in(text: str) -> list[str]:
    """The command lines under `Examples:` in a docstring."""
    _, _, block = text.partition("Examples:\n")
    return [line.strip() for line in block.split("\n\n")[0].splitlines() if line.strip()]


def _command(command: TyperCommand, parent: typer.Context, help_words: tuple[str, ...]) -> Command:
    name = command.name or ""
    context = typer.Context(command, parent=parent, info_name=name, **command.context_settings)
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    opening, closing = parts_of_help(command.help or "")
    return Command(
        name=name,
        summary=command.get_short_help_str(200),
        opening=opening,
        closing=closing.partition("\b\nExamples:\n")[0].replace("\b\n", "").strip(),
        examples=tuple(examples_in(command.help or "")),
        options=_options(command, context, name),
        arguments=_values(arguments[0], name, help_words) if arguments else Values(),
        usage=usage(parameters_of(command, context)),
        argument_help=getattr(arguments[0], "help", "") or "" if arguments else "",
    )


def _options(command: Any, context: typer.Context, name: str) -> tuple[Option, ...]:
    options: list[Option] = []
    for parameter in command.get_params(context):
        if parameter.param_type_name != "option" or parameter.hidden:
            continue
        takes_value = not parameter.is_flag and not parameter.count
        default = parameter.default if takes_value and parameter.show_default else None
        # --this/--not-this are two to choose from, not two names of one.
        options.extend(
            Option(
                names=tuple(sorted(names, key=lambda name: (len(name), name))),
                help=parameter.help or "",
                metavar=parameter.make_metavar(ctx=context) if takes_value else None,
                values=_values(parameter, name) if takes_value else None,
                is_repeatable=bool(parameter.multiple or parameter.count),
                default=str(default) if default else None,
            )
            for names in (parameter.opts, parameter.secondary_opts)
            if names
        )
    return tuple(options)


# What the words of a metavar are. TYPE is a task's or a resource's, by the command.
_WORDS = {
    "STATE": STATES,
    "SHELL": tuple(SCRIPTS),
    "TYPE": tuple(TASK_TYPES),
    "ORDER": ("asc", "desc"),
}
_WORDS_OF_OPTIONS = {"--color": COLOR, "--progress": PROGRESS}


def _values(parameter: Any, command: str, help_words: tuple[str, ...] = ()) -> Values:
    """What completes there, by the choices or the metavar of the parameter."""
    metavar = (parameter.metavar or "").strip("[]").rstrip(".")
    is_list = parameter.nargs != 1
    if choices := getattr(parameter.type, "choices", None):
        return Values(Kind.WORDS, tuple(str(getattr(c, "value", c)) for c in choices), is_list)
    if metavar == "TOPIC":
        return Values(Kind.WORDS, help_words)
    if metavar == "TYPE" and command == "resources":
        return Values(Kind.WORDS, RESOURCE_TYPES)
    for name, words in _WORDS_OF_OPTIONS.items():
        if name in parameter.opts:
            return Values(Kind.WORDS, words)
    if metavar in _WORDS:
        return Values(Kind.WORDS, tuple(map(str, _WORDS[metavar])), is_list)
    # After an option it is the number of a project, a region or a user.
    if metavar == "ID" and parameter.param_type_name == "argument":
        return Values(Kind.TASK_IDS, is_list=is_list)
    if metavar in ("FILE", "PATH"):
        return Values(Kind.FILES, is_list=is_list)
    if metavar in ("DIR", "FOLDER", "DIRECTORY"):
        return Values(Kind.FOLDERS, is_list=is_list)
    if metavar.startswith("-- "):
        return Values(Kind.COMMAND_LINE, is_list=True)
    return Values()


def _first_sentence(text: str) -> str:
    flat = " ".join(text.split())
    head, dot, _ = flat.partition(". ")
    return (head if dot else flat).rstrip(".")
