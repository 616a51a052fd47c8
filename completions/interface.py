"""gtask's commands, options and values as plain data, read from the Typer app.

From `table` the completion scripts are made, from `read_interface` the manual page as well.
"""

from pathlib import Path
from typing import NamedTuple, cast

import typer

from gcore_tasks_cli.cli import app
from gcore_tasks_cli.commands.completion import SCRIPTS
from gcore_tasks_cli.options import COLOR, PROGRESS
from gcore_tasks_cli.pages import TOPICS
from gcore_tasks_cli.sandbox.world import RESOURCE_TYPES
from gcore_tasks_cli.tasks.query import STATES
from gcore_tasks_cli.typer_forms import Parameter, TyperCommand, TyperGroup, parameters_of

TASK_TYPES = Path(__file__).with_name("task_types.txt").read_text(encoding="ascii").split()


class Command(NamedTuple):
    """A command, or gtask itself, which is the first of all."""

    name: str
    help: str
    parameters: list[Parameter]

    @property
    def summary(self) -> str:
        """What it does, in one line."""
        return self.help.partition("\n")[0]


def read_interface() -> list[Command]:
    """gtask itself and each of its commands."""
    gtask = cast("TyperGroup", typer.main.get_command(app))
    whole = typer.Context(gtask, info_name="gtask", **gtask.context_settings)
    commands = [Command("gtask", gtask.help or "", parameters_of(gtask, whole))]
    for name in gtask.list_commands(whole):
        command = cast("TyperCommand", gtask.get_command(whole, name))
        context = typer.Context(command, whole, info_name=name, **command.context_settings)
        commands.append(Command(name, command.help or "", parameters_of(command, context)))
    return commands


def examples_in(text: str) -> list[str]:
    """The command lines under `Examples:` in a docstring."""
    _, _, block = text.partition("Examples:\n")
    return [line.strip() for line in block.split("\n\n")[0].splitlines() if line.strip()]


def table(interface: list[Command]) -> list[str]:
    """What the completion scripts go by, in rows of `COMMAND NAMES VALUES TEXT`.

    - of an option: `watch -t,--timeout DURATION Stop after this long`; with a star before its names
      it may be repeated; `-` stands for the values of one that takes none
    - of an argument: the name is `.` for a single one and `...` for all that follow
    - of values that are known: `values STATE - NEW RUNNING FINISHED ERROR`
    - of a command: `commands watch - Wait until every task is FINISHED or ERROR`

    Of the other values, TASK stands for the tasks seen lately, FILE for files and COMMAND for a
    command line; nothing is known of the rest.
    """
    _, *commands = interface
    names = [command.name for command in commands]
    words = {
        "STATE": STATES,
        "TYPE": TASK_TYPES,
        "RESOURCE": RESOURCE_TYPES,
        "ORDER": ("desc", "asc"),
        "PROGRESS": PROGRESS,
        "COLOR": COLOR,
        "SHELL": SCRIPTS,
        "TOPIC": dict.fromkeys((*names, *TOPICS)),
    }
    return [
        *(f"commands {command.name} - {command.summary}" for command in commands),
        *(f"values {name} - {' '.join(map(str, known))}" for name, known in words.items()),
        *(
            row
            for command in interface
            for each in command.parameters
            for row in _rows(command, each)
        ),
    ]


def _rows(command: Command, parameter: Parameter) -> list[str]:
    text = parameter.help.partition(". ")[0].removesuffix(".").partition(" [")[0]
    values = _values(command, parameter) or "-"
    star = "*" if parameter.is_repeatable else ""
    if not parameter.names:
        return [f"{command.name} {'...' if star else '.'} {values} {text}"]
    # --this/--not-this are two to choose from, not two names of one.
    alternatives = [names for names in (parameter.names, parameter.opposites) if names]
    return [f"{command.name} {star}{','.join(names)} {values} {text}" for names in alternatives]


def _values(command: Command, parameter: Parameter) -> str:
    """What stands for the values in the table: the metavar, where it says enough."""
    metavar = parameter.metavar
    if metavar == "ID...":
        return "TASK"
    if metavar == "WHEN":
        return parameter.names[-1].removeprefix("--").upper()
    if metavar == "TYPE" and command.name == "resources":
        return "RESOURCE"
    return "COMMAND" if metavar.startswith("[-- ") else metavar
