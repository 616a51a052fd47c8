"""The progress of a wait as a live view at a terminal: one line a task, repainted in place."""

import os
from collections.abc import Iterator, Sequence
from textwrap import wrap

from rich.text import Text

from gcore_tasks_cli.interrupts import restore_terminal_with
from gcore_tasks_cli.output import words
from gcore_tasks_cli.output.progress import Progress, ProgressLines, TaskProgress, found_lines
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.output.terminal import (
    GAP,
    LEAST_TYPE,
    console,
    fitting,
    line_of,
    unique_length,
)
from gcore_tasks_cli.output.views import ATTENTION, Cell, state_cell
from gcore_tasks_cli.polling import events
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.expectations import Expectations
from gcore_tasks_cli.times import format_duration

# A thousand tasks bring more events a second than eyes can follow, and take their time to sort.
_FRAME_SECONDS = 0.2
# Erases the view, shows the cursor, and drops every colour.
_LEFT = "\r\x1b[J\x1b[?25h\x1b[0m"
_NOTHING_ACTIVE = "· no task is active; new tasks will appear here; Ctrl-C ends"
_SEARCHING = "· looking for active tasks"
# No window is wider.
_LONGEST_CELL = 2000
_BAR_CELLS = 10
# Only the API's FINISHED fills a bar.
_FULLEST = 0.95
# No column becomes wider when a task goes on from one of the API's states to the next.
_LEAST_STATE = len("✔ FINISHED")
# Nor when a task's age goes on from seconds to minutes, where there is room. Where there is little,
# ages have only their largest unit.
_LEAST_AGE = len("10 m 00 s")
_SHORT_AGE = len("0.4 s")
# What is left of a type and of what is said of a task before more is left out.
_SHORT_KIND = 8
_LEAST_REST = len("usually 15–30 s")
# What is left of an error, a warning or a detailed state before it is left out.
_LEAST_CUT = 10
_ERROR_STYLE = "red"
_STATE, _KIND, _ID, _AGE, _BAR, _REST = range(6)


class LiveView:
    """One live line a task on standard error, erased in the end if the result is printed there.

    In the background of a shell `lines` takes its place. The cursor rests on the view's first line,
    and everything below belongs to the view. What is typed is not shown: it would move the cursor.
    """

    def __init__(self, streams: Streams, progress: Progress, lines: ProgressLines) -> None:
        self._streams = streams
        self._console = console(streams.err, streams.env)
        self._progress = progress
        self._lines = lines
        self._still_since: float | None = None
        self._painted_at = float("-inf")
        self._height = 0
        self._window: os.terminal_size | None = None  # its size at the last painting

    def on(self, event: events.Event) -> None:
        """Repaints, unless it has just done so."""
        if not self._streams.in_foreground:
            self._lines.on(event)
            return
        above = found_lines(self._progress) if isinstance(event, events.Found) else []
        is_due = event.at - self._painted_at >= _FRAME_SECONDS
        if is_due or above or isinstance(event, (events.Stopped, events.OutageBegan)):
            self._painted_at = event.at
            self._paint(above, self._view(event))

    def close(self) -> None:
        """Leaves the terminal as it was; without a result that follows it, the view stays."""
        if self._height and self._streams.in_foreground:
            stays = not self._streams.out.isatty()
            self._streams.write_error("\n" * self._height * stays + _LEFT)
        restore_terminal_with(None)

    def _view(self, event: events.Event) -> Text:
        progress, outage, now = self._progress, self._progress.outage, event.at
        note, silence, is_total = None, "", outage is not None and outage.is_total
        # Timers stand still from here on: to go back to the last answer would look like a fault.
        self._still_since = (self._still_since or now) if is_total else None
        if outage is not None:
            note = Cell(f"! {words.retry_words(outage, now)}", ATTENTION)
            if self._still_since is not None:
                silence, now = words.silence_words(outage, now), self._still_since
        elif progress.is_searching:
            note = Cell(_SEARCHING, "dim")
        elif progress.follows and not progress.pending and not isinstance(event, events.Stopped):
            note = Cell(_NOTHING_ACTIVE, "dim")
        tasks = list(progress.tasks.values())
        return frame(tasks, now, progress.expectations, self._streams.window, note, silence)

    def _paint(self, above: Sequence[str], view: Text) -> None:
        """Paints the view; the lines `above` it stay."""
        with self._console.capture() as captured:
            self._console.print(view, end="", soft_wrap=True)
        rows = captured.get().split("\n")
        self._height = len(rows)
        columns = max(1, self._streams.window.columns - 1)
        folded = [part for line in above for part in wrap(one_line(line), columns)]
        text = "\x1b[K\n".join([*folded, *rows])
        up = "\x1b[A" * (len(rows) - 1)
        restore_terminal_with(self._streams.err.fileno(), _LEFT.encode(), hides_typing=True)
        # Each terminal folds old lines anew in its own way. Without wrapping: the window may have
        # become narrower a moment ago.
        before, self._window = self._window, self._streams.window
        cleared = "" if before in (None, self._window) else "\x1b[H\x1b[2J"
        self._streams.write_error(f"\x1b[?25l\x1b[?7l\r{cleared}{text}\x1b[J\r{up}\x1b[?7h")


def frame(
    tasks: Sequence[TaskProgress],
    now: float,
    expectations: Expectations,
    size: tuple[int, int],
    note: Cell | None = None,
    silence: str = "",
) -> Text:
    """The view as lines that fit the columns and lines of a window; the `note` stands below them.

    With a `silence` the API gives no answer now, and timers stand still at `now`. Where not
    all tasks fit: those that failed first, then those that run the longest, and a line that counts
    them all; these are remembered first too.
    """
    width, height = size
    room = max(1, height - 1)
    notes = [Text(one_line(note.text), note.style)] if note else []
    if len(tasks) > room - len(notes):
        notes.insert(0, Text(words.count_words([task.document.state for task in tasks]), "bold"))
    rest = max(0, room - len(notes))
    if len(tasks) > rest:
        tasks = sorted(tasks, key=lambda task: task.urgency)[:rest]
    rows = [_row(task, now, expectations, silence) for task in tasks]
    lines = [*(_aligned(rows, width) if rows else ()), *notes[-room:]]
    for line in lines:
        line.truncate(max(1, width - 1), overflow="ellipsis")
    return Text("\n").join(lines)


def _row(task: TaskProgress, now: float, expectations: Expectations, silence: str) -> list[Cell]:
    """State, type, ID, age, bar, what is said of it, and its detailed state.

    The last one comes and goes, and moves nothing else.
    """
    document, elapsed = task.document, task.elapsed(now)
    state = state_cell(document, _short(document.state))
    cells = [
        state._replace(style="dim") if silence and not task.is_over else state,
        Cell(_short(document.task_type or "-")),
        Cell(_short(document.id)),
        Cell("" if elapsed is None else format_duration(elapsed), "dim" if task.is_over else ""),
    ]
    if task.note or task.is_over:
        return [*cells, Cell(""), Cell(_short(task.note), _ERROR_STYLE), Cell("")]
    detail = "" if document.detailed_state == document.state else document.detailed_state or ""
    cells, last = [*cells, Cell("")], Cell(_short(detail))
    usual = expectations.usual(document.task_type)
    if silence or usual is None or elapsed is None:
        return [*cells, Cell(silence, ATTENTION), last]
    said = words.usual_words(expectations, document.task_type, elapsed)
    if expectations.overdue(document.task_type, elapsed):
        cells[_AGE] = cells[_AGE]._replace(style=ATTENTION)
        return [*cells, Cell(said, ATTENTION), last]
    filled = int(min(_FULLEST, elapsed / usual.usual[1]) * _BAR_CELLS)
    cells[_BAR] = Cell("━" * filled + "╌" * (_BAR_CELLS - filled), state.style)
    return [*cells, Cell(said, "dim"), last]


def _aligned(rows: Sequence[list[Cell]], width: int) -> Iterator[Text]:
    """The rows in columns that leave out the least and still show how long it usually takes."""
    columns = list(zip(*rows, strict=True))
    widths = [max(line_of([cell]).cell_len for cell in column) for column in columns]
    widths[_STATE] = max(_LEAST_STATE, widths[_STATE])
    age, widths[_AGE] = max(_SHORT_AGE, widths[_AGE]), max(_LEAST_AGE, widths[_AGE])
    # Errors are as long as they are: of what does not fit, this much is worth the end of an ID.
    most = {_ERROR_STYLE: _LEAST_REST}
    said = max(min(len(row[_REST].text), most.get(row[_REST].style, width)) for row in rows)
    short_id = unique_length([cell.text for cell in columns[_ID]]) + 1
    first = ((_AGE, age), (_ID, short_id), (_REST, _LEAST_REST), (_BAR, 0))
    last = ((_KIND, LEAST_TYPE), (_REST, 0), (_AGE, _SHORT_AGE), (_KIND, _SHORT_KIND), (_AGE, 0))
    widths = fitting([*widths[:_REST], said], width - 1, (*first, *last))
    for row in rows:
        cells = row[:_REST] if widths[_BAR] else row[:_BAR]
        if widths[_AGE] <= _SHORT_AGE:
            short = " ".join(row[_AGE].text.split()[:2])
            cells[_AGE] = row[_AGE]._replace(text=short)
        line = line_of(cells, widths[:_BAR], right=(_AGE,), cut=True)
        for cell in row[_REST:]:
            room = width - 1 - line.cell_len - len(GAP)
            text = _shortened(cell.text, room) if cell.style == ATTENTION else cell.text
            least = len(text) if cell.style == "dim" else min(len(text), _LEAST_CUT)
            if 0 < least <= room:
                line.append(GAP).append(text, cell.style)
        yield line


def _shortened(text: str, room: int) -> str:
    """`3 times longer than usual (usually 15–30 s)` without what has no room."""
    if len(text) > room:
        text = text.partition(" (")[0]
    return text.replace("times longer than usual", "times longer") if len(text) > room else text


def _short(text: str) -> str:
    return one_line(text[:_LONGEST_CELL])
