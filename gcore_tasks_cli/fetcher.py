"""Requests beside each other: daemon threads with a session each, and one place to wait.

All that blocks (name lookup, connecting, reading) happens in these threads, so that the caller's
deadline and a signal always get through. What hangs is abandoned, never joined.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Protocol

from gcore_tasks_cli.api import REQUEST_LIMIT_SECONDS, TaskAnswer, too_slow
from gcore_tasks_cli.errors import ApiError

# More threads gain nothing on a connection's latency but cost CPU in Python's lock.
WORKERS = 16
# Threads that hang in the system's name lookup cannot be ended; beyond these, no new ones.
MOST_HUNG_WORKERS = 32
# On Windows a wait for a lock lets no signal through before it ends.
_LONGEST_BLOCK_SECONDS = 0.5


class TaskSource(Protocol):
    """What a worker asks; `api.Session` is the real one."""

    def get_task(self, task_id: str) -> TaskAnswer:
        """The task of this ID; raises `ApiError`."""
        ...

    def abort(self) -> None:
        """Ends the request under way, from another thread."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of asking for one task."""

    task_id: str
    answer: TaskAnswer | ApiError


class _Worker:
    def __init__(self, session: TaskSource, results: "SimpleQueue[_Result | None]") -> None:
        self.session = session
        self.jobs: SimpleQueue[str] = SimpleQueue()
        self.results = results
        self.hung = False
        threading.Thread(target=self._work, daemon=True, name="gtask-request").start()

    def _work(self) -> None:
        while True:
            task_id = self.jobs.get()
            answer: TaskAnswer | ApiError | Exception
            try:
                answer = self.session.get_task(task_id)
            except Exception as error:  # noqa: BLE001  (handed to the main thread, raised there)
                answer = error
            self.results.put(_Result(self, task_id, answer))


@dataclass(frozen=True, slots=True)
class _Result:
    worker: _Worker
    task_id: str
    answer: TaskAnswer | ApiError | Exception


class Fetcher:
    """Asks for tasks, several at once. Its methods belong to one thread; `interrupt` to any."""

    def __init__(
        self, new_session: Callable[[], TaskSource], host: str, workers: int = WORKERS
    ) -> None:
        self._new_session = new_session
        self._host = host
        self._limit = workers
        self._results: SimpleQueue[_Result | None] = SimpleQueue()
        self._idle: list[_Worker] = []
        self._busy: dict[_Worker, tuple[str, float]] = {}  # what it asks, and since when
        self._backlog: deque[tuple[str, float]] = deque()
        self._hung = 0
        self.interrupted: int | None = None

    def now(self) -> float:
        """Seconds on a clock that never jumps."""
        return time.monotonic()

    def submit(self, task_id: str) -> None:
        """Asks for the task as soon as a worker is free; `wait` brings the reply."""
        self._backlog.append((task_id, self.now()))
        self._start_waiting()

    def interrupt(self, signal_number: int) -> None:
        """Makes `wait` return at once; fit for a signal handler."""
        self.interrupted = signal_number
        self._results.put(None)

    def wait(self, until: float) -> list[Reply]:
        """Replies as soon as there are any; none at the time `until` or when interrupted."""
        while True:
            replies = self._overdue()
            block = min(until, self._next_overrun()) - self.now()
            if replies or self.interrupted is not None:
                block = 0.0
            replies += self._collect(max(0.0, min(block, _LONGEST_BLOCK_SECONDS)))
            if replies or self.interrupted is not None or self.now() >= until:
                return replies

    def _collect(self, block_seconds: float) -> list[Reply]:
        replies: list[Reply] = []
        try:
            result = self._results.get(timeout=block_seconds)
            while True:
                if result is not None and (reply := self._reply(result)):
                    replies.append(reply)
                result = self._results.get_nowait()
        except Empty:
            return replies
        finally:
            self._start_waiting()

    def _reply(self, result: _Result) -> Reply | None:
        worker = result.worker
        self._idle.append(worker)
        if worker.hung:  # told as too slow already
            worker.hung = False
            self._hung -= 1
            return None
        del self._busy[worker]
        if isinstance(result.answer, Exception) and not isinstance(result.answer, ApiError):
            raise result.answer
        return Reply(result.task_id, result.answer)

    def _start_waiting(self) -> None:
        while self._backlog and len(self._busy) < self._limit:
            if self._idle:
                worker = self._idle.pop()
            elif self._hung < MOST_HUNG_WORKERS:
                worker = _Worker(self._new_session(), self._results)
            else:
                return
            task_id, _ = self._backlog.popleft()
            self._busy[worker] = (task_id, self.now())
            worker.jobs.put(task_id)

    def _next_overrun(self) -> float:
        """When the first request (or the first that finds no worker) is overdue."""
        since = [since for _, since in self._busy.values()]
        if self._backlog and not self._busy:
            since.append(self._backlog[0][1])
        return min(since, default=float("inf")) + REQUEST_LIMIT_SECONDS

    def _overdue(self) -> list[Reply]:
        """Gives up what has taken too long: its connection is shut, its thread left alone."""
        limit = self.now() - REQUEST_LIMIT_SECONDS
        late = [(worker, job[0]) for worker, job in self._busy.items() if job[1] <= limit]
        for worker, _ in late:
            del self._busy[worker]
            worker.hung = True
            self._hung += 1
            worker.session.abort()
        given_up = [task_id for _, task_id in late]
        while self._backlog and not self._busy and self._backlog[0][1] <= limit:
            given_up.append(self._backlog.popleft()[0])
        return [Reply(task_id, too_slow(self._host)) for task_id in given_up]
