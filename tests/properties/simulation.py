"""A way to the API that exists only in simulated time: replies arrive when they are due."""

import heapq
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gcore_tasks_cli.errors import ApiError, NoAnswer
from gcore_tasks_cli.polling.port import Job, PageAnswer, Reply, TaskAnswer
from gcore_tasks_cli.tasks.document import parse_page, parse_task
from gcore_tasks_cli.tasks.page_request import PageRequest

# What a simulated API says: (task ID, time since start) -> a state, or an error.
Oracle = Callable[[str, float], str | ApiError]
START = 1000.0
_CREATED_ON = "1970-01-01T00:16:40Z"


def document_text(
    task_id: str, state: str, task_type: str | None = None, created_on: str = _CREATED_ON
) -> str:
    """A task that was created when the simulation began, or then."""
    fields = {"id": task_id, "state": state, "task_type": task_type}
    return json.dumps(fields | {"created_on": created_on})


@dataclass
class SimulatedPort:
    """A `Port` whose clock moves only in `wait`.

    Its list shows the tasks of `listed`, or whatever `list_page` answers.
    """

    oracle: Oracle
    latency_seconds: float = 0.05
    interrupt_at: float | None = None
    listed: Sequence[str] = ()
    list_page: Callable[[PageRequest, float], PageAnswer | ApiError] | None = None
    task_type: str | None = None
    created_on: str = _CREATED_ON
    interrupted: int | None = None
    clock: float = START
    asked: list[tuple[float, str]] = field(default_factory=list)
    pages: list[tuple[float, PageRequest]] = field(default_factory=list)
    _pending: list[tuple[float, int, Job]] = field(default_factory=list)

    def now(self) -> float:
        return self.clock

    def submit(self, job: Job) -> None:
        if isinstance(job, str):
            self.asked.append((self.clock - START, job))
        else:
            self.pages.append((self.clock - START, job))
        order = len(self.asked) + len(self.pages)
        heapq.heappush(self._pending, (self.clock + self.latency_seconds, order, job))

    def wait(self, until: float) -> list[Reply[Job, TaskAnswer | PageAnswer]]:
        target = min([until, *(due for due, _, _ in self._pending[:1])])
        if self.interrupt_at is not None and target >= START + self.interrupt_at:
            self.clock = max(self.clock, START + self.interrupt_at)
            self.interrupted = 2
            return []
        self.clock = max(self.clock, target)
        replies: list[Reply[Job, TaskAnswer | PageAnswer]] = []
        while self._pending and self._pending[0][0] <= self.clock:
            _, _, job = heapq.heappop(self._pending)
            answer = self._task(job) if isinstance(job, str) else self._page(job)
            replies.append(Reply(job, answer))
        return replies

    def _task(self, task_id: str) -> TaskAnswer | ApiError:
        said = self.oracle(task_id, self.clock - START)
        if isinstance(said, ApiError):
            return said
        text = document_text(task_id, said, self.task_type, self.created_on)
        return TaskAnswer(parse_task(text), self.clock)

    def _page(self, request: PageRequest) -> PageAnswer | ApiError:
        if self.list_page is not None:
            return self.list_page(request, self.clock - START)
        states = {value for name, value in request.parameters if name == "state"}
        said = ((task_id, self.oracle(task_id, self.clock - START)) for task_id in self.listed)
        texts = [document_text(i, s, self.task_type) for i, s in said if s in states]
        rows = ",".join(texts[request.offset : request.offset + request.limit])
        documents, count = parse_page(f'{{"count":{len(texts)},"results":[{rows}]}}')
        return PageAnswer(documents, count, self.clock)


def transient_fault(retry_after: float | None = None) -> NoAnswer:
    """What a 503 gives."""
    return NoAnswer("HTTP 503", status=503, transient=True, retry_after=retry_after)
