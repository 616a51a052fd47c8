"""What happens in a wait, in the order it happens.

`at` is the time on the watcher's clock, `task_id` the ID as it was asked for (a document may
spell its own in another case).
"""

from enum import Enum
from typing import NamedTuple

from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.polling.retry import Outage
from gcore_tasks_cli.tasks.document import Document


class StopReason(Enum):
    """Why a wait is over."""

    ALL_SETTLED = "all settled"
    DEADLINE = "deadline"
    INTERRUPTED = "interrupted"
    FAIL_FAST = "fail-fast"
    ANY = "any"


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
    """The wait ended before the task did: with the last that was seen of it, and any outage."""

    at: float
    task_id: str
    document: Document | None
    outage: Outage | None


class OutageBegan(NamedTuple):
    """The API stopped answering; it is being asked again."""

    at: float
    outage: Outage


class OutageEnded(NamedTuple):
    """The API answers again, `seconds` after its last good answer."""

    at: float
    seconds: float


class Tick(NamedTuple):
    """Time passed; `outage` is how it stands with the API."""

    at: float
    outage: Outage | None = None


class Stopped(NamedTuple):
    """The last event, always."""

    at: float
    reason: StopReason


Event = Changed | Settled | Failed | Unfinished | OutageBegan | OutageEnded | Tick | Stopped
