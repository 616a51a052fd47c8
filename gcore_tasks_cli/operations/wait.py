"""Waits for tasks: progress while it lasts, each document once, and how it ended."""

import random
import shlex
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from gcore_tasks_cli.errors import ExitCode, GtaskError
from gcore_tasks_cli.interrupts import interrupting, leave_when_stuck_after
from gcore_tasks_cli.invocation import Invocation
from gcore_tasks_cli.operations.find import find
from gcore_tasks_cli.operations.outcome import ErrorReport, Outcome
from gcore_tasks_cli.output.github_actions import ActionsReport
from gcore_tasks_cli.output.printers import Printer
from gcore_tasks_cli.output.progress_lines import LineProgress, usual_duration_words
from gcore_tasks_cli.polling.events import (
    Changed,
    Event,
    Failed,
    Settled,
    StopReason,
    Tick,
    Unfinished,
)
from gcore_tasks_cli.polling.goal import Goal, Search
from gcore_tasks_cli.polling.pace.schedule import Schedule
from gcore_tasks_cli.polling.watch import Watch
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.times import format_duration, steady_seconds

if TYPE_CHECKING:
    from gcore_tasks_cli.output.terminal.live_progress import LiveProgress

_FRAMES_A_SECOND = 4.0
# More IDs than this make a command line that is too long to copy.
_MOST_IDS_TO_RESUME = 20
# With --follow, keep at most this many results for the end, at a terminal.
MOST_KEPT = 200


class WaitOptions(NamedTuple):
    """How to wait, as the command line says it.

    `command` and `flags` are what goes on with the wait, around the task IDs; `search` is what
    chose tasks in place of IDs.
    """

    goal: Goal
    command: str
    flags: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    interval: float | None = None
    heartbeat_seconds: float = 60.0
    quiet: bool = False
    progress: str = "auto"
    no_ci: bool = False

    def resume_line(self, unfinished: Sequence[Unfinished]) -> str:
        """How to go on waiting for these tasks, fit for a shell whatever their IDs hold."""
        task_ids = [each.task_id for each in unfinished]
        if len(task_ids) > _MOST_IDS_TO_RESUME:
            created = [each.document.created_on for each in unfinished if each.document]
            oldest = min(filter(None, created), default=None)
            search = self.search or ("--active", *(("--since", oldest) if oldest else ()))
            return shlex.join(["gtask", "watch", *search, *self.flags])
        if any(task_id.startswith("-") for task_id in task_ids):
            return shlex.join(["gtask", self.command, *self.flags, "--", *task_ids])
        return shlex.join(["gtask", self.command, *task_ids, *self.flags])


def wait(
    invocation: Invocation,
    source: Sequence[str] | Search,
    options: WaitOptions,
    printer: Printer,
) -> set[ExitCode]:
    """Waits; hands each task's last document to the printer. What happened, as exit statuses.

    GitHub Actions gets it all too, whatever becomes of standard output. What is still to do is
    printed last, where the eye is.

    Raises:
        DeadlinePassed: if a search found nothing in time.
    """
    run = _Run(invocation, source, options)
    streams = invocation.streams
    if not invocation.deadline.checks_once:
        leave_when_stuck_after(invocation.deadline.at, ExitCode.NOT_FINISHED)
    events = run.events()
    outcome = Outcome(run.task_ids)
    if isinstance(source, Search):
        first: Event | None = find(
            events, source, invocation, heartbeat_seconds=options.heartbeat_seconds
        )
    else:
        first = next(events)
    if first is None:
        return set()
    actions = None
    if streams.in_workflow and not options.no_ci:
        actions = ActionsReport(streams, invocation.env, run.task_ids)
    is_live = streams.err.isatty() and streams.out.isatty()
    held: deque[Document] = deque(maxlen=MOST_KEPT if run.follows else None)
    # Printing during a live view would corrupt it.
    hand_over = held.append if is_live and not options.quiet else printer.take
    # The requests are under way: while they are, what shows the answers is imported.
    progress = run.progress(reports_failures=actions is None)
    printer.prepare()
    errors: list[GtaskError] = []
    try:
        try:
            for event in chain((first,), events):
                if progress is not None:
                    progress.take(event)
                printer.follow(event)
                outcome.take(event)
                if isinstance(event, (Settled, Failed, Unfinished)) and event.document is not None:
                    if actions is not None:
                        actions.take(event.document)
                    hand_over(event.document)
        finally:
            if progress is not None:
                progress.close()
        for document in held:
            printer.take(document)
        printer.finish()
        errors = run.report(outcome)
    finally:
        if actions is not None:
            actions.finish(errors)
    return outcome.codes


class _Run:
    def __init__(
        self, invocation: Invocation, source: Sequence[str] | Search, options: WaitOptions
    ) -> None:
        self._invocation = invocation
        self._source = source
        self._options = options
        self._schedule = Schedule(options.interval)
        self.task_ids = () if isinstance(source, Search) else source
        self.follows = isinstance(source, Search) and source.follow
        self.port = invocation.connect()

    def events(self) -> Iterator[Event]:
        """The events of the wait, with signals as a reason to stop."""
        deadline = self._invocation.deadline
        is_terminal = self._invocation.streams.err.isatty()
        watch = Watch(
            self._source,
            self.port,
            goal=self._options.goal,
            deadline=deadline.at,
            schedule=self._schedule,
            uniform=random.uniform,
            once=deadline.checks_once,
            tick_seconds=1.0 / _FRAMES_A_SECOND if is_terminal else 1.0,
        )
        return self._remembered(watch.run())

    def _remembered(self, events: Iterator[Event]) -> Iterator[Event]:
        changed: dict[str, Document] = {}
        with interrupting(self.port.interrupt):
            try:
                for event in events:
                    if isinstance(event, Changed):
                        changed[event.task_id] = event.document
                    elif isinstance(event, Tick):  # nothing else to do just now
                        self._remember(changed)
                    yield event
            finally:
                self._remember(changed)

    def _remember(self, changed: dict[str, Document]) -> None:
        """Keeps the IDs for completion, once what the user waits for is out."""
        if changed:
            # Nothing that is optional may end a wait.
            with suppress(ImportError, OSError):
                from gcore_tasks_cli.tasks.recent import remember

                remember(changed.values(), self._invocation.env, self._invocation.settings.host)
            changed.clear()

    def progress(self, *, reports_failures: bool) -> "LineProgress | LiveProgress | None":
        """What shows the wait on standard error: a live view, lines, or nothing."""
        if self._options.quiet or self._options.progress == "none":
            return None
        streams, env = self._invocation.streams, self._invocation.env
        shown = self._options.progress
        # Log lines of requests would corrupt a live view, and CI systems show what it repaints.
        is_plain = bool(self._invocation.is_verbose or env.get("TERM") == "dumb" or env.get("CI"))
        if shown == "live" or (shown == "auto" and streams.err.isatty() and not is_plain):
            from gcore_tasks_cli.output.terminal.live_progress import LiveProgress

            most_ended = MOST_KEPT if self.follows else None
            return LiveProgress(
                streams, env, self.task_ids, self._schedule.expectations, most_ended
            )
        return LineProgress(
            streams.note,
            len(self.task_ids),
            self.port.now(),
            self._options.heartbeat_seconds,
            self._schedule.expectations,
            follows=self.follows,
            reports_failures=reports_failures,
        )

    def report(self, outcome: Outcome) -> list[GtaskError]:
        """Prints errors, and how to go on where something is not finished; what it printed."""
        streams = self._invocation.streams
        report = ErrorReport(streams)
        for task_id, error in outcome.errors:
            report.add(error, task_id)
        errors = report.print()
        ending = self._ending(outcome)
        if ending is not None:
            hint = None
            if outcome.unfinished and not self.follows:
                hint = f"to go on waiting: {self._options.resume_line(outcome.unfinished)}"
            stopped = GtaskError(ending, hint=hint)
            streams.error(stopped)
            errors.append(stopped)
        elif outcome.reason is StopReason.DEADLINE and self.follows and not self._options.quiet:
            after = self._invocation.deadline.timeout_words
            streams.note(f"gtask: followed for {after}; no task is active")
        return errors

    def _ending(self, outcome: Outcome) -> str | None:
        """Why the wait ended before the tasks did; None if it did not."""
        tasks = "1 task" if len(outcome.known) == 1 else f"{len(outcome.known)} tasks"
        still = f"{len(outcome.unfinished)} of {tasks} not finished"
        if outcome.reason is StopReason.INTERRUPTED:
            name = signal.Signals(outcome.signal_number or signal.SIGINT).name
            # A wait without end may be interrupted when there is nothing left to wait for.
            return f"interrupted ({name})" + (f", {still}" if outcome.unfinished else "")
        if not outcome.unfinished:
            return None
        if outcome.reason in (StopReason.ANY, StopReason.FAIL_FAST):
            if self._options.quiet:
                return None
            option = f"--{outcome.reason.value}"
            return f"stopped by {option} with {still}"
        if outcome.reason is not StopReason.DEADLINE:
            return None
        deadline = self._invocation.deadline
        if deadline.checks_once and self._options.quiet:
            return None
        after = "yet" if deadline.checks_once else f"after {deadline.timeout_words}"
        types = [each.document.task_type for each in outcome.unfinished if each.document]
        usual = usual_duration_words(types, self._schedule.expectations)
        return f"{still} {after}{usual}{self._outage_words(outcome)}"

    def _outage_words(self, outcome: Outcome) -> str:
        outage = outcome.outage
        why = f": {outage.error.message}" if outage else ""
        if not outcome.has_answers:
            is_reached = outage is not None and outage.error.status is not None
            return ("; no usable answer" if is_reached else "; the API was never reached") + why
        if outage is None or not outage.is_total:
            return ""
        return f"; no answer for {format_duration(steady_seconds() - outage.answered)}{why}"
