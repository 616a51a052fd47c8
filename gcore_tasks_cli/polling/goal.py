"""What ends a wait before its deadline, and what it waits for beside the tasks it was given."""

from collections.abc import Callable
from typing import NamedTuple

from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.page_request import PageRequest


class Following(NamedTuple):
    """Which new tasks a wait adds: those on this page for which `keeps` is true."""

    page: PageRequest
    keeps: Callable[[Document], bool]


class Goal(NamedTuple):
    """A wait ends when all tasks have ended; with `following` it goes on then.

    `fail_fast` ends it at the first ERROR, `any_one` at the first task that ends.
    """

    fail_fast: bool = False
    any_one: bool = False
    following: Following | None = None
