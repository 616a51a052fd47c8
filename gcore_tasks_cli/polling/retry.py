"""Retries of transient faults, shared by everything that asks the API. Pure: time is injected.

`RetryingPort` sends jobs through another port and hands back final replies only: a good answer, a
permanent error, or a transient one that its policy does not retry any longer. Only for requests
that may be repeated: reading, and acknowledging, which changes nothing the second time.
"""

import heapq
import math
from collections import deque
from collections.abc import Callable
from copy import copy
from itertools import count
from typing import Generic, NamedTuple

from gcore_tasks_cli.errors import ApiError, NoAnswer
from gcore_tasks_cli.polling.port import AnswerT, JobT, Port, Reply
from gcore_tasks_cli.times import format_duration

_BACKOFF_BASE_SECONDS = 1.0
_BACKOFF_FLOOR_SECONDS = 0.1
# After an outage the API is asked within this long, or this share of the outage. The contract
# allows 5 s and a tenth; the rest is for the request itself.
_LONGEST_PAUSE_SECONDS = 4.0
_LONGEST_PAUSE_SHARE = 1 / 12
# After so many failures in a row, whichever jobs they were for, one request at a time probes.
_PROBE_AFTER_FAILURES = 4
# As many as the worker threads (`api.worker_threads`) do at once; more would only wait there.
MOST_IN_FLIGHT = 16
# A rate limit doubles the time between requests, from and up to these seconds.
_LEAST_GAP_SECONDS = 0.02
_MOST_GAP_SECONDS = 30.0
_SENDS_MEASURED = 8
_TOO_MANY_REQUESTS = 429

# Draws a number between two others; `random.uniform` is the real one.
Uniform = Callable[[float, float], float]


class RetryPolicy(NamedTuple):
    """How long transient faults are retried: seconds since the last good answer, tries of a job.

    A rate limit (429) does not count as a try: the next request waits for its turn instead.
    `deadline`, on the port's clock, ends them all.
    """

    retry_seconds: float = 20.0
    most_tries: float = 5
    deadline: float = math.inf


# What `get`, `list`, `resources` and `ack` do; and a wait, which its deadline ends.
ONE_ANSWER = RetryPolicy()
UNTIL_DEADLINE = RetryPolicy(math.inf, math.inf)


class Outage(NamedTuple):
    """There has been no good answer since `since`; `next_try` is None while a try is under way.

    Times are in seconds on the port's clock.
    """

    since: float
    error: ApiError
    next_try: float | None


class _Open:
    """A job without a final reply."""

    def __init__(self, submitted: float, *, once: bool) -> None:
        self.submitted = submitted
        self.once = once
        self.sent = -math.inf
        self.in_flight = 0
        self.failures = 0
        self.error: ApiError | None = None
        self.entry = -1  # its valid entry in the queue


class RetryingPort(Generic[JobT, AnswerT]):
    """A `Port` that retries; `outage` says how it stands with the API."""

    def __init__(self, port: Port[JobT, AnswerT], policy: RetryPolicy, uniform: Uniform) -> None:
        self._port = port
        self._policy = policy
        self._uniform = uniform
        self._open: dict[JobT, _Open] = {}
        self._queue: list[tuple[float, int, JobT]] = []
        self._entries = count()
        self._final: list[Reply[JobT, AnswerT]] = []
        self._in_flight = 0
        # When the API last answered with anything but a transient fault, or this began.
        self.answered = self._last_sent = self._round_began = port.now()
        self._retry_after_until = self._backoff_until = self._gap = 0.0
        self._sends: deque[float] = deque(maxlen=_SENDS_MEASURED)
        self._slowest_answer = 0.0
        self._failures_in_row = self._rounds = 0
        self._failing: set[JobT] = set()
        self._was_failing = False
        self._outage_began = 0.0

    @property
    def interrupted(self) -> int | None:
        return self._port.interrupted

    @property
    def outage(self) -> Outage | None:
        """The outage, while there is one."""
        error = next((self._open[job].error for job in self._failing), None)
        if error is None:
            return None
        next_try = None if self._in_flight else self._next_send()
        return Outage(self._outage_began, error, next_try)

    def now(self) -> float:
        return self._port.now()

    def submit(self, job: JobT, *, once: bool = False) -> None:
        """Sends the job when its turn comes, perhaps now; if it is only for `once`, no retries."""
        self._open[job] = _Open(self.now(), once=once)
        self._enqueue(job, self.now())
        self._send_due()

    def abandon(self, job: JobT) -> None:
        """No longer waits for a reply to this job."""
        self._open.pop(job, None)
        self._failing.discard(job)
        self._final = [reply for reply in self._final if reply.job != job]

    def is_open(self, job: JobT) -> bool:
        """Whether the job has been submitted and has no final reply yet."""
        return job in self._open

    def wait(self, until: float) -> list[Reply[JobT, AnswerT]]:
        """Final replies as soon as there are any; none at the time `until` or once interrupted.

        None either when an outage begins, so that it can be reported at once.
        """
        while True:
            self._send_due()
            is_failing = bool(self._failing)
            has_news = bool(self._final) or is_failing != self._was_failing
            if has_news or self.interrupted is not None or self.now() >= until:
                final, self._final, self._was_failing = self._final, [], is_failing
                return final
            wake = min(until, self._next_send(), self._next_hedge(), self._next_give_up())
            for reply in self._port.wait(wake):
                self._take(reply)
            self._give_up_late()

    # Sending

    def _enqueue(self, job: JobT, due: float) -> None:
        self._open[job].entry = entry = next(self._entries)
        heapq.heappush(self._queue, (due, entry, job))

    def _first_due(self) -> float:
        """When the first job in the queue is due; entries that no longer hold are dropped."""
        while self._queue:
            due, entry, job = self._queue[0]
            if job in self._open and self._open[job].entry == entry:
                return due
            heapq.heappop(self._queue)
        return math.inf

    def _next_send(self) -> float:
        held = max(self._retry_after_until, self._backoff_until, self._last_sent + self._gap)
        due = max(self._first_due(), held)
        if self._in_flight >= (1 if self._is_probing else MOST_IN_FLIGHT):
            return max(due, self._silent_at())
        return due

    def _send_due(self) -> None:
        while self._next_send() <= self.now():
            _, _, job = heapq.heappop(self._queue)
            self._send(job)
        if self._next_hedge() <= self.now() and self._first_due() > self.now():
            self._hedge()

    def _send(self, job: JobT) -> None:
        now = self.now()
        attempt = self._open[job]
        attempt.sent = self._last_sent = now
        attempt.in_flight += 1
        self._in_flight += 1
        self._sends.append(now)
        self._port.submit(job)

    def _silent_at(self) -> float:
        """From when on the requests under way are not waited for any longer to send another."""
        silence = max(self._longest_pause(), 2 * self._slowest_answer)
        return max(self._last_sent, self.answered) + silence

    def _next_hedge(self) -> float:
        """When to repeat a request that is under way, over another connection.

        A connection whose packets are lost recovers long after the network does.
        """
        is_any_in_flight = any(attempt.in_flight for attempt in self._open.values())
        return self._silent_at() if is_any_in_flight else math.inf

    def _hedge(self) -> None:
        job = min(
            (job for job, attempt in self._open.items() if attempt.in_flight),
            key=lambda job: self._open[job].sent,
        )
        if self._open[job].error is None:
            self._note_failure(job, NoAnswer("the API does not answer", transient=True))
        self._send(job)

    # Receiving

    def _take(self, reply: Reply[JobT, AnswerT]) -> None:
        self._in_flight -= 1
        attempt = self._open.get(reply.job)
        if attempt is None:
            return
        attempt.in_flight -= 1
        if isinstance(reply.answer, ApiError):
            self._take_error(reply.job, attempt, reply.answer)
        else:
            self._note_answer(attempt)
            self._finish(reply)

    def _note_answer(self, attempt: _Open) -> None:
        now = self.now()
        self.answered = now
        self._slowest_answer = max(self._slowest_answer / 2, now - attempt.sent)
        was_probing = self._is_probing
        self._failures_in_row = self._rounds = 0
        self._backoff_until = now
        if was_probing:
            # All that waited for the outage to end may go on now.
            for job, other in self._open.items():
                if other.failures and not other.in_flight:
                    self._enqueue(job, now)

    def _take_error(self, job: JobT, attempt: _Open, error: ApiError) -> None:
        now = self.now()
        is_new_round = attempt.sent >= self._round_began
        if error.retry_after is not None:  # asked of this client, not of this job
            then = now + max(error.retry_after, self._backoff(1))
            self._retry_after_until = max(self._retry_after_until, then)
        is_limited = error.status == _TOO_MANY_REQUESTS or error.retry_after is not None
        if is_limited and is_new_round and not self._failures_in_row:
            self._slow_down()
        if not error.transient:
            self._note_answer(attempt)  # the API is there, and says no
        if not error.transient or attempt.once:
            self._finish(Reply(job, error))
            return
        # Requests that are under way together fail together: that is one round of failure.
        self._failures_in_row += 1
        if is_new_round:
            self._round_began = now
            self._rounds += 1
        attempt.failures += error.status != _TOO_MANY_REQUESTS
        self._note_failure(job, error)
        if attempt.in_flight:
            return  # another try of this job is still under way
        pause = self._pause(attempt, error)
        if (why := self._why_not_again(attempt, error, now + pause)) is not None:
            self._give_up(job, why)
            return
        self._enqueue(job, now + pause)
        if self._is_probing and error.retry_after is None:
            self._backoff_until = max(self._backoff_until, now + pause)

    def _pause(self, attempt: _Open, error: ApiError) -> float:
        if error.retry_after is not None:
            return self._retry_after_until - self.now()
        return self._backoff(self._rounds if self._is_probing else attempt.failures)

    def _backoff(self, failures: int) -> float:
        return backoff(failures, self._uniform, self._longest_pause())

    def _longest_pause(self) -> float:
        silence = self.now() - self.answered
        return max(_LONGEST_PAUSE_SECONDS, silence * _LONGEST_PAUSE_SHARE)

    def _note_failure(self, job: JobT, error: ApiError) -> None:
        if not self._failing:
            self._outage_began = self.answered
        self._failing.add(job)
        self._open[job].error = error

    @property
    def _is_probing(self) -> bool:
        """Whether one request at a time has to find out first whether the API answers again."""
        return self._failures_in_row >= _PROBE_AFTER_FAILURES

    def _slow_down(self) -> None:
        """Doubles the time between requests, for the rest of the run."""
        spans = len(self._sends) - 1
        recent = (self._sends[-1] - self._sends[0]) / spans if spans > 0 else 0.0
        self._gap = min(max(2 * self._gap, 2 * recent, _LEAST_GAP_SECONDS), _MOST_GAP_SECONDS)

    # Ending

    def _finish(self, reply: Reply[JobT, AnswerT]) -> None:
        del self._open[reply.job]
        self._failing.discard(reply.job)
        self._final.append(reply)

    def _why_not_again(self, attempt: _Open, error: ApiError, then: float) -> str | None:
        if attempt.failures >= self._policy.most_tries:
            return f"; gave up after {attempt.failures} tries"
        if then < self._gives_up_at(attempt) or self._policy.retry_seconds == math.inf:
            return None  # a wait ends at its deadline, and not before
        if error.retry_after is not None:
            asked = format_duration(error.retry_after)
            return f"; gave up: it asks to come back after {asked}"
        return self._why_too_late

    def _gives_up_at(self, attempt: _Open) -> float:
        end = max(self.answered, attempt.submitted) + self._policy.retry_seconds
        return min(end, self._policy.deadline)

    def _next_give_up(self) -> float:
        oldest = next(iter(self._open.values()), None)
        return math.inf if oldest is None else self._gives_up_at(oldest)

    def _give_up_late(self) -> None:
        while self._next_give_up() <= self.now():
            self._give_up(next(iter(self._open)), self._why_too_late)

    @property
    def _why_too_late(self) -> str:
        if self._policy.deadline < math.inf:
            return ""
        return f"; gave up after {format_duration(self._policy.retry_seconds)}"

    def _give_up(self, job: JobT, why: str) -> None:
        error = self._open[job].error or NoAnswer("the API does not answer", transient=True)
        final = copy(error)
        final.message = f"{error.message}{why}"
        self._finish(Reply(job, final))


def backoff(failures: int, uniform: Uniform, longest: float = _LONGEST_PAUSE_SECONDS) -> float:
    """Seconds to wait after so many failures in a row: exponential, capped, with full jitter.

    Full jitter as in Brooker, "Exponential Backoff And Jitter" (2015): clients that failed
    together do not come back together.
    """
    ceiling = min(longest, _BACKOFF_BASE_SECONDS * 2.0 ** min(max(failures - 1, 0), 30))
    return max(_BACKOFF_FLOOR_SECONDS, uniform(0.0, ceiling))
