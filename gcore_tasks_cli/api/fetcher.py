"""Requests beside each other: daemon threads with a session each, and one place to wait.

All that blocks (name lookup, connecting, reading) happens in these threads, so that the caller's
deadline and a signal always get through. What is cancelled is abandoned, never joined.
"""

from collections import deque
from collections.abc import Callable
from queue import Empty, Queue, SimpleQueue
from threading import Thread

from gcore_tasks_cli.api.session import Session
from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.polling.jobs import Answer, Job, Reply
from gcore_tasks_cli.times import steady_seconds

# Threads that hang in the system's name lookup cannot be ended; beyond these, no new ones.
MOST_WORKERS = 48
# On Windows a wait for a lock lets no signal through before it ends; and so soon it is noticed
# everywhere that the reader of standard output has left.
_LONGEST_BLOCK_SECONDS = 0.2


class _Worker:
    """A thread that does one request after the other, over a session of its own."""

    def __init__(self, session: Session, results: "Queue[_Result]") -> None:
        self.session = session
        self.requests: SimpleQueue[tuple[int, Job]] = SimpleQueue()
        self._results = results
        Thread(target=self._work, daemon=True, name="gtask-request").start()

    def _work(self) -> None:
        while True:
            number, job = self.requests.get()
            answer: Answer | Exception
            try:
                answer = self.session.do(job)
            except Exception as error:  # noqa: BLE001  (handed to the main thread, raised there)
                answer = error
            self._results.put((self, number, answer))
            # What was answered may be large, and the next request long in coming.
            del answer


_Result = tuple[_Worker, int, Answer | Exception]


class Fetcher:
    """The `Port` to a real API. Its methods belong to one thread; `interrupt` to any.

    `check_reader` is called every moment of a wait, and raises what is to end it.
    """

    def __init__(
        self, new_session: Callable[[], Session], check_reader: Callable[[], None] = lambda: None
    ) -> None:
        self._new_session = new_session
        self._check_reader = check_reader
        # No SimpleQueue: its `get` hangs after Ctrl-Z and fg, when the time left is negative.
        self._results: Queue[_Result] = Queue()
        self._idle: list[_Worker] = []
        self._busy: dict[int, _Worker] = {}
        self._abandoned = 0
        self._backlog: deque[tuple[int, Job]] = deque()
        self.interrupted: int | None = None

    def now(self) -> float:
        """Seconds on a clock that counts the time that the machine sleeps."""
        return steady_seconds()

    def submit(self, number: int, job: Job) -> None:
        """Sends the request, in a thread of its own."""
        self._backlog.append((number, job))
        self._start_waiting()

    def cancel(self, number: int) -> None:
        """Gives the request up: its connection is shut down, its thread left alone."""
        if (worker := self._busy.pop(number, None)) is not None:
            self._abandoned += 1
            worker.session.abort()
        else:
            self._backlog = deque(each for each in self._backlog if each[0] != number)

    def interrupt(self, signal_number: int) -> None:
        """Makes `wait` return soon; fit for a signal handler."""
        # Only noted: the queue's lock may be held by what the signal has interrupted.
        self.interrupted = signal_number

    def wait(self, until: float) -> list[Reply]:
        """Replies as soon as there are any; none at the time `until` or once interrupted."""
        replies: list[Reply] = []
        while True:
            self._check_reader()
            is_over = replies or self.interrupted is not None
            left = 0.0 if is_over else until - self.now()
            try:
                result = self._results.get(timeout=max(0.0, min(left, _LONGEST_BLOCK_SECONDS)))
            except Empty:
                if left <= 0.0:
                    return replies
            else:
                self._take(result, replies)

    def _take(self, result: _Result, replies: list[Reply]) -> None:
        worker, number, answer = result
        self._idle.append(worker)
        if self._busy.pop(number, None) is None:
            self._abandoned -= 1  # it was given up, and its thread has come back
        elif isinstance(answer, Exception) and not isinstance(answer, ApiError):
            raise answer
        else:
            replies.append(Reply(number, answer))
        self._start_waiting()

    def _start_waiting(self) -> None:
        while self._backlog:
            if self._idle:
                worker = self._idle.pop()
            elif len(self._busy) + self._abandoned < MOST_WORKERS:
                worker = _Worker(self._new_session(), self._results)
            else:
                return
            number, job = self._backlog.popleft()
            self._busy[number] = worker
            worker.session.forget_abort()
            worker.requests.put((number, job))
