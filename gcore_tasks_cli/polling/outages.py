"""Since when requests fail, and whether that is worth a report. Pure."""

import math
from collections.abc import Iterator

from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.polling.events import Outage, OutageBegan, OutageEnded
from gcore_tasks_cli.polling.jobs import Job

# Trouble that is over sooner is not reported. It is over once nothing has failed for longer than
# two checks of a young task are apart: what fails now and then is one trouble.
TROUBLE_SECONDS = 3.0
_CALM_SECONDS = 5.0
# After so many different jobs that fail in a row, one request at a time finds out whether the API
# answers again.
_PROBE_FROM = 4


class Outages:
    """How it stands with the API; times in seconds on the port's clock."""

    def __init__(self, now: float) -> None:
        # When the API last answered with anything but a transient fault, or this began.
        self.answered_at = now
        self.was_reached = False  # by any answer
        self._failed_since: set[Job] = set()
        self._worked_at = -math.inf  # the last good answer
        self._failed_at = now
        self._failing: set[Job] = set()
        self._trouble: Outage | None = None
        self._reported: Outage | None = None

    @property
    def failed_in_a_row(self) -> int:
        """How many different jobs failed since the API last answered; 0 where they are few."""
        failed = len(self._failed_since)
        return failed if failed >= _PROBE_FROM else 0

    @property
    def has_worked(self) -> bool:
        """Whether there was a good answer."""
        return self._worked_at > -math.inf

    @property
    def is_failing(self) -> bool:
        """Whether any job failed last time, or was given up and none has worked since."""
        trouble = self._trouble
        return bool(self._failing) or (trouble is not None and self._worked_at <= trouble.since)

    def answered(self, now: float, *, is_good: bool) -> None:
        """The API answered, be it with a refusal."""
        self.answered_at, self.was_reached = now, True
        self._failed_since.clear()
        if is_good:
            self._worked_at = now

    def failed(self, job: Job, sent_at: float, error: ApiError, now: float) -> None:
        """The request for this job, sent at this time, failed."""
        trouble = self._trouble
        if trouble is None or self._is_over(now):
            trouble = Outage(sent_at, self.answered_at, error, None, 0)
        self._trouble = trouble._replace(error=error, failures=trouble.failures + 1)
        self._failed_at = now
        self._failing.add(job)
        self._failed_since.add(job)

    def closed(self, job: Job, now: float) -> None:
        """The job was answered, or is no longer asked."""
        if self._failing == {job}:
            self._failed_at = now
        self._failing.discard(job)

    def outage(self, now: float, at_least: float = TROUBLE_SECONDS) -> Outage | None:
        """What is wrong, once it has lasted so long, until nothing has failed for a while."""
        trouble, until = self._trouble, now if self.is_failing else self._failed_at
        if trouble is None or self._is_over(now) or until - trouble.since < at_least:
            return None
        return trouble._replace(answered=self.answered_at, was_reached=self.was_reached)

    def news(self, outage: Outage | None, now: float) -> Iterator[OutageBegan | OutageEnded]:
        """What to report where this is the outage now; None if none is left."""
        before, self._reported = self._reported, outage
        if before is None and outage is not None:
            yield OutageBegan(now, outage)
        elif before is not None and outage is None:
            yield OutageEnded(now, self._failed_at - before.since, before.failures)

    def _is_over(self, now: float) -> bool:
        return not self.is_failing and now - self._failed_at >= _CALM_SECONDS
