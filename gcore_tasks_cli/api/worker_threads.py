"""Requests beside each other: daemon threads with a session each, and one place to wait.

All that blocks (name lookup, connecting, reading) happens in these threads, so that the caller's
deadline and a signal always get through. What hangs is abandoned, never joined.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from queue import Empty, Queue, SimpleQueue
from typing import Generic, NamedTuple

from gcore_tasks_cli.api.network_errors import NoConnectionLeft, too_slow
from gcore_tasks_cli.api.request_limits import REQUEST_LIMIT_SECONDS
from gcore_tasks_cli.api.session import Session
from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.polling.port import AnswerT, JobT, Reply

# Threads that hang in the system's name lookup cannot be ended; beyond these, no new ones.
MOST_HUNG_WORKERS = 32
# On Windows a wait for a lock lets no signal through before it ends.
_LONGEST_BLOCK_SECONDS = 0.2


class _Worker(Generic[JobT, AnswerT]):
    def __init__(
        self,
        session: Session,
        ask: Callable[[Session, JobT], AnswerT],
        results: "Queue[_Result[JobT, AnswerT]]",
    ) -> None:
        self.session = session
        self.ask = ask
        self.jobs: SimpleQueue[JobT] = SimpleQueue()
        self.results = results
        self.hung = False
        threading.Thread(target=self._work, daemon=True, name="gtask-request").start()

    def _work(self) -> None:
        while True:
            job = self.jobs.get()
            answer: AnswerT | Exception
            try:
                answer = self.ask(self.session, job)
            except Exception as error:  # noqa: BLE001  (handed to the main thread, raised there)
                answer = error
            self.results.put(_Result(self, job, answer))
            # What was answered may be large, and the next job long in coming.
            del answer


class _Result(NamedTuple, Generic[JobT, AnswerT]):
    worker: _Worker[JobT, AnswerT]
    job: JobT
    answer: AnswerT | Exception


class Fetcher(Generic[JobT, AnswerT]):
    """A `Port` that does several jobs at once: `ask` is what a session does for one of them.

    Its methods belong to one thread; `interrupt` to any.
    """

    def __init__(
        self,
        new_session: Callable[[], Session],
        host: str,
        ask: Callable[[Session, JobT], AnswerT],
        workers: int,
    ) -> None:
        self._new_session = new_session
        self._ask = ask
        self._host = host
        self._limit = workers
        # No SimpleQueue: its `get` hangs after Ctrl-Z and fg, when the time left is negative.
        self._results: Queue[_Result[JobT, AnswerT]] = Queue()
        self._idle: list[_Worker[JobT, AnswerT]] = []
        # What each of them asks, and since when.
        self._busy: dict[_Worker[JobT, AnswerT], tuple[JobT, float]] = {}
        self._backlog: deque[tuple[JobT, float]] = deque()
        self._hung = 0
        self.interrupted: int | None = None

    def now(self) -> float:
        return time.monotonic()

    def submit(self, job: JobT) -> None:
        self._backlog.append((job, self.now()))
        self._start_waiting()

    def interrupt(self, signal_number: int) -> None:
        """Makes `wait` return soon; fit for a signal handler."""
        # Only noted: the queue's lock may be held by what the signal has interrupted.
        self.interrupted = signal_number

    def wait(self, until: float) -> list[Reply[JobT, AnswerT]]:
        while True:
            # An answer that has come is not late, even if it is read late (behind a full pipe).
            replies = self._collect(0.0)
            replies += self._overdue()
            block = min(until, self._next_overrun()) - self.now()
            if replies or self.interrupted is not None:
                block = 0.0
            replies += self._collect(max(0.0, min(block, _LONGEST_BLOCK_SECONDS)))
            if replies or self.interrupted is not None or self.now() >= until:
                return replies

    def _collect(self, block_seconds: float) -> list[Reply[JobT, AnswerT]]:
        replies: list[Reply[JobT, AnswerT]] = []
        try:
            result = self._results.get(timeout=block_seconds)
            while True:
                if reply := self._reply(result):
                    replies.append(reply)
                result = self._results.get_nowait()
        except Empty:
            return replies
        finally:
            self._start_waiting()

    def _reply(self, result: _Result[JobT, AnswerT]) -> Reply[JobT, AnswerT] | None:
        worker = result.worker
        if (
            isinstance(result.answer, NoConnectionLeft)
            and not worker.hung
            and (self._idle or len(self._busy) > 1)
        ):
            # Those that have a connection do it: this one would only fail again.
            self._backlog.appendleft(self._busy.pop(worker))
            self._limit = max(1, len(self._busy))
            return None
        self._idle.append(worker)
        if worker.hung:  # reported as too slow already
            worker.hung = False
            self._hung -= 1
            return None
        del self._busy[worker]
        if isinstance(result.answer, Exception) and not isinstance(result.answer, ApiError):
            raise result.answer
        return Reply(result.job, result.answer)

    def _start_waiting(self) -> None:
        while self._backlog and len(self._busy) < self._limit:
            if self._idle:
                worker = self._idle.pop()
            elif self._hung < MOST_HUNG_WORKERS:
                worker = _Worker(self._new_session(), self._ask, self._results)
            else:
                return
            job, _ = self._backlog.popleft()
            self._busy[worker] = (job, self.now())
            worker.jobs.put(job)

    def _next_overrun(self) -> float:
        """When the first request (or the first that finds no worker) is overdue."""
        since = [since for _, since in self._busy.values()]
        if self._backlog and not self._busy:
            since.append(self._backlog[0][1])
        return min(since, default=float("inf")) + REQUEST_LIMIT_SECONDS

    def _overdue(self) -> list[Reply[JobT, AnswerT]]:
        """Gives up what has taken too long: its connection is shut, its thread left alone."""
        limit = self.now() - REQUEST_LIMIT_SECONDS
        late = [(worker, job) for worker, (job, since) in self._busy.items() if since <= limit]
        for worker, _ in late:
            del self._busy[worker]
            worker.hung = True
            self._hung += 1
            worker.session.abort()
        given_up = [job for _, job in late]
        while self._backlog and not self._busy and self._backlog[0][1] <= limit:
            given_up.append(self._backlog.popleft()[0])
        return [Reply(job, too_slow(self._host)) for job in given_up]
