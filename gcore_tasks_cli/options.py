"""The options of commands: each is declared once, and parsed, explained and completed from there.

A command is a class whose fields are its options. Those that several commands have in common are
classes of their own, which a command inherits.
"""

import inspect
import math
import os
from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Any, NamedTuple

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.times import parse_duration

if TYPE_CHECKING:
    from gcore_tasks_cli.invocation import Invocation
    from gcore_tasks_cli.operations.wait import WaitOptions
    from gcore_tasks_cli.output.printers import Printer
    from gcore_tasks_cli.tasks.query import TaskQuery

# `--progress` and `--color`, the default first.
PROGRESS = ("auto", "live", "plain", "none")
COLOR = ("auto", "always", "never")
# The headings of help, in their order.
HEADINGS = ("Input", "When to stop", "How often to check", "Choose tasks", "Output")
INPUT, STOP, PACE, CHOICE, OUTPUT = HEADINGS
# Groups of options: a command takes one option of each.
_EXCLUSIVE = (
    ("json", "fields", "ids", "events"),
    ("acknowledged", "unacknowledged"),
    ("follow", "appear"),
    ("limit", "all"),
)


class Option(NamedTuple):
    """An option or an argument, as help shows it; its field's type says which values it takes.

    The short one of the names comes first; an argument has none. A flag has no metavar.
    """

    names: tuple[str, ...]
    metavar: str
    help: str
    heading: str = INPUT
    choices: tuple[str, ...] = ()


def option(declaration: str, text: str, heading: str = "", choices: tuple[str, ...] = ()) -> Any:
    """An option declared as help shows it: `-t, --timeout DURATION`.

    Without a heading it is shown under that of the class that declares it.
    """
    words = declaration.replace(",", "").split()
    names = tuple(word for word in words if word.startswith("-"))
    return Option(names, " ".join(words[len(names) :]), text, heading, choices)


def argument(metavar: str, text: str) -> Any:
    """An argument; a field that is a list takes all words that are left."""
    return Option((), metavar, text)


def one_of(choices: tuple[str, ...], value: str, name: str) -> str:
    """The value in lower case.

    Raises:
        UsageError: if it is not one of the choices.
    """
    if value.lower() not in choices:
        raise UsageError(f"{name} is one of {', '.join(choices)}, not {value[:50]!r}")
    return value.lower()


def seconds(name: str, text: str | None, default: float, least: float = 0.0) -> float:
    """The duration that this option has, or the default one.

    Raises:
        UsageError: if it is not a duration, or one that is too short.
    """
    if text is None:
        return default
    try:
        found = parse_duration(text)
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from None
    if found < least:
        raise UsageError(f"{name}: the shortest is {least} s, not {text}")
    return found


def progress_mode(env: Mapping[str, str]) -> str:
    """How progress is shown, by `GTASK_PROGRESS`, which `--progress` sets.

    Raises:
        UsageError: if it is no such way.
    """
    chosen = env.get("GTASK_PROGRESS", "").strip() or PROGRESS[0]
    return one_of(PROGRESS, chosen, "GTASK_PROGRESS")


class Command:
    """What every command has.

    On a class its fields are the declarations of its options, on an object their values: text, a
    list of texts, or True for a flag; None, an empty list or False for one that is not given.
    """

    color: str | None = option(
        "--color WHEN", "auto, always, never. Overrides NO_COLOR and FORCE_COLOR.", OUTPUT, COLOR
    )
    help: bool = option("-h, --help", "Show this page.", OUTPUT)

    def __init_subclass__(cls, heading: str = OUTPUT) -> None:
        """Puts the options that the class declares under this heading of help."""
        for name, value in list(vars(cls).items()):
            if isinstance(value, Option) and not value.heading:
                setattr(cls, name, value._replace(heading=heading))

    def __init__(self, **values: Any) -> None:
        for name, (kind, declared) in self.declared().items():
            value = values.get(name)
            if declared.choices and value is not None:
                value = one_of(declared.choices, value, declared.names[-1])
            if kind == list[str]:
                value = list(value or ())
                if declared.names:  # comma lists; each value once
                    parts = (part.strip() for each in value for part in each.split(","))
                    value = list(dict.fromkeys(parts))
            setattr(self, name, bool(value) if kind is bool else value)
        for names in _EXCLUSIVE:
            both = [f"--{name}" for name in names if getattr(self, name, None) not in (None, False)]
            if len(both) > 1:
                raise UsageError(f"{both[0]} and {both[1]} exclude each other: choose one")

    @classmethod
    def declared(cls) -> dict[str, tuple[Any, Option]]:
        """Field → its type and its declaration."""
        return {
            name: (kind, getattr(cls, name))
            for each in cls.__mro__
            for name, kind in inspect.get_annotations(each).items()
        }

    @classmethod
    def name(cls) -> str:
        """What is typed for it."""
        return cls.__name__.lower()

    @classmethod
    def options(cls) -> list[Option]:
        """The declarations alone."""
        return [declared for _, declared in cls.declared().values()]

    def given(self, group: "type[Command]", but: "type[Command]") -> tuple[str, ...]:
        """The options of the first class that the other does not have, as they were given."""
        words: list[str] = []
        for field in (each for each in group.declared() if each not in but.declared()):
            value, names = getattr(self, field), getattr(type(self), field).names
            for each in value if isinstance(value, list) else [value]:
                if names and each:
                    words += names[-1:] if each is True else (names[-1], each)
        return tuple(words)

    @classmethod
    def not_given(cls, what: str, hint: str) -> UsageError:
        """The error of a command line without an argument that it needs."""
        if what == "task ID" and "GTASK_SANDBOX_TASK_IDS" in os.environ:
            # Perhaps the shell outside of the sandbox has replaced the variable.
            hint += (
                "; only a shell in the sandbox has $GTASK_SANDBOX_TASK_IDS: "
                f"gtask sandbox -- sh -c 'gtask {cls.name()} $GTASK_SANDBOX_TASK_IDS'"
            )
        return UsageError(f"no {what} is given", hint=hint)

    def run(self) -> int:
        """Does what the command is for; its exit status."""
        raise NotImplementedError


TASK_IDS = argument(
    "ID...", "Task IDs. With '-': whatever a program printed, such as {\"tasks\": [...]}."
)
MAYBE_TASK_IDS = TASK_IDS._replace(metavar="[ID...]")
JSON = option("-j, --json", "Each task's JSON, as the API sent it.", OUTPUT)


class ApiCommand(Command):
    """What every command has that calls the API."""

    verbose: bool = option(
        "-v, --verbose", "Log every request to standard error (never the key).", OUTPUT
    )

    def begin(self, *, quiet: bool = False, **more: float) -> "Invocation":
        """The run of the command, with `more` of what `Invocation.begin` takes."""
        from gcore_tasks_cli.invocation import Invocation

        return Invocation.begin(os.environ, verbose=self.verbose, quiet=quiet, **more)


class Form(ApiCommand):
    """The options that say in which form tasks are printed."""

    json: bool = JSON
    fields: str | None = option(
        "--fields LIST", "These fields, tab-separated, a line a task: id,state,data.name."
    )

    def printer(self, invocation: "Invocation", text: "type[Printer]") -> "Printer":
        """What prints fields or JSON, where these are wanted; else `text`.

        Raises:
            UsageError: for an empty name of a field.
        """
        from gcore_tasks_cli.output import printers

        if self.fields is not None:
            return printers.FieldsPrinter(invocation.streams, printers.parse_fields(self.fields))
        if self.json:
            return printers.JsonPrinter(invocation.streams)
        from gcore_tasks_cli.tasks.expectations import KNOWN

        # What is shown says what takes longer than usual.
        KNOWN.recall(invocation.env, invocation.settings.host)
        return text(invocation.streams)


class Scope(Command, heading=CHOICE):
    """The options that say in which projects and regions."""

    project: list[str] = option(
        "-p, --project ID", "Project, or 'all'; repeatable. [env: GCORE_CLOUD_PROJECT_ID]"
    )
    region: list[str] = option(
        "-r, --region ID", "Region, or 'all'; repeatable. [env: GCORE_CLOUD_REGION_ID]"
    )

    def query(self) -> "TaskQuery":
        """The tasks in these; the default project and region are those in the variables.

        Raises:
            UsageError: for an ID that is not a number.
        """
        from gcore_tasks_cli.settings.settings import variable
        from gcore_tasks_cli.tasks.query import TaskQuery, scope

        project = variable(os.environ, "GCORE_CLOUD_PROJECT_ID")
        region = variable(os.environ, "GCORE_CLOUD_REGION_ID")
        return TaskQuery(
            projects=scope(self.project, "project", project),
            regions=scope(self.region, "region", region),
        )


class Filters(Scope, heading=CHOICE):
    """The options that choose tasks."""

    type: list[str] = option(
        "-T, --type TYPE", "Type, prefix (create_) or pattern ('*_volume'); repeatable."
    )
    user: list[str] = option("--user ID", "Started by this user; repeatable.")
    resource: list[str] = option(
        "--resource ID", "Created this resource or is about it; give its full ID; repeatable."
    )
    since: str | None = option(
        "--since TIME",
        "Created since: 2h, '3 days ago', yesterday, 2026-11-01, '2026-11-01 10:00' (UTC).",
    )
    until: str | None = option("--until TIME", "Created until then; a date includes its day.")
    acknowledged: bool = option("--acknowledged", "Only what is acknowledged.")
    unacknowledged: bool = option("--unacknowledged", "Only what is not.")

    def query(self) -> "TaskQuery":
        """The tasks that these options choose.

        Raises:
            UsageError: for an option that makes no sense.
        """
        from gcore_tasks_cli.tasks import query

        since, until = query.parse_span(self.since, self.until)
        in_scope = super().query()
        return in_scope._replace(
            types=query.parse_types(self.type),
            users=query.parse_numbers(self.user, "user"),
            resources=query.parse_resources(self.resource),
            since=since,
            until=until,
            acknowledged=self.acknowledged or (False if self.unacknowledged else None),
        )


class Ending(ApiCommand, heading=STOP):
    """The options that say when a wait ends."""

    timeout: str | None = option(
        "-t, --timeout DURATION",
        "Stop after this long: 90, 90s, 10m, 1h30m; 0: check once and do not wait. "
        "[env: GCORE_POLLING_TIMEOUT_SECONDS; default: 2h]",
    )
    fail_fast: bool = option("--fail-fast", "Stop at the first task that fails.")
    any: bool = option("--any", "Stop at the first task that ends.")


class Waiting(Ending):
    """The options of a wait."""

    interval: str | None = option(
        "-i, --interval SECONDS",
        "Check each task exactly this often (at least 0.1). [default: by age and task type]",
        PACE,
    )
    quiet: bool = option("-q, --quiet", "Errors only.")
    progress: str | None = option(
        "--progress WHEN",
        "auto, live, plain, none. auto: live at a terminal, unless CI is set. "
        "[env: GTASK_PROGRESS]",
        choices=PROGRESS,
    )
    heartbeat: str | None = option(
        "--heartbeat DURATION", "In logs: a line after this much silence; 0: never. [default: 60s]"
    )
    no_ci: bool = option(
        "--no-ci", "In GitHub Actions: no annotations, job summary or step outputs."
    )

    def begin_wait(self, options: "WaitOptions", timeout_seconds: float) -> "Invocation":
        """The run of a command with these options."""
        return self.begin(
            quiet=self.quiet or options.progress == "none",
            timeout_seconds=timeout_seconds,
            heartbeat_seconds=seconds("--heartbeat", self.heartbeat, default=60.0),
        )

    def timeout_seconds(self, default: float | None = None) -> float:
        """The time-out; without one this default, or that of the official SDK, or two hours.

        Raises:
            UsageError: if it is not a duration.
        """
        if default is None:
            name = "GCORE_POLLING_TIMEOUT_SECONDS"
            default = seconds(name, os.environ.get(name, "").strip() or None, 0.0) or 7200.0
        return seconds("--timeout", self.timeout, default)

    def wait_options(self, search: type[Command] = Command) -> "WaitOptions":
        """How to wait; the options of the class `search` take the place of IDs.

        Raises:
            UsageError: for an option that makes no sense.
        """
        from gcore_tasks_cli.operations.wait import WaitOptions
        from gcore_tasks_cli.output.outcome import Resume
        from gcore_tasks_cli.polling.events import Goal

        longer = copy(self)
        if self.timeout_seconds(math.inf) == 0:
            longer.timeout = None
        interval = seconds("--interval", self.interval, default=0.0, least=0.1)
        return WaitOptions(
            Goal(self.fail_fast, self.any),
            Resume(self.name(), longer.given(type(self), search), self.given(search, Command)),
            interval=interval or None,
            quiet=self.quiet,
            progress=progress_mode(os.environ),
            no_ci=self.no_ci,
        )
