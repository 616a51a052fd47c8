"""Options and arguments that commands share, with the checks that belong to them.

What several commands have in common is a group: a command takes `filters: Filters`, and `flattened`
makes its fields the command's options.
"""

import inspect
import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.times import parse_duration

if TYPE_CHECKING:
    from gcore_tasks_cli.operations.wait import WaitOptions
    from gcore_tasks_cli.output.outcome import Resume
    from gcore_tasks_cli.output.printers import Printer
    from gcore_tasks_cli.output.streams import Streams
    from gcore_tasks_cli.tasks.query import TaskQuery

    MakePrinter = Callable[[Streams, Mapping[str, str]], Printer]

SHORTEST_INTERVAL_SECONDS = 0.1
DEFAULT_TIMEOUT_SECONDS = 7200.0
DEFAULT_HEARTBEAT_SECONDS = 60.0
# `--progress` and `--color`, the default first.
PROGRESS = ("auto", "live", "plain", "none")
COLOR = ("auto", "always", "never")


class Seconds(float):
    """A duration in seconds that remembers how the user wrote it."""

    text = ""


def option(declaration: str, text: str, **settings: Any) -> Any:
    """An option declared as help shows it: `-t, --timeout DURATION`, and its text."""
    words = declaration.replace(",", "").split()
    names = [word for word in words if word.startswith("-")]
    metavar = " ".join(words[len(names) :]) or None
    return typer.Option(*names, metavar=metavar, help=text, **settings)


def duration(declaration: str, text: str, *, least: float = 0.0, **settings: Any) -> Any:
    """An option whose value is a duration: text is parsed to `Seconds`, not fewer than `least`."""
    name = declaration.split()[-2]

    def parse(given: object) -> float:
        try:
            seconds = parse_duration(str(given))  # the parser has defaults read as well
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint=name) from None
        if seconds < least:
            raise typer.BadParameter(f"the shortest interval is {least} s", param_hint=name)
        found = Seconds(seconds)
        found.text = str(given)
        return found

    return option(declaration, text, parser=parse, **settings)


def _one_of(known: tuple[str, ...], value: str, name: str) -> str:
    """The value in lower case.

    Raises:
        UsageError: if it is not one of those known.
    """
    if value.lower() not in known:
        raise UsageError(f"{name} is one of {', '.join(known)}, not {value.lower()[:50]!r}")
    return value.lower()


def progress_mode(choice: str | None, env: Mapping[str, str]) -> str:
    """How progress is shown, by `--progress` or `GTASK_PROGRESS`.

    Raises:
        UsageError: if it is no such way.
    """
    default = env.get("GTASK_PROGRESS", "").strip() or PROGRESS[0]
    return _one_of(PROGRESS, choice or default, "--progress" if choice else "GTASK_PROGRESS")


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
    mode = _one_of(COLOR, choice or COLOR[0], "--color")
    if mode != COLOR[0]:
        context.color = mode == "always"
        chosen, other = (
            ("FORCE_COLOR", "NO_COLOR") if context.color else ("NO_COLOR", "FORCE_COLOR")
        )
        os.environ[chosen] = "1"
        os.environ.pop(other, None)


Many = list[str] | None
_TASK_IDS = typer.Argument(
    metavar="ID...",
    help="Task IDs. With '-': from standard input, as words or as JSON such as the API's "
    '{"tasks": [...]}.',
)
_JSON = option("-j, --json", "Print JSON, one document a task, as the API sent it.")
_VERBOSE = option("-v, --verbose", "Log every request to standard error (never the key).")
_PROJECT = option(
    "-p, --project ID", "Project, or 'all'; repeatable. [env: GCORE_CLOUD_PROJECT_ID]"
)
_REGION = option("-r, --region ID", "Region, or 'all'; repeatable. [env: GCORE_CLOUD_REGION_ID]")
TaskIds = Annotated[list[str], _TASK_IDS]
OptionalTaskIds = Annotated[Many, _TASK_IDS]
Json = Annotated[bool, _JSON]
Verbose = Annotated[bool, _VERBOSE]
Projects = Annotated[Many, _PROJECT]
Regions = Annotated[Many, _REGION]


class Group:
    """Options that belong together: as a class their declarations, as an object their values.

    A flag that is not given is False, everything else None.
    """

    def __init__(self, **values: Any) -> None:
        for name in self.__annotations__:
            setattr(self, name, values.get(name))

    @classmethod
    def parameters(cls) -> dict[str, inspect.Parameter]:
        """The options as Typer reads them, by name."""
        return {
            name: inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                annotation=Annotated[kind, getattr(cls, name)],
                default=False if kind is bool else None,
            )
            for name, kind in cls.__annotations__.items()
        }


class _Color(Group):
    """Every command has it, and none is handed it."""

    color: str | None = option(
        "--color WHEN",
        f"{', '.join(COLOR)}. Takes precedence over NO_COLOR and FORCE_COLOR.",
        callback=_use_color,
        expose_value=False,
        is_eager=True,  # help has colours too
    )


class Form(Group):
    """The options that say in which form tasks are printed."""

    json: bool = _JSON
    fields: str | None = option(
        "--fields LIST", "Print these fields, tab-separated, a line a task: id,state,data.name."
    )

    def printer(self, text: "MakePrinter", **others: "MakePrinter | None") -> "MakePrinter":
        """What makes the printer: of this form, of an option that is in `others`, or of `text`.

        Raises:
            UsageError: for two forms at once, or an empty name of a field.
        """
        chosen = {f"--{name}": make for name, make in others.items() if make is not None}
        if self.json:
            from gcore_tasks_cli.output.printers import JsonPrinter

            chosen["--json"] = JsonPrinter
        if self.fields is not None:
            from gcore_tasks_cli.output.printers import FieldsPrinter, parse_fields

            chosen["--fields"] = partial(FieldsPrinter, paths=parse_fields(self.fields))
        if len(chosen) > 1:
            raise UsageError(f"{' and '.join(chosen)} exclude each other: choose one")
        return next(iter(chosen.values()), text)


class Filters(Group):
    """The options that choose tasks."""

    type: Many = option(
        "-T, --type TYPE", "Type, prefix (create_) or pattern ('*_volume'); repeatable."
    )
    project: Many = _PROJECT
    region: Many = _REGION
    user: Many = option("--user ID", "Started by this user; repeatable.")
    resource: Many = option(
        "--resource ID", "Created this resource or is about it; give its full ID; repeatable."
    )
    since: str | None = option(
        "--since TIME",
        "Created since: 2h or 3d (that long ago), 2026-11-01, 2026-11-01T10:00 (UTC).",
    )
    until: str | None = option("--until TIME", "Created until then; a date includes its day.")
    acknowledged: bool | None = option(
        "--acknowledged/--unacknowledged", "Only acknowledged tasks, or only the others."
    )

    def words(self) -> tuple[str, ...]:
        """The options as given; none if nothing is chosen."""
        return given(**vars(self), unacknowledged=self.acknowledged is False)

    def query(self, states: tuple[str, ...] = (), *, newest_first: bool = True) -> "TaskQuery":
        """What they come to; the default project and region are those in the variables.

        Raises:
            UsageError: for an option that makes no sense.
        """
        from datetime import UTC, datetime

        from gcore_tasks_cli.settings.settings import variable
        from gcore_tasks_cli.tasks import query

        since, until = query.parse_span(self.since, self.until, datetime.now(UTC))
        project = variable(os.environ, "GCORE_CLOUD_PROJECT_ID")
        region = variable(os.environ, "GCORE_CLOUD_REGION_ID")
        return query.TaskQuery(
            states=states,
            types=query.parse_types(self.type or ()),
            projects=query.scope(self.project or (), "project", project),
            regions=query.scope(self.region or (), "region", region),
            users=query.parse_numbers(self.user or (), "user"),
            resources=query.parse_resources(self.resource or ()),
            since=since,
            until=until,
            acknowledged=self.acknowledged,
            newest_first=newest_first,
        )


class Waiting(Group):
    """The options of a wait."""

    timeout: float | None = duration(
        "-t, --timeout DURATION",
        "Stop after this long: 90, 90s, 10m, 1h30m; 0 checks once. [default: 2h]",
    )
    interval: float | None = duration(
        "-i, --interval SECONDS",
        "Check each task exactly this often (at least 0.1). [default: by age and task type]",
        least=SHORTEST_INTERVAL_SECONDS,
    )
    fail_fast: bool = option("--fail-fast", "Stop at the first task that fails.")
    any: bool = option("--any", "Stop at the first task that ends.")
    quiet: bool = option("-q, --quiet", "Errors only.")
    progress: str | None = option(
        "--progress WHEN",
        f"{', '.join(PROGRESS)}. auto: live at a terminal, unless CI is set. [env: GTASK_PROGRESS]",
    )
    heartbeat: float | None = duration(
        "--heartbeat DURATION",
        "In logs: a line after this much silence; 0: never. [default: 60s]",
    )
    verbose: bool = _VERBOSE
    no_ci: bool = option(
        "--no-ci", "In GitHub Actions: no annotations, job summary or step outputs."
    )

    def words(self) -> tuple[str, ...]:
        """What of it a command that goes on with the wait should have."""
        return given(**vars(self) | {"timeout": self.timeout or None})

    def options(self, resume: "Resume") -> "WaitOptions":
        """How to wait.

        Raises:
            UsageError: if progress cannot be shown in that way.
        """
        from gcore_tasks_cli.operations.wait import WaitOptions
        from gcore_tasks_cli.polling.goal import Goal

        heartbeat = DEFAULT_HEARTBEAT_SECONDS if self.heartbeat is None else self.heartbeat
        return WaitOptions(
            Goal(self.fail_fast, self.any),
            resume,
            interval=self.interval,
            heartbeat_seconds=heartbeat,
            quiet=self.quiet,
            progress=progress_mode(self.progress, os.environ),
            no_ci=self.no_ci,
        )


def flattened(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as Typer can read it: a group is replaced by its options; `--color` is added."""
    groups: dict[str, type[Group]] = {}
    parameters: dict[str, inspect.Parameter] = {}
    for each in inspect.signature(function).parameters.values():
        if isinstance(each.annotation, type) and issubclass(each.annotation, Group):
            groups[each.name] = each.annotation
            parameters |= each.annotation.parameters()
        else:
            parameters[each.name] = each.replace(kind=each.KEYWORD_ONLY)
    parameters |= _Color.parameters()

    def run(color: None = None, **values: Any) -> Any:
        del color  # its callback has done all there is to do
        for name, group in groups.items():
            values[name] = group(**{option: values.pop(option) for option in group.__annotations__})
        return function(**values)

    run.__doc__ = function.__doc__
    run.__annotations__ = {name: each.annotation for name, each in parameters.items()}
    run.__signature__ = inspect.Signature(list(parameters.values()))  # type: ignore[attr-defined]
    return run
