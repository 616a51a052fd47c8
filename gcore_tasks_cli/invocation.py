"""One run of gtask: its streams, settings, environment and deadline, made once and handed down."""

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from gcore_tasks_cli.api.settings import Settings
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.tasks.ids import collect_ids
from gcore_tasks_cli.tasks.recent import recent_ids
from gcore_tasks_cli.times import Deadline

# How long a command that waits for no task may take to begin, and how long it retries.
ONE_SHOT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Invocation:
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
        cls, *, verbose: bool = False, timeout_seconds: float = ONE_SHOT_SECONDS
    ) -> "Invocation":
        """The invocation of this process; its deadline counts from now.

        Raises:
            UsageError: for a setting that is missing or wrong.
        """
        deadline = Deadline.after(timeout_seconds, time.monotonic())
        settings = Settings.from_env(os.environ)
        streams = Streams.standard().hiding(*settings.secrets)
        if verbose:
            from gcore_tasks_cli.output.request_log import RequestLog

            settings = replace(settings, on_exchange=RequestLog(streams.note).take)
        return cls(streams, settings, os.environ, deadline, verbose)

    def task_ids(self, arguments: Iterable[str]) -> list[str]:
        """The task IDs that the arguments are, `-` being those of standard input.

        Raises:
            UsageError: for an ID that can be none, or a standard input that names no task.
        """
        recent = partial(recent_ids, self.env, self.settings.host)
        return collect_ids(arguments, self.streams.stdin, recent)
