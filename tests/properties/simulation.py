"""A way to the API that exists only in simulated time: replies arrive when they are due."""

import heapq
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from gcore_tasks_cli.answers import TaskAnswer
from gcore_tasks_cli.documents import parse_task
from gcore_tasks_cli.errors import ApiError, NoAnswer
from gcore_tasks_cli.fetcher import Reply

# What a simulated API says: (task ID, time since start) -> a state, or an error.
Oracle = Callable[[str, float], str | ApiError]
START = 1000.0


@dataclass
class SimulatedPort:
    """A `watcher.Port` whose clock moves only in `wait`."""

    oracle: Oracle
    latency_seconds: float = 0.05
    interrupt_at: float | None = None
    interrupted: int | None = None
    clock: float = START
    asked: list[tuple[float, str]] = field(default_factory=list)
    _pending: list[tuple[float, int, str]] = field(default_factory=list)

    def now(self) -> float:
        return self.clock

    def submit(self, task_id: str) -> None:
        self.asked.append((self.clock - START, task_id))
        heapq.heappush(self._pending, (self.clock + self.latency_seconds, len(self.asked), task_id))

    def wait(self, until: float) -> list[Reply[str, TaskAnswer]]:
        target = min([until, *(due for due, _, _ in self._pending[:1])])
        if self.interrupt_at is not None and target >= START + self.interrupt_at:
            self.clock = max(self.clock, START + self.interrupt_at)
            self.interrupted = 2
            return []
        self.clock = max(self.clock, target)
        replies = []
        while self._pending and self._pending[0][0] <= self.clock:
            _, _, task_id = heapq.heappop(self._pending)
            replies.append(Reply(task_id, self._answer(task_id)))
        return replies

    def _answer(self, task_id: str) -> TaskAnswer | ApiError:
        said = self.oracle(task_id, self.clock - START)
        if isinstance(said, ApiError):
            return said
        text = json.dumps({"id": task_id, "state": said, "created_on": "1970-01-01T00:16:40Z"})
        return TaskAnswer(parse_task(text), self.clock)


def passing_fault(retry_after: float | None = None) -> NoAnswer:
    """What a 503 gives."""
    return NoAnswer("HTTP 503", status=503, passing=True, retry_after=retry_after)
