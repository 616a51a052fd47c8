"""Options and arguments that commands share, with the checks that belong to them."""

from typing import Annotated

import typer

from gcore_tasks_cli.times import parse_duration

SHORTEST_INTERVAL_SECONDS = 0.1
DEFAULT_TIMEOUT = "2h"
DEFAULT_HEARTBEAT = "60s"


def _timeout(text: str) -> float:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _interval(value: str | None) -> float | None:
    if value is None:
        return None
    seconds = _timeout(value)
    if seconds < SHORTEST_INTERVAL_SECONDS:
        raise typer.BadParameter(f"the shortest interval is {SHORTEST_INTERVAL_SECONDS} s")
    return seconds


def interval_seconds(text: str | None) -> float | None:
    """`--interval` in seconds; None where gtask chooses the pace.

    Raises:
        typer.BadParameter: if it is no duration, or too short.
    """
    return _interval(text)


def duration_seconds(text: str) -> float:
    """`--timeout` or `--heartbeat` in seconds.

    Raises:
        typer.BadParameter: if it is no duration.
    """
    return _timeout(text)


_TASK_IDS = typer.Argument(
    metavar="ID...",
    help="Task IDs. '-' reads them from standard input: words, or JSON such as the API's "
    '{"tasks": [...]}.',
    show_default=False,
)
TaskIds = Annotated[list[str], _TASK_IDS]
OptionalTaskIds = Annotated[list[str] | None, _TASK_IDS]
Json = Annotated[
    bool, typer.Option("--json", "-j", help="Print JSON, one document a task, as the API sent it.")
]
Timeout = Annotated[
    str,
    typer.Option(
        "--timeout",
        "-t",
        metavar="DURATION",
        help="Give up after this long: 90, 90s, 10m, 2h. 0 checks once.",
    ),
]
Interval = Annotated[
    str | None,
    typer.Option(
        "--interval",
        "-i",
        metavar="SECONDS",
        help="Check each task this often (at least 0.1). Without it gtask chooses.",
        show_default=False,
    ),
]
FailFast = Annotated[
    bool, typer.Option("--fail-fast", help="Stop waiting at the first task that ends in ERROR.")
]
AnyOne = Annotated[bool, typer.Option("--any", help="Stop waiting at the first task that ends.")]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="No progress and no summary; errors only.")
]
Follow = Annotated[
    bool,
    typer.Option(
        "--follow", "-f", help="Without IDs: go on with tasks that are started later, until Ctrl-C."
    ),
]
Events = Annotated[
    bool,
    typer.Option(
        "--events",
        help="Print a JSON line at each change and at each end, for programs that follow.",
    ),
]
Heartbeat = Annotated[
    str,
    typer.Option(
        "--heartbeat",
        metavar="DURATION",
        help="Without a terminal: give a sign of life after this much silence. 0 for none.",
    ),
]
