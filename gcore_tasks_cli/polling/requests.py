"""One queue for all requests: each job is repeated until it has a final answer. Pure.

Every job is due at a time, leaves when the gate lets it, and is answered, fails or gets late. What
is transient makes it due again; a permanent error is final once it can be believed.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from itertools import count, islice
from typing import NamedTuple

from gcore_tasks_cli.errors import ApiError, Interrupted, NoAnswer, TaskNotFound
from gcore_tasks_cli.polling.due import DueQueue
from gcore_tasks_cli.polling.events import Outage
from gcore_tasks_cli.polling.gate import MOST_IN_FLIGHT, Gate
from gcore_tasks_cli.polling.jobs import Answer, GetTask, Job, Port, Reply
from gcore_tasks_cli.times import format_duration

_BACKOFF_BASE_SECONDS = 1.0
# After an outage the API is asked within this long, or this share of the outage. The contract
# allows 5 s and a tenth; the rest is for the request itself.
_LONGEST_PAUSE_SECONDS = 4.0
_LONGEST_PAUSE_SHARE = 1 / 12
# A late request is repeated over another connection. It is kept for so long all the same: a slow
# answer is better than none.
_LONGEST_REQUEST_SECONDS = 30.0
# Trouble that is over sooner is not reported. It is over once nothing has failed for longer than
# two checks of a young task are apart: what fails now and then is one trouble.
_TROUBLE_SECONDS = 3.0
_CALM_SECONDS = 5.0
_OBSERVED_SECONDS = 1.0
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

    def __init__(self, number: int, job: Job, at: float, late_at: float) -> None:
        self.number = number
        self.job = job
        self.at = at
        self.late_at = late_at
        self.is_late = False


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

    def __init__(self, submitted: float, *, once: bool, for_good: bool, was_seen: bool) -> None:
        self.submitted = self.not_before = submitted
        self.once = once
        self.for_good = for_good
        self.was_seen = was_seen
        self.sent: list[_Sent] = []
        self.error: ApiError | None = None
        self.row = _Row()


class Requests:
    """Jobs through a port; `outage` says how it stands with the API."""

    def __init__(self, port: Port, policy: RetryPolicy, uniform: Uniform) -> None:
        self.port = port
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
        self._answered = self.failing_until = port.now()
        self._worked_at = -math.inf  # the last good answer
        self._refusals = _Row()  # of any job, since the last good answer
        self._slowest_answer = 0.0
        self._failing: set[Job] = set()
        self._trouble: Outage | None = None
        self.gate = Gate(self._answered)

    @property
    def is_failing(self) -> bool:
        """Whether any job failed last time, or was given up and none has worked since."""
        trouble = self._trouble
        return bool(self._failing) or (trouble is not None and self._worked_at <= trouble.since)

    @property
    def _has_worked(self) -> bool:
        return self._worked_at > -math.inf

    @property
    def trouble(self) -> Outage | None:
        """What is wrong, from the first request that fails until nothing has failed for a while."""
        if self._trouble is None or self._is_over(self.port.now()):
            return None
        next_try = None if self._under_way else self._next_send()[0]
        return self._trouble._replace(next_try=next_try, answered=self._answered)

    @property
    def outage(self) -> Outage | None:
        """The trouble, once it has lasted for long enough to report it."""
        trouble, until = self.trouble, self.port.now() if self.is_failing else self.failing_until
        return trouble if trouble and until - trouble.since >= _TROUBLE_SECONDS else None

    def submit(
        self,
        job: Job,
        at: float | None = None,
        *,
        once: bool = False,
        for_good: bool = False,
        was_seen: bool = False,
    ) -> None:
        """Sends the job then (None: now), when its turn comes; `wait` sends what is due.

        One that is asked `once` is not repeated, one `for_good` is until it is answered.
        `was_seen`: the API has answered it before.
        """
        if job not in self._open:
            due = self.port.now() if at is None else at
            self._open[job] = _Open(due, once=once, for_good=for_good, was_seen=was_seen)
            self._queue(job).put(job, due)

    def cancel(self, job: Job) -> None:
        """No longer waits for an answer to this job."""
        self._final = [reply for reply in self._final if reply[0] != job]
        if job in self._open:
            self._close(job)

    def is_stuck(self, job: Job) -> bool:
        """Whether the job is refused, or fails for so long that it should not be waited for."""
        pending = self._open.get(job)
        if pending is None or pending.error is None:
            return False
        is_late = self.port.now() - pending.submitted >= _TROUBLE_SECONDS
        return is_late or not self._is_transient(pending.error)

    def wait(self, until: float) -> list[tuple[Job, Answer | ApiError]]:
        """Final answers as soon as there are any; none at the time `until` or once interrupted.

        None either when a job begins to fail or all work again, so that it can be acted upon.
        """
        while True:
            now = self.port.now()
            self._expire(now)
            if self._final or self._has_news or self.port.interrupted is not None or now >= until:
                final, self._final, self._has_news = self._final, [], False
                return final  # before more is sent: these answers may make it needless
            self.send_due(now)
            for reply in self.port.wait(min(until, self._next_event())):
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
        if len(self._under_way) >= MOST_IN_FLIGHT:
            late = [sent for sent in self._under_way.values() if sent.is_late]
            # Rather one for a single task than a list, which answers for many.
            last = max(late, key=lambda sent: (isinstance(sent.job, GetTask), sent.at))
            self._give_up_request(last)
        patience = max(self._longest_pause(now), 2 * self._slowest_answer)
        sent = _Sent(next(self._numbers), job, now, now + min(patience, _LONGEST_REQUEST_SECONDS))
        self._open[job].sent.append(sent)
        self._under_way[sent.number] = sent
        self.gate.sent(job, now)
        self.port.submit(sent.number, job)

    def _give_up_request(self, sent: _Sent) -> None:
        del self._under_way[sent.number]
        self._open[sent.job].sent.remove(sent)
        self.port.cancel(sent.number)

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
                self._take_failure(sent, self._open[sent.job], _SILENCE, now)
        while self._next_give_up() <= now:
            job, pending = next(iter(self._open.items()))
            self._give_up(job, pending.error or _SILENCE)

    def _next_give_up(self) -> float:
        return min(map(self._gives_up_at, islice(self._open.values(), 1)), default=math.inf)

    def _gives_up_at(self, pending: _Open) -> float:
        return max(self._answered, pending.submitted) + self._policy.retry_seconds

    # Answers

    def _take(self, reply: Reply) -> None:
        if (sent := self._under_way.pop(reply.number, None)) is None:
            return  # it was given up meanwhile
        now, pending, answer = self.port.now(), self._open[sent.job], reply.answer
        pending.sent.remove(sent)
        if isinstance(answer, ApiError):
            self._take_failure(sent, pending, answer, now)
        else:
            self._worked_at, self._refusals = now, _Row()
            self._note_answer(sent, now)
            self._finish(sent.job, answer)

    def _take_failure(self, sent: _Sent, pending: _Open, error: ApiError, now: float) -> None:
        if error.retry_after is not None:
            pending.not_before = now + error.retry_after
        if pending.once:
            self._finish(sent.job, error)
        elif pending.for_good or self._is_transient(error):
            self._take_transient(sent, pending, error, now)
        else:
            self._note_answer(sent, now)  # the API is there, and says no
            self._take_refusal(sent, pending, error, now)

    def _is_transient(self, error: ApiError) -> bool:
        if error.status == _NOT_FOUND and not isinstance(error, TaskNotFound):
            # Not the API's own: a proxy's, or a wrong base URL, which would never have worked.
            return self._has_worked
        return error.transient

    def _take_refusal(self, sent: _Sent, pending: _Open, error: ApiError, now: float) -> None:
        """Believes a permanent error, or asks again to see whether it repeats."""
        kind = f"{type(error).__name__} {error.status}"
        self._note_failure(kind, sent, pending, error, now)
        times, seconds = self._needed(pending, error)
        if not isinstance(error, TaskNotFound):
            self._refusals.add(kind, sent.at)
        is_general = self._refusals.has_lasted(times, seconds, now)
        if not (is_general or pending.row.has_lasted(times, seconds, now)):
            due = max(now + min(seconds / 2, _LONGEST_CONFIRMATION_PAUSE), pending.not_before)
            self._queue(sent.job).put(sent.job, due)
        elif error.status == _UNAUTHORIZED or self._refusals.count >= _REFUSES_EVERYTHING:
            for job in list(self._open):  # no other job could fare better
                self._finish(job, error)
        else:
            self._finish(sent.job, error)

    def _needed(self, pending: _Open, error: ApiError) -> tuple[int, float]:
        if isinstance(error, TaskNotFound):
            return _GONE if pending.was_seen else _NEVER_SEEN
        if self._has_worked or error.retry_after is not None:
            return _AFTER_GOOD_ANSWERS
        return _NEVER_SEEN if error.status == _NOT_FOUND else (1, 0.0)

    def _take_transient(self, sent: _Sent, pending: _Open, error: ApiError, now: float) -> None:
        is_limit = error.status == _TOO_MANY_REQUESTS
        self._note_failure("limit" if is_limit else "transient", sent, pending, error, now)
        if is_limit:
            failures = self.gate.limited(sent.job, sent.at, now)
        else:
            failures = self.gate.failed(sent.job, pending.row.count)
        pause = backoff(failures, self._uniform, self._longest_pause(now)) if failures else 0.0
        due = max(now if sent.is_late else now + pause, pending.not_before)
        is_last_try = not is_limit and pending.row.count >= self._policy.most_tries
        if is_last_try or due >= self._gives_up_at(pending):
            self._give_up(sent.job, error)
            return
        if self.gate.is_probing or (is_limit and error.retry_after is not None):
            self.gate.hold(due)  # for all: it is not about this job
        self._queue(sent.job).put(sent.job, due)

    def _longest_pause(self, now: float) -> float:
        return max(_LONGEST_PAUSE_SECONDS, (now - self._answered) * _LONGEST_PAUSE_SHARE)

    def _note_answer(self, sent: _Sent, now: float) -> None:
        self._answered = now
        self._slowest_answer = max(self._slowest_answer / 2, now - sent.at)
        self.gate.answered(now)

    def _note_failure(
        self, kind: str, sent: _Sent, pending: _Open, error: ApiError, now: float
    ) -> None:
        self._has_news |= pending.error is None
        pending.row.add(kind, sent.at)
        pending.error = error
        if isinstance(error, TaskNotFound):
            return  # that is no trouble of the API
        trouble = self._trouble
        if trouble is None or self._is_over(now):
            trouble = Outage(sent.at, self._answered, error, None, 0)
        self._trouble = trouble._replace(error=error, failures=trouble.failures + 1)
        self.failing_until = now
        self._failing.add(sent.job)

    def _is_over(self, now: float) -> bool:
        return not self.is_failing and now - self.failing_until >= _CALM_SECONDS

    # Ending

    def _finish(self, job: Job, answer: Answer | ApiError) -> None:
        self._close(job)
        self._final.append((job, answer))

    def _close(self, job: Job) -> None:
        for sent in list(self._open[job].sent):
            self._give_up_request(sent)
        del self._open[job]
        self._queue(job).drop(job)
        if self._failing == {job}:
            self._has_news, self.failing_until = True, self.port.now()
        self._failing.discard(job)

    def _give_up(self, job: Job, error: ApiError) -> None:
        pending, final = self._open[job], copy(error)
        why = f" after {format_duration(self.port.now() - pending.submitted)}"
        if error.retry_after is not None:
            why = f": it asks to come back after {format_duration(error.retry_after)}"
        final.message = f"{error.message}; gave up{why}"
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
        self._requests.send_due(self._requests.port.now())

    def cancel(self, job: Job) -> None:
        """No longer waits for an answer to this job."""
        self._requests.cancel(job)
        self._answers.pop(job, None)

    def outcome(self, job: Job) -> Answer | ApiError:
        """Waits for the answer to this job, or its error; keeps what comes for others.

        Raises:
            Interrupted: if the port was interrupted.
        """
        requests = self._requests
        while job not in self._answers:
            self._answers.update(requests.wait(requests.port.now() + _OBSERVED_SECONDS))
            if self._observer is not None and not isinstance(self._answers.get(job), ApiError):
                self._observer(requests.port.now(), requests.outage)
            if requests.port.interrupted is not None:
                raise Interrupted(requests.port.interrupted)
        return self._answers.pop(job)

    def answer(self, job: Job) -> Answer:
        """As `outcome`, for a good one.

        Raises:
            ApiError: for a permanent fault, or a transient one that lasted too long.
            Interrupted: if the port was interrupted.
        """
        outcome = self.outcome(job)
        if isinstance(outcome, ApiError):
            raise outcome
        return outcome


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
    return ((job, answers.outcome(job)) for job in jobs)


def backoff(failures: int, uniform: Uniform, longest: float = _LONGEST_PAUSE_SECONDS) -> float:
    """Seconds to wait after so many failures in a row: exponential, capped, with equal jitter.

    Equal jitter as in Brooker, "Exponential Backoff And Jitter" (2015): clients that failed
    together do not come back together, and one that keeps failing is not asked often.
    """
    ceiling = min(longest, _BACKOFF_BASE_SECONDS * 2.0 ** min(max(failures - 1, 0), 30))
    return uniform(ceiling / 2, ceiling)
