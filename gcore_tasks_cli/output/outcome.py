"""What came of a wait or of several requests: errors, exit statuses, and how to go on."""

import shlex
import signal
from collections.abc import Sequence
from copy import copy
from typing import NamedTuple

from gcore_tasks_cli.errors import DeadlinePassed, ExitCode, GtaskError
from gcore_tasks_cli.output import words
from gcore_tasks_cli.output.list_notes import scope_words
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.polling import events
from gcore_tasks_cli.polling.events import StopReason
from gcore_tasks_cli.polling.goal import Search
from gcore_tasks_cli.tasks.expectations import Expectations
from gcore_tasks_cli.times import Deadline, format_duration, format_timeout, steady_seconds

# More IDs than this are counted, not named.
_MOST_NAMED = 5
# More IDs than this make a command line that is too long to copy.
_MOST_IDS_TO_RESUME = 20


class Resume(NamedTuple):
    """The command that goes on with a wait: its options as given, `search` in place of IDs."""

    command: str
    flags: tuple[str, ...] = ()
    search: tuple[str, ...] = ()

    def line(self, unfinished: Sequence[events.Unfinished]) -> str:
        """How to go on waiting for these tasks, fit for a shell whatever their IDs hold."""
        task_ids = [each.task_id for each in unfinished]
        if not task_ids or (len(task_ids) > _MOST_IDS_TO_RESUME and self.command == "watch"):
            created = [each.document.created_on if each.document else None for each in unfinished]
            oldest = min(filter(None, created), default="")
            search = self.search or ("--active", "--project", "all", "--region", "all")
            if not self.search and all(created):
                search += ("--since", oldest)
            return shlex.join(["gtask", "watch", *search, *self.flags])
        if any(task_id.startswith("-") for task_id in task_ids):
            return shlex.join(["gtask", self.command, *self.flags, "--", *task_ids])
        return shlex.join(["gtask", self.command, *task_ids, *self.flags])


class Outcome:
    """What came of a wait, folded from its events."""

    def __init__(self, source: Sequence[str] | Search) -> None:
        self._search = source if isinstance(source, Search) else None
        self._known = dict.fromkeys(() if isinstance(source, Search) else source)
        self._stopped = events.Stopped(0.0, StopReason.ALL_SETTLED)
        self._found: events.Found | None = None
        self._has_failed_task = self._has_answers = False
        self._errors = ErrorReport()
        self._unfinished: list[events.Unfinished] = []

    def on(self, event: events.Event) -> None:
        """Takes the event in."""
        if isinstance(event, (events.Changed, events.Unfinished)):
            self._known[event.task_id] = None  # one that was added later, perhaps
        self._has_answers |= isinstance(event, (events.Changed, events.Failed))
        if isinstance(event, events.Found):
            self._found = event
        elif isinstance(event, events.Settled):
            self._has_failed_task |= event.document.has_failed
        elif isinstance(event, events.Failed):
            self._errors.add(event.error, event.task_id)
        elif isinstance(event, events.Unfinished):
            self._unfinished.append(event)
        elif isinstance(event, events.Stopped):
            self._stopped = event

    @property
    def codes(self) -> set[ExitCode]:
        """The exit statuses of all that happened."""
        codes = set(self._errors.codes)
        if self._has_failed_task:
            codes.add(ExitCode.TASK_ERROR)
        if self._stopped.reason is StopReason.INTERRUPTED:
            is_sigterm = self._stopped.signal_number not in (None, signal.SIGINT)
            codes.add(ExitCode.TERMINATED if is_sigterm else ExitCode.INTERRUPTED)
        elif self._is_too_late and (self._unfinished or self._is_searching):
            codes.add(ExitCode.NOT_FINISHED)
        return codes

    def report(
        self,
        streams: Streams,
        deadline: Deadline,
        resume: Resume,
        expectations: Expectations,
        *,
        quiet: bool,
    ) -> list[GtaskError]:
        """Prints errors, and how to go on where something is not finished; what it printed."""
        errors = self._errors.print(streams)
        ending = self._nothing_found(deadline) or self._ending(deadline, expectations, quiet=quiet)
        if ending is not None:
            has_more = self._unfinished or self._is_searching
            if has_more and not (self._search and self._search.follow):
                ending.hint = ending.hint or f"to go on waiting: {resume.line(self._unfinished)}"
            streams.error(ending)
            errors.append(ending)
        elif self._is_too_late and not quiet and not deadline.checks_once:
            streams.note(f"gtask: followed for {deadline.timeout_words}; no task is active")
        return errors

    @property
    def _is_searching(self) -> bool:
        return self._search is not None and self._found is None and not self._errors.codes

    @property
    def _is_too_late(self) -> bool:
        return self._stopped.reason in (StopReason.DEADLINE, StopReason.NOTHING_FOUND)

    def _nothing_found(self, deadline: Deadline) -> GtaskError | None:
        """Why a search ended before it found anything; None if it did not."""
        search, outage = self._search, self._stopped.outage
        if search is None or not self._is_searching or not self._is_too_late:
            return None
        if search.appear_seconds is None:
            why = f": {outage.error.message}" if outage else ""
            after = deadline.timeout_words
            return DeadlinePassed(f"no list of the active tasks after {after}{why}")
        limit = format_timeout(min(search.appear_seconds, deadline.timeout_seconds))
        message = f"no task appeared{scope_words(search.query)} in {limit}"
        if outage is not None:
            return DeadlinePassed(f"{message}, and the last look failed: {outage.error.message}")
        return DeadlinePassed(message, hint="was it started? gtask list shows the newest tasks")

    def _ending(
        self, deadline: Deadline, expectations: Expectations, *, quiet: bool
    ) -> GtaskError | None:
        """Why the wait ended before the tasks did; None if it did not."""
        reason = self._stopped.reason
        still = f"{len(self._unfinished)} of {words.tasks(len(self._known))} not finished"
        if reason is StopReason.INTERRUPTED:
            name = signal.Signals(self._stopped.signal_number or signal.SIGINT).name
            # A wait without end may be interrupted when there is nothing left to wait for.
            return GtaskError(f"interrupted ({name})" + (f", {still}" if self._unfinished else ""))
        is_wanted = not quiet or (reason is StopReason.DEADLINE and not deadline.checks_once)
        if not self._unfinished or not is_wanted:
            return None
        if reason is not StopReason.DEADLINE and not deadline.checks_once:
            return GtaskError(f"stopped by --{reason.value} with {still}")
        after = "yet" if deadline.checks_once else f"after {deadline.timeout_words}"
        types = [each.document.task_type for each in self._unfinished if each.document]
        usual = words.usual_duration_words(types, expectations)
        return GtaskError(f"{still} {after}{usual}{self._outage_words()}")

    def _outage_words(self) -> str:
        outage = self._stopped.outage
        why = f": {outage.error.message}" if outage else ""
        if not self._has_answers:
            is_reached = outage is not None and outage.error.status is not None
            return ("; no usable answer" if is_reached else "; the API was never reached") + why
        if outage is None:
            return ""
        if not outage.is_total:
            return f"; requests fail for {format_duration(steady_seconds() - outage.since)}{why}"
        return f"; no answer for {format_duration(steady_seconds() - outage.answered)}{why}"


class ErrorReport:
    """Errors of several tasks, one that they share only once; `codes` are their exit statuses."""

    def __init__(self) -> None:
        self._groups: dict[str, tuple[GtaskError, list[str]]] = {}
        self.codes: set[ExitCode] = set()

    def add(self, error: GtaskError, task_id: str) -> None:
        """Keeps the error of this task, or of the list of tasks, for the end."""
        self.codes.add(error.exit_code)
        message = error.message.replace(task_id, "…") if task_id else error.message
        _, task_ids = self._groups.setdefault(message, (error, []))
        task_ids += [task_id] if task_id else []

    def print(self, streams: Streams) -> list[GtaskError]:
        """Prints each error once, with the tasks that it is of; those that it printed."""
        printed = []
        for message, (error, task_ids) in self._groups.items():
            shown = copy(error)
            if len(task_ids) > 1:
                names = ", ".join(words.first_of(task_ids, _MOST_NAMED))
                names_it = task_ids[0] in error.message
                shown.message = (
                    message.replace("…", names, 1) if names_it else f"{message} ({names})"
                )
            streams.error(shown)
            printed.append(shown)
        return printed
