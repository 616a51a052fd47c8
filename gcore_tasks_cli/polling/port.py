"""The way to the API as waiting sees it: jobs go out, replies come in, and time passes.

`api.worker_threads.Fetcher` implements it; tests implement it in simulated time.
"""

from typing import Generic, NamedTuple, Protocol, TypeVar

from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.page_request import PageRequest
from gcore_tasks_cli.times import parse_epoch


class TaskAnswer(NamedTuple):
    """A task as the API answered it; `server_time` is its Date header in seconds since 1970."""

    document: Document
    server_time: float | None


class PageAnswer(NamedTuple):
    """A page of the list; `total` is how many tasks there are over all pages.

    `server_time` is as in `TaskAnswer`.
    """

    documents: list[Document]
    total: int
    server_time: float | None


# The ID of a task to ask for, or a page of the list; and what the API answers to either.
Job = str | PageRequest
Answer = TaskAnswer | PageAnswer

JobT = TypeVar("JobT")
AnswerT = TypeVar("AnswerT")


class Reply(NamedTuple, Generic[JobT, AnswerT]):
    """The answer to one job, or why there is none."""

    job: JobT
    answer: AnswerT | ApiError


class Port(Protocol[JobT, AnswerT]):
    """Sends jobs to the API; the only place where time passes.

    `interrupted` is the number of the signal that asks to stop, once there is one.
    """

    interrupted: int | None

    def now(self) -> float:
        """Seconds on a clock that never jumps."""

    def submit(self, job: JobT) -> None:
        """Sends the job."""

    def wait(self, until: float) -> list[Reply[JobT, AnswerT]]:
        """Replies as soon as there are any; none at the time `until` or once interrupted."""


def age_seconds(answer: TaskAnswer) -> float:
    """The task's age on the server's own clock; 0 where that is not known."""
    created = parse_epoch(answer.document.created_on)
    if created is None or answer.server_time is None:
        return 0.0
    return max(0.0, answer.server_time - created)
