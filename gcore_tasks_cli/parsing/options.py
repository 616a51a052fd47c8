"""Options and arguments that commands share, with the checks that belong to them."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.times import parse_duration

if TYPE_CHECKING:
    from gcore_tasks_cli.operations.wait import WaitOptions
    from gcore_tasks_cli.polling.goal import Goal

SHORTEST_INTERVAL_SECONDS = 0.1
DEFAULT_TIMEOUT = "2h"
DEFAULT_HEARTBEAT = "60s"
# `--progress`, the default first.
PROGRESS = ("auto", "live", "plain", "none")


def interval_seconds(text: str | None) -> float | None:
    """`--interval` in seconds; None where gtask chooses the pace.

    Raises:
        typer.BadParameter: if it is no duration, or too short.
    """
    if text is None:
        return None
    seconds = duration_seconds(text, "--interval")
    if seconds < SHORTEST_INTERVAL_SECONDS:
        raise typer.BadParameter(
            f"the shortest interval is {SHORTEST_INTERVAL_SECONDS} s", param_hint="--interval"
        )
    return seconds


def duration_seconds(text: str, option: str) -> float:
    """What was given to the option, in seconds.

    Raises:
        typer.BadParameter: if it is no duration.
    """
    try:
        return parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def wait_options(
    goal: "Goal",
    *,
    interval: str | None,
    heartbeat: str,
    quiet: bool,
    progress: str | None,
    resume: tuple[str, ...] | None,
) -> "WaitOptions":
    """How to wait; `resume` is the command and the options that go on with the wait.

    Raises:
        typer.BadParameter: for an option that makes no sense.
    """
    from gcore_tasks_cli.operations.wait import WaitOptions

    return WaitOptions(
        goal,
        interval_seconds(interval),
        duration_seconds(heartbeat, "--heartbeat"),
        quiet,
        resume,
        progress_mode(progress, os.environ),
    )


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


def given(**flags: bool) -> list[str]:
    """The options of these flags that are set, as they are written: `fail_fast` is --fail-fast."""
    return [f"--{name.replace('_', '-')}" for name, is_set in flags.items() if is_set]


_TASK_IDS = typer.Argument(
    metavar="ID...",
    help="Task IDs. '-' reads them from standard input: words, or JSON such as the API's "
    '{"tasks": [...]}.',
)
TaskIds = Annotated[list[str], _TASK_IDS]
OptionalTaskIds = Annotated[list[str] | None, _TASK_IDS]
Json = Annotated[
    bool, typer.Option("--json", "-j", help="Print JSON, one document a task, as the API sent it.")
]
Timeout = Annotated[
    str | None,
    typer.Option(
        "--timeout",
        "-t",
        metavar="DURATION",
        help="Stop after this long: 90, 90s, 10m, 1h30m. 0 checks once. "
        f"Default: {DEFAULT_TIMEOUT}.",
    ),
]
Interval = Annotated[
    str | None,
    typer.Option(
        "--interval",
        "-i",
        metavar="SECONDS",
        help="Check each task this often (at least 0.1). Without it gtask chooses.",
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
        "--follow",
        "-f",
        help="Without IDs: go on with tasks that are started later, until Ctrl-C or --timeout.",
    ),
]
Active = Annotated[
    bool,
    typer.Option(
        "--active",
        "-a",
        help="Without IDs: every task that is active now. Needed where standard input is no "
        "terminal, unless another option chooses tasks.",
    ),
]
Appear = Annotated[
    str | None,
    typer.Option(
        "--appear",
        metavar="DURATION",
        help="Without IDs: wait so long for a first task, then for all that were found.",
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
        help="auto, live, plain or none. auto: live at a terminal, unless CI is set. "
        "Default: GTASK_PROGRESS, else auto.",
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
        help="In logs: print a line after this much silence. 0: never.",
    ),
]
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose",
        "-v",
        help="Log every request to standard error: URL, status, time, request ID, retries. "
        "Never the key: safe to hand to support.",
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="Use this profile of gcore-cli's configuration file. Variables are used before it.",
    ),
]
NoCi = Annotated[
    bool,
    typer.Option(
        "--no-ci",
        help="In GitHub Actions: no annotations, no job summary, no step outputs.",
    ),
]
