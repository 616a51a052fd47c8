"""What happens in a wait, in the order it happens.

`at` is the time on the watcher's clock, `task_id` the ID as it was asked for (a document may
spell its own in another case).
"""

from dataclasses import dataclass
from enum import Enum

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


@dataclass(frozen=True, slots=True)
class Changed:
    """A task was seen for the first time, or in another state or detailed state than before."""

    at: float
    task_id: str
    document: Document
    previous: Document | None
    age_seconds: float


@dataclass(frozen=True, slots=True)
class Settled:
    """What was waited for came about; the task is not asked for again."""

    at: float
    task_id: str
    document: Document


@dataclass(frozen=True, slots=True)
class Failed:
    """The API gives no answer for this ID, and will not: with the last that was seen of it."""

    at: float
    task_id: str
    error: ApiError
    document: Document | None


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The wait ended before the task did: with the last that was seen of it, and any outage."""

    at: float
    task_id: str
    document: Document | None
    outage: Outage | None


@dataclass(frozen=True, slots=True)
class OutageBegan:
    """The API stopped answering; it is being asked again."""

    at: float
    outage: Outage


@dataclass(frozen=True, slots=True)
class OutageEnded:
    """The API answers again, `seconds` after its last good answer."""

    at: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed; `outage` is how it stands with the API."""

    at: float
    outage: Outage | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """The last event, always."""

    at: float
    reason: StopReason


Event = Changed | Settled | Failed | Unfinished | OutageBegan | OutageEnded | Tick | Stopped
