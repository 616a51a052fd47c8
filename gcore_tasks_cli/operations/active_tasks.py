"""The tasks that are active now: what `watch` without IDs waits for."""

import itertools
import math
import time
from datetime import UTC, datetime, timedelta

from gcore_tasks_cli.errors import ApiError, DeadlinePassed
from gcore_tasks_cli.invocation import Invocation
from gcore_tasks_cli.operations.read_list import read_pages
from gcore_tasks_cli.output.list_notes import scope_words
from gcore_tasks_cli.output.words import outage_words, trouble_words
from gcore_tasks_cli.polling.retry import ONE_ANSWER, Outage, RetryPolicy
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.ids import can_be_asked_for
from gcore_tasks_cli.tasks.query import TaskQuery
from gcore_tasks_cli.times import format_duration, format_timeout

# How often `--appear` looks.
_LOOK_SECONDS = 2.0
# The last look leaves this much for its answer.
_LAST_LOOK_SECONDS = 1.0
# A script starts something, then gtask: what is over by then was meant too. (The API's times of
# creation have no fractions of a second.)
_JUST_BEFORE = timedelta(seconds=2)


class _Reporter:
    """Reports an outage as a wait does, and gives heartbeats."""

    def __init__(self, invocation: Invocation, heartbeat_seconds: float) -> None:
        self.awaited = "the list of active tasks"
        self._note_line = invocation.streams.note
        self._heartbeat_seconds = heartbeat_seconds
        self._began = self._last_line = time.monotonic()
        self._outage: Outage | None = None

    def __call__(self, now: float, outage: Outage | None) -> None:
        if outage is not None and self._outage is None:
            self._note(trouble_words(outage.error))
        elif outage is None and self._outage is not None:
            self._note(f"the API answers again, after {format_duration(now - self._outage.since)}")
        elif 0 < self._heartbeat_seconds <= now - self._last_line:
            after = format_duration(now - self._began)
            trouble = f": {outage_words(outage, now)}" if outage is not None else ""
            self._note(f"still waiting for {self.awaited} after {after}{trouble}")
        self._outage = outage

    def _note(self, line: str) -> None:
        self._last_line = time.monotonic()
        self._note_line(one_line(line))


class ActiveTasks:
    """Finds the tasks of a query; trouble is reported as a wait reports it, unless `quiet`."""

    def __init__(
        self, query: TaskQuery, invocation: Invocation, *, quiet: bool, heartbeat_seconds: float
    ) -> None:
        self._query = query
        self._invocation = invocation
        self._searched = 0
        self._kind = "active"
        self._error: ApiError | None = None  # of the last list, if it could not be read
        self._api_is_ahead = timedelta(0)  # of this machine's clock
        self._observer = None if quiet else _Reporter(invocation, heartbeat_seconds)

    def ids(self) -> list[str]:
        """The IDs of the tasks that are active now.

        Transient faults end it at the deadline, as they end the wait itself. A timeout of 0 looks
        once, with the retries of `list`.

        Raises:
            ApiError: for a permanent fault.
            Interrupted: by a signal.
            DeadlinePassed: where there was no list in time.
        """
        return self._read(self._query)

    def words(self, found: int) -> str:
        """How many were found and where, or what was searched if none was."""
        where = scope_words(self._query)
        if found:
            return f"waiting for {found} {self._kind} task{'' if found == 1 else 's'}{where}"
        if not self._query.filters_here:
            return f"no task is active{where}"
        tasks = f"{self._searched:,} active task{'' if self._searched == 1 else 's'}"
        resources = ", ".join(self._query.resources)
        about = f"is about {resources}" if resources else "matches"
        elsewhere = "; gtask list --resource finds those that are over" if resources else ""
        return one_line(f"no active task {about}: searched {tasks}{where}{elsewhere}")

    def first_ids(self, appear_seconds: float) -> list[str]:
        """The IDs of the first tasks that are active, or were created since just before this began.

        Raises:
            ApiError: for a permanent fault.
            Interrupted: by a signal.
            DeadlinePassed: if none appeared within these seconds, or before the deadline.
        """
        deadline = self._invocation.deadline
        limit = format_timeout(min(appear_seconds, deadline.timeout_seconds))
        give_up = min(time.monotonic() + appear_seconds, deadline.at)
        last_look = min(give_up, deadline.at - _LAST_LOOK_SECONDS)
        began = datetime.now(UTC) - _JUST_BEFORE
        if self._observer is not None:
            self._observer.awaited = "a first task"
            self._invocation.streams.note(f"gtask: waiting up to {limit} for a first task")
        is_last = False
        while not is_last:
            is_last = time.monotonic() >= last_look
            end = last_look + _LAST_LOOK_SECONDS
            if found := self._read(self._query, end):
                return found
            # One that ends between two looks must be found too.
            since = began + self._api_is_ahead
            recent = self._query._replace(states=(), since=max(since, self._query.since or since))
            if found := self._read(recent, end):
                self._kind = "recent"
                return found
            until = give_up if is_last else last_look
            time.sleep(max(0.0, min(_LOOK_SECONDS, until - time.monotonic())))
        message = f"no task appeared{scope_words(self._query)} in {limit}"
        if self._error is not None:
            raise DeadlinePassed(f"{message}, and the last look failed: {self._error.message}")
        raise DeadlinePassed(message, hint="was it started? gtask list shows the newest tasks")

    def _read(self, query: TaskQuery, end: float = math.inf) -> list[str]:
        """The IDs of a whole list; `end`, on this process's clock, comes before the deadline."""
        deadline = self._invocation.deadline
        policy = ONE_ANSWER
        if not deadline.checks_once:
            policy = RetryPolicy(math.inf, math.inf, min(end, deadline.at))
        pages = read_pages(
            query,
            self._invocation,
            policy=policy,
            observer=self._observer,
            reports_interrupts=True,
        )
        found: list[str] = []
        self._error = None
        try:
            for page in pages:
                self._searched += len(page.documents)
                self._api_is_ahead = page.now() - datetime.now(UTC)
                kept = [document.id for document in page.documents if query.keeps(document)]
                found += filter(can_be_asked_for, kept)
                for odd in itertools.filterfalse(can_be_asked_for, kept):
                    self._invocation.streams.note(
                        one_line(f"gtask: left out a task that no ID can ask for: {odd[:50]!r}")
                    )
        except ApiError as error:
            if not error.transient or deadline.checks_once:
                raise
            if end < math.inf:
                self._error = error
                return []
            raise DeadlinePassed(
                f"no list of the active tasks after {deadline.timeout_words}: {error.message}",
                hint="to go on waiting, run the same command again",
            ) from None
        return found
