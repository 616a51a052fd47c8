"""A way to the API in simulated time, whose answers a test writes down one by one."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

from gcore_tasks_cli.errors import ApiError, NoAnswer
from gcore_tasks_cli.polling.port import AnswerT, JobT, Port, Reply

# After how many seconds what is answered; None where no answer comes.
Said = tuple[float, AnswerT | ApiError] | None


def fault(status: int = 503, retry_after: float | None = None) -> NoAnswer:
    return NoAnswer("HTTP 503", status=status, transient=True, retry_after=retry_after)


@dataclass
class ScriptedPort(Port[JobT, AnswerT]):
    """Asks `say(job, n)` for the answer to the n-th request of a job, counted from 0.

    The time is 0 at first and passes only in `wait`; `sent` holds when each request was sent. From
    the first time of `suspended` to the second one the process stands still.
    """

    say: Callable[[JobT, int], Said[AnswerT]]
    interrupted: int | None = None
    interrupt_at: float = float("inf")
    suspended: tuple[float, float] | None = None
    clock: float = 0.0
    sent: list[tuple[float, JobT]] = field(default_factory=list)
    _tries: Counter[JobT] = field(default_factory=Counter)
    _coming: list[tuple[float, int, Reply[JobT, AnswerT]]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def now(self) -> float:
        return self.clock

    def submit(self, job: JobT) -> None:
        self.sent.append((round(self.clock, 6), job))
        said = self.say(job, self._tries[job])
        self._tries[job] += 1
        if said is not None:
            due = self.clock + said[0]
            heapq.heappush(self._coming, (due, next(self._numbers), Reply(job, said[1])))

    def wait(self, until: float) -> list[Reply[JobT, AnswerT]]:
        first = self._coming[0][0] if self._coming else float("inf")
        then = min(until, first, self.interrupt_at)
        assert then < float("inf"), "it waits for nothing"
        self.clock = max(self.clock, then)
        if self.suspended is not None and self.clock >= self.suspended[0]:
            self.clock, self.suspended = self.suspended[1], None
        if self.clock >= self.interrupt_at:
            self.interrupted = 2
            return []
        replies = []
        while self._coming and self._coming[0][0] <= self.clock:
            replies.append(heapq.heappop(self._coming)[2])
        return replies

    @property
    def times(self) -> list[float]:
        """When requests were sent, whichever jobs they were for."""
        return [time for time, _ in self.sent]
