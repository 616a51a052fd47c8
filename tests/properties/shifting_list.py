"""An API's list that changes while it is read: a way to it that exists only in simulated time."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.polling.jobs import Answer, Job, ListPage
from gcore_tasks_cli.tasks.document import Document

EPOCH = 1_780_000_000


def task(number: int, text: str = "") -> Document:
    """The task that was created `number` seconds after the epoch."""
    created = datetime.fromtimestamp(EPOCH + number, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fields = {"id": f"t{number}", "state": "NEW", "created_on": created}
    return Document(fields, json.dumps(fields) + text)


@dataclass
class ShiftingList:
    """A `Port` on a list of tasks, each known by its second of creation.

    Before each answer `change` may change `numbers`; `pick` chooses which of the requests under
    way is answered next.
    """

    numbers: list[int]
    change: Callable[["ShiftingList"], None] = lambda _: None
    pick: Callable[[int], int] = lambda _: 0
    errors: list[ApiError | None] = field(default_factory=list)
    most_a_page: int = 1000
    newest_first: bool = True
    clock: float = 0.0
    asked: list[ListPage] = field(default_factory=list)
    under_way: list[tuple[int, ListPage]] = field(default_factory=list)
    interrupted: int | None = None

    def now(self) -> float:
        return self.clock

    def submit(self, number: int, job: Job) -> None:
        assert isinstance(job, ListPage)
        self.asked.append(job)
        self.under_way.append((number, job))

    def cancel(self, number: int) -> None:
        self.under_way = [each for each in self.under_way if each[0] != number]

    def wait(self, until: float) -> dict[int, Answer | ApiError]:
        if not self.under_way:
            assert until < float("inf"), "it waits for nothing"
            self.clock = max(self.clock, until)
            return {}
        number, job = self.under_way.pop(self.pick(len(self.under_way)))
        self.clock += 0.1
        if self.errors and (error := self.errors.pop(0)) is not None:
            return {number: error}
        self.change(self)
        return {number: self._page(job)}

    def _page(self, job: ListPage) -> Answer:
        until = dict(job.parameters).get("to_timestamp")
        newest = None if until is None else datetime.fromisoformat(str(until)).timestamp() - EPOCH
        listed = [n for n in self.numbers if newest is None or n <= newest]
        listed.sort(reverse=self.newest_first)
        limit = min(job.limit, self.most_a_page)
        page = listed[job.offset : job.offset + limit]
        return Answer([task(n) for n in page], len(listed), None)
