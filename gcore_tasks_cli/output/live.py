"""The progress of a wait as a live view at a terminal: one line a task, repainted in place."""

from collections.abc import Iterator, Mapping, Sequence

from rich.live import Live
from rich.text import Text

from gcore_tasks_cli.interrupts import restore_terminal_with, writing
from gcore_tasks_cli.output import words
from gcore_tasks_cli.output.progress import Progress, TaskProgress, found_lines
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.output.terminal import console, fitting, line_of, unique_length
from gcore_tasks_cli.output.views import Cell, rank, state_cell
from gcore_tasks_cli.polling import events
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.expectations import Expectations
from gcore_tasks_cli.times import format_duration

# A thousand tasks bring more events a second than eyes can follow, and take their time to sort.
_FRAME_SECONDS = 0.2
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
_STATE, _KIND, _ID, _AGE, _BAR, _REST = range(6)


class LiveView:
    """One live line a task on standard error; where the result follows it, it vanishes in the end.

    A wait that follows says so while no task is active.
    """

    def __init__(
        self,
        streams: Streams,
        env: Mapping[str, str],
        progress: Progress,
    ) -> None:
        self._progress = progress
        self._painted_at = float("-inf")
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
        """Repaints, unless it has just done so."""
        if isinstance(event, events.Found):
            for line in found_lines(self._progress):
                self._live.console.print(Text(one_line(line)))  # above the view, to stay
        is_due = event.at - self._painted_at >= _FRAME_SECONDS
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
        progress, self._painted_at = self._progress, event.at
        note = None
        if progress.outage is not None:
            note = Cell(f"! {words.retry_words(progress.outage, event.at)}", "yellow")
        elif progress.is_searching:
            note = Cell(_SEARCHING, "dim")
        elif progress.follows and not progress.pending and not isinstance(event, events.Stopped):
            note = Cell(_NOTHING_ACTIVE, "dim")
        with writing():
            tasks, size = list(progress.tasks.values()), self._live.console.size
            view = frame(tasks, event.at, progress.expectations, size, note)
            self._live.update(view, refresh=True)


def frame(
    tasks: Sequence[TaskProgress],
    now: float,
    expectations: Expectations,
    size: tuple[int, int],
    note: Cell | None = None,
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
    rows = [_row(task, now, expectations) for task in tasks]
    lines = [*(_aligned(rows, width) if rows else ()), *notes[-room:]]
    for line in lines:
        line.truncate(max(1, width - 1), overflow="ellipsis")
    return Text("\n").join(lines)


def _row(task: TaskProgress, now: float, expectations: Expectations) -> list[Cell]:
    """State, type, ID, age, bar, what is said of it, and its detailed state.

    The last one comes and goes, and moves nothing else.
    """
    document, elapsed = task.document, task.elapsed(now)
    cells = [
        state_cell(document, _short(document.state)),
        Cell(_short(document.task_type or "-")),
        Cell(_short(document.id)),
        Cell("" if elapsed is None else format_duration(elapsed), "dim" if task.is_over else ""),
    ]
    if task.note or task.is_over:
        return [*cells, Cell(""), Cell(_short(task.note), "red"), Cell("")]
    bar, said = "", ""
    usual = expectations.usual(document.task_type)
    if usual is not None and elapsed is not None:
        said, longest = words.usual_words(usual), usual.usual[1]
        if elapsed > longest:
            said = f"longer than usual ({said})"
        filled = int(min(_FULLEST, elapsed / longest) * _BAR_CELLS)
        bar = "━" * filled + "╌" * (_BAR_CELLS - filled)
    detail = "" if document.detailed_state == document.state else document.detailed_state or ""
    return [*cells, Cell(bar, cells[_STATE].style), Cell(said, "dim"), Cell(_short(detail))]


def _aligned(rows: Sequence[list[Cell]], width: int) -> Iterator[Text]:
    """The rows in columns that leave out the least and still show how long it usually takes."""
    columns = list(zip(*rows, strict=True))
    widths = [max(line_of([cell]).cell_len for cell in column) for column in columns]
    widths[_STATE] = max(_LEAST_STATE, widths[_STATE])
    usual = max(len(row[_REST].text) if row[_BAR].text else 0 for row in rows)
    short_id = unique_length([cell.text for cell in columns[_ID]]) + 1
    sacrifices = ((_ID, short_id), (_BAR, 0), (_ID, 0))
    widths = fitting([*widths[:_REST], usual], width - 1, sacrifices, _KIND)
    for row in rows:
        cells = row if widths[_BAR] else (*row[:_BAR], *row[_REST:])
        yield line_of(cells, widths[:_BAR], right=(_AGE,), cut=True)


def _urgency(task: TaskProgress, now: float) -> tuple[int, float]:
    return -(2 if task.note else rank(task.document)), -(task.elapsed(now) or 0.0)


def _short(text: str) -> str:
    return one_line(text[:_LONGEST_CELL])
