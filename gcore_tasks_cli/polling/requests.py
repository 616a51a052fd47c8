"""One queue for all requests: each job is repeated until it has a final answer. Pure.

Every job is due at a time, leaves when the gate lets it, and is answered, fails or gets late. What
is transient makes it due again; a permanent error is final once it can be believed.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from itertools import count
from typing import NamedTuple

from gcore_tasks_cli.errors import ApiError, Interrupted, KeyRefused, NoAnswer, TaskNotFound
from gcore_tasks_cli.polling.due import DueQueue
from gcore_tasks_cli.polling.events import Outage
from gcore_tasks_cli.polling.gate import MOST_IN_FLIGHT, Gate
from gcore_tasks_cli.polling.jobs import Answer, GetTask, Job, Port, Reply
from gcore_tasks_cli.times import format_duration

_BACKOFF_BASE_SECONDS = 1.0
_BACKOFF_FLOOR_SECONDS = 0.1
# After an outage the API is asked within this long, or this share of the outage. The contract
# allows 5 s and a tenth; the rest is for the request itself.
_LONGEST_PAUSE_SECONDS = 4.0
_LONGEST_PAUSE_SHARE = 1 / 12
# A late request is repeated over another connection. The first one is kept for so long: a slow
# answer is better than none.
_LONGEST_REQUEST_SECONDS = 30.0
_MOST_REQUESTS_A_JOB = 2
# Trouble that is over sooner is not reported; it is over once nothing has failed for so long.
_TROUBLE_SECONDS = 3.0
_OBSERVED_SECONDS = 1.0
# How often, and for how many seconds, an error that is not transient has to repeat before it is
# believed. Before the first good answer, a wrong setting is the likeliest reason: at once.
_AFTER_GOOD_ANSWERS = (3, 5.0)
_NEVER_SEEN = (2, 3.0)
_GONE = (2, 10.0)
_LONGEST_CONFIRMATION_PAUSE = 2.5
_TOO_MANY_REQUESTS = 429
_UNAUTHORIZED = 401
_NOT_FOUND = 404

# Draws a number between two others; `random.uniform` is the real one.
Uniform = Callable[[float, float], float]
# Called about once a second while an answer is waited for, with the time and any outage.
Observer = Callable[[float, Outage | None], None]


class RetryPolicy(NamedTuple):
    """How long transient faults are retried: seconds since the last good answer, tries of a job.

    A rate limit (429) does not count as a try: the next request waits for its turn instead.
    """

    retry_seconds: float = 20.0
    most_tries: float = 5


# What `get`, `list`, `resources` and `ack` do; and a wait, which its deadline ends.
ONE_ANSWER = RetryPolicy()
UNTIL_DEADLINE = RetryPolicy(math.inf, math.inf)


class _Sent:
    """A request under way, which is late from `late_at` on."""

    __slots__ = ("at", "is_late", "job", "late_at", "number")

    def __init__(self, number: int, job: Job, at: float, late_at: float) -> None:
        self.number = number
        self.job = job
        self.at = at
        self.late_at = late_at
        self.is_late = False


class _Open:
    """A job without a final answer; `error` is what it failed with last."""

    __slots__ = (
        *("error", "failures", "first_sent", "limits", "not_before", "once"),
        *("refusals", "refused_at", "sent", "submitted", "was_seen"),
    )

    def __init__(self, submitted: float, *, once: bool, was_seen: bool) -> None:
        self.submitted = self.not_before = submitted
        self.once = once
        self.was_seen = was_seen
        self.sent: list[_Sent] = []
        self.error: ApiError | None = None
        self.failures = self.limits = self.refusals = 0
        self.first_sent = math.inf
        self.refused_at = 0.0


class Requests:
    """Jobs through a port; `outage` says how it stands with the API."""

    def __init__(self, port: Port, policy: RetryPolicy, uniform: Uniform) -> None:
        self._port = port
        self._policy = policy
        self._uniform = uniform
        self._open: dict[Job, _Open] = {}
        # Requests for single tasks have a pace of their own, which must not hold up a list.
        self._singles: DueQueue[Job] = DueQueue()
        self._others: DueQueue[Job] = DueQueue()
        self._under_way: dict[int, _Sent] = {}
        self._numbers = count()
        self._final: list[tuple[Job, Answer | ApiError]] = []
        self._has_news = False
        # When the API last answered with anything but a transient fault, or this began.
        self._answered = self._round_began = port.now()
        self._has_worked = False
        self._slowest_answer = 0.0
        self._failed_rounds = 0
        self._limited_job: Job | None = None
        self._failing: set[Job] = set()
        self._trouble: Outage | None = None
        self._failed_at = self.recovered_at = self._answered
        self.gate = Gate(self._answered)

    @property
    def interrupted(self) -> int | None:
        """The number of the signal that asks to stop, once there is one."""
        return self._port.interrupted

    def now(self) -> float:
        """Seconds on the port's clock."""
        return self._port.now()

    @property
    def is_failing(self) -> bool:
        """Whether any job failed last time."""
        return bool(self._failing)

    @property
    def trouble(self) -> Outage | None:
        """What is wrong, from the first request that fails until nothing has failed for a while."""
        if self._trouble is None or self._is_over(self.now()):
            return None
        next_try = None if self._under_way else self._next_send()[0]
        return self._trouble._replace(next_try=next_try, answered=self._answered)

    @property
    def outage(self) -> Outage | None:
        """The trouble, once it has lasted for long enough to report it."""
        trouble, until = self.trouble, self.now() if self._failing else self._failed_at
        return trouble if trouble and until - trouble.since >= _TROUBLE_SECONDS else None

    def submit(
        self, job: Job, at: float | None = None, *, once: bool = False, was_seen: bool = False
    ) -> None:
        """Sends the job then (None: now), when its turn comes; `wait` sends what is due.

        One that is asked `once` is not repeated. `was_seen`: the API has answered it before.
        """
        if job not in self._open:
            due = self.now() if at is None else at
            self._open[job] = _Open(due, once=once, was_seen=was_seen)
            self._queue(job).put(job, due)

    def hurry(self, job: Job) -> None:
        """Makes the job due at once, unless it is under way."""
        if job in self._open and not self._open[job].sent:
            self._queue(job).put(job, self.now())

    def cancel(self, job: Job) -> None:
        """No longer waits for an answer to this job."""
        self._final = [reply for reply in self._final if reply[0] != job]
        if job in self._open:
            self._close(job)

    def is_stuck(self, job: Job) -> bool:
        """Whether the job has been failing for so long that it should not be waited for."""
        pending = self._open.get(job)
        if pending is None or pending.error is None:
            return False
        return self.now() - pending.first_sent >= _TROUBLE_SECONDS

    def wait(self, until: float) -> list[tuple[Job, Answer | ApiError]]:
        """Final answers as soon as there are any; none at the time `until` or once interrupted.

        None either when a job begins to fail or all work again, so that it can be acted upon.
        """
        while True:
            now = self.now()
            self._expire(now)
            if self._final or self._has_news or self.interrupted is not None or now >= until:
                final, self._final, self._has_news = self._final, [], False
                return final  # before more is sent: these answers may make it needless
            self.send_due(now)
            for reply in self._port.wait(min(until, self._next_event())):
                self._take(reply)

    # Sending

    def _queue(self, job: Job) -> DueQueue[Job]:
        return self._singles if isinstance(job, GetTask) else self._others

    def _next_send(self) -> tuple[float, Job | None]:
        """When the next request leaves, and for which job, if there is room for it."""
        firsts = [first for queue in (self._others, self._singles) if (first := queue.first())]
        leaving = [(max(due, self.gate.opens(job)), job) for due, job in firsts]
        return min(leaving, default=(math.inf, None), key=lambda each: each[0])

    def _has_room(self) -> bool:
        """Whether another request may leave: a late one gives way to it."""
        fresh = sum(not sent.is_late for sent in self._under_way.values())
        return fresh < (1 if self.gate.is_probing else MOST_IN_FLIGHT)

    def send_due(self, now: float) -> None:
        """Sends what is due, as far as there is room."""
        while self._has_room():
            leaves, job = self._next_send()
            if job is None or leaves > now:
                return
            self._send(job, now)

    def _send(self, job: Job, now: float) -> None:
        self._queue(job).drop(job)
        pending = self._open[job]
        if len(pending.sent) >= _MOST_REQUESTS_A_JOB:
            self._give_up_request(pending.sent[-1])
        elif len(self._under_way) >= MOST_IN_FLIGHT:
            late = [sent for sent in self._under_way.values() if sent.is_late]
            self._give_up_request(max(late, key=lambda sent: sent.at))
        patience = max(self._longest_pause(now), 2 * self._slowest_answer)
        late_at = now + min(patience, _LONGEST_REQUEST_SECONDS)
        sent = _Sent(next(self._numbers), job, now, late_at)
        pending.sent.append(sent)
        pending.first_sent = min(pending.first_sent, now)
        self._under_way[sent.number] = sent
        self.gate.sent(job, now)
        self._port.submit(sent.number, job)

    def _give_up_request(self, sent: _Sent) -> None:
        del self._under_way[sent.number]
        self._open[sent.job].sent.remove(sent)
        self._port.cancel(sent.number)

    # Time

    def _next_event(self) -> float:
        """When something has to be done, should no reply come before."""
        events = [self._next_send()[0]] if self._has_room() else []
        events += [
            sent.at + _LONGEST_REQUEST_SECONDS if sent.is_late else sent.late_at
            for sent in self._under_way.values()
        ]
        return min((self._next_give_up(), *events))

    def _expire(self, now: float) -> None:
        for sent in list(self._under_way.values()):
            if sent.number not in self._under_way:
                continue  # given up with its job
            if sent.is_late and now >= sent.at + _LONGEST_REQUEST_SECONDS:
                self._give_up_request(sent)
            elif not sent.is_late and now >= sent.late_at:
                sent.is_late = True
                error = NoAnswer("the API does not answer", transient=True)
                self._take_transient(sent, self._open[sent.job], error, now)
        while self._next_give_up() <= now:
            self._give_up(next(iter(self._open)), self._why_too_late)

    # Answers

    def _take(self, reply: Reply) -> None:
        if (sent := self._under_way.pop(reply.number, None)) is None:
            return  # it was given up meanwhile
        now, pending = self.now(), self._open[sent.job]
        pending.sent.remove(sent)
        if isinstance(reply.answer, ApiError):
            self._take_error(sent, pending, reply.answer, now)
        else:
            self._has_worked = True
            self._note_answer(sent, now)
            self._finish(sent.job, reply.answer)

    def _take_error(self, sent: _Sent, pending: _Open, error: ApiError, now: float) -> None:
        if error.retry_after is not None:
            pending.not_before = now + error.retry_after
        is_transient = error.transient
        if error.status == _NOT_FOUND and not isinstance(error, TaskNotFound):
            # Not the API's own: a proxy's, or a wrong base URL, which would never have worked.
            is_transient = self._has_worked or error.retry_after is not None
        if pending.once:
            self._finish(sent.job, error)
        elif is_transient:
            self._take_transient(sent, pending, error, now)
        else:
            self._note_answer(sent, now)  # the API is there, and says no
            self._take_refusal(sent, pending, error, now)

    def _take_refusal(self, sent: _Sent, pending: _Open, error: ApiError, now: float) -> None:
        """Believes a permanent error, or asks again to see whether it repeats."""
        if not pending.refusals:
            pending.refused_at = now
        pending.refusals += 1
        times, seconds = self._needed(pending, error)
        if pending.refusals < times or now - pending.refused_at < seconds:
            self._note_failure(sent, pending, error, now)
            self._queue(sent.job).put(sent.job, now + min(seconds / 2, _LONGEST_CONFIRMATION_PAUSE))
        elif isinstance(error, KeyRefused) and error.status == _UNAUTHORIZED:
            for job in list(self._open):  # the key is one for all of them
                self._finish(job, error)
        else:
            self._finish(sent.job, error)

    def _needed(self, pending: _Open, error: ApiError) -> tuple[int, float]:
        if isinstance(error, TaskNotFound):
            return _GONE if pending.was_seen else _NEVER_SEEN
        if self._has_worked:
            return _AFTER_GOOD_ANSWERS
        return _NEVER_SEEN if error.status == _NOT_FOUND else (1, 0.0)

    def _take_transient(self, sent: _Sent, pending: _Open, error: ApiError, now: float) -> None:
        if pending.once:
            self._finish(sent.job, error)
            return
        pending.refusals = 0
        is_limit = error.status == _TOO_MANY_REQUESTS
        pending.failures += not is_limit
        if is_limit:
            self._take_limit(sent, pending, now)
        self._note_failure(sent, pending, error, now)
        if sent.at >= self._round_began:  # requests that are under way together fail together
            self._round_began = now
            self._failed_rounds += 1
        due = max(now + self._pause(sent, pending, now, is_limit=is_limit), pending.not_before)
        if (why := self._why_not_again(pending, error, due)) is not None:
            self._give_up(sent.job, why)
            return
        if not is_limit:
            self.gate.failed(sent.job, due)
        if error.retry_after is not None and (is_limit or self.gate.is_probing):
            self.gate.hold(pending.not_before)  # asked of this client, not of this job
        self._queue(sent.job).put(sent.job, due)

    def _take_limit(self, sent: _Sent, pending: _Open, now: float) -> None:
        """Slows down all requests; but a job that alone is refused waits longer by itself."""
        if sent.job == self._limited_job:
            pending.limits += 1
        else:
            self._limited_job, pending.limits = sent.job, 0
            self.gate.limited(sent.at, now)

    def _pause(self, sent: _Sent, pending: _Open, now: float, *, is_limit: bool) -> float:
        failures = max(pending.failures, self._failed_rounds if self.gate.is_probing else 0)
        if is_limit:
            failures = pending.limits  # else the gate's spacing is enough
        if sent.is_late or not failures:
            return 0.0
        return backoff(failures, self._uniform, self._longest_pause(now))

    def _longest_pause(self, now: float) -> float:
        return max(_LONGEST_PAUSE_SECONDS, (now - self._answered) * _LONGEST_PAUSE_SHARE)

    def _note_answer(self, sent: _Sent, now: float) -> None:
        self._answered = now
        self._slowest_answer = max(self._slowest_answer / 2, now - sent.at)
        self._failed_rounds = 0
        was_probing = self.gate.is_probing
        self.gate.answered(now)
        if was_probing:
            # All that waited for the outage to end may go on now.
            for job, pending in self._open.items():
                if pending.error is not None and all(each.is_late for each in pending.sent):
                    self._queue(job).put(job, max(now, pending.not_before))

    def _note_failure(self, sent: _Sent, pending: _Open, error: ApiError, now: float) -> None:
        self._has_news |= pending.error is None
        pending.error = error
        if isinstance(error, TaskNotFound):
            return  # that is no trouble of the API
        trouble = self._trouble
        if trouble is None or self._is_over(now):
            trouble = Outage(sent.at, self._answered, error, None, 0)
        self._trouble = trouble._replace(error=error, failures=trouble.failures + 1)
        self._failed_at = now
        self._failing.add(sent.job)

    def _is_over(self, now: float) -> bool:
        return not self._failing and now - self._failed_at >= _TROUBLE_SECONDS

    # Ending

    def _finish(self, job: Job, answer: Answer | ApiError) -> None:
        self._close(job)
        self._final.append((job, answer))

    def _close(self, job: Job) -> None:
        for sent in list(self._open[job].sent):
            self._give_up_request(sent)
        del self._open[job]
        self._queue(job).drop(job)
        if job in self._failing:
            self._failing.discard(job)
            if not self._failing:
                self.recovered_at, self._has_news = self.now(), True

    def _why_not_again(self, pending: _Open, error: ApiError, then: float) -> str | None:
        if pending.failures >= self._policy.most_tries:
            return f"; gave up after {pending.failures} tries"
        if then < self._gives_up_at(pending):
            return None
        if error.retry_after is not None:
            asked = format_duration(error.retry_after)
            return f"; gave up: it asks to come back after {asked}"
        return self._why_too_late

    def _gives_up_at(self, pending: _Open) -> float:
        return max(self._answered, pending.submitted) + self._policy.retry_seconds

    def _next_give_up(self) -> float:
        oldest = next(iter(self._open.values()), None)
        return math.inf if oldest is None else self._gives_up_at(oldest)

    @property
    def _why_too_late(self) -> str:
        return f"; gave up after {format_duration(self._policy.retry_seconds)}"

    def _give_up(self, job: Job, why: str) -> None:
        error = self._open[job].error or NoAnswer("the API does not answer", transient=True)
        final = copy(error)
        final.message = f"{error.message}{why}"
        self._finish(job, final)


class Answers:
    """Jobs that are under way beside each other, and whose answers are taken one by one."""

    def __init__(
        self,
        port: Port,
        uniform: Uniform,
        *,
        policy: RetryPolicy = ONE_ANSWER,
        observer: Observer | None = None,
    ) -> None:
        self._requests = Requests(port, policy, uniform)
        self._observer = observer
        self._answers: dict[Job, Answer | ApiError] = {}

    def ask(self, job: Job) -> None:
        """Begins with this job."""
        self._requests.submit(job)
        self._requests.send_due(self._requests.now())

    def cancel(self, job: Job) -> None:
        """No longer waits for an answer to this job."""
        self._requests.cancel(job)
        self._answers.pop(job, None)

    def answer(self, job: Job) -> Answer:
        """Waits for the answer to this job, and keeps what comes for others.

        Raises:
            ApiError: for a permanent fault, or a transient one that lasted too long.
            Interrupted: if the port was interrupted.
        """
        requests = self._requests
        while job not in self._answers:
            self._answers.update(requests.wait(requests.now() + _OBSERVED_SECONDS))
            if self._observer is not None and not isinstance(self._answers.get(job), ApiError):
                self._observer(requests.now(), requests.outage)
            if requests.interrupted is not None:
                raise Interrupted(requests.interrupted)
        answer = self._answers.pop(job)
        if isinstance(answer, ApiError):
            raise answer
        return answer


def in_order(
    port: Port, jobs: Sequence[Job], uniform: Uniform, *, observer: Observer | None = None
) -> Iterator[tuple[Job, Answer | ApiError]]:
    """Each job with its answer or its error, in their order, as soon as it can be.

    They are under way when this returns.

    Raises:
        Interrupted: if the port was interrupted.
    """
    answers = Answers(port, uniform, observer=observer)
    for job in jobs:
        answers.ask(job)
    return _in_order(answers, jobs)


def _in_order(answers: Answers, jobs: Sequence[Job]) -> Iterator[tuple[Job, Answer | ApiError]]:
    for job in jobs:
        try:
            yield job, answers.answer(job)
        except ApiError as error:
            yield job, error


def backoff(failures: int, uniform: Uniform, longest: float = _LONGEST_PAUSE_SECONDS) -> float:
    """Seconds to wait after so many failures in a row: exponential, capped, with full jitter.

    Full jitter as in Brooker, "Exponential Backoff And Jitter" (2015): clients that failed
    together do not come back together.
    """
    ceiling = min(longest, _BACKOFF_BASE_SECONDS * 2.0 ** min(max(failures - 1, 0), 30))
    return max(_BACKOFF_FLOOR_SECONDS, uniform(0.0, ceiling))
