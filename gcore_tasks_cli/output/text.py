"""What people read on standard output: plain text, and the printers of cards, results and lists."""

import math
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from gcore_tasks_cli.errors import DeadlinePassed, ExitCode, GtaskError, TaskNotFound
from gcore_tasks_cli.output import views
from gcore_tasks_cli.output.printers import JsonPrinter, Printer
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.output.views import Cell, Entry, column_widths, columns
from gcore_tasks_cli.output.words import Reasons
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.document import Document, TaskFields, as_text, encode_json
from gcore_tasks_cli.times import API_CLOCK

if TYPE_CHECKING:
    from gcore_tasks_cli.output.terminal import TerminalRenderer

# Fields that gtask does not know may have names of any length.
_LONGEST_LABEL = 24


class PlainRenderer:
    """Views for pipes and files: no colour, no boxes, nothing cut off.

    Each call goes on with what the ones before it printed.
    """

    height = math.inf

    def __init__(self) -> None:
        self._widths: list[int] = []
        self._gap = ""

    def card(self, rows: Sequence[tuple[str, Cell]]) -> str:
        """Lines of label and value, with an empty line before all cards but the first."""
        width = min(max(len(label) for label, _ in rows), _LONGEST_LABEL)
        lines, self._gap = [self._gap], "\n"
        for label, cell in rows:
            for value in cell.text.split("\n"):
                lines.append(f"{label:<{width}}  {value}".rstrip() + "\n")
                label = ""
        return "".join(lines)

    def entries(self, entries: Sequence[Entry]) -> str:
        """One line for each entry that has a head; the lines below it follow on the same line."""
        rows = []
        for head, below in (entry for entry in entries if entry.head):
            lines = (one_line(" ".join(cell.text for cell in line)) for line in below)
            cells, said = [cell.text for cell in head], ", ".join(lines)
            # A heading of one cell is in no column.
            rows.append([*cells, said] if cells[1:] else [", ".join(filter(None, (*cells, said)))])
        # Of the first page of a list: rows are not held back until the widest is known.
        self._widths = self._widths or column_widths(rows, len)
        return "".join(f"{line}\n" for line in columns(rows, self._widths))

    table = entries


class ViewPrinter(Printer):
    """Prints views of tasks together: through rich at a terminal, as plain text elsewhere."""

    at_once = False
    _reads_model = True

    @property
    def _is_rich(self) -> bool:
        # FORCE_COLOR asks for what people get at a terminal, for `less -R` and CI logs that show
        # colour.
        return self._is_terminal or bool(self._streams.env.get("FORCE_COLOR"))

    def prepare(self) -> None:
        """Imports the renderer, and what it reads."""
        _ = self._renderer, self._tasks(())

    def _page_text(self, documents: Sequence[Document]) -> str:
        return self._view(self._tasks(documents), API_CLOCK.now())

    def _view(self, tasks: Sequence[TaskFields], now: datetime) -> str:
        raise NotImplementedError

    @cached_property
    def _renderer(self) -> "PlainRenderer | TerminalRenderer":
        if not self._is_rich:
            return PlainRenderer()
        from gcore_tasks_cli.output.terminal import TerminalRenderer

        return TerminalRenderer(self._streams.out, self._streams.env)

    def _tasks(self, documents: Sequence[Document]) -> Sequence[TaskFields]:
        """The tasks as views read them: models at a terminal; a pipe does without that import."""
        if not (self._is_rich and self._reads_model):
            return documents
        from gcore_tasks_cli.tasks.model import Task

        return [Task.from_fields(document.fields) for document in documents]


class CardPrinter(ViewPrinter):
    """`get`: a card for each task, at once."""

    at_once = True

    def _view(self, tasks: Sequence[TaskFields], now: datetime) -> str:
        return "".join(
            self._renderer.card(views.card(task, now, is_local=self._is_terminal)) for task in tasks
        )


class SummaryPrinter(ViewPrinter):
    """`watch`: what became of each task, in brief where that would fill the window."""

    def _view(self, tasks: Sequence[TaskFields], now: datetime) -> str:
        text = self._renderer.entries(views.results(tasks, now))
        if self._is_terminal and text.count("\n") >= self._renderer.height - 1:
            return self._renderer.entries(views.results(tasks, now, brief=True))
        return text


class QuietPrinter(Printer):
    """`watch --quiet`: failed tasks as errors, and nothing else."""

    def __init__(self, streams: Streams) -> None:
        super().__init__(streams)
        self._reasons = Reasons()

    def show(self, document: Document) -> None:
        """Reports a failure."""
        if document.has_failed:
            self._streams.error(self._reasons.task_error(document))


class ResourcesPrinter(ViewPrinter):
    """`resources`: a table, bare IDs of chosen types, or JSON."""

    def __init__(self, streams: Streams, types: tuple[str, ...], *, as_json: bool) -> None:
        super().__init__(streams)
        self._types = types
        self._is_whole = self.at_once = as_json
        self._seen: list[Document] = []

    def show(self, document: Document) -> None:
        """Prints what the task created, as JSON at once."""
        self._seen.append(document)
        super().show(document)

    def _page_text(self, documents: Sequence[Document]) -> str:
        if not self._is_whole:
            return super()._page_text(documents)
        printer = JsonPrinter(self._streams)
        return "".join(printer.text(self._entry(document)) for document in documents)

    def _entry(self, document: Document) -> Document:
        named = {"task_id": document.id, "state": document.state}
        created = {"created_resources": document.created(self._types)}
        return Document(document.fields, encode_json(named | created))

    def _view(self, tasks: Sequence[TaskFields], now: datetime) -> str:
        del now
        if self._types:
            created = (ids for task in tasks for ids in task.created(self._types).values())
            return "".join(f"{one_line(as_text(each))}\n" for ids in created for each in ids)
        return self._renderer.entries(views.resources(tasks, in_groups=self._is_rich))

    def report(self, *, waited: bool) -> set[ExitCode]:
        """Prints what failed or is missing, as exit statuses; a wait has said what is not over."""
        reasons, errors = Reasons(), list[GtaskError]()
        for document in self._seen:
            if document.has_failed:
                errors.append(reasons.task_error(document))
            elif not document.is_final and not waited:
                message = f"not yet: task {document.id} is {document.state}"
                errors.append(DeadlinePassed(message, hint="to wait until it has ended: --wait"))
        created = {kind for document in self._seen for kind in document.created()}
        missing = [kind for kind in self._types if kind not in created]
        if missing and self._seen and all(each.state == "FINISHED" for each in self._seen):
            what = f"what was created: {', '.join(sorted(created))}" if created else ""
            message = f"FINISHED, but created no {', '.join(missing)}"
            errors.append(TaskNotFound(message, hint=what or "nothing at all was created"))
        for error in errors:
            self._streams.error(error)
        return {error.exit_code for error in errors}


class TablePrinter(ViewPrinter):
    """`list`: one line a task."""

    _reads_model = False
    _heads: tuple[Entry, ...] = (views.LIST_HEAD,)

    def _view(self, tasks: Sequence[TaskFields], now: datetime) -> str:
        heads, self._heads = self._heads, ()
        return self._renderer.table([*heads, *(views.row(task, now) for task in tasks)])


class FailedPrinter(TablePrinter):
    """`list --failed`: what became of each, with the reason, what helps, and where it was."""

    def _view(self, tasks: Sequence[TaskFields], now: datetime) -> str:
        return self._renderer.entries([views.failed(task, now) for task in tasks])
