"""What a wait is for: which tasks, and what ends it before its deadline."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gcore_tasks_cli.tasks.query import TaskQuery


class Goal(NamedTuple):
    """A wait ends when all tasks have ended.

    `fail_fast` ends it at the first that failed, `any_one` at the first that ends.
    """

    fail_fast: bool = False
    any_one: bool = False


class Search(NamedTuple):
    """Tasks that are found instead of named: those of the query, which asks for active ones.

    With `appear_seconds` it waits up to so long for a first one; it need not be active any more if
    it was created since just before the wait began. With `follow` later tasks are added too.
    """

    query: "TaskQuery"
    appear_seconds: float | None = None
    follow: bool = False
