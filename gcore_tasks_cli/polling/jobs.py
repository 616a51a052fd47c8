"""What can be asked of the API, what it answers, and the way to it as waiting sees it.

`api.fetcher.Fetcher` is that way; tests have one in simulated time.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.times import parse_epoch

# The API's limit for a page of the list.
MOST_A_PAGE = 1000

# Query parameters: the name, and what has the text of the value when it is sent.
Parameters = tuple[tuple[str, object], ...]


class GetTask(NamedTuple):
    """One task."""

    task_id: str


class ListPage(NamedTuple):
    """A page of the list of tasks: at most `limit` of them, from `offset` on."""

    parameters: Parameters
    limit: int
    offset: int


def history_of(task_type: str) -> ListPage:
    """The last tasks of a type that have ended: they say how long it takes."""
    ended = (("state", "FINISHED"), ("state", "ERROR"))
    return ListPage((("task_type", task_type), *ended), 20, 0)


class Acknowledge(NamedTuple):
    """Acknowledges a task; safe to repeat, since a second time changes nothing."""

    task_id: str


class AcknowledgeAll(NamedTuple):
    """Acknowledges every task that the parameters choose (`project_id`, `region_id`).

    Safe to repeat: a second time only finds what came about in between, which "all" means too.
    """

    parameters: Parameters


Job = GetTask | ListPage | Acknowledge | AcknowledgeAll


class Answer(NamedTuple):
    """The task that was asked for, those of a page, or none where there is nothing to show.

    `total` is how many there are over all pages, `server_time` the API's clock in seconds since
    1970, and `retry_after` how long the API asked to stay away, in seconds. `faults` says of each
    element of a page that is no task what is wrong with it.
    """

    documents: list[Document]
    total: int
    server_time: float | None
    retry_after: float | None = None
    faults: Sequence[str] = ()

    @property
    def size(self) -> int:
        """How many elements of the list it holds."""
        return len(self.documents) + len(self.faults)

    def age_seconds(self, document: Document) -> float:
        """The task's age on the API's own clock; 0 where that is not known."""
        created = parse_epoch(document.created_on)
        if created is None or self.server_time is None:
            return 0.0
        return max(0.0, self.server_time - created)


class Port(Protocol):
    """Sends requests; the only place where time passes.

    `interrupted` is the number of the signal that asks to stop, once there is one.
    """

    interrupted: int | None

    def now(self) -> float:
        """Seconds on a clock that never jumps back and counts the time that the machine sleeps."""

    def submit(self, number: int, job: Job) -> None:
        """Sends a request for the job, under a number of its own."""

    def cancel(self, number: int) -> None:
        """Gives the request up: no reply comes for it."""

    def wait(self, until: float) -> dict[int, Answer | ApiError]:
        """Answers as soon as there are any, by the numbers of their requests, in their order.

        None at the time `until` or once interrupted.
        """
