"""Prints views to terminals, through rich. No markup is ever interpreted."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, takewhile
from typing import TextIO

from rich.box import ROUNDED
from rich.cells import cell_len, set_cell_size
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gcore_tasks_cli.output.json import MOST_COLOURED, indented
from gcore_tasks_cli.output.views import LIST_HEADS, Card, Entry, Span, column_widths

_GAP = "  "
_CARD_WIDTH = 100
_MOST_ROWS = 1000
_MOST_CHARACTERS = 100_000
# A type cut to less than this looks like others.
_LEAST_TYPE = 16
_LEAST_FLEXIBLE = 10
_TYPE, _AGE, _TOOK, _REGION, _PROJECT, _ID = range(1, len(LIST_HEADS))
_NUMBERS = (_AGE, _TOOK, _REGION, _PROJECT)  # aligned to the right
# Where a line that is too long goes on in another.
_FOLDED_BEFORE = 2
_SHORT_ID = 8
# To so many characters IDs of rows that are not known yet can be cut and still differ.
_SHORT_ID_OF_MANY = 13


def console(stream: TextIO, env: Mapping[str, str]) -> Console:
    """A console on the stream; NO_COLOR, FORCE_COLOR, TERM and COLUMNS are those of `env`."""
    # rich takes any digits there for a number, and some are none; into no columns fits nothing.
    sizes = ("COLUMNS", "LINES")
    odd = [n for n in sizes if not re.fullmatch(r"0*[1-9]\d*", env.get(n, ""), re.ASCII)]
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
        self._is_terminal = stream.isatty()
        self._widths: list[int] = []
        self._gap = ""

    def card(self, card: Card) -> str:
        """A panel in the colour of the state."""
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for label, span in (*card.failure, *card.content):
            grid.add_row(Text(label), Text(_scrollable(span.text), span.style, overflow="fold"))
        style = card.title[0][1].style
        panel = Panel(
            grid,
            box=ROUNDED,
            title=Text(f" {line_of(span for _, span in card.title)} ", style),
            title_align="left",
            border_style=style,
            width=_CARD_WIDTH,
        )
        return self._printed(panel)

    def entries(
        self, entries: Sequence[Entry], brief: Callable[[], Sequence[Entry]] | None = None
    ) -> str:
        """The result of each in lines below its head; `brief` instead if they fill the window."""
        text = self._printed(*self._parts(entries))
        if brief and self._is_terminal and text.count("\n") + 1 >= self._console.height:
            return self._printed(*self._parts(brief()))
        return text

    def groups(self, entries: Sequence[Entry]) -> str:
        """As `entries`; a single one needs no head."""
        return self.entries([entries[0]._replace(head=())] if len(entries) == 1 else entries)

    def block(self, entry: Entry) -> str:
        """As `entries`, with an empty line before all but the first."""
        gap, self._gap = self._gap, "\n"
        return gap + self.entries([entry])

    def table(self, entries: Sequence[Entry], *, complete: bool) -> str:
        """One line an entry below heads of columns, with the error of those that failed.

        `complete` says that these are all; else the columns stay for those that follow.
        """
        parts = []
        if not self._widths:
            rows = [[span.text for span in entry.head] for entry in entries]
            self._widths, once = _list_widths(rows, self._console.width, complete=complete)
            heads = line_of(map(Span, LIST_HEADS), self._widths, right=_NUMBERS, cut=True)
            parts = [Text(line, "dim") for line in (once, heads.plain) if line]
        for entry in entries:
            parts.append(line_of(entry.head, self._widths, right=_NUMBERS, cut=True))
            parts += (Text.assemble(_GAP, line_of(line)) for line in entry.result)
        for part in parts:
            part.no_wrap = True
            part.rstrip()
            part.truncate(self._console.width, overflow="ellipsis")
        return self._printed(*parts)

    def json(self, compact: str) -> str:
        """JSON indented and in colour; the terminal wraps it, so that it can be copied."""
        pieces = indented(compact)
        if len(compact) > MOST_COLOURED:
            return "".join((*(text for text, _ in pieces), "\n"))
        return self._printed(Text.assemble(*pieces), wraps=False)

    def _parts(self, entries: Sequence[Entry]) -> Iterator[RenderableType]:
        width = self._console.width
        widths = column_widths([entry.head for entry in entries], span_len)
        heads = [line_of(entry.head, widths) for entry in entries]
        if any(head.cell_len > width for head in heads):
            heads = [_folded(entry.head, width) for entry in entries]
        for entry, head in zip(entries, heads, strict=True):
            if entry.head:
                yield head
            below = (*entry.result, *entry.more)
            widths = column_widths(below, span_len)
            for line in below:
                yield Padding(line_of(line, widths), (0, 0, 0, 2 if entry.head else 0))

    def _printed(self, *parts: RenderableType, wraps: bool = True) -> str:
        with self._console.capture() as captured:
            self._console.print(Group(*parts), soft_wrap=not wraps)
        return captured.get()


def fitting(
    natural: Sequence[int], width: int, sacrifices: Iterable[tuple[int, int]], flexible: int
) -> list[int]:
    """Widths of columns that fit, 0 for those that are left out.

    As long as there is no room, one column after the other is cut to the width of its sacrifice.
    The `flexible` column takes the room that is there.
    """
    widths = list(natural)

    def spare() -> int:
        return width + len(_GAP) - sum(each + len(_GAP) for each in widths if each)

    for column, least in sacrifices:
        if spare() < 0:
            widths[column] = min(widths[column], least)
    room = max(_LEAST_FLEXIBLE, widths[flexible] + spare())
    widths[flexible] = min(natural[flexible], room)
    return widths


def line_of(
    cells: Iterable[Span],
    widths: Sequence[int] = (),
    *,
    right: Collection[int] = (),
    cut: bool = False,
) -> Text:
    """The cells two spaces apart, padded to these widths; those without any are left out.

    Those that are `cut` never take more than their width.
    """
    line = Text(overflow="fold")
    for n, cell in enumerate(cells):
        text = cell.symbol + cell.text
        width = widths[n] if n < len(widths) else span_len(cell)
        if not width:
            continue
        if cut and cell_len(text) > width:
            text = set_cell_size(text, width - 1) + "…"
        room = " " * (width - cell_len(text))
        padded = room + text if n in right else text + room
        line.append(_GAP + padded if line else padded, cell.style)
    return line


def _list_widths(
    rows: Sequence[Sequence[str]], width: int, *, complete: bool
) -> tuple[list[int], str]:
    """The widths of the columns of a list, and what is the same in all rows and printed once."""
    columns = list(zip(*rows, strict=True))
    widths = [max(map(cell_len, each)) for each in zip(LIST_HEADS, *rows, strict=True)]
    once = [
        n for n in (_PROJECT, _REGION) if complete and len(rows) > 1 and len(set(columns[n])) == 1
    ]
    for n in once:
        widths[n] = 0
    short_id = max(0 if complete else _SHORT_ID_OF_MANY, unique_length(columns[_ID])) + 1
    dropped = [(n, 0) for n in (_PROJECT, _REGION, _TOOK, _AGE)]
    widths = fitting(widths, width, [(_TYPE, _LEAST_TYPE), *dropped, (_ID, short_id)], _TYPE)
    same = ", ".join(f"{LIST_HEADS[n]} {columns[n][0]}" for n in once if columns[n][0] != "-")
    return widths, same


def unique_length(ids: Sequence[str]) -> int:
    """To how many characters these IDs can be cut and still differ; never fewer than eight."""
    ordered = sorted(set(ids))
    shared = (
        sum(1 for _ in takewhile(lambda both: both[0] == both[1], zip(*pair, strict=False)))
        for pair in pairwise(ordered)
    )
    return max((_SHORT_ID, *(length + 1 for length in shared)))


def _folded(head: Sequence[Span], width: int) -> Text:
    """The cells unaligned; what does not fit goes on in an indented line."""
    line = line_of(head)
    if line.cell_len <= width or len(head) < _FOLDED_BEFORE:
        return line
    what, which = line_of(head[:_FOLDED_BEFORE]), line_of(head[_FOLDED_BEFORE:])
    return Text.assemble(what, f"\n{_GAP}", which, overflow="fold")


def span_len(span: Span) -> int:
    """How many cells of a terminal it takes."""
    return cell_len(span.symbol + span.text)


def _scrollable(value: str) -> str:
    """The beginning of a long value: laying out megabytes takes minutes."""
    rows = value[:_MOST_CHARACTERS].split("\n", _MOST_ROWS)
    shown = "\n".join(rows[:_MOST_ROWS])
    if len(shown) == len(value):
        return value
    return f"{shown}\n… and {len(value) - len(shown)} more characters, which --json has"
