"""What ends a wait."""

from collections.abc import Callable
from dataclasses import dataclass

from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.page_request import PageRequest


@dataclass(frozen=True, slots=True)
class Following:
    """Which new tasks a wait adds: those on this page for which `keeps` is true."""

    page: PageRequest
    keeps: Callable[[Document], bool]


@dataclass(frozen=True, slots=True)
class Goal:
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
ONE_ANSWER = Goal(until_final=False, timeout_seconds=20.0, most_tries=5)
