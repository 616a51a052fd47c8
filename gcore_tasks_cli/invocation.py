"""One run of gtask: its streams, settings, environment and deadline, made once and handed down."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from gcore_tasks_cli.api.configuration import Configuration
from gcore_tasks_cli.api.settings import Settings
from gcore_tasks_cli.errors import DeadlinePassed
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.tasks.ids import collect_ids
from gcore_tasks_cli.tasks.recent import recent_ids
from gcore_tasks_cli.times import Deadline, format_duration

# How long a command that waits for no task may take to begin, and how long it retries.
ONE_SHOT_SECONDS = 20.0

_T = TypeVar("_T")


class Invocation(NamedTuple):
    """What every command that calls the API works with.

    With `is_verbose` each request is logged to standard error; the key is hidden everywhere.
    """

    streams: Streams
    settings: Settings
    env: Mapping[str, str]
    deadline: Deadline
    is_verbose: bool = False

    @classmethod
    def begin(
        cls,
        configuration: Configuration,
        *,
        verbose: bool = False,
        quiet: bool = False,
        timeout_seconds: float = ONE_SHOT_SECONDS,
    ) -> "Invocation":
        """The invocation with these settings; its deadline counts from now.

        Raises:
            UsageError: for a setting that is missing or wrong.
            DeadlinePassed: if the file of the key blocks.
        """
        deadline = Deadline.after(timeout_seconds, time.monotonic())
        settings = _in_time(deadline, "no API key", lambda: Settings.of(configuration))
        streams = Streams.standard().hiding(*settings.secrets)
        for note in () if quiet else configuration.notes:
            streams.note(f"gtask: {note}")
        if verbose:
            from gcore_tasks_cli.output.request_log import RequestLog

            settings = settings._replace(on_exchange=RequestLog(streams.note).take)
        return cls(streams, settings, configuration.env, deadline, verbose)

    def task_ids(self, arguments: Sequence[str]) -> list[str]:
        """The task IDs that the arguments are, `-` being those of standard input.

        Raises:
            UsageError: for an ID that can be none, or a standard input that names no task.
            DeadlinePassed: if standard input does not end in time.
        """
        stdin = self.streams.stdin
        if "-" in arguments and stdin is not None and stdin.isatty():
            self.streams.note("reading task IDs from the terminal; Ctrl-D on a new line ends them")
        recent = partial(recent_ids, self.env, self.settings.host)
        return _in_time(
            self.deadline,
            "no end of standard input",
            lambda: collect_ids(arguments, stdin, recent),
        )


def _in_time(deadline: Deadline, missing: str, work: Callable[[], _T]) -> _T:
    """What the work gives, which may block for ever (a pipe, a FIFO): not longer than the deadline.

    Raises:
        DeadlinePassed: with what was `missing` at the deadline.
        Exception: what the work raised.
    """
    done: list[_T] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            done.append(work())
        except Exception as error:  # noqa: BLE001  (raised by the caller)
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    seconds = ONE_SHOT_SECONDS if deadline.checks_once else deadline.timeout_seconds
    left = seconds if deadline.checks_once else deadline.at - time.monotonic()
    thread.join(min(max(0.0, left), threading.TIMEOUT_MAX))
    if errors:
        raise errors[0]
    if not done:
        raise DeadlinePassed(f"{missing} after {format_duration(seconds)}")
    return done[0]
