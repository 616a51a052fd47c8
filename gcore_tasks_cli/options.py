"""Options and arguments that commands share, with the checks that belong to them."""

import os
from collections.abc import Callable, Mapping
from typing import Annotated

import typer

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.times import parse_duration

SHORTEST_INTERVAL_SECONDS = 0.1
DEFAULT_TIMEOUT_SECONDS = 7200.0
DEFAULT_HEARTBEAT_SECONDS = 60.0
# `--progress` and `--color`, the default first.
PROGRESS = ("auto", "live", "plain", "none")
COLOR = ("auto", "always", "never")


class Seconds(float):
    """A duration in seconds that remembers how the user wrote it."""

    text = ""


def _duration(option: str, least: float = 0.0) -> Callable[[object], float]:
    """The parser of this option's durations: text in, seconds out.

    Raises:
        typer.BadParameter: when the parser is called, for no duration or one below the least.
    """

    def parse(given: object) -> float:
        try:
            seconds = parse_duration(str(given))  # the parser has defaults read as well
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint=option) from None
        if seconds < least:
            raise typer.BadParameter(f"the shortest interval is {least} s", param_hint=option)
        found = Seconds(seconds)
        found.text = str(given)
        return found

    return parse


def progress_mode(option: str | None, env: Mapping[str, str]) -> str:
    """How progress is shown, by `--progress` or `GTASK_PROGRESS`.

    Raises:
        UsageError: if it is no such way.
    """
    mode = (option or env.get("GTASK_PROGRESS", "").strip() or PROGRESS[0]).lower()
    if mode not in PROGRESS:
        name = "--progress" if option else "GTASK_PROGRESS"
        raise UsageError(f"{name} is one of {', '.join(PROGRESS)}, not {mode[:50]!r}")
    return mode


def given(**options: object) -> tuple[str, ...]:
    """The words of the options that were given: `fail_fast` is --fail-fast.

    A flag that is set is one word, any other value two; a list is the option once for each.
    """
    words: list[str] = []
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        for each in value if isinstance(value, list) else [value]:
            if each is True:
                words.append(option)
            elif each is not None and each is not False:
                words += [option, each.text if isinstance(each, Seconds) else str(each)]
    return tuple(words)


def _use_color(context: typer.Context, choice: str | None) -> None:
    """Sets the variables that all output goes by, as `--color` says."""
    mode = (choice or COLOR[0]).lower()
    if mode not in COLOR:
        raise UsageError(f"--color is one of {', '.join(COLOR)}, not {mode[:50]!r}")
    if mode != COLOR[0]:
        context.color = mode == "always"
        chosen, other = (
            ("FORCE_COLOR", "NO_COLOR") if context.color else ("NO_COLOR", "FORCE_COLOR")
        )
        os.environ[chosen] = "1"
        os.environ.pop(other, None)


_TASK_IDS = typer.Argument(
    metavar="ID...",
    help="Task IDs. With '-': from standard input, as words or as JSON such as the API's "
    '{"tasks": [...]}.',
)
TaskIds = Annotated[list[str], _TASK_IDS]
OptionalTaskIds = Annotated[list[str] | None, _TASK_IDS]
Json = Annotated[
    bool, typer.Option("--json", "-j", help="Print JSON, one document a task, as the API sent it.")
]
Timeout = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        "-t",
        metavar="DURATION",
        parser=_duration("--timeout"),
        help="Stop after this long: 90, 90s, 10m, 1h30m; 0 checks once. [default: 2h]",
    ),
]
Interval = Annotated[
    float | None,
    typer.Option(
        "--interval",
        "-i",
        metavar="SECONDS",
        parser=_duration("--interval", SHORTEST_INTERVAL_SECONDS),
        help="Check each task exactly this often (at least 0.1). [default: by age and task type]",
    ),
]
FailFast = Annotated[bool, typer.Option("--fail-fast", help="Stop at the first task that fails.")]
AnyOne = Annotated[bool, typer.Option("--any", help="Stop at the first task that ends.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Errors only.")]
Follow = Annotated[
    bool,
    typer.Option(
        "--follow",
        "-f",
        help="Without IDs: go on with tasks that are started later, until Ctrl-C or --timeout, "
        "which then has no default.",
    ),
]
Active = Annotated[
    bool,
    typer.Option(
        "--active",
        "-a",
        help="Without IDs: every task that is active now. In scripts, give this or a filter.",
    ),
]
Appear = Annotated[
    float | None,
    typer.Option(
        "--appear",
        metavar="DURATION",
        parser=_duration("--appear"),
        help="Without IDs: wait up to this long for something to start, then for all that matches; "
        "tasks already running are included.",
    ),
]
Fields = Annotated[
    str | None,
    typer.Option(
        "--fields",
        metavar="LIST",
        help="Print these fields, tab-separated, a line a task: id,state,data.name.",
    ),
]
Progress = Annotated[
    str | None,
    typer.Option(
        "--progress",
        metavar="WHEN",
        help=f"{', '.join(PROGRESS)}. auto: live at a terminal, unless CI is set. "
        "[env: GTASK_PROGRESS]",
    ),
]
Events = Annotated[
    bool, typer.Option("--events", help="Print a JSON line at each change and at each end.")
]
Heartbeat = Annotated[
    float,
    typer.Option(
        "--heartbeat",
        metavar="DURATION",
        parser=_duration("--heartbeat"),
        show_default=False,
        help="In logs: a line after this much silence; 0: never. [default: 60s]",
    ),
]
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose",
        "-v",
        help="Log every request to standard error (never the key).",
    ),
]
NoCi = Annotated[
    bool,
    typer.Option("--no-ci", help="In GitHub Actions: no annotations, job summary or step outputs."),
]
# Every command has it, and none is handed it.
Color = Annotated[
    str | None,
    typer.Option(
        "--color",
        metavar="WHEN",
        callback=_use_color,
        expose_value=False,
        is_eager=True,  # help has colours too
        help=f"{', '.join(COLOR)}. Takes precedence over NO_COLOR and FORCE_COLOR.",
    ),
]
