"""Waits for tasks: progress while it lasts, each document once, and how it ended."""

import math
import random
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from gcore_tasks_cli.errors import ExitCode, GtaskError, UsageError
from gcore_tasks_cli.interrupts import interrupt_with, leave_when_stuck_after
from gcore_tasks_cli.invocation import Invocation
from gcore_tasks_cli.output.actions import report_to_github
from gcore_tasks_cli.output.outcome import Outcome, Resume
from gcore_tasks_cli.output.printers import Printer
from gcore_tasks_cli.output.progress import Progress, ProgressLines
from gcore_tasks_cli.polling.events import Changed, Event, Goal, Tick
from gcore_tasks_cli.polling.finder import Search
from gcore_tasks_cli.polling.jobs import Port
from gcore_tasks_cli.polling.requests import ONE_ANSWER, UNTIL_DEADLINE, Requests
from gcore_tasks_cli.polling.schedule import Schedule
from gcore_tasks_cli.polling.watch import Watch
from gcore_tasks_cli.tasks.expectations import KNOWN
from gcore_tasks_cli.tasks.meant import doubts
from gcore_tasks_cli.tasks.recent import MOST_OF_ONE_API, remember

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
    env, host = invocation.env, invocation.settings.host
    KNOWN.recall(env, host)
    port = invocation.connect()
    progress = Progress(source, KNOWN)
    outcome = Outcome(progress, deadline, quiet=options.quiet)
    recent = _RecentTasks(progress, env, host)
    errors: list[GtaskError] = []
    try:
        interrupt_with(port.interrupt)
        happened = _watch(invocation, source, options, port).run()
        first = next(happened)
        # The requests are under way: while they are, what shows the answers is imported.
        view = _view(invocation, options, progress, printer)
        printer.prepare()
        # The printer comes last: a reader that has left ends it, and the others should know.
        consumers = [each for each in (progress, view, recent, printer) if each is not None]
        try:
            for event in chain((first,), happened):
                for consumer in consumers:
                    consumer.on(event)
        finally:
            if view is not None:
                view.close()
            recent.close()
            KNOWN.keep(env, host)
        printer.close()
        if progress.search is not None and progress.has_found_nothing:
            # A type that does not exist must not look as if all its tasks had ended.
            for what, hint in doubts(progress.search.query):
                raise UsageError(what, hint=hint)
        errors = outcome.report(streams, options.resume)
    finally:
        if streams.in_workflow and not options.no_ci:
            report_to_github(streams, progress, errors)
    return outcome.codes


def _watch(
    invocation: Invocation, source: Sequence[str] | Search, options: WaitOptions, port: Port
) -> Watch:
    checks_once = invocation.deadline.checks_once
    policy, end = (UNTIL_DEADLINE, invocation.deadline.at)
    if checks_once:
        policy, end = ONE_ANSWER, math.inf
    leave_when_stuck_after(end, ExitCode.NOT_FINISHED)
    return Watch(
        source,
        Requests(port, policy, random.uniform, deadline=end),
        Schedule(options.interval, KNOWN),
        goal=options.goal,
        once=checks_once,
        tick_seconds=1.0 / _FRAMES_A_SECOND if invocation.streams.err.isatty() else 1.0,
    )


def _view(
    invocation: Invocation, options: WaitOptions, progress: Progress, printer: Printer
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
    """Remembers the tasks that were seen, what a view shows first, when nothing else is to do."""

    def __init__(self, progress: Progress, env: Mapping[str, str], host: str) -> None:
        self._progress = progress
        self._remember = partial(remember, env=env, host=host)
        self._has_news = False
        self._can_write = True

    def on(self, event: Event) -> None:
        """Takes an event of a wait."""
        self._has_news |= isinstance(event, Changed)
        if isinstance(event, Tick):
            self.close()

    def close(self) -> None:
        """Writes what has come since the last time."""
        if self._has_news and self._can_write:
            seen = [task.document for task in self._progress.by_urgency if task.born is not None]
            self._can_write = self._remember(seen[:MOST_OF_ONE_API])
        self._has_news = False
