"""Prints views to terminals, through rich. No markup is ever interpreted."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TextIO

from rich.box import ROUNDED
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.highlighter import JSONHighlighter
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gcore_tasks_cli.output.views import LIST_HEAD, Cell, Entry, Line, column_widths
from gcore_tasks_cli.sanitize import lines

GAP = "  "
_CARD_WIDTH = 100
# Laying out a card of megabytes takes minutes.
_MOST_CHARACTERS = 16_000
# A type cut to less than this looks like others.
LEAST_TYPE = 12
_LEAST_FLEXIBLE = 8
_TYPE, _AGE, _TOOK, _REGION, _PROJECT, _ID = range(1, len(LIST_HEAD.head))
_NUMBERS = (_AGE, _TOOK, _REGION, _PROJECT)  # aligned to the right
_SHORT_ID = 8
# IDs cut to this many characters most likely differ from those of later pages too.
_SHORT_ID_OF_MANY = 13
# Deeper JSON is not indented further: its size would grow with the square of the depth.
_DEEPEST_INDENTED = 50
# Laying out the colours of more characters takes minutes.
MOST_COLOURED = 500_000
_TOKEN = re.compile(
    r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|\[\]|\{\}|[{}\[\],:]|[^{}\[\],:"]++', flags=re.DOTALL
)


def console(stream: TextIO, env: Mapping[str, str]) -> Console:
    """A console on the stream; NO_COLOR, FORCE_COLOR, TERM and COLUMNS are those of `env`."""
    # rich takes any digits for a number, and some are none; nothing fits into no columns.
    odd = [n for n in ("COLUMNS", "LINES") if not env.get(n, "").isdecimal() or int(env[n]) < 1]
    return Console(
        file=stream,
        markup=False,
        color_system=None if env.get("NO_COLOR") else "auto",  # nor anything bold or dim
        _environ={name: value for name, value in env.items() if name not in odd},
    )


class TerminalRenderer:
    """Views as rich prints them, in colour and in lines that fit."""

    def __init__(self, stream: TextIO, env: Mapping[str, str]) -> None:
        self._console = console(stream, env)
        self._widths: list[int] = []

    @property
    def height(self) -> int:
        """How many lines the window has."""
        return self._console.height

    def card(self, rows: Sequence[tuple[str, Cell]]) -> str:
        """A panel in the colour of the state, with the first two rows as its title."""
        title = [cell for _, cell in rows[:2]]
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for label, cell in rows[2:]:
            value = cell.text[:_MOST_CHARACTERS]
            if more := len(cell.text) - len(value):
                value += f"\n… and {more} more characters, which --json has"
            grid.add_row(Text(label), Text(value, cell.style, overflow="fold"))
        style = title[0].style
        panel = Panel(
            grid,
            box=ROUNDED,
            title=Text(f" {line_of(title)} ", style),
            title_align="left",
            border_style=style,
            width=_CARD_WIDTH,
        )
        return self._printed(panel)

    def entries(self, entries: Sequence[Entry]) -> str:
        """The lines of each below its head, whose types are cut, or whose IDs go below, to fit."""
        widths = column_widths([entry.head for entry in entries], _cell_len)
        wide = max((line_of(head, widths).cell_len for head, _ in entries if head[1:]), default=0)
        over, is_cut = wide - self._console.width, False
        if over > 0 and len(widths) > _TYPE and widths[_TYPE] - over >= LEAST_TYPE:
            widths[_TYPE] -= over
            is_cut = True
        elif over > 0:
            entries = [_broken(*entry) if entry.head[1:] else entry for entry in entries]
            widths = column_widths([entry.head for entry in entries], _cell_len)
        columns = column_widths([line for _, below in entries for line in below], _cell_len)
        parts: list[RenderableType] = []
        for head, below in entries:
            parts += [line_of(head, widths, cut=is_cut)] if head else []
            indent = (0, 0, 0, len(GAP) if head else 0)
            parts += [Padding(line_of(line, columns), indent) for line in below]
        return self._printed(*parts)

    def table(self, entries: Sequence[Entry]) -> str:
        """One line an entry, cut to fit, with the error of those that failed.

        The columns stay for the entries that follow.
        """
        width = self._console.width
        self._widths = self._widths or _list_widths([entry.head for entry in entries], width)
        parts = []
        for head, below in entries:
            parts.append(line_of(head, self._widths, right=_NUMBERS, cut=True))
            parts += (Text.assemble(GAP, line_of(line)) for line in below)
        for part in parts:
            part.no_wrap = True
            part.rstrip()
            part.truncate(width, overflow="ellipsis")
        return self._printed(*parts)

    def json(self, compact: str) -> str:
        """JSON indented and in colour; the terminal wraps it, so that it can be copied."""
        text = indented(compact)
        if len(compact) > MOST_COLOURED:
            return f"{text}\n"
        return self._printed(JSONHighlighter()(Text(text)), wraps=False)

    def _printed(self, *parts: RenderableType, wraps: bool = True) -> str:
        with self._console.capture() as captured:
            self._console.print(Group(*parts), soft_wrap=not wraps)
        return captured.get()


def _broken(head: Line, below: Sequence[Line]) -> Entry:
    half = len(head) // 2
    return Entry(head[:half], [(Cell(line_of(head[half:]).plain),), *below])


def _list_widths(rows: Sequence[Line], width: int) -> list[int]:
    columns = list(zip(*rows, strict=True))
    short_id = max(_SHORT_ID_OF_MANY, unique_length([cell.text for cell in columns[_ID]])) + 1
    dropped = ((n, 0) for n in (_PROJECT, _REGION, _TOOK, _AGE))
    sacrifices = ((_TYPE, LEAST_TYPE), *dropped, (_ID, short_id))
    return fitting([max(map(_cell_len, each)) for each in columns], width, sacrifices)


def fitting(natural: Sequence[int], width: int, sacrifices: Iterable[tuple[int, int]]) -> list[int]:
    """Widths of columns that fit, 0 for those that are left out.

    As long as there is no room, one column after the other is cut to the width of its sacrifice.
    The type, which is the second, takes the room that is there.
    """
    widths = list(natural)

    def spare() -> int:
        return width + len(GAP) - sum(each + len(GAP) for each in widths if each)

    for column, least in sacrifices:
        if spare() < 0:
            widths[column] = min(widths[column], least)
    room = max(_LEAST_FLEXIBLE, widths[_TYPE] + spare())
    widths[_TYPE] = min(natural[_TYPE], room)
    return widths


def line_of(
    cells: Iterable[Cell],
    widths: Sequence[int] = (),
    *,
    right: Collection[int] = (),
    cut: bool = False,
) -> Text:
    """The cells two spaces apart, padded to these widths; a column of width 0 is left out.

    Those that are `cut` never take more than their width.
    """
    line = Text(overflow="fold")
    for n, cell in enumerate(cells):
        text = Text(cell.symbol + cell.text, cell.style, overflow="ellipsis" if cut else "ignore")
        width = widths[n] if n < len(widths) else text.cell_len
        if width:
            text.align("right" if n in right else "left", width)
            line.append(GAP if line else "").append_text(text)
    return line


def _cell_len(cell: Cell) -> int:
    return cell_len(cell.symbol + cell.text)


def unique_length(ids: Sequence[str]) -> int:
    """To how many characters these IDs can be cut and still differ; never fewer than eight."""
    unique, longest = set(ids), max(map(len, ids))
    lengths = range(_SHORT_ID, longest)
    return next((n for n in lengths if len({i[:n] for i in unique}) == len(unique)), longest)


def indented(compact: str) -> str:
    """JSON as people read it, and the same document, however deep.

    Works on the text and not on its values, so that numbers and escapes stay as they were sent.
    """
    depth = 0
    parts: list[str] = []
    for part in _TOKEN.findall(lines(compact)):
        depth += (part in "{[") - (part in "}]")
        new_line = "\n" + GAP * min(depth, _DEEPEST_INDENTED)
        if part in "{[,":
            parts += (part, new_line)
        elif part in "}]":
            parts += (new_line, part)
        else:
            parts.append(": " if part == ":" else part)
    return "".join(parts)
