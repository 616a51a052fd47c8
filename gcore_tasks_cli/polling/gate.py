"""Which request leaves next, and when. Pure; times in seconds on the port's clock.

Each job is due at a time of its own. Two things hold all of them back: what the API asked for
(`Retry-After`), and a rate limit (429), whose spacing good answers shorten again.
"""

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable
from itertools import count

from gcore_tasks_cli.polling.jobs import GetTask, Job

MOST_IN_FLIGHT = 16
_BACKOFF_BASE_SECONDS = 1.0
# In an outage the API is asked again within this long, or within a twelfth of the outage. Users are
# promised 5 s or a tenth; the rest is for the request itself.
LONGEST_PAUSE_SECONDS = 4.0
# The spacing of a rate limit: bounds in seconds, and what a good answer leaves of it.
_LEAST_GAP_SECONDS = 0.02
_MOST_GAP_SECONDS = 1.0
_GAP_KEPT = 0.9
_MOST_ANSWERS_COUNTED = 100
_FEWEST_ANSWERS = 2
# Requests for single tasks in a wait for few or for many: at most so many in so many seconds.
_FEW_TASKS = 5
_FEW_LIMIT = (5, 2.5)
_MANY_LIMIT = (10, 1.0)

# Draws a number between two others; `random.uniform` is the real one.
Uniform = Callable[[float, float], float]


# When it is due, a number that keeps the order of those due at once, and the job.
_Due = tuple[float, int, Job]


class Gate:
    """The queue of one port, and what holds it back.

    Each job is in it once, with the last time it was given.
    """

    def __init__(self, now: float) -> None:
        # Requests for single tasks have a pace of their own, which must not hold up a list.
        self._singles: list[_Due] = []
        self._others: list[_Due] = []
        self._entries: dict[Job, _Due] = {}
        self._numbers = count()
        self._held_until = now
        self._gap = 0.0
        self._slowed_at = self._last_sent = -math.inf
        self._answers: deque[float] = deque(maxlen=_MOST_ANSWERS_COUNTED)
        self._singles_limit = (1, 0.0)
        self._singles_sent: deque[float] = deque([-math.inf] * 10, maxlen=10)

    def put(self, job: Job, due: float) -> None:
        """Makes the job due then, instead of at any earlier or later time."""
        self.drop(job)
        self._entries[job] = entry = (due, next(self._numbers), job)
        insort(self._queue(job), entry)

    def drop(self, job: Job) -> None:
        """The job is no longer due."""
        if (entry := self._entries.pop(job, None)) is not None:
            queue = self._queue(job)
            del queue[bisect_left(queue, entry)]

    def first(self) -> tuple[float, Job | None]:
        """When the next request may leave, and for which job."""
        firsts = [queue[0] for queue in (self._others, self._singles) if queue]
        leaving = [(max(due, self.opens(job)), job) for due, _, job in firsts]
        return min(leaving, default=(math.inf, None), key=lambda each: each[0])

    def _queue(self, job: Job) -> list[_Due]:
        return self._singles if isinstance(job, GetTask) else self._others

    def pace_singles(self, tasks: int) -> None:
        """Limits requests for single tasks to what a wait for so many of them may send."""
        self._singles_limit = _FEW_LIMIT if tasks <= _FEW_TASKS else _MANY_LIMIT

    def opens(self, job: Job) -> float:
        """From when on this job may be sent."""
        opens = max(self._held_until, self._last_sent + self._gap)
        if isinstance(job, GetTask):
            count, seconds = self._singles_limit
            opens = max(opens, self._singles_sent[-count] + seconds)
        return opens

    def sent(self, job: Job, now: float) -> None:
        """Counts a request."""
        self.drop(job)
        self._last_sent = now
        if isinstance(job, GetTask):
            self._singles_sent.append(now)

    def hold(self, until: float) -> None:
        """Sends nothing before this time."""
        self._held_until = max(self._held_until, until)

    def limited(self, sent_at: float, now: float) -> None:
        """A rate limit was met by a request of this time.

        From now on as many requests leave as were answered in the last second; half as many where
        that says nothing. Those that were under way with it are refused with it, and count once.
        """
        if sent_at >= self._slowed_at:
            self._slowed_at = now
            answered = sum(at > now - 1.0 for at in self._answers)
            gap = 1 / answered if answered >= _FEWEST_ANSWERS else 2 * self._gap
            self._gap = min(max(gap, self._gap, _LEAST_GAP_SECONDS), _MOST_GAP_SECONDS)

    def answered(self, now: float) -> None:
        """The API answered: some of a rate limit's spacing is won back."""
        self._answers.append(now)
        self._gap *= _GAP_KEPT
        if self._gap < _LEAST_GAP_SECONDS / 2:
            self._gap = 0.0


def backoff(failures: int, uniform: Uniform, longest: float = LONGEST_PAUSE_SECONDS) -> float:
    """Seconds to wait after so many failures in a row: exponential, capped, with equal jitter.

    Equal jitter as in Brooker, "Exponential Backoff And Jitter" (2015): clients that failed
    together do not come back together, and one that keeps failing is not asked often.
    """
    ceiling = min(longest, _BACKOFF_BASE_SECONDS * 2.0 ** min(max(failures - 1, 0), 30))
    return uniform(ceiling / 2, ceiling)
