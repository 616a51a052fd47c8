"""Requests beside each other: each in a daemon thread, and one place to wait for all.

All that blocks (name lookup, connecting, reading) happens in these threads, so that the caller's
deadline and a signal always get through. What is cancelled is abandoned, never joined.
"""

from collections.abc import Callable
from queue import Empty, Queue
from threading import Thread

from gcore_tasks_cli.api.session import Session
from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.polling.jobs import Answer, Job
from gcore_tasks_cli.times import steady_seconds

# Windows handles no signal while a lock is waited for. It is also how late a closed standard output
# may be noticed.
_LONGEST_BLOCK_SECONDS = 0.2

_Result = tuple[Session, int, Answer | Exception]


class Fetcher:
    """The `Port` to a real API. Its methods belong to one thread; `interrupt` to any.

    `observe` is called all through a wait; what it raises ends the wait.
    """

    def __init__(
        self, new_session: Callable[[], Session], observe: Callable[[], None] = lambda: None
    ) -> None:
        self._new_session = new_session
        self._observe = observe
        # No SimpleQueue: its `get` hangs after Ctrl-Z and fg, when the time left is negative.
        self._results: Queue[_Result] = Queue()
        self._idle: list[Session] = []
        self._busy: dict[int, Session] = {}
        self.interrupted: int | None = None

    def now(self) -> float:
        """Seconds on a clock that counts the time that the machine sleeps."""
        return steady_seconds()

    def submit(self, number: int, job: Job) -> None:
        """Sends the request, in a thread of its own."""
        session = self._busy[number] = self._idle.pop() if self._idle else self._new_session()
        session.forget_abort()
        Thread(target=self._do, args=(session, number, job), daemon=True).start()

    def cancel(self, number: int) -> None:
        """Gives the request up: its connection is shut down, its thread left alone.

        A thread that hangs in the system's name lookup cannot be ended. There are few: in an outage
        one request at a time is sent, and ever fewer.
        """
        if (session := self._busy.pop(number, None)) is not None:
            session.abort()

    def interrupt(self, signal_number: int) -> None:
        """Makes `wait` return soon; fit for a signal handler."""
        # Only noted: the queue's lock may be held by what the signal has interrupted.
        self.interrupted = signal_number

    def wait(self, until: float) -> dict[int, Answer | ApiError]:
        """Answers as soon as there are any; none at the time `until` or once interrupted."""
        answers: dict[int, Answer | ApiError] = {}
        while True:
            self._observe()
            is_over = answers or self.interrupted is not None
            left = 0.0 if is_over else until - self.now()
            try:
                result = self._results.get(timeout=max(0.0, min(left, _LONGEST_BLOCK_SECONDS)))
            except Empty:
                if left <= 0.0:
                    return answers
            else:
                self._take(result, answers)

    def _take(self, result: _Result, answers: dict[int, Answer | ApiError]) -> None:
        session, number, answer = result
        self._idle.append(session)
        if self._busy.pop(number, None) is None:
            return  # it was cancelled, and its thread has come back
        if isinstance(answer, Exception) and not isinstance(answer, ApiError):
            raise answer
        answers[number] = answer

    def _do(self, session: Session, number: int, job: Job) -> None:
        answer: Answer | Exception
        try:
            answer = session.do(job)
        except Exception as error:  # noqa: BLE001  (handed to the main thread, raised there)
            answer = error
        self._results.put((session, number, answer))
