"""A wait as a command runs it: progress while it lasts, each document once, the exit statuses."""

import shlex
import signal
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from gcore_tasks_cli.errors import ExitCode, GtaskError
from gcore_tasks_cli.operations.fetch import Asking, ErrorReport
from gcore_tasks_cli.output.progress_lines import LineProgress, usual_duration_words
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.polling.events import (
    Changed,
    Event,
    Failed,
    Settled,
    Stopped,
    StopReason,
    Unfinished,
)
from gcore_tasks_cli.polling.goal import ONE_ANSWER, Goal
from gcore_tasks_cli.polling.pace.expectations import Expectations
from gcore_tasks_cli.polling.pace.schedule import Schedule
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.times import format_duration

_FRAMES_A_SECOND = 4.0
# More IDs than this make a command line that nobody copies.
_MOST_IDS_TO_RESUME = 20
# What a wait without end keeps for its end, at a terminal.
MOST_KEPT = 200


class Progress(Protocol):
    """What shows the events of a wait."""

    def take(self, event: Event) -> None:
        """Shows the event."""
        ...

    def close(self) -> None:
        """Leaves the terminal as it was."""
        ...


class Printer(Protocol):
    """What puts documents on standard output."""

    def take(self, document: Document) -> None:
        """Prints the document, or keeps it for the end."""
        ...

    def finish(self) -> None:
        """Prints what could only be printed at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Resume:
    """How to go on with a wait: the command, and its options that say what for."""

    command: str
    options: tuple[str, ...] = ()

    def line(self, task_ids: list[str]) -> str:
        """The command line for these tasks, fit for a shell whatever their IDs hold."""
        if any(task_id.startswith("-") for task_id in task_ids):
            return shlex.join(["gtask", self.command, *self.options, "--", *task_ids])
        return shlex.join(["gtask", self.command, *task_ids, *self.options])


class _Silence:
    def take(self, event: Event) -> None:
        pass

    def close(self) -> None:
        pass


class Waiting:
    """Runs one wait and tells it."""

    def __init__(
        self, asking: Asking, streams: Streams, report: ErrorReport, env: Mapping[str, str]
    ) -> None:
        self._asking = asking
        self._streams = streams
        self._report = report
        self._env = env

    def run(
        self,
        goal: Goal,
        schedule: Schedule,
        printer: Printer,
        *,
        quiet: bool,
        heartbeat_seconds: float,
        resume: Resume | None,
        follow: Callable[[Event], None] | None = None,
    ) -> None:
        """Waits; hands each task's last document to the printer, and each error to the report.

        What is still to do is told last, where the eye is.

        A `timeout_seconds` of 0 looks once, with the patience of `get`. Without `resume`, to go on
        is to run the same command again.
        """
        once = goal.timeout_seconds <= 0
        limit_seconds = goal.timeout_seconds
        if once:
            goal = replace(ONE_ANSWER, fail_fast=goal.fail_fast, any_one=goal.any_one)
        # Events at a terminal and a view that repaints itself would tear each other to pieces.
        quiet_view = quiet or (follow is not None and self._streams.out.isatty())
        progress = self._progress(
            quiet_view, heartbeat_seconds, schedule.expectations, follows=goal.following is not None
        )
        held: deque[Document] = deque(maxlen=MOST_KEPT if goal.following else None)
        known = dict.fromkeys(self._asking.task_ids)
        hand_over: Callable[[Document], None] = printer.take
        if not quiet and self._streams.err.isatty() and self._streams.out.isatty():
            # Data in the middle of a view that repaints itself would be torn to pieces.
            hand_over = held.append
        unfinished: list[str] = []
        not_seen: list[Unfinished] = []
        errors: list[GtaskError] = []
        reason = StopReason.ALL_SETTLED
        tick_seconds = 1.0 / _FRAMES_A_SECOND if self._streams.err.isatty() else 1.0
        last_error: GtaskError | None = None
        types: list[str | None] = []
        try:
            for event in self._asking.events(goal, schedule, tick_seconds):
                progress.take(event)
                if follow is not None:
                    follow(event)
                if isinstance(event, (Changed, Unfinished)):
                    known[event.task_id] = None  # one that was taken in later, perhaps
                if isinstance(event, Settled):
                    if not event.document.is_final:
                        unfinished.append(event.task_id)
                        types.append(event.document.task_type)
                    elif event.document.state == "ERROR":
                        self._report.codes.append(ExitCode.TASK_ERROR)
                    hand_over(event.document)
                elif isinstance(event, (Failed, Unfinished)):
                    if event.document is not None:
                        hand_over(event.document)
                    if isinstance(event, Failed):
                        errors.append(event.error)
                    else:
                        not_seen.append(event)
                elif isinstance(event, Stopped):
                    reason = event.reason
        finally:
            progress.close()
        # What ended before all were looked at was not to look at all of them.
        looked_in_vain = once and reason not in (StopReason.ANY, StopReason.FAIL_FAST)
        for missed in not_seen:
            if looked_in_vain and self._asking.signal_code is None:
                errors.append(self._asking.no_answer(missed))
            else:
                unfinished.append(missed.task_id)
                types.append(missed.document.task_type if missed.document else None)
                last_error = missed.error or last_error
        for document in held:
            printer.take(document)
        printer.finish()
        for error in errors:
            self._report.add(error)
        if once and reason is StopReason.ALL_SETTLED and unfinished:
            reason = StopReason.DEADLINE
        usual = usual_duration_words(types, schedule.expectations)
        still = f"{len(unfinished)} of {_tasks(len(known))} not finished"
        hint = f"to go on waiting: {_how_to(resume, unfinished)}"
        self._tell_end(reason, unfinished, limit_seconds, last_error, still, usual, hint)
        if reason is StopReason.DEADLINE and not unfinished and not quiet:
            after = format_duration(limit_seconds)
            self._streams.note(f"gtask: followed for {after}; no task is active")

    def _progress(
        self, quiet: bool, heartbeat_seconds: float, expectations: Expectations, *, follows: bool
    ) -> Progress:
        if quiet:
            return _Silence()
        started = self._asking.fetcher.now()
        if self._streams.err.isatty() and self._env.get("TERM") != "dumb":
            from gcore_tasks_cli.output.terminal.live_progress import LiveProgress

            clears = self._streams.out.isatty()
            return LiveProgress(
                self._streams.err,
                self._streams.hide,
                self._env,
                self._asking.task_ids,
                clears,
                expectations,
                most_ended=MOST_KEPT if follows else None,
            )
        total = len(self._asking.task_ids)
        return LineProgress(
            self._streams.note, total, started, heartbeat_seconds, expectations, follows=follows
        )

    def _tell_end(
        self,
        reason: StopReason,
        unfinished: list[str],
        limit_seconds: float,
        last_error: GtaskError | None,
        still: str,
        usual: str,
        hint: str,
    ) -> None:
        codes = self._report.codes
        if reason is StopReason.INTERRUPTED:
            codes.append(self._asking.signal_code or ExitCode.INTERRUPTED)
            name = signal.Signals(self._asking.fetcher.interrupted or signal.SIGINT).name
            # Without end a wait may be interrupted when there is nothing left to wait for.
            told = f"interrupted ({name}), {still}" if unfinished else f"interrupted ({name})"
            self._streams.error(GtaskError(told, hint=hint if unfinished else None))
        elif reason is StopReason.DEADLINE and unfinished:
            codes.append(ExitCode.NOT_FINISHED)
            after = f"after {format_duration(limit_seconds)}" if limit_seconds else "yet"
            trouble = f"; the last trouble: {last_error.message}" if last_error else ""
            self._streams.error(GtaskError(f"{still} {after}{usual}{trouble}", hint=hint))


def _how_to(resume: Resume | None, task_ids: list[str]) -> str:
    if resume is None or len(task_ids) > _MOST_IDS_TO_RESUME:
        return "run the same command again"
    return resume.line(task_ids)


def _tasks(count: int) -> str:
    return "1 task" if count == 1 else f"{count} tasks"
