"""When the next request may leave, whichever it is. Pure; times in seconds on the port's clock.

Three things hold requests back: what the API asked for (`Retry-After`), a rate limit (429), whose
spacing good answers shorten again, and an outage, in which one request at a time finds out whether
the API answers again.
"""

import math
from collections import deque

from gcore_tasks_cli.polling.jobs import GetTask, Job

MOST_IN_FLIGHT = 16
# So many different jobs that fail in a row are an outage.
_OUTAGE_JOBS = 4
# The spacing of a rate limit: bounds in seconds, and what a good answer leaves of it.
_LEAST_GAP_SECONDS = 0.02
_MOST_GAP_SECONDS = 1.0
_GAP_KEPT = 0.9
_MOST_ANSWERS_COUNTED = 100
_FEWEST_ANSWERS = 2
# Requests for single tasks in a wait: so many a second; for a few tasks so many seconds between
# two, though a few may leave together.
_MOST_SINGLES_A_SECOND = 10
_FEW_TASKS = 5
_FEW_SECONDS = 0.5


class Gate:
    """The gate of one port."""

    def __init__(self, now: float) -> None:
        self._held_until = now
        self._gap = 0.0
        self._slowed_at = -math.inf
        self._limited_job: Job | None = None
        self._limits = 0
        self._last_sent = -math.inf
        self._answers: deque[float] = deque(maxlen=_MOST_ANSWERS_COUNTED)
        self._failing: set[Job] = set()
        self._limits_singles = self._is_few = False
        self._singles: deque[float] = deque(maxlen=_MOST_SINGLES_A_SECOND)
        self._few_due = now

    @property
    def is_probing(self) -> bool:
        """Whether one request at a time has to find out first whether the API answers again."""
        return len(self._failing) >= _OUTAGE_JOBS

    def pace_singles(self, tasks: int) -> None:
        """Limits requests for single tasks to what a wait for so many of them may send."""
        self._limits_singles = True
        self._is_few = tasks <= _FEW_TASKS

    def opens(self, job: Job) -> float:
        """From when on this job may be sent."""
        opens = max(self._held_until, self._last_sent + self._gap)
        if isinstance(job, GetTask) and self._limits_singles:
            if self._is_few:
                opens = max(opens, self._few_due - (_FEW_TASKS - 1) * _FEW_SECONDS)
            if len(self._singles) == _MOST_SINGLES_A_SECOND:
                opens = max(opens, self._singles[0] + 1.0)
        return opens

    def sent(self, job: Job, now: float) -> None:
        """Counts a request."""
        self._last_sent = now
        if isinstance(job, GetTask):
            self._singles.append(now)
            due = max(self._few_due, now) + _FEW_SECONDS
            self._few_due = min(due, now + _FEW_TASKS * _FEW_SECONDS)

    def hold(self, until: float) -> None:
        """Sends nothing before this time."""
        self._held_until = max(self._held_until, until)

    def limited(self, job: Job, sent_at: float, now: float) -> int:
        """A rate limit was met by a request of this time; how often this job alone has met it.

        From now on as many requests leave as were answered in the last second; half as many where
        that says nothing. Those that were under way with it are refused with it, and count once.
        """
        self._limits = self._limits + 1 if job == self._limited_job else 0
        self._limited_job = job
        if self._limits == 0 and sent_at >= self._slowed_at:
            self._slowed_at = now
            answered = sum(at > now - 1.0 for at in self._answers)
            gap = 1 / answered if answered >= _FEWEST_ANSWERS else 2 * self._gap
            self._gap = min(max(gap, self._gap, _LEAST_GAP_SECONDS), _MOST_GAP_SECONDS)
        return self._limits

    def failed(self, job: Job, failures: int) -> int:
        """A request failed, for the so-manieth time in a row; what the pause has to be for."""
        self._failing.add(job)
        return failures + len(self._failing) if self.is_probing else failures

    def answered(self, now: float) -> None:
        """The API answered: an outage is over, and some of a rate limit's spacing is won back."""
        self._failing.clear()
        self._answers.append(now)
        self._gap *= _GAP_KEPT
        if self._gap < _LEAST_GAP_SECONDS / 2:
            self._gap = 0.0
