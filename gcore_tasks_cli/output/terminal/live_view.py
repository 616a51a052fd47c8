"""What the live view of a wait shows: one line a task, never larger than the window."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.text import Text

from gcore_tasks_cli.output.plain import count_words
from gcore_tasks_cli.output.terminal.console import STATE_STYLES, UNKNOWN_STATE_STYLE
from gcore_tasks_cli.output.words import state_symbol, unique_length
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.times import format_duration

_BAR_CELLS = 10
_LEAST_KIND = 10
# No column becomes wider when a task goes on from one of the API's states to the next.
_LEAST_STATE = len("FINISHED")
# In fewer cells, the gap included, a detailed state says nothing.
_LEAST_DETAIL = 10
# Only the API's FINISHED fills a bar.
_FULLEST = 0.95
_NOT_SEEN = "asking"


@dataclass(frozen=True, slots=True)
class LiveRow:
    """One task in the live view; `state` is None until the API first answered for it."""

    task_id: str
    state: str | None
    detailed_state: str | None
    task_type: str | None
    elapsed_seconds: float | None
    expected: str | None
    expected_seconds: float | None
    note: str | None
    is_over: bool = False


def render(
    rows: Sequence[LiveRow], trouble: str | None, width: int, height: int, idle: str | None = None
) -> Text:
    """The view as lines that fit `width` columns and `height` lines; `idle` stands below them.

    Where not all tasks fit: those that failed first, then those that run the longest, and a line
    that counts them all.
    """
    room = max(1, height - 1)
    notes = [Text(f"! {one_line(trouble)}", "yellow")] if trouble is not None else []
    if idle is not None and trouble is None:
        notes.append(Text(idle, "dim"))
    if len(rows) > room - len(notes):
        states = (row.state or _NOT_SEEN for row in rows)
        notes.insert(0, Text(count_words(states), "bold"))
    rest = max(0, room - len(notes))
    shown = list(rows) if len(rows) <= rest else sorted(rows, key=_urgency)[:rest]
    columns = _Columns.of(shown, width)
    painted = [_line(row, columns) for row in shown]
    for row, line in zip(shown, painted, strict=True):
        if line.cell_len + _LEAST_DETAIL < width:
            line.append(_detail(row))
    painted += notes[-room:]
    for line in painted:
        line.truncate(max(1, width - 1), overflow="ellipsis")
    return Text("\n").join(painted)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Widths of the columns that are aligned, and what a narrow window leaves out."""

    state: int
    kind: int
    elapsed: int
    ids: int
    bars: bool = True

    @classmethod
    def of(cls, rows: Sequence[LiveRow], width: int) -> "_Columns":
        """The columns that leaves out the least and still shows how long it usually takes."""
        ids = [one_line(row.task_id) for row in rows]
        full = cls(
            max((_LEAST_STATE, *(len(_state(row)) for row in rows))),
            max((len(_kind(row)) for row in rows), default=0),
            max((len(_elapsed(row)) for row in rows), default=0),
            max((len(row_id) for row_id in ids), default=0),
        )
        short = replace(full, ids=min(full.ids, unique_length(ids) + 1))
        waiting = [row for row in rows if not row.is_over]
        no_bars = replace(short, bars=False)
        no_ids = replace(no_bars, ids=0)
        for columns in (full, short, no_bars, no_ids):
            if all(_line(row, columns).cell_len < width for row in waiting):
                return columns
        # The type gives way before the time does.
        rest = max((_line(row, no_ids).cell_len for row in waiting), default=0) - full.kind
        least = min(full.kind, _LEAST_KIND)
        return replace(no_ids, kind=max(least, min(full.kind, width - 1 - rest)))


def _line(row: LiveRow, columns: _Columns) -> Text:
    style = STATE_STYLES.get(row.state or "", UNKNOWN_STATE_STYLE if row.state else "dim")
    symbol = state_symbol(row.state) if row.state else "·"
    line = Text(no_wrap=True)
    line.append(f"{symbol} {_state(row):<{columns.state}}", style)
    line.append(f"  {_fitted(_kind(row), columns.kind)}")
    if columns.ids:
        line.append(f"  {_fitted(one_line(row.task_id), columns.ids)}")
    line.append(f"  {_elapsed(row):>{columns.elapsed}}", "dim" if row.is_over else "")
    if row.note:
        line.append(f"  {one_line(row.note)}", "red")
    elif not row.is_over and row.expected and row.state:
        if columns.bars and (bar := _bar(row)):
            line.append(f"  {bar}", style)
        line.append(f"  {row.expected}", "dim")
    return line


def _fitted(text: str, width: int) -> str:
    return f"{text[: width - 1]}…" if len(text) > width else f"{text:<{width}}"


def _bar(row: LiveRow) -> str:
    if row.elapsed_seconds is None or not row.expected_seconds:
        return ""
    share = min(_FULLEST, max(0.0, row.elapsed_seconds / row.expected_seconds))
    filled = int(share * _BAR_CELLS)
    return "━" * filled + "╌" * (_BAR_CELLS - filled)


def _state(row: LiveRow) -> str:
    return _NOT_SEEN if row.state is None else one_line(row.state)


def _detail(row: LiveRow) -> str:
    """The detailed state, which stands behind all that is aligned: it comes and goes."""
    detail = None if row.is_over or row.note else row.detailed_state
    return f"  {one_line(detail)}" if detail and detail != row.state else ""


def _kind(row: LiveRow) -> str:
    return one_line(row.task_type or "-")


def _elapsed(row: LiveRow) -> str:
    return "" if row.elapsed_seconds is None else format_duration(max(0.0, row.elapsed_seconds))


def _urgency(row: LiveRow) -> tuple[int, float]:
    if row.note or row.state == "ERROR":
        return 0, 0.0
    return (2 if row.is_over else 1), -(row.elapsed_seconds or 0.0)
