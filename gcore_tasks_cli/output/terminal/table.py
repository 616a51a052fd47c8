"""`gtask list` at a terminal: a table that fits the window, and failures that explain themselves.

Written line by line with widths that stay: a long list is printed as it comes.
"""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from gcore_tasks_cli.output.failure import Failure
from gcore_tasks_cli.output.terminal.console import STATE_STYLES, UNKNOWN_STATE_STYLE
from gcore_tasks_cli.output.views import Row
from gcore_tasks_cli.output.words import unique_length

_GAP = 2
# A type cut to less than this looks like others.
_LEAST_TYPE = 16
# What a narrow window leaves out, in this order, before it cuts IDs: they are there to be copied.
_LEFT_OUT = ("project", "region", "took", "age")
# To so many characters IDs of rows that are not known yet can be cut and still differ.
_SHORT_ID_OF_MANY = 13
_LEFT = {"state", "type", "ID"}
# The heads of the columns. The error, a row's last cell, stands below the others.
_HEADS = ("state", "type", "age", "took", "region", "project", "ID")


class Layout(NamedTuple):
    """The columns that fit a window, and what is the same in all rows and printed once."""

    columns: dict[str, int]  # head → width in cells
    once: str
    width: int

    @classmethod
    def of(cls, rows: Sequence[Row], width: int, *, complete: bool) -> "Layout":
        """The layout for these rows and those that follow; `complete` if none do."""
        cells = [_cells(row) for row in rows]
        once = [
            name
            for name in ("project", "region")
            if complete and len(rows) > 1 and len({cell[name] for cell in cells}) == 1
        ]
        widths = {
            name: max(cell_len(name), *(cell_len(cell[name]) for cell in cells))
            for name in cells[0]
            if name not in once
        }
        least = 0 if complete else _SHORT_ID_OF_MANY
        short_id = max(least, unique_length([cell["ID"] for cell in cells])) + 1
        optional = [name for name in _LEFT_OUT if name in widths]
        id_widths = (widths["ID"], min(widths["ID"], short_id))
        for id_width, count in product(id_widths, range(len(optional) + 1)):
            chosen = {n: w for n, w in widths.items() if n not in optional[:count]}
            chosen["ID"] = id_width
            room = width - sum(chosen.values()) - _GAP * (len(chosen) - 1) + chosen["type"]
            if room >= min(chosen["type"], _LEAST_TYPE):
                break
        chosen["type"] = max(4, min(chosen["type"], room))
        same = ", ".join(f"{name} {cells[0][name]}" for name in once if cells[0][name] != "-")
        return cls(chosen, same, width)


def header(layout: Layout) -> Text:
    """The line above the rows."""
    names = [_fitted(name, name, width) for name, width in layout.columns.items()]
    once = f"{layout.once}\n" if layout.once else ""
    return Text(once + (" " * _GAP).join(names).rstrip(), "dim")


def table(rows: Sequence[Row], layout: Layout) -> RenderableType:
    """One line a task, and below those that failed their error."""
    painted: list[RenderableType] = []
    for row in rows:
        style = STATE_STYLES.get(row.state, UNKNOWN_STATE_STYLE)
        cells = _cells(row)
        line = Text(no_wrap=True)
        for name, width in layout.columns.items():
            if line:
                line.append(" " * _GAP)
            line.append(_fitted(cells[name], name, width), style if not line else "")
        line.rstrip()
        line.truncate(layout.width, overflow="ellipsis")
        painted.append(line)
        if row.error:
            error = Text(f"  {row.error}", "red", no_wrap=True)
            error.truncate(layout.width, overflow="ellipsis")
            painted.append(error)
    return Group(*painted)


def failure_block(failed: Failure, what: str) -> RenderableType:
    """The error first, then what helps, and what support asks for."""
    below = ((what, ""), (failed.advice, "yellow"), (f"task {failed.task_id}", "dim"))
    lines = [Text(text, style, overflow="fold") for text, style in below if text]
    if failed.support:
        lines.append(Text(failed.support, "dim", overflow="fold"))
    return Group(
        Text(f"✘ {failed.error}", "bold red", overflow="fold"),
        *(Padding(line, (0, 0, 0, 2)) for line in lines),
    )


def _cells(row: Row) -> dict[str, str]:
    return dict(zip(_HEADS, row, strict=False))


def _fitted(text: str, head: str, width: int) -> str:
    if cell_len(text) > width:
        return set_cell_size(text, width - 1) + "…"
    missing = " " * (width - cell_len(text))
    return text + missing if head in _LEFT else missing + text
