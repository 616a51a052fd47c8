"""Waits for tasks: progress while it lasts, each document once, and how it ended."""

import math
import random
from collections.abc import Sequence
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from gcore_tasks_cli.errors import ExitCode, GtaskError
from gcore_tasks_cli.interrupts import interrupting, leave_when_stuck_after
from gcore_tasks_cli.invocation import Invocation
from gcore_tasks_cli.output.actions import ActionsReport
from gcore_tasks_cli.output.outcome import Outcome, Resume
from gcore_tasks_cli.output.printers import Printer
from gcore_tasks_cli.output.progress import Progress, ProgressLines
from gcore_tasks_cli.polling.events import Changed, Event, Goal, Search, Tick
from gcore_tasks_cli.polling.jobs import Port
from gcore_tasks_cli.polling.requests import ONE_ANSWER, UNTIL_DEADLINE, Requests
from gcore_tasks_cli.polling.schedule import Schedule
from gcore_tasks_cli.polling.watch import Watch
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.expectations import KNOWN

if TYPE_CHECKING:
    from gcore_tasks_cli.output.live import LiveView

_FRAMES_A_SECOND = 4.0


class WaitOptions(NamedTuple):
    """How to wait, as the command line says it."""

    goal: Goal
    resume: Resume
    interval: float | None = None
    quiet: bool = False
    progress: str = "auto"
    no_ci: bool = False


def wait(
    invocation: Invocation,
    source: Sequence[str] | Search,
    options: WaitOptions,
    printer: Printer,
) -> set[ExitCode]:
    """Waits; hands the events to all that shows them. What happened, as exit statuses.

    GitHub Actions gets it all too, whatever becomes of standard output. What is still to do is
    printed last, where the eye is.
    """
    streams, deadline = invocation.streams, invocation.deadline
    schedule, port = Schedule(options.interval, KNOWN), invocation.connect()
    progress, actions = Progress(source, schedule.expectations), None
    if streams.in_workflow and not options.no_ci:
        actions = ActionsReport(streams, progress)
    outcome = Outcome(progress, deadline, quiet=options.quiet)
    recent = _RecentTasks(invocation)
    errors: list[GtaskError] = []
    try:
        with interrupting(port.interrupt):
            happened = _watch(invocation, source, options, schedule, port).run()
            first = next(happened)
            # The requests are under way: while they are, what shows the answers is imported.
            view = _view(invocation, options, progress, printer)
            printer.prepare()
            # The printer comes last: a reader that has left ends it, and the others should know.
            everyone = (progress, view, recent, printer)
            consumers = [each for each in everyone if each is not None]
            try:
                for event in chain((first,), happened):
                    for consumer in consumers:
                        consumer.on(event)
            finally:
                if view is not None:
                    view.close()
                recent.close()
        printer.close()
        errors = outcome.report(streams, options.resume)
    finally:
        if actions is not None:
            actions.close(errors)
    return outcome.codes


def _watch(
    invocation: Invocation,
    source: Sequence[str] | Search,
    options: WaitOptions,
    schedule: Schedule,
    port: Port,
) -> Watch:
    checks_once = invocation.deadline.checks_once
    policy, end = (UNTIL_DEADLINE, invocation.deadline.at)
    if checks_once:
        policy, end = ONE_ANSWER, math.inf
    leave_when_stuck_after(end, ExitCode.NOT_FINISHED)
    return Watch(
        source,
        Requests(port, policy, random.uniform, deadline=end),
        schedule,
        goal=options.goal,
        once=checks_once,
        tick_seconds=1.0 / _FRAMES_A_SECOND if invocation.streams.err.isatty() else 1.0,
    )


def _view(
    invocation: Invocation,
    options: WaitOptions,
    progress: Progress,
    printer: Printer,
) -> "ProgressLines | LiveView | None":
    """What shows the wait on standard error: a live view, lines, or nothing.

    A live view has its terminal to itself: no log of requests stands there, no CI system keeps what
    is repainted, and nothing else prints there before the end.
    """
    if options.quiet or options.progress == "none":
        return None
    streams = invocation.streams
    lines = ProgressLines(streams.log, progress, invocation.began, invocation.heartbeat_seconds)
    is_shared = invocation.is_verbose or (printer.at_once and streams.out_is_pipe)
    if not streams.may_paint or (is_shared and options.progress != "live"):
        return lines
    from gcore_tasks_cli.output.live import LiveView

    if streams.out.isatty():
        printer.hold(progress.most_ended)
    return LiveView(streams, progress, lines)


class _RecentTasks:
    """Keeps the IDs that were seen, the last first, when there is nothing else to do."""

    def __init__(self, invocation: Invocation) -> None:
        self._invocation = invocation
        self._changed: dict[str, Document] = {}
        self._can_write = True

    def on(self, event: Event) -> None:
        """Takes an event of a wait."""
        if isinstance(event, Changed):
            self._changed.pop(event.task_id, None)
            self._changed[event.task_id] = event.document
        elif isinstance(event, Tick):
            self.close()

    def close(self) -> None:
        """Writes what was seen since the last time."""
        if self._changed and self._can_write:
            # Nothing that is optional may end a wait.
            with suppress(ImportError, OSError):
                from gcore_tasks_cli.tasks.recent import remember

                env, host = self._invocation.env, self._invocation.settings.host
                self._can_write = remember(reversed(self._changed.values()), env, host)
            self._changed.clear()
