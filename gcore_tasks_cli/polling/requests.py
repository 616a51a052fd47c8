"""One queue for all requests: each job is repeated until it has a final answer. Pure.

Every job is due at a time, leaves when the gate lets it, and is answered, fails or gets late. What
is transient makes it due again; a permanent error is final once it can be believed.
"""

import math
from collections.abc import Iterator, Sequence
from copy import copy
from itertools import count, islice
from typing import NamedTuple

from gcore_tasks_cli.errors import ApiError, NoAnswer, TaskNotFound
from gcore_tasks_cli.polling.events import Outage
from gcore_tasks_cli.polling.gate import (
    LONGEST_PAUSE_SECONDS,
    MOST_IN_FLIGHT,
    Gate,
    Uniform,
    backoff,
)
from gcore_tasks_cli.polling.jobs import Answer, GetTask, Job, Port
from gcore_tasks_cli.polling.outages import TROUBLE_SECONDS, Outages
from gcore_tasks_cli.times import format_duration

# The share of an outage that a pause in it may take.
_LONGEST_PAUSE_SHARE = 1 / 12
# A late request is repeated over another connection. It is kept for so long all the same: a slow
# answer is better than none.
_LONGEST_REQUEST_SECONDS = 30.0
# How often, and for how many seconds, an error that is not transient has to repeat before it is
# believed. Before the first good answer, a wrong setting is the likeliest reason: at once.
_AFTER_GOOD_ANSWERS = (3, 5.0)
_NEVER_SEEN = (2, 3.0)
_GONE = (2, 10.0)
_LONGEST_CONFIRMATION_PAUSE = 2.5
_SILENCE = NoAnswer("the API does not answer", transient=True)
_TOO_MANY_REQUESTS = 429
_UNAUTHORIZED = 401
# So many refusals in a row, of whichever jobs, are of all.
_REFUSES_EVERYTHING = 16
_NOT_FOUND = 404


class RetryPolicy(NamedTuple):
    """How long transient faults are retried: seconds since the last good answer, tries of a job.

    A rate limit (429) does not count as a try: the next request waits for its turn instead.
    """

    retry_seconds: float = 20.0
    most_tries: float = 5


# What `get`, `list`, `resources` and `ack` do; and a wait, which its deadline ends.
ONE_ANSWER = RetryPolicy()
UNTIL_DEADLINE = RetryPolicy(math.inf, math.inf)
ONCE = RetryPolicy(most_tries=1)


class _Sent(NamedTuple):
    """A request under way; what is late from `late_at` on is sent again beside it."""

    number: int
    job: Job
    at: float
    late_at: float
    is_late: bool = False

    @property
    def next_event(self) -> float:
        """When it is late, or given up."""
        return self.at + _LONGEST_REQUEST_SECONDS if self.is_late else self.late_at


class _Row:
    """Failures of one kind in a row: how many, and when the first of them was sent."""

    def __init__(self) -> None:
        self.kind = ""
        self.count = 0
        self.since = 0.0

    def add(self, kind: str, sent_at: float) -> None:
        """Counts a failure; another kind begins another row."""
        if kind != self.kind:
            self.kind, self.count, self.since = kind, 0, sent_at
        self.count += 1

    def has_lasted(self, times: int, seconds: float, now: float) -> bool:
        """Whether there were so many of them, over so long."""
        return self.count >= times and now - self.since >= seconds


class _Open:
    """A job without a final answer; `error` is what it failed with last."""

    def __init__(self, submitted: float, policy: RetryPolicy, *, was_seen: bool) -> None:
        self.submitted = self.not_before = submitted
        self.policy = policy
        self.was_seen = was_seen
        self.error: ApiError | None = None
        self.row = _Row()


class Requests:
    """Jobs through a port: `submit` them, then `wait` for any answer, or for one's `outcome`.

    From the `deadline` on nothing is sent.
    """

    def __init__(
        self,
        port: Port,
        policy: RetryPolicy,
        uniform: Uniform,
        *,
        deadline: float = math.inf,
    ) -> None:
        self.port = port
        self.deadline = deadline
        self._policy = policy
        self._uniform = uniform
        self._open: dict[Job, _Open] = {}
        self._under_way: dict[int, _Sent] = {}
        self._numbers = count()
        self._final: dict[Job, Answer | ApiError] = {}
        self._refusals = _Row()  # of any job, since the last good answer
        self._slowest_answer = 0.0
        self.gate = Gate(port.now())
        self.outages = Outages(port.now())

    def outage(self, at_least: float = TROUBLE_SECONDS) -> Outage | None:
        """What is wrong with the API, once it has lasted for so many seconds."""
        outage = self.outages.outage(self.port.now(), at_least)
        next_try = None if self._under_way else self.gate.first()[0]
        return outage._replace(next_try=next_try) if outage is not None else None

    def submit(
        self,
        job: Job,
        at: float | None = None,
        *,
        policy: RetryPolicy | None = None,
        was_seen: bool = False,
    ) -> None:
        """Sends the job then (None: now), as soon as its turn has come.

        `was_seen`: the API has answered it before.
        """
        if job not in self._open:
            now = self.port.now()
            due = now if at is None else at
            self._open[job] = _Open(due, policy or self._policy, was_seen=was_seen)
            self.gate.put(job, due)
            self._send_due(now)

    def cancel(self, job: Job) -> None:
        """No longer waits for an answer to this job."""
        self._final.pop(job, None)
        if job in self._open:
            self._close(job)

    def is_stuck(self, job: Job) -> bool:
        """Whether the job is refused, or fails for so long that it should not be waited for."""
        pending = self._open.get(job)
        if pending is None or pending.error is None:
            return False
        is_late = self.port.now() - pending.submitted >= TROUBLE_SECONDS
        return is_late or not self._is_transient(pending.error)

    def wait(self, until: float) -> dict[Job, Answer | ApiError]:
        """Final answers, if there are any after the next reply or other event.

        None at the time `until`, or once interrupted.
        """
        if self.port.now() < until:
            self._step(until)
        final, self._final = self._final, {}
        return final

    def _step(self, until: float) -> None:
        self._send_due(self.port.now())
        for number, answer in self.port.wait(min(until, self._next_event())).items():
            self._take(number, answer)
        self._expire(self.port.now())

    def outcome(self, job: Job) -> Answer | ApiError:
        """Waits for the answer to this job, or its error; keeps what comes for others."""
        while job not in self._final:
            self._step(math.inf)
        return self._final.pop(job)

    def answer(self, job: Job) -> Answer:
        """As `outcome`, for a good one.

        Raises:
            ApiError: for a permanent fault, or a transient one that lasted too long.
        """
        outcome = self.outcome(job)
        if isinstance(outcome, ApiError):
            raise outcome
        return outcome

    def in_order(self, jobs: Sequence[Job]) -> Iterator[tuple[Job, Answer | ApiError]]:
        """Each job with its answer or its error, in their order, as soon as it can be.

        They are under way when this returns.
        """
        for job in jobs:
            self.submit(job)
        return ((job, self.outcome(job)) for job in jobs)

    # Sending

    def _send_due(self, now: float) -> None:
        """Sends what is due, as far as there is room."""
        while self._has_room() and now < self.deadline:
            leaves, job = self.gate.first()
            if job is None or leaves > now:
                return
            self._send(job, now)

    def _has_room(self) -> bool:
        """Whether another request may leave: a late one gives way to it."""
        fresh = sum(not sent.is_late for sent in self._under_way.values())
        return fresh < (1 if self.outages.failed_in_a_row else MOST_IN_FLIGHT)

    def _send(self, job: Job, now: float) -> None:
        if len(self._under_way) >= MOST_IN_FLIGHT:
            late = [sent for sent in self._under_way.values() if sent.is_late]
            # Rather one for a single task than a list, which answers for many.
            self._abandon(max(late, key=lambda sent: (isinstance(sent.job, GetTask), sent.at)))
        patience = max(self._longest_pause(now), 2 * self._slowest_answer)
        late_at = now + min(patience, _LONGEST_REQUEST_SECONDS)
        sent = _Sent(next(self._numbers), job, now, late_at)
        self._under_way[sent.number] = sent
        self.gate.sent(job, now)
        self.port.submit(sent.number, job)

    def _abandon(self, sent: _Sent) -> None:
        del self._under_way[sent.number]
        self.port.cancel(sent.number)

    # Time

    def _next_event(self) -> float:
        """When something has to be done, should no reply come before."""
        events = [self.gate.first()[0]] if self._has_room() else []
        under_way = (sent.next_event for sent in self._under_way.values())
        return min(self._next_give_up(), *events, *under_way)

    def _expire(self, now: float) -> None:
        for number, sent in list(self._under_way.items()):
            if number not in self._under_way or now < sent.next_event:
                continue  # abandoned with its job, or not yet
            if sent.is_late:
                self._abandon(sent)
            else:
                self._under_way[number] = late = sent._replace(is_late=True)
                self._take_failure(late, _SILENCE, now)
        while self._next_give_up() <= now:
            job, pending = next(iter(self._open.items()))
            self._give_up(job, pending.error or _SILENCE)

    def _next_give_up(self) -> float:
        return min(map(self._gives_up_at, islice(self._open.values(), 1)), default=math.inf)

    def _gives_up_at(self, pending: _Open) -> float:
        return max(self.outages.answered_at, pending.submitted) + pending.policy.retry_seconds

    # Answers

    def _take(self, number: int, answer: Answer | ApiError) -> None:
        if (sent := self._under_way.pop(number, None)) is None:
            return  # it was given up meanwhile
        now = self.port.now()
        if isinstance(answer, ApiError):
            # It has come after all: the next one pauses as after any other failure.
            self._take_failure(sent._replace(is_late=False), answer, now)
        else:
            self._refusals = _Row()
            self._note_answer(sent, now, is_good=True)
            self._finish(sent.job, answer)

    def _take_failure(self, sent: _Sent, error: ApiError, now: float) -> None:
        pending = self._open[sent.job]
        if pending.policy.most_tries == 1:
            self._finish(sent.job, error)
            return
        if error.retry_after is not None:
            pending.not_before = now + error.retry_after
        is_transient = self._is_transient(error)
        kind = "transient" if is_transient else f"{type(error).__name__} {error.status}"
        if not is_transient:
            self._note_answer(sent, now, is_good=False)  # the API is there, and says no
        pending.row.add("limit" if error.status == _TOO_MANY_REQUESTS else kind, sent.at)
        pending.error = error
        if not isinstance(error, TaskNotFound):  # that is no trouble of the API
            self.outages.failed(sent.job, sent.at, error, now)
        (self._retry if is_transient else self._confirm)(sent, pending, error, now)

    def _is_transient(self, error: ApiError) -> bool:
        if error.status == _NOT_FOUND and not isinstance(error, TaskNotFound):
            # Not the API's own: a proxy's, or a wrong base URL, which would never have worked.
            return self.outages.has_worked
        return error.transient

    def _confirm(self, sent: _Sent, pending: _Open, error: ApiError, now: float) -> None:
        """Believes a permanent error, or asks again to see whether it repeats."""
        times, seconds = self._needed(pending, error)
        if not isinstance(error, TaskNotFound):
            self._refusals.add(pending.row.kind, sent.at)
        is_general = self._refusals.has_lasted(times, seconds, now)
        if not (is_general or pending.row.has_lasted(times, seconds, now)):
            due = max(now + min(seconds / 2, _LONGEST_CONFIRMATION_PAUSE), pending.not_before)
            self.gate.put(sent.job, due)
        elif error.status == _UNAUTHORIZED or self._refusals.count >= _REFUSES_EVERYTHING:
            for job in list(self._open):  # no other job could fare better
                self._finish(job, error)
        else:
            self._finish(sent.job, error)

    def _needed(self, pending: _Open, error: ApiError) -> tuple[int, float]:
        if isinstance(error, TaskNotFound):
            return _GONE if pending.was_seen else _NEVER_SEEN
        if self.outages.has_worked or error.retry_after is not None:
            return _AFTER_GOOD_ANSWERS
        return _NEVER_SEEN if error.status == _NOT_FOUND else (1, 0.0)

    def _retry(self, sent: _Sent, pending: _Open, error: ApiError, now: float) -> None:
        """Makes the job due again, unless that would be too often or too late."""
        is_limit = error.status == _TOO_MANY_REQUESTS
        failures = pending.row.count + self.outages.failed_in_a_row
        if is_limit:
            failures = pending.row.count - 1
            self.gate.limited(sent.at, now)
        pause = backoff(failures, self._uniform, self._longest_pause(now)) if failures else 0.0
        due = max(now if sent.is_late else now + pause, pending.not_before)
        is_last_try = not is_limit and pending.row.count >= pending.policy.most_tries
        if is_last_try or due >= self._gives_up_at(pending):
            self._give_up(sent.job, error)
            return
        if self.outages.failed_in_a_row or (is_limit and error.retry_after is not None):
            self.gate.hold(due)  # for all: it is not about this job
        self.gate.put(sent.job, due)

    def _longest_pause(self, now: float) -> float:
        return max(LONGEST_PAUSE_SECONDS, (now - self.outages.answered_at) * _LONGEST_PAUSE_SHARE)

    def _note_answer(self, sent: _Sent, now: float, *, is_good: bool) -> None:
        self.outages.answered(now, is_good=is_good)
        self._slowest_answer = max(self._slowest_answer / 2, now - sent.at)
        self.gate.answered(now)

    # Ending

    def _finish(self, job: Job, answer: Answer | ApiError) -> None:
        self._close(job)
        self._final[job] = answer

    def _close(self, job: Job) -> None:
        for sent in [sent for sent in self._under_way.values() if sent.job == job]:
            self._abandon(sent)
        del self._open[job]
        self.gate.drop(job)
        self.outages.closed(job, self.port.now())

    def _give_up(self, job: Job, error: ApiError) -> None:
        pending, final = self._open[job], copy(error)
        why = f"tried for {format_duration(self.port.now() - pending.submitted)}"
        if error.retry_after is not None:
            why = f"it asks to come back after {format_duration(error.retry_after)}"
        final.message = f"{error.message}; {why}"
        self._finish(job, final)
