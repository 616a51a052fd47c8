"""What a wait is for, and what happens in it.

`at` is the time on the port's clock, `task_id` the ID as it was asked for (a document may spell its
own in another case).
"""

from enum import Enum
from typing import NamedTuple

from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.tasks.document import Document

# The task ID of an event that is about the list of tasks; real IDs are never empty.
LIST_ID = ""


class Goal(NamedTuple):
    """A wait ends when all tasks have ended.

    `fail_fast` ends it at the first that failed, `any_one` at the first that ends.
    """

    fail_fast: bool = False
    any_one: bool = False


class Outage(NamedTuple):
    """Requests have been failing since `since`; `answered` is when the API last answered one.

    Times are in seconds on the port's clock; `next_try` is None while a request is under way.
    Where there was no answer yet, `answered` is when the wait began.
    """

    since: float
    answered: float
    error: ApiError
    next_try: float | None
    failures: int
    was_reached: bool = True

    @property
    def is_total(self) -> bool:
        """Whether nothing has been answered since."""
        return self.answered <= self.since


class StopReason(Enum):
    """Why a wait is over."""

    ALL_SETTLED = "all settled"
    DEADLINE = "deadline"
    INTERRUPTED = "interrupted"
    FAIL_FAST = "fail-fast"
    ANY = "any"
    NOTHING_FOUND = "nothing found"


class Found(NamedTuple):
    """A look for tasks is over; `searched` is how many the API listed for it.

    `is_recent`: they need not be active any more.
    """

    at: float
    tasks: int
    searched: int
    is_recent: bool = False


class Changed(NamedTuple):
    """A task was seen for the first time, or in another state or detailed state than before."""

    at: float
    task_id: str
    document: Document
    previous: Document | None
    age_seconds: float


class Settled(NamedTuple):
    """What was waited for came about; the task is not asked for again."""

    at: float
    task_id: str
    document: Document


class Failed(NamedTuple):
    """The API gives no answer for this ID, and will not: with the last that was seen of it."""

    at: float
    task_id: str
    error: ApiError
    document: Document | None


class Unfinished(NamedTuple):
    """The wait ended before the task did: with the last that was seen of it."""

    at: float
    task_id: str
    document: Document | None


class OutageBegan(NamedTuple):
    """Requests have been failing for long enough to report it; they are being repeated."""

    at: float
    outage: Outage


class OutageEnded(NamedTuple):
    """Requests are answered again, `seconds` after the first of so many `failures`."""

    at: float
    seconds: float
    failures: int


class Tick(NamedTuple):
    """Time passed; `outage` is how it stands with the API."""

    at: float
    outage: Outage | None = None


class Stopped(NamedTuple):
    """The last event, always; with any outage that lasts, and the number of a signal that came.

    `was_reached` says whether the API has answered at all.
    """

    at: float
    reason: StopReason
    outage: Outage | None = None
    signal_number: int | None = None
    was_reached: bool = True


TaskEvent = Changed | Settled | Failed | Unfinished
Event = TaskEvent | Found | OutageBegan | OutageEnded | Tick | Stopped
