"""The progress of a wait as a live view at a terminal: one line a task, repainted in place."""

import math
import time
from collections import deque
from collections.abc import Mapping, Sequence

from rich.live import Live
from rich.text import Text

from gcore_tasks_cli.interrupts import restore_terminal_with, writing
from gcore_tasks_cli.output import words
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.output.terminal import console, fitting, line_of, span_len, unique_length
from gcore_tasks_cli.output.views import NOT_SEEN, Span, state_span
from gcore_tasks_cli.polling import events
from gcore_tasks_cli.polling.pace.expectations import Expectations
from gcore_tasks_cli.polling.retry import Outage
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.document import Document, duration_seconds
from gcore_tasks_cli.times import format_duration

# A thousand tasks bring more events a second than eyes can follow.
_SHORTEST_FRAME_SECONDS = 0.1
# Shows the cursor, drops every colour, and begins a new line.
_TERMINAL_AS_IT_WAS = b"\x1b[?25h\x1b[0m\r\n"
_NOTHING_ACTIVE = "· no task is active; what is started is shown here, Ctrl-C ends"
# No window is wider.
_LONGEST_CELL = 2000
_BAR_CELLS = 10
# Only the API's FINISHED fills a bar.
_FULLEST = 0.95
# No column becomes wider when a task goes on from one of the API's states to the next.
_LEAST_STATE = len("✔ FINISHED")
# In fewer cells, the gap included, a detailed state says nothing.
_LEAST_DETAIL = 10
_STATE, _KIND, _ID, _AGE, _BAR = range(5)


class LiveRow:
    """A task in the view: the last that was seen of it, and why no more will be seen.

    `born` and `ended` are on the clock of the wait.
    """

    def __init__(self, task_id: str) -> None:
        self.document = Document(task_id, NOT_SEEN, "", {})
        self.born: float | None = None
        self.ended: float | None = None
        self.error: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more is expected."""
        return self.ended is not None or self.document.is_final

    @property
    def note(self) -> str:
        """What went wrong."""
        return self.error or self.document.text_field("error") or ""

    def elapsed(self, now: float) -> float | None:
        """The task's age in seconds, or how long it took as far as the API says so."""
        took = duration_seconds(self.document) if self.is_over else None
        if took is not None or self.born is None:
            return took
        return max(0.0, (now if self.ended is None else self.ended) - self.born)

    def cells(self, now: float) -> tuple[Span, ...]:
        """What stands in columns: state, type, ID, age."""
        document, elapsed = self.document, self.elapsed(now)
        return (
            state_span(document.state, _cell(document.state)),
            Span(_cell(document.task_type or "-")),
            Span(_cell(document.id)),
            Span(
                "" if elapsed is None else format_duration(elapsed), "dim" if self.is_over else ""
            ),
        )

    def tail(self, now: float, expectations: Expectations) -> tuple[Span, Span]:
        """What stands behind them: a bar and how long it usually takes, or what went wrong."""
        usual, elapsed = expectations.usual(self.document.task_type), self.elapsed(now)
        if self.note or self.is_over or usual is None:
            return Span(""), Span(_cell(self.note), "red")
        expected, longest = words.usual_words(usual), usual.usual[1]
        if elapsed is None:
            return Span(""), Span(expected, "dim")
        if elapsed > longest:
            expected = f"longer than usual ({expected})"
        filled = int(min(_FULLEST, elapsed / longest) * _BAR_CELLS)
        bar = "━" * filled + "╌" * (_BAR_CELLS - filled)
        return Span(bar, state_span(self.document.state, "").style), Span(expected, "dim")

    @property
    def detail(self) -> str:
        """The detailed state, which stands behind all that is aligned: it comes and goes."""
        detail = self.document.detailed_state
        is_shown = detail and detail != self.document.state and not (self.is_over or self.note)
        return _cell(detail) if detail and is_shown else ""


class LiveView:
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
        most_ended: float = math.inf,
    ) -> None:
        self._expectations = expectations
        self._rows = {task_id: LiveRow(task_id) for task_id in task_ids}
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

    def on(self, event: events.Event) -> None:
        """Takes the event in, and repaints unless it has just done so."""
        if isinstance(event, events.Changed):
            row = self._rows.setdefault(event.task_id, LiveRow(event.task_id))
            row.document, row.born = event.document, event.at - event.age_seconds
        elif isinstance(event, events.Settled):
            row = self._rows[event.task_id]
            row.document, row.ended = event.document, event.at
            self._ended.append(event.task_id)
            if len(self._ended) > self._most_ended:
                del self._rows[self._ended.popleft()]
        elif isinstance(event, events.Failed) and event.task_id in self._rows:
            row = self._rows[event.task_id]
            row.error, row.ended = event.error.message, event.at
        elif isinstance(event, (events.Tick, events.OutageBegan)):
            self._outage = event.outage
        elif isinstance(event, (events.OutageEnded, events.Stopped)):
            self._outage = None
        is_due = event.at - self._painted_at >= self._frame_seconds
        if is_due or isinstance(event, (events.Stopped, events.OutageBegan)):
            self._paint(event)

    def close(self) -> None:
        """Stops the view and leaves the terminal as it was."""
        with writing():
            self._live.stop()
            if not self._live.console.is_terminal:  # rich ends the last line at terminals only
                self._live.console.line()
        restore_terminal_with(None)

    def _paint(self, event: events.Event) -> None:
        began = time.perf_counter()
        self._painted_at = event.at
        rows = list(self._rows.values())
        note = None
        if self._outage is not None:
            note = Span(f"! {words.outage_words(self._outage, event.at)}", "yellow")
        elif self._most_ended < math.inf and not isinstance(event, events.Stopped):
            # A wait without end says that there is nothing to wait for.
            note = Span(_NOTHING_ACTIVE, "dim") if all(row.is_over for row in rows) else None
        with writing():
            view = frame(rows, event.at, self._expectations, self._live.console.size, note)
            self._live.update(view, refresh=True)
        # Ten thousand rows take their time to sort: never more than a tenth of all time.
        painting = time.perf_counter() - began
        self._frame_seconds = max(_SHORTEST_FRAME_SECONDS, 10 * painting)


def frame(
    rows: Sequence[LiveRow],
    now: float,
    expectations: Expectations,
    size: tuple[int, int],
    note: Span | None = None,
) -> Text:
    """The view as lines that fit the columns and lines of a window; the `note` stands below them.

    Where not all tasks fit: those that failed first, then those that run the longest, and a line
    that counts them all.
    """
    width, height = size
    room = max(1, height - 1)
    notes = [Text(one_line(note.text), note.style)] if note else []
    if len(rows) > room - len(notes):
        notes.insert(0, Text(words.count_words([row.document.state for row in rows]), "bold"))
    rest = max(0, room - len(notes))
    if len(rows) > rest:
        rows = sorted(rows, key=lambda row: _urgency(row, now))[:rest]
    lines = _aligned(rows, now, expectations, width) if rows else []
    for line, row in zip(lines, rows, strict=True):
        if row.detail and line.cell_len + _LEAST_DETAIL < width:
            line.append(f"  {row.detail}")
    lines += notes[-room:]
    for line in lines:
        line.truncate(max(1, width - 1), overflow="ellipsis")
    return Text("\n").join(lines)


def _aligned(
    rows: Sequence[LiveRow], now: float, expectations: Expectations, width: int
) -> list[Text]:
    """The rows in columns that leave out the least and still show how long it usually takes."""
    cells = [row.cells(now) for row in rows]
    tails = [row.tail(now, expectations) for row in rows]
    widths = [max(map(span_len, column)) for column in zip(*cells, strict=True)]
    widths[_STATE] = max(_LEAST_STATE, widths[_STATE])
    # What went wrong is cut at the edge of the window; how long it takes never is.
    usual = [tail for row, tail in zip(rows, tails, strict=True) if not row.note]
    widths += [max((span_len(tail[n]) for tail in usual), default=0) for n in (0, 1)]
    short_id = unique_length([line[_ID].text for line in cells]) + 1
    sacrifices = ((_ID, short_id), (_BAR, 0), (_ID, 0))
    *widths, bar_width, _ = fitting(widths, width - 1, sacrifices, _KIND)
    return [
        line_of((*line, bar if bar_width else Span(""), rest), widths, right=(_AGE,), cut=True)
        for line, (bar, rest) in zip(cells, tails, strict=True)
    ]


def _urgency(row: LiveRow, now: float) -> tuple[int, float]:
    if row.note or row.document.state == "ERROR":
        return 0, 0.0
    return (2 if row.is_over else 1), -(row.elapsed(now) or 0.0)


def _cell(text: str) -> str:
    """What of a text is for a line that is repainted many times a second."""
    return one_line(text[:_LONGEST_CELL])
