"""The progress of a wait as a live view at a terminal: one line a task, repainted in place."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from rich.live import Live
from rich.text import Text

from gcore_tasks_cli.interrupts import restore_terminal_with, writing
from gcore_tasks_cli.output import words
from gcore_tasks_cli.output.list_notes import found_words
from gcore_tasks_cli.output.progress import Progress, TaskProgress
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.output.terminal import console, fitting, line_of, span_len, unique_length
from gcore_tasks_cli.output.views import Span, rank, state_span
from gcore_tasks_cli.polling import events
from gcore_tasks_cli.polling.goal import Search
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.expectations import Expectations
from gcore_tasks_cli.times import format_duration

# A thousand tasks bring more events a second than eyes can follow.
_SHORTEST_FRAME_SECONDS = 0.1
# Shows the cursor, drops every colour, and begins a new line.
_TERMINAL_AS_IT_WAS = b"\x1b[?25h\x1b[0m\r\n"
_NOTHING_ACTIVE = "· no task is active; what is started is shown here, Ctrl-C ends"
_SEARCHING = "· looking for active tasks"
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


class LiveView(Progress):
    """One live line a task on standard error; where the result follows it, it vanishes in the end.

    A wait that follows says so while no task is active.
    """

    is_live = True

    def __init__(
        self,
        streams: Streams,
        env: Mapping[str, str],
        source: Sequence[str] | Search,
        expectations: Expectations,
    ) -> None:
        super().__init__(source)
        self._expectations = expectations
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
        super().on(event)
        if isinstance(event, events.Found) and self.search is not None and not self.follows:
            found = Text(one_line(f"gtask: {found_words(self.search, event)}"))
            self._live.console.print(found)  # above the view, to stay
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
        tasks = list(self.tasks.values())
        note = None
        if self.outage is not None:
            note = Span(f"! {words.outage_words(self.outage, event.at)}", "yellow")
        elif not self.is_found:
            note = Span(_SEARCHING, "dim")
        elif self.follows and not isinstance(event, events.Stopped):
            note = Span(_NOTHING_ACTIVE, "dim") if all(task.is_over for task in tasks) else None
        with writing():
            view = frame(tasks, event.at, self._expectations, self._live.console.size, note)
            self._live.update(view, refresh=True)
        # Ten thousand rows take their time to sort: never more than a tenth of all time.
        painting = time.perf_counter() - began
        self._frame_seconds = max(_SHORTEST_FRAME_SECONDS, 10 * painting)


def frame(
    tasks: Sequence[TaskProgress],
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
    if len(tasks) > room - len(notes):
        notes.insert(0, Text(words.count_words([task.document.state for task in tasks]), "bold"))
    rest = max(0, room - len(notes))
    if len(tasks) > rest:
        tasks = sorted(tasks, key=lambda task: _urgency(task, now))[:rest]
    rows = [_Row.of(task, now, expectations) for task in tasks]
    lines = [*(_aligned(rows, width) if rows else ()), *notes[-room:]]
    for line in lines:
        line.truncate(max(1, width - 1), overflow="ellipsis")
    return Text("\n").join(lines)


class _Row(NamedTuple):
    """The line of a task: aligned cells (state, type, ID, age), and what stands behind them."""

    cells: tuple[Span, ...]
    bar: Span = Span("")
    rest: Span = Span("")
    detail: str = ""  # comes and goes, and moves nothing else

    @classmethod
    def of(cls, task: TaskProgress, now: float, expectations: Expectations) -> "_Row":
        """What is known of the task, as far as it fits a line that is often repainted."""
        document, elapsed = task.document, task.elapsed(now)
        cells = (
            state_span(document, _cell(document.state)),
            Span(_cell(document.task_type or "-")),
            Span(_cell(document.id)),
            Span(
                "" if elapsed is None else format_duration(elapsed), "dim" if task.is_over else ""
            ),
        )
        if task.note or task.is_over:
            return cls(cells, rest=Span(_cell(task.note), "red"))
        detail = _cell(document.detailed_state or "")
        row = cls(cells, detail="" if document.detailed_state == document.state else detail)
        usual = expectations.usual(document.task_type)
        if usual is None or elapsed is None:
            return row
        words_for_it, longest = words.usual_words(usual), usual.usual[1]
        if elapsed > longest:
            words_for_it = f"longer than usual ({words_for_it})"
        filled = int(min(_FULLEST, elapsed / longest) * _BAR_CELLS)
        bar = Span("━" * filled + "╌" * (_BAR_CELLS - filled), cells[_STATE].style)
        return row._replace(bar=bar, rest=Span(words_for_it, "dim"))


def _aligned(rows: Sequence[_Row], width: int) -> Iterator[Text]:
    """The rows in columns that leave out the least and still show how long it usually takes."""
    columns = list(zip(*(row.cells for row in rows), strict=True))
    widths = [max(map(span_len, column)) for column in columns]
    widths[_STATE] = max(_LEAST_STATE, widths[_STATE])
    usual = max((span_len(row.rest) for row in rows if row.bar.text), default=0)
    short_id = unique_length([span.text for span in columns[_ID]]) + 1
    sacrifices = ((_ID, short_id), (_BAR, 0), (_ID, 0))
    natural = (*widths, _BAR_CELLS if usual else 0, usual)
    *widths, bar_width, _ = fitting(natural, width - 1, sacrifices, _KIND)
    for row in rows:
        bar = row.bar if bar_width else Span("")
        line = line_of((*row.cells, bar, row.rest), widths, right=(_AGE,), cut=True)
        if row.detail and line.cell_len + _LEAST_DETAIL < width:
            line.append(f"  {row.detail}")
        yield line


def _urgency(task: TaskProgress, now: float) -> tuple[int, float]:
    return -(2 if task.note else rank(task.document)), -(task.elapsed(now) or 0.0)


def _cell(text: str) -> str:
    return one_line(text[:_LONGEST_CELL])
