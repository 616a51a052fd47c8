"""gtask's commands, options and values as the rows that the completion scripts go by."""

from typing import NamedTuple

from gcore_tasks_cli.commands import NAMES, command_named
from gcore_tasks_cli.commands.completion import SCRIPTS
from gcore_tasks_cli.commands.list import ORDERS
from gcore_tasks_cli.options import COLOR, PROGRESS, Option
from gcore_tasks_cli.pages import TOPICS, summary
from gcore_tasks_cli.tasks.meant import RESOURCE_TYPES, task_types
from gcore_tasks_cli.tasks.query import STATES

# Of gtask itself.
GLOBAL_OPTIONS = (
    Option(("-V", "--version"), "", "Show version."),
    Option(("-h", "--help"), "", "Show this page."),
)


class Parameter(NamedTuple):
    """An option or an argument of a command, or of gtask itself."""

    command: str
    declared: Option
    is_repeatable: bool


def read_parameters() -> list[Parameter]:
    """Those of gtask itself, and of each of its commands."""
    return [
        *(Parameter("gtask", each, is_repeatable=False) for each in GLOBAL_OPTIONS),
        *(
            Parameter(name, declared, is_repeatable=kind == list[str])
            for name in NAMES
            for kind, declared in command_named(name).declared().values()
        ),
    ]


def table() -> list[str]:
    """What the completion scripts go by, in rows of `COMMAND NAMES VALUES TEXT`.

    - of an option: `watch -t,--timeout DURATION Stop after this long`; with a star before its names
      it may be repeated; `-` stands for the values of one that takes none
    - of an argument: the name is `.` for a single one and `...` for all that follow
    - of values that are known: `values STATE - NEW RUNNING FINISHED ERROR`
    - of a command: `commands watch - Wait until every task is FINISHED or ERROR`

    Of the other values, TASK stands for the IDs of recent tasks, FILE for files and COMMAND for a
    command line; for the rest there is nothing to complete.
    """
    words = {
        "STATE": STATES,
        "TYPE": task_types(),
        "RESOURCE": RESOURCE_TYPES,
        "ORDER": ORDERS,
        "PROGRESS": PROGRESS,
        "COLOR": COLOR,
        "SHELL": SCRIPTS,
        "TOPIC": dict.fromkeys((*NAMES, *TOPICS)),
    }
    return [
        *(f"commands {name} - {summary(name)}" for name in NAMES),
        *(f"values {name} - {' '.join(map(str, known))}" for name, known in words.items()),
        *map(_row, read_parameters()),
    ]


def _row(parameter: Parameter) -> str:
    names = parameter.declared.names
    text = parameter.declared.help.partition(". ")[0].removesuffix(".").partition(" [")[0]
    values = _values(parameter) or "-"
    star = "*" if parameter.is_repeatable else ""
    what = f"{star}{','.join(names)}" if names else "..." if star else "."
    return f"{parameter.command} {what} {values} {text}"


def _values(parameter: Parameter) -> str:
    """What stands for the values in the table: the metavar, where it says enough."""
    metavar = parameter.declared.metavar.strip("[]")
    if metavar == "ID...":
        return "TASK"
    if metavar == "WHEN":
        return parameter.declared.names[-1].removeprefix("--").upper()
    if metavar == "TYPE" and parameter.command == "resources":
        return "RESOURCE"
    return "COMMAND" if metavar.startswith("-- ") else metavar
