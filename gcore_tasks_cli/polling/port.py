"""What a wait is for, and the way to the API that it is handed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from gcore_tasks_cli.api.responses import PageAnswer, TaskAnswer
from gcore_tasks_cli.api.worker_threads import Reply
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.page_request import PageRequest

# The ID of a task to ask for, or a page of the list.
Job = str | PageRequest


class Port(Protocol):
    """The way to the API, and the only place where time passes; `fetcher.Fetcher` is the real one.

    `wait` returns replies as soon as there are any, and none at the time `until` or once
    `interrupted` is set.
    """

    interrupted: int | None

    def now(self) -> float:
        """Seconds on a clock that never jumps."""
        ...

    def submit(self, job: Job) -> None:
        """Asks for one task, or for a page of the list."""
        ...

    def wait(self, until: float) -> list[Reply[Job, TaskAnswer | PageAnswer]]:
        """Lets time pass."""
        ...


@dataclass(frozen=True, slots=True)
class Following:
    """Which new tasks a wait takes in: those on this page that `keeps` is true of."""

    page: PageRequest
    keeps: Callable[[Document], bool]


@dataclass(frozen=True, slots=True)
class Aim:
    """What ends a wait.

    `until_final` waits for FINISHED or ERROR; without it one answer for each task is enough, and
    then `most_tries` bounds the requests for each. With `following` it goes on when all have ended.
    """

    until_final: bool = True
    timeout_seconds: float = 7200.0
    fail_fast: bool = False
    any_one: bool = False
    most_tries: int | None = None
    following: Following | None = None


# `get` and its kin: one answer each, "a few times within 20 s".
ONE_ANSWER = Aim(until_final=False, timeout_seconds=20.0, most_tries=5)
