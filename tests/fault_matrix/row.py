"""A row of the fault matrix, and the kinds of rows that there are."""

from dataclasses import dataclass, field
from typing import Any, Literal

TASK = "26986bc0-748a-4448-b836-0a2aa465eb06"
FOREVER: dict[str, Any] = {"ends": "NEVER"}
_EIGHT = tuple(f"task-{n}" for n in range(8))

Outcome = Literal["success", "failure"]


@dataclass(frozen=True)
class Row:
    """One fault. Times in seconds; `deadline` is what the client is given as its timeout.

    A client passes if it reports the `outcome` in time: a success not before the task has ended
    and within `within`, a failure within `within`. What only gtask promises (`status`, `says`,
    `silent_about`, `documents`, `least_requests`, `most_requests`) is asked of gtask alone.
    """

    name: str
    promises: tuple[str, ...]
    outcome: Outcome
    within: float
    faults: tuple[dict[str, Any], ...] = ()
    lasts: float = 1.0
    deadline: float = 30.0
    task: dict[str, Any] = field(default_factory=dict)
    scenario: dict[str, Any] = field(default_factory=dict)
    tls: Literal["none", "trusted", "untrusted", "wrong host", "silent"] = "none"
    key: str | None = None
    base_url: str | None = None
    name_lookup: str | None = None
    no_server: bool = False
    most_memory_mib: float = 160.0
    interval: str | None = "0.2"
    ids: tuple[str, ...] = (TASK,)
    status: int | None = None
    says: tuple[str, ...] = ()
    documents: tuple[str, ...] | None = None
    least_requests: int = 0
    most_requests: int | None = None

    @property
    def expected_status(self) -> int:
        """gtask's exit status in this row."""
        if self.status is not None:
            return self.status
        return 0 if self.outcome == "success" else 124


def transient(name: str, promise: str, *faults: dict[str, Any], **more: Any) -> Row:
    """A fault that passes: the wait goes on and reports the end."""
    return Row(name, (promise,), "success", more.pop("within", 12.0), faults, **more)


def deadline(name: str, *faults: dict[str, Any], **more: Any) -> Row:
    """Nothing will come any more: the deadline ends it, within a second."""
    limit = more.pop("deadline", 8.0)
    promises = ("deadline", *more.pop("promises", ()))
    return Row(name, promises, "failure", limit + 1.0, faults, deadline=limit, **more)


def permanent(name: str, status: int, says: tuple[str, ...], *faults: Any, **more: Any) -> Row:
    """What will not pass: the wait ends at once and says why."""
    promises = more.pop("promises", ("permanent", "sentence"))
    more = {"within": 3.0, "task": FOREVER, **more}
    return Row(
        name, promises, "failure", more.pop("within"), faults, status=status, says=says, **more
    )


def of_many(name: str, promise: str, fault: dict[str, Any], **more: Any) -> Row:
    """Whatever is wrong with lists, each of eight tasks is seen to its end."""
    lists = {**fault, "path": "/cloud/v1/tasks"}
    tasks = [{"id": task_id, "lasts": 1.0} for task_id in _EIGHT]
    return transient(
        name,
        promise,
        lists,
        ids=_EIGHT,
        scenario={"tasks": tasks},
        documents=("FINISHED",) * len(_EIGHT),
        **more,
    )


def answers(status: int, **more: Any) -> dict[str, Any]:
    return {"do": "status", "status": status, "requests": [2, 3], **more}


def seconds(kind: str, begin: float, end: float, **more: Any) -> dict[str, Any]:
    return {"do": kind, "between": [begin, end], **more}
