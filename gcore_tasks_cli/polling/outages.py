"""Since when requests fail, and whether that is worth a report. Pure."""

from collections.abc import Iterator

from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.polling.events import Outage, OutageBegan, OutageEnded
from gcore_tasks_cli.polling.jobs import Job

# Trouble that is over sooner is not reported.
TROUBLE_SECONDS = 3.0
# What fails now and then is one trouble: it is over once nothing has failed for longer than two
# checks of a young task are apart.
_CALM_SECONDS = 5.0
# After so many different jobs that fail in a row, one request at a time finds out whether the API
# answers again.
_PROBE_FROM = 4


class Outages:
    """How it stands with the API; times in seconds on the port's clock."""

    def __init__(self, now: float) -> None:
        # When the API last answered with anything but a transient fault, or this began.
        self.answered_at = self._failed_at = now
        self.was_reached = False  # by any answer
        self.has_worked = False  # there was a good answer
        self._failing: set[Job] = set()  # the last request of each failed
        self._failed_since: set[Job] = set()  # the last answer
        self._trouble: Outage | None = None
        self._is_reported = False

    @property
    def failed_in_a_row(self) -> int:
        """How many different jobs failed since the API last answered; 0 where they are few."""
        failed = len(self._failed_since)
        return failed if failed >= _PROBE_FROM else 0

    def answered(self, now: float, *, is_good: bool) -> None:
        """The API answered, be it with a refusal."""
        self.answered_at, self.was_reached = now, True
        self._failed_since.clear()
        self.has_worked |= is_good

    def failed(self, job: Job, sent_at: float, error: ApiError, now: float) -> None:
        """The request for this job, sent at this time, failed."""
        trouble = self._trouble
        if trouble is None or self._is_over(now):
            trouble = Outage(sent_at, self.answered_at, error, None, 0)
        self._trouble = trouble._replace(
            error=error, failures=trouble.failures + 1, answered=self.answered_at
        )
        self._failed_at = now
        self._failing.add(job)
        self._failed_since.add(job)

    def closed(self, job: Job, now: float) -> None:
        """The job was answered, or is no longer asked."""
        if self._failing == {job}:
            self._failed_at = now
        self._failing.discard(job)

    def outage(self, now: float, at_least: float = TROUBLE_SECONDS) -> Outage | None:
        """What is wrong now, if it has lasted so long."""
        trouble = self._trouble
        if trouble is None or not self._failing or now - trouble.since < at_least:
            return None
        return trouble._replace(answered=self.answered_at, was_reached=self.was_reached)

    def news(
        self, outage: Outage | None, now: float, *, is_end: bool = False
    ) -> Iterator[OutageBegan | OutageEnded]:
        """What to report where this is the outage now, or at the end of the wait."""
        trouble, is_reported = self._trouble, self._is_reported
        if outage is not None and not is_reported:
            self._is_reported = True
            yield OutageBegan(now, outage)
        elif trouble is not None and is_reported and (is_end or self._is_over(now)):
            self._trouble, self._is_reported = None, False
            yield OutageEnded(now, self._failed_at - trouble.since, trouble.failures)

    def _is_over(self, now: float) -> bool:
        return not self._failing and now - self._failed_at >= _CALM_SECONDS
