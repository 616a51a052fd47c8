"""Asks again while faults pass, with an injected way to ask: pure, as all of this folder.

Only for what may be asked twice: reading, and acknowledging, which a second time changes nothing.
"""

from dataclasses import dataclass
from typing import Generic

from gcore_tasks_cli.errors import ApiError, Interrupted, NoAnswer
from gcore_tasks_cli.polling.pace.schedule import Uniform, backoff
from gcore_tasks_cli.polling.port import AnswerT, JobT, Port, Reply

_OBSERVED_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long passing faults are met with another try: since the API last answered, in seconds.

    Without `most_tries`, tries go on until then. `deadline`, on the port's clock, ends them all.
    """

    seconds: float = 20.0
    most_tries: int | None = 5
    deadline: float = float("inf")


class Observer:
    """Is told how it goes while answers are waited for; this one says nothing of it."""

    def trouble(self, error: ApiError) -> None:
        """Passing faults began; the job is asked again."""

    def trouble_over(self, seconds: float) -> None:
        """The API answers again."""

    def waiting(self, now: float) -> None:
        """Time passes, now and then."""


@dataclass(slots=True)
class _Try:
    due: float
    failures: int = 0
    under_way: bool = False


class Tries(Generic[JobT, AnswerT]):
    """Jobs beside each other, each asked until it is answered, or a fault does not pass."""

    def __init__(
        self,
        port: Port[JobT, AnswerT],
        uniform: Uniform,
        patience: Patience | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._port = port
        self._uniform = uniform
        self._patience = patience or Patience()
        self._observer = observer or Observer()
        self._tick_seconds = float("inf") if observer is None else _OBSERVED_SECONDS
        self._open: dict[JobT, _Try] = {}
        self._outcomes: dict[JobT, AnswerT | ApiError] = {}
        self._abandoned: list[JobT] = []
        self._not_before = self._heard = port.now()
        self._trouble: ApiError | None = None
        self._trouble_began = 0.0

    def ask(self, job: JobT) -> None:
        """Begins with this job."""
        self._open[job] = _Try(due=self._port.now())
        self._submit_due()

    def abandon(self, job: JobT) -> None:
        """Whatever is answered to this job, nobody wants it any more."""
        tried = self._open.pop(job, None)
        if tried is not None and tried.under_way:
            self._abandoned.append(job)
        self._outcomes.pop(job, None)

    def answer(self, job: JobT) -> AnswerT:
        """Waits for the answer to this job, taking in what comes for others.

        Raises:
            ApiError: for a fault that does not pass, or not in time.
            Interrupted: if the port was interrupted.
        """
        # Time that the reader of the answers took is not the API's.
        self._heard = self._port.now()
        while job not in self._outcomes:
            now = self._port.now()
            self._observer.waiting(now)
            until = min(self._submit_due(), self._give_up_at(), now + self._tick_seconds)
            for reply in self._port.wait(until):
                self._take(reply)
            if self._port.interrupted is not None:
                raise Interrupted(self._port.interrupted)
            if self._port.now() >= self._give_up_at() and job not in self._outcomes:
                raise self._trouble or NoAnswer("the API gave no answer in time", transient=True)
        outcome = self._outcomes.pop(job)
        if isinstance(outcome, ApiError):
            raise outcome
        return outcome

    def _submit_due(self) -> float:
        """Submits what is due; when the next is."""
        now = self._port.now()
        next_due = float("inf")
        for job, tried in self._open.items():
            if tried.under_way:
                continue
            due = max(tried.due, self._not_before)
            if due <= now:
                tried.under_way = True
                self._port.submit(job)
            else:
                next_due = min(next_due, due)
        return next_due

    def _take(self, reply: Reply[JobT, AnswerT]) -> None:
        if reply.job in self._abandoned:
            self._abandoned.remove(reply.job)
            return
        tried, now = self._open[reply.job], self._port.now()
        if not isinstance(reply.answer, ApiError):
            if self._trouble is not None:
                self._observer.trouble_over(now - self._trouble_began)
            self._heard, self._trouble = now, None
            del self._open[reply.job]
            self._outcomes[reply.job] = reply.answer
            return
        error = reply.answer
        tried.failures += 1
        tried.under_way = False
        pause = max(backoff(tried.failures, self._uniform), error.retry_after or 0.0)
        if not error.transient or self._is_enough(tried, now + pause):
            del self._open[reply.job]
            self._outcomes[reply.job] = error
            return
        if self._trouble is None:
            self._trouble_began = now
            self._observer.trouble(error)
        self._trouble = error
        tried.due = now + pause
        if error.retry_after is not None:
            # Asked of this client, not of this job.
            self._not_before = max(self._not_before, now + error.retry_after)

    def _is_enough(self, tried: _Try, next_try: float) -> bool:
        most = self._patience.most_tries
        if most is None:
            return False
        return tried.failures >= most or next_try >= self._give_up_at()

    def _give_up_at(self) -> float:
        return min(self._heard + self._patience.seconds, self._patience.deadline)
