"""The progress of a wait as a live view at a terminal: events in, repainted rows out."""

import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.live import Live
from rich.text import Text

from gcore_tasks_cli.interrupts import restore_terminal_with, writing
from gcore_tasks_cli.output.lines import outage_words, usual_words
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.output.terminal.console import console
from gcore_tasks_cli.output.terminal.live_view import LiveRow, render
from gcore_tasks_cli.polling.events import (
    Changed,
    Event,
    Failed,
    OutageBegan,
    OutageEnded,
    Settled,
    Stopped,
    Tick,
)
from gcore_tasks_cli.polling.pace.expectations import Expectations
from gcore_tasks_cli.polling.retry import Outage
from gcore_tasks_cli.tasks.document import Document, duration_seconds

# A thousand tasks bring more events a second than eyes can follow.
_SHORTEST_FRAME_SECONDS = 0.1
# Shows the cursor, drops every colour, and begins a new line.
_TERMINAL_AS_IT_WAS = b"\x1b[?25h\x1b[0m\r\n"
# No window is wider.
_LONGEST_CELL = 2000
_NOTHING_ACTIVE = "· no task is active; what is started is shown here, Ctrl-C ends"


@dataclass(slots=True)
class _Shown:
    document: Document | None = None
    born: float | None = None
    ended: float | None = None
    note: str | None = None


class LiveProgress:
    """One live line a task on standard error; where the result follows it, it vanishes in the end.

    Of tasks that have ended, the last `most_ended` stay, or all; with such a limit the wait has no
    end, and says so while no task is active.
    """

    def __init__(
        self,
        streams: Streams,
        env: Mapping[str, str],
        task_ids: Sequence[str],
        expectations: Expectations,
        most_ended: int | None = None,
    ) -> None:
        self._expectations = expectations
        self._shown = {task_id: _Shown() for task_id in task_ids}
        self._ended: deque[str] = deque()
        self._most_ended = most_ended
        self._outage: Outage | None = None
        self._painted_at = float("-inf")
        self._frame_seconds = _SHORTEST_FRAME_SECONDS
        self._live = Live(
            Text(""),
            console=console(streams.err, env),
            auto_refresh=False,
            transient=streams.out.isatty(),
            redirect_stdout=False,
            redirect_stderr=False,
            vertical_overflow="crop",
        )
        restore_terminal_with(streams.err.fileno(), _TERMINAL_AS_IT_WAS)
        self._live.start()

    def take(self, event: Event) -> None:
        """Takes the event in, and repaints unless it has just done so."""
        if isinstance(event, Changed):
            shown = self._shown.setdefault(event.task_id, _Shown())
            shown.document, shown.born = event.document, event.at - event.age_seconds
        elif isinstance(event, Settled):
            self._shown[event.task_id].document = event.document
            self._shown[event.task_id].ended = event.at
            self._forget_the_oldest(event.task_id)
        elif isinstance(event, Failed) and event.task_id in self._shown:
            self._shown[event.task_id].note = event.error.message
            self._shown[event.task_id].ended = event.at
        elif isinstance(event, (Tick, OutageBegan)):
            self._outage = event.outage
        elif isinstance(event, (OutageEnded, Stopped)):
            self._outage = None
        is_due = event.at - self._painted_at >= self._frame_seconds
        if is_due or isinstance(event, (Stopped, OutageBegan)):
            began = time.perf_counter()
            self._painted_at = event.at
            rows = [self._row(i, s, event.at) for i, s in self._shown.items()]
            outage = self._outage and outage_words(self._outage, event.at)
            with writing():
                size = self._live.console.size
                view = render(rows, outage, size.width, size.height, self._idle(rows, event))
                self._live.update(view, refresh=True)
            # Ten thousand rows take their time to sort: never more than a tenth of all time.
            painting = time.perf_counter() - began
            self._frame_seconds = max(_SHORTEST_FRAME_SECONDS, 10 * painting)

    def _idle(self, rows: Sequence[LiveRow], event: Event) -> str | None:
        """What a wait without end says while there is nothing to wait for."""
        follows = self._most_ended is not None and not isinstance(event, Stopped)
        return _NOTHING_ACTIVE if follows and all(row.is_over for row in rows) else None

    def _forget_the_oldest(self, ended: str) -> None:
        """A wait without end does not keep for ever what is over."""
        if self._most_ended is not None:
            self._ended.append(ended)
            if len(self._ended) > self._most_ended:
                del self._shown[self._ended.popleft()]

    def close(self) -> None:
        """Stops the view and leaves the terminal as it was."""
        with writing():
            self._live.stop()
            if not self._live.console.is_terminal:  # rich ends the last line at terminals only
                self._live.console.line()
        restore_terminal_with(None)

    def _row(self, task_id: str, shown: _Shown, now: float) -> LiveRow:
        document = shown.document
        elapsed = None
        if shown.born is not None:
            elapsed = (now if shown.ended is None else shown.ended) - shown.born
        is_over = shown.ended is not None or (document is not None and document.is_final)
        if is_over and document is not None:
            # What the API says of an end is nearer to it than when it was noticed.
            took = duration_seconds(document)
            elapsed = elapsed if took is None else took
        task_type = document.task_type if document else None
        durations = self._expectations.usual(task_type)
        expected = usual_words(durations)
        if durations and elapsed is not None and elapsed > durations.usual[1]:
            expected = f"longer than usual ({expected})"
        return LiveRow(
            task_id=self._cell(task_id) or "",
            state=self._cell(document.state if document else None),
            detailed_state=self._cell(document.detailed_state if document else None),
            task_type=self._cell(task_type),
            elapsed_seconds=elapsed,
            expected=None if is_over else expected,
            expected_seconds=durations.usual[1] if durations else None,
            note=self._cell(shown.note or (document.text_field("error") if document else None)),
            is_over=is_over,
        )

    def _cell(self, text: str | None) -> str | None:
        """What of a text is for a line that is repainted many times a second."""
        return None if text is None else text[:_LONGEST_CELL]
