"""What came of a wait, of several requests or of a list: errors, exit statuses, how to go on."""

import shlex
import signal
from functools import cached_property
from typing import NamedTuple

from gcore_tasks_cli.errors import DeadlinePassed, ExitCode, GtaskError, Stopped
from gcore_tasks_cli.output import words
from gcore_tasks_cli.output.progress import Progress, TaskProgress
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.polling.events import StopReason
from gcore_tasks_cli.polling.finder import Search
from gcore_tasks_cli.polling.pages import Page
from gcore_tasks_cli.tasks.query import TaskQuery
from gcore_tasks_cli.times import Deadline, format_timeout, steady_seconds

# More IDs than this make a command line that is too long to copy.
_MOST_IDS_TO_RESUME = 20


class Resume(NamedTuple):
    """The command that goes on with a wait: its options as given, `search` in place of IDs."""

    command: str
    flags: tuple[str, ...] = ()
    search: tuple[str, ...] = ()

    def line(self, unfinished: dict[str, TaskProgress]) -> str:
        """How to go on waiting for these tasks, fit for a shell whatever their IDs hold."""
        task_ids = list(unfinished)
        if not task_ids or (len(task_ids) > _MOST_IDS_TO_RESUME and self.command == "watch"):
            created = [each.document.created_on for each in unfinished.values()]
            search = self.search or ("--active", "--project", "all", "--region", "all")
            if not self.search and all(created):
                search += ("--since", min(filter(None, created), default=""))
            return shlex.join(["gtask", "watch", *search, *self.flags])
        if any(task_id.startswith("-") for task_id in task_ids):
            return shlex.join(["gtask", self.command, *self.flags, "--", *task_ids])
        return shlex.join(["gtask", self.command, *task_ids, *self.flags])


class Outcome:
    """What came of a wait."""

    def __init__(self, progress: Progress, deadline: Deadline, *, quiet: bool) -> None:
        self._progress = progress
        self._deadline = deadline
        self._quiet = quiet

    @property
    def codes(self) -> set[ExitCode]:
        """The exit statuses of all that happened, whether it is printed or not."""
        return self._progress.codes | ({self._ending.exit_code} if self._ending else set())

    def report(self, streams: Streams, resume: Resume) -> list[GtaskError]:
        """Prints errors, and how to go on where something is not finished; what it printed."""
        errors = words.shared_errors(self._progress.errors, asked=self._progress.count)
        ending, says_less = self._ending, self._quiet and self._deadline.checks_once
        under_way, hint = self._under_way, ""
        if (under_way or self._is_searching) and not self._progress.follows:
            hint = f"to go on waiting: {resume.line(under_way)}"
        if ending is not None and not (says_less and self._unfinished):
            ending.hint = ending.hint or hint or None
            errors.append(ending)
        elif self._is_too_late and not self._quiet:
            streams.note(f"gtask: followed for {self._deadline.timeout_words}; no task is active")
        for error in errors:
            streams.error(error)
        if hint and ending is None and not says_less:
            streams.note(f"hint: {hint}")
        return errors

    @property
    def _unfinished(self) -> dict[str, TaskProgress]:
        return {i: task for i, task in self._progress.tasks.items() if task.ended is None}

    @property
    def _under_way(self) -> dict[str, TaskProgress]:
        """What can be waited for again: a wrong key may have ended the wait, not the task."""
        tasks = self._progress.tasks.items()
        return {i: task for i, task in tasks if task.ended is None or task.is_refused}

    @property
    def _is_searching(self) -> bool:
        return self._progress.is_searching and not self._progress.errors

    @property
    def _is_too_late(self) -> bool:
        return self._progress.stopped.reason is StopReason.DEADLINE

    @cached_property
    def _ending(self) -> GtaskError | None:
        """Why the wait ended before the tasks did; None if it did not."""
        stopped, unfinished = self._progress.stopped, self._unfinished
        still = f"{len(unfinished)} of {words.tasks(self._progress.count)} not finished"
        if stopped.reason is StopReason.INTERRUPTED:
            number = signal.Signals(stopped.signal_number or signal.SIGINT)
            code = ExitCode.INTERRUPTED if number == signal.SIGINT else ExitCode.TERMINATED
            # A wait without end may be interrupted when there is nothing left to wait for.
            rest = f", {still}" if unfinished else ""
            return Stopped(f"interrupted ({number.name}){rest}", code)
        if self._progress.search is not None and self._is_searching:
            return self._nothing_found(self._progress.search)
        if not unfinished:
            return None
        if not self._is_too_late:
            return Stopped(f"stopped by --{stopped.reason.value} with {still}", ExitCode.OK)
        after = "yet" if self._deadline.checks_once else f"after {self._deadline.timeout_words}"
        now = steady_seconds()
        seen = [task for task in unfinished.values() if task.born is not None]
        latest = f": {self._progress.latest(seen, now)}" if seen else ""
        return DeadlinePassed(f"{still} {after}{latest}{self._outage_words(now)}")

    def _nothing_found(self, search: Search) -> GtaskError:
        """Why a search ended before it found anything."""
        outage = self._progress.stopped.outage
        if search.appear_seconds is None:
            why = f": {words.reason_words(outage)}" if outage else ""
            after = self._deadline.timeout_words
            return DeadlinePassed(f"no list of the active tasks after {after}{why}")
        limit = format_timeout(min(search.appear_seconds, self._deadline.timeout_seconds))
        message = f"no task appeared{words.scope_words(search.query)} in {limit}"
        if outage is not None:
            return DeadlinePassed(f"{message}, and the last look failed: {outage.error.message}")
        return DeadlinePassed(message, hint="was it started? gtask list shows the newest tasks")

    def _outage_words(self, now: float) -> str:
        outage, tasks = self._progress.stopped.outage, self._progress.tasks.values()
        if self._progress.errors or any(task.born is not None for task in tasks):
            return f"; {words.outage_words(outage, now)}" if outage else ""
        is_refused = outage is not None and outage.error.status is not None
        is_reached = self._progress.stopped.was_reached or is_refused
        why = f": {words.reason_words(outage)}" if outage else ""
        return ("; no usable answer" if is_reached else "; the API was never reached") + why


class ListNotes:
    """Counts what a list shows and what it leaves out; `most` is how many tasks were wanted."""

    def __init__(self, query: TaskQuery, most: int | None) -> None:
        self._query = query
        self._most = most
        self._is_last = False
        self._total = 0  # in the API's list, as far as is known
        self._read = 0
        self._matching = 0
        self._faults: list[str] = []
        self.shown = 0

    def count(self, page: Page, *, shown: int, matching: int) -> None:
        """Takes a page in, of which so many tasks match and so many are shown."""
        self._is_last = page.is_last
        self._read += len(page.documents)
        self._total = max(page.total, self._read)
        self._matching += matching
        self._faults += page.faults
        self.shown += shown

    @property
    def is_full(self) -> bool:
        """Whether as many tasks are shown as were wanted."""
        return self._most is not None and self.shown >= self._most

    def note(self) -> str | None:
        """The note for standard error: what was left out, what was searched, what is no task."""
        some = f"{self._read:,} of " if self._read < self._total else ""
        looked_at = some + words.tasks(self._total)
        searched = f"searched {looked_at}" if self._query.resources else None
        faults = f"{words.tasks(len(self._faults), 'element')} of the list left out"
        broken = f"{faults}: {self._faults[0]}" if self._faults else None
        return "; ".join(filter(None, (self._left_out(looked_at), searched, broken))) or None

    def _left_out(self, looked_at: str) -> str | None:
        if self.shown == 0:
            return f"no task matches{words.scope_words(self._query)}"
        is_all = self._matching == self.shown
        if not self.is_full or (is_all and (self._is_last or self.shown >= self._total)):
            return None
        what = f"that match, after looking at {looked_at}"
        if not self._query.filters_here:
            what = f"of {words.tasks(self._total)}"
        elif self._is_last:
            what = f"of {words.tasks(self._matching)} that match"
        which = "newest" if self._query.newest_first else "oldest"
        return f"the {which} {self.shown:,} {what}; --limit N shows more, --all shows all"
