"""Waits for tasks: progress while it lasts, each document once, and how it ended."""

import math
import random
import shlex
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from gcore_tasks_cli.errors import ExitCode, GtaskError
from gcore_tasks_cli.interrupts import interrupting, leave_when_stuck_after
from gcore_tasks_cli.invocation import Invocation
from gcore_tasks_cli.operations.connection import connect
from gcore_tasks_cli.operations.error_report import ErrorReport
from gcore_tasks_cli.operations.outcome import Outcome
from gcore_tasks_cli.output.actions import ActionsReport
from gcore_tasks_cli.output.lines import ProgressLines
from gcore_tasks_cli.output.printers import Held, Printer
from gcore_tasks_cli.output.words import usual_duration_words
from gcore_tasks_cli.polling.check_once import check_once
from gcore_tasks_cli.polling.events import (
    Changed,
    Event,
    StopReason,
    Tick,
)
from gcore_tasks_cli.polling.goal import Goal
from gcore_tasks_cli.polling.pace.schedule import Schedule
from gcore_tasks_cli.polling.port import Answer, Job
from gcore_tasks_cli.polling.watcher import Watcher
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.page_request import PageRequest
from gcore_tasks_cli.times import format_duration

if TYPE_CHECKING:
    from gcore_tasks_cli.api.session import Session
    from gcore_tasks_cli.output.live import LiveView

_FRAMES_A_SECOND = 4.0
# More IDs than this make a command line that is too long to copy.
_MOST_IDS_TO_RESUME = 20
# What a wait without end keeps for its end, at a terminal.
MOST_KEPT = 200
# Requests that hang and their repetitions over other connections.
_WORKERS = 24


class WaitOptions(NamedTuple):
    """How to wait, as the command line says it.

    `resume` is the command and the options that go on with the wait, around the task IDs; without
    it, to go on is to run the same command again.
    """

    goal: Goal
    interval: float | None = None
    heartbeat_seconds: float = 60.0
    quiet: bool = False
    resume: tuple[str, ...] | None = None
    progress: str = "auto"
    no_ci: bool = False

    def resume_line(self, task_ids: Sequence[str]) -> str:
        """How to go on waiting for these tasks, fit for a shell whatever their IDs hold."""
        if self.resume is None or len(task_ids) > _MOST_IDS_TO_RESUME:
            return "run the same command again"
        command, *options = self.resume
        if any(task_id.startswith("-") for task_id in task_ids):
            return shlex.join(["gtask", command, *options, "--", *task_ids])
        return shlex.join(["gtask", command, *task_ids, *options])


def wait(
    invocation: Invocation,
    task_ids: Sequence[str],
    options: WaitOptions,
    printer: Printer,
) -> set[ExitCode]:
    """Waits; hands each task's last document to the printer. What happened, as exit statuses.

    GitHub Actions gets it all too, whatever becomes of standard output. What is still to do is
    printed last, where the eye is.
    """
    run = _Run(invocation, task_ids, options)
    streams = invocation.streams
    actions = None
    if streams.in_workflow and not options.no_ci:
        actions = ActionsReport(streams, invocation.env, task_ids)
    outcome = Outcome(task_ids)
    if not invocation.deadline.checks_once:
        leave_when_stuck_after(invocation.deadline.at, ExitCode.NOT_FINISHED)
    events = run.events()
    first = next(events)
    # The requests are under way: while they are, what shows the answers is imported.
    progress = run.progress(reports_failures=actions is None)
    printer.prepare()
    results: Printer | Held = printer
    is_live = progress is not None and not isinstance(progress, ProgressLines)
    if is_live and streams.err.isatty() and streams.out.isatty():
        results = Held(printer, MOST_KEPT if options.goal.following else None)
    # The printer comes last: the others have to know of what a reader that has left does not get.
    consumers = [each for each in (progress, actions, outcome, results) if each is not None]
    errors: list[GtaskError] = []
    try:
        try:
            for event in chain((first,), events):
                for consumer in consumers:
                    consumer.on(event)
        finally:
            if progress is not None:
                progress.close()
        results.close()
        errors = run.report(outcome)
    finally:
        if actions is not None:
            for error in errors:
                actions.error(error)
            actions.close()
    return outcome.codes(run.port.interrupted)


class _Run:
    def __init__(
        self, invocation: Invocation, task_ids: Sequence[str], options: WaitOptions
    ) -> None:
        self._invocation = invocation
        self._task_ids = task_ids
        self._options = options
        self._schedule = Schedule(options.interval)
        self.port = connect(invocation, _ask, _WORKERS)

    def events(self) -> Iterator[Event]:
        """The events of the wait, with signals as a reason to stop."""
        changed: dict[str, Document] = {}
        with interrupting(self.port.interrupt):
            try:
                for event in self._events():
                    if isinstance(event, Changed):
                        changed[event.task_id] = event.document
                    elif isinstance(event, Tick):  # nothing else to do just now
                        self._remember(changed)
                    yield event
            finally:
                self._remember(changed)

    def _events(self) -> Iterator[Event]:
        goal, deadline = self._options.goal, self._invocation.deadline
        if deadline.checks_once:
            return check_once(self._task_ids, self.port, goal, random.uniform)
        is_terminal = self._invocation.streams.err.isatty()
        return Watcher(
            self._task_ids,
            self.port,
            goal=goal,
            deadline=deadline,
            schedule=self._schedule,
            uniform=random.uniform,
            tick_seconds=1.0 / _FRAMES_A_SECOND if is_terminal else 1.0,
        ).run()

    def _remember(self, changed: dict[str, Document]) -> None:
        """Keeps the IDs for completion, once what the user waits for is out."""
        if changed:
            # Nothing that is optional may end a wait.
            with suppress(ImportError, OSError):
                from gcore_tasks_cli.tasks.recent import remember

                remember(changed.values(), self._invocation.env, self._invocation.settings.host)
            changed.clear()

    def progress(self, *, reports_failures: bool) -> "ProgressLines | LiveView | None":
        """What shows the wait on standard error: a live view, lines, or nothing."""
        if self._options.quiet or self._options.progress == "none":
            return None
        streams, env = self._invocation.streams, self._invocation.env
        most_ended = math.inf if self._options.goal.following is None else MOST_KEPT
        shown = self._options.progress
        # Log lines of requests would corrupt a live view, and CI systems show what it repaints.
        is_plain = bool(self._invocation.is_verbose or env.get("TERM") == "dumb" or env.get("CI"))
        if shown == "live" or (shown == "auto" and streams.err.isatty() and not is_plain):
            from gcore_tasks_cli.output.live import LiveView

            return LiveView(streams, env, self._task_ids, self._schedule.expectations, most_ended)
        return ProgressLines(
            streams.note,
            self._task_ids,
            self.port.now(),
            self._options.heartbeat_seconds,
            self._schedule.expectations,
            most_ended=most_ended,
            reports_failures=reports_failures,
        )

    def report(self, outcome: Outcome) -> list[GtaskError]:
        """Prints errors, and how to go on where something is not finished; what it printed."""
        report = ErrorReport(self._invocation.streams)
        for task_id, error in outcome.errors:
            report.add(error, task_id)
        errors = report.print()
        ending = self._ending(outcome)
        if ending is not None:
            left = [each.task_id for each in outcome.unfinished]
            hint = f"to go on waiting: {self._options.resume_line(left)}"
            stopped = GtaskError(ending, hint=hint if outcome.unfinished else None)
            self._invocation.streams.error(stopped)
            errors.append(stopped)
        elif outcome.reason is StopReason.DEADLINE and not self._options.quiet:
            after = self._invocation.deadline.timeout_words
            self._invocation.streams.note(f"gtask: followed for {after}; no task is active")
        return errors

    def _ending(self, outcome: Outcome) -> str | None:
        """Why the wait ended before the tasks did; None if it did not."""
        tasks = "1 task" if len(outcome.known) == 1 else f"{len(outcome.known)} tasks"
        still = f"{len(outcome.unfinished)} of {tasks} not finished"
        if outcome.reason is StopReason.INTERRUPTED:
            name = signal.Signals(self.port.interrupted or signal.SIGINT).name
            # A wait without end may be interrupted when there is nothing left to wait for.
            return f"interrupted ({name})" + (f", {still}" if outcome.unfinished else "")
        if outcome.reason is not StopReason.DEADLINE or not outcome.unfinished:
            return None
        deadline = self._invocation.deadline
        after = "yet" if deadline.checks_once else f"after {deadline.timeout_words}"
        types = [each.document.task_type for each in outcome.unfinished if each.document]
        usual = usual_duration_words(types, self._schedule.expectations)
        return f"{still} {after}{usual}{self._outage_words(outcome)}"

    def _outage_words(self, outcome: Outcome) -> str:
        outage = next((each.outage for each in outcome.unfinished if each.outage), None)
        why = f": {outage.error.message}" if outage else ""
        if not outcome.has_answers:
            is_reached = outage is not None and outage.error.status is not None
            return ("; no usable answer" if is_reached else "; the API was never reached") + why
        if outage is None:
            return ""
        return f"; no answer for {format_duration(time.monotonic() - outage.since)}{why}"


def _ask(session: "Session", job: Job) -> Answer:
    """One task, or a page of the list."""
    return session.list_tasks(job) if isinstance(job, PageRequest) else session.get_task(job)
