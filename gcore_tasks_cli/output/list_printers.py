"""The forms of a list that other commands do not have; and the line of `ack`."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from gcore_tasks_cli.output.failure import failure
from gcore_tasks_cli.output.printers import Printer
from gcore_tasks_cli.output.views import Row, circumstances, plain_failure, row
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.document import Document

if TYPE_CHECKING:
    from gcore_tasks_cli.output.terminal.table import Layout


class IdPages(Printer):
    """Bare IDs, one a line, for command lines that go on with them."""

    def page(self, documents: Sequence[Document], now: datetime, *, complete: bool) -> None:
        """Prints the IDs."""
        del now, complete
        if documents:
            self._streams.data("".join(f"{one_line(document.id)}\n" for document in documents))


class TablePages(Printer):
    """One line a task: a table that fits a window, or aligned columns with nothing cut off."""

    _for_terminals = ("output.terminal.table",)
    _layout: "Layout | None" = None
    _widths: tuple[int, ...] = ()

    def page(self, documents: Sequence[Document], now: datetime, *, complete: bool) -> None:
        """Prints the rows, and before the first of them the head of the table."""
        rows = [row(document, now) for document in documents]
        if not rows:
            return
        if self._rich:
            self._print_table(rows, complete)
            return
        if not self._widths:
            # Of the first page: the rows are not held back until the widest is known.
            self._widths = tuple(max(map(len, column)) for column in zip(*rows, strict=True))
        padded = (zip(row, self._widths, strict=True) for row in rows)
        text = ("  ".join(cell.ljust(width) for cell, width in line).rstrip() for line in padded)
        self._streams.data("".join(f"{line}\n" for line in text))

    def _print_table(self, rows: Sequence[Row], complete: bool) -> None:
        from gcore_tasks_cli.output.terminal.console import console
        from gcore_tasks_cli.output.terminal.table import Layout, header, table

        if self._layout is None:
            width = console(self._streams.out, self._env).width
            self._layout = Layout.of(rows, width, complete=complete)
            self._show(header(self._layout))
        self._show(table(rows, self._layout))


class FailurePages(Printer):
    """`--failed`: for each task the error first, what helps, and what support asks for."""

    _for_terminals = ("output.terminal.table",)
    _is_first = True

    def page(self, documents: Sequence[Document], now: datetime, *, complete: bool) -> None:
        """Prints the failures."""
        del complete
        for document in documents:
            failed, what = failure(document), circumstances(document, now)
            if not self._is_first:
                self._streams.data("\n")
            self._is_first = False
            if self._rich:
                from gcore_tasks_cli.output.terminal.table import failure_block

                self._show(failure_block(failed, what))
            else:
                self._streams.data(plain_failure(failed, what))


class AcknowledgedLines(Printer):
    """`ack`: a line for each task."""

    def take(self, document: Document) -> None:
        """Says that the task is acknowledged."""
        kind = one_line(document.task_type or "task")
        state, task_id = one_line(document.state), one_line(document.id)
        self._streams.data(f"acknowledged  {state}  {kind}  {task_id}\n")
