"""Answers to jobs that are asked side by side and taken one by one. Pure."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Generic

from gcore_tasks_cli.errors import ApiError, Interrupted, KeyRefused
from gcore_tasks_cli.polling.port import AnswerT, JobT, Port
from gcore_tasks_cli.polling.retry import (
    ONE_ANSWER,
    Outage,
    RetryingPort,
    RetryPolicy,
    Uniform,
    backoff,
)
from gcore_tasks_cli.times import format_duration

_OBSERVED_SECONDS = 1.0

# Called about once a second while an answer is waited for, with the time and any outage.
Observer = Callable[[float, Outage | None], None]


class Answers(Generic[JobT, AnswerT]):
    """Jobs side by side, each retried as the policy has it until there is a final answer."""

    def __init__(
        self,
        port: Port[JobT, AnswerT],
        uniform: Uniform,
        *,
        policy: RetryPolicy = ONE_ANSWER,
        observer: Observer | None = None,
    ) -> None:
        self._requests = RetryingPort(port, policy, uniform)
        self._policy = policy
        self._uniform = uniform
        self._observer = observer
        self._held: Outage | None = None
        self._outcomes: dict[JobT, AnswerT | ApiError] = {}

    def ask(self, job: JobT) -> None:
        """Begins with this job."""
        self._requests.submit(job)

    def abandon(self, job: JobT) -> None:
        """No longer waits for an answer to this job."""
        self._requests.abandon(job)
        self._outcomes.pop(job, None)

    def answer(self, job: JobT) -> AnswerT:
        """Waits for the answer to this job, and keeps what comes for others.

        Raises:
            ApiError: for a permanent fault, or a transient one that lasted too long.
            Interrupted: if the port was interrupted.
        """
        while job not in self._outcomes:
            for reply in self._requests.wait(self._requests.now() + _OBSERVED_SECONDS):
                self._outcomes[reply.job] = reply.answer
            has_failed = isinstance(self._outcomes.get(job), ApiError)
            if self._observer is not None and not has_failed:
                self._observer(self._requests.now(), self._requests.outage or self._held)
            if self._requests.interrupted is not None:
                raise Interrupted(self._requests.interrupted)
        outcome = self._outcomes.pop(job)
        if isinstance(outcome, ApiError):
            raise outcome
        return outcome

    def hold(self, error: ApiError, failures: int) -> None:
        """Pauses as after so many failures in a row: answers may be wrong only taken together.

        Raises:
            ApiError: the error, if it has lasted too long.
            Interrupted: if the port was interrupted.
        """
        now = self._requests.now()
        since = self._held.since if self._held else now
        give_up = min(since + self._policy.retry_seconds, self._policy.deadline)
        until = min(now + backoff(failures, self._uniform), give_up)
        self._held = Outage(since, error, until)
        while self._requests.now() < until:
            if self._observer is not None:
                self._observer(self._requests.now(), self._held)
            for reply in self._requests.wait(min(until, self._requests.now() + _OBSERVED_SECONDS)):
                self._outcomes[reply.job] = reply.answer
            if self._requests.interrupted is not None:
                raise Interrupted(self._requests.interrupted)
        if until == give_up:
            if self._policy.deadline == math.inf:
                after = format_duration(self._policy.retry_seconds)
                error.message += f"; gave up after {after}"
            raise error

    def go_on(self) -> None:
        """Ends what `hold` began."""
        self._held = None

    def in_order(self, jobs: Sequence[JobT]) -> Iterator[tuple[JobT, AnswerT | ApiError]]:
        """Each job with its answer or its error, in their order, as soon as it can be.

        They are under way when this returns. A refused key is one for all of them: the first one
        that meets it answers for the rest.

        Raises:
            Interrupted: if the port was interrupted.
        """
        for job in jobs:
            self.ask(job)
        return self._in_order(jobs)

    def _in_order(self, jobs: Sequence[JobT]) -> Iterator[tuple[JobT, AnswerT | ApiError]]:
        refused: KeyRefused | None = None
        for job in jobs:
            if refused is not None:
                yield job, refused
                continue
            try:
                yield job, self.answer(job)
            except ApiError as error:
                if isinstance(error, KeyRefused) and error.status == 401:
                    refused = error
                yield job, error
